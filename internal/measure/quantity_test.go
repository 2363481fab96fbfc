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

func unit(t *testing.T, code string) measure.Unit {
	t.Helper()
	u, ok := measure.UnitByCode(code)
	if !ok {
		t.Fatalf("no unit %q", code)
	}
	return u
}

func TestParseUnit(t *testing.T) {
	tests := map[string]string{
		"斤": "jin", "两": "liang", "公斤": "kg", "千克": "kg", "克": "g", "件": "piece", "个": "piece", "箱": "box",
		"袋": "bag", "饼": "cake", "桶": "bucket", "瓶": "bottle", "罐": "can", "筐": "basket", "升": "l", "毫升": "ml",
		"KG": "kg", "ｋｇ": "kg", " Kg ": "kg", "㎏": "kg", "L": "l", "mL": "ml", "pièces": "piece", "PIÈCE": "piece", "caisse": "box",
		"Bouteille": "bottle", "boxes": "box", "pcs": "piece", "basket": "basket", "Galettes": "cake",
	}
	for in, want := range tests {
		if u, err := measure.ParseUnit(in); err != nil || u.Code != want {
			t.Errorf("ParseUnit(%q) = %q, %v; want %q", in, u.Code, err, want)
		}
	}
	for _, in := range []string{"", " ", "盒", "条", "k g", "斤斤", "🍊", "\xff", "kg\x00", strings.Repeat("kg", 5<<20)} {
		if u, err := measure.ParseUnit(in); !errors.Is(err, measure.ErrUnit) || fault.KindOf(err) != fault.Invalid || u != (measure.Unit{}) {
			t.Errorf("ParseUnit(%.20q) = %v, %v", in, u, err)
		}
	}
}

func TestEveryUnitReadsItsOwnCode(t *testing.T) {
	all := measure.AllUnits()
	for _, u := range all {
		if got, err := measure.ParseUnit(strings.ToUpper(u.Code)); err != nil || got != u {
			t.Errorf("ParseUnit(%q) = %v, %v", u.Code, got, err)
		}
		if factor, ok := u.FactorTo(u); !ok || factor != measure.One {
			t.Errorf("%s to itself = %v, %v", u.Code, factor, ok)
		}
	}
	all[0].Code = "changed"
	if measure.AllUnits()[0].Code != "kg" {
		t.Error("AllUnits gives its own table away")
	}
}

func TestFactorTo(t *testing.T) {
	tests := []struct {
		from, to string
		want     measure.Ratio
		ok       bool
	}{
		{"jin", "kg", measure.Ratio{Num: 1, Den: 2}, true},
		{"kg", "jin", measure.Ratio{Num: 2, Den: 1}, true},
		{"liang", "kg", measure.Ratio{Num: 1, Den: 20}, true},
		{"liang", "jin", measure.Ratio{Num: 1, Den: 10}, true},
		{"g", "liang", measure.Ratio{Num: 1, Den: 50}, true},
		{"l", "ml", measure.Ratio{Num: 1000, Den: 1}, true},
		{"kg", "l", measure.Ratio{}, false},
		{"box", "piece", measure.Ratio{}, false},
		{"piece", "kg", measure.Ratio{}, false},
		{"bag", "box", measure.Ratio{}, false},
	}
	for _, tt := range tests {
		got, ok := unit(t, tt.from).FactorTo(unit(t, tt.to))
		if ok != tt.ok || got != tt.want {
			t.Errorf("%s to %s = %v, %v; want %v, %v", tt.from, tt.to, got, ok, tt.want, tt.ok)
		}
	}
	if _, ok := (measure.Unit{}).FactorTo(measure.Unit{}); ok {
		t.Error("no unit converts to no unit")
	}
}

func TestConvertExamples(t *testing.T) {
	half, third := measure.Ratio{Num: 1, Den: 2}, measure.Ratio{Num: 1, Den: 3}
	tests := []struct {
		name   string
		n      measure.Quantity
		factor measure.Ratio
		want   measure.Quantity
		cause  error
	}{
		{"3 jin in kg", 3000, half, 1500, nil},
		{"-3 jin in kg", -3000, half, -1500, nil},
		{"0.001 jin is no whole gram", 1, half, 0, measure.ErrInexact},
		{"a third", 1000, third, 0, measure.ErrInexact},
		{"three thirds", 3000, third, 1000, nil},
		{"at the bound", measure.MaxQuantity, measure.One, measure.MaxQuantity, nil},
		{"over the bound", measure.MaxQuantity, measure.Ratio{Num: 2, Den: 1}, 0, measure.ErrRange},
		{"beyond 64 bits", math.MaxInt64, measure.Ratio{Num: measure.MaxRatio, Den: 1}, 0, measure.ErrRange},
		{"smallest number", math.MinInt64, measure.One, 0, measure.ErrRange},
		{"no factor", 1, measure.Ratio{}, 0, measure.ErrRange},
		{"negative factor", 1, measure.Ratio{Num: -1, Den: 1}, 0, measure.ErrRange},
		{"factor not reduced", 2, measure.Ratio{Num: 2, Den: 4}, 0, measure.ErrRange},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := measure.Convert(tt.n, tt.factor)
			if got != tt.want || !errors.Is(err, tt.cause) {
				t.Errorf("got %d, %v; want %d, %v", got, err, tt.want, tt.cause)
			}
		})
	}
}

func ratios() *rapid.Generator[measure.Ratio] {
	return rapid.Custom(func(t *rapid.T) measure.Ratio {
		part := rapid.OneOf(rapid.Int64Range(1, 60), rapid.Int64Range(1, measure.MaxRatio))
		r, err := measure.NewRatio(part.Draw(t, "num"), part.Draw(t, "den"))
		if err != nil {
			t.Fatal(err)
		}
		return r
	})
}

func TestConvertAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(-100_000, 100_000), rapid.Int64()).Draw(t, "n")
		r := ratios().Draw(t, "factor")
		exact := new(big.Rat).Mul(new(big.Rat).SetInt64(n), big.NewRat(r.Num, r.Den))
		limit := big.NewRat(int64(measure.MaxQuantity), 1)
		got, err := measure.Convert(measure.Quantity(n), r)
		switch {
		case exact.IsInt() && new(big.Rat).Abs(exact).Cmp(limit) <= 0:
			if err != nil || big.NewRat(int64(got), 1).Cmp(exact) != 0 {
				t.Fatalf("%d × %v = %d, %v; want %v", n, r, got, err, exact)
			}
			if back, err := measure.Convert(got, r.Inverse()); err == nil && back != measure.Quantity(n) {
				t.Fatalf("%d × %v does not come back: %d", n, r, back)
			}
		case err == nil:
			t.Fatalf("%d × %v = %d was taken, exact is %v", n, r, got, exact)
		}
	})
}

func TestRatioMul(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := ratios().Draw(t, "a"), ratios().Draw(t, "b")
		exact := new(big.Rat).Mul(big.NewRat(a.Num, a.Den), big.NewRat(b.Num, b.Den))
		fits := exact.Num().Cmp(big.NewInt(measure.MaxRatio)) <= 0 && exact.Denom().Cmp(big.NewInt(measure.MaxRatio)) <= 0
		got, err := a.Mul(b)
		if fits != (err == nil) {
			t.Fatalf("%v × %v = %v, %v; exact %v", a, b, got, err, exact)
		}
		if err == nil && (big.NewRat(got.Num, got.Den).Cmp(exact) != 0 || !got.Valid()) {
			t.Fatalf("%v × %v = %v, exact %v", a, b, got, exact)
		}
	})
	for _, bad := range [][2]int64{{0, 1}, {1, 0}, {-1, 2}, {1, -2}, {measure.MaxRatio + 1, 1}, {1, measure.MaxRatio + 1}} {
		if r, err := measure.NewRatio(bad[0], bad[1]); err == nil {
			t.Errorf("NewRatio(%v) = %v", bad, r)
		}
	}
	if (measure.Ratio{}).Valid() {
		t.Error("the zero ratio is valid")
	}
	if _, err := (measure.Ratio{}).Mul(measure.One); err == nil {
		t.Error("a product with the zero ratio was taken")
	}
}

func TestNewPack(t *testing.T) {
	box, err := measure.NewPack("box", 10_000, unit(t, "jin"), unit(t, "kg"))
	if err != nil || box != (measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}) {
		t.Fatalf("a box of 10 jin in kg = %v, %v", box, err)
	}
	if size, err := box.Size(); err != nil || size != 5000 {
		t.Errorf("its size is %d, %v", size, err)
	}
	if _, err := measure.NewPack("box", 10_000, unit(t, "piece"), unit(t, "kg")); !errors.Is(err, measure.ErrUnit) {
		t.Errorf("pieces in kg: %v", err)
	}
	for _, content := range []int64{0, -1} {
		if _, err := measure.NewPack("box", content, unit(t, "jin"), unit(t, "kg")); !errors.Is(err, measure.ErrRange) {
			t.Errorf("a box of %d: %v", content, err)
		}
	}
}

func TestCeilTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bound := int64(measure.MaxQuantity)
		q := measure.Quantity(rapid.Int64Range(-bound, bound).Draw(t, "q"))
		least := measure.Quantity(rapid.Int64Range(-bound, bound).Draw(t, "min"))
		step := measure.Quantity(rapid.OneOf(rapid.Int64Range(1, 20_000), rapid.Int64Range(1, bound)).Draw(t, "step"))
		got, err := measure.CeilTo(q, step, least)
		need := max(q, least, 0)
		if err != nil {
			if over := (need-1)/step*step + step; over <= measure.MaxQuantity {
				t.Fatalf("CeilTo(%d, %d, %d) refused %d", q, step, least, over)
			}
			return
		}
		if got%step != 0 || got < need || got-step >= need {
			t.Fatalf("CeilTo(%d, %d, %d) = %d", q, step, least, got)
		}
	})
	for _, bad := range [][3]measure.Quantity{{1, 0, 0}, {1, -5, 0}, {measure.MaxQuantity, measure.MaxQuantity - 1, 0}, {math.MaxInt64, 1, 0}, {1, math.MaxInt64, 0}} {
		if got, err := measure.CeilTo(bad[0], bad[1], bad[2]); err == nil {
			t.Errorf("CeilTo(%v) = %d", bad, got)
		}
	}
}

func TestAddKeepsBounds(t *testing.T) {
	if sum, err := measure.Quantity(-500).Add(1500); err != nil || sum != 1000 {
		t.Errorf("-0.5 + 1.5 = %d, %v", sum, err)
	}
	for _, pair := range [][2]measure.Quantity{{measure.MaxQuantity, 1}, {-measure.MaxQuantity, -1}, {math.MaxInt64, math.MinInt64}, {math.MaxInt64, math.MaxInt64}} {
		if sum, err := pair[0].Add(pair[1]); !errors.Is(err, measure.ErrRange) {
			t.Errorf("%d + %d = %d, %v", pair[0], pair[1], sum, err)
		}
	}
}

func FuzzParseUnit(f *testing.F) {
	for _, s := range []string{"kg", "斤", "ＫＧ", "Pièces", "盒", "", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := measure.ParseUnit(s)
		if err != nil {
			if u != (measure.Unit{}) || !errors.Is(err, measure.ErrUnit) {
				t.Fatalf("%q was refused with %v, %v", s, u, err)
			}
			return
		}
		if known, ok := measure.UnitByCode(u.Code); !ok || known != u {
			t.Fatalf("%q read as %v, which is no unit of the table", s, u)
		}
		if again, err := measure.ParseUnit("  " + strings.ToLower(s) + "\u3000"); err != nil || again != u {
			t.Fatalf("%q read as %s, in lower case as %s (%v)", s, u.Code, again.Code, err)
		}
	})
}
