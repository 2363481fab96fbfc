package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/fault"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/xlsx"
)

// form is a supplier's order form: a merged title, three rows for goods with a
// formula for the amount in a second column, their sum, and another sheet.
func form(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	sheet := "Sheet1"
	must(f.MergeCell(sheet, "A1", "F1"))
	must(f.SetCellStr(sheet, "A1", "信丰合作社 订货单"))
	must(f.SetCellStr(sheet, "A3", "单号"))
	for i, head := range []string{"货号", "品名", "数量", "单价", "金额", "复核"} {
		must(f.SetCellStr(sheet, string(rune('A'+i))+"5", head))
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	must(err)
	must(f.SetCellStyle(sheet, "A6", "F8", bold))
	for row := 6; row <= 8; row++ {
		must(f.SetCellFormula(sheet, fmt.Sprintf("F%d", row), fmt.Sprintf("C%d*D%d", row, row)))
	}
	must(f.SetCellStr(sheet, "A9", "合计"))
	must(f.SetCellFormula(sheet, "E9", "SUM(E6:E8)"))
	must(f.MergeCell(sheet, "A10", "F10"))
	must(f.SetCellStr(sheet, "A10", "本单一式两份"))
	_, err = f.NewSheet("说明")
	must(err)
	must(f.SetCellStr("说明", "A1", "请勿改动"))
	var b bytes.Buffer
	_, err = f.WriteTo(&b)
	must(err)
	return b.Bytes()
}

func papers(template []byte) *purchase.Papers {
	return &purchase.Papers{Template: template, Places: purchase.Places{
		First: 6, Last: 8, Columns: map[string]string{"supplier_code": "A", "product_name": "B", "quantity": "C", "unit_price": "D", "line_total": "E"},
		Cells: map[string]string{"order_number": "B3", "payable": "F9"},
	}}
}

// The supplier's form comes back filled to the cent, whether the order is shorter or
// longer than its list, with what he wrote around it.
func TestFill(t *testing.T) {
	template := form(t)
	for _, n := range []int{1, 3, 10, 400} {
		d := formattest.Sample(t, "zh-Hans", n, false)
		d.Papers = papers(template)
		f, err := excelize.OpenReader(bytes.NewReader(formattest.Written(t, xlsx.New(), d)))
		if err != nil {
			t.Fatal(err)
		}
		sheet := f.GetSheetName(0)
		raw := func(cell string) string {
			v, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		for i, l := range d.Lines {
			row := strconv.Itoa(6 + i)
			got := []string{raw("A" + row), raw("B" + row), raw("C" + row), decimals(raw("D"+row), 2, 4), decimals(raw("E"+row), 2, 2)}
			want := []string{l.SupplierCode, l.ProductName, l.Quantity.Decimal(), l.Price.Decimal(), l.Total.Decimal(d.Order.Currency)}
			if strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%d lines, row %s: %q, want %q", n, row, got, want)
			}
			if style, err := f.GetCellStyle(sheet, "B"+row); err != nil || style == 0 {
				t.Errorf("%d lines: row %s lost its look", n, row)
			}
		}
		grown := max(0, n-3)
		sum := fmt.Sprintf("E%d", 9+grown)
		formula, err := f.GetCellFormula(sheet, sum)
		if want := fmt.Sprintf("SUM(E6:E%d)", 8+grown); err != nil || formula != want {
			t.Errorf("%d lines: the sum is %q, want %q", n, formula, want)
		}
		if reckoned, err := f.CalcCellValue(sheet, sum, excelize.Options{RawCellValue: true}); err != nil || cents(t, reckoned) != int64(d.Order.Total) {
			t.Errorf("%d lines: his sum is %s, ours %d (%v)", n, reckoned, d.Order.Total, err)
		}
		if first, err := f.GetCellFormula(sheet, "F6"); err != nil || first != "C6*D6" {
			t.Errorf("his formula became %q", first)
		}
		if raw("B3") != "PO-2026-0117" || cents(t, raw(fmt.Sprintf("F%d", 9+grown))) != int64(d.Sums.Payable) {
			t.Errorf("%d lines: number %q, to be paid %q", n, raw("B3"), raw(fmt.Sprintf("F%d", 9+grown)))
		}
		merged, err := f.GetMergeCells(sheet)
		if err != nil || len(merged) != 2 || merged[0].GetStartAxis() != "A1" || merged[1].GetStartAxis() != fmt.Sprintf("A%d", 10+grown) {
			t.Errorf("%d lines: merged cells %v", n, merged)
		}
		if note, err := f.GetCellValue("说明", "A1"); err != nil || note != "请勿改动" {
			t.Errorf("the other sheet says %q", note)
		}
		f.Close()
	}
}

func cents(t *testing.T, raw string) int64 {
	t.Helper()
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(v*100 + .5)
}

// A text that looks like a formula stays a text in a template too.
func TestFillTexts(t *testing.T) {
	d := formattest.Sample(t, "fr", len(formattest.Names()), false)
	d.Papers = papers(form(t))
	f, sheet := openFirst(t, formattest.Written(t, xlsx.New(), d))
	for i, l := range d.Lines {
		cell := fmt.Sprintf("B%d", 6+i)
		if formula, _ := f.GetCellFormula(sheet, cell); formula != "" {
			t.Errorf("%s runs %s", cell, formula)
		}
		if got, _ := f.GetCellValue(sheet, cell); got != l.ProductName {
			t.Errorf("%s is %q, want %q", cell, got, l.ProductName)
		}
	}
}

func openFirst(t *testing.T, written []byte) (*excelize.File, string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, f.GetSheetName(0)
}

func TestExamine(t *testing.T) {
	rows, err := xlsx.New().Examine(form(t))
	if err != nil || len(rows) < 5 || rows[0][0] != "信丰合作社 订货单" || strings.Join(rows[4], " ") != "货号 品名 数量 单价 金额 复核" {
		t.Errorf("%q, %v", rows, err)
	}
}

// with is the form with one part more, or another in its place.
func with(t *testing.T, name string, body []byte) []byte {
	t.Helper()
	old := form(t)
	in, err := zip.NewReader(bytes.NewReader(old), int64(len(old)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	put := func(name string, r io.Reader) {
		w, err := out.Create(name)
		if err == nil {
			_, err = io.Copy(w, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, part := range in.File {
		if part.Name == name {
			continue
		}
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		put(part.Name, r)
	}
	put(name, bytes.NewReader(body))
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExamineRefuses(t *testing.T) {
	parts := func() []byte {
		var b bytes.Buffer
		out := zip.NewWriter(&b)
		for i := range 1_200 {
			if _, err := out.Create(fmt.Sprintf("xl/%d.xml", i)); err != nil {
				t.Fatal(err)
			}
		}
		out.Close()
		return b.Bytes()
	}
	other := func() []byte {
		var b bytes.Buffer
		out := zip.NewWriter(&b)
		if _, err := out.Create("photo.jpg"); err != nil {
			t.Fatal(err)
		}
		out.Close()
		return b.Bytes()
	}
	sheet := func(cells string) []byte {
		return []byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + cells + `</sheetData></worksheet>`)
	}
	for name, c := range map[string]struct {
		file []byte
		key  string
	}{
		"nothing":         {nil, "purchase.template_unreadable"},
		"a text":          {[]byte("line,product\r\n1,橙"), "purchase.template_unreadable"},
		"an old workbook": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old or locked"), "purchase.template_unreadable"},
		"cut off":         {form(t)[:900], "purchase.template_unreadable"},
		"another zip":     {other(), "purchase.template_unreadable"},
		"macros":          {with(t, "xl/vbaProject.bin", []byte("Sub Auto_Open")), "purchase.template_macros"},
		"called macros":   {with(t, "docProps/x.xml", []byte("application/vnd.ms-excel.sheet.macroEnabled.main+xml")), "purchase.template_macros"},
		"a program":       {with(t, "xl/embeddings/oleObject1.bin", []byte("MZ")), "purchase.template_macros"},
		"other files":     {with(t, "xl/externalLinks/externalLink1.xml", []byte("<x/>")), "purchase.template_links"},
		"a database":      {with(t, "xl/connections.xml", []byte("<x/>")), "purchase.template_links"},
		"a bomb":          {with(t, "xl/media/a.bin", make([]byte, 30<<20)), "purchase.template_too_large"},
		"many parts":      {parts(), "purchase.template_too_large"},
		"a far row":       {with(t, "xl/worksheets/sheet1.xml", sheet(`<row r="1048576"><c r="A1048576"><v>1</v></c></row>`)), "purchase.template_too_large"},
		"a far column":    {with(t, "xl/worksheets/sheet1.xml", sheet(`<row r="1"><c r="XFD1"><v>1</v></c></row>`)), "purchase.template_too_large"},
		"a large file":    {make([]byte, 11<<20), "purchase.template_too_large"},
	} {
		_, err := xlsx.New().Examine(c.file)
		var refused *fault.Error
		if !errors.As(err, &refused) || refused.Key != c.key || refused.Kind != fault.Invalid {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}
