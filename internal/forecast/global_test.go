package forecast_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
)

// everyOtherWeek makes products that are bought for a fortnight every other week, each in its own
// rhythm: no level of one product sees it, all of them together show it.
func everyOtherWeek(items, days int, seed uint64) []forecast.Series {
	rng := rand.New(rand.NewPCG(seed, 7))
	var out []forecast.Series
	for i := range items {
		values := make([]float64, days)
		for t := range values {
			mean := 4.0 + float64(i%5)
			if (t/7+i)%2 == 0 {
				mean *= 1.7
			} else {
				mean *= 0.3
			}
			values[t] = dist.NewNegBin(mean, 1.2*mean).Quantile(rng.Float64())
		}
		out = append(out, forecast.Series{ID: fmt.Sprintf("p%03d", i), Start: day.New(2024, 1, 1), Values: values})
	}
	return out
}

func weekAhead(p forecast.Pool, s forecast.Series) float64 { return p.Forecast(s, 14).Sum(7).Mean() }

// What all products do alike is learned from all of them, and believed.
func TestGlobalMemberLearnsWhatProductsShare(t *testing.T) {
	series := everyOtherWeek(60, 210, 1)
	with := forecast.Fit(series, forecast.Options{Horizon: 14})
	if with.Global == nil || !slices.Contains(with.Models, "global") {
		t.Fatalf("the global member was left out: %v %v", with.Models, with.Weights)
	}
	names := without("global", forecast.Day)
	without := forecast.Fit(series, forecast.Options{Horizon: 14, Models: names})
	if without.Global != nil {
		t.Fatal("the global member was not asked for")
	}
	var errWith, errWithout float64
	for i, s := range series {
		truth := 7 * (4.0 + float64(i%5)) * 0.3
		if (210/7+i)%2 == 0 {
			truth = 7 * (4.0 + float64(i%5)) * 1.7
		}
		a, b := weekAhead(with, s)-truth, weekAhead(without, s)-truth
		errWith += a * a
		errWithout += b * b
	}
	if errWith > 0.5*errWithout {
		t.Errorf("squared error %.0f with the global member, %.0f without", errWith, errWithout)
	}
	if f := with.Forecast(series[0], 14); f.Parts.Members["global"] <= 0 {
		t.Errorf("the forecast does not say what the global member saw: %v", f.Parts.Members)
	}
}

// Where there is nothing to see but noise it does no harm.
func TestGlobalMemberIsNoWorseOnNoise(t *testing.T) {
	const periods, level = 200, 4.0
	rng := rand.New(rand.NewPCG(3, 9))
	var series []forecast.Series
	for i := range 60 {
		values := make([]float64, periods)
		for t := range values {
			values[t] = dist.NewNegBin(level, 1.5*level).Quantile(rng.Float64())
		}
		series = append(series, forecast.Series{ID: fmt.Sprint(i), Start: day.New(2024, 1, 1), Values: values})
	}
	names := without("global", forecast.Day)
	with, without := forecast.Fit(series, forecast.Options{Horizon: 14}), forecast.Fit(series, forecast.Options{Horizon: 14, Models: names})
	var errWith, errWithout float64
	for _, s := range series {
		a, b := weekAhead(with, s)-7*level, weekAhead(without, s)-7*level
		errWith += a * a
		errWithout += b * b
	}
	if errWith > 1.05*errWithout {
		t.Errorf("squared error %.1f with the global member, %.1f without", errWith, errWithout)
	}
}

// What moved the whole shop at once is not taken for what its products have in common: the rhythm that
// each product has for itself is learned through weeks that are busy or slow for all of them.
func TestGlobalMemberLooksPastChanceWeeks(t *testing.T) {
	const days = 154
	series := everyOtherWeek(60, days, 5)
	mood := rand.New(rand.NewPCG(5, 11))
	for week := range days / 7 {
		busy := math.Exp(0.5 * mood.NormFloat64())
		for _, s := range series {
			for t := week * 7; t < week*7+7; t++ {
				s.Values[t] = math.Round(s.Values[t] * busy)
			}
		}
	}
	pool := forecast.Fit(series, forecast.Options{Horizon: 14})
	if pool.Global == nil {
		t.Fatal("the global member was left out")
	}
	var strong, weak float64 // of their own level, by the half of the shop that each belongs to
	for i, s := range series {
		if (days/7+i)%2 == 0 {
			strong += weekAhead(pool, s) / (4 + float64(i%5))
		} else {
			weak += weekAhead(pool, s) / (4 + float64(i%5))
		}
	}
	t.Logf("products whose strong week comes are forecast %.2f times the others; the truth is 5.67", strong/weak)
	if strong < 4.5*weak {
		t.Errorf("products whose strong week comes are forecast %.2f times the others; the truth is 5.67", strong/weak)
	}
}

// A pool is data: stored and read again it says the same.
func TestPoolWithGlobalMemberIsStored(t *testing.T) {
	series := everyOtherWeek(40, 150, 2)
	p := forecast.Fit(series, forecast.Options{Horizon: 14})
	if p.Global == nil {
		t.Fatal("the global member was left out")
	}
	stored, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var again forecast.Pool
	if err := json.Unmarshal(stored, &again); err != nil {
		t.Fatal(err)
	}
	for _, s := range series[:5] {
		a, b := p.Forecast(s, 14), again.Forecast(s, 14)
		if !reflect.DeepEqual(a.Sums, b.Sums) {
			t.Errorf("%s: %v, read again %v", s.ID, a.Sum(7), b.Sum(7))
		}
	}
	if len(stored) > 300_000 {
		t.Errorf("the pool takes %d bytes", len(stored))
	}
}

// without returns the names of what is combined by default but one.
func without(name string, f forecast.Freq) (out []string) {
	combined, _ := forecast.Models(f, 14)
	for _, m := range combined {
		if m.Name() != name {
			out = append(out, m.Name())
		}
	}
	return out
}
