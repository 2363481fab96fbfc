package photo

import (
	"image"
	"image/color"
)

// fit draws m on white, no side longer than side: each pixel is the mean of those that it
// stands for, which is what keeps fine structure calm when a picture becomes much smaller.
func fit(m image.Image, side int) *image.RGBA {
	from := m.Bounds()
	w, h := from.Dx(), from.Dy()
	if long := max(w, h); long > side {
		w, h = max(1, w*side/long), max(1, h*side/long)
	} else if same, ok := m.(*image.RGBA); ok {
		return same
	}
	at := reader(m)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := from.Min.Y+y*from.Dy()/h, from.Min.Y+(y+1)*from.Dy()/h
		for x := range w {
			x0, x1 := from.Min.X+x*from.Dx()/w, from.Min.X+(x+1)*from.Dx()/w
			var r, g, b, n uint64
			for sy := y0; sy < y1; sy++ {
				for sx := x0; sx < x1; sx++ {
					pr, pg, pb, pa := at(sx, sy)
					white := uint64(0xffff - pa)
					r, g, b, n = r+uint64(pr)+white, g+uint64(pg)+white, b+uint64(pb)+white, n+1
				}
			}
			i := out.PixOffset(x, y)
			out.Pix[i], out.Pix[i+1], out.Pix[i+2], out.Pix[i+3] = uint8(r/n>>8), uint8(g/n>>8), uint8(b/n>>8), 0xff
		}
	}
	return out
}

// reader reads pixels as At does; of the kind that cameras write without making a value
// of each.
func reader(m image.Image) func(x, y int) (r, g, b, a uint32) {
	if p, ok := m.(*image.YCbCr); ok {
		return func(x, y int) (r, g, b, a uint32) {
			c := p.COffset(x, y)
			return color.YCbCr{Y: p.Y[p.YOffset(x, y)], Cb: p.Cb[c], Cr: p.Cr[c]}.RGBA()
		}
	}
	return func(x, y int) (r, g, b, a uint32) { return m.At(x, y).RGBA() }
}
