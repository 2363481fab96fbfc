// Package prior holds what is believed of a product before its own history speaks, as models take it.
package prior

// Level is what similar products sell: the means of their category, and how much history each is
// worth (empirical Bayes). Amounts are in base units per unit of exposure.
type Level struct {
	Mean    float64 `json:"mean"`    // demand of a period
	Weight  float64 `json:"weight"`  // units of exposure that it is worth
	Chance  float64 `json:"chance"`  // of a sale in a period
	Periods float64 `json:"periods"` // units of exposure that it is worth
	Size    float64 `json:"size"`    // mean of a sale
	Sales   float64 `json:"sales"`   // sales that it is worth
}

// Of returns the belief in a mean alone, worth weight units of exposure: a sale in every period.
func Of(mean, weight float64) Level {
	l := Level{Mean: mean, Weight: weight, Chance: 1, Periods: weight, Size: mean, Sales: weight}
	if mean <= 0 {
		l.Chance = 0
	}
	return l
}
