package trade

import (
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// selling changes a deal of which the shop is the seller, in one transaction.
func (s *Service) selling(ctx context.Context, id ident.ID, version int64, action string, rule func(ctx context.Context, d *Deal) (bool, error)) (Deal, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Deal{}, err
	}
	var d Deal
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if d, err = s.Deal(ctx, id); err != nil {
			return err
		}
		if d.To != scope.Shop {
			return fault.New(fault.NotFound, "trade.deal_missing")
		}
		before := d.Version
		changed, err := rule(ctx, &d)
		if err != nil || !changed {
			return err
		}
		if version != 0 && before != version {
			return stale()
		}
		return s.journal.Record(ctx, action, d.ID, map[string]any{"number": d.Number, "from": d.FromName, "state": string(d.State)})
	})
	return d, err
}

// put writes a changed deal.
func (s *Service) put(ctx context.Context, d *Deal) error {
	d.Version++
	ok, err := s.desk.Deals.UpdateDeal(ctx, *d)
	if err == nil && !ok {
		err = stale()
	}
	return err
}

// Confirm promises goods to another shop, sets them aside here and notes the promise on
// the buyer's order. The same answer again changes nothing.
func (s *Service) Confirm(ctx context.Context, id ident.ID, version int64, r Reply) (Deal, error) {
	return s.selling(ctx, id, version, "deal.confirm", func(ctx context.Context, d *Deal) (bool, error) {
		return s.promise(ctx, d, r)
	})
}

// promise writes the seller's answer on both sides, and reports whether it is news.
func (s *Service) promise(ctx context.Context, d *Deal, r Reply) (bool, error) {
	before := *d
	if err := d.confirm(r, day.At(s.now())); err != nil {
		return false, err
	}
	if before.State == Confirmed && before.Due == d.Due && slices.Equal(before.Lines, d.Lines) {
		*d = before
		return false, nil
	}
	if err := s.allocate(ctx, *d); err != nil {
		return false, err
	}
	if err := s.put(ctx, d); err != nil {
		return false, err
	}
	return true, s.across(ctx, *d, func(ctx context.Context) error {
		_, err := s.desk.Orders.Confirm(ctx, d.ID, 0, d.promises())
		return err
	})
}

// promises is the deal's answer in the words of the buyer's order.
func (d Deal) promises() []purchase.ConfirmLine {
	out := make([]purchase.ConfirmLine, len(d.Lines))
	for i, l := range d.Lines {
		out[i] = purchase.ConfirmLine{Line: l.Line, Agreed: purchase.Agreed{Quantity: l.Promised, Price: l.Agreed, Day: d.Due}}
	}
	return out
}

// allocate sets aside what the deal promises and has not shipped. Goods that are still to
// come for it are not here to be set aside.
func (s *Service) allocate(ctx context.Context, d Deal) error {
	if err := s.desk.Ledger.Release(ctx, d.ID, nil, nil); err != nil {
		return err
	}
	if !d.Source.IsNil() {
		if o, err := s.desk.Orders.Order(ctx, d.Source); err != nil || o.State.Open() || o.State == purchase.Draft {
			return err
		}
	}
	var lines []stock.Allocation
	for _, l := range d.Lines {
		if q := l.Owed(); q > 0 && !l.ProductID.IsNil() {
			lines = append(lines, stock.Allocation{SourceID: d.ID, SourceLine: l.Line, ProductID: l.ProductID, Quantity: q})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return s.desk.Ledger.Allocate(ctx, lines)
}

// Refuse tells another shop that nothing will come; its order is cancelled. Refusing
// again changes nothing.
func (s *Service) Refuse(ctx context.Context, id ident.ID, version int64, reason string) (Deal, error) {
	reason, err := catalog.CleanText(reason, MaxAbout)
	if err != nil {
		return Deal{}, err
	}
	return s.selling(ctx, id, version, "deal.refuse", func(ctx context.Context, d *Deal) (bool, error) {
		if d.State == Refused {
			return false, nil
		}
		if err := d.refuse(reason, day.At(s.now())); err != nil {
			return false, err
		}
		if err := s.desk.Ledger.Release(ctx, d.ID, nil, nil); err != nil {
			return false, err
		}
		if err := s.put(ctx, d); err != nil {
			return false, err
		}
		return true, s.across(ctx, *d, func(ctx context.Context) error {
			_, err := s.desk.Orders.Cancel(ctx, d.ID)
			return err
		})
	})
}
