package cover_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/replenish/cover"
)

// steady is a member that sells so much every day and is always there.
func steady(days int, sold, have float64) cover.Member {
	m := cover.Member{Have: have, Sold: make([]float64, days), Available: make([]float64, days)}
	for d := range days {
		m.Sold[d], m.Available[d] = sold, 1
	}
	return m
}

// TestTheShareIsLearned: where on days without one milk the other sells a known part
// of it more, that part is found; a few days say less than many.
func TestTheShareIsLearned(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, truth := range []float64{0.1, 0.8} {
		before := math.Inf(1)
		for _, without := range []int{0, 10, 120} {
			const days = 364
			a, b := steady(days, 10, 0), steady(days, 20, 500)
			for d := range days {
				b.Sold[d] += 2 * r.NormFloat64()
			}
			for n := range without {
				d := n * days / without
				a.Sold[d], a.Available[d] = 0, 0
				b.Sold[d] += 10 * truth
			}
			got := cover.Of([]cover.Member{a, b}, 3)[0]
			off := math.Abs(got.Share - truth)
			if got.Days != without || off > before+0.02 {
				t.Errorf("%.1f after %d days: %+v, off by %.2f, before %.2f", truth, without, got, off, before)
			}
			before = off
		}
		if before > 0.1 {
			t.Errorf("%.1f is missed by %.2f after 120 days", truth, before)
		}
	}
}

// TestOthersMustHaveEnough: nothing is served by a group that is short itself, and
// what it has beyond its own week is divided among those who need it.
func TestOthersMustHaveEnough(t *testing.T) {
	of := func(have float64, more ...cover.Member) float64 {
		return cover.Of(append([]cover.Member{steady(100, 10, 0), steady(100, 20, have)}, more...), 0)[0].Served
	}
	if got := of(140); got != 0 {
		t.Errorf("the other has its own week only and serves %.2f", got)
	}
	if some, plenty := of(150), of(1000); !(some > 0 && some < plenty && plenty == cover.Usual) {
		t.Errorf("some %.2f, plenty %.2f", some, plenty)
	}
	if alone, shared := of(170), of(170, steady(100, 10, 0)); shared >= alone {
		t.Errorf("a third that is empty too leaves %.2f, without it %.2f", shared, alone)
	}
	if got := cover.Of([]cover.Member{steady(50, 3, 0)}, 0)[0]; got.Served != 0 {
		t.Errorf("a group of one serves itself: %+v", got)
	}
}

// TestWithinBounds: whatever the days say, a share is a share, and some of what a
// product is wanted for always remains its own.
func TestWithinBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(0, 60).Draw(t, "days")
		members := make([]cover.Member, rapid.IntRange(1, 5).Draw(t, "members"))
		for i := range members {
			m := &members[i]
			m.Have = rapid.Float64Range(-50, 1e6).Draw(t, "have")
			for range days {
				m.Sold = append(m.Sold, rapid.Float64Range(0, 1e4).Draw(t, "sold"))
				m.Available = append(m.Available, rapid.SampledFrom([]float64{0, 0.3, 1}).Draw(t, "available"))
			}
		}
		for _, c := range cover.Of(members, rapid.IntRange(0, 6).Draw(t, "weekday")) {
			if !(c.Share >= 0 && c.Share <= 1 && c.Served >= 0 && c.Served <= cover.Most && c.Served <= c.Share) {
				t.Fatalf("%+v", c)
			}
		}
	})
}
