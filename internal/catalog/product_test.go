package catalog_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
)

// genProduct draws a product that Clean accepts.
func genProduct(t *rapid.T) catalog.Product {
	base := rapid.SampledFrom([]string{"kg", "l", "piece", "box", "cake", "bottle"}).Draw(t, "base")
	d := catalog.Draft{Name: "货", BaseUnit: base}
	for _, u := range []string{"bag", "bucket", "basket"} {
		if !rapid.Bool().Draw(t, "has "+u) {
			continue
		}
		factor, err := measure.NewRatio(rapid.Int64Range(1, 100_000).Draw(t, "num"), rapid.SampledFrom([]int64{1, 2, 4, 5, 8, 10, 100, 1000}).Draw(t, "den"))
		if err != nil {
			t.Fatal(err)
		}
		d.Packs = append(d.Packs, measure.Pack{Unit: u, Factor: factor})
	}
	d, err := d.Clean()
	if err != nil {
		t.Fatalf("%+v: %v", d, err)
	}
	return catalog.Product{Name: d.Name, BaseUnit: d.BaseUnit, Packs: d.Packs}
}

// TestToBaseIsExact: what ToBase returns times the denominator is what was typed
// times the numerator, to the last thousandth, or it is refused.
func TestToBaseIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genProduct(t)
		unit := rapid.SampledFrom(p.Units()).Draw(t, "unit")
		n := rapid.Int64Range(-1e12, 1e12).Draw(t, "n")
		factor, ok := p.Factor(unit)
		if !ok {
			t.Fatalf("%s is listed but has no factor", unit)
		}
		typed := new(big.Int).Mul(big.NewInt(n), big.NewInt(factor.Num))
		whole := new(big.Int).Mod(typed, big.NewInt(factor.Den)).Sign() == 0
		inside := new(big.Int).Abs(new(big.Int).Quo(typed, big.NewInt(factor.Den))).Cmp(big.NewInt(int64(measure.MaxQuantity))) <= 0
		q, err := p.ToBase(n, unit)
		if (err == nil) != (whole && inside) {
			t.Fatalf("%d of %s by %v: %v (whole %v, inside %v)", n, unit, factor, err, whole, inside)
		}
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("kind of %v", err)
			}
			return
		}
		if typed.Cmp(new(big.Int).Mul(big.NewInt(int64(q)), big.NewInt(factor.Den))) != 0 {
			t.Fatalf("%d of %s by %v became %d", n, unit, factor, q)
		}
	})
}

func TestFactor(t *testing.T) {
	oranges := catalog.Product{BaseUnit: "kg", Packs: []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}}
	tea := catalog.Product{BaseUnit: "cake", Packs: []measure.Pack{{Unit: "jin", Factor: measure.Ratio{Num: 7, Den: 5}}}}
	for _, c := range []struct {
		p    catalog.Product
		unit string
		want measure.Ratio
		ok   bool
	}{
		{oranges, "kg", measure.One, true},
		{oranges, "jin", measure.Ratio{Num: 1, Den: 2}, true},
		{oranges, "liang", measure.Ratio{Num: 1, Den: 20}, true},
		{oranges, "g", measure.Ratio{Num: 1, Den: 1000}, true},
		{oranges, "box", measure.Ratio{Num: 5, Den: 1}, true},
		{oranges, "bag", measure.Ratio{}, false},
		{oranges, "l", measure.Ratio{}, false},
		{oranges, "piece", measure.Ratio{}, false},
		{oranges, "", measure.Ratio{}, false},
		{tea, "cake", measure.One, true},
		{tea, "jin", measure.Ratio{Num: 7, Den: 5}, true},
		{tea, "kg", measure.Ratio{}, false},
		{catalog.Product{}, "", measure.Ratio{}, false},
	} {
		if got, ok := c.p.Factor(c.unit); got != c.want || ok != c.ok {
			t.Errorf("%s of a product kept in %s: %v, %v; want %v, %v", c.unit, c.p.BaseUnit, got, ok, c.want, c.ok)
		}
	}
	if q, err := oranges.ToBase(3_000, "jin"); err != nil || q != 1_500 {
		t.Errorf("3 jin: %d, %v", q, err)
	}
	if q, err := oranges.ToBase(1, "jin"); err == nil {
		t.Errorf("a thousandth of a jin is no whole gram, but became %d", q)
	}
}

func TestBaseUnitFor(t *testing.T) {
	for unit, want := range map[string]string{"jin": "kg", "liang": "kg", "g": "kg", "kg": "kg", "ml": "l", "l": "l", "piece": "piece", "box": "box"} {
		u, _ := measure.UnitByCode(unit)
		if got := catalog.BaseUnitFor(u); got.Code != want {
			t.Errorf("%s is kept in %s, want %s", unit, got.Code, want)
		}
	}
}
