package tradedb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
	"buhuo/internal/trade/tradedb"
	"buhuo/internal/trade/tradetest"
)

func TestStore(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		tradetest.Run(t, func(t *testing.T) tradetest.House { return house(t, dbtest.SQLite(t)) })
	})
	t.Run("postgres", func(t *testing.T) {
		tradetest.Run(t, func(t *testing.T) tradetest.House { return house(t, dbtest.Postgres(t)) })
	})
}

func house(t testing.TB, d *db.DB) tradetest.House {
	t.Helper()
	now := func() time.Time { return tradetest.Now }
	goods := catalog.New(catalogdb.New(d), d, func(string) string { return "" }, now)
	ledger := stock.New(stockdb.New(d), d, now)
	goods.SetMarker(ledger)
	houses := shop.New(shopdb.New(d), d, argon.New(argon.Parameters{Time: 1, Memory: 64, Threads: 1}), now)
	store := tradedb.New(d)
	return tradetest.House{
		Store: store, Atomic: d, Catalog: goods, Deals: store, Stock: ledger, Houses: houses,
		Orders: purchase.New(purchasedb.New(d), d, goods, ledger, houses, now),
		Sales:  sales.New(salesdb.New(d), d, goods, ledger, houses, nil, now),
		Farm:   scope(t, d, 1, money.CNY), Grocer: scope(t, d, 2, money.CNY), Other: scope(t, d, 3, money.CNY), Abroad: scope(t, d, 4, euro(t)),
	}
}

func scope(t testing.TB, d *db.DB, id tenant.ShopID, cur money.Currency) context.Context {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	slug, start := fmt.Sprintf("shop-%d", id), make([]byte, 32)
	err = d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
		if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
			VALUES (?, ?, ?, ?, ?, ?, ?)`, int64(id), slug, slug, zone.String(), cur.Code, []byte{1}, 1).Error; err != nil {
			return err
		}
		return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", int64(id), start, start).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return tenant.With(context.Background(), tenant.Scope{Shop: id, Slug: slug, ShopName: slug, Zone: zone, Currency: cur, Role: tenant.Owner, Lang: "en"})
}

// TestTheServerShowsWhatIsPublished: PostgreSQL itself lets another shop read the rows
// that bear the mark, and change none of them.
func TestTheServerShowsWhatIsPublished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect != db.Postgres {
			return // SQLite has no row security: the contract above is what there is
		}
		h := house(t, d)
		s, _ := h.Service()
		l := h.Oranges(t, s)
		seen := func(ctx context.Context, table string) (n int64) {
			t.Helper()
			if err := d.From(ctx).Raw("SELECT COUNT(*) FROM " + table + " WHERE shop_id = 1").Scan(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		change := func(ctx context.Context, statement string) (n int64) {
			t.Helper()
			err := d.Do(ctx, func(ctx context.Context) error {
				tx := d.From(ctx).Exec(statement)
				n = tx.RowsAffected
				return tx.Error
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if seen(h.Grocer, "listings") != 1 || seen(h.Grocer, "producers") != 1 {
			t.Error("the server hides what is published")
		}
		for _, statement := range []string{
			"UPDATE listings SET price = 1 WHERE shop_id = 1", "DELETE FROM listings WHERE shop_id = 1",
			"UPDATE producers SET name = 'x' WHERE shop_id = 1", "DELETE FROM producers WHERE shop_id = 1",
		} {
			if n := change(h.Grocer, statement); n != 0 {
				t.Errorf("another shop may: %s", statement)
			}
		}
		if err := s.Withdraw(h.Farm, l.ProductID); err != nil {
			t.Fatal(err)
		}
		p, err := s.Producer(h.Farm)
		if err != nil {
			t.Fatal(err)
		}
		p.Open = false
		if err := s.PutProducer(h.Farm, p); err != nil {
			t.Fatal(err)
		}
		if seen(h.Grocer, "listings") != 0 || seen(h.Grocer, "producers") != 0 || seen(h.Farm, "listings") != 1 {
			t.Error("the server shows what is not published, or hides it from its owner")
		}
	})
}

func euro(t testing.TB) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("EUR")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTheServerKeepsDealsBetweenTwo: PostgreSQL itself shows the row of a deal to its two
// shops only, lets none of them remove it, and takes none that comes from somebody else.
func TestTheServerKeepsDealsBetweenTwo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if d.Dialect != db.Postgres {
			return
		}
		h := house(t, d)
		h.Deal(t)
		run := func(ctx context.Context, statement string) (n int64, err error) {
			err = d.Do(ctx, func(ctx context.Context) error {
				tx := d.From(ctx).Exec(statement)
				n = tx.RowsAffected
				return tx.Error
			})
			return n, err
		}
		for who, c := range map[string]struct {
			ctx  context.Context
			want int64
		}{"the farm": {h.Farm, 1}, "the grocer": {h.Grocer, 1}, "a third shop": {h.Other, 0}} {
			var n int64
			if err := d.From(c.ctx).Raw("SELECT COUNT(*) FROM deals WHERE to_shop_id > 0").Scan(&n).Error; err != nil || n != c.want {
				t.Errorf("%s sees %d deals, %v", who, n, err)
			}
			if n, err := run(c.ctx, "UPDATE deals SET note = note WHERE to_shop_id > 0"); err != nil || n != c.want {
				t.Errorf("%s changes %d deals, %v", who, n, err)
			}
			if n, err := run(c.ctx, "DELETE FROM deals WHERE to_shop_id > 0"); err != nil || n != 0 {
				t.Errorf("%s removes %d deals, %v", who, n, err)
			}
		}
		copied := "INSERT INTO deals SELECT from_shop_id, to_shop_id, decode('00000000000000000000000000000001', 'hex'), number, from_name, to_name, currency, prices_include_tax, state, wanted_day, due_day, freight, note, reason, lines, shipments, sent_at, answered_at, closed_at, version FROM deals WHERE from_shop_id = 2"
		if _, err := run(h.Farm, copied); err == nil {
			t.Error("the seller makes a deal in the buyer's name")
		}
	})
}
