package csv_test

import (
	stdcsv "encoding/csv"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/purchase/format/csv"
	"buhuo/internal/purchase/format/formattest"
)

func TestFormat(t *testing.T) {
	formattest.Run(t, csv.New(), func(_ *testing.T, written []byte) string { return string(written) })
}

// What a program reads back is what stands on the order, but for the apostrophe
// before what a spreadsheet would run.
func TestReadBack(t *testing.T) {
	d := formattest.Sample(t, "fr", len(formattest.Names()), true)
	written := string(formattest.Written(t, csv.New(), d))
	body, ok := strings.CutPrefix(written, "\ufeffline,product_code,supplier_code,product_name,quantity,unit,unit_price,line_total\r\n")
	if !ok {
		t.Fatalf("head: %.120q", written)
	}
	if strings.Count(body, "\n") != strings.Count(body, "\r\n") {
		t.Error("a line does not end in CRLF")
	}
	rows, err := stdcsv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != len(d.Lines) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, l := range d.Lines {
		name, code := l.ProductName, l.SupplierCode
		if strings.ContainsAny(name[:1], "=+-@") || strings.HasPrefix(name, "＝") {
			name = "'" + name
		}
		if strings.HasPrefix(code, "+") {
			code = "'" + code
		}
		want := []string{rows[i][0], l.ProductCode, code, name, l.Quantity.Decimal(), l.Unit, l.Price.Decimal(), l.Total.Decimal(d.Order.Currency)}
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d: %q, want %q", i, rows[i], want)
		}
	}
}
