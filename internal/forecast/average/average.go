// Package average is the moving level: what was sold in the last Window periods over what they
// were worth in exposure. With a weekday or monthly profile inside the exposure it is the moving
// average with seasonal index; a window of one season gives the totals of the seasonal naive
// method. It knows nothing of dates or of other items.
package average

import (
	"strconv"

	"buhuo/internal/forecast/prior"
)

// Model averages over the last Window periods, Window >= 1.
type Model struct{ Window int }

// Name returns "average" and the window.
func (m Model) Name() string { return "average" + strconv.Itoa(m.Window) }

// Levels writes to out[t] the level per unit of exposure known before period t (see ses.Levels).
// The prior counts for `weight` units of exposure at the start and fades as the window fills.
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	var top, bottom float64
	level := p.Mean
	for t := range sold {
		out[t] = level
		top += sold[t]
		bottom += exposure[t]
		seen := t + 1
		if old := t - m.Window; old >= 0 {
			top -= sold[old]
			bottom -= exposure[old]
			seen = m.Window
		}
		if t%256 == 255 { // start the sums afresh before rounding piles up
			top, bottom = 0, 0
			for i := t - seen + 1; i <= t; i++ {
				top += sold[i]
				bottom += exposure[i]
			}
		}
		left := p.Weight * float64(m.Window-seen) / float64(m.Window)
		if b := bottom + left; b > 1e-6 {
			level = max(top+left*p.Mean, 0) / b
		}
	}
	out[len(sold)] = level
}

// Last returns the last level that Levels would write, to the same digits (see ses.Last): it begins
// where Levels starts its sums afresh.
func (m Model) Last(sold, exposure []float64, p prior.Level) (level float64, ok bool) {
	n := len(sold)
	if n == 0 {
		return p.Mean, true
	}
	var top, bottom float64
	from := n - n%256
	for i := max(from-m.Window, 0); i < from; i++ {
		top += sold[i]
		bottom += exposure[i]
	}
	for t := from; t < n; t++ {
		top += sold[t]
		bottom += exposure[t]
		if old := t - m.Window; old >= 0 {
			top -= sold[old]
			bottom -= exposure[old]
		}
	}
	left := p.Weight * float64(m.Window-min(n, m.Window)) / float64(m.Window)
	b := bottom + left
	return max(top+left*p.Mean, 0) / b, b > 1e-6
}
