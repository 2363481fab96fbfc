package restockdb

import (
	"context"
	"database/sql"
	"errors"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
)

var _ restock.Reader = (*Store)(nil)

// The conditions of the indexes of suggestions (listed and sums; urgent; unknown),
// word for word: without them the index is not used.
const (
	listed  = "(s.quantity > 0 OR s.override > 0 OR s.risk >= 200000)"
	urgent  = "s.risk >= 200000 AND s.stock_known AND s.state <> 'snoozed'"
	unknown = "NOT s.stock_known AND " + listed
)

// names are the columns of a Row beside its suggestion, and whence they come.
const (
	names     = "p.code, p.name, p.base_unit, u.name, o.pack_num, o.pack_den"
	fromNamed = ` FROM suggestions s
	JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
	LEFT JOIN suppliers u ON u.shop_id = s.shop_id AND u.id = s.supplier_id
	LEFT JOIN offers o ON o.shop_id = s.shop_id AND o.id = s.offer_id `
)

// rows reads Rows with one long text each, which read takes.
func (s *Store) rows(ctx context.Context, text string, read func(string, *restock.Suggestion) error, rest string, args ...any) ([]restock.Row, error) {
	var list []restock.Row
	var c cells
	err := s.db.Each(ctx, func(rows *sql.Rows) error {
		if err := c.scan(rows); err != nil {
			return err
		}
		row := restock.Row{Code: c.text(), Name: c.text(), Unit: c.text(), SupplierName: c.text(),
			Pack: measure.Ratio{Num: number[int64](&c), Den: number[int64](&c)}, Suggestion: c.suggestion()}
		if err := errors.Join(read(c.text(), &row.Suggestion), c.err); err != nil {
			return err
		}
		list = append(list, row)
		return nil
	}, "SELECT "+names+", "+heads+", s."+text+fromNamed+rest, args...)
	return list, err
}

// Made is the day of the last computation.
func (s *Store) Made(ctx context.Context) (day.Date, bool, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, false, err
	}
	var made day.Date
	found := false
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&made)
	}, "SELECT made_day FROM forecast_pools WHERE shop_id = ?", shop)
	return made, found, err
}

// maxRows is more than a shop has products.
const maxRows = 1_000_000

// chosen reads the listed suggestions of some classes, in the order of the product
// list.
func (s *Store) chosen(ctx context.Context, classes []int, limit int) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.rows(ctx, "reason", decodeReason, `JOIN (SELECT s.product_id AS id FROM suggestions s WHERE s.shop_id = ? AND `+listed+" AND "+class+` IN ?) page
			ON page.id = s.product_id
		WHERE s.shop_id = ? AND NOT p.archived ORDER BY p.sort_key, p.id LIMIT ?`, shop, classes, shop, limit)
}

// ToOrder reads the open suggestions with something to order.
func (s *Store) ToOrder(ctx context.Context) ([]restock.Row, error) {
	return s.chosen(ctx, []int{classOurs, classTheirs}, maxRows)
}

// Changed reads the open suggestions whose quantity a person changed.
func (s *Store) Changed(ctx context.Context) ([]restock.Row, error) {
	return s.chosen(ctx, []int{classTheirs}, maxRows)
}

// Snoozed reads what was put off.
func (s *Store) Snoozed(ctx context.Context, limit int) ([]restock.Row, error) {
	return s.chosen(ctx, []int{classSnoozed}, limit)
}

// Measured reads how long the deliveries of each supplier took.
func (s *Store) Measured(ctx context.Context, since day.Date) (map[ident.ID][2]int, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	measured := map[ident.ID][2]int{}
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var id ident.ID
		var days [2]int
		err := rows.Scan(&id, &days[0], &days[1])
		measured[id] = days
		return err
	}, "SELECT supplier_id, MIN(days), MAX(days) FROM lead_times WHERE shop_id = ? AND sent_day >= ? GROUP BY supplier_id", shop, int64(since))
	return measured, err
}

// Urgent reads the likeliest to run out, and how many there are.
func (s *Store) Urgent(ctx context.Context, limit int) ([]restock.Row, int, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, 0, err
	}
	total := 0
	err = s.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&total) },
		"SELECT COUNT(*) FROM suggestions s WHERE s.shop_id = ? AND "+urgent, shop)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	rows, err := s.rows(ctx, "spark", decodeSpark, `JOIN (SELECT s.product_id AS id FROM suggestions s WHERE s.shop_id = ? AND `+urgent+`
			ORDER BY s.risk DESC, s.line_cost DESC, s.product_id LIMIT ?) page ON page.id = s.product_id
		WHERE s.shop_id = ? AND NOT p.archived ORDER BY s.risk DESC, s.line_cost DESC, s.product_id`, shop, limit, shop)
	return rows, total, err
}

// Arriving reads what is due, with the orders that asked for it.
func (s *Store) Arriving(ctx context.Context, through day.Date, limit int) ([]restock.Arrival, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.Arrival
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var a restock.Arrival
		err := rows.Scan(&a.OrderID, &a.Number, &a.CreatedDay, &a.Supplier, &a.ProductID, &a.Name, &a.Unit, &a.Quantity, &a.Due)
		list = append(list, a)
		return err
	}, `SELECT e.source_id, o.number, o.created_day, u.name, e.product_id, p.name, p.base_unit, e.quantity, e.due_day FROM expected e
		JOIN orders o ON o.shop_id = e.shop_id AND o.id = e.source_id
		JOIN suppliers u ON u.shop_id = e.shop_id AND u.id = o.supplier_id
		JOIN products p ON p.shop_id = e.shop_id AND p.id = e.product_id
		WHERE e.shop_id = ? AND e.due_day <= ? ORDER BY e.due_day, o.number, e.source_line LIMIT ?`, shop, int64(through), limit)
	return list, err
}

// Expiring reads the lots that end up to a day.
func (s *Store) Expiring(ctx context.Context, through day.Date, limit int) ([]restock.Expiry, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.Expiry
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var e restock.Expiry
		err := rows.Scan(&e.ProductID, &e.Name, &e.Unit, &e.Lot, &e.Quantity, &e.Day, &e.Left)
		list = append(list, e)
		return err
	}, `SELECT b.product_id, p.name, p.base_unit, l.code, b.quantity, l.expiry, s.expiring
		FROM (SELECT product_id, expiring FROM suggestions WHERE shop_id = ? AND expiring_day <= ? AND expiring_day IS NOT NULL) s
		JOIN lot_balances b ON b.shop_id = ? AND b.product_id = s.product_id AND b.quantity > 0
		JOIN lots l ON l.shop_id = b.shop_id AND l.id = b.lot_id AND l.expiry <= ?
		JOIN products p ON p.shop_id = b.shop_id AND p.id = b.product_id
		ORDER BY l.expiry, p.sort_key, l.id LIMIT ?`, shop, int64(through), shop, int64(through), limit)
	return list, err
}

// ToCount reads the products whose book must be wrong, and how many were never
// counted.
func (s *Store) ToCount(ctx context.Context, limit int) (wrong []restock.Line, never int, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var l restock.Line
		err := rows.Scan(&l.ProductID, &l.Code, &l.Name, &l.Unit, &l.Book)
		l.Known, l.CountNeeded = true, true
		wrong = append(wrong, l)
		return err
	}, `SELECT p.id, p.code, p.name, p.base_unit, b.on_hand
		FROM (SELECT product_id, on_hand FROM stock_balances WHERE shop_id = ? AND (count_needed OR on_hand < 0) ORDER BY on_hand, product_id LIMIT ?) b
		JOIN products p ON p.shop_id = ? AND p.id = b.product_id
		WHERE NOT p.archived ORDER BY b.on_hand, p.sort_key, p.id`, shop, limit, shop)
	if err != nil {
		return nil, 0, err
	}
	err = s.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&never) },
		"SELECT COUNT(*) FROM suggestions s WHERE s.shop_id = ? AND "+unknown, shop)
	return wrong, never, err
}

// lostMargin orders what may be gone by the margin that a day without it loses. Where no
// offer says what a unit costs, a third of the price stands for it.
const lostMargin = `1.0 * s.daily_rate * CASE WHEN s.unit_price > 0 AND s.unit_price < p.sale_price THEN p.sale_price - s.unit_price ELSE p.sale_price / 3 END DESC, s.daily_rate DESC, s.product_id`

// Silent reads the products that their reason asks to count, those first whose absence
// loses the most margin a day. The condition is that of the schema's index.
func (s *Store) Silent(ctx context.Context, limit int) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.rows(ctx, "reason", decodeReason, `JOIN (SELECT s.product_id AS id FROM suggestions s JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
			WHERE s.shop_id = ? AND s.reason LIKE '%`+restock.MessageSilent+`%' AND NOT p.archived ORDER BY `+lostMargin+` LIMIT ?) page ON page.id = s.product_id
		WHERE s.shop_id = ? ORDER BY `+lostMargin, shop, limit, shop)
}
