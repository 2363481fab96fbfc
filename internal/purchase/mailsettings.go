package purchase

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

const (
	maxHost   = 253
	maxSecret = 256
	maxDetail = 200
)

// clean checks settings and gives them in stored form, or every field that is wrong.
func (m MailSettings) clean() (MailSettings, error) {
	var wrong fault.Fields
	bad := func(field, key string) { wrong = append(wrong, fault.New(fault.Invalid, key).WithField(field)) }
	m.Host = strings.ToLower(strings.TrimSpace(m.Host))
	if m.Host == "" || len(m.Host) > maxHost || strings.Trim(m.Host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") != "" {
		bad("host", "purchase.mail_host")
	}
	if m.Port < 1 || m.Port > 65535 {
		bad("port", "purchase.mail_port")
	}
	if m.Security != TLS && m.Security != StartTLS {
		bad("security", "purchase.mail_security")
	}
	if !IsAddress(m.From) {
		bad("from", "purchase.mail_from")
	}
	if len(m.Username) > maxSecret || strings.ContainsAny(m.Username, "\r\n\x00") {
		bad("username", "purchase.mail_username")
	}
	if len(m.Password) > maxSecret || strings.ContainsAny(m.Password, "\r\n\x00") {
		bad("password", "purchase.mail_password")
	}
	return m, wrong.Err()
}

// IsAddress reports whether the text is one bare mail address.
func IsAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Name == "" && a.Address == text && len(text) <= 254
}

// KeepMailSettings keeps how the shop sends mail. An empty password keeps the one before,
// as long as server and user stay: it is not to be sent to another place.
func (s *Service) KeepMailSettings(ctx context.Context, m MailSettings) error {
	if s.posts == nil {
		return fault.New(fault.Conflict, "purchase.mail_off")
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if m, err = m.clean(); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		old, sealed, err := s.store.MailSettings(ctx)
		if err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
		if sealed != nil {
			old.Password, _ = s.unseal(scope.Shop, "", sealed) // another key: as if there were none
		}
		if m.Password == "" && m.Username != "" && m.Host == old.Host && m.Username == old.Username {
			m.Password = old.Password
		}
		if m.Username != "" && m.Password == "" {
			return fault.New(fault.Invalid, "purchase.mail_password_again").WithField("password")
		}
		if m == old {
			return nil
		}
		if sealed, err = s.seal(scope.Shop, "", m.Password); err != nil {
			return err
		}
		if err := s.store.KeepMailSettings(ctx, m, sealed); err != nil {
			return err
		}
		return s.journal.Record(ctx, "mail.settings", ident.Nil, map[string]any{"host": m.Host, "port": m.Port, "user": m.Username, "from": m.From})
	})
}

// tryLimit is how long a person waits for a test mail.
const tryLimit = 20 * time.Second

// TryMail sends a mail to the shop's own address with the settings that are kept, at
// once. An error is a *MailError, which says how far it came, or a fault of the form.
func (s *Service) TryMail(ctx context.Context, subject, body string) error {
	if s.posts == nil || s.posts.sender == nil {
		return fault.New(fault.Conflict, "purchase.mail_off")
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	settings, sealed, err := s.store.MailSettings(ctx)
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.Conflict, "purchase.mail_unset_owner")
	}
	if err != nil {
		return err
	}
	if sealed != nil {
		if settings.Password, err = s.unseal(scope.Shop, "", sealed); err != nil {
			return &MailError{Problem: Unset, Permanent: true, Cause: err}
		}
	}
	ctx, stop := context.WithTimeout(ctx, tryLimit)
	defer stop()
	return s.posts.sender.Send(ctx, settings, Mail{ID: ident.New(), CreatedAt: day.At(s.now()), To: settings.From, Subject: subject, Body: body, Shop: scope.Shop})
}
