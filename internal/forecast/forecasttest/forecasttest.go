// Package forecasttest holds the contract that every forecast model must pass, and simulated
// histories with known truth.
package forecasttest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/forecast/prior"
)

// Model is what the contract is about (forecast.Model).
type Model interface {
	Name() string
	Levels(sold, exposure []float64, p prior.Level, out []float64)
}

// Ender is a model that can tell its last level without those before it.
type Ender interface {
	Last(sold, exposure []float64, p prior.Level) (level float64, ok bool)
}

// levels runs a model into fresh memory that is full of rubbish.
func levels(m Model, sold, exposure []float64, mean, weight float64) []float64 {
	out := make([]float64, len(sold)+1)
	for i := range out {
		out[i] = math.NaN()
	}
	m.Levels(sold, exposure, prior.Of(mean, weight), out)
	return out
}

func priorOf(mean, weight float64) prior.Level { return prior.Of(mean, weight) }

func fill(n int, v float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = v
	}
	return x
}

// Contract runs the tests that every model must pass.
func Contract(t *testing.T, m Model) {
	if m.Name() == "" {
		t.Error("the model has no name")
	}
	t.Run("flat history gives a flat level", func(t *testing.T) { flat(t, m) })
	t.Run("unknown is not absent", func(t *testing.T) { unknown(t, m) })
	t.Run("partly on the shelf", func(t *testing.T) { partly(t, m) })
	t.Run("unbiased on intermittent demand", func(t *testing.T) { intermittent(t, m) })
	t.Run("the level is followed", func(t *testing.T) { follows(t, m) })
	t.Run("odd histories", func(t *testing.T) { odd(t, m) })
	t.Run("nothing later is looked at", func(t *testing.T) { causal(t, m) })
	t.Run("unit and time", func(t *testing.T) { equivariant(t, m) })
	t.Run("nothing is allocated", func(t *testing.T) { frugal(t, m) })
}

// Against field mistake 1: a flat history forecasts a flat level, from the prior on.
func flat(t *testing.T, m Model) {
	for _, value := range []float64{0, 0.003, 5, 1e12} {
		for _, level := range levels(m, fill(90, value), fill(90, 1), value, 2) {
			if math.Abs(level-value) > 1e-9*value {
				t.Fatalf("history of %v: level %v", value, level)
			}
		}
	}
}

// Periods with exposure 0 change nothing, however many they are.
func unknown(t *testing.T, m Model) {
	sold, exposure := fill(60, 4), fill(60, 1)
	want := levels(m, sold, exposure, 4, 1)[60]
	got := levels(m, append(sold, fill(200, 0)...), append(exposure, fill(200, 0)...), 4, 1)[260]
	if math.Abs(got-want) > 1e-6*want {
		t.Errorf("200 periods without goods moved the level from %v to %v", want, got)
	}
	for _, level := range levels(m, fill(30, 0), fill(30, 0), 7, 2) {
		if math.Abs(level-7) > 1e-9 {
			t.Fatalf("never on the shelf: level %v, prior 7", level)
		}
	}
}

// The loops run for every product of every shop, every night.
func frugal(t *testing.T, m Model) {
	sold, exposure, out := fill(365, 3), fill(365, 1), make([]float64, 366)
	if n := testing.AllocsPerRun(10, func() { m.Levels(sold, exposure, prior.Of(3, 1), out) }); n != 0 {
		t.Errorf("a history of a year allocates %v times", n)
	}
	if e, is := m.(Ender); is {
		last, ok := 0.0, false
		if n := testing.AllocsPerRun(10, func() { last, ok = e.Last(sold, exposure, prior.Of(3, 1)) }); n != 0 {
			t.Errorf("the last level of a year allocates %v times", n)
		}
		if !ok || last != out[365] {
			t.Errorf("the last level of a year alone is %v (%v), among all %v", last, ok, out[365])
		}
	}
}

func partly(t *testing.T, m Model) {
	sold, exposure := fill(120, 6), fill(120, 1)
	for i := 0; i < 120; i += 3 {
		sold[i], exposure[i] = 1.5, 0.25
	}
	if got := levels(m, sold, exposure, 6, 1)[120]; math.Abs(got-6) > 0.2 {
		t.Errorf("quarter days of 1.5 beside whole days of 6: level %v", got)
	}
}

// Against field mistake 2: the level of an intermittent item is its mean per period, not per sale.
func intermittent(t *testing.T, m Model) {
	rng := rand.New(rand.NewPCG(11, 22))
	n := 30000
	sold := make([]float64, n)
	for i := range sold {
		if rng.Float64() < 0.15 {
			sold[i] = 1 + math.Floor(4*rng.Float64())
		}
	}
	total := 0.0
	out := make([]float64, n+1)
	m.Levels(sold, fill(n, 1), prior.Level{Mean: 0.375, Weight: 2, Chance: 0.15, Periods: 2, Size: 2.5, Sales: 2}, out)
	for _, level := range out {
		total += level
	}
	if mean := total / float64(n+1); math.Abs(mean/0.375-1) > 0.06 {
		t.Errorf("mean level %v of demand with mean 0.375", mean)
	}
}

func follows(t *testing.T, m Model) {
	sold := append(fill(150, 2), fill(400, 10)...)
	if got := levels(m, sold, fill(550, 1), 2, 1)[550]; math.Abs(got-10) > 1 {
		t.Errorf("400 periods after a step from 2 to 10 the level is %v", got)
	}
}

func odd(t *testing.T, m Model) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(0, 70), rapid.IntRange(0, 600)).Draw(t, "periods")
		value := rapid.OneOf(rapid.Just(0.0), rapid.Just(1e12), rapid.Float64Range(0, 50), rapid.Float64Range(0, 1e-9))
		share := rapid.OneOf(rapid.Just(0.0), rapid.Just(1.0), rapid.Float64Range(0, 1.6), rapid.Float64Range(0, 1e-12))
		var sold, exposure []float64
		for range n {
			e := share.Draw(t, "exposure")
			y := value.Draw(t, "sold")
			if e == 0 {
				y = 0
			}
			sold, exposure = append(sold, y), append(exposure, e)
		}
		prior := value.Draw(t, "prior")
		weight := rapid.Float64Range(0.1, 10).Draw(t, "weight")
		first := levels(m, sold, exposure, prior, weight)
		for _, level := range first {
			if math.IsNaN(level) || math.IsInf(level, 0) || level < 0 {
				t.Fatalf("level %v", level)
			}
		}
		if !slices.Equal(first, levels(m, sold, exposure, prior, weight)) {
			t.Fatal("the second run differs")
		}
		if e, is := m.(Ender); is {
			if last, ok := e.Last(sold, exposure, priorOf(prior, weight)); ok && last != first[n] {
				t.Fatalf("the last level alone is %v, among all %v", last, first[n])
			}
		}
	})
}

func causal(t *testing.T, m Model) {
	rng := rand.New(rand.NewPCG(5, 6))
	sold := make([]float64, 200)
	for i := range sold {
		sold[i] = math.Floor(8 * rng.Float64())
	}
	whole := levels(m, sold, fill(200, 1), 3, 1)
	for _, n := range []int{0, 1, 30, 111} {
		if part := levels(m, sold[:n], fill(n, 1), 3, 1); !slices.Equal(part, whole[:n+1]) {
			t.Errorf("the first %d levels depend on what came later", n+1)
		}
	}
}

func equivariant(t *testing.T, m Model) {
	rng := rand.New(rand.NewPCG(7, 8))
	sold, big := make([]float64, 150), make([]float64, 150)
	for i := range sold {
		sold[i] = 5 * rng.Float64()
		big[i] = 1024 * sold[i]
	}
	a, b := levels(m, sold, fill(150, 1), 2, 1), levels(m, big, fill(150, 1), 2048, 1)
	for i := range a {
		if math.Abs(b[i]-1024*a[i]) > 1e-9*b[i] {
			t.Fatalf("in another unit the level is %v, not 1024 times %v", b[i], a[i])
		}
	}
}
