package insightdb

import (
	"context"
	"database/sql"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
)

var _ insight.ScoreStore = (*Store)(nil)

// Came reads the lots that deliveries brought, with the prices around them.
func (s *Store) Came(ctx context.Context, suppliers []ident.ID, from, through day.Date) ([]insight.Came, error) {
	var out []insight.Came
	err := s.db.EachOf(ctx, "o.supplier_id", suppliers, func(rows *sql.Rows) error {
		var c insight.Came
		err := rows.Scan(&c.SupplierID, &c.Quantity, &c.Ordered, &c.Invoiced, &c.Cost, &c.Asked, &c.Before)
		out = append(out, c)
		return err
	}, `SELECT o.supplier_id, l.quantity, ol.price, l.total, s.cost,
			COALESCE((SELECT q.price FROM price_quotes q WHERE q.shop_id = s.shop_id AND q.product_id = s.product_id AND q.supplier_id = o.supplier_id
				AND q.day <= s.day ORDER BY q.day DESC LIMIT 1), 0),
			COALESCE((SELECT q.price FROM price_quotes q WHERE q.shop_id = s.shop_id AND q.product_id = s.product_id AND q.supplier_id = o.supplier_id
				AND q.day <= s.day - 365 ORDER BY q.day DESC LIMIT 1), 0)
		FROM savings s
		JOIN receipt_lines l ON l.shop_id = s.shop_id AND l.receipt_id = s.receipt_id AND l.position = s.position
		JOIN orders o ON o.shop_id = s.shop_id AND o.id = s.order_id
		JOIN order_lines ol ON ol.shop_id = s.shop_id AND ol.order_id = s.order_id AND ol.line = s.order_line
		WHERE s.shop_id = ? AND s.day BETWEEN ? AND ?%s`, from, through)
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
	}, `SELECT o.supplier_id, l.quantity, l.received, l.price
		FROM orders o JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.id
		WHERE o.shop_id = ? AND o.state IN ('received', 'closed_short') AND o.sent_day BETWEEN ? AND ?%s`, from, through)
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
	}, `SELECT l.supplier_id, l.id, m.kind, r.business_day, m.business_day, l.expiry, p.shelf_life, -m.value
		FROM movements m
		JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id
		JOIN movements r ON r.shop_id = l.shop_id AND r.id = l.id
		JOIN products p ON p.shop_id = m.shop_id AND p.id = m.product_id
		WHERE m.shop_id = ? AND m.kind IN ('spoilage', 'supplier_return') AND m.business_day >= ? AND l.supplier_id IS NOT NULL
			AND r.source = 'purchase' AND r.business_day BETWEEN ? AND ?
			AND NOT EXISTS (SELECT 1 FROM movements v WHERE v.shop_id = r.shop_id AND v.reverses_id = r.id)%s`, from, from, through)
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
	}, `SELECT DISTINCT t.receipt_id, t.supplier_id, t.sent_day, t.sent_day + t.days FROM lead_times t
		WHERE t.shop_id = ? AND t.sent_day BETWEEN ? AND ? AND t.sent_day + t.days <= ?%s`, from, through, through)
	return out, err
}
