// Package table writes suggestions for machines and people: the export that pages
// and the command line share, and the sentences that say why. It knows languages
// and columns; it must not know where rows come from.
package table

import (
	"time"

	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
)

// Words writes what a shop measures in the language of a reader.
type Words struct {
	Printer  *i18n.Printer
	Currency money.Currency
	ShowUnit string // "jin": weights kept in kg are shown in jin
}

// Shown is a quantity of a base unit in the unit that the shop's people use.
func (w Words) Shown(q measure.Quantity, unit string) (measure.Quantity, string) {
	if unit == "kg" && w.ShowUnit == "jin" && q <= measure.MaxQuantity/2 && q >= -measure.MaxQuantity/2 {
		return 2 * q, "jin"
	}
	return q, unit
}

// Amount writes a quantity of a base unit: "18 斤".
func (w Words) Amount(q measure.Quantity, unit string) string {
	return w.Printer.Measured(w.Shown(q, unit))
}

// Tenth writes a quantity with one decimal at most: enough to look at in a list.
func (w Words) Tenth(q measure.Quantity, unit string) string {
	q, unit = w.Shown(q, unit)
	if q < measure.Thousandths && q > -measure.Thousandths { // 0.05 is not nothing
		return w.Printer.Measured(q, unit)
	}
	return w.Printer.Measured(rounded(q, 100), unit)
}

func rounded(q, grid measure.Quantity) measure.Quantity {
	half := grid / 2
	if q < 0 {
		half = -half
	}
	return (q + half) / grid * grid
}

// Rough writes a quantity that is only estimated, without digits that nobody
// knows: one decimal below ten, none from ten on.
func (w Words) Rough(q measure.Quantity, unit string) string {
	q, unit = w.Shown(q, unit)
	grid := measure.Quantity(1000)
	if q < 10_000 && q > -10_000 {
		grid = 100
	}
	return w.Printer.Measured(rounded(q, grid), unit)
}

// Packed writes a quantity and how the supplier counts it: "60 斤（6 箱）".
func (w Words) Packed(q measure.Quantity, unit string, packs measure.Quantity, pack string) string {
	amount := w.Amount(q, unit)
	if _, shown := w.Shown(0, unit); pack == "" || pack == unit || pack == shown || packs <= 0 {
		return amount
	}
	return w.Printer.T("restock.with_packs", i18n.A("quantity", amount), i18n.A("packs", w.Printer.Measured(packs, pack)))
}

// Money writes an amount of the shop's currency.
func (w Words) Money(a money.Amount) string { return w.Printer.Money(a, w.Currency) }

// Price writes a price per base unit for the unit that is shown, where that is
// exact: "¥2.60/斤".
func (w Words) Price(p money.Price, unit string) string {
	if _, shown := w.Shown(0, unit); shown != unit && p%2 == 0 {
		p, unit = p/2, shown
	}
	return w.Printer.T("restock.per_unit", i18n.A("price", w.Printer.Price(p, w.Currency)), i18n.A("unit", w.Printer.Unit(unit, measure.Thousandths)))
}

// Landed writes a cost per base unit for the unit that is shown, in whole minor
// units of two decimals: "¥2.85/斤".
func (w Words) Landed(p money.Price, unit string) string {
	cost, shown := w.LandedBare(p, unit)
	return w.Printer.T("restock.per_unit", i18n.A("price", cost), i18n.A("unit", shown))
}

// LandedBare is Landed where something else names the unit: the cost, and the unit.
func (w Words) LandedBare(p money.Price, unit string) (cost, shown string) {
	_, code := w.Shown(0, unit)
	per := money.Price(1)
	if code != unit {
		per = 2
	}
	cent := 100 * per
	p = (p + cent/2) / cent * 100
	return w.Printer.Price(p, w.Currency), w.Printer.Unit(code, measure.Thousandths)
}

// Sentence writes messages one after the other. What this version cannot say is
// left out.
func (w Words) Sentence(messages []replenish.Message) string {
	var room [1024]byte
	b := room[:0]
	for _, m := range messages {
		s := w.Say(m)
		if s == "" {
			continue
		}
		if len(b) > 0 && w.Printer.Lang() != i18n.ZhHans {
			b = append(b, ' ')
		}
		b = append(b, s...)
	}
	return string(b)
}

// Say writes one message; "" when this version has no words for it.
func (w Words) Say(m replenish.Message) string {
	if !w.Printer.Has(m.Key) {
		return ""
	}
	unit := ""
	for _, a := range m.Args {
		if a.Kind == replenish.KindQuantity {
			unit = a.Unit
			break
		}
	}
	args := make([]i18n.Arg, len(m.Args))
	for i, a := range m.Args {
		args[i] = i18n.A(a.Name, w.argument(a, unit))
	}
	return w.Printer.T(m.Key, args...)
}

// argument writes one value; unit is the base unit that the message measures in.
func (w Words) argument(a replenish.Arg, unit string) string {
	switch a.Kind {
	case replenish.KindQuantity:
		return w.Packed(measure.Quantity(a.Int), a.Unit, measure.Quantity(a.Packs)*measure.Thousandths, a.PackUnit)
	case replenish.KindDate:
		return w.Printer.WeekdayDate(day.Date(a.Int))
	case replenish.KindMoney:
		return w.Money(money.Amount(a.Int))
	case replenish.KindPrice:
		switch p, exact := money.Price(a.Int), a.Name == "unit_price"; {
		case unit != "" && exact:
			return w.Price(p, unit)
		case unit != "": // worked out: nobody pays its last digits
			return w.Landed(p, unit)
		case exact:
			return w.Printer.Price(p, w.Currency)
		default:
			return w.Printer.Price((p+50)/100*100, w.Currency)
		}
	case replenish.KindPercent:
		return w.Printer.Percent(float64(a.Int) / 100)
	case replenish.KindWeekday:
		return w.Printer.Weekday(time.Weekday(((a.Int % 7) + 7) % 7))
	case replenish.KindFestival:
		return w.Printer.Festival(day.Festival(a.Text))
	default:
		return a.Text
	}
}
