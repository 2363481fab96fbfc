package stock

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// Tally is what came in and was thrown away of a product over some days, taken-back
// entries taken off.
type Tally struct {
	Received, Spoiled measure.Quantity
	Deliveries        int // days on which something came in
}

// Tallies adds up the days from..through of products (nil: all); one of which nothing
// came or spoiled is absent.
func (s *Service) Tallies(ctx context.Context, ids []ident.ID, from, through day.Date) (map[ident.ID]Tally, error) {
	return s.store.Tallies(ctx, ids, from, through)
}
