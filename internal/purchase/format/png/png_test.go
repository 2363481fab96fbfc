package png_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdpng "image/png"
	"strings"
	"testing"

	"buhuo/internal/i18n"
	"buhuo/internal/purchase/format/formattest"
	"buhuo/internal/purchase/format/png"
)

// The golden pictures are small and coarse: each sign is the darkness of a square of
// the picture, enough to see that a line has moved or gone.
func TestFormat(t *testing.T) {
	formattest.Run(t, png.New(), func(t *testing.T, written []byte) string {
		picture := decode(t, written)
		const across, down = 12, 24
		var b strings.Builder
		size := picture.Bounds().Size()
		fmt.Fprintf(&b, "%d × %d\n", size.X, size.Y)
		for y := 0; y+down <= size.Y; y += down {
			line := ""
			for x := 0; x+across <= size.X; x += across {
				line += string(" .:-=+*#%@"[min(9, ink(picture, image.Rect(x, y, x+across, y+down))/12)])
			}
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
		return b.String()
	})
}

func decode(t testing.TB, written []byte) image.Image {
	t.Helper()
	picture, err := stdpng.Decode(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// ink is the mean darkness of a part, 0 to 255.
func ink(p image.Image, part image.Rectangle) int {
	sum, pixels := 0, p.(*image.Paletted)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			sum += 255 - int(pixels.Palette[pixels.ColorIndexAt(x, y)].(color.RGBA).R)
		}
	}
	return sum / (part.Dx() * part.Dy())
}

// A usual order is light enough for the slowest line, a huge one is cut and says so;
// nothing is drawn over the edge.
func TestSize(t *testing.T) {
	for _, lang := range i18n.Langs() {
		if n := len(formattest.Written(t, png.New(), formattest.Sample(t, string(lang), 30, true))); n > 200_000 {
			t.Errorf("%s: 30 lines make %d bytes", lang, n)
		}
	}
	for _, n := range []int{1, 60, 5_000} {
		written := formattest.Written(t, png.New(), formattest.Extreme(t, "fr", n))
		picture := decode(t, written)
		size := picture.Bounds().Size()
		if size.X != 640 || size.Y > 20_000 || len(written) > 1_500_000 {
			t.Errorf("%d lines make %v, %d bytes", n, size, len(written))
		}
		for _, edge := range []image.Rectangle{image.Rect(0, 0, 8, size.Y), image.Rect(size.X-8, 0, size.X, size.Y), image.Rect(0, size.Y-8, size.X, size.Y)} {
			if ink(picture, edge) > 0 {
				t.Errorf("%d lines: something is drawn at %v", n, edge)
			}
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	d := formattest.Sample(b, "zh-Hans", 30, true)
	size := len(formattest.Written(b, png.New(), d))
	for b.Loop() {
		formattest.Written(b, png.New(), d)
	}
	b.ReportMetric(float64(size), "bytes")
}

// A phone reads the supplier's page from the picture, however long the order is; one
// without a link has no code.
func TestScan(t *testing.T) {
	for _, n := range []int{1, 10, 150} {
		d := formattest.Sample(t, "zh-Hans", n, true)
		if got := formattest.Scan(t, decode(t, formattest.Written(t, png.New(), d))); got != d.Link || got == "" {
			t.Errorf("%d lines: the code leads to %q, want %q", n, got, d.Link)
		}
	}
	d := formattest.Sample(t, "zh-Hans", 1, true)
	d.Link = ""
	with, without := formattest.Sample(t, "zh-Hans", 1, true), d
	if a, b := decode(t, formattest.Written(t, png.New(), with)), decode(t, formattest.Written(t, png.New(), without)); a.Bounds().Dy() <= b.Bounds().Dy() {
		t.Error("an order without a link has a code")
	}
}
