package db_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
)

// queryer is a pool, a connection or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// seen reads every name of a table with SQL that forgets the shop.
func seen(t *testing.T, ctx context.Context, q queryer) []string {
	t.Helper()
	rows, err := q.QueryContext(ctx, "SELECT name FROM categories ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func wantSeen(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: sees %v, want %v", what, got, want)
	}
}

// twoShops makes a shop with dates and one with tea on PostgreSQL.
func twoShops(t *testing.T) (d *db.DB, a, b context.Context) {
	t.Helper()
	d = dbtest.Postgres(t)
	a, b = shop(t, d, "a"), shop(t, d, "b")
	if err := errors.Join(add(a, d, "枣"), add(b, d, "茶")); err != nil {
		t.Fatal(err)
	}
	return d, a, b
}

// SQL that forgets the shop sees and changes the rows of the scope's shop only,
// and none at all without a scope: the server itself sees to it.
func TestTheServerKeepsShopsApart(t *testing.T) {
	d, a, b := twoShops(t)
	none, wide := context.Background(), db.Installation(context.Background())
	for _, pool := range []*sql.DB{db.Readers(d), db.Writers(d)} {
		wantSeen(t, "shop a", seen(t, a, pool), "枣")
		wantSeen(t, "shop b", seen(t, b, pool), "茶")
		wantSeen(t, "nobody", seen(t, none, pool))
		wantSeen(t, "the installation", seen(t, wide, pool), "枣", "茶")
	}
	t.Run("a connection that goes back names nobody", func(t *testing.T) {
		conn, err := db.Readers(d).Conn(none)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for range 3 {
			wantSeen(t, "shop a", seen(t, a, conn), "枣")
			wantSeen(t, "nobody after a", seen(t, none, conn))
			wantSeen(t, "the installation", seen(t, wide, conn), "枣", "茶")
			wantSeen(t, "nobody after all", seen(t, none, conn))
		}
	})
	t.Run("writes", func(t *testing.T) {
		for statement, want := range map[string]int64{
			"UPDATE categories SET name = name || '!'":                     1,
			"UPDATE categories SET name = 'x' WHERE name LIKE '茶%'":        0,
			"DELETE FROM categories WHERE name LIKE '茶%'":                  0,
			"UPDATE shops SET name = 'x' WHERE slug = 'b'":                 0,
			"DELETE FROM counters WHERE shop_id > 0 AND order_number = 99": 0,
		} {
			err := d.Do(a, func(ctx context.Context) error {
				// The guard of the ORM wants to read shop_id; that is all it reads.
				result := d.From(ctx).Exec(statement + " /* shop_id */")
				if result.Error == nil && result.RowsAffected != want {
					return fmt.Errorf("%d rows, want %d", result.RowsAffected, want)
				}
				return result.Error
			})
			if err != nil {
				t.Errorf("%s: %v", statement, err)
			}
		}
		for _, statement := range []string{
			"INSERT INTO categories (shop_id, id, name) SELECT shop_id + 1, decode('00', 'hex'), 'x' FROM categories",
			"UPDATE categories SET shop_id = shop_id + 1",
		} {
			err := d.Do(a, func(ctx context.Context) error { return d.From(ctx).Exec(statement).Error })
			if err == nil || !strings.Contains(err.Error(), "row-level security") {
				t.Errorf("%s: %v", statement, err)
			}
		}
		wantSeen(t, "afterwards", seen(t, wide, db.Readers(d)), "枣!", "茶")
	})
}

// The word follows the ctx of each statement inside one transaction too.
func TestTheWordFollowsTheStatement(t *testing.T) {
	d, a, b := twoShops(t)
	none, wide := context.Background(), db.Installation(context.Background())
	tx, err := db.Writers(d).BeginTx(none, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // nothing to keep
	exec := func(ctx context.Context, text string, args ...any) {
		t.Helper()
		if _, err := tx.ExecContext(ctx, text, args...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	wantSeen(t, "nobody", seen(t, none, tx))
	for range 2 {
		wantSeen(t, "a", seen(t, a, tx), "枣")
		wantSeen(t, "a again", seen(t, a, tx), "枣")
		wantSeen(t, "b", seen(t, b, tx), "茶")
		wantSeen(t, "nobody", seen(t, none, tx))
		wantSeen(t, "all", seen(t, wide, tx), "枣", "茶")
	}
	// What was said inside a savepoint is taken back with it.
	exec(a, "SAVEPOINT s")
	wantSeen(t, "b inside", seen(t, b, tx), "茶")
	exec(b, "ROLLBACK TO s")
	wantSeen(t, "b after", seen(t, b, tx), "茶")
	exec(a, "SAVEPOINT s2")
	if _, err := tx.ExecContext(b, "SELECT 1 / 0"); err == nil {
		t.Fatal("divided by zero")
	}
	exec(wide, "ROLLBACK TO s2")
	wantSeen(t, "a after an error", seen(t, a, tx), "枣")
	t.Run("prepared", func(t *testing.T) {
		stmt, err := tx.PrepareContext(a, "SELECT name FROM categories WHERE name <> $1")
		if err != nil {
			t.Fatal(err)
		}
		defer stmt.Close()
		for ctx, want := range map[context.Context]string{a: "枣", b: "茶"} {
			var name string
			if err := stmt.QueryRowContext(ctx, "").Scan(&name); err != nil || name != want {
				t.Errorf("reads %q, want %q: %v", name, want, err)
			}
		}
		outside, err := db.Readers(d).PrepareContext(a, "SELECT name FROM categories")
		if err != nil {
			t.Fatal(err)
		}
		defer outside.Close()
		if rows, err := outside.QueryContext(a); err == nil {
			rows.Close()
			t.Error("a prepared statement outside a transaction read for a shop")
		}
	})
}

// Whatever a column holds comes back as it does without the word.
func TestAnswersAreTheSameWithTheWord(t *testing.T) {
	d, a, _ := twoShops(t)
	const query = `SELECT 1::bigint, 2::int, 3::smallint, 1.5::float8, 12.34::numeric, true, 'e'::text, 'v'::varchar, decode('00ff', 'hex'), NULL::text, NULL::bytea,
		'2026-11-23 04:05:06+00'::timestamptz, '2026-11-23'::date, (SELECT COUNT(*) FROM installation), (SELECT SUM(x) FROM (VALUES (1::bigint), (2)) v (x)), current_user, 7::oid`
	read := func(ctx context.Context) []any {
		rows, err := db.Readers(d).QueryContext(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil || !rows.Next() {
			t.Fatal(err, rows.Err())
		}
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		if rows.Next() {
			t.Error("two rows")
		}
		return values
	}
	with, without := read(a), read(context.Background())
	for i := range with {
		if got, want := fmt.Sprintf("%T %v", with[i], with[i]), fmt.Sprintf("%T %v", without[i], without[i]); got != want {
			t.Errorf("column %d: %s, without the word %s", i, got, want)
		}
	}
	if _, err := db.Readers(d).QueryContext(a, "SELECT nothing FROM nowhere"); err == nil {
		t.Error("no error")
	}
	wantSeen(t, "after an error", seen(t, a, db.Readers(d)), "枣")
}

// Many shops at once through the same few connections.
func TestShopsDoNotMeetInThePool(t *testing.T) {
	d := dbtest.Postgres(t)
	shops := make([]context.Context, 6)
	for i := range shops {
		shops[i] = shop(t, d, fmt.Sprint("s", i))
	}
	var wg sync.WaitGroup
	for i, ctx := range shops {
		wg.Go(func() {
			for n := range 25 {
				if err := add(ctx, d, fmt.Sprintf("%d-%02d", i, n)); err != nil {
					t.Error(err)
					return
				}
				leave, cancel := context.WithCancel(ctx)
				if rows, err := db.Readers(d).QueryContext(leave, "SELECT name FROM categories"); err == nil {
					rows.Next()
					cancel() // a reader that goes away
					_ = rows.Close()
				}
				cancel()
				for _, name := range seen(t, ctx, db.Readers(d)) {
					if !strings.HasPrefix(name, fmt.Sprint(i, "-")) {
						t.Errorf("shop %d sees %s", i, name)
					}
				}
			}
		})
	}
	wg.Wait()
	if all := seen(t, db.Installation(context.Background()), db.Readers(d)); len(all) != 6*25 {
		t.Errorf("%d rows", len(all))
	}
}

// Every table with a shop_id has the policy, and the tests' own user is bound by it.
func TestEveryShopTableIsGuarded(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if sentence, err := d.Unguarded(context.Background()); err != nil || sentence != "" {
			t.Fatalf("%q, %v", sentence, err)
		}
		if d.Dialect != db.Postgres {
			return
		}
		wide := db.Installation(context.Background())
		for _, statement := range []string{"CREATE TABLE forgotten (shop_id BIGINT)", "ALTER TABLE wishes NO FORCE ROW LEVEL SECURITY", "DROP POLICY one_shop ON packs"} {
			if err := d.Do(wide, func(ctx context.Context) error { return d.From(ctx).Exec(statement).Error }); err != nil {
				t.Fatal(err)
			}
		}
		sentence, err := d.Unguarded(context.Background())
		if err != nil || !strings.HasSuffix(sentence, ": forgotten, packs, wishes") {
			t.Errorf("%q, %v", sentence, err)
		}
	})
}

func BenchmarkScopedRead(b *testing.B) {
	d := dbtest.Postgres(b)
	var id int64
	wide := db.Installation(context.Background())
	err := d.Do(wide, func(ctx context.Context) error {
		return d.From(ctx).Raw("INSERT INTO shops (slug, name, timezone, currency, secret, created_at) VALUES ('a', 'a', 'UTC', 'CNY', 'x', 1) RETURNING shop_id").Scan(&id).Error
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, ctx := range map[string]context.Context{"told": wide, "plain": context.Background()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				rows, err := db.Readers(d).QueryContext(ctx, "SELECT id FROM categories WHERE shop_id = $1 AND id = $2", id, ident.Nil)
				if err != nil {
					b.Fatal(err)
				}
				rows.Close()
			}
		})
	}
}
