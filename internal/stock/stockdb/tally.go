package stockdb

import (
	"context"
	"database/sql"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
)

const talliesQuery = `SELECT product_id, CAST(SUM(CASE WHEN kind = 'receipt' THEN quantity ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN kind = 'spoilage' THEN -quantity ELSE 0 END) AS BIGINT),
		COUNT(DISTINCT CASE WHEN kind = 'receipt' AND quantity > 0 THEN business_day END)
	FROM movements WHERE shop_id = ? AND business_day BETWEEN ? AND ? AND kind IN ('receipt', 'spoilage')%s GROUP BY product_id`

// Tallies adds up receipts and spoilage of products.
func (s *Store) Tallies(ctx context.Context, ids []ident.ID, from, through day.Date) (map[ident.ID]stock.Tally, error) {
	tallies := map[ident.ID]stock.Tally{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var t stock.Tally
		err := rows.Scan(&id, &t.Received, &t.Spoiled, &t.Deliveries)
		tallies[id] = t
		return err
	}, talliesQuery, int64(from), int64(through))
	return tallies, err
}
