package purchase

import (
	"strings"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// MaxLines bounds an order: as many as one form can receive.
const MaxLines = 500

const maxNote = 1000

// terms are what a draft is reckoned with: the supplier, the offers that are his
// and the products meant.
type terms struct {
	supplier catalog.Supplier
	products map[ident.ID]catalog.Product
	offers   map[ident.ID]catalog.Offer // by product
}

// compose writes a draft's lines and totals. Products that do not exist, quantities
// of nothing and sums beyond all bounds are faults, filed under the line's field.
func (o *Order) compose(lines []DraftLine, t terms) error {
	if len(lines) == 0 {
		return fault.New(fault.Invalid, "purchase.no_lines")
	}
	if len(lines) > MaxLines {
		return fault.New(fault.Invalid, "purchase.too_many_lines", fault.A("n", MaxLines))
	}
	o.Lines = make([]OrderLine, len(lines))
	for i, d := range lines {
		l, err := newLine(i+1, d, t, o.Currency)
		if err != nil {
			return err
		}
		o.Lines[i] = l
	}
	return o.total(t.supplier)
}

func newLine(number int, d DraftLine, t terms, c money.Currency) (OrderLine, error) {
	p, ok := t.products[d.ProductID]
	if !ok {
		return OrderLine{}, fault.New(fault.NotFound, "purchase.product_missing")
	}
	l := OrderLine{
		Line: number, ProductID: p.ID, ProductCode: p.Code, ProductName: p.Name, Quantity: d.Quantity, Unit: p.BaseUnit,
		Pack: measure.Pack{Unit: p.BaseUnit, Factor: measure.One}, Price: d.Price, TaxRate: p.TaxRate, ReferenceCost: d.ReferenceCost, ForOthers: d.ForOthers,
	}
	offer, offered := t.offers[p.ID]
	if !d.OfferID.IsNil() && (!offered || offer.ID != d.OfferID) {
		return OrderLine{}, fault.New(fault.Conflict, "purchase.offer_missing")
	}
	if offered {
		l.SupplierCode, l.Pack, l.TaxRate = offer.SupplierCode, offer.Pack, offer.TaxRate
		if l.Price == 0 {
			l.Price = offer.PriceAt(d.Quantity)
		}
	}
	return l, l.reckon(c)
}

// reckon checks the line and computes its total.
func (l *OrderLine) reckon(c money.Currency) error {
	if l.Quantity <= 0 {
		return fault.New(fault.Invalid, "purchase.quantity_missing").WithField("quantity")
	}
	if !l.Quantity.InBounds() {
		return fault.New(fault.Invalid, "value.too_large").WithField("quantity")
	}
	if l.ForOthers < 0 || l.ForOthers > l.Quantity {
		return fault.New(fault.Invalid, "purchase.less_than_shared").WithField("quantity")
	}
	if l.Price < 0 {
		return fault.New(fault.Invalid, "purchase.price_negative").WithField("price")
	}
	total, err := money.Line(l.Quantity, l.Price, c)
	l.Total = total
	return err
}

// total adds up the order: lines, freight by the supplier's terms, and the saving
// against the middleman.
func (o *Order) total(s catalog.Supplier) error {
	o.Total = 0
	for _, l := range o.Lines {
		var err error
		if o.Total, err = o.Total.Add(l.Total); err != nil {
			return err
		}
	}
	o.LineCount = len(o.Lines)
	o.Freight = s.Freight
	if s.FreeFreightFrom != nil && o.Total >= *s.FreeFreightFrom {
		o.Freight = 0
	}
	return o.save()
}

// fix puts terms that were agreed beforehand in the place of the supplier's.
func (o *Order) fix(f Fixed) error {
	if f.Freight < 0 {
		return fault.New(fault.Invalid, "purchase.price_negative").WithField("freight")
	}
	o.Freight, o.PricesIncludeTax = f.Freight, f.PricesIncludeTax
	for i := range o.Lines {
		o.Lines[i].TaxRate = f.TaxRate
	}
	return o.save()
}

// save computes the saving over the lines that name a reference.
func (o *Order) save() error {
	o.Saving = nil
	shares := o.freightShares()
	var saving money.Amount
	for i, l := range o.Lines {
		if l.ReferenceCost == nil {
			continue
		}
		difference, err := l.ReferenceCost.Add(-o.net(l.Total, l.TaxRate) - shares[i])
		if err != nil {
			return err
		}
		if saving, err = saving.Add(difference); err != nil {
			return err
		}
		o.Saving = &saving
	}
	return nil
}

// net is an amount of this order without the tax that its prices may include.
func (o *Order) net(a money.Amount, rate int) money.Amount {
	if !o.PricesIncludeTax {
		return a
	}
	return money.NetOfTax(a, rate)
}

// freightShares splits the freight over the lines by what they will cost, exactly.
func (o *Order) freightShares() []money.Amount {
	weights := make([]int64, len(o.Lines))
	for i, l := range o.Lines {
		weights[i] = int64(l.Total)
		if total, err := l.agreedTotal(o.Currency); err == nil { // it was reckoned before
			weights[i] = int64(total)
		}
	}
	return money.Split(o.Freight, weights)
}

// change applies changes to a draft's lines; lines left over are numbered anew. A
// price that was the offer's follows the offer's price breaks; the middleman's cost
// follows the quantity.
func (o *Order) change(changes []LineChange, t terms) error {
	by := map[int]int{}
	for i, c := range changes {
		if c.Line < 1 || c.Line > len(o.Lines) {
			return fault.New(fault.NotFound, "purchase.line_missing")
		}
		if c.Quantity < 0 {
			return fault.New(fault.Invalid, "purchase.quantity_negative").WithField(RowField("quantity", i))
		}
		by[c.Line] = i
	}
	kept := make([]OrderLine, 0, len(o.Lines))
	for _, l := range o.Lines {
		i, named := by[l.Line]
		if named && changes[i].Quantity == 0 {
			continue
		}
		if named {
			if err := l.change(changes[i], t, o.Currency); err != nil {
				return inRow(err, i)
			}
		}
		l.Line = len(kept) + 1
		kept = append(kept, l)
	}
	if len(kept) == 0 {
		return fault.New(fault.Invalid, "purchase.no_lines_left")
	}
	o.Lines = kept
	return o.total(t.supplier)
}

// extend adds lines to a draft.
func (o *Order) extend(lines []DraftLine, t terms) error {
	if len(lines) == 0 {
		return nil
	}
	if len(o.Lines)+len(lines) > MaxLines {
		return fault.New(fault.Invalid, "purchase.too_many_lines", fault.A("n", MaxLines))
	}
	for _, d := range lines {
		l, err := newLine(len(o.Lines)+1, d, t, o.Currency)
		if err != nil {
			return err
		}
		o.Lines = append(o.Lines, l)
	}
	return o.total(t.supplier)
}

// inRow files a line's fault under its row of the form.
func inRow(err error, row int) error {
	if f, ok := fault.As(err); ok && f.Field != "" {
		return f.WithField(RowField(f.Field, row))
	}
	return err
}

func (l *OrderLine) change(c LineChange, t terms, currency money.Currency) error {
	if offer, ok := t.offers[l.ProductID]; ok && l.Price == offer.PriceAt(l.Quantity) {
		l.Price = offer.PriceAt(c.Quantity)
	}
	if c.Price != nil {
		l.Price = *c.Price
	}
	if l.ReferenceCost != nil {
		scaled, err := money.MulDiv(int64(*l.ReferenceCost), int64(c.Quantity), int64(l.Quantity))
		if err != nil {
			return err
		}
		reference := money.Amount(scaled)
		l.ReferenceCost = &reference
	}
	l.Quantity = c.Quantity
	return l.reckon(currency)
}

func cleanNote(s string) (string, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxNote {
		return "", fault.New(fault.Invalid, "purchase.note_too_long", fault.A("n", maxNote)).WithField("note")
	}
	return s, nil
}
