package replay

import "math"

// movingSigma is the textbook rule: the protection period's demand from the mean of 28 days, and z
// standard deviations of independent days from 56, for a service level.
type movingSigma struct{}

func (movingSigma) Name() string          { return "ma28" }
func (movingSigma) Parameters() []float64 { return []float64{0.7, 0.8, 0.95} }
func (movingSigma) Sweep() []float64 {
	return []float64{0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99}
}

func (movingSigma) Range() (lo, hi float64) { return 0.001, 0.9999 }

func (movingSigma) Plan(shop *Shop, rules Rules, service float64) []Decider {
	z := math.Sqrt2 * math.Erfinv(2*service-1)
	return path(func(demand []float64, first, protection int, _ float64) []float64 {
		out := make([]float64, len(demand)-first)
		for i := range out {
			t := first + i
			window := demand[max(0, t-56):t]
			n, squares := float64(len(window)), 0.0
			for _, y := range window {
				squares += y * y
			}
			mean := sum(window) / n
			variance := math.Max(squares/n-mean*mean, 1e-6)
			p := float64(protection)
			out[i] = math.Max(p*lately(demand, t, 28)+z*math.Sqrt(p*variance), 0)
		}
		return out
	}).plan(shop, rules, service)
}
