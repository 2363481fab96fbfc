package forecast

import (
	"cmp"
	"math"
	"slices"
)

// Worth is what a period that was partly on the shelf has been found to sell, as a share of a whole
// one: the curve at the availabilities 0, 0.1 … 1. Hours are not alike: goods that come at ten and
// sell out at eight have lost little. Without evidence the share sold is the share on the shelf.
type Worth []float64

const worthBins = 10

// worthPrior is how many periods (of typical noise) the straight line counts for in each bin.
const worthPrior = 100

// fitWorth compares, within items that have both, the periods partly on the shelf with the whole
// ones. Days empty from beginning to end say nothing and are left out. Between the bins the curve
// rises; it never lies below the straight line nor above 1, since a shelf that empties early because
// many came is no sign that less time sells more.
func fitWorth(hs []*history) Worth {
	var sold, seen [worthBins + 1]float64
	for _, h := range hs {
		whole, n := 0.0, 0.0
		for t, y := range h.y {
			if h.a[t] > 0.999 {
				whole += y
				n++
			}
		}
		if n < 10 || whole <= 0 {
			continue
		}
		level := whole / n
		w := 1 / (0.3 + h.variance()/(level*level))
		for t, y := range h.y {
			if a := h.a[t]; a > 0 && a <= 0.999 {
				b := int(math.Round(a * worthBins))
				sold[b] += w * y / level
				seen[b] += w
			}
		}
	}
	curve := make(Worth, worthBins+1)
	found := false
	for b := 1; b < worthBins; b++ {
		line := float64(b) / worthBins
		curve[b] = (sold[b] + worthPrior*line) / (seen[b] + worthPrior)
		curve[b] = math.Min(math.Max(curve[b], line), 1)
		curve[b] = math.Max(curve[b], curve[b-1])
		found = found || seen[b] > 0
	}
	curve[worthBins] = 1
	if !found {
		return nil
	}
	return curve
}

// of returns what a period with availability a was worth.
func (c Worth) of(a float64) float64 {
	if len(c) == 0 || a <= 0 || a >= 1 {
		return a
	}
	x := a * float64(len(c)-1)
	i := int(x)
	return c[i] + (x-float64(i))*(c[i+1]-c[i])
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
