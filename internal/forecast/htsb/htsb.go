// Package htsb is the hierarchical form of the method of Teunter, Syntetos and Babai (2011): the
// chance of a sale and its size are smoothed apart, and each is shrunk to what similar products show,
// the chance as a beta-binomial, the size by Bühlmann's credibility (in place of the log-normal of
// arXiv 2511.12749, so that the mean is unbiased whatever the sizes are). The past that is forgotten
// makes room for the prior again: a product that has gone quiet falls back to how its kind sells, less
// what its own silence says. It knows nothing of dates or of other items.
package htsb

import "buhuo/internal/forecast/prior"

// Model smooths sizes with Size and the chance of a sale with Chance, both in (0, 1).
type Model struct{ Size, Chance float64 }

// Name returns "htsb".
func (Model) Name() string { return "htsb" }

// Levels writes to out[t] the level per unit of exposure known before period t (see ses.Levels).
func (m Model) Levels(sold, exposure []float64, p prior.Level, out []float64) {
	level := p.Mean
	var sizes, sales, chances, periods float64
	for t, y := range sold {
		out[t] = level
		chances *= 1 - m.Chance
		periods = (1-m.Chance)*periods + exposure[t]
		if y > 0 {
			sizes, sales = (1-m.Size)*sizes+y, (1-m.Size)*sales+1
			chances++
		}
		if periods > 1e-9 {
			chance := (chances + p.Chance*p.Periods) / (periods + p.Periods)
			level = chance * (sizes + p.Size*p.Sales) / (sales + p.Sales)
		}
	}
	out[len(sold)] = level
}
