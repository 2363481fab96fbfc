package replenish_test

import (
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/measure"
	"buhuo/internal/replenish"
)

// All offers are asked for the same quantity, and each answers by its own pack, minimum,
// price breaks and freight.
func TestCompareAsksAllForTheSame(t *testing.T) {
	in := input(12)
	factory := offer("factory", replenish.Manufacturer, 5, 3)
	factory.Pack, factory.Freight, factory.MinOrderValue = pack(8), fen(6), fen(300)
	factory.Breaks = append(factory.Breaks, replenish.Break{From: kg(24), Price: yuan(4.5)})
	market, nobody, broken := offer("market", replenish.Wholesaler, 6.2, 1), offer("nobody", replenish.Farmer, 0, 1), offer("broken", replenish.Farmer, 1, 1)
	nobody.Breaks, broken.MinOrder = nil, -1
	in.Offers = []replenish.Offer{broken, market, nobody, factory}
	trace := replenish.Suggest(in)
	got := replenish.Compare(&trace, kg(20))
	for i, want := range []string{"factory", "market", "nobody", "broken"} {
		if got[i].SupplierName != want {
			t.Fatalf("%d is %s, want %s", i, got[i].SupplierName, want)
		}
	}
	f, m := got[0], got[1]
	// Three packs of eight at 4.50 are 108.00, which bears 108/300 of the freight.
	if f.Asked.Quantity != kg(24) || f.Asked.LineCost != fen(108) || f.Asked.Freight != fen(2.16) || f.Unit.Goods != yuan(4.5) || f.Unit.Freight != yuan(0.09) {
		t.Errorf("the factory: %+v, a unit %+v", f.Asked, f.Unit)
	}
	if m.Asked.Quantity != kg(20) || m.Unit.Goods != yuan(6.2) || m.Unit.Freight != 0 || m.Unit.All < yuan(6.2) {
		t.Errorf("the market: %+v, a unit %+v", m.Asked, m.Unit)
	}
	if f.Early != today.Add(3) || f.Late != today.Add(3) || m.Late != today.Add(1) {
		t.Errorf("they come on %v to %v and %v", f.Early, f.Late, m.Late)
	}
	if got[2].Priced() || got[3].Priced() || got[3].Refused != replenish.FlagBadTerms || got[3].Unit != (replenish.UnitCost{}) {
		t.Errorf("without a price: %+v, without sense: %+v", got[2], got[3])
	}
}

// What is suggested is asked at what the suggestion says, and the parts of a unit make
// its sum.
func TestCompareAgreesWithTheSuggestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		trace := replenish.Suggest(in)
		choice := trace.Result.Choice
		quantity := measure.Quantity(rapid.Int64Range(0, 1e9).Draw(t, "quantity"))
		if choice != nil && choice.Buy > 0 {
			quantity = choice.Buy
		}
		got := replenish.Compare(&trace, quantity)
		if len(got) != len(trace.Inputs.Offers) {
			t.Fatalf("%d of %d offers", len(got), len(trace.Inputs.Offers))
		}
		for i, c := range got {
			if i > 0 && got[i-1].Priced() && c.Priced() && c.Unit.All < got[i-1].Unit.All && c.Refused == got[i-1].Refused {
				t.Fatalf("the dearer unit first: %+v, %+v", got[i-1].Unit, c.Unit)
			}
			u := c.Unit
			if off := u.Goods + u.Freight + u.Spoilage + u.Keeping - u.All; off > 3 || off < -3 {
				t.Fatalf("the parts make %v more than the sum", off)
			}
			if choice != nil && choice.Buy > 0 && c.Offer == choice.Offer && c.Supplier == choice.Supplier && c.Priced() && c.Asked != choice.Quote {
				t.Fatalf("asked %+v, suggested %+v", c.Asked, choice.Quote)
			}
		}
	})
}
