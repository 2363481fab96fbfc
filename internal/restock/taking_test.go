package restock

import (
	"math"
	"math/rand/v2"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
)

// priced makes products whose price moves for a few days now and then, and whose
// customers answer with an elasticity.
func priced(products int, elasticity float64) []forecast.Series {
	dice := rand.New(rand.NewPCG(3, 4))
	out := make([]forecast.Series, products)
	for i := range out {
		s := forecast.Series{Start: day.New(2026, 1, 1), Price: make([]float64, 300), Values: make([]float64, 300)}
		price, left := 10.0, 0
		for t := range s.Values {
			if left--; left <= 0 {
				price = 10
				if dice.IntN(20) == 0 {
					price, left = 10*math.Exp(0.4*(dice.Float64()-0.5)), 3
				}
			}
			s.Price[t] = price
			s.Values[t] = math.Max(20*math.Pow(price/10, -elasticity)+4*dice.NormFloat64(), 0)
		}
		out[i] = s
	}
	return out
}

// How customers take a price is found again.
func TestTakingIsLearned(t *testing.T) {
	for _, want := range []float64{0.3, 1, 2.5} {
		got := learnTaking(priced(20, want))
		if math.Abs(got.Elasticity-want) > 0.25 || got.Runs < 100 {
			t.Errorf("want %g, learned %+v", want, got)
		}
	}
	still := priced(5, 1)
	for i := range still {
		for j := range still[i].Price {
			still[i].Price[j] = 10
		}
	}
	if got := learnTaking(still); got.Runs != 0 {
		t.Errorf("prices that never move teach %+v", got)
	}
	broken := []forecast.Series{{Values: []float64{1, 2}, Price: []float64{0, 0}}, {Values: []float64{1}}, {Values: make([]float64, 40), Price: make([]float64, 40)}}
	if got := learnTaking(broken); got.Runs != 0 {
		t.Errorf("nothing teaches %+v", got)
	}
}
