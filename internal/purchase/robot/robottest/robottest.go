// Package robottest is a service of group robots on this machine: it keeps what it is
// given, checks it as WeCom and DingTalk do, or answers what it is told.
package robottest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"
)

// The addresses that the service knows, and the secret of the one of DingTalk.
const (
	WeCom    = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
	DingTalk = "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec33e42542b09b08551f09fbe864eb8ac1"
	Secret   = "SEC0123456789abcdef0123456789abcdef0123456789abcdef"
)

// Server is one. Through reaches it under the names of both services.
type Server struct {
	Through http.RoundTripper
	// Answer, when not nil, is what it answers instead of what it should.
	Answer http.HandlerFunc
	now    func() time.Time
	mu     sync.Mutex
	texts  []string
}

// New starts one until the test ends. now is the clock that signatures are checked by.
func New(t testing.TB, now func() time.Time) *Server {
	t.Helper()
	s := &Server{now: now}
	at := httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(at.Close)
	roots := at.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	s.Through = &http.Transport{DisableKeepAlives: true, DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		d := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}}
		return d.DialContext(ctx, network, at.Listener.Addr().String())
	}}
	return s
}

// Texts are the messages that it took.
func (s *Server) Texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.texts...)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if s.Answer != nil {
		s.Answer(w, r)
		return
	}
	code, text := s.take(r)
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"errcode":%d,"errmsg":%q}`, code, text)
}

func (s *Server) take(r *http.Request) (int, string) {
	q := r.URL.Query()
	switch r.Host + r.URL.Path {
	case "qyapi.weixin.qq.com/cgi-bin/webhook/send":
		if "https://"+r.Host+r.URL.Path+"?key="+q.Get("key") != WeCom {
			return 93000, "invalid webhook url"
		}
	case "oapi.dingtalk.com/robot/send":
		if "https://"+r.Host+r.URL.Path+"?access_token="+q.Get("access_token") != DingTalk {
			return 300001, "token is not exist"
		}
		if !s.signed(q.Get("timestamp"), q.Get("sign")) {
			return 310000, "sign not match"
		}
	default:
		return 404, "no such service"
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var m struct {
		Kind string `json:"msgtype"`
		Text struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	if err != nil || json.Unmarshal(body, &m) != nil || m.Kind != "text" || m.Text.Content == "" || len(m.Text.Content) > 2048 {
		return 40008, "invalid message"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, m.Text.Content)
	return 0, "ok"
}

// signed checks the time within an hour and the signature, as DingTalk's manual has it.
func (s *Server) signed(at, sign string) bool {
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil || s.now().Sub(time.UnixMilli(ms)).Abs() > time.Hour {
		return false
	}
	mac := hmac.New(sha256.New, []byte(Secret))
	_, _ = io.WriteString(mac, at+"\n"+Secret)
	return sign == base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
