package forecast_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/average"
	"buhuo/internal/forecast/croston"
	"buhuo/internal/forecast/forecasttest"
	"buhuo/internal/forecast/htsb"
	"buhuo/internal/forecast/naive"
	"buhuo/internal/forecast/prior"
	"buhuo/internal/forecast/ses"
	"buhuo/internal/forecast/theta"
	"buhuo/internal/forecast/tsb"
)

func TestEveryModelKeepsTheContract(t *testing.T) {
	for _, f := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
		names := map[string]bool{}
		combined, named := forecast.Models(f, 14)
		for _, m := range slices.Concat(combined, named) {
			if names[m.Name()] {
				t.Errorf("%s: two models are called %s", f, m.Name())
			}
			names[m.Name()] = true
			t.Run(f.String()+"/"+m.Name(), func(t *testing.T) { forecasttest.Contract(t, m) })
		}
	}
}

func levelsOf(m forecast.Model, sold []float64, mean, weight float64) []float64 {
	exposure, out := make([]float64, len(sold)), make([]float64, len(sold)+1)
	for i := range exposure {
		exposure[i] = 1
	}
	m.Levels(sold, exposure, prior.Of(mean, weight), out)
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

// The ratio of smoothed size to smoothed gap is too large by α/(2-α)(1-1/p) of the mean (Syntetos and
// Boylan 2001): without the correction Croston's method fails here.
func TestCrostonIsCorrectedByTheBook(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	sold := make([]float64, 60000)
	for i := range sold {
		if rng.Float64() < 0.1 {
			sold[i] = 5
		}
	}
	total := 0.0
	for _, level := range levelsOf(croston.Model{Alpha: 0.3}, sold, 0.5, 1) {
		total += level
	}
	if mean := total / float64(len(sold)+1); math.Abs(mean/0.5-1) > 0.03 {
		t.Errorf("mean level %v of demand with mean 0.5", mean)
	}
}

// A product without a past sells as its kind does; with a long one it sells as it did; what is forgotten
// in a silence makes room for the kind again.
func TestHierarchicalTSBLeansOnItsKind(t *testing.T) {
	kind := prior.Level{Mean: 2, Weight: 1, Chance: 0.5, Periods: 5, Size: 4, Sales: 3}
	m := htsb.Model{Size: 0.1, Chance: 0.05}
	run := func(sold []float64) float64 {
		exposure, out := make([]float64, len(sold)), make([]float64, len(sold)+1)
		for i := range exposure {
			exposure[i] = 1
		}
		m.Levels(sold, exposure, kind, out)
		return out[len(sold)]
	}
	if got := run(nil); got != 2 {
		t.Errorf("without a past the level is %v, its kind's 2", got)
	}
	// one sale of 10 in one period: chance (1 + 2.5)/(1 + 5), size (10 + 12)/(1 + 3)
	if got, want := run([]float64{10}), 3.5/6*22/4; math.Abs(got-want) > 1e-12 {
		t.Errorf("after one sale of 10 the level is %v, by hand %v", got, want)
	}
	busy, silent := make([]float64, 300), make([]float64, 300)
	for i := range busy {
		busy[i] = 10
	}
	// 20 periods' and 10 sales' worth of memory against the prior's 5 and 3
	if got, want := run(busy), (20+2.5)/25*(100+12)/13; math.Abs(got-want) > 1e-3 {
		t.Errorf("after 300 sales of 10 the level is %v, by hand %v", got, want)
	}
	if got, want := run(silent), 2.5/25*4; math.Abs(got-want) > 1e-3 {
		t.Errorf("after 300 silent periods the level is %v, by hand %v", got, want)
	}
}

func TestSeasonalNaiveByTheBook(t *testing.T) {
	sold := []float64{9, 9, 9, 1, 2, 3, 4, 5, 6, 7}
	if got := levelsOf(naive.Model{Season: 7}, sold, 100, 1)[10]; math.Abs(got-4) > 1e-12 {
		t.Errorf("level %v, last week's mean 4", got)
	}
}
