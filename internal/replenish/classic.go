package replenish

import "math"

// Law is a distribution of demand as the classic models need it. Those of
// internal/forecast/dist are laws; so is any other with these three.
type Law interface {
	Mean() float64
	// Quantile is the least x with P(D <= x) >= p.
	Quantile(p float64) float64
	// Loss is E[(D-x)+], the demand expected beyond x.
	Loss(x float64) float64
}

// CriticalRatio is the probability of no shortage that balances the cost of a
// unit too few (under) against that of a unit too many (over); Snyder & Shen,
// Fundamentals of Supply Chain Theory, 2nd ed., section 4.3. Without any cost
// it is 0.5.
func CriticalRatio(under, over float64) float64 {
	under, over = math.Max(under, 0), math.Max(over, 0)
	if !(under+over > 0) {
		return 0.5
	}
	return under / (under + over)
}

// Newsvendor is the level of least expected cost for one period, and that cost.
func Newsvendor(d Law, under, over float64) (level, cost float64) {
	level = d.Quantile(CriticalRatio(under, over))
	return level, NewsvendorCost(d, level, under, over)
}

// NewsvendorCost is over*E[(x-D)+] + under*E[(D-x)+].
func NewsvendorCost(d Law, level, under, over float64) float64 {
	short := d.Loss(level)
	return over*(level-d.Mean()+short) + under*short
}

// BaseStock is the order-up-to level of least expected cost when stock is
// reviewed every review periods and orders take lead periods: a newsvendor on
// the demand of the protection period, their sum (section 4.3.4 of the same).
func BaseStock(sum func(periods int) Law, lead, review int, under, over float64) (level, cost float64) {
	return Newsvendor(sum(lead+review), under, over)
}
