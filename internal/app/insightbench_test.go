//go:build unix

package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insightdb"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// BenchmarkBoardPages asks for every board of a shop of 10,000 products with three
// million lines in two years, as a browser does, by every period that the page offers,
// beside the same days of the lunar year before, and by its filters: the times that 50
// and 95 of 100 answers stay below, and what an answer costs of the processor, which a
// busy machine does not change much. "sale" is the page after a product has sold and was
// worked out anew, "start" the first page of a program that was just started. On PostgreSQL with BUHUO_POSTGRES set, as the other tests.
func BenchmarkBoardPages(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) { boardPages(b, open(b)) })
	}
}

func boardPages(b *testing.B, d *db.DB) {
	large := fillBoards(b, d)
	begin := func() *webtest.Browser { // of a program that was just started
		handler := app.Wire(d, atNoon).Server(app.Config{}, slog.New(slog.DiscardHandler), "").Handler()
		browser := webtest.New(b, handler)
		browser.PostForm("/login", url.Values{"login": {"wang"}, "password": {ownersPassword}}).Want(http.StatusSeeOther)
		return browser
	}
	browser := begin()
	measure := func(name, path string, before func()) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			cost := time.Duration(0)
			browser.Get(path).Want(http.StatusOK)
			for b.Loop() {
				before()
				began, spent := time.Now(), processor(b)
				browser.Get(path).Want(http.StatusOK)
				took, cost = append(took, time.Since(began)), cost+processor(b)-spent
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2])/1e6, "p50-ms")
			b.ReportMetric(float64(took[(95*len(took)+99)/100-1])/1e6, "p95-ms")
			b.ReportMetric(float64(cost)/1e6/float64(len(took)), "cpu-ms/op")
		})
	}
	nothing := func() {}
	for _, board := range []string{"wanted", "health", "money", "channels", "regions", "logistics", "needs"} {
		for _, period := range insight.Periods() {
			measure(board+"/"+string(period), "/insights/"+board+"?period="+string(period), nothing)
		}
	}
	for _, asked := range []string{"period=year&with=year", "period=year&with=before", "period=year&category=" + large.category.String(), "period=year&channel=wechat", "period=year&province=33", "period=year&source=online"} {
		measure("wanted/"+asked[:min(len(asked), 24)], "/insights/wanted?"+asked, nothing)
	}
	for _, period := range []string{"month", "year"} {
		b.Run("start/wanted/"+period, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				first := begin()
				b.StartTimer()
				first.Get("/insights/wanted?period=" + period).Want(http.StatusOK)
			}
		})
	}
	measure("statement/year", "/insights/money/statement?period=year", nothing)
	measure("lines/year", "/insights/lines?kind=sales&period=year", nothing)
	for _, board := range []string{"wanted", "health", "money", "channels"} {
		measure("sale/"+board, "/insights/"+board, large.sell)
	}
	for _, file := range []string{"wanted.csv", "wanted.xlsx", "health.xlsx", "money.csv", "money.xlsx"} {
		measure("file/"+file, "/insights/"+file+"?period=year", nothing)
	}
	b.Run("follow", func(b *testing.B) {
		for b.Loop() {
			large.sell()
		}
	})
}

// largeShop is a shop whose boards read much.
type largeShop struct {
	category ident.ID
	sell     func() // works a product out anew whose figures of this month have changed
}

// fillBoards writes products, what their lines would be folded to, and what boards read
// besides: balances, lots, empty shelves, buyers, parcels.
func fillBoards(b *testing.B, d *db.DB) largeShop {
	const (
		products, categories, suppliers = 10_000, 40, 60
		lines                           = 300 // at the till, of a product, in the two years
		deliveries                      = 48
	)
	a := app.Wire(d, atNoon)
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "large", Name: "大店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(err)
	ctx := shop.Acting(context.Background(), made)
	_, err = a.Shop.AddPerson(context.Background(), made.ID, shop.NewPerson{Login: "wang", Name: "王", Password: ownersPassword, Role: tenant.Owner})
	must(err)
	var groups, from, ids []ident.ID
	must(d.Do(ctx, func(ctx context.Context) error {
		_, err := a.Sales.EnsureChannel(ctx, "wechat", "", true)
		return err
	}))
	for i := range suppliers {
		s, err := a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: fmt.Sprint("厂", i), Kind: "manufacturer", Province: "浙江", Language: "zh-Hans", LeadTimeDays: 2, ReviewDays: 7, OrderWeekdays: 127})
		must(err)
		from = append(from, s.ID)
	}
	var counter, online ident.ID
	channels, err := a.Sales.Channels(ctx)
	must(err)
	for _, c := range channels {
		if c.Code == "wechat" {
			online = c.ID
		} else if !c.Online {
			counter = c.ID
		}
	}
	for range products {
		ids = append(ids, ident.New())
	}
	rng := rand.New(rand.NewPCG(1, 2))
	last := day.New(2026, 11, 23)
	first := last.Add(-729)
	insert := func(table string, n int, row func(i int, dst []any), columns ...string) {
		b.Helper()
		must(d.Do(ctx, func(ctx context.Context) error {
			_, err := d.Insert(ctx, table, append([]string{"shop_id"}, columns...), n, "", row)
			return err
		}))
	}
	for range categories {
		groups = append(groups, ident.New())
	}
	insert("categories", categories, func(i int, dst []any) { dst[0], dst[1] = groups[i][:], fmt.Sprint("类", i) }, "id", "name")
	insert("products", products, func(i int, dst []any) {
		code := fmt.Sprintf("p%05d", i)
		copy(dst, []any{ids[i][:], code, "货" + code, groups[i%categories][:], "piece", int64(50000 + i), int64(i % 3 * 650), []byte(code), 1, 1})
	}, "id", "code", "name", "category_id", "base_unit", "sale_price", "tax_rate", "sort_key", "created_at", "changed_at")
	insert("stock_balances", products, func(i int, dst []any) {
		copy(dst, []any{ids[i][:], int64(20_000 + i), int64(8000 + i), int64(7000), int64(first), int64(last)})
	}, "product_id", "on_hand", "value", "last_cost", "known_from", "last_count")
	lots := make([]ident.ID, 2*products)
	for i := range lots {
		lots[i] = ident.New()
	}
	received := day.At(noon)
	insert("lots", len(lots), func(i int, dst []any) {
		copy(dst, []any{lots[i][:], ids[i/2][:], int64(received) - int64(i%200)*86_400_000_000, from[i%suppliers][:]})
	}, "id", "product_id", "received_at", "supplier_id")
	insert("lot_balances", len(lots), func(i int, dst []any) {
		copy(dst, []any{ids[i/2][:], lots[i][:], int64(10_000 + i/2)})
	}, "product_id", "lot_id", "quantity")
	insert("essentials", 100, func(i int, dst []any) { dst[0], dst[1] = ids[i][:], int64(1) }, "product_id", "since")
	sales := make([]ident.ID, 100_000) // of people known by a pseudonym
	for i := range sales {
		sales[i] = ident.New()
	}
	places := shop.Provinces()
	insert("sales", len(sales), func(i int, dst []any) {
		sold := first.Add(i * 730 / len(sales))
		buyer := rng.IntN(20_000)
		copy(dst, []any{sales[i][:], []byte{1}, online[:], "sale", int64(sold), int64(received), int64(received), int64(3000 + i%5000), 3, places[buyer%len(places)], []byte(fmt.Sprint("buyer", buyer)), ids[0][:]})
	}, "id", "request_hash", "channel_id", "kind", "business_day", "occurred_at", "recorded_at", "total", "lines", "province", "customer_key", "person_id")
	insert("parcels", len(sales)/10, func(i int, dst []any) {
		sold := int64(first.Add(i * 7300 / len(sales)))
		copy(dst, []any{sales[10*i][:], sold + 1, sold + 4, sold + 2 + rng.Int64N(5)})
	}, "sale_id", "dispatched", "promised", "delivered")

	cells := map[ident.ID][]insight.Cell{}
	for i, id := range ids {
		var list []insight.Cell
		at := map[[3]int]bool{}
		for range lines {
			c := insight.Cell{Day: first.Add(rng.IntN(730)), Hour: 7 + rng.IntN(14), Lines: 1, Quantity: measure.Quantity(1000 * (1 + rng.IntN(4))), Amount: money.Amount(300 + rng.IntN(3000)), Value: money.Amount(200 + rng.IntN(2000))}
			c.Place = insight.Place{Channel: counter, Supplier: from[(i+rng.IntN(2))%suppliers]}
			where := 0
			if rng.IntN(4) == 0 {
				where = rng.IntN(len(places))
				c.Place.Channel, c.Place.Province = online, places[where]
			}
			if key := [3]int{int(c.Day), c.Hour, where}; !at[key] {
				at[key] = true
				list = append(list, c)
			}
		}
		for n := range deliveries {
			list = append(list, insight.Cell{Day: first.Add(n*15 + i%15), Kind: insight.Received, Hour: -1, Lines: 1, Quantity: 12000, Value: 9000 + money.Amount(i)})
			if n%10 == 0 {
				list = append(list, insight.Cell{Day: first.Add(n*15 + i%15), Kind: insight.Spoiled, Hour: -1, Lines: 1, Quantity: -1000, Value: -700})
			}
		}
		slices.SortStableFunc(list, func(a, b insight.Cell) int { return int(a.Day-b.Day)*100 + int(a.Kind) - int(b.Kind) })
		cells[id] = list
	}
	store, missing := insightdb.New(d), restockdb.New(d)
	blocks := insight.Blocks(cells)
	for part := range slices.Chunk(blocks, 500) {
		must(d.Do(ctx, func(ctx context.Context) error { return store.PutBlocks(ctx, part) }))
	}
	for part := range slices.Chunk(ids, 500) {
		rows := make([]restock.Missed, len(part))
		for i, id := range part {
			rows[i] = restock.Missed{ProductID: id, First: first, Through: last.Add(-1)}
			for n := range 20 {
				rows[i].Days = append(rows[i].Days, restock.MissedDay{Day: first.Add(n*36 + i%30), Short: 1 + rng.IntN(900), Lost: measure.Quantity(rng.IntN(3000))})
			}
		}
		must(d.Do(ctx, func(ctx context.Context) error { return missing.PutMissed(ctx, rows) }))
	}
	size := 0
	for _, block := range blocks {
		size += len(block.Packed)
	}
	b.Logf("%d blocks, %d KB", len(blocks), size>>10)
	month, n := insight.MonthOf(last), 0
	return largeShop{category: groups[3], sell: func() {
		id := ids[n%products]
		n++
		must(d.Do(ctx, func(ctx context.Context) error {
			list := map[ident.ID][]insight.Cell{}
			err := store.Blocks(ctx, []int{insight.PartOf(id)}, month, month, func(block insight.Block) (err error) {
				list, err = block.Cells()
				return err
			})
			must(err)
			list[id] = append(list[id], insight.Cell{Day: last, Kind: insight.Sold, Hour: 9, Lines: 1, Quantity: 1000, Amount: 500, Value: 300, Place: insight.Place{Channel: counter, Supplier: from[0]}})
			return store.PutBlocks(ctx, insight.Blocks(list))
		}))
	}}
}
