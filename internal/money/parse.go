package money

import (
	"strings"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

// maxText bounds the work on a hostile cell.
const maxText = 96

// ParseAmount reads an amount of c: full-width characters, signs of c before
// or after (¥ ￥ 元 € CNY …), groups of three, a stop or a comma as the decimal
// sign ("1,234.50", "1 234,50", "1,5"). It refuses NaN, exponents, more
// decimals than c has, amounts beyond MaxAmount and the signs of other
// currencies, with faults of kind Invalid.
func ParseAmount(s string, c Currency) (Amount, error) {
	if len(s) > maxText {
		return 0, unreadable()
	}
	s, negative := cutMinus(strings.TrimSpace(foldYen(measure.Fold(s))))
	bare, err := cutSign(s, c)
	if err != nil {
		return 0, err
	}
	if negative && strings.HasPrefix(bare, "-") {
		return 0, unreadable()
	}
	n, err := measure.ParseFixed(bare, c.Exponent, int64(MaxAmount))
	if negative {
		n = -n
	}
	return Amount(n), err
}

// ParsePrice reads a price per unit, of at most four decimals and without a
// currency sign. See measure.ParseFixed for what is taken and refused.
func ParsePrice(s string) (Price, error) {
	n, err := measure.ParseFixed(s, 4, int64(MaxPrice))
	return Price(n), err
}

func unreadable() error {
	return fault.New(fault.Invalid, "value.not_a_number").WithCause(measure.ErrSyntax)
}

// foldYen folds the full-width currency signs, which lie outside the block
// that mirrors ASCII.
func foldYen(s string) string {
	if !strings.ContainsAny(s, "￥￡") {
		return s
	}
	return strings.NewReplacer("￥", "¥", "￡", "£").Replace(s)
}

// cutMinus takes a minus that stands before a currency sign.
func cutMinus(s string) (rest string, negative bool) {
	rest, negative = strings.CutPrefix(s, "-")
	return strings.TrimSpace(rest), negative
}

// cutSign takes one currency sign or code from either end and checks that it
// is one of c.
func cutSign(s string, c Currency) (string, error) {
	if rest, ok := cutEither(s, c.Code); ok {
		return rest, nil
	}
	for _, mark := range signs {
		rest, ok := cutEither(s, mark.sign)
		if !ok {
			continue
		}
		if !hasCode(mark.codes, c.Code) {
			return "", fault.New(fault.Invalid, "value.other_currency", fault.A("currency", c.Code)).WithCause(ErrCurrency)
		}
		return rest, nil
	}
	return s, nil
}

func cutEither(s, mark string) (string, bool) {
	if rest, ok := strings.CutPrefix(s, mark); ok && mark != "" {
		return strings.TrimSpace(rest), true
	}
	if rest, ok := strings.CutSuffix(s, mark); ok && mark != "" {
		return strings.TrimSpace(rest), true
	}
	return s, false
}

// Decimal writes the amount for machines, with all decimals of c: "1234.50".
func (a Amount) Decimal(c Currency) string {
	return measure.FormatFixed(int64(a), c.Exponent, c.Exponent)
}

// Decimal writes the price for machines with two to four decimals: "5.20",
// "0.0375".
func (p Price) Decimal() string { return measure.FormatFixed(int64(p), 4, 2) }
