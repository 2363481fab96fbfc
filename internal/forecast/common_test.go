package forecast_test

import (
	"math"
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

// A shop that grows or shrinks steadily is followed: the forecast comes near the true level of the days
// foretold, from which the mean of the whole history is 15 % away.
func TestTheShopsTrendIsRecovered(t *testing.T) {
	const periods, ahead = 160, 14
	for _, growth := range []float64{-0.002, 0, 0.002} { // of a period
		panel := forecasttest.Panel{Items: 80, Periods: periods, Level: forecasttest.LogNormal(12, 0.6), Dispersion: 1.6, Whole: true,
			Season: make([]float64, periods)} // a factor for each period: the trend
		for i := range panel.Season {
			panel.Season[i] = math.Exp(growth * float64(i))
		}
		series := shop(panel.Simulate(33))
		first, truth, got := 0.0, 0.0, 0.0
		for _, s := range series { // the mean of all periods tells each product's level best
			level := 0.0
			for t, v := range s.Values {
				level += v / panel.Season[t] / periods
			}
			for k := range ahead {
				truth += level * math.Exp(growth*float64(periods+k))
			}
			first += level * ahead
		}
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: ahead})
		for _, s := range series {
			got += pool.Forecast(s, ahead).Sum(ahead).Mean()
		}
		t.Logf("growth %+.1f %% a day: the forecast is %.3f of the truth, which is %.2f of the beginning", 100*growth, got/truth, truth/first)
		if r := got / truth; r < 0.95 || r > 1.05 {
			t.Errorf("growth %+.1f %% a day: the forecast is %.3f of the truth", 100*growth, r)
		}
	}
}
