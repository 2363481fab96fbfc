package pdf

import (
	"strings"

	"buhuo/internal/purchase/format"
)

// document sets the whole document, then numbers its pages.
func (s *setter) document() {
	s.out.AddPage()
	s.opening()
	s.table()
	s.sums()
	s.note()
	s.signs()
	s.pages()
}

// opening is the head of the first page: what it is, from whom, to whom, for when.
func (s *setter) opening() {
	s.y = top
	number := s.sheet.Number
	if s.sheet.Mark != "" {
		number += "  (" + s.sheet.Mark + ")"
	}
	height := s.block(s.sheet.Title, titleStyle, left, s.y, (right-left)*3/5, atLeft)
	s.block(number, numberStyle, left, s.y+titleStyle.size-numberStyle.size, right-left, atRight)
	s.y += height + 2*point
	s.rule(left, right, s.y, 1_200, 0)
	s.y += 10 * point

	half := (right-left)/2 - 10*point
	s.y += max(s.party(s.sheet.From, left, half), s.party(s.sheet.To, left+half+20*point, half)) + 6*point

	x, width := left, (right-left+20*point)/max(1, len(s.sheet.Facts))
	height = 0
	for _, f := range s.sheet.Facts {
		h := s.block(f.Term, softStyle, x, s.y, width-20*point, atLeft)
		h += s.block(f.Text, bodyStyle, x, s.y+h, width-20*point, atLeft)
		x, height = x+width, max(height, h)
	}
	s.y += height + 10*point
}

func (s *setter) party(p format.Party, x, width int) int {
	y := s.y
	y += s.block(p.Head, softStyle, x, y, width, atLeft)
	y += s.block(p.Name, nameStyle, x, y, width, atLeft)
	for _, line := range p.Lines {
		y += s.block(line, bodyStyle, x, y, width, atLeft)
	}
	return y - s.y
}

// turn starts a new page, headed by title and number.
func (s *setter) turn() {
	s.out.AddPage()
	s.y = top
	s.block(s.sheet.Title, bodyStyle, left, s.y, (right-left)/2, atLeft)
	s.y += s.block(s.sheet.Number, bodyStyle, left, s.y, right-left, atRight) + 2*point
	s.rule(left, right, s.y, 600, 0)
	s.y += 10 * point
}

// room makes sure that so much fits on the page, else turns it; true when it did.
func (s *setter) room(height int) bool {
	if s.y+height <= bottom {
		return false
	}
	s.turn()
	return true
}

// column is where a column of the table stands.
type column struct {
	x, width int
	align    align
	head     string
}

const gutter = 7 * point

// columns share the width: fixed ones for figures, the rest for the product.
func (s *setter) columns() []column {
	widths := []int{24 * point, 0, 78 * point, 88 * point, 36 * point, 82 * point}
	heads := []string{s.sheet.Head.Line, s.sheet.Head.Product, s.sheet.Head.Quantity, s.sheet.Head.Price, s.sheet.Head.Tax, s.sheet.Head.Total}
	if !s.sheet.Taxed {
		widths = append(widths[:4], widths[5])
		heads = append(heads[:4], heads[5])
	}
	rest := right - left - gutter*(len(widths)-1)
	for _, w := range widths {
		rest -= w
	}
	widths[1] = rest
	out, x := make([]column, len(widths)), left
	for i, w := range widths {
		out[i] = column{x, w, atRight, heads[i]}
		x += w + gutter
	}
	out[0].align, out[1].align = atLeft, atLeft
	return out
}

func (s *setter) table() {
	columns := s.columns()
	s.tableHead(columns)
	for _, r := range s.sheet.Rows {
		cells := [][2]string{{r.Line}, {r.Name, r.Note}, {r.Quantity, r.Packs}, {r.Price, r.PackPrice}, {r.Tax}, {r.Total}}
		if !s.sheet.Taxed {
			cells = append(cells[:4], cells[5])
		}
		if s.room(s.rowHeight(columns, cells)) {
			s.tableHead(columns)
		}
		s.row(columns, cells)
	}
	s.rule(left, right, s.y, 900, 0)
}

func (s *setter) tableHead(columns []column) {
	height := 0
	for _, c := range columns {
		height = max(height, len(s.lines(c.head, softStyle, c.width))*softStyle.height())
	}
	s.out.SetFillColor(238, 238, 238)
	s.out.RectFromUpperLeftWithStyle(pt(left-4*point), pt(s.y), pt(right-left+8*point), pt(height+6*point), "F")
	s.y += 3 * point
	for _, c := range columns {
		s.block(c.head, softStyle, c.x, s.y, c.width, c.align)
	}
	s.y += height + 3*point
}

const rowPadding = 4 * point

func (s *setter) rowHeight(columns []column, cells [][2]string) int {
	height := 0
	for i, c := range columns {
		h := len(s.lines(cells[i][0], bodyStyle, c.width))*bodyStyle.height() + len(s.lines(cells[i][1], softStyle, c.width))*softStyle.height()
		height = max(height, h)
	}
	return height + 2*rowPadding
}

func (s *setter) row(columns []column, cells [][2]string) {
	height := s.rowHeight(columns, cells)
	for i, c := range columns {
		y := s.y + rowPadding
		y += s.block(cells[i][0], bodyStyle, c.x, y, c.width, c.align)
		s.block(cells[i][1], softStyle, c.x, y, c.width, c.align)
	}
	s.y += height
	s.rule(left, right, s.y, 300, 190)
}

// sums stand at the right, the last and largest what is to be paid; all of them,
// with the amount in words, on one page.
func (s *setter) sums() {
	height := 10 * point
	for range s.sheet.Sums {
		height += bodyStyle.height()
	}
	words := s.lines(s.sheet.Words, bodyStyle, right-left)
	s.room(height + 2*sumStyle.height() + len(words)*bodyStyle.height())
	s.y += 8 * point
	last, x := len(s.sheet.Sums)-1, left+(right-left)*9/20
	for i, f := range s.sheet.Sums {
		st := bodyStyle
		if i == last {
			st = sumStyle
			s.y += 3 * point
			s.rule(x, right, s.y, 600, 0)
			s.y += 4 * point
		}
		h := s.block(f.Term, st, x, s.y, (right-x)/2, atLeft)
		s.y += max(h, s.block(f.Text, st, x+(right-x)/2, s.y, right-x-(right-x)/2, atRight))
	}
	if s.sheet.Words != "" {
		s.y += 4 * point
		s.y += s.block(s.sheet.Words, bodyStyle, left, s.y, right-left, atRight)
	}
}

// note prints what was written to the supplier, over as many pages as it takes.
func (s *setter) note() {
	if s.sheet.Note == "" {
		return
	}
	s.room(3 * bodyStyle.height())
	s.y += 8 * point
	s.y += s.block(s.sheet.NoteHead, softStyle, left, s.y, right-left, atLeft)
	for paragraph := range strings.Lines(s.sheet.Note) {
		for _, line := range s.lines(strings.TrimRight(paragraph, "\r\n"), bodyStyle, right-left) {
			s.room(bodyStyle.height())
			s.text(line, bodyStyle, left, s.y, right-left, atLeft)
			s.y += bodyStyle.height()
		}
	}
}

// signs are two places to sign and date, side by side.
func (s *setter) signs() {
	const space = 34 * point
	s.room(18*point + 2*softStyle.height() + 3*point + space)
	s.y += 18 * point
	half := (right-left)/2 - 14*point
	for i, head := range s.sheet.Signs {
		x := left + i*(half+28*point)
		y := s.y + s.block(head, softStyle, x, s.y, half, atLeft) + space
		s.rule(x, x+half, y, 600, 0)
		s.block(s.sheet.SignDay, softStyle, x, y+3*point, half, atLeft)
	}
}

// pages writes the number of each page, and of how many, at its foot.
func (s *setter) pages() {
	of := s.out.GetNumberOfPages()
	for n := 1; n <= of && s.err == nil; n++ {
		if s.err = s.out.SetPage(n); s.err != nil {
			return
		}
		s.block(s.sheet.Number, softStyle, left, pageHeight-foot, (right-left)/2, atLeft)
		s.block(s.sheet.Page(n, of), softStyle, left, pageHeight-foot, right-left, atRight)
	}
}
