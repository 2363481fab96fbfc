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
// keeping it until it is sold, behind a stock that is there to be safe. Lots run
// from what lasts until the next order to what four weeks or the goods' life take.
func (b *bid) steady() (unit float64, lot measure.Quantity) {
	in := b.p.in
	rate := math.Max(in.Demand.dailyRate(), leastRate)
	period := b.onGrid(up(rate * float64(b.last()-b.arrival)))
	days := lotDays
	if in.Facts.Prior {
		days = strangerDays
	}
	if in.ShelfLife > 0 {
		days = min(days, in.ShelfLife)
	}
	most := up(rate * float64(days))
	if in.Bounds.Maximum > 0 {
		most = min(most, in.Bounds.Maximum)
	}
	most = max(period, most)
	safe := 0.0
	if in.ShelfLife == 0 {
		trust, _ := in.Policy.sureness()
		safe = math.Max(units(b.p.quantile(0, b.last(), trust))-in.Demand.mean(b.last()), 0)
	}
	try := func(q measure.Quantity) {
		if q = b.onGrid(q); q < period || q > most {
			return
		}
		x := units(q)
		paid := b.paid(q)
		each := (paid+in.Policy.ordering())/x + in.Policy.holding()*paid/x*(safe+x/2)/rate
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

// refillSteps is in how many steps a lot is counted to find the best rule.
const refillSteps = 16

// refill is the best rule in the long run for goods that keep and cost something
// to order. It tells a person when an order will be worth its work; what to
// order today is decided by the forecast of these days.
func (b *bid) refill() *Refill {
	in := b.p.in
	mean := in.Demand.mean(b.last())
	if in.ShelfLife > 0 || in.Policy.Ordering == 0 || mean < 0.5 || b.lot == 0 {
		return nil
	}
	grain := units(b.lot) / refillSteps
	if in.Demand.Whole {
		grain = math.Ceil(grain)
	}
	level, period := in.Demand.Sum(b.last()), in.Demand.between(b.arrival, b.last())
	days := float64(b.last() - b.arrival)
	cost := func(y int) float64 {
		return NewsvendorCost(level, grain*float64(y), b.stakes.Short, in.Policy.holding()*b.p.ref*days)
	}
	below := func(j int) float64 { return period.CDF(grain * (float64(j) + 0.5)) }
	demand := func(j int) float64 {
		if j == 0 {
			return math.Min(below(0), 0.999)
		}
		return below(j) - below(j-1)
	}
	x, _ := BestReorder(in.Policy.ordering(), int(mean/grain), cost, demand)
	if x.At < 0 {
		return nil
	}
	return &Refill{At: rounded(grain * float64(x.At)), UpTo: rounded(grain * float64(x.UpTo))}
}
