package smtp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"

	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/smtp"
	"buhuo/internal/purchase/smtp/smtptest"
)

func letter() purchase.Mail {
	return purchase.Mail{
		ID: ident.MustParse("019a1b2c-0000-7000-8000-000000000117"), To: "coop@example.org", CreatedAt: 1_795_464_000_000_000,
		Subject: "村口小店：采购订单 PO-2026-0117\r\nBcc: thief@example.net " + strings.Repeat("很长的标题", 20),
		Body:    "您好\n.\n..两点开头\n请确认 https://buhuo.example/s/x=y\n" + strings.Repeat("长", 2_000), FileName: "PO-2026-0117.pdf", File: bytes.Repeat([]byte{0, '\r', '\n', '.', 255}, 20_000),
	}
}

func settings(s *smtptest.Server, how purchase.Security) purchase.MailSettings {
	return purchase.MailSettings{Host: s.Host, Port: s.Port, Security: how, Username: s.User, Password: s.Password, From: "shop@example.com", Name: "村口\r\n小店"}
}

// TestSend: over both kinds of private line and both logins, what arrives is what was
// sent, read by the library's own reader, and the same at each attempt.
func TestSend(t *testing.T) {
	for name, b := range map[string]smtptest.Behaviour{"tls": {Implicit: true}, "starttls": {}, "login": {Login: "XOAUTH2 LOGIN"}} {
		t.Run(name, func(t *testing.T) {
			s := smtptest.New(t, b)
			how := purchase.StartTLS
			if b.Implicit {
				how = purchase.TLS
			}
			m := letter()
			for range 2 {
				if err := (smtp.Sender{Private: true, Roots: s.Roots}).Send(t.Context(), settings(s, how), m); err != nil {
					t.Fatal(err)
				}
			}
			got := s.Mails()
			if len(got) != 2 || got[0] != got[1] {
				t.Fatalf("%d mails, or two different ones", len(got))
			}
			for _, line := range strings.Split(got[0], "\r\n") {
				if len(line) > 998 || strings.Contains(line, "\n") {
					t.Errorf("a line that servers refuse: %.80q", line)
				}
			}
			arrived(t, got[0], m)
		})
	}
}

func arrived(t *testing.T, raw string, m purchase.Mail) {
	t.Helper()
	read, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	words := new(mime.WordDecoder)
	subject, err := words.DecodeHeader(read.Header.Get("Subject"))
	if want := strings.Join(strings.Fields(m.Subject), " "); err != nil || subject != want {
		t.Errorf("subject %q, %v", subject, err)
	}
	if read.Header.Get("Bcc") != "" || read.Header.Get("Message-Id") != "<"+m.ID.String()+"@example.com>" {
		t.Errorf("header: %v", read.Header)
	}
	from, err := mail.ParseAddress(read.Header.Get("From"))
	if err != nil || from.Name != "村口 小店" || from.Address != "shop@example.com" {
		t.Errorf("from %v, %v", from, err)
	}
	_, params, err := mime.ParseMediaType(read.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(read.Body, params["boundary"])
	text, err := parts.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(text); err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != m.Body {
		t.Errorf("the text: %.60q, %v", body, err)
	}
	file, err := parts.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	kind, _, err := mime.ParseMediaType(file.Header.Get("Content-Type"))
	if err != nil || file.FileName() != m.FileName || kind != "application/pdf" {
		t.Errorf("the file: %v", file.Header)
	}
	coded, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(string(coded), "\r\n", ""))
	if err != nil || !bytes.Equal(plain, m.File) {
		t.Error("the file is another one")
	}
}

// TestProblems: whatever a mail server does, the attempt ends and says how far it came;
// only a mail whose end left without an answer is unclear.
func TestProblems(t *testing.T) {
	for name, c := range map[string]struct {
		b         smtptest.Behaviour
		change    func(*purchase.MailSettings)
		problem   purchase.MailProblem
		permanent bool
		took      int // mails that the server has all the same
	}{
		"hangs at once":       {b: says("greeting", smtptest.Hang), problem: purchase.Cut},
		"hangs after hello":   {b: says("EHLO", smtptest.Hang), problem: purchase.Cut},
		"hangs before data":   {b: says("DATA", smtptest.Hang), problem: purchase.Cut},
		"hangs at the end":    {b: says("end", smtptest.Hang), problem: purchase.Unclear, took: 1},
		"breaks at once":      {b: says("greeting", smtptest.Break), problem: purchase.Cut},
		"breaks in between":   {b: says("RCPT", smtptest.Break), problem: purchase.Cut},
		"breaks at the end":   {b: says("end", smtptest.Break), problem: purchase.Unclear, took: 1},
		"garbage":             {b: says("greeting", "HTTP/1.1 200 OK\n\n<html>"), problem: purchase.Nonsense},
		"garbage code":        {b: says("MAIL", "999999 what"), problem: purchase.Nonsense},
		"garbage at the end":  {b: says("end", "\x00\xff\xfe"), problem: purchase.Unclear, took: 1},
		"endless":             {b: says("EHLO", smtptest.Flood), problem: purchase.Nonsense},
		"refuses at once":     {b: says("greeting", "554 go away"), problem: purchase.Rejected, permanent: true},
		"busy":                {b: says("MAIL", "451 later"), problem: purchase.Busy},
		"busy at the end":     {b: says("end", "452 full"), problem: purchase.Busy},
		"no such sender":      {b: says("MAIL", "550 not you"), problem: purchase.BadSender, permanent: true},
		"no such receiver":    {b: says("RCPT", "550 5.1.1 no such user"), problem: purchase.BadReceiver, permanent: true},
		"refuses the mail":    {b: says("end", "552 too large"), problem: purchase.Rejected, permanent: true},
		"wrong password":      {change: func(m *purchase.MailSettings) { m.Password = "no" }, problem: purchase.NoLogin, permanent: true},
		"no login we know":    {b: smtptest.Behaviour{Login: "XOAUTH2"}, problem: purchase.NoLogin, permanent: true},
		"no private line":     {b: smtptest.Behaviour{Plain: true}, problem: purchase.NotPrivate, permanent: true},
		"open where private":  {change: func(m *purchase.MailSettings) { m.Security = purchase.TLS }, problem: purchase.NotPrivate, permanent: true},
		"another certificate": {change: func(m *purchase.MailSettings) { m.Host = "localhost" }, problem: purchase.NotPrivate, permanent: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := smtptest.New(t, c.b)
			to := settings(s, purchase.StartTLS)
			if c.change != nil {
				c.change(&to)
			}
			err := (smtp.Sender{Private: true, Roots: s.Roots, Limit: time.Second}).Send(t.Context(), to, letter())
			var said *purchase.MailError
			if !errors.As(err, &said) || said.Problem != c.problem || said.Permanent != c.permanent {
				t.Errorf("%v; want %s, permanent %v", err, c.problem, c.permanent)
			}
			if n := len(s.Mails()); n != c.took {
				t.Errorf("the server has %d mails", n)
			}
			if said != nil && len([]rune(said.Detail)) > 200 {
				t.Errorf("it says too much: %q", said.Detail)
			}
		})
	}
}

func says(command, reply string) smtptest.Behaviour {
	return smtptest.Behaviour{Replies: map[string]string{command: reply}}
}

// TestNobodyThere, and a program that is told to stop.
func TestNobodyThere(t *testing.T) {
	s := smtptest.New(t, says("greeting", smtptest.Hang))
	gone := settings(s, purchase.StartTLS)
	gone.Port = 1
	var said *purchase.MailError
	if err := (smtp.Sender{Private: true}).Send(t.Context(), gone, letter()); !errors.As(err, &said) || said.Problem != purchase.NoServer || said.Permanent {
		t.Errorf("a port that nobody listens on: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- (smtp.Sender{Private: true, Roots: s.Roots}).Send(ctx, settings(s, purchase.StartTLS), letter())
	}()
	for s.Visits() == 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-ended; err == nil {
		t.Error("told to stop, and sent")
	}
}

// TestOurNetworkIsNotForShops: a shop cannot make the program call its own machine or
// network, whatever the name says.
func TestOurNetworkIsNotForShops(t *testing.T) {
	s := smtptest.New(t, smtptest.Behaviour{})
	for _, host := range []string{s.Host, "localhost", "::1", "[::1]", "0.0.0.0", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::ffff:127.0.0.1", "100::1", "fe80::1"} {
		to := settings(s, purchase.StartTLS)
		to.Host = host
		var said *purchase.MailError
		if err := (smtp.Sender{Limit: time.Second}).Send(t.Context(), to, letter()); !errors.As(err, &said) || said.Problem != purchase.NoServer {
			t.Errorf("%s: %v", host, err)
		}
	}
	if s.Visits() != 0 {
		t.Errorf("%d visits on this machine", s.Visits())
	}
}
