// Package smtp takes an order's mail to a mail server, with the parts of go-mail: its
// message and its talk with a server, step by step, so that each step's failure has its
// own name. It must not know the queue: it makes one attempt and says how far it came.
package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/textproto"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"buhuo/internal/purchase"
)

// Sender is purchase.Sender.
type Sender struct {
	// Private lets shops name any port and servers on this machine and its own networks.
	Private bool
	// Limit is how long an attempt may take; 0: a minute.
	Limit time.Duration
	// Roots are whom to believe about certificates; nil: whom the system believes.
	Roots *x509.CertPool
}

var _ purchase.Sender = Sender{}

const (
	usualLimit = time.Minute
	maxAnswers = 256 << 10 // what a server may say in all
)

// Send makes one attempt. An error is a *purchase.MailError.
func (s Sender) Send(ctx context.Context, to purchase.MailSettings, m purchase.Mail) error {
	limit := s.Limit
	if limit == 0 {
		limit = usualLimit
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	message, err := compose(to, m)
	if err != nil {
		return &purchase.MailError{Problem: purchase.Rejected, Permanent: true, Cause: err}
	}
	line, err := s.dial(ctx, to)
	if err != nil {
		return err
	}
	defer line.Close()                                                    //nolint:errcheck // all was said
	stop := context.AfterFunc(ctx, func() { _ = line.SetDeadline(past) }) // whoever waits for an answer wakes up
	defer stop()
	c, err := s.greet(line, to)
	if err != nil {
		return err
	}
	if err := introduce(c, to, m); err != nil {
		return err
	}
	return hand(c, message)
}

// past is a time that is over: a deadline that ends all waiting.
var past = time.Unix(1, 0)

var errPrivate = errors.New("an address or a port that mail servers on the internet do not have")

// dial opens the line. Servers on our own networks are not for shops to try out.
func (s Sender) dial(ctx context.Context, to purchase.MailSettings) (net.Conn, error) {
	dialer := net.Dialer{Control: func(_, at string, _ syscall.RawConn) error {
		if s.Private || public(at) {
			return nil
		}
		return errPrivate
	}}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(strings.Trim(to.Host, "[]"), strconv.Itoa(to.Port)))
	if err != nil {
		return nil, &purchase.MailError{Problem: purchase.NoServer, Permanent: errors.Is(err, errPrivate), Cause: err}
	}
	return &measured{Conn: conn, left: maxAnswers}, nil
}

// public reports whether an address and port are ones that mail servers have.
func public(at string) bool {
	a, err := netip.ParseAddrPort(at)
	if err != nil {
		return false
	}
	ip := a.Addr().Unmap()
	switch a.Port() {
	case 25, 465, 587, 2525:
		return ip.IsGlobalUnicast() && !ip.IsPrivate()
	}
	return false
}

// measured is a line on which the other side may say only so much.
type measured struct {
	net.Conn
	left int
}

var errEndless = errors.New("the server talks without end")

func (m *measured) Read(b []byte) (int, error) {
	if m.left <= 0 {
		return 0, errEndless
	}
	n, err := m.Conn.Read(b[:min(len(b), m.left)])
	m.left -= n
	return n, err
}

// greet makes the line private and says who we are.
func (s Sender) greet(line net.Conn, to purchase.MailSettings) (*smtp.Client, error) {
	private := &tls.Config{ServerName: strings.Trim(to.Host, "[]"), MinVersion: tls.VersionTLS12, RootCAs: s.Roots}
	if to.Security == purchase.TLS {
		secret := tls.Client(line, private)
		if err := secret.Handshake(); err != nil {
			return nil, told(err, purchase.NotPrivate)
		}
		line = secret
	}
	c, err := smtp.NewClient(line, private.ServerName)
	if err != nil {
		return nil, told(err, purchase.Rejected)
	}
	if err := c.Hello(domain(to.From)); err != nil {
		return nil, told(err, purchase.Rejected)
	}
	if to.Security != purchase.StartTLS {
		return c, nil
	}
	if ok, _ := c.Extension("STARTTLS"); !ok {
		return nil, &purchase.MailError{Problem: purchase.NotPrivate, Permanent: true, Cause: errors.New("the server offers no STARTTLS")}
	}
	if err := c.StartTLS(private); err != nil {
		return nil, told(err, purchase.NotPrivate)
	}
	return c, nil
}

// introduce logs in and names sender and receiver.
func introduce(c *smtp.Client, to purchase.MailSettings, m purchase.Mail) error {
	if to.Username != "" {
		way, err := auth(c, to)
		if err == nil {
			err = c.Auth(way)
		}
		if err != nil {
			return told(err, purchase.NoLogin)
		}
	}
	if err := c.Mail(to.From); err != nil {
		return told(err, purchase.BadSender)
	}
	if err := c.Rcpt(m.To); err != nil {
		return told(err, purchase.BadReceiver)
	}
	return nil
}

// hand gives the message over. Once its end may have left, only the server's own word
// tells what became of it.
func hand(c *smtp.Client, message *mail.Msg) error {
	w, err := c.Data()
	if err != nil {
		return told(err, purchase.Rejected)
	}
	if _, err := message.WriteTo(w); err != nil {
		return told(err, purchase.Cut)
	}
	if err := w.Close(); err != nil {
		var said *textproto.Error
		if errors.As(err, &said) {
			return told(err, purchase.Rejected)
		}
		return &purchase.MailError{Problem: purchase.Unclear, Cause: err}
	}
	_ = c.Quit() // it has the mail, whatever it says now
	return nil
}

// told turns what went wrong into a problem: the server's word, or the line's.
func told(err error, refused purchase.MailProblem) error {
	var said *textproto.Error
	var odd textproto.ProtocolError
	var record tls.RecordHeaderError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &said) && said.Code >= 500:
		return &purchase.MailError{Problem: refused, Permanent: true, Detail: purchase.Heard(said.Error()), Cause: err}
	case errors.As(err, &said) && said.Code >= 400:
		return &purchase.MailError{Problem: purchase.Busy, Detail: purchase.Heard(said.Error()), Cause: err}
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid), errors.As(err, &record):
		return &purchase.MailError{Problem: purchase.NotPrivate, Permanent: true, Cause: err}
	case errors.Is(err, errNoWay):
		return &purchase.MailError{Problem: purchase.NoLogin, Permanent: true, Cause: err}
	case errors.As(err, &said), errors.As(err, &odd), errors.Is(err, errEndless):
		return &purchase.MailError{Problem: purchase.Nonsense, Cause: err}
	}
	return &purchase.MailError{Problem: purchase.Cut, Cause: err}
}

func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }

var errNoWay = errors.New("the server offers no login that we know")

// auth chooses among the logins that the server offers.
func auth(c *smtp.Client, to purchase.MailSettings) (smtp.Auth, error) {
	host := strings.Trim(to.Host, "[]")
	_, offered := c.Extension("AUTH")
	for way := range strings.FieldsSeq(strings.ToUpper(offered)) {
		switch way {
		case "PLAIN":
			return smtp.PlainAuth("", to.Username, to.Password, host, false), nil
		case "LOGIN":
			return smtp.LoginAuth(to.Username, to.Password, host, false), nil
		}
	}
	return nil, errNoWay
}
