// Package photo turns a picture that somebody sends into one that a slow line carries: a
// small JPEG, upright, without anything that the camera wrote into it. It knows bytes and
// pixels; it must not know a shop, a page or a database.
package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // one of the kinds that are taken
	"sync"

	_ "golang.org/x/image/webp" // and what phones make of them

	"buhuo/internal/fault"
)

// Bounds of what is decoded. A picture costs memory by its size in pixels, however few
// bytes it came in, so that size is read and judged first.
const (
	maxSide   = 12_000
	maxPixels = 25_000_000
	maxMemory = 200 << 20 // bytes of the decoded picture, with what the decoder needs
	maxScans  = 64        // passes of a progressive JPEG, each of which costs the whole picture
)

// Kinds are the types that Shrink takes, for the field of a form.
const Kinds = "image/jpeg,image/png,image/webp"

func refused(key string) *fault.Error { return fault.New(fault.Invalid, key).WithField("photo") }

// Size is what a picture may have: no side longer than Side, at most Budget bytes.
type Size struct{ Side, Budget int }

// Picture is a JPEG that holds pixels and nothing else.
type Picture struct {
	JPEG          []byte
	Width, Height int
}

// Shrink gives a picture in several sizes, the largest first; none becomes larger than it
// came. What is none of the kinds, broken, or so large that it would cost too much memory
// is a fault of kind Invalid about "photo".
func Shrink(body []byte, sizes ...Size) ([]Picture, error) {
	one.Lock()
	defer one.Unlock()
	m, how, err := decode(body)
	if err != nil {
		return nil, err
	}
	out := make([]Picture, len(sizes))
	for i, size := range sizes {
		small := fit(m, size.Side)
		if i == 0 {
			small, how = fit(turned{small, how}, size.Side), 1
		}
		if out[i], err = within(small, size); err != nil {
			return nil, err
		}
		m = small
	}
	return out, nil
}

// one picture is worked on at a time: a large one needs much memory for a moment.
var one sync.Mutex

// decode reads the pixels of a picture, and how it wants to be turned.
func decode(body []byte) (m image.Image, how int, err error) {
	config, kind, err := image.DecodeConfig(bytes.NewReader(body))
	if err != nil {
		return nil, 0, refused("trade.photo_unreadable").WithCause(err)
	}
	w, h := config.Width, config.Height
	if w > maxSide || h > maxSide || w*h > maxPixels || w*h*weight(config.ColorModel, body, kind) > maxMemory {
		return nil, 0, refused("trade.photo_large")
	}
	if w < 1 || h < 1 || kind == "jpeg" && bytes.Count(body, []byte{0xff, 0xda}) > maxScans {
		return nil, 0, refused("trade.photo_unreadable")
	}
	if m, _, err = image.Decode(bytes.NewReader(body)); err != nil {
		return nil, 0, refused("trade.photo_unreadable").WithCause(err)
	}
	if kind == "jpeg" {
		return m, orientation(body), nil
	}
	return m, 1, nil
}

// weight is about how many bytes a pixel costs while it is decoded.
func weight(model color.Model, body []byte, kind string) int {
	switch {
	case kind == "jpeg" && bytes.Contains(body, []byte{0xff, 0xc2}): // progressive: keeps all coefficients
		return 15
	case model == color.RGBA64Model || model == color.NRGBA64Model:
		return 8
	}
	return 4
}

// qualities are tried from the best down before a picture is made smaller.
var qualities = []int{82, 74, 66, 58, 50}

// within writes a picture so that it fits, less sharply and then smaller where it must.
func within(m *image.RGBA, size Size) (Picture, error) {
	for side := size.Side; side >= 16; side = side * 4 / 5 {
		m = fit(m, side)
		for _, quality := range qualities {
			var b bytes.Buffer
			if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
				return Picture{}, err
			}
			if b.Len() <= size.Budget {
				return Picture{JPEG: b.Bytes(), Width: m.Bounds().Dx(), Height: m.Bounds().Dy()}, nil
			}
		}
	}
	return Picture{}, refused("trade.photo_unreadable") // cannot be: a stamp has 250 pixels
}
