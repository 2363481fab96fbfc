package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strconv"
	"unicode/utf16"

	"buhuo/internal/face"
	"buhuo/internal/purchase/format"
)

// paper is the file in the making: pages of text, lines and grey areas, and the part
// of the typeface that they use (ISO 32000-1). Measures are in thousandths of a point
// from the top left corner.
type paper struct {
	face   *face.Face
	pages  []*bytes.Buffer
	glyphs []face.Glyph // the part, in the order of first use; 0 leads
	runes  []rune       // what each of them stands for
	number map[rune]int
}

func newPaper(f *face.Face) *paper {
	return &paper{face: f, glyphs: []face.Glyph{0}, runes: []rune{0xFFFD}, number: map[rune]int{}}
}

func (p *paper) turn() { p.pages = append(p.pages, &bytes.Buffer{}) }

// text writes a line on page n, counted from 0.
func (p *paper) text(n int, line string, size int, grey uint8, x, baseline int) {
	out := p.pages[n]
	fmt.Fprintf(out, "BT /F %s Tf %s g %s %s Td <", pt(size), shade(grey), pt(x), pt(pageHeight-baseline))
	for _, r := range line {
		i, known := p.number[r]
		if !known {
			i = len(p.glyphs)
			p.number[r] = i
			p.glyphs, p.runes = append(p.glyphs, p.face.Glyph(r)), append(p.runes, r)
		}
		fmt.Fprintf(out, "%04X", i)
	}
	out.WriteString("> Tj ET\n")
}

// line draws a horizontal line on the last page.
func (p *paper) line(x1, x2, y, width int, grey uint8) {
	fmt.Fprintf(p.pages[len(p.pages)-1], "%s w %s G %s %s m %s %s l S\n", pt(width), shade(grey), pt(x1), pt(pageHeight-y), pt(x2), pt(pageHeight-y))
}

// area fills a rectangle on the last page.
func (p *paper) area(x, y, width, height int, grey uint8) {
	fmt.Fprintf(p.pages[len(p.pages)-1], "%s g %s %s %s %s re f\n", shade(grey), pt(x), pt(pageHeight-y-height), pt(width), pt(height))
}

// code draws a QR code on the last page, its modules of that size.
func (p *paper) code(c format.Code, x, y, module int) {
	out := p.pages[len(p.pages)-1]
	out.WriteString("0 g\n")
	c.Runs(func(cx, cy, length int) {
		fmt.Fprintf(out, "%s %s %s %s re\n", pt(x+cx*module), pt(pageHeight-y-(cy+1)*module), pt(length*module), pt(module))
	})
	out.WriteString("f\n")
}

// The numbers of the objects that every file has; pages and their contents follow.
const (
	catalogObject = iota + 1
	pagesObject
	infoObject
	fontObject
	cidObject
	descriptorObject
	programObject
	unicodeObject
	firstPage
)

// file is the whole document. title is ASCII: some viewers garble other titles.
func (p *paper) file(title, lang string) []byte {
	w := &objects{}
	w.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	w.add("<< /Type /Catalog /Pages %d 0 R /Lang (%s) /ViewerPreferences << /DisplayDocTitle true >> >>", pagesObject, lang)
	var kids bytes.Buffer
	for i := range p.pages {
		fmt.Fprintf(&kids, "%d 0 R ", firstPage+2*i)
	}
	w.add("<< /Type /Pages /Count %d /Kids [ %s] /MediaBox [0 0 %s %s] /Resources << /Font << /F %d 0 R >> >> >>",
		len(p.pages), kids.String(), pt(pageWidth), pt(pageHeight), fontObject)
	w.add("<< /Title (%s) /Creator (Buhuo) /Producer (Buhuo) >>", title)
	p.font(w)
	for i, page := range p.pages {
		w.add("<< /Type /Page\n/Parent %d 0 R /Contents %d 0 R >>", pagesObject, firstPage+2*i+1)
		w.stream("", page.Bytes())
	}
	return w.end()
}

// font writes the used part of the typeface, its widths, and which characters the
// pictures stand for, so that a reader can search and copy.
func (p *paper) font(w *objects) {
	const name = "AAAAAA+" + face.Name
	left, low, right, high, rise, fall := p.face.Box()
	w.add("<< /Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>", name, cidObject, unicodeObject)
	var widths bytes.Buffer
	for _, g := range p.glyphs {
		widths.WriteString(strconv.Itoa(p.face.Advance(g)) + " ")
	}
	w.add("<< /Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "+
		"/FontDescriptor %d 0 R /CIDToGIDMap /Identity /DW 1000 /W [0 [%s]] >>", name, descriptorObject, widths.String())
	w.add("<< /Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [%d %d %d %d] /ItalicAngle 0 /Ascent %d /Descent %d /CapHeight 733 /StemV 80 /FontFile2 %d 0 R >>",
		name, left, low, right, high, rise, fall, programObject)
	program := p.face.Subset(p.glyphs)
	w.stream(fmt.Sprintf("/Length1 %d ", len(program)), program)
	w.stream("", p.unicode())
}

// unicode maps pictures to characters; those beyond 16 bits are pairs of surrogates.
func (p *paper) unicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n" +
		"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def /CMapName /Adobe-Identity-UCS def /CMapType 2 def\n" +
		"1 begincodespacerange <0000> <FFFF> endcodespacerange\n")
	const most = 100 // in one block
	for from := 1; from < len(p.runes); from += most {
		block := p.runes[from:min(from+most, len(p.runes))]
		fmt.Fprintf(&b, "%d beginbfchar\n", len(block))
		for i, r := range block {
			fmt.Fprintf(&b, "<%04X> <", from+i)
			for _, u := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap CMapName currentdict /CMap defineresource pop end end\n")
	return b.Bytes()
}

// objects writes the objects of a file, numbered from 1, and where each begins.
type objects struct {
	out    bytes.Buffer
	starts []int
}

func (w *objects) add(format string, args ...any) {
	w.begin()
	fmt.Fprintf(&w.out, format, args...)
	w.out.WriteString("\nendobj\n")
}

func (w *objects) begin() {
	w.starts = append(w.starts, w.out.Len())
	fmt.Fprintf(&w.out, "%d 0 obj\n", len(w.starts))
}

func (w *objects) stream(keys string, data []byte) {
	var z bytes.Buffer
	packer := zlib.NewWriter(&z)
	packer.Write(data) //nolint:errcheck // into memory
	packer.Close()     //nolint:errcheck // into memory
	w.begin()
	fmt.Fprintf(&w.out, "<< %s/Filter /FlateDecode /Length %d >>\nstream\n", keys, z.Len())
	w.out.Write(z.Bytes())
	w.out.WriteString("\nendstream\nendobj\n")
}

func (w *objects) end() []byte {
	at, size := w.out.Len(), len(w.starts)+1
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", size)
	for _, start := range w.starts {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", start)
	}
	fmt.Fprintf(&w.out, "trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n", size, catalogObject, infoObject, at)
	return w.out.Bytes()
}

// pt writes thousandths of a point as points.
func pt(n int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	if n%point == 0 {
		return sign + strconv.Itoa(n/point)
	}
	return fmt.Sprintf("%s%d.%03d", sign, n/point, n%point)
}

// shade writes a grey, 0 black, as a share of white.
func shade(grey uint8) string { return pt(int(grey) * point / 255) }
