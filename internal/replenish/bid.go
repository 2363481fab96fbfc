package replenish

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish/futures"
)

// bid is an offer with what deciding about it takes. All costs are floats in
// minor units, net of tax.
type bid struct {
	p                  *planner
	o                  *Offer
	cycle              cycle
	arrival, next, end int // days from today: here, to last until, gone or the same as next
	step               measure.Quantity
	breaks             []Break
	freightless        float64 // value of an order beside which this line is small
	unit               float64 // what a unit costs when always bought here, in the best lot
	lot                measure.Quantity

	play   futures.Play
	stakes futures.Stakes
	inside float64          // cost of keeping a unit while it lasts for this order's days
	need   Need             // with the sureness beyond which nothing is believed
	floor  measure.Quantity // the least that the owner's word or an explicit level allows
	most   measure.Quantity // the most that is looked at
}

// bid reads an offer; refused is set when it cannot be used.
func (p *planner) bid(o *Offer) (b *bid, refused Flag) {
	in := p.in
	b = &bid{p: p, o: o}
	var ok bool
	if b.cycle, ok = o.cycle(in.Today); !ok {
		return nil, FlagNoDelivery
	}
	if b.step, ok = in.step(o); !ok || o.MinOrder < 0 || o.MinOrder > measure.MaxQuantity {
		return nil, FlagBadTerms
	}
	b.arrival, b.next = int(b.cycle.arrival-in.Today), int(b.cycle.next-in.Today)
	b.end = b.next
	if in.ShelfLife > 0 {
		b.end = b.arrival + in.ShelfLife
	}
	b.breaks = o.sortedBreaks()
	if _, err := measure.CeilTo(1, b.step, o.MinOrder); err != nil {
		return nil, FlagBadTerms
	}
	return b, ""
}

// last is the day up to which an order can last.
func (b *bid) last() int { return min(b.next, b.end) }

// priced tells whether anybody knows what it costs.
func (b *bid) priced() bool { return len(b.breaks) > 0 && b.breaks[len(b.breaks)-1].Price > 0 }

// minor is a price per base unit in minor units, net of tax.
func (b *bid) minor(price money.Price) float64 {
	net := float64(price) * math.Pow10(b.p.in.Currency.Exponent-4)
	if b.o.PricesIncludeTax {
		net /= 1 + float64(b.o.TaxBasisPoints)/10_000
	}
	return net
}

// paid is what a quantity costs with its share of the freight, before rounding.
// Without a price it costs what the reference says.
func (b *bid) paid(q measure.Quantity) float64 {
	if !b.priced() {
		return units(q) * b.p.ref
	}
	price := priceAt(b.breaks, q)
	line, err := money.Line(q, price, b.p.in.Currency)
	if err != nil {
		return math.Inf(1)
	}
	paid := units(q) * b.minor(price)
	order := max(b.o.TypicalOrder, b.o.MinOrderValue, line)
	switch {
	case b.o.Freight <= 0 || b.o.FreeFreightFrom > 0 && order >= b.o.FreeFreightFrom:
	case line < order:
		gross := units(q) * float64(price) * math.Pow10(b.p.in.Currency.Exponent-4)
		paid += float64(b.o.Freight) * gross / float64(order)
	default:
		paid += float64(b.o.Freight)
	}
	return paid
}

// cost is what ordering q is expected to cost between the arrival and the next
// one, beside what its goods are worth: see docs/replenishment.md, "The order".
func (b *bid) cost(q measure.Quantity) float64 {
	x := units(q)
	c := b.play.Cost(x, b.stakes)
	if q > 0 {
		c += b.paid(q) + b.p.in.Policy.ordering() - (b.p.ref-b.inside)*x
	}
	return c
}

// decide makes ready to tell the cost of quantities.
func (b *bid) decide() {
	in := b.p.in
	b.run()
	rate := math.Max(in.Demand.dailyRate(), leastRate)
	night := in.Policy.holding() * b.p.ref
	period := float64(b.last() - b.arrival)
	b.inside = night * period / 2
	b.stakes = futures.Stakes{Short: b.p.loss(), Night: night * period / 2, Later: night / (2 * rate)}
	if in.ShelfLife > 0 {
		b.stakes.Spoiled = b.p.ref
	}
	b.bind()
	trust := float32(units(b.need.Quantity))
	if b.floor > 0 {
		trust = float32(units(b.floor))
	}
	for k := range b.play.Need {
		b.play.Need[k] = min(b.play.Need[k], trust)
	}
	b.most = b.furthest()
}

// leastRate is the slowest sale of a day that waiting is reckoned with: one in a year.
const leastRate = 1.0 / farDays

// run plays the futures from today to the end of the order's life. Between two
// events (a delivery, an expiry, the order) days are one stretch: nothing can
// happen in it but sales.
func (b *bid) run() {
	if r := b.random(); r != nil {
		r.run()
	} else {
		b.runCertain()
	}
	owed := float32(units(b.p.t.owed))
	for k := range b.play.Need {
		b.play.Need[k] += owed
		b.play.Outlet[k] += owed
	}
}

// runCertain plays deliveries that come on one day in all futures.
func (b *bid) runCertain() {
	p, in := b.p, b.p.in
	days := b.stretches()
	at := func(d int) int {
		i, _ := slices.BinarySearch(days, d)
		return i
	}
	stock := make([]futures.Parcel, 0, len(p.t.byArrival))
	for _, parcel := range p.t.byArrival {
		if parcel.from >= b.end {
			continue
		}
		one := futures.Parcel{From: at(max(parcel.from, 0)), Gone: futures.Never, Quantity: float32(units(parcel.quantity))}
		if parcel.gone < b.end {
			one.Gone = at(parcel.gone+1) - 1 // the last event up to then
		}
		stock = append(stock, one)
	}
	slices.SortFunc(stock, func(a, b futures.Parcel) int {
		return cmp.Or(a.Gone-b.Gone, a.From-b.From, cmp.Compare(a.Quantity, b.Quantity))
	})
	courses := make([]futures.Each, len(days)-1)
	o := in.Demand.outlook(days)
	o.Courses(courses, 1, 1, in.Demand.Whole)
	b.play.Run(courses, stock, at(b.arrival), at(b.last()))
}

// mostStretches bounds what one decision plays through.
const mostStretches = 24

// stretches are the days on which something happens, the first and the last
// included; of very many events the earliest.
func (b *bid) stretches() []int {
	days := make([]int, 0, 2*len(b.p.t.byArrival)+4)
	for _, parcel := range b.p.t.byArrival {
		for _, d := range [2]int{parcel.from, parcel.gone} {
			if d > 0 && d < b.end {
				days = append(days, d)
			}
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	days = append(days[:min(len(days), mostStretches)], 0, b.arrival, b.last(), b.end)
	slices.Sort(days)
	return slices.Compact(days)
}

// outlook is the demand between the days.
func (w Windows) outlook(days []int) futures.Outlook {
	n := len(days) - 1
	both := make([]float32, 2*n)
	o := futures.Outlook{Mean: both[:n:n], SD: both[n:]}
	variances, deviations := 0.0, 0.0
	for j := range n {
		d := w.between(days[j], days[j+1])
		o.Mean[j], o.SD[j] = float32(d.Mean()), float32(math.Sqrt(d.Var()))
		variances += d.Var()
		deviations += math.Sqrt(d.Var())
	}
	if cross := deviations*deviations - variances; cross > 1e-9*variances {
		o.Shared = float32(math.Min(math.Max((w.variance(days[n])-variances)/cross, 0), 0.95))
	}
	return o
}

// bind finds what the policy, explicit targets and packs allow.
func (b *bid) bind() {
	in := b.p.in
	trust, floor := in.Policy.sureness()
	if in.Cover > 0 && floor == 0 { // as sure that a sale is not lost, to others of the group neither
		trust = math.Max(lowestLevel, 1-(1-trust)/(1-in.Cover))
	}
	if in.Facts.Prior && floor == 0 {
		trust = math.Min(trust, strangerLevel)
	}
	b.need = b.p.protect(b.arrival, b.ending(), trust)
	switch {
	case in.Policy.FillRate > 0:
		b.floor = b.filling(in.Policy.FillRate)
		b.need.Quantity = b.floor
	case floor == trust:
		b.floor = b.need.Quantity
	case floor > 0:
		b.floor = b.p.protect(b.arrival, b.ending(), floor).Quantity
	}
	if in.ShelfLife > 0 {
		b.floor = min(b.floor, b.cap())
	}
}

// cap is the most that the shelf life allows where a service level, and not
// the cost, decides.
func (b *bid) cap() measure.Quantity {
	return b.p.need(b.arrival, ending{last: b.end}, b.p.capLevel()).Quantity
}

// filling is the least order with which this share of what is wanted from its
// arrival to the next one is expected to be served.
func (b *bid) filling(share float64) measure.Quantity {
	wanted := b.play.Wanted.Mean() + units(b.p.t.owed)
	enough := func(q float64) bool { return b.play.Lost(q) <= (1-share)*wanted+1e-9 }
	lo, hi := 0.0, float64(slices.Max(b.play.Need[:]))
	if enough(0) {
		return 0
	}
	for range 30 {
		if middle := (lo + hi) / 2; enough(middle) {
			hi = middle
		} else {
			lo = middle
		}
	}
	if b.p.in.Demand.Whole {
		hi = math.Ceil(hi - 1e-6)
	}
	return up(hi)
}

// furthest is the most that is worth looking at: what four weeks take, and of
// perishables what any future sells. Beyond it prices, seasons and tastes change.
func (b *bid) furthest() measure.Quantity {
	in := b.p.in
	days := max(lotDays, b.last()-b.arrival)
	if in.Facts.Prior {
		days = max(strangerDays, b.last()-b.arrival)
	}
	most := up(in.Demand.mean(b.arrival+days) - in.Demand.mean(b.arrival))
	if in.ShelfLife > 0 {
		most = min(most, up(float64(slices.Max(b.play.Outlet[:]))))
	}
	return max(most, b.floor, b.need.Quantity)
}

// Lots are bought for four weeks at most; of goods that have not sold here yet
// for two.
const (
	lotDays      = 28
	strangerDays = 14
)

// Option is one quantity that could be ordered.
type Option struct {
	Quantity measure.Quantity
	// Cash is what the supplier is paid for the line, as he writes it.
	Cash money.Amount
	// Benefit is the expected cost that it saves, in minor units, against
	// ordering nothing from anyone at this chance; it may be negative.
	Benefit float64
}

// Options are the quantities of one offer that are worth comparing, nothing
// among them, from the least on; none when the offer cannot be used. The
// quantity of greatest benefit of all that may be ordered is among them, and
// those asked for, rounded up to what the offer sells.
func Options(in Input, offer ident.ID, asked ...measure.Quantity) []Option {
	in = in.mended()
	p := newPlanner(&in)
	bids, _ := p.bids()
	for _, b := range bids {
		if b != nil && b.o.ID == offer {
			b.decide()
			return b.options(asked)
		}
	}
	return nil
}
