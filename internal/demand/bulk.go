package demand

import "math"

const (
	// bulkTimes is how many times the largest ordinary day a one-off order is.
	bulkTimes = 4
	// bulkDays are the days with sales that must be known to tell what is ordinary.
	bulkDays = 12
	// mostBulks is how many one-off orders are taken out of a history of a hundred days; what comes
	// more often is demand.
	mostBulks = 2
)

// takeBulk takes one-off orders out of the sales that the level is learned from: a day many times
// the largest of all other days, not in a promotion and not beside another busy day, and, where
// single sales are known, mostly one sale. What it takes stands in bulk.
func (t *track) takeBulk(s *Series) {
	limit := 1 + mostBulks*len(t.sold)/100
	for range limit + 1 {
		at, largest, second, positive, total := -1, 0.0, 0.0, 0.0, 0.0
		for i, y := range t.sold {
			if !(y > 0) {
				continue
			}
			positive++
			total += y
			switch {
			case y > largest:
				at, largest, second = i, y, largest
			case y > second:
				second = y
			}
		}
		if positive < bulkDays+1 {
			break
		}
		// several one-off orders hide behind each other: compare with the ordinary days too
		ordinary := (total - largest) / (positive - 1)
		if largest < bulkTimes*second && !(largest >= 3*bulkTimes*ordinary && t.few(largest/bulkTimes, limit)) {
			break
		}
		if limit == 0 || !t.lonely(s, at, ordinary) {
			break
		}
		limit--
		amount := largest - ordinary*math.Min(t.all[at], 2)
		if at < len(s.Largest) && s.Largest[at] > 0 {
			if s.Largest[at] < largest/2 {
				break // many customers, not one
			}
			amount = math.Min(s.Largest[at], largest)
		}
		if len(t.bulk) == 0 {
			t.bulk = grow(t.bulk, len(t.sold))
			clear(t.bulk)
		}
		t.bulk[at] = amount
		t.sold[at] = math.Max(largest-amount, 0)
	}
}

// few reports whether no more than `limit` days lie above a bound.
func (t *track) few(bound float64, limit int) bool {
	n := 0
	for _, y := range t.sold {
		if y > bound {
			n++
		}
	}
	return n <= limit
}

// lonely reports whether a day stands alone: no promotion, and ordinary days beside it.
func (t *track) lonely(s *Series, at int, ordinary float64) bool {
	if s.promo(at) > 0 || t.all[at] > 2 {
		return false
	}
	for _, i := range [2]int{at - 1, at + 1} {
		if i >= 0 && i < len(t.sold) && t.sold[i] > 2*bulkTimes*ordinary {
			return false
		}
	}
	return true
}
