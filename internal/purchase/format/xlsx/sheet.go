package xlsx

import (
	"strconv"

	"github.com/xuri/excelize/v2"

	"buhuo/internal/purchase/format"
)

// line writes the next row from a column on.
func (b *book) line(from int, cells ...any) {
	b.row++
	b.do(func() error { return b.out.SetRow(at(from, b.row), cells) })
}

// facts are what stands above the table, one a row.
func (b *book) facts() []format.Fact {
	out := []format.Fact{party(b.sheet.From), party(b.sheet.To)}
	for _, line := range b.sheet.To.Lines {
		out = append(out, format.Fact{Text: line})
	}
	return append(out, b.sheet.Facts...)
}

func party(p format.Party) format.Fact { return format.Fact{Term: p.Head, Text: p.Name} }

// heads is how many rows opening writes.
func (b *book) heads() int { return 1 + len(b.facts()) + 1 }

// opening says what this is, from whom, to whom, for when.
func (b *book) opening() {
	title := b.sheet.Title + "  " + b.sheet.Number
	if b.sheet.Mark != "" {
		title += "  (" + b.sheet.Mark + ")"
	}
	b.line(1, cell(b.styles.title, title))
	for _, f := range b.facts() {
		b.line(1, cell(b.styles.soft, f.Term), nil, f.Text)
	}
	b.row++
}

func (b *book) table(columns []column) {
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = cell(b.styles.head, c.head)
	}
	b.line(1, cells...)
	for i, l := range b.doc.Lines {
		for n, c := range columns {
			cells[n] = cell(c.style, c.value(l, b.sheet.Rows[i]))
		}
		b.line(1, cells...)
	}
}

// sums stand below the amounts, the last and boldest what is to be paid.
func (b *book) sums(last int) {
	b.row++
	c, amounts := b.doc.Order.Currency, b.sheet.Amounts
	for i, f := range b.sheet.Sums {
		term, sum := 0, b.styles.amount
		if i == len(b.sheet.Sums)-1 {
			term, sum = b.styles.strong, b.styles.sum
		}
		b.line(last-1, cell(term, f.Term), cell(sum, value(amounts[i], c)))
	}
	if b.sheet.Words != "" {
		b.line(1, b.sheet.Words)
	}
	if b.sheet.Note != "" {
		b.row++
		b.line(1, cell(b.styles.soft, b.sheet.NoteHead))
		b.line(1, b.sheet.Note)
	}
	b.row++
	b.line(1, cell(b.styles.soft, b.sheet.Signs[0]), nil, nil, nil, cell(b.styles.soft, b.sheet.Signs[1]))
	b.row += 2
	b.line(1, cell(b.styles.soft, b.sheet.SignDay), nil, nil, nil, cell(b.styles.soft, b.sheet.SignDay))
}

// paper sets the sheet up for A4 across, as many pages high as it takes, each with
// the head of the table and its number.
func (b *book) paper(name string, head int) error {
	landscape, a4, wide, high, fit := "landscape", 9, 1, 0, true
	if err := b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	if err := b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := b.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L" + name + "&R&P / &N"}); err != nil {
		return err
	}
	row := "$" + strconv.Itoa(head)
	return b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!" + row + ":" + row, Scope: name})
}
