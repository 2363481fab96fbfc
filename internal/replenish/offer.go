package replenish

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
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
	// Cap is the most that the shelf life allows, 0 for goods that keep.
	Cap    measure.Quantity `json:"cap,omitempty"`
	Capped bool             `json:"capped,omitempty"`
	// Rounded is the smallest quantity valid for need, pack and minimum.
	Rounded measure.Quantity `json:"rounded,omitempty"`
	// Base is the quote for Rounded (for the demand of the window if nothing
	// is needed), Quote the cheapest for Rounded or more.
	Base  Quote `json:"base"`
	Quote Quote `json:"quote"`
	// More says why Quote buys more than Base: "price_break" or "freight".
	More string `json:"more,omitempty"`
	// Lost is what is expected to be lost before Arrival.
	Lost measure.Quantity `json:"lost,omitempty"`
	// Score is the expected cost, in minor units, of living on this offer for
	// the longest protection period among the offers. The least wins.
	Score float64 `json:"score"`
}

// evaluate thinks one offer through, all but its score.
func (p *planner) evaluate(o *Offer) Evaluation {
	in := p.in
	e := Evaluation{Offer: o.ID, Supplier: o.Supplier, SupplierName: o.SupplierName, Kind: o.Kind}
	c, ok := o.cycle(in.Today)
	if !ok {
		e.Refused = FlagNoDelivery
		return e
	}
	e.OrderDay, e.Arrival, e.NextArrival = c.orderDay, c.arrival, c.next
	if e.Step, ok = in.step(o); !ok || o.MinOrder < 0 || o.MinOrder > measure.MaxQuantity {
		return refused(e, FlagBadTerms)
	}
	arrival, last := int(c.arrival-in.Today), int(c.next-in.Today)
	if in.ShelfLife > 0 {
		last = min(last, arrival+in.ShelfLife)
	}
	margin, cost := in.margin(o)
	e.Need = p.protect(arrival, last, in.serviceLevel(last, margin, cost))
	wanted := e.Need.Quantity
	if in.ShelfLife > 0 {
		e.Cap = p.need(arrival, arrival+in.ShelfLife, p.capLevel(), Bounds{}).Quantity
		if e.Capped = e.Cap < wanted && e.Need.BoundBy != "minimum"; e.Capped {
			wanted = e.Cap
		}
	}
	e.Lost = rounded(p.t.lost(arrival, &in.Demand))
	return p.price(e, o, wanted)
}

func refused(e Evaluation, why Flag) Evaluation {
	return Evaluation{Offer: e.Offer, Supplier: e.Supplier, SupplierName: e.SupplierName, Kind: e.Kind, Refused: why}
}

// capLevel is the quantile of a delivery's life that may be bought.
func (p *planner) capLevel() float64 { return capLevels[p.in.Policy.service()] }

// price finds the quantity to buy and what it costs.
func (p *planner) price(e Evaluation, o *Offer, wanted measure.Quantity) Evaluation {
	var err error
	least := wanted
	if least == 0 { // nothing is needed: compare offers on what a period takes
		least = max(rounded(p.in.Demand.mean(e.Need.Window)), 1)
	}
	if least, err = measure.CeilTo(least, e.Step, o.MinOrder); err != nil {
		return refused(e, FlagBadTerms)
	}
	breaks := o.sortedBreaks()
	quoter := quoter{p, o, breaks, int(e.Arrival - p.in.Today)}
	var ok bool
	if e.Base, ok = quoter.quote(least); !ok {
		return refused(e, FlagBadTerms)
	}
	e.Quote = e.Base
	if wanted == 0 {
		return e
	}
	e.Rounded = least
	for _, q := range quoter.candidates(e, least) {
		if better, ok := quoter.quote(q); ok && better.Total < e.Quote.Total {
			e.Quote = better
			e.More = "price_break"
			if better.UnitPrice == e.Base.UnitPrice {
				e.More = "freight"
			}
		}
	}
	return e
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

// quoter prices quantities of one offer.
type quoter struct {
	p       *planner
	o       *Offer
	breaks  []Break
	arrival int
}

// unitPrice is the price at q: that of the highest break reached, or the first.
func (c *quoter) unitPrice(q measure.Quantity) money.Price {
	if len(c.breaks) == 0 {
		return 0
	}
	price := c.breaks[0].Price
	for _, b := range c.breaks {
		if b.From <= q {
			price = b.Price
		}
	}
	return price
}

// quote prices q; false when a figure leaves its bounds.
func (c *quoter) quote(q measure.Quantity) (Quote, bool) {
	in := c.p.in
	out := Quote{Quantity: q, UnitPrice: c.unitPrice(q)}
	var err error
	if out.LineCost, err = money.Line(q, out.UnitPrice, in.Currency); err != nil {
		return Quote{}, false
	}
	out.NetCost = out.LineCost
	if c.o.PricesIncludeTax {
		out.NetCost = money.NetOfTax(out.LineCost, c.o.TaxBasisPoints)
	}
	if out.Freight, err = c.freight(out.LineCost); err != nil {
		return Quote{}, false
	}
	landed, err := out.NetCost.Add(out.Freight)
	if err != nil {
		return Quote{}, false
	}
	if out.Landed, err = money.UnitPrice(landed, q, in.Currency); err != nil {
		return Quote{}, false
	}
	out.Spoils = c.p.spoils(q, c.arrival)
	spoilt, err := money.MulDiv(int64(out.NetCost), int64(out.Spoils), int64(q))
	if err != nil {
		return Quote{}, false
	}
	out.SpoilCost = money.Amount(spoilt)
	out.HoldCost = c.hold(out)
	out.Total, err = money.Sum([]money.Amount{landed, out.SpoilCost, out.HoldCost})
	return out, err == nil
}

// freight is this line's share of the freight of an order of the usual size.
func (c *quoter) freight(line money.Amount) (money.Amount, error) {
	order := max(c.o.TypicalOrder, c.o.MinOrderValue, line)
	if c.o.Freight <= 0 || c.o.FreeFreightFrom > 0 && order >= c.o.FreeFreightFrom {
		return 0, nil
	}
	if order <= 0 {
		return c.o.Freight, nil
	}
	share, err := money.MulDiv(int64(c.o.Freight), int64(line), int64(order))
	return money.Amount(share), err
}

// hold is the cost of keeping the quantity until it is sold at the mean rate,
// half of it on average, no longer than it lives.
func (c *quoter) hold(q Quote) money.Amount {
	days := float64(farDays)
	if rate := c.p.in.Demand.dailyRate(); rate > 0 {
		days = math.Min(days, units(q.Quantity)/rate)
	}
	if life := c.p.in.ShelfLife; life > 0 {
		days = math.Min(days, float64(life))
	}
	return money.Amount(math.Round(float64(q.NetCost) * c.p.in.Policy.holding() * days / 2))
}

// candidates are the quantities above least that can cost less in total: cost
// grows with quantity except where a price break or free freight begins.
func (c *quoter) candidates(e Evaluation, least measure.Quantity) []measure.Quantity {
	most := c.most(e, least)
	var out []measure.Quantity
	add := func(q measure.Quantity) {
		if q, err := measure.CeilTo(q, e.Step, c.o.MinOrder); err == nil && q > least && q <= most {
			out = append(out, q)
		}
	}
	for i, b := range c.breaks {
		add(b.From)
		if c.o.Freight > 0 && c.o.FreeFreightFrom > 0 && b.Price > 0 {
			from := least
			if i > 0 {
				from = max(from, b.From)
			}
			add(max(from, c.reaching(c.o.FreeFreightFrom, b.Price, e.Step)))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reaching is the smallest multiple of step whose line comes to value.
func (c *quoter) reaching(value money.Amount, price money.Price, step measure.Quantity) measure.Quantity {
	exact := float64(value) / float64(price) * math.Pow10(4-c.p.in.Currency.Exponent) * measure.Thousandths
	if exact > float64(measure.MaxQuantity) {
		return measure.MaxQuantity
	}
	q := max((measure.Quantity(exact)/step-1)*step, step)
	for range 4 {
		if line, err := money.Line(q, price, c.p.in.Currency); err != nil || line >= value {
			break
		}
		q += step
	}
	return q
}

// most is how far a bargain may go: not beyond the shelf life, the maximum set
// by hand, or a year's demand.
func (c *quoter) most(e Evaluation, least measure.Quantity) measure.Quantity {
	in := c.p.in
	most := max(rounded(in.Demand.mean(farDays)), least)
	if in.ShelfLife > 0 {
		most = min(most, max(least, e.Cap))
	}
	if in.Bounds.Maximum > 0 {
		most = min(most, max(least, plus(in.Bounds.Maximum, -e.Need.Supply)))
	}
	return most
}

// margin is what a unit brings and what it costs, net, in minor units, at the
// offer's first price; an unknown selling price is taken as a usual mark-up.
func (in *Input) margin(o *Offer) (margin, cost float64) {
	breaks := o.sortedBreaks()
	if len(breaks) == 0 {
		return 0, 0
	}
	net := breaks[0].Price
	if o.PricesIncludeTax {
		net = net.NetOfTax(o.TaxBasisPoints)
	}
	minor := math.Pow10(in.Currency.Exponent - 4)
	cost = float64(net) * minor
	return in.marginOver(cost), cost
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
