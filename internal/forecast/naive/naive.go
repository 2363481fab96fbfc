// Package naive is the seasonal naive method: the next season sells what the last one did. Its level is
// what was sold in the last Season periods over what they were worth, which the weekday or monthly
// profile spreads over the season; its totals over whole seasons are those of the method. It knows
// nothing of dates or of other items.
package naive

import (
	"buhuo/internal/forecast/average"
	"buhuo/internal/forecast/prior"
)

// Model looks back Season periods, Season >= 1.
type Model struct{ Season int }

// Name returns "snaive".
func (Model) Name() string { return "snaive" }

// Levels writes to out[t] the level per unit of exposure known before period t (see ses.Levels).
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	average.Model{Window: m.Season}.Levels(sold, exposure, p, out)
}

// Last returns the last level that Levels would write (see ses.Last).
func (m Model) Last(sold, exposure []float64, p prior.Level) (level float64, ok bool) {
	return average.Model{Window: m.Season}.Last(sold, exposure, p)
}
