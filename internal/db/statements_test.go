package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
)

// A connection remembers compiled statements; nothing that it answers may show.
func TestRememberedStatements(t *testing.T) {
	d := dbtest.SQLite(t)
	a, b := shop(t, d, "a"), shop(t, d, "b")
	for i := range 40 {
		if err := errors.Join(add(a, d, fmt.Sprintf("a%02d", i)), add(b, d, fmt.Sprintf("b%02d", i))); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("asked again while its rows are read", func(t *testing.T) {
		err := d.View(a, func(ctx context.Context) error { return nested(ctx, d, 3) })
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("more statements than a connection keeps", func(t *testing.T) {
		for round := range 3 {
			for n := 1; n <= 250; n++ {
				var found int64
				marks := strings.Repeat(",?", n)[1:]
				args := []any{1}
				for i := range n {
					args = append(args, fmt.Sprintf("a%02d", i))
				}
				scope, err := db.Shop(a)
				if err != nil {
					t.Fatal(err)
				}
				args[0] = scope
				if err := d.From(a).Raw("SELECT COUNT(*) FROM categories WHERE shop_id = ? AND name IN ("+marks+")", args...).Scan(&found).Error; err != nil || found != int64(min(n, 40)) {
					t.Fatalf("round %d: %d of %d names: %v", round, found, n, err)
				}
			}
		}
	})
	t.Run("a statement that failed works again", func(t *testing.T) {
		id := ident.New()
		put := func() error {
			return d.Do(a, func(ctx context.Context) error {
				return db.Err(d.From(ctx).Create(&category{ID: id, Name: "一次"}).Error)
			})
		}
		if err := put(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if err := put(); !errors.Is(err, db.ErrUnique) {
				t.Fatalf("the same row again: %v", err)
			}
			if err := add(a, d, ident.New().String()); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("a table that changed", func(t *testing.T) {
		wide := db.Installation(context.Background())
		columns := func() int {
			var row map[string]any
			if err := d.From(wide).Raw("SELECT * FROM installation_trial").Scan(&row).Error; err != nil {
				t.Fatal(err)
			}
			return len(row)
		}
		exec := func(statement string) {
			if err := d.Do(wide, func(ctx context.Context) error { return d.From(ctx).Exec(statement).Error }); err != nil {
				t.Fatal(err)
			}
		}
		exec("CREATE TABLE installation_trial (a INTEGER)")
		exec("INSERT INTO installation_trial VALUES (1)")
		for range 10 {
			if n := columns(); n != 1 {
				t.Fatalf("%d columns, want 1", n)
			}
		}
		exec("ALTER TABLE installation_trial ADD COLUMN b INTEGER")
		for range 10 {
			if n := columns(); n != 2 {
				t.Fatalf("%d columns after the change, want 2", n)
			}
		}
	})
	t.Run("a reader that goes away", func(t *testing.T) {
		for range 50 {
			ctx, cancel := context.WithCancel(a)
			rows, err := d.From(ctx).Raw("SELECT name FROM categories WHERE shop_id = ? ORDER BY name", mustShop(t, a)).Rows()
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
			cancel()
			_ = rows.Close()
		}
		if got := names(t, b, d); len(got) != 40 || got[0] != "b00" {
			t.Fatalf("the other shop's names are %v", got)
		}
		if err := add(a, d, "nach allem"); err != nil { // no reader holds the file
			t.Fatal(err)
		}
	})
}

func mustShop(t *testing.T, ctx context.Context) int64 {
	t.Helper()
	id, err := db.Shop(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// nested reads the same list inside itself.
func nested(ctx context.Context, d *db.DB, depth int) error {
	scope, err := db.Shop(ctx)
	if err != nil {
		return err
	}
	rows, err := d.From(ctx).Raw("SELECT name FROM categories WHERE shop_id = ? ORDER BY name", scope).Rows()
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says it
	for i := 0; rows.Next(); i++ {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		if want := fmt.Sprintf("a%02d", i); name != want {
			return fmt.Errorf("row %d at depth %d is %q, want %q", i, depth, name, want)
		}
		if depth > 0 && i == 20 {
			if err := nested(ctx, d, depth-1); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}
