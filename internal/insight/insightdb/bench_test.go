package insightdb_test

import (
	"context"
	"fmt"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/insight/insighttest"
)

// BenchmarkBoards makes boards of a year beside the one before in a shop of 10,000
// products with three million lines in two years.
func BenchmarkBoards(b *testing.B) {
	d := dbtest.SQLite(b)
	h := house(b, d)
	const products, lines = 10_000, 150 // a product and year
	channel := ident.New()
	for part := range products / 500 {
		err := d.Do(h.A, func(ctx context.Context) error {
			drafts := make([]catalog.Draft, 500)
			for i := range drafts {
				n := part*500 + i
				drafts[i] = catalog.Draft{Code: fmt.Sprintf("p%05d", n), Name: fmt.Sprintf("商品%05d", n), BaseUnit: "piece", SalePrice: 50000}
			}
			ids := make([]ident.ID, len(drafts))
			var rows []insight.Row
			for i, draft := range drafts {
				p, err := h.Catalog.Create(ctx, draft)
				if err != nil {
					return err
				}
				ids[i] = p.ID
				for _, year := range []int{2025, 2026} {
					cells := make([]insight.Cell, lines)
					for n := range cells {
						cells[n] = insight.Cell{Day: day.New(year, 1, 1).Add(n * 320 / lines), Kind: insight.Sold, Hour: (n * 7) % 14, Lines: 1, Quantity: 2000, Amount: 1000, Value: 700, Place: insight.Place{Channel: channel}}
					}
					rows = append(rows, insight.Row{ProductID: p.ID, Year: year, Packed: insight.Pack(year, cells)})
				}
			}
			return h.Store.PutRows(ctx, ids, 2025, rows)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	known := insighttest.Today.Add(-1)
	q := insight.Query{Span: insight.SpanOf(insight.Year, insight.Year.Of(known), insight.Lunar, known)}
	for name, board := range map[string]func() error{
		"wanted":   func() error { _, err := h.Insight.Wanted(h.A, q, insight.ByMoney); return err },
		"health":   func() error { _, err := h.Insight.Health(h.A, q); return err },
		"channels": func() error { _, err := h.Insight.Channels(h.A, q); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := board(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
