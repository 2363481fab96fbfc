package trade

import (
	"context"
	"errors"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// OrderChanged follows the shop's purchase orders: one that is sent to a shop of the
// installation becomes a deal, and what happens to it here is told there. It is a
// purchase.Follower and runs in the order's transaction.
func (s *Service) OrderChanged(ctx context.Context, o purchase.Order) error {
	if s.desk.Deals == nil || o.State == purchase.Draft {
		return nil
	}
	if err := s.sourceChanged(ctx, o); err != nil {
		return err
	}
	d, err := s.desk.Deals.Deal(ctx, o.ID)
	switch {
	case errors.Is(err, ErrMissing) && o.State == purchase.Sent:
		return s.send(ctx, o)
	case errors.Is(err, ErrMissing):
		return nil
	case err != nil:
		return err
	}
	now := day.At(s.now())
	quantities := make([]measure.Quantity, len(o.Lines))
	for i, l := range o.Lines {
		quantities[i] = l.Received
	}
	changed := d.received(quantities)
	switch o.State {
	case purchase.Cancelled:
		changed = d.end(Cancelled, now) || changed
	case purchase.Received, purchase.ClosedShort:
		changed = d.end(Done, now) || changed
	default:
		changed = d.reopen() || changed
	}
	if !changed {
		return nil
	}
	if d.State == Cancelled { // what was set aside is free again
		err := s.across(ctx, d, func(ctx context.Context) error {
			if err := s.desk.Ledger.Release(ctx, d.ID, nil, nil); err != nil {
				return err
			}
			return s.journal.Record(ctx, "deal.cancelled", d.ID, map[string]any{"number": d.Number, "from": d.FromName})
		})
		if err != nil {
			return err
		}
	}
	return s.put(ctx, &d)
}

// send makes a deal of an order, when its supplier is a shop.
func (s *Service) send(ctx context.Context, o purchase.Order) error {
	partner, err := s.store.Partner(ctx, o.SupplierID)
	if errors.Is(err, ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	supplier, err := s.catalog.Supplier(ctx, o.SupplierID)
	if err != nil {
		return err
	}
	d := Deal{
		ID: o.ID, From: scope.Shop, To: partner, Number: o.NumberText(), FromName: scope.ShopName, ToName: supplier.Name, Currency: o.Currency.Code,
		PricesIncludeTax: o.PricesIncludeTax, State: Sent, Wanted: o.DueDay, Due: o.DueDay, Freight: o.Freight, Note: o.Note, SentAt: day.At(s.now()), Version: 1,
	}
	entries, err := s.theirs(ctx, o)
	if err != nil {
		return err
	}
	for _, l := range o.Lines {
		line := DealLine{Line: l.Line, Name: l.ProductName, Code: l.SupplierCode, Unit: l.Unit, Pack: l.Pack, Quantity: l.Quantity, Price: l.Price, TaxRate: l.TaxRate}
		if e, ok := entries[l.ProductID]; ok && e.Shop == partner && e.Unit == l.Unit {
			line.ProductID, line.Name, line.Code = e.ProductID, e.Name, e.Code
		}
		d.Lines = append(d.Lines, line)
	}
	return s.desk.Deals.InsertDeal(ctx, d)
}

// theirs finds the listings from which the order's products were taken.
func (s *Service) theirs(ctx context.Context, o purchase.Order) (map[ident.ID]Entry, error) {
	all, err := s.store.Followed(ctx)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	product := map[ident.ID]ident.ID{}
	for _, f := range all {
		if f.SupplierID == o.SupplierID {
			ids, product[f.ListingID] = append(ids, f.ListingID), f.ProductID
		}
	}
	found, err := s.store.Entries(ctx, ids)
	out := map[ident.ID]Entry{}
	for _, e := range found {
		out[product[e.ID]] = e
	}
	return out, err
}
