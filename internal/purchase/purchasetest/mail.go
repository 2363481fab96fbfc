package purchasetest

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/purchase"
)

// Postman is a purchase.Sender that remembers what it was given and says what it is told.
type Postman struct {
	mu    sync.Mutex
	Given []purchase.Mail
	With  []purchase.MailSettings
	Say   func(n int) error // of the n-th mail, from 1; nil: taken
}

// Send implements purchase.Sender.
func (p *Postman) Send(_ context.Context, s purchase.MailSettings, m purchase.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Given, p.With = append(p.Given, m), append(p.With, s)
	if p.Say == nil {
		return nil
	}
	return p.Say(len(p.Given))
}

func (p *Postman) given() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.Given)
}

var mailKey = []byte("a key of the tests, no more secret than they are")

func mailing() purchase.MailSettings {
	return purchase.MailSettings{Host: "smtp.example.org", Port: 465, Security: purchase.TLS, Username: "wang", Password: "geheim-口令", From: "shop@example.org", Name: "村口小店"}
}

// posted is a service with a postman, settings of shop A, and an order that was sent to a
// supplier with an address.
func (h House) posted(t *testing.T) (*purchase.Service, *Postman, purchase.Order) {
	t.Helper()
	s, _ := h.Service()
	p := &Postman{}
	s.SetMail(mailKey, p, nil, Houses(h))
	must(t, s.KeepMailSettings(h.A, mailing()))
	g := h.Stocked(t, h.A, 1)
	supplier := g.Supplier
	supplier.Email = "coop@example.org"
	must(t, h.Catalog.UpdateSupplier(h.A, supplier))
	o, err := s.Send(h.A, Made(t, s, h.A, g.Draft(10_000)).ID, 0)
	must(t, err)
	return s, p, o
}

func newest(t *testing.T, s *purchase.Service, ctx context.Context, o purchase.Order) purchase.Mail {
	t.Helper()
	all, err := s.Mails(ctx, o.ID)
	must(t, err)
	if len(all) == 0 {
		return purchase.Mail{}
	}
	return all[0]
}

var letter = purchase.Letter{Subject: "订单", Body: "您好", FileName: "PO.pdf", File: []byte{0, 1, 2, 255}}

// testMail: one press, one mail, whatever is pressed again; then again, when a person says
// so, having seen what became of the first.
func testMail(t *testing.T, h House) {
	s, p, o := h.posted(t)
	for range 3 {
		must(t, second(s.Mail(h.A, o.ID, letter)))
	}
	must(t, s.RunMails(context.Background()))
	must(t, s.RunMails(context.Background()))
	if p.given() != 1 || p.Given[0].To != "coop@example.org" || p.Given[0].Subject != letter.Subject || !bytes.Equal(p.Given[0].File, letter.File) || p.With[0] != mailing() {
		t.Fatalf("sent %d mails: %+v with %+v", p.given(), p.Given, p.With)
	}
	first := newest(t, s, h.A, o)
	if first.State != purchase.MailSent || first.EndedAt == nil || first.Attempts != 1 || first.Problem != "" {
		t.Errorf("sent: %+v", first)
	}
	if file, err := h.Store.MailFile(h.A, first.ID); err != nil || file != nil {
		t.Errorf("the file of a mail that has left is kept: %d bytes, %v", len(file), err)
	}
	must(t, second(s.Mail(h.A, o.ID, letter))) // an old page
	again := letter
	again.After = first.ID
	for range 2 {
		must(t, second(s.Mail(h.A, o.ID, again)))
	}
	must(t, s.RunMails(context.Background()))
	if p.given() != 2 {
		t.Errorf("sent %d mails after a person sent it again", p.given())
	}
	_, err := s.Mail(h.B, o.ID, letter)
	refused(t, "the other shop", err, fault.NotFound, "purchase.order_missing")
	if others, err := s.Mails(h.B, o.ID); err != nil || len(others) != 0 {
		t.Errorf("the other shop reads %v, %v", others, err)
	}
	must(t, second(s.Receive(h.A, o.ID, purchase.Receipt{})))
	again.After = newest(t, s, h.A, o).ID
	_, err = s.Mail(h.A, o.ID, again)
	refused(t, "of an order that has come", err, fault.Conflict, "purchase.mail_not_sent")
}

// testMailAttention: an order whose last mail did not leave, or may not have, waits for a
// person, until a later one has left.
func testMailAttention(t *testing.T, h House) {
	s, p, o := h.posted(t)
	waits := func(what string, want int) {
		t.Helper()
		a, err := s.Attention(h.A)
		must(t, err)
		listed, err := s.List(h.A, purchase.Query{Unmailed: true})
		must(t, err)
		if a.Unmailed != want || len(listed) != want {
			t.Errorf("%s: %+v, listed %d", what, a, len(listed))
		}
		if a, err := s.Attention(h.B); err != nil || a.Unmailed != 0 {
			t.Errorf("the other shop: %+v, %v", a, err)
		}
	}
	next := letter
	send := func(say error) {
		t.Helper()
		p.Say = func(int) error { return say }
		must(t, second(s.Mail(h.A, o.ID, next)))
		must(t, s.RunMails(context.Background()))
		next.After = newest(t, s, h.A, o).ID
	}
	waits("before any mail", 0)
	send(&purchase.MailError{Problem: purchase.NoLogin, Permanent: true})
	waits("refused", 1)
	send(&purchase.MailError{Problem: purchase.Unclear})
	waits("unclear", 1)
	send(nil)
	waits("sent", 0)
	send(&purchase.MailError{Problem: purchase.Rejected, Permanent: true})
	waits("refused again", 1)
	must(t, second(s.Confirm(h.A, o.ID, 0, nil))) // he has it, then
	waits("confirmed", 0)
	h.Clock.Pass(90 * 24 * time.Hour)
	if a, err := s.Attention(h.A); err != nil || a.Late != 1 {
		t.Errorf("an order that never came: %+v, %v", a, err)
	}
}

// testMailAtOnce: many people and many workers, one mail.
func testMailAtOnce(t *testing.T, h House) {
	s, p, o := h.posted(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.Mail(h.A, o.ID, letter); err != nil {
				t.Errorf("at once: %v", err)
			}
		})
	}
	wg.Wait()
	for range 8 {
		wg.Go(func() {
			if err := s.RunMails(context.Background()); err != nil {
				t.Errorf("run: %v", err)
			}
		})
	}
	wg.Wait()
	if p.given() != 1 {
		t.Errorf("%d mails were sent", p.given())
	}
}

// testMailRetries: what surely did not leave is tried again, later each time, until it is
// given up; what surely never will is not.
func testMailRetries(t *testing.T, h House) {
	s, p, o := h.posted(t)
	p.Say = func(int) error { return &purchase.MailError{Problem: purchase.Busy, Detail: "451 later"} }
	must(t, second(s.Mail(h.A, o.ID, letter)))
	var pauses []time.Duration
	for range 40 {
		before := p.given()
		must(t, s.RunMails(context.Background()))
		m := newest(t, s, h.A, o)
		if p.given() > before && m.State == purchase.MailWaiting {
			pauses = append(pauses, m.NextAt.Time().Sub(h.Clock.Now()).Round(time.Second))
			if m.Problem != purchase.Busy || m.Detail != "451 later" {
				t.Errorf("what went wrong is not told: %+v", m)
			}
		}
		h.Clock.Pass(30 * time.Minute)
	}
	m := newest(t, s, h.A, o)
	if m.State != purchase.MailFailed || m.Attempts != 12 || p.given() != 12 {
		t.Errorf("given up after %d attempts: %+v", p.given(), m)
	}
	for i, pause := range pauses {
		if i > 0 && pause < pauses[i-1] || pause > time.Hour {
			t.Errorf("pauses %v", pauses)
		}
	}
	p.Say = func(int) error { return &purchase.MailError{Problem: purchase.BadReceiver, Permanent: true} }
	next := letter
	next.After = m.ID
	must(t, second(s.Mail(h.A, o.ID, next)))
	must(t, s.RunMails(context.Background()))
	if m := newest(t, s, h.A, o); m.State != purchase.MailFailed || m.Attempts != 1 || m.Problem != purchase.BadReceiver {
		t.Errorf("refused for good: %+v", m)
	}
	p.Say = func(n int) error {
		if n == 14 {
			return errors.New("something odd")
		}
		return nil
	}
	next.After = newest(t, s, h.A, o).ID
	must(t, second(s.Mail(h.A, o.ID, next)))
	must(t, s.RunMails(context.Background()))
	h.Clock.Pass(2 * time.Minute)
	must(t, s.RunMails(context.Background()))
	if m := newest(t, s, h.A, o); m.State != purchase.MailSent || m.Attempts != 2 {
		t.Errorf("the second attempt: %+v", m)
	}
}

// testMailUnclear: a mail that may have left is never sent again by itself: not when the
// line broke at its end, and not when the program died with it on the line.
func testMailUnclear(t *testing.T, h House) {
	s, p, o := h.posted(t)
	p.Say = func(int) error { return &purchase.MailError{Problem: purchase.Unclear} }
	must(t, second(s.Mail(h.A, o.ID, letter)))
	for range 5 {
		must(t, s.RunMails(context.Background()))
		h.Clock.Pass(time.Hour)
	}
	m := newest(t, s, h.A, o)
	if m.State != purchase.MailUnclear || p.given() != 1 {
		t.Errorf("unclear: %+v after %d attempts", m, p.given())
	}
	p.Say = func(int) error { panic("the program dies here") }
	next := letter
	next.After = m.ID
	must(t, second(s.Mail(h.A, o.ID, next)))
	func() {
		defer func() { _ = recover() }()
		_ = s.RunMails(context.Background())
	}()
	if m := newest(t, s, h.A, o); m.State != purchase.MailClaimed {
		t.Fatalf("on the line when the program died: %+v", m)
	}
	p.Say = nil
	must(t, s.RunMails(context.Background()))
	must(t, second(s.Mail(h.A, o.ID, next)))
	if p.given() != 2 {
		t.Errorf("tried again while another worker may have it: %d", p.given())
	}
	h.Clock.Pass(11 * time.Minute)
	must(t, s.RunMails(context.Background()))
	if m := newest(t, s, h.A, o); m.State != purchase.MailUnclear || p.given() != 2 {
		t.Errorf("left on the line: %+v after %d attempts", m, p.given())
	}
	h.do(t, h.A, func(ctx context.Context) error {
		late := newest(t, s, h.A, o)
		late.State = purchase.MailSent
		if moved, err := h.Store.MoveMail(ctx, late, purchase.MailClaimed, late.Attempts); moved || err != nil {
			t.Errorf("a worker that comes back late moves it: %v, %v", moved, err)
		}
		return nil
	})
}

// testMailSettings: the password is kept sealed, for one shop and one server, and never
// shown.
func testMailSettings(t *testing.T, h House) {
	s, p, o := h.posted(t)
	shown, set, err := s.MailSettings(h.A)
	must(t, err)
	if !set || shown.Password != "" || shown.Host != "smtp.example.org" {
		t.Errorf("shown: %+v, %v", shown, set)
	}
	_, sealed, err := h.Store.MailSettings(h.A)
	must(t, err)
	if bytes.Contains(sealed, []byte(mailing().Password)) || len(sealed) < len(mailing().Password)+16 {
		t.Errorf("kept as %q", sealed)
	}
	must(t, s.KeepMailSettings(h.A, mailing()))
	if _, same, err := h.Store.MailSettings(h.A); err != nil || !bytes.Equal(same, sealed) {
		t.Error("the same again changes the row")
	}
	renamed := mailing()
	renamed.Password, renamed.Name = "", "新名"
	must(t, s.KeepMailSettings(h.A, renamed))
	must(t, second(s.Mail(h.A, o.ID, letter)))
	must(t, s.RunMails(context.Background()))
	if p.given() != 1 || p.With[0].Password != mailing().Password || p.With[0].Name != "新名" {
		t.Errorf("sent with %+v", p.With)
	}
	for field, spoil := range map[string]func(*purchase.MailSettings){
		"host":     func(m *purchase.MailSettings) { m.Host = "smtp example" },
		"port":     func(m *purchase.MailSettings) { m.Port = 70_000 },
		"security": func(m *purchase.MailSettings) { m.Security = "none" },
		"from":     func(m *purchase.MailSettings) { m.From = "Shop <shop@example.org>\r\nBcc: x@y.z" },
		"username": func(m *purchase.MailSettings) { m.Username = "a\r\nb" },
		"password": func(m *purchase.MailSettings) { m.Password = "a\x00b" },
	} {
		bad := mailing()
		spoil(&bad)
		var wrong fault.Fields
		if err := s.KeepMailSettings(h.A, bad); !errors.As(err, &wrong) || len(wrong) != 1 || wrong[0].Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	elsewhere := mailing()
	elsewhere.Password, elsewhere.Host = "", "smtp.thief.example"
	refused(t, "the password for another server", s.KeepMailSettings(h.A, elsewhere), fault.Invalid, "purchase.mail_password_again")
	if _, set, err := s.MailSettings(h.B); set || err != nil {
		t.Errorf("the other shop has settings: %v, %v", set, err)
	}
	h.do(t, h.B, func(ctx context.Context) error { return h.Store.KeepMailSettings(ctx, mailing(), sealed) })
	g := h.Stocked(t, h.B, 1)
	supplier := g.Supplier
	supplier.Email = "b@example.org"
	must(t, h.Catalog.UpdateSupplier(h.B, supplier))
	theirs, err := s.Send(h.B, Made(t, s, h.B, g.Draft(10_000)).ID, 0)
	must(t, err)
	must(t, second(s.Mail(h.B, theirs.ID, letter)))
	must(t, s.RunMails(context.Background()))
	if m := newest(t, s, h.B, theirs); m.State != purchase.MailFailed || m.Problem != purchase.Unset || p.given() != 1 {
		t.Errorf("a password of another shop opens: %+v", m)
	}
	nobody := Made(t, s, h.A, h.Stocked(t, h.A, 1).Draft(5_000))
	must(t, second(s.Send(h.A, nobody.ID, 0)))
	_, err = s.Mail(h.A, nobody.ID, letter)
	refused(t, "a supplier without an address", err, fault.Conflict, "purchase.mail_no_address")
	off, _ := h.Service()
	_, err = off.Mail(h.A, o.ID, letter)
	refused(t, "without a key", err, fault.Conflict, "purchase.mail_off")
	_, err = h.Store.MailFile(h.B, newest(t, s, h.A, o).ID)
	if !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("the other shop's file: %v", err)
	}
	if due, err := h.Store.DueMails(context.Background(), day.At(h.Clock.Now()), 0, 10); err != nil || len(due) != 0 {
		t.Errorf("still due: %+v, %v", due, err)
	}
}
