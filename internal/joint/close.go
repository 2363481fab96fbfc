package joint

import (
	"context"
	"errors"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/joint/share"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// RunDue closes every order, of all shops, whose time is up. Any number of processes may
// run it: each order is closed once. One that goes wrong does not keep the others.
func (s *Service) RunDue(ctx context.Context) error {
	due, err := s.store.Due(ctx, s.micros())
	for _, d := range due {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		closed := s.in(ctx, d.Shop, func(ctx context.Context) error {
			_, err := s.Close(ctx, d.ID, 0)
			return err
		})
		if closed != nil && fault.KindOf(closed) != fault.Conflict { // somebody answered meanwhile: the next run sees it
			err = errors.Join(err, fmt.Errorf("close joint order %s: %w", d.ID, closed))
		}
	}
	return err
}

// Close shares the order out among those who have joined, or sends everybody his own way
// when they do not reach it. Closing what is closed changes nothing. A version other than
// 0 must be the order's.
func (s *Service) Close(ctx context.Context, id ident.ID, version int64) (Order, error) {
	var o Order
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.Order(ctx, id); err != nil || o.State != Open {
			return err
		}
		if version != 0 && o.Version != version {
			return stale()
		}
		reason, plan, err := s.plan(ctx, o)
		if err != nil {
			return err
		}
		now := s.micros()
		o.ClosedAt = &now
		if reason != "" {
			return s.miss(ctx, &o, reason)
		}
		return s.order(ctx, &o, plan)
	})
	return o, err
}

// Withdraw gives the order up before its time; everybody goes his own way. Withdrawing
// what is withdrawn changes nothing.
func (s *Service) Withdraw(ctx context.Context, id ident.ID, version int64) (Order, error) {
	var o Order
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		if o, err = s.Order(ctx, id); err != nil || o.State == Withdrawn {
			return err
		}
		if o.State != Open {
			return fault.New(fault.Conflict, "joint.too_late")
		}
		if version != 0 && o.Version != version {
			return stale()
		}
		now := s.micros()
		o.State, o.ClosedAt = Withdrawn, &now
		if err := s.put(ctx, &o); err != nil {
			return err
		}
		for i := range o.Invitations {
			if err := s.fallBack(ctx, &o.Invitations[i], WithdrawnToo, now); err != nil {
				return err
			}
		}
		return s.rooms.Journal.Record(ctx, "joint.withdraw", o.ID, map[string]any{"name": o.Goods.Name})
	})
	return o, err
}

// plan works out the shares of those who have joined, each measured against what it would
// pay alone today by its own suppliers' offers.
func (s *Service) plan(ctx context.Context, o Order) (Reason, share.Plan, error) {
	supplier, err := s.rooms.Catalog.Supplier(ctx, o.SupplierID)
	if err != nil {
		return "", share.Plan{}, err
	}
	product, err := s.rooms.Catalog.Product(ctx, o.ProductID)
	if err != nil {
		return "", share.Plan{}, err
	}
	if supplier.Archived || product.Archived {
		return NoSource, share.Plan{}, nil
	}
	own, err := s.wishHere(ctx, o.ProductID, o.Goods, share.Wish{Wanted: o.Wanted, Tolerance: o.Tolerance})
	if err != nil {
		return "", share.Plan{}, err
	}
	wishes := []share.Wish{own}
	for _, in := range o.joined() {
		w := share.Wish{Wanted: in.Wanted, Tolerance: in.Tolerance}
		err := s.in(ctx, in.To, func(ctx context.Context) error {
			product, err := s.store.Product(ctx, in.ID)
			if err == nil {
				w, err = s.wishHere(ctx, product, in.Goods, w)
			}
			return err
		})
		if err != nil {
			return "", share.Plan{}, err
		}
		wishes = append(wishes, w)
	}
	plan, err := share.Make(wishes, o.Goods.Terms)
	switch {
	case errors.Is(err, share.ErrNotReached):
		return NotEnough, plan, nil
	case errors.Is(err, share.ErrNotWorth):
		return NotWorth, plan, nil
	}
	return "", plan, err
}

// wishHere adds to a wish what it would cost the shop of ctx alone.
func (s *Service) wishHere(ctx context.Context, product ident.ID, g Goods, w share.Wish) (share.Wish, error) {
	if product.IsNil() {
		return w, nil
	}
	m, err := s.market(ctx, []ident.ID{product})
	if err == nil {
		w.Alone, _ = m.alone(product, w.Wanted, w.Tolerance, g.PricesIncludeTax)
	}
	return w, err
}

// miss ends an order that was not reached.
func (s *Service) miss(ctx context.Context, o *Order, reason Reason) error {
	o.State, o.Reason = Missed, reason
	if err := s.put(ctx, o); err != nil {
		return err
	}
	for i := range o.Invitations {
		if err := s.fallBack(ctx, &o.Invitations[i], Fell, *o.ClosedAt); err != nil {
			return err
		}
	}
	if err := s.afresh(ctx, o.ProductID); err != nil {
		return err
	}
	return s.rooms.Journal.Record(ctx, "joint.missed", o.ID, map[string]any{"name": o.Goods.Name, "reason": string(reason)})
}

// fallBack sends a shop its own way: whoever has not answered is told that it is over,
// whoever had joined has its suggestion worked out anew.
func (s *Service) fallBack(ctx context.Context, in *Invitation, joined Answer, now day.Micros) error {
	was := in.Answer
	switch {
	case !was.Waits() || was == Declined:
		return nil
	case was == Joined || joined == WithdrawnToo:
		in.Answer = joined
	default:
		in.Answer = Lapsed
	}
	in.ClosedAt = &now
	if err := s.reply(ctx, in); err != nil || was != Joined {
		return err
	}
	return s.in(ctx, in.To, func(ctx context.Context) error {
		product, err := s.store.Product(ctx, in.ID)
		if err != nil {
			return err
		}
		if err := s.afresh(ctx, product); err != nil {
			return err
		}
		return s.rooms.Journal.Record(ctx, "joint."+string(in.Answer), in.ID, map[string]any{"name": in.Goods.Name, "organiser": in.Organiser})
	})
}

// afresh has the suggestion of a product worked out anew: the best offer of one's own
// stands there again.
func (s *Service) afresh(ctx context.Context, product ident.ID) error {
	scope, err := tenant.Must(ctx)
	if err != nil || product.IsNil() {
		return err
	}
	return s.rooms.Marker.MarkChanged(ctx, []ident.ID{product}, day.Of(s.now(), scope.Zone))
}

// order makes the one order to the supplier, and each member's order of its share.
func (s *Service) order(ctx context.Context, o *Order, plan share.Plan) error {
	o.State, o.Outcome = Ordered, outcome(plan, 0)
	made, err := s.draft(ctx, *o, plan)
	if err != nil {
		return err
	}
	o.OrderID = made.ID
	if err := s.put(ctx, o); err != nil {
		return err
	}
	at := 0
	for i := range o.Invitations {
		in := &o.Invitations[i]
		if in.Answer != Joined {
			if err := s.fallBack(ctx, in, Fell, *o.ClosedAt); err != nil {
				return err
			}
			continue
		}
		at++
		if plan.Shares[at].Quantity == 0 {
			if err := s.fallBack(ctx, in, Left, *o.ClosedAt); err != nil {
				return err
			}
			continue
		}
		in.Outcome = outcome(plan, at)
		if err := s.deliver(ctx, *o, in, made.DueDay); err != nil {
			return err
		}
	}
	detail := map[string]any{"name": o.Goods.Name, "quantity": plan.Quantity.Decimal(), "members": plan.Members(), "own": plan.Shares[0].Quantity.Decimal()}
	return s.rooms.Journal.Record(ctx, "joint.ordered", o.ID, detail)
}

// draft drafts the order to the supplier.
func (s *Service) draft(ctx context.Context, o Order, plan share.Plan) (purchase.Order, error) {
	made, err := s.rooms.Orders.Draft(ctx, []purchase.DraftOrder{{
		SupplierID: o.SupplierID, ClientID: ident.Derive(o.ID, []byte("order")),
		Lines: []purchase.DraftLine{{ProductID: o.ProductID, Quantity: plan.Quantity, Price: plan.Price, ForOthers: plan.Quantity - plan.Shares[0].Quantity}},
		Fixed: &purchase.Fixed{Freight: plan.Freight, PricesIncludeTax: o.Goods.PricesIncludeTax, TaxRate: o.Goods.TaxRate},
	}})
	if err != nil {
		return purchase.Order{}, err
	}
	return made[0], nil
}

// deliver makes a member's order of its share.
func (s *Service) deliver(ctx context.Context, o Order, in *Invitation, due day.Date) error {
	var product ident.ID
	err := s.in(ctx, in.To, func(ctx context.Context) (err error) {
		product, err = s.store.Product(ctx, in.ID)
		return err
	})
	if err != nil {
		return err
	}
	in.OrderID, err = s.rooms.Trade.Agree(ctx, trade.Agreement{
		Client: ident.Derive(in.ID, []byte("order")), Buyer: in.To, Source: o.OrderID, Product: o.ProductID, ForProduct: product, Name: o.Goods.Name,
		Unit: o.Goods.Unit, Quantity: in.Outcome.Part.Quantity, Price: in.Outcome.Price, Freight: in.Outcome.Part.Freight, TaxRate: o.Goods.TaxRate,
		PricesIncludeTax: o.Goods.PricesIncludeTax, Due: due,
	})
	if err != nil {
		return err
	}
	in.Answer, in.ClosedAt = HasShare, o.ClosedAt
	if err := s.reply(ctx, in); err != nil {
		return err
	}
	return s.in(ctx, in.To, func(ctx context.Context) error {
		detail := map[string]any{"name": in.Goods.Name, "organiser": in.Organiser, "quantity": in.Outcome.Part.Quantity.Decimal(), "pays": in.Outcome.Part.Pays().Decimal(in.Goods.Terms.Currency)}
		return s.rooms.Journal.Record(ctx, "joint.ordered", in.ID, detail)
	})
}
