package share_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/joint/share"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

func amount(a money.Amount) *money.Amount { return &a }

// oranges are sold from 100 kg on, in boxes of 10 kg, at 5.00 and from 200 kg on at 4.50,
// with 60.00 of freight.
var oranges = share.Terms{
	Step: 10_000, Grain: 500, Minimum: 100_000, Price: 50_000, Breaks: []catalog.Break{{From: 200_000, Price: 45_000}},
	Freight: 6_000, Currency: money.CNY,
}

func TestThreeShops(t *testing.T) {
	p, err := share.Make([]share.Wish{
		{Wanted: 40_000, Tolerance: 10_000, Alone: amount(28_000)}, // 7.00 a kilogram from a wholesaler
		{Wanted: 30_000, Tolerance: 0, Alone: amount(21_000)},
		{Wanted: 25_000, Tolerance: 5_000},
	}, oranges)
	if err != nil {
		t.Fatal(err)
	}
	want := share.Plan{Quantity: 100_000, Price: 50_000, Goods: 50_000, Freight: 6_000, Shares: []share.Part{
		{Quantity: 43_500, Goods: 21_750, Freight: 2_610}, {Quantity: 30_000, Goods: 15_000, Freight: 1_800}, {Quantity: 26_500, Goods: 13_250, Freight: 1_590},
	}}
	if p.Quantity != want.Quantity || p.Goods != want.Goods || p.Freight != want.Freight || p.Price != want.Price {
		t.Errorf("the order is %+v", p)
	}
	for i, s := range p.Shares {
		if s != want.Shares[i] {
			t.Errorf("share %d is %+v, want %+v", i, s, want.Shares[i])
		}
	}
}

func TestAPriceBreakIsTaken(t *testing.T) {
	p, err := share.Make([]share.Wish{{Wanted: 90_000, Tolerance: 15_000}, {Wanted: 90_000, Tolerance: 15_000}}, oranges)
	if err != nil || p.Quantity != 200_000 || p.Price != 45_000 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestFallback(t *testing.T) {
	for name, c := range map[string]struct {
		wishes []share.Wish
		want   error
	}{
		"too little":           {[]share.Wish{{Wanted: 40_000, Tolerance: 10_000}, {Wanted: 30_000, Tolerance: 10_000}}, share.ErrNotReached},
		"one alone":            {[]share.Wish{{Wanted: 200_000}, {}}, share.ErrNotReached},
		"nobody":               {nil, share.ErrNotReached},
		"no organiser":         {[]share.Wish{{}, {Wanted: 60_000}, {Wanted: 60_000}}, share.ErrNotReached},
		"no whole part":        {[]share.Wish{{Wanted: 60_000}, {Wanted: 60_100, Tolerance: 300}}, share.ErrNotReached},
		"cheaper elsewhere":    {[]share.Wish{{Wanted: 60_000, Alone: amount(12_000)}, {Wanted: 60_000}}, share.ErrNotWorth},
		"no tolerance to fill": {[]share.Wish{{Wanted: 52_500}, {Wanted: 52_500}}, share.ErrNotReached},
	} {
		if _, err := share.Make(c.wishes, oranges); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestWhoLosesIsLeftOut: the others still order.
func TestWhoLosesIsLeftOut(t *testing.T) {
	p, err := share.Make([]share.Wish{{Wanted: 50_000, Tolerance: 5_000}, {Wanted: 50_000, Alone: amount(5_000)}, {Wanted: 50_000, Tolerance: 5_000}}, oranges)
	if err != nil || p.Members() != 2 || p.Shares[1] != (share.Part{}) || p.Quantity != 100_000 {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestShares: whatever is wished, an order that is made is conserved to the thousandth
// and the cent, gives nobody less than wanted nor more than accepted, is no dearer than
// alone for anybody, and meets the supplier's terms.
func TestShares(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		grain := measure.Quantity(rapid.SampledFrom([]int64{1, 100, 500, 1000}).Draw(r, "grain"))
		terms := share.Terms{
			Grain: grain, Step: grain * measure.Quantity(rapid.Int64Range(1, 40).Draw(r, "step")), Minimum: measure.Quantity(rapid.Int64Range(0, 400_000).Draw(r, "minimum")),
			Price: money.Price(rapid.Int64Range(0, 2_000_000).Draw(r, "price")), Freight: money.Amount(rapid.Int64Range(0, 50_000).Draw(r, "freight")),
			Least: money.Amount(rapid.Int64Range(0, 200_000).Draw(r, "least")), Currency: money.CNY,
		}
		if rapid.Bool().Draw(r, "free") {
			terms.FreeFrom = amount(money.Amount(rapid.Int64Range(0, 500_000).Draw(r, "free from")))
		}
		from, price := measure.Quantity(0), terms.Price
		for range rapid.IntRange(0, 3).Draw(r, "breaks") {
			from += measure.Quantity(rapid.Int64Range(1, 200_000).Draw(r, "from"))
			price = money.Price(rapid.Int64Range(0, int64(price)).Draw(r, "lower"))
			terms.Breaks = append(terms.Breaks, catalog.Break{From: from, Price: price})
		}
		wishes := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) share.Wish {
			w := share.Wish{
				Wanted: measure.Quantity(rapid.Int64Range(0, 200_000).Draw(r, "wanted")), Tolerance: measure.Quantity(rapid.Int64Range(0, 100_000).Draw(r, "tolerance")),
			}
			if rapid.Bool().Draw(r, "elsewhere") {
				w.Alone = amount(money.Amount(rapid.Int64Range(0, 400_000).Draw(r, "alone")))
			}
			return w
		}), 0, 8).Draw(r, "wishes")
		p, err := share.Make(wishes, terms)
		if err != nil {
			if !errors.Is(err, share.ErrNotReached) && !errors.Is(err, share.ErrNotWorth) {
				r.Fatalf("%v", err)
			}
			return
		}
		checkPlan(r, p, wishes, terms)
	})
}

func checkPlan(r *rapid.T, p share.Plan, wishes []share.Wish, terms share.Terms) {
	var quantity measure.Quantity
	var goods, freight money.Amount
	for i, s := range p.Shares {
		w := wishes[i]
		quantity, goods, freight = quantity+s.Quantity, goods+s.Goods, freight+s.Freight
		if s.Quantity == 0 {
			if s != (share.Part{}) {
				r.Fatalf("who takes nothing pays %+v", s)
			}
			continue
		}
		if s.Quantity < w.Wanted || s.Quantity > w.Wanted+w.Tolerance || s.Quantity%terms.Grain != 0 {
			r.Fatalf("share %d of %+v", s.Quantity, w)
		}
		if w.Alone != nil && int64(s.Pays())*int64(w.Wanted) > int64(*w.Alone)*int64(s.Quantity)+int64(w.Wanted)/2 { // to half a cent
			r.Fatalf("%+v pays %d for %d", w, s.Pays(), s.Quantity)
		}
	}
	if quantity != p.Quantity || goods != p.Goods || freight != p.Freight {
		r.Fatalf("%d of %d, %d of %d, %d of %d", quantity, p.Quantity, goods, p.Goods, freight, p.Freight)
	}
	if p.Quantity%terms.Step != 0 || p.Quantity < terms.Minimum || p.Goods < terms.Least || p.Members() < 2 {
		r.Fatalf("the supplier refuses %+v", p)
	}
	for i, s := range p.Shares[1:] {
		if line, err := money.Line(s.Quantity, p.Price, terms.Currency); err != nil || line != s.Goods {
			r.Fatalf("share %d pays %d for goods of %d, %v", i+1, s.Goods, line, err)
		}
	}
	if p.Shares[0].Quantity == 0 {
		r.Fatalf("an order without its organiser: %+v", p)
	}
	if line, err := money.Line(p.Quantity, p.Price, terms.Currency); err != nil || line != p.Goods {
		r.Fatalf("the goods cost %d, %v", line, err)
	}
	if p.Freight != 0 && (p.Freight != terms.Freight || terms.FreeFrom != nil && p.Goods >= *terms.FreeFrom) {
		r.Fatalf("the freight is %d", p.Freight)
	}
}
