package purchase

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// ReturnSource marks the movements by which goods went back; their source id is the
// return's, their source line the order's line.
const ReturnSource = "supplier_return"

// Return is goods of an order that went back to the supplier. Credit is what he is to pay
// back, with or without tax as the order's prices are.
type Return struct {
	ID, OrderID, PersonID ident.ID
	BusinessDay           day.Date
	RecordedAt            day.Micros
	Reason                string
	Credit                money.Amount
	CreditedAt            *day.Micros // his credit note is here
	CreditRef             string      // its number
	Hash                  []byte      // of the request
	Lines                 []ReturnLine
}

// ReturnLine is what of one lot went back.
type ReturnLine struct {
	Line                        int // of the order
	ReceiptID, ProductID, LotID ident.ID
	Quantity                    measure.Quantity
	Credit                      money.Amount
}

// SendBack is what a person says of goods that go back. A nil Credit is what they cost.
// The same ClientID again changes nothing.
type SendBack struct {
	ClientID ident.ID
	Reason   string
	Lines    []SendBackLine
}

// SendBackLine is a quantity of one lot; nothing leaves it where it is.
type SendBackLine struct {
	LotID    ident.ID
	Quantity measure.Quantity
	Credit   *money.Amount
}

// Lot is a lot that the order's deliveries brought, with what of it may still go back.
type Lot struct {
	ID, ReceiptID, ProductID ident.ID
	Line                     int // of the order
	Code                     string
	Day                      day.Date // it came
	Came, Left               measure.Quantity
	Price                    money.Price // that was paid
}

// Attic keeps the returns of the shop in ctx. Writes need a transaction.
type Attic interface {
	InsertReturn(ctx context.Context, r Return) error
	// Returns reads those of an order, the oldest first, with lines.
	Returns(ctx context.Context, orderID ident.ID) ([]Return, error)
	// Credit writes the credit note of a return that has none; false when it has.
	Credit(ctx context.Context, id ident.ID, at day.Micros, ref string) (bool, error)
}

// Returns reads what of an order went back, the oldest first.
func (s *Service) Returns(ctx context.Context, orderID ident.ID) ([]Return, error) {
	return s.store.Returns(ctx, orderID)
}

// Lots are the lots that the order's deliveries brought, the oldest first.
func (s *Service) Lots(ctx context.Context, orderID ident.ID) ([]Lot, error) {
	came, err := s.store.Deliveries(ctx, orderID)
	if err != nil {
		return nil, err
	}
	gone := map[ident.ID]measure.Quantity{}
	returns, err := s.store.Returns(ctx, orderID)
	if err != nil {
		return nil, err
	}
	for _, r := range returns {
		for _, l := range r.Lines {
			gone[l.LotID] += l.Quantity
		}
	}
	var out []Lot
	for _, d := range came {
		if d.TakenBack() {
			continue
		}
		moved, err := s.ledger.OfSource(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		lots, err := lotsOf(d, moved)
		if err != nil {
			return nil, err
		}
		for _, l := range lots {
			l.Left = max(0, l.Came-gone[l.ID])
			out = append(out, l)
		}
	}
	return out, nil
}

// lotsOf finds the lot that each line of a delivery made: the ledger has its receipts in
// the order of the lines.
func lotsOf(d Delivery, moved []stock.Movement) ([]Lot, error) {
	var out []Lot
	for _, m := range moved {
		if m.Kind != stock.Receipt || m.ReversesID != nil || m.Quantity <= 0 {
			continue
		}
		if len(out) == len(d.Lines) || d.Lines[len(out)].Line != m.SourceLine || d.Lines[len(out)].Quantity != m.Quantity {
			return nil, fault.New(fault.Internal, "purchase.return_lots")
		}
		l := d.Lines[len(out)]
		out = append(out, Lot{ID: m.LotID, ReceiptID: d.ID, ProductID: l.ProductID, Line: l.Line, Code: l.Lot, Day: d.BusinessDay, Came: l.Quantity, Price: l.Price})
	}
	return out, nil
}

func (b SendBack) hash(order ident.ID) ([]byte, error) {
	b.ClientID = order
	text, err := json.Marshal(b)
	sum := sha256.Sum256(text)
	return sum[:], err
}

// SendBack books goods that go back to the supplier: out of the stock, at what the book
// says that they are worth, with the credit that he owes. The order stays what it was: the
// goods came. Faults of a line carry the field RowField(name, position).
func (s *Service) SendBack(ctx context.Context, id ident.ID, b SendBack) (Order, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return Order{}, err
	}
	if b.Reason, err = cleanNote(b.Reason); err != nil {
		return Order{}, err
	}
	if b.Reason == "" {
		return Order{}, fault.New(fault.Invalid, "purchase.return_reason").WithField("reason")
	}
	hash, err := b.hash(id)
	if err != nil {
		return Order{}, err
	}
	now := s.moment(scope)
	if b.ClientID.IsNil() {
		b.ClientID = ident.Derive(id, append([]byte("back "+now.day.String()), hash...))
	}
	var o Order
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if o, err = s.Order(ctx, id); err != nil {
			return err
		}
		before, err := s.store.Returns(ctx, id)
		if err != nil {
			return err
		}
		for _, r := range before {
			if r.ID == b.ClientID {
				if bytes.Equal(r.Hash, hash) {
					return nil
				}
				return fault.New(fault.Conflict, "purchase.client_id_used")
			}
		}
		r := Return{ID: b.ClientID, OrderID: id, PersonID: scope.Person, BusinessDay: now.day, RecordedAt: now.at, Reason: b.Reason, Hash: hash}
		lots, err := s.Lots(ctx, id)
		if err != nil {
			return err
		}
		if err := r.fill(b.Lines, lots, o.Currency); err != nil {
			return err
		}
		return s.bookReturn(ctx, o, r)
	})
	return o, err
}

// fill checks what goes back and reckons its credit.
func (r *Return) fill(lines []SendBackLine, lots []Lot, c money.Currency) error {
	left := map[ident.ID]*Lot{}
	for i := range lots {
		left[lots[i].ID] = &lots[i]
	}
	for i, l := range lines {
		lot, ok := left[l.LotID]
		switch {
		case l.Quantity == 0:
			continue
		case !ok:
			return fault.New(fault.NotFound, "purchase.return_lot_missing")
		case l.Quantity < 0:
			return fault.New(fault.Invalid, "purchase.quantity_negative").WithField(RowField("quantity", i))
		case l.Quantity > lot.Left:
			return fault.New(fault.Invalid, "purchase.return_too_much").WithField(RowField("quantity", i))
		case l.Credit != nil && *l.Credit < 0:
			return fault.New(fault.Invalid, "purchase.price_negative").WithField(RowField("credit", i))
		}
		lot.Left -= l.Quantity
		credit, err := money.Line(l.Quantity, lot.Price, c)
		if l.Credit != nil {
			credit = *l.Credit
		}
		if err == nil {
			r.Credit, err = r.Credit.Add(credit)
		}
		if err != nil {
			return err
		}
		r.Lines = append(r.Lines, ReturnLine{Line: lot.Line, ReceiptID: lot.ReceiptID, ProductID: lot.ProductID, LotID: lot.ID, Quantity: l.Quantity, Credit: credit})
	}
	if len(r.Lines) == 0 {
		return fault.New(fault.Invalid, "purchase.return_nothing")
	}
	return nil
}

func (s *Service) bookReturn(ctx context.Context, o Order, r Return) error {
	if err := s.store.InsertReturn(ctx, r); err != nil {
		return err
	}
	postings := make([]stock.Posting, len(r.Lines))
	for i, l := range r.Lines {
		postings[i] = stock.Posting{
			Kind: stock.SupplierReturn, ProductID: l.ProductID, Quantity: -l.Quantity, LotID: &r.Lines[i].LotID,
			OccurredAt: r.RecordedAt, BusinessDay: r.BusinessDay, Source: ReturnSource, SourceID: r.ID, SourceLine: l.Line, Reason: r.Reason,
		}
	}
	if _, _, err := s.ledger.Post(ctx, postings); err != nil {
		return err
	}
	return s.record(ctx, "order.return", o, map[string]any{"return": r.ID.String(), "credit": r.Credit.Decimal(o.Currency), "reason": r.Reason})
}

// Credited notes that the supplier's credit note for a return is here. Noting it again
// changes nothing.
func (s *Service) Credited(ctx context.Context, id, returned ident.ID, ref string) (Order, error) {
	ref, err := cleanNote(ref)
	if err != nil {
		return Order{}, err
	}
	var o Order
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		if o, err = s.Order(ctx, id); err != nil {
			return err
		}
		all, err := s.store.Returns(ctx, id)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.ID != returned {
				continue
			}
			if noted, err := s.store.Credit(ctx, r.ID, day.At(s.now()), ref); err != nil || !noted {
				return err
			}
			return s.record(ctx, "order.credit", o, map[string]any{"return": r.ID.String(), "credit": r.Credit.Decimal(o.Currency), "ref": ref})
		}
		return fault.New(fault.NotFound, "purchase.return_missing")
	})
	return o, err
}

// returned reports whether goods of a delivery went back.
func (s *Service) returned(ctx context.Context, orderID, receipt ident.ID) (bool, error) {
	all, err := s.store.Returns(ctx, orderID)
	for _, r := range all {
		for _, l := range r.Lines {
			if l.ReceiptID == receipt {
				return true, err
			}
		}
	}
	return false, err
}
