package restockdb

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

var _ restock.Reader = (*Store)(nil)

// listed is the condition of the index suggestions_listed, word for word: without
// it the index is not used.
const listed = "(s.quantity > 0 OR s.override > 0 OR s.risk >= 200000)"

// names are the columns of a Row beside its head, and whence they come.
const (
	names     = "p.code, p.name, p.base_unit, u.name, o.pack_num, o.pack_den"
	fromNamed = ` FROM suggestions s
	JOIN products p ON p.shop_id = s.shop_id AND p.id = s.product_id
	LEFT JOIN suppliers u ON u.shop_id = s.shop_id AND u.id = s.supplier_id
	LEFT JOIN offers o ON o.shop_id = s.shop_id AND o.id = s.offer_id `
)

// named scans names and heads.
type named struct {
	head
	code, name, unit sql.NullString
	supplierName     sql.NullString
	num, den         sql.NullInt64
}

func (n *named) targets() []any {
	return append([]any{&n.code, &n.name, &n.unit, &n.supplierName, &n.num, &n.den}, n.head.targets()...)
}

func (n *named) row() (restock.Row, bool) {
	s, ok := n.suggestion()
	return restock.Row{
		Code: n.code.String, Name: n.name.String, Unit: n.unit.String, SupplierName: n.supplierName.String,
		Pack: measure.Ratio{Num: n.num.Int64, Den: n.den.Int64}, Suggestion: s,
	}, ok
}

// rows reads Rows with one long text each, which read takes.
func (s *Store) rows(ctx context.Context, text string, read func(sql.RawBytes, *restock.Suggestion) error, rest string, args ...any) ([]restock.Row, error) {
	var list []restock.Row
	err := s.each(ctx, func(rows *sql.Rows) error {
		var n named
		var long sql.RawBytes
		if err := rows.Scan(append(n.targets(), &long)...); err != nil {
			return err
		}
		row, _ := n.row()
		list = append(list, row)
		return read(long, &list[len(list)-1].Suggestion)
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
	err = s.each(ctx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&made)
	}, "SELECT made_day FROM forecast_pools WHERE shop_id = ?", shop)
	return made, found, err
}

// maxRows is more than a shop has products.
const maxRows = 1_000_000

// chosen reads the listed suggestions of a condition that the index alone can
// tell, in the order of the product list.
func (s *Store) chosen(ctx context.Context, shop int64, which string, limit int) ([]restock.Row, error) {
	return s.rows(ctx, "reason", decodeReason, `JOIN (SELECT s.product_id AS id FROM suggestions s WHERE s.shop_id = ? AND `+listed+" AND "+which+`) page
			ON page.id = s.product_id
		WHERE s.shop_id = ? AND NOT p.archived ORDER BY p.sort_key, p.id LIMIT ?`, shop, shop, limit)
}

// ToOrder reads the open suggestions with something to order.
func (s *Store) ToOrder(ctx context.Context) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.chosen(ctx, shop, "s.state = 'open' AND COALESCE(s.override, s.quantity) > 0", maxRows)
}

// Changed reads the open suggestions whose quantity a person changed.
func (s *Store) Changed(ctx context.Context) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.chosen(ctx, shop, "s.state = 'open' AND s.override > 0", maxRows)
}

// Totals adds up by supplier what the index suggestions_listed holds.
func (s *Store) Totals(ctx context.Context) ([]restock.SupplierTotal, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.SupplierTotal
	err = s.each(ctx, func(rows *sql.Rows) error {
		t, err := scanTotal(rows)
		list = append(list, t)
		return err
	}, `SELECT t.supplier_id, t.listed, t.products, t.cost, t.saving, t.snoozed, t.changed, u.name, u.kind, u.minimum_order, u.freight, u.free_freight_from,
			u.lead_time_days, u.order_weekdays
		FROM (SELECT s.supplier_id, COUNT(*) AS listed,
				SUM(s.line_cost) AS weight,
				SUM(CASE WHEN s.state = 'snoozed' THEN 1 ELSE 0 END) AS snoozed,
				SUM(CASE WHEN s.state = 'open' AND s.override > 0 THEN 1 ELSE 0 END) AS changed,
				SUM(CASE WHEN s.state = 'open' AND s.override IS NULL AND s.quantity > 0 THEN 1 ELSE 0 END) AS products,
				SUM(CASE WHEN s.state = 'open' AND s.override IS NULL AND s.quantity > 0 THEN s.line_cost ELSE 0 END) AS cost,
				SUM(CASE WHEN s.state = 'open' AND s.override IS NULL AND s.quantity > 0 THEN s.saving END) AS saving
			FROM suggestions s WHERE s.shop_id = ? AND `+listed+` GROUP BY s.supplier_id) t
		LEFT JOIN suppliers u ON u.shop_id = ? AND u.id = t.supplier_id
		ORDER BY CASE WHEN t.supplier_id IS NULL THEN 1 ELSE 0 END, t.weight DESC, u.sort_key, t.supplier_id`, shop, shop)
	return list, err
}

func scanTotal(rows *sql.Rows) (restock.SupplierTotal, error) {
	var t restock.SupplierTotal
	var saving, minimum, freight, free, lead, weekdays sql.NullInt64
	var name, kind sql.NullString
	err := rows.Scan(&t.ID, &t.Listed, &t.Products, &t.Cost, &saving, &t.Snoozed, &t.Changed, &name, &kind, &minimum, &freight, &free, &lead, &weekdays)
	t.Listed -= t.Snoozed
	t.Name, t.Kind, t.Saving = name.String, catalog.Kind(kind.String), optional[money.Amount](saving)
	t.MinimumOrder, t.Freight, t.FreeFreightFrom = money.Amount(minimum.Int64), money.Amount(freight.Int64), optional[money.Amount](free)
	t.LeadTimeDays, t.OrderWeekdays = int(lead.Int64), catalog.Weekdays(weekdays.Int64)
	return t, err
}

// Measured reads how long the deliveries of each supplier took.
func (s *Store) Measured(ctx context.Context, since day.Date) (map[ident.ID][2]int, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	measured := map[ident.ID][2]int{}
	err = s.each(ctx, func(rows *sql.Rows) error {
		var id ident.ID
		var days [2]int
		err := rows.Scan(&id, &days[0], &days[1])
		measured[id] = days
		return err
	}, "SELECT supplier_id, MIN(days), MAX(days) FROM lead_times WHERE shop_id = ? AND sent_day >= ? GROUP BY supplier_id", shop, int64(since))
	return measured, err
}

// Listed reads a part of the page of suggestions. The page is cut in the index,
// before any row is read.
func (s *Store) Listed(ctx context.Context, suppliers []*ident.ID, offset, limit int) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil || len(suppliers) == 0 {
		return nil, err
	}
	place, which, args := placing(suppliers)
	args = append(args, shop)
	if known := compact(suppliers); len(known) > 0 {
		args = append(args, known)
	}
	args = append(args, limit, offset, shop)
	return s.rows(ctx, "reason", decodeReason, `JOIN (SELECT s.product_id AS id, `+place+` AS place FROM suggestions s
			WHERE s.shop_id = ? AND `+listed+` AND `+which+` AND s.state <> 'snoozed'
			ORDER BY place, s.risk DESC, s.line_cost DESC, s.product_id LIMIT ? OFFSET ?) page ON page.id = s.product_id
		WHERE s.shop_id = ? AND NOT p.archived ORDER BY page.place, s.risk DESC, s.line_cost DESC, s.product_id`, args...)
}

// Snoozed reads what was put off.
func (s *Store) Snoozed(ctx context.Context, limit int) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.chosen(ctx, shop, "s.state = 'snoozed'", limit)
}

// placing writes the place of each supplier in a list, and the condition that a
// row belongs to one of them; args are those of place.
func placing(suppliers []*ident.ID) (place, which string, args []any) {
	var ranks strings.Builder
	last := ""
	for i, id := range suppliers {
		if id == nil {
			last = strconv.Itoa(i)
			continue
		}
		ranks.WriteString(" WHEN s.supplier_id = ? THEN " + strconv.Itoa(i))
		args = append(args, *id)
	}
	switch {
	case ranks.Len() == 0:
		return last, "s.supplier_id IS NULL", nil
	case last == "":
		return "CASE" + ranks.String() + " END", "s.supplier_id IN ?", args
	}
	return "CASE" + ranks.String() + " ELSE " + last + " END", "(s.supplier_id IN ? OR s.supplier_id IS NULL)", args
}

func compact(ids []*ident.ID) []ident.ID {
	var out []ident.ID
	for _, id := range ids {
		if id != nil {
			out = append(out, *id)
		}
	}
	return out
}

// urgent are the products that are likely to run out, as far as anybody knows what
// is there.
const urgent = "s.shop_id = ? AND " + listed + " AND s.risk >= ? AND s.stock_known AND s.state <> 'snoozed'"

// Urgent reads the likeliest to run out, and how many there are.
func (s *Store) Urgent(ctx context.Context, limit int) ([]restock.Row, int, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, 0, err
	}
	total := 0
	err = s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&total) },
		"SELECT COUNT(*) FROM suggestions s WHERE "+urgent, shop, restock.Listed)
	if err != nil || total == 0 {
		return nil, 0, err
	}
	rows, err := s.rows(ctx, "spark", decodeSpark, `JOIN (SELECT s.product_id AS id FROM suggestions s WHERE `+urgent+`
			ORDER BY s.risk DESC, s.line_cost DESC, s.product_id LIMIT ?) page ON page.id = s.product_id
		WHERE s.shop_id = ? AND NOT p.archived ORDER BY s.risk DESC, s.line_cost DESC, s.product_id`, shop, restock.Listed, limit, shop)
	return rows, total, err
}

// Arriving reads what is due, with the orders that asked for it.
func (s *Store) Arriving(ctx context.Context, through day.Date, limit int) ([]restock.Arrival, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []restock.Arrival
	err = s.each(ctx, func(rows *sql.Rows) error {
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
	err = s.each(ctx, func(rows *sql.Rows) error {
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
func (s *Store) ToCount(ctx context.Context, limit int) (wrong []restock.Line, unknown int, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, 0, err
	}
	err = s.each(ctx, func(rows *sql.Rows) error {
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
	err = s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&unknown) },
		"SELECT COUNT(*) FROM suggestions s WHERE s.shop_id = ? AND "+listed+" AND NOT s.stock_known", shop)
	return wrong, unknown, err
}

// Silent reads the products that their reason asks to count, the fastest sellers
// first. The condition is that of the schema's index.
func (s *Store) Silent(ctx context.Context, limit int) ([]restock.Row, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	return s.rows(ctx, "reason", decodeReason, `JOIN (SELECT s.product_id AS id FROM suggestions s
			WHERE s.shop_id = ? AND s.reason LIKE '%`+restock.MessageSilent+`%' ORDER BY s.daily_rate DESC, s.product_id LIMIT ?) page ON page.id = s.product_id
		WHERE s.shop_id = ? AND NOT p.archived ORDER BY s.daily_rate DESC, s.product_id`, shop, limit, shop)
}
