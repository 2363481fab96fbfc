package purchase

import (
	"context"
	"slices"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// stale is the fault for a change made from an old version.
func stale() *fault.Error { return fault.New(fault.Conflict, "purchase.changed_meanwhile") }

// change reads the order, applies a pure rule and writes the result, in one
// transaction. The rule reports whether anything changed; after runs before the
// commit.
func (s *Service) change(ctx context.Context, id ident.ID, lines bool, rule func(context.Context, *Order) (bool, error), after func(context.Context, Order) error) (Order, error) {
	var o Order
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.store.Order(ctx, id); err != nil {
			return missing(err)
		}
		changed, err := rule(ctx, &o)
		if err != nil || !changed {
			return err
		}
		o.Version++
		ok, err := s.store.Update(ctx, o, lines)
		if err != nil {
			return err
		}
		if !ok {
			return stale()
		}
		if err := after(ctx, o); err != nil {
			return err
		}
		return s.tell(ctx, o)
	})
	if err != nil {
		return Order{}, err
	}
	one := []Order{o}
	err = s.name(ctx, one)
	return one[0], err
}

// UpdateDraft changes lines of a draft that still has that version. Another version
// or state is a Conflict.
func (s *Service) UpdateDraft(ctx context.Context, id ident.ID, version int64, changes []LineChange) (Order, error) {
	return s.ExtendDraft(ctx, id, version, changes, nil)
}

// ExtendDraft is UpdateDraft that also adds lines behind those that stay.
func (s *Service) ExtendDraft(ctx context.Context, id ident.ID, version int64, changes []LineChange, more []DraftLine) (Order, error) {
	var before Order
	return s.change(ctx, id, true, func(ctx context.Context, o *Order) (bool, error) {
		if o.State != Draft {
			return false, fault.New(fault.Conflict, "purchase.not_a_draft")
		}
		if o.Version != version {
			return false, stale()
		}
		ids := make([]ident.ID, len(more))
		for i, l := range more {
			ids[i] = l.ProductID
		}
		t, err := s.termsOf(ctx, o.SupplierID, ids)
		if err != nil {
			return false, err
		}
		before = *o // its lines are replaced, not changed
		o.AskedAt, o.AskedBy = nil, ident.Nil
		if err := o.change(changes, t); err != nil {
			return false, err
		}
		return true, o.extend(more, t)
	}, func(ctx context.Context, o Order) error {
		if err := s.stale(ctx, before, o); err != nil {
			return err
		}
		return s.record(ctx, "order.update", o, map[string]any{
			"lines": len(o.Lines), "total": [2]string{before.Total.Decimal(o.Currency), o.Total.Decimal(o.Currency)}, "changed": changedLines(before, o),
		})
	})
}

// changedLines names what of a draft is another quantity or price than before, what is
// new and what is gone.
func changedLines(before, after Order) []map[string]any {
	type terms struct{ quantity, price string }
	was, is := map[string]terms{}, map[string]terms{}
	for _, l := range before.Lines {
		was[l.ProductName] = terms{l.Quantity.Decimal(), l.Price.Decimal()}
	}
	for _, l := range after.Lines {
		is[l.ProductName] = terms{l.Quantity.Decimal(), l.Price.Decimal()}
	}
	out := []map[string]any{}
	for _, l := range slices.Concat(after.Lines, before.Lines) {
		name := l.ProductName
		if was[name] != is[name] {
			out = append(out, map[string]any{"product": name, "quantity": [2]string{was[name].quantity, is[name].quantity}, "price": [2]string{was[name].price, is[name].price}})
			was[name] = is[name] // a line that stays stands in both
		}
	}
	return out
}

// Send marks the draft as sent today, from which its lead time counts, and tells the
// ledger what to expect. A version other than 0 must be the draft's. Sending what is
// sent changes nothing. Beyond the amount that needs the owner, the draft of anybody else
// waits for him instead, and stays a draft.
func (s *Service) Send(ctx context.Context, id ident.ID, version int64) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	return s.change(ctx, id, false, func(ctx context.Context, o *Order) (bool, error) {
		if version != 0 && o.State == Draft && o.Version != version && !o.Waits() {
			return false, stale()
		}
		if o.State == Draft {
			if waits, err := s.needsOwner(ctx, scope, *o); waits || err != nil {
				return err == nil && o.ask(scope.Person, s.moment(scope)), err
			}
		}
		if version != 0 && o.State == Draft && o.Version != version {
			return false, stale()
		}
		return o.send(s.moment(scope))
	}, func(ctx context.Context, o Order) error {
		if o.State == Draft {
			return s.record(ctx, "order.ask", o, nil)
		}
		if err := s.ledger.Expect(ctx, o.Expected()); err != nil {
			return err
		}
		if s.links != nil {
			if err := s.issue(ctx, o); err != nil {
				return err
			}
		}
		return s.record(ctx, "order.send", o, nil)
	})
}

// Confirm notes what the supplier promised: without lines, all as ordered. Until goods
// come he may promise something else, told with the version (0: any) of the order that it
// is about. The same again changes nothing. What is expected, and when, follows. Faults
// of a line carry the field RowField(name, position).
func (s *Service) Confirm(ctx context.Context, id ident.ID, version int64, lines []ConfirmLine) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	return s.change(ctx, id, true, func(_ context.Context, o *Order) (bool, error) {
		before := o.Version
		changed, err := o.confirm(lines, s.moment(scope))
		if changed && version != 0 && before != version {
			return false, stale()
		}
		return changed, err
	}, func(ctx context.Context, o Order) error {
		if o.WantedDay != nil { // not all as ordered, now or before
			if err := s.expectAnew(ctx, o); err != nil {
				return err
			}
		}
		detail := map[string]any{}
		if lines := o.told(); len(lines) > 0 {
			detail["lines"] = lines
		}
		return s.record(ctx, "order.confirm", o, detail)
	})
}

// Cancel gives up an order of which nothing has come. Cancelling again changes
// nothing.
func (s *Service) Cancel(ctx context.Context, id ident.ID) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	return s.change(ctx, id, false, func(_ context.Context, o *Order) (bool, error) {
		return o.cancel(s.moment(scope))
	}, func(ctx context.Context, o Order) error { return s.giveUp(ctx, "order.cancel", o) })
}

// CloseShort gives up what is still owed of an order of which some has come. Doing
// it again changes nothing.
func (s *Service) CloseShort(ctx context.Context, id ident.ID) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	return s.change(ctx, id, false, func(_ context.Context, o *Order) (bool, error) {
		return o.closeShort(s.moment(scope))
	}, func(ctx context.Context, o Order) error { return s.giveUp(ctx, "order.close", o) })
}

// giveUp tells the ledger that nothing more is expected.
func (s *Service) giveUp(ctx context.Context, action string, o Order) error {
	if o.SentDay != nil {
		if err := s.ledger.Unexpect(ctx, o.ID, nil, nil); err != nil {
			return err
		}
	} else if err := s.stale(ctx, o); err != nil {
		return err
	}
	return s.record(ctx, action, o, nil)
}
