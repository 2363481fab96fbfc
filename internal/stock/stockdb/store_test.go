package stockdb_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/stock/stocktest"
	"buhuo/internal/tenant"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		stocktest.Run(t, func(t *testing.T) stocktest.House { return house(dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		stocktest.Run(t, func(t *testing.T) stocktest.House { return house(dbtest.Postgres(t)) })
	})
}

// TestMachine runs the same random lives of a shop on both engines.
func TestMachine(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { stocktest.Machine(t, house(dbtest.SQLite(t))) })
	t.Run("both", func(t *testing.T) { stocktest.Machine(t, house(dbtest.SQLite(t)), house(dbtest.Postgres(t))) })
}

// house opens a database for the contract.
func house(d *db.DB) stocktest.House {
	wide := db.Installation(context.Background())
	zone := time.FixedZone("Shanghai", 8*3600)
	var shops, products atomic.Int64
	exec := func(t testing.TB, statement string, args ...any) {
		t.Helper()
		if err := d.Do(wide, func(ctx context.Context) error { return d.From(ctx).Exec(statement, args...).Error }); err != nil {
			t.Fatal(err)
		}
	}
	return stocktest.House{
		Store: stockdb.New(d), Atomic: d,
		Shop: func(t testing.TB) context.Context {
			id := shops.Add(1)
			slug := fmt.Sprintf("shop-%d", id)
			exec(t, `INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				id, slug, slug, "Asia/Shanghai", "CNY", []byte{1}, 1)
			exec(t, `INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)`, id, make([]byte, 32), make([]byte, 32))
			return tenant.With(context.Background(), tenant.Scope{Shop: tenant.ShopID(id), Slug: slug, Zone: zone, Currency: money.CNY, Person: ident.New()})
		},
		Products: func(t testing.TB, ctx context.Context, n int) []ident.ID {
			list := make([]ident.ID, n)
			for i := range list {
				list[i] = ident.New()
			}
			err := d.Do(ctx, func(ctx context.Context) error {
				_, err := d.Insert(ctx, "products", []string{"shop_id", "id", "code", "name", "base_unit", "sort_key", "created_at", "changed_at"}, n, "",
					func(i int, dst []any) {
						code := fmt.Sprintf("P%d", products.Add(1))
						dst[0], dst[1], dst[2], dst[3], dst[4], dst[5], dst[6] = list[i][:], code, code, "kg", []byte(code), int64(1), int64(1)
					})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return list
		},
		Raw: func(ctx context.Context, statement string, args ...any) error {
			return d.From(db.Installation(ctx)).Exec(statement, args...).Error
		},
		Unlock: func(t testing.TB) {
			if d.Dialect == db.Postgres {
				exec(t, "ALTER TABLE movements DISABLE TRIGGER USER")
				return
			}
			for _, name := range triggers(t, d) {
				exec(t, "DROP TRIGGER "+name)
			}
		},
	}
}

func triggers(t testing.TB, d *db.DB) (names []string) {
	t.Helper()
	err := d.From(db.Installation(context.Background())).
		Raw("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'movements'").Scan(&names).Error
	if err != nil || len(names) == 0 {
		t.Fatalf("triggers of the ledger: %v, %v", names, err)
	}
	return names
}

func BenchmarkPostOneLine(b *testing.B) {
	h := house(dbtest.SQLite(b))
	s := stock.New(h.Store, h.Atomic, func() time.Time { return stocktest.Noon })
	ctx := h.Shop(b)
	p := h.Products(b, ctx, 1)
	if err := s.Count(ctx, stock.CountRequest{ProductID: p[0], Counted: 1e12}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := s.Post(ctx, []stock.Posting{{Kind: stock.Sale, ProductID: p[0], Quantity: -1, Source: "sale", SourceID: ident.New()}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	const n = 60_000
	for b.Loop() {
		b.StopTimer()
		h := house(dbtest.SQLite(b))
		s := stock.New(h.Store, h.Atomic, func() time.Time { return stocktest.Noon })
		ctx := h.Shop(b)
		p := h.Products(b, ctx, 300)
		list := make([]stock.Posting, n)
		for i := range list {
			d := stocktest.Today - 600 + day.Date(i/100)
			list[i] = stock.Posting{Kind: stock.Sale, ProductID: p[i%300], Quantity: -measure.Quantity(100 + i%700), OccurredAt: day.Micros(d)*86_400_000_000 + 1,
				BusinessDay: d, Source: "sale", SourceID: ident.New()}
			if i%30 == 0 {
				expiry := d + 20
				list[i].Kind, list[i].Quantity, list[i].Lot = stock.Receipt, 15_000, &stock.LotSpec{Expiry: &expiry}
			}
		}
		b.StartTimer()
		if err := s.Load(ctx, list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "postings/s")
}
