// Package theta is the theta method (Assimakopoulos and Nikolopoulos 2000) in the form that
// Hyndman and Billah (2003) showed it to have: exponential smoothing plus half the slope of the
// straight line through the history. It knows nothing of dates or of other items.
package theta

import (
	"buhuo/internal/forecast/prior"
	"buhuo/internal/forecast/ses"
)

// Model smooths with Alpha and looks Ahead periods beyond the last one: the middle of the window
// whose total is wanted.
type Model struct{ Alpha, Ahead float64 }

// Name returns "theta".
func (Model) Name() string { return "theta" }

// Levels writes to out[t] the level per unit of exposure known before period t (see ses.Levels),
// drift included; it never falls below 0 nor drifts by more than half the level.
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	ses.Model{Alpha: m.Alpha}.Levels(sold, exposure, p, out)
	var n, st, sy, stt, sty float64 // weighted sums of the regression of sold/exposure on t
	lag, fade := 0.0, 1.0           // how far the smoothed level trails a slope
	for t := range out {
		if n >= 8 {
			if d := n*stt - st*st; d > 1e-9 {
				drift := (n*sty - st*sy) / d / 2 * (m.Ahead - 1 + lag)
				bound := out[t] / 2
				out[t] += min(max(drift, -bound), bound)
			}
		}
		fade *= 1 - m.Alpha
		lag = (1 - fade) / m.Alpha
		if t < len(sold) && exposure[t] > 0 {
			w, x := exposure[t], float64(t)
			n += w
			st += w * x
			stt += w * x * x
			sy += sold[t]
			sty += x * sold[t]
		}
	}
}
