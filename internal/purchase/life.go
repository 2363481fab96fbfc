package purchase

import (
	"slices"
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// moment is when something happens to an order, on the server's clock and on the
// shop's calendar.
type moment struct {
	at  day.Micros
	day day.Date
}

// send hands the draft to the supplier. What was due counts from that day on: an
// order sent later than it was made arrives later by as many days.
func (o *Order) send(when moment) (bool, error) {
	changed, err := o.State.step(Send)
	if err != nil || !changed {
		return false, err
	}
	o.State, o.SentAt, o.SentDay, o.AskedAt, o.AskedBy = Sent, &when.at, &when.day, nil, ident.Nil
	if late := int(when.day - o.CreatedDay); late > 0 {
		o.DueDay = o.DueDay.Add(late)
	}
	return true, nil
}

func (o *Order) cancel(when moment) (bool, error) {
	return o.close(Cancel, when)
}

func (o *Order) closeShort(when moment) (bool, error) {
	return o.close(CloseShort, when)
}

func (o *Order) close(a Action, when moment) (bool, error) {
	changed, err := o.State.step(a)
	if err != nil || !changed {
		return false, err
	}
	o.State, o.ClosedAt, o.AskedAt, o.AskedBy = outcome[a], &when.at, nil, ident.Nil
	return true, nil
}

// owed is a receipt of what is to come by a day, as promised.
func (o *Order) owed(on day.Date) []ReceiptLine {
	var lines []ReceiptLine
	for _, l := range o.Lines {
		if q := o.Next(l, on); q > 0 {
			lines = append(lines, ReceiptLine{Line: l.Line, Quantity: q})
		}
	}
	return lines
}

// receive books lines on the order and gives what arrived, valued. The state must
// allow it. Lines of quantity nothing say that nothing came and are left out.
func (o *Order) receive(lines []ReceiptLine, when moment) (Delivery, error) {
	d := Delivery{OrderID: o.ID, BusinessDay: when.day, OccurredAt: when.at}
	shares := o.freightShares()
	for i, r := range lines {
		if err := o.checkReceived(i, r, when.day); err != nil {
			return d, err
		}
		if r.Quantity == 0 {
			continue
		}
		line, err := o.arrive(r, shares[r.Line-1])
		if err != nil {
			return d, err
		}
		if d.Total, err = d.Total.Add(line.Total); err != nil {
			return d, err
		}
		d.Lines = append(d.Lines, line)
	}
	if len(d.Lines) == 0 {
		return d, fault.New(fault.Invalid, "purchase.nothing_received")
	}
	if o.SentDay != nil {
		days := int(max(0, when.day-*o.SentDay))
		d.LeadTime = &days
	}
	o.State = PartReceived
	if !o.Owed() {
		o.State, o.ClosedAt = Received, &when.at
	}
	o.redate()
	return d, nil
}

const maxLot = 60

func (o *Order) checkReceived(i int, r ReceiptLine, today day.Date) error {
	var f *fault.Error
	var field string
	switch {
	case r.Line < 1 || r.Line > len(o.Lines):
		f, field = fault.New(fault.Invalid, "purchase.line_missing"), "line"
	case r.Quantity < 0:
		f, field = fault.New(fault.Invalid, "purchase.quantity_negative"), "quantity"
	case !r.Quantity.InBounds():
		f, field = fault.New(fault.Invalid, "value.too_large"), "quantity"
	case r.Price != nil && *r.Price < 0:
		f, field = fault.New(fault.Invalid, "purchase.price_negative"), "price"
	case r.Produced != nil && *r.Produced > today:
		f, field = fault.New(fault.Invalid, "purchase.produced_future"), "produced"
	case r.Produced != nil && r.Expiry != nil && *r.Expiry < *r.Produced:
		f, field = fault.New(fault.Invalid, "purchase.expiry_before_produced"), "expiry"
	case len([]rune(r.Lot)) > maxLot:
		f, field = fault.New(fault.Invalid, "purchase.lot_too_long", fault.A("n", maxLot)), "lot"
	default:
		return nil
	}
	return f.WithField(RowField(field, i))
}

// arrive adds goods to their line. Their value is the price without tax and the
// line's share of the freight; the shares of all deliveries of a line add up to the
// line's exactly, because each is the difference of two sums rounded the same way.
func (o *Order) arrive(r ReceiptLine, freight money.Amount) (DeliveryLine, error) {
	l := &o.Lines[r.Line-1]
	d := DeliveryLine{Line: r.Line, ProductID: l.ProductID, Quantity: r.Quantity, Price: l.AgreedPrice(), Lot: r.Lot, Produced: r.Produced, Expiry: r.Expiry}
	if r.Price != nil {
		d.Price = *r.Price
	}
	var err error
	if d.Total, err = money.Line(d.Quantity, d.Price, o.Currency); err != nil {
		return d, err
	}
	before, err := l.freightOf(freight)
	if err != nil {
		return d, err
	}
	if l.Received, err = l.Received.Add(r.Quantity); err != nil {
		return d, err
	}
	after, err := l.freightOf(freight)
	if err != nil {
		return d, err
	}
	d.Value, err = o.net(d.Total, l.TaxRate).Add(after - before)
	return d, err
}

// freightOf is the part of the line's freight that what arrived so far bears.
func (l OrderLine) freightOf(freight money.Amount) (money.Amount, error) {
	whole := l.Promised()
	if whole == 0 { // it came although it was refused
		return 0, nil
	}
	part, err := money.MulDiv(int64(freight), int64(min(l.Received, whole)), int64(whole))
	return money.Amount(part), err
}

// leadTimes is what a delivery teaches: one row a line, however many lots.
func (o *Order) leadTimes(d Delivery) []LeadTime {
	if d.LeadTime == nil {
		return nil
	}
	var rows []LeadTime
	for _, l := range d.Lines {
		if slices.ContainsFunc(rows, func(r LeadTime) bool { return r.Line == l.Line }) {
			continue
		}
		rows = append(rows, LeadTime{
			SupplierID: o.SupplierID, ProductID: l.ProductID, ReceiptID: d.ID, Line: l.Line, SentDay: *o.SentDay, Days: *d.LeadTime,
		})
	}
	return rows
}

// RowField names the field of one of several rows, as forms do: quantity[2].
func RowField(name string, row int) string { return name + "[" + strconv.Itoa(row) + "]" }
