package i18n

import (
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	cldr "github.com/bojanz/currency"
	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

var update = flag.Bool("update", false, "rewrite the golden page")

func TestMatch(t *testing.T) {
	for header, want := range map[string]Lang{
		"":                               ZhHans,
		"zh-CN,zh;q=0.9,en;q=0.8":        ZhHans,
		"zh-TW":                          ZhHans,
		"fr-CA,fr;q=0.9,en;q=0.5":        Fr,
		"en-GB":                          En,
		"de,fr;q=0.5":                    Fr,
		"sw":                             En, // CLDR: who reads Swahili rather reads English
		"hu;q=0.9":                       ZhHans,
		"*":                              ZhHans,
		"en;q=banana":                    ZhHans,
		strings.Repeat("en,", 5000):      En,
		"de-DE,de;q=0.9,en-US;q=0.8":     En,
		"\xff\xfe":                       ZhHans,
		"ja,ko;q=0.9,zh-Hans-CN;q=0.001": ZhHans,
	} {
		if got := Match(header); got != want {
			t.Errorf("Match(%.40q) = %s, want %s", header, got, want)
		}
	}
	if _, ok := ParseLang("de"); ok {
		t.Error("ParseLang took de")
	}
	if For("de").Lang() != ZhHans {
		t.Error("an unknown language must fall back to the default")
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5")
	f.Fuzz(func(t *testing.T, header string) {
		if _, ok := ParseLang(string(Match(header))); !ok {
			t.Fatal("not one of our languages")
		}
	})
}

// The money of each language is what CLDR says, for any amount, but for our minus.
func TestMoneyIsCLDR(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]money.Currency{{Code: "CNY", Exponent: 2}, {Code: "EUR", Exponent: 2}, {Code: "USD", Exponent: 2}, {Code: "JPY", Exponent: 0}}).Draw(t, "currency")
		a := money.Amount(rapid.Int64Range(-1e15, 1e15).Draw(t, "amount"))
		l := rapid.SampledFrom(Langs()).Draw(t, "lang")
		amount, err := cldr.NewAmount(a.Decimal(c), c.Code)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Replace(cldr.NewFormatter(cldr.NewLocale(string(l))).Format(amount), "-", Minus, 1)
		if got := For(l).Money(a, c); got != want {
			t.Fatalf("%s: %q, CLDR says %q", l, got, want)
		}
	})
}

func TestNumbers(t *testing.T) {
	cny := money.Currency{Code: "CNY", Exponent: 2}
	fr, zh, en := For(Fr), For(ZhHans), For(En)
	for _, c := range []struct{ got, want string }{
		{zh.Money(123450, cny), "¥1,234.50"},
		{fr.Money(123450, cny), "1\u202f234,50\u00a0CN¥"},
		{en.Money(-123450, cny), "\u2212CN¥1,234.50"},
		{zh.Price(52000, cny), "¥5.20"},
		{fr.Price(52505, cny), "5,2505\u00a0CN¥"},
		{zh.Int(1234567), "1,234,567"},
		{fr.Int(-1234), "\u22121\u202f234"},
		{zh.Int(-123), "\u2212123"},
		{fr.Quantity(12500), "12,5"},
		{zh.Quantity(1000000125), "1,000,000.125"},
		{zh.Percent(.884), "88%"},
		{fr.Percent(.884), "88\u202f%"},
		{zh.Percent(.999), "99%"},
		{zh.Percent(1), "100%"},
		{zh.Percent(.0001), "1%"},
		{zh.Percent(0), "0%"},
		{zh.Percent(math.NaN()), "–"},
		{fr.Decimal(4.25, 1), "4,2"},
		{zh.Decimal(4, 2), "4"},
		{zh.Decimal(-0.001, 1), "0"},
		{zh.Decimal(math.Inf(1), 1), "–"},
		{zh.Money(5, money.Currency{Code: "XTS", Exponent: 2}), "XTS\u00a00.05"},
		{fr.Money(5, money.Currency{Code: "XTS", Exponent: 2}), "0,05\u00a0XTS"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPluralForms(t *testing.T) {
	for _, c := range []struct {
		l           Lang
		thousandths int64
		want        form
	}{
		{En, 0, other}, {En, 1000, one}, {En, -1000, one}, {En, 1500, other}, {En, 2000, other},
		{Fr, 0, one}, {Fr, 1000, one}, {Fr, 1500, one}, {Fr, 2000, other}, {Fr, 1_000_000_000, many},
		{Fr, 2_000_000_000, many}, {Fr, 1_000_500_000, other}, {Fr, 11000, other},
		{ZhHans, 1000, other}, {ZhHans, 0, other},
	} {
		if got := For(c.l).formOf(c.thousandths); got != c.want {
			t.Errorf("%s %d: form %d, want %d", c.l, c.thousandths, got, c.want)
		}
	}
}

func TestMessagesTakeTypedArguments(t *testing.T) {
	messages, err := load(fstest.MapFS{"locales/fr/a.json": {Data: []byte(`{"a":"{v}","b":"avant {v} après {v}","c":"tout"}`)}}, Fr)
	if err != nil {
		t.Fatal(err)
	}
	p := &Printer{lang: Fr, messages: messages, symbols: currencySigns(Fr), layout: layouts[Fr]}
	for _, c := range []struct {
		value any
		want  string
	}{
		{"x", "x"},
		{1234, "1\u202f234"},
		{int64(1234), "1\u202f234"},
		{measure.Quantity(12500), "12,5"},
		{day.New(2026, 11, 1), "1er\u00a0novembre\u00a02026"},
		{Cash{123450, money.Currency{Code: "EUR", Exponent: 2}}, "1\u202f234,50\u00a0€"},
		{money.Amount(123450), "1\u202f234,50"},
		{money.Price(52000), "5,20"},
		{Key("c"), "tout"},
		{1.5, "1,5"},
		{time.Minute, "1m0s"},
		{true, "true"},
	} {
		if got := p.T("a", A("v", c.value)); got != c.want {
			t.Errorf("%T: %q, want %q", c.value, got, c.want)
		}
	}
	if got := p.T("b", A("v", "{v}")); got != "avant {v} après {v}" {
		t.Errorf("an argument was read as a placeholder: %q", got)
	}
	if got := p.Fault(fault.New(fault.Invalid, "c")); got != "tout" {
		t.Error(got)
	}
}

func TestMissingIsLoudUnderTest(t *testing.T) {
	for name, call := range map[string]func(){
		"message":  func() { For(En).T("no.such.key") },
		"argument": func() { For(En).T("ui.problems") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a missing %s went unnoticed", name)
				}
			}()
			call()
		}()
	}
	if For(En).Has("no.such.key") || !For(En).Has("ui.fewer") {
		t.Error("Has is wrong")
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"a key in two files":     {"locales/en/a.json": {Data: []byte(`{"k":"x"}`)}, "locales/en/b.json": {Data: []byte(`{"k":"y"}`)}},
		"a key twice in a file":  {"locales/en/a.json": {Data: []byte(`{"k":"x","k":"y"}`)}},
		"an open placeholder":    {"locales/en/a.json": {Data: []byte(`{"k":"x {n"}`)}},
		"a closed placeholder":   {"locales/en/a.json": {Data: []byte(`{"k":"x n}"}`)}},
		"a bad placeholder":      {"locales/en/a.json": {Data: []byte(`{"k":"x {N n}"}`)}},
		"an unknown plural form": {"locales/en/a.json": {Data: []byte(`{"k":{"two":"x","other":"y"}}`)}},
		"no other form":          {"locales/en/a.json": {Data: []byte(`{"k":{"one":"x"}}`)}},
		"a number":               {"locales/en/a.json": {Data: []byte(`{"k":3}`)}},
		"a list":                 {"locales/en/a.json": {Data: []byte(`["k"]`)}},
		"half a file":            {"locales/en/a.json": {Data: []byte(`{"k":"x"`)}},
	} {
		if _, err := load(files, En); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("left {n} days, {what}")
	f.Add("{")
	f.Fuzz(func(t *testing.T, s string) {
		parts, err := cut(s)
		if err != nil {
			return
		}
		if got := text(parts); got != s && !strings.Contains(s, "{") {
			t.Fatalf("%q became %q", s, got)
		}
	})
}

// The golden page shows dates, weekdays, festivals, units and plurals as people read
// them; a change of it is a change of what is on the screen. go test -update rewrites it.
func TestGoldenPage(t *testing.T) {
	var b strings.Builder
	for _, l := range Langs() {
		p := For(l)
		fmt.Fprintf(&b, "# %s (%s)\n", l, l.Name())
		for _, d := range []day.Date{day.New(2026, 11, 23), day.New(2027, 2, 6), day.New(2026, 5, 1), day.New(2025, 8, 1), day.New(2030, 2, 3), day.New(2100, 12, 31)} {
			fmt.Fprintf(&b, "%s | %s | %s | %s | %s | %s\n", d, p.Date(d), p.DateShort(d), p.WeekdayDate(d), p.Month(d), p.Lunar(d))
		}
		for w := range time.Weekday(7) {
			fmt.Fprintf(&b, "%s %s; ", p.Weekday(w), p.WeekdayShort(w))
		}
		b.WriteByte('\n')
		for _, f := range day.Festivals() {
			fmt.Fprintf(&b, "%s; ", p.Festival(f))
		}
		b.WriteByte('\n')
		for _, r := range tenant.Roles() {
			fmt.Fprintf(&b, "%s; ", p.Role(r))
		}
		b.WriteByte('\n')
		for _, u := range measure.AllUnits() {
			for _, q := range []measure.Quantity{0, 500, 1000, 1500, 2000, 1_000_000_000} {
				fmt.Fprintf(&b, "%s; ", p.Measured(q, u.Code))
			}
			b.WriteByte('\n')
		}
		for _, n := range []int{1, 2, 1_000_000} {
			fmt.Fprintf(&b, "%s; ", p.T("ui.problems", A("n", n)))
		}
		fmt.Fprintf(&b, "\n%s; %s\n", p.Time(time.Date(2026, 11, 23, 9, 5, 0, 0, time.UTC)), p.DateTime(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)))
	}
	const file = "testdata/golden.txt"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the golden page differs; look at it, then run go test -update\n%s", b.String())
	}
}

func BenchmarkT(b *testing.B) {
	p := For(Fr)
	for b.Loop() {
		_ = p.T("ui.problems", A("n", 3))
	}
}

// People read one minus in every language, whatever is negative, and what they copy
// from a page can be typed into a form.
func TestOneMinus(t *testing.T) {
	cny := money.Currency{Code: "CNY", Exponent: 2}
	for _, l := range Langs() {
		p := For(l)
		for _, text := range []string{p.Int(-7), p.Quantity(-1_500), p.Measured(-1_500, "kg"), p.Decimal(-2.25, 2), p.Percent(-0.3), p.Money(-1_234, cny), p.Price(-52_000, cny), p.Value(int64(-3))} {
			if strings.Contains(text, "-") || !strings.Contains(text, Minus) {
				t.Errorf("%s writes %q", l, text)
			}
		}
		if back, err := measure.ParseFixed(p.Quantity(-1_500), 3, 1e9); err != nil || back != -1_500 {
			t.Errorf("%s: %q is read as %d: %v", l, p.Quantity(-1_500), back, err)
		}
	}
}

func TestBetween(t *testing.T) {
	p := For(Fr)
	if got := p.Between("3 €", "5 €"); got != "3 € à 5 €" {
		t.Errorf("two figures: %q", got)
	}
	if got := p.Between("4 €", "4 €"); got != "4 €" {
		t.Errorf("one figure: %q", got)
	}
}
