package csv_test

import (
	stdcsv "encoding/csv"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/purchase"
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

// A supplier gets his columns in his order, named in his language; values stay as
// programs read them.
func TestSuppliersColumns(t *testing.T) {
	d := formattest.Sample(t, "fr", 2, false)
	d.Papers = &purchase.Papers{Columns: []string{"supplier_code", "quantity", "product_name", "due_date", "order_number", "line_total"}}
	rows, err := stdcsv.NewReader(strings.NewReader(strings.TrimPrefix(string(formattest.Written(t, csv.New(), d)), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"Réf. fournisseur", "Quantité", "Produit", "Livraison souhaitée", "Numéro de commande", "Montant"},
		{"", "5", d.Lines[0].ProductName, "2026-12-01", "PO-2026-0117", "52.00"},
		{"'+QC-1", "10", d.Lines[1].ProductName, "2026-12-01", "PO-2026-0117", "104.13"},
	}
	for i := range want {
		if !slices.Equal(rows[i], want[i]) {
			t.Errorf("row %d: %q, want %q", i, rows[i], want[i])
		}
	}
	d.Papers = &purchase.Papers{}
	if plain := string(formattest.Written(t, csv.New(), d)); !strings.HasPrefix(plain, "\ufeffline,product_code,") {
		t.Errorf("nobody said which columns: %.80q", plain)
	}
}
