package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
)

// testHindsight: one answer a shop, one run at a time, and a broken run leaves the answer.
func testHindsight(t *testing.T, h House) {
	read := func(want restock.Hindsight) {
		t.Helper()
		got, asked, err := h.Store.Hindsight(h.A)
		if err != nil || !asked {
			t.Fatalf("asked: %v, %v", asked, err)
		}
		same(t, "hindsight", got, want)
	}
	begin := func(at, dead day.Micros, want bool) {
		t.Helper()
		h.do(t, h.A, func(ctx context.Context) error {
			if mine, err := h.Store.BeginHindsight(ctx, at, dead); mine != want || err != nil {
				t.Errorf("begun at %d: %v, %v", at, mine, err)
			}
			return nil
		})
	}
	if _, asked, err := h.Store.Hindsight(h.A); asked || err != nil {
		t.Errorf("nobody asked: %v, %v", asked, err)
	}
	begin(5, 1, false)
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.AskHindsight(ctx, 10) })
	read(restock.Hindsight{AskedAt: 10})
	begin(20, 1, true)
	begin(30, 15, false)
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.BeatHindsight(ctx, 40, 3, 7) })
	begin(50, 35, false)
	read(restock.Hindsight{AskedAt: 10, BegunAt: new(day.Micros(20)), Done: 3, Total: 7})
	begin(60, 45, true)
	told := restock.Told{AsOf: Today, From: Today.Add(-99), To: Today, Products: 4, Left: 1, Demand: 5,
		Did: &restock.Outcome{Policy: "did", Cost: 7}, Settings: []restock.Outcome{{Policy: "buhuo", Parameter: 0.5, FillPPM: 990_000, Stock: 12}},
		Chances: &restock.Chances{Cases: 9, Tenths: []restock.Chance{{Cases: 9, ToldPPM: 1, HappenedPPM: 2}}}}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.EndHindsight(ctx, 70, &told) })
	read(restock.Hindsight{AskedAt: 10, MadeAt: new(day.Micros(70)), Told: &told})
	begin(80, 1, true)
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.EndHindsight(ctx, 90, nil) })
	read(restock.Hindsight{AskedAt: 10, MadeAt: new(day.Micros(70)), Told: &told, Failed: true})
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.AskHindsight(ctx, 95) })
	read(restock.Hindsight{AskedAt: 95, MadeAt: new(day.Micros(70)), Told: &told})

	if _, asked, err := h.Store.Hindsight(h.B); asked || err != nil {
		t.Errorf("another shop's: %v, %v", asked, err)
	}
	h.do(t, h.B, func(ctx context.Context) error {
		if mine, err := h.Store.BeginHindsight(ctx, 99, 99); mine || err != nil {
			t.Errorf("another shop began it: %v, %v", mine, err)
		}
		if err := h.Store.BeatHindsight(ctx, 99, 0, 0); err != nil {
			return err
		}
		return h.Store.EndHindsight(ctx, 99, nil)
	})
	read(restock.Hindsight{AskedAt: 95, MadeAt: new(day.Micros(70)), Told: &told})
	nobody := tenant.With(context.Background(), tenant.Scope{})
	if _, _, err := h.Store.Hindsight(nobody); err == nil {
		t.Error("hindsight without a shop")
	}
}
