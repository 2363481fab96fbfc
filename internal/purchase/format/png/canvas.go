package png

import (
	"image"
	"image/draw"

	"golang.org/x/image/vector"

	"buhuo/internal/face"
)

// canvas collects what is drawn, so that the picture can be as tall as it takes.
type canvas struct {
	face  *face.Face
	y     int // where the next thing goes
	texts []text
	rules []image.Rectangle
	dark  []image.Rectangle // of a QR code
}

// text is one clean line; y is its base line.
type text struct {
	line string
	style
	x, y int
}

// block writes a text of any length, downwards.
func (c *canvas) block(s string, st style, x, width int) {
	for _, line := range c.lines(s, st, width) {
		c.texts = append(c.texts, text{line, st, x, c.y + st.size*11/10})
		c.y += st.height()
	}
}

func (c *canvas) lines(s string, st style, width int) []string {
	if s == "" {
		return nil
	}
	return c.face.Wrap(c.face.Clean(s), width*1000/st.size)
}

// pair writes a text at the left and one at the right, on one line where both fit.
func (c *canvas) pair(left, right string, at, end style) {
	const gap = 24
	need := c.face.Measure(c.face.Clean(right)) * end.size / 1000
	room := inner - need - gap
	if first := c.face.Measure(c.face.Clean(left)) * at.size / 1000; first > room {
		c.block(left, at, margin, inner)
		room = 0
	}
	if need > inner {
		c.block(right, end, margin, inner)
		return
	}
	base := c.y + end.size*11/10
	if room > 0 {
		c.texts = append(c.texts, text{c.face.Clean(left), at, margin, base})
	}
	c.texts = append(c.texts, text{c.face.Clean(right), end, width - margin - need, base})
	c.y += max(at.height(), end.height())
}

func (c *canvas) rule(thick int) {
	c.y += 6
	c.rules = append(c.rules, image.Rect(margin, c.y, width-margin, c.y+thick))
	c.y += thick + 6
}

// picture is a letter at a size: how dark each pixel is, placed from its base line.
type picture struct {
	mask *image.Alpha
	at   image.Point
}

// draw puts everything on the picture.
func (c *canvas) draw(on *image.Paletted) {
	fill(on, c.rules, shades/2)
	fill(on, c.dark, shades-1)
	type key struct {
		glyph face.Glyph
		size  int
	}
	drawn := map[key]picture{}
	var r vector.Rasterizer
	for _, t := range c.texts {
		pen := t.x * 1000 // thousandths of a pixel
		for _, letter := range t.line {
			k := key{c.face.Glyph(letter), t.size}
			p, known := drawn[k]
			if !known {
				p = c.picture(&r, k.glyph, k.size)
				drawn[k] = p
			}
			stamp(on, p, image.Pt(pen/1000, t.y), t.dark)
			pen += c.face.Advance(k.glyph) * t.size
		}
	}
}

func fill(on *image.Paletted, areas []image.Rectangle, shade uint8) {
	for _, r := range areas {
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				on.Pix[y*on.Stride+x] = shade
			}
		}
	}
}

// stamp puts a letter on the picture, darker pixels winning.
func stamp(on *image.Paletted, p picture, at image.Point, dark float32) {
	if p.mask == nil {
		return
	}
	part := p.mask.Rect.Add(at).Add(p.at)
	seen := part.Intersect(on.Rect)
	for y := seen.Min.Y; y < seen.Max.Y; y++ {
		row, mask := on.Pix[y*on.Stride:], p.mask.Pix[(y-part.Min.Y)*p.mask.Stride:]
		for x := seen.Min.X; x < seen.Max.X; x++ {
			row[x] = max(row[x], uint8(float32(mask[x-part.Min.X])*dark*(shades-1)/255+.5))
		}
	}
}

// picture fills the lines of a letter.
func (c *canvas) picture(r *vector.Rasterizer, g face.Glyph, size int) picture {
	lines := c.face.Outline(g)
	if len(lines) == 0 {
		return picture{}
	}
	scale := float32(size) / float32(c.face.Em())
	left, low, right, high := float32(1e9), float32(1e9), float32(-1e9), float32(-1e9)
	for _, line := range lines {
		for _, p := range line {
			left, right = min(left, p.X*scale), max(right, p.X*scale)
			low, high = min(low, p.Y*scale), max(high, p.Y*scale)
		}
	}
	x, y := int(left)-1, int(high)+1 // of the corner, from the base line upwards
	w, h := int(right)-x+2, y-int(low)+2
	r.Reset(w, h)
	at := func(p face.Point) (float32, float32) { return p.X*scale - float32(x), float32(y) - p.Y*scale }
	for _, line := range lines {
		trace(r, line, at)
	}
	mask := image.NewAlpha(image.Rect(0, 0, w, h))
	r.DrawOp = draw.Src
	r.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	return picture{mask, image.Pt(x, -y)}
}

// trace follows a closed line: two pulls in a row have a point on the line half way
// between them.
func trace(r *vector.Rasterizer, line []face.Point, at func(face.Point) (float32, float32)) {
	middle := func(a, b face.Point) face.Point { return face.Point{X: (a.X + b.X) / 2, Y: (a.Y + b.Y) / 2, On: true} }
	start := line[0]
	if last := line[len(line)-1]; !start.On {
		start = middle(last, start)
		if last.On {
			start = last
		}
	}
	r.MoveTo(at(start))
	for i, p := range line {
		switch next := line[(i+1)%len(line)]; {
		case p.On:
			r.LineTo(at(p))
		case next.On:
			x, y := at(p)
			toX, toY := at(next)
			r.QuadTo(x, y, toX, toY)
		default:
			x, y := at(p)
			toX, toY := at(middle(p, next))
			r.QuadTo(x, y, toX, toY)
		}
	}
	r.ClosePath()
}
