package money_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

func TestParseAmount(t *testing.T) {
	tests := []struct {
		in   string
		c    money.Currency
		want money.Amount
	}{
		{"1234.50", money.CNY, 123450}, {"1,234.50", money.CNY, 123450}, {"1 234,50", eur, 123450}, {"1.234,50", eur, 123450},
		{"¥12.3", money.CNY, 1230}, {"￥１２．３", money.CNY, 1230}, {"12.30元", money.CNY, 1230}, {"CN¥ 12.30", money.CNY, 1230},
		{"12.30 CNY", money.CNY, 1230}, {"RMB 12", money.CNY, 1200}, {"¥1200", jpy, 1200}, {"1,200", jpy, 1200},
		{"€12,50", eur, 1250}, {"12,50 €", eur, 1250}, {"12,5", eur, 1250}, {"-¥5", money.CNY, -500}, {"¥-5", money.CNY, -500},
		{"- ¥ 5", money.CNY, -500}, {"1,250", money.CNY, 125000}, {"0", money.CNY, 0}, {"-0", money.CNY, 0}, {".5", money.CNY, 50},
		{"1.234", kwd, 1234}, {"10000000000000", money.CNY, 1e15}, {"-10,000,000,000,000.00", money.CNY, -1e15},
	}
	for _, tt := range tests {
		if got, err := money.ParseAmount(tt.in, tt.c); err != nil || got != tt.want {
			t.Errorf("ParseAmount(%q, %s) = %d, %v; want %d", tt.in, tt.c.Code, got, err, tt.want)
		}
	}
}

func TestParseAmountRefuses(t *testing.T) {
	tests := []struct {
		in    string
		c     money.Currency
		cause error
	}{
		{"", money.CNY, measure.ErrSyntax}, {"¥", money.CNY, measure.ErrSyntax}, {"NaN", money.CNY, measure.ErrSyntax},
		{"Inf", money.CNY, measure.ErrSyntax}, {"1e5", money.CNY, measure.ErrSyntax}, {"--5", money.CNY, measure.ErrSyntax},
		{"-¥-5", money.CNY, measure.ErrSyntax}, {"¥¥5", money.CNY, measure.ErrSyntax}, {"(5)", money.CNY, measure.ErrSyntax},
		{"5 per kg", money.CNY, measure.ErrSyntax}, {"💰5", money.CNY, measure.ErrSyntax}, {"\xff", money.CNY, measure.ErrSyntax},
		{strings.Repeat("1", 10<<20), money.CNY, measure.ErrSyntax},
		{"1.234", money.CNY, measure.ErrPrecision}, {"1.5", jpy, measure.ErrPrecision}, {"0,125", eur, measure.ErrPrecision},
		{"10000000000000.01", money.CNY, measure.ErrRange}, {"99999999999999999999", money.CNY, measure.ErrRange},
		{"€5", money.CNY, money.ErrCurrency}, {"$5", money.CNY, money.ErrCurrency}, {"¥5", eur, money.ErrCurrency}, {"5元", eur, money.ErrCurrency},
		{"1,250", kwd, measure.ErrAmbiguous},
	}
	for _, tt := range tests {
		got, err := money.ParseAmount(tt.in, tt.c)
		if !errors.Is(err, tt.cause) || fault.KindOf(err) != fault.Invalid || got != 0 {
			t.Errorf("ParseAmount(%.30q, %s) = %d, %v; want cause %v", tt.in, tt.c.Code, got, err, tt.cause)
		}
	}
}

func TestParsePrice(t *testing.T) {
	for in, want := range map[string]money.Price{
		"5.2": 52000, "5.2000": 52000, "0.0375": 375, "5,2": 52000, "１．２５": 12500, "1,234.5": 12345000, "1000000000": 1e13, "1,2345": 12345,
	} {
		if got, err := money.ParsePrice(in); err != nil || got != want {
			t.Errorf("ParsePrice(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for in, cause := range map[string]error{
		"": measure.ErrSyntax, "free": measure.ErrSyntax, "NaN": measure.ErrSyntax, "1e1": measure.ErrSyntax,
		"0.00001": measure.ErrPrecision, "1,250": measure.ErrAmbiguous, "1000000000.0001": measure.ErrRange,
	} {
		if got, err := money.ParsePrice(in); !errors.Is(err, cause) || got != 0 {
			t.Errorf("ParsePrice(%q) = %d, %v; want cause %v", in, got, err, cause)
		}
	}
}

func TestDecimalForms(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{money.Amount(123450).Decimal(money.CNY), "1234.50"},
		{money.Amount(-5).Decimal(money.CNY), "-0.05"},
		{money.Amount(1200).Decimal(jpy), "1200"},
		{money.Amount(1200).Decimal(kwd), "1.200"},
		{money.Price(52000).Decimal(), "5.20"},
		{money.Price(375).Decimal(), "0.0375"},
		{money.Price(-12345).Decimal(), "-1.2345"},
		{money.Price(0).Decimal(), "0.00"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestDecimalRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount(rapid.Int64Range(-int64(money.MaxAmount), int64(money.MaxAmount)).Draw(t, "a"))
		c := rapid.SampledFrom([]money.Currency{money.CNY, jpy, kwd, eur}).Draw(t, "c")
		for _, text := range []string{a.Decimal(c), a.Decimal(c) + " " + c.Code} {
			if back, err := money.ParseAmount(text, c); err != nil || back != a {
				t.Fatalf("%d wrote %q, read %d, %v", a, text, back, err)
			}
		}
		p := money.Price(rapid.Int64Range(-int64(money.MaxPrice), int64(money.MaxPrice)).Draw(t, "p"))
		if back, err := money.ParsePrice(p.Decimal()); err != nil || back != p {
			t.Fatalf("%d wrote %q, read %d, %v", p, p.Decimal(), back, err)
		}
	})
}

func TestParseCurrency(t *testing.T) {
	for in, want := range map[string]money.Currency{
		"CNY": money.CNY, " cny ": money.CNY, "ＪＰＹ": jpy, "eur": eur, "KWD": kwd, "usd": {Code: "USD", Exponent: 2}, "VND": {Code: "VND", Exponent: 0},
	} {
		if got, err := money.ParseCurrency(in); err != nil || got != want {
			t.Errorf("ParseCurrency(%q) = %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"", "C", "CN", "CNYX", "XXX", "¥", "NY ", "CNY EUR", "\xff\xff\xff", strings.Repeat("CNY ", 1<<20)} {
		if got, err := money.ParseCurrency(in); !errors.Is(err, money.ErrCurrency) || got != (money.Currency{}) {
			t.Errorf("ParseCurrency(%.20q) = %v, %v", in, got, err)
		}
	}
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"1,234.50", "￥１２．３", "-¥5", "1 234,50 €", "NaN", "¥¥5", "1e9", "元", "1.234,5 CNY"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, s string, exponent int) {
		c := money.CNY
		if exponent&1 == 1 {
			c = jpy
		}
		a, err := money.ParseAmount(s, c)
		if err != nil {
			if a != 0 || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q was refused with %d, %v", s, a, err)
			}
			return
		}
		if a > money.MaxAmount || a < -money.MaxAmount {
			t.Fatalf("%q is out of bounds: %d", s, a)
		}
		if back, err := money.ParseAmount(a.Decimal(c), c); err != nil || back != a {
			t.Fatalf("%q read %d, written %q, read again %d, %v", s, a, a.Decimal(c), back, err)
		}
		if !samePlainDigits(s, a.Decimal(c)) {
			t.Fatalf("%q read as %s", s, a.Decimal(c))
		}
	})
}

func FuzzParsePrice(f *testing.F) {
	for _, s := range []string{"5.2", "0.0375", "1,2345", "1,250", "－５", "9999999999", "."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := money.ParsePrice(s)
		if err != nil {
			if p != 0 || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q was refused with %d, %v", s, p, err)
			}
			return
		}
		if back, err := money.ParsePrice(p.Decimal()); err != nil || back != p {
			t.Fatalf("%q read %d, written %q, read again %d, %v", s, p, p.Decimal(), back, err)
		}
		if !samePlainDigits(s, p.Decimal()) {
			t.Fatalf("%q read as %s", s, p.Decimal())
		}
	})
}

// samePlainDigits compares the digits alone, without zeros at either end: no
// digit that was typed may be lost or made up.
func samePlainDigits(typed, read string) bool {
	keep := func(s string) string {
		return strings.Trim(strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, measure.Fold(s)), "0")
	}
	return keep(typed) == keep(read)
}
