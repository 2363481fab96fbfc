package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"buhuo/internal/ident"
)

// maxList bounds the ids of one IN list.
const maxList = 500

// Each runs a query and hands its rows to scan, one by one.
func (d *DB) Each(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := d.From(ctx).Raw(query, args...).Rows()
	if err != nil {
		return Err(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what went wrong
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return Err(rows.Err())
}

// EachOf runs a query for the shop of ctx once for each block of ids, or once without a
// list when ids is nil. query holds one %s for the condition on column; the shop is its
// first argument, the ids its last.
func (d *DB) EachOf(ctx context.Context, column string, ids []ident.ID, scan func(*sql.Rows) error, query string, args ...any) error {
	shop, err := Shop(ctx)
	if err != nil {
		return err
	}
	args = append([]any{shop}, args...)
	if ids == nil {
		return d.Each(ctx, scan, fmt.Sprintf(query, ""), args...)
	}
	for block := range slices.Chunk(ids, maxList) {
		if len(block) == 1 { // SQLite takes a list of one for an equation, and with it rather reads the whole shop
			block = []ident.ID{block[0], block[0]}
		}
		if err := d.Each(ctx, scan, fmt.Sprintf(query, " AND "+column+" IN ?"), append(slices.Clone(args), block)...); err != nil {
			return err
		}
	}
	return nil
}
