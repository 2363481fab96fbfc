// Package png draws an order as a picture for a chat: as wide as a phone, readable
// without opening anything. It must not know how orders are kept or sent, nor the
// words and figures, which come with the sheet.
package png

import (
	"bytes"
	"image"
	"image/color"
	stdpng "image/png"
	"io"

	"buhuo/internal/face"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
)

// Format is purchase.Format for a picture.
type Format struct{}

// New makes the format.
func New() Format { return Format{} }

var _ purchase.Format = Format{}

// Name is "png".
func (Format) Name() string { return "png" }

// ContentType is that of PNG.
func (Format) ContentType() string { return "image/png" }

// Extension is ".png".
func (Format) Extension() string { return ".png" }

// Measures in pixels. A chat shows pictures as wide as the phone, which has two or
// three pixels to a point; longer ones than tallest are refused or made unreadable.
const (
	width   = 640
	margin  = 30
	inner   = width - 2*margin
	tallest = 14_000
)

// Write draws the picture.
func (Format) Write(w io.Writer, d purchase.Document) error {
	f, err := face.Shared()
	if err != nil {
		return err
	}
	s := format.NewSheet(d)
	c := &canvas{face: f}
	c.order(s)
	picture := image.NewPaletted(image.Rect(0, 0, width, c.y+margin), greys())
	c.draw(picture)
	var b bytes.Buffer
	packer := stdpng.Encoder{CompressionLevel: stdpng.DefaultCompression}
	if err := packer.Encode(&b, picture); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// shades is how many greys the picture has: letters are smooth, and files small enough
// for a slow line.
const shades = 8

// greys are the colours from white to black.
func greys() color.Palette {
	out := make(color.Palette, shades)
	for i := range out {
		out[i] = color.Gray{Y: uint8(255 - 255*i/(shades-1))}
	}
	return out
}
