package db_test

import (
	"bytes"
	"context"
	"fmt"
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
// each other by busy_timeout. The last line is how many times more the first does.
func BenchmarkDurableSales(b *testing.B) {
	var group, pool float64
	b.Run("group-commit", func(b *testing.B) { group = sell(b, dbtest.SQLite(b)) })
	b.Run("pool", func(b *testing.B) {
		d := dbtest.SQLite(b)
		if err := db.UsePool(d, tills); err != nil {
			b.Fatal(err)
		}
		pool = sell(b, d)
	})
	b.Run("ratio", func(b *testing.B) {
		if pool == 0 || group == 0 {
			b.Skip("one of the two was not run")
		}
		b.ReportMetric(group/pool, "times")
		b.ReportMetric(0, "ns/op")
	})
}

// sell records b.N sales and gives how many a second.
func sell(b *testing.B, d *db.DB) float64 {
	a := app.Wire(d, time.Now)
	made, err := a.Shop.CreateShop(context.Background(), rooms.NewShop{Slug: "bench", Name: "bench", Timezone: "Asia/Shanghai", Currency: "CNY"})
	if err != nil {
		b.Fatal(err)
	}
	ctx := rooms.Acting(context.Background(), made)
	codes := stocked(b, a, ctx)
	var next atomic.Int64
	var wait sync.WaitGroup
	b.ResetTimer()
	for range tills {
		wait.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				_, _, _, err := a.Sales.Record(ctx, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: codes[n%int64(len(codes))], Quantity: 1000}}})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	rate := float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(rate, "sales/s")
	return rate
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
