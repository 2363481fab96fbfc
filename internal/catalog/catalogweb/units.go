package catalogweb

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/views/ui"
)

// showUnit is the unit in which the shop talks about a product: jin for weighed
// goods where the shop wants that, else the base unit.
func (h *Handlers) showUnit(ctx context.Context, base string) (string, error) {
	if base != "kg" {
		return base, nil
	}
	s, err := h.shops.Get(ctx)
	if err != nil {
		return "", err
	}
	if s.ShowUnit == "jin" {
		return s.ShowUnit, nil
	}
	return base, nil
}

// fits reports whether prices and quantities, kept per base unit, can be written in
// units of that factor and read back as they were.
func fits(factor measure.Ratio, prices []money.Price, quantities []measure.Quantity) bool {
	if !factor.Valid() {
		return false
	}
	for _, p := range prices {
		shown, err := money.PerPack(p, factor)
		if err != nil {
			return false
		}
		if back, err := money.PerBase(shown, factor); err != nil || back != p {
			return false // saved again unchanged, it must stay what it is
		}
	}
	for _, q := range quantities {
		if _, err := measure.Convert(q, factor.Inverse()); err != nil {
			return false
		}
	}
	return true
}

// counted writes values of one product in one of its units.
type counted struct {
	unit   string
	factor measure.Ratio
}

// count chooses the first unit in which everything can be written exactly; the base
// unit always can.
func count(p catalog.Product, prices []money.Price, quantities []measure.Quantity, preferred ...string) counted {
	for _, unit := range preferred {
		if factor, ok := p.Factor(unit); ok && fits(factor, prices, quantities) {
			return counted{unit, factor}
		}
	}
	return counted{p.BaseUnit, measure.One}
}

// price is what one unit costs, for a form.
func (u counted) price(p money.Price) string {
	shown, err := money.PerPack(p, u.factor)
	if err != nil {
		return ""
	}
	return shown.Decimal()
}

// quantity is how many units there are, for a form.
func (u counted) quantity(q measure.Quantity) string {
	n, err := measure.Convert(q, u.factor.Inverse())
	if err != nil {
		return ""
	}
	return n.Decimal()
}

func unitOptions(p *i18n.Printer, codes []string) []ui.Option {
	options := make([]ui.Option, len(codes))
	for i, code := range codes {
		options[i] = ui.Option{Value: code, Text: p.Unit(code, measure.Thousandths)}
	}
	return options
}

// allUnits are the codes of every unit, those that shops use most first.
func allUnits() []string {
	codes := []string{"jin", "kg", "piece"}
	for _, u := range measure.AllUnits() {
		if u.Code != "jin" && u.Code != "kg" && u.Code != "piece" {
			codes = append(codes, u.Code)
		}
	}
	return codes
}

// packUnits are the words for a pack.
func packUnits() []string {
	var codes []string
	for _, u := range measure.AllUnits() {
		if !u.Fixed() {
			codes = append(codes, u.Code)
		}
	}
	return append(codes, "piece")
}

// packOf is a pack that holds content thousandths of a unit of that factor.
func packOf(unit string, content int64, factor measure.Ratio) (measure.Pack, error) {
	holds, err := measure.NewRatio(content, measure.Thousandths)
	if err != nil {
		return measure.Pack{}, err
	}
	if factor, err = factor.Mul(holds); err != nil {
		return measure.Pack{}, err
	}
	return measure.Pack{Unit: unit, Factor: factor}, nil
}

// packOptions are the words for a pack, and none.
func packOptions(t *i18n.Printer) []ui.Option {
	return append([]ui.Option{{Value: "", Text: t.T("catalog.no_pack")}}, unitOptions(t, packUnits())...)
}
