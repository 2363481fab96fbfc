package restock

import (
	"math"
	"slices"

	"buhuo/internal/forecast"
)

const (
	// takingNear is how many days around one tell the usual price and the usual demand.
	takingNear = 14
	// takingLeast is the change of price, as a logarithm, that counts as one, takingPlain
	// the one below which a day is ordinary.
	takingLeast, takingPlain = 0.04, 0.02
	// takingRuns is how many changes of price must have been seen.
	takingRuns = 6
	// takingPast and takingProducts bound what is learned from: more adds only time.
	takingPast, takingProducts = 365, 400
	// takingMost is the strongest answer to a price that is believed.
	takingMost = 4.0
)

// Taking is how customers take a price: by how many per cent less is wanted of goods
// that are one per cent dearer than usual for a while, over all products of the shop.
type Taking struct {
	Elasticity float64 `json:"elasticity,omitempty"`
	Runs       int     `json:"runs,omitempty"` // changes of price that it was learned from; 0: not learned
}

// run is a stretch of days at an unusual price.
type run struct {
	change         float64 // mean logarithm of the price over the usual one
	sold, expected float64
}

// learnTaking compares what sold at unusual prices, promotions left out, with the days
// at the usual price around them. The slope of the logarithms over all such stretches is
// shrunk to the usual one of shops by its standard error.
func learnTaking(series []forecast.Series) Taking {
	var runs []run
	used := 0
	for i := range series {
		if used == takingProducts {
			break
		}
		if found := priceRuns(series[i]); len(found) > 0 {
			runs = append(runs, found...)
			used++
		}
	}
	if len(runs) < takingRuns {
		return Taking{}
	}
	top, bottom := 0.0, 0.0
	for _, r := range runs {
		w := math.Min(r.expected, 20)
		top += w * r.change * r.answer()
		bottom += w * r.change * r.change
	}
	slope, squares := top/bottom, 0.0
	for _, r := range runs {
		d := r.answer() - slope*r.change
		squares += math.Min(r.expected, 20) * d * d
	}
	doubt := squares / float64(len(runs)-1) / bottom
	gain := -slope - usualTaking
	e := usualTaking + gain*gain*gain/(gain*gain+doubt+1e-12)
	return Taking{Elasticity: math.Min(math.Max(e, 0), takingMost), Runs: len(runs)}
}

// answer is the logarithm of what sold over what was expected.
func (r run) answer() float64 { return math.Log((r.sold + 0.5) / (r.expected + 0.5)) }

// priceRuns finds the stretches of unusual prices of one product.
func priceRuns(s forecast.Series) []run {
	n := min(len(s.Values), len(s.Price))
	from := max(0, n-takingPast)
	lowest, highest := math.Inf(1), 0.0
	for _, p := range s.Price[from:n] {
		if p > 0 {
			lowest, highest = math.Min(lowest, p), math.Max(highest, p)
		}
	}
	if !(highest > lowest*(1+takingLeast)) {
		return nil
	}
	change := make([]float64, n) // NaN: not to be used
	var known []float64
	for i := from; i < n; i++ {
		change[i] = math.NaN()
		if s.Price[i] <= 0 || i < len(s.Available) && s.Available[i] < 0.99 || i < len(s.Promo) && s.Promo[i] > 0 {
			continue
		}
		known = known[:0]
		for _, p := range s.Price[max(from, i-takingNear):min(n, i+takingNear+1)] {
			if p > 0 {
				known = append(known, p)
			}
		}
		slices.Sort(known)
		change[i] = math.Log(s.Price[i] / known[len(known)/2])
	}
	var out []run
	for i := from; i < n; {
		if !(math.Abs(change[i]) >= takingLeast) {
			i++
			continue
		}
		j, r := i, run{}
		for ; j < n && math.Abs(change[j]) >= takingLeast && change[j]*change[i] > 0; j++ {
			r.change += change[j]
			r.sold += s.Values[j]
		}
		days := float64(j - i)
		r.change /= days
		if usual, ok := plainDay(s.Values, change, max(from, i-takingNear), min(n, j+takingNear)); ok {
			if r.expected = usual * days; r.expected >= 3 {
				out = append(out, r)
			}
		}
		i = j
	}
	return out
}

// plainDay is the mean of the days at the usual price.
func plainDay(values, change []float64, from, to int) (float64, bool) {
	sum, n := 0.0, 0.0
	for i := from; i < to; i++ {
		if math.Abs(change[i]) < takingPlain {
			sum += values[i]
			n++
		}
	}
	if n < 5 {
		return 0, false
	}
	return sum / n, true
}
