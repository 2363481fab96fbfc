package photo

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
)

// turned shows a picture as the camera says that it was held. how is the Exif tag
// "Orientation", 1 to 8.
type turned struct {
	image.Image
	how int
}

// Bounds implements image.Image.
func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if t.how >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// At implements image.Image.
func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	if t.how >= 5 {
		x, y = y, x
	}
	if t.how == 2 || t.how == 3 || t.how == 7 || t.how == 8 {
		x = b.Dx() - 1 - x
	}
	if t.how == 3 || t.how == 4 || t.how == 6 || t.how == 7 {
		y = b.Dy() - 1 - y
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}

// orientation reads how a JPEG wants to be turned (JEITA CP-3451, 4.6.4); 1, as it is,
// when it does not say so plainly. It is the one thing that is used of what a camera
// writes beside the pixels.
func orientation(jpeg []byte) int {
	for at := 2; at+4 <= len(jpeg) && jpeg[at] == 0xff && jpeg[at+1] != 0xda; {
		size := int(binary.BigEndian.Uint16(jpeg[at+2:]))
		if size < 2 || at+2+size > len(jpeg) {
			return 1
		}
		if body, ok := bytes.CutPrefix(jpeg[at+4:at+2+size], []byte("Exif\x00\x00")); ok && jpeg[at+1] == 0xe1 {
			return tagged(body)
		}
		at += 2 + size
	}
	return 1
}

// tagged looks for the tag in the first directory of a TIFF.
func tagged(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	n := int(order.Uint16(tiff[at:]))
	for at += 2; n > 0 && at+12 <= len(tiff); n, at = n-1, at+12 {
		if order.Uint16(tiff[at:]) == 0x0112 {
			if how := int(order.Uint16(tiff[at+8:])); how >= 1 && how <= 8 {
				return how
			}
			return 1
		}
	}
	return 1
}
