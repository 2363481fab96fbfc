package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
)

// testRecords: of a product's week the first forecast stays, whatever comes after.
func testRecords(t *testing.T, h House) {
	p, q := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	monday := Today.Monday()
	first := restock.Record{ProductID: p.ID, Week: monday, First: Today, Days: 7, Expected: 50_500, LikelyMost: 80_000, Unadjusted: new(measure.Quantity(40_000)), MadeAt: 7}
	earlier := restock.Record{ProductID: p.ID, Week: monday.Add(-7), First: monday.Add(-7), Days: 7, Expected: 1, LikelyMost: 2, Replayed: true, MadeAt: 9}
	other := restock.Record{ProductID: q.ID, Week: monday, First: monday, Days: 7, MadeAt: 8}
	add := func(rows ...restock.Record) {
		t.Helper()
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.AddRecords(ctx, rows) })
	}
	add(first, earlier, other)
	hindsight := first
	hindsight.Expected, hindsight.MadeAt = 99_000, 99
	add(hindsight)
	add()
	got, err := h.Store.Records(h.A, []ident.ID{p.ID}, monday.Add(-70))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was forecast", got, map[ident.ID][]restock.Record{p.ID: {earlier, first}})
	got, err = h.Store.Records(h.A, nil, monday)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "this week's", got, map[ident.ID][]restock.Record{p.ID: {first}, q.ID: {other}})
	for d, want := range map[day.Date]bool{monday.Add(-7): false, monday.Add(-6): true, Today: true} {
		if got, err := h.Store.RecordedBefore(h.A, d); got != want || err != nil {
			t.Errorf("kept before %s: %v, %v", d, got, err)
		}
	}
	if got, err := h.Store.RecordedBefore(h.B, Today.Add(99)); got || err != nil {
		t.Errorf("another shop's: %v, %v", got, err)
	}
	if got, err := h.Store.Records(h.B, nil, 0); len(got) != 0 || err != nil {
		t.Errorf("another shop's records: %v, %v", got, err)
	}
	if err := h.Atomic.Do(h.B, func(ctx context.Context) error { return h.Store.AddRecords(ctx, []restock.Record{other}) }); err == nil {
		t.Error("a record names another shop's product")
	}
}

// change is an adjustment of p.
func change(p ident.ID, from, to day.Date, thousandths int) restock.Adjustment {
	return restock.Adjustment{ID: ident.New(), ProductID: p, From: from, To: to, Factor: &thousandths, Reason: "赶集", Person: ident.New(), MadeAt: 5}
}

func testAdjustments(t *testing.T, h House) {
	p, q := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	soon, later, gone := change(p.ID, Today.Add(2), Today.Add(4), 1500), change(p.ID, Today.Add(9), Today.Add(9), 0), change(p.ID, Today.Add(-9), Today.Add(-8), 2000)
	more := restock.Adjustment{ID: ident.New(), ProductID: q.ID, From: Today, To: Today, Amount: new(measure.Quantity(-2_500)), Reason: "修路", Person: ident.New(), MadeAt: 6}
	h.do(t, h.A, func(ctx context.Context) error {
		for _, a := range []restock.Adjustment{later, soon, gone, more} {
			if fresh, err := h.Store.AddAdjustment(ctx, a); !fresh || err != nil {
				t.Errorf("added: %v, %v", fresh, err)
			}
		}
		again := soon
		again.Reason = "改过"
		if fresh, err := h.Store.AddAdjustment(ctx, again); fresh || err != nil {
			t.Errorf("the same id again: %v, %v", fresh, err)
		}
		return nil
	})
	read := func(q restock.AdjustmentQuery) map[ident.ID][]restock.Adjustment {
		t.Helper()
		got, err := h.Store.Adjustments(h.A, q)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	same(t, "of one product", read(restock.AdjustmentQuery{IDs: []ident.ID{p.ID}, From: Today}), map[ident.ID][]restock.Adjustment{p.ID: {soon, later}})
	same(t, "of all, since long", read(restock.AdjustmentQuery{From: Today.Add(-8)}), map[ident.ID][]restock.Adjustment{p.ID: {gone, soon, later}, q.ID: {more}})

	// What was forecast of its days is written while it stands, and stays afterwards.
	by := ident.New()
	told := soon
	told.Ours, told.Adjusted = new(measure.Quantity(12_000)), new(measure.Quantity(18_000))
	h.do(t, h.A, func(ctx context.Context) error {
		if err := h.Store.Foretell(ctx, []restock.Adjustment{told}); err != nil {
			return err
		}
		if err := h.Store.WithdrawAdjustment(ctx, soon.ID, by, 9); err != nil {
			return err
		}
		late := told
		late.Ours = new(measure.Quantity(1))
		if err := h.Store.Foretell(ctx, []restock.Adjustment{late}); err != nil {
			return err
		}
		return h.Store.WithdrawAdjustment(ctx, soon.ID, ident.New(), 99) // a second time changes nothing
	})
	told.WithdrawnAt, told.WithdrawnBy = new(day.Micros(9)), &by
	got, err := h.Store.Adjustment(h.A, soon.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "withdrawn", got, told)
	same(t, "those that stand", read(restock.AdjustmentQuery{From: Today, Standing: true}), map[ident.ID][]restock.Adjustment{p.ID: {later}, q.ID: {more}})

	if _, err := h.Store.Adjustment(h.B, soon.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another shop's adjustment: %v", err)
	}
	if got, err := h.Store.Adjustments(h.B, restock.AdjustmentQuery{}); len(got) != 0 || err != nil {
		t.Errorf("another shop's adjustments: %v, %v", got, err)
	}
	h.do(t, h.B, func(ctx context.Context) error {
		if err := h.Store.WithdrawAdjustment(ctx, later.ID, by, 9); err != nil {
			return err
		}
		return h.Store.Foretell(ctx, []restock.Adjustment{{ID: later.ID, Ours: new(measure.Quantity(1)), Adjusted: new(measure.Quantity(1))}})
	})
	if got, err := h.Store.Adjustment(h.A, later.ID); err != nil || got.WithdrawnAt != nil || got.Ours != nil {
		t.Errorf("another shop changed it: %+v, %v", got, err)
	}
	if err := h.Atomic.Do(h.B, func(ctx context.Context) error {
		_, err := h.Store.AddAdjustment(ctx, change(p.ID, Today, Today, 2))
		return err
	}); err == nil {
		t.Error("an adjustment of another shop's product")
	}
	nobody := tenant.With(context.Background(), tenant.Scope{})
	if _, err := h.Store.Adjustments(nobody, restock.AdjustmentQuery{}); err == nil {
		t.Error("adjustments without a shop")
	}
	if _, err := h.Store.Records(nobody, nil, 0); err == nil {
		t.Error("records without a shop")
	}
}

// testPoolAnew: what is read of the pool is what was written last, by whatever program.
func testPoolAnew(t *testing.T, h House) {
	for n := range 3 {
		for _, ctx := range []context.Context{h.A, h.B} {
			want := restock.Pool{Made: Today.Add(n)}
			if ctx == h.B {
				want.Made = Today.Add(100 + n)
			}
			h.do(t, ctx, func(ctx context.Context) error { return h.Store.PutPool(ctx, want) })
			for range 2 {
				if got, ok, err := h.Store.Pool(ctx); !ok || err != nil || got.Made != want.Made {
					t.Errorf("the pool is of %s, %v, %v; want %s", got.Made, ok, err, want.Made)
				}
			}
		}
	}
}
