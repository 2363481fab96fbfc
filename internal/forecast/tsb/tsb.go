// Package tsb is the method of Teunter, Syntetos and Babai (2011) for intermittent demand: the
// chance of a sale and its size are smoothed apart, the chance in every period, so that an item
// that has gone quiet fades. Both are discounted ratios, so that exposure counts and the level is
// the unbiased mean per period, never the mean of the periods with sales.
package tsb

import "buhuo/internal/forecast/prior"

// Model smooths sizes with Size and the chance of a sale with Chance, both in (0, 1).
type Model struct{ Size, Chance float64 }

// Name returns "tsb".
func (Model) Name() string { return "tsb" }

// Levels writes to out[t] the level per unit of exposure known before period t (see ses.Levels).
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	level := p.Mean
	var sizes, sales float64 // discounted sum of sizes, number of sales
	chances, periods := 0.0, 0.0
	for t, y := range sold {
		out[t] = level
		e := exposure[t]
		chances *= 1 - m.Chance
		periods = (1-m.Chance)*periods + e
		if y > 0 {
			sizes = (1-m.Size)*sizes + y
			sales = (1-m.Size)*sales + 1
			chances++
		}
		if periods <= 1e-9 {
			continue
		}
		seen := 0.0
		if sales > 0 {
			seen = sizes / sales * chances / periods
		}
		level = (seen*periods + p.Mean*p.Weight) / (periods + p.Weight)
	}
	out[len(sold)] = level
}

// Last returns the last level that Levels would write, to the same digits (see ses.Last).
func (m Model) Last(sold, exposure []float64, p prior.Level) (level float64, ok bool) {
	if len(sold) == 0 {
		return p.Mean, true
	}
	var sizes, sales, chances, periods float64
	keepChance, keepSize := 1-m.Chance, 1-m.Size
	exposure = exposure[:len(sold)]
	for t, y := range sold {
		chances *= keepChance
		periods = keepChance*periods + exposure[t]
		if y > 0 {
			sizes = keepSize*sizes + y
			sales = keepSize*sales + 1
			chances++
		}
	}
	seen := 0.0
	if sales > 0 {
		seen = sizes / sales * chances / periods
	}
	return (seen*periods + p.Mean*p.Weight) / (periods + p.Weight), periods > 1e-9
}
