package forecast_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// priced is a shop of two kinds of goods whose demand goes with this power of the price asked, beside the
// usual price of its kind.
func priced(power float64, seed uint64) []forecast.Series {
	rng := rand.New(rand.NewPCG(seed, 3))
	panel := forecasttest.Panel{Items: 120, Periods: 120, Level: forecasttest.LogNormal(1, 0.4), Dispersion: 0.5}
	series := shop(panel.Simulate(seed))
	for i := range series {
		s := &series[i]
		s.Category = []string{"roots", "herbs"}[i%2]
		dear := math.Exp(0.6 * rng.NormFloat64())
		level, usual := [2]float64{20, 4}[i%2], [2]float64{3, 40}[i%2]
		s.Label = usual * dear
		for t := range s.Values {
			s.Values[t] *= level * math.Pow(dear, power)
		}
	}
	return series
}

var pricedOptions = forecast.Options{Horizon: 14, Models: []string{"ses0.08", "average28"}}

// newcomer is what is expected of a week of a product that has not sold yet.
func newcomer(p forecast.Pool, category string, price float64) float64 {
	return p.Forecast(forecast.Series{Start: monday, Category: category, Label: price, Form: forecast.Weighed}, 7).Sum(7).Mean()
}

// A new product begins where others of its kind and price are: the cheap third sells about 1.9 times
// as much as the middle one here, the dear third half as much.
func TestNewProductsGoByKindAndPrice(t *testing.T) {
	pool := forecast.Fit(priced(-1, 11), pricedOptions)
	for category, middle := range map[string]float64{"roots": 3, "herbs": 40} {
		usual := newcomer(pool, category, middle)
		for price, want := range map[float64]float64{0.5: 1.9, 2: 0.5} {
			if got := newcomer(pool, category, middle*price) / usual; math.Abs(math.Log(got/want)) > 0.3 {
				t.Errorf("%s at %.1f times the middle price: %.2f times as much, truth %.2f", category, price, got, want)
			}
		}
	}
	x := pool.Explain(forecast.Series{Start: monday, Category: "herbs", Label: 90}, pool.Forecast(forecast.Series{Start: monday, Category: "herbs", Label: 90}, 7))
	if x.Prior.Band != forecast.Dear || x.Prior.Source != forecast.SourceCategory || math.Abs(x.Prior.Level/x.Level-1) > 0.02 {
		t.Errorf("the dear herb's prior: %+v, level %v", x.Prior, x.Level)
	}
	if x := pool.Explain(forecast.Series{Start: monday, Category: "herbs"}, pool.Forecast(forecast.Series{Start: monday, Category: "herbs"}, 7)); x.Prior.Band != "" {
		t.Errorf("a product without a price stands in the band %q", x.Prior.Band)
	}
}

func TestPricesThatTellNothingMoveNoNewcomer(t *testing.T) {
	pool := forecast.Fit(priced(0, 12), pricedOptions)
	plain := newcomer(pool, "roots", 0)
	for _, price := range []float64{0.5, 3, 20, math.NaN(), math.Inf(1), -4} {
		if r := newcomer(pool, "roots", price) / plain; r < 0.8 || r > 1.25 {
			t.Errorf("a price of %v changes what is expected by a factor of %.2f", price, r)
		}
	}
}

// Neither the unit of money nor the order of the products matters, and with few prices, or one for
// all, there are no bands.
func TestBandsKnowNoUnit(t *testing.T) {
	series := priced(-1, 13)
	pool := forecast.Fit(series, pricedOptions)
	other := slices.Clone(series)
	slices.Reverse(other)
	for i := range other {
		other[i].Label *= 128
	}
	again := forecast.Fit(other, pricedOptions)
	for _, price := range []float64{1.1, 3.7, 9} {
		if a, b := newcomer(pool, "roots", price), newcomer(again, "roots", 128*price); math.Abs(a/b-1) > 1e-9 {
			t.Errorf("at %v: %v, with another unit of money %v", price, a, b)
		}
	}
	for i := range other {
		other[i].Label = 5
	}
	flat := forecast.Fit(other, pricedOptions)
	few := forecast.Fit(series[:8], pricedOptions)
	for name, p := range map[string]forecast.Pool{"one price": flat, "few products": few} {
		if a, b := newcomer(p, "roots", 1), newcomer(p, "roots", 0); a != b {
			t.Errorf("%s: %v with a price and %v without", name, a, b)
		}
	}
}
