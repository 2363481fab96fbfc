package day

import (
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"

	"buhuo/internal/fault"
)

// The causes of the faults that Parse returns; compare with errors.Is.
var (
	ErrSyntax = errors.New("day: not a date")
	ErrRange  = errors.New("day: out of range")
)

const maxDateLen = 64

// Parse reads a date written year first: 2006-01-02, 2006/1/2, 2006.1.2,
// 2006年1月2日, 20060102, in any width, surrounded by spaces. Days that do not
// exist are refused, and years before 1990 or after 2100, which are typing
// errors; the faults are of kind Invalid. A date written day first is refused,
// because nobody can tell 3/4/2026 from 4/3/2026.
func Parse(s string) (Date, error) {
	if len(s) > maxDateLen {
		return 0, unreadable()
	}
	y, m, d, ok := splitDate(strings.TrimSpace(strings.Map(foldRune, s)))
	if !ok {
		return 0, unreadable()
	}
	date := New(y, time.Month(m), d)
	if cy, cm, cd := date.Civil(); cy != y || int(cm) != m || cd != d {
		return 0, unreadable()
	}
	if y < FirstYear || y > LastYear {
		return 0, fault.New(fault.Invalid, "value.date_out_of_range",
			fault.A("first", strconv.Itoa(FirstYear)), fault.A("last", strconv.Itoa(LastYear))).WithCause(ErrRange)
	}
	return date, nil
}

func unreadable() error {
	return fault.New(fault.Invalid, "value.date_unreadable").WithCause(ErrSyntax)
}

func foldRune(r rune) rune {
	switch {
	case r >= '!'+0xFEE0 && r <= '~'+0xFEE0:
		return r - 0xFEE0
	case r == '−' || r == '–' || r == '‐' || r == '‑':
		return '-'
	case r == '。':
		return '.'
	case unicode.IsSpace(r), r == '\ufeff':
		return ' '
	}
	return r
}

// splitDate reads the three numbers with one kind of separator between them.
func splitDate(s string) (y, m, d int, ok bool) {
	if len(s) == 8 && strings.IndexFunc(s, notDigit) < 0 {
		return number3(s[:4], s[4:6], s[6:])
	}
	if rest, found := strings.CutSuffix(s, "日"); found && strings.Contains(s, "年") {
		year, rest, ok1 := strings.Cut(rest, "年")
		month, dom, ok2 := strings.Cut(rest, "月")
		if !ok1 || !ok2 {
			return 0, 0, 0, false
		}
		return number3(strings.TrimSpace(year), strings.TrimSpace(month), strings.TrimSpace(dom))
	}
	for _, sep := range []string{"-", "/", "."} {
		if parts := strings.Split(s, sep); len(parts) == 3 {
			return number3(parts[0], parts[1], parts[2])
		}
	}
	return 0, 0, 0, false
}

func number3(year, month, dom string) (y, m, d int, ok bool) {
	if len(year) != 4 {
		return 0, 0, 0, false
	}
	y, ok1 := number(year)
	m, ok2 := number(month)
	d, ok3 := number(dom)
	return y, m, d, ok1 && ok2 && ok3
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

func number(s string) (int, bool) {
	if s == "" || len(s) > 4 {
		return 0, false
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
