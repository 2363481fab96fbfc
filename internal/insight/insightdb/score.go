package insightdb

import (
	"context"
	"database/sql"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/money"
)

var _ insight.ScoreStore = (*Store)(nil)

// What the scorecards read. SQLite keeps no statistics and would go through all lines of a
// shop first: the LEFT JOIN, which leaves nothing open because no order is sent without
// lines, has it begin with the orders.
const (
	cameQuery = `SELECT s.supplier_id, s.product_id, s.day, l.quantity, ol.price, l.total, s.cost
		FROM savings s
		JOIN receipt_lines l ON l.shop_id = s.shop_id AND l.receipt_id = s.receipt_id AND l.position = s.position
		JOIN order_lines ol ON ol.shop_id = s.shop_id AND ol.order_id = s.order_id AND ol.line = s.order_line
		WHERE s.shop_id = ? AND s.day BETWEEN ? AND ?%s`
	quotesQuery = `SELECT q.product_id, q.supplier_id, q.day, q.price FROM price_quotes q WHERE q.shop_id = ? AND q.day <= ?%s
		ORDER BY q.product_id, q.supplier_id, q.day`
	endedQuery = `SELECT o.supplier_id, l.quantity, l.received, l.price
		FROM orders o LEFT JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.id
		WHERE o.shop_id = ? AND o.state IN ('received', 'closed_short') AND o.sent_day BETWEEN ? AND ?%s`
	goneQuery = `SELECT l.supplier_id, l.id, m.kind, r.business_day, m.business_day, l.expiry, p.shelf_life, -m.value
		FROM movements m
		JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id
		JOIN movements r ON r.shop_id = l.shop_id AND r.id = l.id
		JOIN products p ON p.shop_id = m.shop_id AND p.id = m.product_id
		WHERE m.shop_id = ? AND m.kind IN ('spoilage', 'supplier_return') AND m.business_day >= ? AND l.supplier_id IS NOT NULL
			AND r.source = 'purchase' AND r.business_day BETWEEN ? AND ?
			AND NOT EXISTS (SELECT 1 FROM movements v WHERE v.shop_id = r.shop_id AND v.reverses_id = r.id)%s`
	arrivedQuery = `SELECT DISTINCT t.receipt_id, t.supplier_id, t.sent_day, t.sent_day + t.days FROM lead_times t
		WHERE t.shop_id = ? AND t.sent_day BETWEEN ? AND ? AND t.sent_day + t.days <= ?%s`
	bookStateQuery = `SELECT c.audit_seq,
			(SELECT COUNT(*) FROM movements m WHERE m.shop_id = c.shop_id AND m.business_day >= ? AND m.kind IN ('spoilage', 'supplier_return'))
		FROM counters c WHERE c.shop_id = ?`
)

// BookState reads how far the books of a shop are, and its losses from a day on.
func (s *Store) BookState(ctx context.Context, from day.Date) (insight.BookState, error) {
	var at insight.BookState
	shop, err := db.Shop(ctx)
	if err != nil {
		return at, err
	}
	err = s.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&at.Audited, &at.Losses) }, bookStateQuery, from, shop)
	return at, err
}

// asked is what a supplier asked for a product, by day.
type asked struct {
	days   []day.Date
	prices []money.Price
}

// on is what he asked last by a day; 0: nobody knows.
func (a *asked) on(d day.Date) money.Price {
	if a == nil {
		return 0
	}
	i, found := slices.BinarySearch(a.days, d)
	if found {
		return a.prices[i]
	}
	if i == 0 {
		return 0
	}
	return a.prices[i-1]
}

// quoted is a product of a supplier.
type quoted struct{ product, supplier ident.ID }

// quotes reads what suppliers asked until a day.
func (s *Store) quotes(ctx context.Context, suppliers []ident.ID, through day.Date) (map[quoted]*asked, error) {
	out := map[quoted]*asked{}
	err := s.db.EachOf(ctx, "q.supplier_id", suppliers, func(rows *sql.Rows) error {
		var of quoted
		var on day.Date
		var price money.Price
		if err := rows.Scan(&of.product, &of.supplier, &on, &price); err != nil {
			return err
		}
		a, ok := out[of]
		if !ok {
			a = &asked{}
			out[of] = a
		}
		a.days, a.prices = append(a.days, on), append(a.prices, price)
		return nil
	}, quotesQuery, through)
	return out, err
}

// Came reads the lots that deliveries brought, with the prices around them.
func (s *Store) Came(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]insight.Came, error) {
	quotes, err := s.quotes(ctx, suppliers, through)
	if err != nil {
		return nil, err
	}
	var out []insight.Came
	err = s.db.EachOf(ctx, "s.supplier_id", suppliers, func(rows *sql.Rows) error {
		var c insight.Came
		var product ident.ID
		var on day.Date
		if err := rows.Scan(&c.SupplierID, &product, &on, &c.Quantity, &c.Ordered, &c.Invoiced, &c.Cost); err != nil {
			return err
		}
		a := quotes[quoted{product, c.SupplierID}]
		c.Asked, c.Before = a.on(on), a.on(on.Add(-insight.ScoreDays))
		out = append(out, c)
		return nil
	}, cameQuery, from, through)
	return out, err
}

// Ended reads the lines of orders that are over.
func (s *Store) Ended(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]insight.Ended, error) {
	var out []insight.Ended
	err := s.db.EachOf(ctx, "o.supplier_id", suppliers, func(rows *sql.Rows) error {
		var e insight.Ended
		err := rows.Scan(&e.SupplierID, &e.Quantity, &e.Received, &e.Price)
		out = append(out, e)
		return err
	}, endedQuery, from, through)
	return out, err
}

// Gone reads what was lost or returned of the lots that deliveries brought. A delivery's
// lot has the id of the movement that brought it; one that was taken back never was.
func (s *Store) Gone(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]insight.Gone, error) {
	var out []insight.Gone
	err := s.db.EachOf(ctx, "l.supplier_id", suppliers, func(rows *sql.Rows) error {
		var g insight.Gone
		err := rows.Scan(&g.SupplierID, &g.LotID, &g.Kind, &g.Came, &g.Day, &g.Expiry, &g.ShelfLife, &g.Value)
		out = append(out, g)
		return err
	}, goneQuery, from, from, through)
	return out, err
}

// Arrived reads deliveries with their lead times, which all their lines share.
func (s *Store) Arrived(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]insight.Arrived, error) {
	var out []insight.Arrived
	err := s.db.EachOf(ctx, "t.supplier_id", suppliers, func(rows *sql.Rows) error {
		var a insight.Arrived
		var receipt ident.ID
		err := rows.Scan(&receipt, &a.SupplierID, &a.Sent, &a.Came)
		out = append(out, a)
		return err
	}, arrivedQuery, from, through, through)
	return out, err
}
