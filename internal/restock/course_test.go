package restock

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/measure"
)

// straight is a course with so much a day.
func straight(rate float64, n int, whole bool) course {
	var c course
	make := dist.NewGamma
	if whole {
		make = dist.NewNegBin
	}
	for k := 1; k <= n; k++ {
		c.steps = append(c.steps, make(rate, 2*rate))
		c.sums = append(c.sums, make(rate*float64(k), 2*rate*float64(k)))
	}
	return c
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(1, math.Abs(b)) }

// What people know changes the days that it speaks of and no other, and the sums are
// the sums of the days.
func TestTunedCourse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		plain := straight(rapid.Float64Range(0, 50).Draw(t, "rate"), n, rapid.Bool().Draw(t, "whole"))
		first := day.New(2026, 11, 24)
		var list []Adjustment
		for range rapid.IntRange(0, 3).Draw(t, "adjustments") {
			a := Adjustment{From: first.Add(rapid.IntRange(-5, n+5).Draw(t, "from"))}
			a.To = a.From.Add(rapid.IntRange(0, 10).Draw(t, "days"))
			if rapid.Bool().Draw(t, "factor?") {
				a.Factor = new(rapid.IntRange(0, 5000).Draw(t, "factor"))
			} else {
				a.Amount = new(measure.Quantity(rapid.Int64Range(-40_000, 90_000).Draw(t, "amount")))
			}
			list = append(list, a)
		}
		told := plain.tuned(adjusting(list, first, n))
		total, last := 0.0, 0.0
		for k := range n {
			d := first.Add(k)
			want := plain.steps[k].Mean()
			for _, a := range list {
				if a.Factor != nil && a.From <= d && d <= a.To {
					want *= float64(*a.Factor) / 1000
				}
			}
			for _, a := range list {
				if a.Amount != nil && a.From <= d && d <= a.To {
					want += float64(*a.Amount) / 1000 / float64(a.Days())
				}
			}
			want = math.Max(want, 0)
			if !near(told.steps[k].Mean(), want) {
				t.Fatalf("day %d: %g, want %g", k, told.steps[k].Mean(), want)
			}
			total += want
			sum := told.Sum(k + 1)
			if !near(sum.Mean(), total) || sum.Var() < last-1e-9 || math.IsNaN(sum.Quantile(0.99)) {
				t.Fatalf("sum of %d days: %g ± %g, want %g", k+1, sum.Mean(), sum.Var(), total)
			}
			last = sum.Var()
		}
	})
}

// Without anything known the course is the forecast, to the bit.
func TestNothingKnownChangesNothing(t *testing.T) {
	plain := straight(3, 60, true)
	told := plain.tuned(adjusting(nil, 100, 60))
	for k := range 60 {
		if told.sums[k] != plain.sums[k] || told.steps[k] != plain.steps[k] {
			t.Fatalf("day %d changed", k)
		}
	}
}

func TestScoreNearer(t *testing.T) {
	for _, c := range []struct {
		ours, adjusted, wanted measure.Quantity
		want                   int
	}{{10, 15, 14, 1}, {10, 15, 11, -1}, {10, 14, 12, 0}, {5, 5, 9, 0}} {
		if got := (Score{c.ours, c.adjusted, c.wanted}).Nearer(); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// Only weeks that are over are judged; "likely at most" is counted in twenty of them,
// sums are told of the latest eight.
func TestJudge(t *testing.T) {
	start := day.New(2026, 1, 5) // a Monday
	weeks := 25
	history := demand.Series{Start: start}
	var corrected []demand.Corrected
	for i := range 7 * weeks {
		history.Sold = append(history.Sold, 1)
		corrected = append(corrected, demand.Corrected{Demand: 1 + float64(i/7%2)}) // 7 and 14 a week in turn
	}
	var records []Record
	for w := range weeks + 2 {
		records = append(records, Record{Week: start.Add(7 * w), First: start.Add(7 * w), Days: 7, Expected: 10_000, LikelyMost: 13_000})
	}
	a := judge(records, history, corrected)
	if a.Of != 20 || a.Held != 10 || a.Weeks != 8 || a.Expected != 80_000 || a.Wanted != 84_000 || a.Since != start.Add(7*17) {
		t.Errorf("judged: %d of %d, %d weeks since %s, expected %d, wanted %d", a.Held, a.Of, a.Weeks, a.Since, a.Expected, a.Wanted)
	}
	if none := judge(records[weeks:], history, corrected); none.Of != 0 || none.Weeks != 0 {
		t.Errorf("weeks that are not over: %+v", none)
	}
}
