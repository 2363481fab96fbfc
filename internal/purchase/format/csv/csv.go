// Package csv writes an order as a table for spreadsheets and other programs: the
// same columns, decimal points and unit codes in every language, or the columns that
// a supplier wants, named in his language.
package csv

import (
	"io"
	"strconv"
	"strings"

	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
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

const (
	byteOrderMark = "\ufeff" // without it Excel takes UTF-8 for the local code page
	newline       = "\r\n"
)

// Write writes the table. Numbers stand bare; texts are quoted, and one that a
// spreadsheet would run as a formula gets an apostrophe.
func (Format) Write(w io.Writer, d purchase.Document) error {
	columns, heads := purchase.LineColumns(), purchase.LineColumns()
	if d.Papers != nil && len(d.Papers.Columns) > 0 {
		columns = d.Papers.Columns
		heads = heads[:0]
		for _, name := range columns {
			heads = append(heads, text(format.ColumnName(d, name)))
		}
	}
	var b strings.Builder
	b.WriteString(byteOrderMark + strings.Join(heads, ",") + newline)
	cells := make([]string, len(columns))
	for _, l := range d.Lines {
		for i, name := range columns {
			cells[i] = cell(d, l, name)
		}
		b.WriteString(strings.Join(cells, ",") + newline)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// cell is a column's value for programs.
func cell(d purchase.Document, l purchase.DocumentLine, column string) string {
	switch column {
	case "line":
		return strconv.Itoa(l.Line)
	case "product_code":
		return text(l.ProductCode)
	case "supplier_code":
		return text(l.SupplierCode)
	case "product_name":
		return text(l.ProductName)
	case "quantity":
		return l.Quantity.Decimal()
	case "unit":
		return text(l.Unit)
	case "unit_price":
		return l.Price.Decimal()
	case "line_total":
		return l.Total.Decimal(d.Order.Currency)
	case "order_number":
		return text(d.Order.NumberText())
	case "due_date":
		return d.Order.Wanted().String()
	}
	return ""
}

func text(s string) string { return `"` + strings.ReplaceAll(sheet.Cell(s), `"`, `""`) + `"` }
