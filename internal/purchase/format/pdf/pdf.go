// Package pdf sets an order as a document of A4 pages that both sides can sign. It
// must not know how orders are kept, nor the words and figures, which come with the
// sheet.
package pdf

import (
	"io"

	"buhuo/internal/face"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
)

// Format is purchase.Format for PDF.
type Format struct{}

// New makes the format. The font is read when the first document is written.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "pdf".
func (Format) Name() string { return "pdf" }

// ContentType is that of PDF.
func (Format) ContentType() string { return "application/pdf" }

// Extension is ".pdf".
func (Format) Extension() string { return ".pdf" }

// Write sets the document and writes it.
func (Format) Write(w io.Writer, d purchase.Document) error {
	f, err := face.Shared()
	if err != nil {
		return err
	}
	s := &setter{face: f, sheet: format.NewSheet(d), out: newPaper(f)}
	s.document()
	_, err = w.Write(s.out.file(s.sheet.Number, string(s.sheet.Lang)))
	return err
}

// setter draws the document from top to bottom.
type setter struct {
	face  *face.Face
	sheet format.Sheet
	out   *paper
	y     int // where the next thing goes, in thousandths of a point from the top
}

// Measures are in thousandths of a point.
const (
	point      = 1000
	pageWidth  = 595_280
	pageHeight = 841_890
	left       = 51 * point
	right      = pageWidth - 51*point
	top        = 48 * point
	foot       = 40 * point // from the bottom
	bottom     = pageHeight - 54*point
)

// A style is a type size and a grey, 0 black.
type style struct {
	size int // in thousandths of a point
	grey uint8
}

var (
	titleStyle  = style{21 * point, 0}
	numberStyle = style{13 * point, 0}
	nameStyle   = style{12 * point, 0}
	bodyStyle   = style{9_500, 0}
	sumStyle    = style{12 * point, 0}
	softStyle   = style{8 * point, 95}
)

// height is the distance between the lines of a style.
func (s style) height() int { return s.size * 3 / 2 }

type align uint8

const (
	atLeft align = iota
	atRight
)

// text draws one clean line in the box from x to x+width, whose top is at y, on the
// last page.
func (s *setter) text(line string, st style, x, y, width int, a align) {
	s.textOn(len(s.out.pages)-1, line, st, x, y, width, a)
}

func (s *setter) textOn(page int, line string, st style, x, y, width int, a align) {
	if line == "" {
		return
	}
	if a == atRight {
		x += width - s.face.Measure(line)*st.size/1000
	}
	s.out.text(page, line, st.size, st.grey, x, y+st.size)
}

// block draws a text of any length and gives its height.
func (s *setter) block(text string, st style, x, y, width int, a align) int {
	lines := s.lines(text, st, width)
	for i, line := range lines {
		s.text(line, st, x, y+i*st.height(), width, a)
	}
	return len(lines) * st.height()
}

// lines breaks a text for a box of that width.
func (s *setter) lines(text string, st style, width int) []string {
	if text == "" {
		return nil
	}
	return s.face.Wrap(s.face.Clean(text), width*1000/st.size)
}

// rule draws a horizontal line.
func (s *setter) rule(x1, x2, y, width int, grey uint8) { s.out.line(x1, x2, y, width, grey) }
