package restock

import (
	"context"

	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// Needed reads how much is wanted: of the products named what their suggestions order or,
// where nothing is to be ordered, the goods of one period; without products all that is to
// be ordered from a supplier. What nothing was worked out for is left out.
func (s *Service) Needed(ctx context.Context, supplier ident.ID, products []ident.ID) ([]purchase.DraftLine, error) {
	var out []purchase.DraftLine
	if len(products) == 0 {
		rows, err := s.Rows(ctx)
		for _, r := range rows {
			if q := r.Chosen(); q > 0 && r.SupplierID != nil && *r.SupplierID == supplier {
				out = append(out, purchase.DraftLine{ProductID: r.ProductID, Quantity: q})
			}
		}
		return out, err
	}
	rows, err := s.store.Suggestions(ctx, products)
	for _, r := range rows {
		q := r.Chosen()
		if choice := r.Trace.Result.Choice; q == 0 && choice != nil {
			q = choice.Base.Quantity
		}
		if q > 0 {
			out = append(out, purchase.DraftLine{ProductID: r.ProductID, Quantity: q})
		}
	}
	return out, err
}
