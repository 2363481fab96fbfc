package replenish

import (
	"cmp"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Compared is an offer beside the others: all are asked for the same quantity, and each
// answers with the least that it sells of it.
type Compared struct {
	Evaluation
	// Asked is the quote for that quantity and Unit what it makes of a base unit; both
	// are zero when the offer cannot be used or has no price.
	Asked Quote
	Unit  UnitCost
	// Of ten deliveries one comes before Early and one behind Late.
	Early, Late day.Date
	// Deliveries of the supplier taught that, of which Own of this product.
	Deliveries, Own int
	Promised        int // days, as the supplier says
	MinOrderValue   money.Amount
	TermsAssumed    bool
}

// UnitCost is what a base unit costs until it is sold, net of tax, and All its sum.
type UnitCost struct {
	Goods, Freight, Spoilage, Keeping money.Price
	All                               money.Price
}

// Priced tells whether there is anything to compare.
func (c Compared) Priced() bool { return c.Asked.UnitPrice > 0 }

// Compare asks all offers that a trace knows for a quantity, in base units: the cheapest
// unit first, behind them those without a price, last those that cannot be used.
func Compare(t *Trace, quantity measure.Quantity) []Compared {
	in := t.Inputs.mended().Bought()
	p := newPlanner(&in)
	bids, why := p.bids()
	known := slices.Clone(t.Result.Others)
	if t.Result.Choice != nil {
		known = append(known, *t.Result.Choice)
	}
	out := make([]Compared, len(bids))
	for i, b := range bids {
		o := &in.Offers[i]
		out[i] = Compared{Evaluation: refused(o, why[i]), Promised: o.Promised, Deliveries: o.Deliveries, Own: o.Own,
			MinOrderValue: o.MinOrderValue, TermsAssumed: o.TermsAssumed}
		if b == nil {
			continue
		}
		if j := slices.IndexFunc(known, func(e Evaluation) bool { return e.Offer == o.ID && e.Supplier == o.Supplier }); j >= 0 {
			out[i].Evaluation = known[j]
		}
		b.decide()
		arrives := o.arrives(b.cycle.orderDay, in.Today)
		out[i].Early, out[i].Late = in.Today.Add(arrives.Quantile(0.1)), in.Today.Add(arrives.Quantile(0.9))
		if quote, ok := b.quote(b.onGrid(quantity)); ok && b.priced() {
			out[i].Asked, out[i].Unit = quote, quote.unit(in.Currency)
		}
	}
	slices.SortStableFunc(out, func(a, b Compared) int {
		return cmp.Or(cmp.Compare(len(a.Refused), 0)-cmp.Compare(len(b.Refused), 0), last(a.Priced())-last(b.Priced()),
			cmp.Compare(a.Unit.All, b.Unit.All), rank(a.Evaluation, b.Evaluation))
	})
	return out
}

func last(ok bool) int {
	if ok {
		return 0
	}
	return 1
}

// unit splits a quote by base units. A part that is out of bounds is left at zero, the
// sum too.
func (q Quote) unit(c money.Currency) (u UnitCost) {
	each := func(total money.Amount) money.Price {
		price, err := money.UnitPrice(total, q.Quantity, c)
		if err != nil {
			return 0
		}
		return price
	}
	return UnitCost{Goods: each(q.NetCost), Freight: each(q.Freight), Spoilage: each(q.SpoilCost), Keeping: each(q.HoldCost), All: each(q.Total)}
}
