package purchasetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// Crier is a purchase.Speaker that remembers what it was given.
type Crier struct {
	mu    sync.Mutex
	Given []purchase.Mail
	With  []purchase.Robot
	Fail  error
}

// Say implements purchase.Speaker.
func (c *Crier) Say(_ context.Context, r purchase.Robot, m purchase.Mail) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Given, c.With = append(c.Given, m), append(c.With, r)
	return c.Fail
}

func wecom() purchase.Robot {
	return purchase.Robot{Via: purchase.ByWeCom, Address: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"}
}

func dingtalk() purchase.Robot {
	return purchase.Robot{Via: purchase.ByDingTalk, Address: "https://oapi.dingtalk.com/robot/send?access_token=566cc69da782ec33e42542b09b08551f", Secret: "SECabcdef0123456789"}
}

// testNotices: notices leave by the queue of mails and by it alone, each once, by the way
// that they name, and what a robot refuses is tried again as a mail would be.
func testNotices(t *testing.T, h House) {
	s, p, _ := h.posted(t)
	c := &Crier{}
	s.SetMail(mailKey, p, c, Houses(h))
	must(t, s.KeepRobot(h.A, dingtalk()))
	list := []purchase.Notice{
		{ID: ident.New(), Via: purchase.ByMail, To: "wang@example.org", Subject: "一周", Body: "三句话"},
		{ID: ident.New(), Via: purchase.ByDingTalk, Subject: "一周", Body: "三句话"},
	}
	for range 2 {
		must(t, s.Notify(h.A, list))
	}
	c.Fail = &purchase.MailError{Problem: purchase.Busy, Detail: "send too fast"}
	must(t, s.RunMails(context.Background()))
	if p.given() != 1 || p.Given[0].To != "wang@example.org" || p.Given[0].FileName != "" || len(c.Given) != 1 || c.With[0] != dingtalk() {
		t.Fatalf("sent %+v, said %+v with %+v", p.Given, c.Given, c.With)
	}
	kept, err := s.Notices(h.A, 10)
	must(t, err)
	states := map[purchase.Via]purchase.MailState{}
	for _, m := range kept {
		states[m.Via] = m.State
		if m.Via == purchase.ByDingTalk && (m.Problem != purchase.Busy || m.Detail != "send too fast") {
			t.Errorf("what went wrong is not told: %+v", m)
		}
	}
	same(t, "states", states, map[purchase.Via]purchase.MailState{purchase.ByMail: purchase.MailSent, purchase.ByDingTalk: purchase.MailWaiting})
	c.Fail = nil
	h.Clock.Pass(2 * time.Minute)
	must(t, s.RunMails(context.Background()))
	must(t, s.Notify(h.A, list))
	must(t, s.RunMails(context.Background()))
	if p.given() != 1 || len(c.Given) != 2 {
		t.Errorf("%d mails, %d said", p.given(), len(c.Given))
	}
	if theirs, err := s.Notices(h.B, 10); err != nil || len(theirs) != 0 {
		t.Errorf("the other shop reads %v, %v", theirs, err)
	}
	must(t, s.DropRobot(h.A, purchase.ByDingTalk))
	must(t, s.Notify(h.A, []purchase.Notice{{ID: ident.New(), Via: purchase.ByDingTalk, Subject: "一周", Body: "三句话"}}))
	must(t, s.RunMails(context.Background()))
	if kept, err := s.Notices(h.A, 1); err != nil || len(kept) != 1 || kept[0].State != purchase.MailFailed || kept[0].Problem != purchase.Unset {
		t.Errorf("through a robot that is gone: %+v, %v", kept, err)
	}
}

// testRobots: only addresses of the two services are kept, sealed, for one shop.
func testRobots(t *testing.T, h House) {
	s, p, _ := h.posted(t)
	c := &Crier{}
	s.SetMail(mailKey, p, c, Houses(h))
	key := "?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
	for name, address := range map[string]string{
		"empty": "", "no address": "robot", "not private": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send" + key, "another host": "https://example.org/cgi-bin/webhook/send" + key,
		"a host like it": "https://qyapi.weixin.qq.com.example.org/cgi-bin/webhook/send" + key, "a user": "https://qyapi.weixin.qq.com@127.0.0.1/cgi-bin/webhook/send" + key,
		"a user before": "https://a:b@qyapi.weixin.qq.com/cgi-bin/webhook/send" + key, "a port": "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send" + key,
		"this machine": "https://127.0.0.1/cgi-bin/webhook/send" + key, "metadata": "https://169.254.169.254/cgi-bin/webhook/send" + key, "the other service": dingtalk().Address,
		"another path": "https://qyapi.weixin.qq.com/cgi-bin/webhook/upload" + key, "an escaped path": "https://qyapi.weixin.qq.com/cgi-bin/webhook%2Fsend" + key, "dots": "https://qyapi.weixin.qq.com/x/../cgi-bin/webhook/send" + key,
		"no key": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send", "a short key": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "two keys": wecom().Address + "&key=2222222222222222",
		"more": wecom().Address + "&debug=1", "a fragment": wecom().Address + "#x", "a line": wecom().Address + "\r\nHost: x", "odd signs": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=%0d%0a3333333333333333",
		"a file": "file:///etc/passwd",
	} {
		var wrong fault.Fields
		if err := s.KeepRobot(h.A, purchase.Robot{Via: purchase.ByWeCom, Address: address}); !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Field != "address" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, spoil := range map[string]func(*purchase.Robot){
		"via": func(r *purchase.Robot) { r.Via = "smoke" }, "secret": func(r *purchase.Robot) { r.Secret = "SEC\r\nabc" },
	} {
		bad := dingtalk()
		spoil(&bad)
		var wrong fault.Fields
		if err := s.KeepRobot(h.A, bad); !errors.As(err, &wrong) || wrong[0].Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, s.KeepRobot(h.A, wecom()))
	must(t, s.KeepRobot(h.A, dingtalk()))
	before, err := h.Store.Robots(h.A)
	must(t, err)
	for _, r := range before {
		if bytes.Contains(r.Address, []byte("https")) || bytes.Contains(r.Secret, []byte("SEC")) {
			t.Errorf("%s is kept in the open", r.Via)
		}
	}
	must(t, s.KeepRobot(h.A, dingtalk()))
	after, err := h.Store.Robots(h.A)
	must(t, err)
	same(t, "the same again", after, before)
	if theirs, err := s.Robots(h.B); err != nil || len(theirs) != 0 {
		t.Errorf("the other shop has %v, %v", theirs, err)
	}
	h.do(t, h.B, func(ctx context.Context) error { return h.Store.KeepRobot(ctx, before[0]) })
	must(t, s.Notify(h.B, []purchase.Notice{{ID: ident.New(), Via: before[0].Via, Subject: "a", Body: "b"}}))
	must(t, s.RunMails(context.Background()))
	if kept, err := s.Notices(h.B, 1); err != nil || len(kept) != 1 || kept[0].Problem != purchase.Unset || len(c.Given) != 0 {
		t.Errorf("a robot of another shop opens: %+v, %v", kept, err)
	}
	off, _ := h.Service()
	refused(t, "without a key", off.KeepRobot(h.A, wecom()), fault.Conflict, "purchase.mail_off")
	refused(t, "without a key", off.Notify(h.A, nil), fault.Conflict, "purchase.mail_off")
}
