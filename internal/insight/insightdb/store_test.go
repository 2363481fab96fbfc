package insightdb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insightdb"
	"buhuo/internal/insight/insighttest"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		insighttest.Run(t, func(t *testing.T) insighttest.House { return house(t, dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		insighttest.Run(t, func(t *testing.T) insighttest.House { return house(t, dbtest.Postgres(t)) })
	})
}

// shops answers with the shop of the scope.
type shops struct{}

func (shops) Get(ctx context.Context) (shop.Shop, error) {
	scope, err := tenant.Must(ctx)
	return shop.Shop{ID: scope.Shop, Zone: scope.Zone, Secret: []byte{1}}, err
}

// purchases saved nothing.
type purchases struct{}

func (purchases) SavedDays(context.Context, day.Date, day.Date) ([]purchase.SavedDay, error) {
	return nil, nil
}

// house opens two shops in d.
func house(t testing.TB, d *db.DB) insighttest.House {
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
				d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", int64(id), make([]byte, 32), make([]byte, 32)).Error)
		})
		if err != nil {
			t.Fatal(err)
		}
		return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, Zone: zone, Currency: money.CNY, Lang: "fr"})
	}
	now := func() time.Time { return insighttest.Now }
	h := insighttest.House{Store: insightdb.New(d), Restock: restockdb.New(d), Atomic: d, A: scope(1), B: scope(2)}
	h.Catalog = catalog.New(catalogdb.New(d), d, nil, now)
	h.Stock = stock.New(stockdb.New(d), d, now)
	h.Sales = sales.New(salesdb.New(d), d, h.Catalog, h.Stock, shops{}, nil, now)
	h.Fresh = func() *insight.Service {
		return insight.New(h.Store, d, shops{}, h.Catalog, h.Stock, h.Sales, purchases{}, now)
	}
	h.Insight = h.Fresh()
	return h
}
