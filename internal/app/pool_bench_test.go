package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/pool"
	"buhuo/internal/pool/pooldb"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// BenchmarkTogether measures what 1,000 shops tell together, of 40 categories and 34
// provinces: "publish" adds up and publishes a season after another one, "wanted",
// "regions" and "pool" are the pages of one of the shops, whole.
func BenchmarkTogether(b *testing.B) {
	const shops, categories = 1000, 40
	d, err := db.OpenFile(context.Background(), b.TempDir()+"/"+db.FileName)
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // a benchmark
	if _, err := d.Migrate(context.Background()); err != nil {
		b.Fatal(err)
	}
	check := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	a, store := app.Wire(d, atNoon), pooldb.New(d)
	codes := shop.Provinces()
	give := func(ctx context.Context, i int, season string) error {
		var out []pool.Entry
		add := func(kind pool.Kind, key, part string, v ...int64) {
			e := pool.Entry{Kind: kind, Key: key, Part: part}
			copy(e.Values[:], v)
			out = append(out, e)
		}
		for c := range categories {
			name, home, n := fmt.Sprint("类", c), codes[i%len(codes)], int64(80_000+(i*37+c*101)%40_000)
			add(pool.Wanted, pool.WantedKey("CNY", name), home, n)
			add(pool.WantedGrowth, pool.WantedKey("CNY", name), home, n, n-int64(i%7)*1000)
			add(pool.Rate, pool.RateKey("bag", name), pool.Unknown, n, 4000+int64(i%9)*500, 300_000)
		}
		for p, code := range codes {
			n := int64(2000 + (i*13+p*7)%900)
			add(pool.Sent, "CNY", code, n)
			add(pool.SentGrowth, "CNY", code, n, n-300)
			add(pool.Spent, pool.SpentKey("CNY", code), pool.Unknown, n, 3)
		}
		return store.Give(ctx, season, out)
	}
	each := func(do func(ctx context.Context, i int) error) {
		b.Helper()
		list, err := a.Shop.Shops(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		for i, in := range list {
			ctx := shop.Acting(context.Background(), in)
			if err := d.Do(ctx, func(ctx context.Context) error { return do(ctx, i) }); err != nil {
				b.Fatal(err)
			}
		}
	}
	for i := range shops {
		if _, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: fmt.Sprintf("s%04d", i), Name: "店", Timezone: "Asia/Shanghai", Currency: "CNY", Province: codes[i%len(codes)]}); err != nil {
			b.Fatal(err)
		}
	}
	each(func(ctx context.Context, i int) error {
		if _, err := store.Join(ctx, 1); err != nil {
			return err
		}
		if err := give(ctx, i, "2026-Q2"); err != nil {
			return err
		}
		return give(ctx, i, "2026-Q3")
	})
	first, err := a.Shop.BySlug(context.Background(), "s0000")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := a.Shop.AddPerson(shop.Acting(context.Background(), first), first.ID, shop.NewPerson{Login: "one", Name: "one", Password: secret("one"), Role: tenant.Owner}); err != nil {
		b.Fatal(err)
	}
	early := app.Wire(d, func() time.Time { return noon.AddDate(0, -3, 0) })
	if err := early.Pool.Run(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.Run("publish", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			check(d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
				for _, table := range []string{"pool_figures", "pool_counted", "pool_editions"} {
					if err := d.From(ctx).Exec("DELETE FROM " + table + " WHERE season = '2026-Q3'").Error; err != nil {
						return err
					}
				}
				return nil
			}))
			b.StartTimer()
			check(a.Pool.Run(context.Background()))
		}
	})
	server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
	browser := webtest.New(b, server.Handler())
	browser.PostForm("/login", url.Values{"login": {"one"}, "password": {secret("one")}}).Want(http.StatusSeeOther)
	for _, page := range []string{"/insights/wanted", "/insights/regions", "/pool"} {
		b.Run(page[1:], func(b *testing.B) {
			for b.Loop() {
				browser.Get(page).Want(http.StatusOK)
			}
		})
	}
}
