package futures_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/replenish/futures"
)

// The futures have the mean and the spread of what they are drawn from.
func TestFuturesLookLikeTheForecast(t *testing.T) {
	for _, c := range []struct{ mean, sd float64 }{{10, 3}, {5, 5}, {100, 2}, {0.5, 1}, {3, 0}, {0, 0}} {
		for _, counted := range []bool{false, true} {
			o := futures.Outlook{Mean: []float32{float32(c.mean), float32(c.mean)}, SD: []float32{float32(c.sd), float32(c.sd)}, Shared: 0.3}
			out := make([]futures.Each, 2)
			o.Courses(out, 1, 1, counted)
			mean, squares := 0.0, 0.0
			for _, x := range out[1] {
				if x < 0 || counted && x != float32(math.Trunc(float64(x))) {
					t.Fatalf("%+v: a demand of %v", c, x)
				}
				mean += float64(x) / futures.Count
				squares += float64(x) * float64(x) / futures.Count
			}
			sd := math.Sqrt(max(squares-mean*mean, 0))
			if math.Abs(mean-c.mean) > 0.05*c.sd+0.02*c.mean+0.01 || math.Abs(sd-c.sd) > 0.15*c.sd+0.51 {
				t.Errorf("%+v, counted %v: mean %v, deviation %v", c, counted, mean, sd)
			}
		}
	}
}

// Of what is wanted, stock serves what it can in the order in which it expires; the rest is told by
// when it is wanted. Done by hand over three stretches.
func TestPlayByHand(t *testing.T) {
	courses := make([]futures.Each, 3)
	for k := range futures.Count {
		courses[0][k], courses[1][k], courses[2][k] = 5, 4, 3
	}
	var p futures.Play
	p.Run(courses, []futures.Parcel{{From: 0, Gone: 1, Quantity: 6}, {From: 1, Gone: 3, Quantity: 1}, {From: 0, Gone: futures.Never, Quantity: 2}}, 1, 2)
	// 5 of the 6 are sold, 1 expires; then 1 and 2 of the 4; the last 3 find nothing.
	if p.Before[7] != 0 || p.Need[7] != 1 || p.Outlet[7] != 4 || p.Wanted[7] != 4 || p.Old[7] != 0 {
		t.Errorf("before %v, need %v, outlet %v, wanted %v, old %v", p.Before[7], p.Need[7], p.Outlet[7], p.Wanted[7], p.Old[7])
	}
	s := futures.Stakes{Short: 3, Spoiled: 5, Night: 0.5, Later: 0.25}
	for q, want := range map[float64]float64{0: 3, 1: 0, 3: 0.5*2 + 0.25*4, 6: 0.5*5 + 0.25*25 + 5*2} {
		if got := p.Cost(q, s); math.Abs(got-want) > 1e-9 {
			t.Errorf("ordering %v costs %v, want %v", q, got, want)
		}
	}
	if p.Lost(0.25) != 0.75 || p.Thrown(6) != 2 {
		t.Errorf("lost %v, thrown away %v", p.Lost(0.25), p.Thrown(6))
	}
}

// The cost is convex, and Cheapest finds its lowest point.
func TestCheapest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "stretches")
		o := futures.Outlook{Mean: make([]float32, n), SD: make([]float32, n), Shared: float32(rapid.Float64Range(0, 0.9).Draw(t, "shared"))}
		for j := range n {
			o.Mean[j] = float32(rapid.Float64Range(0, 20).Draw(t, "mean"))
			o.SD[j] = o.Mean[j] * float32(rapid.Float64Range(0, 2).Draw(t, "cv"))
		}
		courses := make([]futures.Each, n)
		o.Courses(courses, 1, 1, rapid.Bool().Draw(t, "counted"))
		var p futures.Play
		p.Run(courses, []futures.Parcel{{Gone: n - 1, Quantity: 9}}, rapid.IntRange(0, n-1).Draw(t, "arrival"), n-1)
		s := futures.Stakes{Short: rapid.Float64Range(0, 5).Draw(t, "short"), Spoiled: rapid.Float64Range(0, 5).Draw(t, "spoiled"),
			Night: rapid.Float64Range(0.01, 1).Draw(t, "night"), Later: rapid.Float64Range(0, 1).Draw(t, "later")}
		at := func(q float64) float64 { return p.Cost(q, s) }
		for q := 0.5; q < 50; q += 0.5 {
			if at(q-0.5)+at(q+0.5) < 2*at(q)-1e-6 {
				t.Fatalf("not convex at %v", q)
			}
		}
		s.Later = 0
		best := p.Cheapest(s)
		for q := 0.0; q < 50; q += 0.5 {
			if at(q) < at(best)-1e-2 {
				t.Fatalf("%v costs %v, %v only %v", best, at(best), q, at(q))
			}
		}
	})
}
