package restock

import (
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
)

// Rows are the open suggestions with something to order, as exports show them, in
// the order of the product list.
func (s *Service) Rows(ctx context.Context) ([]Row, error) {
	rows, err := s.store.ToOrder(ctx)
	if err != nil {
		return nil, err
	}
	return rows, s.settle(ctx, rows)
}

// Totals are what is to be ordered of each supplier, quantities that people chose
// included; see Reader.Totals.
func (s *Service) Totals(ctx context.Context) ([]SupplierTotal, error) {
	totals, err := s.store.Totals(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(totals, func(t SupplierTotal) bool { return t.Changed > 0 }) {
		return totals, nil
	}
	changed, err := s.store.Changed(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, changed); err != nil {
		return nil, err
	}
	for _, row := range changed {
		for i := range totals {
			if err := totals[i].add(row); err != nil {
				return nil, err
			}
		}
	}
	return totals, nil
}

// add counts a row in if it is this supplier's.
func (t *SupplierTotal) add(r Row) (err error) {
	if (t.ID == nil) != (r.SupplierID == nil) || t.ID != nil && *t.ID != *r.SupplierID {
		return nil
	}
	t.Products++
	if t.Cost, err = t.Cost.Add(r.LineCost); err != nil || r.Saving == nil {
		return err
	}
	saved := *r.Saving
	if t.Saving != nil {
		if saved, err = saved.Add(*t.Saving); err != nil {
			return err
		}
	}
	t.Saving = &saved
	return nil
}

// Listed reads a part of the page of suggestions, with what people chose; see
// Reader.Listed.
func (s *Service) Listed(ctx context.Context, suppliers []*ident.ID, offset, limit int) ([]Row, error) {
	rows, err := s.store.Listed(ctx, suppliers, offset, limit)
	if err != nil {
		return nil, err
	}
	return rows, s.settle(ctx, rows)
}

// settle puts the quantities that people chose into rows.
func (s *Service) settle(ctx context.Context, rows []Row) error {
	var ids []ident.ID
	for _, r := range rows {
		if r.Override != nil {
			ids = append(ids, r.ProductID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	offers, err := s.catalog.Offers(ctx, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i] = rows[i].Settled(offers[rows[i].ProductID], in.Currency)
	}
	return nil
}

// row names a suggestion that still has its trace.
func (s Suggestion) row(p catalog.Product) Row {
	r := Row{Code: p.Code, Name: p.Name, Unit: p.BaseUnit, Suggestion: s}
	if choice := s.Trace.Result.Choice; choice != nil {
		r.SupplierName = choice.SupplierName
		for _, o := range s.Trace.Inputs.Offers {
			if o.ID == choice.Offer {
				r.Pack = o.Pack.Factor
			}
		}
	}
	return r
}
