// Package pdf sets an order as a document of A4 pages that both sides can sign. It
// must not know how orders are kept, nor the words and figures, which come with the
// sheet.
package pdf

import (
	"io"

	"github.com/signintech/gopdf"

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
	f, err := shared()
	if err != nil {
		return err
	}
	s := &setter{font: f, sheet: format.NewSheet(d)}
	s.out.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	s.out.SetInfo(gopdf.PdfInfo{Title: s.sheet.Number, Creator: "Buhuo"}) // ASCII: some viewers garble other titles
	if err := s.out.AddTTFFontFromFontContainer(family, &f.container); err != nil {
		return err
	}
	s.document()
	if s.err != nil {
		return s.err
	}
	whole, err := s.out.GetBytesPdfReturnErr() // its own WriteTo loses the errors of w
	if err != nil {
		return err
	}
	_, err = w.Write(whole)
	return err
}

// setter draws the document from top to bottom. The first error stays and ends all
// drawing.
type setter struct {
	font  *font
	sheet format.Sheet
	out   gopdf.GoPdf
	y     int // where the next thing goes, in thousandths of a point from the top
	err   error
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

// text draws one clean line in the box from x to x+width, whose top is at y.
func (s *setter) text(line string, st style, x, y, width int, a align) {
	if s.err != nil || line == "" {
		return
	}
	if s.err = s.out.SetFont(family, "", pt(st.size)); s.err != nil {
		return
	}
	if a == atRight {
		x += width - s.font.measure(line)*st.size/1000
	}
	s.out.SetTextColor(st.grey, st.grey, st.grey)
	s.out.SetXY(pt(x), pt(y+st.size)) // the base line
	s.err = s.out.Text(line)
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
	return s.font.wrap(s.font.clean(text), width*1000/st.size)
}

// rule draws a horizontal line.
func (s *setter) rule(x1, x2, y, width int, grey uint8) {
	s.out.SetLineWidth(pt(width))
	s.out.SetStrokeColor(grey, grey, grey)
	s.out.Line(pt(x1), pt(y), pt(x2), pt(y))
}

// pt turns thousandths of a point into what the library counts in.
func pt(n int) float64 { return float64(n) / point }
