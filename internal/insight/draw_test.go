package insight

import (
	"math"
	"math/rand/v2"
)

// draw makes sales that stray more than a Poisson law has it.
type draw struct{ *rand.Rand }

func newDraw(seed uint64) draw { return draw{rand.New(rand.NewPCG(seed, seed))} }

// busy is a negative binomial number with that mean and about twice its variance.
func (d draw) busy(mean float64) float64 {
	return d.poisson(d.gamma(mean))
}

// gamma has the mean and the variance given: a sum of exponential ones.
func (d draw) gamma(mean float64) float64 {
	x := 0.0
	for range int(mean) {
		x += d.ExpFloat64()
	}
	return x
}

func (d draw) poisson(mean float64) float64 {
	n, p := 0, 1.0
	for limit := math.Exp(-mean); ; n++ {
		if p *= d.Float64(); p <= limit {
			return float64(n)
		}
	}
}
