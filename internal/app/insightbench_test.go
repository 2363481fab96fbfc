//go:build unix

package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insightdb"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// BenchmarkBoardPages asks for every board of a shop of 10,000 products with three
// million lines in two years, as a browser does, of a month and of a year, each beside
// the same days of the lunar year before: the time that 95 of 100 answers stay below,
// and what an answer costs of the processor, which a busy machine does not change much.
func BenchmarkBoardPages(b *testing.B) {
	d := dbtest.SQLite(b)
	a := app.Wire(d, atNoon)
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "large", Name: "大店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(err)
	ctx := shop.Acting(context.Background(), made)
	_, err = a.Shop.AddPerson(context.Background(), made.ID, shop.NewPerson{Login: "wang", Name: "王", Password: ownersPassword, Role: tenant.Owner})
	must(err)
	must(d.Do(ctx, func(ctx context.Context) error {
		_, err := a.Sales.EnsureChannel(ctx, "wechat", "", true)
		return err
	}))
	channels, err := a.Sales.Channels(ctx)
	must(err)
	online := channels[slices.IndexFunc(channels, func(c sales.Channel) bool { return c.Online })].ID
	fillBoards(b, ctx, d, online)
	handler := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "").Handler()
	browser := webtest.New(b, handler)
	browser.PostForm("/login", url.Values{"login": {"wang"}, "password": {ownersPassword}}).Want(http.StatusSeeOther)
	for _, board := range []string{"wanted", "health", "money", "channels", "regions", "logistics", "needs"} {
		for _, period := range []string{"month", "year"} {
			b.Run(board+"/"+period, func(b *testing.B) {
				var took []time.Duration
				before := processor(b)
				for b.Loop() {
					began := time.Now()
					browser.Get("/insights/" + board + "?period=" + period).Want(http.StatusOK)
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[(95*len(took)+99)/100-1])/1e6, "p95-ms")
				b.ReportMetric(float64(processor(b)-before)/1e6/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

// fillBoards writes products and the rows that their lines would be folded to.
func fillBoards(b *testing.B, ctx context.Context, d *db.DB, channel ident.ID) {
	const products, lines = 10_000, 150 // a product and year
	ids := make([]ident.ID, products)
	for i := range ids {
		ids[i] = ident.New()
	}
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(d.Do(ctx, func(ctx context.Context) error {
		_, err := d.Insert(ctx, "products", []string{"shop_id", "id", "code", "name", "base_unit", "sort_key", "created_at", "changed_at"}, products, "", func(i int, dst []any) {
			code := fmt.Sprintf("p%05d", i)
			copy(dst, []any{ids[i][:], code, code, "piece", []byte(code), 1, 1})
		})
		return err
	}))
	store := insightdb.New(d)
	for part := range slices.Chunk(ids, 500) {
		var rows []insight.Row
		for i, id := range part {
			for _, year := range []int{2025, 2026} {
				cells := make([]insight.Cell, lines)
				for n := range cells {
					cells[n] = insight.Cell{Day: day.New(year, 1, 1).Add((n*333/lines + i) % 333), Kind: insight.Sold, Hour: (n * 7) % 14, Lines: 1, Quantity: 2000, Amount: 1000, Value: 700, Place: insight.Place{Channel: channel, Province: []string{"33", "53", "62"}[n%3]}}
				}
				slices.SortStableFunc(cells, func(a, b insight.Cell) int { return int(a.Day - b.Day) })
				rows = append(rows, insight.Row{ProductID: id, Year: year, Packed: insight.Pack(year, cells)})
			}
		}
		must(d.Do(ctx, func(ctx context.Context) error { return store.PutRows(ctx, part, 2025, rows) }))
	}
}
