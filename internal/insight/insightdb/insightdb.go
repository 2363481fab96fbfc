// Package insightdb reads the ledger for the insight area and keeps what is derived from
// it. It knows SQL and no rule; every statement is bound to the shop of ctx.
package insightdb

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

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
	blocksQuery   = "SELECT month, part, packed FROM insight_blocks WHERE shop_id = ? AND month BETWEEN ? AND ? ORDER BY month, part"
	newerQuery    = "SELECT month, part, packed FROM insight_blocks WHERE shop_id = ? AND rev > ?"
	revisionQuery = "SELECT MAX(rev) FROM insight_blocks WHERE shop_id = ?"
	blocksOfQuery = "SELECT month, part, packed FROM insight_blocks WHERE shop_id = ? AND month IN ? AND part IN ? ORDER BY month, part"
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

// Everything lists the products that have anything in the ledger or at the till.
func (s *Store) Everything(ctx context.Context) ([]ident.ID, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var id ident.ID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT p.id FROM products p WHERE p.shop_id = ? AND (
		EXISTS (SELECT 1 FROM sale_lines l WHERE l.shop_id = p.shop_id AND l.product_id = p.id)
		OR EXISTS (SELECT 1 FROM movements m WHERE m.shop_id = p.shop_id AND m.product_id = p.id)) ORDER BY p.id`, shop)
	return ids, err
}

// Listed is the state of the catalogue. Whoever changes a product gives it a higher
// version, and none is ever deleted; categories are few and said whole.
func (s *Store) Listed(ctx context.Context) (string, error) {
	var state strings.Builder
	err := s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var n, versions int64
		err := rows.Scan(&n, &versions)
		fmt.Fprint(&state, n, " ", versions)
		return err
	}, "SELECT COUNT(*), CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM products WHERE shop_id = ?%s")
	if err != nil {
		return "", err
	}
	err = s.db.EachOf(ctx, "", nil, func(rows *sql.Rows) error {
		var id ident.ID
		var name string
		err := rows.Scan(&id, &name)
		fmt.Fprintf(&state, " %v%q", id, name)
		return err
	}, "SELECT id, name FROM categories WHERE shop_id = ?%s ORDER BY id")
	return state.String(), err
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

// Blocks reads the blocks of parts (nil: all) of months.
func (s *Store) Blocks(ctx context.Context, parts []int, from, through insight.YearMonth, each func(insight.Block) error) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	scan := scanBlocks(func(b insight.Block) error {
		if len(b.Packed) == 0 { // there was one once
			return nil
		}
		return each(b)
	})
	if parts == nil {
		return s.db.Each(ctx, scan, blocksQuery, shop, from, through)
	}
	months, err := s.months(ctx, from, through)
	if err != nil {
		return err
	}
	for block := range slices.Chunk(months, maxList) {
		if err := s.db.Each(ctx, scan, blocksOfQuery, shop, block, parts); err != nil {
			return err
		}
	}
	return nil
}

func scanBlocks(each func(insight.Block) error) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		var b insight.Block
		if err := rows.Scan(&b.Month, &b.Part, &b.Packed); err != nil {
			return err
		}
		return each(b)
	}
}

// Revision tells how often blocks were written. Whoever writes to a shop waits for whoever
// did so before, so that a revision is seen only with all before it.
func (s *Store) Revision(ctx context.Context) (rev int64, settled bool, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return 0, false, err
	}
	var last sql.NullInt64
	err = s.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&last) }, revisionQuery, shop)
	return last.Int64, !s.db.Inside(ctx), err
}

// Newer reads the blocks that were written after a revision.
func (s *Store) Newer(ctx context.Context, rev int64, each func(insight.Block) error) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	return s.db.Each(ctx, scanBlocks(each), newerQuery, shop, rev)
}

// months lists those with blocks: a part is found by its month, which leads the key.
func (s *Store) months(ctx context.Context, from, through insight.YearMonth) (list []insight.YearMonth, err error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var first, last sql.NullInt64
	err = s.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&first, &last) },
		"SELECT (SELECT MIN(month) FROM insight_blocks WHERE shop_id = ?), (SELECT MAX(month) FROM insight_blocks WHERE shop_id = ?)", shop, shop)
	for m := max(from, insight.YearMonth(first.Int64)); first.Valid && m <= min(through, insight.YearMonth(last.Int64)); m++ {
		list = append(list, m)
	}
	return list, err
}

// PutBlocks writes blocks with a revision of their own; of one that is no more an empty
// row stays behind, which tells so.
func (s *Store) PutBlocks(ctx context.Context, blocks []insight.Block) error {
	rev, _, err := s.Revision(ctx)
	if err != nil || len(blocks) == 0 {
		return err
	}
	_, err = s.db.Insert(ctx, "insight_blocks", []string{"shop_id", "month", "part", "rev", "packed"}, len(blocks), "ON CONFLICT (shop_id, month, part) DO UPDATE SET rev = excluded.rev, packed = excluded.packed", func(i int, dst []any) {
		packed := blocks[i].Packed
		if packed == nil {
			packed = []byte{}
		}
		dst[0], dst[1], dst[2], dst[3] = int64(blocks[i].Month), int64(blocks[i].Part), rev+1, packed
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
