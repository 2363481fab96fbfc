package enquirydb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/enquiry/enquirydb"
	"buhuo/internal/enquiry/enquirytest"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
)

// Each test has two shops of its own; one database serves them all, because making
// one takes PostgreSQL a second.
func TestStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var shops tenant.ShopID
		enquirytest.Run(t, func(t *testing.T) enquirytest.House {
			shops += 2
			return house(t, d, shops-1, shops)
		})
	})
}

func house(t testing.TB, d *db.DB, a, b tenant.ShopID) enquirytest.House {
	t.Helper()
	now := func() time.Time { return time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC) }
	goods := catalog.New(catalogdb.New(d), d, func(string) string { return "" }, now)
	ledger := stock.New(stockdb.New(d), d, now)
	goods.SetMarker(ledger)
	orders := purchase.New(purchasedb.New(d), d, goods, ledger, &enquirytest.Journal{}, now)
	return enquirytest.House{Store: enquirydb.New(d), Atomic: d, Catalog: goods, Orders: orders, Now: now, Houses: houses{}, A: scope(t, d, a), B: scope(t, d, b)}
}

// houses makes a shop as Enter needs it.
type houses struct{}

func (houses) ByID(_ context.Context, id tenant.ShopID) (shop.Shop, error) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	return shop.Shop{ID: id, Name: "村口小店", Zone: zone, Currency: money.CNY}, err
}

func scope(t testing.TB, d *db.DB, id tenant.ShopID) context.Context {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	slug, start := fmt.Sprintf("shop-%d", id), make([]byte, 32)
	err = d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
		if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, zone.String(), "CNY", []byte{1}, 1).Error; err != nil {
			return err
		}
		return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", int64(id), start, start).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, ShopName: "村口小店", Zone: zone, Currency: money.CNY, Role: tenant.Owner, Lang: "fr"})
}
