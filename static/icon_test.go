package static_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "draw icon.png anew")

// TestIconIsTheFavicon draws favicon.svg once more for phones that read no SVG, and
// compares it with icon.png.
func TestIconIsTheFavicon(t *testing.T) {
	var want bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&want, icon(180)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("icon.png", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("icon.png")
	if err != nil {
		t.Fatal(err)
	}
	a, err := png.Decode(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	b, err := png.Decode(&want)
	if err != nil {
		t.Fatal(err)
	}
	if a.Bounds() != b.Bounds() {
		t.Fatalf("icon.png measures %v, want %v", a.Bounds(), b.Bounds())
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			if r != r2 || g != g2 || bl != b2 {
				t.Fatalf("icon.png is not favicon.svg at %d, %d (go test -update draws it anew)", x, y)
			}
		}
	}
}

// The shapes of favicon.svg, on its grid of 32.
var (
	ground   = color.RGBA{0xa6, 0x3c, 0x10, 0xff}
	rise     = color.RGBA{0xff, 0xfd, 0xf9, 0xff}
	shelf    = color.RGBA{0xf3, 0xc9, 0xb2, 0xff}
	risePath = [][4]float64{{7, 20.5, 12.5, 14}, {12.5, 14, 17, 18}, {17, 18, 25, 9}, {19, 9, 25, 9}, {25, 9, 25, 15}}
	shelves  = [][4]float64{{7, 26, 25, 26}}
)

// icon draws the favicon in 16 shades from paper to ink; its corners are left to the
// phone, which cuts them as it likes.
func icon(size int) image.Image {
	var palette color.Palette
	for _, ink := range []color.RGBA{rise, shelf} {
		for i := range 9 {
			palette = append(palette, between(ground, ink, float64(i)/8))
		}
	}
	m := image.NewPaletted(image.Rect(0, 0, size, size), palette)
	for y := range size {
		for x := range size {
			px, py := (float64(x)+.5)*32/float64(size), (float64(y)+.5)*32/float64(size)
			edge := float64(size) / 32
			c := between(ground, shelf, cover(px, py, shelves, 1, edge))
			c = between(c, rise, cover(px, py, risePath, 1.5, edge))
			m.Set(x, y, c)
		}
	}
	return m
}

// cover is how much of a pixel lines of half a width hide, round at their ends.
func cover(x, y float64, lines [][4]float64, half, edge float64) float64 {
	nearest := math.Inf(1)
	for _, l := range lines {
		dx, dy := l[2]-l[0], l[3]-l[1]
		at := math.Max(0, math.Min(1, ((x-l[0])*dx+(y-l[1])*dy)/(dx*dx+dy*dy)))
		nearest = math.Min(nearest, math.Hypot(x-l[0]-at*dx, y-l[1]-at*dy))
	}
	return math.Max(0, math.Min(1, (half-nearest)*edge+.5))
}

func between(a, b color.RGBA, share float64) color.RGBA {
	mix := func(from, to uint8) uint8 {
		return uint8(math.Round(float64(from) + (float64(to)-float64(from))*share))
	}
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}
