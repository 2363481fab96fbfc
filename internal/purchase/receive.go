package purchase

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// Receive books a delivery: stock by lot, what is still expected, the lead time.
// Receiving an order that is received changes nothing, and neither does a repeated
// client id; the same client id with another content is a Conflict. Faults of a line
// carry the field RowField(name, position).
func (s *Service) Receive(ctx context.Context, id ident.ID, r Receipt) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	if r.Note, err = cleanNote(r.Note); err != nil {
		return Order{}, err
	}
	recorded := s.moment(scope)
	when := recorded
	if r.At > 0 && r.At < recorded.at {
		when = momentAt(r.At.Time(), scope)
	}
	var d Delivery
	return s.change(ctx, id, true, func(ctx context.Context, o *Order) (bool, error) {
		hash := r.hash(id)
		receipt := r.ClientID
		if receipt.IsNil() {
			if receipt, err = s.unnamed(ctx, id, binary.BigEndian.AppendUint64(hash, uint64(when.day))); err != nil {
				return false, err
			}
		}
		if again, err := s.received(ctx, receipt, id, hash); again || err != nil {
			return false, err
		}
		if changed, err := o.State.step(Receive); err != nil || !changed {
			return false, err
		}
		lines := r.Lines
		if len(lines) == 0 {
			lines = o.owed(when.day)
		}
		if lines, err = s.lasting(ctx, *o, lines); err != nil {
			return false, err
		}
		d, err = o.receive(lines, when)
		d.ID, d.RecordedAt, d.Note, d.PersonID, d.Hash = receipt, recorded.at, r.Note, scope.Person, hash
		return err == nil, err
	}, func(ctx context.Context, o Order) error { return s.book(ctx, o, d) })
}

// lasting fills in the last day of goods of which only the day of production was told:
// many packages name that and a shelf life.
func (s *Service) lasting(ctx context.Context, o Order, lines []ReceiptLine) ([]ReceiptLine, error) {
	told := func(l ReceiptLine) bool {
		return l.Produced != nil && l.Expiry == nil && l.Line >= 1 && l.Line <= len(o.Lines)
	}
	if !slices.ContainsFunc(lines, told) {
		return lines, nil
	}
	ids := make([]ident.ID, len(o.Lines))
	for i, l := range o.Lines {
		ids[i] = l.ProductID
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	lines = slices.Clone(lines)
	for i, l := range lines {
		if !told(l) {
			continue
		}
		if life := products[o.Lines[l.Line-1].ProductID].ShelfLifeDays; life > 0 {
			last := l.Produced.Add(life)
			lines[i].Expiry = &last
		}
	}
	return lines, nil
}

// unnamed is the id of a delivery that came without one: the same for the same content
// on the same day, unless that one was taken back.
func (s *Service) unnamed(ctx context.Context, order ident.ID, content []byte) (ident.ID, error) {
	for receipt := ident.Derive(order, content); ; receipt = ident.Derive(receipt, content) {
		before, err := s.store.Delivery(ctx, receipt)
		if errors.Is(err, ErrMissing) || err == nil && !before.TakenBack() {
			return receipt, nil
		}
		if err != nil {
			return receipt, err
		}
	}
}

// received reports whether the receipt was booked before.
func (s *Service) received(ctx context.Context, receipt, order ident.ID, hash []byte) (bool, error) {
	before, err := s.store.Delivery(ctx, receipt)
	if errors.Is(err, ErrMissing) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if before.OrderID != order || !bytes.Equal(before.Hash, hash) {
		return false, fault.New(fault.Conflict, "purchase.client_id_used")
	}
	return true, nil
}

// book writes a delivery and what follows from it.
func (s *Service) book(ctx context.Context, o Order, d Delivery) error {
	if err := s.store.InsertDeliveries(ctx, []Delivery{d}); err != nil {
		return err
	}
	if err := s.store.InsertLeadTimes(ctx, o.leadTimes(d)); err != nil {
		return err
	}
	if err := s.save(ctx, o, d); err != nil {
		return err
	}
	if err := s.expectAnew(ctx, o); err != nil {
		return err
	}
	if _, _, err := s.ledger.Post(ctx, postings(o, d)); err != nil {
		return err
	}
	return s.record(ctx, "order.receive", o, map[string]any{"receipt": d.ID.String(), "received": d.Total.Decimal(o.Currency)})
}

// expectAnew notes what is still to come: less than before, or more, or nothing.
func (s *Service) expectAnew(ctx context.Context, o Order) error {
	if err := s.ledger.Unexpect(ctx, o.ID, nil, nil); err != nil {
		return err
	}
	owed := o.Expected()
	if len(owed) == 0 {
		return nil
	}
	return s.ledger.Expect(ctx, owed)
}

func postings(o Order, d Delivery) []stock.Posting {
	out := make([]stock.Posting, len(d.Lines))
	for i, l := range d.Lines {
		out[i] = stock.Posting{
			Kind: stock.Receipt, ProductID: l.ProductID, Quantity: l.Quantity, Value: &d.Lines[i].Value,
			Lot:        &stock.LotSpec{Code: l.Lot, Produced: l.Produced, Expiry: l.Expiry, SupplierID: &o.SupplierID},
			OccurredAt: d.OccurredAt, BusinessDay: d.BusinessDay, Source: Source, SourceID: d.ID, SourceLine: l.Line,
		}
	}
	return out
}

// hash is what makes two requests the same one: the order and all that was said of
// the delivery, the instant excepted.
func (r Receipt) hash(order ident.ID) []byte {
	b := append([]byte(nil), order[:]...)
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	text := func(s string) {
		number(int64(len(s)))
		b = append(b, s...)
	}
	text(r.Note)
	for _, l := range r.Lines {
		number(int64(l.Line))
		number(int64(l.Quantity))
		text(l.Lot)
		number(int64(orElse(l.Expiry, day.None)))
		number(int64(orElse(l.Price, -1)))
		if l.Produced != nil {
			number(int64(*l.Produced))
		}
	}
	sum := sha256.Sum256(b)
	return slices.Clone(sum[:])
}

func orElse[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
