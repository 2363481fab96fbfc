package stocktest

import (
	"context"
	"slices"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

func testExpected(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	order, other, supplier := ident.New(), ident.New(), ident.New()
	lines := []stock.Expected{
		{SourceID: order, SourceLine: 1, ProductID: p[0], SupplierID: supplier, Quantity: 5000, Due: Today + 3},
		{SourceID: order, SourceLine: 2, ProductID: p[1], SupplierID: supplier, Quantity: 7000, Due: Today + 3},
		{SourceID: other, SourceLine: 1, ProductID: p[0], SupplierID: supplier, Quantity: 1000, Due: Today + 1},
	}
	good(t, s.Expect(ctx, lines))
	read := func() map[ident.ID][]stock.Expected {
		got, err := s.ExpectedOf(ctx, nil)
		good(t, err)
		return got
	}
	same(t, "by due day", read(), map[ident.ID][]stock.Expected{p[0]: {lines[2], lines[0]}, p[1]: {lines[1]}})
	good(t, s.Unexpect(ctx, order, pointer(1), pointer(measure.Quantity(2000))))
	lines[0].Quantity = 3000
	same(t, "part of a line", read()[p[0]], []stock.Expected{lines[2], lines[0]})
	good(t, s.Unexpect(ctx, order, pointer(1), pointer(measure.Quantity(9000))))
	same(t, "more than is left", read()[p[0]], []stock.Expected{lines[2]})
	lines[1].Quantity, lines[1].Due = 8000, Today+9
	good(t, s.Expect(ctx, lines[1:2]))
	same(t, "noted again", read()[p[1]], []stock.Expected{lines[1]})
	good(t, s.Unexpect(ctx, order, nil, nil))
	good(t, s.Unexpect(ctx, order, nil, nil))
	same(t, "a source gone", read(), map[ident.ID][]stock.Expected{p[0]: {lines[2]}})
	for _, q := range []measure.Quantity{0, -1, measure.MaxQuantity + 1} {
		lines[0].Quantity = q
		if err := s.Expect(ctx, lines[:1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("expecting %d: %v", q, err)
		}
	}
	if list := marks(t, s, ctx); len(list) != 2 || list[0].From != Today {
		t.Errorf("what is expected changes what to order: %+v", list)
	}
}

func testAllocated(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)
	a, b := ident.New(), ident.New()
	allocated := func() measure.Quantity {
		got, err := s.Positions(ctx, p, Today)
		good(t, err)
		return got[p[0]].Allocated
	}
	good(t, s.Allocate(ctx, []stock.Allocation{{SourceID: a, SourceLine: 1, ProductID: p[0], Quantity: 2000}, {SourceID: b, SourceLine: 1, ProductID: p[0], Quantity: 500}}))
	same(t, "two promises", allocated(), measure.Quantity(2500))
	good(t, s.Release(ctx, a, pointer(1), pointer(measure.Quantity(1500))))
	same(t, "a part kept", allocated(), measure.Quantity(1000))
	good(t, s.Release(ctx, a, pointer(1), nil))
	same(t, "a line", allocated(), measure.Quantity(500))
	good(t, s.Release(ctx, b, nil, nil))
	same(t, "a source", allocated(), measure.Quantity(0))
	if err := s.Allocate(ctx, []stock.Allocation{{SourceID: a, ProductID: p[0]}}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a promise of nothing: %v", err)
	}
}

func testChanged(t *testing.T, h House) {
	s, clock := h.service()
	a, b := h.Shop(t), h.Shop(t)
	pa, pb := h.Products(t, a, 2), h.Products(t, b, 1)
	shopA, _ := tenant.From(a)
	good(t, s.MarkChanged(a, []ident.ID{pa[0], pa[0]}, Today-3))
	clock.at = clock.at.Add(time.Microsecond)
	good(t, s.MarkChanged(b, pb, Today))
	clock.at = clock.at.Add(time.Microsecond)
	good(t, s.MarkChanged(a, pa, Today-1))
	read := func() []stock.Mark {
		marks, err := s.Changed(context.Background(), 10)
		good(t, err)
		return marks
	}
	marks := read()
	if len(marks) != 3 || marks[0].ProductID != pa[0] || marks[0].From != Today-3 || marks[0].Shop != shopA.Shop ||
		marks[1].ProductID != pb[0] || marks[2].From != Today-1 {
		t.Fatalf("marks of all shops, oldest first: %+v", marks)
	}
	good(t, s.MarkChanged(a, pa[:1], Today)) // in the same microsecond as the mark that was read
	good(t, s.Unmark(context.Background(), marks))
	renewed := read()
	if len(renewed) != 1 || renewed[0].ProductID != pa[0] || renewed[0].From != Today-3 || renewed[0].Mark <= marks[0].Mark {
		t.Fatalf("a mark renewed meanwhile must stay: %+v", renewed)
	}
	good(t, s.Unmark(context.Background(), renewed))
	good(t, s.Unmark(context.Background(), renewed))
	clock.at = clock.at.Add(time.Millisecond)
	good(t, s.MarkChanged(a, pa[:1], Today))
	good(t, s.Unmark(context.Background(), renewed)) // a runner that was asleep
	if left := read(); len(left) != 1 {
		t.Errorf("an old runner removed a new mark: %+v", left)
	}
	good(t, s.MarkAll(a))
	marks = read()
	if len(marks) != 2 || slices.ContainsFunc(marks, func(m stock.Mark) bool { return m.Shop != shopA.Shop || m.From != 0 }) {
		t.Errorf("all of shop A: %+v", marks)
	}
	if marks, err := s.Changed(context.Background(), 1); err != nil || len(marks) != 1 {
		t.Errorf("one at a time: %+v, %v", marks, err)
	}
}

// testTwoShops tries every method from shop B on what shop A keeps.
func testTwoShops(t *testing.T, h House) {
	s, _ := h.service()
	a, b := h.Shop(t), h.Shop(t)
	p, mine := h.Products(t, a, 1), h.Products(t, b, 1)
	client, order := ident.New(), ident.New()
	good(t, s.Receive(a, stock.ReceiveRequest{ClientID: client, Lines: []stock.ReceiveLine{{ProductID: p[0], Quantity: 5000, Expiry: pointer(Today)}}}))
	good(t, s.Expect(a, []stock.Expected{{SourceID: order, SourceLine: 1, ProductID: p[0], Quantity: 5, Due: Today}}))
	good(t, s.Allocate(a, []stock.Allocation{{SourceID: order, SourceLine: 1, ProductID: p[0], Quantity: 5}}))
	list, err := s.Movements(a, stock.MovementQuery{})
	good(t, err)
	m := list[0]
	reads := map[string]func(ctx context.Context) (int, error){
		"Stocks":   func(ctx context.Context) (int, error) { l, err := h.Store.Stocks(ctx, p); return len(l), err },
		"Balances": func(ctx context.Context) (int, error) { l, err := s.Balances(ctx, p); return len(l), err },
		"LotsOf":   func(ctx context.Context) (int, error) { l, err := s.LotsOf(ctx, nil); return len(l), err },
		"LotInfo": func(ctx context.Context) (int, error) {
			l, err := s.LotInfo(ctx, []ident.ID{m.LotID})
			return len(l), err
		},
		"LotsAsOf": func(ctx context.Context) (int, error) { l, err := s.LotsAsOf(ctx, p, Today); return len(l), err },
		"Lots":     func(ctx context.Context) (int, error) { l, err := s.Lots(ctx, p[0]); return len(l), err },
		"Expiring": func(ctx context.Context) (int, error) { l, err := s.Expiring(ctx, Today); return len(l), err },
		"OfSource": func(ctx context.Context) (int, error) { l, err := s.OfSource(ctx, client); return len(l), err },
		"Movements": func(ctx context.Context) (int, error) {
			l, err := s.Movements(ctx, stock.MovementQuery{ProductID: &p[0]})
			return len(l), err
		},
		"Each":        func(ctx context.Context) (int, error) { l, err := h.collect(ctx, &p[0]); return len(l), err },
		"Flows":       func(ctx context.Context) (int, error) { l, err := h.Store.Flows(ctx, p, 0); return len(l), err },
		"History":     func(ctx context.Context) (int, error) { l, err := s.History(ctx, p, Today); return len(l), err },
		"Tallies":     func(ctx context.Context) (int, error) { l, err := s.Tallies(ctx, p, 0, Today); return len(l), err },
		"ExpectedOf":  func(ctx context.Context) (int, error) { l, err := s.ExpectedOf(ctx, p); return len(l), err },
		"ExpectedBy":  func(ctx context.Context) (int, error) { l, err := h.Store.ExpectedBy(ctx, order); return len(l), err },
		"Allocated":   func(ctx context.Context) (int, error) { l, err := h.Store.Allocated(ctx, p); return len(l), err },
		"AllocatedBy": func(ctx context.Context) (int, error) { l, err := h.Store.AllocatedBy(ctx, order); return len(l), err },
		"Posting": func(ctx context.Context) (int, error) {
			_, found, err := h.Store.Posting(ctx, client)
			return map[bool]int{true: 1}[found], err
		},
		"Frozen": func(ctx context.Context) (int, error) {
			frozen, err := s.Frozen(ctx, p[0])
			return map[bool]int{true: 1}[frozen], err
		},
	}
	for name, read := range reads {
		if n, err := read(b); n != 0 || err != nil {
			t.Errorf("%s from another shop: %d, %v", name, n, err)
		}
		if n, err := read(a); n == 0 || err != nil {
			t.Errorf("%s from its own shop: %d, %v", name, n, err)
		}
	}
	writes := map[string]struct {
		do   func() error
		kind fault.Kind // Internal: no error, and no effect
	}{
		"Receive": {func() error {
			return s.Receive(b, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: p[0], Quantity: 1}}})
		}, fault.NotFound},
		"Count":  {func() error { return s.Count(b, stock.CountRequest{ProductID: p[0], Counted: 1}) }, fault.NotFound},
		"Adjust": {func() error { return s.Adjust(b, stock.AdjustRequest{ProductID: p[0], Delta: 1, Reason: "r"}) }, fault.NotFound},
		"Loss": {func() error {
			return s.Loss(b, stock.LossRequest{ProductID: p[0], Quantity: 1, Reason: stock.Gift})
		}, fault.NotFound},
		"Loss of a foreign lot": {func() error {
			return s.Loss(b, stock.LossRequest{ProductID: mine[0], LotID: &m.LotID, Quantity: 1, Reason: stock.Gift})
		}, fault.NotFound},
		"Opening": {func() error { return s.Opening(b, []stock.OpeningLine{{ProductID: p[0], Quantity: 1}}) }, fault.NotFound},
		"Load":    {func() error { return s.Load(b, []stock.Posting{{Kind: stock.Count, ProductID: p[0]}}) }, fault.NotFound},
		"Undo":    {func() error { return s.Undo(b, m.ID, "r") }, fault.NotFound},
		"Reverse": {func() error { _, err := s.Reverse(b, client, "r"); return err }, fault.Internal},
		"Expect": {func() error {
			return s.Expect(b, []stock.Expected{{SourceID: order, SourceLine: 1, ProductID: p[0], Quantity: 9}})
		}, fault.NotFound},
		"Allocate": {func() error {
			return s.Allocate(b, []stock.Allocation{{SourceID: order, SourceLine: 1, ProductID: p[0], Quantity: 9}})
		}, fault.NotFound},
		"Unexpect": {func() error { return s.Unexpect(b, order, nil, nil) }, fault.Internal},
		"Release":  {func() error { return s.Release(b, order, nil, nil) }, fault.Internal},
		"MarkAll":  {func() error { return s.MarkAll(b) }, fault.Internal},
		"Rebuild":  {func() error { return s.Rebuild(b) }, fault.Internal},
	}
	before := h.print(t, a, p)
	for name, write := range writes {
		err := write.do()
		if fault.KindOf(err) != write.kind || write.kind == fault.Internal && err != nil {
			t.Errorf("%s from another shop: %v", name, err)
		}
	}
	same(t, "what shop A keeps", h.print(t, a, p), before)
	for _, ctx := range []context.Context{a, b} {
		if findings, err := s.Verify(ctx); err != nil || len(findings) != 0 {
			t.Errorf("verify: %q, %v", findings, err)
		}
	}
}

// print collects everything a shop keeps of the products.
func (h House) print(t *testing.T, ctx context.Context, p []ident.ID) []any {
	t.Helper()
	movements, err := h.collect(ctx, nil)
	good(t, err)
	stocks, err := h.Store.Stocks(ctx, nil)
	good(t, err)
	expected, err := h.Store.Expected(ctx, nil)
	good(t, err)
	allocated, err := h.Store.Allocated(ctx, nil)
	good(t, err)
	head, err := h.Store.Head(ctx)
	good(t, err)
	return []any{movements, *stocks[p[0]], expected, allocated, head}
}

func testNoShop(t *testing.T, h House) {
	s, _ := h.service()
	nobody := context.Background()
	id := ident.New()
	for name, err := range map[string]error{
		"Balances":  second(s.Balances(nobody, nil)),
		"Positions": second(s.Positions(nobody, nil, Today)),
		"LotsOf":    second(s.LotsOf(nobody, nil)),
		"LotInfo":   second(s.LotInfo(nobody, []ident.ID{id})),
		"LotsAsOf":  second(s.LotsAsOf(nobody, nil, Today)),
		"Expiring":  second(s.Expiring(nobody, Today)),
		"Movements": second(s.Movements(nobody, stock.MovementQuery{})),
		"History":   second(s.History(nobody, nil, Today)),
		"Expected":  second(s.ExpectedOf(nobody, nil)),
		"Verify":    second(s.Verify(nobody)),
		"Reverse":   second(s.Reverse(nobody, id, "")),
		"Rebuild":   s.Rebuild(nobody),
		"Count":     s.Count(nobody, stock.CountRequest{ProductID: id, Counted: 1}),
		"Receive":   s.Receive(nobody, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: id, Quantity: 1}}}),
		"Opening":   s.Opening(nobody, []stock.OpeningLine{{ProductID: id, Quantity: 1}}),
		"Load":      s.Load(nobody, []stock.Posting{{Kind: stock.Count, ProductID: id}}),
		"Expect":    s.Expect(nobody, []stock.Expected{{SourceID: id, ProductID: id, Quantity: 1}}),
		"Unexpect":  s.Unexpect(nobody, id, nil, nil),
		"Release":   s.Release(nobody, id, nil, nil),
		"Mark":      s.MarkChanged(nobody, []ident.ID{id}, day.Date(1)),
		"MarkAll":   s.MarkAll(nobody),
		"Undo":      s.Undo(nobody, id, ""),
	} {
		if err == nil {
			t.Errorf("%s worked without a shop", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }
