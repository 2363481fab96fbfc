package purchase

import (
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// Agreed is what the supplier promised of a line: Quantity on Day at Price, and the
// rest, Later, on LaterDay. Nothing of both: he does not deliver the product.
type Agreed struct {
	Quantity measure.Quantity
	Price    money.Price
	Day      day.Date // 0: as asked for
	Later    measure.Quantity
	LaterDay day.Date
}

// ConfirmLine is what the supplier promised of one line.
type ConfirmLine struct {
	Line int
	Agreed
}

// Part is goods of a line that come together.
type Part struct {
	Quantity measure.Quantity
	Day      day.Date
	Later    bool // the rest that the supplier sends after the first part
}

// Promised is what the line will bring altogether: as agreed, else as ordered.
func (l OrderLine) Promised() measure.Quantity {
	if l.Agreed == nil {
		return l.Quantity
	}
	return l.Agreed.Quantity + l.Agreed.Later
}

// AgreedPrice is what one unit will cost: as agreed, else as ordered.
func (l OrderLine) AgreedPrice() money.Price {
	if l.Agreed == nil {
		return l.Price
	}
	return l.Agreed.Price
}

// Wanted is the day that was asked for.
func (o Order) Wanted() day.Date {
	if o.WantedDay != nil {
		return *o.WantedDay
	}
	return o.DueDay
}

// Coming are the parts of a line still owed, the earlier first.
func (o Order) Coming(l OrderLine) []Part {
	a := Agreed{Quantity: l.Quantity, Day: o.Wanted()}
	if l.Agreed != nil {
		a = *l.Agreed
	}
	var parts []Part
	if q := a.Quantity - l.Received; q > 0 {
		parts = append(parts, Part{q, a.Day, false})
	}
	if q := min(a.Later, a.Quantity+a.Later-l.Received); q > 0 {
		parts = append(parts, Part{q, a.LaterDay, true})
	}
	return parts
}

// first is the day on which the first goods still owed come; false when nothing is.
func (o *Order) first() (first day.Date, owed bool) {
	for _, l := range o.Lines {
		for _, part := range o.Coming(l) {
			if !owed || part.Day < first {
				first, owed = part.Day, true
			}
		}
	}
	return first, owed
}

// Next is what of a line a delivery on a day brings, as promised: the parts due by
// then or, before any is, the earliest ones of the order.
func (o *Order) Next(l OrderLine, on day.Date) (q measure.Quantity) {
	first, _ := o.first()
	for _, part := range o.Coming(l) {
		if part.Day <= max(first, on) {
			q += part.Quantity
		}
	}
	return q
}

// redate makes the order due when the first goods still owed come.
func (o *Order) redate() {
	if first, owed := o.first(); owed && o.WantedDay != nil {
		o.DueDay = first
	}
}

// Expected are the parts of the order that are still to come. The rest of a line has a
// place of its own, behind all lines.
func (o *Order) Expected() []stock.Expected {
	var out []stock.Expected
	for _, l := range o.Lines {
		own := max(0, l.Promised()-l.ForOthers-l.Received) // what goes on to others comes behind
		for _, part := range o.Coming(l) {
			if part.Quantity = min(part.Quantity, own); part.Quantity == 0 {
				continue
			}
			own -= part.Quantity
			place := l.Line
			if part.Later {
				place += MaxLines
			}
			out = append(out, stock.Expected{
				SourceID: o.ID, SourceLine: place, ProductID: l.ProductID, SupplierID: o.SupplierID, Quantity: part.Quantity, Due: part.Day,
			})
		}
	}
	return out
}

// confirm notes what the supplier promised. Lines that are not named are as ordered. As
// long as nothing has come he may promise something else.
func (o *Order) confirm(lines []ConfirmLine, when moment) (bool, error) {
	if o.State != Confirmed || lines == nil {
		if changed, err := o.State.step(Confirm); err != nil || !changed {
			return false, err
		}
	}
	agreed, err := o.agree(lines, when)
	if err != nil {
		return false, err
	}
	if o.State == Confirmed && o.promised(agreed) {
		return false, nil
	}
	for i, a := range agreed {
		if o.Lines[i].Agreed = a; a != nil && o.WantedDay == nil {
			wanted := o.DueDay
			o.WantedDay = &wanted
		}
	}
	o.State, o.ConfirmedAt = Confirmed, &when.at
	o.redate()
	return true, nil
}

// promised reports whether that is what the lines say already.
func (o *Order) promised(agreed []*Agreed) bool {
	return slices.EqualFunc(o.Lines, agreed, func(l OrderLine, a *Agreed) bool {
		return l.Agreed == a || l.Agreed != nil && a != nil && *l.Agreed == *a
	})
}

// agree gives what was promised of each line; nil: as ordered.
func (o *Order) agree(lines []ConfirmLine, when moment) ([]*Agreed, error) {
	agreed := make([]*Agreed, len(o.Lines))
	named := map[int]bool{}
	for i, c := range lines {
		if c.Line < 1 || c.Line > len(o.Lines) || named[c.Line] {
			return nil, fault.New(fault.NotFound, "purchase.line_missing")
		}
		named[c.Line] = true
		a, err := o.promise(o.Lines[c.Line-1], c.Agreed, when)
		if err != nil {
			return nil, inRow(err, i)
		}
		agreed[c.Line-1] = a
	}
	var sum money.Amount
	something := false
	for i, l := range o.Lines {
		l.Agreed = agreed[i]
		something = something || l.Promised() > 0
		total, err := l.agreedTotal(o.Currency)
		if err == nil {
			sum, err = sum.Add(total)
		}
		if err != nil {
			return nil, err
		}
	}
	if !something {
		return nil, fault.New(fault.Invalid, "purchase.confirm_nothing")
	}
	return agreed, nil
}

// farAhead is how many days a promise may lie ahead.
const farAhead = 730

// promise checks what was promised of a line and gives it in the one form that it is
// kept in; nil: as ordered.
func (o *Order) promise(l OrderLine, a Agreed, when moment) (*Agreed, error) {
	if a.Quantity < 0 || a.Later < 0 {
		return nil, fault.New(fault.Invalid, "purchase.quantity_negative").WithField("quantity")
	}
	if !a.Quantity.InBounds() || !a.Later.InBounds() || !(a.Quantity + a.Later).InBounds() {
		return nil, fault.New(fault.Invalid, "value.too_large").WithField("quantity")
	}
	if a.Price < 0 {
		return nil, fault.New(fault.Invalid, "purchase.price_negative").WithField("price")
	}
	if a.Quantity == 0 { // all of it comes later
		a.Quantity, a.Day, a.Later = a.Later, a.LaterDay, 0
	}
	if a.Quantity == 0 || a.Day == 0 || a.Day == day.None {
		a.Day = o.Wanted()
	}
	if a.Later == 0 {
		a.LaterDay = 0
	} else if a.LaterDay <= a.Day {
		return nil, fault.New(fault.Invalid, "purchase.later_not_later").WithField("later_day")
	}
	last := max(a.Day, a.LaterDay)
	switch {
	case a.Day != o.Wanted() && o.SentDay != nil && a.Day < *o.SentDay:
		return nil, fault.New(fault.Invalid, "purchase.promised_before").WithField("day")
	case last > when.day.Add(farAhead) && last != o.Wanted():
		return nil, fault.New(fault.Invalid, "purchase.promised_far").WithField("day")
	case a == (Agreed{Quantity: l.Quantity, Price: l.Price, Day: o.Wanted()}):
		return nil, nil
	}
	return &a, nil
}

// agreedTotal is what the line will cost.
func (l OrderLine) agreedTotal(c money.Currency) (money.Amount, error) {
	return money.Line(l.Promised(), l.AgreedPrice(), c)
}

// Difference is how what was promised differs from what was ordered, in money:
// Ordered + ByPrice + ByQuantity = Agreed, exactly.
type Difference struct{ Ordered, Agreed, ByPrice, ByQuantity money.Amount }

// Difference adds up the goods; freight is left out. False when every line is as ordered.
func (o Order) Difference() (d Difference, differs bool, err error) {
	for _, l := range o.Lines {
		differs = differs || l.Agreed != nil
		agreed, err := l.agreedTotal(o.Currency)
		if err != nil {
			return d, differs, err
		}
		oldPrice, err := money.Line(l.Promised(), l.Price, o.Currency)
		if err != nil {
			return d, differs, err
		}
		d.Ordered += l.Total
		d.Agreed += agreed
		d.ByPrice += agreed - oldPrice
		d.ByQuantity += oldPrice - l.Total
	}
	return d, differs, nil
}

// told is what the trail keeps of a confirmation: the lines that differ.
func (o Order) told() []map[string]any {
	var out []map[string]any
	for _, l := range o.Lines {
		if l.Agreed == nil {
			continue
		}
		line := map[string]any{
			"line": l.Line, "ordered": l.Quantity.Decimal(), "price": l.Price.Decimal(), "wanted": o.Wanted().String(),
			"agreed": l.Agreed.Quantity.Decimal(), "agreed_price": l.Agreed.Price.Decimal(), "day": l.Agreed.Day.String(),
		}
		if l.Agreed.Later > 0 {
			line["later"], line["later_day"] = l.Agreed.Later.Decimal(), l.Agreed.LaterDay.String()
		}
		out = append(out, line)
	}
	return out
}
