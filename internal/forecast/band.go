package forecast

import (
	"math"
	"slices"
)

// PriceBands says how the usual level of a category's products goes with what is asked for them: dear
// goods sell less than cheap ones of the same kind. A product that has not sold yet has a price already,
// so it begins at the level of its kind and price. The bands are the thirds of the shop's prices, each
// beside the middle one of its category; what a third sells is learned over the shop and over each
// category, each shrunk to the one before.
type PriceBands struct {
	Middle  float64        `json:"middle"`  // logarithm of the category's middle price
	Edges   [2]float64     `json:"edges"`   // logarithms of price over middle price that part the bands
	Factors [bands]float64 `json:"factors"` // of the category's mean level: the cheap third first
}

const (
	bands       = 3
	bandsItems  = 12 // products with a price that a shop needs to have bands
	bandsMiddle = 3  // products with a price that tell the middle one of a category
	bandsMost   = 8  // a factor stays between its inverse and this
)

// Band is a third of the prices of a kind of goods; "" where the price is not known.
type Band string

// The bands.
const (
	Cheap  Band = "cheap"
	Middle Band = "middle"
	Dear   Band = "dear"
)

// at returns the band of a price, -1 when it is not known.
func (b *PriceBands) at(price float64) int {
	if b == nil || !(price > 0) || math.IsInf(price, 1) {
		return -1
	}
	x := math.Log(price) - b.Middle
	switch {
	case x < b.Edges[0]:
		return 0
	case x <= b.Edges[1]:
		return 1
	}
	return 2
}

// band returns the band of a price.
func (b *PriceBands) band(price float64) Band {
	if i := b.at(price); i >= 0 {
		return [...]Band{Cheap, Middle, Dear}[i]
	}
	return ""
}

// factor returns what a product at this price usually sells over what its category does.
func (b *PriceBands) factor(price float64) float64 {
	if i := b.at(price); i >= 0 {
		return b.Factors[i]
	}
	return 1
}

// ranked is a product by its price and level beside those of its category.
type ranked struct {
	category     string
	price, level float64 // logarithm of price over middle price; level over the category's mean
}

// fitBands learns the bands of the shop ("") and of its categories, whose mean levels are given; nil
// where there are too few prices to tell.
func fitBands(groups map[string][]*history, levels map[string]Credence) map[string]*PriceBands {
	middle := map[string]float64{}
	for name, group := range groups {
		var prices []float64
		for _, h := range group {
			if h.label > 0 {
				prices = append(prices, math.Log(h.label))
			}
		}
		if len(prices) >= bandsMiddle {
			slices.Sort(prices)
			middle[name] = prices[len(prices)/2]
		}
	}
	var all []ranked
	for _, h := range groups[""] {
		at, told := middle[h.category]
		if mean := levels[h.category].Mean; told && h.label > 0 && h.seen >= credenceSeen && mean > 0 {
			all = append(all, ranked{h.category, math.Log(h.label) - at, h.mean / mean})
		}
	}
	if len(all) < bandsItems {
		return nil
	}
	slices.SortStableFunc(all, func(a, b ranked) int { // the sum must not hang on the order of the items
		switch {
		case a.price < b.price:
			return -1
		case a.price > b.price:
			return 1
		}
		return 0
	})
	shop := PriceBands{Middle: middle[""], Edges: [2]float64{all[len(all)/3].price, all[2*len(all)/3].price}, Factors: [bands]float64{1, 1, 1}}
	if !(shop.Edges[1] > shop.Edges[0]) {
		return nil // one price for all
	}
	shop.Factors = shop.learned(all)
	out := map[string]*PriceBands{"": &shop}
	own := map[string][]ranked{}
	for _, r := range all {
		own[r.category] = append(own[r.category], r)
	}
	for name, at := range middle {
		if name != "" {
			b := PriceBands{Middle: at, Edges: shop.Edges, Factors: shop.Factors}
			b.Factors = b.learned(own[name])
			out[name] = &b
		}
	}
	return out
}

// learned returns the factors of the bands as products tell them, shrunk to those there are by what
// chance would do to the mean of as many products.
func (b PriceBands) learned(products []ranked) [bands]float64 {
	out := b.Factors
	var n, sum [bands]float64
	var all, squares float64
	at := func(r ranked) int { return b.at(math.Exp(r.price + b.Middle)) }
	for _, r := range products {
		n[at(r)]++
		sum[at(r)] += r.level
		all++
	}
	for _, r := range products {
		d := r.level - sum[at(r)]/n[at(r)]
		squares += d * d
	}
	if all <= bands {
		return out
	}
	total := 0.0
	for i := range out {
		if n[i] > 0 {
			away, doubt := sum[i]/n[i]-out[i], squares/(all-bands)/n[i]
			out[i] += away * away * away / (away*away + doubt + 1e-12)
			out[i] = math.Min(math.Max(out[i], 1/bandsMost), bandsMost)
		}
		total += n[i] * out[i]
	}
	for i := range out { // the category's mean stays what it is
		out[i] *= all / total
	}
	return out
}
