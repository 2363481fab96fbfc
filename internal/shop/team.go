package shop

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Member is a person with access to the shop.
type Member struct {
	Person    Person // without the password
	Role      tenant.Role
	Since     day.Micros
	SeenAt    *day.Micros // of the last live session in this shop
	Elsewhere bool        // works in another shop of the installation too
}

// Team lists the people of the shop, owners first, then by name. Only an owner may
// read it.
func (s *Service) Team(ctx context.Context) ([]Member, error) {
	if _, err := ownerOf(ctx); err != nil {
		return nil, err
	}
	list, err := s.store.Members(ctx)
	slices.SortStableFunc(list, func(a, b Member) int { return rank(a.Role) - rank(b.Role) })
	return list, err
}

func rank(r tenant.Role) int {
	return slices.Index([]tenant.Role{tenant.Owner, tenant.Manager, tenant.Seller, tenant.Viewer}, r)
}

// Member is another person of the shop; NotFound when there is none such.
func (s *Service) Member(ctx context.Context, person ident.ID) (Member, error) {
	return s.member(ctx, person)
}

// ownerOf is the scope of somebody who may change the team.
func ownerOf(ctx context.Context) (tenant.Scope, error) {
	scope, err := tenant.Must(ctx)
	if err == nil && !scope.Role.AtLeast(tenant.Owner) {
		err = fault.New(fault.Forbidden, "shop.owner_only")
	}
	return scope, err
}

// AddMember makes a person who may log in to the shop of the scope. id is the form's:
// the same again, with the same login, changes nothing.
func (s *Service) AddMember(ctx context.Context, id ident.ID, n NewPerson) (Person, error) {
	scope, err := ownerOf(ctx)
	if err != nil {
		return Person{}, err
	}
	list, err := s.store.Members(ctx)
	if err != nil {
		return Person{}, err
	}
	if at := slices.IndexFunc(list, func(m Member) bool { return m.Person.ID == id }); at >= 0 && list[at].Person.Login == NormaliseLogin(n.Login) {
		return list[at].Person, nil
	}
	in, err := s.store.ShopByID(ctx, scope.Shop)
	if err != nil {
		return Person{}, err
	}
	p, wrong := s.newPerson(in, n)
	if err := wrong.Err(); err != nil {
		return Person{}, err
	}
	if !id.IsNil() {
		p.ID = id
	}
	if p.PasswordHash, err = s.hasher.Hash(ctx, n.Password); err != nil {
		return Person{}, err
	}
	return p, s.atomic.Do(ctx, func(ctx context.Context) error { return s.insertPerson(ctx, in, p, n.Role) })
}

// SetRole gives a member another role, from their next request on. An owner cannot
// change their own: one is always left.
func (s *Service) SetRole(ctx context.Context, person ident.ID, role tenant.Role) error {
	if _, err := tenant.ParseRole(string(role)); err != nil {
		return fault.New(fault.Invalid, "shop.choose").WithField("role")
	}
	was, err := s.member(ctx, person)
	if err != nil {
		return err
	}
	return s.changeMember(ctx, person, "person.role", map[string]any{"role": [2]tenant.Role{was.Role, role}}, func(ctx context.Context, m Member) error {
		scope, _ := tenant.From(ctx)
		return s.store.SaveMembership(ctx, Membership{Shop: scope.Shop, Person: person, Role: role}, m.Since)
	})
}

// SetAccess closes the shop to a member, from their next request on, or opens it again.
// Somebody who works in another shop too is taken out of this one instead: no shop
// decides for another.
func (s *Service) SetAccess(ctx context.Context, person ident.ID, on bool) error {
	return s.changeMember(ctx, person, "person.access", map[string]any{"on": on}, func(ctx context.Context, m Member) error {
		scope, _ := tenant.From(ctx)
		if m.Elsewhere && !on {
			return s.store.DeleteMembership(ctx, scope.Shop, person)
		}
		if m.Elsewhere {
			return fault.New(fault.Conflict, "shop.member_elsewhere")
		}
		if err := s.store.SetDisabled(ctx, person, !on, day.At(s.now())); err != nil || on {
			return err
		}
		return s.store.DeleteSessions(ctx, person)
	})
}

// ResetPassword sets the password of a member who forgot theirs and ends all of their
// sessions. Not of somebody who works in another shop too (Conflict).
func (s *Service) ResetPassword(ctx context.Context, person ident.ID, password string) error {
	m, err := s.member(ctx, person)
	if err != nil {
		return err
	}
	if m.Elsewhere {
		return fault.New(fault.Conflict, "shop.member_elsewhere")
	}
	p, err := s.store.PersonByID(ctx, person)
	if err != nil {
		return err
	}
	if _, err := s.newPassword(ctx, p, password); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error { return s.Record(ctx, "person.password_reset", person, nil) })
}

// changeMember does something to another member, in one transaction. The audit line
// comes first: its number keeps two owners from undoing each other at once.
func (s *Service) changeMember(ctx context.Context, person ident.ID, action string, detail map[string]any, do func(context.Context, Member) error) error {
	if _, err := s.member(ctx, person); err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.Record(ctx, action, person, detail); err != nil {
			return err
		}
		m, err := s.member(ctx, person)
		if err != nil {
			return err
		}
		return do(ctx, m)
	})
}

// member is another member of the shop, for an owner who still is one.
func (s *Service) member(ctx context.Context, person ident.ID) (Member, error) {
	scope, err := ownerOf(ctx)
	if err != nil {
		return Member{}, err
	}
	if person == scope.Person {
		return Member{}, fault.New(fault.Conflict, "shop.member_self")
	}
	list, err := s.store.Members(ctx)
	if err != nil {
		return Member{}, err
	}
	at := slices.IndexFunc(list, func(m Member) bool { return m.Person.ID == person })
	if at < 0 {
		return Member{}, fault.New(fault.NotFound, "shop.member_unknown")
	}
	me := slices.IndexFunc(list, func(m Member) bool { return m.Person.ID == scope.Person })
	if me < 0 || list[me].Role != tenant.Owner || list[me].Person.Disabled {
		return Member{}, fault.New(fault.Forbidden, "shop.owner_only").WithCause(errors.New("no owner any more"))
	}
	return list[at], nil
}
