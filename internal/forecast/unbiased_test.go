package forecast_test

import (
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
