package score_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/forecast/dist"
	"buhuo/internal/replenish/score"
)

var levels = []float64{0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99}

// shop sells one product a week; margin and spoilage make one level the cheapest.
type shop struct {
	rng          *rand.Rand
	margin, cost float64
}

// week is a week's regrets by level: what is left spoils, so that the newsvendor's
// ratio margin/(margin+cost) is the level of least regret.
func (s shop) week() []float64 {
	wanted := dist.NewNegBin(40, 120)
	drawn := wanted.Quantile(s.rng.Float64())
	c := score.Case{Wanted: []float64{drawn}, Cover: 1, Life: 1, Margin: s.margin, Cost: s.cost, Step: 1}
	out := make([]float64, len(levels))
	for i, l := range levels {
		out[i] = c.Regret(wanted.Quantile(l))
	}
	return out
}

// A shop whose regrets are known moves to the level of least regret, one place a week,
// and stays there; the owner's bounds hold whatever the regrets say.
func TestLevelsFindLeastRegret(t *testing.T) {
	const word = 5 // 0.95
	for _, c := range []struct {
		margin, cost float64
		low, high    int
		want         int // place in levels
	}{
		{100, 900, 0, 9, 0},   // ratio 0.1: the lowest there is
		{900, 100, 0, 9, 2},   // ratio 0.90
		{980, 20, 0, 9, 8},    // ratio 0.98
		{980, 20, 3, 6, 6},    // bounded above
		{100, 900, 3, 6, 3},   // bounded below
		{950, 50, 0, 9, word}, // the owner was right
	} {
		s := shop{rng: rand.New(rand.NewPCG(7, 11)), margin: c.margin, cost: c.cost}
		var all score.Evidence
		level := word
		for week := range 150 {
			for range 40 {
				all.Add(s.week())
			}
			next := score.Next(level, word, c.low, c.high, all, all)
			if next < c.low || next > c.high || next-level > 1 || level-next > 1 {
				t.Fatalf("week %d: from %g to %g", week, levels[level], levels[next])
			}
			level = next
		}
		if level != c.want {
			t.Errorf("margin %g, cost %g, within %g..%g: %g, want %g", c.margin, c.cost, levels[c.low], levels[c.high], levels[level], levels[c.want])
		}
	}
}

// Without evidence nothing moves, but for the owner's bounds.
func TestNoEvidenceNoMove(t *testing.T) {
	s := shop{rng: rand.New(rand.NewPCG(1, 2)), margin: 980, cost: 20}
	var few, many score.Evidence
	for range 19 {
		few.Add(s.week())
	}
	for range 500 {
		many.Add(s.week())
	}
	for name, e := range map[string][2]score.Evidence{"none": {}, "few": {few, few}, "few of its own": {many, few}} {
		if got := score.Next(5, 5, 0, 9, e[0], e[1]); got != 5 {
			t.Errorf("%s: moved to %g", name, levels[got])
		}
	}
	if got := score.Next(9, 5, 0, 7, score.Evidence{}, score.Evidence{}); got != 7 {
		t.Errorf("outside the bounds: %g", levels[got])
	}
	flat := score.Evidence{Cases: 400, Regret: make([]float64, len(levels))}
	if got := score.Next(5, 5, 0, 9, flat, flat); got != 5 {
		t.Errorf("all levels cost the same: moved to %g", levels[got])
	}
}

// Whatever the evidence, a level never leaves its bounds, never jumps, and never moves
// to where more would have been regretted.
func TestNextIsCareful(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := len(levels)
		low := rapid.IntRange(0, n-1).Draw(t, "low")
		high := rapid.IntRange(low, n-1).Draw(t, "high")
		evidence := func(name string) score.Evidence {
			return score.Evidence{Cases: rapid.IntRange(0, 500).Draw(t, name), Regret: rapid.SliceOfN(rapid.Float64Range(0, 1e6), n, n).Draw(t, name+" regrets")}
		}
		shop, own := evidence("shop"), evidence("own")
		current := rapid.IntRange(low, high).Draw(t, "current")
		next := score.Next(current, rapid.IntRange(0, n-1).Draw(t, "word"), low, high, shop, own)
		if next < low || next > high || next > current+1 || next < current-1 {
			t.Fatalf("from %d to %d within %d..%d", current, next, low, high)
		}
		if next != current && (own.Regret[next] >= own.Regret[current] || own.Cases < 20) {
			t.Fatalf("from %d to %d: %v of %d", current, next, own.Regret, own.Cases)
		}
	})
}

func TestEvidenceAddsUp(t *testing.T) {
	var e score.Evidence
	e.Add([]float64{1, 2})
	e.Add([]float64{3, 4})
	e.Add([]float64{9}) // of another list of levels
	if e.Cases != 2 || !slices.Equal(e.Regret, []float64{4, 6}) {
		t.Errorf("%+v", e)
	}
}
