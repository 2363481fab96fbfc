// Package robot says a notice through the robot of a group. It must not know the queue:
// it makes one attempt and says how far it came. Addresses are secrets, so no error and
// no detail that it gives holds one.
package robot

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"buhuo/internal/purchase"
)

// Speaker is purchase.Speaker.
type Speaker struct {
	// Now is the clock that signatures bear; nil: none can be made.
	Now func() time.Time
	// Through carries what is sent; nil: a line that refuses addresses of our own networks.
	Through http.RoundTripper
	// Limit is how long an attempt may take; 0: half a minute.
	Limit time.Duration
}

var _ purchase.Speaker = Speaker{}

const (
	usualLimit = 30 * time.Second
	maxAnswer  = 16 << 10
)

var errPrivate = errors.New("an address that services on the internet do not have")

// outward is the line to the services: no proxy, and none of our own networks, whatever
// their names say.
var outward = &http.Transport{
	TLSHandshakeTimeout: 10 * time.Second, DisableKeepAlives: true, ForceAttemptHTTP2: true,
	DialContext: (&net.Dialer{Timeout: 10 * time.Second, Control: func(_, at string, _ syscall.RawConn) error {
		a, err := netip.ParseAddrPort(at)
		if ip := a.Addr().Unmap(); err != nil || a.Port() != 443 || !ip.IsGlobalUnicast() || ip.IsPrivate() {
			return errPrivate
		}
		return nil
	}}).DialContext,
}

// Say makes one attempt. An error is a *purchase.MailError.
func (s Speaker) Say(ctx context.Context, r purchase.Robot, m purchase.Mail) error {
	limit := s.Limit
	if limit == 0 {
		limit = usualLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(i httptrace.WroteRequestInfo) { written.Store(i.Err == nil) }})
	request, err := s.request(ctx, r, m)
	if err != nil {
		return &purchase.MailError{Problem: purchase.Unset, Permanent: true, Cause: errors.New("an address that cannot be called")}
	}
	through := s.Through
	if through == nil {
		through = outward
	}
	client := &http.Client{Transport: through, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	if err != nil {
		return unheard(err, written.Load())
	}
	defer answer.Body.Close() //nolint:errcheck // all was read
	return heard(answer, secrets(r))
}

// request writes the message as both services take it.
func (s Speaker) request(ctx context.Context, r purchase.Robot, m purchase.Mail) (*http.Request, error) {
	body, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": m.Subject + "\n" + m.Body}})
	if err != nil {
		return nil, err
	}
	address := r.Address
	if r.Secret != "" {
		if s.Now == nil {
			return nil, errors.New("no clock")
		}
		address += signature(r.Secret, s.Now())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.GetBody = nil // never sent a second time by itself
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	return request, nil
}

// signature is what DingTalk asks for when a robot has a secret: HMAC-SHA256 of the time
// in milliseconds and the secret, by the secret.
func signature(secret string, now time.Time) string {
	at := strconv.FormatInt(now.UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "\n" + secret))
	return "&timestamp=" + at + "&sign=" + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// unheard is what no answer means. Errors of the client name the address: only their
// cause is kept.
func unheard(err error, written bool) error {
	var whole *url.Error
	if errors.As(err, &whole) {
		err = whole.Err
	}
	var unknown *net.OpError
	switch {
	case errors.Is(err, errPrivate):
		return &purchase.MailError{Problem: purchase.NoServer, Permanent: true, Cause: errPrivate}
	case written:
		return &purchase.MailError{Problem: purchase.Unclear, Cause: err}
	case errors.As(err, &unknown) && unknown.Op == "dial":
		return &purchase.MailError{Problem: purchase.NoServer, Cause: err}
	case strings.Contains(err.Error(), "certificate"):
		return &purchase.MailError{Problem: purchase.NotPrivate, Permanent: true, Cause: err}
	}
	return &purchase.MailError{Problem: purchase.Cut, Cause: err}
}

// Codes of the services' answers that mean something to the queue.
const (
	taken         = 0
	weComUnknown  = 93000  // no robot has this key
	dingUnknown   = 300001 // no robot has this token
	dingSignature = 310000 // signature, keyword or address not as the robot wants it
	busySystem    = -1
	weComOften    = 45009
	dingOften     = 130101
)

// heard reads an answer. Both services answer 200 with a code of their own.
func heard(answer *http.Response, hidden []string) error {
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	var said struct {
		Code *int   `json:"errcode"`
		Text string `json:"errmsg"`
	}
	switch {
	case answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500:
		return &purchase.MailError{Problem: purchase.Busy, Detail: answer.Status, Cause: errors.New(answer.Status)}
	case err != nil: // it has the message
		return &purchase.MailError{Problem: purchase.Unclear, Cause: err}
	case answer.StatusCode != http.StatusOK || json.Unmarshal(body, &said) != nil || said.Code == nil:
		return &purchase.MailError{Problem: purchase.Nonsense, Permanent: true, Detail: answer.Status, Cause: errors.New(answer.Status)}
	case *said.Code == taken:
		return nil
	}
	e := &purchase.MailError{Problem: purchase.Rejected, Permanent: true, Detail: clean(said.Text, hidden), Cause: errors.New("code " + strconv.Itoa(*said.Code))}
	switch *said.Code {
	case busySystem, weComOften, dingOften:
		e.Problem, e.Permanent = purchase.Busy, false
	case weComUnknown, dingUnknown:
		e.Problem = purchase.BadReceiver
	case dingSignature:
		e.Problem = purchase.NoLogin
	}
	return e
}

// secrets are what no page and no log may hold of a robot.
func secrets(r purchase.Robot) []string {
	out := []string{r.Address}
	if _, token, ok := strings.Cut(r.Address, "="); ok {
		out = append(out, token)
	}
	if r.Secret != "" {
		out = append(out, r.Secret)
	}
	return out
}

// clean is what a page may show of a service's words.
func clean(s string, hidden []string) string {
	for _, one := range hidden {
		s = strings.ReplaceAll(s, one, "…")
	}
	return purchase.Heard(s)
}
