package forecast

import (
	"math"

	"buhuo/internal/forecast/prior"
)

// history is one series made ready: from the beginning of the product's life on, cleaned, with what each period was
// worth.
type history struct {
	id, category string
	counted      bool
	unseen       bool // not one period with exposure
	first        int  // number of the first period kept
	y, a, e      []float64
	open         bool // always on the shelf
	sales        int
	seen         float64 // sum of availability
	mean         float64 // sold per available period
	scale        float64 // mean absolute change, the yardstick of errors
	season       []float64
	worth        []float64
	label        float64   // price asked; 0 unknown
	price        []float64 // of each period, 0 unknown; nil when none is known
	cut          []float64 // logarithm of the usual price over the price, at least as long as y; nil when it never moved
	promo        []float64 // share in promotion, at least as long as y; nil when never
	around       prior.Level
}

// ready cleans a series. Undefined and negative values count as 0, what is not finite as 0, and
// sales in a period that claims to have had none on the shelf make it count as open.
func ready(s Series, f Freq) *history { return readyIn(s, f, new(room)) }

// leastShelf is the least share of a period on the shelf that is believed where something sold: one
// sale in a glimpse of a hundredth of a day is no hundred a day.
const leastShelf = 0.05

// readyIn is ready with the history's slices laid into room, which the caller may use again once the
// history is done with.
func readyIn(s Series, f Freq, mem *room) *history {
	h := &history{id: s.ID, category: s.Category, first: f.Number(s.Start), counted: s.Form == Counted, label: s.Label, around: s.Around}
	start := life(s.Values)
	h.first += start
	n := len(s.Values) - start
	mem.reset(4 * n)
	h.y, h.a, h.worth, h.e = mem.take(n), mem.take(n), mem.take(n), mem.take(n)
	h.open = true
	whole := true
	available := s.Available[min(start, len(s.Available)):]
	for i, y := range s.Values[start:] {
		if len(available) == 0 { // always on the shelf, as most are
			if y > 0 {
				h.sales++
				y = min(y, 1e15)
				whole = whole && y == float64(int64(y))
			} else {
				y = 0
			}
			h.y[i], h.a[i] = y, 1
			continue
		}
		a := 1.0
		if i < len(available) {
			a = available[i]
		}
		if y > 0 {
			h.sales++
			y = min(y, 1e15)
			if a = min(a, 1); !(a > 0) {
				a = 1
			}
			a = max(a, leastShelf)
			whole = whole && y == float64(int64(y))
		} else if y = 0; a > 0 {
			a = min(a, 1)
		} else {
			a = 0
		}
		h.y[i], h.a[i] = y, a
		h.open = h.open && a == 1
		h.seen += a
	}
	if len(available) == 0 {
		h.seen = float64(n)
	}
	if s.Form == Auto {
		h.counted = whole && h.sales > 0
	}
	h.unseen = h.seen == 0
	h.promo = promotions(s.Promo, start, n)
	if len(s.Price) >= start+n {
		h.price = s.Price[start : start+n]
		h.cut = cuts(s.Price[start:], f)
	}
	h.measure()
	return h
}

// room is memory for the slices of one history at a time.
type room struct {
	floats []float64
	used   int
}

func (r *room) reset(n int) {
	if cap(r.floats) < n {
		r.floats = make([]float64, n)
	}
	r.used = 0
}

func (r *room) take(n int) []float64 {
	out := r.floats[r.used : r.used+n : r.used+n]
	r.used += n
	return out
}

// promotions returns the cleaned shares in promotion from start on, at least n of them; nil when
// there was none.
func promotions(promo []float64, start, n int) []float64 {
	if len(promo) == 0 {
		return nil
	}
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
	return max(0, first-(len(values)-first-sales)/max(sales-1, 1))
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
	if h.open || len(w) == 0 {
		return
	}
	rush := h.rush()
	h.seen = 0
	for t, a := range h.a {
		h.a[t] = w.of(a)
		if a > 0 && a < 1 {
			h.a[t] = max(h.a[t]-rush, h.a[t]*leastRush)
		}
		h.seen += h.a[t]
	}
	h.measure()
}

const (
	leastRush = 0.5  // the share of a period's worth that is left to it in any case
	mostRush  = 0.25 // of a period: what sells seldom differs from day to day by chance
)

// rush is by how much too long the time until a shelf ran empty was, in periods. Goods run out when many
// come: a sum that stops where the stock ends stops late, by half the squared deviation of a period over
// its mean (the inspection paradox of renewal theory: Feller 1971), as far as the whole period is busy or
// slow; of what differs by chance from hour to hour next to nothing. A sixth is taken to be of the first kind.
func (h *history) rush() float64 {
	var n, sum, squares float64
	for t, y := range h.y {
		if h.a[t] >= 1 {
			n++
			sum += y
			squares += y * y
		}
	}
	if n < 10 || sum <= 0 {
		return 0
	}
	mean := sum / n
	excess := squares/n/(mean*mean) - 1
	if h.counted { // chance alone is known there
		excess -= 1 / mean
	}
	return min(max(excess, 0)/2/6, mostRush)
}

// expose sets what each period is worth, from availability, the season's factors and what moved all
// products: e is the exposure, worth the same without the common movement.
func (h *history) expose(f Freq, factors []float64) {
	h.season = factors
	if factors == nil {
		copy(h.worth, h.a)
	} else {
		slot := f.slot(h.first)
		for t, a := range h.a {
			h.worth[t] = a * factors[slot]
			if slot++; slot == len(factors) {
				slot = 0
			}
		}
	}
	copy(h.e, h.worth)
}

// celebrate puts the festivals' factors into worth and returns those of the periods ahead; nil when
// nothing was learned. Exposure follows with share.
func (h *history) celebrate(f Freq, c Calendar, ahead int) []float64 {
	if f != Day {
		return nil
	}
	if len(c.Shop) == 0 {
		return nil
	}
	c.multiply(h.category, h.first, h.worth)
	return c.factors(h.category, h.first+len(h.y), ahead)
}

// share puts the effects and what moved all products into the exposure; worth stays without them.
func (h *history) share(f Freq, x effects, c Common) {
	copy(h.e, h.worth)
	x.past(h, f, h.e)
	if skip := h.first - c.First; len(c.Values) > 0 {
		for t := max(0, -skip); t < len(h.e); t++ {
			if skip+t < len(c.Values) {
				h.e[t] *= c.Values[skip+t]
			} else {
				h.e[t] *= c.of(h.first + t)
			}
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
