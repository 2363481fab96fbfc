package catalog

import (
	"slices"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Draft is what a person or a file says about a product. Prices and quantities are
// per and in thousandths of BaseUnit, rates in basis points.
type Draft struct {
	ID               ident.ID // zero: made; a demo may bring its own
	Code             string   // empty: the next free number
	Name             string
	Category         string // by name, made when new; empty: none
	BaseUnit         string // kg, l, piece, box …
	SalePrice        money.Price
	TaxRate          int
	ShelfLifeDays    int
	LossRate         int
	Origin, Producer string
	Shelf            string
	Substitutes      string // see Product
	Minimum, Maximum *measure.Quantity
	Barcodes         []string
	Packs            []measure.Pack
}

// Bounds of a product's values; lengths are in characters.
const (
	MaxCode      = 64
	MaxName      = 200
	MaxCategory  = 120
	MaxLabel     = 120
	MaxBarcodes  = 50
	MaxPacks     = 20
	MaxShelfLife = 36500
	fullRate     = 10000
)

// DraftOf is the draft that would leave p as it is: where an edit begins.
func DraftOf(p Product) Draft {
	return Draft{
		ID: p.ID, Code: p.Code, Name: p.Name, Category: p.Category, BaseUnit: p.BaseUnit, SalePrice: p.SalePrice,
		TaxRate: p.TaxRate, ShelfLifeDays: p.ShelfLifeDays, LossRate: p.LossRate, Origin: p.Origin,
		Producer: p.Producer, Shelf: p.Shelf, Substitutes: p.Substitutes, Minimum: p.Minimum, Maximum: p.Maximum,
		Barcodes: slices.Clone(p.Barcodes), Packs: slices.Clone(p.Packs),
	}
}

// Clean returns the draft with its texts in stored form, or every field that is not
// acceptable (fault.Fields). It asks nobody: whether a code is taken shows later.
func (d Draft) Clean() (Draft, error) {
	var f fields
	f.text("name", &d.Name, MaxName)
	if d.Name == "" && f.faults.For("name") == nil {
		f.add("name", fault.New(fault.Invalid, "catalog.name_missing"))
	}
	f.text("code", &d.Code, MaxCode)
	f.text("category", &d.Category, MaxCategory)
	f.text("origin", &d.Origin, MaxLabel)
	f.text("producer", &d.Producer, MaxLabel)
	f.text("shelf", &d.Shelf, MaxLabel)
	f.text("substitutes", &d.Substitutes, MaxLabel)
	f.price("sale_price", d.SalePrice)
	f.between("tax_rate", d.TaxRate, 0, fullRate, "catalog.rate_out_of_range")
	f.between("loss_rate", d.LossRate, 0, fullRate-1, "catalog.rate_out_of_range")
	f.between("shelf_life", d.ShelfLifeDays, 0, MaxShelfLife, "catalog.days_out_of_range")
	d.checkBounds(&f)
	d.checkUnits(&f)
	d.cleanBarcodes(&f)
	return d, f.faults.Err()
}

func (d *Draft) checkBounds(f *fields) {
	for _, b := range []struct {
		field string
		value *measure.Quantity
	}{{"minimum", d.Minimum}, {"maximum", d.Maximum}} {
		if b.value != nil && (*b.value < 0 || !b.value.InBounds()) {
			f.add(b.field, fault.New(fault.Invalid, "catalog.quantity_negative"))
		}
	}
	if d.Minimum != nil && d.Maximum != nil && *d.Maximum < *d.Minimum {
		f.add("maximum", fault.New(fault.Invalid, "catalog.maximum_below_minimum"))
	}
}

func (d *Draft) checkUnits(f *fields) {
	base, ok := measure.UnitByCode(d.BaseUnit)
	if !ok {
		f.add("base_unit", fault.New(fault.Invalid, "value.unit_unknown"))
		return
	}
	if BaseUnitFor(base) != base {
		f.add("base_unit", fault.New(fault.Invalid, "catalog.base_unit_unsuitable"))
		return
	}
	if len(d.Packs) > MaxPacks {
		f.add("packs", fault.New(fault.Invalid, "catalog.too_many", fault.A("n", MaxPacks)))
		return
	}
	seen := map[string]bool{}
	for _, pack := range d.Packs {
		if err := checkPack(pack, base); err != nil {
			f.add("packs", err)
			return
		}
		if seen[pack.Unit] {
			f.add("packs", fault.New(fault.Invalid, "catalog.pack_twice"))
			return
		}
		seen[pack.Unit] = true
	}
}

// checkPack refuses a pack that contradicts the units themselves (a "jin" of another
// weight) or that no whole thousandth of the base unit can express.
func checkPack(pack measure.Pack, base measure.Unit) *fault.Error {
	unit, ok := measure.UnitByCode(pack.Unit)
	if !ok {
		return fault.New(fault.Invalid, "value.unit_unknown")
	}
	if fixed, ok := unit.FactorTo(base); ok && fixed != pack.Factor {
		return fault.New(fault.Invalid, "catalog.pack_contradicts")
	}
	if _, err := pack.Size(); err != nil {
		return asFault(err)
	}
	return nil
}

func (d *Draft) cleanBarcodes(f *fields) {
	var kept []string
	for _, raw := range d.Barcodes {
		b, err := CleanBarcode(raw)
		if err != nil {
			f.add("barcodes", asFault(err))
			return
		}
		if b != "" && !slices.Contains(kept, b) {
			kept = append(kept, b)
		}
	}
	if len(kept) > MaxBarcodes {
		f.add("barcodes", fault.New(fault.Invalid, "catalog.too_many", fault.A("n", MaxBarcodes)))
		return
	}
	d.Barcodes = kept
}

// fields collects what is wrong with one form or row.
type fields struct{ faults fault.Fields }

func (f *fields) add(field string, e *fault.Error) {
	if e != nil {
		f.faults.Add(e.WithField(field))
	}
}

// text cleans *s in place and bounds its length in characters.
func (f *fields) text(field string, s *string, limit int) {
	cleaned, err := CleanText(*s, limit)
	if err != nil {
		f.add(field, asFault(err))
		return
	}
	*s = cleaned
}

func (f *fields) price(field string, p money.Price) {
	switch {
	case p < 0:
		f.add(field, fault.New(fault.Invalid, "catalog.price_negative"))
	case p > money.MaxPrice:
		f.add(field, fault.New(fault.Invalid, "value.too_large"))
	}
}

func (f *fields) between(field string, n, low, high int, key string) {
	if n < low || n > high {
		f.add(field, fault.New(fault.Invalid, key, fault.A("low", low), fault.A("high", high)))
	}
}

// asFault is err as a fault; a foreign error becomes an internal one.
func asFault(err error) *fault.Error {
	if e, ok := fault.As(err); ok {
		return e
	}
	return fault.New(fault.Internal, "catalog.unreadable").WithCause(err)
}
