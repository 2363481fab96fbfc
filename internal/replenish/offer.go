package replenish

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish/futures"
)

// Quote is what a quantity costs at one offer. Amounts with Net are net of tax
// and comparable between offers.
type Quote struct {
	Quantity measure.Quantity `json:"quantity"`
	// UnitPrice and LineCost are as the supplier writes them.
	UnitPrice money.Price  `json:"unit_price"`
	LineCost  money.Amount `json:"line_cost"`
	NetCost   money.Amount `json:"net_cost"`
	// Freight is this line's share of an order's freight.
	Freight money.Amount `json:"freight,omitempty"`
	// Landed is price and freight share per base unit, net.
	Landed money.Price `json:"landed"`
	// Spoils is the part expected to expire unsold, SpoilCost its cost;
	// HoldCost what keeping the quantity until it is sold costs.
	Spoils    measure.Quantity `json:"spoils,omitempty"`
	SpoilCost money.Amount     `json:"spoil_cost,omitempty"`
	HoldCost  money.Amount     `json:"hold_cost,omitempty"`
	// Total is NetCost, Freight, SpoilCost and HoldCost.
	Total money.Amount `json:"total"`
}

// Evaluation is one offer thought through.
type Evaluation struct {
	Offer        ident.ID     `json:"offer"`
	Supplier     ident.ID     `json:"supplier"`
	SupplierName string       `json:"supplier_name,omitempty"`
	Kind         SupplierKind `json:"kind"`
	// Refused is set when the offer cannot be used, and then nothing below is.
	Refused Flag `json:"refused,omitempty"`
	// OrderDay is the next day an order can be sent, Arrival when it is on the
	// shelf, NextArrival when the order after it would be.
	OrderDay    day.Date         `json:"order_day,omitempty"`
	Arrival     day.Date         `json:"arrival,omitempty"`
	NextArrival day.Date         `json:"next_arrival,omitempty"`
	Step        measure.Quantity `json:"step,omitempty"`
	Need        Need             `json:"need"`
	// Cap is the most that the shelf life allows, 0 for goods that keep; Capped
	// that less is wanted than is needed, because it would spoil.
	Cap    measure.Quantity `json:"cap,omitempty"`
	Capped bool             `json:"capped,omitempty"`
	// Wanted is what would be ordered if any amount could be, at one price.
	Wanted measure.Quantity `json:"wanted,omitempty"`
	// Rounded is the smallest quantity valid for Wanted, pack and minimum.
	Rounded measure.Quantity `json:"rounded,omitempty"`
	// Buy is the quantity of least expected cost, 0 for nothing.
	Buy measure.Quantity `json:"buy,omitempty"`
	// Base is the quote for Rounded (for the demand of the window if nothing
	// is wanted), Quote the one for Buy, or Base when that is nothing.
	Base  Quote `json:"base"`
	Quote Quote `json:"quote"`
	// More says why Buy is more than Rounded: "price_break", "freight" or "lot".
	More string `json:"more,omitempty"`
	// Expected is the expected cost of Buy until the next delivery, beside what
	// the goods are worth; BoundCost how much of it a bound set by hand makes.
	Expected  money.Amount `json:"expected,omitempty"`
	BoundCost money.Amount `json:"bound_cost,omitempty"`
	// Costs compare a few quantities, and Refill says when to order of goods that
	// keep and cost work to order; of the chosen offer only.
	Costs  []Costing `json:"costs,omitempty"`
	Refill *Refill   `json:"refill,omitempty"`
	// Lost is what is expected to be lost before Arrival.
	Lost measure.Quantity `json:"lost,omitempty"`
	// Score is the expected cost, in minor units, of living on this offer for
	// the longest protection period among the offers. The least wins.
	Score float64 `json:"score"`
}

// Costing is what ordering a quantity is expected to cost until the next
// delivery, beside what its goods are worth.
type Costing struct {
	Quantity measure.Quantity `json:"quantity"`
	// Missed is the margin and goodwill of sales lost, Spoiled the cost of what
	// is never sold, Keeping that of the days in stock and of the work of ordering.
	Missed  money.Amount `json:"missed,omitempty"`
	Spoiled money.Amount `json:"spoiled,omitempty"`
	Keeping money.Amount `json:"keeping,omitempty"`
	// Dearer is what is paid more than the goods cost in the long run.
	Dearer money.Amount `json:"dearer,omitempty"`
	Total  money.Amount `json:"total"`
}

// moreIsCheaper says that a larger quantity of those compared looks cheaper than what is
// bought, and no bound set by hand forbids it: it lies beyond what is bought at once.
func (e *Evaluation) moreIsCheaper() bool {
	if e.Need.BoundBy != "" {
		return false
	}
	here := slices.IndexFunc(e.Costs, func(c Costing) bool { return c.Quantity == e.Buy })
	return here >= 0 && slices.ContainsFunc(e.Costs[here:], func(c Costing) bool { return c.Total < e.Costs[here].Total })
}

// Refill is when to order, and up to how much: the position in base units.
type Refill struct {
	At   measure.Quantity `json:"at"`
	UpTo measure.Quantity `json:"up_to"`
}

// evaluate decides about one offer, all but its score.
func (b *bid) evaluate() Evaluation {
	in := b.p.in
	b.decide()
	e := named(b.o)
	e.OrderDay, e.Arrival, e.NextArrival = b.cycle.orderDay, b.cycle.arrival, b.cycle.next
	e.Step, e.Need = b.step, b.need
	if in.ShelfLife > 0 {
		e.Cap = b.cap()
	}
	e.Wanted = b.wanted()
	e.Capped = in.ShelfLife > 0 && 10*e.Wanted < 9*e.Need.Quantity
	e.Lost = rounded(b.play.Before.Mean())
	a := b.allowed(in.Bounds)
	var cost float64
	e.Buy, cost = b.cheapest(a)
	if in.Bounds != (Bounds{}) {
		b.bound(&e, cost)
	}
	e.Expected = amount(cost)
	return b.price(e)
}

// wanted is the order of least cost if any amount could be had at one price.
func (b *bid) wanted() measure.Quantity {
	q := up(b.play.Cheapest(b.stakes))
	if b.p.in.Demand.Whole {
		q = up(math.Ceil(units(q)))
	}
	if q < b.need.Quantity && units(b.need.Quantity-q) < 1e-4*units(q)+0.001 { // single precision
		q = b.need.Quantity
	}
	return max(min(q, b.need.Quantity), b.floor)
}

// bound tells whether a bound set by hand decided, and what that costs.
func (b *bid) bound(e *Evaluation, cost float64) {
	free, least := b.cheapest(b.allowed(Bounds{}))
	switch {
	case e.Buy > free:
		e.Need.BoundBy, e.BoundCost = "minimum", amount(cost-least)
	case e.Buy < free:
		e.Need.BoundBy, e.BoundCost = "maximum", amount(cost-least)
	}
}

// amount is a cost as money.
func amount(cost float64) money.Amount {
	limit := float64(money.MaxAmount)
	return money.Amount(math.Round(math.Min(math.Max(cost, -limit), limit)))
}

func named(o *Offer) Evaluation {
	return Evaluation{Offer: o.ID, Supplier: o.Supplier, SupplierName: o.SupplierName, Kind: o.Kind}
}

func refused(o *Offer, why Flag) Evaluation {
	e := named(o)
	e.Refused = why
	return e
}

// capLevel is the quantile of a delivery's life that may be bought where a
// level of service decides.
func (p *planner) capLevel() float64 { return words[p.in.Policy.service()].cap }

// price quotes what is bought and what it is compared with.
func (b *bid) price(e Evaluation) Evaluation {
	least := e.Wanted
	if least > 0 {
		e.Rounded = b.onGrid(least)
	} else { // nothing is wanted: compare offers on what a period takes
		least = rounded(b.p.in.Demand.mean(e.Need.Window))
	}
	var ok bool
	if e.Base, ok = b.quote(b.onGrid(least)); !ok {
		return refused(b.o, FlagBadTerms)
	}
	e.Quote = e.Base
	if e.Buy == 0 {
		return e
	}
	if e.Quote, ok = b.quote(e.Buy); !ok {
		return refused(b.o, FlagBadTerms)
	}
	if e.Buy > e.Rounded && e.Need.BoundBy != "minimum" {
		switch {
		case e.Quote.UnitPrice < e.Base.UnitPrice:
			e.More = "price_break"
		case e.Quote.Freight < e.Base.Freight:
			e.More = "freight"
		default:
			e.More = "lot"
		}
	}
	return e
}

// costing splits the expected cost of a quantity.
func (b *bid) costing(q measure.Quantity) Costing {
	x := units(q)
	part := func(s futures.Stakes) float64 { return b.play.Cost(x, s) }
	missed, spoiled := part(futures.Stakes{Short: b.stakes.Short}), part(futures.Stakes{Spoiled: b.stakes.Spoiled})
	keeping := part(futures.Stakes{Night: b.stakes.Night, Later: b.stakes.Later})
	dearer := 0.0
	if q > 0 {
		keeping += b.inside*x + b.p.in.Policy.ordering()
		dearer = b.paid(q) - b.p.ref*x
	}
	return Costing{Quantity: q, Missed: amount(missed), Spoiled: amount(spoiled), Keeping: amount(keeping),
		Dearer: amount(dearer), Total: amount(missed + spoiled + keeping + dearer)}
}

// table compares what is bought with nothing, with a little less and more, and
// with what would be enough.
func (b *bid) table(e *Evaluation) {
	show := []measure.Quantity{0, e.Buy, e.Rounded, e.Buy + b.step}
	if e.Buy-b.step >= b.onGrid(1) {
		show = append(show, e.Buy-b.step)
	}
	slices.Sort(show)
	for _, q := range slices.Compact(show) {
		if q == 0 || q >= b.onGrid(1) {
			e.Costs = append(e.Costs, b.costing(q))
		}
	}
}

// sortedBreaks are the usable price breaks, the smallest quantity first, the
// cheapest of equal ones only.
func (o *Offer) sortedBreaks() []Break {
	out := make([]Break, 0, len(o.Breaks))
	for _, b := range o.Breaks {
		if b.Price >= 0 && b.Price <= money.MaxPrice && b.From <= measure.MaxQuantity {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b Break) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Price, b.Price))
	})
	return slices.CompactFunc(out, func(a, b Break) bool { return a.From == b.From })
}

// priceAt is the price at q: that of the highest break reached, or the first.
func priceAt(breaks []Break, q measure.Quantity) money.Price {
	if len(breaks) == 0 {
		return 0
	}
	price := breaks[0].Price
	for _, b := range breaks {
		if b.From <= q {
			price = b.Price
		}
	}
	return price
}

// quote prices q; false when a figure leaves its bounds.
func (b *bid) quote(q measure.Quantity) (Quote, bool) {
	out, ok := b.landed(q)
	if !ok {
		return Quote{}, false
	}
	x := units(q)
	out.Spoils = min(rounded(b.play.Thrown(x)), q)
	spoilt, err := money.MulDiv(int64(out.NetCost), int64(out.Spoils), int64(q))
	if err != nil || b.p.in.ShelfLife <= 0 {
		out.Spoils, spoilt = 0, 0
	}
	out.SpoilCost = money.Amount(spoilt)
	out.HoldCost = amount(b.inside*x + b.play.Cost(x, futures.Stakes{Night: b.stakes.Night, Later: b.stakes.Later}))
	out.Total, err = money.Sum([]money.Amount{out.NetCost, out.Freight, out.SpoilCost, out.HoldCost})
	return out, err == nil
}

// landed prices q with its freight only.
func (b *bid) landed(q measure.Quantity) (Quote, bool) {
	in := b.p.in
	out := Quote{Quantity: q, UnitPrice: priceAt(b.breaks, q)}
	var err error
	if out.LineCost, err = money.Line(q, out.UnitPrice, in.Currency); err != nil {
		return Quote{}, false
	}
	out.NetCost = out.LineCost
	if b.o.PricesIncludeTax {
		out.NetCost = money.NetOfTax(out.LineCost, b.o.TaxBasisPoints)
	}
	if out.Freight, err = b.freight(out.LineCost); err != nil {
		return Quote{}, false
	}
	sum, err := out.NetCost.Add(out.Freight)
	if err != nil {
		return Quote{}, false
	}
	out.Landed, err = money.UnitPrice(sum, q, in.Currency)
	return out, err == nil
}

// freight is this line's share of the freight of an order of the usual size.
func (b *bid) freight(line money.Amount) (money.Amount, error) {
	order := max(b.o.TypicalOrder, b.o.MinOrderValue, line)
	if b.o.Freight <= 0 || b.o.FreeFreightFrom > 0 && order >= b.o.FreeFreightFrom {
		return 0, nil
	}
	if order <= 0 {
		return b.o.Freight, nil
	}
	share, err := money.MulDiv(int64(b.o.Freight), int64(line), int64(order))
	return money.Amount(share), err
}

// reaching is the smallest multiple of the step whose line comes to value.
func (b *bid) reaching(value money.Amount, price money.Price) measure.Quantity {
	in := b.p.in
	exact := float64(value) / float64(price) * math.Pow10(4-in.Currency.Exponent) * measure.Thousandths
	if exact > float64(measure.MaxQuantity) {
		return measure.MaxQuantity
	}
	q := max((measure.Quantity(exact)/b.step-1)*b.step, b.step)
	for range 4 {
		if line, err := money.Line(q, price, in.Currency); err != nil || line >= value {
			break
		}
		q += b.step
	}
	return q
}

// marginOver is the margin of a unit that costs cost minor units net.
func (in *Input) marginOver(cost float64) float64 {
	if in.Price <= 0 {
		return cost * assumedMarkup
	}
	price := in.Price
	if in.PricesIncludeTax {
		price = price.NetOfTax(in.TaxBasisPoints)
	}
	return float64(price)*math.Pow10(in.Currency.Exponent-4) - cost
}
