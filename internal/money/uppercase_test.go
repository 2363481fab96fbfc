package money_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/money"
)

func TestUppercase(t *testing.T) {
	tests := []struct {
		in   money.Amount
		want string
	}{
		// The examples of the rules for payment documents (支付结算办法, annex 1).
		{140950, "人民币壹仟肆佰零玖元伍角"},
		{600714, "人民币陆仟零柒元壹角肆分"},
		{1640902, "人民币壹万陆仟肆佰零玖元零贰分"},
		{32504, "人民币叁佰贰拾伍元零肆分"},
		{168032, "人民币壹仟陆佰捌拾元叁角贰分"},
		{10700053, "人民币壹拾万柒仟元伍角叁分"},

		{0, "人民币零元整"},
		{1, "人民币壹分"},
		{50, "人民币伍角"},
		{53, "人民币伍角叁分"},
		{100, "人民币壹元整"},
		{1000, "人民币壹拾元整"},
		{1005, "人民币壹拾元零伍分"},
		{100000, "人民币壹仟元整"},
		{100100, "人民币壹仟零壹元整"},
		{1000000, "人民币壹万元整"},
		{1000100, "人民币壹万零壹元整"},
		{1100000, "人民币壹万壹仟元整"},
		{10000100, "人民币壹拾万零壹元整"},
		{10_0100_00, "人民币壹拾万零壹佰元整"},
		{1_0000_0000_00, "人民币壹亿元整"},
		{1_0000_0001_00, "人民币壹亿零壹元整"},
		{1_0001_0000_00, "人民币壹亿零壹万元整"},
		{1_1000_0000_00, "人民币壹亿壹仟万元整"},
		{1_0000_1000_00, "人民币壹亿零壹仟元整"},
		{10_0000_0000_0000_00, "人民币壹拾万亿元整"},
		{9_9999_9999_9999_99, "人民币玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"},
		{-140950, "人民币负壹仟肆佰零玖元伍角"},
	}
	for _, tt := range tests {
		if got := money.Uppercase(tt.in); got != tt.want {
			t.Errorf("Uppercase(%d) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

// Reading the capitals back must give the amount, and no gap is written twice.
func TestUppercaseReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.OneOf(rapid.Int64Range(0, 1_000_000), rapid.Int64Range(0, int64(money.MaxAmount)),
			rapid.Custom(func(t *rapid.T) int64 { // mostly zeros
				n := int64(0)
				for range 15 {
					n = n*10 + rapid.SampledFrom([]int64{0, 0, 0, 0, 7}).Draw(t, "digit")
				}
				return n
			})).Draw(t, "a")
		text := money.Uppercase(money.Amount(a))
		if back := readCapitals(text); back != a {
			t.Fatalf("%d wrote %s, which reads %d", a, text, back)
		}
		if strings.Contains(text, "零零") || a > 0 && strings.Contains(text, "零元") || strings.HasSuffix(text, "零") {
			t.Fatalf("%d wrote %s", a, text)
		}
	})
}

func readCapitals(s string) int64 {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "人民币"), "整")
	yuan, rest, found := strings.Cut(s, "元")
	if !found {
		yuan, rest = "", s
	}
	var total, section, digit int64
	for _, r := range yuan {
		switch r {
		case '拾', '佰', '仟':
			section += digit * map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}[r]
			digit = 0
		case '万':
			total += (section + digit) * 1_0000
			section, digit = 0, 0
		case '亿':
			total = (total + section + digit) * 1_0000_0000
			section, digit = 0, 0
		default:
			digit = capital(r)
		}
	}
	fen := (total + section + digit) * 100
	digit = 0
	for _, r := range rest {
		switch r {
		case '角':
			fen += digit * 10
		case '分':
			fen += digit
		default:
			digit = capital(r)
		}
	}
	return fen
}

func capital(r rune) int64 {
	for i, c := range []rune("零壹贰叁肆伍陆柒捌玖") {
		if c == r {
			return int64(i)
		}
	}
	return -1 << 40
}
