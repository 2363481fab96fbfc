package insightdb

import (
	"context"
	"database/sql"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
)

// FirstSale is the day of the first sale through channels.
func (s *Store) FirstSale(ctx context.Context, channels []ident.ID) (first day.Date, found bool, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, id := range channels { // one by one, or the index gives no order
		err := s.each(ctx, func(rows *sql.Rows) error {
			var d day.Date
			err := rows.Scan(&d)
			if !found || d < first {
				first, found = d, true
			}
			return err
		}, "SELECT business_day FROM sales WHERE shop_id = ? AND channel_id = ? AND voided_at IS NULL ORDER BY business_day LIMIT 1", shop, id)
		if err != nil {
			return 0, false, err
		}
	}
	return first, found, nil
}

// Buyers counts known buyers by the first digits of their place.
func (s *Store) Buyers(ctx context.Context, channels []ident.ID, w insight.Window, digits int, within string) ([]insight.Buyers, error) {
	shop, err := db.Shop(ctx)
	if err != nil || len(channels) == 0 {
		return nil, err
	}
	place := "''"
	if digits > 0 {
		place = fmt.Sprintf("substr(province, 1, %d)", digits)
	}
	var out []insight.Buyers
	err = s.each(ctx, func(rows *sql.Rows) error {
		var b insight.Buyers
		err := rows.Scan(&b.Place, &b.Customers, &b.Spent)
		out = append(out, b)
		return err
	}, fmt.Sprintf(`SELECT place, COUNT(DISTINCT customer_key), CAST(SUM(total) AS BIGINT) FROM (
			SELECT %s AS place, customer_key, total FROM sales
			WHERE shop_id = ? AND channel_id IN ? AND business_day BETWEEN ? AND ? AND voided_at IS NULL AND customer_key IS NOT NULL AND substr(province, 1, %d) = ?
		) AS sent GROUP BY place ORDER BY place`, place, len(within)), shop, channels, w.From, w.Through, within)
	return out, err
}

// Arrivals reads the deliveries that came in a window.
func (s *Store) Arrivals(ctx context.Context, w insight.Window) ([]insight.Arrival, error) {
	var out []insight.Arrival
	err := s.of(ctx, "", nil, func(rows *sql.Rows) error {
		var a insight.Arrival
		err := rows.Scan(&a.SupplierID, &a.Day, &a.Due, &a.Took)
		out = append(out, a)
		return err
	}, `SELECT o.supplier_id, r.business_day, COALESCE(o.wanted_day, o.due_day), r.lead_time_days
		FROM receipts r JOIN orders o ON o.shop_id = r.shop_id AND o.id = r.order_id
		WHERE r.shop_id = ? AND r.business_day BETWEEN ? AND ? AND r.lead_time_days IS NOT NULL%s ORDER BY r.business_day, r.id`, w.From, w.Through)
	return out, err
}
