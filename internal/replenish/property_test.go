package replenish_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
)

// anyOffer draws an offer as shops have them.
func anyOffer(t *rapid.T, i int) replenish.Offer {
	kinds := []replenish.SupplierKind{replenish.Manufacturer, replenish.Farmer, replenish.Wholesaler, replenish.Other}
	o := offer(fmt.Sprint(i), rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.Float64Range(0, 50).Draw(t, "price"),
		rapid.IntRange(0, 20).Draw(t, "lead"))
	o.ReviewDays = rapid.IntRange(0, 21).Draw(t, "review")
	if rapid.Bool().Draw(t, "learned") {
		o.Lead = anyDays(t)
	}
	if rapid.Bool().Draw(t, "packed") {
		o.Pack = measure.Pack{Unit: "box", Factor: rapid.SampledFrom([]measure.Ratio{{Num: 1, Den: 1}, {Num: 12, Den: 1}, {Num: 5, Den: 2}, {Num: 1, Den: 8}}).Draw(t, "pack")}
	}
	o.MinOrder = measure.Quantity(rapid.Int64Range(0, 60_000).Draw(t, "minimum"))
	for range rapid.IntRange(0, 3).Draw(t, "breaks") {
		o.Breaks = append(o.Breaks, replenish.Break{From: measure.Quantity(rapid.Int64Range(0, 200_000).Draw(t, "from")),
			Price: money.Price(rapid.Int64Range(0, 500_000).Draw(t, "break"))})
	}
	o.Freight = money.Amount(rapid.SampledFrom([]int64{0, 0, 1500, 9000}).Draw(t, "freight"))
	o.FreeFreightFrom = money.Amount(rapid.SampledFrom([]int64{0, 20_000, 50_000}).Draw(t, "free"))
	o.TypicalOrder = money.Amount(rapid.SampledFrom([]int64{0, 30_000}).Draw(t, "typical"))
	o.PricesIncludeTax, o.TaxBasisPoints = rapid.Bool().Draw(t, "taxed"), rapid.SampledFrom([]int{0, 900, 1300}).Draw(t, "tax")
	if rapid.Bool().Draw(t, "weekdays") {
		o.OrderWeekdays = []time.Weekday{time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))}
	}
	if rapid.IntRange(0, 3).Draw(t, "closed") == 0 {
		from := today.Add(rapid.IntRange(-5, 20).Draw(t, "closes"))
		o.Closures = []replenish.Closure{{From: from, To: from.Add(rapid.IntRange(0, 20).Draw(t, "for"))}}
	}
	return o
}

// anyInput draws a product with stock, deliveries and offers.
func anyInput(t *rapid.T) replenish.Input {
	in := input(0)
	rate := rapid.SampledFrom([]float64{0, 0.05, 0.7, 4, 30}).Draw(t, "rate")
	ratio := rapid.Float64Range(0.5, 8).Draw(t, "ratio")
	in.Demand = replenish.WindowsOf(steady{rate, rate * ratio, rapid.Bool().Draw(t, "whole")}, replenish.HorizonDays)
	in.Stock = replenish.Stock{Known: rapid.IntRange(0, 9).Draw(t, "known") > 0,
		Allocated: measure.Quantity(rapid.SampledFrom([]int64{0, 0, 3000}).Draw(t, "allocated"))}
	for range rapid.IntRange(0, 4).Draw(t, "lots") {
		lot := replenish.Lot{Quantity: measure.Quantity(rapid.Int64Range(-20_000, 90_000).Draw(t, "quantity"))}
		if rapid.Bool().Draw(t, "expires") {
			lot.Expiry = today.Add(rapid.IntRange(-2, 20).Draw(t, "expiry"))
		}
		in.Stock.Lots = append(in.Stock.Lots, lot)
	}
	for range rapid.IntRange(0, 2).Draw(t, "arrivals") {
		in.Arrivals = append(in.Arrivals, replenish.Arrival{Quantity: measure.Quantity(rapid.Int64Range(0, 90_000).Draw(t, "coming")),
			Due: today.Add(rapid.IntRange(-20, 20).Draw(t, "due"))})
		if rapid.Bool().Draw(t, "uncertain") {
			in.Arrivals[len(in.Arrivals)-1].Days = anyDays(t)
		}
	}
	in.ShelfLife = rapid.SampledFrom([]int{0, 0, 2, 5, 30}).Draw(t, "life")
	in.Policy.Service = rapid.SampledFrom([]replenish.Service{replenish.NeverRunOut, replenish.Balanced, replenish.LittleWaste}).Draw(t, "policy")
	if rapid.IntRange(0, 5).Draw(t, "bounded") == 0 {
		in.Bounds.Minimum = measure.Quantity(rapid.Int64Range(0, 50_000).Draw(t, "floor"))
		in.Bounds.Maximum = measure.Quantity(rapid.Int64Range(0, 99_000).Draw(t, "ceiling"))
	}
	in.Offers = nil
	for i := range rapid.IntRange(0, 3).Draw(t, "offers") {
		in.Offers = append(in.Offers, anyOffer(t, i))
	}
	return in
}

func chosen(in replenish.Input, s replenish.Suggestion) replenish.Offer {
	i := slices.IndexFunc(in.Offers, func(o replenish.Offer) bool { return o.ID == s.Choice.Offer })
	return in.Offers[i]
}

func TestQuantityIsValidAndIdentitiesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		s := suggest(t, in)
		p := s.Position
		if p.Available != p.OnHand-p.Allocated-p.Unusable || p.Position != p.OnHand-p.Unusable+p.OnOrder-p.Allocated-p.Backlog {
			t.Fatalf("identities: %+v", p)
		}
		last := 0.0
		for _, x := range append(slices.Clone(s.Risk.Curve), s.Risk.StockOutProb, s.Risk.Secured) {
			if !(x >= 0 && x <= 1) {
				t.Fatalf("no probability: %v", x)
			}
		}
		for _, x := range s.Risk.Curve {
			if x < last {
				t.Fatalf("the curve falls: %v", s.Risk.Curve)
			}
			last = x
		}
		if math.IsNaN(s.Risk.CoverDays) || s.Risk.CoverDays < 0 || s.Risk.Lost < 0 {
			t.Fatalf("%+v", s.Risk)
		}
		if s.Quantity == 0 {
			return
		}
		o := chosen(in, s)
		step := measure.Quantity(1000)
		if o.Pack.Unit != "" {
			step = 1000 * measure.Quantity(o.Pack.Factor.Num) / measure.Quantity(o.Pack.Factor.Den)
		}
		if s.Quantity%step != 0 || s.Quantity < o.MinOrder {
			t.Fatalf("%v is no multiple of %v from %v on", s.Quantity, step, o.MinOrder)
		}
		smaller := s.Choice.Rounded - step
		if s.Choice.Rounded < s.Choice.Wanted || smaller >= o.MinOrder && smaller >= s.Choice.Wanted {
			t.Fatalf("%v is not the least valid for %v", s.Choice.Rounded, s.Choice.Wanted)
		}
		if line, err := money.Line(s.Quantity, s.Choice.Quote.UnitPrice, in.Currency); err != nil || line != s.Choice.Quote.LineCost {
			t.Fatalf("line %v, want %v (%v)", s.Choice.Quote.LineCost, line, err)
		}
		if s.Saving != nil {
			want, err := money.Line(s.Quantity, s.Saving.Landed-s.Choice.Quote.Landed, in.Currency)
			if err != nil || s.Saving.Amount != want {
				t.Fatalf("saving %v, want %v (%v)", s.Saving.Amount, want, err)
			}
		}
	})
}

func TestMoreStockNeverMeansMoreRiskOrMoreNeed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.Stock.Known = true
		if len(in.Offers) > 1 {
			in.Offers = in.Offers[:1] // more stock may well choose another offer
		}
		more := in
		more.Stock.Lots = append(slices.Clone(in.Stock.Lots), replenish.Lot{
			Quantity: measure.Quantity(rapid.Int64Range(1, 50_000).Draw(t, "more")), Expiry: 0})
		if len(in.Stock.Lots) > 0 && rapid.Bool().Draw(t, "same lot") {
			more.Stock.Lots[len(more.Stock.Lots)-1].Expiry = in.Stock.Lots[0].Expiry
		}
		a, b := suggest(t, in), suggest(t, more)
		if b.Risk.StockOutProb > a.Risk.StockOutProb || b.Risk.CoverDays < a.Risk.CoverDays {
			t.Fatalf("risk %v -> %v, cover %v -> %v", a.Risk.StockOutProb, b.Risk.StockOutProb, a.Risk.CoverDays, b.Risk.CoverDays)
		}
		for k, x := range b.Risk.Curve {
			if k < len(a.Risk.Curve) && x > a.Risk.Curve[k] {
				t.Fatalf("curve at %d: %v -> %v", k, a.Risk.Curve[k], x)
			}
		}
		if a.Risk.RunOut != 0 && b.Risk.RunOut != 0 && b.Risk.RunOut < a.Risk.RunOut {
			t.Fatalf("runs out %v -> %v", a.Risk.RunOut, b.Risk.RunOut)
		}
		if a.Choice != nil && b.Choice != nil && b.Choice.Need.Quantity > a.Choice.Need.Quantity {
			t.Fatalf("need %+v -> %+v", a.Choice.Need, b.Choice.Need)
		}
	})
}

func TestHigherServiceNeverOrdersLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.Bounds = replenish.Bounds{}
		if len(in.Offers) > 1 {
			in.Offers = in.Offers[:1]
		}
		low := rapid.Float64Range(0.5, 0.99).Draw(t, "low")
		target := &in.Policy.Level
		if rapid.Bool().Draw(t, "fill rate") {
			target = &in.Policy.FillRate
		}
		*target = low
		a := suggest(t, in)
		*target = rapid.Float64Range(low, 0.999).Draw(t, "high")
		b := suggest(t, in)
		// What is wanted is weighed in single precision, to a thousandth.
		if a.Choice != nil && (b.Choice.Need.Quantity < a.Choice.Need.Quantity || b.Choice.Wanted < a.Choice.Wanted-1 || b.Choice.Buy < a.Choice.Buy) {
			t.Fatalf("%+v at %v, %+v at %v", a.Choice, low, b.Choice, *target)
		}
	})
}

func TestTheTraceLeadsToTheSuggestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trace := replenish.Suggest(anyInput(t))
		written := asJSON(t, trace)
		var read replenish.Trace
		if err := json.Unmarshal([]byte(written), &read); err != nil {
			t.Fatal(err)
		}
		read.Result = replenish.Suggestion{}
		again := replenish.Suggest(read.Inputs)
		if got := asJSON(t, again); got != written {
			t.Fatalf("recomputed\n%s\nfrom\n%s", got, written)
		}
		if !reflect.DeepEqual(replenish.Recompute(read.Inputs), again.Result) {
			t.Fatal("two recomputations differ")
		}
	})
}

func TestOrderOfTheListsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		a := suggest(t, in)
		for i := range in.Offers {
			in.Offers[i].Breaks = rapid.Permutation(in.Offers[i].Breaks).Draw(t, "breaks")
		}
		in.Offers = rapid.Permutation(in.Offers).Draw(t, "permuted offers")
		in.Arrivals = rapid.Permutation(in.Arrivals).Draw(t, "permuted arrivals")
		in.Stock.Lots = rapid.Permutation(in.Stock.Lots).Draw(t, "permuted lots")
		if b := suggest(t, in); asJSON(t, a) != asJSON(t, b) {
			t.Fatalf("\n%s\n%s", asJSON(t, a), asJSON(t, b))
		}
	})
}
