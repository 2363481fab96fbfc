package xlsx

import (
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
)

// fill writes the order into the supplier's own workbook. What he did not point at
// stays: merged cells, formulas, pictures, the other sheets.
func fill(w io.Writer, d purchase.Document) error {
	f, err := open(d.Papers.Template)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it only frees memory
	t := &template{file: f, sheet: f.GetSheetName(0), doc: d, words: format.NewSheet(d)}
	places := d.Papers.Places
	rows, err := t.stretch(places)
	if err != nil {
		return err
	}
	for name, cell := range places.Cells {
		column, row, err := excelize.CellNameToCoordinates(cell)
		if err != nil {
			return err
		}
		if row > places.Last { // what stood below a list that grew
			row += rows
		}
		if err := t.set(at(column, row), t.once(name)); err != nil {
			return err
		}
	}
	for i, l := range d.Lines {
		for name, column := range places.Columns {
			if err := t.set(column+strconv.Itoa(places.First+i), t.value(name, l)); err != nil {
				return err
			}
		}
	}
	calculate := true // formulas of his have no results of ours
	if err := f.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &calculate}); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

// template is a supplier's workbook in the filling.
type template struct {
	file  *excelize.File
	sheet string
	doc   purchase.Document
	words format.Sheet
}

// stretch makes the list as long as the order and gives how many rows came in: before
// its last row, so that sums over the list grow with it, and looking like its first.
func (t *template) stretch(p purchase.Places) (int, error) {
	more := len(t.doc.Lines) - (p.Last - p.First + 1)
	if more <= 0 {
		return 0, nil
	}
	if err := t.file.InsertRows(t.sheet, p.Last, more); err != nil {
		return 0, err
	}
	height, err := t.file.GetRowHeight(t.sheet, p.First)
	if err != nil {
		return 0, err
	}
	var styles []int
	for column := 1; column <= maxColumn; column++ {
		style, err := t.file.GetCellStyle(t.sheet, at(column, p.First))
		if err != nil {
			return 0, err
		}
		styles = append(styles, style)
	}
	for n := len(styles); n > 0 && styles[n-1] == 0; n-- {
		styles = styles[:n-1]
	}
	for row := p.Last; row < p.Last+more; row++ {
		if err := t.file.SetRowHeight(t.sheet, row, height); err != nil {
			return 0, err
		}
		for from := 0; from < len(styles); { // neighbours that look the same at once
			to := from
			for to+1 < len(styles) && styles[to+1] == styles[from] {
				to++
			}
			if err := t.file.SetCellStyle(t.sheet, at(from+1, row), at(to+1, row), styles[from]); err != nil {
				return 0, err
			}
			from = to + 1
		}
	}
	return more, nil
}

// set writes a number or a text; a text is never taken for a formula.
func (t *template) set(cell string, v any) error {
	if s, ok := v.(string); ok {
		return t.file.SetCellStr(t.sheet, cell, s)
	}
	return t.file.SetCellValue(t.sheet, cell, v)
}

// value is a figure of a line as people read it.
func (t *template) value(name string, l purchase.DocumentLine) any {
	u := t.doc.Shown(l.OrderLine)
	switch name {
	case "line":
		return l.Line
	case "product_code":
		return l.ProductCode
	case "supplier_code":
		return l.SupplierCode
	case "product_name":
		return l.ProductName
	case "quantity":
		return number(u.Quantity(l.Quantity).Decimal())
	case "unit":
		return i18n.For(t.words.Lang).Unit(u.Unit, u.Quantity(l.Quantity))
	case "unit_price":
		return number(u.Price(l.Price).Decimal())
	}
	return value(l.Total, t.doc.Order.Currency)
}

// once is what the order has once.
func (t *template) once(name string) any {
	p, o := i18n.For(t.words.Lang), t.doc.Order
	switch name {
	case "order_number":
		return o.NumberText()
	case "order_date":
		if o.SentDay != nil {
			return p.Date(*o.SentDay)
		}
		return p.Date(o.CreatedDay)
	case "due_date":
		return p.Date(o.Wanted())
	case "shop":
		return t.doc.Shop
	case "supplier":
		return o.SupplierName
	}
	return value(t.doc.Sums.Payable, o.Currency)
}

// filled reports whether the document is to go into the supplier's template.
func filled(d purchase.Document) bool {
	return d.Papers != nil && len(d.Papers.Template) > 0 && d.Papers.Places.Placed()
}
