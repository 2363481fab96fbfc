// Package restockdb keeps what the restock area derives: packed demand, the pool
// and the suggestions; and it reads the lists that its pages show, which join
// them with products, stock and suppliers. It knows SQL and no rule; every
// statement is bound to the shop of ctx.
package restockdb

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// Store implements restock.Store and restock.Reader on a database.
type Store struct {
	db *db.DB
	// row is what finds a suggestion's row at once when an index has named it: on
	// SQLite its place in the table, on PostgreSQL, where places move, its product.
	row   string
	pools pools
}

var _ restock.Store = (*Store)(nil)

// New makes the store.
func New(d *db.DB) *Store {
	if d.Dialect == db.SQLite {
		return &Store{db: d, row: "s.rowid"}
	}
	return &Store{db: d, row: "s.product_id"}
}

// maxList bounds the ids of one IN list.
const maxList = 500

// exec runs one write in the transaction of ctx and answers the rows it changed.
func (s *Store) exec(ctx context.Context, query string, args ...any) (int64, error) {
	result := s.db.From(ctx).Exec(query, args...)
	return result.RowsAffected, db.Err(result.Error)
}

// optional reads a column that may be NULL into a pointer.
func optional[T ~int | ~int32 | ~int64](n sql.NullInt64) *T {
	if !n.Valid {
		return nil
	}
	v := T(n.Int64)
	return &v
}

// nullable writes a pointer into a column that may be NULL.
func nullable[T day.Date | measure.Quantity | money.Amount | int](v *T) any {
	if v == nil {
		return nil
	}
	return int64(*v)
}

func nullableID(id *ident.ID) any {
	if id == nil {
		return nil
	}
	return id[:]
}

// Years reads the packed demand of products, each in order of year; nil: of all.
func (s *Store) Years(ctx context.Context, ids []ident.ID) (map[ident.ID][]demand.Year, error) {
	years := map[ident.ID][]demand.Year{}
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		var id ident.ID
		var packed sql.RawBytes
		if err := rows.Scan(&id, &packed); err != nil {
			return err
		}
		y, err := demand.Unpack(packed)
		if err != nil {
			return fmt.Errorf("demand of product %s: %w", id, err)
		}
		years[id] = append(years[id], y)
		return nil
	}, "SELECT product_id, packed FROM demand_years WHERE shop_id = ?%s ORDER BY product_id, year")
	return years, err
}

// Packed reads the rows of Years as they are stored; nil: of all.
func (s *Store) Packed(ctx context.Context, ids []ident.ID) (map[ident.ID][][]byte, error) {
	out := make(map[ident.ID][][]byte, len(ids))
	var c cells
	err := s.db.EachOf(ctx, "product_id", ids, func(rows *sql.Rows) error {
		if err := c.scan(rows); err != nil {
			return err
		}
		id, packed := c.id(), c.bytes()
		if c.err == nil && id != nil {
			out[*id] = append(out[*id], packed)
		}
		return c.err
	}, "SELECT product_id, packed FROM demand_years WHERE shop_id = ?%s ORDER BY product_id, year")
	return out, err
}

// PutYears replaces the rows of each product from its year on.
func (s *Store) PutYears(ctx context.Context, rows []restock.ProductYears) error {
	shop, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	from := map[int][]ident.ID{} // products by the first year to replace
	n := 0
	for _, r := range rows {
		from[r.From] = append(from[r.From], r.ProductID)
		n += len(r.Years)
	}
	for year, ids := range from {
		for block := range slices.Chunk(ids, maxList) {
			if _, err := s.exec(ctx, "DELETE FROM demand_years WHERE shop_id = ? AND product_id IN ? AND year >= ?", shop, block, year); err != nil {
				return err
			}
		}
	}
	type packed struct {
		id   ident.ID
		year demand.Year
	}
	flat := make([]packed, 0, n)
	for _, r := range rows {
		for _, y := range r.Years {
			flat = append(flat, packed{r.ProductID, y})
		}
	}
	_, err = s.db.Insert(ctx, "demand_years", []string{"shop_id", "product_id", "year", "packed"}, len(flat), "",
		func(i int, dst []any) {
			dst[0], dst[1], dst[2] = flat[i].id[:], int64(flat[i].year.Year), flat[i].year.Pack()
		})
	return err
}
