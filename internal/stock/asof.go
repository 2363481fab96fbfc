package stock

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
)

// LotsAsOf gives what lay in each lot of the products after closing on a day, from
// the movements up to it; empty lots are left out.
func (s *Service) LotsAsOf(ctx context.Context, ids []ident.ID, through day.Date) (map[ident.ID][]LotBalance, error) {
	return s.store.LotBalancesAsOf(ctx, ids, through)
}
