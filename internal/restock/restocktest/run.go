package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
)

// testHold: one holder at a time has a shop, until it lets go or its time is over.
func testHold(t *testing.T, h House) {
	one, other := ident.New(), ident.New()
	hold := func(ctx context.Context, who ident.ID, now day.Micros) (w restock.Work, ok bool) {
		t.Helper()
		h.do(t, ctx, func(ctx context.Context) (err error) {
			w, ok, err = h.Store.Hold(ctx, who, now, now+100)
			return err
		})
		return w, ok
	}
	if w, err := h.Store.Work(h.A); err != nil || w != (restock.Work{}) {
		t.Errorf("before any work: %+v, %v", w, err)
	}
	if w, ok := hold(h.A, one, 1000); !ok || w.Failures != 0 {
		t.Errorf("a free shop: %+v, %v", w, ok)
	}
	if _, ok := hold(h.A, other, 1099); ok {
		t.Error("two have the shop in hand")
	}
	if _, ok := hold(h.B, other, 1000); !ok {
		t.Error("another shop is not free")
	}
	if _, ok := hold(h.A, one, 1050); !ok {
		t.Error("the holder cannot go on")
	}
	if _, ok := hold(h.A, other, 1149); ok {
		t.Error("the longer hold does not count")
	}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.LetGo(ctx, other, 9, 9) })
	if w, err := h.Store.Work(h.A); err != nil || w.Failures != 0 || w.Holder == nil || *w.Holder != one || w.HeldUntil != 1150 {
		t.Errorf("a stranger let go: %+v, %v", w, err)
	}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.LetGo(ctx, one, 3, 7000) })
	if w, ok := hold(h.A, other, 1060); !ok || w.Failures != 3 || w.RetryAt != 7000 {
		t.Errorf("after letting go: %+v, %v", w, ok)
	}
	if _, ok := hold(h.A, one, 1160); !ok {
		t.Error("the shop of a holder whose time is over is not free")
	}
}

// testAsk: who asks is listed until it is done.
func testAsk(t *testing.T, h House) {
	at := day.Micros(500)
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.Ask(ctx, &at) })
	scope, err := tenant.Must(h.A)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := h.Store.Asked(context.Background())
	if err != nil || len(asked) != 1 || asked[0] != scope.Shop {
		t.Errorf("asked %v, %v", asked, err)
	}
	if w, err := h.Store.Work(h.A); err != nil || w.AskedAt == nil || *w.AskedAt != at {
		t.Errorf("%+v, %v", w, err)
	}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.Ask(ctx, nil) })
	if asked, err := h.Store.Asked(context.Background()); err != nil || len(asked) != 0 {
		t.Errorf("still asked %v, %v", asked, err)
	}
}

// testRuns: the latest runs stay, each as it was written last.
func testRuns(t *testing.T, h House) {
	put := func(r restock.Run) {
		t.Helper()
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutRun(ctx, r) })
	}
	first := restock.Run{ID: ident.New(), Kind: restock.Everything, StartedAt: 10, Total: 9}
	put(first)
	if list, err := h.Store.Runs(h.A); err != nil || len(list) != 1 {
		t.Fatal(list, err)
	} else {
		same(t, "a run under way", list[0], first)
	}
	ended := day.Micros(20)
	first.EndedAt, first.Done, first.Failure = &ended, 4, restock.FailedDatabase
	put(first)
	for i := range day.Micros(30) {
		put(restock.Run{ID: ident.New(), Kind: restock.Marked, StartedAt: 30 + i, EndedAt: &ended, Failure: restock.FailedProgram})
	}
	list, err := h.Store.Runs(h.A)
	if err != nil || len(list) < 10 || len(list) > 30 || list[0].StartedAt != 59 || list[len(list)-1].StartedAt <= 30 {
		t.Errorf("%d runs stay: %+v, %v", len(list), list, err)
	}
	if list, err := h.Store.Runs(h.B); err != nil || len(list) != 0 {
		t.Errorf("another shop reads %+v, %v", list, err)
	}
}
