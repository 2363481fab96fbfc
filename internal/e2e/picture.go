package e2e

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// fewColours writes a PNG with its 256 most frequent colours, each other one as the
// nearest of them: a third of the bytes, and no eye tells the difference on a page
// of text. Pictures stand in the repository and in the README.
func fewColours(full []byte) ([]byte, error) {
	in, err := png.Decode(bytes.NewReader(full))
	if err != nil {
		return nil, err
	}
	seen := map[color.RGBA]int{}
	each(in, func(_, _ int, c color.RGBA) { seen[c]++ })
	frequent := slices.SortedFunc(maps.Keys(seen), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(seen[b], seen[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range frequent[:min(256, len(frequent))] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	for _, c := range frequent {
		nearest[c] = uint8(palette.Index(c)) // at most 256 of them
	}
	out := image.NewPaletted(in.Bounds(), palette)
	each(in, func(x, y int, c color.RGBA) { out.SetColorIndex(x, y, nearest[c]) })
	var b bytes.Buffer
	err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out)
	return b.Bytes(), err
}

func each(m image.Image, do func(x, y int, c color.RGBA)) {
	r := m.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			red, green, blue, _ := m.At(x, y).RGBA()
			do(x, y, color.RGBA{uint8(red >> 8), uint8(green >> 8), uint8(blue >> 8), 255})
		}
	}
}
