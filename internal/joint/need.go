package joint

import (
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/joint/share"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
)

// grain is the least part into which goods can be shared: half a kilogram of what is
// weighed, one piece of what is counted, or the supplier's pack where that does not go
// into it.
func grain(unit string, step measure.Quantity) measure.Quantity {
	least := measure.Quantity(measure.Thousandths)
	if u, ok := measure.UnitByCode(unit); ok && u.Dimension == measure.Mass {
		least /= 2
	}
	if step%least != 0 {
		return step
	}
	return least
}

// termsOf are a supplier's terms for one order of an offer alone.
func termsOf(o catalog.Offer, s catalog.Supplier, unit string, c money.Currency) (share.Terms, error) {
	step, err := o.Pack.Size()
	if err != nil {
		return share.Terms{}, err
	}
	return share.Terms{
		Step: step, Grain: grain(unit, step), Minimum: o.Minimum, Price: o.Price, Breaks: slices.Clone(o.Breaks), Freight: s.Freight,
		FreeFrom: s.FreeFreightFrom, Least: s.MinimumOrder, Currency: c,
	}, nil
}

// needOf is what a suggestion would order if the supplier sold as little as one likes:
// the person's quantity, where one was chosen.
func needOf(r restock.Suggestion) measure.Quantity {
	if r.Override != nil {
		return *r.Override
	}
	if choice := r.Trace.Result.Choice; choice != nil && choice.Wanted > 0 && choice.Wanted < r.Quantity {
		return choice.Wanted
	}
	return r.Quantity
}

// Need reads from the stored suggestions what the shop wants of a product; 0: nothing, or
// it is ordered or put off.
func (s *Service) Need(ctx context.Context, product ident.ID) (measure.Quantity, error) {
	rows, err := s.rooms.Suggestions.Suggestions(ctx, []ident.ID{product})
	if err != nil || len(rows) == 0 || rows[0].State != restock.Open {
		return 0, err
	}
	return needOf(rows[0]), nil
}

// market is what the shop's own suppliers ask.
type market struct {
	offers    map[ident.ID][]catalog.Offer
	suppliers map[ident.ID]catalog.Supplier
	currency  money.Currency
}

func (s *Service) market(ctx context.Context, products []ident.ID) (m market, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return m, err
	}
	m.currency = scope.Currency
	if m.offers, err = s.rooms.Catalog.Offers(ctx, products); err != nil {
		return m, err
	}
	list, err := s.rooms.Catalog.Suppliers(ctx, false)
	m.suppliers = make(map[ident.ID]catalog.Supplier, len(list))
	for _, one := range list {
		m.suppliers[one.ID] = one
	}
	return m, err
}

// alone is what a quantity of a product costs where the shop would buy it without the
// others, with or without tax as the joint order's prices are; nil when nobody sells as
// little as that with the tolerance.
func (m market) alone(product ident.ID, wanted, tolerance measure.Quantity, withTax bool) (*money.Amount, catalog.Offer) {
	var best *money.Amount
	var from catalog.Offer
	for _, o := range m.offers[product] {
		supplier, ok := m.suppliers[o.SupplierID]
		if !ok || o.Price <= 0 || o.Minimum > wanted+tolerance {
			continue
		}
		cost, err := asStated(o, supplier, withTax).Landed(untaxed(supplier), wanted, m.currency)
		if err != nil { // beyond all bounds: nothing to compare with
			continue
		}
		if best == nil || cost < *best {
			best, from = &cost, o
		}
	}
	return best, from
}

// asStated gives an offer with prices as the joint order states them.
func asStated(o catalog.Offer, s catalog.Supplier, withTax bool) catalog.Offer {
	if s.PricesIncludeTax == withTax {
		return o
	}
	change := money.Price.WithTax
	if s.PricesIncludeTax {
		change = money.Price.NetOfTax
	}
	o.Price, o.Breaks = change(o.Price, o.TaxRate), slices.Clone(o.Breaks)
	for i := range o.Breaks {
		o.Breaks[i].Price = change(o.Breaks[i].Price, o.TaxRate)
	}
	return o
}

// untaxed is the supplier with prices that are taken as they stand.
func untaxed(s catalog.Supplier) catalog.Supplier {
	s.PricesIncludeTax = false
	return s
}

// Candidate is an offer that is out of reach for the shop alone and would be cheaper.
type Candidate struct {
	Product  catalog.Product
	Offer    catalog.Offer
	Supplier catalog.Supplier
	Need     measure.Quantity
	Target   measure.Quantity // the least that the supplier sells, or from where the price falls
	Break    bool             // Target is a price break
	Alone    *money.Amount    // what Need costs alone; nil: not to be had
	Together money.Amount     // what Need would cost of an order of Target
}

// Saving is Alone less Together; false when there is nothing to compare with.
func (c Candidate) Saving() (money.Amount, bool) {
	if c.Alone == nil {
		return 0, false
	}
	return *c.Alone - c.Together, true
}

const (
	// maxCandidates is how many a page shows, mostTraces how many suggestions are read whole
	// for them.
	maxCandidates, mostTraces = 6, 60
	// reach is how many times its own need a shop may hope to bring together.
	reach = 12
)

// Candidates reads from the stored suggestions what would be worth ordering together, what
// saves most first.
func (s *Service) Candidates(ctx context.Context) ([]Candidate, error) {
	rows, err := s.rooms.Suggestions.ToOrder(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ProductID
	}
	m, err := s.market(ctx, ids)
	if err != nil {
		return nil, err
	}
	ids = ids[:0]
	for _, r := range rows {
		q := r.Chosen()
		beyond := func(o catalog.Offer) bool {
			return o.Minimum >= q || slices.ContainsFunc(o.Breaks, func(b catalog.Break) bool { return b.From > q })
		}
		if len(ids) < mostTraces && slices.ContainsFunc(m.offers[r.ProductID], beyond) {
			ids = append(ids, r.ProductID)
		}
	}
	whole, err := s.rooms.Suggestions.Suggestions(ctx, ids)
	if err != nil {
		return nil, err
	}
	products, err := s.rooms.Catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []Candidate
	for _, r := range whole {
		if c, ok := m.candidate(products[r.ProductID], up(needOf(r), grain(products[r.ProductID].BaseUnit, 0))); ok {
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		x, _ := a.Saving()
		y, _ := b.Saving()
		return cmp.Compare(y, x)
	})
	return out[:min(len(out), maxCandidates)], nil
}

// candidate is the offer of a product with which ordering together saves most.
func (m market) candidate(p catalog.Product, need measure.Quantity) (best Candidate, found bool) {
	if need <= 0 {
		return best, false
	}
	for _, o := range m.offers[p.ID] {
		supplier, ok := m.suppliers[o.SupplierID]
		if !ok || supplier.Usual || o.Price <= 0 {
			continue
		}
		alone, _ := m.alone(p.ID, need, 0, supplier.PricesIncludeTax)
		for _, t := range targets(o, need) {
			c := Candidate{Product: p, Offer: o, Supplier: supplier, Need: need, Target: t, Break: t != o.Minimum, Alone: alone}
			if !c.reckon(m.currency) {
				continue
			}
			saving, compared := c.Saving()
			if compared && saving <= 0 {
				continue
			}
			if known, _ := best.Saving(); !found || saving > known {
				best, found = c, true
			}
		}
	}
	return best, found
}

// targets are the quantities of an offer that are out of reach for one shop.
func targets(o catalog.Offer, need measure.Quantity) (out []measure.Quantity) {
	within := func(q measure.Quantity) bool { return q > need && q/reach <= need }
	if within(o.Minimum) {
		out = append(out, o.Minimum)
	}
	for _, b := range o.Breaks {
		if within(b.From) && b.From > o.Minimum {
			out = append(out, b.From)
		}
	}
	return out
}

// reckon works out what the need costs as a part of an order of the target.
func (c *Candidate) reckon(cur money.Currency) bool {
	step, err := c.Offer.Pack.Size()
	if err != nil {
		return false
	}
	total, err := measure.CeilTo(c.Target, step, c.Offer.Minimum)
	if err != nil {
		return false
	}
	goods, err := money.Line(total, c.Offer.PriceAt(total), cur)
	if err != nil {
		return false
	}
	freight := c.Supplier.Freight
	if free := c.Supplier.FreeFreightFrom; free != nil && goods >= *free {
		freight = 0
	}
	part, err := money.MulDiv(int64(goods+freight), int64(c.Need), int64(total))
	c.Together = money.Amount(part)
	return err == nil
}

// match finds the product of the shop that the goods are: by barcode, else the one of the
// same name counted in the same unit; and others that they may be.
func (s *Service) match(ctx context.Context, g Goods) (chosen ident.ID, like []catalog.Product, err error) {
	page, err := s.rooms.Catalog.List(ctx, catalog.Query{Text: g.Name, Limit: 20})
	if err != nil {
		return ident.Nil, nil, err
	}
	for _, p := range page.Products {
		if p.BaseUnit == g.Unit && !p.Archived {
			like = append(like, p)
		}
	}
	if at := slices.IndexFunc(like, func(p catalog.Product) bool { return p.Name == g.Name }); at >= 0 {
		chosen = like[at].ID
	}
	if len(g.Barcodes) == 0 {
		return chosen, like, nil
	}
	known, err := s.rooms.Catalog.Barcodes(ctx)
	if err != nil {
		return ident.Nil, nil, err
	}
	for _, code := range g.Barcodes {
		id, ok := known[code]
		if !ok {
			continue
		}
		p, err := s.rooms.Catalog.Product(ctx, id)
		if err != nil {
			return ident.Nil, nil, err
		}
		if p.BaseUnit == g.Unit && !p.Archived {
			if !slices.ContainsFunc(like, func(l catalog.Product) bool { return l.ID == id }) {
				like = append([]catalog.Product{p}, like...)
			}
			return id, like, nil
		}
	}
	return chosen, like, nil
}
