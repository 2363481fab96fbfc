package purchase

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// OwedAsOf gives what suppliers owed after closing on a day, by product, from the
// orders and deliveries up to it.
func (s *Service) OwedAsOf(ctx context.Context, through day.Date) (map[ident.ID][]stock.Expected, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	lines, err := s.store.OwedAsOf(ctx, through, day.At(through.Add(1).Start(zone(scope))))
	if err != nil {
		return nil, err
	}
	out := map[ident.ID][]stock.Expected{}
	for _, l := range lines {
		out[l.ProductID] = append(out[l.ProductID], l)
	}
	return out, nil
}
