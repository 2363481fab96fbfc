package stock

import (
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// byProduct is the posting under which the ledger adds lines of its own: same
// time and source, so that undoing the source undoes them too.
func (p Posting) byProduct() Posting {
	p.ID, p.Reason, p.Note = ident.Nil, "", ""
	return p
}

// record writes one movement and applies it.
func (b *Book) record(s *Stock, p Posting, kind Kind, id, lot ident.ID, q measure.Quantity, v money.Amount) error {
	if id.IsNil() {
		id = b.newID()
	}
	return b.write(s, Movement{
		ID: id, Kind: kind, ProductID: s.ProductID, LotID: lot, Quantity: q, Value: v,
		OccurredAt: p.OccurredAt, RecordedAt: b.recorded, BusinessDay: p.BusinessDay,
		Source: p.Source, SourceID: p.SourceID, SourceLine: p.SourceLine,
		Reason: p.Reason, Note: p.Note, PersonID: b.by.Person, Request: b.by.Request,
	})
}

func (b *Book) write(s *Stock, m Movement) error {
	if err := s.apply(m, b.currency); err != nil {
		return err
	}
	if err := b.shift(s, m.LotID, m.Quantity); err != nil {
		return err
	}
	lots := b.touched[s.ProductID]
	if lots == nil {
		lots = map[ident.ID]struct{}{}
		b.touched[s.ProductID] = lots
	}
	if m.Quantity != 0 {
		lots[m.LotID] = struct{}{}
	}
	b.movements = append(b.movements, m)
	return nil
}

// apply is the one rule by which a movement changes a product's balance, used
// for posting and for proving.
func (s *Stock) apply(m Movement, c money.Currency) error {
	onHand, err := s.OnHand.Add(m.Quantity)
	if err != nil {
		return err
	}
	value, err := s.Value.Add(m.Value)
	if err != nil {
		return err
	}
	s.OnHand, s.Value = onHand, value
	if m.makesKnown() && s.KnownFrom == nil {
		from := m.BusinessDay
		s.KnownFrom = &from
	}
	if m.counts() {
		last := m.BusinessDay
		s.LastCount, s.CountNeeded = &last, false
	}
	if cost, ok := m.provesCost(c); ok {
		s.LastCost = cost
	}
	if s.OnHand < 0 {
		s.CountNeeded = true
	}
	return nil
}

// counts reports whether somebody looked: an adjustment is a count movement by
// kind, but nobody counted.
func (m Movement) counts() bool {
	return m.Kind == Count && m.Source != SourceAdjust && m.ReversesID == nil
}

// makesKnown reports whether the product's stock is known from m on.
func (m Movement) makesKnown() bool {
	return m.counts() || m.Kind.arrives() && m.ReversesID == nil
}

// provesCost gives the cost per base unit that m is evidence of. Goods for
// nothing prove nothing.
func (m Movement) provesCost(c money.Currency) (money.Price, bool) {
	opening := m.Kind == Count && m.Source == SourceOpening
	if !m.Kind.arrives() && !opening || m.ReversesID != nil || m.Quantity <= 0 || m.Value <= 0 {
		return 0, false
	}
	p, err := money.UnitPrice(m.Value, m.Quantity, c)
	return p, err == nil
}

// remembers reports whether undoing m changes what the balance remembers.
func (m Movement) remembers() bool {
	return m.Kind == Count || m.Kind.arrives()
}

// memory folds a product's ledger into what its balance remembers: known since,
// last count, last cost, each from movements that were not undone.
type memory struct {
	events   []Movement
	reversed map[ident.ID]bool
}

func (k *memory) add(m Movement) {
	if m.ReversesID != nil {
		if k.reversed == nil {
			k.reversed = map[ident.ID]bool{}
		}
		k.reversed[*m.ReversesID] = true
		return
	}
	if m.remembers() {
		k.events = append(k.events, m)
	}
}

// recall sets what the balance remembers.
func (k *memory) recall(b *Balance, c money.Currency) {
	b.KnownFrom, b.LastCount, b.LastCost = nil, nil, 0
	for _, m := range k.events {
		if k.reversed[m.ID] {
			continue
		}
		if m.makesKnown() && b.KnownFrom == nil {
			from := m.BusinessDay
			b.KnownFrom = &from
		}
		if m.counts() {
			last := m.BusinessDay
			b.LastCount = &last
		}
		if cost, ok := m.provesCost(c); ok {
			b.LastCost = cost
		}
	}
}

// shift changes what a lot holds.
func (b *Book) shift(s *Stock, lot ident.ID, q measure.Quantity) error {
	if lot == Unassigned {
		left, err := s.Unassigned.Add(q)
		s.Unassigned = left
		return err
	}
	i := slices.IndexFunc(s.Lots, func(l LotBalance) bool { return l.LotID == lot })
	if i < 0 {
		k := b.known[lot]
		l := LotBalance{LotID: lot, Code: k.Code, Expiry: k.Expiry, ReceivedAt: k.ReceivedAt}
		i, _ = slices.BinarySearchFunc(s.Lots, l, GoesOutBefore)
		s.Lots = slices.Insert(s.Lots, i, l)
	}
	left, err := s.Lots[i].Quantity.Add(q)
	if err != nil {
		return err
	}
	s.Lots[i].Quantity = left
	if left == 0 {
		s.Lots = slices.Delete(s.Lots, i, i+1)
	}
	return nil
}

// settle brings the lots back into their normal form by transfers between lots
// of the product: the unassigned lot lends to lots below zero (a counter-entry
// can leave them so), a surplus in it joins a lot, and a hole in it is filled
// from the lots. Transfers within a product carry no value, because value is
// kept per product. Those in go first, so that the balance never dips.
func (b *Book) settle(s *Stock, p Posting) error {
	below := slices.ContainsFunc(s.Lots, func(l LotBalance) bool { return l.Quantity < 0 })
	if !below && (s.Unassigned == 0 || s.Unassigned < 0 && len(s.Lots) == 0) {
		return nil
	}
	p = p.byProduct()
	hole := s.Unassigned
	var moves []LotQuantity
	for _, l := range s.Lots {
		if l.Quantity < 0 {
			hole += l.Quantity
			moves = append(moves, LotQuantity{LotID: l.LotID, Quantity: -l.Quantity})
		}
	}
	if hole > 0 {
		moves = append(moves, LotQuantity{LotID: b.surplusLot(s, p), Quantity: hole})
		hole = 0
	}
	for _, expired := range []bool{false, true} {
		for _, l := range s.Lots {
			if q := min(-hole, l.Quantity); q > 0 && l.Expired(p.BusinessDay) == expired {
				hole += q
				moves = append(moves, LotQuantity{LotID: l.LotID, Quantity: -q})
			}
		}
	}
	if hole != s.Unassigned {
		moves = append(moves, LotQuantity{LotID: Unassigned, Quantity: hole - s.Unassigned})
	}
	for _, in := range []bool{true, false} {
		for _, m := range moves {
			if (m.Quantity > 0) != in {
				continue
			}
			if err := b.record(s, p, Transfer, ident.Nil, m.LotID, m.Quantity, 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// level keeps the value sensible: nothing on hand is worth nothing, and the
// value has the sign of the quantity. Only counter-entries, explicit values and
// rounding can bring it out of order. When lent, goods were sold out of a delivery
// that never was, and the hole that they left is worth the last cost.
func (b *Book) level(s *Stock, p Posting, lent bool) error {
	want := s.Value
	var err error
	switch {
	case s.OnHand == 0:
		want = 0
	case s.OnHand > 0 && s.Value < 0, s.OnHand < 0 && (s.Value > 0 || lent):
		want, err = money.Line(s.OnHand, s.LastCost, b.currency)
	}
	if err != nil || want == s.Value {
		return err
	}
	return b.record(s, p.byProduct(), Revaluation, ident.Nil, Unassigned, 0, want-s.Value)
}

// Reverse writes a counter-entry for each movement, the newest first: same
// instant, day and source, opposite quantity and value. What must follow to
// keep the lots in order is booked under SourceSettle, so that it is not undone
// with the source. The lots of the movements must be known to the book, and its
// stocks must already remember what they did without the movements.
func (b *Book) Reverse(originals []Movement, reason string) error {
	products, arrived := map[ident.ID]Posting{}, map[ident.ID]bool{}
	for _, o := range slices.Backward(originals) {
		m := o
		id := o.ID
		m.ID, m.Seq, m.Hash = b.newID(), 0, Hash{}
		m.Quantity, m.Value = -o.Quantity, -o.Value
		m.ReversesID, m.Reason, m.Note = &id, reason, ""
		m.RecordedAt, m.PersonID, m.Request = b.recorded, b.by.Person, b.by.Request
		if err := b.write(b.Stock(o.ProductID), m); err != nil {
			return err
		}
		if o.Kind.arrives() {
			arrived[o.ProductID] = true
		}
		products[o.ProductID] = Posting{OccurredAt: o.OccurredAt, BusinessDay: o.BusinessDay, Source: SourceSettle}
	}
	for _, product := range sortedKeys(products) {
		s, p := b.Stock(product), products[product]
		if err := b.settle(s, p); err != nil {
			return err
		}
		if err := b.level(s, p, arrived[product]); err != nil {
			return err
		}
		if s.OnHand < 0 {
			b.warnings = append(b.warnings, Warning{Kind: CountNeeded, ProductID: product, Quantity: s.OnHand})
		}
	}
	return nil
}

// valueOut is what q leaving goods cost: their share of the moving average; all
// of the value for all of the stock; the last cost for what the book does not
// hold.
func (s *Stock) valueOut(q measure.Quantity, exact *money.Amount, c money.Currency) (money.Amount, error) {
	switch {
	case exact != nil:
		return *exact, nil
	case s.OnHand <= 0:
		return money.Line(q, s.LastCost, c)
	case q < s.OnHand:
		v, err := money.MulDiv(int64(s.Value), int64(q), int64(s.OnHand))
		return money.Amount(v), err
	}
	beyond, err := money.Line(q-s.OnHand, s.LastCost, c)
	if err != nil {
		return 0, err
	}
	return s.Value.Add(beyond)
}

// valueIn is what q arriving goods cost, and the correction of what the part
// that fills a hole was valued at when it left.
func (s *Stock) valueIn(q measure.Quantity, exact *money.Amount, unit *money.Price, c money.Currency) (value, correction money.Amount, err error) {
	settled := min(q, max(0, -s.OnHand))
	var lent money.Amount // what the books took out for the settled part
	if settled > 0 {
		n, err := money.MulDiv(int64(s.Value), int64(settled), int64(s.OnHand))
		if err != nil {
			return 0, 0, err
		}
		lent = money.Amount(n)
	}
	switch {
	case exact != nil:
		value = *exact
	case unit != nil:
		value, err = money.Line(q, *unit, c)
	case s.OnHand > 0:
		var n int64
		n, err = money.MulDiv(int64(s.Value), int64(q), int64(s.OnHand))
		return money.Amount(n), 0, err
	default:
		if value, err = money.Line(q-settled, s.LastCost, c); err == nil {
			value, err = value.Add(lent)
		}
		return value, 0, err
	}
	if err != nil || settled == 0 {
		return value, 0, err
	}
	truth, err := money.MulDiv(int64(value), int64(settled), int64(q))
	return value, lent - money.Amount(truth), err
}
