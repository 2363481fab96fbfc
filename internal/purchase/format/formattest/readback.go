package formattest

import (
	"testing"

	"buhuo/internal/purchase"
)

// Read is what an independent reader found in a document, as machine decimals. What
// a format does not say stays empty and is not compared.
type Read struct {
	Lines                      []Line
	Net, Tax, Freight, Payable string
}

// Line is one product as it was read.
type Line struct{ Name, Quantity, Price, Total string }

// ReadBack compares what a reader of somebody else's finds in documents with the
// orders, to the cent: usual ones, taxed ones, and those that no shop writes.
func ReadBack(t *testing.T, f purchase.Format, read func(t *testing.T, written []byte, d purchase.Document) Read) {
	t.Helper()
	for name, d := range map[string]purchase.Document{
		"usual": Sample(t, "zh-Hans", 30, false), "taxed": Sample(t, "fr", 30, true), "extreme": Extreme(t, "en", 60), "long": Extreme(t, "zh-Hans", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			got := read(t, Written(t, f, d), d)
			if len(got.Lines) != len(d.Lines) {
				t.Fatalf("%d lines were read, want %d", len(got.Lines), len(d.Lines))
			}
			for i, l := range d.Lines {
				want := Line{l.ProductName, l.Quantity.Decimal(), l.Price.Decimal(), l.Total.Decimal(d.Order.Currency)}
				same(t, l.Line, "name", got.Lines[i].Name, want.Name)
				same(t, l.Line, "quantity", got.Lines[i].Quantity, want.Quantity)
				same(t, l.Line, "price", got.Lines[i].Price, want.Price)
				same(t, l.Line, "total", got.Lines[i].Total, want.Total)
			}
			c := d.Order.Currency
			same(t, 0, "net", got.Net, d.Sums.Net.Decimal(c))
			same(t, 0, "tax", got.Tax, d.Sums.Tax.Decimal(c))
			same(t, 0, "freight", got.Freight, d.Sums.Freight.Decimal(c))
			same(t, 0, "to be paid", got.Payable, d.Sums.Payable.Decimal(c))
		})
	}
}

func same(t *testing.T, line int, what, got, want string) {
	t.Helper()
	if got != "" && got != want {
		t.Errorf("line %d: %s reads %q, want %q", line, what, got, want)
	}
}
