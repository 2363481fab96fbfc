package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// testChoicesStand says when a new computation leaves a person's choice alone.
func testChoicesStand(t *testing.T, h House) {
	d := func(n int) *day.Date { date := Today.Add(n); return &date }
	q, purse := measure.Quantity(4_000), money.Amount(50_000)
	for i, c := range []struct {
		name    string
		chosen  restock.Choice
		asOf    int // of the new computation, in days from the old one's
		onOrder measure.Quantity
		stays   bool
	}{
		{"a quantity, the same day", restock.Choice{State: restock.Open, Override: &q, OverrideReason: "x"}, 0, 0, true},
		{"a purse, the same day", restock.Choice{State: restock.Open, Override: &q, Purse: &purse}, 0, 0, true},
		{"a purse, the next day", restock.Choice{State: restock.Open, Override: &q, Purse: &purse}, 1, 0, false},
		{"a quantity, the next day", restock.Choice{State: restock.Open, Override: &q, OverrideReason: "x"}, 1, 0, false},
		{"ordered, the same day", restock.Choice{State: restock.Ordered}, 0, 5_000, true},
		{"ordered and sent, the same day", restock.Choice{State: restock.Ordered}, 0, 9_000, true},
		{"ordered, then arrived", restock.Choice{State: restock.Ordered, Override: &q}, 0, 0, false},
		{"ordered, the next day", restock.Choice{State: restock.Ordered}, 1, 5_000, false},
		{"snoozed, the same day", restock.Choice{State: restock.Snoozed, SnoozedUntil: d(2)}, 0, 0, true},
		{"snoozed, the day before it ends", restock.Choice{State: restock.Snoozed, SnoozedUntil: d(2), Override: &q}, 1, 0, true},
		{"snoozed, the day it ends", restock.Choice{State: restock.Snoozed, SnoozedUntil: d(2)}, 2, 0, false},
		{"snoozed, long after", restock.Choice{State: restock.Snoozed, SnoozedUntil: d(2)}, 30, 0, false},
	} {
		p := h.product(t, h.A, string(rune('a'+i)), "脐橙")
		old := suggest(p, nil, 3)
		old.OnOrder = 5_000
		h.put(t, h.A, old)
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.Choose(ctx, p.ID, c.chosen) })
		fresh := suggest(p, nil, 7)
		fresh.AsOf, fresh.OnOrder = old.AsOf.Add(c.asOf), c.onOrder
		h.put(t, h.A, fresh)
		got := h.one(t, h.A, p.ID)
		want := restock.Choice{State: restock.Open}
		if c.stays {
			want = c.chosen
		}
		same(t, c.name, restock.Choice{State: got.State, SnoozedUntil: got.SnoozedUntil, Override: got.Override, OverrideReason: got.OverrideReason, Purse: got.Purse}, want)
		if got.DailyRate != fresh.DailyRate || got.AsOf != fresh.AsOf {
			t.Errorf("%s: what was computed did not change", c.name)
		}
	}
}

func testChoose(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	h.put(t, h.A, suggest(p, nil, 2))
	none := measure.Quantity(0)
	h.do(t, h.A, func(ctx context.Context) error {
		return h.Store.Choose(ctx, p.ID, restock.Choice{State: restock.Open, Override: &none, OverrideReason: "够了"})
	})
	got := h.one(t, h.A, p.ID)
	if got.Override == nil || *got.Override != 0 || got.OverrideReason != "够了" || got.Chosen() != 0 {
		t.Errorf("chosen none: %+v", got)
	}
	h.do(t, h.A, func(ctx context.Context) error {
		return h.Store.Choose(ctx, p.ID, restock.Choice{State: restock.Open})
	})
	if got := h.one(t, h.A, p.ID); got.Override != nil || got.OverrideReason != "" {
		t.Errorf("the choice was not taken back: %+v", got)
	}
	err := h.Atomic.Do(h.A, func(ctx context.Context) error {
		return h.Store.Choose(ctx, ident.New(), restock.Choice{State: restock.Open})
	})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("a choice for a product without suggestion: %v", err)
	}
}

func testMarkOrdered(t *testing.T, h House) {
	a, b := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	h.put(t, h.A, suggest(a, nil, 2), suggest(b, nil, 2))
	mark := func() (taken []ident.ID) {
		h.do(t, h.A, func(ctx context.Context) (err error) {
			taken, err = h.Store.MarkOrdered(ctx, []ident.ID{a.ID, b.ID, ident.New()})
			return err
		})
		return taken
	}
	until := Today.Add(3)
	h.do(t, h.A, func(ctx context.Context) error {
		return h.Store.Choose(ctx, b.ID, restock.Choice{State: restock.Snoozed, SnoozedUntil: &until})
	})
	same(t, "only what is open", mark(), []ident.ID{a.ID})
	if again := mark(); len(again) != 0 {
		t.Errorf("marked twice: %v", again)
	}
	if got := h.one(t, h.A, a.ID); got.State != restock.Ordered {
		t.Errorf("the state is %s", got.State)
	}
}
