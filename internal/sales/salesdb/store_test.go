package salesdb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/sales/salestest"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		salestest.Run(t, func(t *testing.T) salestest.House { return house(t, dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		salestest.Run(t, func(t *testing.T) salestest.House { return house(t, dbtest.Postgres(t)) })
	})
}

// secrets answers with a shop of that secret.
type secrets struct{}

func (secrets) Get(ctx context.Context) (shop.Shop, error) {
	scope, err := tenant.Must(ctx)
	return shop.Shop{ID: scope.Shop, Secret: []byte(fmt.Sprintf("secret of %d", scope.Shop))}, err
}

// house opens two shops in d with everything that sales need.
func house(t testing.TB, d *db.DB) salestest.House {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	wide := db.Installation(context.Background())
	scope := func(id tenant.ShopID) context.Context {
		slug := fmt.Sprintf("shop-%d", id)
		err := d.Do(wide, func(ctx context.Context) error {
			if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, zone.String(), "CNY", []byte{1}, 1).Error; err != nil {
				return err
			}
			return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", int64(id), make([]byte, 32), make([]byte, 32)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, Zone: zone, Currency: money.CNY, Lang: "zh-Hans", Role: tenant.Owner})
	}
	now := func() time.Time { return salestest.Now }
	ledger := stock.New(stockdb.New(d), d, now)
	products := catalog.New(catalogdb.New(d), d, func(string) string { return "常用批发商" }, now)
	products.SetMarker(ledger)
	return salestest.House{
		Store: salesdb.New(d), Atomic: d, Catalog: products, Stock: ledger, Shops: secrets{}, A: scope(1), B: scope(2),
	}
}

// BenchmarkImport brings in three years of a supermarket's vegetables.
func BenchmarkImport(b *testing.B) {
	products, file, rows := salestest.Supermarket(250, 335)
	for b.Loop() {
		h := house(b, dbtest.SQLite(b))
		s := h.Service()
		if _, err := s.Import(h.A, sales.ImportRequest{Kind: sales.ImportProducts, Body: strings.NewReader(products)}); err != nil {
			b.Fatal(err)
		}
		r, err := s.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, Body: strings.NewReader(file)})
		if err != nil || r.New != rows {
			b.Fatalf("%+v, %v", r, err)
		}
	}
	b.ReportMetric(float64(rows), "rows/op")
}
