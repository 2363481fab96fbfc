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

// tally adds up sales and expected sales per slot of the season.
type tally struct {
	sold, expected []float64
	noise          float64 // squared relative deviation within slots
	cycles         float64
}

const yearOfCycles = 52 // weeks that a weekday profile looks back

// tallySlots compares each period with the mean of its own season (week or year), over whole
// seasons counted back from the end; seasons that were hardly seen are left out.
func (h *history) tallySlots(f Freq) tally {
	m := f.season()
	t := tally{sold: make([]float64, m), expected: make([]float64, m)}
	if m == 1 || h.mean <= 0 {
		return t
	}
	var squares, weight float64
	for c := 0; c < yearOfCycles; c++ {
		end := len(h.y) - c*m
		if end-m < 0 {
			break
		}
		var y, a float64
		for i := end - m; i < end; i++ {
			y += h.y[i]
			a += h.a[i]
		}
		if y <= 0 || a < 0.4*float64(m) {
			continue
		}
		level := y / a
		t.cycles++
		for i := end - m; i < end; i++ {
			d := f.slot(h.first + i)
			t.sold[d] += h.y[i] / h.mean
			t.expected[d] += h.a[i] * level / h.mean
			if h.a[i] > 0 {
				r := (h.y[i] - h.a[i]*level) / h.mean
				squares += r * r / h.a[i]
				weight++
			}
		}
	}
	if weight > float64(m) {
		t.noise = squares / weight
	}
	return t
}

// factors returns sold over expected per slot, scaled to mean 1; nil without whole seasons.
func (t tally) factors() []float64 {
	if t.cycles == 0 {
		return nil
	}
	out := make([]float64, len(t.sold))
	for d := range out {
		out[d] = 1
		if t.expected[d] > 0 {
			out[d] = t.sold[d] / t.expected[d]
		}
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

// blend returns share of `own` and the rest of `base`.
func blend(own, base []float64, share float64) []float64 {
	out := make([]float64, len(base))
	for d := range base {
		out[d] = share*own[d] + (1-share)*base[d]
	}
	return normal(out)
}

// fitSeasons learns the factors of shop and categories and how much items differ.
func fitSeasons(hs []*history, f Freq) Seasons {
	m := f.season()
	if m == 1 {
		return Seasons{}
	}
	tallies := make([]tally, len(hs))
	shop := newTally(m)
	cats := map[string]*tally{}
	for i, h := range hs {
		tallies[i] = h.tallySlots(f)
		w := 1 / (0.3 + tallies[i].noise)
		shop.add(tallies[i], w)
		if h.category != "" {
			c := cats[h.category]
			if c == nil {
				fresh := newTally(m)
				c = &fresh
				cats[h.category] = c
			}
			c.add(tallies[i], w)
		}
	}
	s := Seasons{Category: map[string][]float64{}}
	flat := make([]float64, m)
	for d := range flat {
		flat[d] = 1
	}
	s.Shop = flat
	if own := shop.factors(); own != nil {
		s.Shop = blend(own, flat, shop.trust(own, flat, 0))
	}
	for name, c := range cats {
		if own := c.factors(); own != nil {
			s.Category[name] = blend(own, s.Shop, c.trust(own, s.Shop, 0))
		}
	}
	s.Between = between(hs, tallies, s)
	return s
}

func newTally(m int) tally { return tally{sold: make([]float64, m), expected: make([]float64, m)} }

func (t *tally) add(o tally, w float64) {
	if o.cycles == 0 {
		return
	}
	for d := range t.sold {
		t.sold[d] += w * o.sold[d]
		t.expected[d] += w * o.expected[d]
	}
	// the noise of a weighted mean: kept as the sum of squared weights times noise
	t.noise = (t.noise*t.cycles*t.cycles + w*w*o.cycles*o.noise) / math.Pow(t.cycles+w*o.cycles, 2)
	t.cycles += w * o.cycles
}

// variance of a factor, from noise and the number of seasons; a pooled tally has it in noise.
func (t tally) variance(pooled bool) float64 {
	if t.cycles == 0 {
		return math.Inf(1)
	}
	if pooled {
		return t.noise
	}
	return t.noise / t.cycles
}

// trust is the share of the spread of pooled factors around base that is not noise
// (James and Stein, positive part).
func (t tally) trust(own, base []float64, extra float64) float64 {
	spread := 0.0
	for d := range own {
		spread += (own[d] - base[d]) * (own[d] - base[d])
	}
	noise := (t.variance(true) + extra) * float64(len(own))
	if spread <= 0 {
		return 0
	}
	return math.Max(0, 1-noise/spread)
}

// between estimates the variance of items' factors around those of their category.
func between(hs []*history, tallies []tally, s Seasons) float64 {
	var top, bottom float64
	for i, h := range hs {
		own := tallies[i].factors()
		if own == nil || tallies[i].cycles < 4 {
			continue
		}
		base := s.of(h.category)
		v := tallies[i].variance(false)
		spread := 0.0
		for d := range own {
			spread += (own[d] - base[d]) * (own[d] - base[d])
		}
		w := 1 / math.Pow(0.02+v, 2)
		top += w * (spread/float64(len(own)) - v)
		bottom += w
	}
	if bottom == 0 {
		return 0
	}
	return math.Max(0, top/bottom)
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
	if base == nil {
		return nil
	}
	t := h.tallySlots(f)
	own := t.factors()
	if own == nil || s.Between <= 0 {
		return base
	}
	return blend(own, base, s.Between/(s.Between+t.variance(false)))
}
