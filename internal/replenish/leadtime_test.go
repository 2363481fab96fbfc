package replenish_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/lead"
)

// usually takes 2 days, sometimes 1, 3, 4 or 6.
var usually = lead.Days{From: 1, P: []float64{0.1, 0.6, 0.15, 0.1, 0, 0.05}}

// sent is an order with the day on which it really comes.
type sent struct {
	on, comes day.Date
	quantity  measure.Quantity
}

// uncertain is a shop whose deliveries come when they like.
type uncertain struct {
	in     replenish.Input
	law    dist.Distribution
	random *rand.Rand
	owed   []sent
}

// day lives one day and tells whether somebody went away empty-handed.
func (u *uncertain) day() (short bool) {
	o := &u.in.Offers[0]
	closed := lead.Calendar(func(d day.Date) bool {
		for _, c := range o.Closures {
			if c.From <= d && d <= c.To {
				return true
			}
		}
		return false
	})
	stock := &u.in.Stock.Lots[0].Quantity
	var owed []sent
	u.in.Arrivals = nil
	for _, s := range u.owed {
		if s.comes <= u.in.Today {
			*stock += s.quantity
			continue
		}
		owed = append(owed, s)
		a := replenish.Arrival{Quantity: s.quantity}
		a.Due, _ = closed.Advance(s.on, 2)
		a.Days, _, _ = closed.From(o.Lead, s.on, u.in.Today+1) // today's delivery is over
		a.Days.From++
		u.in.Arrivals = append(u.in.Arrivals, a)
	}
	u.owed = owed
	if closed(u.in.Today) {
		// nobody takes an order
	} else if s := replenish.Suggest(u.in).Result; s.Quantity > 0 && s.Choice.OrderDay == u.in.Today {
		comes, _ := closed.Advance(u.in.Today, o.Lead.Quantile(u.random.Float64()))
		u.owed = append(u.owed, sent{u.in.Today, comes, s.Quantity})
	}
	wanted := measure.Quantity(u.law.Quantile(u.random.Float64())*1000 + 0.5)
	short = wanted > *stock
	*stock = max(*stock-wanted, 0)
	u.in.Today++
	return short
}

// closures lives through a closure at Spring Festival in many futures, and tells in what
// share of them nobody went away empty-handed while it lasted.
func closures(in replenish.Input, law dist.Distribution, seed uint64, n int) float64 {
	feast := day.SpringFestivalOf(2027)
	served := 0
	for future := range n {
		u := uncertain{in: in, law: law, random: rand.New(rand.NewPCG(seed, uint64(future)))}
		u.in.Today = feast.Add(-15)
		u.in.Stock = lots(40)
		u.in.Offers = slices.Clone(in.Offers)
		u.in.Offers[0].Closures = []replenish.Closure{{From: feast.Add(-3), To: feast.Add(11)}}
		fine := true
		for u.in.Today <= feast.Add(11) {
			during := u.in.Today >= feast.Add(-3)
			if u.day() && during {
				fine = false
			}
		}
		if fine {
			served++
		}
	}
	return float64(served) / float64(n)
}

// A supplier whose deliveries come when they like closes for Spring Festival. As many
// closures are lived through as the owner was promised.
func TestAClosureIsLivedThroughAsOftenAsPromised(t *testing.T) {
	law := dist.NewNegBin(10, 15)
	for _, level := range []float64{0.85, 0.95, 0.99} {
		in := input(40)
		in.Policy.Level = level
		in.Offers[0].Lead = usually
		if got := closures(in, law, 5, 600); math.Abs(got-level) > 0.02 {
			t.Errorf("daily orders: %.3f of the closures at the level %v", got, level)
		}
		// A maker who takes orders on Mondays: whole weeks leave something over.
		in.Offers[0].Lead = lead.Days{From: 3, P: []float64{0.1, 0.3, 0.3, 0.15, 0.1, 0.05}}
		in.Offers[0].OrderWeekdays = []time.Weekday{time.Monday}
		if got := closures(in, law, 6, 150); got < level-0.02 {
			t.Errorf("weekly orders: %.3f of the closures at the level %v", got, level)
		}
	}
}

// Without a closure too, the cycles of a supplier whose deliveries come when they like
// are served as often as promised.
func TestUncertainDeliveriesKeepTheServiceLevel(t *testing.T) {
	for _, level := range []float64{0.85, 0.95} {
		in := input(60)
		in.Policy.Level = level
		in.Offers[0].Lead = lead.Days{From: 2, P: []float64{0.05, 0.6, 0.2, 0.05, 0.05, 0.05}}
		in.Offers[0].OrderWeekdays = []time.Weekday{time.Monday}
		u := uncertain{in: in, law: dist.NewNegBin(10, 15), random: rand.New(rand.NewPCG(4, 5))}
		short, cycles := 0, 0
		for week := range 600 {
			out := false
			for range 7 {
				out = u.day() || out
			}
			if week > 3 {
				cycles++
				if out {
					short++
				}
			}
		}
		if served := 1 - float64(short)/float64(cycles); math.Abs(served-level) > 0.03 {
			t.Errorf("%.3f of the weeks served, promised %v", served, level)
		}
	}
}

// later moves a distribution to later days.
func later(t *rapid.T, d lead.Days) lead.Days {
	out := lead.Days{From: d.From, P: append(slices.Clone(d.P), 0)}
	i := rapid.IntRange(0, len(d.P)-1).Draw(t, "day")
	moved := out.P[i] * rapid.SampledFrom([]float64{0.2, 0.5, 1}).Draw(t, "moved")
	out.P[i] -= moved
	out.P[i+1] += moved
	return out
}

// anyDays draws a distribution.
func anyDays(t *rapid.T) lead.Days {
	d := lead.Days{From: rapid.IntRange(0, 12).Draw(t, "from")}
	weights := rapid.SliceOfN(rapid.IntRange(1, 20), 1, 8).Draw(t, "weights")
	sum := 0
	for _, w := range weights {
		sum += w
	}
	for _, w := range weights {
		d.P = append(d.P, float64(w)/float64(sum))
	}
	return d
}

func TestALaterDeliveryNeverMeansLessRisk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.ShelfLife = 0 // what comes later may also keep longer
		in.Arrivals = nil
		for range rapid.IntRange(1, 3).Draw(t, "deliveries") {
			in.Arrivals = append(in.Arrivals, replenish.Arrival{Quantity: measure.Quantity(rapid.Int64Range(1, 90_000).Draw(t, "coming")), Due: in.Today, Days: anyDays(t)})
		}
		a := suggest(t, in)
		i := rapid.IntRange(0, len(in.Arrivals)-1).Draw(t, "which")
		in.Arrivals = slices.Clone(in.Arrivals)
		was := in.Arrivals[i].Days
		in.Arrivals[i].Days = later(t, was)
		if one := len(was.Points()) == 1; one != (len(in.Arrivals[i].Days.Points()) == 1) {
			return // a day became certain or ceased to be: others are cut into other parts
		}
		b := suggest(t, in)
		for k, x := range a.Risk.Curve {
			if k < len(b.Risk.Curve) && b.Risk.Curve[k] < x-2e-6 {
				t.Fatalf("curve at %d: %v -> %v", k, x, b.Risk.Curve[k])
			}
		}
		if b.Risk.StockOutProb < a.Risk.StockOutProb-2e-6 {
			t.Fatalf("risk %v -> %v", a.Risk.StockOutProb, b.Risk.StockOutProb)
		}
	})
}

// The longer a supplier takes, the more must be there and on its way.
func TestALongerLeadTimeNeverNeedsLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		in.ShelfLife, in.Bounds, in.Arrivals = 0, replenish.Bounds{}, nil
		in.Offers = []replenish.Offer{anyOffer(t, 0)}
		in.Offers[0].Closures, in.Offers[0].OrderWeekdays = nil, nil
		in.Offers[0].Lead = anyDays(t)
		a := suggest(t, in)
		in.Offers = slices.Clone(in.Offers)
		in.Offers[0].Lead = later(t, in.Offers[0].Lead)
		b := suggest(t, in)
		// The root of the mixture is found to a ten-millionth.
		if a.Choice != nil && b.Choice != nil && b.Choice.Need.Level < a.Choice.Need.Level-1-a.Choice.Need.Level/1e7 {
			t.Fatalf("%+v, later %+v", a.Choice.Need, b.Choice.Need)
		}
		if a.Choice != nil && b.Choice != nil && b.Risk.StockOutProb < a.Risk.StockOutProb-2e-6 {
			t.Fatalf("risk %v, later %v", a.Risk.StockOutProb, b.Risk.StockOutProb)
		}
	})
}

// The probability before each delivery and before the first one is that of a simulation
// in which the deliveries come when they like.
func TestRiskBeforeRandomDeliveries(t *testing.T) {
	law := dist.NewNegBin(10, 15)
	in := input(35)
	in.Arrivals = []replenish.Arrival{
		{Quantity: kg(20), Due: today.Add(3), Days: lead.Days{From: 1, P: []float64{0.2, 0, 0.5, 0.3}}},
		{Quantity: kg(40), Due: today.Add(5), Days: lead.Days{From: 3, P: []float64{0.1, 0.2, 0.4, 0.1, 0, 0, 0.2}}},
	}
	s := suggest(t, in)
	if len(s.Risk.Coming) != 2 || s.Risk.Coming[0].Quantity != kg(20) || s.Risk.Coming[1].To != today.Add(9) {
		t.Fatalf("%+v", s.Risk.Coming)
	}
	random := rand.New(rand.NewPCG(8, 8))
	const n = 40_000
	var out, before [2]float64
	var first float64
	for range n {
		a, b := in.Arrivals[0].Days.Quantile(random.Float64()), in.Arrivals[1].Days.Quantile(random.Float64())
		stock, empty := 35.0, math.MaxInt
		for k := range 12 {
			if k == a {
				stock += 20
			}
			if k == b {
				stock += 40
			}
			if stock -= law.Quantile(random.Float64()); stock <= 0 {
				empty = min(empty, k)
			}
		}
		for i, on := range []int{a, b} {
			if empty < on {
				before[i]++
			}
		}
		if empty < min(a, b) {
			first++
		}
		for i, k := range []int{4, 8} {
			if empty <= k {
				out[i]++
			}
		}
	}
	// Behind a delivery the probability is that of the worst day so far, which is no more
	// than that of any bad day.
	for _, c := range []struct {
		what        string
		got, want   float64
		below, over float64
	}{
		{"the first delivery", s.Risk.StockOutProb, first / n, 0.02, 0.02},
		{"delivery 1", s.Risk.Coming[0].Before, before[0] / n, 0.02, 0.01}, {"delivery 2", s.Risk.Coming[1].Before, before[1] / n, 0.1, 0.01},
		{"the end of day 4", s.Risk.Curve[4], out[0] / n, 0.1, 0.01}, {"the end of day 8", s.Risk.Curve[8], out[1] / n, 0.1, 0.01},
	} {
		if c.got < c.want-c.below || c.got > c.want+c.over {
			t.Errorf("before %s: %.3f, simulated %.3f", c.what, c.got, c.want)
		}
	}
}

// The order lowers the risk from its arrival on and never raises it; what is lost adds up.
func TestTheProspectWithTheOrder(t *testing.T) {
	in := input(14)
	in.Offers[0].Lead = lead.Days{From: 1, P: []float64{0.5, 0.3, 0.2}}
	in.Arrivals = []replenish.Arrival{{Quantity: kg(10), Due: today.Add(2), Days: lead.Days{From: 1, P: []float64{0.2, 0.8}}}}
	trace := replenish.Suggest(in)
	p := replenish.Ahead(&trace, trace.Result.Quantity, 28)
	if trace.Result.Quantity == 0 || len(p.Out) != 28 || len(p.With) != 28 || p.Order == nil || len(p.Coming) != 1 {
		t.Fatalf("%v: %+v", trace.Result.Quantity, p)
	}
	for k := range p.Out {
		if p.With[k] > p.Out[k]+1e-9 || p.LostWith[k] > p.Lost[k]+1e-9 || k > 0 && (p.Out[k] < p.Out[k-1] || p.Lost[k] < p.Lost[k-1]) {
			t.Fatalf("day %d: out %v, with the order %v, lost %v and %v", k, p.Out[k], p.With[k], p.Lost[k], p.LostWith[k])
		}
		if k < len(trace.Result.Risk.Curve) && p.Out[k] != trace.Result.Risk.Curve[k] {
			t.Fatalf("day %d: %v here, %v in the trace", k, p.Out[k], trace.Result.Risk.Curve[k])
		}
	}
	if p.With[2] > p.Out[2]-0.05 || p.LostMargin <= p.MarginWith {
		t.Errorf("the order changes nothing: %v, %v; lost %v, %v", p.Out[2], p.With[2], p.LostMargin, p.MarginWith)
	}
	if o := p.Order; o.From != today.Add(1) || o.To != today.Add(3) || o.Before <= 0 || o.Before >= 1 {
		t.Errorf("the order: %+v", o)
	}
	if none := replenish.Ahead(&trace, 0, 28); none.Order != nil || none.With != nil {
		t.Errorf("without an order: %+v", none)
	}
}

// With what every product of a shop has: a learned lead time and, of some, a delivery on
// its way.
func BenchmarkSuggestUncertain(b *testing.B) {
	in := input(12)
	in.Offers = append(in.Offers, offer("market", replenish.Wholesaler, 6, 1))
	in.Offers[0].Lead, in.Offers[1].Lead = usually, usually
	in.Arrivals = []replenish.Arrival{{Quantity: kg(10), Due: today.Add(1), Days: usually}}
	b.ReportAllocs()
	for b.Loop() {
		replenish.Suggest(in)
	}
}

func BenchmarkAhead(b *testing.B) {
	in := input(12)
	in.Offers[0].Lead = usually
	in.Arrivals = []replenish.Arrival{{Quantity: kg(10), Due: today.Add(1), Days: usually}}
	trace := replenish.Suggest(in)
	for b.Loop() {
		replenish.Ahead(&trace, trace.Result.Quantity, 28)
	}
}
