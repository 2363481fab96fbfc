package forecast_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// promoted gives each product four-day promotions that multiply its demand.
func promoted(factor float64, seed uint64) []forecast.Series {
	rng := rand.New(rand.NewPCG(seed, 3))
	panel := forecasttest.Panel{Items: 60, Periods: 240, Level: forecasttest.LogNormal(5, 0.5), Dispersion: 2, Whole: true}
	series := shop(panel.Simulate(seed))
	for i := range series {
		promo := make([]float64, 240)
		for d := 0; d < 236; d++ {
			if rng.Float64() < 0.03 {
				for j := range 4 {
					promo[d+j] = 1
				}
				d += 4
			}
		}
		series[i].Promo = promo
		for d, x := range promo {
			if x > 0 { // a whole multiple keeps pieces whole
				series[i].Values[d] = math.Round(series[i].Values[d] * factor)
			}
		}
	}
	return series
}

func TestPromotionsAreLearnedAndKeptOutOfTheLevel(t *testing.T) {
	series := promoted(3, 31)
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
	if math.Abs(pool.Promotion.Shop-3) > 0.3 {
		t.Fatalf("a promotion multiplies by %.2f, truth 3", pool.Promotion.Shop)
	}
	plain := shop(forecasttest.Panel{Items: 60, Periods: 240, Level: forecasttest.LogNormal(5, 0.5), Dispersion: 2, Whole: true}.Simulate(31))
	var with, without, planned float64
	for i, s := range series {
		s.Promo = append(append([]float64(nil), s.Promo...), make([]float64, 7)...) // no promotion is planned
		with += pool.Forecast(s, 7).Sum(7).Mean()
		for _, v := range plain[i].Values[240-60:] {
			without += v / 60 * 7
		}
		for j := range 7 {
			s.Promo[240+j] = 1
		}
		planned += pool.Forecast(s, 7).Sum(7).Mean()
	}
	if r := with / without; r < 0.93 || r > 1.07 {
		t.Errorf("without plans the forecast is %.3f of ordinary demand", r)
	}
	if r := planned / with; math.Abs(r-pool.Promotion.Shop) > 0.05 {
		t.Errorf("a planned week of promotion multiplies by %.2f, learned %.2f", r, pool.Promotion.Shop)
	}
}

func TestPromotionsThatDoNothingAreLeftOut(t *testing.T) {
	pool := forecast.Fit(promoted(1, 32), forecast.Options{Freq: forecast.Day, Horizon: 14})
	if f := pool.Promotion.Shop; f != 0 && math.Abs(f-1) > 0.05 {
		t.Errorf("promotions without effect have factor %.2f", f)
	}
}
