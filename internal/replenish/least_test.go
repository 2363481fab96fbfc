package replenish_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
)

// Every quantity on the grid of the pack, up to what four weeks take or what can
// be sold before it spoils, saves at most as much as the suggested one.
func TestNoQuantityIsCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.Bounds, in.Policy.Ordering = replenish.Bounds{}, money.Amount(rapid.SampledFrom([]int64{0, 50, 900}).Draw(t, "ordering"))
		in.Offers = []replenish.Offer{anyOffer(t, 0)}
		in.Offers[0].Pack = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: rapid.Int64Range(1, 7).Draw(t, "box"), Den: 1}}
		s := suggest(t, in)
		if s.Choice == nil {
			return
		}
		var all []measure.Quantity
		arrival := int(s.Choice.Arrival - in.Today)
		for q := s.Choice.Step; q < kg(in.Demand.Mean[min(arrival+28, 60)-1]-in.Demand.Mean[min(arrival, 60)]); q += s.Choice.Step {
			if in.ShelfLife == 0 || q <= s.Choice.Cap {
				all = append(all, q)
			}
		}
		best, bought := math.Inf(-1), math.NaN()
		for _, o := range replenish.Options(in, in.Offers[0].ID, all...) {
			best = max(best, o.Benefit)
			if o.Quantity == s.Quantity {
				bought = o.Benefit
			}
		}
		if !(bought >= best-1e-3) {
			t.Fatalf("%v saves %v, another quantity %v: %s", s.Quantity, bought, best, asJSON(t, s.Choice))
		}
	})
}

// market is a shop of which everything is known for certain: rate a day is
// sold, and every offer arrives after its days. Its costs can be written down.
type market struct {
	rate, stock, price, holding, ordering float64
	life                                  int
}

// longRun is the least cost of a unit bought at an offer again and again, over
// all its lots of a week to four.
func (m market) longRun(o replenish.Offer) float64 {
	best := math.Inf(1)
	for q := 1.0; q <= m.rate*28; q++ {
		if q < m.rate*float64(o.ReviewDays) {
			continue
		}
		paid := q * unitPrice(o, q)
		best = min(best, (paid+m.ordering)/q+m.holding*paid/(2*m.rate))
	}
	return best
}

func unitPrice(o replenish.Offer, q float64) float64 {
	price := float64(o.Breaks[0].Price) / 100
	for _, b := range o.Breaks {
		if float64(b.From)/1000 <= q {
			price = float64(b.Price) / 100
		}
	}
	return price
}

// cost is the cost of ordering q at an offer, up to the end of the longest
// protection period, beside ref for each unit sold: lost margin, price above
// ref, keeping and work.
func (m market) cost(o replenish.Offer, q, ref, unit float64, longest int) float64 {
	arrival, next := float64(o.LeadDays), float64(o.LeadDays+o.ReviewDays)
	short := 2.4 * (m.price - ref)
	before := math.Max(m.rate*arrival-m.stock, 0)
	old := math.Max(m.stock-m.rate*arrival, 0)
	wanted := m.rate * (next - arrival)
	need, left := math.Max(wanted-old, 0), math.Max(old-wanted, 0)
	lost, over := math.Max(need-q, 0), math.Max(q-need, 0)
	c := short*(before+lost) + m.holding*ref*((next-arrival)*over/2+(over*over+2*over*left)/(2*m.rate))
	if q > 0 {
		c += q*(unitPrice(o, q)-ref) + m.ordering + m.holding*ref*(next-arrival)/2*q
	}
	later := float64(longest) - next
	return c + (unit-ref)*m.rate*later + short*lost*later/(next-arrival)
}

// Supplier, quantity and price break together: enumerating all of them by
// formulas written down here finds the same offer and the same quantity.
func TestBruteForceAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := market{rate: float64(rapid.IntRange(1, 9).Draw(t, "rate")), stock: float64(rapid.IntRange(0, 60).Draw(t, "stock")),
			price: float64(rapid.IntRange(600, 900).Draw(t, "price")), holding: 0.002, ordering: float64(rapid.SampledFrom([]int{0, 60, 700}).Draw(t, "ordering"))}
		in := input(m.stock)
		in.Demand, in.Price = replenish.WindowsOf(steady{m.rate, 1e-9, false}, 60), money.Price(m.price*100)
		in.Policy = replenish.Policy{Ordering: money.Amount(m.ordering)}
		in.Offers = nil
		longest := 0
		for i := range rapid.IntRange(1, 3).Draw(t, "offers") {
			o := offer(string(rune('a'+i)), replenish.Other, float64(rapid.IntRange(300, 500).Draw(t, "cost"))/100, rapid.IntRange(1, 9).Draw(t, "lead"))
			o.ReviewDays = rapid.IntRange(1, 7).Draw(t, "review")
			if rapid.Bool().Draw(t, "break") {
				o.Breaks = append(o.Breaks, replenish.Break{From: kg(float64(rapid.IntRange(2, 150).Draw(t, "from"))),
					Price: o.Breaks[0].Price * money.Price(rapid.IntRange(70, 99).Draw(t, "per cent")) / 100})
			}
			in.Offers = append(in.Offers, o)
			longest = max(longest, o.LeadDays+o.ReviewDays)
		}
		ref := math.Inf(1)
		for _, o := range in.Offers {
			ref = min(ref, m.longRun(o))
		}
		least, each := math.Inf(1), map[string]float64{}
		for _, o := range in.Offers {
			unit, best := m.longRun(o), math.Inf(1)
			for q := 0.0; q <= m.rate*28; q++ {
				best = min(best, m.cost(o, q, ref, unit, longest))
			}
			each[o.SupplierName], least = best, min(least, best)
		}
		s := suggest(t, in)
		i := slices.IndexFunc(in.Offers, func(o replenish.Offer) bool { return o.ID == s.Choice.Offer })
		mine := m.cost(in.Offers[i], float64(s.Quantity)/1000, ref, m.longRun(in.Offers[i]), longest)
		if mine > least+0.05 { // futures are drawn in single precision
			t.Fatalf("%v from %s costs %.4f; the least is %.4f (%v): %s", s.Quantity, s.Choice.SupplierName, mine, least, each, asJSON(t, s.Choice))
		}
	})
}

// Longer lead times never mean less on the way.
func TestLongerLeadNeverNeedsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.Offers = []replenish.Offer{anyOffer(t, 0)}
		in.ShelfLife, in.Arrivals, in.Stock = 0, nil, lots(float64(rapid.IntRange(0, 200).Draw(t, "stock")))
		o := &in.Offers[0]
		o.OrderWeekdays, o.Closures = nil, nil
		a := suggest(t, in)
		o.LeadDays += rapid.IntRange(1, 15).Draw(t, "longer")
		b := suggest(t, in)
		if a.Choice != nil && (b.Choice.Need.Level < a.Choice.Need.Level || b.Choice.Need.Quantity < a.Choice.Need.Quantity) {
			t.Fatalf("%+v, with a longer lead time %+v", a.Choice.Need, b.Choice.Need)
		}
	})
}

// The options of an owner who insists on a service level lead to it.
func TestOptionsHoldTheSuggestion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		s := suggest(t, in)
		if s.Choice == nil {
			return
		}
		options := replenish.Options(in, s.Choice.Offer)
		best := slices.MaxFunc(options, func(a, b replenish.Option) int {
			if a.Benefit < b.Benefit {
				return -1
			}
			return 1
		})
		mine := slices.IndexFunc(options, func(o replenish.Option) bool { return o.Quantity == s.Quantity })
		if mine < 0 || options[mine].Benefit < best.Benefit-1e-3 {
			t.Fatalf("suggested %v, but %+v is the best of %+v", s.Quantity, best, options)
		}
		last := measure.Quantity(-1)
		for _, o := range options {
			line, err := money.Line(o.Quantity, priceOf(in, s.Choice.Offer, o.Quantity), in.Currency)
			if o.Quantity <= last || err != nil || o.Cash != line {
				t.Fatalf("%+v behind %v, costs %v", o, last, line)
			}
			last = o.Quantity
		}
		if options[0] != (replenish.Option{}) {
			t.Fatalf("nothing is no option: %+v", options[0])
		}
	})
}

// priceOf is the price of the highest break that a quantity reaches.
func priceOf(in replenish.Input, offer ident.ID, q measure.Quantity) money.Price {
	i := slices.IndexFunc(in.Offers, func(o replenish.Offer) bool { return o.ID == offer })
	breaks := slices.Clone(in.Offers[i].Breaks)
	slices.SortFunc(breaks, func(a, b replenish.Break) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Price, b.Price))
	})
	price := breaks[0].Price
	at := breaks[0].From
	for _, b := range breaks {
		if b.From <= q && b.From > at {
			price, at = b.Price, b.From
		}
	}
	return price
}

// Where an order costs something each time, what is suggested is a reorder rule:
// nothing above a point, up to a level below it. Its average cost in the long
// run, by the exact method of Zheng and Federgruen, is close to the least there
// is, though each suggestion looks only as far as the next delivery.
func TestOrderingCostsMakeAReorderRule(t *testing.T) {
	const price, margin = 500, 300
	for _, c := range []struct {
		rate     float64
		ordering money.Amount
	}{{2, 50}, {2, 300}, {6, 50}, {6, 300}, {6, 2000}, {20, 50}, {20, 300}, {20, 2000}} {
		in := input(0)
		in.Demand, in.Policy.Ordering = windows(c.rate, c.rate), c.ordering
		in.Offers[0].LeadDays = 0
		rule, done := replenish.Reorder{At: -1}, false
		for x := range 80 {
			in.Stock = lots(float64(x))
			q := int(suggest(t, in).Quantity / 1000)
			if q > 0 && done {
				t.Fatalf("%+v: with %d nothing is ordered, with %d again", c, rule.At+1, x)
			}
			if q > 0 {
				rule = replenish.Reorder{At: x, UpTo: x + q}
			}
			done = q == 0
		}
		law := dist.NewNegBin(c.rate, c.rate)
		cost := func(y int) float64 { return replenish.NewsvendorCost(law, float64(y), 2.4*margin, 0.002*price) }
		demand := func(j int) float64 { return law.CDF(float64(j)) - law.CDF(float64(j)-1) }
		best, least := replenish.BestReorder(float64(c.ordering), int(c.rate), cost, demand)
		if mine := replenish.ReorderCost(rule, float64(c.ordering), cost, demand); mine > 1.08*least {
			t.Errorf("%+v: the rule %+v costs %.2f a day, the best %+v %.2f", c, rule, mine, best, least)
		}
	}
}

// A bound set by hand is kept, and the trace says what it costs.
func TestBoundsCost(t *testing.T) {
	in := input(12)
	in.Offers[0].ReviewDays = 3
	in.Bounds.Maximum = kg(20)
	s := suggest(t, in)
	if s.Quantity != kg(8) || s.Choice.BoundCost < fen(50) || !stepped(t, in, "reason.step_bound") {
		t.Errorf("%v, a maximum costs %v", s.Quantity, s.Choice.BoundCost)
	}
	in.Bounds = replenish.Bounds{Minimum: kg(300)}
	s = suggest(t, in)
	if s.Quantity != kg(288) || s.Choice.BoundCost <= 0 || !stepped(t, in, "reason.step_bound") {
		t.Errorf("%v, a minimum costs %v", s.Quantity, s.Choice.BoundCost)
	}
	in.Bounds.Minimum = kg(5)
	if s := suggest(t, in); s.Choice.BoundCost != 0 || stepped(t, in, "reason.step_bound") {
		t.Errorf("a minimum that decides nothing costs %v", s.Choice.BoundCost)
	}
}

// No more than four weeks are bought at once; where that hides a cheaper quantity, the
// trace says so.
func TestFurthestIsTold(t *testing.T) {
	in := input(12)
	if stepped(t, in, "reason.step_furthest") {
		t.Error("told where nothing hinders")
	}
	in.Offers[0].Freight = fen(30_000)
	s := suggest(t, in)
	if s.Quantity > kg(10*28) || !stepped(t, in, "reason.step_furthest") {
		t.Errorf("%v are bought, and nothing is told: %+v", s.Quantity, s.Choice.Costs)
	}
}

func stepped(t *testing.T, in replenish.Input, key string) bool {
	t.Helper()
	trace := replenish.Suggest(in)
	return slices.ContainsFunc(trace.Compared(), func(m replenish.Message) bool { return m.Key == key })
}

// The first order of goods that have not sold here yet: something, and modest.
func TestFirstOrder(t *testing.T) {
	in := input(0)
	in.Stock = replenish.Stock{}
	in.Demand, in.Policy.Ordering = windows(1, 3), 2000
	usual := suggest(t, in)
	in.Facts.Prior = true
	s := suggest(t, in)
	if s.Quantity == 0 || s.Quantity > kg(14) || s.Quantity >= usual.Quantity || !says(s, "reason.prior") {
		t.Errorf("a first order of %v, of known goods %v: %v", s.Quantity, usual.Quantity, asJSON(t, s.Reason))
	}
}

// An explicit fill rate is the least quantity that serves that share of what is
// wanted until the next delivery.
func TestFillRate(t *testing.T) {
	in := input(0)
	law := dist.NewNegBin(30, 45)
	in.Offers[0].LeadDays, in.Offers[0].ReviewDays = 0, 3
	for _, share := range []float64{0.6, 0.9, 0.97} {
		in.Policy.FillRate = share
		q := float64(suggest(t, in).Quantity) / 1000
		if fill := 1 - law.Loss(q)/30; fill < share-0.012 || 1-law.Loss(q-1)/30 > share+0.012 {
			t.Errorf("%v of what is wanted: %v serve %.3f", share, q, fill)
		}
	}
}

// What is never sold of an order is expected by the ages of what lies there.
func TestStockThatExpiresFirstIsCountedIn(t *testing.T) {
	in := input(0)
	in.ShelfLife = 2
	in.Stock.Lots = []replenish.Lot{{Quantity: kg(25), Expiry: today}} // 15 of them will be thrown away tonight
	fresh := in
	fresh.Stock.Lots = []replenish.Lot{{Quantity: kg(25), Expiry: today.Add(1)}}
	old, young := suggest(t, in), suggest(t, fresh)
	if old.Quantity <= young.Quantity || young.Quantity == 0 {
		t.Errorf("beside stock for today %v, beside stock for two days %v", old.Quantity, young.Quantity)
	}
}

// feast sells ten a day, and five times as much in the third and fourth week.
type feast struct{}

func (feast) Sum(k int) dist.Distribution {
	rush := min(max(k-14, 0), 14)
	return dist.NewGamma(float64(10*k+40*rush), float64(10*k+40*rush))
}

// Before a festival the plan lets larger orders arrive than in quiet weeks.
func TestPlanBeforeAFestival(t *testing.T) {
	in := input(0)
	in.Offers[0].LeadDays, in.Offers[0].ReviewDays, in.Policy.Ordering = 0, 7, 2000
	even := replenish.Suggest(in)
	if len(even.Plan()) != 0 {
		t.Errorf("an even demand has a plan: %v", asJSON(t, even.Plan()))
	}
	in.Demand = replenish.WindowsOf(feast{}, replenish.HorizonDays)
	trace := replenish.Suggest(in)
	var got []int64
	for _, m := range trace.Plan() {
		got = append(got, m.Args[0].Int/1000, m.Args[1].Int-int64(today))
	}
	// Keeping 70 for a week costs 4.9 yuan and an order 20: two or three quiet
	// weeks make one order, and the second busy week's order takes one along.
	if want := []int64{140, 0, 350, 14, 420, 21, 210, 35}; !slices.Equal(got, want) {
		t.Errorf("plan %v, want %v", got, want)
	}
}

// TestCoverLowersTheNeed: the more of a group's people would take another product,
// the less is ordered of this one; what is lost falls in money with it; some is
// always ordered, and an owner who says never to run out is believed.
func TestCoverLowersTheNeed(t *testing.T) {
	in := input(1)
	before := replenish.Suggest(in)
	if before.Result.Quantity <= 0 {
		t.Fatal("nothing is needed")
	}
	least := before
	for _, served := range []float64{0.2, 0.5, 0.8, 7, math.NaN()} {
		in.Cover, in.CoverBy = served, "milk"
		now := replenish.Suggest(in)
		if now.Result.Quantity > before.Result.Quantity || now.Result.Quantity <= 0 || now.Result.Risk.LostMargin > before.Result.Risk.LostMargin {
			t.Errorf("cover %.1f orders %s for %d lost, without it %s for %d", served, now.Result.Quantity.Decimal(), now.Result.Risk.LostMargin,
				before.Result.Quantity.Decimal(), before.Result.Risk.LostMargin)
		}
		if served == 0.8 {
			least = now
		}
	}
	if least.Result.Quantity >= before.Result.Quantity {
		t.Errorf("four of five take another, and still %s are ordered", least.Result.Quantity.Decimal())
	}
	in.Policy.Service = replenish.NeverRunOut
	insisted := replenish.Suggest(in).Result.Quantity
	in.Cover = 0
	if alone := replenish.Suggest(in).Result.Quantity; insisted != alone {
		t.Errorf("never to run out orders %s with a group, %s without", insisted.Decimal(), alone.Decimal())
	}
}
