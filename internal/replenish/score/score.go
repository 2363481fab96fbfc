// Package score judges an ordered quantity when the days that it was ordered for
// are over: what it cost beside the quantity that would have been best, and who of
// two was nearer. It also finds the service level at which past orders would have
// cost least.
//
// It is pure: the days, stocks and costs of a case go in, figures come out. Money is
// in minor units and quantities in base units, both as floats; whoever keeps them
// rounds.
package score

import (
	"cmp"
	"math"
	"slices"
)

// Lot is goods that were there on the first day, the order left out. Days counts the
// days on which they could still be sold, the first one included; 0: they keep.
type Lot struct {
	Quantity float64
	Days     int
}

// Delivery is goods that came during the cover period and had been ordered before.
type Delivery struct {
	Day      int // counted from the first day, which is 0
	Quantity float64
	Days     int // on which they can be sold from then on; 0: they keep
}

// Tier is what a unit costs from a quantity on.
type Tier struct{ From, Cost float64 }

// Case is one decision whose days are over. The first day is the one on which the
// order arrived, or would have.
type Case struct {
	// Wanted is what customers wanted on each day, also in vain. The first Cover days
	// are those that the order had to last for; the days behind them only tell what
	// became of what was left.
	Wanted []float64
	Cover  int
	Usual  float64 // wanted a day beyond the days of Wanted; 0: their mean
	Lots   []Lot
	Coming []Delivery
	Life   int // days on which the order's goods can be sold; 0: they keep

	Margin   float64 // lost with each unit that was wanted in vain
	Goodwill float64 // lost besides
	Cost     float64 // of a unit that spoils
	Holding  float64 // of a unit for a day, as a share of Cost
	Tiers    []Tier  // what a unit costs by quantity, the smallest first; empty: always Cost

	Step, Least float64 // what the supplier sells: multiples of Step, from Least on
}

// longest is how many days goods are followed that nobody buys; what is left of them
// then has lost its worth.
const longest = 365

// never is the day on which goods that keep are gone.
const never = math.MaxInt32

type parcel struct {
	from, gone int
	left       float64
}

// parcels are all goods of the case with q ordered, first expired, first out.
func (c *Case) parcels(q float64) []parcel {
	all := make([]parcel, 0, len(c.Lots)+len(c.Coming)+1)
	add := func(from, days int, quantity float64) {
		gone := never
		if days > 0 {
			gone = from + days
		}
		if quantity > 0 {
			all = append(all, parcel{from, gone, quantity})
		}
	}
	for _, l := range c.Lots {
		add(0, l.Days, l.Quantity)
	}
	for _, d := range c.Coming {
		if d.Day < c.Cover {
			add(max(d.Day, 0), d.Days, d.Quantity)
		}
	}
	add(0, c.Life, q)
	slices.SortStableFunc(all, func(a, b parcel) int { return cmp.Or(cmp.Compare(a.gone, b.gone), cmp.Compare(a.from, b.from)) })
	return all
}

// CostOf is what having ordered q cost: margin and goodwill of what was wanted in
// vain during the cover period, goods that spoiled, keeping the rest until it is
// sold, and what was paid above or below Cost for what the period wanted (the next
// order could have had the better price as well). Beyond the days that are known
// customers go on wanting what is usual: a week without a sale says little of goods
// that sell once a month. Costs that no quantity changes are in it too:
// only differences mean something.
func (c *Case) CostOf(q float64) float64 {
	all := c.parcels(q)
	usual := c.Usual
	if usual <= 0 {
		for _, w := range c.Wanted {
			usual += w / float64(len(c.Wanted))
		}
	}
	missed := math.Max(c.Margin+c.Goodwill, 0)
	total := math.Min(q, c.covered()) * (c.unit(q) - c.Cost)
	last := max(longest, len(c.Wanted)) - 1
	for day := 0; day <= last; day++ {
		wanted := usual
		if day < len(c.Wanted) {
			wanted = c.Wanted[day]
		}
		stock, open := 0.0, false
		for i := range all {
			p := &all[i]
			if p.from > day {
				open = open || p.left > 0
				continue
			}
			sold := math.Min(p.left, wanted)
			p.left -= sold
			wanted -= sold
			if p.gone == day+1 || day == last {
				total += p.left * c.Cost
				p.left = 0
			}
			stock += p.left
		}
		if day < c.Cover {
			total += wanted * missed
		} else if stock <= 0 && !open {
			break
		}
		total += stock * c.Cost * c.Holding
	}
	return total
}

// covered is what was wanted on the days that the order had to last for.
func (c *Case) covered() (sum float64) {
	for _, w := range c.Wanted[:min(c.Cover, len(c.Wanted))] {
		sum += w
	}
	return sum
}

// unit is what a unit costs when q are bought.
func (c *Case) unit(q float64) float64 {
	if len(c.Tiers) == 0 {
		return c.Cost
	}
	cost := c.Tiers[0].Cost
	for _, t := range c.Tiers {
		if q >= t.From {
			cost = t.Cost
		}
	}
	return cost
}

// Best is the quantity that would have cost least, of those that the supplier sells
// and of none; of equals the smallest. Within one price the cost is convex in the
// quantity (what is missing falls at a falling pace, what is too much grows at a
// growing one), so halving finds the bottom.
func (c *Case) Best() (quantity, cost float64) {
	cost = c.CostOf(0)
	step := c.Step
	if step <= 0 {
		step = 1
	}
	consider := func(k float64) {
		if here := c.CostOf(k * step); here < cost-tiny(cost) {
			quantity, cost = k*step, here
		}
	}
	most := c.covered()
	least := math.Max(1, math.Ceil(c.Least/step-1e-9))
	for i := 0; i == 0 || i < len(c.Tiers); i++ {
		from, to := least, math.Max(least, math.Ceil(most/step))
		if i > 0 {
			from = math.Max(least, math.Ceil(c.Tiers[i].From/step-1e-9))
		}
		if i+1 < len(c.Tiers) {
			to = math.Min(to, math.Ceil(c.Tiers[i+1].From/step-1e-9)-1)
		}
		if to < from { // more than anybody wanted: only for its price
			to = from
		}
		for from < to {
			middle := math.Floor((from + to) / 2)
			if here := c.CostOf(middle * step); c.CostOf((middle+1)*step) < here-tiny(here) {
				from = middle + 1
			} else {
				to = middle
			}
		}
		consider(from)
	}
	return quantity, cost
}

// tiny is a difference that is only rounding.
func tiny(x float64) float64 { return 1e-9 * (1 + math.Abs(x)) }

// Regret is what q cost more than the best quantity; never below 0.
func (c *Case) Regret(q float64) float64 {
	_, best := c.Best()
	return math.Max(c.CostOf(q)-best, 0)
}

// Verdict says how a quantity compares with the best one.
type Verdict string

// The verdicts.
const (
	Right Verdict = "right"
	Over  Verdict = "over"  // too much was bought
	Under Verdict = "under" // too little was
)

// near is the share of the best quantity by which another may differ and still be right.
const near = 0.1

// Judge compares q with the best quantity: right within one pack or 10 per cent.
func (c *Case) Judge(q, best float64) Verdict {
	tolerance := math.Max(c.Step, near*best) * (1 + 1e-9)
	switch {
	case q > best+tolerance:
		return Over
	case q < best-tolerance:
		return Under
	}
	return Right
}
