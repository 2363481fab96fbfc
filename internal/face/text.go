package face

import (
	"strings"
	"unicode"
)

// Spaces that keep what they join on one line. The font has the first only.
const (
	noBreak       = '\u00a0'
	narrowNoBreak = '\u202f'
)

// Clean makes every character one that the font can draw: marks that are seen only
// by their effect go, spaces become plain or no-break ones, and what the font lacks
// becomes a square. An emoji of several characters becomes one square.
func (f *Face) Clean(s string) string {
	var b strings.Builder
	joined := false
	for _, r := range s {
		switch {
		case r == '\u200d': // joins an emoji to the one before
			joined = true
			continue
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), unicode.Is(unicode.Cf, r), r >= 0x1F3FB && r <= 0x1F3FF:
			continue // variation selectors, accents without a letter, direction marks, skin tones
		case r == noBreak, r == narrowNoBreak, r == '\u2007':
			r = noBreak
		case unicode.IsSpace(r) && r != '\u3000', unicode.IsControl(r):
			r = ' '
		case f.Glyph(r) == 0:
			if joined {
				joined = false
				continue
			}
			r = missing
		}
		joined = false
		b.WriteRune(r)
	}
	return b.String()
}

// Wrap breaks a clean text into lines of at most width (thousandths of the type
// size). Han characters break anywhere, other words at spaces; closing marks, and
// units after a number, stay with what is before them, opening marks with what
// follows. A word wider than a line is cut.
func (f *Face) Wrap(s string, width int) []string {
	var lines []string
	var line []rune
	used := 0
	flush := func() {
		lines = append(lines, strings.TrimRight(string(line), " "))
		line, used = line[:0], 0
	}
	for _, word := range words([]rune(s)) {
		w := f.Measure(string(word))
		visible := f.Measure(strings.TrimRight(string(word), " "))
		if used > 0 && used+visible > width {
			flush()
		}
		if visible <= width {
			line, used = append(line, word...), used+w
			continue
		}
		for _, r := range word {
			if used > 0 && used+f.width(r) > width {
				flush()
			}
			line, used = append(line, r), used+f.width(r)
		}
	}
	if len(line) > 0 || len(lines) == 0 {
		flush()
	}
	return lines
}

// words cuts a text where a line may end; a word keeps the spaces after it.
func words(text []rune) [][]rune {
	var out [][]rune
	start := 0
	for i := 1; i < len(text); i++ {
		if breakable(text[i-1], text[i]) && !unitFollows(text, i) {
			out, start = append(out, text[start:i]), i
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

const (
	closing = "，。、；：！？）】》」』”’…％%℃°,.;:!?)]}»"
	opening = "（【《「『“‘([{«¥￥$€£"
)

// breakable reports whether a line may end between two characters.
func breakable(before, after rune) bool {
	switch {
	case after == ' ' || before == noBreak || after == noBreak:
		return false
	case before == ' ':
		return true
	case strings.ContainsRune(closing, after), strings.ContainsRune(opening, before):
		return false
	case unicode.IsDigit(before) && wide(after):
		return false // 10斤
	case before == '/' || after == '/':
		return false // 斤/箱
	}
	return wide(before) || wide(after)
}

// unitFollows reports whether text[i:] begins with the unit of a number before a
// space: 80 mm, 9 点.
func unitFollows(text []rune, i int) bool {
	if i < 2 || text[i-1] != ' ' || !unicode.IsDigit(text[i-2]) {
		return false
	}
	n := i
	for n < len(text) && unicode.IsLetter(text[n]) && !wide(text[n]) {
		n++
	}
	return wide(text[i]) || n > i && n-i <= 3
}

// wide reports whether r is of a script that breaks between any two characters.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r) || r == missing ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFFEF
}
