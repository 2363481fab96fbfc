// Package face is the shop's typeface for documents that carry their own letters:
// what it can draw, how wide that is, where lines break, and the shapes. It must not know what is written, nor in which file.
package face

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Noto Sans SC, subset to the characters of Chinese names and goods and of the
// Latin languages; its licence is in OFL.txt.
//
//go:embed NotoSansSC-Regular-subset.ttf.zst
var packed []byte

// Name is what the typeface calls itself.
const Name = "NotoSansSC-Regular"

// missing stands for a character that the font lacks.
const missing = '□'

// Glyph is the number of a picture in the font; 0 is the picture of nothing known.
type Glyph uint16

// Face is the typeface, read once and shared by all documents.
type Face struct {
	data    []byte
	tables  map[string][]byte
	groups  []byte // of the character map: first, last, glyph, 12 bytes each, in order
	glyphs  int
	metrics int // how many glyphs have an advance of their own
	em      int
	long    bool // places in glyf are whole, not halved
}

// Shared is the typeface. It is unpacked when first asked for.
var Shared = sync.OnceValues(func() (*Face, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("unpack the font: %w", err)
	}
	defer z.Close()
	data, err := z.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("unpack the font: %w", err)
	}
	return parse(data)
})

var errFont = errors.New("this is no TrueType font with a full character map")

var be = binary.BigEndian

// parse reads the tables of a TrueType font (OpenType 1.9, "otff").
func parse(data []byte) (*Face, error) {
	f := &Face{data: data, tables: map[string][]byte{}}
	if len(data) < 12 {
		return nil, errFont
	}
	for i := range int(be.Uint16(data[4:])) {
		entry := data[12+16*i:]
		from, size := int(be.Uint32(entry[8:])), int(be.Uint32(entry[12:]))
		if from+size > len(data) {
			return nil, errFont
		}
		f.tables[string(entry[:4])] = data[from : from+size : from+size]
	}
	head, hhea, maxp := f.tables["head"], f.tables["hhea"], f.tables["maxp"]
	if len(head) < 54 || len(hhea) < 36 || len(maxp) < 6 || f.tables["glyf"] == nil || f.tables["loca"] == nil || f.tables["hmtx"] == nil {
		return nil, errFont
	}
	f.em, f.long = int(be.Uint16(head[18:])), be.Uint16(head[50:]) == 1
	f.metrics, f.glyphs = int(be.Uint16(hhea[34:])), int(be.Uint16(maxp[4:]))
	return f, f.charMap()
}

// charMap finds the character map that knows all of Unicode (format 12).
func (f *Face) charMap() error {
	cmap := f.tables["cmap"]
	if len(cmap) < 4 {
		return errFont
	}
	for i := range int(be.Uint16(cmap[2:])) {
		sub := cmap[be.Uint32(cmap[4+8*i+4:]):]
		if be.Uint16(sub) == 12 {
			f.groups = sub[16 : 16+12*be.Uint32(sub[12:])]
			return nil
		}
	}
	return errFont
}

// Data is the font file, for those who embed a part of it. It must not be written to.
func (f *Face) Data() []byte { return f.data }

// Glyph is a character's picture; 0 when the font has none.
func (f *Face) Glyph(r rune) Glyph {
	low, high, c := 0, len(f.groups)/12, uint32(r)
	for low < high {
		mid := (low + high) / 2
		group := f.groups[12*mid:]
		switch {
		case c < be.Uint32(group):
			high = mid
		case c > be.Uint32(group[4:]):
			low = mid + 1
		default:
			return Glyph(be.Uint32(group[8:]) + c - be.Uint32(group))
		}
	}
	return 0
}

// Advance is a picture's width in thousandths of the type size.
func (f *Face) Advance(g Glyph) int {
	return int(be.Uint16(f.tables["hmtx"][4*min(int(g), f.metrics-1):])) * 1000 / f.em
}

func (f *Face) width(r rune) int { return f.Advance(f.Glyph(r)) }

// Measure is the width of a text in thousandths of the type size.
func (f *Face) Measure(s string) int {
	sum := 0
	for _, r := range s {
		sum += f.width(r)
	}
	return sum
}

// shape is the description of a picture in the table glyf; empty for a space.
func (f *Face) shape(g Glyph) []byte {
	loca, i := f.tables["loca"], int(g)
	if i >= f.glyphs {
		return nil
	}
	if f.long {
		return f.tables["glyf"][be.Uint32(loca[4*i:]):be.Uint32(loca[4*i+4:])]
	}
	return f.tables["glyf"][2*int(be.Uint16(loca[2*i:])) : 2*int(be.Uint16(loca[2*i+2:]))]
}
