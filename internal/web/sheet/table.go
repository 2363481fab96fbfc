package sheet

import (
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Kind is what stands in a column.
type Kind int

// The kinds: words, whole or broken numbers, amounts of money.
const (
	Text Kind = iota
	Number
	Money
)

// Column is one of a table: Code names it for programs, in every language alike, Head
// for people.
type Column struct {
	Code, Head string
	Kind       Kind
}

// Table is a table of values as machines write them: numbers with a point, days as
// 2006-01-02.
type Table struct {
	Code    string // for addresses, in every language alike; empty: it is asked for with all
	Name    string // for people; of a workbook's sheet
	Columns []Column
	Rows    [][]string
}

// As is the table under a code.
func (t Table) As(code string) Table {
	t.Code = code
	return t
}

// CSV writes the table for programs: the codes in the first line.
func (t Table) CSV(w io.Writer) error {
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Code
	}
	return Write(w, head, t.Rows)
}

// ContentTypeXLSX is that of a workbook.
const ContentTypeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Workbook writes tables for people, each on a sheet of its own: texts and numbers as
// values, never formulas.
func Workbook(w io.Writer, tables []Table) error {
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // it only frees memory
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	amounts := "#,##0.00"
	money, err := f.NewStyle(&excelize.Style{CustomNumFmt: &amounts})
	if err != nil {
		return err
	}
	for i, t := range tables {
		name := sheetName(t.Name, i)
		if i == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err == nil {
			err = t.fill(f, name, bold, money)
		}
		if err != nil {
			return err
		}
	}
	_, err = f.WriteTo(w)
	return err
}

func (t Table) fill(f *excelize.File, name string, bold, money int) error {
	out, err := f.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		if err := out.SetColWidth(i+1, i+1, t.width(i)); err != nil {
			return err
		}
		head[i] = excelize.Cell{StyleID: bold, Value: c.Head}
	}
	if err := out.SetRow("A1", head); err != nil {
		return err
	}
	for n, row := range t.Rows {
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = t.Columns[i].cell(text, money)
		}
		at, err := excelize.CoordinatesToCellName(1, n+2)
		if err != nil {
			return err
		}
		if err := out.SetRow(at, cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (c Column) cell(text string, money int) any {
	if c.Kind == Text || text == "" {
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	if c.Kind == Money {
		return excelize.Cell{StyleID: money, Value: f}
	}
	return f
}

// width is room for the longest of the first texts, within reason.
func (t Table) width(column int) float64 {
	longest := wide(t.Columns[column].Head)
	for _, row := range t.Rows[:min(len(t.Rows), 200)] {
		longest = max(longest, wide(row[column]))
	}
	return float64(min(max(longest+2, 8), 48))
}

func wide(s string) (n int) {
	for _, r := range s {
		n++
		if utf8.RuneLen(r) > 2 { // a Chinese character is as wide as two letters
			n++
		}
	}
	return n
}

// sheetName is a name that a workbook takes: short, without its signs, never twice.
func sheetName(s string, i int) string {
	safe := make([]rune, 0, 31)
	for _, r := range s {
		switch r {
		case ':', '\\', '/', '?', '*', '[', ']', '\'':
			r = ' '
		}
		if len(safe) < 26 {
			safe = append(safe, r)
		}
	}
	if i > 0 || len(safe) == 0 {
		safe = append(safe, []rune(" "+strconv.Itoa(i+1))...)
	}
	return string(safe)
}
