package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
	"buhuo/internal/shop"
)

// testLevel: where the service level stands, its steps and what speaks for it are read
// back, and never another shop's.
func testLevel(t *testing.T, h House) {
	if _, found, err := h.Store.ServiceLevel(h.A); found || err != nil {
		t.Fatalf("before anybody looked: %v, %v", found, err)
	}
	first := restock.ServiceLevel{Lower: 500, Upper: 300, Policy: shop.Balanced, Level: 9600, Since: Today.Add(-9), Week: Today.Monday(), PausedUntil: Today}
	second := first
	second.Stopped, second.Level, second.Policy = true, 0, shop.NeverOut
	for _, l := range []restock.ServiceLevel{first, second} {
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutServiceLevel(ctx, l) })
		got, found, err := h.Store.ServiceLevel(h.A)
		if err != nil || !found {
			t.Fatal(found, err)
		}
		same(t, "the level", got, l)
	}
	steps := []restock.LevelStep{
		{ID: ident.New(), Day: Today.Add(-7), Kind: restock.StepLearned, To: 9600, Policy: shop.Balanced, Cases: 30, FromRegret: 900, ToRegret: 700, MadeAt: 1000},
		{ID: ident.New(), Day: Today, Kind: restock.StepBack, From: 9600, Policy: shop.Balanced, Person: new(ident.New()), MadeAt: 2000},
	}
	for _, x := range steps {
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.AddLevelStep(ctx, x) })
	}
	read := func(ctx context.Context, limit int) []restock.LevelStep {
		t.Helper()
		list, err := h.Store.LevelSteps(ctx, limit)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	same(t, "the steps", read(h.A, 9), []restock.LevelStep{steps[1], steps[0]})
	same(t, "the latest step", read(h.A, 1), steps[1:])
	if list := read(h.B, 9); len(list) != 0 {
		t.Errorf("another shop's steps: %v", list)
	}

	p := h.product(t, h.A, "1", "脐橙")
	ladder := make([]money.Amount, len(restock.Levels())+1)
	for i := range ladder {
		ladder[i] = money.Amount(100 + i)
	}
	rungs := func(made day.Date, ladder []money.Amount) {
		d := decided(p.ID, restock.DecidedChanged, made)
		h.decide(t, h.A, d)
		h.do(t, h.A, func(ctx context.Context) error {
			return h.Store.PutJudgements(ctx, []restock.Judgement{{DecisionID: d.ID, Finding: restock.FoundJudged, Day: Today, Ours: score.Right, Theirs: score.Right, Ladder: ladder}})
		})
	}
	rungs(Today.Add(-9), ladder)
	rungs(Today.Add(-8), ladder)
	rungs(Today.Add(-7), nil)        // goods that do not keep
	rungs(Today.Add(-7), ladder[:3]) // of an older program
	for since, want := range map[day.Date]int{Today.Add(-9): 2, Today.Add(-8): 1, Today: 0} {
		e, err := h.Store.LevelEvidence(h.A, since)
		if err != nil || e.Cases != want || want > 0 && e.Regret[1] != float64(101*want) {
			t.Errorf("since %s: %+v, %v", since, e, err)
		}
	}
	if e, err := h.Store.LevelEvidence(h.B, 0); e.Cases != 0 || err != nil {
		t.Errorf("another shop's evidence: %+v, %v", e, err)
	}
}
