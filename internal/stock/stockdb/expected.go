package stockdb

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Expect upserts what suppliers owe.
func (s *Store) Expect(ctx context.Context, lines []stock.Expected) error {
	_, err := s.db.Insert(ctx, "expected", []string{"shop_id", "source_id", "source_line", "product_id", "supplier_id", "quantity", "due_day"}, len(lines),
		`ON CONFLICT (shop_id, source_id, source_line) DO UPDATE SET product_id = excluded.product_id, supplier_id = excluded.supplier_id,
			quantity = excluded.quantity, due_day = excluded.due_day`,
		func(i int, dst []any) {
			l := &lines[i]
			dst[0], dst[1], dst[2], dst[3] = l.SourceID[:], int64(l.SourceLine), l.ProductID[:], l.SupplierID[:]
			dst[4], dst[5] = int64(l.Quantity), int64(l.Due)
		})
	return foreign(err)
}

const selectExpected = "SELECT source_id, source_line, product_id, supplier_id, quantity, due_day FROM expected WHERE shop_id = ?"

func scanExpected(rows *sql.Rows) (stock.Expected, error) {
	var e stock.Expected
	err := rows.Scan(&e.SourceID, &e.SourceLine, &e.ProductID, &e.SupplierID, &e.Quantity, &e.Due)
	return e, err
}

// Expected reads the expected lines of products, by due day.
func (s *Store) Expected(ctx context.Context, ids []ident.ID) (map[ident.ID][]stock.Expected, error) {
	lines := map[ident.ID][]stock.Expected{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		e, err := scanExpected(rows)
		lines[e.ProductID] = append(lines[e.ProductID], e)
		return err
	}, selectExpected+"%s ORDER BY due_day, source_id, source_line")
	return lines, err
}

// ExpectedBy reads what a source expects.
func (s *Store) ExpectedBy(ctx context.Context, sourceID ident.ID) ([]stock.Expected, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []stock.Expected
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		e, err := scanExpected(rows)
		list = append(list, e)
		return err
	}, selectExpected+" AND source_id = ? ORDER BY source_line", shop, sourceID)
	return list, err
}

// Unexpect removes the lines of a source.
func (s *Store) Unexpect(ctx context.Context, sourceID ident.ID, line *int) error {
	return s.drop(ctx, "expected", sourceID, line)
}

// Release removes the promises of a source.
func (s *Store) Release(ctx context.Context, sourceID ident.ID, line *int) error {
	return s.drop(ctx, "allocations", sourceID, line)
}

func (s *Store) drop(ctx context.Context, table string, sourceID ident.ID, line *int) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	query, args := "DELETE FROM "+table+" WHERE shop_id = ? AND source_id = ?", []any{shop, sourceID}
	if line != nil {
		query, args = query+" AND source_line = ?", append(args, *line)
	}
	_, err = s.exec(ctx, query, args...)
	return err
}

// Allocate upserts promises to customers.
func (s *Store) Allocate(ctx context.Context, lines []stock.Allocation) error {
	_, err := s.db.Insert(ctx, "allocations", []string{"shop_id", "source_id", "source_line", "product_id", "quantity"}, len(lines),
		"ON CONFLICT (shop_id, source_id, source_line) DO UPDATE SET product_id = excluded.product_id, quantity = excluded.quantity",
		func(i int, dst []any) {
			l := &lines[i]
			dst[0], dst[1], dst[2], dst[3] = l.SourceID[:], int64(l.SourceLine), l.ProductID[:], int64(l.Quantity)
		})
	return foreign(err)
}

// Allocated sums the promises of products.
func (s *Store) Allocated(ctx context.Context, ids []ident.ID) (map[ident.ID]measure.Quantity, error) {
	sums := map[ident.ID]measure.Quantity{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var q measure.Quantity
		err := rows.Scan(&id, &q)
		sums[id] += q
		return err
	}, "SELECT product_id, quantity FROM allocations WHERE shop_id = ?%s")
	return sums, err
}

// AllocatedBy reads what a source has promised.
func (s *Store) AllocatedBy(ctx context.Context, sourceID ident.ID) ([]stock.Allocation, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var list []stock.Allocation
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var a stock.Allocation
		err := rows.Scan(&a.SourceID, &a.SourceLine, &a.ProductID, &a.Quantity)
		list = append(list, a)
		return err
	}, "SELECT source_id, source_line, product_id, quantity FROM allocations WHERE shop_id = ? AND source_id = ? ORDER BY source_line", shop, sourceID)
	return list, err
}

// A mark is at least the microsecond of marking and always more than before, so
// that a runner that read an older one cannot remove it. The oldest time of
// marking stays, because it is the product's place in the queue.
const renew = `ON CONFLICT (shop_id, product_id) DO UPDATE SET
	from_day = CASE WHEN excluded.from_day < changed.from_day THEN excluded.from_day ELSE changed.from_day END,
	mark = CASE WHEN excluded.mark > changed.mark THEN excluded.mark ELSE changed.mark + 1 END`

// MarkChanged marks products stale from a day on.
func (s *Store) MarkChanged(ctx context.Context, ids []ident.ID, from day.Date, at day.Micros) error {
	_, err := s.db.Insert(ctx, "changed", []string{"shop_id", "product_id", "from_day", "marked_at", "mark"}, len(ids), renew,
		func(i int, dst []any) {
			dst[0], dst[1], dst[2], dst[3] = ids[i][:], int64(from), int64(at), int64(at)
		})
	return err
}

// MarkAll marks every product of the shop that is not archived. It reads the
// catalog's table, because the queue is about all products and carrying them
// through memory would only copy them.
func (s *Store) MarkAll(ctx context.Context, at day.Micros) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO changed (shop_id, product_id, from_day, marked_at, mark)
		SELECT shop_id, id, 0, CAST(? AS BIGINT), CAST(? AS BIGINT) FROM products WHERE shop_id = ? AND archived = ? `+renew, int64(at), int64(at), shop, false)
	return err
}

// Changed reads marks of all shops, the oldest first.
func (s *Store) Changed(ctx context.Context, limit int) ([]stock.Mark, error) {
	var marks []stock.Mark
	err := s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var m stock.Mark
		err := rows.Scan(&m.Shop, &m.ProductID, &m.From, &m.Mark)
		marks = append(marks, m)
		return err
	}, "SELECT shop_id, product_id, from_day, mark FROM changed ORDER BY marked_at, shop_id, product_id LIMIT ?", limit)
	return marks, err
}

// Queue counts the marks of each shop, the one that waits longest first.
func (s *Store) Queue(ctx context.Context) ([]stock.Queue, error) {
	var list []stock.Queue
	err := s.db.Each(db.Installation(ctx), func(rows *sql.Rows) error {
		var q stock.Queue
		err := rows.Scan(&q.Shop, &q.Marks, &q.Oldest)
		list = append(list, q)
		return err
	}, "SELECT shop_id, COUNT(*), MIN(marked_at) AS oldest FROM changed GROUP BY shop_id ORDER BY oldest, shop_id")
	return list, err
}

// Marked reads the marks of the shop, the oldest first.
func (s *Store) Marked(ctx context.Context, limit int) ([]stock.Mark, error) {
	shop, err := db.Shop(ctx)
	if err != nil {
		return nil, err
	}
	var marks []stock.Mark
	err = s.db.Each(ctx, func(rows *sql.Rows) error {
		var m stock.Mark
		err := rows.Scan(&m.Shop, &m.ProductID, &m.From, &m.Mark)
		marks = append(marks, m)
		return err
	}, "SELECT shop_id, product_id, from_day, mark FROM changed WHERE shop_id = ? ORDER BY marked_at, product_id LIMIT ?", shop, limit)
	return marks, err
}

// Unmark removes the marks that are still as they were read.
func (s *Store) Unmark(ctx context.Context, marks []stock.Mark) error {
	ctx = db.Installation(ctx)
	byShop := map[tenant.ShopID][]stock.Mark{}
	for _, m := range marks {
		byShop[m.Shop] = append(byShop[m.Shop], m)
	}
	for shop, mine := range byShop {
		for block := range slices.Chunk(mine, maxList) {
			pair := "(" + s.db.Blob() + ", CAST(? AS BIGINT))"
			pairs, args := pair+strings.Repeat(", "+pair, len(block)-1), []any{int64(shop)}
			for i := range block {
				args = append(args, block[i].ProductID, block[i].Mark)
			}
			if _, err := s.exec(ctx, "DELETE FROM changed WHERE shop_id = ? AND (product_id, mark) IN (VALUES "+pairs+")", args...); err != nil {
				return err
			}
		}
	}
	return nil
}
