// Package xlsx writes an order as a workbook for people who live in Excel: texts and
// numbers as values, never formulas, ready to be sorted and printed. It must not know
// how orders are kept or sent.
package xlsx

import (
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
)

// Format is purchase.Format for XLSX.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "xlsx".
func (Format) Name() string { return "xlsx" }

// ContentType is that of an Office Open XML workbook.
func (Format) ContentType() string {
	return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
}

// Extension is ".xlsx".
func (Format) Extension() string { return ".xlsx" }

// Write writes the workbook: the supplier's own, filled in, where he wants that.
func (Format) Write(w io.Writer, d purchase.Document) error {
	if filled(d) {
		return fill(w, d)
	}
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it only frees memory
	b := &book{file: f, sheet: format.NewSheet(d), doc: d}
	if err := b.build(); err != nil {
		return err
	}
	_, err := f.WriteTo(w)
	return err
}

// book is a workbook in the making. The first error stays and ends all writing.
type book struct {
	file   *excelize.File
	out    *excelize.StreamWriter
	sheet  format.Sheet
	doc    purchase.Document
	styles styles
	row    int // the last one written
	err    error
}

// styles are the looks of cells.
type styles struct{ title, soft, head, name, text, figure, price, amount, strong, sum int }

// column is one of the table: its head, its width in characters and what stands in it.
type column struct {
	head  string
	width float64
	value func(purchase.DocumentLine, format.Row) any
	style int
}

func (b *book) build() error {
	name := b.sheet.Number
	if b.err = b.file.SetSheetName("Sheet1", name); b.err != nil {
		return b.err
	}
	if b.out, b.err = b.file.NewStreamWriter(name); b.err != nil {
		return b.err
	}
	b.styles = b.looks()
	columns := b.columns()
	for i, c := range columns {
		b.do(func() error { return b.out.SetColWidth(i+1, i+1, c.width) })
	}
	head := b.heads() + 1 // the table's head follows what stands above it
	b.do(func() error {
		return b.out.SetPanes(&excelize.Panes{Freeze: true, YSplit: head, TopLeftCell: at(1, head+1), ActivePane: "bottomLeft"})
	})
	b.do(func() error { return b.paper(name, head) }) // what is set after the rows is not written
	b.opening()
	b.table(columns)
	b.sums(len(columns))
	b.do(b.out.Flush)
	return b.err
}

func (b *book) do(step func() error) {
	if b.err == nil {
		b.err = step()
	}
}

func (b *book) style(s excelize.Style) int {
	id := 0
	b.do(func() (err error) { id, err = b.file.NewStyle(&s); return err })
	return id
}

func (b *book) looks() styles {
	decimals := "0"
	if e := b.doc.Order.Currency.Exponent; e > 0 {
		decimals = "0." + strings.Repeat("0", e)
	}
	amount, price, text := "#,##"+decimals, "#,##0.00##", "@"
	top, wrapped := &excelize.Alignment{Vertical: "top"}, &excelize.Alignment{Vertical: "top", WrapText: true}
	line := []excelize.Border{{Type: "bottom", Color: "BFBFBF", Style: 1}}
	return styles{
		title: b.style(excelize.Style{Font: &excelize.Font{Bold: true, Size: 16}}),
		soft:  b.style(excelize.Style{Font: &excelize.Font{Color: "5F5F5F"}}),
		head: b.style(excelize.Style{
			Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"EEEEEE"}},
			Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Border: line,
		}),
		name:   b.style(excelize.Style{Alignment: wrapped, Border: line, CustomNumFmt: &text}),
		text:   b.style(excelize.Style{Alignment: top, Border: line, CustomNumFmt: &text}),
		figure: b.style(excelize.Style{Alignment: top, Border: line}),
		price:  b.style(excelize.Style{Alignment: top, Border: line, CustomNumFmt: &price}),
		amount: b.style(excelize.Style{Alignment: top, Border: line, CustomNumFmt: &amount}),
		strong: b.style(excelize.Style{Font: &excelize.Font{Bold: true}}),
		sum:    b.style(excelize.Style{Font: &excelize.Font{Bold: true}, CustomNumFmt: &amount}),
	}
}

// columns are those of the document, with the quantity and its unit apart.
func (b *book) columns() []column {
	d, h, c, st := b.doc, b.sheet.Head, b.doc.Order.Currency, b.styles
	p := i18n.For(b.sheet.Lang)
	out := []column{
		{h.Line, 6, func(l purchase.DocumentLine, _ format.Row) any { return l.Line }, st.figure},
		{p.T("purchase.doc.code"), 14, func(l purchase.DocumentLine, _ format.Row) any { return l.ProductCode }, st.text},
		{p.T("purchase.doc.supplier_code"), 14, func(l purchase.DocumentLine, _ format.Row) any { return l.SupplierCode }, st.text},
		{h.Product, 44, func(l purchase.DocumentLine, _ format.Row) any { return l.ProductName }, st.name},
		{h.Quantity, 12, func(l purchase.DocumentLine, _ format.Row) any {
			return number(d.Shown(l.OrderLine).Quantity(l.Quantity).Decimal())
		}, st.figure},
		{p.T("purchase.doc.unit"), 10, func(l purchase.DocumentLine, _ format.Row) any {
			u := d.Shown(l.OrderLine)
			return p.Unit(u.Unit, u.Quantity(l.Quantity))
		}, st.text},
		{p.T("purchase.doc.packs"), 16, func(_ purchase.DocumentLine, r format.Row) any { return r.Packs }, st.text},
		{h.Price, 14, func(l purchase.DocumentLine, _ format.Row) any {
			return number(d.Shown(l.OrderLine).Price(l.Price).Decimal())
		}, st.price},
	}
	if b.sheet.Taxed {
		out = append(out, column{h.Tax, 10, func(_ purchase.DocumentLine, r format.Row) any { return r.Tax }, st.text})
	}
	return append(out, column{h.Total + " (" + c.Code + ")", 18, func(l purchase.DocumentLine, _ format.Row) any { return value(l.Total, c) }, st.amount})
}

// number turns a machine decimal into what a cell holds. A spreadsheet keeps 15
// digits, more than any order's figures have.
func number(decimal string) float64 {
	f, _ := strconv.ParseFloat(decimal, 64) // our own decimals always parse
	return f
}

func value(a money.Amount, c money.Currency) float64 { return number(a.Decimal(c)) }

// at is a cell's address: "D7".
func at(column, row int) string {
	name, _ := excelize.CoordinatesToCellName(column, row) // both are from 1
	return name
}

func cell(style int, v any) excelize.Cell { return excelize.Cell{StyleID: style, Value: v} }
