// Package paper sets documents of A4 pages: text that wraps, rules, tables whose head
// stands on every page, QR codes, numbered pages. gopdf writes the file. It must not
// know what is written.
package paper

import (
	"bytes"
	"io"
	"sync"

	"github.com/signintech/gopdf"

	"buhuo/internal/face"
)

// Measures are in thousandths of a point, from the top left corner of the page.
const (
	Point  = 1000
	Width  = 595_280
	Height = 841_890
	Left   = 51 * Point
	Right  = Width - 51*Point
	Top    = 48 * Point
	Bottom = Height - 54*Point
	foot   = Height - 40*Point
)

// Style is a type size in thousandths of a point and a grey, 0 black.
type Style struct {
	Size int
	Grey uint8
}

// The styles that all documents share, from the largest.
var (
	Title = Style{21 * Point, 0}
	Large = Style{13 * Point, 0}
	Name  = Style{12 * Point, 0}
	Body  = Style{9_500, 0}
	Soft  = Style{8 * Point, 95}
)

// Line is the distance between the lines of a style.
func (s Style) Line() int { return s.Size * 3 / 2 }

// Align says at which side of its box a text stands.
type Align uint8

// The two sides.
const (
	AtLeft Align = iota
	AtRight
)

// Paper is a document in the making. What goes wrong on the way is said by WriteTo.
type Paper struct {
	// Y is where the next thing goes on the last page.
	Y int
	// Head is set on every page after the first, from the top on; nil: nothing.
	Head func()

	face  *face.Face
	pdf   *gopdf.GoPdf
	pages int
	lang  string
	texts int // the object that says which picture is which character
	drawn map[rune]bool
	err   error
}

// family is what the font is called in a file, which holds a part of it: six letters say so.
const family = "AAAAAA+" + face.Name

// fonts is the typeface as gopdf reads it, read once for all documents.
var fonts = sync.OnceValues(func() (*gopdf.FontContainer, error) {
	f, err := face.Shared()
	if err != nil {
		return nil, err
	}
	c := &gopdf.FontContainer{}
	return c, c.AddTTFFontData(family, f.Data())
})

// New begins a document in a language (a tag such as zh-Hans) with an empty page. title
// is ASCII: some viewers garble other titles. It fails when the font cannot be read.
func New(title, lang string) (*Paper, error) {
	f, err := face.Shared()
	if err != nil {
		return nil, err
	}
	font, err := fonts()
	if err != nil {
		return nil, err
	}
	p := &Paper{face: f, pdf: &gopdf.GoPdf{}, lang: lang, drawn: map[rune]bool{}}
	p.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: points(Width), H: points(Height)}})
	p.pdf.SetInfo(gopdf.PdfInfo{Title: title, Creator: "Buhuo", Producer: "gopdf"})
	p.texts = p.pdf.GetNextObjectID() // a font begins with it
	if err := p.pdf.AddTTFFontFromFontContainer(family, font); err != nil {
		return nil, err
	}
	if err := p.pdf.SetFont(family, "", points(Body.Size)); err != nil {
		return nil, err
	}
	p.Turn()
	return p, nil
}

func points(n int) float64 { return float64(n) / Point }

// Turn begins a page.
func (p *Paper) Turn() {
	p.pdf.AddPage()
	p.pages++
	p.Y = Top
	if p.Head != nil && p.pages > 1 {
		p.Head()
	}
}

// Room makes sure that so much fits on the page, else turns it; true when it did.
func (p *Paper) Room(height int) bool {
	if p.Y+height <= Bottom {
		return false
	}
	p.Turn()
	return true
}

// Lines breaks a text for a box of that width; an empty text has none.
func (p *Paper) Lines(text string, st Style, width int) []string {
	if text == "" {
		return nil
	}
	return p.face.Wrap(p.face.Clean(text), width*1000/st.Size)
}

// Width is that of a text on one line.
func (p *Paper) Width(text string, st Style) int {
	return p.face.Measure(p.face.Clean(text)) * st.Size / 1000
}

// Text draws one line of Lines in the box from x to x+width, whose top is at y.
func (p *Paper) Text(line string, st Style, x, y, width int, a Align) {
	if line == "" || p.err != nil {
		return
	}
	if a == AtRight {
		x += width - p.face.Measure(line)*st.Size/1000
	}
	for _, r := range line {
		p.drawn[r] = true
	}
	p.err = p.pdf.SetFontSize(points(st.Size))
	p.pdf.SetTextColor(st.Grey, st.Grey, st.Grey)
	p.pdf.SetXY(points(x), points(y+st.Size))
	if p.err == nil {
		p.err = p.pdf.Text(line)
	}
}

// Block draws a text of any length from y down and gives its height.
func (p *Paper) Block(text string, st Style, x, y, width int, a Align) int {
	lines := p.Lines(text, st, width)
	for i, line := range lines {
		p.Text(line, st, x, y+i*st.Line(), width, a)
	}
	return len(lines) * st.Line()
}

// Rule draws a horizontal line.
func (p *Paper) Rule(x1, x2, y, thick int, grey uint8) {
	p.pdf.SetLineWidth(points(thick))
	p.pdf.SetGrayStroke(float64(grey) / 255)
	p.pdf.Line(points(x1), points(y), points(x2), points(y))
}

// Area fills a rectangle.
func (p *Paper) Area(x, y, width, height int, grey uint8) {
	p.pdf.SetGrayFill(float64(grey) / 255)
	p.pdf.RectFromUpperLeftWithStyle(points(x), points(y), points(width), points(height), "F")
}

// Modules draws a QR code, whose dark stretches runs gives row by row. A stretch is a
// hair taller than its row, or a white line would show between two.
func (p *Paper) Modules(runs func(draw func(x, y, length int)), x, y, module int) {
	p.pdf.SetGrayFill(0)
	runs(func(cx, cy, length int) {
		p.pdf.RectFromUpperLeftWithStyle(points(x+cx*module), points(y+cy*module), points(length*module), points(module+module/40), "F")
	})
}

// Foot writes a text at the left foot of every page and which page it is at the right.
// It comes last.
func (p *Paper) Foot(text string, page func(n, of int) string) {
	for n := 1; n <= p.pages && p.err == nil; n++ {
		if p.err = p.pdf.SetPage(n); p.err == nil {
			p.Text(p.face.Clean(text), Soft, Left, foot, (Right-Left)/2, AtLeft)
			p.Text(p.face.Clean(page(n, p.pages)), Soft, Left, foot, Right-Left, AtRight)
		}
	}
}

// WriteTo writes the file; the same document gives the same bytes.
func (p *Paper) WriteTo(w io.Writer) (int64, error) {
	if p.err != nil {
		return 0, p.err
	}
	var b bytes.Buffer
	if _, err := p.pdf.WriteTo(&b); err != nil {
		return 0, err
	}
	file, err := p.mend(b.Bytes())
	if err != nil {
		return 0, err
	}
	n, err := w.Write(file)
	return int64(n), err
}
