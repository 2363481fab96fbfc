package shop

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// The bounds of a password, in characters.
const (
	minPassword = 8
	maxPassword = 256
)

// CheckPassword refuses what is too short or long, well known, or merely one of
// names (the shop's, the person's); there are no rules of composition.
func CheckPassword(password string, names ...string) *fault.Error {
	refuse := func(key string, args ...fault.Arg) *fault.Error {
		return fault.New(fault.Invalid, key, args...).WithField("password")
	}
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return refuse("shop.password_short", fault.A("n", minPassword))
	case n > maxPassword:
		return refuse("shop.password_long", fault.A("n", maxPassword))
	}
	folded := strings.ToLower(measure.Fold(password))
	if _, known := commonPasswords()[folded]; known {
		return refuse("shop.password_common")
	}
	for _, name := range names {
		if name != "" && folded == strings.ToLower(measure.Fold(name)) {
			return refuse("shop.password_name")
		}
	}
	return nil
}

// passwordList is lower case, one a line: what Chinese keyboards and love songs
// suggest, then the 3,000 most used of at least 8 characters from the list of
// zxcvbn (MIT licence, © Dropbox and © 2016 Daniel Wolf).
//
//go:embed passwords.txt
var passwordList []byte

var commonPasswords = sync.OnceValue(func() map[string]struct{} {
	known := map[string]struct{}{}
	for lines := bufio.NewScanner(bytes.NewReader(passwordList)); lines.Scan(); {
		known[lines.Text()] = struct{}{}
	}
	return known
})

// SetPassword sets a person's password from the command line and ends all of
// their sessions.
func (s *Service) SetPassword(ctx context.Context, login, password string) error {
	p, err := s.store.PersonByLogin(ctx, NormaliseLogin(login))
	if errors.Is(err, ErrMissing) {
		return fault.New(fault.NotFound, "shop.person_unknown", fault.A("login", login))
	}
	if err != nil {
		return err
	}
	_, err = s.newPassword(ctx, p, password)
	return err
}

// ChangePassword changes the password of the person of the scope, who must know
// the current one. It ends all of their sessions and starts a new one for the
// browser that asked, whose name is agent. Wrong guesses at the current password
// are slowed down as at the login.
func (s *Service) ChangePassword(ctx context.Context, current, next, agent string) (token string, expires time.Time, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	p, err := s.store.PersonByID(ctx, scope.Person)
	if err != nil {
		return "", time.Time{}, err
	}
	if err := s.guessOwn(ctx, p, current); err != nil {
		return "", time.Time{}, err
	}
	if p, err = s.newPassword(ctx, p, next); err != nil {
		return "", time.Time{}, err
	}
	in, err := s.store.ShopByID(ctx, scope.Shop)
	if err != nil {
		return "", time.Time{}, err
	}
	return s.startSession(ctx, p, in, agent, func(context.Context) error { return nil })
}

// guessOwn looks at what somebody in a person's session says is their password.
func (s *Service) guessOwn(ctx context.Context, p Person, current string) error {
	buckets := []bucket{{bucketKey("change", p.ID.String()), accountRule}}
	select {
	case s.gate <- struct{}{}:
		defer func() { <-s.gate }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := s.checkThrottle(ctx, buckets); err != nil {
		return err
	}
	ok, _, err := s.hasher.Verify(ctx, current, p.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		if err := s.countFailure(ctx, buckets); err != nil {
			return err
		}
		return fault.Fields{fault.New(fault.Invalid, "shop.password_wrong").WithField("current")}
	}
	return nil
}

// newPassword writes a password and ends every session, in one transaction; a
// password changed by somebody else meanwhile is a Conflict.
func (s *Service) newPassword(ctx context.Context, p Person, password string) (Person, error) {
	memberships, err := s.store.Memberships(ctx, p.ID)
	if err != nil {
		return p, err
	}
	names := []string{p.Login, p.Name, p.Phone, p.Email}
	for _, m := range memberships {
		names = append(names, m.Name, m.Slug)
	}
	if f := CheckPassword(password, names...); f != nil {
		return p, fault.Fields{f}
	}
	old := p.PasswordHash
	if p.PasswordHash, err = s.hasher.Hash(ctx, password); err != nil {
		return p, err
	}
	p.ChangedAt = day.At(s.now())
	return p, s.atomic.Do(ctx, func(ctx context.Context) error {
		err := s.store.SetPassword(ctx, p.ID, old, p.PasswordHash, p.ChangedAt)
		if errors.Is(err, ErrStale) {
			return fault.New(fault.Conflict, "shop.changed_meanwhile")
		}
		if err != nil {
			return err
		}
		if err := s.store.DeleteSessions(ctx, p.ID); err != nil {
			return err
		}
		for _, m := range memberships {
			in, err := s.store.ShopByID(ctx, m.Shop)
			if err != nil {
				return err
			}
			if err := s.Record(Acting(ctx, in), "person.password_changed", p.ID, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
