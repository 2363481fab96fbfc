package forecast_test

import (
	"math"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// A steady trend of known size is followed: of the whole shop, and of a few products that grow or fade
// alone while the others stay as they are. The truth goes on with the trend through the fortnight ahead,
// which no forecast promises: a level that follows lies behind by that and by a little more.
func TestATrendIsRecovered(t *testing.T) {
	const periods, ahead = 200, 14
	for _, c := range []struct {
		name   string
		rate   float64 // of growth per day
		share  int     // every so many-th product has it
		within float64
	}{
		{"the shop grows", 0.003, 1, 0.07},
		{"the shop shrinks", -0.003, 1, 0.07},
		{"some products grow", 0.006, 6, 0.18},
		{"some products fade", -0.006, 6, 0.18},
	} {
		panel := forecasttest.Panel{Items: 60, Periods: periods, Level: forecasttest.LogNormal(20, 0.5), Dispersion: 1.5, Whole: true}
		series := shop(panel.Simulate(51))
		for i := range series {
			for d := range series[i].Values {
				if i%c.share == 0 {
					series[i].Values[d] *= math.Exp(c.rate * float64(d))
				}
			}
			series[i].Form = forecast.Weighed
		}
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: ahead, Models: without("global", forecast.Day)})
		got, truth := 0.0, 0.0
		for i := 0; i < len(series); i += c.share {
			mean := 0.0
			for d, v := range series[i].Values {
				mean += v * math.Exp(-c.rate*float64(d)) / periods
			}
			got += pool.Forecast(series[i], ahead).Sum(ahead).Mean()
			for k := range ahead {
				truth += mean * math.Exp(c.rate*float64(periods+k))
			}
		}
		if r := got / truth; math.Abs(r-1) > c.within {
			t.Errorf("%s: forecast demand is %.3f of what comes if the trend goes on", c.name, r)
		}
	}
}
