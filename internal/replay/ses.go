package replay

import (
	"math"

	"buhuo/internal/forecast/dist"
)

// ses is the gamma quantile of the protection period's demand, its mean from exponential smoothing
// (constant 0.1), its variance from smoothed squared errors (0.05), for a service level.
type ses struct{}

func (ses) Name() string          { return "ses" }
func (ses) Parameters() []float64 { return []float64{0.7, 0.8, 0.9} }
func (ses) Sweep() []float64 {
	return []float64{0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99}
}

func (ses) Range() (lo, hi float64) { return 0.001, 0.9999 }

func (ses) Plan(shop *Shop, rules Rules, service float64) []Decider {
	return path(func(demand []float64, first, protection int, service float64) []float64 {
		out := make([]float64, 0, len(demand)-first)
		mean := lately(demand, min(28, first), 28)
		variance := scatter(demand[:min(56, first)])
		p := float64(protection)
		for t, y := range demand {
			if t >= first {
				d := dist.NewGamma(math.Max(p*mean, 1e-4), math.Max(p*variance, 1e-6))
				out = append(out, d.Quantile(service))
			}
			e := y - mean
			variance += 0.05 * (e*e - variance)
			mean += 0.1 * e
		}
		return out
	}).plan(shop, rules, service)
}

// scatter returns the sample variance.
func scatter(x []float64) float64 {
	mean, squares := sum(x)/float64(len(x)), 0.0
	for _, v := range x {
		squares += (v - mean) * (v - mean)
	}
	return squares / math.Max(float64(len(x)-1), 1)
}
