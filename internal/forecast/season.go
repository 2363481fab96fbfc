package forecast

import "math"

// Seasons are factors per weekday or month with mean 1: of the shop, of each category shrunk to
// the shop, and (worked out when needed) of each item shrunk to its category. Shrinking is
// empirical Bayes: a factor counts by the share of its spread that is not noise.
type Seasons struct {
	Shop     []float64            `json:"shop,omitempty"`
	Category map[string][]float64 `json:"category,omitempty"`
	Between  float64              `json:"between"` // variance of items' true factors around their category's
}

const mostCycles = 52 // weeks that a weekday profile looks back; years are fewer

// tally adds up, per slot of the season, sales and what the centred moving average of one season
// expected, both in units of that average, so that every stretch of time weighs the same.
type tally struct {
	sold, expected []float64
	noise          float64 // variance of a period around the average, in squared units of it
	cycles         float64 // seasons seen
}

func newTally(m int) tally { return tally{sold: make([]float64, m), expected: make([]float64, m)} }

// tallySlots compares each period with the season around it. visit, when not nil, sees each
// comparison: the number of the period, sold and expected in units of the average.
func (h *history) tallySlots(f Freq, visit func(number int, sold, expected float64)) tally {
	m := f.season()
	t := newTally(m)
	half := m / 2
	if m == 1 || h.sales < 2 || len(h.y) < 2*m {
		return t
	}
	memory := scratch.Get().(*[]float64)
	defer scratch.Put(memory)
	begin := max(half, len(h.y)-mostCycles*m)
	from := begin - half
	span := len(h.y) - from
	prefixes := borrow(memory, 2*(span+1))
	y, a := prefixes[:span+1], prefixes[span+1:]
	sumsIn(y, h.y[from:])
	if !h.open {
		sumsIn(a, h.a[from:])
	}
	around := func(prefix []float64, i int) float64 {
		s := prefix[i+half+1] - prefix[i-half]
		if m%2 == 0 { // a season with even length: the two ends count half
			s -= (prefix[i+half+1] - prefix[i+half] + prefix[i-half+1] - prefix[i-half]) / 2
		}
		return s
	}
	var squares, seen float64
	d := f.slot(h.first + begin - 1)
	for i := begin; i+half < len(h.y); i++ {
		if d++; d == m {
			d = 0
		}
		base, open, share := around(y, i-from), float64(m), 1.0
		if !h.open {
			open, share = around(a, i-from), h.a[i]
		}
		if base <= 0 || open < 0.4*float64(m) || share <= 0 {
			continue
		}
		sold := h.y[i] / (base / open)
		t.sold[d] += sold
		t.expected[d] += share
		if r := sold - share; h.open {
			squares += r * r
		} else {
			squares += r * r / share
		}
		seen++
		if visit != nil {
			visit(h.first+i, sold, share)
		}
	}
	t.cycles = seen / float64(m)
	if seen > 0 {
		t.noise = squares / seen
	}
	return t
}

// factors returns sold over expected per slot, scaled to mean 1; nil when a slot was never seen.
func factorsOf(sold, expected []float64) []float64 {
	out := make([]float64, len(sold))
	for d := range out {
		if expected[d] <= 0 {
			return nil
		}
		out[d] = sold[d] / expected[d]
	}
	return normal(out)
}

func normal(f []float64) []float64 {
	sum := 0.0
	for _, x := range f {
		sum += x
	}
	for d := range f {
		f[d] = math.Min(math.Max(f[d]*float64(len(f))/math.Max(sum, 1e-9), 0.02), 50)
	}
	return f
}

// blend returns share of own and the rest of base.
func blend(own, base []float64, share float64) []float64 {
	out := make([]float64, len(base))
	for d := range base {
		out[d] = share*own[d] + (1-share)*base[d]
	}
	return normal(out)
}

// group adds up the tallies of many items, season by season: what many items do in the same week
// is one observation of the week, not many.
type group struct {
	m      int
	cycles map[int]*tally
}

func newGroup(m int) *group { return &group{m: m, cycles: map[int]*tally{}} }

func (g *group) add(f Freq, weight float64) func(number int, sold, expected float64) {
	return func(number int, sold, expected float64) {
		c := floorDiv(number, g.m)
		t := g.cycles[c]
		if t == nil {
			fresh := newTally(g.m)
			t = &fresh
			g.cycles[c] = t
		}
		d := f.slot(number)
		t.sold[d] += weight * sold
		t.expected[d] += weight * expected
	}
}

// shrunk returns the factors of the group, pulled to base by the share of their spread that the
// differences from season to season explain (James and Stein's positive part).
func (g *group) shrunk(base []float64) []float64 {
	sold, expected := make([]float64, g.m), make([]float64, g.m)
	for _, c := range sortedKeys(g.cycles) {
		for d := range sold {
			sold[d] += g.cycles[c].sold[d]
			expected[d] += g.cycles[c].expected[d]
		}
	}
	own := factorsOf(sold, expected)
	if own == nil {
		return base
	}
	var spread, noise float64
	for d := range own {
		spread += (own[d] - base[d]) * (own[d] - base[d])
		var squares, n, weight float64
		for _, c := range sortedKeys(g.cycles) {
			t := g.cycles[c]
			if t.expected[d] > 0 {
				r := t.sold[d] - own[d]*t.expected[d]
				squares += r * r
				n++
			}
			weight += t.expected[d]
		}
		if n < 2 {
			return base
		}
		noise += squares / (weight * weight) * n / (n - 1)
	}
	if spread <= 0 {
		return base
	}
	return blend(own, base, math.Max(0, 1-noise/spread))
}

// fitSeasons learns the factors of shop and categories and how much items differ.
func fitSeasons(hs []*history, f Freq) Seasons {
	m := f.season()
	if m == 1 {
		return Seasons{}
	}
	shop, cats := newGroup(m), map[string]*group{}
	tallies := make([]tally, len(hs))
	for i, h := range hs {
		tallies[i] = h.tallySlots(f, nil)
		if tallies[i].cycles == 0 {
			continue
		}
		w := 1 / (0.3 + tallies[i].noise)
		h.tallySlots(f, shop.add(f, w))
		if h.category != "" {
			if cats[h.category] == nil {
				cats[h.category] = newGroup(m)
			}
			h.tallySlots(f, cats[h.category].add(f, w))
		}
	}
	flat := make([]float64, m)
	for d := range flat {
		flat[d] = 1
	}
	s := Seasons{Shop: shop.shrunk(flat), Category: map[string][]float64{}}
	for name, g := range cats {
		s.Category[name] = g.shrunk(s.Shop)
	}
	s.Between = amongItems(hs, tallies, s)
	return s
}

// amongItems estimates the variance of items' factors around those of their category.
func amongItems(hs []*history, tallies []tally, s Seasons) float64 {
	var top, bottom float64
	for i, h := range hs {
		t := tallies[i]
		own := factorsOf(t.sold, t.expected)
		if own == nil || t.cycles < 3 {
			continue
		}
		base := s.of(h.category)
		v := t.variance()
		spread := 0.0
		for d := range own {
			spread += (own[d] - base[d]) * (own[d] - base[d])
		}
		w := 1 / ((0.02 + v) * (0.02 + v))
		top += w * (spread/float64(len(own)) - v)
		bottom += w
	}
	if bottom == 0 {
		return 0
	}
	return math.Max(0, top/bottom)
}

// variance of an item's factor: noise over the seasons seen, less the share that the average of the
// season itself takes away.
func (t tally) variance() float64 {
	return t.noise / t.cycles * (1 - 1/float64(len(t.sold)))
}

func (s Seasons) of(category string) []float64 {
	if f, ok := s.Category[category]; ok {
		return f
	}
	return s.Shop
}

// item returns the factors of one item: its own, shrunk to its category's.
func (s Seasons) item(h *history, f Freq) []float64 {
	base := s.of(h.category)
	if base == nil || s.Between <= 0 {
		return base
	}
	t := h.tallySlots(f, nil)
	own := factorsOf(t.sold, t.expected)
	if own == nil {
		return base
	}
	return blend(own, base, s.Between/(s.Between+t.variance()))
}
