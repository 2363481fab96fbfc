// Package purchasedb keeps orders, deliveries and lead times in the database. It
// knows tables and rows; it must not know a rule of purchasing, nor any page.
package purchasedb

import (
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// Store is purchase.Store over a database.
type Store struct{ d *db.DB }

// New makes the store.
func New(d *db.DB) *Store { return &Store{d: d} }

var _ purchase.Store = (*Store)(nil)

// chunk bounds the ids of one statement.
const chunk = 900

func missing(err error) error {
	if err = db.Err(err); errors.Is(err, db.ErrNotFound) {
		return purchase.ErrMissing
	}
	return err
}

// TakeNumbers takes the next n order numbers.
func (s *Store) TakeNumbers(ctx context.Context, n int) (int64, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, err
	}
	tx := s.d.From(ctx).Exec("UPDATE counters SET order_number = order_number + ? WHERE shop_id = ?", n, shop)
	if tx.Error != nil {
		return 0, db.Err(tx.Error)
	}
	last, err := s.Number(ctx)
	return last - int64(n) + 1, err
}

// Number is the last order number taken.
func (s *Store) Number(ctx context.Context) (int64, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, err
	}
	var last int64
	tx := s.d.From(ctx).Raw("SELECT order_number FROM counters WHERE shop_id = ?", shop).Scan(&last)
	if tx.Error == nil && tx.RowsAffected == 0 {
		return 0, purchase.ErrMissing
	}
	return last, db.Err(tx.Error)
}

// Insert writes new orders with their lines.
func (s *Store) Insert(ctx context.Context, orders []purchase.Order) error {
	_, err := s.d.Insert(ctx, "orders", orderColumns, len(orders), "", func(i int, dst []any) { copy(dst, orderValues(&orders[i])) })
	if err != nil {
		return err
	}
	return s.insertLines(ctx, orders)
}

func (s *Store) insertLines(ctx context.Context, orders []purchase.Order) error {
	type place struct{ order, line int }
	var places []place
	for i, o := range orders {
		for j := range o.Lines {
			places = append(places, place{i, j})
		}
	}
	_, err := s.d.Insert(ctx, "order_lines", lineColumns, len(places), "", func(i int, dst []any) {
		o := &orders[places[i].order]
		copy(dst, lineValues(o.ID, &o.Lines[places[i].line]))
	})
	return err
}

// Update replaces the head of the order of the version before, and its lines.
func (s *Store) Update(ctx context.Context, o purchase.Order, lines bool) (bool, error) {
	tx := s.d.From(ctx).Model(&orderRow{}).Where("id = ? AND version = ?", o.ID, o.Version-1).Updates(map[string]any{
		"state": string(o.State), "total": o.Total, "freight": o.Freight, "saving": o.Saving, "note": o.Note,
		"sent_at": o.SentAt, "sent_day": o.SentDay, "due_day": o.DueDay, "confirmed_at": o.ConfirmedAt, "closed_at": o.ClosedAt,
		"wanted_day": o.WantedDay, "asked_at": o.AskedAt, "asked_by": known(o.AskedBy),
		"version": o.Version,
	})
	if tx.Error != nil || tx.RowsAffected == 0 {
		return false, db.Err(tx.Error)
	}
	if !lines {
		return true, nil
	}
	if err := s.d.From(ctx).Where("order_id = ?", o.ID).Delete(&lineRow{}).Error; err != nil {
		return false, db.Err(err)
	}
	return true, s.insertLines(ctx, []purchase.Order{o})
}

// Order reads one with its lines.
func (s *Store) Order(ctx context.Context, id ident.ID) (purchase.Order, error) {
	var row orderRow
	if err := s.d.From(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
		return purchase.Order{}, missing(err)
	}
	orders, err := s.withLines(ctx, []orderRow{row})
	if err != nil {
		return purchase.Order{}, err
	}
	return orders[0], nil
}

// Drafted reads the lines of drafts for products, nil for all.
func (s *Store) Drafted(ctx context.Context, productIDs []ident.ID) ([]purchase.Drafted, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	const lines = `SELECT o.id AS order_id, o.supplier_id, l.product_id, o.number, o.created_day, l.quantity - l.for_others AS quantity
		FROM orders o JOIN order_lines l ON l.shop_id = o.shop_id AND l.order_id = o.id
		WHERE o.shop_id = ? AND o.state = 'draft'`
	const inOrder = " ORDER BY o.number, l.line"
	var out []purchase.Drafted
	if productIDs == nil {
		err := s.d.From(ctx).Raw(lines+inOrder, shop).Scan(&out).Error
		return out, db.Err(err)
	}
	for part := range slices.Chunk(productIDs, chunk) {
		var some []purchase.Drafted
		if err := s.d.From(ctx).Raw(lines+" AND l.product_id IN ?"+inOrder, shop, part).Scan(&some).Error; err != nil {
			return nil, db.Err(err)
		}
		out = append(out, some...)
	}
	return out, nil
}

// IDByNumber finds the order of that number.
func (s *Store) IDByNumber(ctx context.Context, number int64) (ident.ID, error) {
	var row orderRow
	err := s.d.From(ctx).Select("id").Where("number = ?", number).Take(&row).Error
	return row.ID, missing(err)
}

// ByClient reads the orders that a request made.
func (s *Store) ByClient(ctx context.Context, clientID ident.ID) ([]purchase.Order, error) {
	return s.find(ctx, s.d.From(ctx).Where("client_id = ?", clientID).Order("number"))
}

// Due reads the orders in any of the states that are due by a day.
func (s *Store) Due(ctx context.Context, states []purchase.State, through day.Date) ([]purchase.Order, error) {
	return s.find(ctx, s.d.From(ctx).Where("state IN ? AND due_day <= ?", states, int64(through)).Order("due_day, number"))
}

func (s *Store) find(ctx context.Context, query *gorm.DB) ([]purchase.Order, error) {
	var rows []orderRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	return s.withLines(ctx, rows)
}

// List reads a page of heads, newest number first, and counts their lines.
func (s *Store) List(ctx context.Context, q purchase.Query) ([]purchase.Order, error) {
	var rows []orderRow
	if err := narrow(s.d.From(ctx), q).Order("number DESC").Limit(q.Limit).Find(&rows).Error; err != nil {
		return nil, db.Err(err)
	}
	orders, at, err := heads(rows)
	if err != nil {
		return nil, err
	}
	var counts []struct {
		OrderID ident.ID
		N       int
	}
	err = s.d.From(ctx).Model(&lineRow{}).Select("order_id, COUNT(*) AS n").Where("order_id IN ?", ids(rows)).Group("order_id").Find(&counts).Error
	for _, c := range counts {
		orders[at[c.OrderID]].LineCount = c.N
	}
	return orders, db.Err(err)
}

// Count counts the orders that List would page through.
func (s *Store) Count(ctx context.Context, q purchase.Query) (int, error) {
	var n int64
	err := narrow(s.d.From(ctx).Model(&orderRow{}), q).Count(&n).Error
	return int(n), db.Err(err)
}

// narrow leaves the orders that a query asks for.
func narrow(query *gorm.DB, q purchase.Query) *gorm.DB {
	if q.State != "" {
		query = query.Where("state = ?", string(q.State))
	}
	if !q.SupplierID.IsNil() {
		query = query.Where("supplier_id = ?", q.SupplierID)
	}
	if q.Overdue != nil {
		query = query.Where("state IN ? AND due_day < ?", purchase.OpenStates(), int64(*q.Overdue))
	}
	if q.Answered {
		query = query.Where("state IN ('sent', 'confirmed') AND EXISTS (SELECT 1 FROM order_links k WHERE k.shop_id = orders.shop_id AND k.order_id = orders.id AND k.verdict = 'open')")
	}
	if q.Asked {
		query = query.Where("state = ? AND asked_at IS NOT NULL", string(purchase.Draft))
	}
	if q.Day != nil {
		query = query.Where("COALESCE(sent_day, created_day) = ? AND state <> ?", int64(*q.Day), string(purchase.Cancelled))
	}
	if q.Unmailed {
		query = query.Where(`state = 'sent' AND EXISTS (SELECT 1 FROM mails m WHERE m.shop_id = orders.shop_id AND m.order_id = orders.id AND m.state IN ('failed', 'unclear')
			AND NOT EXISTS (SELECT 1 FROM mails n WHERE n.shop_id = m.shop_id AND n.order_id = m.order_id AND n.created_at > m.created_at))`)
	}
	if q.Before > 0 {
		query = query.Where("number < ?", q.Before)
	}
	return query
}

func ids(rows []orderRow) []ident.ID {
	out := make([]ident.ID, len(rows))
	for i, r := range rows {
		out[i] = r.ID
	}
	return out
}

func heads(rows []orderRow) ([]purchase.Order, map[ident.ID]int, error) {
	orders, at := make([]purchase.Order, len(rows)), make(map[ident.ID]int, len(rows))
	for i, r := range rows {
		var err error
		if orders[i], err = fromOrder(r); err != nil {
			return nil, nil, err
		}
		at[r.ID] = i
	}
	return orders, at, nil
}

func (s *Store) withLines(ctx context.Context, rows []orderRow) ([]purchase.Order, error) {
	orders, at, err := heads(rows)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids(rows), chunk) {
		var lines []lineRow
		if err := s.d.From(ctx).Where("order_id IN ?", part).Order("order_id, line").Find(&lines).Error; err != nil {
			return nil, db.Err(err)
		}
		for _, l := range lines {
			o := &orders[at[l.OrderID]]
			o.Lines = append(o.Lines, fromLine(l))
			o.LineCount++
		}
	}
	return orders, nil
}
