package score_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/replenish/score"
)

// anyCase draws a case: goods that keep or not, with stock, deliveries and a price break.
func anyCase(t *rapid.T) score.Case {
	n := rapid.IntRange(1, 14).Draw(t, "days")
	c := score.Case{
		Cover: rapid.IntRange(1, n).Draw(t, "cover"), Life: rapid.IntRange(0, 9).Draw(t, "life"),
		Margin: float64(rapid.IntRange(0, 400).Draw(t, "margin")), Goodwill: float64(rapid.IntRange(0, 50).Draw(t, "goodwill")),
		Cost: float64(rapid.IntRange(1, 900).Draw(t, "cost")), Holding: float64(rapid.IntRange(0, 50).Draw(t, "holding")) / 10_000,
		Step: float64(rapid.IntRange(1, 6).Draw(t, "step")), Least: float64(rapid.IntRange(0, 20).Draw(t, "least")),
	}
	for range n {
		c.Wanted = append(c.Wanted, float64(rapid.IntRange(0, 30).Draw(t, "wanted"))/10)
	}
	if rapid.Bool().Draw(t, "known") {
		c.Usual = float64(rapid.IntRange(1, 30).Draw(t, "usual")) / 10
	}
	for range rapid.IntRange(0, 2).Draw(t, "lots") {
		c.Lots = append(c.Lots, score.Lot{Quantity: float64(rapid.IntRange(0, 40).Draw(t, "lot")), Days: rapid.IntRange(0, 6).Draw(t, "left")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "deliveries") {
		c.Coming = append(c.Coming, score.Delivery{Day: rapid.IntRange(0, 8).Draw(t, "day"), Quantity: float64(rapid.IntRange(0, 30).Draw(t, "delivered")), Days: rapid.IntRange(0, 6).Draw(t, "fresh")})
	}
	if rapid.Bool().Draw(t, "break") {
		c.Tiers = []score.Tier{{From: 0, Cost: c.Cost}, {From: float64(rapid.IntRange(2, 60).Draw(t, "from")), Cost: c.Cost * 0.9}}
	}
	return c
}

// sold is a quantity that the supplier of the case sells, or none.
func sold(t *rapid.T, c score.Case) float64 {
	k := rapid.IntRange(0, 60).Draw(t, "packs")
	q := float64(k) * c.Step
	if q > 0 && q < c.Least {
		q = math.Ceil(c.Least/c.Step) * c.Step
	}
	return q
}

func close(a, b float64) bool { return math.Abs(a-b) <= 1e-6*(1+math.Abs(a)+math.Abs(b)) }

// The best quantity is the best of all that can be had, tried one by one.
func TestBestIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t)
		best, cost := c.Best()
		if !close(cost, c.CostOf(best)) {
			t.Fatalf("%g costs %g, said to cost %g", best, c.CostOf(best), cost)
		}
		least := c.CostOf(0)
		for q := c.Step; q <= 1300; q += c.Step {
			if q >= c.Least {
				least = math.Min(least, c.CostOf(q))
			}
		}
		if !close(cost, least) {
			t.Fatalf("%g costs %g; the least is %g", best, cost, least)
		}
	})
}

// Nobody regrets less than nothing, and nobody regrets the best.
func TestRegret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t)
		if r := c.Regret(sold(t, c)); r < 0 {
			t.Fatalf("regret %g", r)
		}
		best, _ := c.Best()
		if r := c.Regret(best); !close(r, 0) {
			t.Fatalf("the best quantity %g is regretted by %g", best, r)
		}
		if v := c.Judge(best, best); v != score.Right {
			t.Fatalf("the best quantity is %s", v)
		}
	})
}

// Counted in other units, or in other money, the same decisions are regretted as much.
func TestScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t)
		q := sold(t, c)
		k := float64(rapid.SampledFrom([]int{2, 4, 64}).Draw(t, "k"))
		more, dearer := c, c
		more.Wanted, more.Lots, more.Coming, more.Tiers = nil, nil, nil, nil
		dearer.Tiers = nil
		for _, w := range c.Wanted {
			more.Wanted = append(more.Wanted, w*k)
		}
		for _, l := range c.Lots {
			more.Lots = append(more.Lots, score.Lot{Quantity: l.Quantity * k, Days: l.Days})
		}
		for _, d := range c.Coming {
			more.Coming = append(more.Coming, score.Delivery{Day: d.Day, Quantity: d.Quantity * k, Days: d.Days})
		}
		for _, x := range c.Tiers {
			more.Tiers = append(more.Tiers, score.Tier{From: x.From * k, Cost: x.Cost})
			dearer.Tiers = append(dearer.Tiers, score.Tier{From: x.From, Cost: x.Cost * k})
		}
		more.Usual, more.Step, more.Least = c.Usual*k, c.Step*k, c.Least*k
		dearer.Margin, dearer.Goodwill, dearer.Cost = c.Margin*k, c.Goodwill*k, c.Cost*k
		if a, b := c.Regret(q)*k, more.Regret(q*k); !close(a, b) {
			t.Fatalf("%g times as much: regret %g, want %g", k, b, a)
		}
		if a, b := c.Regret(q)*k, dearer.Regret(q); !close(a, b) {
			t.Fatalf("%g times as dear: regret %g, want %g", k, b, a)
		}
	})
}

// Each case was worked out by hand.
func TestByHand(t *testing.T) {
	for _, c := range []struct {
		name         string
		of           score.Case
		q            float64
		best, regret float64
		verdict      score.Verdict
	}{
		{"two too few", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Step: 1}, 6, 8, 200, score.Under},
		{"goodwill counts", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Goodwill: 20, Cost: 500, Step: 1}, 6, 8, 240, score.Under},
		{"three spoil", score.Case{Wanted: []float64{4, 4}, Cover: 2, Life: 2, Margin: 100, Cost: 500, Step: 1}, 11, 8, 1500, score.Over},
		{"what was there counts", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Step: 1, Lots: []score.Lot{{Quantity: 5}}}, 0, 3, 300, score.Under},
		{"stock that expired first does not", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Step: 1, Lots: []score.Lot{{Quantity: 9, Days: 1}}}, 4, 4, 0, score.Right},
		{"a delivery on its way counts", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Step: 1, Coming: []score.Delivery{{Day: 1, Quantity: 4}}}, 4, 4, 0, score.Right},
		// Two are left in the evening and are sold the next day: that is less than two missed.
		{"what keeps only costs its keeping", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Holding: 0.01, Step: 5}, 10, 10, 0, score.Right},
		// Nobody came for four days, but one a day does: the last of six is sold six days later.
		{"a quiet week is no dead stock", score.Case{Wanted: []float64{0, 0, 0, 0}, Cover: 4, Usual: 1, Margin: 100, Cost: 500, Holding: 0.01, Step: 6}, 6, 0, 195, score.Right},
		{"one pack off is right", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Step: 4}, 4, 8, 400, score.Right},
		{"a better price", score.Case{Wanted: []float64{4, 4}, Cover: 2, Margin: 100, Cost: 500, Step: 1, Tiers: []score.Tier{{0, 500}, {10, 450}}}, 8, 10, 400, score.Under},
		{"days behind the cover are nobody's shortage", score.Case{Wanted: []float64{4, 4, 9, 9}, Cover: 2, Life: 4, Margin: 100, Cost: 500, Step: 1}, 8, 8, 0, score.Right},
	} {
		best, _ := c.of.Best()
		if r := c.of.Regret(c.q); best != c.best || !close(r, c.regret) {
			t.Errorf("%s: best %g, regret %g; want %g and %g", c.name, best, r, c.best, c.regret)
		}
		if v := c.of.Judge(c.q, best); v != c.verdict {
			t.Errorf("%s: %s", c.name, v)
		}
	}
}

func TestBetter(t *testing.T) {
	for _, c := range []struct {
		name string
		c    score.Contest
		want score.Side
	}{
		{"nothing", score.Contest{}, score.TooFew},
		{"seven", score.Contest{Cases: 7, Sum: 700, Squares: 70_000}, score.TooFew},
		{"always the same gain", score.Contest{Cases: 8, Sum: 800, Squares: 80_000}, score.Theirs},
		{"always the same loss", score.Contest{Cases: 8, Sum: -800, Squares: 80_000}, score.Ours},
		{"no difference at all", score.Contest{Cases: 50}, score.Even},
		// One of nine gained 900, the others nothing: the mean 100, its error 100.
		{"one lucky case", score.Contest{Cases: 9, Sum: 900, Squares: 810_000}, score.Even},
	} {
		if got := c.c.Better(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
