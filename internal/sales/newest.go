package sales

import (
	"context"

	"buhuo/internal/day"
)

// Newest is the last day on which the shop sold anything; false when it never did.
func (s *Service) Newest(ctx context.Context) (day.Date, bool, error) {
	newest, err := s.store.Sales(ctx, StoreQuery{Day: day.None, Limit: 1})
	if err != nil || len(newest) == 0 {
		return 0, false, err
	}
	return newest[0].BusinessDay, true, nil
}
