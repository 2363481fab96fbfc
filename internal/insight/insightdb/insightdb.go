// Package insightdb reads the ledger for the insight area and keeps what is derived from
// it. It knows SQL and no rule; every statement is bound to the shop of ctx.
package insightdb

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
)

// Store implements insight.Store on a database.
type Store struct{ db *db.DB }

var _ insight.Store = (*Store)(nil)

// New makes the store.
func New(d *db.DB) *Store { return &Store{db: d} }

// maxList bounds the ids of one IN list.
const maxList = 500

// The statements that read much; their plans are tested.
const (
	linesQuery = `SELECT l.product_id, l.sale_id, l.business_day, l.line, l.minute, l.quantity, l.amount, s.channel_id, s.province
		FROM sale_lines l JOIN sales s ON s.shop_id = l.shop_id AND s.id = l.sale_id
		WHERE l.shop_id = ? AND l.business_day >= ? AND NOT l.void%s`
	// The order makes SQLite take the index of products, not the ledger from end to end.
	movesQuery = `SELECT m.product_id, m.source_id, m.business_day, m.kind, m.source, m.source_line, m.quantity, m.value, m.reverses_id IS NOT NULL, m.seq, m.reason, m.lot_id
		FROM movements m WHERE m.shop_id = ? AND m.business_day >= ?%s ORDER BY m.product_id, m.seq`
	deliveredQuery = "SELECT l.id, l.supplier_id FROM lots l WHERE l.shop_id = ? AND l.supplier_id IS NOT NULL%s"
	// A lot has the id of the movement that brought it.
	ownQuery = `SELECT l.id, m.kind FROM lots l JOIN movements m ON m.shop_id = l.shop_id AND m.id = l.id
		WHERE l.shop_id = ? AND l.supplier_id IS NULL AND m.kind IN ('harvest', 'processing_in')%s`
	rowsQuery   = "SELECT year, product_id, packed FROM insight_years WHERE shop_id = ? AND year BETWEEN ? AND ?%s ORDER BY year, product_id"
	rowsOfQuery = "SELECT year, product_id, packed FROM insight_years WHERE shop_id = ? AND year IN ?%s ORDER BY year, product_id"
)

// Lines reads what was sold and brought back of products since a day.
func (s *Store) Lines(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]insight.Line, error) {
	out := map[ident.ID][]insight.Line{}
	err := s.db.EachOf(ctx, "l.product_id", ids, func(rows *sql.Rows) error {
		var l insight.Line
		err := rows.Scan(&l.ProductID, &l.SaleID, &l.Day, &l.Line, &l.Minute, &l.Quantity, &l.Amount, &l.Place.Channel, &l.Place.Province)
		out[l.ProductID] = append(out[l.ProductID], l)
		return err
	}, linesQuery, from)
	return out, err
}

// Moves reads the movements of products since a day.
func (s *Store) Moves(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]insight.Move, error) {
	out, lots := map[ident.ID][]insight.Move{}, map[ident.ID][]ident.ID{}
	deliveredBy := map[ident.ID]ident.ID{}
	err := s.db.EachOf(ctx, "m.product_id", ids, func(rows *sql.Rows) error {
		var m insight.Move
		var lot ident.ID
		err := rows.Scan(&m.ProductID, &m.SourceID, &m.Day, &m.Kind, &m.Source, &m.SourceLine, &m.Quantity, &m.Value, &m.Reverses, &m.Seq, &m.Reason, &lot)
		out[m.ProductID], lots[m.ProductID] = append(out[m.ProductID], m), append(lots[m.ProductID], lot)
		deliveredBy[lot] = ident.ID{}
		return err
	}, movesQuery, from)
	if err != nil || len(out) == 0 {
		return out, err
	}
	// A lot moves many times: it is asked for once, not joined to each movement.
	err = s.db.EachOf(ctx, "l.id", slices.SortedFunc(maps.Keys(deliveredBy), func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) }), func(rows *sql.Rows) error {
		var lot, supplier ident.ID
		err := rows.Scan(&lot, &supplier)
		deliveredBy[lot] = supplier
		return err
	}, deliveredQuery)
	if err == nil {
		err = s.own(ctx, deliveredBy)
	}
	for product, moves := range out {
		for i := range moves {
			moves[i].Supplier = deliveredBy[lots[product][i]]
		}
	}
	return out, err
}

// own tells which lots that nobody delivered came from the shop's own work.
func (s *Store) own(ctx context.Context, lots map[ident.ID]ident.ID) error {
	var ids []ident.ID
	for lot, supplier := range lots {
		if supplier.IsNil() && !lot.IsNil() {
			ids = append(ids, lot)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return s.db.EachOf(ctx, "l.id", ids, func(rows *sql.Rows) error {
		var lot ident.ID
		var kind stock.Kind
		err := rows.Scan(&lot, &kind)
		if lots[lot] = insight.OwnMade; kind == stock.Harvest {
			lots[lot] = insight.OwnHarvest
		}
		return err
	}, ownQuery)
}

// Everything lists the products that have anything in the ledger, at the till or among
// the rows.
func (s *Store) Everything(ctx context.Context) ([]ident.ID, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	scan := func(rows *sql.Rows) error {
		var id ident.ID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}
	err = s.db.Each(ctx, scan, `SELECT p.id FROM products p WHERE p.shop_id = ? AND (
		EXISTS (SELECT 1 FROM sale_lines l WHERE l.shop_id = p.shop_id AND l.product_id = p.id)
		OR EXISTS (SELECT 1 FROM movements m WHERE m.shop_id = p.shop_id AND m.product_id = p.id))`, shop)
	if err != nil {
		return nil, err
	}
	err = s.db.Each(ctx, scan, "SELECT DISTINCT product_id FROM insight_years WHERE shop_id = ?", shop)
	slices.SortFunc(ids, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids), err
}

// Products reads all products with what boards need of them.
func (s *Store) Products(ctx context.Context) ([]catalog.Product, error) {
	var out []catalog.Product
	err := s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var p catalog.Product
		var category, merged sql.RawBytes
		var maximum sql.NullInt64
		if err := rows.Scan(&p.ID, &p.Code, &p.Name, &category, &p.Category, &p.BaseUnit, &p.SalePrice, &p.TaxRate, &p.ShelfLifeDays, &maximum, &p.Archived, &merged); err != nil {
			return err
		}
		copy(p.CategoryID[:], category)
		if len(merged) > 0 {
			p.MergedInto = new(ident.ID)
			copy(p.MergedInto[:], merged)
		}
		if maximum.Valid {
			p.Maximum = new(measure.Quantity(maximum.Int64))
		}
		out = append(out, p)
		return nil
	}, `SELECT p.id, p.code, p.name, p.category_id, COALESCE(c.name, ''), p.base_unit, p.sale_price, p.tax_rate, p.shelf_life, p.maximum, p.archived, p.merged_into
		FROM products p LEFT JOIN categories c ON c.shop_id = p.shop_id AND c.id = p.category_id WHERE p.shop_id = ?%s`)
	return out, err
}

// Rows reads the rows of products (nil: all) of years, the bytes as the driver gives
// them: a page reads tens of thousands.
func (s *Store) Rows(ctx context.Context, ids []ident.ID, from, through int, each func(insight.Row) error) error {
	var year, product, packed any
	targets := []any{&year, &product, &packed}
	scan := func(rows *sql.Rows) error {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		n, ok := year.(int64)
		id, isID := product.([]byte)
		b, isBlob := packed.([]byte)
		if !ok || !isID || !isBlob || len(id) != len(ident.ID{}) {
			return fmt.Errorf("insightdb: a row of %T, %T and %T", year, product, packed)
		}
		return each(insight.Row{ProductID: ident.ID(id), Year: int(n), Packed: b})
	}
	if ids == nil {
		return s.db.EachOf(ctx, "", nil, scan, rowsQuery, from, through)
	}
	years, err := s.years(ctx, from, through)
	if err != nil || len(years) == 0 {
		return err
	}
	return s.db.EachOf(ctx, "product_id", ids, scan, rowsOfQuery, years)
}

// years lists those with rows: a product is found by its year, which leads the key.
func (s *Store) years(ctx context.Context, from, through int) (list []int, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var first, last sql.NullInt64
	err = s.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&first, &last) },
		"SELECT (SELECT MIN(year) FROM insight_years WHERE shop_id = ?), (SELECT MAX(year) FROM insight_years WHERE shop_id = ?)", shop, shop)
	for y := max(from, int(first.Int64)); first.Valid && y <= min(through, int(last.Int64)); y++ {
		list = append(list, y)
	}
	return list, err
}

// PutRows replaces the rows of products from a year on.
func (s *Store) PutRows(ctx context.Context, ids []ident.ID, from int, rows []insight.Row) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	years, err := s.years(ctx, from, math.MaxInt)
	if err != nil {
		return err
	}
	for block := range slices.Chunk(ids, maxList) {
		if len(years) == 0 {
			break
		}
		if err := s.db.From(ctx).Exec("DELETE FROM insight_years WHERE shop_id = ? AND year IN ? AND product_id IN ?", shop, years, block).Error; err != nil {
			return db.Err(err)
		}
	}
	_, err = s.db.Insert(ctx, "insight_years", []string{"shop_id", "year", "product_id", "packed"}, len(rows), "", func(i int, dst []any) {
		dst[0], dst[1], dst[2] = int64(rows[i].Year), rows[i].ProductID[:], rows[i].Packed
	})
	return err
}

// Missed reads what empty shelves missed.
func (s *Store) Missed(ctx context.Context, each func(restock.Missed) error) error {
	return s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var id ident.ID
		var packed sql.RawBytes
		if err := rows.Scan(&id, &packed); err != nil {
			return err
		}
		m, err := restock.OpenMissed(id, packed)
		if err != nil {
			return err
		}
		return each(m)
	}, "SELECT product_id, packed FROM missed WHERE shop_id = ?%s")
}

// Ages reads what lies on the shelf, lot by lot; goods that nobody received have no day.
func (s *Store) Ages(ctx context.Context) ([]insight.Age, error) {
	var out []insight.Age
	err := s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var a insight.Age
		var received, expiry sql.NullInt64
		if err := rows.Scan(&a.ProductID, &a.Quantity, &received, &expiry); err != nil {
			return err
		}
		if received.Valid {
			a.Received = new(day.Micros(received.Int64))
		}
		if expiry.Valid {
			a.Expiry = new(day.Date(expiry.Int64))
		}
		out = append(out, a)
		return nil
	}, `SELECT b.product_id, b.quantity, l.received_at, l.expiry FROM lot_balances b
		LEFT JOIN lots l ON l.shop_id = b.shop_id AND l.id = b.lot_id WHERE b.shop_id = ?%s ORDER BY b.product_id, b.lot_id`)
	return out, err
}
