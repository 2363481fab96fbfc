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
	var l line
	lag, fade := 0.0, 1.0 // how far the smoothed level trails a slope
	for t := range out {
		out[t] = l.drift(out[t], m.Ahead-1+lag)
		fade *= 1 - m.Alpha
		lag = (1 - fade) / m.Alpha
		if t < len(sold) {
			l.add(float64(t), sold[t], exposure[t])
		}
	}
}

// Last returns the last level that Levels would write, to the same digits (see ses.Last).
func (m Model) Last(sold, exposure []float64, p prior.Level) (level float64, ok bool) {
	level, ok = ses.Model{Alpha: m.Alpha}.Last(sold, exposure, p)
	var l line
	lag, fade := 0.0, 1.0
	exposure = exposure[:len(sold)]
	for t, y := range sold {
		fade *= 1 - m.Alpha
		l.add(float64(t), y, exposure[t])
	}
	if len(sold) > 0 {
		lag = (1 - fade) / m.Alpha
	}
	return l.drift(level, m.Ahead-1+lag), ok
}

// line holds the weighted sums of the regression of sold/exposure on time.
type line struct{ n, st, sy, stt, sty float64 }

func (l *line) add(x, sold, w float64) {
	if w > 0 {
		l.n += w
		l.st += w * x
		l.stt += w * x * x
		l.sy += sold
		l.sty += x * sold
	}
}

// drift moves a level along half the slope of the line, within half of itself.
func (l *line) drift(level, ahead float64) float64 {
	if d := l.n*l.stt - l.st*l.st; l.n >= 8 && d > 1e-9 {
		drift := (l.n*l.sty - l.st*l.sy) / d / 2 * ahead
		bound := level / 2
		level += min(max(drift, -bound), bound)
	}
	return level
}
