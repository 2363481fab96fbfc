//go:build unix

package forecast_test

import (
	"fmt"
	"syscall"
	"testing"

	"buhuo/internal/forecast"
)

// levels of the quantiles that a forecast is asked for.
var levels = []float64{0.5, 0.9, 0.95, 0.99}

// BenchmarkForecast365 is the whole answer for one product with a year of days: 14 steps and 14 sums
// with four quantiles each, from the eight members, with the member learned from all products and
// without it.
func BenchmarkForecast365(b *testing.B) {
	for _, whole := range []bool{true, false} {
		panel := smallShop
		panel.Periods, panel.Whole = 365, whole
		if !whole {
			panel.Dispersion = 0.5
		}
		series := shop(panel.Simulate(12))
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
		members := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14, Models: without("global", forecast.Day)})
		for name, p := range map[string]forecast.Pool{"members": members, "all": pool} {
			b.Run(fmt.Sprintf("%s/%s", map[bool]string{true: "pieces", false: "weights"}[whole], name), func(b *testing.B) {
				out := make([]float64, len(levels))
				b.ReportAllocs()
				before := processor(b)
				for i := 0; b.Loop(); i++ {
					f := p.Forecast(series[i%len(series)], 14)
					for k := range f.Steps {
						f.Steps[k].Quantiles(levels, out)
						f.Sums[k].Quantiles(levels, out)
					}
				}
				used := float64(processor(b) - before)
				b.ReportMetric(used/float64(b.N), "cpu-ns/op")
				b.ReportMetric(float64(b.N)/used*1e9, "series/s")
			})
		}
	}
}

// BenchmarkFit learns from shops of growing size and from growing histories, on one processor: the cost
// per value shows whether it grows linearly.
func BenchmarkFit(b *testing.B) {
	for _, size := range [][2]int{{300, 365}, {1000, 365}, {1000, 730}, {2000, 730}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			panel := smallShop
			panel.Items, panel.Periods = size[0], size[1]
			series := shop(panel.Simulate(13))
			before := processor(b)
			for b.Loop() {
				forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14, Workers: 1})
			}
			used := float64(processor(b) - before)
			b.ReportMetric(used/float64(b.N)/1e9, "cpu-s/op")
			b.ReportMetric(used/float64(b.N*size[0]*size[1]), "cpu-ns/value")
		})
	}
}

// processor is the time that the processor has worked for this process, in ns: unlike the clock it does
// not run while others have the processor.
func processor(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
