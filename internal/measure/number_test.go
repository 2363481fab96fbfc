package measure_test

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

func TestParseDecimal(t *testing.T) {
	tests := []struct {
		in   string
		want int64
	}{
		{"12", 12000}, {"12.5", 12500}, {"0.125", 125}, {".5", 500}, {"5.", 5000}, {"-3", -3000}, {"+3", 3000},
		{"-0", 0}, {"0", 0}, {"007", 7000}, {" 12 ", 12000}, {"- 3", -3000},
		{"１２．５", 12500}, {"－１２，５", -12500}, {"\u300012\u3000", 12000}, {"3。5", 3500}, {"−4", -4000},
		{"12,5", 12500}, {"0,125", 125}, {",25", 250}, {"12,50", 12500},
		{"1,234.5", 1234500}, {"1.234,5", 1234500}, {"1,234,567", 1234567000}, {"1 234 567,5", 1234567500},
		{"1\u202f234,5", 1234500}, {"1\u00a0234", 1234000}, {"1'234.5", 1234500}, {"1’234.5", 1234500}, {"12 345", 12345000},
		{"10000000000", 1e13}, {"-10000000000.000", -1e13}, {"1,000,000.125", 1000000125},
	}
	for _, tt := range tests {
		if got, err := measure.ParseDecimal(tt.in); err != nil || got != tt.want {
			t.Errorf("ParseDecimal(%q) = %d, %v; want %d", tt.in, got, err, tt.want)
		}
	}
}

func TestParseDecimalRefuses(t *testing.T) {
	tests := []struct {
		in    string
		cause error
	}{
		{"", measure.ErrSyntax}, {" ", measure.ErrSyntax}, {".", measure.ErrSyntax}, {",", measure.ErrSyntax}, {"-", measure.ErrSyntax},
		{"NaN", measure.ErrSyntax}, {"Inf", measure.ErrSyntax}, {"-Infinity", measure.ErrSyntax}, {"1e3", measure.ErrSyntax},
		{"0x10", measure.ErrSyntax}, {"1_000", measure.ErrSyntax}, {"--1", measure.ErrSyntax}, {"1-", measure.ErrSyntax},
		{"1.2.3", measure.ErrSyntax}, {"1.234.567", measure.ErrSyntax}, {"1,23,4", measure.ErrSyntax}, {"1234,567.5", measure.ErrSyntax},
		{"1,234 567", measure.ErrSyntax}, {"1 2", measure.ErrSyntax}, {"12 34", measure.ErrSyntax}, {"1, 5", measure.ErrSyntax},
		{"1.5 2", measure.ErrSyntax}, {",234.5", measure.ErrSyntax}, {"十二", measure.ErrSyntax}, {"１２个", measure.ErrSyntax},
		{"🍊", measure.ErrSyntax}, {"1\x00", measure.ErrSyntax}, {"\xff1", measure.ErrSyntax}, {"٣", measure.ErrSyntax},
		{"=1+1", measure.ErrSyntax}, {"1\n2", measure.ErrSyntax}, {strings.Repeat("9", 10<<20), measure.ErrSyntax},
		{"1,250", measure.ErrAmbiguous}, {"12,000", measure.ErrAmbiguous},
		{"0.1234", measure.ErrPrecision}, {"1.0000", measure.ErrPrecision}, {"0,0001", measure.ErrPrecision},
		{"10000000000.001", measure.ErrRange}, {"99999999999999999999", measure.ErrRange}, {"-10000000001", measure.ErrRange},
	}
	for _, tt := range tests {
		got, err := measure.ParseDecimal(tt.in)
		if !errors.Is(err, tt.cause) || fault.KindOf(err) != fault.Invalid || got != 0 {
			t.Errorf("ParseDecimal(%.40q) = %d, %v; want cause %v", tt.in, got, err, tt.cause)
		}
	}
}

// A comma alone is a group sign where three decimals are impossible.
func TestParseFixedCommaByPlaces(t *testing.T) {
	tests := []struct {
		in     string
		places int
		want   int64
	}{
		{"1,250", 2, 125000}, {"1,250", 0, 1250}, {"1,2505", 4, 12505}, {"12,5", 2, 1250}, {"1,250,000", 4, 12500000000},
	}
	for _, tt := range tests {
		if got, err := measure.ParseFixed(tt.in, tt.places, math.MaxInt64); err != nil || got != tt.want {
			t.Errorf("ParseFixed(%q, %d) = %d, %v; want %d", tt.in, tt.places, got, err, tt.want)
		}
	}
	if _, err := measure.ParseFixed("9223372036854775808", 0, math.MaxInt64); !errors.Is(err, measure.ErrRange) {
		t.Errorf("overflow passed: %v", err)
	}
	if n, err := measure.ParseFixed("9223372036854775807", 0, math.MaxInt64); err != nil || n != math.MaxInt64 {
		t.Errorf("the largest number was refused: %d, %v", n, err)
	}
}

func TestFormatFixed(t *testing.T) {
	tests := []struct {
		n           int64
		places, min int
		want        string
	}{
		{0, 3, 0, "0"}, {12000, 3, 0, "12"}, {12500, 3, 0, "12.5"}, {125, 3, 0, "0.125"}, {-125, 3, 0, "-0.125"},
		{1, 3, 0, "0.001"}, {0, 2, 2, "0.00"}, {123450, 2, 2, "1234.50"}, {52000, 4, 2, "5.20"}, {375, 4, 2, "0.0375"},
		{7, 0, 0, "7"}, {math.MinInt64, 3, 0, "-9223372036854775.808"}, {math.MaxInt64, 0, 0, "9223372036854775807"},
	}
	for _, tt := range tests {
		if got := measure.FormatFixed(tt.n, tt.places, tt.min); got != tt.want {
			t.Errorf("FormatFixed(%d, %d, %d) = %q, want %q", tt.n, tt.places, tt.min, got, tt.want)
		}
	}
}

func TestDecimalRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := measure.Quantity(rapid.Int64Range(-int64(measure.MaxQuantity), int64(measure.MaxQuantity)).Draw(t, "q"))
		text := q.Decimal()
		if back, err := measure.ParseQuantity(text); err != nil || back != q {
			t.Fatalf("%d wrote %q, read %d, %v", q, text, back, err)
		}
		wide := strings.Map(func(r rune) rune { return r + 0xFEE0 }, text)
		if back, err := measure.ParseQuantity(wide); err != nil || back != q {
			t.Fatalf("%d in full width %q read %d, %v", q, wide, back, err)
		}
	})
}

// Whatever is taken must mean what the exact rational of its digits means.
func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"12", "1,234.5", "1.234,5", "－１２。５", "1 234", "0,125", "1,250", "NaN", "1e9", ".", "9999999999999999", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := measure.ParseDecimal(s)
		if err != nil {
			if n != 0 || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q was refused with %d, %v", s, n, err)
			}
			return
		}
		if n > int64(measure.MaxQuantity) || n < -int64(measure.MaxQuantity) {
			t.Fatalf("%q is out of bounds: %d", s, n)
		}
		if want := rational(measure.Fold(s)); want == nil || want.Cmp(big.NewRat(n, 1000)) != 0 {
			t.Fatalf("%q read as %d thousandths, its digits say %v", s, n, want)
		}
	})
}

// rational reads a number the slow way: the last sign with other than three
// digits behind it, or the later of two kinds, or a lone stop, is the decimal
// sign.
func rational(s string) *big.Rat {
	s = strings.NewReplacer(" ", "", "'", "", "\t", "", "\n", "", "\r", "", "\v", "", "\f", "").Replace(s)
	at := strings.LastIndexAny(s, ".,")
	if at >= 0 && s[at] == ',' && strings.Count(s, ",") > 1 {
		at = -1
	}
	whole, frac := s, ""
	if at >= 0 {
		whole, frac = s[:at], s[at+1:]
	}
	whole = strings.NewReplacer(",", "", ".", "").Replace(whole)
	r, ok := new(big.Rat).SetString(whole + "." + frac + "0")
	if !ok {
		return nil
	}
	return r
}
