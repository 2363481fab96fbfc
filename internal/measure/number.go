package measure

import (
	"errors"
	"math"
	"strings"
	"unicode"

	"buhuo/internal/fault"
)

// The causes of the faults that the parsers of this package return; compare
// with errors.Is.
var (
	ErrSyntax    = errors.New("measure: not a plain number")
	ErrAmbiguous = errors.New("measure: a comma before three digits can mean two things")
	ErrPrecision = errors.New("measure: too many decimals")
	ErrRange     = errors.New("measure: out of bounds")
	ErrUnit      = errors.New("measure: unknown unit")
	ErrInexact   = errors.New("measure: not a whole thousandth")
)

// maxNumberLen bounds the work on a hostile cell; no honest number is longer.
const maxNumberLen = 64

// Fold turns the full-width forms that Chinese keyboards type into their plain
// forms: digits, letters, signs, comma and stop, the ideographic stop between
// digits, and every kind of space and minus.
func Fold(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(foldRune, s)
}

func foldRune(r rune) rune {
	switch {
	case r >= '!'+0xFEE0 && r <= '~'+0xFEE0:
		return r - 0xFEE0
	case r == '。':
		return '.'
	case r == '−' || r == '–' || r == '﹣':
		return '-'
	case r == '’':
		return '\''
	case r > 0x7f && unicode.IsSpace(r), r == '\ufeff':
		return ' '
	}
	return r
}

// ParseFixed reads a decimal number of at most places decimals as an integer of
// 10^-places. It takes full-width characters, digits in groups of three, and a
// comma or a stop as the decimal sign: of the two the later one is the decimal
// sign; a comma alone is one unless exactly three digits follow. A number such
// as "1,250" is 1250 where fewer than three decimals are possible, and refused
// where it could be either. Refused are also NaN, infinities, exponents, too
// many decimals and absolute values above limit. Faults are of kind Invalid.
func ParseFixed(s string, places int, limit int64) (int64, error) {
	if len(s) > maxNumberLen {
		return 0, numberFault("value.not_a_number", ErrSyntax)
	}
	s = strings.TrimSpace(Fold(s))
	negative := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		negative = s[0] == '-'
		s = strings.TrimLeft(s[1:], " ")
	}
	whole, frac, err := splitNumber(s, places)
	if err != nil {
		return 0, err
	}
	if len(frac) > places {
		return 0, numberFault("value.too_precise", ErrPrecision, fault.A("n", places))
	}
	n, ok := digits(whole+frac+strings.Repeat("0", places-len(frac)), limit)
	if !ok {
		return 0, numberFault("value.too_large", ErrRange)
	}
	if negative {
		n = -n
	}
	return n, nil
}

func numberFault(key string, cause error, args ...fault.Arg) error {
	return fault.New(fault.Invalid, key, args...).WithCause(cause)
}

// splitNumber separates whole digits from decimals and drops the groups.
func splitNumber(s string, places int) (whole, frac string, err error) {
	syntax := numberFault("value.not_a_number", ErrSyntax)
	dot, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	at, group := max(dot, comma), byte(0)
	switch {
	case dot >= 0 && comma >= 0:
		group = s[min(dot, comma)]
	case comma >= 0:
		isGroup, err := commaGroups(s, comma, places)
		if err != nil {
			return "", "", err
		}
		if isGroup {
			at, group = -1, ','
		}
	}
	whole = s
	if at >= 0 {
		whole, frac = s[:at], s[at+1:]
	}
	whole, ok := ungroup(whole, group)
	if !ok || !allDigits(frac) || whole == "" && frac == "" {
		return "", "", syntax
	}
	return whole, frac, nil
}

// commaGroups decides what the comma of a number without a stop means.
func commaGroups(s string, comma, places int) (bool, error) {
	if strings.IndexByte(s, ',') != comma {
		return true, nil
	}
	if len(s)-comma-1 != 3 {
		return false, nil
	}
	if lead := strings.TrimLeft(s[:comma], "0"); lead == "" {
		return false, nil // "0,125": no group begins with nothing
	}
	if places >= 3 {
		return false, numberFault("value.ambiguous_comma", ErrAmbiguous)
	}
	return true, nil
}

// ungroup removes group signs that stand where groups of three want them.
// Spaces and apostrophes may group any number.
func ungroup(s string, group byte) (string, bool) {
	if allDigits(s) {
		return s, true
	}
	var b strings.Builder
	run, sign := 0, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= '0' && c <= '9' {
			b.WriteByte(c)
			run++
			continue
		}
		if c != ' ' && c != '\'' && (group == 0 || c != group) {
			return "", false
		}
		first := sign == 0
		if !first && (c != sign || run != 3) || first && (run == 0 || run > 3) {
			return "", false
		}
		sign, run = c, 0
	}
	return b.String(), run == 3
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func digits(s string, limit int64) (int64, bool) {
	var n int64
	for i := 0; i < len(s); i++ {
		d := int64(s[i] - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, false
		}
		if n = n*10 + d; n > limit {
			return 0, false
		}
	}
	return n, true
}

// FormatFixed writes an integer of 10^-places with a stop, at least minPlaces
// decimals and no further trailing zeros: the form for machines.
func FormatFixed(n int64, places, minPlaces int) string {
	var buf [32]byte
	i := len(buf)
	u := uint64(n)
	if n < 0 {
		u = -u
	}
	started := false
	for p := places; p > 0; p-- {
		d := byte(u % 10)
		u /= 10
		if d != 0 || p <= minPlaces {
			started = true
		}
		if started {
			i--
			buf[i] = '0' + d
		}
	}
	if started {
		i--
		buf[i] = '.'
	}
	for {
		i--
		buf[i] = '0' + byte(u%10)
		if u /= 10; u == 0 {
			break
		}
	}
	if n < 0 {
		i--
		buf[i] = '-'
	}
	return string(buf[i:])
}
