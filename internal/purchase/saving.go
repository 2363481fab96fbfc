package purchase

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Saved is what one lot of a delivery cost on the shelf beside what it would have cost
// from the cheapest other wholesaler by his prices of that day. Amounts are net of tax,
// with their share of the freight.
type Saved struct {
	ReceiptID  ident.ID
	Position   int // in the delivery, from 1
	OrderID    ident.ID
	Line       int // of the order
	ProductID  ident.ID
	SupplierID ident.ID
	Day        day.Date
	Quantity   measure.Quantity
	Cost       money.Amount  // what the ledger booked
	Middleman  *ident.ID     // nil: no other wholesaler sold it that day
	Reference  *money.Amount // what he would have taken
	Estimated  *money.Amount // what the order had promised to save on this quantity; nil: nothing
}

// Amount is Reference less Cost, below zero when the middleman would have been cheaper;
// false without one.
func (s Saved) Amount() (money.Amount, bool) {
	if s.Reference == nil {
		return 0, false
	}
	return *s.Reference - s.Cost, true
}

// SavedDay is what came from a supplier on a day, added up. Compared is the part of Cost
// that has a Reference.
type SavedDay struct {
	Day                       day.Date
	SupplierID                ident.ID
	Lines, ComparedLines      int
	Cost, Compared, Reference money.Amount
	Estimated                 money.Amount
	// The lines of which both what the order promised and what came of it are known.
	KeptLines      int
	Promised, Kept money.Amount
}

// DayOf is a single lot, to be added up.
func DayOf(s Saved) SavedDay {
	d := SavedDay{Day: s.Day, SupplierID: s.SupplierID, Lines: 1, Cost: s.Cost}
	if s.Reference != nil {
		d.ComparedLines, d.Compared, d.Reference = 1, s.Cost, *s.Reference
	}
	if s.Estimated != nil {
		d.Estimated = *s.Estimated
	}
	if came, promised, ok := s.Kept(); ok {
		d.KeptLines, d.Promised, d.Kept = 1, promised, came
	}
	return d
}

// Saving is what was saved over the compared part.
func (d SavedDay) Saving() money.Amount { return d.Reference - d.Compared }

// Plus adds up two of them; the day and the supplier stay.
func (d SavedDay) Plus(o SavedDay) SavedDay {
	d.Lines += o.Lines
	d.ComparedLines += o.ComparedLines
	d.Cost += o.Cost
	d.Compared += o.Compared
	d.Reference += o.Reference
	d.Estimated += o.Estimated
	d.KeptLines += o.KeptLines
	d.Promised += o.Promised
	d.Kept += o.Kept
	return d
}

// SavedQuery narrows savings to the days from From through Through, to an order, a
// supplier; zero values do not narrow. Limit 0 is all.
type SavedQuery struct {
	From, Through   day.Date
	Order, Supplier ident.ID
	Offset, Limit   int
}

// SavedLine is a line of the savings ledger with the names that people know.
type SavedLine struct {
	Saved
	Product                 catalog.Product
	SupplierName, Wholesale string // the supplier; who it is compared with, "" without one
}

// Savings reads the savings ledger, the latest day first.
func (s *Service) Savings(ctx context.Context, q SavedQuery) ([]SavedLine, error) {
	rows, err := s.store.Savings(ctx, q)
	if err != nil {
		return nil, err
	}
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	names, err := s.SupplierNames(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]SavedLine, len(rows))
	for i, r := range rows {
		out[i] = SavedLine{Saved: r, Product: products[r.ProductID], SupplierName: names[r.SupplierID]}
		if r.Middleman != nil {
			out[i].Wholesale = names[*r.Middleman]
		}
	}
	return out, nil
}

// SupplierNames are the names of all suppliers, archived ones included.
func (s *Service) SupplierNames(ctx context.Context) (map[ident.ID]string, error) {
	suppliers, err := s.catalog.Suppliers(ctx, true)
	names := make(map[ident.ID]string, len(suppliers))
	for _, one := range suppliers {
		names[one.ID] = one.Name
	}
	return names, err
}

// Products reads products of orders by id.
func (s *Service) Products(ctx context.Context, ids []ident.ID) (map[ident.ID]catalog.Product, error) {
	return s.catalog.Products(ctx, ids)
}

// SavedDays reads the same added up by day and supplier, the earliest day first.
func (s *Service) SavedDays(ctx context.Context, from, through day.Date) ([]SavedDay, error) {
	return s.store.SavedDays(ctx, from, through)
}

// market is what wholesalers asked, to compare with.
type market struct {
	offers    map[ident.ID][]catalog.Offer
	quotes    map[ident.ID][]catalog.Quote
	suppliers map[ident.ID]catalog.Supplier
}

// marketOf reads what was asked for products.
func (s *Service) marketOf(ctx context.Context, productIDs []ident.ID) (m market, err error) {
	productIDs = slices.Clone(productIDs)
	slices.SortFunc(productIDs, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	productIDs = slices.Compact(productIDs)
	if m.offers, err = s.catalog.Offers(ctx, productIDs); err != nil {
		return m, err
	}
	if m.quotes, err = s.catalog.QuotesOf(ctx, productIDs); err != nil {
		return m, err
	}
	suppliers, err := s.catalog.Suppliers(ctx, true)
	m.suppliers = make(map[ident.ID]catalog.Supplier, len(suppliers))
	for _, one := range suppliers {
		m.suppliers[one.ID] = one
	}
	return m, err
}

// middleman finds who among the other wholesalers would have delivered q of a product
// for least on a day.
func (m market) middleman(product, notFrom ident.ID, q measure.Quantity, on day.Date, c money.Currency) (*ident.ID, *money.Amount) {
	var who *ident.ID
	var least money.Amount
	asked := catalog.Quotes{Day: on, List: m.quotes[product]}
	for _, o := range m.offers[product] {
		supplier, ok := m.suppliers[o.SupplierID]
		if !ok || supplier.Kind != catalog.Wholesaler || supplier.ID == notFrom {
			continue
		}
		then, ok := o.On(asked)
		if !ok || then.Price <= 0 {
			continue
		}
		cost, err := then.Landed(supplier, q, c)
		if err != nil { // beyond all bounds: nothing to compare with
			continue
		}
		if who == nil || cmp.Or(cmp.Compare(cost, least), bytes.Compare(supplier.ID[:], who[:])) < 0 {
			who, least = &supplier.ID, cost
		}
	}
	if who == nil {
		return nil, nil
	}
	return who, &least
}

// Middleman reads what the cheapest wholesaler other than a supplier would take today for
// a quantity of a product, landed and net of tax; nil when none sells it.
func (s *Service) Middleman(ctx context.Context, productID, notFrom ident.ID, q measure.Quantity) (*money.Amount, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	m, err := s.marketOf(ctx, []ident.ID{productID})
	if err != nil {
		return nil, err
	}
	_, cost := m.middleman(productID, notFrom, q, s.moment(scope).day, scope.Currency)
	return cost, nil
}

// compare sets a delivery beside the market.
func (m market) compare(o Order, d Delivery) ([]Saved, error) {
	rows := make([]Saved, 0, len(d.Lines))
	for _, l := range d.Lines {
		row := Saved{
			ReceiptID: d.ID, Position: len(rows) + 1, OrderID: o.ID, Line: l.Line, ProductID: l.ProductID, SupplierID: o.SupplierID,
			Day: d.BusinessDay, Quantity: l.Quantity, Cost: l.Value,
		}
		own, others, err := row.part(o.Lines[l.Line-1])
		if err != nil {
			return nil, err
		}
		if own.Quantity > 0 {
			own.Middleman, own.Reference = m.middleman(l.ProductID, o.SupplierID, own.Quantity, d.BusinessDay, o.Currency)
			if own.Estimated, err = o.meantToSave(l); err != nil {
				return nil, err
			}
			rows = append(rows, own)
		}
		if others.Quantity > 0 {
			others.Position = len(rows) + 1
			rows = append(rows, others)
		}
	}
	return rows, nil
}

// part parts what came into the shop's own and what goes on to others, in the same
// proportion as the line: these save their own money, not the shop's.
func (s Saved) part(l OrderLine) (own, others Saved, err error) {
	own, others = s, s
	quantity, err := money.MulDiv(int64(s.Quantity), int64(l.Quantity-l.ForOthers), int64(l.Quantity))
	if err != nil {
		return own, others, err
	}
	cost, err := money.MulDiv(int64(s.Cost), quantity, max(1, int64(s.Quantity)))
	own.Quantity, own.Cost = measure.Quantity(quantity), money.Amount(cost)
	others.Quantity, others.Cost = s.Quantity-own.Quantity, s.Cost-own.Cost
	return own, others, err
}

// meantToSave is what the order meant to save on the part of a line that a delivery
// brought: at the ordered price, with the freight that it bears.
func (o *Order) meantToSave(d DeliveryLine) (*money.Amount, error) {
	l := o.Lines[d.Line-1]
	if l.ReferenceCost == nil {
		return nil, nil
	}
	reference, err := money.MulDiv(int64(*l.ReferenceCost), int64(d.Quantity), int64(l.Quantity))
	if err != nil {
		return nil, err
	}
	ordered, err := money.Line(d.Quantity, l.Price, o.Currency)
	if err != nil {
		return nil, err
	}
	freight := d.Value - o.net(d.Total, l.TaxRate)
	promise := money.Amount(reference) - o.net(ordered, l.TaxRate) - freight
	return &promise, nil
}

// save compares a delivery that is being booked and keeps what it saved.
func (s *Service) save(ctx context.Context, o Order, d Delivery) error {
	ids := make([]ident.ID, len(d.Lines))
	for i, l := range d.Lines {
		ids[i] = l.ProductID
	}
	m, err := s.marketOf(ctx, ids)
	if err != nil {
		return err
	}
	rows, err := m.compare(o, d)
	if err != nil {
		return err
	}
	return s.store.InsertSavings(ctx, rows)
}

// reconcile proves that the savings ledger says of an order's deliveries what they
// brought and what the books say that it cost, to the cent.
func (s *Service) reconcile(ctx context.Context, o Order, deliveries []Delivery, report func(format string, args ...any)) error {
	rows, err := s.store.Savings(ctx, SavedQuery{Order: o.ID})
	if err != nil {
		return err
	}
	by := map[ident.ID][]Saved{}
	for _, r := range rows {
		by[r.ReceiptID] = append(by[r.ReceiptID], r)
	}
	for _, d := range deliveries {
		mine := by[d.ID]
		delete(by, d.ID)
		if len(mine) < len(d.Lines) || len(mine) > len(d.Lines)+o.shared(d) {
			report("the delivery of %s has %d lines, the savings ledger %d", d.BusinessDay, len(d.Lines), len(mine))
			continue
		}
		if len(d.Lines) == 0 {
			continue
		}
		moved, err := s.ledger.OfSource(ctx, d.ID)
		if err != nil {
			return err
		}
		for _, fault := range reconciled(mine, d, moved) {
			report("%s", fault)
		}
	}
	if len(by) > 0 {
		report("the savings ledger knows %d deliveries that never were", len(by))
	}
	return nil
}

// shared counts what came of lines of which a part goes on to others: each may stand in
// the savings ledger twice.
func (o Order) shared(d Delivery) (n int) {
	for _, l := range d.Lines {
		if o.Lines[l.Line-1].ForOthers > 0 {
			n++
		}
	}
	return n
}

func reconciled(rows []Saved, d Delivery, moved []stock.Movement) (wrong []string) {
	type sum struct {
		quantity measure.Quantity
		value    money.Amount
	}
	booked, saved := map[int]sum{}, map[int]sum{}
	for _, m := range moved {
		if m.Kind == stock.Receipt && m.Source == Source {
			b := booked[m.SourceLine]
			booked[m.SourceLine] = sum{b.quantity + m.Quantity, b.value + m.Value}
		}
	}
	for _, r := range rows {
		b := saved[r.Line]
		saved[r.Line] = sum{b.quantity + r.Quantity, b.value + r.Cost}
	}
	for line, b := range booked {
		if saved[line] != b {
			wrong = append(wrong, fmt.Sprintf("line %d of the delivery of %s: the ledger booked %d at %d, the savings ledger says %d at %d",
				line, d.BusinessDay, b.quantity, b.value, saved[line].quantity, saved[line].value))
		}
	}
	slices.Sort(wrong)
	return wrong
}
