package shopdb_test

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/shop/shoptest"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		shoptest.Run(t, func(t *testing.T) shoptest.House { return house(dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		shoptest.Run(t, func(t *testing.T) shoptest.House { return house(dbtest.Postgres(t)) })
	})
}

func house(d *db.DB) shoptest.House {
	return shoptest.House{Store: shopdb.New(d), Atomic: d, Tamper: func(t *testing.T, statement string, args ...any) {
		t.Helper()
		err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
			for _, drop := range map[db.Dialect][]string{
				db.SQLite:   {"DROP TRIGGER IF EXISTS audit_no_update", "DROP TRIGGER IF EXISTS audit_no_delete"},
				db.Postgres: {"DROP TRIGGER IF EXISTS audit_append_only ON audit"},
			}[d.Dialect] {
				if err := d.From(ctx).Exec(drop).Error; err != nil {
					return err
				}
			}
			result := d.From(ctx).Exec(statement, args...)
			if result.Error == nil && result.RowsAffected == 0 {
				t.Errorf("%s changed nothing", statement)
			}
			return result.Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}}
}

// TestAuditIsAppendOnly tries to change the trail with the database's own words.
func TestAuditIsAppendOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := house(d)
		shoptest.OneLine(t, h)
		for _, statement := range []string{"UPDATE audit SET detail = '{}'", "DELETE FROM audit"} {
			err := d.Do(db.Installation(t.Context()), func(ctx context.Context) error { return d.From(ctx).Exec(statement).Error })
			if err == nil {
				t.Errorf("%s is possible", statement)
			}
		}
	})
}

// BenchmarkAuthenticate is what every request of a person costs before its page.
func BenchmarkAuthenticate(b *testing.B) {
	d := dbtest.SQLite(b)
	now := func() time.Time { return shoptest.Start }
	s := shop.New(shopdb.New(d), d, argon.New(argon.Parameters{Time: 1, Memory: 64, Threads: 1}), now)
	token, _, err := s.SetUp(b.Context(), shop.NewShop{Name: "Shop", Currency: "CNY", Timezone: "Asia/Shanghai"}, shop.NewPerson{Login: "wang", Password: "nine red lanterns"}, "")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Authenticate(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
