package forecast_test

import (
	"math/rand/v2"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// A whole shop that comes to another level is followed at once, one that was full or shut for a moment is
// not: after 40 weeks of ups and downs the last ones sell a share of the usual.
func TestTheShopsLevelIsFollowed(t *testing.T) {
	for _, c := range []struct {
		name      string
		shares    []float64 // of the usual, the last weeks
		low, high float64   // the forecast, as a share of the usual
	}{
		{"another level", []float64{0.7, 0.7, 0.7}, 0.64, 0.80},
		{"a higher level", []float64{1.5, 1.5, 1.5}, 1.30, 1.62},
		{"one full week", []float64{1.6}, 0.92, 1.20},
		{"two weeks shut", []float64{0.1, 0.1}, 0.65, 1.05},
		{"nothing happened", nil, 0.92, 1.08},
	} {
		panel := forecasttest.Panel{Items: 60, Periods: 40, Level: forecasttest.LogNormal(20, 0.8), Dispersion: 1.8, Whole: true, Drift: 0.02}
		series := shop(panel.Simulate(31))
		rng := rand.New(rand.NewPCG(3, 1))
		usual, got := 0.0, 0.0
		for i := range series {
			recent := 0.0
			for _, v := range series[i].Values[20:] {
				recent += v / 20
			}
			usual += 4 * recent
			for _, share := range c.shares {
				series[i].Values = append(series[i].Values, float64(int(share*recent+rng.Float64())))
			}
		}
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Week, Horizon: 8})
		for _, s := range series {
			got += pool.Forecast(s, 8).Sum(4).Mean()
		}
		if r := got / usual; r < c.low || r > c.high {
			t.Errorf("%s: the forecast is %.3f of the usual, not %v to %v", c.name, r, c.low, c.high)
		}
	}
}
