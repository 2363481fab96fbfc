package replenish

import (
	"math"
	"slices"

	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// onGrid is the least quantity that the offer sells of at least q.
func (b *bid) onGrid(q measure.Quantity) measure.Quantity {
	up, err := measure.CeilTo(max(q, 1), b.step, b.o.MinOrder)
	if err != nil {
		return measure.MaxQuantity / b.step * b.step
	}
	return up
}

// allowed are the least and the most that may be ordered; least is 0 where
// nothing may be, and then nothing is a choice too.
type allowed struct {
	least, most measure.Quantity
	nothing     bool
}

// allowed is what packs, floor and bounds set by hand leave to choose from.
func (b *bid) allowed(bounds Bounds) allowed {
	a := allowed{least: b.onGrid(b.floor), most: b.onGrid(b.most), nothing: b.floor == 0}
	supply := plus(plus(b.need.Supply, -b.need.Outdated), -b.need.Owed)
	if least := plus(bounds.Minimum, -supply); bounds.Minimum > 0 && least > 0 {
		a.least, a.nothing = max(a.least, b.onGrid(least)), false
	}
	if bounds.Maximum > 0 {
		if most := plus(bounds.Maximum, -supply); most <= 0 {
			return allowed{nothing: true}
		} else {
			a.most = min(a.most, b.onGrid(most))
		}
		a.least = min(a.least, a.most)
	}
	a.most = max(a.most, a.least)
	return a
}

// cheapest is the quantity of least expected cost among all that are allowed,
// the smaller of equal ones. Between two thresholds the cost is convex, so that
// a bisection finds its lowest point.
func (b *bid) cheapest(a allowed) (measure.Quantity, float64) {
	best, least := measure.Quantity(0), math.Inf(1)
	try := func(q measure.Quantity) {
		if c := b.cost(q); c < least-trifle {
			best, least = q, c
		}
	}
	if a.nothing {
		try(0)
	}
	if a.most == 0 {
		return best, least
	}
	starts := []measure.Quantity{a.least}
	for _, q := range b.thresholds() {
		if q > a.least && q <= a.most {
			starts = append(starts, q)
		}
	}
	for i, from := range starts {
		to := a.most
		if i+1 < len(starts) {
			to = starts[i+1] - b.step
		}
		try(b.valley(from, to))
	}
	for _, q := range b.bargains(a) {
		try(q)
	}
	return best, least
}

// trifle is a difference of cost that rounding makes, in minor units.
const trifle = 1e-6

// valley is the lowest point of the cost from one quantity to another.
func (b *bid) valley(from, to measure.Quantity) measure.Quantity {
	lo, hi := int64(0), int64((to-from)/b.step)
	for lo < hi {
		middle := (lo + hi) / 2
		q := from + measure.Quantity(middle)*b.step
		if b.cost(q) <= b.cost(q+b.step)+trifle {
			hi = middle
		} else {
			lo = middle + 1
		}
	}
	return from + measure.Quantity(lo)*b.step
}

// thresholds are the quantities at which the price or the share of the freight
// changes its course, in order.
func (b *bid) thresholds() []measure.Quantity {
	var out []measure.Quantity
	usual := max(b.o.TypicalOrder, b.o.MinOrderValue)
	for _, at := range b.breaks {
		if at.From > 0 {
			out = append(out, b.onGrid(at.From))
		}
		if b.o.Freight <= 0 || at.Price <= 0 {
			continue
		}
		for _, value := range [2]money.Amount{usual, b.o.FreeFreightFrom} {
			if value > 0 {
				out = append(out, b.onGrid(b.reaching(value, at.Price)))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bargains are quantities beyond what is looked at for which no more is paid
// than for the least that is needed. They are never more than a year's, nor
// than spoils, nor than a maximum set by hand.
func (b *bid) bargains(a allowed) (out []measure.Quantity) {
	in := b.p.in
	if b.need.Quantity == 0 || in.ShelfLife > 0 || in.Bounds.Maximum > 0 || in.Facts.Prior {
		return nil
	}
	most := up(in.Demand.mean(farDays))
	for _, q := range b.thresholds() {
		if q > a.most && q <= most && b.paid(q) <= b.paid(max(a.least, b.onGrid(b.need.Quantity))) {
			out = append(out, q)
		}
	}
	return out
}

// candidates are the quantities that are worth showing beside the best: the
// least, the need, a few steps around the best, and every threshold.
func (b *bid) candidates(best measure.Quantity, a allowed) []measure.Quantity {
	out := append(b.bargains(a), best)
	add := func(q measure.Quantity) {
		if q >= a.least && q <= a.most && q > 0 {
			out = append(out, q)
		}
	}
	add(a.least)
	add(b.onGrid(b.need.Quantity))
	add(b.onGrid(b.cap()))
	around := max(best, b.onGrid(b.need.Quantity))
	for _, share := range []measure.Quantity{4, 2} { // half as much, and a quarter less
		if part := around - around/share; part > 0 {
			add(b.onGrid(part))
		}
	}
	for i := measure.Quantity(1); i <= 2; i++ {
		add(around + i*b.step)
		add(around - i*b.step)
	}
	for _, q := range b.thresholds() {
		add(q)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// options are the candidates with what they save.
func (b *bid) options(asked []measure.Quantity) []Option {
	a := b.allowed(b.p.in.Bounds)
	best, least := b.cheapest(a)
	free := a
	free.least = b.onGrid(1)
	quantities := b.candidates(best, free)
	for _, q := range asked {
		quantities = append(quantities, b.onGrid(q))
	}
	slices.Sort(quantities)
	out := []Option{{}}
	for _, q := range slices.Compact(quantities) {
		line, err := money.Line(q, priceAt(b.breaks, q), b.p.in.Currency)
		if err != nil || q == 0 {
			continue
		}
		out = append(out, Option{Quantity: q, Cash: line, Benefit: b.insisted(0, a, least) - b.insisted(q, a, least)})
	}
	return out
}

// insisted is the cost of q for an owner who insists on a floor: whatever it
// costs, each unit that is missing to it is worth what it costs at least.
func (b *bid) insisted(q measure.Quantity, a allowed, least float64) float64 {
	cost := b.cost(q)
	if !a.nothing && q < a.least {
		cost = math.Max(cost, least+b.p.ref*units(a.least-q))
	}
	return cost
}
