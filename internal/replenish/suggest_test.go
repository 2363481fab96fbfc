package replenish_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
)

func TestRiskIsTheTailOfDemandBeforeTheDelivery(t *testing.T) {
	in := input(25)
	in.Offers[0].LeadDays = 2
	s := suggest(t, in)
	near(t, "before an order sent today arrives", s.Risk.StockOutProb, dist.NewNegBin(20, 30).Exceeds(25), 1e-6)
	near(t, "curve day 3", s.Risk.Curve[2], dist.NewNegBin(30, 45).Exceeds(25), 1e-6)
	if s.Risk.RunOut != today.Add(2) || s.Risk.Early != today.Add(1) {
		t.Errorf("run out %v (early %v, late %v)", s.Risk.RunOut, s.Risk.Early, s.Risk.Late)
	}
	near(t, "cover", s.Risk.CoverDays, 2.5, 0)
	in.Arrivals = []replenish.Arrival{{Quantity: kg(7), Due: today.Add(1)}}
	s = suggest(t, in)
	near(t, "before the delivery on order", s.Risk.StockOutProb, dist.NewNegBin(10, 15).Exceeds(25), 1e-6)
	near(t, "curve with the delivery", s.Risk.Curve[2], dist.NewNegBin(30, 45).Exceeds(32), 1e-6)
	near(t, "cover is without it", s.Risk.CoverDays, 2.5, 0)
	in.Stock = lots(5000)
	if s := suggest(t, in); s.Risk.RunOut != 0 || s.Risk.CoverDays != replenish.MaxCoverDays {
		t.Errorf("500 days of stock run out %v, cover %v", s.Risk.RunOut, s.Risk.CoverDays)
	}
}

func TestHalfExpiringStock(t *testing.T) {
	in := input(0)
	in.Demand = windows(10, 1e-9)
	in.Stock.Known = true
	in.Stock.Lots = []replenish.Lot{{Quantity: kg(30)}, {Quantity: kg(30), Expiry: today.Add(1)}}
	s := suggest(t, in)
	// Twenty of the thirty are sold by tomorrow night, ten expire, thirty last three days more.
	if s.Risk.CoverDays != 5 || s.Risk.RunOut < today.Add(4) || s.Risk.RunOut > today.Add(5) {
		t.Errorf("cover %v, run out %v", s.Risk.CoverDays, s.Risk.RunOut)
	}
}

func TestSavingAgainstTheMiddleman(t *testing.T) {
	in := input(12)
	in.Offers = append(in.Offers, offer("market", replenish.Wholesaler, 6.2, 1), offer("dear market", replenish.Wholesaler, 7, 1))
	s := suggest(t, in)
	if s.Choice.SupplierName != "factory" || s.Saving == nil || s.Saving.Middleman != "market" {
		t.Fatalf("choice %v, saving %+v", s.Choice.SupplierName, s.Saving)
	}
	if want := fen(1.2 * 17); s.Saving.Amount != want {
		t.Errorf("saving %v, want %v", s.Saving.Amount, want)
	}
	in.Offers = in.Offers[1:2]
	if s := suggest(t, in); s.Saving != nil {
		t.Errorf("the only wholesaler saves against itself: %+v", s.Saving)
	}
	// The factory is dearer but the market takes a month: what would be lost decides.
	in = input(2)
	in.Offers = []replenish.Offer{offer("factory", replenish.Manufacturer, 5, 1), offer("market", replenish.Wholesaler, 4.8, 30)}
	s = suggest(t, in)
	if s.Choice.SupplierName != "factory" || s.Saving == nil || s.Saving.Amount >= 0 {
		t.Errorf("choice %v, saving %+v", s.Choice.SupplierName, s.Saving)
	}
	if s := suggest(t, input(12)); s.Saving != nil {
		t.Errorf("a saving without a middleman: %+v", s.Saving)
	}
}

func TestLandedCostCountsFreightAndTax(t *testing.T) {
	in := input(12)
	cheap := offer("cheap far", replenish.Manufacturer, 4, 1)
	cheap.Freight = fen(60)
	in.Offers = append(in.Offers, cheap)
	if s := suggest(t, in); s.Choice.SupplierName != "cheap far" || s.Choice.More != "lot" || s.Quantity < kg(100) {
		t.Errorf("a freight of 60 is paid once for goods of weeks: %v of %v, %v", s.Quantity, s.Choice.SupplierName, s.Choice.More)
	}
	in.ShelfLife = 4
	if s := suggest(t, in); s.Choice.SupplierName != "factory" {
		t.Errorf("a freight of 60 on goods of four days was not counted: %v", s.Choice.SupplierName)
	}
	in.ShelfLife = 0
	in.Offers[1].TypicalOrder = fen(2000) // the freight is shared by a big order
	s := suggest(t, in)
	if s.Choice.SupplierName != "cheap far" || s.Choice.Quote.Freight != fen(60*0.034) {
		t.Errorf("%v, freight %v", s.Choice.SupplierName, s.Choice.Quote.Freight)
	}
	in.Offers[1].FreeFreightFrom = fen(1500)
	if s := suggest(t, in); s.Choice.Quote.Freight != 0 {
		t.Errorf("freight %v on an order that is free of it", s.Choice.Quote.Freight)
	}
	// 5.20 with 13 per cent tax is less than 5.00 without.
	in = input(12)
	taxed := offer("taxed", replenish.Farmer, 5.2, 1)
	taxed.PricesIncludeTax, taxed.TaxBasisPoints = true, 1300
	in.Offers = append(in.Offers, taxed)
	s = suggest(t, in)
	if s.Choice.SupplierName != "taxed" || s.Choice.Quote.UnitPrice != yuan(5.2) || s.Choice.Quote.LineCost <= s.Choice.Quote.NetCost {
		t.Errorf("choice %+v", s.Choice.Quote)
	}
}

func TestFreeFreightMayBeCheaper(t *testing.T) {
	in := input(12)
	in.Offers[0].Freight, in.Offers[0].FreeFreightFrom = fen(30), fen(100)
	s := suggest(t, in) // 17 cost 85 + 30; 20 cost 100
	if s.Quantity != kg(20) || s.Choice.Quote.Freight != 0 || !says(s, "reason.note_freight") {
		t.Errorf("order %v, %v", s.Quantity, asJSON(t, s.Reason))
	}
}

func TestShelfLife(t *testing.T) {
	in := input(12)
	in.ShelfLife, in.Demand = 2, windows(10, 60)
	keeps := in
	keeps.ShelfLife = 0
	s, kept := suggest(t, in), suggest(t, keeps)
	if s.Quantity >= kept.Quantity || s.Quantity == 0 {
		t.Errorf("perishable %v, keeping %v", s.Quantity, kept.Quantity)
	}
	in.ShelfLife = 3
	in.Policy.Level = 0.999 // an owner who never wants to run out still gets no more than it sells
	in.Demand = windows(10, 400)
	s = suggest(t, in)
	if !s.Has(replenish.FlagCapped) || s.Quantity > s.Choice.Cap+kg(1) || !says(s, "reason.note_capped") {
		t.Errorf("order %v of need %v, cap %v: %v", s.Quantity, s.Choice.Need.Quantity, s.Choice.Cap, asJSON(t, s.Reason))
	}
	in = input(12)
	in.ShelfLife = 3
	in.Offers[0].Breaks = []replenish.Break{{Price: yuan(5)}, {From: kg(1000), Price: yuan(0.001)}}
	if s := suggest(t, in); s.Quantity > kg(100) {
		t.Errorf("a bargain that rots was bought: %v", s.Quantity)
	}
	in.Offers[0].Breaks = in.Offers[0].Breaks[:1]
	// A minimum of which most would rot is not worth what is missed without it,
	// unless the owner never wants to run out: then it is ordered, and said.
	in.Offers[0].MinOrder = kg(200)
	if s := suggest(t, in); s.Quantity != 0 || !says(s, "reason.enough_forced") {
		t.Errorf("order %v, %v", s.Quantity, asJSON(t, s.Reason))
	}
	in.Policy.Service = replenish.NeverRunOut
	s = suggest(t, in)
	if s.Quantity != kg(200) || !s.Has(replenish.FlagSpoils) || !says(s, "reason.note_spoils") || s.Choice.Quote.Spoils < kg(150) {
		t.Errorf("order %v, spoils %v, %v", s.Quantity, s.Choice.Quote.Spoils, s.Flags)
	}
}

func TestStockUnknownOrNegative(t *testing.T) {
	in := input(500)
	in.Stock.Known = false
	s := suggest(t, in)
	empty := suggest(t, input(0))
	if s.StockKnown || s.Available != 0 || s.Quantity != empty.Quantity || s.Risk.StockOutProb != 1 {
		t.Errorf("unknown: available %v, order %v (empty shelf %v)", s.Available, s.Quantity, empty.Quantity)
	}
	if !says(s, "reason.order_unknown") {
		t.Errorf("not said: %v", asJSON(t, s.Reason))
	}
	s = suggest(t, replenish.Input{Today: today, Stock: replenish.Stock{}})
	if !says(s, "reason.note_unknown") || !says(s, "reason.no_offer") {
		t.Errorf("not said: %v", asJSON(t, s.Reason))
	}

	in = input(0)
	in.Stock.Lots = []replenish.Lot{{Quantity: -kg(40)}}
	s = suggest(t, in)
	if s.OnHand != -kg(40) || s.Available != -kg(40) || s.Risk.StockOutProb != 1 {
		t.Errorf("negative: %+v, risk %v", s.Position, s.Risk.StockOutProb)
	}
	if s.Quantity != empty.Quantity || !says(s, "reason.note_negative") {
		t.Errorf("a wrong record is not a debt: order %v, want %v", s.Quantity, empty.Quantity)
	}
}

func TestPromisedGoodsAreOrderedOnTop(t *testing.T) {
	empty := suggest(t, input(0))
	in := input(10)
	in.Stock.Allocated, in.Stock.Backlog = kg(25), kg(4)
	s := suggest(t, in)
	if s.Available != -kg(15) || s.Position.Position != -kg(19) || s.Quantity != empty.Quantity+kg(19) {
		t.Errorf("position %+v, order %v, empty shelf %v", s.Position, s.Quantity, empty.Quantity)
	}
}

func TestBoundsByHand(t *testing.T) {
	in := input(12)
	in.Bounds.Minimum = kg(100)
	s := suggest(t, in)
	if s.Quantity != kg(88) || !says(s, "reason.order_minimum") {
		t.Errorf("to a minimum of 100: %v", s.Quantity)
	}
	in.Bounds = replenish.Bounds{Maximum: kg(20)}
	if s := suggest(t, in); s.Quantity != kg(8) || !says(s, "reason.note_maximum") {
		t.Errorf("to a maximum of 20: %v", s.Quantity)
	}
	in = input(0)
	in.Demand = windows(0, 0)
	in.Bounds.Minimum = kg(2)
	if s := suggest(t, in); s.Quantity != kg(2) {
		t.Errorf("a minimum without demand: %v", s.Quantity)
	}
}

func TestPolicies(t *testing.T) {
	quantity := func(s replenish.Service, level float64) measure.Quantity {
		in := input(12)
		in.Policy = replenish.Policy{Service: s, Level: level}
		return suggest(t, in).Quantity
	}
	never, balanced, little := quantity(replenish.NeverRunOut, 0), quantity(replenish.Balanced, 0), quantity(replenish.LittleWaste, 0)
	if !(never > balanced && balanced > little) {
		t.Errorf("never run out %v, balanced %v, little waste %v", never, balanced, little)
	}
	if quantity("", 0) != balanced || quantity(replenish.LittleWaste, 0.95) != balanced {
		t.Error("the default is not balanced, or an explicit level does not win")
	}
}

func TestNoOffer(t *testing.T) {
	in := input(12)
	in.Offers = nil
	s := suggest(t, in)
	if s.Choice != nil || s.Quantity != 0 || !s.Has(replenish.FlagNoOffer) || !says(s, "reason.no_offer") {
		t.Errorf("%+v", s)
	}
	if s.Risk.RunOut == 0 || s.Risk.StockOutProb == 0 {
		t.Errorf("the risk is there without a supplier: %+v", s.Risk)
	}
	in.Offers = []replenish.Offer{offer("odd", replenish.Other, 5, 1)}
	in.Offers[0].Pack = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 1, Den: 3}}
	if s := suggest(t, in); !s.Has(replenish.FlagBadTerms) || !says(s, "reason.no_usable_offer") {
		t.Errorf("a third of a base unit cannot be ordered: %v", s.Flags)
	}
	in.Offers = append(in.Offers, offer("good", replenish.Other, 9, 1))
	if s := suggest(t, in); s.Choice == nil || s.Choice.SupplierName != "good" || len(s.Others) != 1 {
		t.Errorf("the good offer was not taken: %+v", s.Choice)
	}
	in.Offers[1].Breaks = nil
	if s := suggest(t, in); s.Quantity == 0 || !says(s, "reason.note_unpriced") || s.Choice.Quote.LineCost != 0 {
		t.Errorf("an offer without a price still tells how much: %v", asJSON(t, s))
	}
}

func TestOrderMinimum(t *testing.T) {
	in := input(12)
	in.Offers[0].MinOrderValue = fen(200)
	s := suggest(t, in)
	if s.Missing != fen(200)-fen(85) || !says(s, "reason.note_order_value") {
		t.Errorf("missing %v", s.Missing)
	}
	if got := replenish.Missing(fen(200), s.Choice.Quote.LineCost, fen(80)); got != fen(35) {
		t.Errorf("two lines together lack %v", got)
	}
	if got := replenish.Missing(fen(200), fen(150), fen(80)); got != 0 {
		t.Errorf("reached, but lacks %v", got)
	}
}

func TestReasons(t *testing.T) {
	first := func(change func(*replenish.Input)) string {
		in := input(12)
		change(&in)
		return suggest(t, in).Reason[0].Key
	}
	second := func(change func(*replenish.Input)) string {
		in := input(12)
		change(&in)
		return suggest(t, in).Reason[1].Key
	}
	for want, got := range map[string]string{
		"reason.demand": first(func(in *replenish.Input) {}),
		"reason.prior":  first(func(in *replenish.Input) { in.Facts.Prior = true }),
		"reason.prior_around": first(func(in *replenish.Input) {
			in.Facts = replenish.Facts{Prior: true, AroundLow: kg(4), AroundHigh: kg(9)}
		}),
		"reason.prior_around_one": first(func(in *replenish.Input) {
			in.Facts = replenish.Facts{Prior: true, AroundLow: kg(4), AroundHigh: kg(4)}
		}),
		"reason.demand_lost":         first(func(in *replenish.Input) { in.Facts.Lost = kg(5) }),
		"reason.demand_weekday":      first(func(in *replenish.Input) { in.Facts.PeakDay, in.Facts.PeakPercent = time.Friday, 40 }),
		"reason.demand_lost_weekend": first(func(in *replenish.Input) { in.Facts = replenish.Facts{Lost: 1, PeakWeekend: true, PeakPercent: 30} }),
		"reason.demand_festival":     first(func(in *replenish.Input) { in.Facts = replenish.Facts{Festival: day.MidAutumn, FestivalPercent: 30} }),
		"reason.order_runs_out":      second(func(in *replenish.Input) {}),
		"reason.order_lasts":         second(func(in *replenish.Input) { in.Stock = lots(24) }),
		"reason.order_out":           second(func(in *replenish.Input) { in.Stock = lots(0) }),
		"reason.enough":              second(func(in *replenish.Input) { in.Stock = lots(200) }),
		"reason.enough_long":         second(func(in *replenish.Input) { in.Stock = lots(20000) }),
		"reason.enough_slow":         first(func(in *replenish.Input) { in.Demand = windows(0, 0) }),
		"reason.enough_coming": second(func(in *replenish.Input) {
			in.Arrivals = []replenish.Arrival{{Quantity: kg(90), Due: today.Add(1)}}
		}),
	} {
		if got != want {
			t.Errorf("said %s, want %s", got, want)
		}
	}
	in := input(12)
	in.Offers[0].Pack, in.Offers[0].TermsAssumed = pack(12), true
	s := suggest(t, in)
	if !says(s, "reason.note_assumed") || !says(s, "reason.note_pack") {
		t.Errorf("not said: %v", asJSON(t, s.Reason))
	}
	quantity := s.Reason[1].Args[2]
	if quantity.Int != 24000 || quantity.Packs != 2 || quantity.PackUnit != "box" {
		t.Errorf("24 in boxes of 12: %+v", quantity)
	}
}

func TestWhatMakesNoSenseIsMended(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, change := range map[string]func(*replenish.Input){
		"empty":             func(in *replenish.Input) { *in = replenish.Input{} },
		"no windows":        func(in *replenish.Input) { in.Demand = replenish.Windows{} },
		"NaN":               func(in *replenish.Input) { in.Demand.Mean[3], in.Demand.Var[9] = nan, nan },
		"infinite mean":     func(in *replenish.Input) { in.Demand.Mean[3] = inf },
		"infinite variance": func(in *replenish.Input) { in.Demand.Var[0] = inf; in.Demand.Var[1] = 1e300 },
		"negative":          func(in *replenish.Input) { in.Demand.Mean[0], in.Demand.Var[0] = -5, -5 },
		"short variance":    func(in *replenish.Input) { in.Demand.Var = nil },
		"huge stock":        func(in *replenish.Input) { in.Stock = lots(9e9); in.Stock.Lots = slices.Repeat(in.Stock.Lots, 5000) },
		"huge minimum":      func(in *replenish.Input) { in.Offers[0].MinOrder = measure.MaxQuantity },
		"huge price":        func(in *replenish.Input) { in.Offers[0].Breaks[0].Price = 1e13; in.Offers[0].Freight = 1e15 },
		"negative price":    func(in *replenish.Input) { in.Offers[0].Breaks[0].Price = -1 },
		"negative lead":     func(in *replenish.Input) { in.Offers[0].LeadDays, in.Offers[0].ReviewDays = -5, -5 },
		"endless lead":      func(in *replenish.Input) { in.Offers[0].LeadDays, in.Offers[0].ReviewDays = 1e9, 1e9 },
		"no such weekday":   func(in *replenish.Input) { in.Offers[0].OrderWeekdays = []time.Weekday{9} },
		"policy":            func(in *replenish.Input) { in.Policy = replenish.Policy{Service: "?", Level: nan, HoldingPerDay: nan} },
		"bounds":            func(in *replenish.Input) { in.Bounds = replenish.Bounds{Minimum: kg(9), Maximum: kg(3)} },
		"negative arrival":  func(in *replenish.Input) { in.Arrivals = []replenish.Arrival{{Quantity: -kg(5), Due: today}} },
		"ancient arrival":   func(in *replenish.Input) { in.Arrivals = []replenish.Arrival{{Quantity: kg(5), Due: 1}} },
		"all expired":       func(in *replenish.Input) { in.Stock.Lots[0].Expiry = today.Add(-400) },
		"odd exponent":      func(in *replenish.Input) { in.Currency.Exponent = 99 },
	} {
		in := input(12)
		change(&in)
		trace := replenish.Suggest(in)
		if s := asJSON(t, trace); len(s) == 0 {
			t.Errorf("%s: no JSON", name)
		}
		if r := trace.Result; r.Quantity < 0 || r.Quantity > measure.MaxQuantity || len(r.Reason) == 0 {
			t.Errorf("%s: quantity %v, reason %v", name, r.Quantity, r.Reason)
		}
		if again := replenish.Recompute(trace.Inputs); asJSON(t, again) != asJSON(t, trace.Result) {
			t.Errorf("%s: recomputing differs", name)
		}
	}
}

func TestThousandsOfLots(t *testing.T) {
	in := input(0)
	in.Stock.Lots = nil
	for i := range 5000 {
		in.Stock.Lots = append(in.Stock.Lots, replenish.Lot{Quantity: kg(1), Expiry: today.Add(i%50 - 5)})
	}
	if s := suggest(t, in); s.OnHand != kg(5000) || s.Unusable != kg(500) {
		t.Errorf("%+v", s.Position)
	}
}

func BenchmarkSuggest(b *testing.B) {
	in := input(12)
	in.Offers = append(in.Offers, offer("market", replenish.Wholesaler, 6, 1))
	b.ReportAllocs()
	for b.Loop() {
		replenish.Suggest(in)
	}
}

func BenchmarkSuggestSlow(b *testing.B) {
	in := input(12)
	in.Demand = windows(0.1, 0.2)
	in.Offers = append(in.Offers, offer("market", replenish.Wholesaler, 6, 1))
	b.ReportAllocs()
	for b.Loop() {
		replenish.Suggest(in)
	}
}

func BenchmarkWeigh(b *testing.B) {
	in := input(12)
	in.Offers = append(in.Offers, offer("market", replenish.Wholesaler, 6, 1))
	b.ReportAllocs()
	for b.Loop() {
		replenish.Weigh(in)
	}
}
