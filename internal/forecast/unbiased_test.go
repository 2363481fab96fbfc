package forecast_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// Whatever the goods, a shop's forecasts add up to what it goes on to sell: the true means are those of
// many periods that nobody forecast from. (Intermittent goods: TestFieldMistake02IntermittentIsUnbiased.)
func TestTheMeanIsUnbiased(t *testing.T) {
	for name, panel := range map[string]forecasttest.Panel{
		"poisson":           {Level: forecasttest.LogNormal(4, 0.7), Dispersion: 1, Whole: true},
		"negative binomial": {Level: forecasttest.LogNormal(4, 0.7), Dispersion: 4, Whole: true},
		"weights":           {Level: forecasttest.LogNormal(2, 0.7), Dispersion: 0.6},
	} {
		panel.Items, panel.Periods = 150, 140+420
		whole := panel.Simulate(41)
		past := make([][]float64, len(whole))
		truth, got := 0.0, 0.0
		for i := range whole {
			past[i] = whole[i][:140]
			for _, v := range whole[i][140:] {
				truth += v / 30 // 14 days of 420
			}
		}
		series := shop(past)
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
		for _, s := range series {
			got += pool.Forecast(s, 14).Sum(14).Mean()
		}
		if r := got / truth; r < 0.96 || r > 1.04 {
			t.Errorf("%s: forecast demand is %.3f of the true mean", name, r)
		}
	}
}

// Goods that sell once in two, five, ten, twenty or forty periods are forecast what they go on to sell,
// however many go at a time: neither the movement of the whole shop, nor the mean of similar goods, nor
// the weights with the least loss, which likes them low, may take from it.
func TestTheMeanOfIntermittentGoodsIsUnbiased(t *testing.T) {
	for _, f := range []forecast.Freq{forecast.Day, forecast.Week} {
		for _, rate := range []float64{2, 5, 10, 20, 40} {
			if f == forecast.Week && rate > 10 || testing.Short() && rate != 10 {
				continue
			}
			whole, most := 0.0, 0.0
			for seed, dispersion := range []float64{1, 2} {
				panel := forecasttest.Panel{
					Items: 400, Periods: 280, Dispersion: dispersion, Whole: true,
					Level: func(*rand.Rand) float64 { return 1 / rate },
				}
				series := shop(panel.Simulate(uint64(seed + 51)))
				pool := forecast.Fit(series, forecast.Options{Freq: f, Horizon: 14, Models: without("global", f)})
				got := 0.0
				for _, s := range series {
					got += pool.Forecast(s, 14).Sum(14).Mean()
				}
				ratio := got / (14 / rate * float64(panel.Items))
				whole += ratio / 2
				most = max(most, math.Abs(ratio-1))
			}
			t.Logf("by the %s, one in %v: %.3f of the true mean", f, rate, whole)
			if math.Abs(whole-1) > 0.05 || most > 0.08 {
				t.Errorf("by the %s, one in %v: forecast demand is %.3f of the true mean, at worst %.0f %% off", f, rate, whole, 100*most)
			}
		}
	}
}

// What sold every other day and has been silent for a quarter of a year is forecast next to nothing,
// though every other product of the shop is as it was, and seldom sells.
func TestObsolescenceIsRecognised(t *testing.T) {
	panel := forecasttest.Panel{Items: 100, Periods: 280, Dispersion: 1, Whole: true, Level: func(*rand.Rand) float64 { return 0.1 }}
	histories := panel.Simulate(61)
	panel.Level = func(*rand.Rand) float64 { return 0.5 }
	panel.Items = 1
	gone := panel.Simulate(62)[0]
	alive := slices.Clone(gone)
	clear(gone[280-90:])
	series := shop(append(histories, gone, alive))
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14, Models: without("global", forecast.Day)})
	silent, same := pool.Forecast(series[100], 14), pool.Forecast(series[101], 14)
	if r := silent.Sum(14).Mean() / same.Sum(14).Mean(); r > 0.15 {
		t.Errorf("after 90 silent days the forecast is %.2f of what it would be", r)
	}
	if !silent.Has(forecast.Dormant) || same.Has(forecast.Dormant) {
		t.Errorf("flags %v and %v", silent.Flags, same.Flags)
	}
}
