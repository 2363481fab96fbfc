package forecast_test

import (
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

func TestEveryModelKeepsTheContract(t *testing.T) {
	for _, f := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
		names := map[string]bool{}
		for _, m := range forecast.Models(f, 14) {
			if names[m.Name()] {
				t.Errorf("%s: two models are called %s", f, m.Name())
			}
			names[m.Name()] = true
			t.Run(f.String()+"/"+m.Name(), func(t *testing.T) { forecasttest.Contract(t, m) })
		}
	}
}
