// Package csv writes an order as a table for spreadsheets and other programs: the
// same columns, decimal points and unit codes in every language. It must not know
// any language.
package csv

import (
	"io"
	"strconv"
	"strings"

	"buhuo/internal/purchase"
	"buhuo/internal/web/sheet"
)

// Format is purchase.Format for CSV.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "csv".
func (Format) Name() string { return "csv" }

// ContentType is that of CSV in UTF-8.
func (Format) ContentType() string { return "text/csv; charset=utf-8" }

// Extension is ".csv".
func (Format) Extension() string { return ".csv" }

// Columns are the columns in their order.
func Columns() []string {
	return []string{"line", "product_code", "supplier_code", "product_name", "quantity", "unit", "unit_price", "line_total"}
}

const (
	byteOrderMark = "\ufeff" // without it Excel takes UTF-8 for the local code page
	newline       = "\r\n"
)

// Write writes the table. Numbers stand bare; texts are quoted, and one that a
// spreadsheet would run as a formula gets an apostrophe.
func (Format) Write(w io.Writer, d purchase.Document) error {
	var b strings.Builder
	b.WriteString(byteOrderMark + strings.Join(Columns(), ",") + newline)
	for _, l := range d.Lines {
		b.WriteString(strings.Join([]string{
			strconv.Itoa(l.Line), text(l.ProductCode), text(l.SupplierCode), text(l.ProductName),
			l.Quantity.Decimal(), text(l.Unit), l.Price.Decimal(), l.Total.Decimal(d.Order.Currency),
		}, ","))
		b.WriteString(newline)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func text(s string) string { return `"` + strings.ReplaceAll(sheet.Cell(s), `"`, `""`) + `"` }
