package format

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Code is a QR code: rows of modules, true where it is dark.
type Code [][]bool

// NewCode makes the QR code of an address, readable with a seventh of it worn away.
func NewCode(address string) (Code, error) {
	made, err := qr.Encode(address, qr.M, qr.Unicode)
	if err != nil {
		return nil, err
	}
	at := made.Bounds()
	code := make(Code, at.Dy())
	for y := range code {
		code[y] = make([]bool, at.Dx())
		for x := range code[y] {
			r, _, _, _ := made.At(at.Min.X+x, at.Min.Y+y).RGBA()
			code[y][x] = r == 0
		}
	}
	return code, nil
}

// Runs calls draw for every dark stretch of a row: where it begins and how long it is.
func (c Code) Runs(draw func(x, y, length int)) {
	for y, row := range c {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				draw(from, y, x-from)
			}
		}
	}
}

// Path draws the code as an SVG path, a module one unit wide.
func (c Code) Path() string {
	var b strings.Builder
	c.Runs(func(x, y, length int) { fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, length, length) })
	return b.String()
}
