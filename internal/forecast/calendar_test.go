package forecast_test

import (
	"math"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// feast multiplies the histories by a peak three days before each Spring Festival.
func feast(d day.Date) float64 {
	f := 1.0
	for year := 2023; year <= 2027; year++ {
		away := float64(d-day.SpringFestivalOf(year)) + 3
		f += 1.5 * math.Exp(-away*away/32)
	}
	return f
}

// The peak moves with the moon: 2024-02-10, 2025-01-29, 2026-02-17. It is learned from two of them
// and foretold for the third.
func TestSpringFestivalIsLearnedAndMoves(t *testing.T) {
	start := day.New(2023, 9, 4)
	days := int(day.New(2026, 2, 4) - start)
	season := make([]float64, days)
	for i := range season {
		season[i] = feast(start.Add(i))
	}
	panel := forecasttest.Panel{
		Items: 60, Periods: days, Level: forecasttest.LogNormal(6, 0.6), Dispersion: 2, Whole: true, Drift: 0.02, Season: season,
	}
	series := shop(panel.Simulate(21))
	for i := range series {
		series[i].Start = start
		if i%2 == 0 {
			series[i].Category = "gifts"
		}
	}
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 28})
	curve := pool.Calendar.Shop[day.SpringFestival]
	if len(curve) == 0 {
		t.Fatal("no curve was learned")
	}
	if peak := curve[30-3]; math.Abs(peak-2.5) > 0.25 {
		t.Errorf("the peak is %.2f, truth 2.5", peak)
	}
	f := pool.Forecast(series[0], 28)
	before, at := f.Steps[0].Mean(), f.Steps[10].Mean() // 4 and 14 February, the peak
	if r := at / before; r < 1.9 || r > 3.1 {
		t.Errorf("the peak of 2026 is foretold %.2f times the level two weeks before, truth 2.4", r)
	}
	if f.Parts.Calendar == nil || f.Parts.Calendar[10] < 2 {
		t.Errorf("the explanation names no festival: %.2f", f.Parts.Calendar)
	}
}

func TestOrdinaryYearsHaveNoFestivals(t *testing.T) {
	panel := forecasttest.Panel{Items: 50, Periods: 800, Level: forecasttest.LogNormal(4, 0.6), Dispersion: 2, Whole: true, Drift: 0.02}
	pool := forecast.Fit(shop(panel.Simulate(22)), forecast.Options{Freq: forecast.Day, Horizon: 14})
	for name, curve := range pool.Calendar.Shop {
		for i, f := range curve {
			if math.Abs(f-1) > 0.12 {
				t.Errorf("%s: day %d has factor %.2f where nothing happens", name, i, f)
				break
			}
		}
	}
}
