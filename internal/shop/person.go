package shop

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// NewPerson is what a person is made of. Login may be a name of their choice;
// phone and e-mail log in too.
type NewPerson struct {
	Login, Name, Phone, Email, Password, Language string
	Role                                          tenant.Role
}

// AddPerson makes a person who belongs to the shop with a role. A login, phone
// number or e-mail address that logs somebody else in is Invalid.
func (s *Service) AddPerson(ctx context.Context, shopID tenant.ShopID, n NewPerson) (Person, error) {
	made, err := s.store.ShopByID(ctx, shopID)
	if err != nil {
		return Person{}, err
	}
	p, wrong := s.newPerson(made, n)
	if err := wrong.Err(); err != nil {
		return Person{}, err
	}
	if p.PasswordHash, err = s.hasher.Hash(ctx, n.Password); err != nil {
		return Person{}, err
	}
	err = s.atomic.Do(Acting(ctx, made), func(ctx context.Context) error { return s.insertPerson(ctx, made, p, n.Role) })
	return p, err
}

// Names tells what people are called whom the shop's own rows name, those who
// have left too; an id of nobody is absent. Ids must never come from outside.
func (s *Service) Names(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error) {
	if _, err := tenant.Must(ctx); err != nil {
		return nil, err
	}
	return s.store.PersonNames(ctx, ids)
}

// insertPerson writes a person who works in shop in; ctx has its scope.
func (s *Service) insertPerson(ctx context.Context, in Shop, p Person, role tenant.Role) error {
	for _, name := range []struct{ field, value string }{{"login", p.Login}, {"phone", p.Phone}, {"email", p.Email}} {
		if name.value == "" {
			continue
		}
		switch _, err := s.store.PersonByLogin(ctx, name.value); {
		case err == nil:
			return loginTaken(name.field)
		case !errors.Is(err, ErrMissing):
			return err
		}
	}
	err := s.store.InsertPerson(ctx, p)
	if errors.Is(err, ErrTaken) { // by somebody at the same moment
		return loginTaken("login")
	}
	if err != nil {
		return err
	}
	if err := s.store.SaveMembership(ctx, Membership{Shop: in.ID, Person: p.ID, Role: role}, p.CreatedAt); err != nil {
		return err
	}
	return s.Record(ctx, "person.added", p.ID, map[string]any{"login": p.Login, "role": role})
}

func loginTaken(field string) error {
	return fault.Fields{fault.New(fault.Invalid, "shop.login_taken").WithField(field)}
}

func (s *Service) newPerson(in Shop, n NewPerson) (Person, fault.Fields) {
	now := day.At(s.now())
	p := Person{
		ID: ident.New(), Login: NormaliseLogin(n.Login), Name: cleanText(n.Name), Phone: NormaliseLogin(n.Phone), Email: NormaliseLogin(n.Email),
		Language: n.Language, CreatedAt: now, ChangedAt: now,
	}
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
	if p.Email != "" && (!strings.Contains(p.Email, "@") || utf8.RuneCountInString(p.Email) > maxLogin) {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.email_invalid").WithField("email"))
	}
	if len(p.Phone) > maxPhone || strings.Trim(p.Phone, "0123456789") != "" {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.phone_invalid").WithField("phone"))
	}
	if _, err := tenant.ParseRole(string(n.Role)); err != nil {
		wrong = append(wrong, fault.New(fault.Invalid, "shop.choose").WithField("role"))
	}
	if f := CheckPassword(n.Password, in.Name, in.Slug, p.Login, p.Name, p.Phone, p.Email); f != nil {
		wrong = append(wrong, f)
	}
	return p, wrong
}

const maxPhone = 20

// HasPerson reports whether anybody can log in: /setup is open only before.
func (s *Service) HasPerson(ctx context.Context) (bool, error) { return s.store.AnyPerson(ctx) }

// Memberships lists the shops of the person of the scope, the first joined first.
func (s *Service) Memberships(ctx context.Context) ([]Membership, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	return s.store.Memberships(ctx, scope.Person)
}

// Me is the person of the scope.
func (s *Service) Me(ctx context.Context) (Person, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Person{}, err
	}
	return s.store.PersonByID(ctx, scope.Person)
}

// SetAppearance keeps the person's language and letter size for their next device.
func (s *Service) SetAppearance(ctx context.Context, language string, largeText bool) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		return s.store.SetAppearance(ctx, scope.Person, language, largeText)
	})
}
