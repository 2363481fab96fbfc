package stockweb

import (
	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
)

func idsOf(products ...catalog.Product) []ident.ID {
	ids := make([]ident.ID, len(products))
	for i, p := range products {
		ids[i] = p.ID
	}
	return ids
}

// quantity reads a field counted in the form's unit as base units.
func quantity(f *web.Values, name string, p catalog.Product) measure.Quantity {
	n := f.Quantity(name)
	if f.Sentence(name) != "" {
		return 0
	}
	unit := f.Value("unit")
	if unit == "" {
		unit = p.BaseUnit
	}
	q, err := p.ToBase(int64(n), unit)
	if err != nil {
		if e, ok := fault.As(err); ok && e.Field != "" {
			name = e.Field
		}
		f.Add(name, err)
	}
	return q
}

// cost reads what one unit of the form's unit cost, per base unit; nil when the
// field is empty.
func cost(f *web.Values, name string, p catalog.Product) *money.Price {
	price, ok := f.PriceOpt(name)
	if !ok {
		return nil
	}
	factor, known := p.Factor(f.Value("unit"))
	if !known {
		factor = measure.One
	}
	base, err := money.PerBase(price, factor)
	if err != nil {
		f.Add(name, err)
		return nil
	}
	return &base
}
