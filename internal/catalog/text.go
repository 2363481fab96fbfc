package catalog

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

// maxRawBytes bounds the work on a hostile value before it is even looked at.
const maxRawBytes = 64 << 10

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// CleanText is s as the catalog stores it: control characters, direction marks and
// invisible characters gone, every run of space one plain space, no space around.
// Names in any script, rare hanzi and emoji stay. A text that is not UTF-8, or
// longer than limit characters, is a fault of kind Invalid.
func CleanText(s string, limit int) (string, error) {
	if len(s) > maxRawBytes {
		return "", fault.New(fault.Invalid, "catalog.too_long", fault.A("n", limit))
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		return "", fault.New(fault.Invalid, "catalog.text_unreadable")
	}
	var b strings.Builder
	b.Grow(len(s))
	length, space, last := 0, false, rune(0)
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = length > 0
			continue
		}
		if invisible(r, last) {
			continue
		}
		if space {
			b.WriteByte(' ')
			length++
			space = false
		}
		b.WriteRune(r)
		length++
		last = r
	}
	if length > limit {
		return "", fault.New(fault.Invalid, "catalog.too_long", fault.A("n", limit))
	}
	return strings.TrimRight(b.String(), string(zeroWidthJoiner)+string(zeroWidthNonJoiner)), nil
}

// invisible reports whether r has no place in a name. Joiners stay where they shape
// what is seen: inside an emoji and in the scripts that spell with them.
func invisible(r, last rune) bool {
	switch r {
	case zeroWidthJoiner:
		return !isPictograph(last) && !isJoiningScript(last)
	case zeroWidthNonJoiner:
		return !isJoiningScript(last)
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Noncharacter_Code_Point, unicode.Other_Default_Ignorable_Code_Point)
}

func isPictograph(r rune) bool {
	return unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) || r == '\ufe0f'
}

func isJoiningScript(r rune) bool {
	return r >= 0x0600 && r <= 0x0dff || r >= 0x1000 && r <= 0x109f || r >= 0x1780 && r <= 0x18af
}

// CleanBarcode is a barcode as it is stored and looked up: full-width characters
// made plain, spaces dropped. Empty stays empty.
func CleanBarcode(s string) (string, error) {
	cleaned, err := CleanText(s, 2*MaxCode)
	if err != nil {
		return "", err
	}
	cleaned = strings.ReplaceAll(measure.Fold(cleaned), " ", "")
	if utf8.RuneCountInString(cleaned) > MaxCode {
		return "", fault.New(fault.Invalid, "catalog.too_long", fault.A("n", MaxCode))
	}
	return cleaned, nil
}

// SuspectBarcode reports whether b looks like a printed article number (8, 12, 13
// or 14 digits) with a wrong check digit: worth a warning, not a refusal, because
// shops print codes of their own.
func SuspectBarcode(b string) bool {
	switch len(b) {
	case 8, 12, 13, 14:
	default:
		return false
	}
	sum := 0
	for i := range len(b) {
		c := b[len(b)-1-i]
		if c < '0' || c > '9' {
			return false
		}
		weight := 1
		if i%2 == 1 {
			weight = 3
		}
		sum += weight * int(c-'0')
	}
	return sum%10 != 0
}

// barcodeForms are the ways in which a scanner may report the same printed code: a
// 12-digit code also arrives as 13 digits with a leading zero, and back.
func barcodeForms(b string) []string {
	forms := []string{b}
	switch {
	case len(b) == 12 && onlyDigits(b):
		forms = append(forms, "0"+b)
	case len(b) == 13 && b[0] == '0' && onlyDigits(b):
		forms = append(forms, b[1:])
	}
	return forms
}

func onlyDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
