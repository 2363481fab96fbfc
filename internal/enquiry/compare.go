package enquiry

import (
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Compared is a line with what everybody answered to it.
type Compared struct {
	Line
	Product catalog.Product
	Quotes  []Quote  // the cheapest first, then who cannot, then who has not answered
	Present *Present // whom the shop would buy from today; nil: nobody, or the line is awarded
}

// Quote is what one supplier answered to a line, reckoned for what is asked for.
type Quote struct {
	Invitation Invitation
	Supplier   catalog.Supplier
	Answer     Answer
	Answered   bool
	Lapsed     bool             // the price holds no more
	Buy        measure.Quantity // the least that he sells of it: whole packs, not below his minimum
	Landed     money.Amount     // what the asked quantity comes to on the shelf, see catalog.Offer.Landed
	Cheapest   bool             // of those that can be had
	Before     *money.Amount    // the same by his present offer; nil: he has none
}

// Usable reports whether the line can be given to him.
func (q Quote) Usable() bool { return q.Answered && !q.Answer.Cannot && !q.Lapsed }

// Present is the cheapest of today's offers for what is asked for.
type Present struct {
	SupplierID   ident.ID
	SupplierName string
	Offer        catalog.Offer
	Landed       money.Amount
}

// Saves is by how much the cheapest answer stays below whom the shop would buy from today,
// for what is asked for; false when there are not both.
func (c Compared) Saves() (money.Amount, bool) {
	if c.Present == nil || len(c.Quotes) == 0 || !c.Quotes[0].Usable() {
		return 0, false
	}
	return c.Present.Landed - c.Quotes[0].Landed, true
}

// Better reports whether the cheapest answer is to be proposed: unless today's offer is
// cheaper and its supplier was asked for no other price, or gave none.
func (c Compared) Better() bool {
	saves, ok := c.Saves()
	if !ok || saves >= 0 {
		return len(c.Quotes) > 0 && c.Quotes[0].Usable()
	}
	for _, q := range c.Quotes {
		if q.Supplier.ID == c.Present.SupplierID && q.Answered {
			return true
		}
	}
	return false
}

// Compare reckons the answers to every line of an enquiry against each other and against
// what the suppliers ask today.
func (s *Service) Compare(ctx context.Context, e Enquiry) ([]Compared, error) {
	m, err := s.market(ctx, e)
	if err != nil {
		return nil, err
	}
	out := make([]Compared, len(e.Lines))
	for i, l := range e.Lines {
		if out[i], err = m.compare(e, l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// market is what an enquiry's answers are compared with.
type market struct {
	products  map[ident.ID]catalog.Product
	suppliers map[ident.ID]catalog.Supplier
	offers    map[ident.ID][]catalog.Offer
	currency  money.Currency
	today     day.Date
}

func (s *Service) market(ctx context.Context, e Enquiry) (m market, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return m, err
	}
	m.currency = scope.Currency
	_, m.today = s.moment(scope)
	ids := make([]ident.ID, len(e.Lines))
	for i, l := range e.Lines {
		ids[i] = l.ProductID
	}
	if m.products, err = s.catalog.Products(ctx, ids); err != nil {
		return m, err
	}
	if m.offers, err = s.catalog.Offers(ctx, ids); err != nil {
		return m, err
	}
	m.suppliers, err = s.suppliers(ctx)
	return m, err
}

func (m market) compare(e Enquiry, l Line) (Compared, error) {
	out := Compared{Line: l, Product: m.products[l.ProductID]}
	for _, in := range e.Invitations {
		q, err := m.quote(in, l)
		if err != nil {
			return out, err
		}
		out.Quotes = append(out.Quotes, q)
	}
	class := func(q Quote) int {
		switch {
		case q.Usable():
			return 0
		case q.Answered && !q.Answer.Cannot:
			return 1
		case q.Answered:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(out.Quotes, func(a, b Quote) int {
		return cmp.Or(cmp.Compare(class(a), class(b)), cmp.Compare(a.Landed, b.Landed))
	})
	if len(out.Quotes) > 0 && out.Quotes[0].Usable() {
		out.Quotes[0].Cheapest = true
	}
	if l.Award == nil {
		out.Present = m.present(l)
	}
	return out, nil
}

func (m market) quote(in Invitation, l Line) (q Quote, err error) {
	supplier, p := m.suppliers[in.SupplierID], m.products[l.ProductID]
	q.Invitation, q.Supplier = in, supplier
	if i := slices.IndexFunc(m.offers[p.ID], func(o catalog.Offer) bool { return o.SupplierID == supplier.ID }); i >= 0 && l.Award == nil {
		if cost, err := m.offers[p.ID][i].Landed(supplier, l.Quantity, m.currency); err == nil && m.offers[p.ID][i].Price > 0 {
			q.Before = &cost
		}
	}
	if q.Answer, q.Answered = in.Answer(l.Line); !q.Answered || q.Answer.Cannot {
		return q, nil
	}
	q.Lapsed = l.Award == nil && q.Answer.Lapsed(m.today)
	o := offerOf(q.Answer, supplier.ID, p, m.offers[p.ID])
	if q.Buy, err = bought(o, l.Quantity); err != nil {
		return q, err
	}
	q.Landed, err = o.Landed(supplier, l.Quantity, m.currency)
	return q, err
}

// bought is what has to be ordered to have q.
func bought(o catalog.Offer, q measure.Quantity) (measure.Quantity, error) {
	step, err := o.Pack.Size()
	if err != nil {
		return 0, err
	}
	return measure.CeilTo(q, step, o.Minimum)
}

// present finds whom a line would be bought from today, for least.
func (m market) present(l Line) (best *Present) {
	for _, o := range m.offers[l.ProductID] {
		supplier, ok := m.suppliers[o.SupplierID]
		if !ok || supplier.Archived || o.Price <= 0 {
			continue
		}
		cost, err := o.Landed(supplier, l.Quantity, m.currency)
		if err != nil { // beyond all bounds: nobody buys so
			continue
		}
		if best == nil || cost < best.Landed {
			best = &Present{SupplierID: supplier.ID, SupplierName: supplier.Name, Offer: o, Landed: cost}
		}
	}
	return best
}
