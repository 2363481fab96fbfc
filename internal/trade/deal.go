package trade

import (
	"slices"
	"strconv"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// State is how far an order between two shops has come.
type State string

// The states.
const (
	Sent      State = "sent"
	Confirmed State = "confirmed"
	Shipped   State = "shipped" // all that was promised has left
	Refused   State = "refused"
	Cancelled State = "cancelled" // by the buyer
	Done      State = "done"      // the buyer has it, or gave up the rest
)

// Closed reports whether nothing can happen to the deal any more.
func (s State) Closed() bool { return s == Refused || s == Cancelled || s == Done }

// DealLine is one product of a deal. Quantities count the base unit, which both sides
// share; names and codes are the seller's where the line was taken from a listing.
type DealLine struct {
	Line       int
	ProductID  ident.ID // the seller's; zero: he has not said which it is
	Name, Code string
	Unit       string
	Pack       measure.Pack
	Quantity   measure.Quantity // as ordered
	Price      money.Price      // as ordered
	TaxRate    int
	Promised   measure.Quantity
	Agreed     money.Price
	Shipped    measure.Quantity
	Received   measure.Quantity
}

// Owed is what was promised and has not been shipped.
func (l DealLine) Owed() measure.Quantity { return max(0, l.Promised-l.Shipped) }

// ShippedLine is one lot of a shipment.
type ShippedLine struct {
	Line     int
	Quantity measure.Quantity
	Lot      string
	Expiry   *day.Date
}

// Shipment is goods that left the seller together.
type Shipment struct {
	ID    ident.ID
	Day   day.Date // the seller's
	At    day.Micros
	Note  string
	Lines []ShippedLine
	// TakenBack is when the seller took it back, and Why; nil: it stands.
	TakenBack *day.Micros `json:",omitempty"`
	Why       string      `json:",omitempty"`
}

// quantities are what of each line went, in all lots.
func (s Shipment) quantities() map[int]measure.Quantity {
	out := map[int]measure.Quantity{}
	for _, l := range s.Lines {
		out[l.Line] += l.Quantity
	}
	return out
}

// Underway reports whether a shipment stands.
func (d Deal) Underway() bool {
	return slices.ContainsFunc(d.Shipments, func(s Shipment) bool { return s.TakenBack == nil })
}

// Deal is an order between two shops: the one document that both have.
type Deal struct {
	ID               ident.ID // of the buyer's order
	From, To         tenant.ShopID
	Number           string
	FromName, ToName string
	Currency         string
	PricesIncludeTax bool
	State            State
	Wanted, Due      day.Date
	Freight          money.Amount
	Note, Reason     string
	Lines            []DealLine
	Shipments        []Shipment
	SentAt           day.Micros
	AnsweredAt       *day.Micros
	ClosedAt         *day.Micros
	Version          int64
	// Source is the seller's own order that brings the goods; zero: they come out of his
	// stock.
	Source ident.ID
}

// Total is what is to be paid for the lines as they stand, without the freight.
func (d Deal) Total(c money.Currency) (money.Amount, error) {
	var sum money.Amount
	for _, l := range d.Lines {
		q, p := l.Quantity, l.Price
		if d.State != Sent {
			q, p = l.Promised, l.Agreed
		}
		total, err := money.Line(q, p, c)
		if err == nil {
			sum, err = sum.Add(total)
		}
		if err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// Promise is what the seller answers of one line.
type Promise struct {
	Line      int
	Quantity  measure.Quantity // 0: none of it
	Price     money.Price
	ProductID ident.ID // which of his products it is; zero: as the line says
}

// Reply is the seller's answer to a deal.
type Reply struct {
	Due   day.Date
	Lines []Promise
}

// rowField names the field of one of several rows, as forms do: quantity[2].
func rowField(name string, row int) string { return name + "[" + strconv.Itoa(row) + "]" }

func illegal(action string) error { return fault.New(fault.Conflict, "trade.illegal."+action) }

// confirm notes what the seller promised. Until something has been shipped he may
// promise something else.
func (d *Deal) confirm(r Reply, at day.Micros) error {
	if d.State != Sent && d.State != Confirmed || d.Underway() {
		return illegal("confirm")
	}
	lines := slices.Clone(d.Lines)
	for i := range lines {
		lines[i].Promised, lines[i].Agreed = lines[i].Quantity, lines[i].Price
	}
	for i, p := range r.Lines {
		if p.Line < 1 || p.Line > len(lines) {
			return fault.New(fault.NotFound, "purchase.line_missing")
		}
		l := &lines[p.Line-1]
		switch {
		case p.Quantity < 0:
			return fault.New(fault.Invalid, "purchase.quantity_negative").WithField(rowField("quantity", i))
		case !p.Quantity.InBounds():
			return fault.New(fault.Invalid, "value.too_large").WithField(rowField("quantity", i))
		case p.Price < 0 || p.Price > money.MaxPrice:
			return fault.New(fault.Invalid, "purchase.price_negative").WithField(rowField("price", i))
		}
		l.Promised, l.Agreed = p.Quantity, p.Price
		if l.ProductID.IsNil() {
			l.ProductID = p.ProductID
		}
		if l.ProductID.IsNil() && l.Promised > 0 {
			return fault.New(fault.Invalid, "trade.which_product").WithField(rowField("product", i))
		}
	}
	if !slices.ContainsFunc(lines, func(l DealLine) bool { return l.Promised > 0 }) {
		return fault.New(fault.Invalid, "purchase.confirm_nothing")
	}
	if r.Due == 0 || r.Due == day.None {
		r.Due = d.Wanted
	}
	d.Lines, d.State, d.Due, d.AnsweredAt = lines, Confirmed, r.Due, &at
	return nil
}

// refuse ends a deal of which nothing has been shipped.
func (d *Deal) refuse(reason string, at day.Micros) error {
	if d.State != Sent && d.State != Confirmed || d.Underway() {
		return illegal("refuse")
	}
	d.State, d.Reason, d.AnsweredAt, d.ClosedAt = Refused, reason, &at, &at
	return nil
}

// ship notes goods that left; quantities by line.
func (d *Deal) ship(s Shipment, quantities map[int]measure.Quantity) error {
	if d.State != Confirmed {
		return illegal("ship")
	}
	for line, q := range quantities {
		if line < 1 || line > len(d.Lines) || d.Lines[line-1].ProductID.IsNil() {
			return fault.New(fault.NotFound, "purchase.line_missing")
		}
		sum, err := d.Lines[line-1].Shipped.Add(q)
		if err != nil {
			return err
		}
		d.Lines[line-1].Shipped = sum
	}
	d.Shipments = append(d.Shipments, s)
	if !slices.ContainsFunc(d.Lines, func(l DealLine) bool { return l.Owed() > 0 }) {
		d.State = Shipped
	}
	return nil
}

// unship notes that goods which left came back to the seller. What of a line the buyer
// has must have come by the shipments that stay; a deal that is closed stays so.
func (d *Deal) unship(i int, why string, at day.Micros) error {
	lines := slices.Clone(d.Lines)
	for line, q := range d.Shipments[i].quantities() {
		l := &lines[line-1]
		if l.Shipped -= q; l.Shipped < l.Received {
			return illegal("unship")
		}
	}
	d.Lines, d.Shipments = lines, slices.Clone(d.Shipments)
	d.Shipments[i].TakenBack, d.Shipments[i].Why = &at, why
	if d.State == Shipped {
		d.State = Confirmed
	}
	return nil
}

// received notes how much of each line the buyer has, and reports whether that is news.
// Goods that came before any answer came as ordered.
func (d *Deal) received(quantities []measure.Quantity) bool {
	changed, some := false, false
	for i, q := range quantities {
		if i < len(d.Lines) {
			changed = changed || d.Lines[i].Received != q
			d.Lines[i].Received = q
			some = some || q > 0
		}
	}
	if some && d.State == Sent {
		for i := range d.Lines {
			d.Lines[i].Promised, d.Lines[i].Agreed = d.Lines[i].Quantity, d.Lines[i].Price
		}
		d.State = Confirmed
	}
	return changed
}

// end closes the deal from the buyer's side, and reports whether that is news.
func (d *Deal) end(s State, at day.Micros) bool {
	if d.State.Closed() {
		return false
	}
	d.State, d.ClosedAt = s, &at
	return true
}

// reopen takes back an end: the buyer took back a delivery.
func (d *Deal) reopen() bool {
	if d.State != Done {
		return false
	}
	d.State, d.ClosedAt = Confirmed, nil
	if !slices.ContainsFunc(d.Lines, func(l DealLine) bool { return l.Owed() > 0 }) {
		d.State = Shipped
	}
	return true
}
