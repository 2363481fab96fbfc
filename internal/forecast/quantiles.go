package forecast

import (
	"math"
	"sync"

	"buhuo/internal/forecast/dist"
)

// quantileTable holds the quantiles of the gamma distribution with mean 1 at the gauge levels, by
// the logarithm of its squared coefficient of variation. Learning evaluates them millions of times.
type quantileTable struct {
	value [len(gauge)][tableSize]float64
}

const (
	tableLow  = -14.0 // log of the squared coefficient of variation
	tableStep = 0.05
	tableSize = 421 // up to e^7
)

var gammaTable = sync.OnceValue(func() *quantileTable {
	t := new(quantileTable)
	for i := range tableSize {
		d := dist.NewGamma(1, math.Exp(tableLow+tableStep*float64(i)))
		for j, p := range gauge {
			t.value[j][i] = d.Quantile(p)
		}
	}
	return t
})

// at returns the quantile of gauge level j and its slope in the logarithm u.
func (t *quantileTable) at(j int, u float64) (q, slope float64) {
	x := (u - tableLow) / tableStep
	if x <= 0 {
		return t.value[j][0], 0
	}
	if x >= tableSize-1 {
		return t.value[j][tableSize-1], 0
	}
	i := int(x)
	a, b := t.value[j][i], t.value[j][i+1]
	return a + (x-float64(i))*(b-a), (b - a) / tableStep
}
