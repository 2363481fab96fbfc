package replenish

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/replenish/lead"
)

// Deliveries on their way are random: a course is one way in which all of them may
// come. There are few: all days of a single delivery, and of several the middles of a
// few parts of each. Orders do not wait for each other.

// mostRandom is how many deliveries are let vary, the first ones; parts is into how
// many parts each is cut, by how many vary (1: not cut).
const mostRandom = 4

var parts = [mostRandom + 1]int{0, 0, 10, 6, 4}

// coming is a delivery on its way.
type coming struct {
	Arrival
	days   lead.Days
	points []lead.Point
	likely int // the middle of its days
}

// coming lists the deliveries still owed, the likely first one first.
func (in *Input) coming(extra ...Arrival) []coming {
	var out []coming
	for _, a := range append(slices.Clone(in.Arrivals), extra...) {
		if a.Quantity > 0 {
			days := a.days(in.Today)
			out = append(out, coming{Arrival: a, days: days, likely: days.Quantile(0.5)})
		}
	}
	slices.SortFunc(out, func(a, b coming) int {
		return cmp.Or(a.likely-b.likely, int(a.Due)-int(b.Due), cmp.Compare(a.Quantity, b.Quantity), cmp.Compare(a.Expiry, b.Expiry),
			a.days.From-b.days.From, slices.Compare(a.days.P, b.days.P))
	})
	random := 0
	for i := range out {
		if len(out[i].days.P) > 1 && random < mostRandom {
			random++
		}
	}
	varied := 0
	for i := range out {
		c := &out[i]
		switch {
		case len(c.days.P) == 1 || varied >= mostRandom:
			c.points = []lead.Point{{At: c.likely, Weight: 1}}
			continue
		case random == 1:
			c.points = c.days.Points()
		default:
			c.points = c.days.Few(parts[random])
		}
		varied++
	}
	return out
}

// course is the days on which the deliveries come, with how likely that is.
type course struct {
	at     []int
	weight float64
}

// courses lists all combinations.
func courses(list []coming) []course {
	out := []course{{weight: 1}}
	for _, c := range list {
		next := make([]course, 0, len(out)*len(c.points))
		for _, f := range out {
			for _, p := range c.points {
				next = append(next, course{append(slices.Clone(f.at), p.At), f.weight * p.Weight})
			}
		}
		out = next
	}
	return out
}

// chances remembers what has been computed of one forecast: the same supply comes up
// in many courses.
type chances struct {
	w    *Windows
	seen [][]supplied
}

type supplied struct{ most, out, loss float64 }

func (c *chances) of(k int, most float64) *supplied {
	for len(c.seen) <= k {
		c.seen = append(c.seen, nil)
	}
	for i := range c.seen[k] {
		if c.seen[k][i].most == most {
			return &c.seen[k][i]
		}
	}
	c.seen[k] = append(c.seen[k], supplied{most: most, out: probability(c.w.exceeds(k, most)), loss: -1})
	return &c.seen[k][len(c.seen[k])-1]
}

// outBy is the probability that window k is too much for the supply of t.
func (c *chances) outBy(t *timeline, k int) float64 {
	if k <= 0 {
		if t.supply(1) <= 0 {
			return 1
		}
		return 0
	}
	most, _ := t.limit(k, c.w)
	return c.of(k, most).out
}

// lost is the expected demand of window k that finds an empty shelf.
func (c *chances) lost(t *timeline, k int) float64 {
	if k <= 0 {
		return 0
	}
	most, remaining := t.limit(k, c.w)
	s := c.of(k, most)
	if s.loss < 0 {
		s.loss = 0
		if s.out > 0 {
			s.loss = c.w.Sum(k).Loss(most)
		}
	}
	return remaining * s.loss
}

// sure is the exponent beyond which a Chernoff bound leaves nothing of a probability
// of six decimals.
const sure = 15

// exceeds is P(D >= x) of window k. Where a Chernoff bound (1952) already says 0 or 1
// to six decimals, the distribution is not asked.
func (w *Windows) exceeds(k int, x float64) float64 {
	mean, variance := w.mean(k), w.variance(k)
	if x > 0 && mean > 0 && variance > 0 {
		if exponent := w.chernoff(x, mean, variance); exponent > sure {
			if x > mean {
				return 0
			}
			return 1
		}
	}
	return w.Sum(k).Exceeds(x)
}

// chernoff is how far, as a power of e, the tail beyond x lies below 1; 0 where no
// bound is known.
func (w *Windows) chernoff(x, mean, variance float64) float64 {
	far := x / mean
	if !w.Whole || mean > 1e6 {
		return mean * mean / variance * (far - 1 - math.Log(far))
	}
	if variance <= mean*(1+1e-6) {
		return x*math.Log(far) - x + mean
	}
	size := mean * mean / (variance - mean)
	if size < 1e-6 {
		return 0
	}
	return x*math.Log(far) - (x+size)*math.Log((x+size)/(mean+size))
}

// curves are the probability of having run out by the end of each day, and what is
// expected to be lost by then, both over all courses.
type curves struct {
	out, lost []float64
	// before[i] is the probability of having run out before the i-th delivery.
	before []float64
}

// ahead looks at each day of all courses. Once out, a later delivery does not undo it:
// in each course the curve is the running maximum over its windows.
func (in *Input) ahead(c *chances, list []coming, days int, losses bool) curves {
	_, present := in.shelf()
	out := curves{out: make([]float64, days), before: make([]float64, len(list))}
	if losses {
		out.lost = make([]float64, days)
	}
	for _, f := range courses(list) {
		var t timeline
		parcels := slices.Clone(present)
		for i, on := range f.at {
			if p, ok := in.arrivingOn(list[i].Arrival, on); ok {
				parcels = append(parcels, p)
			}
		}
		t.index(parcels)
		worst, lost := 0.0, 0.0
		for k := 1; k <= days; k++ {
			if worst < certain {
				if worst = math.Max(worst, c.outBy(&t, k)); worst >= certain {
					worst = 1
				}
			}
			out.out[k-1] += f.weight * worst
			if losses {
				lost = math.Max(lost, c.lost(&t, k))
				out.lost[k-1] += f.weight * lost
			}
			for i, on := range f.at {
				if on == k || k == days && on > days {
					out.before[i] += f.weight * worst
				}
			}
		}
	}
	for _, list := range [][]float64{out.out, out.before} {
		for i, p := range list {
			list[i] = probability(p)
		}
	}
	return out
}

// first is how likely each day is, counted from today, to bring the first of the
// deliveries.
func first(list []coming) []lead.Point {
	var out []lead.Point
	for _, f := range courses(list) {
		out = append(out, lead.Point{At: slices.Min(f.at), Weight: f.weight})
	}
	slices.SortStableFunc(out, func(a, b lead.Point) int { return a.At - b.At })
	merged := out[:0]
	for _, p := range out {
		if n := len(merged); n > 0 && merged[n-1].At == p.At {
			merged[n-1].Weight += p.Weight
			continue
		}
		merged = append(merged, p)
	}
	return merged
}

// Coming is a delivery on its way as a person is told of it: of ten such deliveries
// one comes before From, five by Likely, one after To.
type Coming struct {
	Quantity measure.Quantity `json:"quantity"`
	From     day.Date         `json:"from"`
	Likely   day.Date         `json:"likely"`
	To       day.Date         `json:"to"`
	Due      day.Date         `json:"due"`
	Late     bool             `json:"late,omitempty"`
	// Before is the probability of having run out before it comes.
	Before float64 `json:"before"`
}

func (in *Input) told(list []coming, before []float64) []Coming {
	out := make([]Coming, len(list))
	for i, c := range list {
		out[i] = Coming{Quantity: c.Quantity, Due: c.Due, Late: c.Due < in.Today, Before: before[i],
			From: in.Today.Add(c.days.Quantile(0.1)), Likely: in.Today.Add(c.likely), To: in.Today.Add(c.days.Quantile(0.9))}
	}
	return out
}
