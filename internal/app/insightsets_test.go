package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/dbtest"
	"buhuo/internal/insight"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

// BenchmarkBoardsOfVegetables compares every board with the slow computation over the raw
// rows, on the sales of a supermarket's vegetables in the folder BUHUO_SETS: months,
// quarters, years and festivals, beside each other window. A figure that differs fails it.
func BenchmarkBoardsOfVegetables(b *testing.B) {
	folder := filepath.Join(os.Getenv("BUHUO_SETS"), "data", "cn_vegetables")
	packed, err := os.Open(filepath.Join(folder, "sales.csv.gz"))
	if os.Getenv("BUHUO_SETS") == "" || err != nil {
		b.Skip("no BUHUO_SETS with data/cn_vegetables")
	}
	defer packed.Close() //nolint:errcheck // read only
	unpacked, err := gzip.NewReader(packed)
	must(b, err)
	sold, err := io.ReadAll(unpacked)
	must(b, err)
	products, err := os.ReadFile(filepath.Join(folder, "products.csv"))
	must(b, err)
	d := dbtest.SQLite(b)
	a := app.Wire(d, func() time.Time { return time.Date(2023, time.July, 1, 4, 0, 0, 0, time.UTC) }) // the day after the last sale
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "vegetables", Name: "菜店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(b, err)
	ctx := shop.Acting(context.Background(), made)
	_, err = a.Sales.Import(ctx, sales.ImportRequest{Kind: sales.ImportProducts, FileName: "products.csv", Body: bytes.NewReader(products)})
	must(b, err)
	_, err = a.Sales.Import(ctx, sales.ImportRequest{Kind: sales.ImportSales, FileName: "sales.csv", Body: bytes.NewReader(sold)})
	must(b, err)
	for n := 1; n > 0; {
		n, err = a.Restock.RunChanged(context.Background())
		must(b, err)
	}
	raw, known := readRaw(b, a, d, ctx), day.New(2023, 6, 30)
	boards := 0
	for b.Loop() {
		for _, p := range insight.Periods() {
			for _, with := range insight.Comparisons() {
				for _, on := range []day.Date{known, day.New(2022, 9, 12)} {
					q := insight.Query{Span: insight.SpanOf(p, p.Of(on), with, known)}
					raw.wanted(b, a, ctx, q)
					raw.money(b, a, ctx, q)
					incomeIsTheLedger(b, a, d, ctx, q)
					raw.health(b, a, ctx, q)
					raw.channels(b, a, ctx, q)
					regionsAreTheLedger(b, a, d, ctx, raw.days, q)
					logisticsAreTheLedger(b, a, d, ctx, q)
					needsAreTheLedger(b, a, d, ctx, raw.days, q)
					boards += 8
				}
			}
		}
	}
	b.ReportMetric(float64(boards)/float64(b.N), "boards/op")
	b.ReportMetric(float64(len(raw.days)), "rows")
}
