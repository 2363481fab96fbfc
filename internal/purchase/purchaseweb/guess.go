package purchaseweb

import (
	"strconv"
	"strings"

	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	purchaseviews "buhuo/views/purchase"
)

// heads are what forms write above their columns besides our own words for them.
var heads = map[string]string{
	"货号": "supplier_code", "品名": "product_name", "名称": "product_name", "商品名称": "product_name", "产品名称": "product_name", "订货数量": "quantity",
	"采购数量": "quantity", "小计": "line_total", "no": "line", "qty": "quantity", "item": "product_name", "description": "product_name", "sku": "supplier_code",
	"price": "unit_price", "total": "line_total", "désignation": "product_name", "article": "product_name", "référence": "supplier_code", "qté": "quantity", "prix": "unit_price",
}

// headOf is the column that a head names; "" when it names none of ours.
func headOf(cell string) string {
	cell = strings.ToLower(strings.Trim(strings.Join(strings.Fields(measure.Fold(cell)), ""), ".:()*"))
	if name, ok := heads[cell]; ok {
		return name
	}
	for _, name := range purchase.LineColumns() {
		for _, lang := range i18n.Langs() {
			if cell != "" && cell == strings.ToLower(strings.Trim(strings.ReplaceAll(i18n.For(lang).T(format.ColumnKey(name)), " ", ""), ".:()*")) {
				return name
			}
		}
	}
	return ""
}

// guess finds the list in a form: the row with the most heads that we know, and the
// empty rows below it. Who is asked corrects it.
func guess(rows [][]string) purchase.Places {
	var p purchase.Places
	for i, cells := range rows {
		found := map[string]string{}
		for c, cell := range cells {
			if name := headOf(cell); name != "" && found[name] == "" {
				found[name] = letter(c)
			}
		}
		if len(found) > 1 && len(found) > len(p.Columns) {
			p.Columns, p.First, p.Last = found, i+2, i+2
		}
	}
	for p.First > 0 && p.Last < len(rows) && blank(rows[p.Last], p.Columns) {
		p.Last++
	}
	return p
}

// blank reports whether a row has nothing where our columns go.
func blank(cells []string, columns map[string]string) bool {
	for c, cell := range cells {
		for _, column := range columns {
			if letter(c) == column && strings.TrimSpace(cell) != "" {
				return false
			}
		}
	}
	return true
}

// letter names a column, counted from 0, of the first 26.
func letter(n int) string { return string(rune('A' + n)) }

// short cuts a cell's text: the form is shown to point at its columns, not to be read.
func short(text string) string {
	const most = 24
	letters := []rune(strings.Join(strings.Fields(text), " "))
	if len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return string(letters)
}

// preview is the beginning of a form with the names of its rows and columns.
func preview(rows [][]string) purchaseviews.Sheet {
	wide := 1
	for _, cells := range rows {
		wide = max(wide, len(cells))
	}
	var s purchaseviews.Sheet
	for c := range wide {
		s.Letters = append(s.Letters, letter(c))
	}
	for i, cells := range rows {
		row := purchaseviews.SheetRow{Number: strconv.Itoa(i + 1), Cells: make([]string, wide)}
		for c, cell := range cells {
			row.Cells[c] = short(cell)
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
