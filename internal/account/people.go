package account

import (
	"context"
	"errors"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// CleanName is a name as it is kept and as it is looked up: width, case and spaces do not
// matter to find it.
func CleanName(name, field string) (kept, search string, err error) {
	if kept, err = catalog.CleanText(name, MaxName); err != nil {
		if e, ok := fault.As(err); ok {
			return "", "", e.WithField(field)
		}
		return "", "", err
	}
	if kept == "" {
		return "", "", fault.New(fault.Invalid, "account.name_missing").WithField(field)
	}
	return kept, strings.ToLower(strings.ReplaceAll(measure.Fold(kept), " ", "")), nil
}

// Person is what is kept of somebody.
type Person struct{ Name, Phone string }

func (p Person) clean() (Person, string, error) {
	var wrong fault.Fields
	name, search, err := CleanName(p.Name, "name")
	if e, ok := fault.As(err); ok {
		wrong.Add(e)
	} else if err != nil {
		return p, "", err
	}
	phone, err := catalog.CleanText(p.Phone, MaxPhone)
	if e, ok := fault.As(err); ok {
		wrong.Add(e.WithField("phone"))
	} else if err != nil {
		return p, "", err
	}
	return Person{name, phone}, search, wrong.Err()
}

// Open makes an account with the client's id; the same again changes nothing. Invalid when
// the side has one of that name.
func (s *Service) Open(ctx context.Context, side Side, id ident.ID, p Person) (Account, error) {
	p, search, err := p.clean()
	if err != nil {
		return Account{}, err
	}
	var made Account
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		one, err := s.store.ByName(ctx, side, search)
		switch {
		case err == nil && one.ID == id:
			made = one
			return nil
		case err == nil:
			return taken()
		case !errors.Is(err, ErrMissing):
			return err
		}
		if _, err := s.store.Account(ctx, id); !errors.Is(err, ErrMissing) {
			if err == nil {
				err = fault.New(fault.Conflict, "account.client_id_used").WithField("client_id")
			}
			return err
		}
		made, err = s.open(ctx, side, id, p, search)
		return err
	})
	return made, err
}

func taken() *fault.Error { return fault.New(fault.Invalid, "account.name_taken").WithField("name") }

func (s *Service) open(ctx context.Context, side Side, id ident.ID, p Person, search string) (Account, error) {
	a := Account{ID: id, Side: side, Name: p.Name, Phone: p.Phone, CreatedAt: day.At(s.now()), Version: 1}
	if err := s.store.Insert(ctx, a, search); err != nil {
		return a, err
	}
	return a, s.record(ctx, "open", a, nil)
}

// record writes who changed what of an account; never a name.
func (s *Service) record(ctx context.Context, action string, a Account, detail map[string]any) error {
	return s.journal.Record(ctx, string(a.Side)+"."+action, a.ID, detail)
}

// named finds the account of a name, making it when there is none and make says so.
func (s *Service) named(ctx context.Context, side Side, name, field string, make bool) (Account, error) {
	kept, search, err := CleanName(name, field)
	if err != nil {
		return Account{}, err
	}
	a, err := s.store.ByName(ctx, side, search)
	if !errors.Is(err, ErrMissing) {
		return a, err
	}
	if !make {
		return a, fault.New(fault.Invalid, "account.nobody_of_that_name").WithField(field)
	}
	return s.open(ctx, side, ident.New(), Person{Name: kept}, search)
}

// Account reads one of a side; NotFound when this shop has none such.
func (s *Service) Account(ctx context.Context, side Side, id ident.ID) (Account, error) {
	a, err := s.store.Account(ctx, id)
	if err == nil && a.Side != side {
		err = ErrMissing
	}
	return a, missing(err)
}

// Accounts reads a page, the largest balance first.
func (s *Service) Accounts(ctx context.Context, q Query) ([]Account, error) {
	if q.Limit <= 0 || q.Limit > PageSize+1 {
		q.Limit = PageSize
	}
	return s.store.Accounts(ctx, q)
}

// Entries reads the account's lines by seq.
func (s *Service) Entries(ctx context.Context, id ident.ID) ([]Entry, error) {
	return s.store.Entries(ctx, id)
}

// Change replaces name and telephone of an account that was not erased.
func (s *Service) Change(ctx context.Context, side Side, id ident.ID, version int64, p Person) error {
	p, search, err := p.clean()
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		a, err := s.Account(ctx, side, id)
		if err != nil {
			return err
		}
		if a.ErasedAt != nil {
			return fault.New(fault.Conflict, "account.erased_already")
		}
		if a.Name == p.Name && a.Phone == p.Phone {
			return nil
		}
		if version != a.Version {
			return stale()
		}
		a.Name, a.Phone = p.Name, p.Phone
		if err := s.update(ctx, &a, search); err != nil {
			return err
		}
		return s.record(ctx, "change", a, nil)
	})
}

func (s *Service) update(ctx context.Context, a *Account, search string) error {
	a.Version++
	ok, err := s.store.Update(ctx, *a, search)
	if errors.Is(err, ErrTaken) {
		return taken()
	}
	if err == nil && !ok {
		return stale()
	}
	return err
}

// Erase forgets who somebody is, as people may ask: name and telephone go, the entries
// stay, and so does every sum. What is owed must be settled or written off before;
// erasing again changes nothing.
func (s *Service) Erase(ctx context.Context, side Side, id ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		a, err := s.Account(ctx, side, id)
		if err != nil || a.ErasedAt != nil {
			return err
		}
		if a.Balance != 0 {
			return fault.New(fault.Conflict, "account.erase_balance")
		}
		now := day.At(s.now())
		a.Name, a.Phone, a.ErasedAt = "", "", &now
		if err := s.update(ctx, &a, ""); err != nil {
			return err
		}
		return s.record(ctx, "erase", a, nil)
	})
}

// Standing tells how a side stands today.
func (s *Service) Standing(ctx context.Context, side Side) (Standing, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Standing{}, err
	}
	_, today := s.moment(scope)
	return s.store.Standing(ctx, side, today.Add(-LateAfter))
}
