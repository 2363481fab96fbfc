package insightdb_test

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

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
	ids := make([]ident.ID, products)
	for i := range ids {
		ids[i] = ident.New()
	}
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(d.Do(h.A, func(ctx context.Context) error {
		_, err := d.Insert(ctx, "products", []string{"shop_id", "id", "code", "name", "base_unit", "sort_key", "created_at", "changed_at"}, products, "", func(i int, dst []any) {
			code := fmt.Sprintf("p%05d", i)
			copy(dst, []any{ids[i][:], code, code, "piece", []byte(code), 1, 1})
		})
		return err
	}))
	for part := range slices.Chunk(ids, 500) {
		var rows []insight.Row
		for _, id := range part {
			for _, year := range []int{2025, 2026} {
				cells := make([]insight.Cell, lines)
				for n := range cells {
					cells[n] = insight.Cell{Day: day.New(year, 1, 1).Add(n * 320 / lines), Kind: insight.Sold, Hour: (n * 7) % 14, Lines: 1, Quantity: 2000, Amount: 1000, Value: 700, Place: insight.Place{Channel: channel}}
				}
				rows = append(rows, insight.Row{ProductID: id, Year: year, Packed: insight.Pack(year, cells)})
			}
		}
		must(d.Do(h.A, func(ctx context.Context) error { return h.Store.PutRows(ctx, part, 2025, rows) }))
	}
	known := insighttest.Today.Add(-1)
	for _, period := range []insight.Period{insight.Month, insight.Year} {
		q := insight.Query{Span: insight.SpanOf(period, period.Of(known), insight.Lunar, known)}
		for name, board := range map[string]func() error{
			"wanted":   func() error { _, err := h.Insight.Wanted(h.A, q, insight.ByMoney); return err },
			"health":   func() error { _, err := h.Insight.Health(h.A, q); return err },
			"channels": func() error { _, err := h.Insight.Channels(h.A, q); return err },
			"regions":  func() error { _, err := h.Insight.Regions(h.A, q); return err },
			"needs":    func() error { _, err := h.Insight.Needs(h.A, q); return err },
		} {
			b.Run(name+"/"+string(period), func(b *testing.B) {
				before := spent(b)
				for b.Loop() {
					if err := board(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(spent(b)-before)/1e6/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

// spent is the processor's time of this program: what a board costs on a busy machine too.
func spent(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
