package restocktest

import (
	"context"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
)

// testScores: judged decisions are added up by day, way and product and read one by one,
// within their days, and never another shop's.
func testScores(t *testing.T, h House) {
	p, q := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	supplier, _ := h.supplier(t, h.A, "果园", "farmer", p, q)
	more, none, idle, waits := decided(p.ID, restock.DecidedChanged, Today.Add(-20)), decided(p.ID, restock.DecidedRejected, Today.Add(-20)),
		decided(q.ID, restock.DecidedIgnored, Today.Add(-19)), decided(q.ID, restock.DecidedSnoozed, Today.Add(-2))
	same1, lost := decided(q.ID, restock.DecidedAccepted, Today.Add(-18)), decided(q.ID, restock.DecidedChanged, Today.Add(-17))
	more.Chosen, more.SupplierID, none.SupplierID = 25_000, &supplier.ID, &supplier.ID
	same1.Chosen, idle.Why, idle.Note = same1.Suggested, "", ""
	h.decide(t, h.A, more, none, idle, waits, same1, lost)
	judged := func(d restock.Decision, ours, theirs score.Verdict, our, their money.Amount) restock.Judgement {
		return restock.Judgement{DecisionID: d.ID, Finding: restock.FoundJudged, Day: Today, Best: 10_000, Ours: ours, Theirs: theirs, OurRegret: our, TheirRegret: their}
	}
	h.do(t, h.A, func(ctx context.Context) error {
		return h.Store.PutJudgements(ctx, []restock.Judgement{
			judged(more, score.Right, score.Over, 0, 700), judged(none, score.Right, score.Under, 10, 400), judged(idle, score.Over, score.Right, 90, 0),
			judged(same1, score.Right, score.Right, 5, 5), {DecisionID: lost.ID, Finding: restock.FoundNoDelivery, Day: Today},
		})
	})
	all := restock.JudgedQuery{From: Today.Add(-30), Through: Today}
	days, err := h.Store.DayStandings(h.A, all)
	if err != nil {
		t.Fatal(err)
	}
	first := restock.Standing{Cases: 2, Ours: restock.Verdicts{Right: 2}, Theirs: restock.Verdicts{Over: 1, Under: 1}, OurRegret: 10, TheirRegret: 1100,
		Contest: score.Contest{Cases: 2, Sum: -1090, Squares: 700*700 + 390*390}}
	second := restock.Standing{Cases: 1, Ours: restock.Verdicts{Over: 1}, Theirs: restock.Verdicts{Right: 1}, OurRegret: 90, Contest: score.Contest{Cases: 1, Sum: 90, Squares: 8100}}
	third := restock.Standing{Cases: 1, Ours: restock.Verdicts{Right: 1}, Theirs: restock.Verdicts{Right: 1}, OurRegret: 5, TheirRegret: 5}
	same(t, "by day", days, []restock.DayStanding{{Day: Today.Add(-20), SupplierID: &supplier.ID, Standing: first}, {Day: Today.Add(-19), Standing: second}, {Day: Today.Add(-18), Standing: third}})

	ways, err := h.Store.WayStandings(h.A, all)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, w := range ways {
		named = append(named, string(w.Way)+" "+string(w.Why))
	}
	same(t, "ways", named, []string{"idle ", "more cash", "none cash"})

	products, err := h.Store.ProductStandings(h.A, all)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "by product", products, []restock.ProductStanding{{ProductID: p.ID, Name: p.Name, Standing: first}, {ProductID: q.ID, Name: q.Name, Standing: second.Plus(third)}})
	all.Limit, all.Offset = 1, 1
	if products, err = h.Store.ProductStandings(h.A, all); err != nil || len(products) != 1 || products[0].ProductID != q.ID {
		t.Errorf("the second product: %v, %v", products, err)
	}
	h.verdicts(t, supplier.ID, p.ID, []restock.Decision{same1, idle})

	all.Limit, all.Offset = 0, 0
	left, err := h.Store.Unjudged(h.A, all)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "not judged", left, restock.Unjudged{Waiting: 1, Findings: map[restock.Finding]int{restock.FoundNoDelivery: 1}})
	from, to, ok, err := h.Store.DecidedBetween(h.A)
	if err != nil || !ok || from != Today.Add(-20) || to != Today.Add(-2) {
		t.Errorf("decided from %s to %s, %v, %v", from, to, ok, err)
	}
	if _, _, ok, err := h.Store.DecidedBetween(h.B); ok || err != nil {
		t.Errorf("another shop's decisions: %v, %v", ok, err)
	}
	if days, err := h.Store.DayStandings(h.B, all); len(days) != 0 || err != nil {
		t.Errorf("another shop's days: %v, %v", days, err)
	}
}

// verdicts reads them one by one.
func (h House) verdicts(t *testing.T, supplier, product ident.ID, latest []restock.Decision) {
	t.Helper()
	q := restock.JudgedQuery{From: Today.Add(-30), Through: Today, Limit: 2}
	read := func(q restock.JudgedQuery) []restock.Verdict {
		t.Helper()
		list, err := h.Store.Verdicts(h.A, q)
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	for i, v := range read(q) {
		latest[i].Inputs = nil
		same(t, "a decision", v.Decision, latest[i])
		if v.Name != "红枣" || v.Best != 10_000 || v.Ours == "" {
			t.Errorf("its verdict: %+v", v)
		}
	}
	q.SupplierID, q.Limit = &supplier, 0
	if list := read(q); len(list) != 2 || list[0].SupplierName != "果园" || list[0].Way()+list[1].Way() != restock.WayMore+restock.WayNone && list[0].Way()+list[1].Way() != restock.WayNone+restock.WayMore {
		t.Errorf("of a supplier: %+v", list)
	}
	q.SupplierID, q.ProductID, q.From = nil, &product, Today.Add(-19)
	if list := read(q); len(list) != 0 {
		t.Errorf("of a product since later: %+v", list)
	}
}
