package catalog

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// Bounds of what is derived from a name. Characters with several readings multiply;
// beyond the bound the first reading alone is used.
const (
	maxSpellings  = 64
	maxFull       = 16
	maxSearchName = 60
	maxSortName   = 40
)

// reading is how one hanzi is spoken: all distinct readings, the usual one first.
type reading struct {
	plain    []string // "chong", "zhong"
	initials []string // "c", "z"
	toned    string   // "zhong4", of the first reading: for sorting
}

var readings sync.Map // rune -> *reading; at most as many as there are hanzi

// readingOf is nil for what is not spoken as hanzi.
func readingOf(r rune) *reading {
	if r < 0x2e80 {
		return nil
	}
	if known, ok := readings.Load(r); ok {
		return known.(*reading)
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	plain := pinyin.SinglePinyin(r, args)
	if len(plain) == 0 {
		return nil
	}
	args.Style, args.Heteronym = pinyin.Tone3, false
	made := &reading{toned: pinyin.SinglePinyin(r, args)[0]}
	for _, p := range plain {
		made.plain = appendNew(made.plain, p)
		made.initials = appendNew(made.initials, p[:1])
		if strings.Contains(p, "v") { // 绿 is typed lv or lu
			made.plain = appendNew(made.plain, strings.ReplaceAll(p, "v", "u"))
		}
	}
	readings.Store(r, made)
	return made
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// SearchText is what a search looks through: lines of the folded name, the code,
// the barcodes, and the name as pinyin in full and by initials, in every reading.
func SearchText(name, code string, barcodes []string) string {
	lines := []string{foldSearch(name), foldSearch(code)}
	for _, b := range barcodes {
		lines = appendNew(lines, foldSearch(b))
	}
	full, initials := spellings(name)
	for _, s := range append(full, initials...) {
		lines = appendNew(lines, s)
	}
	return "\n" + strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n") + "\n"
}

// spellings are the name's pinyin readings; none when it holds no hanzi.
func spellings(name string) (full, initials []string) {
	full, initials = []string{""}, []string{""}
	spoken := false
	for i, r := range []rune(strings.ToLower(name)) {
		if i == maxSearchName {
			break
		}
		if sound := readingOf(r); sound != nil {
			spoken = true
			full = multiply(full, sound.plain, maxFull)
			initials = multiply(initials, sound.initials, maxSpellings)
			continue
		}
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			full = multiply(full, []string{string(r)}, maxFull)
			initials = multiply(initials, []string{string(r)}, maxSpellings)
		}
	}
	if !spoken {
		return nil, nil
	}
	return full, initials
}

func multiply(heads, tails []string, limit int) []string {
	if len(heads)*len(tails) > limit {
		tails = tails[:1]
	}
	out := make([]string, 0, len(heads)*len(tails))
	for _, tail := range tails {
		for _, head := range heads {
			out = appendNew(out, head+tail)
		}
	}
	return out
}

// SortKey orders names as a Chinese list does: by pinyin with tone, letters and
// digits as they are; names that sound alike by their characters, then by code.
func SortKey(name, code string) []byte {
	var b strings.Builder
	folded := foldSearch(name)
	for i, r := range []rune(folded) {
		if i == maxSortName {
			break
		}
		if sound := readingOf(r); sound != nil {
			b.WriteString(sound.toned)
			b.WriteByte(' ') // before every letter: 西安 comes before 先
			continue
		}
		b.WriteRune(r)
	}
	return []byte(b.String() + "\x00" + folded + "\x00" + code)
}

// foldSearch makes what is typed and what is stored comparable: lower case, plain
// width, no accents on Latin letters.
func foldSearch(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			r -= 0xfee0
		}
		r = unicode.ToLower(r)
		if plain, ok := accents[r]; ok {
			return plain
		}
		return r
	}, s)
}

var accents = func() map[rune]rune {
	m := map[rune]rune{}
	for plain, accented := range map[rune]string{
		'a': "àáâãäåā", 'c': "ç", 'e': "èéêëē", 'i': "ìíîïī", 'n': "ñ", 'o': "òóôõöøō", 'u': "ùúûüū", 'y': "ýÿ",
	} {
		for _, r := range accented {
			m[r] = plain
		}
	}
	return m
}()

// Terms is a search as the store needs it. In its patterns "!" escapes.
type Terms struct {
	Exact    string   // the whole text, for codes
	Barcodes []string // the forms in which the text may be a barcode
	Prefix   string   // LIKE pattern of a line that begins with the text
	Contains []string // LIKE patterns, one a word; all must hold
}

// ParseTerms reads what a person typed into the search box. Text that cannot be
// searched for (none left after cleaning) gives empty terms.
func ParseTerms(text string) Terms {
	cleaned, err := CleanText(text, MaxName)
	if err != nil || cleaned == "" {
		return Terms{}
	}
	folded := foldSearch(cleaned)
	t := Terms{Exact: cleaned, Barcodes: []string{cleaned}, Prefix: "%\n" + escapeLike(folded) + "%"}
	if b, err := CleanBarcode(cleaned); err == nil {
		t.Barcodes = barcodeForms(b)
	}
	for word := range strings.FieldsSeq(folded) {
		t.Contains = appendNew(t.Contains, "%"+escapeLike(word)+"%")
	}
	return t
}

// Empty reports whether nothing was searched for.
func (t Terms) Empty() bool { return len(t.Contains) == 0 }

func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}
