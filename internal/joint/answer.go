package joint

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/joint/share"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Invitation reads one that came to the shop; NotFound for everybody else, the organiser
// too.
func (s *Service) Invitation(ctx context.Context, id ident.ID) (Invitation, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Invitation{}, err
	}
	in, err := s.store.Invitation(ctx, id)
	if err == nil && in.To != scope.Shop {
		err = ErrMissing
	}
	return in, missing(err, "joint.order_missing")
}

// Received reads what the shop was asked, the latest first.
func (s *Service) Received(ctx context.Context) ([]Invitation, error) {
	return s.store.Received(ctx, maxList)
}

// News counts what waits for a person: invitations without an answer, and orders that were
// shared out or not reached of late.
func (s *Service) News(ctx context.Context) (asked, reached, missed int, err error) {
	received, err := s.store.Received(ctx, maxList)
	if err != nil {
		return 0, 0, 0, err
	}
	own, err := s.store.Orders(ctx, maxList)
	now := s.micros()
	news := func(at *day.Micros) bool { return at != nil && now-*at < newsFor }
	for _, in := range received {
		switch {
		case in.Answer == Asked && !s.Over(in):
			asked++
		case in.Answer == HasShare && news(in.ClosedAt):
			reached++
		case (in.Answer == Fell || in.Answer == Left) && news(in.ClosedAt):
			missed++
		}
	}
	for _, o := range own {
		switch {
		case o.State == Ordered && news(o.ClosedAt):
			reached++
		case o.State == Missed && news(o.ClosedAt):
			missed++
		}
	}
	return asked, reached, missed, err
}

// newsFor is how long an outcome is news: 36 hours.
const newsFor = day.Micros(36 * 3_600_000_000)

// Over reports whether the time to answer is up.
func (s *Service) Over(in Invitation) bool { return s.micros() >= in.UntilAt }

// Here is where an invitation has its place in the shop that was asked.
type Here struct {
	Product  ident.ID          // which of its products it is; zero: none is known
	Like     []catalog.Product // those that it may be
	Need     measure.Quantity  // what its own suggestion would order; 0: nothing
	Alone    *money.Amount     // what Need costs alone, as the organiser's prices are stated
	AloneOf  catalog.Supplier  // from whom
	Quantity measure.Quantity  // what the form begins with
}

// Here reads it from the shop's own rows.
func (s *Service) Here(ctx context.Context, in Invitation) (h Here, err error) {
	if h.Product, h.Like, err = s.match(ctx, in.Goods); err != nil {
		return h, err
	}
	if in.Answer != Asked {
		switch known, err := s.store.Product(ctx, in.ID); {
		case err == nil:
			h.Product = known
		case !errors.Is(err, ErrMissing):
			return h, err
		}
	}
	if h.Product.IsNil() {
		return h, nil
	}
	if h.Need, err = s.Need(ctx, h.Product); err != nil {
		return h, err
	}
	h.Quantity = up(h.Need, in.Goods.Terms.Grain)
	wanted := max(in.Wanted, h.Quantity)
	if wanted == 0 {
		return h, nil
	}
	m, err := s.market(ctx, []ident.ID{h.Product})
	if err != nil {
		return h, err
	}
	var from catalog.Offer
	h.Alone, from = m.alone(h.Product, wanted, in.Tolerance, in.Goods.PricesIncludeTax)
	h.AloneOf = m.suppliers[from.SupplierID]
	return h, nil
}

// Preview is what an order would be if the time were up now.
type Preview struct {
	Outcome
	Reached bool
	Reason  Reason
	Wanted  measure.Quantity // of all who have joined
	Lacking measure.Quantity // to what the supplier sells at least; 0: it is no lack of goods
}

// Preview works out what a shop that was asked would get and pay for a quantity, with
// those who have joined so far. What they would pay alone is not asked here: that is
// looked at when the time is up.
func (s *Service) Preview(ctx context.Context, in Invitation, product ident.ID, wanted, tolerance measure.Quantity) (Preview, error) {
	if err := wish(wanted, tolerance, in.Goods); err != nil {
		return Preview{}, err
	}
	mine := share.Wish{Wanted: wanted, Tolerance: tolerance}
	if !product.IsNil() {
		m, err := s.market(ctx, []ident.ID{product})
		if err != nil {
			return Preview{}, err
		}
		mine.Alone, _ = m.alone(product, wanted, tolerance, in.Goods.PricesIncludeTax)
	}
	var wishes []share.Wish
	at := 0
	err := s.in(ctx, in.From, func(ctx context.Context) error {
		o, err := s.store.Order(ctx, in.JointID)
		if err != nil {
			return missing(err, "joint.order_missing")
		}
		wishes = append(wishes, share.Wish{Wanted: o.Wanted, Tolerance: o.Tolerance})
		for _, other := range o.Invitations {
			switch {
			case other.ID == in.ID:
				at, wishes = len(wishes), append(wishes, mine)
			case other.Answer == Joined:
				wishes = append(wishes, share.Wish{Wanted: other.Wanted, Tolerance: other.Tolerance})
			}
		}
		return nil
	})
	if err != nil {
		return Preview{}, err
	}
	return preview(wishes, at, in.Goods.Terms)
}

// PreviewOwn is Preview for the organiser.
func (s *Service) PreviewOwn(ctx context.Context, o Order) (Preview, error) {
	m, err := s.market(ctx, []ident.ID{o.ProductID})
	if err != nil {
		return Preview{}, err
	}
	mine := share.Wish{Wanted: o.Wanted, Tolerance: o.Tolerance}
	mine.Alone, _ = m.alone(o.ProductID, o.Wanted, o.Tolerance, o.Goods.PricesIncludeTax)
	wishes := []share.Wish{mine}
	for _, in := range o.Invitations {
		if in.Answer == Joined {
			wishes = append(wishes, share.Wish{Wanted: in.Wanted, Tolerance: in.Tolerance})
		}
	}
	return preview(wishes, 0, o.Goods.Terms)
}

func preview(wishes []share.Wish, at int, t share.Terms) (p Preview, err error) {
	for _, w := range wishes {
		if p.Wanted, err = p.Wanted.Add(w.Wanted); err != nil {
			return p, err
		}
	}
	plan, err := share.Make(wishes, t)
	switch {
	case errors.Is(err, share.ErrNotReached):
		p.Reason, p.Lacking = NotEnough, max(0, t.Minimum-p.Wanted)
		return p, nil
	case errors.Is(err, share.ErrNotWorth):
		p.Reason = NotWorth
		return p, nil
	case err != nil:
		return p, err
	}
	p.Reached, p.Outcome = plan.Shares[at].Quantity > 0, outcome(plan, at)
	if !p.Reached {
		p.Reason = NotWorth
	}
	return p, nil
}

func outcome(plan share.Plan, at int) Outcome {
	return Outcome{Quantity: plan.Quantity, Price: plan.Price, Members: plan.Members(), Part: plan.Shares[at]}
}

// Reply is a yes: how much, with how much tolerance, for which product.
type Reply struct {
	Version           int64 // of the invitation; 0: any
	Product           ident.ID
	Wanted, Tolerance measure.Quantity
}

// Join says yes. As long as the time is not up the shop may say otherwise; the same again
// changes nothing.
func (s *Service) Join(ctx context.Context, id ident.ID, r Reply) (Invitation, error) {
	return s.answering(ctx, id, r.Version, func(ctx context.Context, in *Invitation) error {
		if err := wish(r.Wanted, r.Tolerance, in.Goods); err != nil {
			return err
		}
		if err := s.mayPay(ctx, r.Wanted+r.Tolerance, in.Goods); err != nil {
			return err
		}
		if !r.Product.IsNil() {
			p, err := s.rooms.Catalog.Product(ctx, r.Product)
			if err != nil {
				return err
			}
			if p.BaseUnit != in.Goods.Unit || p.Archived {
				return fault.New(fault.Invalid, "joint.other_unit", fault.A("name", p.Name)).WithField("product")
			}
		}
		known, err := s.store.Product(ctx, in.ID)
		if err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
		if err == nil && in.Answer == Joined && in.Wanted == r.Wanted && in.Tolerance == r.Tolerance && known == r.Product {
			return nil
		}
		if err := s.store.PutProduct(ctx, in.ID, r.Product); err != nil {
			return err
		}
		now := s.micros()
		in.Answer, in.Wanted, in.Tolerance, in.AnsweredAt = Joined, r.Wanted, r.Tolerance, &now
		if err := s.reply(ctx, in); err != nil {
			return err
		}
		detail := map[string]any{"name": in.Goods.Name, "organiser": in.Organiser, "quantity": in.Wanted.Decimal(), "tolerance": in.Tolerance.Decimal()}
		return s.rooms.Journal.Record(ctx, "joint.join", in.ID, detail)
	})
}

// Decline says no, also after a yes, as long as the time is not up.
func (s *Service) Decline(ctx context.Context, id ident.ID, version int64) (Invitation, error) {
	return s.answering(ctx, id, version, s.decline)
}

func (s *Service) decline(ctx context.Context, in *Invitation) error {
	if in.Answer == Declined {
		return nil
	}
	now := s.micros()
	in.Answer, in.Wanted, in.Tolerance, in.AnsweredAt = Declined, 0, 0, &now
	if err := s.reply(ctx, in); err != nil {
		return err
	}
	return s.rooms.Journal.Record(ctx, "joint.decline", in.ID, map[string]any{"name": in.Goods.Name, "organiser": in.Organiser})
}

// answering changes what the shop has answered, in one transaction.
func (s *Service) answering(ctx context.Context, id ident.ID, version int64, rule func(ctx context.Context, in *Invitation) error) (Invitation, error) {
	var in Invitation
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var err error
		if in, err = s.Invitation(ctx, id); err != nil {
			return err
		}
		if !in.Answer.Waits() || s.micros() >= in.UntilAt {
			return fault.New(fault.Conflict, "joint.too_late")
		}
		if version != 0 && in.Version != version {
			return stale()
		}
		return rule(ctx, &in)
	})
	return in, err
}

// joined are the invitations that were answered with a yes.
func (o Order) joined() []Invitation {
	return slices.DeleteFunc(slices.Clone(o.Invitations), func(in Invitation) bool { return in.Answer != Joined })
}
