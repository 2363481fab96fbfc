package joint

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Bounds of a joint order.
const (
	MaxAsked = 30 // shops
	MaxDays  = 30 // until the last day to answer
	MaxNote  = 300
	maxList  = 100
)

// Proposal asks neighbours to join an order of an offer.
type Proposal struct {
	ID                ident.ID // the same again answers with the order that it made
	OfferID           ident.ID
	Wanted, Tolerance measure.Quantity
	Until             day.Date
	Note              string
	Neighbours        []ident.ID
}

// Draft is what the form of a proposal begins with.
type Draft struct {
	Product    catalog.Product
	Offer      catalog.Offer
	Supplier   catalog.Supplier
	Goods      Goods
	Need       measure.Quantity
	Alone      *money.Amount // what Need costs alone
	Neighbours []Neighbour
	Until      day.Date
}

// usualDays is how long the others have to answer when nobody says.
const usualDays = 2

// Draft reads what a proposal of an offer would be.
func (s *Service) Draft(ctx context.Context, offer ident.ID) (Draft, error) {
	var d Draft
	scope, err := tenant.Must(ctx)
	if err != nil {
		return d, err
	}
	if d.Offer, err = s.rooms.Catalog.Offer(ctx, offer); err != nil {
		return d, err
	}
	if d.Supplier, err = s.rooms.Catalog.Supplier(ctx, d.Offer.SupplierID); err != nil {
		return d, err
	}
	if d.Product, err = s.rooms.Catalog.Product(ctx, d.Offer.ProductID); err != nil {
		return d, err
	}
	if d.Offer.Archived || d.Supplier.Archived || d.Product.Archived || d.Offer.Price <= 0 {
		return d, fault.New(fault.Conflict, "joint.offer_ended")
	}
	d.Goods = Goods{
		Name: d.Product.Name, Barcodes: slices.Clone(d.Product.Barcodes), Unit: d.Product.BaseUnit, Supplier: d.Supplier.Name, Pack: d.Offer.Pack,
		PricesIncludeTax: d.Supplier.PricesIncludeTax, TaxRate: d.Offer.TaxRate, LeadDays: d.Supplier.LeadTimeDays,
	}
	if d.Offer.LeadTimeDays != nil {
		d.Goods.LeadDays = *d.Offer.LeadTimeDays
	}
	if d.Goods.Terms, err = termsOf(d.Offer, d.Supplier, d.Product.BaseUnit, scope.Currency); err != nil {
		return d, err
	}
	if d.Need, err = s.Need(ctx, d.Product.ID); err != nil {
		return d, err
	}
	d.Need = up(d.Need, d.Goods.Terms.Grain)
	m, err := s.market(ctx, []ident.ID{d.Product.ID})
	if err != nil {
		return d, err
	}
	if d.Need > 0 {
		d.Alone, _ = m.alone(d.Product.ID, d.Need, 0, d.Goods.PricesIncludeTax)
	}
	d.Until = day.Of(s.now(), scope.Zone).Add(usualDays)
	d.Neighbours, err = s.Neighbours(ctx)
	return d, err
}

func up(q, grain measure.Quantity) measure.Quantity { return (q + grain - 1) / grain * grain }

// wish checks what a shop says that it takes.
func wish(wanted, tolerance measure.Quantity, g Goods) error {
	var wrong fault.Fields
	switch {
	case wanted <= 0:
		wrong.Add(fault.New(fault.Invalid, "purchase.quantity_missing").WithField("wanted"))
	case !wanted.InBounds():
		wrong.Add(fault.New(fault.Invalid, "value.too_large").WithField("wanted"))
	}
	switch {
	case tolerance < 0:
		wrong.Add(fault.New(fault.Invalid, "purchase.quantity_negative").WithField("tolerance"))
	case !tolerance.InBounds() || !(wanted + tolerance).InBounds():
		wrong.Add(fault.New(fault.Invalid, "value.too_large").WithField("tolerance"))
	case len(wrong) == 0 && up(wanted, g.Terms.Grain) > wanted+tolerance:
		wrong.Add(fault.New(fault.Invalid, "joint.whole_parts").WithField("wanted"))
	}
	return wrong.Err()
}

// mayPay refuses a person who may not send an order of as much without the owner.
func (s *Service) mayPay(ctx context.Context, most measure.Quantity, g Goods) error {
	scope, err := tenant.Must(ctx)
	if err != nil || scope.Role.AtLeast(tenant.Owner) {
		return err
	}
	house, err := s.rooms.Houses.Get(ctx)
	if err != nil || house.ApproveAbove == nil {
		return err
	}
	goods, err := money.Line(most, g.Terms.Price, g.Terms.Currency)
	if err != nil {
		return err
	}
	if !g.PricesIncludeTax {
		goods += money.TaxOn(goods, g.TaxRate)
	}
	if goods+g.Terms.Freight > *house.ApproveAbove {
		return fault.New(fault.Invalid, "joint.needs_owner").WithField("wanted")
	}
	return nil
}

// check gives the proposal in stored form, or all that is wrong with it, and whom it asks.
func (s *Service) check(ctx context.Context, p Proposal, d Draft, today day.Date) (Proposal, []Neighbour, error) {
	var wrong fault.Fields
	if f, ok := wish(p.Wanted, p.Tolerance, d.Goods).(fault.Fields); ok {
		wrong = append(wrong, f...)
	}
	var err error
	if p.Note, err = catalog.CleanText(p.Note, MaxNote); err != nil {
		f, ok := fault.As(err)
		if !ok {
			return p, nil, err
		}
		wrong.Add(f.WithField("note"))
	}
	if p.Until < today || p.Until > today.Add(MaxDays) {
		wrong.Add(fault.New(fault.Invalid, "joint.until_range", fault.A("n", MaxDays)).WithField("until"))
	}
	var asked []Neighbour
	for _, n := range d.Neighbours {
		if slices.Contains(p.Neighbours, n.ID) {
			asked = append(asked, n)
		}
	}
	switch {
	case len(asked) == 0:
		wrong.Add(fault.New(fault.Invalid, "joint.nobody_asked").WithField("neighbour"))
	case len(asked) > MaxAsked:
		wrong.Add(fault.New(fault.Invalid, "joint.too_many", fault.A("n", MaxAsked)).WithField("neighbour"))
	}
	return p, asked, wrong.Err()
}

// Propose opens a joint order and asks the neighbours. What they read is written down now:
// it does not follow the shop's offer.
func (s *Service) Propose(ctx context.Context, p Proposal) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	if p.ID.IsNil() {
		p.ID = ident.New()
	}
	house, err := s.rooms.Houses.Get(ctx)
	if err != nil {
		return Order{}, err
	}
	var o Order
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		known, err := s.store.Order(ctx, p.ID)
		if err == nil {
			o = known
			return nil
		}
		if !errors.Is(err, ErrMissing) {
			return err
		}
		d, err := s.Draft(ctx, p.OfferID)
		if err != nil {
			return err
		}
		p, asked, err := s.check(ctx, p, d, day.Of(s.now(), scope.Zone))
		if err != nil {
			return err
		}
		if err := s.mayPay(ctx, p.Wanted+p.Tolerance, d.Goods); err != nil {
			return err
		}
		o = Order{
			ID: p.ID, State: Open, ProductID: d.Product.ID, SupplierID: d.Supplier.ID, OfferID: d.Offer.ID, Goods: d.Goods, Wanted: p.Wanted,
			Tolerance: p.Tolerance, Until: p.Until, UntilAt: day.At(p.Until.Add(1).Start(scope.Zone)), Note: p.Note, CreatedAt: s.micros(), Version: 1,
		}
		for _, n := range asked {
			o.Invitations = append(o.Invitations, Invitation{
				ID: ident.New(), JointID: o.ID, From: scope.Shop, To: n.Shop, Organiser: house.Name, Province: house.Province, Member: n.Name,
				Goods: o.Goods, Until: o.Until, UntilAt: o.UntilAt, Note: o.Note, Answer: Asked, AskedAt: o.CreatedAt, Version: 1,
			})
		}
		if err := s.store.InsertOrder(ctx, o); err != nil {
			return err
		}
		detail := map[string]any{"name": o.Goods.Name, "supplier": o.Goods.Supplier, "quantity": o.Wanted.Decimal(), "until": o.Until.String(), "asked": len(asked)}
		return s.rooms.Journal.Record(ctx, "joint.propose", o.ID, detail)
	})
	return o, err
}

// Order reads one that the shop organises; NotFound otherwise.
func (s *Service) Order(ctx context.Context, id ident.ID) (Order, error) {
	o, err := s.store.Order(ctx, id)
	return o, missing(err, "joint.order_missing")
}

// Orders reads those that the shop organises, without their invitations.
func (s *Service) Orders(ctx context.Context) ([]Order, error) { return s.store.Orders(ctx, maxList) }
