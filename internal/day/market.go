package day

import (
	"slices"
	"strconv"
	"strings"

	"buhuo/internal/fault"
)

// MarketDays are the days of the lunar month, mod 10, on which the village
// market is held: {1, 6} is the 1st, 6th, 11th, 16th, 21st and 26th.
type MarketDays []int

// Has reports whether the market is held on d.
func (m MarketDays) Has(d Date) bool {
	if len(m) == 0 {
		return false
	}
	l := Lunar(d)
	return l.Day > 0 && slices.Contains(m, l.Day%10)
}

// ParseMarketDays reads a list such as "1,6", "逢一、六" or "5 10", in any
// width; 10 reads as 0. Empty text is no market. Anything else is a fault of
// kind Invalid.
func ParseMarketDays(s string) (MarketDays, error) {
	bad := fault.New(fault.Invalid, "value.market_days_unreadable").WithCause(ErrSyntax)
	if len(s) > maxDateLen {
		return nil, bad
	}
	s = strings.TrimPrefix(strings.TrimSpace(strings.Map(foldRune, s)), "逢")
	var m MarketDays
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,、;/", r) }) {
		n, ok := number(word)
		if !ok {
			n = slices.Index(lunarDigits[:], word)
		}
		if n < 0 || n > 10 {
			return nil, bad
		}
		if n %= 10; !slices.Contains(m, n) {
			m = append(m, n)
		}
	}
	slices.Sort(m)
	return m, nil
}

// String is the form that ParseMarketDays reads: "1,6".
func (m MarketDays) String() string {
	words := make([]string, len(m))
	for i, n := range m {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ",")
}
