package restock_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/replenish/score"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/shop"
)

// past makes n judged decisions about rice, made on a day, of which the level `best`
// would have cost least.
func past(t *testing.T, v *restocktest.Village, n int, made day.Date, best int) {
	t.Helper()
	store := restockdb.New(v.App.DB)
	var list []restock.Decision
	var judged []restock.Judgement
	for range n {
		d := restock.Decision{ID: ident.New(), ProductID: v.Rice.ID, Day: made, Kind: restock.DecidedChanged, Suggested: 1000, Arrival: made, Until: made.Add(3), Due: new(made.Add(2)), Person: new(ident.New()), Inputs: []byte{1}}
		j := restock.Judgement{DecisionID: d.ID, Finding: restock.FoundJudged, Day: made.Add(3), Ours: score.Right, Theirs: score.Right}
		for _, level := range append(restock.Levels(), 9500) { // the words of a balanced shop
			j.Ladder = append(j.Ladder, money.Amount(10+max(level-best, best-level)))
		}
		list, judged = append(list, d), append(judged, j)
	}
	v.Must(v.App.DB.Do(v.Ctx, func(ctx context.Context) error {
		if _, err := store.AddDecisions(ctx, list); err != nil {
			return err
		}
		return store.PutJudgements(ctx, judged)
	}))
}

func level(t *testing.T, v *restocktest.Village) restock.LevelState {
	t.Helper()
	l, err := v.App.Restock.Level(v.Ctx)
	v.Must(err)
	return l
}

// The level moves a place a week towards where past orders would have cost less, once a
// week whatever runs how often, never beyond the owner's bounds; suggestions follow it and
// their traces say so; a step is taken back, and then it stands still for a while.
func TestServiceLevelLearns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v, now := wound(t, d)
		learn := func() bool {
			t.Helper()
			moved, err := v.App.Restock.Learn(v.Ctx)
			v.Must(err)
			return moved
		}
		week := func(n int) { *now = restocktest.Now.AddDate(0, 0, 7*n) }
		past(t, v, restock.LeastCases-1, restocktest.Today.Add(-30), 9900)
		if learn() {
			t.Error("it moved without enough cases")
		}
		past(t, v, 60, restocktest.Today.Add(-30), 9900)
		if learn() {
			t.Error("it was looked at twice in a week")
		}
		week(1)
		if !learn() || learn() || level(t, v).ServiceLevel.Level != 9600 {
			t.Fatalf("a week later: %+v", level(t, v))
		}
		v.Must(v.App.Restock.Recompute(v.Ctx, nil))
		rice := rowOf(t, v, v.Rice.ID)
		if in := rice.Trace.Inputs; in.Policy.Level != 0.96 || replenish.Recompute(in).Quantity != rice.Trace.Result.Quantity {
			t.Errorf("the trace was made at %v: again %s, it was %s", in.Policy.Level, replenish.Recompute(in).Quantity.Decimal(), rice.Trace.Result.Quantity.Decimal())
		}
		if !slices.ContainsFunc(rice.Trace.Steps, func(m replenish.Message) bool { return m.Key == "reason.step_learned" }) {
			t.Error("the trace says nothing of it")
		}
		for n := 2; n < 9; n++ {
			week(n)
			learn()
		}
		if got := level(t, v); got.ServiceLevel.Level != 9800 || len(got.Steps) != 3 || got.Steps[0].FromRegret <= got.Steps[0].ToRegret || got.Steps[0].Cases != 79 {
			t.Fatalf("at the upper bound: %+v", got)
		}
		latest := level(t, v).Steps[0]
		for range 2 { // the button was pressed twice
			v.Must(v.App.Restock.TakeBackLevel(v.Ctx, latest.ID))
		}
		if got := level(t, v); got.ServiceLevel.Level != 9700 || len(got.Steps) != 4 || got.Steps[0].Kind != restock.StepBack || got.Steps[0].Person == nil {
			t.Errorf("taken back: %+v", got)
		}
		if week(9); learn() {
			t.Error("it moved while it should stand still")
		}
		if week(13); !learn() {
			t.Error("it stands still for ever")
		}
		for range 2 {
			v.Must(v.App.Restock.SteerLevel(v.Ctx, false, 300, 100))
		}
		if got := level(t, v); got.ServiceLevel.Level != 9600 || got.Steps[0].Kind != restock.StepBounds {
			t.Errorf("the bounds drawn closer: %+v", got)
		}
		v.Must(v.App.Restock.SteerLevel(v.Ctx, true, 300, 100))
		if week(14); learn() || level(t, v).ServiceLevel.Level != 0 {
			t.Errorf("stopped: %+v", level(t, v))
		}
	})
}

// rowOf is the suggestion for a product.
func rowOf(t *testing.T, v *restocktest.Village, id ident.ID) restock.Suggestion {
	t.Helper()
	o, err := v.App.Restock.Outlook(v.Ctx, id)
	v.Must(err)
	return o.Row.Suggestion
}

// Under-bought, the level goes up; over-bought, down. Other words, a target in figures and
// goods that do not keep are left alone.
func TestServiceLevelLeavesAlone(t *testing.T) {
	v, now := wound(t, dbtest.SQLite(t))
	past(t, v, 60, restocktest.Today.Add(-30), 9000)
	if moved, err := v.App.Restock.Learn(v.Ctx); err != nil || !moved || level(t, v).ServiceLevel.Level != 9400 {
		t.Fatalf("over-bought: %v, %v, %+v", moved, err, level(t, v))
	}
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	for _, id := range []ident.ID{v.Oranges.ID, v.Rice.ID} {
		keeps := rowOf(t, v, id).Trace.Inputs.ShelfLife == 0
		if got := rowOf(t, v, id).Trace.Inputs.Policy.Level; keeps != (got == 0.94) {
			t.Errorf("ordered at %v, keeps: %v", got, keeps)
		}
	}
	set := func(policy shop.Policy, target shop.Target) {
		t.Helper()
		in, err := v.App.Shop.Get(v.Ctx)
		v.Must(err)
		v.Must(v.App.Shop.Update(v.Ctx, shop.Settings{Name: in.Name, Policy: policy, Target: target, OpenHour: in.OpenHour, CloseHour: in.CloseHour, ShowUnit: in.ShowUnit}, in.Version))
	}
	target := shop.Target{Kind: shop.CycleTarget, Percent: 90}
	set(shop.Balanced, target)
	*now = now.AddDate(0, 0, 7)
	if moved, err := v.App.Restock.Learn(v.Ctx); moved || err != nil {
		t.Errorf("with a target in figures: %v, %v", moved, err)
	}
	if got := restock.ServiceLevel.At(level(t, v).ServiceLevel, shop.Shop{Policy: shop.Balanced, Target: target}); got != 0 {
		t.Errorf("the target is outdone by %d", got)
	}
	set(shop.NeverOut, shop.Target{})
	*now = now.AddDate(0, 0, 7)
	moved, err := v.App.Restock.Learn(v.Ctx)
	v.Must(err)
	if got := level(t, v); !moved || got.ServiceLevel.Level != 0 || got.Policy != shop.NeverOut || got.Cases != 0 {
		t.Errorf("under other words: %+v", got)
	}
	for _, bad := range [][2]int{{-1, 0}, {0, -1}, {restock.MostBound + 1, 0}} {
		if err := v.App.Restock.SteerLevel(v.Ctx, false, bad[0], bad[1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("bounds %v: %v", bad, err)
		}
	}
}

// Whatever past orders say, the level stays within the bounds, moves one place, and only
// to where they would have cost less; where all regret falls with the level it goes up,
// where it rises down.
func TestServiceLevelStaysWithinBounds(t *testing.T) {
	levels := restock.Levels()
	rapid.Check(t, func(t *rapid.T) {
		l := restock.ServiceLevel{
			Lower: rapid.IntRange(0, restock.MostBound).Draw(t, "lower"), Upper: rapid.IntRange(0, restock.MostBound).Draw(t, "upper"),
			Policy: rapid.SampledFrom(shop.Policies()).Draw(t, "policy"),
		}
		word := restock.WordLevel(l.Policy)
		e := score.Evidence{Cases: rapid.IntRange(0, 300).Draw(t, "cases")}
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 1_000_000), len(levels)+1, len(levels)+1).Draw(t, "regret") {
			e.Regret = append(e.Regret, float64(n))
		}
		up := rapid.SampledFrom([]int{-1, 0, 1}).Draw(t, "up")
		if up != 0 {
			e.Cases = 200
			for i, level := range append(slices.Clone(levels), word) {
				e.Regret[i] = 1e6 + float64(-up*level)
			}
		}
		for range 20 {
			step := l.Next(e)
			real := func(level int) int {
				if level == 0 {
					return word
				}
				return level
			}
			from, to := real(step.From), real(step.To)
			if to != word && (to < word-l.Lower || to > word+l.Upper) {
				t.Fatalf("to %d, %d..%d around %d", to, l.Lower, l.Upper, word)
			}
			if math.Abs(float64(slices.Index(levels, from)-slices.Index(levels, to))) > 1 {
				t.Fatalf("a jump from %d to %d", from, to)
			}
			if step.From != step.To && (step.ToRegret >= step.FromRegret || e.Cases < restock.LeastCases || up*(to-from) < 0) {
				t.Fatalf("from %d to %d: %+v", from, to, step)
			}
			l.Level = step.To
		}
		last := l.Level
		if last == 0 {
			last = word
		}
		for _, level := range levels { // far enough, the level reaches the bound that regret points to
			if up > 0 && level > last && level <= word+l.Upper || up < 0 && level < last && level >= word-l.Lower {
				t.Fatalf("it stopped at %d, %d is better and allowed", last, level)
			}
		}
	})
}

// Another policy in the settings is followed without anybody asking; the same settings
// kept once more change nothing.
func TestSettingsAreFollowed(t *testing.T) {
	v, _ := wound(t, dbtest.SQLite(t))
	_, err := v.App.Restock.RunChanged(context.Background())
	v.Must(err)
	keep := func() (worked int) {
		t.Helper()
		in, err := v.App.Shop.Get(v.Ctx)
		v.Must(err)
		v.Must(v.App.Shop.Update(v.Ctx, shop.Settings{Name: in.Name, Policy: shop.NeverOut, OpenHour: in.OpenHour, CloseHour: in.CloseHour, ShowUnit: in.ShowUnit, Ordering: in.Ordering, MarketDays: in.MarketDays, PricesIncludeTax: in.PricesIncludeTax}, in.Version))
		worked, err = v.App.Restock.RunChanged(context.Background())
		v.Must(err)
		return worked
	}
	if n := keep(); n < 3 || rowOf(t, v, v.Rice.ID).Trace.Inputs.Policy.Service != replenish.NeverRunOut {
		t.Errorf("%d products were worked out, by %v", n, rowOf(t, v, v.Rice.ID).Trace.Inputs.Policy.Service)
	}
	if n := keep(); n != 0 {
		t.Errorf("the same settings: %d products were worked out", n)
	}
}
