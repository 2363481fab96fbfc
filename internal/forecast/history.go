package forecast

import "math"

// history is one series made ready: from the beginning of the product's life on, cleaned, with what each period was
// worth.
type history struct {
	id, category string
	counted      bool
	unseen       bool // not one period with exposure
	first        int  // number of the first period kept
	y, a, e      []float64
	sales        int
	seen         float64 // sum of availability
	mean         float64 // sold per available period
	scale        float64 // mean absolute change, the yardstick of errors
	season       []float64
	worth        []float64
	price        []float64 // of each period, 0 unknown; nil when none is known
	promo        []float64 // share in promotion, at least as long as y; nil when never
}

// ready cleans a series. Undefined and negative values count as 0, what is not finite as 0, and
// sales in a period that claims to have had none on the shelf make it count as open.
func ready(s Series, f Freq) *history {
	h := &history{id: s.ID, category: s.Category, first: f.Number(s.Start), counted: s.Form == Counted}
	start := life(s.Values)
	h.first += start
	n := len(s.Values) - start
	h.y, h.a = make([]float64, n), make([]float64, n)
	whole := true
	for i := range n {
		y, a := s.Values[start+i], 1.0
		if start+i < len(s.Available) {
			a = s.Available[start+i]
		}
		if !(y > 0) {
			y = 0
		}
		y = math.Min(y, 1e15)
		if !(a > 0) {
			a = 0
		}
		a = math.Min(a, 1)
		if y > 0 {
			h.sales++
			if a == 0 {
				a = 1
			}
		}
		whole = whole && y == math.Trunc(y)
		h.y[i], h.a[i] = y, a
		h.seen += a
	}
	if s.Form == Auto {
		h.counted = whole && h.sales > 0
	}
	h.unseen = h.seen == 0
	h.promo = promotions(s.Promo, start, n)
	if len(s.Price) >= start+n {
		h.price = s.Price[start : start+n]
	}
	h.measure()
	return h
}

// promotions returns the cleaned shares in promotion from start on, at least n of them; nil when
// there was none.
func promotions(promo []float64, start, n int) []float64 {
	found := false
	out := make([]float64, max(n, len(promo)-start))
	for i := range out {
		if start+i < len(promo) && promo[start+i] > 0 {
			out[i] = math.Min(promo[start+i], 1)
			found = true
		}
	}
	if !found {
		return nil
	}
	return out
}

// life returns where the life of a product begins: at its first sale, less as many quiet periods as
// usually lie between two sales. Beginning with a sale would count it for too much; all the rows
// before may be from a time before the product was there.
func life(values []float64) int {
	first, sales := -1, 0
	for i, v := range values {
		if v > 0 {
			if first < 0 {
				first = i
			}
			sales++
		}
	}
	if sales == 0 {
		return 0 // nothing ever sold: all of it is evidence
	}
	return max(0, first-(len(values)-first-sales)/sales)
}

// measure sets mean and scale.
func (h *history) measure() {
	total, change := 0.0, 0.0
	for i, y := range h.y {
		total += y
		if i > 0 {
			change += math.Abs(y - h.y[i-1])
		}
	}
	if h.seen > 0 {
		h.mean = total / h.seen
	}
	if n := len(h.y); n > 1 {
		h.scale = change / float64(n-1)
	}
	h.scale = math.Max(h.scale, h.mean*0.05)
}

// value replaces the share on the shelf by what it was found to sell.
func (h *history) value(w Worth) {
	h.seen = 0
	for t, a := range h.a {
		h.a[t] = w.of(a)
		h.seen += h.a[t]
	}
	h.measure()
}

// expose sets what each period is worth, from availability, the season's factors and what moved all
// products: e is the exposure, worth the same without the common movement.
func (h *history) expose(f Freq, factors []float64) {
	h.season = factors
	n := len(h.y)
	h.worth = make([]float64, n)
	for t, a := range h.a {
		h.worth[t] = a
		if factors != nil {
			h.worth[t] *= factors[f.slot(h.first+t)]
		}
	}
	h.e = h.worth
}

// celebrate puts the festivals' factors into the exposure.
func (h *history) celebrate(f Freq, c Calendar) {
	if f != Day {
		return
	}
	factors := c.factors(h.category, h.first, len(h.y))
	if factors == nil {
		return
	}
	for t := range h.worth {
		h.worth[t] *= factors[t]
	}
}

// share puts promotions and what moved all products into the exposure; worth stays without them.
func (h *history) share(p Promotion, c Common) {
	promo := h.advertised(p)
	h.e = h.worth
	if promo == nil && len(c.Values) == 0 {
		return
	}
	h.e = make([]float64, len(h.worth))
	for t, e := range h.worth {
		h.e[t] = e * c.of(h.first+t)
		if promo != nil {
			h.e[t] *= promo[t]
		}
	}
}

// slot returns the place of a period in its season: the weekday (Sunday 0), or the month (January 0).
func (f Freq) slot(number int) int {
	switch f {
	case Day:
		return number + 4 - 7*floorDiv(number+4, 7)
	case Month:
		return number - 12*floorDiv(number, 12)
	}
	return 0
}
