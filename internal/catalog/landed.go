package catalog

import (
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Landed is what q base units of the product come to on the shelf when they are bought
// on this offer: net of tax, with the freight that falls to them. They are bought in
// whole packs and not below the least quantity, so the price is the one of what has to
// be bought; q bears its part of that. An order is taken to come to the supplier's
// minimum at least, which is what decides the part of the freight.
func (o Offer) Landed(s Supplier, q measure.Quantity, c money.Currency) (money.Amount, error) {
	step, err := o.Pack.Size()
	if err != nil {
		return 0, err
	}
	bought, err := measure.CeilTo(q, step, o.Minimum)
	if err != nil {
		return 0, err
	}
	line, err := money.Line(bought, o.PriceAt(bought), c)
	if err != nil {
		return 0, err
	}
	freight, err := s.freightOf(line)
	if err != nil {
		return 0, err
	}
	if s.PricesIncludeTax {
		line = money.NetOfTax(line, o.TaxRate)
	}
	if line, err = line.Add(freight); err != nil {
		return 0, err
	}
	part, err := money.MulDiv(int64(line), int64(q), int64(bought))
	return money.Amount(part), err
}

// freightOf is the share that a line bears of the freight of an order.
func (s Supplier) freightOf(line money.Amount) (money.Amount, error) {
	order := max(s.MinimumOrder, line)
	if s.Freight <= 0 || s.FreeFreightFrom != nil && order >= *s.FreeFreightFrom {
		return 0, nil
	}
	if order <= 0 {
		return s.Freight, nil
	}
	share, err := money.MulDiv(int64(s.Freight), int64(line), int64(order))
	return money.Amount(share), err
}

// On is the offer as it stood on a day, as far as quotes tell (of one product, in order
// of day within a supplier): what the supplier asked last by then, with today's terms
// and his price breaks in proportion. False when he asked nothing by then.
func (o Offer) On(d Quotes) (Offer, bool) {
	price, ok := d.of(o.SupplierID)
	switch {
	case ok && price == o.Price, o.ValidFrom <= d.Day && !ok:
		return o, true
	case !ok || o.Price <= 0:
		return o, false
	}
	then := o
	then.Price, then.Breaks = price, make([]Break, len(o.Breaks))
	for i, b := range o.Breaks {
		scaled, err := money.MulDiv(int64(b.Price), int64(price), int64(o.Price))
		if err != nil {
			return o, false
		}
		then.Breaks[i] = Break{From: b.From, Price: money.Price(scaled)}
	}
	return then, true
}

// Quotes are what was asked for one product, looked at from a day.
type Quotes struct {
	Day  day.Date
	List []Quote
}

// of is the last price that a supplier asked by the day.
func (d Quotes) of(supplier ident.ID) (price money.Price, ok bool) {
	last := day.None
	for _, q := range d.List {
		if q.SupplierID == supplier && q.Day <= d.Day && (!ok || q.Day >= last) {
			price, last, ok = q.Price, q.Day, true
		}
	}
	return price, ok
}
