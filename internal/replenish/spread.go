package replenish

import (
	"math"

	"buhuo/internal/forecast/dist"
	"buhuo/internal/measure"
	"buhuo/internal/replenish/lead"
)

// An order must last until the next one comes, and when that is nobody knows: the
// demand of the protection period is a mixture of the demand of its possible lengths
// (Zipkin 2000, Foundations of Inventory Management, section 7.3).

// scenario is a length of the protection period together with what has not come by its
// end though it was reckoned with.
type scenario struct {
	at      int
	weight  float64
	missing float64
}

// level is what is enough, with probability service, for the demand after window
// after until the end of one of the scenarios and for what is missing there.
func (w *Windows) level(after int, cases []scenario, service float64) float64 {
	parts := make([]dist.Distribution, len(cases))
	low, high := math.Inf(1), 0.0
	for i, c := range cases {
		if i > 0 && c.at == cases[i-1].at {
			parts[i] = parts[i-1]
		} else {
			parts[i] = w.between(min(after, c.at), c.at)
		}
		if i == 0 || i == len(cases)-1 || c.at != cases[i-1].at && (c.at == cases[0].at || c.at == cases[len(cases)-1].at) {
			q := parts[i].Quantile(service)
			low, high = math.Min(low, q), math.Max(high, q)
		}
	}
	least, most := 0.0, 0.0
	for _, c := range cases {
		least, most = math.Min(least, c.missing), math.Max(most, c.missing)
	}
	low, high = math.Max(low+least, 0), high+most
	missed := func(x float64) float64 {
		sum := -service
		for i, p := range parts {
			sum += cases[i].weight * p.CDF(x-cases[i].missing)
		}
		return sum
	}
	if w.Whole {
		return wholeRoot(missed, low, high)
	}
	return root(missed, low, high)
}

// wholeRoot is the smallest whole number from low to high at which f, which rises, is
// not negative.
func wholeRoot(f func(float64) float64, low, high float64) float64 {
	low, high = math.Floor(low)-1, math.Ceil(high)
	for high-low > 1 {
		middle := math.Floor((low + high) / 2)
		if f(middle) >= -1e-9 {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// root is where f, which rises from low to high, passes 0: false position with
// Illinois' halving (Dowell & Jarratt 1971).
func root(f func(float64) float64, low, high float64) float64 {
	if high <= low {
		return high
	}
	fl, fh := f(low), f(high)
	if fl >= 0 {
		return low
	}
	if fh <= 0 {
		return high
	}
	for range 40 {
		if high-low <= 1e-7*high+1e-9 {
			break
		}
		x := high - fh*(high-low)/(fh-fl)
		if !(x > low && x < high) {
			x = (low + high) / 2
		}
		switch y := f(x); {
		case y == 0:
			return x
		case y > 0:
			high, fh, fl = x, y, fl/2
		default:
			low, fl, fh = x, y, fh/2
		}
	}
	return high
}

// ending is when an order in hand is followed by the next: the possible ends of its
// protection period, of which last is the likely one, and the first day behind the
// supplier's closure on which one can be; 0 without a closure.
type ending struct {
	last, reopens int
	points        []lead.Point
}

// ending cuts the days on which the next order may come to a few; what a shelf life
// ends before does not depend on them.
func (b *bid) ending() ending {
	e := ending{last: b.last()}
	if !b.cycle.ends.Known() {
		return e
	}
	before := 0
	for i, p := range b.cycle.ends.P {
		if p > 0 {
			if i-before > gap {
				e.reopens = b.cycle.ends.From + i
			}
			before = i
		}
	}
	for _, p := range b.cycle.ends.Few(fewDays) {
		if p.At = max(p.At, 1); b.p.in.ShelfLife > 0 {
			p.At = min(p.At, max(b.end, 1))
		}
		if n := len(e.points); n > 0 && e.points[n-1].At == p.At {
			e.points[n-1].Weight += p.Weight
			continue
		}
		e.points = append(e.points, p)
	}
	return e
}

// mostMissing bounds the scenarios of one end, rareMissing is the probability below
// which one is not looked at.
const (
	mostMissing = 8
	rareMissing = 0.005
)

// scenarios are the ends with what may be missing there of the deliveries on their
// way: of all (after 0), or of those that join an order of day after only.
func (p *planner) scenarios(after int, e ending) []scenario {
	var out []scenario
	points := e.points
	if len(points) == 0 {
		points = []lead.Point{{At: e.last, Weight: 1}}
	}
	for _, end := range points {
		cases := []scenario{{end.At, end.Weight, 0}}
		for _, c := range p.coming {
			late := c.days.Beyond(end.At - 1)
			reckoned := c.likely < e.last
			if len(c.days.P) < 2 || after > 0 && (!reckoned || c.likely < after) {
				continue
			}
			off, chance := units(min(c.Quantity, measure.MaxQuantity)), late
			if !reckoned {
				off, chance = -off, 1-late
			}
			if chance > rareMissing {
				cases = split(cases, off, math.Min(chance, 1))
			}
		}
		out = append(out, cases...)
	}
	return out
}

// split lets a delivery come or not, independently of the others.
func split(cases []scenario, off, chance float64) []scenario {
	if chance > 1-rareMissing || len(cases) >= mostMissing { // too many: reckon with the likely
		for i := range cases {
			if chance > 0.5 {
				cases[i].missing += off
			}
		}
		return cases
	}
	out := make([]scenario, 0, 2*len(cases))
	for _, c := range cases {
		out = append(out, scenario{c.at, c.weight * (1 - chance), c.missing}, scenario{c.at, c.weight * chance, c.missing + off})
	}
	return out
}

// gap is how many days without any chance of a delivery are a closure, fullMiss how
// likely the next order must be to miss the days before one for the full service to be
// owed to the days behind it. Of what is less likely more may fail, steeply less with the
// ratio, which was chosen so that simulated shops lived through as many closures as they
// were promised.
const (
	gap      = 4
	fullMiss = 0.2
)

// behindClosure are the ends behind the supplier's closure and the service they are
// owed; false without a closure. What is spread over all ends fails in the closure: a
// shop that is promised nine of ten closures must not live through seven of them, the
// easy weeks between making up for it.
func (e ending) behindClosure(service float64) (ending, float64, bool) {
	late := 0.0
	for i := len(e.points) - 1; i > 0; i-- {
		late += e.points[i].Weight
		if e.points[i].At < e.reopens || e.points[i-1].At >= e.reopens {
			continue
		}
		behind := ending{last: e.last}
		for _, p := range e.points[i:] {
			behind.points = append(behind.points, lead.Point{At: p.At, Weight: p.Weight / late})
		}
		return behind, 1 - (1-service)*math.Max(1, math.Pow(fullMiss/late, 3.5)), true
	}
	return e, service, false
}

// quantileUntil is the quantile of the demand after window after until the end.
func (p *planner) quantileUntil(after int, e ending, service float64) measure.Quantity {
	if len(e.points) == 0 {
		return p.quantile(after, e.last, service)
	}
	cases := p.scenarios(after, e)
	if len(cases) == 1 && cases[0].missing == 0 && cases[0].at == e.last {
		return p.quantile(after, e.last, service)
	}
	q := p.in.Demand.level(after, cases, service)
	if behind, owed, ok := e.behindClosure(service); ok && owed > 0 {
		q = math.Max(q, p.in.Demand.level(after, p.scenarios(after, behind), owed))
	}
	return up(q)
}
