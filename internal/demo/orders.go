package demo

import (
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// survey is what must be known of the past before it is written down: the terms
// as they are at the end, how prices went, and each order with all that came of it.
type survey struct {
	terms  *terms
	quotes []catalog.Quote
	orders []purchase.Past
	// lots are the lots that each delivery brought, by the delivery, line by line.
	lots map[ident.ID][]ident.ID
}

// surveyor walks through the past once.
type surveyor struct {
	survey
	book   bookkeeper
	at     map[ident.ID]int // order → place in orders
	owed   map[ident.ID][]int64
	rivals []int
}

func surveyOf(b bookkeeper, last minute) (survey, error) {
	s := &surveyor{
		survey: survey{terms: termsOf(b.w), lots: map[ident.ID][]ident.ID{}},
		book:   b, at: map[ident.ID]int{}, owed: map[ident.ID][]int64{}, rivals: middlemen(b.w),
	}
	for _, o := range b.w.Offers {
		s.quotes = append(s.quotes, b.quote(o, o.Breaks, b.w.From))
	}
	for e := range until(b.w, last) {
		s.terms.apply(e)
		if err := s.see(e); err != nil {
			return survey{}, err
		}
	}
	return s.survey, nil
}

func (s *surveyor) see(e world.Event) error {
	switch e := e.(type) {
	case *world.OfferChange:
		s.quotes = append(s.quotes, s.book.quote(s.book.w.Offers[e.Offer], e.Breaks, e.Day))
	case *world.OrderSent:
		past, err := s.book.order(e, s.terms, s.rivals)
		if err != nil {
			return err
		}
		s.at[e.ID] = len(s.orders)
		s.orders = append(s.orders, past)
		owed := make([]int64, len(e.Lines))
		for i, l := range e.Lines {
			owed[i] = int64(l.Quantity)
		}
		s.owed[e.ID] = owed
	case *world.Receipt:
		s.arrive(e)
	}
	return nil
}

func (s *surveyor) arrive(e *world.Receipt) {
	past, owed := &s.orders[s.at[e.Order]], s.owed[e.Order]
	past.Deliveries = append(past.Deliveries, s.book.receipt(e))
	for _, l := range e.Lines {
		s.lots[e.ID] = append(s.lots[e.ID], l.Lot.ID)
		owed[l.Line] -= int64(l.Quantity)
	}
	if !e.Final {
		return
	}
	for _, q := range owed {
		past.Short = past.Short || q > 0
	}
	delete(s.owed, e.Order)
}

// quote is what an offer cost from a day on.
func (b bookkeeper) quote(o world.Offer, breaks []world.Break, from day.Date) catalog.Quote {
	return catalog.Quote{
		ProductID: b.w.Products[o.Product].ID, SupplierID: b.w.Suppliers[o.Supplier].ID, Day: from, Price: breaks[0].Price,
	}
}

// order is an order as it left the shop. What a middleman would have cost, with his
// freight and his packs, is noted beside the lines of a direct source.
func (b bookkeeper) order(e *world.OrderSent, t *terms, rivals []int) (purchase.Past, error) {
	supplier := b.w.Suppliers[e.Supplier]
	past := purchase.Past{ID: e.ID, CreatedAt: b.instant(e), SentAt: b.instant(e)}
	past.SupplierID, past.DueDay = supplier.ID, e.Promised
	for _, l := range e.Lines {
		line := purchase.DraftLine{ProductID: b.w.Products[l.Product].ID, Quantity: l.Quantity, Price: l.Price}
		if r := rivals[l.Product]; r >= 0 && b.w.Offers[r].Supplier != e.Supplier {
			rival := b.w.Suppliers[b.w.Offers[r].Supplier]
			landed, err := asked(b.w, r, t).Landed(catalog.Supplier{PricesIncludeTax: true, MinimumOrder: rival.MinOrder, Freight: rival.Freight, FreeFreightFrom: orNil(rival.FreeFrom)},
				l.Quantity, b.w.Shop.Currency)
			if err != nil {
				return past, err
			}
			line.ReferenceCost = &landed
		}
		past.Lines = append(past.Lines, line)
	}
	return past, nil
}

// receipt is a delivery as it came to the door.
func (b bookkeeper) receipt(e *world.Receipt) purchase.Receipt {
	r := purchase.Receipt{ClientID: e.ID, At: b.instant(e)}
	for _, l := range e.Lines {
		r.Lines = append(r.Lines, purchase.ReceiptLine{
			Line: l.Line + 1, Quantity: l.Quantity, Lot: l.Lot.Code, Expiry: expiry(l.Lot),
		})
	}
	return r
}

// expiry is the last day on which a lot may be sold; nil when it keeps.
func expiry(l *world.Lot) *day.Date {
	if l.Expiry == day.None {
		return nil
	}
	d := l.Expiry
	return &d
}
