package forecast_test

import (
	"math"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/average"
	"buhuo/internal/forecast/forecasttest"
	"buhuo/internal/forecast/ses"
	"buhuo/internal/forecast/theta"
	"buhuo/internal/forecast/tsb"
)

func TestEveryModelKeepsTheContract(t *testing.T) {
	for _, f := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
		names := map[string]bool{}
		for _, m := range forecast.Models(f, 14) {
			if names[m.Name()] {
				t.Errorf("%s: two models are called %s", f, m.Name())
			}
			names[m.Name()] = true
			t.Run(f.String()+"/"+m.Name(), func(t *testing.T) { forecasttest.Contract(t, m) })
		}
	}
}

func levelsOf(m forecast.Model, sold []float64, prior, weight float64) []float64 {
	exposure, out := make([]float64, len(sold)), make([]float64, len(sold)+1)
	for i := range exposure {
		exposure[i] = 1
	}
	m.Levels(sold, exposure, prior, weight, out)
	return out
}

// With a prior worth 1/α periods the discounted ratio is exactly Brown's recursion.
func TestExponentialSmoothingByTheBook(t *testing.T) {
	sold := []float64{3, 0, 7, 7, 2, 10, 1}
	level := 4.0
	got := levelsOf(ses.Model{Alpha: 0.3}, sold, level, 1/0.3)
	for i, y := range sold {
		if math.Abs(got[i]-level) > 1e-12 {
			t.Fatalf("period %d: %v, recursion %v", i, got[i], level)
		}
		level += 0.3 * (y - level)
	}
	if math.Abs(got[len(sold)]-level) > 1e-12 {
		t.Errorf("last level %v, recursion %v", got[len(sold)], level)
	}
}

func TestMovingAverageByTheBook(t *testing.T) {
	got := levelsOf(average.Model{Window: 3}, []float64{3, 6, 9, 12, 0, 3}, 100, 1)
	for i, want := range map[int]float64{3: 6, 4: 9, 5: 7, 6: 5} {
		if math.Abs(got[i]-want) > 1e-9 {
			t.Errorf("before period %d: %v, mean of three %v", i, got[i], want)
		}
	}
}

// On a straight line smoothing trails by (1-α)/α periods; theta adds half the slope over the lag
// and the way ahead (Hyndman and Billah 2003).
func TestThetaByTheBook(t *testing.T) {
	sold := make([]float64, 400)
	for i := range sold {
		sold[i] = 50 + 2*float64(i)
	}
	got := levelsOf(theta.Model{Alpha: 0.2, Ahead: 3}, sold, 50, 1)[400]
	want := 50 + 2*399 - 2*0.8/0.2 + 1.0*(3-1+1/0.2)
	if math.Abs(got-want) > 0.5 {
		t.Errorf("level %v, by the formula %v", got, want)
	}
}

// Teunter, Syntetos and Babai: after a long silence the chance of a sale has decayed by (1-β) a
// period, the size stays.
func TestTSBByTheBook(t *testing.T) {
	sold := make([]float64, 300)
	for i := 2; i < 200; i += 4 {
		sold[i] = 8
	}
	m := tsb.Model{Size: 0.1, Chance: 0.05}
	got := levelsOf(m, sold, 2, 1e-9)
	if r := got[260] / got[220]; math.Abs(r-math.Pow(0.95, 40)) > 1e-3 {
		t.Errorf("40 silent periods leave %v of the level, by the book %v", r, math.Pow(0.95, 40))
	}
}
