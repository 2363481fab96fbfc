package purchase

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Repeat copies an order into a new draft at today's prices, without the products that
// the shop has given up. The same client id again answers with the draft that it made;
// without one, repeating an order is once a day.
func (s *Service) Repeat(ctx context.Context, id, client ident.ID) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	if client.IsNil() {
		client = ident.Derive(id, []byte("again "+s.moment(scope).day.String()))
	}
	old, err := s.Order(ctx, id)
	if err != nil {
		return Order{}, err
	}
	ids := make([]ident.ID, len(old.Lines))
	for i, l := range old.Lines {
		ids[i] = l.ProductID
	}
	t, err := s.termsOf(ctx, old.SupplierID, ids)
	if err != nil {
		return Order{}, err
	}
	draft := DraftOrder{SupplierID: old.SupplierID, ClientID: client, Note: old.Note}
	for _, l := range old.Lines {
		if p, ok := t.products[l.ProductID]; !ok || p.Archived {
			continue
		}
		line := DraftLine{ProductID: l.ProductID, Quantity: l.Quantity}
		if _, offered := t.offers[l.ProductID]; !offered {
			line.Price = l.Price
		}
		draft.Lines = append(draft.Lines, line)
	}
	if len(draft.Lines) == 0 {
		return Order{}, fault.New(fault.Conflict, "purchase.repeat_nothing")
	}
	made, err := s.Draft(ctx, []DraftOrder{draft})
	if err != nil {
		return Order{}, err
	}
	return made[0], nil
}

// needsOwner reports whether the draft is beyond what the person may send alone.
func (s *Service) needsOwner(ctx context.Context, scope tenant.Scope, o Order) (bool, error) {
	if s.shops == nil || scope.Role.AtLeast(tenant.Owner) {
		return false, nil
	}
	in, err := s.shops.Get(ctx)
	if err != nil || in.ApproveAbove == nil {
		return false, err
	}
	d, err := NewDocument(o, catalog.Supplier{}, "", "")
	return d.Sums.Payable > *in.ApproveAbove, err
}

// ask lets the draft wait for the owner; asking again changes nothing.
func (o *Order) ask(who ident.ID, when moment) bool {
	if o.AskedAt != nil {
		return false
	}
	o.AskedAt, o.AskedBy = &when.at, who
	return true
}

// Waits reports whether the draft waits for the owner.
func (o Order) Waits() bool { return o.State == Draft && o.AskedAt != nil }

// Decline gives a draft that waits for the owner back to who may change it. A version
// other than 0 must be the draft's. Declining what does not wait changes nothing.
func (s *Service) Decline(ctx context.Context, id ident.ID, version int64) (Order, error) {
	return s.change(ctx, id, false, func(_ context.Context, o *Order) (bool, error) {
		if !o.Waits() {
			return false, nil
		}
		if version != 0 && o.Version != version {
			return false, stale()
		}
		o.AskedAt, o.AskedBy = nil, ident.Nil
		return true, nil
	}, func(ctx context.Context, o Order) error { return s.record(ctx, "order.decline", o, nil) })
}

// Late reports by how many days goods of the order are overdue; 0: none are.
func (o Order) Late(today day.Date) int {
	if !o.State.Open() {
		return 0
	}
	return max(0, int(today-o.DueDay))
}

// Attention counts the orders that wait for a person: drafts for the owner, answers of
// suppliers, e-mails that did not leave, deliveries that did not come.
type Attention struct{ Asked, Answers, Unmailed, Late int }

// Attention reads what waits.
func (s *Service) Attention(ctx context.Context) (a Attention, err error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return a, err
	}
	today := s.moment(scope).day
	if a.Answers, err = s.store.OpenAnswers(ctx); err != nil {
		return a, err
	}
	for _, part := range []struct {
		n *int
		q Query
	}{{&a.Asked, Query{Asked: true}}, {&a.Unmailed, Query{Unmailed: true}}, {&a.Late, Query{Overdue: &today}}} {
		if *part.n, err = s.store.Count(ctx, part.q); err != nil {
			return a, err
		}
	}
	return a, nil
}
