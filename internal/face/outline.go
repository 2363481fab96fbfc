package face

// Point is a point of a shape in units of the em (see Em), upwards; on the line, or
// the pull of a quadratic curve.
type Point struct {
	X, Y float32
	On   bool
}

// Em is how many units make the type size.
func (f *Face) Em() int { return f.em }

// Outline gives the closed lines of a picture.
func (f *Face) Outline(g Glyph) [][]Point {
	var out [][]Point
	f.outline(g, part{xx: 1, yy: 1}, 0, func(line []Point) { out = append(out, line) })
	return out
}

// part says how a picture stands in another that is composed of several.
type part struct{ xx, xy, yx, yy, dx, dy float32 }

func (p part) move(x, y float32) (float32, float32) {
	return p.xx*x + p.yx*y + p.dx, p.xy*x + p.yy*y + p.dy
}

// deepest is how far composed pictures nest at most; fonts go one deep.
const deepest = 4

func (f *Face) outline(g Glyph, at part, depth int, emit func([]Point)) {
	shape := f.shape(g)
	if len(shape) < 10 || depth > deepest {
		return
	}
	lines := int(int16(be.Uint16(shape)))
	if lines >= 0 {
		simple(shape[10:], lines, at, emit)
		return
	}
	components(shape, func(c component) {
		in := c.part
		in.xx, in.xy, in.yx, in.yy = at.xx*in.xx+at.yx*in.xy, at.xy*in.xx+at.yy*in.xy, at.xx*in.yx+at.yx*in.yy, at.xy*in.yx+at.yy*in.yy
		in.dx, in.dy = at.move(c.dx, c.dy)
		f.outline(c.glyph, in, depth+1, emit)
	})
}

// simple reads the points of a picture that is not composed: the ends of its lines,
// instructions, and then flags, x and y of all points, packed.
func simple(b []byte, lines int, at part, emit func([]Point)) {
	ends := make([]int, lines)
	for i := range ends {
		ends[i] = int(be.Uint16(b[2*i:]))
	}
	if lines == 0 {
		return
	}
	b = b[2*lines:]
	b = b[2+int(be.Uint16(b)):]
	flags := make([]byte, ends[lines-1]+1)
	for i := 0; i < len(flags); i++ {
		flags[i] = b[0]
		b = b[1:]
		if flags[i]&8 != 0 {
			for n := b[0]; n > 0; n-- {
				flags[i+1] = flags[i]
				i++
			}
			b = b[1:]
		}
	}
	xs, b := coordinates(b, flags, 2, 16)
	ys, _ := coordinates(b, flags, 4, 32)
	from := 0
	for _, end := range ends {
		line := make([]Point, 0, end+1-from)
		for i := from; i <= end; i++ {
			x, y := at.move(xs[i], ys[i])
			line = append(line, Point{x, y, flags[i]&1 != 0})
		}
		emit(line)
		from = end + 1
	}
}

// coordinates reads one axis: each a difference of one byte (short; same is its
// sign), of two, or none (same).
func coordinates(b, flags []byte, short, same byte) ([]float32, []byte) {
	out, now := make([]float32, len(flags)), 0
	for i, flag := range flags {
		switch {
		case flag&short != 0 && flag&same != 0:
			now += int(b[0])
			b = b[1:]
		case flag&short != 0:
			now -= int(b[0])
			b = b[1:]
		case flag&same == 0:
			now += int(int16(be.Uint16(b)))
			b = b[2:]
		}
		out[i] = float32(now)
	}
	return out, b
}

// component is a picture inside another.
type component struct {
	part
	glyph Glyph
}

// components reads what a composed picture is made of.
func components(shape []byte, found func(component)) {
	const (
		words, offsets, one, more, two, four = 1, 2, 8, 32, 64, 128
	)
	fixed := func(b []byte) float32 { return float32(int16(be.Uint16(b))) / 16384 }
	for i, flags := 10, more; flags&more != 0; {
		flags = int(be.Uint16(shape[i:]))
		c := component{part: part{xx: 1, yy: 1}, glyph: Glyph(be.Uint16(shape[i+2:]))}
		i += 4
		if flags&words != 0 {
			c.dx, c.dy = float32(int16(be.Uint16(shape[i:]))), float32(int16(be.Uint16(shape[i+2:])))
			i += 4
		} else {
			c.dx, c.dy = float32(int8(shape[i])), float32(int8(shape[i+1]))
			i += 2
		}
		if flags&offsets == 0 { // points to lay on each other: no font of ours does it
			c.dx, c.dy = 0, 0
		}
		switch {
		case flags&one != 0:
			c.xx = fixed(shape[i:])
			c.yy = c.xx
			i += 2
		case flags&two != 0:
			c.xx, c.yy = fixed(shape[i:]), fixed(shape[i+2:])
			i += 4
		case flags&four != 0:
			c.xx, c.xy, c.yx, c.yy = fixed(shape[i:]), fixed(shape[i+2:]), fixed(shape[i+4:]), fixed(shape[i+6:])
			i += 8
		}
		found(c)
	}
}
