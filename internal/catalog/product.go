package catalog

import (
	"errors"
	"slices"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// ErrMissing is a single row that the store does not have in this shop.
var ErrMissing = errors.New("catalog: no such row")

// Product is something the shop sells or keeps. Quantities are in thousandths of
// BaseUnit, prices per BaseUnit, rates in basis points.
type Product struct {
	ID               ident.ID
	Code, Name       string
	CategoryID       ident.ID // zero: none
	Category         string
	BaseUnit         string // code of a measure.Unit
	SalePrice        money.Price
	TaxRate          int // basis points
	ShelfLifeDays    int // 0: does not spoil
	LossRate         int // basis points of what is bought that is never sold
	Origin, Producer string
	Shelf            string
	Substitutes      string            // name of the group of which customers take one instead of another; empty: none
	Minimum, Maximum *measure.Quantity // hand-set bounds of the stock
	Archived         bool
	MergedInto       *ident.ID
	Barcodes         []string
	Packs            []measure.Pack
	Version          int64
}

// Category groups products.
type Category struct {
	ID   ident.ID
	Name string
}

// Factor is how many base units one unit of that code holds for this product: 1 for
// the base unit itself, what the pack says for a pack, and the exact ratio for a
// unit of the same dimension. False when the unit says nothing about this product.
func (p Product) Factor(unit string) (measure.Ratio, bool) {
	return factor(p.BaseUnit, p.Packs, unit)
}

func factor(baseUnit string, packs []measure.Pack, unit string) (measure.Ratio, bool) {
	if unit == "" {
		return measure.Ratio{}, false
	}
	if unit == baseUnit {
		return measure.One, true
	}
	for _, pack := range packs {
		if pack.Unit == unit {
			return pack.Factor, pack.Factor.Valid()
		}
	}
	u, known := measure.UnitByCode(unit)
	base, knownBase := measure.UnitByCode(baseUnit)
	if !known || !knownBase {
		return measure.Ratio{}, false
	}
	return u.FactorTo(base)
}

// ToBase turns thousandths of a unit into a quantity of this product. A unit that
// says nothing about the product, and a result that is no whole thousandth, are
// faults of kind Invalid.
func (p Product) ToBase(thousandths int64, unit string) (measure.Quantity, error) {
	f, ok := p.Factor(unit)
	if !ok {
		return 0, fault.New(fault.Invalid, "catalog.unit_not_of_product", fault.A("name", p.Name)).WithField("unit")
	}
	return measure.Convert(measure.Quantity(thousandths), f)
}

// Units lists the codes in which this product may be counted: the base unit first,
// then its packs, then the other units of its dimension.
func (p Product) Units() []string {
	units := []string{p.BaseUnit}
	for _, pack := range p.Packs {
		units = append(units, pack.Unit)
	}
	for _, u := range measure.AllUnits() {
		if _, ok := p.Factor(u.Code); ok && !slices.Contains(units, u.Code) {
			units = append(units, u.Code)
		}
	}
	return units
}

// BaseUnitFor is the unit in which goods counted in u are kept: kilograms for every
// weight, litres for every volume, otherwise u itself. A price per jin or a count in
// jin is exact in kilograms, while the same shop may still talk in jin.
func BaseUnitFor(u measure.Unit) measure.Unit {
	var reference string
	switch u.Dimension {
	case measure.Mass:
		reference = "kg"
	case measure.Volume:
		reference = "l"
	default:
		return u
	}
	base, _ := measure.UnitByCode(reference)
	return base
}
