package purchase

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Security is how the line to a mail server is kept private.
type Security string

// The two ways; an open line carries no password and is not offered.
const (
	TLS      Security = "tls"      // from the first byte, usually port 465
	StartTLS Security = "starttls" // from a command on, usually port 587
)

// Securities lists them in the order to offer them in.
func Securities() []Security { return []Security{TLS, StartTLS} }

// MailSettings is how a shop sends mail.
type MailSettings struct {
	Host     string
	Port     int
	Security Security
	Username string
	Password string // never shown
	From     string // address
	Name     string
}

// MailState is how far a mail has come.
type MailState string

// The states. An Unclear mail may have arrived or not: only a person sends it again.
const (
	MailWaiting MailState = "waiting"
	MailClaimed MailState = "claimed" // on the line
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed"
	MailUnclear MailState = "unclear"
)

// Mail is an order on its way to its supplier, with the order's document as it was when
// a person sent it; or a notice, which is about no order and may leave through a robot.
type Mail struct {
	ID, OrderID, PersonID ident.ID // OrderID is zero for a notice
	CreatedAt             day.Micros
	Via                   Via
	To, Subject, Body     string
	FileName              string
	File                  []byte // nil in lists, and when it has ended
	State                 MailState
	Attempts              int
	NextAt                day.Micros
	EndedAt               *day.Micros
	Problem               MailProblem // of the last attempt
	Detail                string      // what the mail server said
	Shop                  tenant.ShopID
}

// Live reports whether the program still tries to send it.
func (m Mail) Live() bool { return m.State == MailWaiting || m.State == MailClaimed }

// MailProblem is why a mail did not leave.
type MailProblem string

// The problems.
const (
	NoServer    MailProblem = "connect"  // nobody answers there
	NotPrivate  MailProblem = "tls"      // no private line, or another server's certificate
	NoLogin     MailProblem = "login"    // name or password refused
	BadSender   MailProblem = "sender"   // our address refused
	BadReceiver MailProblem = "receiver" // the supplier's address refused
	Rejected    MailProblem = "rejected" // the mail itself refused
	Busy        MailProblem = "busy"     // later, says the server
	Nonsense    MailProblem = "nonsense" // no mail server's answer
	Cut         MailProblem = "cut"      // the line broke before all was said
	Unclear     MailProblem = "unclear"  // it broke after all was said, before the answer
	Unset       MailProblem = "unset"    // the shop has no settings, or the key is another
)

// MailError is what a Sender says of a mail that did not leave, or may not have.
type MailError struct {
	Problem   MailProblem
	Permanent bool   // the same again would be refused again
	Detail    string // what the server said
	Cause     error
}

func (e *MailError) Error() string { return fmt.Sprintf("mail: %s: %v", e.Problem, e.Cause) }

// Unwrap gives the cause.
func (e *MailError) Unwrap() error { return e.Cause }

// Heard cuts the words of another program to what a page can show.
func Heard(s string) string {
	out := []rune(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "")))
	return string(out[:min(len(out), maxDetail)])
}

// Sender takes one mail to a mail server; an error is a *MailError.
type Sender interface {
	Send(ctx context.Context, s MailSettings, m Mail) error
}

// Letterbox keeps settings and mails of the shop in ctx. Writes need a transaction.
type Letterbox interface {
	// MailSettings reads them with the sealed password.
	MailSettings(ctx context.Context) (MailSettings, []byte, error)
	KeepMailSettings(ctx context.Context, s MailSettings, sealed []byte) error
	InsertMail(ctx context.Context, m Mail) error
	// Mails reads those of an order without their files, the newest first.
	Mails(ctx context.Context, orderID ident.ID) ([]Mail, error)
	// DueMails reads mails of all shops that are to be tried by an instant, or were
	// claimed before another, without files; it needs no shop.
	DueMails(ctx context.Context, by, abandoned day.Micros, limit int) ([]Mail, error)
	// MoveMail writes state, attempts, times and problem of a mail that is in a state and
	// has so many attempts; false when it is not. It drops the file of one that ended.
	MoveMail(ctx context.Context, m Mail, from MailState, attempts int) (bool, error)
	// MailFile reads the file of one.
	MailFile(ctx context.Context, id ident.ID) ([]byte, error)
	// Notices reads the newest mails that are about no order.
	Notices(ctx context.Context, limit int) ([]Mail, error)
	// Robots reads the shop's robots, sealed; KeepRobot writes one over what was there.
	Robots(ctx context.Context) ([]SealedRobot, error)
	KeepRobot(ctx context.Context, r SealedRobot) error
	DropRobot(ctx context.Context, via Via) error
}

// posts is what mail needs.
type posts struct {
	key    []byte
	sender Sender
	robots Speaker
	houses Houses
}

// SetMail lets orders and notices leave: key is the installation's secret.
func (s *Service) SetMail(key []byte, sender Sender, robots Speaker, houses Houses) {
	s.posts = &posts{key: key, sender: sender, robots: robots, houses: houses}
}

// Mailing reports whether the installation can send mail.
func (s *Service) Mailing() bool { return s.posts != nil }

// MailSettings reads how the shop sends mail, without the password: set tells whether
// there is one. Zero when nobody said.
func (s *Service) MailSettings(ctx context.Context) (m MailSettings, set bool, err error) {
	m, sealed, err := s.store.MailSettings(ctx)
	if errors.Is(err, ErrMissing) {
		return MailSettings{}, false, nil
	}
	return m, sealed != nil, err
}

// Letter is what a person sends.
type Letter struct {
	After         ident.ID // the newest mail of the order that the person saw; zero: none
	Subject, Body string
	FileName      string
	File          []byte
}

// Mail puts an order into the queue of mails to its supplier. Nothing new is queued when
// a mail of the order is still on its way, or one was queued since the person looked: of
// two people, or two presses, one sends.
func (s *Service) Mail(ctx context.Context, id ident.ID, l Letter) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	if s.posts == nil {
		return Order{}, fault.New(fault.Conflict, "purchase.mail_off")
	}
	var o Order
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if o, err = s.Order(ctx, id); err != nil {
			return err
		}
		before, err := s.store.Mails(ctx, id)
		if err != nil {
			return err
		}
		if len(before) > 0 && (before[0].ID != l.After || before[0].Live()) {
			return nil
		}
		to, err := s.receiver(ctx, o)
		if err != nil {
			return err
		}
		now := day.At(s.now())
		if len(before) > 0 {
			now = max(now, before[0].CreatedAt+1) // the newest is known by its time
		}
		m := Mail{
			ID: ident.Derive(id, append([]byte("mail "), l.After[:]...)), OrderID: id, PersonID: scope.Person, CreatedAt: now, Via: ByMail, To: to, Subject: l.Subject, Body: l.Body, FileName: l.FileName, File: l.File,
			State: MailWaiting, NextAt: day.At(s.now()),
		}
		if err := s.store.InsertMail(ctx, m); err != nil {
			return err
		}
		return s.record(ctx, "order.mail", o, map[string]any{"to": to})
	})
	return o, err
}

// receiver is the supplier's address, when the order and the settings let mail leave.
func (s *Service) receiver(ctx context.Context, o Order) (string, error) {
	if !o.State.Open() {
		return "", fault.New(fault.Conflict, "purchase.mail_not_sent")
	}
	if _, _, err := s.store.MailSettings(ctx); err != nil {
		if errors.Is(err, ErrMissing) {
			err = fault.New(fault.Conflict, "purchase.mail_unset")
		}
		return "", err
	}
	supplier, err := s.catalog.Supplier(ctx, o.SupplierID)
	if err != nil {
		return "", err
	}
	if !IsAddress(supplier.Email) {
		return "", fault.New(fault.Conflict, "purchase.mail_no_address")
	}
	return supplier.Email, nil
}

// Mails reads the mails of an order, the newest first.
func (s *Service) Mails(ctx context.Context, orderID ident.ID) ([]Mail, error) {
	return s.store.Mails(ctx, orderID)
}
