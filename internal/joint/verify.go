package joint

import (
	"context"
	"fmt"

	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// Verify proves of the shop's joint orders that the shares add up to what was ordered,
// that nobody got less than wanted or more than accepted, and that the shares are what
// the purchase orders say. It names what does not hold.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	var wrong []string
	own, err := s.store.Orders(ctx, maxList)
	if err != nil {
		return nil, err
	}
	for _, head := range own {
		if head.State != Ordered {
			continue
		}
		o, err := s.store.Order(ctx, head.ID)
		if err != nil {
			return nil, err
		}
		found, err := s.verifyOrder(ctx, o)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, found...)
	}
	received, err := s.store.Received(ctx, maxList)
	if err != nil {
		return nil, err
	}
	for _, in := range received {
		if in.Answer != HasShare {
			continue
		}
		p := in.Outcome.Part
		found, err := s.verifyPurchase(ctx, in.OrderID, in.Goods.Name, p.Goods, p.Freight)
		if err != nil {
			return nil, err
		}
		wrong = append(wrong, found...)
	}
	return wrong, nil
}

func (s *Service) verifyOrder(ctx context.Context, o Order) ([]string, error) {
	var wrong []string
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("joint order %s of %s: ", o.ID, o.Goods.Name)+fmt.Sprintf(format, args...))
	}
	all, members := o.Outcome.Part, 1
	check := func(who string, wanted, tolerance, got int64) {
		if got < wanted || got > wanted+tolerance {
			say("%s wanted %d to %d and got %d", who, wanted, wanted+tolerance, got)
		}
	}
	check("the organiser", int64(o.Wanted), int64(o.Tolerance), int64(all.Quantity))
	for _, in := range o.Invitations {
		if in.Answer != HasShare {
			continue
		}
		members++
		p := in.Outcome.Part
		all.Quantity, all.Goods, all.Freight = all.Quantity+p.Quantity, all.Goods+p.Goods, all.Freight+p.Freight
		check(in.Member, int64(in.Wanted), int64(in.Tolerance), int64(p.Quantity))
	}
	if all.Quantity != o.Outcome.Quantity || members != o.Outcome.Members {
		say("%d shares of %d, the order says %d of %d", members, all.Quantity, o.Outcome.Members, o.Outcome.Quantity)
	}
	if goods, err := money.Line(o.Outcome.Quantity, o.Outcome.Price, o.Goods.Terms.Currency); err != nil || goods != all.Goods {
		say("the shares cost %d, the goods %d", all.Goods, goods)
	}
	order, err := s.rooms.Orders.Order(ctx, o.OrderID)
	if err != nil {
		return nil, err
	}
	if order.State == purchase.Draft { // the organiser may still write something else in it
		return wrong, nil
	}
	for _, l := range order.Lines {
		if l.ForOthers > 0 && l.ForOthers != o.Outcome.Quantity-o.Outcome.Part.Quantity {
			say("its purchase order has %d for the others, the shares are %d", l.ForOthers, o.Outcome.Quantity-o.Outcome.Part.Quantity)
		}
	}
	return wrong, nil
}

// verifyPurchase compares a share with the order that was made of it.
func (s *Service) verifyPurchase(ctx context.Context, id ident.ID, name string, goods, freight money.Amount) ([]string, error) {
	o, err := s.rooms.Orders.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	if o.Total != goods || o.Freight != freight {
		return []string{fmt.Sprintf("the share of %s costs %d and %d of freight, its order %s says %d and %d", name, goods, freight, o.NumberText(), o.Total, o.Freight)}, nil
	}
	return nil, nil
}
