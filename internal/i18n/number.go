package i18n

import (
	"math"
	"strconv"
	"strings"

	cldr "github.com/bojanz/currency"

	"buhuo/internal/measure"
	"buhuo/internal/money"
)

const (
	noBreak       = "\u00a0"
	narrowNoBreak = "\u202f"
	// Minus is the sign of a number that people read: a hyphen is shorter than the
	// digits and breaks the line. Files for machines have the hyphen.
	Minus = "\u2212"
)

// layout is how a language writes numbers (CLDR).
type layout struct {
	group, decimal string
	percent        string
	symbolLast     bool // 1 234,50 CN¥
}

var layouts = map[Lang]layout{
	ZhHans: {group: ",", decimal: ".", percent: "%"},
	En:     {group: ",", decimal: ".", percent: "%"},
	Fr:     {group: narrowNoBreak, decimal: ",", percent: narrowNoBreak + "%", symbolLast: true},
}

// number turns a machine decimal ("-1234.50") into the language's form ("−1 234,50").
func (l layout) number(machine string) string {
	sign := ""
	if strings.HasPrefix(machine, "-") {
		sign, machine = Minus, machine[1:]
	}
	whole, fraction, hasFraction := strings.Cut(machine, ".")
	if sign == "" && len(whole) <= 3 && !hasFraction {
		return machine
	}
	var b strings.Builder
	b.Grow(len(machine) + 8)
	b.WriteString(sign)
	for i, digit := range []byte(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(l.group)
		}
		b.WriteByte(digit)
	}
	if hasFraction {
		b.WriteString(l.decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// Typed writes a machine decimal ("1234.5") as people type it into a field: with the
// decimal sign of the language and without groups.
func (p *Printer) Typed(machine string) string {
	if p.layout.decimal == "." {
		return machine
	}
	return strings.Replace(machine, ".", p.layout.decimal, 1)
}

// Comma reports whether a comma alone is the decimal sign of the language, also
// before three digits.
func (p *Printer) Comma() bool { return p.layout.decimal == "," }

// Int writes a whole number: "12,345", "12 345".
func (p *Printer) Int(n int64) string { return p.layout.number(strconv.FormatInt(n, 10)) }

// Quantity writes thousandths without trailing zeros: "12", "12.5", "0,125".
func (p *Printer) Quantity(q measure.Quantity) string { return p.layout.number(q.Decimal()) }

// Decimal writes a figure that is only shown, never stored, with at most digits
// decimals and no trailing zeros ("4.2" days). What is no number is a dash.
func (p *Printer) Decimal(f float64, digits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "–"
	}
	s := strconv.FormatFloat(f, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		s = "0"
	}
	return p.layout.number(s)
}

// Percent writes a share (0.88) as whole per cent: "88%", "88 %". A probability that
// is not quite certain is not shown as 100, nor one that is possible as 0.
func (p *Printer) Percent(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return "–"
	}
	n := math.Round(share * 100)
	switch {
	case n == 100 && share < 1:
		n = 99
	case n == 0 && share > 0:
		n = 1
	}
	return p.Int(int64(n)) + p.layout.percent
}

// Money writes an amount with its sign: "¥1,234.50", "1 234,50 CN¥", "CN¥1,234.50".
func (p *Printer) Money(a money.Amount, c money.Currency) string {
	return p.signed(a.Decimal(c), c)
}

// Price writes a price per unit with two to four decimals.
func (p *Printer) Price(v money.Price, c money.Currency) string {
	return p.signed(v.Decimal(), c)
}

func (p *Printer) signed(machine string, c money.Currency) string {
	symbol, ok := p.symbols[c.Code]
	if !ok {
		symbol = c.Code + noBreak
		if p.layout.symbolLast {
			symbol = c.Code
		}
	}
	n := p.layout.number(machine)
	if p.layout.symbolLast {
		return n + noBreak + symbol
	}
	if rest, below := strings.CutPrefix(n, Minus); below {
		return Minus + symbol + rest
	}
	return symbol + n
}

// currencySigns are CLDR's signs for the currencies whose sign is not their code.
func currencySigns(l Lang) map[string]string {
	locale := cldr.NewLocale(string(l))
	out := map[string]string{}
	for _, code := range cldr.GetCurrencyCodes() {
		if symbol, ok := cldr.GetSymbol(code, locale); ok && symbol != code {
			out[code] = symbol
		}
	}
	return out
}
