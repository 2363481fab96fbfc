package png

import (
	"image"
	"strings"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase/format"
)

// A style is a type size in pixels and a darkness, up to 1.
type style struct {
	size int
	dark float32
}

var (
	titleStyle = style{38, 1}
	nameStyle  = style{27, 1}
	bodyStyle  = style{24, 1}
	sumStyle   = style{32, 1}
	softStyle  = style{20, .62}
)

func (s style) height() int { return s.size * 3 / 2 }

// module is how many pixels wide one of the QR code is.
const module = 6

// order lays the whole order out from top to bottom.
func (c *canvas) order(s format.Sheet) {
	c.y = margin
	number := s.Number
	if s.Mark != "" {
		number += " · " + s.Mark
	}
	c.block(s.Title, titleStyle, margin, inner)
	c.block(number, bodyStyle, margin, inner)
	c.rule(3)
	c.y += 12
	for _, p := range []format.Party{s.From, s.To} {
		c.pair(p.Head, p.Name, softStyle, nameStyle)
	}
	for _, f := range s.Facts {
		c.pair(f.Term, f.Text, softStyle, bodyStyle)
	}
	c.y += 8
	c.rule(2)
	c.rows(s)
	last := len(s.Sums) - 1
	for i, f := range s.Sums {
		st := bodyStyle
		if i == last {
			c.rule(2)
			st = sumStyle
		}
		c.pair(f.Term, f.Text, st, st)
	}
	c.block(s.Words, bodyStyle, margin, inner)
	if n := len(s.Code); n > 0 {
		c.rule(2)
		c.block(s.CodeHead, softStyle, margin, inner)
		c.y += 4 * module
		left := (width - n*module) / 2
		s.Code.Runs(func(x, y, length int) {
			c.dark = append(c.dark, image.Rect(left+x*module, c.y+y*module, left+(x+length)*module, c.y+(y+1)*module))
		})
		c.y += (n + 4) * module
	}
	if s.Note != "" {
		c.y += 8
		c.block(s.NoteHead, softStyle, margin, inner)
		for paragraph := range strings.Lines(s.Note) {
			if c.y > tallest {
				c.block("…", bodyStyle, margin, inner)
				break
			}
			c.block(strings.TrimSpace(paragraph), bodyStyle, margin, inner)
		}
	}
}

// mostRows is how many products a picture shows; nobody reads more in a chat.
const mostRows = 100

// rows are the products: the name over the whole width, and below it how much, at
// what price, and the amount at the right.
func (c *canvas) rows(s format.Sheet) {
	for i, r := range s.Rows {
		if left := len(s.Rows) - i; i == mostRows || c.y > tallest {
			c.block(i18n.For(s.Lang).T("purchase.doc.more", i18n.A("n", left)), bodyStyle, margin, inner)
			c.rule(1)
			return
		}
		c.y += 6
		c.block(r.Line+". "+r.Name, nameStyle, margin, inner)
		quantity := r.Quantity
		if r.Packs != "" {
			quantity = r.Packs + " (" + r.Quantity + ")"
		}
		c.pair(quantity+" × "+r.Price, r.Total, bodyStyle, bodyStyle)
		if r.Note != "" {
			c.block(r.Note, softStyle, margin, inner)
		}
		c.y += 6
		c.rule(1)
	}
}
