package pdf

import (
	"slices"
	"strings"

	"buhuo/internal/paper"
	"buhuo/internal/purchase/format"
)

// Measures are those of the page, in thousandths of a point.
const (
	point = paper.Point
	left  = paper.Left
	right = paper.Right
)

// document sets the whole document, then numbers its pages.
func (s *setter) document() {
	s.Head = s.head
	s.opening()
	s.table()
	s.sums()
	s.note()
	s.signs()
	s.Foot(s.sheet.Number, s.sheet.Page)
}

// opening is the head of the first page: what it is, from whom, to whom, for when.
func (s *setter) opening() {
	number := s.sheet.Number
	if s.sheet.Mark != "" {
		number += "  (" + s.sheet.Mark + ")"
	}
	height := s.Block(s.sheet.Title, paper.Title, left, s.Y, (right-left)*3/5, paper.AtLeft)
	s.Block(number, paper.Large, left, s.Y+paper.Title.Size-paper.Large.Size, right-left, paper.AtRight)
	s.Y += height + 2*point
	s.Rule(left, right, s.Y, 1_200, 0)
	s.Y += 10 * point

	half := (right-left)/2 - 10*point
	s.Y += max(s.party(s.sheet.From, left, half), s.party(s.sheet.To, left+half+20*point, half)) + 6*point

	x, width := left, (right-left+20*point)/max(1, len(s.sheet.Facts))
	height = 0
	for _, f := range s.sheet.Facts {
		h := s.Block(f.Term, paper.Soft, x, s.Y, width-20*point, paper.AtLeft)
		h += s.Block(f.Text, paper.Body, x, s.Y+h, width-20*point, paper.AtLeft)
		x, height = x+width, max(height, h)
	}
	s.Y += height + 10*point
}

func (s *setter) party(p format.Party, x, width int) int {
	y := s.Y
	y += s.Block(p.Head, paper.Soft, x, y, width, paper.AtLeft)
	y += s.Block(p.Name, paper.Name, x, y, width, paper.AtLeft)
	for _, line := range p.Lines {
		y += s.Block(line, paper.Body, x, y, width, paper.AtLeft)
	}
	return y - s.Y
}

// head stands on every page after the first: title and number.
func (s *setter) head() {
	s.Block(s.sheet.Title, paper.Body, left, s.Y, (right-left)/2, paper.AtLeft)
	s.Y += s.Block(s.sheet.Number, paper.Body, left, s.Y, right-left, paper.AtRight) + 2*point
	s.Rule(left, right, s.Y, 600, 0)
	s.Y += 10 * point
}

// table sets the lines. The last one stays with the sums: nobody signs a page without
// goods.
func (s *setter) table() {
	h := s.sheet.Head
	t := paper.Table{Keep: s.closing(), Columns: []paper.Column{
		{Head: h.Line}, {Head: h.Product, Rest: true}, {Head: h.Quantity, Align: paper.AtRight}, {Head: h.Price, Align: paper.AtRight},
		{Head: h.Tax, Align: paper.AtRight}, {Head: h.Total, Align: paper.AtRight},
	}}
	for _, r := range s.sheet.Rows {
		t.Rows = append(t.Rows, []paper.Cell{{Text: r.Line}, {Text: r.Name, Small: r.Note}, {Text: r.Quantity, Small: r.Packs}, {Text: r.Price, Small: r.PackPrice}, {Text: r.Tax}, {Text: r.Total}})
	}
	if !s.sheet.Taxed {
		t.Columns = slices.Delete(t.Columns, 4, 5)
		for i := range t.Rows {
			t.Rows[i] = slices.Delete(t.Rows[i], 4, 5)
		}
	}
	s.Table(t)
}

// closing is the height of the sums with what follows them: the signatures and a note
// that is short; a long one runs over pages of its own.
func (s *setter) closing() int {
	height := 17*point + len(s.sheet.Sums)*paper.Body.Line() + 2*paper.Name.Line()
	from := left
	if s.sheet.Code != nil {
		from += (right - left) * 9 / 20
	}
	height += len(s.Lines(s.sheet.Words, paper.Body, right-from)) * paper.Body.Line()
	if s.sheet.Code != nil {
		height = max(height, 8*point+codeSize+codePadding)
	}
	note := 8*point + paper.Soft.Line()
	for _, paragraph := range s.paragraphs() {
		note += len(paragraph) * paper.Body.Line()
	}
	const short = 12
	switch {
	case s.sheet.Note == "":
		return height + signHeight
	case note <= short*paper.Body.Line():
		return height + note + signHeight
	}
	return height
}

// paragraphs are the lines of the note.
func (s *setter) paragraphs() [][]string {
	var out [][]string
	for paragraph := range strings.Lines(s.sheet.Note) {
		out = append(out, s.Lines(strings.TrimRight(paragraph, "\r\n"), paper.Body, right-left))
	}
	return out
}

// The QR code stands at the left of the sums, with room around it for cameras.
const (
	codeSize    = 80 * point
	codePadding = 10 * point
)

// code draws the QR code from y on, with what it is for beside it.
func (s *setter) code(y int) {
	if n := len(s.sheet.Code); n > 0 {
		module := codeSize / n
		s.Modules(s.sheet.Code.Runs, left, y+codePadding/2, module)
		s.Block(s.sheet.CodeHead, paper.Soft, left+n*module+10*point, y+codePadding/2, (right-left)*9/20-codeSize-20*point, paper.AtLeft)
	}
}

// sums stand at the right, the last and largest what is to be paid; all of them,
// with the amount in words, on one page.
func (s *setter) sums() {
	s.Room(s.closing())
	s.Y += 8 * point
	s.code(s.Y)
	last, x := len(s.sheet.Sums)-1, left+(right-left)*9/20
	least := s.Y
	if s.sheet.Code != nil {
		least += codeSize + codePadding
	}
	for i, f := range s.sheet.Sums {
		st := paper.Body
		if i == last {
			st = paper.Name
			s.Y += 3 * point
			s.Rule(x, right, s.Y, 600, 0)
			s.Y += 4 * point
		}
		h := s.Block(f.Term, st, x, s.Y, (right-x)/2, paper.AtLeft)
		s.Y += max(h, s.Block(f.Text, st, x+(right-x)/2, s.Y, right-x-(right-x)/2, paper.AtRight))
	}
	if s.sheet.Words != "" {
		s.Y += 4 * point
		from := left
		if s.sheet.Code != nil {
			from = x
		}
		s.Y += s.Block(s.sheet.Words, paper.Body, from, s.Y, right-from, paper.AtRight)
	}
	s.Y = max(s.Y, least)
}

// note prints what was written to the supplier, over as many pages as it takes.
func (s *setter) note() {
	if s.sheet.Note == "" {
		return
	}
	s.Room(3 * paper.Body.Line())
	s.Y += 8 * point
	s.Y += s.Block(s.sheet.NoteHead, paper.Soft, left, s.Y, right-left, paper.AtLeft)
	for _, paragraph := range s.paragraphs() {
		for _, line := range paragraph {
			s.Room(paper.Body.Line())
			s.Text(line, paper.Body, left, s.Y, right-left, paper.AtLeft)
			s.Y += paper.Body.Line()
		}
	}
}

// signSpace is what a hand or a stamp needs above its line, signHeight the whole.
const (
	signSpace  = 34 * point
	signHeight = 45*point + signSpace
)

// signs are two places to sign and date, side by side.
func (s *setter) signs() {
	s.Room(signHeight)
	s.Y += 18 * point
	half := (right-left)/2 - 14*point
	for i, head := range s.sheet.Signs {
		x := left + i*(half+28*point)
		y := s.Y + s.Block(head, paper.Soft, x, s.Y, half, paper.AtLeft) + signSpace
		s.Rule(x, x+half, y, 600, 0)
		s.Block(s.sheet.SignDay, paper.Soft, x, y+3*point, half, paper.AtLeft)
	}
}
