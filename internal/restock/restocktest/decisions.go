package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
)

// decided is a decision about a product, made on a day, for the week behind it.
func decided(product ident.ID, kind restock.Decided, made day.Date) restock.Decision {
	d := restock.Decision{
		ID: ident.New(), ProductID: product, Day: made, Kind: kind, Suggested: 10_000, UnitCost: 52_000, UnitMargin: 36_000,
		Arrival: made.Add(2), Until: made.Add(5), Due: new(made.Add(4)), Expected: 9_000, Low: 5_000, High: 14_000, Level: 9_500,
		Why: restock.WhyCash, Note: "没钱", MadeAt: day.Micros(1000 * int64(made)), Inputs: []byte{1, 2, 3},
	}
	if kind != restock.DecidedIgnored {
		d.Person = new(ident.New())
	}
	return d
}

func (h House) decide(t *testing.T, ctx context.Context, list ...restock.Decision) (n int) {
	t.Helper()
	h.do(t, ctx, func(ctx context.Context) (err error) {
		n, err = h.Store.AddDecisions(ctx, list)
		return err
	})
	return n
}

func testDecisions(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	supplier, offers := h.supplier(t, h.A, "果园", "farmer", p)
	first, second, never := decided(p.ID, restock.DecidedSnoozed, Today.Add(-9)), decided(p.ID, restock.DecidedIgnored, Today.Add(-8)), decided(p.ID, restock.DecidedRejected, Today.Add(-7))
	first.SupplierID, first.OfferID, first.OrderID, first.Chosen = &supplier.ID, new(offers[p.ID].ID), new(ident.New()), 5_000
	never.Due = nil
	if n := h.decide(t, h.A, first, second, never); n != 3 {
		t.Errorf("%d of 3 were new", n)
	}
	changed := first
	changed.Chosen = 99_000
	if n := h.decide(t, h.A, changed); n != 0 {
		t.Errorf("the same id again: %d", n)
	}
	due := func(ctx context.Context, through day.Date, after restock.DuePlace, limit int) []restock.Decision {
		t.Helper()
		list, err := h.Store.Due(ctx, through, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	same(t, "all that is due", due(h.A, Today, restock.DuePlace{}, 9), []restock.Decision{first, second})
	same(t, "what was due first", due(h.A, Today.Add(-5), restock.DuePlace{}, 9), []restock.Decision{first})
	same(t, "one at a time", due(h.A, Today, restock.DuePlace{Day: *first.Due, ID: first.ID}, 1), []restock.Decision{second})
	if list := due(h.B, Today, restock.DuePlace{}, 9); len(list) != 0 {
		t.Errorf("another shop's decisions: %v", list)
	}
	plans, err := h.Store.Plans(h.A, []ident.ID{p.ID}, Today.Add(-8))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plans", plans, map[ident.ID][]restock.Plan{p.ID: {{ID: second.ID, MadeAt: second.MadeAt, Arrival: second.Arrival}, {ID: never.ID, MadeAt: never.MadeAt, Arrival: never.Arrival}}})

	judged := restock.Judgement{DecisionID: first.ID, Finding: restock.FoundJudged, Day: Today, Wanted: 8_000, Stock: 1_000, Best: 5_000, Ours: score.Over, Theirs: score.Right, OurRegret: 120, TheirRegret: 0, Ladder: []money.Amount{3, 0, 9}}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutJudgements(ctx, []restock.Judgement{judged}) })
	same(t, "what is left to judge", due(h.A, Today, restock.DuePlace{}, 9), []restock.Decision{second})
	h.do(t, h.B, h.Store.DropJudgements)
	same(t, "another shop forgot its own", due(h.A, Today, restock.DuePlace{}, 9), []restock.Decision{second})
	h.do(t, h.A, h.Store.DropJudgements)
	same(t, "to be judged again", due(h.A, Today, restock.DuePlace{}, 9), []restock.Decision{first, second})

	if err := h.Atomic.Do(h.B, func(ctx context.Context) error {
		_, err := h.Store.AddDecisions(ctx, []restock.Decision{decided(p.ID, restock.DecidedIgnored, Today)})
		return err
	}); err == nil {
		t.Error("a decision about another shop's product")
	}
}

// testUnanswered: what nobody acted on is found once, and not while the days of a
// decision run.
func testUnanswered(t *testing.T, h House) {
	p, q := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	_, offers := h.supplier(t, h.A, "果园", "farmer", p, q)
	op, oq := offers[p.ID], offers[q.ID]
	one, two := suggest(p, &op, 20), suggest(q, &oq, 20)
	h.put(t, h.A, one, two)
	left := func(before day.Date) (ids []ident.ID) {
		t.Helper()
		list, err := h.Store.Unanswered(h.A, []ident.ID{p.ID, q.ID, ident.New()}, before)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			ids = append(ids, s.ProductID)
			if s.Trace.Result.Choice == nil {
				t.Error("the trace was not read")
			}
		}
		return ids
	}
	if ids := left(one.AsOf); len(ids) != 0 {
		t.Errorf("of the same day: %v", ids)
	}
	if ids := left(one.AsOf.Add(1)); len(ids) != 2 {
		t.Errorf("the day after: %d", len(ids))
	}
	h.decide(t, h.A, decided(p.ID, restock.DecidedIgnored, Today.Add(-1)))
	same(t, "while the days of a decision run", left(one.AsOf.Add(1)), []ident.ID{q.ID})
	until := Today.Add(2)
	h.do(t, h.A, func(ctx context.Context) error {
		return h.Store.Choose(ctx, q.ID, restock.Choice{State: restock.Snoozed, SnoozedUntil: &until})
	})
	if ids := left(one.AsOf.Add(1)); len(ids) != 0 {
		t.Errorf("put off: %v", ids)
	}
	if list, err := h.Store.Unanswered(h.B, []ident.ID{p.ID, q.ID}, Today.Add(9)); len(list) != 0 || err != nil {
		t.Errorf("another shop's: %v, %v", list, err)
	}
}

// testDeliveries: what came in is read from the ledger, and not what was taken back.
func testDeliveries(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	soon, id := Today.Add(6), ident.New()
	receive := func(client ident.ID, q measure.Quantity) {
		t.Helper()
		if err := h.Stock.Receive(h.A, stock.ReceiveRequest{ClientID: client, Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: q, Lot: "L", Expiry: &soon}}}); err != nil {
			t.Fatal(err)
		}
	}
	receive(id, 7_000)
	receive(ident.New(), 3_000)
	read := func(ctx context.Context, since day.Date) []restock.Delivery {
		t.Helper()
		got, err := h.Store.Deliveries(ctx, []ident.ID{p.ID}, since)
		if err != nil {
			t.Fatal(err)
		}
		return got[p.ID]
	}
	want := []restock.Delivery{
		{Ordered: day.At(Now), Day: Today, Quantity: 7_000, Expiry: &soon},
		{Ordered: day.At(Now), Day: Today, Quantity: 3_000, Expiry: &soon},
	}
	same(t, "two deliveries", read(h.A, Today), want)
	if list := read(h.A, Today.Add(1)); len(list) != 0 {
		t.Errorf("since tomorrow: %v", list)
	}
	if list := read(h.B, Today); len(list) != 0 {
		t.Errorf("another shop's: %v", list)
	}
	moves, err := h.Stock.Movements(h.A, stock.MovementQuery{ProductID: &p.ID})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Stock.Undo(h.A, moves[0].ID, "错了"); err != nil {
		t.Fatal(err)
	}
	same(t, "one was taken back", read(h.A, Today), want[:1])
}

// testRefusals says when a refused suggestion comes back.
func testRefusals(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	supplier, offers := h.supplier(t, h.A, "果园", "farmer", p)
	other, _ := h.supplier(t, h.A, "城南", "wholesaler")
	offer := offers[p.ID]
	for _, c := range []struct {
		name     string
		quantity measure.Quantity
		supplier ident.ID
		until    day.Date
		asOf     int
		stays    bool
	}{
		{"the same need, weeks later", 10_000, supplier.ID, restock.Never, 20, true},
		{"a little more", 14_000, supplier.ID, restock.Never, 1, true},
		{"less", 1_000, supplier.ID, restock.Never, 1, true},
		{"half as much again", 15_000, supplier.ID, restock.Never, 1, false},
		{"nothing is needed any more", 0, supplier.ID, restock.Never, 1, false},
		{"another supplier is the best", 10_000, other.ID, restock.Never, 1, false},
		{"its day came", 10_000, supplier.ID, Today.Add(1), 1, false},
		{"its day has not come", 10_000, supplier.ID, Today.Add(2), 1, true},
	} {
		old := suggest(p, &offer, 20)
		old.Quantity, old.State = 10_000, restock.Open
		h.put(t, h.A, old)
		refused := restock.Choice{State: restock.Snoozed, SnoozedUntil: new(c.until), Rejected: new(measure.Quantity(10_000)), OverrideReason: "不要", OverrideWhy: restock.WhyQuality}
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.Choose(ctx, p.ID, refused) })
		fresh := old
		fresh.AsOf, fresh.Quantity, fresh.SupplierID = old.AsOf.Add(c.asOf), c.quantity, &c.supplier
		h.put(t, h.A, fresh)
		got := h.one(t, h.A, p.ID)
		if stays := got.State == restock.Snoozed && got.Rejected != nil && *got.Rejected == 10_000 && got.OverrideWhy == restock.WhyQuality; stays != c.stays || !stays && (got.State != restock.Open || got.Rejected != nil) {
			t.Errorf("%s: %s, refused %v", c.name, got.State, got.Rejected)
		}
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.DeleteSuggestions(ctx, []ident.ID{p.ID}) })
	}
}
