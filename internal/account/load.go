package account

import (
	"context"
	"crypto/sha256"
	"errors"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Past is a finished entry of somebody's past.
type Past struct {
	ID      ident.ID
	Kind    Kind
	Amount  money.Amount // positive
	Day     day.Date
	SaleID  *ident.ID
	Task    string
	Minutes int
}

// Load adds what happened to the account of a name, which it makes when there is none. It
// is for the demo's past: entries are the caller's, and no trail is kept of them.
func (s *Service) Load(ctx context.Context, side Side, p Person, past []Past) error {
	scope, err := tenant.Must(ctx)
	if err != nil || len(past) == 0 {
		return err
	}
	p, search, err := p.clean()
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		a, err := s.store.ByName(ctx, side, search)
		if errors.Is(err, ErrMissing) {
			a = Account{ID: ident.Derive(past[0].ID, []byte("account")), Side: side, Name: p.Name, Phone: p.Phone, CreatedAt: day.At(s.now()), Version: 1}
			err = s.store.Insert(ctx, a, search)
		}
		if err != nil {
			return err
		}
		all, err := s.store.Entries(ctx, a.ID)
		if err != nil {
			return err
		}
		known := len(all)
		for _, one := range past {
			hash := sha256.Sum256(one.ID[:])
			all = append(all, Entry{
				ID: one.ID, AccountID: a.ID, Seq: len(all) + 1, Side: side, Kind: one.Kind, Amount: one.Kind.signed(one.Amount), Day: one.Day, RecordedAt: day.At(s.now()),
				SaleID: one.SaleID, Task: one.Task, Minutes: one.Minutes, PersonID: scope.Person, Hash: hash[:],
			})
		}
		if err := s.settle(&a, all); err != nil {
			return err
		}
		if err := s.store.Append(ctx, all[known:]); err != nil {
			return err
		}
		return s.update(ctx, &a, search)
	})
}
