package catalogdb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/catalog/catalogtest"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		catalogtest.Run(t, func(t *testing.T) catalogtest.House { return house(t, dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		catalogtest.Run(t, func(t *testing.T) catalogtest.House { return house(t, dbtest.Postgres(t)) })
	})
}

// house opens two shops in d.
func house(t testing.TB, d *db.DB) catalogtest.House {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	wide := db.Installation(context.Background())
	scope := func(id tenant.ShopID) context.Context {
		slug := fmt.Sprintf("shop-%d", id)
		err := d.Do(wide, func(ctx context.Context) error {
			return d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, zone.String(), "CNY", []byte{1}, 1).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, Zone: zone, Currency: money.CNY, Lang: "fr"})
	}
	return catalogtest.House{Store: catalogdb.New(d), Atomic: d, A: scope(1), B: scope(2)}
}

func BenchmarkCreateMany(b *testing.B) {
	drafts := make([]catalog.Draft, 10_000)
	for i := range drafts {
		drafts[i] = catalog.Draft{Code: fmt.Sprintf("P%05d", i), Name: fmt.Sprintf("重庆长寿湖脐橙 %d", i), BaseUnit: "kg",
			Category: fmt.Sprintf("类 %d", i%20), Barcodes: []string{fmt.Sprintf("69%011d", i)}}
	}
	for b.Loop() {
		h := house(b, dbtest.SQLite(b))
		s := catalog.New(h.Store, h.Atomic, nil, func() time.Time { return catalogtest.Now })
		if err := s.CreateMany(h.A, drafts); err != nil {
			b.Fatal(err)
		}
	}
}
