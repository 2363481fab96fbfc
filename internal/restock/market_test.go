package restock

import (
	"math"
	"math/rand/v2"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
)

// sells makes products of a shop whose market days bring factor, noisy from day to day.
func sells(products, n int, factor func(category string) float64, days day.MarketDays) []forecast.Series {
	dice := rand.New(rand.NewPCG(1, 2))
	out := make([]forecast.Series, products)
	for i := range out {
		s := forecast.Series{Category: []string{"菜", "肉"}[i%2], Start: day.New(2026, 1, 1)}
		for t := range n {
			d := s.Start.Add(t)
			x := 10 + 3*dice.NormFloat64()
			if d.Weekday() == 6 {
				x *= 1.5
			}
			if days.Has(d) {
				x *= factor(s.Category)
			}
			s.Values = append(s.Values, math.Max(math.Round(x), 0))
		}
		out[i] = s
	}
	return out
}

// The factor of market days is found again, weekdays notwithstanding; where they do
// nothing, nothing is found.
func TestMarketDaysAreLearned(t *testing.T) {
	days := day.MarketDays{1, 6}
	got := learnMarket(sells(12, 240, func(c string) float64 { return map[string]float64{"菜": 2, "肉": 1.3}[c] }, days), days)
	if f := got.of("菜"); math.Abs(f-2) > 0.2 {
		t.Errorf("vegetables: ×%.2f, want ×2", f)
	}
	if f := got.of("肉"); math.Abs(f-1.3) > 0.13 {
		t.Errorf("meat: ×%.2f, want ×1.3", f)
	}
	plain := learnMarket(sells(12, 240, func(string) float64 { return 1 }, days), days)
	if f := plain.of("菜"); math.Abs(f-1) > 0.04 {
		t.Errorf("nothing happens on market days, and ×%.2f is learned", f)
	}
	if got := learnMarket(sells(12, 240, func(string) float64 { return 3 }, nil), nil); got.of("菜") != 1 || got.Days != "" {
		t.Errorf("no market days, and yet %+v", got)
	}
	few := learnMarket(sells(3, 25, func(string) float64 { return 3 }, days), days)
	if f := few.of("菜"); math.IsNaN(f) || f < 1 || f > marketMost {
		t.Errorf("few days: %g", f)
	}
}

// What is taken out of the past is put back into the days ahead.
func TestMarketDaysThereAndBack(t *testing.T) {
	days := day.MarketDays{3, 8}
	m := Market{Days: days.String(), Factor: map[string]float64{"": 2}}
	s := forecast.Series{Start: day.New(2026, 3, 1), Values: make([]float64, 40)}
	for i := range s.Values {
		s.Values[i] = 10
		if days.Has(s.Start.Add(i)) {
			s.Values[i] = 20
		}
	}
	for i, x := range m.ordinary(s, days).Values {
		if x != 10 {
			t.Errorf("day %d: %g", i, x)
		}
	}
	if s.Values[0] == 0 {
		t.Error("the series itself was changed")
	}
	told := straight(5, 30, false).tuned(m.ahead("", days, s.Start, 30))
	for k, step := range told.steps {
		if want := map[bool]float64{true: 10, false: 5}[days.Has(s.Start.Add(k))]; step.Mean() != want {
			t.Errorf("day %d ahead: %g, want %g", k, step.Mean(), want)
		}
	}
}
