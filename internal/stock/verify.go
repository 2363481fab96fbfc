package stock

import (
	"context"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
)

// maxFindings ends a verification that finds nothing but ruins.
const maxFindings = 100

// proof folds the ledger again, from the first line, and collects what does
// not hold.
type proof struct {
	shop     tenant.ShopID
	currency money.Currency
	head     Head
	stocks   map[ident.ID]*Stock
	lots     map[LotQuantity]measure.Quantity // key: product and lot, Quantity 0
	memories map[ident.ID]*memory
	seen     map[ident.ID]counterpart
	findings []string
}

// counterpart is what a counter-entry must mirror.
type counterpart struct {
	product, lot ident.ID
	quantity     measure.Quantity
	value        money.Amount
	reversed     bool
}

func (p *proof) find(format string, args ...any) {
	if len(p.findings) < maxFindings {
		p.findings = append(p.findings, fmt.Sprintf(format, args...))
	}
}

// add checks one line against the lines before it and applies it.
func (p *proof) add(m Movement) error {
	if m.Seq != p.head.Seq+1 {
		p.find("movement %d follows movement %d: the numbers have a gap", m.Seq, p.head.Seq)
	}
	if want := Chain(p.head.Hash, p.shop, m); want != m.Hash {
		p.find("movement %d was altered, or a line before it: its hash does not match", m.Seq)
	}
	p.head = Head{m.Seq, m.Hash}
	p.mirror(m)
	s, ok := p.stocks[m.ProductID]
	if !ok {
		s = &Stock{ProductID: m.ProductID}
		p.stocks[m.ProductID], p.memories[m.ProductID] = s, &memory{}
	}
	if err := s.apply(m, p.currency); err != nil {
		p.find("movement %d takes product %s out of bounds", m.Seq, m.ProductID)
		return nil //nolint:nilerr // it is a finding; the proof goes on
	}
	p.memories[m.ProductID].add(m)
	p.lots[LotQuantity{ProductID: m.ProductID, LotID: m.LotID}] += m.Quantity
	return nil
}

func (p *proof) mirror(m Movement) {
	if _, twice := p.seen[m.ID]; twice {
		p.find("movement %d has the id of an earlier one, %s", m.Seq, m.ID)
	}
	p.seen[m.ID] = counterpart{product: m.ProductID, lot: m.LotID, quantity: m.Quantity, value: m.Value}
	if m.ReversesID == nil {
		return
	}
	o, ok := p.seen[*m.ReversesID]
	switch {
	case !ok:
		p.find("movement %d reverses one that is not before it, %s", m.Seq, *m.ReversesID)
		return
	case o.reversed:
		p.find("movement %d reverses one that was reversed already, %s", m.Seq, *m.ReversesID)
	case o.product != m.ProductID || o.lot != m.LotID || o.quantity != -m.Quantity || o.value != -m.Value:
		p.find("movement %d is not the opposite of the one it reverses, %s", m.Seq, *m.ReversesID)
	}
	o.reversed = true
	p.seen[*m.ReversesID] = o
}

// finish recalls what undoing changed and gives the balances that must be.
func (p *proof) finish() ([]ProductBalance, []LotQuantity) {
	var balances []ProductBalance
	var left []LotQuantity
	for _, id := range sortedKeys(p.stocks) {
		s := p.stocks[id]
		p.memories[id].recall(&s.Balance, p.currency)
		balances = append(balances, ProductBalance{id, s.Balance})
	}
	for key, q := range p.lots {
		if q < 0 && key.LotID != Unassigned {
			p.find("lot %s of product %s holds %s: only unassigned goods may be below zero", key.LotID, key.ProductID, q.Decimal())
		}
		if q != 0 {
			key.Quantity = q
			left = append(left, key)
		}
	}
	return balances, left
}

// prove reads the whole ledger of the shop.
func (s *Service) prove(ctx context.Context) (*proof, []ProductBalance, []LotQuantity, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	p := &proof{
		shop: scope.Shop, currency: scope.Currency,
		stocks: map[ident.ID]*Stock{}, memories: map[ident.ID]*memory{},
		lots: map[LotQuantity]measure.Quantity{}, seen: map[ident.ID]counterpart{},
	}
	if err := s.store.Each(ctx, nil, p.add); err != nil {
		return nil, nil, nil, err
	}
	balances, left := p.finish()
	return p, balances, left, nil
}

// Verify proves the shop's stock from its ledger: numbers without gaps, the hash
// chain, counter-entries that mirror, balances of products and lots that are
// the sums of their movements, and lots below zero nowhere but unassigned. It
// names what does not hold, in English, for an operator; nothing is empty.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	var findings []string
	err := s.store.Snapshot(ctx, func(ctx context.Context) error {
		p, balances, left, err := s.prove(ctx)
		if err != nil {
			return err
		}
		head, err := s.store.Head(ctx)
		if err != nil {
			return err
		}
		if head.Seq != p.head.Seq || head.Seq > 0 && head.Hash != p.head.Hash {
			p.find("the ledger ends at movement %d, but %d is noted as its end: lines are missing or were added", p.head.Seq, head.Seq)
		}
		stored, err := s.store.Stocks(ctx, nil)
		if err != nil {
			return err
		}
		p.compare(stored, balances, left)
		if err := s.lotsExist(ctx, p); err != nil {
			return err
		}
		findings = p.findings
		return nil
	})
	return findings, err
}

// compare holds the stored balances against the proven ones.
func (p *proof) compare(stored map[ident.ID]*Stock, balances []ProductBalance, left []LotQuantity) {
	proven := map[ident.ID]bool{}
	for _, b := range balances {
		proven[b.ProductID] = true
		s, ok := stored[b.ProductID]
		if !ok {
			p.find("product %s has movements but no balance", b.ProductID)
			continue
		}
		if s.OnHand != b.OnHand || s.Value != b.Value {
			p.find("product %s: the balance says %s worth %d, its movements sum to %s worth %d",
				b.ProductID, s.OnHand.Decimal(), s.Value, b.OnHand.Decimal(), b.Value)
		} else if !sameBalance(s.Balance, b.Balance) {
			p.find("product %s: last cost, last count or known-since do not follow from its movements", b.ProductID)
		}
	}
	lots := map[LotQuantity]measure.Quantity{}
	for _, id := range sortedKeys(stored) {
		s := stored[id]
		if !proven[id] {
			p.find("product %s has a balance but no movements", id)
		}
		lots[LotQuantity{ProductID: id}] = s.Unassigned
		for _, l := range s.Lots {
			lots[LotQuantity{ProductID: id, LotID: l.LotID}] = l.Quantity
		}
	}
	for _, l := range left {
		key := LotQuantity{ProductID: l.ProductID, LotID: l.LotID}
		if lots[key] != l.Quantity {
			p.find("lot %s of product %s: the balance says %s, its movements sum to %s", l.LotID, l.ProductID, lots[key].Decimal(), l.Quantity.Decimal())
		}
		delete(lots, key)
	}
	for key, q := range lots {
		if q != 0 {
			p.find("lot %s of product %s: the balance says %s, its movements sum to 0", key.LotID, key.ProductID, q.Decimal())
		}
	}
}

func sameBalance(a, b Balance) bool {
	return a.OnHand == b.OnHand && a.Value == b.Value && a.LastCost == b.LastCost && a.CountNeeded == b.CountNeeded &&
		sameDay(a.KnownFrom, b.KnownFrom) && sameDay(a.LastCount, b.LastCount)
}

func sameDay(a, b *day.Date) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// lotsExist checks that every lot of the ledger is known and of its product.
func (s *Service) lotsExist(ctx context.Context, p *proof) error {
	ids := map[ident.ID]struct{}{}
	for key := range p.lots {
		if key.LotID != Unassigned {
			ids[key.LotID] = struct{}{}
		}
	}
	lots, err := s.store.Lots(ctx, sortedKeys(ids))
	if err != nil {
		return err
	}
	for key := range p.lots {
		if l, ok := lots[key.LotID]; key.LotID != Unassigned && (!ok || l.ProductID != key.ProductID) {
			p.find("lot %s of product %s is not described anywhere", key.LotID, key.ProductID)
		}
	}
	return nil
}

// Rebuild computes all balances of the shop from its ledger and overwrites the
// stored ones. The ledger itself is not touched.
func (s *Service) Rebuild(ctx context.Context) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if _, err := s.store.Lock(ctx); err != nil {
			return err
		}
		_, balances, left, err := s.prove(ctx)
		if err != nil {
			return err
		}
		return s.store.Replace(ctx, balances, left)
	})
}
