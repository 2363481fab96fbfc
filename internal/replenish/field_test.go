package replenish_test

import (
	"buhuo/internal/ident"
	"testing"
	"time"

	"buhuo/internal/measure"
	"buhuo/internal/replenish"
)

// Mistakes found in the field, each kept from coming back.

// Against field mistake 5: an order that arrives after the need is no stock for it.
func TestFieldMistake05ArrivalAfterTheNeed(t *testing.T) {
	in := input(5)
	before := suggest(t, in)
	in.Arrivals = []replenish.Arrival{{Quantity: kg(100), Due: today.Add(4)}}
	s := suggest(t, in)
	if s.Available != kg(5) || s.OnOrder != kg(100) || s.Position.Position != kg(105) {
		t.Errorf("position %+v", s.Position)
	}
	if s.Risk.StockOutProb < 0.99 || s.Risk.RunOut > today.Add(1) {
		t.Errorf("5 pieces and 4 days to wait: risk %v, run out %v", s.Risk.StockOutProb, s.Risk.RunOut)
	}
	if !s.Risk.OnOrder || s.Risk.Before != today.Add(4) {
		t.Errorf("risk is before %v", s.Risk.Before)
	}
	if s.Quantity < before.Quantity {
		t.Errorf("tomorrow's delivery must bridge to day 4: %v with, %v without the order", s.Quantity, before.Quantity)
	}
	in.Arrivals[0].Due = today
	if s := suggest(t, in); s.Quantity != 0 || s.Risk.StockOutProb != 0 {
		t.Errorf("100 arriving this morning: order %v, risk %v", s.Quantity, s.Risk.StockOutProb)
	}
}

// Against field mistake 5: an overdue order is neither dropped from the projection nor trusted in it.
func TestFieldMistake05OverdueIsNeitherDroppedNorTrusted(t *testing.T) {
	in := input(5)
	in.Arrivals = []replenish.Arrival{{Quantity: kg(100), Due: today.Add(-8)}}
	s := suggest(t, in)
	if s.OnOrder != kg(100) {
		t.Errorf("dropped: on order %v", s.OnOrder)
	}
	if want := today.Add(4); s.Risk.Before != want {
		t.Errorf("8 days late is expected %v, want %v", s.Risk.Before, want)
	}
	if s.Risk.StockOutProb < 0.99 || s.Quantity == 0 {
		t.Errorf("trusted: risk %v, order %v", s.Risk.StockOutProb, s.Quantity)
	}
	if !s.Has(replenish.FlagOverdue) || !says(s, "reason.note_overdue") {
		t.Errorf("not said: %v", asJSON(t, s.Reason))
	}
	in.Arrivals[0].Due = today.Add(-1)
	if s := suggest(t, in); s.Risk.Before != today.Add(1) {
		t.Errorf("a day late is expected %v", s.Risk.Before)
	}
	in.Arrivals[0].Estimate = today.Add(2)
	if s := suggest(t, in); s.Risk.Before != today.Add(2) {
		t.Errorf("a better estimate is not used: %v", s.Risk.Before)
	}
}

// Against field mistake 6: a minimum met in one unit and missed after conversion.
func TestFieldMistake06SmallestQuantityValidForPackAndMinimum(t *testing.T) {
	jin := func(n int64) measure.Pack { // a box of n jin of goods kept in kg
		p, err := measure.NewPack("box", n*1000, mustUnit(t, "jin"), mustUnit(t, "kg"))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		name    string
		pack    measure.Pack
		minimum float64
		stock   float64
		want    float64
	}{
		{"no pack, no minimum", measure.Pack{}, 0, 12, 17},
		{"pack only", pack(12), 0, 12, 24},
		{"minimum only", measure.Pack{}, 40, 12, 40},
		{"minimum off the grid of the pack", pack(12), 30, 12, 36},
		{"minimum on the grid", pack(12), 36, 12, 36},
		{"need above the minimum", pack(12), 12, 12, 24},
		{"10 jin are 5 kg, minimum 12 kg", jin(10), 12, 25, 15},
		{"3 jin are 1.5 kg", jin(3), 0, 12, 18},
		{"nothing needed, nothing forced", pack(12), 36, 60, 0},
	} {
		in := input(c.stock)
		in.Offers[0].Pack, in.Offers[0].MinOrder = c.pack, kg(c.minimum)
		if s := suggest(t, in); s.Quantity != kg(c.want) {
			t.Errorf("%s: %v, want %v", c.name, s.Quantity.Decimal(), c.want)
		}
	}
}

func mustUnit(t *testing.T, code string) measure.Unit {
	u, ok := measure.UnitByCode(code)
	if !ok {
		t.Fatalf("no unit %s", code)
	}
	return u
}

// Against field mistake 7: a price break chosen by the order of the list.
func TestFieldMistake07ThirtySixEggsMayCostLessThanThirtyOne(t *testing.T) {
	in := input(0)
	in.Demand = windows(11.5, 11.5) // two days after the arrival take up to 31
	eggs := &in.Offers[0]
	for _, breaks := range [][]replenish.Break{
		{{From: kg(1), Price: yuan(1)}, {From: kg(36), Price: yuan(0.8)}, {From: kg(360), Price: yuan(0.75)}},
		{{From: kg(360), Price: yuan(0.75)}, {From: kg(36), Price: yuan(0.8)}, {From: kg(1), Price: yuan(1)}},
	} {
		eggs.Breaks = breaks
		eggs.LeadDays, eggs.ReviewDays = 1, 2
		s := suggest(t, in)
		if s.Choice.Base.Quantity != kg(31) {
			t.Fatalf("the need should be 31: %v", s.Choice.Base.Quantity)
		}
		if s.Quantity != kg(36) || s.Choice.Quote.LineCost != fen(28.8) {
			t.Errorf("order %v for %v", s.Quantity, s.Choice.Quote.LineCost)
		}
		if !s.Has(replenish.FlagPriceBreak) || !says(s, "reason.note_price_break") {
			t.Errorf("not said: %v", asJSON(t, s.Reason))
		}
		eggs.Breaks[1] = replenish.Break{From: kg(200), Price: yuan(0.995)} // keeping them costs more than that saves
		if s := suggest(t, in); s.Quantity != s.Choice.Base.Quantity {
			t.Errorf("bought more though it costs more: %v", s.Quantity)
		}
	}
}

// Against field mistake 8: lots that are or soon will be expired counted as available.
func TestFieldMistake08ExpiredAndSoonExpiredLots(t *testing.T) {
	in := input(0)
	in.Stock.Lots = []replenish.Lot{{Quantity: kg(50), Expiry: today.Add(-1)}, {Quantity: kg(12)}}
	fresh := suggest(t, input(12))
	s := suggest(t, in)
	if s.OnHand != kg(62) || s.Unusable != kg(50) || s.Available != kg(12) {
		t.Errorf("position %+v", s.Position)
	}
	if s.Quantity != fresh.Quantity || s.Risk.StockOutProb != fresh.Risk.StockOutProb {
		t.Errorf("expired stock changed the order: %v, want %v", s.Quantity, fresh.Quantity)
	}

	in.Stock.Lots = []replenish.Lot{{Quantity: kg(100), Expiry: today}} // last day today
	s = suggest(t, in)
	if s.Available != kg(100) || s.Risk.StockOutProb != 0 {
		t.Errorf("sellable today: available %v, risk %v", s.Available, s.Risk.StockOutProb)
	}
	if s.Risk.RunOut != today.Add(1) || s.Risk.CoverDays != 1 {
		t.Errorf("gone tonight: runs out %v, cover %v", s.Risk.RunOut, s.Risk.CoverDays)
	}
	if s.Quantity < kg(10) || !says(s, "reason.note_expiring") {
		t.Errorf("tomorrow has nothing: order %v, %v", s.Quantity, asJSON(t, s.Reason))
	}
	in.Offers[0].LeadDays = 3
	if s := suggest(t, in); s.Risk.StockOutProb != 1 {
		t.Errorf("nothing to sell for two days: risk %v", s.Risk.StockOutProb)
	}
}

// Against field mistake 9: the same proposal ordered twice.
func TestFieldMistake09AnOrderSentIsNotSuggestedAgain(t *testing.T) {
	for _, stock := range []float64{0, 3, 12, 25} {
		in := input(stock)
		in.Offers[0].Pack = pack(6)
		first := suggest(t, in)
		if first.Quantity == 0 {
			t.Fatalf("stock %v needs an order", stock)
		}
		in.Arrivals = append(in.Arrivals, replenish.Arrival{Quantity: first.Quantity, Due: first.Choice.Arrival})
		if again := suggest(t, in); again.Quantity != 0 {
			t.Errorf("stock %v: ordered %v, then %v again", stock, first.Quantity, again.Quantity)
		}
	}
}

// Against field mistake 10: the lead time measured from the draft, not from sending.
func TestFieldMistake10LeadTimeRunsFromSending(t *testing.T) {
	in := input(20)
	o := &in.Offers[0]
	o.OrderWeekdays, o.LeadDays = []time.Weekday{time.Thursday}, 2
	s := suggest(t, in)
	if s.Choice.OrderDay != today.Add(3) || s.Choice.Arrival != today.Add(5) || s.Choice.NextArrival != today.Add(12) {
		t.Errorf("order %v, arrival %v, next %v", s.Choice.OrderDay, s.Choice.Arrival, s.Choice.NextArrival)
	}
	if s.Choice.Need.Window != 12 || s.Risk.Before != today.Add(5) {
		t.Errorf("window %d, risk before %v", s.Choice.Need.Window, s.Risk.Before)
	}
	if !says(s, "reason.note_order_day") {
		t.Errorf("not said: %v", asJSON(t, s.Reason))
	}
	o.ReviewDays = 14
	if s := suggest(t, in); s.Choice.NextArrival != today.Add(19) {
		t.Errorf("every second Thursday: next arrival %v", s.Choice.NextArrival)
	}
}

func TestClosureInsideTheLeadTime(t *testing.T) {
	in := input(20)
	in.Offers[0].LeadDays, in.Offers[0].ReviewDays = 3, 7
	open := suggest(t, in)
	in.Offers[0].Closures = []replenish.Closure{{From: today.Add(5), To: today.Add(20)}}
	s := suggest(t, in)
	if s.Choice.Arrival != today.Add(3) || s.Choice.NextArrival != today.Add(24) {
		t.Errorf("arrival %v, next %v", s.Choice.Arrival, s.Choice.NextArrival)
	}
	if s.Quantity <= open.Quantity {
		t.Errorf("before a closure %v, without %v", s.Quantity, open.Quantity)
	}
	in.Offers[0].Closures = []replenish.Closure{{From: today.Add(1), To: today.Add(20)}}
	if s := suggest(t, in); s.Choice.OrderDay != today || s.Choice.Arrival != today.Add(23) {
		t.Errorf("lead days passed during the closure: arrival %v", s.Choice.Arrival)
	}
	in.Offers[0].Closures = []replenish.Closure{{From: today, To: today.Add(2000)}}
	if s := suggest(t, in); s.Choice != nil || !s.Has(replenish.FlagNoDelivery) {
		t.Errorf("ordered from a closed supplier: %v", s.Choice)
	}
}

// says tells whether a reason of s has this key.
func says(s replenish.Suggestion, key string) bool {
	for _, m := range s.Reason {
		if m.Key == key {
			return true
		}
	}
	return false
}

func TestNobodyOpensASackForAFewGrams(t *testing.T) {
	in := replenish.Input{Version: replenish.Version, Today: 20000, Unit: "kg", Demand: replenish.Windows{Mean: []float64{0.004, 0.008, 0.012}, Var: []float64{0.00004, 0.00008, 0.00012}},
		Offers: []replenish.Offer{{ID: ident.New(), Supplier: ident.New(), Kind: replenish.Wholesaler, Breaks: []replenish.Break{{Price: 50000}}, LeadDays: 1, ReviewDays: 1}}}
	if got := replenish.Suggest(in).Result.Quantity; got != 0 {
		t.Errorf("ordered %v for a demand of a few grams", got)
	}
	in.Demand = replenish.Windows{Mean: []float64{1.2, 2.4, 3.6}, Var: []float64{0.1, 0.2, 0.3}}
	if got := replenish.Suggest(in).Result.Quantity; got == 0 {
		t.Error("ordered nothing for a real demand")
	}
}
