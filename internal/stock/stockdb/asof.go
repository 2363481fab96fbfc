package stockdb

import (
	"context"
	"database/sql"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

// LotBalancesAsOf adds up the movements through a day, per lot.
func (s *Store) LotBalancesAsOf(ctx context.Context, ids []ident.ID, through day.Date) (map[ident.ID][]stock.LotBalance, error) {
	lots := map[ident.ID][]stock.LotBalance{}
	err := s.of(ctx, "m.product_id", ids, func(rows *sql.Rows) error {
		var product ident.ID
		l, err := scanLotBalance(rows, &product)
		if err == nil && l.Quantity != 0 {
			lots[product] = append(lots[product], l)
		}
		return err
	}, `SELECT m.product_id, m.lot_id, CAST(SUM(m.quantity) AS BIGINT), MAX(l.code), MAX(l.expiry), MAX(l.received_at) FROM movements m
		LEFT JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id
		WHERE m.shop_id = ? AND m.business_day <= ?%s GROUP BY m.product_id, m.lot_id`, int64(through))
	for _, list := range lots {
		slices.SortFunc(list, stock.GoesOutBefore)
	}
	return lots, err
}
