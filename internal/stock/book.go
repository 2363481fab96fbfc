package stock

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// Stock is the book of one product: its balance and the lots that make it up.
// Between two postings no lot is below zero, the unassigned quantity is not
// above zero, and it is below only while every lot is empty.
type Stock struct {
	ProductID ident.ID
	Balance
	Unassigned measure.Quantity
	Lots       []LotBalance // those not empty, in the order they go out
}

// Book applies postings to the stocks it was given and keeps the movements that
// they make. It is pure: ids, the instant and the author are handed in. After an
// error a Book must be thrown away, because half a posting may be in it.
type Book struct {
	currency money.Currency
	recorded day.Micros
	by       Author
	newID    func() ident.ID

	stocks map[ident.ID]*Stock
	known  map[ident.ID]Lot

	movements []Movement
	lots      []Lot
	warnings  []Warning
	touched   map[ident.ID]map[ident.ID]struct{} // product → lots
	pieces    []piece                            // scratch
}

// Author is whose the movements of a book are: the person, and the id of the
// request that they came with.
type Author struct {
	Person  ident.ID
	Request string
}

// NewBook starts a book whose movements are recorded at an instant for an author.
func NewBook(currency money.Currency, recorded day.Micros, by Author, newID func() ident.ID) *Book {
	return &Book{
		currency: currency, recorded: recorded, by: by, newID: newID,
		stocks: map[ident.ID]*Stock{}, known: map[ident.ID]Lot{},
		touched: map[ident.ID]map[ident.ID]struct{}{},
	}
}

// Adopt puts the present stock of a product into the book, which owns it from
// then on. A product that was not adopted starts empty and unknown.
func (b *Book) Adopt(s *Stock) {
	slices.SortFunc(s.Lots, GoesOutBefore)
	b.stocks[s.ProductID] = s
	for _, l := range s.Lots {
		b.known[l.LotID] = Lot{ID: l.LotID, ProductID: s.ProductID, Code: l.Code, Expiry: l.Expiry, ReceivedAt: l.ReceivedAt}
	}
}

// Know tells of a lot, empty now, that a posting may name.
func (b *Book) Know(l Lot) {
	if _, ok := b.known[l.ID]; !ok {
		b.known[l.ID] = l
	}
}

// Stock gives the product's book as it is now; it must not be changed.
func (b *Book) Stock(product ident.ID) *Stock {
	s, ok := b.stocks[product]
	if !ok {
		s = &Stock{ProductID: product}
		b.stocks[product] = s
	}
	return s
}

// Pending is the number of movements not yet taken by Change.
func (b *Book) Pending() int { return len(b.movements) }

// Warnings gives what the postings so far found out of order.
func (b *Book) Warnings() []Warning { return b.warnings }

// Change gives what was made since the last call, numbered and chained after
// head, and starts anew.
func (b *Book) Change(head Head, shop tenant.ShopID) Change {
	for i := range b.movements {
		m := &b.movements[i]
		head.Seq++
		m.Seq = head.Seq
		m.Hash = Chain(head.Hash, shop, *m)
		head.Hash = m.Hash
	}
	c := Change{Head: head, Movements: b.movements, Lots: b.lots}
	for _, product := range sortedKeys(b.touched) {
		s := b.stocks[product]
		c.Balances = append(c.Balances, ProductBalance{product, s.Balance})
		for _, lot := range sortedKeys(b.touched[product]) {
			c.Left = append(c.Left, LotQuantity{product, lot, s.in(lot)})
		}
	}
	b.movements, b.lots = nil, nil
	clear(b.touched)
	return c
}

func sortedKeys[V any](m map[ident.ID]V) []ident.ID {
	keys := make([]ident.ID, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y ident.ID) int { return bytes.Compare(x[:], y[:]) })
	return keys
}

// GoesOutBefore orders lots first expired first out: no expiry last, then the
// oldest receipt, and the unassigned lot after all others.
func GoesOutBefore(x, y LotBalance) int {
	switch {
	case (x.LotID == Unassigned) != (y.LotID == Unassigned):
		if y.LotID == Unassigned {
			return -1
		}
		return 1
	case x.Expiry != nil && y.Expiry == nil:
		return -1
	case x.Expiry == nil && y.Expiry != nil:
		return 1
	case x.Expiry != nil && *x.Expiry != *y.Expiry:
		return cmp.Compare(*x.Expiry, *y.Expiry)
	}
	return cmp.Or(cmp.Compare(x.ReceivedAt, y.ReceivedAt), bytes.Compare(x.LotID[:], y.LotID[:]))
}

// in gives what a lot holds.
func (s *Stock) in(lot ident.ID) measure.Quantity {
	if lot == Unassigned {
		return s.Unassigned
	}
	for _, l := range s.Lots {
		if l.LotID == lot {
			return l.Quantity
		}
	}
	return 0
}

var errPosting = errors.New("stock: not a posting")

// check refuses what no caller may ask for; those are mistakes of a program,
// except a quantity of zero, which people type.
func check(p Posting) error {
	if p.ProductID.IsNil() {
		return fmt.Errorf("%w: no product", errPosting)
	}
	if !slices.Contains(kinds, p.Kind) {
		return fmt.Errorf("%w: kind %q", errPosting, p.Kind)
	}
	if !p.Quantity.InBounds() {
		return fault.New(fault.Invalid, "value.too_large").WithCause(measure.ErrRange)
	}
	if p.Kind == Revaluation {
		if p.Quantity != 0 || p.Value == nil {
			return fmt.Errorf("%w: a revaluation has a value and no quantity", errPosting)
		}
		return nil
	}
	if p.Quantity == 0 && p.Kind != Count {
		return fault.New(fault.Invalid, "stock.quantity_zero").WithField("quantity")
	}
	if d := p.Kind.direction(); d < 0 && p.Quantity > 0 || d > 0 && p.Quantity < 0 {
		return fmt.Errorf("%w: %s of %d", errPosting, p.Kind, p.Quantity)
	}
	if p.Value != nil && *p.Value < 0 || p.UnitCost != nil && *p.UnitCost < 0 {
		return fault.New(fault.Invalid, "stock.cost_negative").WithField("cost")
	}
	return nil
}

var kinds = Kinds()

// Post applies one posting.
func (b *Book) Post(p Posting) error {
	if err := check(p); err != nil {
		return err
	}
	s := b.Stock(p.ProductID)
	var err error
	switch {
	case p.Kind == Revaluation:
		err = b.record(s, p, p.Kind, p.ID, Unassigned, 0, *p.Value)
	case p.Quantity == 0:
		err = b.record(s, p, p.Kind, p.ID, Unassigned, 0, 0)
	case p.Quantity > 0:
		err = b.in(s, p)
	default:
		err = b.out(s, p)
	}
	if err != nil {
		return err
	}
	if err := b.settle(s, p); err != nil {
		return err
	}
	return b.level(s, p, false)
}

// piece is the part of a posting that one lot takes.
type piece struct {
	lot      ident.ID
	quantity measure.Quantity // positive
	expiry   *day.Date
	expired  bool
}

// out takes goods, lot by lot; what no lot has comes out of the unassigned one.
func (b *Book) out(s *Stock, p Posting) error {
	value, err := s.valueOut(-p.Quantity, p.Value, b.currency)
	if err != nil {
		return err
	}
	if err := b.pick(s, p); err != nil {
		return err
	}
	if p.Kind == Sale {
		for _, piece := range b.pieces {
			if piece.expired {
				b.warnings = append(b.warnings, Warning{ExpiredSold, s.ProductID, piece.lot, piece.expiry, piece.quantity})
			}
		}
	}
	if err := b.recordPieces(s, p, -1, -value); err != nil {
		return err
	}
	if s.OnHand < 0 {
		b.warnings = append(b.warnings, Warning{Kind: CountNeeded, ProductID: s.ProductID, Quantity: s.OnHand})
	}
	return nil
}

// pick chooses the lots that p takes from: the chosen one first. What is thrown
// away, missing at a count or sent back is most likely the oldest, expired or
// not; everything else takes what may still be sold first.
func (b *Book) pick(s *Stock, p Posting) error {
	b.pieces = b.pieces[:0]
	need := -p.Quantity
	chosen := Unassigned
	if p.LotID != nil && *p.LotID != Unassigned {
		chosen = *p.LotID
		if l, ok := b.known[chosen]; !ok || l.ProductID != s.ProductID {
			return fault.New(fault.NotFound, "stock.lot_unknown").WithField("lot")
		}
	}
	take := func(l LotBalance) {
		if q := min(need, l.Quantity); q > 0 {
			b.pieces = append(b.pieces, piece{l.LotID, q, l.Expiry, l.Expired(p.BusinessDay)})
			need -= q
		}
	}
	pass := func(wanted func(LotBalance) bool) {
		for _, l := range s.Lots {
			if need > 0 && wanted(l) {
				take(l)
			}
		}
	}
	if chosen != Unassigned {
		pass(func(l LotBalance) bool { return l.LotID == chosen })
	}
	if p.Kind == Spoilage || p.Kind == Count || p.Kind == SupplierReturn {
		pass(func(l LotBalance) bool { return l.LotID != chosen })
	} else {
		pass(func(l LotBalance) bool { return l.LotID != chosen && !l.Expired(p.BusinessDay) })
		pass(func(l LotBalance) bool { return l.LotID != chosen && l.Expired(p.BusinessDay) })
	}
	if need > 0 {
		b.pieces = append(b.pieces, piece{lot: Unassigned, quantity: need})
	}
	return nil
}

// in brings goods into a lot and puts right what earlier sales out of nothing
// were valued at.
func (b *Book) in(s *Stock, p Posting) error {
	value, correction, err := s.valueIn(p.Quantity, p.Value, p.UnitCost, b.currency)
	if err != nil {
		return err
	}
	if err := b.place(s, &p); err != nil {
		return err
	}
	if err := b.recordPieces(s, p, +1, value); err != nil {
		return err
	}
	if correction == 0 {
		return nil
	}
	return b.record(s, p.byProduct(), Revaluation, ident.Nil, Unassigned, 0, correction)
}

// place chooses where goods go: a delivery is a new lot; a return goes where it
// is told; a surplus without a lot first fills the hole, then joins the newest
// lot that may still be sold, or makes one.
func (b *Book) place(s *Stock, p *Posting) error {
	b.pieces = b.pieces[:0]
	if p.ID.IsNil() {
		p.ID = b.newID()
	}
	switch {
	case p.Lot != nil || p.Kind.arrives() && p.LotID == nil:
		spec := LotSpec{}
		if p.Lot != nil {
			spec = *p.Lot
		}
		b.open(s, p.ID, *p, spec)
		b.pieces = append(b.pieces, piece{lot: p.ID, quantity: p.Quantity})
	case p.LotID != nil && *p.LotID != Unassigned:
		if l, ok := b.known[*p.LotID]; !ok || l.ProductID != s.ProductID {
			return fault.New(fault.NotFound, "stock.lot_unknown").WithField("lot")
		}
		b.pieces = append(b.pieces, piece{lot: *p.LotID, quantity: p.Quantity})
	default:
		hole := min(p.Quantity, -s.Unassigned)
		if hole > 0 {
			b.pieces = append(b.pieces, piece{lot: Unassigned, quantity: hole})
		}
		if rest := p.Quantity - hole; rest > 0 {
			b.pieces = append(b.pieces, piece{lot: b.surplusLot(s, *p), quantity: rest})
		}
	}
	return nil
}

// surplusLot is the newest lot that may still be sold on the posting's day, or
// a new one.
func (b *Book) surplusLot(s *Stock, p Posting) ident.ID {
	var newest *LotBalance
	for i := range s.Lots {
		l := &s.Lots[i]
		if l.Quantity > 0 && !l.Expired(p.BusinessDay) && (newest == nil || l.ReceivedAt >= newest.ReceivedAt) {
			newest = l
		}
	}
	if newest != nil {
		return newest.LotID
	}
	id := b.newID()
	b.open(s, id, p, LotSpec{})
	return id
}

// open makes a lot.
func (b *Book) open(s *Stock, id ident.ID, p Posting, spec LotSpec) {
	l := Lot{ID: id, ProductID: s.ProductID, Code: spec.Code, Produced: spec.Produced, Expiry: spec.Expiry, ReceivedAt: p.OccurredAt, SupplierID: spec.SupplierID}
	b.known[id] = l
	b.lots = append(b.lots, l)
}

// recordPieces writes one movement a piece and shares the value among them.
func (b *Book) recordPieces(s *Stock, p Posting, sign measure.Quantity, value money.Amount) error {
	values := []money.Amount{value}
	if len(b.pieces) > 1 {
		weights := make([]int64, len(b.pieces))
		for i, piece := range b.pieces {
			weights[i] = int64(piece.quantity)
		}
		values = money.Split(value, weights)
	}
	id := p.ID
	for i, piece := range b.pieces {
		if err := b.record(s, p, p.Kind, id, piece.lot, sign*piece.quantity, values[i]); err != nil {
			return err
		}
		id = ident.Nil
	}
	return nil
}
