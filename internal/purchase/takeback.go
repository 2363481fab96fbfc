package purchase

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

// TakeBack undoes a delivery of the order that was entered wrongly: counter-entries
// take its goods out of stock, what it taught of lead times is forgotten, and the order
// waits for the goods again as it did before. Taking back twice changes nothing.
// NotFound when the order has no such delivery.
func (s *Service) TakeBack(ctx context.Context, id, receipt ident.ID, reason string) (Order, error) {
	reason, err := cleanNote(reason)
	if err != nil {
		return Order{}, err
	}
	var wrong Delivery
	return s.change(ctx, id, true, func(ctx context.Context, o *Order) (bool, error) {
		if wrong, err = s.store.Delivery(ctx, receipt); err != nil || wrong.OrderID != id {
			if err == nil || errors.Is(err, ErrMissing) {
				err = fault.New(fault.NotFound, "purchase.receipt_missing")
			}
			return false, err
		}
		if wrong.TakenBack() {
			return false, nil
		}
		if gone, err := s.returned(ctx, id, receipt); gone || err != nil {
			if err == nil {
				err = fault.New(fault.Conflict, "purchase.take_back_returned")
			}
			return false, err
		}
		return true, o.takeBack(wrong)
	}, func(ctx context.Context, o Order) error { return s.unbook(ctx, o, wrong, reason) })
}

// takeBack is the order without a delivery: what came of it is owed again, and the
// state is the one that it had.
func (o *Order) takeBack(d Delivery) error {
	for _, l := range d.Lines {
		line := &o.Lines[l.Line-1]
		var err error
		if line.Received, err = line.Received.Add(-l.Quantity); err != nil {
			return err
		}
	}
	some := slices.ContainsFunc(o.Lines, func(l OrderLine) bool { return l.Received > 0 })
	switch {
	case some && !o.Owed(): // the other deliveries brought enough
		o.State = Received
		return nil
	case some:
		o.State = PartReceived
	case o.ConfirmedAt != nil:
		o.State = Confirmed
	default:
		o.State = Sent
	}
	o.ClosedAt = nil
	o.redate()
	return nil
}

// unbook writes what follows from a delivery that never was.
func (s *Service) unbook(ctx context.Context, o Order, d Delivery, reason string) error {
	if _, err := s.ledger.Reverse(ctx, d.ID, reason); err != nil {
		return err
	}
	if err := s.store.ClearDelivery(ctx, d.ID); err != nil {
		return err
	}
	if err := s.expectAnew(ctx, o); err != nil {
		return err
	}
	lines := make([]map[string]any, len(d.Lines))
	for i, l := range d.Lines {
		lines[i] = map[string]any{"line": l.Line, "quantity": l.Quantity.Decimal(), "price": l.Price.Decimal(), "lot": l.Lot}
	}
	return s.record(ctx, "order.take_back", o, map[string]any{"receipt": d.ID.String(), "lines": lines, "reason": reason})
}

// OrderOf finds the order that a delivery belongs to; NotFound when there is none
// such.
func (s *Service) OrderOf(ctx context.Context, receipt ident.ID) (ident.ID, error) {
	d, err := s.store.Delivery(ctx, receipt)
	if errors.Is(err, ErrMissing) {
		return ident.Nil, fault.New(fault.NotFound, "purchase.receipt_missing").WithCause(err)
	}
	return d.OrderID, err
}

// Came reports whether an order has a delivery of that id which was not taken back.
func (s *Service) Came(ctx context.Context, id, receipt ident.ID) (bool, error) {
	d, err := s.store.Delivery(ctx, receipt)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	return err == nil && d.OrderID == id && !d.TakenBack(), err
}
