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

// What pages ask while somebody waits: each reads one index (tested).
const (
	firstSale = "SELECT business_day FROM sales WHERE shop_id = ? AND channel_id = ? AND voided_at IS NULL ORDER BY business_day LIMIT 1"
	arrivals  = `SELECT o.supplier_id, r.business_day, COALESCE(o.wanted_day, o.due_day), r.lead_time_days
		FROM receipts r JOIN orders o ON o.shop_id = r.shop_id AND o.id = r.order_id
		WHERE r.shop_id = ? AND r.business_day BETWEEN ? AND ? AND r.lead_time_days IS NOT NULL%s ORDER BY r.business_day, r.id`
)

// The parcels that arrived, by the index of the day; those on the way by the same.
const (
	delivered = `SELECT s.channel_id, s.province, s.business_day, p.delivered, p.dispatched - s.business_day, p.promised - s.business_day
		FROM parcels p JOIN sales s ON s.shop_id = p.shop_id AND s.id = p.sale_id
		WHERE p.shop_id = ? AND p.delivered BETWEEN ? AND ? AND s.voided_at IS NULL%s ORDER BY p.delivered, p.sale_id`
	onTheWay = `SELECT COUNT(*) FROM parcels p JOIN sales s ON s.shop_id = p.shop_id AND s.id = p.sale_id
		WHERE p.shop_id = ? AND p.delivered IS NULL AND p.dispatched IS NOT NULL AND s.voided_at IS NULL%s`
)

// buyersOf counts buyers by so many digits of their place, of those that begin as within.
func buyersOf(digits int, within string) string {
	place := "''"
	if digits > 0 {
		place = fmt.Sprintf("substr(province, 1, %d)", digits)
	}
	return fmt.Sprintf(`SELECT place, COUNT(DISTINCT customer_key), CAST(SUM(total) AS BIGINT) FROM (
			SELECT %s AS place, customer_key, total FROM sales
			WHERE shop_id = ? AND channel_id IN ? AND business_day BETWEEN ? AND ? AND voided_at IS NULL AND customer_key IS NOT NULL AND substr(province, 1, %d) = ?
		) AS sent GROUP BY place ORDER BY place`, place, len(within))
}

// FirstSale is the day of the first sale through channels.
func (s *Store) FirstSale(ctx context.Context, channels []ident.ID) (first day.Date, found bool, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, id := range channels { // one by one, or the index gives no order
		err := s.db.Each(ctx, func(rows *sql.Rows) error {
			var d day.Date
			err := rows.Scan(&d)
			if !found || d < first {
				first, found = d, true
			}
			return err
		}, firstSale, shop, id)
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
	var out []insight.Buyers
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var b insight.Buyers
		err := rows.Scan(&b.Place, &b.Customers, &b.Spent)
		out = append(out, b)
		return err
	}, buyersOf(digits, within), shop, channels, w.From, w.Through, within)
	return out, err
}

// Arrivals reads the deliveries that came in a window.
func (s *Store) Arrivals(ctx context.Context, w insight.Window) ([]insight.Arrival, error) {
	var out []insight.Arrival
	err := s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var a insight.Arrival
		err := rows.Scan(&a.SupplierID, &a.Day, &a.Due, &a.Took)
		out = append(out, a)
		return err
	}, arrivals, w.From, w.Through)
	return out, err
}

// Delivered reads the parcels that arrived in a window.
func (s *Store) Delivered(ctx context.Context, w insight.Window) ([]insight.Delivered, error) {
	var out []insight.Delivered
	err := s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var d insight.Delivered
		var left, within sql.NullInt64
		err := rows.Scan(&d.Channel, &d.Place, &d.Sold, &d.Day, &left, &within)
		if left.Valid {
			d.DispatchedAfter = new(int(left.Int64))
		}
		if within.Valid {
			d.WithinDays = new(int(within.Int64))
		}
		out = append(out, d)
		return err
	}, delivered, w.From, w.Through)
	return out, err
}

// OnTheWay counts the parcels that have left and not arrived.
func (s *Store) OnTheWay(ctx context.Context) (n int, err error) {
	err = s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error { return rows.Scan(&n) }, onTheWay)
	return n, err
}

// Essentials reads how the goods stand that are named essential.
func (s *Store) Essentials(ctx context.Context) ([]insight.Standing, error) {
	var out []insight.Standing
	err := s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var one insight.Standing
		var runOut sql.NullInt64
		err := rows.Scan(&one.ProductID, &one.OnHand, &one.Known, &one.RiskPPM, &runOut)
		if runOut.Valid {
			one.RunOut = new(day.Date(runOut.Int64))
		}
		out = append(out, one)
		return err
	}, `SELECT e.product_id, COALESCE(b.on_hand, 0), b.known_from IS NOT NULL, COALESCE(s.risk, 0), s.run_out_day FROM essentials e
		LEFT JOIN stock_balances b ON b.shop_id = e.shop_id AND b.product_id = e.product_id
		LEFT JOIN suggestions s ON s.shop_id = e.shop_id AND s.product_id = e.product_id
		WHERE e.shop_id = ?%s ORDER BY e.product_id`)
	return out, err
}
