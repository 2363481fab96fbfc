package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// bulkVariables bounds the bound variables of one statement: 500 rows of the widest
// table. SQLite takes 32,766, PostgreSQL 65,535.
const bulkVariables = 20_000

// repeatedVariables are those of a statement to SQLite for more rows than that: it is a call,
// not a journey, and reading a long statement, again for the rows that are left over, takes
// longer than many short ones.
const repeatedVariables = 2_000

// Insert writes n rows into table inside the transaction of ctx, many to a
// statement: the way for imports and the demo, some ten times as fast as the ORM.
// columns must begin with shop_id, which Insert fills in from ctx; row(i, dst)
// fills the remaining columns of row i into dst. suffix, when not empty, is an
// ON CONFLICT clause. It returns the rows written.
func (d *DB) Insert(ctx context.Context, table string, columns []string, n int, suffix string, row func(i int, dst []any)) (int64, error) {
	if n == 0 {
		return 0, nil
	}
	if len(columns) < 2 || columns[0] != "shop_id" {
		return 0, fmt.Errorf("%w: bulk insert into %s", ErrUnscoped, table)
	}
	shop, err := Shop(ctx)
	if err != nil {
		return 0, err
	}
	pool, err := d.pool(ctx)
	if err != nil {
		return 0, err
	}
	width := len(columns)
	per := min(max(1, bulkVariables/width), n)
	if n > per && d.Dialect == SQLite {
		per = max(1, repeatedVariables/width)
	}
	args := make([]any, per*width)
	for i := range per {
		args[i*width] = shop
	}
	if n <= per { // one statement, which the connection remembers
		for i := range n {
			row(i, args[i*width+1:(i+1)*width])
		}
		result, err := pool.ExecContext(ctx, insertSQL(d.Dialect, table, columns, n, suffix), args...)
		if err != nil {
			return 0, translate(err)
		}
		rows, _ := result.RowsAffected()
		return rows, nil
	}
	var written int64
	stmt, err := pool.PrepareContext(ctx, insertSQL(d.Dialect, table, columns, per, suffix))
	if err != nil {
		return 0, translate(err)
	}
	defer stmt.Close() //nolint:errcheck // nothing to learn
	for from := 0; from < n; from += per {
		k := min(per, n-from)
		for i := range k {
			row(from+i, args[i*width+1:(i+1)*width])
		}
		if k == per {
			result, err := stmt.ExecContext(ctx, args...)
			if err != nil {
				return written, translate(err)
			}
			rows, _ := result.RowsAffected()
			written += rows
			continue
		}
		result, err := pool.ExecContext(ctx, insertSQL(d.Dialect, table, columns, k, suffix), args[:k*width]...)
		if err != nil {
			return written, translate(err)
		}
		rows, _ := result.RowsAffected()
		written += rows
	}
	return written, nil
}

func insertSQL(dialect Dialect, table string, columns []string, rows int, suffix string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES ")
	if dialect == SQLite {
		one := "(" + strings.Join(slices.Repeat([]string{"?"}, len(columns)), ",") + ")"
		b.WriteString(strings.Join(slices.Repeat([]string{one}, rows), ","))
	} else {
		for i := range rows * len(columns) {
			switch {
			case i%len(columns) != 0:
				fmt.Fprintf(&b, ",$%d", i+1)
			case i == 0:
				b.WriteString("($1")
			default:
				fmt.Fprintf(&b, "),($%d", i+1)
			}
		}
		b.WriteString(")")
	}
	if suffix != "" {
		b.WriteString(" " + suffix)
	}
	return b.String()
}
