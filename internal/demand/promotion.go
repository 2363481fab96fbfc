package demand

import (
	"math"
	"slices"
)

const (
	// wholeCut is the price cut that counts as a whole promotion.
	wholeCut = 0.3
	// leastCut is the least one that counts at all: prices of weighed goods drift by a few per cent.
	leastCut = 0.05
	// priceDays is how many known prices on each side tell what is usual.
	priceDays = 14
)

// Cut turns a price relative to the usual one into the share of a whole promotion, 0 to 1.
func Cut(relative float64) float64 {
	if !(relative < 1-leastCut) || relative < 0 {
		return 0
	}
	return math.Min((1-relative)/wholeCut, 1)
}

// Cuts finds the price cuts in a series of daily prices: days well below the middle of the prices
// around. 0 or an undefined price is an unknown one. The answer is nil when there is no cut, and
// otherwise the share of a whole promotion on each day.
func Cuts(price []float64) []float64 {
	var at []int
	var known []float64
	for i, p := range price {
		if p > 0 && !math.IsInf(p, 0) {
			at = append(at, i)
			known = append(known, p)
		}
	}
	var out, around []float64
	for k, p := range known {
		from, to := max(0, k-priceDays), min(len(known), k+priceDays+1)
		around = append(around[:0], known[from:to]...)
		slices.Sort(around)
		if x := Cut(p / around[len(around)/2]); x > 0 {
			if out == nil {
				out = make([]float64, len(price))
			}
			out[at[k]] = x
		}
	}
	return out
}
