package pdf

import (
	"strings"

	"buhuo/internal/purchase/format"
)

// document sets the whole document, then numbers its pages.
func (s *setter) document() {
	s.out.turn()
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
	s.out.turn()
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

const gutter = 10 * point

// widest is what a column of figures takes at most; longer ones wrap.
const widest = 120 * point

// columns share the width: those of figures take what they need, the product the rest.
func (s *setter) columns(rows [][][2]string) []column {
	h := s.sheet.Head
	heads := []string{h.Line, h.Product, h.Quantity, h.Price, h.Tax, h.Total}
	if !s.sheet.Taxed {
		heads = append(heads[:4], heads[5])
	}
	out := make([]column, len(heads))
	rest := right - left - gutter*(len(heads)-1)
	for i, head := range heads {
		out[i] = column{align: atRight, head: head}
		if i == 1 {
			continue
		}
		need := s.width(head, softStyle)
		for _, cells := range rows {
			need = max(need, s.width(cells[i][0], bodyStyle), s.width(cells[i][1], softStyle))
		}
		out[i].width = min(need+point/10, widest) // a hair, or rounding breaks the line
		rest -= out[i].width
	}
	out[1].width = rest
	out[0].align, out[1].align = atLeft, atLeft
	for i, x := 0, left; i < len(out); i++ {
		out[i].x = x
		x += out[i].width + gutter
	}
	return out
}

// width is that of a text on one line.
func (s *setter) width(text string, st style) int {
	return s.face.Measure(s.face.Clean(text)) * st.size / 1000
}

// cells are the table's rows, each cell with what stands small below it.
func (s *setter) cells() [][][2]string {
	out := make([][][2]string, len(s.sheet.Rows))
	for i, r := range s.sheet.Rows {
		out[i] = [][2]string{{r.Line}, {r.Name, r.Note}, {r.Quantity, r.Packs}, {r.Price, r.PackPrice}, {r.Tax}, {r.Total}}
		if !s.sheet.Taxed {
			out[i] = append(out[i][:4], out[i][5])
		}
	}
	return out
}

// table sets the lines. The last one stays with the sums: nobody signs a page without
// goods.
func (s *setter) table() {
	rows := s.cells()
	columns := s.columns(rows)
	s.tableHead(columns)
	for i, cells := range rows {
		height := s.rowHeight(columns, cells)
		need := height
		if i == len(rows)-1 {
			need += s.closing()
		}
		if s.room(need) {
			s.tableHead(columns)
		}
		s.row(columns, cells, height)
	}
	s.rule(left, right, s.y, 900, 0)
}

func (s *setter) tableHead(columns []column) {
	height := 0
	for _, c := range columns {
		height = max(height, len(s.lines(c.head, softStyle, c.width))*softStyle.height())
	}
	s.out.area(left-4*point, s.y, right-left+8*point, height+6*point, 238)
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

func (s *setter) row(columns []column, cells [][2]string, height int) {
	for i, c := range columns {
		y := s.y + rowPadding
		y += s.block(cells[i][0], bodyStyle, c.x, y, c.width, c.align)
		s.block(cells[i][1], softStyle, c.x, y, c.width, c.align)
	}
	s.y += height
	s.rule(left, right, s.y, 300, 190)
}

// closing is the height of the sums with what follows them: the signatures and a note
// that is short; a long one runs over pages of its own.
func (s *setter) closing() int {
	height := 17*point + len(s.sheet.Sums)*bodyStyle.height() + 2*sumStyle.height()
	from := left
	if s.sheet.Code != nil {
		from += (right - left) * 9 / 20
	}
	height += len(s.lines(s.sheet.Words, bodyStyle, right-from)) * bodyStyle.height()
	if s.sheet.Code != nil {
		height = max(height, 8*point+codeSize+codePadding)
	}
	note := 8*point + softStyle.height()
	for _, paragraph := range s.paragraphs() {
		note += len(paragraph) * bodyStyle.height()
	}
	const short = 12
	switch {
	case s.sheet.Note == "":
		return height + signHeight
	case note <= short*bodyStyle.height():
		return height + note + signHeight
	}
	return height
}

// paragraphs are the lines of the note.
func (s *setter) paragraphs() [][]string {
	var out [][]string
	for paragraph := range strings.Lines(s.sheet.Note) {
		out = append(out, s.lines(strings.TrimRight(paragraph, "\r\n"), bodyStyle, right-left))
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
		s.out.code(s.sheet.Code, left, y+codePadding/2, module)
		s.block(s.sheet.CodeHead, softStyle, left+n*module+10*point, y+codePadding/2, (right-left)*9/20-codeSize-20*point, atLeft)
	}
}

// sums stand at the right, the last and largest what is to be paid; all of them,
// with the amount in words, on one page.
func (s *setter) sums() {
	s.room(s.closing())
	s.y += 8 * point
	s.code(s.y)
	last, x := len(s.sheet.Sums)-1, left+(right-left)*9/20
	least := s.y
	if s.sheet.Code != nil {
		least += codeSize + codePadding
	}
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
		from := left
		if s.sheet.Code != nil {
			from = x
		}
		s.y += s.block(s.sheet.Words, bodyStyle, from, s.y, right-from, atRight)
	}
	s.y = max(s.y, least)
}

// note prints what was written to the supplier, over as many pages as it takes.
func (s *setter) note() {
	if s.sheet.Note == "" {
		return
	}
	s.room(3 * bodyStyle.height())
	s.y += 8 * point
	s.y += s.block(s.sheet.NoteHead, softStyle, left, s.y, right-left, atLeft)
	for _, paragraph := range s.paragraphs() {
		for _, line := range paragraph {
			s.room(bodyStyle.height())
			s.text(line, bodyStyle, left, s.y, right-left, atLeft)
			s.y += bodyStyle.height()
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
	s.room(signHeight)
	s.y += 18 * point
	half := (right-left)/2 - 14*point
	for i, head := range s.sheet.Signs {
		x := left + i*(half+28*point)
		y := s.y + s.block(head, softStyle, x, s.y, half, atLeft) + signSpace
		s.rule(x, x+half, y, 600, 0)
		s.block(s.sheet.SignDay, softStyle, x, y+3*point, half, atLeft)
	}
}

// pages writes the number of each page, and of how many, at its foot.
func (s *setter) pages() {
	of := len(s.out.pages)
	for n := range of {
		s.textOn(n, s.face.Clean(s.sheet.Number), softStyle, left, pageHeight-foot, (right-left)/2, atLeft)
		s.textOn(n, s.face.Clean(s.sheet.Page(n+1, of)), softStyle, left, pageHeight-foot, right-left, atRight)
	}
}
