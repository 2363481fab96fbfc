package pooldb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/money"
	"buhuo/internal/pool/pooldb"
	"buhuo/internal/pool/pooltest"
	"buhuo/internal/tenant"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		pooltest.Run(t, func(t *testing.T) pooltest.House { return house(t, dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		pooltest.Run(t, func(t *testing.T) pooltest.House { return house(t, dbtest.Postgres(t)) })
	})
}

func house(t *testing.T, d *db.DB) pooltest.House {
	t.Helper()
	h := pooltest.House{Store: pooldb.New(d), Atomic: d}
	for id := range 6 {
		h.Shops = append(h.Shops, scope(t, d, tenant.ShopID(id+1)))
	}
	h.Seen = func(ctx context.Context, table string) (n int) {
		query := "SELECT COUNT(*) FROM " + table + " WHERE shop_id > 0"
		if d.Dialect == db.SQLite { // which has no row security: the program alone keeps shops apart
			own, _ := tenant.From(ctx)
			query = fmt.Sprintf("SELECT COUNT(*) FROM %s WHERE shop_id = %d", table, own.Shop)
		}
		if err := d.From(ctx).Raw(query).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	return h
}

func scope(t *testing.T, d *db.DB, id tenant.ShopID) context.Context {
	t.Helper()
	slug := fmt.Sprintf("shop-%d", id)
	err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
		return d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, "Asia/Shanghai", "CNY", []byte{1}, 1).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, ShopName: slug, Zone: time.UTC, Currency: money.CNY, Role: tenant.Owner})
}
