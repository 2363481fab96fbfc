// Package croston is Croston's method (1972) for intermittent demand in the form of Syntetos and
// Boylan (2001, 2005): sizes of sales and the exposure between them are smoothed when something
// sells, and the bias of their ratio is taken away. Both are discounted ratios, so a period that was
// not on the shelf adds nothing to a gap. It knows nothing of dates or of other items.
package croston

import "buhuo/internal/forecast/prior"

// Model smooths sizes and gaps with Alpha, 0 < Alpha < 1.
type Model struct{ Alpha float64 }

// Name returns "sba".
func (Model) Name() string { return "sba" }

// Levels writes to out[t] the level per unit of exposure known before period t (see ses.Levels).
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	keep := 1 - m.Alpha
	level := p.Mean
	var sizes, gaps, sales, open, seen float64
	for t, y := range sold {
		out[t] = level
		open += exposure[t]
		seen += exposure[t]
		if y <= 0 || open <= 1e-9 {
			continue
		}
		sizes, gaps, sales = keep*sizes+y, keep*gaps+open, keep*sales+1
		open = 0
		// what the ratio of the smoothed is too large by: alpha/(2-alpha) (1 - 1/gap) once the past
		// has faded (Syntetos and Boylan 2001), and as much less as there is more weight than that
		bias := 1 - min(sales/gaps, 1)
		bias *= m.Alpha / (2 - m.Alpha)
		level = ((1-bias)*sizes/gaps*seen + p.Mean*p.Weight) / (seen + p.Weight)
	}
	out[len(sold)] = level
}
