package score

import (
	"errors"
	"math"
	"slices"
	"strings"
)

// Figure takes one figure out of a record; NaN where it has none.
type Figure func(Record) float64

// The figures that forecasters are compared by.
var (
	LSPL        Figure = func(r Record) float64 { return r.All.LSPL }
	SPL         Figure = func(r Record) float64 { return r.All.SPL }
	RMSSE       Figure = func(r Record) float64 { return r.All.RMSSE }
	MASE        Figure = func(r Record) float64 { return r.All.MASE }
	InStockLSPL Figure = func(r Record) float64 { return r.InStock.LSPL }
)

// Comparison is the ratio of the mean figure of one forecaster to that of another on the item-cuts
// that both were judged on, with the interval in which 95 of 100 ratios lie when the items are drawn
// again and again. Below 1 the first is better; an interval below 1 is not chance.
type Comparison struct {
	Items, Pairs     int
	Ratio, Low, High float64
}

// resamples is how often the items are drawn again.
const resamples = 2000

// errApart is the answer to forecasters that were never judged on the same.
var errApart = errors.New("the two forecasters have no item-cut in common to compare")

// pair adds up the cuts of one item.
type pair struct{ a, b float64 }

// Compare draws items, all cuts of one together. The draws are those of the generator begun with
// seed, so that the same records always give the same interval.
func Compare(a, b []Record, figure Figure, seed uint32) (Comparison, error) {
	pairs, cuts := match(a, b, figure)
	total := add(pairs)
	if len(pairs) == 0 || total.b == 0 {
		return Comparison{}, errApart
	}
	rng := newMersenne(seed)
	ratios := make([]float64, 0, resamples)
	for range resamples {
		var drawn pair
		for range pairs {
			p := pairs[int(math.Floor(rng.float64()*float64(len(pairs))))]
			drawn.a += p.a
			drawn.b += p.b
		}
		if drawn.b > 0 {
			ratios = append(ratios, drawn.a/drawn.b)
		}
	}
	slices.Sort(ratios)
	n := float64(len(ratios))
	return Comparison{
		Items: len(pairs), Pairs: cuts, Ratio: total.a / total.b,
		Low: ratios[int(0.025*n)], High: ratios[min(int(0.975*n), len(ratios)-1)],
	}, nil
}

func add(pairs []pair) (sum pair) {
	for _, p := range pairs {
		sum.a += p.a
		sum.b += p.b
	}
	return sum
}

// match adds up per item what both have, items in order of their names, and counts the item-cuts.
func match(a, b []Record, figure Figure) (pairs []pair, cuts int) {
	type key struct{ item, cut string }
	other := make(map[key]float64, len(b))
	for _, r := range b {
		if v := figure(r); !math.IsNaN(v) {
			other[key{r.Item, r.Cut}] = v
		}
	}
	mine := make(map[key]float64, len(a))
	for _, r := range a {
		if v := figure(r); !math.IsNaN(v) {
			mine[key{r.Item, r.Cut}] = v
		}
	}
	var common []key
	for k := range mine {
		if _, ok := other[k]; ok {
			common = append(common, k)
		}
	}
	slices.SortFunc(common, func(x, y key) int {
		if c := strings.Compare(x.item, y.item); c != 0 {
			return c
		}
		return strings.Compare(x.cut, y.cut)
	})
	for i, k := range common {
		if i == 0 || common[i-1].item != k.item {
			pairs = append(pairs, pair{})
		}
		last := &pairs[len(pairs)-1]
		last.a += mine[k]
		last.b += other[k]
	}
	return pairs, len(common)
}
