package db_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	rooms "buhuo/internal/shop"
	"buhuo/internal/stock"
)

// tills is how many clients sell at once.
const tills = 64

// BenchmarkDurableSales records whole sales of the program (sale, line, movement,
// balances, audit marks; on disk before the answer) from 64 clients: through the
// one writer with group commit, and through a pool of connections that wait for
// each other by busy_timeout. An operation is a round of both, in turn, so that a disk
// or a neighbour that is slow for a while slows both; "times" is the median round's
// ratio, and beside it are the middle rates.
func BenchmarkDurableSales(b *testing.B) {
	pooled := dbtest.SQLite(b)
	if err := db.UsePool(pooled, tills); err != nil {
		b.Fatal(err)
	}
	group, pool := opened(b, dbtest.SQLite(b)), opened(b, pooled)
	group.sell(b, tills) // the first statements are prepared before the clock runs
	pool.sell(b, tills)
	var groups, pools, ratios []float64
	for b.Loop() {
		g, p := group.sell(b, 20*tills), pool.sell(b, 4*tills)
		groups, pools, ratios = append(groups, g), append(pools, p), append(ratios, g/p)
	}
	b.ReportMetric(middle(ratios), "times")
	b.ReportMetric(middle(groups), "group-sales/s")
	b.ReportMetric(middle(pools), "pool-sales/s")
}

func middle(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

// counter is a shop whose tills sell.
type counter struct {
	app   *app.App
	ctx   context.Context
	goods []ident.ID
}

func opened(b *testing.B, d *db.DB) counter {
	a := app.Wire(d, time.Now)
	made, err := a.Shop.CreateShop(context.Background(), rooms.NewShop{Slug: "bench", Name: "bench", Timezone: "Asia/Shanghai", Currency: "CNY"})
	if err != nil {
		b.Fatal(err)
	}
	ctx := rooms.Acting(context.Background(), made)
	return counter{a, ctx, stocked(b, a, ctx)}
}

// sell records so many sales and gives how many a second.
func (c counter) sell(b *testing.B, sold int) float64 {
	var next atomic.Int64
	var wait sync.WaitGroup
	begin := time.Now()
	for range tills {
		wait.Go(func() {
			for n := next.Add(1); n <= int64(sold); n = next.Add(1) {
				_, _, _, err := c.app.Sales.Record(c.ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: c.goods[n%int64(len(c.goods))], Quantity: 1000}}})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	return float64(sold) / time.Since(begin).Seconds()
}

// stocked makes a shop with goods on every shelf.
func stocked(b testing.TB, a *app.App, ctx context.Context) []ident.ID {
	drafts := make([]catalog.Draft, 200)
	var file bytes.Buffer
	file.WriteString("item,quantity\n")
	for i := range drafts {
		drafts[i] = catalog.Draft{ID: ident.New(), Code: fmt.Sprint(1000 + i), Name: fmt.Sprint("货", i), BaseUnit: "piece", SalePrice: 50000}
		fmt.Fprintf(&file, "%d,9000000\n", 1000+i)
	}
	if err := a.Catalog.CreateMany(ctx, drafts); err != nil {
		b.Fatal(err)
	}
	if r, err := a.Sales.Import(ctx, sales.ImportRequest{Kind: sales.ImportStock, FileName: "stock.csv", Body: &file}); err != nil || r.Refused > 0 {
		b.Fatal(r, err)
	}
	ids := make([]ident.ID, len(drafts))
	for i := range drafts {
		ids[i] = drafts[i].ID
	}
	if balances, err := a.Stock.Balances(ctx, ids); err != nil || len(balances) != len(ids) || balances[ids[0]] == (stock.Balance{}) {
		b.Fatal("the shelves are empty: ", err)
	}
	return ids
}
