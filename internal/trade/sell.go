package trade

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Deals keeps the rows between two shops. Each method works for either side and answers
// a third shop as if the row were nowhere. Writes need a transaction in ctx.
type Deals interface {
	Deal(ctx context.Context, id ident.ID) (Deal, error)
	// Deals reads those of one side, the latest first; open ones only, when so asked.
	Deals(ctx context.Context, q DealQuery) ([]Deal, error)
	// InsertDeal writes a new one of the shop in ctx.
	InsertDeal(ctx context.Context, d Deal) error
	// UpdateDeal replaces what changes of the one with the version before; false when
	// there is none such.
	UpdateDeal(ctx context.Context, d Deal) (bool, error)
}

// DealQuery asks for deals of one side.
type DealQuery struct {
	Selling bool  // those that came to the shop; else those that it sent
	State   State // "": any
	Before  day.Micros
	Limit   int
}

// Orders are the buyer's purchase orders. The purchase's service is one.
type Orders interface {
	Draft(ctx context.Context, drafts []purchase.DraftOrder) ([]purchase.Order, error)
	Order(ctx context.Context, id ident.ID) (purchase.Order, error)
	Confirm(ctx context.Context, id ident.ID, version int64, lines []purchase.ConfirmLine) (purchase.Order, error)
	Cancel(ctx context.Context, id ident.ID) (purchase.Order, error)
}

// Ledger books what leaves and keeps what is promised. The stock's service is one.
type Ledger interface {
	Allocate(ctx context.Context, lines []stock.Allocation) error
	Release(ctx context.Context, sourceID ident.ID, line *int, quantity *measure.Quantity) error
	OfSource(ctx context.Context, sourceID ident.ID) ([]stock.Movement, error)
	LotInfo(ctx context.Context, lotIDs []ident.ID) (map[ident.ID]stock.Lot, error)
	Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error)
}

// Sales books what was sold. The sales' service is one.
type Sales interface {
	Record(ctx context.Context, r sales.Request) (sales.Sale, bool, []stock.Warning, error)
}

// Houses finds a shop by its number. The shop's service does.
type Houses interface {
	ByID(ctx context.Context, id tenant.ShopID) (shop.Shop, error)
}

// Desk is what a shop needs to sell to another.
type Desk struct {
	Deals  Deals
	Orders Orders
	Ledger Ledger
	Sales  Sales
	Houses Houses
}

// SetDesk lets shops send one another orders.
func (s *Service) SetDesk(d Desk) { s.desk = d }

// Channel is the channel of sales to other shops.
const Channel = "shops"

// across runs fn as the other side of a deal: the one way from a shop into another. The
// other shop acts by itself there; who works here is told there by nobody.
func (s *Service) across(ctx context.Context, d Deal, fn func(context.Context) error) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	other := d.From
	if scope.Shop == d.From {
		other = d.To
	} else if scope.Shop != d.To {
		return fault.New(fault.NotFound, "trade.deal_missing")
	}
	in, err := s.desk.Houses.ByID(ctx, other)
	if err != nil {
		return err
	}
	return fn(shop.Acting(ctx, in))
}

// Deal reads one of either side; NotFound for everybody else.
func (s *Service) Deal(ctx context.Context, id ident.ID) (Deal, error) {
	d, err := s.desk.Deals.Deal(ctx, id)
	return d, missing(err, "trade.deal_missing")
}

// MaxDeals is how many deals a page has.
const MaxDeals = 50

// Deals reads a page of one side, the latest first.
func (s *Service) Deals(ctx context.Context, q DealQuery) ([]Deal, error) {
	if q.Limit <= 0 || q.Limit > MaxDeals+1 {
		q.Limit = MaxDeals
	}
	return s.desk.Deals.Deals(ctx, q)
}

// Waiting counts the orders from other shops that nobody has answered, up to a page.
func (s *Service) Waiting(ctx context.Context) (int, error) {
	list, err := s.Deals(ctx, DealQuery{Selling: true, State: Sent})
	return len(list), err
}

// Here reads what the shop has of products.
func (s *Service) Here(ctx context.Context, ids []ident.ID) (map[ident.ID]stock.Balance, error) {
	return s.desk.Ledger.Balances(ctx, ids)
}

// HasDeal reports whether an order of the shop went to another shop.
func (s *Service) HasDeal(ctx context.Context, id ident.ID) (bool, error) {
	_, err := s.desk.Deals.Deal(ctx, id)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	return err == nil, err
}

// selling changes a deal of which the shop is the seller, in one transaction.
func (s *Service) selling(ctx context.Context, id ident.ID, version int64, action string, rule func(ctx context.Context, d *Deal) (bool, error)) (Deal, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Deal{}, err
	}
	var d Deal
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if d, err = s.Deal(ctx, id); err != nil {
			return err
		}
		if d.To != scope.Shop {
			return fault.New(fault.NotFound, "trade.deal_missing")
		}
		before := d.Version
		changed, err := rule(ctx, &d)
		if err != nil || !changed {
			return err
		}
		if version != 0 && before != version {
			return stale()
		}
		return s.journal.Record(ctx, action, d.ID, map[string]any{"number": d.Number, "from": d.FromName, "state": string(d.State)})
	})
	return d, err
}

// put writes a changed deal.
func (s *Service) put(ctx context.Context, d *Deal) error {
	d.Version++
	ok, err := s.desk.Deals.UpdateDeal(ctx, *d)
	if err == nil && !ok {
		err = stale()
	}
	return err
}

// Confirm promises goods to another shop, sets them aside here and notes the promise on
// the buyer's order. The same answer again changes nothing.
func (s *Service) Confirm(ctx context.Context, id ident.ID, version int64, r Reply) (Deal, error) {
	return s.selling(ctx, id, version, "deal.confirm", func(ctx context.Context, d *Deal) (bool, error) {
		before := *d
		if err := d.confirm(r, day.At(s.now())); err != nil {
			return false, err
		}
		if before.State == Confirmed && before.Due == d.Due && slices.Equal(before.Lines, d.Lines) {
			*d = before
			return false, nil
		}
		if err := s.allocate(ctx, *d); err != nil {
			return false, err
		}
		if err := s.put(ctx, d); err != nil {
			return false, err
		}
		return true, s.across(ctx, *d, func(ctx context.Context) error {
			_, err := s.desk.Orders.Confirm(ctx, d.ID, 0, d.promises())
			return err
		})
	})
}

// promises is the deal's answer in the words of the buyer's order.
func (d Deal) promises() []purchase.ConfirmLine {
	out := make([]purchase.ConfirmLine, len(d.Lines))
	for i, l := range d.Lines {
		out[i] = purchase.ConfirmLine{Line: l.Line, Agreed: purchase.Agreed{Quantity: l.Promised, Price: l.Agreed, Day: d.Due}}
	}
	return out
}

// allocate sets aside what the deal promises and has not shipped.
func (s *Service) allocate(ctx context.Context, d Deal) error {
	if err := s.desk.Ledger.Release(ctx, d.ID, nil, nil); err != nil {
		return err
	}
	var lines []stock.Allocation
	for _, l := range d.Lines {
		if q := l.Owed(); q > 0 && !l.ProductID.IsNil() {
			lines = append(lines, stock.Allocation{SourceID: d.ID, SourceLine: l.Line, ProductID: l.ProductID, Quantity: q})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return s.desk.Ledger.Allocate(ctx, lines)
}

// Refuse tells another shop that nothing will come; its order is cancelled. Refusing
// again changes nothing.
func (s *Service) Refuse(ctx context.Context, id ident.ID, version int64, reason string) (Deal, error) {
	reason, err := catalog.CleanText(reason, MaxAbout)
	if err != nil {
		return Deal{}, err
	}
	return s.selling(ctx, id, version, "deal.refuse", func(ctx context.Context, d *Deal) (bool, error) {
		if d.State == Refused {
			return false, nil
		}
		if err := d.refuse(reason, day.At(s.now())); err != nil {
			return false, err
		}
		if err := s.desk.Ledger.Release(ctx, d.ID, nil, nil); err != nil {
			return false, err
		}
		if err := s.put(ctx, d); err != nil {
			return false, err
		}
		return true, s.across(ctx, *d, func(ctx context.Context) error {
			_, err := s.desk.Orders.Cancel(ctx, d.ID)
			return err
		})
	})
}

// Sending is goods that leave: quantities by line; none: all that is owed.
type Sending struct {
	ClientID ident.ID // the same again changes nothing
	Lines    map[int]measure.Quantity
	Note     string
}

// Ship books goods that leave for another shop as a sale, out of the lots that go first,
// and tells the buyer which lots come.
func (s *Service) Ship(ctx context.Context, id ident.ID, in Sending) (Deal, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Deal{}, err
	}
	if in.Note, err = catalog.CleanText(in.Note, MaxAbout); err != nil {
		return Deal{}, err
	}
	if in.ClientID.IsNil() {
		return Deal{}, fault.New(fault.Invalid, "web.bad_id").WithField("client_id")
	}
	return s.selling(ctx, id, 0, "deal.ship", func(ctx context.Context, d *Deal) (bool, error) {
		sending := ident.Derive(d.ID, in.ClientID[:])
		if slices.ContainsFunc(d.Shipments, func(sh Shipment) bool { return sh.ID == sending }) {
			return false, nil
		}
		quantities, err := d.leaving(in.Lines)
		if err != nil {
			return false, err
		}
		now := s.now()
		sh := Shipment{ID: sending, Day: day.Of(now, scope.Zone), At: day.At(now), Note: in.Note}
		if d.State != Confirmed {
			return false, illegal("ship")
		}
		if sh.Lines, err = s.sell(ctx, *d, sh, quantities); err != nil {
			return false, err
		}
		if err := d.ship(sh, quantities); err != nil {
			return false, err
		}
		if err := s.allocate(ctx, *d); err != nil {
			return false, err
		}
		return true, s.put(ctx, d)
	})
}

// leaving checks what is to leave; nothing said is all that is owed.
func (d Deal) leaving(asked map[int]measure.Quantity) (map[int]measure.Quantity, error) {
	out := map[int]measure.Quantity{}
	for i, l := range d.Lines {
		q, said := asked[l.Line]
		if !said && len(asked) == 0 {
			q = l.Owed()
		}
		switch {
		case q < 0:
			return nil, fault.New(fault.Invalid, "purchase.quantity_negative").WithField(rowField("ships", i))
		case !q.InBounds():
			return nil, fault.New(fault.Invalid, "value.too_large").WithField(rowField("ships", i))
		case q > 0:
			out[l.Line] = q
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "trade.nothing_ships").WithField(rowField("ships", 0))
	}
	return out, nil
}

// saleOf is the sale of the lines of a shipment from one on.
func saleOf(shipment ident.ID, at int) ident.ID {
	return ident.Derive(shipment, binary.BigEndian.AppendUint32(nil, uint32(at)))
}

// sell books a shipment as sales, as many lines to each as one may have, and gives the
// lots that left.
func (s *Service) sell(ctx context.Context, d Deal, sh Shipment, quantities map[int]measure.Quantity) ([]ShippedLine, error) {
	var lines []DealLine
	for _, l := range d.Lines {
		if quantities[l.Line] > 0 {
			lines = append(lines, l)
		}
	}
	var out []ShippedLine
	for at := 0; at < len(lines); at += sales.MaxLines {
		part := lines[at:min(at+sales.MaxLines, len(lines))]
		r := sales.Request{ClientID: saleOf(sh.ID, at), Channel: Channel}
		for _, l := range part {
			price := l.Agreed
			r.Lines = append(r.Lines, sales.RequestLine{ProductID: l.ProductID, Quantity: int64(quantities[l.Line]), Price: &price})
		}
		if _, _, _, err := s.desk.Sales.Record(ctx, r); err != nil {
			return nil, err
		}
		left, err := s.lots(ctx, r.ClientID, part, quantities)
		if err != nil {
			return nil, err
		}
		out = append(out, left...)
	}
	return out, nil
}

// lots tells out of which lots a sale went. Of goods whose stock nobody knows it is no
// lot that can be told.
func (s *Service) lots(ctx context.Context, sale ident.ID, lines []DealLine, quantities map[int]measure.Quantity) ([]ShippedLine, error) {
	moved, err := s.desk.Ledger.OfSource(ctx, sale)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	for _, m := range moved {
		ids = append(ids, m.LotID)
	}
	known, err := s.desk.Ledger.LotInfo(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []ShippedLine
	for i, l := range lines {
		left := quantities[l.Line]
		for _, m := range moved {
			if m.SourceLine != i+1 || m.Quantity >= 0 {
				continue
			}
			lot := known[m.LotID]
			out = append(out, ShippedLine{Line: l.Line, Quantity: -m.Quantity, Lot: lot.Code, Expiry: lot.Expiry})
			left += m.Quantity
		}
		if left > 0 {
			out = append(out, ShippedLine{Line: l.Line, Quantity: left})
		}
	}
	return out, nil
}

// OrderChanged follows the shop's purchase orders: one that is sent to a shop of the
// installation becomes a deal, and what happens to it here is told there. It is a
// purchase.Follower and runs in the order's transaction.
func (s *Service) OrderChanged(ctx context.Context, o purchase.Order) error {
	if s.desk.Deals == nil || o.State == purchase.Draft {
		return nil
	}
	d, err := s.desk.Deals.Deal(ctx, o.ID)
	switch {
	case errors.Is(err, ErrMissing) && o.State == purchase.Sent:
		return s.send(ctx, o)
	case errors.Is(err, ErrMissing):
		return nil
	case err != nil:
		return err
	}
	now := day.At(s.now())
	quantities := make([]measure.Quantity, len(o.Lines))
	for i, l := range o.Lines {
		quantities[i] = l.Received
	}
	changed := d.received(quantities)
	switch o.State {
	case purchase.Cancelled:
		changed = d.end(Cancelled, now) || changed
	case purchase.Received, purchase.ClosedShort:
		changed = d.end(Done, now) || changed
	default:
		changed = d.reopen() || changed
	}
	if !changed {
		return nil
	}
	if d.State == Cancelled { // what was set aside is free again
		err := s.across(ctx, d, func(ctx context.Context) error {
			if err := s.desk.Ledger.Release(ctx, d.ID, nil, nil); err != nil {
				return err
			}
			return s.journal.Record(ctx, "deal.cancelled", d.ID, map[string]any{"number": d.Number, "from": d.FromName})
		})
		if err != nil {
			return err
		}
	}
	return s.put(ctx, &d)
}

// send makes a deal of an order, when its supplier is a shop.
func (s *Service) send(ctx context.Context, o purchase.Order) error {
	partner, err := s.store.Partner(ctx, o.SupplierID)
	if errors.Is(err, ErrMissing) {
		return nil
	}
	if err != nil {
		return err
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	supplier, err := s.catalog.Supplier(ctx, o.SupplierID)
	if err != nil {
		return err
	}
	d := Deal{
		ID: o.ID, From: scope.Shop, To: partner, Number: o.NumberText(), FromName: scope.ShopName, ToName: supplier.Name, Currency: o.Currency.Code,
		PricesIncludeTax: o.PricesIncludeTax, State: Sent, Wanted: o.DueDay, Due: o.DueDay, Freight: o.Freight, Note: o.Note, SentAt: day.At(s.now()), Version: 1,
	}
	entries, err := s.theirs(ctx, o)
	if err != nil {
		return err
	}
	for _, l := range o.Lines {
		line := DealLine{Line: l.Line, Name: l.ProductName, Code: l.SupplierCode, Unit: l.Unit, Pack: l.Pack, Quantity: l.Quantity, Price: l.Price, TaxRate: l.TaxRate}
		if e, ok := entries[l.ProductID]; ok && e.Shop == partner && e.Unit == l.Unit {
			line.ProductID, line.Name, line.Code = e.ProductID, e.Name, e.Code
		}
		d.Lines = append(d.Lines, line)
	}
	return s.desk.Deals.InsertDeal(ctx, d)
}

// theirs finds the listings from which the order's products were taken.
func (s *Service) theirs(ctx context.Context, o purchase.Order) (map[ident.ID]Entry, error) {
	all, err := s.store.Followed(ctx)
	if err != nil {
		return nil, err
	}
	var ids []ident.ID
	product := map[ident.ID]ident.ID{}
	for _, f := range all {
		if f.SupplierID == o.SupplierID {
			ids, product[f.ListingID] = append(ids, f.ListingID), f.ProductID
		}
	}
	found, err := s.store.Entries(ctx, ids)
	out := map[ident.ID]Entry{}
	for _, e := range found {
		out[product[e.ID]] = e
	}
	return out, err
}
