package shop

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"strings"
	"sync"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// NewPerson is what a person is made of. Login may be a name of their choice;
// phone and e-mail log in too.
type NewPerson struct {
	Login, Name, Phone, Email, Password, Language string
	Role                                          tenant.Role
}

// AddPerson makes a person who belongs to the shop with a role.
func (s *Service) AddPerson(ctx context.Context, shopID tenant.ShopID, n NewPerson) (Person, error) {
	made, err := s.store.ShopByID(ctx, shopID)
	if err != nil {
		return Person{}, err
	}
	p, err := s.newPerson(made, n)
	if err != nil {
		return Person{}, err
	}
	if p.PasswordHash, err = s.hasher.Hash(ctx, n.Password); err != nil {
		return Person{}, err
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		err := s.store.InsertPerson(ctx, p)
		if errors.Is(err, ErrTaken) {
			return fault.New(fault.Conflict, "shop.login_taken").WithField("login")
		}
		if err != nil {
			return err
		}
		if err := s.store.SaveMembership(ctx, Membership{Shop: shopID, Person: p.ID, Role: n.Role}, p.CreatedAt); err != nil {
			return err
		}
		return s.Record(Acting(ctx, made), "person.added", p.ID, map[string]any{"login": p.Login, "role": n.Role})
	})
	return p, err
}

func (s *Service) newPerson(in Shop, n NewPerson) (Person, error) {
	now := day.At(s.now())
	p := Person{ID: ident.New(), Login: NormaliseLogin(n.Login), Name: cleanText(n.Name), Phone: NormaliseLogin(n.Phone), Email: NormaliseLogin(n.Email), Language: n.Language, CreatedAt: now, ChangedAt: now}
	if p.Name == "" {
		p.Name = cleanText(n.Login)
	}
	var wrong fault.Fields
	if f := nameFault("login", p.Login, maxLogin); f != nil {
		wrong = append(wrong, f)
	}
	if utf8.RuneCountInString(p.Name) > maxName {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.too_long", fault.A("n", maxName)).WithField("person"))
	}
	if p.Email != "" && (!strings.Contains(p.Email, "@") || len(p.Email) > maxLogin) {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.email_invalid").WithField("email"))
	}
	if len(p.Phone) > 20 {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.phone_invalid").WithField("phone"))
	}
	if _, err := tenant.ParseRole(string(n.Role)); err != nil {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.choose").WithField("role"))
	}
	if f := CheckPassword(n.Password, in.Name, in.Slug, p.Login, p.Name); f != nil {
		wrong = append(wrong, f)
	}
	return p, wrong.Err()
}

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
	return s.newPassword(ctx, p, password, nil)
}

// ChangePassword changes the password of the person of the scope, who must know
// the current one, and ends their other sessions.
func (s *Service) ChangePassword(ctx context.Context, token, current, next string) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	p, err := s.store.PersonByID(ctx, scope.Person)
	if err != nil {
		return err
	}
	ok, _, err := s.hasher.Verify(ctx, current, p.PasswordHash)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Fields{fault.New(fault.Invalid, "shop.password_wrong").WithField("current")}
	}
	return s.newPassword(ctx, p, next, hashToken(token))
}

func (s *Service) newPassword(ctx context.Context, p Person, password string, keep []byte) error {
	memberships, err := s.store.Memberships(ctx, p.ID)
	if err != nil {
		return err
	}
	names := []string{p.Login, p.Name}
	for _, m := range memberships {
		names = append(names, m.Name, m.Slug)
	}
	if f := CheckPassword(password, names...); f != nil {
		return fault.Fields{f}
	}
	if p.PasswordHash, err = s.hasher.Hash(ctx, password); err != nil {
		return err
	}
	p.ChangedAt = day.At(s.now())
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.store.UpdatePerson(ctx, p); err != nil {
			return err
		}
		if err := s.store.DeleteSessions(ctx, p.ID, keep); err != nil {
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

// SetAppearance keeps the person's language and letter size for their next device.
func (s *Service) SetAppearance(ctx context.Context, language string, largeText bool) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		p, err := s.store.PersonByID(ctx, scope.Person)
		if err != nil {
			return err
		}
		p.Language, p.LargeText = language, largeText
		return s.store.UpdatePerson(ctx, p)
	})
}

// HasPerson reports whether anybody can log in: /setup is open only before.
func (s *Service) HasPerson(ctx context.Context) (bool, error) { return s.store.AnyPerson(ctx) }

// MembershipsOf lists the shops a person belongs to.
func (s *Service) MembershipsOf(ctx context.Context, person ident.ID) ([]Membership, error) {
	return s.store.Memberships(ctx, person)
}
