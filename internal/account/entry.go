package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
)

// Request is an entry as somebody asks for it. The same ClientID again changes nothing.
type Request struct {
	ClientID   ident.ID
	Kind       Kind
	AccountID  ident.ID // or
	Name       string   // as the account has it; of work a new one makes an account
	Amount     money.Amount
	Day        day.Date // 0: today
	Task       string   // of work
	Minutes    int
	Pieces     measure.Quantity
	PaidAtOnce bool // work that was paid on the spot
}

// Bounds of work.
const (
	MaxMinutes = 24 * 60
	MaxPieces  = 100_000 * measure.Thousandths
)

func (r Request) hash() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// clean checks what can be checked without asking anybody.
func (r Request) clean(today day.Date) (Request, error) {
	var wrong fault.Fields
	add := func(err error) {
		if e, ok := fault.As(err); ok {
			wrong.Add(e)
		}
	}
	if r.ClientID.IsNil() {
		add(fault.New(fault.Invalid, "web.bad_id").WithField("client_id"))
	}
	if r.Kind == Worked {
		add(amountFault(r.Amount, 0))
		switch {
		case !slices.Contains(Tasks(), r.Task):
			add(fault.New(fault.Invalid, "account.task_missing").WithField("task"))
		case r.Minutes < 0 || r.Minutes > MaxMinutes:
			add(fault.New(fault.Invalid, "account.too_many_hours").WithField("hours"))
		case r.Pieces < 0 || r.Pieces > MaxPieces:
			add(fault.New(fault.Invalid, "value.too_large").WithField("pieces"))
		case r.Minutes == 0 && r.Pieces == 0:
			add(fault.New(fault.Invalid, "account.hours_or_pieces").WithField("hours"))
		}
	} else {
		add(amountFault(r.Amount, 1))
	}
	switch {
	case r.Day == 0:
		r.Day = today
	case r.Day > today:
		add(fault.New(fault.Invalid, "account.day_ahead").WithField("day"))
	case r.Day < sales.FirstDay:
		add(fault.New(fault.Invalid, "sales.day_too_early").WithField("day"))
	}
	return r, wrong.Err()
}

// Write adds an entry that somebody asks for: a payment, a debt written off, work, a wage.
// More may be paid than is owed; the rest stands as paid in advance. No more can be
// written off than is owed. again reports that it was written before.
func (s *Service) Write(ctx context.Context, r Request) (a Account, again bool, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return a, false, err
	}
	hash := r.hash()
	at, today := s.moment(scope)
	if r, err = r.clean(today); err != nil {
		return a, false, err
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		earlier, err := s.store.Entry(ctx, r.ClientID)
		if err == nil {
			if !bytes.Equal(earlier.Hash, hash) {
				return fault.New(fault.Conflict, "account.client_id_used").WithField("client_id")
			}
			again = true
			a, err = s.store.Account(ctx, earlier.AccountID)
			return err
		}
		if !errors.Is(err, ErrMissing) {
			return err
		}
		if r.AccountID.IsNil() {
			a, err = s.named(ctx, r.Kind.Side(), r.Name, "name", r.Kind == Worked)
		} else {
			a, err = s.Account(ctx, r.Kind.Side(), r.AccountID)
		}
		if err != nil {
			return err
		}
		if a.ErasedAt != nil {
			return fault.New(fault.Conflict, "account.erased_already")
		}
		if r.Kind == WrittenOff && r.Amount > a.Balance {
			return fault.New(fault.Invalid, "account.more_than_owed").WithField("amount")
		}
		e := Entry{
			ID: r.ClientID, Kind: r.Kind, Amount: r.Kind.signed(r.Amount), Day: r.Day, RecordedAt: at, Task: r.Task, Minutes: r.Minutes, Pieces: r.Pieces,
			PersonID: scope.Person, Hash: hash,
		}
		if err := s.append(ctx, &a, e); err != nil {
			return err
		}
		if r.Kind != Worked || !r.PaidAtOnce || r.Amount == 0 {
			return nil
		}
		wage := Entry{ID: ident.Derive(r.ClientID, []byte("wage")), Kind: Wage, Amount: -r.Amount, Day: r.Day, RecordedAt: at, PersonID: scope.Person, Hash: hash}
		return s.append(ctx, &a, wage)
	})
	if err != nil {
		return Account{}, false, err
	}
	return a, again, nil
}

// append adds an entry to an account, in the transaction of ctx.
func (s *Service) append(ctx context.Context, a *Account, e Entry) error {
	before, err := s.store.Entries(ctx, a.ID)
	if err != nil {
		return err
	}
	e.AccountID, e.Side, e.Seq = a.ID, a.Side, len(before)+1
	if err := s.settle(a, append(before, e)); err != nil {
		return err
	}
	if err := s.store.Append(ctx, []Entry{e}); err != nil {
		return err
	}
	_, search, err := CleanName(a.Name, "name")
	if a.ErasedAt != nil {
		search, err = "", nil
	}
	if err != nil {
		return err
	}
	if err := s.update(ctx, a, search); err != nil {
		return err
	}
	detail := map[string]any{"amount": int64(e.Amount), "day": e.Day.String()}
	action := string(e.Kind)
	if e.ReversesID != nil {
		action, detail["reverses"] = "counter", e.ReversesID.String()
	}
	return s.record(ctx, action, *a, detail)
}

// settle works out the figures of an account from its entries.
func (s *Service) settle(a *Account, entries []Entry) (err error) {
	if a.Balance, a.Since, err = Book(entries); err != nil {
		return err
	}
	a.Entries, a.LastDay = len(entries), nil
	for i := range entries {
		if a.LastDay == nil || entries[i].Day > *a.LastDay {
			a.LastDay = &entries[i].Day
		}
	}
	return nil
}

// Reverse takes an entry back by a counter-entry, dated as the entry. A second time
// changes nothing. What belongs to a sale is taken back with the sale: Conflict.
func (s *Service) Reverse(ctx context.Context, side Side, id ident.ID) (Account, error) {
	var a Account
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		e, err := s.store.Entry(ctx, id)
		if err == nil && e.Side != side {
			err = ErrMissing
		}
		if err != nil {
			return missing(err)
		}
		if e.SaleID != nil {
			return fault.New(fault.Conflict, "account.undo_the_sale")
		}
		a, err = s.reverse(ctx, e)
		return err
	})
	return a, err
}

func (s *Service) reverse(ctx context.Context, e Entry) (Account, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Account{}, err
	}
	if e.ReversesID != nil {
		return Account{}, fault.New(fault.Conflict, "account.undo_of_undo")
	}
	a, err := s.store.Account(ctx, e.AccountID)
	if err != nil {
		return a, missing(err)
	}
	id := ident.Derive(e.ID, []byte("reverse"))
	if _, err := s.store.Entry(ctx, id); !errors.Is(err, ErrMissing) {
		return a, err // taken back before
	}
	if a.ErasedAt != nil && e.Amount != 0 {
		return a, fault.New(fault.Conflict, "account.erased_already")
	}
	at, _ := s.moment(scope)
	back := Entry{
		ID: id, Kind: e.Kind, Amount: -e.Amount, Day: e.Day, RecordedAt: at, SaleID: e.SaleID, ReversesID: &e.ID, Task: e.Task, Minutes: -e.Minutes, Pieces: -e.Pieces,
		PersonID: scope.Person, Hash: e.Hash,
	}
	return a, s.append(ctx, &a, back)
}
