// Package ses is exponential smoothing of the level, in the form that discounts sales and exposure
// alike: level = Σ λ^j sold / Σ λ^j exposure. For full exposure this is simple exponential
// smoothing with a start that fades (Brown 1959; the discounted gamma-Poisson filter of Harvey and
// Fernandes 1989 has the same mean), and a period that was only partly on the shelf, or not at
// all, counts for what it was worth. It knows nothing of dates or of other items.
package ses

import (
	"strconv"

	"buhuo/internal/forecast/prior"
)

// Model smooths with constant Alpha, 0 < Alpha < 1.
type Model struct{ Alpha float64 }

// Name returns "ses" and the constant.
func (m Model) Name() string { return "ses" + strconv.FormatFloat(m.Alpha, 'g', -1, 64) }

// Levels writes to out[t] the level per unit of exposure known before period t; out has one more
// value than sold, the last being the level after all of it. It starts from a prior level worth
// `weight` units of exposure.
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	keep := 1 - m.Alpha
	top, bottom := p.Mean*p.Weight, p.Weight
	level := p.Mean
	for t, y := range sold {
		out[t] = level
		top = keep*top + y
		bottom = keep*bottom + exposure[t]
		if bottom > 1e-9 {
			level = top / bottom
		}
	}
	out[len(sold)] = level
}

// Last returns the last level that Levels would write, to the same digits, without those before it; ok
// is false where only all of them tell.
func (m Model) Last(sold, exposure []float64, p prior.Level) (level float64, ok bool) {
	keep := 1 - m.Alpha
	top, bottom := p.Mean*p.Weight, p.Weight
	exposure = exposure[:len(sold)]
	for t, y := range sold {
		top = keep*top + y
		bottom = keep*bottom + exposure[t]
	}
	if len(sold) == 0 {
		return p.Mean, true
	}
	return top / bottom, bottom > 1e-9
}
