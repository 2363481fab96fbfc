package purchase

import (
	"context"
	"io"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Document is all that a purchase order prints, in one language.
type Document struct {
	Order    Order
	Supplier catalog.Supplier
	Shop     string
	Language string // a tag such as zh-Hans
	Lines    []DocumentLine
	Sums     Sums
	// WeightUnit is the unit in which the shop's people speak of weights ("jin"); empty
	// is the base unit. Formats for machines keep the base units.
	WeightUnit string
	// Link is where the supplier answers; empty: he has none, or nothing is to be said.
	Link string
	// Papers is set when the file is to be as the supplier wants it.
	Papers *Papers
}

// DocumentLine is an order line with its parts, which add up: Net + Tax = Gross.
type DocumentLine struct {
	OrderLine
	Net, Tax, Gross money.Amount
}

// Sums are the document's totals: Net + Tax = Gross over the lines, Payable with the
// freight. Taxed is whether any line has a tax rate.
type Sums struct {
	Net, Tax, Gross, Freight, Payable money.Amount
	Taxed                             bool
}

// Format writes documents in one file format. Implementations are plug-ins, listed
// where the program is put together; every one passes the suite in formattest.
type Format interface {
	// Name is the format's code, also in addresses: /orders/{id}.pdf has "pdf".
	Name() string
	// ContentType is the media type, with the charset of texts.
	ContentType() string
	// Extension is the file name's, with its dot.
	Extension() string
	// Write writes the whole document; the same document gives the same bytes.
	Write(w io.Writer, d Document) error
}

// FileName is the document's name as a file: ASCII, because mail programs and
// phones break other letters.
func (d Document) FileName(f Format) string { return d.Order.NumberText() + f.Extension() }

// Document gathers an order's document in a language; "" is the supplier's.
func (s *Service) Document(ctx context.Context, id ident.ID, lang string) (Document, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Document{}, err
	}
	o, err := s.Order(ctx, id)
	if err != nil {
		return Document{}, err
	}
	supplier, err := s.catalog.Supplier(ctx, o.SupplierID)
	if err != nil {
		return Document{}, err
	}
	if lang == "" {
		lang = o.Language
	}
	d, err := NewDocument(o, supplier, scope.ShopName, lang)
	if err != nil {
		return d, err
	}
	if o.Answerable() {
		l, err := s.linkOf(ctx, o.ID)
		if err != nil {
			return d, err
		}
		if l != nil {
			d.Link = s.LinkAddress(*l)
		}
	}
	d.WeightUnit, err = s.WeightUnit(ctx)
	return d, err
}

// WeightUnit is the unit in which the shop's people speak of weights; empty: base units.
func (s *Service) WeightUnit(ctx context.Context) (string, error) {
	if s.shops == nil {
		return "", nil
	}
	in, err := s.shops.Get(ctx)
	return in.ShowUnit, err
}

// Shown is a unit in which people count a line: one of it holds Factor base units.
type Shown struct {
	Unit   string
	Factor measure.Ratio
}

// Shown is the unit in which the shop's people read a line. A price that half a
// kilogram cannot have exactly is told for the kilogram, and the quantity with it.
func (d Document) Shown(l OrderLine) Shown {
	base := Shown{l.Unit, measure.One}
	if d.WeightUnit == "" || d.WeightUnit == l.Unit {
		return base
	}
	factor, ok := l.factor(d.WeightUnit)
	if !ok {
		return base
	}
	u := Shown{d.WeightUnit, factor}
	if back, err := money.PerBase(u.Price(l.Price), factor); err != nil || back != l.Price {
		return base
	}
	for _, q := range []measure.Quantity{l.Quantity, l.Received} {
		if _, err := measure.Convert(q, factor.Inverse()); err != nil {
			return base
		}
	}
	return u
}

// factor is how many base units one of a unit holds, where that is fixed.
func (l OrderLine) factor(unit string) (measure.Ratio, bool) {
	if unit == l.Unit {
		return measure.One, true
	}
	from, ok := measure.UnitByCode(unit)
	to, known := measure.UnitByCode(l.Unit)
	if !ok || !known {
		return measure.Ratio{}, false
	}
	return from.FactorTo(to)
}

// In is the unit of that code for the line; a fault of kind Invalid where it cannot
// be counted so.
func (l OrderLine) In(unit string) (Shown, error) {
	factor, ok := l.factor(unit)
	if !ok {
		return Shown{}, fault.New(fault.Invalid, "purchase.unit_unknown")
	}
	return Shown{unit, factor}, nil
}

// Quantity counts base units in this unit; what does not come out even is rounded
// down to a thousandth.
func (u Shown) Quantity(q measure.Quantity) measure.Quantity {
	n, err := money.MulDiv(int64(q), u.Factor.Den, u.Factor.Num)
	if err != nil {
		return q
	}
	return measure.Quantity(n)
}

// Price is what one of this unit costs.
func (u Shown) Price(p money.Price) money.Price {
	shown, err := money.PerPack(p, u.Factor)
	if err != nil {
		return p
	}
	return shown
}

// Base counts a quantity of this unit in base units.
func (u Shown) Base(q measure.Quantity) (measure.Quantity, error) {
	return measure.Convert(q, u.Factor)
}

// BasePrice is what one base unit costs.
func (u Shown) BasePrice(p money.Price) (money.Price, error) { return money.PerBase(p, u.Factor) }

// NewDocument computes the document's taxes and sums.
func NewDocument(o Order, supplier catalog.Supplier, shop, lang string) (Document, error) {
	d := Document{Order: o, Supplier: supplier, Shop: shop, Language: lang, Sums: Sums{Freight: o.Freight}}
	var err error
	add := func(sum *money.Amount, a money.Amount) {
		if err == nil {
			*sum, err = sum.Add(a)
		}
	}
	for _, l := range o.Lines {
		line := DocumentLine{OrderLine: l, Net: l.Total}
		if o.PricesIncludeTax {
			line.Net = money.NetOfTax(l.Total, l.TaxRate)
			line.Tax = l.Total - line.Net
		} else {
			line.Tax = money.TaxOn(l.Total, l.TaxRate)
		}
		add(&line.Gross, line.Net)
		add(&line.Gross, line.Tax)
		add(&d.Sums.Net, line.Net)
		add(&d.Sums.Tax, line.Tax)
		add(&d.Sums.Gross, line.Gross)
		d.Sums.Taxed = d.Sums.Taxed || l.TaxRate > 0
		d.Lines = append(d.Lines, line)
	}
	add(&d.Sums.Payable, d.Sums.Gross)
	add(&d.Sums.Payable, d.Sums.Freight)
	return d, err
}
