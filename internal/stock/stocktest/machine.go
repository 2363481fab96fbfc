package stocktest

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// Machine lives random lives of a shop on every house at once, and after every
// step compares each with a plain map and with the others, and proves the
// ledger.
func Machine(t *testing.T, houses ...House) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine(t, houses)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			m.clock.at = m.clock.at.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "hours")) * time.Hour)
			m.step(rt)
			m.check(rt)
		}
		m.rebuild(rt)
	})
}

// life is one house's shop in a machine.
type life struct {
	house    House
	service  *stock.Service
	ctx      context.Context
	products []ident.ID
}

// action is something that was done and may be undone, by the same numbers in
// every house.
type action struct {
	source ident.ID
	deltas map[int]measure.Quantity
	own    bool // may be undone in the stock room
	undone bool
	again  func(l life) error // the same request once more
}

type machine struct {
	lives   []life
	clock   *clock
	onHand  map[int]measure.Quantity
	actions []*action
}

func newMachine(t *testing.T, houses []House) *machine {
	m := &machine{clock: &clock{at: Noon}, onHand: map[int]measure.Quantity{}}
	for _, h := range houses {
		ctx := h.Shop(t)
		m.lives = append(m.lives, life{h, stock.New(h.Store, h.Atomic, m.clock.now), ctx, h.Products(t, ctx, 2)})
	}
	return m
}

// each does the same in every house.
func (m *machine) each(rt *rapid.T, do func(l life) error) {
	for _, l := range m.lives {
		if err := do(l); err != nil {
			rt.Fatal(err)
		}
	}
}

func (m *machine) did(a *action) {
	for p, d := range a.deltas {
		m.onHand[p] += d
	}
	m.actions = append(m.actions, a)
}

func (m *machine) step(rt *rapid.T) {
	steps := map[string]func(*rapid.T){
		"post": m.post, "load": m.post, "count": m.count, "adjust": m.adjust, "loss": m.loss, "receive": m.receive,
		"opening": m.opening, "reverse": m.reverse, "undo": m.undo, "repeat": m.repeat,
	}
	steps[rapid.SampledFrom(slices.Sorted(maps.Keys(steps))).Draw(rt, "step")](rt)
}

func drawQuantity(rt *rapid.T) measure.Quantity {
	return measure.Quantity(rapid.Int64Range(1, 9000).Draw(rt, "quantity"))
}

func drawProduct(rt *rapid.T) int { return rapid.IntRange(0, 1).Draw(rt, "product") }

func drawCost(rt *rapid.T) *money.Price {
	if rapid.Bool().Draw(rt, "costed") {
		return pointer(money.Price(rapid.Int64Range(0, 300_000).Draw(rt, "cost")))
	}
	return nil
}

func (m *machine) drawTime(rt *rapid.T) day.Micros {
	return day.At(m.clock.at.Add(-time.Duration(rapid.IntRange(-10, 100).Draw(rt, "hours ago")) * time.Hour))
}

func (m *machine) drawExpiry(rt *rapid.T) *day.Date {
	if rapid.Bool().Draw(rt, "expires") {
		return pointer(Today + day.Date(rapid.IntRange(-5, 20).Draw(rt, "expiry")))
	}
	return nil
}

// post moves a few goods through Post or Load.
func (m *machine) post(rt *rapid.T) {
	a := &action{source: ident.New(), deltas: map[int]measure.Quantity{}}
	var list []stock.Posting
	var products []int
	for line := range rapid.IntRange(1, 4).Draw(rt, "lines") {
		kind := rapid.SampledFrom([]stock.Kind{stock.Receipt, stock.Sale, stock.Sale, stock.Sale, stock.CustomerReturn,
			stock.SupplierReturn, stock.Harvest, stock.ProcessingIn, stock.ProcessingOut, stock.Transfer}).Draw(rt, "kind")
		q := drawQuantity(rt)
		p := stock.Posting{Kind: kind, OccurredAt: m.drawTime(rt), Source: "elsewhere", SourceID: a.source, SourceLine: line}
		switch kind {
		case stock.Sale, stock.SupplierReturn, stock.ProcessingOut:
			q = -q
		case stock.Receipt:
			p.UnitCost, p.Lot = drawCost(rt), &stock.LotSpec{Expiry: m.drawExpiry(rt)}
		case stock.Transfer:
			if rapid.Bool().Draw(rt, "away") {
				q = -q
			}
		}
		p.Quantity = q
		product := drawProduct(rt)
		a.deltas[product] += q
		list, products = append(list, p), append(products, product)
	}
	load := rapid.Bool().Draw(rt, "load")
	m.each(rt, func(l life) error {
		for i := range list {
			list[i].ProductID = l.products[products[i]]
		}
		if load {
			return l.service.Load(l.ctx, list)
		}
		_, _, err := l.service.Post(l.ctx, list)
		return err
	})
	m.did(a)
}

func (m *machine) count(rt *rapid.T) {
	product, counted := drawProduct(rt), drawQuantity(rt)-1
	book := m.onHand[product]
	request := stock.CountRequest{ClientID: ident.New(), Counted: counted, Expected: &book, At: m.drawTime(rt)}
	a := &action{source: request.ClientID, deltas: map[int]measure.Quantity{product: counted - book}, own: true}
	a.again = func(l life) error {
		r := request
		r.ProductID = l.products[product]
		return l.service.Count(l.ctx, r)
	}
	m.each(rt, func(l life) error {
		stale := request
		stale.ClientID, stale.ProductID, stale.Expected = ident.New(), l.products[product], pointer(book+1)
		if err := l.service.Count(l.ctx, stale); fault.KindOf(err) != fault.Conflict {
			rt.Fatalf("a stale count: %v", err)
		}
		return a.again(l)
	})
	m.did(a)
}

func (m *machine) adjust(rt *rapid.T) {
	product, q := drawProduct(rt), drawQuantity(rt)
	if rapid.Bool().Draw(rt, "down") {
		q = -q
	}
	a := &action{source: ident.New(), deltas: map[int]measure.Quantity{product: q}, own: true}
	a.again = func(l life) error {
		return l.service.Adjust(l.ctx, stock.AdjustRequest{ClientID: a.source, ProductID: l.products[product], Delta: q, Reason: "r"})
	}
	m.each(rt, a.again)
	m.did(a)
}

func (m *machine) loss(rt *rapid.T) {
	product, q := drawProduct(rt), drawQuantity(rt)
	reason := rapid.SampledFrom([]stock.Kind{stock.Spoilage, stock.OwnUse, stock.Gift}).Draw(rt, "reason")
	a := &action{source: ident.New(), deltas: map[int]measure.Quantity{product: -q}, own: true}
	a.again = func(l life) error {
		return l.service.Loss(l.ctx, stock.LossRequest{ClientID: a.source, ProductID: l.products[product], Quantity: q, Reason: reason})
	}
	m.each(rt, a.again)
	m.did(a)
}

func (m *machine) receive(rt *rapid.T) {
	p, q := drawProduct(rt), drawQuantity(rt)
	cost, expiry, at := drawCost(rt), m.drawExpiry(rt), m.drawTime(rt)
	a := &action{source: ident.New(), deltas: map[int]measure.Quantity{p: q}, own: true}
	a.again = func(l life) error {
		return l.service.Receive(l.ctx, stock.ReceiveRequest{ClientID: a.source, At: at, Lines: []stock.ReceiveLine{
			{ProductID: l.products[p], Quantity: q, UnitCost: cost, Expiry: expiry},
		}})
	}
	m.each(rt, a.again)
	m.did(a)
}

func (m *machine) opening(rt *rapid.T) {
	p, q, cost := drawProduct(rt), drawQuantity(rt), drawCost(rt)
	var lot *stock.LotSpec
	if rapid.Bool().Draw(rt, "lot") {
		lot = &stock.LotSpec{Expiry: m.drawExpiry(rt)}
	}
	a := &action{source: ident.New(), deltas: map[int]measure.Quantity{p: q - m.onHand[p]}, own: true}
	m.each(rt, func(l life) error {
		return l.service.Opening(l.ctx, []stock.OpeningLine{{ProductID: l.products[p], Quantity: q, UnitCost: cost, Lot: lot, SourceID: a.source, SourceLine: 1}})
	})
	m.did(a)
}

func (m *machine) drawAction(rt *rapid.T) *action {
	if len(m.actions) == 0 {
		return &action{source: ident.New(), undone: true}
	}
	return rapid.SampledFrom(m.actions).Draw(rt, "action")
}

func (m *machine) taken(a *action) {
	if !a.undone {
		for p, d := range a.deltas {
			m.onHand[p] -= d
		}
	}
	a.undone = true
}

func (m *machine) reverse(rt *rapid.T) {
	a := m.drawAction(rt)
	m.each(rt, func(l life) error {
		made, err := l.service.Reverse(l.ctx, a.source, "r")
		if err == nil && a.undone && len(made) > 0 {
			rt.Fatalf("reversed twice: %+v", made)
		}
		return err
	})
	m.taken(a)
}

// undo takes back an action through one of its movements.
func (m *machine) undo(rt *rapid.T) {
	a := m.drawAction(rt)
	nth := rapid.IntRange(0, 9).Draw(rt, "movement")
	m.each(rt, func(l life) error {
		list, err := l.service.OfSource(l.ctx, a.source)
		if err != nil || len(list) == 0 {
			return err
		}
		o := list[nth%len(list)]
		err = l.service.Undo(l.ctx, o.ID, "r")
		if ok := a.own && !a.undone && o.ReversesID == nil; ok != (err == nil) || err != nil && fault.KindOf(err) != fault.Conflict {
			rt.Fatalf("undo of %+v: %v", o, err)
		}
		return nil
	})
	if a.own {
		m.taken(a)
	}
}

// repeat sends an earlier request once more: nothing may change.
func (m *machine) repeat(rt *rapid.T) {
	if a := m.drawAction(rt); a.again != nil {
		m.each(rt, a.again)
	}
}

// seen is what can be compared between houses: everything but ids.
type seen struct {
	balance stock.Balance
	lots    []measure.Quantity
}

func (m *machine) look(rt *rapid.T, l life) (list []seen) {
	balances, err := l.service.Balances(l.ctx, l.products)
	if err != nil {
		rt.Fatal(err)
	}
	lots, err := l.service.LotsOf(l.ctx, l.products)
	if err != nil {
		rt.Fatal(err)
	}
	for i, p := range l.products {
		s := seen{balance: balances[p]}
		var sum measure.Quantity
		for _, lot := range lots[p] {
			s.lots = append(s.lots, lot.Quantity)
			sum += lot.Quantity
			if hole := lot.LotID == stock.Unassigned; hole != (lot.Quantity < 0) || hole && len(lots[p]) > 1 {
				rt.Fatalf("lots out of form: %+v", lots[p])
			}
		}
		if s.balance.OnHand != m.onHand[i] || sum != m.onHand[i] {
			rt.Fatalf("product %d: on hand %d, lots %d, asked for %d", i, s.balance.OnHand, sum, m.onHand[i])
		}
		list = append(list, s)
	}
	return list
}

func (m *machine) check(rt *rapid.T) {
	var first []seen
	for i, l := range m.lives {
		findings, err := l.service.Verify(l.ctx)
		if err != nil || len(findings) > 0 {
			rt.Fatalf("verify: %q, %v", findings, err)
		}
		got := m.look(rt, l)
		if i == 0 {
			first = got
		}
		for p := range got {
			if !slices.Equal(got[p].lots, first[p].lots) || describe(got[p].balance) != describe(first[p].balance) {
				rt.Fatalf("the engines differ: %+v and %+v", first[p], got[p])
			}
		}
	}
}

// describe writes a balance without its pointers.
func describe(b stock.Balance) [8]int64 {
	list := [8]int64{int64(b.OnHand), int64(b.Value), int64(b.LastCost)}
	if b.KnownFrom != nil {
		list[3], list[4] = 1, int64(*b.KnownFrom)
	}
	if b.LastCount != nil {
		list[5], list[6] = 1, int64(*b.LastCount)
	}
	if b.CountNeeded {
		list[7] = 1
	}
	return list
}

// rebuild computes the balances anew: nothing may change.
func (m *machine) rebuild(rt *rapid.T) {
	for _, l := range m.lives {
		before := m.look(rt, l)
		if err := l.service.Rebuild(l.ctx); err != nil {
			rt.Fatal(err)
		}
		for p, after := range m.look(rt, l) {
			if describe(after.balance) != describe(before[p].balance) || !slices.Equal(after.lots, before[p].lots) {
				rt.Fatalf("rebuilt %+v, was %+v", after, before[p])
			}
		}
	}
}
