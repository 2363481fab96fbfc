package xlsx_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/xlsx"
)

func TestFormat(t *testing.T) { formattest.Run(t, xlsx.New(), read) }

func open(t testing.TB, written []byte) (*excelize.File, string) {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if sheets := f.GetSheetList(); len(sheets) != 1 {
		t.Fatalf("sheets %q", sheets)
	}
	return f, f.GetSheetList()[0]
}

// read gives the cells as Excel shows them, one row a line.
func read(t *testing.T, written []byte) string {
	f, sheet := open(t, written)
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "%d\t%s\n", i+1, strings.ReplaceAll(strings.Join(row, " | "), "\n", "⏎"))
	}
	return b.String()
}

func TestReadBack(t *testing.T) {
	formattest.ReadBack(t, xlsx.New(), func(t *testing.T, written []byte, d purchase.Document) formattest.Read {
		f, sheet := open(t, written)
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		head := i18n.For(i18n.Lang(d.Language))
		var out formattest.Read
		at := -1
		for i, row := range rows {
			if len(row) > 3 && row[3] == head.T("purchase.doc.product") {
				at = i
			}
		}
		for _, row := range rows[at+1 : at+1+len(d.Lines)] {
			total := row[len(row)-1]
			out.Lines = append(out.Lines, formattest.Line{
				Name: row[3], Quantity: row[4], Price: decimals(row[7], 2, 4), Total: decimals(total, 2, 2),
			})
		}
		for _, row := range rows[at+1+len(d.Lines):] {
			if n := len(row); n > 1 && row[n-2] == head.T("purchase.doc.payable") {
				out.Payable = decimals(row[n-1], 2, 2)
			}
		}
		if out.Payable == "" {
			t.Error("no sum")
		}
		return out
	})
}

// decimals pads a raw number to the fewest decimals that ours have.
func decimals(raw string, least, most int) string {
	whole, fraction, _ := strings.Cut(raw, ".")
	for len(fraction) < least {
		fraction += "0"
	}
	if len(fraction) > most {
		return raw
	}
	return whole + "." + fraction
}

// A cell holds what was typed, never a formula; figures are numbers.
func TestValues(t *testing.T) {
	d := formattest.Sample(t, "zh-Hans", len(formattest.Names()), true)
	f, sheet := open(t, formattest.Written(t, xlsx.New(), d))
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	names := 0
	for r, row := range rows {
		for c := range row {
			cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
			if formula, err := f.GetCellFormula(sheet, cell); formula != "" || err != nil {
				t.Errorf("%s runs %q (%v)", cell, formula, err)
			}
			for _, l := range d.Lines {
				if row[c] != l.ProductName {
					continue
				}
				names++
				if kind, _ := f.GetCellType(sheet, cell); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
					t.Errorf("%s: a name is of type %d", cell, kind)
				}
			}
		}
	}
	if names != len(d.Lines) {
		t.Errorf("%d names for %d lines", names, len(d.Lines))
	}
}

// The head of the table stays in sight, on the screen and on each printed page.
func TestPaper(t *testing.T) {
	f, sheet := open(t, formattest.Written(t, xlsx.New(), formattest.Sample(t, "fr", 200, true)))
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit < 5 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	head, err := f.GetCellValue(sheet, fmt.Sprintf("D%d", panes.YSplit))
	if err != nil || head != i18n.For(i18n.Fr).T("purchase.doc.product") {
		t.Errorf("the last frozen row has %q, %v", head, err)
	}
	titles := ""
	for _, n := range f.GetDefinedName() {
		if n.Name == "_xlnm.Print_Titles" {
			titles = n.RefersTo
		}
	}
	if want := fmt.Sprintf("'%s'!$%d:$%d", sheet, panes.YSplit, panes.YSplit); titles != want {
		t.Errorf("printed on each page: %q, want %q", titles, want)
	}
	layout, err := f.GetPageLayout(sheet)
	if err != nil || *layout.Size != 9 || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 {
		t.Errorf("layout %+v, %v", layout, err)
	}
}

func BenchmarkWorkbook(b *testing.B) {
	for _, n := range []int{60, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := formattest.Extreme(b, "zh-Hans", n)
			var size int
			for b.Loop() {
				size = len(formattest.Written(b, xlsx.New(), d))
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
