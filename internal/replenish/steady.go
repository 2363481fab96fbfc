package replenish

import (
	"math"

	"buhuo/internal/measure"
)

// settle finds what a unit costs in the long run at each offer, and with the
// cheapest of them the reference: what a unit left over saves later.
func (p *planner) settle(bids []*bid) {
	p.ref = 0
	for _, b := range bids {
		if b == nil || !b.priced() {
			continue
		}
		b.unit, b.lot = b.steady()
		if b.unit > 0 && (p.ref == 0 || b.unit < p.ref) {
			p.ref = b.unit
		}
	}
	if p.ref == 0 { // nobody has a price: as much below the selling price as usual
		p.ref = p.in.netPrice() / (1 + assumedMarkup)
	}
	if p.ref == 0 {
		p.ref = 1
	}
	for _, b := range bids {
		if b != nil && b.unit == 0 {
			b.unit = p.ref
		}
	}
}

// steady is the least cost of a unit when the same lot is bought again and
// again: its price, its share of the freight, of the work of an order and of
// keeping it until it is sold. Lots run from what lasts until the next order to
// what four weeks or the goods' life take.
func (b *bid) steady() (unit float64, lot measure.Quantity) {
	in := b.p.in
	rate := math.Max(in.Demand.dailyRate(), leastRate)
	period := b.onGrid(up(rate * float64(b.last()-b.arrival)))
	days := lotDays
	if in.ShelfLife > 0 {
		days = min(days, in.ShelfLife)
	}
	most := max(period, up(rate*float64(days)))
	try := func(q measure.Quantity) {
		if q = b.onGrid(q); q < period || q > most {
			return
		}
		x := units(q)
		paid := b.paid(q)
		each := (paid+in.Policy.ordering())/x + in.Policy.holding()*paid/x*x/(2*rate)
		if unit == 0 || each < unit {
			unit, lot = each, q
		}
	}
	try(period)
	try(most / b.step * b.step)
	for _, q := range b.thresholds() {
		try(q)
	}
	var froms, prices []float64
	for _, at := range b.breaks {
		if at.From <= most {
			froms, prices = append(froms, units(at.From)), append(prices, b.minor(at.Price))
		}
	}
	if q, _ := AllUnits(in.Policy.ordering(), in.Policy.holding(), rate, froms, prices); q > 0 {
		try(up(q))
		try(up(q) - b.step)
	}
	return unit, lot
}

// netPrice is the selling price of a unit in minor units, 0 when unknown.
func (in *Input) netPrice() float64 {
	if in.Price <= 0 {
		return 0
	}
	return in.marginOver(0)
}
