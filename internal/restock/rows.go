package restock

import (
	"context"

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
