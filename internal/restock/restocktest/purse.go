package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
)

// testPurse: what a suggestion was chosen from comes back as it was written, and
// what a purse changed is found, in its own shop only.
func testPurse(t *testing.T, h House) {
	p, plain := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	one, two := suggest(p, nil, 3), suggest(plain, nil, 3)
	one.Weighed = replenish.Weighing{Again: Today.Add(3), Options: []replenish.Option{
		{}, {Quantity: 2_000, Cash: 1_999, Benefit: 12.345}, {Quantity: 30_000, Cash: 90_071_992, Benefit: -0.5}}}
	h.put(t, h.A, one, two)
	got, err := h.Store.Weighed(h.A, []ident.ID{p.ID, plain.ID})
	same(t, "weighed", got, map[ident.ID]replenish.Weighing{p.ID: one.Weighed})
	if other, otherErr := h.Store.Weighed(h.B, []ident.ID{p.ID}); err != nil || otherErr != nil || len(other) != 0 {
		t.Errorf("%v; another shop's: %v %v", err, other, otherErr)
	}
	none, limit := measure.Quantity(0), money.Amount(70_000)
	pursed := func(ctx context.Context) []restock.Row {
		rows, err := h.Reader.Pursed(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	if rows := pursed(h.A); len(rows) != 0 {
		t.Fatalf("a purse before there was one: %v", rows)
	}
	choose := func(c restock.Choice) {
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.Choose(ctx, p.ID, c) })
	}
	choose(restock.Choice{State: restock.Open, Override: &none, Purse: &limit})
	rows := pursed(h.A)
	if len(rows) != 1 || rows[0].ProductID != p.ID || rows[0].Purse == nil || *rows[0].Purse != limit || rows[0].Chosen() != 0 || rows[0].Name != "脐橙" {
		t.Fatalf("changed by a purse: %+v", rows)
	}
	if rows := pursed(h.B); len(rows) != 0 {
		t.Errorf("another shop's purse: %v", rows)
	}
	choose(restock.Choice{State: restock.Ordered, Override: &none, Purse: &limit})
	if rows := pursed(h.A); len(rows) != 0 {
		t.Errorf("ordered, and still in the purse: %v", rows)
	}
}
