package pdf

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"sync"

	"github.com/signintech/gopdf"
	"github.com/signintech/gopdf/fontmaker/core"
)

// Noto Sans SC, subset to the characters of Chinese names and goods and of the
// Latin languages; its licence is in OFL.txt.
//
//go:embed NotoSansSC-Regular-subset.ttf.gz
var packed []byte

const family = "Noto Sans SC"

// missing stands for a character that the font lacks.
const missing = '□'

// font is the shop's typeface, read once and shared by all documents.
type font struct {
	container gopdf.FontContainer
	core      core.TTFParser
}

var shared = sync.OnceValues(func() (*font, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the font: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("unpack the font: %w", err)
	}
	f := &font{}
	if err := f.container.AddTTFFontData(family, data); err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	if err := f.core.ParseFontData(data); err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	return f, nil
})

// glyph is the number of a character's picture; 0 when the font has none.
func (f *font) glyph(r rune) uint {
	if r <= 0xFFFF {
		return f.core.Chars()[int(r)]
	}
	for _, g := range f.core.GroupingTables() {
		if c := uint(r); c >= g.StartCharCode && c <= g.EndCharCode {
			return g.GlyphID + c - g.StartCharCode
		}
	}
	return 0
}

// width is a character's advance in thousandths of the type size.
func (f *font) width(r rune) int {
	glyph := min(f.glyph(r), f.core.NumberOfHMetrics()-1)
	return int(f.core.Widths()[glyph] * 1000 / f.core.UnitsPerEm())
}

// measure is the width of a text in thousandths of the type size.
func (f *font) measure(s string) int {
	sum := 0
	for _, r := range s {
		sum += f.width(r)
	}
	return sum
}
