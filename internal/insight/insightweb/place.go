package insightweb

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/shop"
	insightview "buhuo/views/insight"
)

// mapped are the provinces as tiles, each about where the country has it, with the sign
// by which it is known in China and its letters of GB/T 2260.
const mapped = `
.       .       .       .       .       .       23黑HL
.       .       .       15蒙NM  11京BJ  21辽LN  22吉JL
65新XJ  62甘GS  64宁NX  14晋SX  13冀HE  12津TJ  .
54藏XZ  63青QH  61陕SN  41豫HA  37鲁SD  .       .
.       51川SC  50渝CQ  42鄂HB  34皖AH  32苏JS  31沪SH
.       53云YN  52贵GZ  43湘HN  36赣JX  33浙ZJ  .
.       .       45桂GX  44粤GD  35闽FJ  .       71台TW
.       .       46琼HI  82澳MO  81港HK  .       .`

// tileOf fills in what a tile of the map says.
type tileOf func(code string) (level int, note, title string)

// tiles draws the map: the colour, a few letters and the whole sentence are of.
func tiles(t *i18n.Printer, of tileOf) (out []insightview.Tile) {
	for y, line := range strings.Split(strings.TrimSpace(mapped), "\n") {
		for x, text := range strings.Fields(line) {
			if text == "." {
				continue
			}
			code, name := text[:2], text[2:]
			sign, size := utf8.DecodeRuneInString(name)
			tile := insightview.Tile{X: x, Y: y, Label: name[size:]}
			if t.Lang() == i18n.ZhHans {
				tile.Label = string(sign)
			}
			tile.Level, tile.Note, tile.Title = of(code)
			out = append(out, tile)
		}
	}
	return out
}

// levelOf is how dark a tile is: by what part of the largest it has.
func levelOf(n, most int64) int {
	level := 0
	if n > 0 && most > 0 {
		for _, part := range []float64{0, 0.03, 0.1, 0.3, 0.6} {
			if float64(n) > part*float64(most) {
				level++
			}
		}
	}
	return level
}

// place is how people call a place of GB/T 2260; a code without a name stays one.
// Prefectures have their Chinese names in every language, with the code for those who do
// not read them.
func place(t *i18n.Printer, code string) string {
	name := prefectureNames()[code]
	switch {
	case len(code) == 2 && slices.Contains(shop.Provinces(), code):
		return t.T("shop.province." + code)
	case name == "":
		return code
	case t.Lang() == i18n.ZhHans:
		return name
	}
	return name + " " + code
}

// provinceOf finds which province a text means that somebody wrote in any of our
// languages, as "浙江省湖州市", "Zhejiang" or "33"; texts that mean none stay as they are.
func provinceOf(text string) string {
	text = strings.TrimSpace(measure.Fold(text))
	folded := strings.ToLower(text)
	for _, code := range shop.Provinces() {
		if strings.HasPrefix(folded, code) && strings.Trim(folded, "0123456789") == "" {
			return code
		}
		for _, l := range i18n.Langs() {
			rest, found := strings.CutPrefix(folded, strings.ToLower(i18n.For(l).T("shop.province."+code)))
			if next, _ := utf8.DecodeRuneInString(rest); found && (l == i18n.ZhHans || !unicode.IsLetter(next)) {
				return code
			}
		}
	}
	return text
}
