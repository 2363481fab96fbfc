package robot_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/robot"
	"buhuo/internal/purchase/robot/robottest"
)

func now() time.Time { return time.Date(2026, time.November, 30, 1, 0, 0, 0, time.UTC) }

var notice = purchase.Mail{ID: ident.New(), Subject: "村口小店：11月23日至29日", Body: "卖了 ¥1,234\n"}

func robots() map[string]purchase.Robot {
	return map[string]purchase.Robot{
		"wecom":    {Via: purchase.ByWeCom, Address: robottest.WeCom},
		"dingtalk": {Via: purchase.ByDingTalk, Address: robottest.DingTalk, Secret: robottest.Secret},
	}
}

// TestSay: both services take what is said, DingTalk with its signature.
func TestSay(t *testing.T) {
	for name, r := range robots() {
		s := robottest.New(t, now)
		if err := (robot.Speaker{Now: now, Through: s.Through}).Say(t.Context(), r, notice); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := s.Texts(); len(got) != 1 || got[0] != notice.Subject+"\n"+notice.Body {
			t.Errorf("%s took %q", name, got)
		}
	}
}

// TestSayFails: every way in which it goes wrong is told apart, and no word of it holds a
// secret.
func TestSayFails(t *testing.T) {
	code := func(n int, text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `{"errcode":%d,"errmsg":%q}`, n, text+" "+r.URL.RawQuery)
		}
	}
	for name, c := range map[string]struct {
		change    func(*purchase.Robot)
		answer    http.HandlerFunc
		problem   purchase.MailProblem
		permanent bool
	}{
		"no such robot":     {change: func(r *purchase.Robot) { r.Address += "x" }, problem: purchase.BadReceiver, permanent: true},
		"another secret":    {change: func(r *purchase.Robot) { r.Secret = "SECother" }, problem: purchase.NoLogin, permanent: true},
		"too often, WeCom":  {answer: code(45009, "api freq out of limit"), problem: purchase.Busy},
		"too often":         {answer: code(130101, "send too fast"), problem: purchase.Busy},
		"busy":              {answer: code(-1, "system busy"), problem: purchase.Busy},
		"refused":           {answer: code(40058, "bad text"), problem: purchase.Rejected, permanent: true},
		"down":              {answer: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, problem: purchase.Busy},
		"a page":            {answer: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, problem: purchase.Nonsense, permanent: true},
		"another JSON":      {answer: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) }, problem: purchase.Nonsense, permanent: true},
		"elsewhere":         {answer: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "https://example.org/", 302) }, problem: purchase.Nonsense, permanent: true},
		"silence":           {answer: func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() }, problem: purchase.Unclear},
		"broken at the end": {answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, problem: purchase.Unclear},
		"an endless answer": {answer: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("{", 1<<20)) }, problem: purchase.Nonsense, permanent: true},
		"half of the answer": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			fmt.Fprint(w, "{")
		}, problem: purchase.Unclear},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := robottest.New(t, now)
			s.Answer = c.answer
			r := robots()["dingtalk"]
			if c.change != nil {
				c.change(&r)
			}
			err := (robot.Speaker{Now: now, Through: s.Through, Limit: 2 * time.Second}).Say(t.Context(), r, notice)
			var said *purchase.MailError
			if !errors.As(err, &said) || said.Problem != c.problem || said.Permanent != c.permanent {
				t.Fatalf("%v; want %s, permanent %v", err, c.problem, c.permanent)
			}
			for _, secret := range []string{"566cc69da782ec33e", robottest.Secret} {
				if strings.Contains(said.Error()+said.Detail, secret) {
					t.Errorf("it tells a secret: %v, %q", said, said.Detail)
				}
			}
			if len([]rune(said.Detail)) > 200 || len(s.Texts()) > 0 {
				t.Errorf("%q, and %d were taken", said.Detail, len(s.Texts()))
			}
		})
	}
}

// TestOurNetworkIsNotForShops: whatever an address says, the program calls nothing on its
// own machine or network.
func TestOurNetworkIsNotForShops(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "10.0.0.1:443", "192.168.1.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0", "[fe80::1]"} {
		r := purchase.Robot{Via: purchase.ByWeCom, Address: "https://" + host + "/cgi-bin/webhook/send?key=0123456789abcdef"}
		var said *purchase.MailError
		err := (robot.Speaker{Now: now, Limit: time.Second}).Say(t.Context(), r, notice)
		if !errors.As(err, &said) || said.Problem != purchase.NoServer || !said.Permanent || strings.Contains(said.Error(), "0123456789abcdef") {
			t.Errorf("%s: %v", host, err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := (robot.Speaker{Now: now}).Say(ctx, robots()["wecom"], notice); err == nil {
		t.Error("told to stop, and said")
	}
}
