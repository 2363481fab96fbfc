package forecast_test

import (
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// Shops whose weekly deliveries are too small run out on the busy days. What they missed is in the forecast
// but for a small part, measured by the same shop that never ran out.
func TestEmptyShelvesAreSeenThrough(t *testing.T) {
	panel := forecasttest.Panel{Items: 150, Periods: 196, Level: forecasttest.LogNormal(3, 0.6), Dispersion: 0.3, Drift: 0.02}
	wanted := panel.Simulate(71)
	demand := func(series []forecast.Series) (sum float64) {
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14, Models: without("global", forecast.Day)})
		for _, s := range series {
			sum += pool.Forecast(s, 14).Sum(14).Mean()
		}
		return sum
	}
	control := demand(shop(wanted))
	for _, deliveries := range [][2]float64{{0.6, 0.93}, {0.75, 0.939}, {0.9, 0.9615}, {1.1, 0.98}} {
		ratio, least := deliveries[0], deliveries[1]
		sold, missed, all := shop(wanted), 0.0, 0.0
		for i := range sold {
			sold[i].Values, sold[i].Available = deliver(wanted[i], ratio)
			for d, v := range sold[i].Values {
				missed += wanted[i][d] - v
				all += wanted[i][d]
			}
		}
		missed /= all
		got := demand(sold) / control
		t.Logf("deliveries of %v of demand, %.0f %% missed: forecast %.3f of what it is without empty shelves", ratio, 100*missed, got)
		if got > 1.02 || got < least {
			t.Errorf("deliveries of %v of demand: forecast %.3f of what it is without empty shelves", ratio, got)
		}
	}
}

// deliver sells what was wanted from deliveries of ratio times the usual demand of a week; what is left
// at its end is thrown away. The share of a day on the shelf is that of its demand: all hours are alike.
func deliver(wanted []float64, ratio float64) (sold, available []float64) {
	usual, stock := 0.0, 0.0
	for _, v := range wanted {
		usual += 7 * v / float64(len(wanted))
	}
	for d, v := range wanted {
		if d%7 == 0 {
			stock = ratio * usual
		}
		share := 1.0
		if v > stock {
			share = stock / v
		}
		sold, available = append(sold, v*share), append(available, share)
		stock -= v * share
	}
	return sold, available
}
