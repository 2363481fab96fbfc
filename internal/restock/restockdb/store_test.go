package restockdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/money"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		restocktest.Run(t, func(t *testing.T) restocktest.House { return house(t, dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		restocktest.Run(t, func(t *testing.T) restocktest.House { return house(t, dbtest.Postgres(t)) })
	})
}

// house opens two shops in d.
func house(t testing.TB, d *db.DB) restocktest.House {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	wide := db.Installation(context.Background())
	scope := func(id tenant.ShopID) context.Context {
		slug := fmt.Sprintf("shop-%d", id)
		err := d.Do(wide, func(ctx context.Context) error {
			return errors.Join(
				d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
					VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, zone.String(), "CNY", []byte{1}, 1).Error,
				d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", int64(id), []byte{0}, []byte{0}).Error)
		})
		if err != nil {
			t.Fatal(err)
		}
		return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, Zone: zone, Currency: money.CNY, Lang: "fr"})
	}
	now := func() time.Time { return restocktest.Now }
	store := restockdb.New(d)
	return restocktest.House{
		Store: store, Reader: store, Atomic: d, A: scope(1), B: scope(2),
		Catalog: catalog.New(catalogdb.New(d), d, nil, now), Stock: stock.New(stockdb.New(d), d, now),
	}
}
