package forecast_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// cheap gives each product a usual price of its own and weeks of other prices, to which demand answers
// with a known elasticity.
func cheap(elasticity float64, seed uint64) []forecast.Series {
	rng := rand.New(rand.NewPCG(seed, 8))
	panel := forecasttest.Panel{Items: 80, Periods: 300, Level: forecasttest.LogNormal(20, 0.5), Dispersion: 2, Whole: true}
	series := shop(panel.Simulate(seed))
	for i := range series {
		s := &series[i]
		s.Form = forecast.Weighed
		usual := math.Exp(rng.NormFloat64())
		s.Price = make([]float64, len(s.Values))
		left, price := 0, usual
		for t := range s.Price {
			if left--; left < 0 {
				price = usual
				if rng.Float64() < 0.08 {
					price, left = usual*(0.6+0.6*rng.Float64()), 4
				}
			}
			s.Price[t] = price
			s.Values[t] *= math.Pow(usual/price, elasticity)
		}
	}
	return series
}

func TestPriceElasticityIsRecovered(t *testing.T) {
	series := cheap(2, 41)
	pool := forecast.Fit(series, forecast.Options{Horizon: 14, Models: without("global", forecast.Day)})
	if e := pool.Price.Shop; math.Abs(e-2) > 0.3 {
		t.Fatalf("elasticity %.2f, truth 2", e)
	}
	var usual, cut float64
	for _, s := range series {
		last := s.Price[len(s.Price)-1]
		if s.Price[len(s.Price)-8] != last || s.Price[len(s.Price)-20] != last {
			continue
		}
		usual += pool.Forecast(planned(s, last, 7), 7).Sum(7).Mean()
		cut += pool.Forecast(planned(s, 0.8*last, 7), 7).Sum(7).Mean()
	}
	if r, want := cut/usual, math.Pow(1/0.8, 2); r < 0.85*want || r > 1.15*want {
		t.Errorf("a week at four fifths of the price sells %.2f times as much, truth %.2f", r, want)
	}
}

// planned tells the prices of the periods ahead.
func planned(s forecast.Series, price float64, periods int) forecast.Series {
	s.Price = append([]float64(nil), s.Price...)
	for range periods {
		s.Price = append(s.Price, price)
	}
	return s
}

func TestPricesThatDoNothingAreLeftOut(t *testing.T) {
	if e := forecast.Fit(cheap(0, 42), forecast.Options{Horizon: 14, Models: without("global", forecast.Day)}).Price.Shop; e > 0.1 {
		t.Errorf("prices without effect have elasticity %.2f", e)
	}
}

// oranges sell in winter, melons in summer, salt all year.
func seasonal(years float64, seed uint64) ([]forecast.Series, func(category string, d day.Date) float64) {
	start := day.New(2022, 3, 1)
	days := int(years * 365.25)
	truth := func(category string, d day.Date) float64 {
		y, _, _ := d.Civil()
		wave := math.Cos(2 * math.Pi * float64(d-day.New(y, 1, 5)) / 365.25)
		switch category {
		case "oranges":
			return 1 + 0.6*wave
		case "melons":
			return 1 - 0.6*wave
		}
		return 1
	}
	var series []forecast.Series
	for c, category := range []string{"oranges", "melons", "salt"} {
		season := make([]float64, days)
		for i := range season {
			season[i] = truth(category, start.Add(i))
		}
		panel := forecasttest.Panel{Items: 15, Periods: days, Level: forecasttest.LogNormal(6, 0.5), Dispersion: 2, Whole: true, Season: season}
		for i, values := range panel.Simulate(seed + uint64(c)) {
			series = append(series, forecast.Series{ID: category + string(rune('a'+i)), Category: category, Start: start, Values: values})
		}
	}
	return series, truth
}

// The same season returns for each category; what the coming months bring is foretold.
func TestTheYearIsLearnedByCategory(t *testing.T) {
	series, truth := seasonal(3.25, 51)
	pool := forecast.Fit(series, forecast.Options{Horizon: 28, Models: without("global", forecast.Day)})
	if pool.Yearly.Shop == nil {
		t.Fatal("no season of the year was learned")
	}
	end := series[0].Start.Add(len(series[0].Values)) // the beginning of June
	want, got := map[string]float64{}, map[string]float64{}
	for _, s := range series {
		f := pool.Forecast(s, 120)
		got[s.Category] += f.Steps[110].Mean() / f.Steps[0].Mean() / 15
		want[s.Category] = truth(s.Category, end.Add(110)) / truth(s.Category, end)
	}
	for category, w := range want {
		if r := got[category] / w; r < 0.85 || r > 1.15 {
			t.Errorf("%s: in 110 days %.2f times as much is foretold, truth %.2f", category, got[category], w)
		}
	}
}

func TestOneYearTellsNoSeason(t *testing.T) {
	series, _ := seasonal(1.5, 52)
	if y := forecast.Fit(series, forecast.Options{Horizon: 14, Models: without("global", forecast.Day)}).Yearly; y.Shop != nil {
		t.Errorf("a season of the year was learned from a year and a half: %.2f", y.Shop)
	}
}

func TestYearsWithoutSeasonsHaveNone(t *testing.T) {
	panel := forecasttest.Panel{Items: 40, Periods: 1100, Level: forecasttest.LogNormal(4, 0.6), Dispersion: 2, Whole: true, Drift: 0.02}
	for _, f := range forecast.Fit(shop(panel.Simulate(53)), forecast.Options{Horizon: 14, Models: without("global", forecast.Day)}).Yearly.Shop {
		if math.Abs(f-1) > 0.1 {
			t.Fatalf("a week has factor %.2f where nothing happens", f)
		}
	}
}
