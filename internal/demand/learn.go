package demand

import (
	"math"
	"slices"

	"buhuo/internal/day"
)

const (
	// mostLearned bounds the products that habits are learned from: more add nothing but time.
	mostLearned = 1000
	// mostMotion bounds those that Sway and Stay are chosen by.
	mostMotion = 300
	// rounds is how often habits and levels are worked out of each other.
	rounds = 4
)

// The values that Sway and Stay may take.
var (
	sways = []float64{0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 1}
	stays = []float64{0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.985}
)

// Learn works out the habits of a shop from its products. The answer does not depend on their order
// but for rounding.
func Learn(all []Series) Habits {
	picked := pick(all, mostLearned)
	h := Habits{}.known()
	h.Days, h.Start = nil, 0
	if len(picked) == 0 {
		return h
	}
	first, last := span(picked)
	h.Start, h.Days = first, ones(int(last-first)+1)
	h.Grain = usualGrainOf(picked, h)
	h.settle(picked, true)
	return h
}

// settle brings habits and the products' levels into agreement; motion says whether Sway and Stay
// are learned too.
func (h *Habits) settle(picked []*Series, motion bool) {
	t := tracks.Get().(*track)
	defer tracks.Put(t)
	for round := range rounds {
		sums := newSums(len(h.Days))
		for _, s := range picked {
			t.load(s, h)
			t.setGrain(s.Grain, t.differences(), h)
			t.fit(Prior{}, h)
			sums.add(s, t, h)
		}
		sums.apply(h)
		if motion && round > 0 && round < 3 {
			h.choose(picked[:min(len(picked), mostMotion)])
		}
	}
}

// pick takes at most n series, by what is in them and not by their place.
func pick(all []Series, n int) []*Series {
	type marked struct {
		s    *Series
		mark uint64
	}
	var found []marked
	for i := range all {
		s := &all[i]
		mark, sold := uint64(14695981039346656037), false
		for d := range s.Sold {
			y, a := s.at(d)
			sold = sold || y > 0 && a > 0
			mark = (mark ^ math.Float64bits(y)) * 1099511628211
		}
		if sold {
			found = append(found, marked{s, (mark ^ uint64(s.Start)) * 1099511628211})
		}
	}
	if len(found) > n {
		slices.SortStableFunc(found, func(a, b marked) int {
			switch {
			case a.mark < b.mark:
				return -1
			case a.mark > b.mark:
				return 1
			}
			return 0
		})
		found = found[:n]
	}
	out := make([]*Series, len(found))
	for i := range found {
		out[i] = found[i].s
	}
	return out
}

func span(in []*Series) (first, last day.Date) {
	first, last = in[0].Start, in[0].Start
	for _, s := range in {
		first = min(first, s.Start)
		last = max(last, s.Start.Add(len(s.Sold)-1))
	}
	return first, min(last, first.Add(mostDays-1))
}

// mostDays bounds the days that have a factor of their own.
const mostDays = 40000

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// usualGrainOf is the grain of the products' sales over their usual day, the middle one of all.
func usualGrainOf(picked []*Series, h Habits) float64 {
	t := tracks.Get().(*track)
	defer tracks.Put(t)
	var found []float64
	for _, s := range picked {
		t.load(s, &h)
		v := t.differences()
		if v.usual <= 0 || s.Grain <= 0 && v.pairs < pairsOfPrior {
			continue
		}
		t.setGrain(s.Grain, v, &h)
		found = append(found, t.grain/v.usual)
	}
	if len(found) < 5 {
		return usualGrain
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// sums are what a round gathers over the products. Each counts by its information: the inverse of
// the relative variance of what a day of it tells, so that neither the large nor the noisy drown
// the others.
type sums struct {
	week    [7][2]float64          // what was sold and what was expected, in information
	days    [][2]float64           // the same of each date, without its own factor
	lift    map[string]*[2]float64 // the same of promotions, without theirs
	pooled  [2]float64
	present []float64 // sales expected on the date, in sales of usual size
	sold    []bool
}

func newSums(days int) *sums {
	return &sums{days: make([][2]float64, days), lift: map[string]*[2]float64{}, present: make([]float64, days), sold: make([]bool, days)}
}

func (m *sums) add(s *Series, t *track, h *Habits) {
	if !(t.level > 0) {
		return
	}
	w := 1 / (t.grain/t.level + h.Sway)
	events := t.level / t.grain
	lift := h.lift(s.Category)
	for i, e := range t.e {
		if e <= 0 && t.all[i] > 0 {
			continue
		}
		at := s.Start.Add(i)
		n := int(at - h.Start)
		if n < 0 || n >= len(m.days) {
			continue
		}
		_, available := s.at(i)
		weekday := at.Weekday()
		promo := s.promo(i)
		plain := h.Week[weekday] * available // without the day's own factor and without promotion
		full := plain * (1 + (lift-1)*promo)
		sold := t.sold[i] / t.level * w
		m.week[weekday][0] += sold
		m.week[weekday][1] += e / h.Week[weekday] * t.busyness(i) * w
		m.days[n][0] += sold
		m.days[n][1] += full * w
		m.present[n] += full * events
		m.sold[n] = m.sold[n] || t.sold[i] > 0
		if promo > 0 {
			own := m.lift[s.Category]
			if own == nil {
				own = new([2]float64)
				m.lift[s.Category] = own
			}
			expected := plain * h.Days[n]
			for _, to := range []*[2]float64{own, &m.pooled} {
				to[0] += promo * (sold - (1-promo)*expected*w)
				to[1] += promo * promo * expected * w
			}
		}
	}
}

const (
	// weekInformation and liftInformation are how much it takes to believe half of what was seen of a
	// weekday and of a promotion: the inverse of how far such factors usually lie from 1, squared.
	weekInformation = 10
	liftInformation = 10
	// closedSurprise is how many sales must be missing on a day without any in the whole shop to say
	// that it was closed.
	closedSurprise = 20
)

func (m *sums) apply(h *Habits) {
	total := 0.0
	for w, x := range m.week {
		h.Week[w] = (x[0] + weekInformation) / (x[1] + weekInformation)
		total += h.Week[w]
	}
	for w := range h.Week {
		h.Week[w] *= 7 / total
	}
	m.applyDays(h)
	if m.pooled[1] <= 0 {
		return
	}
	all := shrunk(m.pooled, 1)
	h.Lift = map[string]float64{"": all}
	for category, x := range m.lift {
		if category != "" {
			h.Lift[category] = shrunk(*x, all)
		}
	}
}

func shrunk(x [2]float64, to float64) float64 {
	return math.Min(math.Max((x[0]+liftInformation*to)/(x[1]+liftInformation), 0.3), 10)
}

// applyDays gives each date its factor, shrunk to 1 by how much dates really differ: by the variance
// of what was seen less what noise alone would give (empirical Bayes by moments).
func (m *sums) applyDays(h *Habits) {
	excess, n := 0.0, 0.0
	for _, x := range m.days {
		if x[1] <= 0 {
			continue
		}
		r := math.Min(x[0]/x[1], 3) - 1
		weight := x[1] / (1 + x[1]*0.01)
		excess += weight * (r*r - 1/x[1])
		n += weight
	}
	k := 1e6
	if n > 0 && excess > 0 {
		k = math.Min(math.Max(n/excess, 4), 1e6)
	}
	sum, seen := 0.0, 0.0
	for i, x := range m.days {
		h.Days[i] = (x[0] + k) / (x[1] + k)
		if !m.sold[i] && m.present[i] > closedSurprise {
			h.Days[i] = 0
			continue
		}
		if x[1] > 0 {
			sum += h.Days[i]
			seen++
		}
	}
	if seen == 0 || sum <= 0 {
		return
	}
	for i := range h.Days {
		h.Days[i] *= seen / sum
	}
}

// choose climbs to the likeliest Sway and Stay of the grid.
func (h *Habits) choose(picked []*Series) {
	t := tracks.Get().(*track)
	defer tracks.Put(t)
	type candidate struct{ sway, stay int }
	known := map[candidate]float64{}
	worth := func(c candidate) float64 {
		if c.sway < 0 || c.sway >= len(sways) || c.stay < 0 || c.stay >= len(stays) {
			return math.Inf(-1)
		}
		if v, ok := known[c]; ok {
			return v
		}
		g := *h
		g.Sway, g.Stay = sways[c.sway], stays[c.stay]
		// a few products say little: stay near what is usual
		off, turn := math.Log(g.Sway/usualSway), math.Log((1-g.Stay)/(1-usualStay))
		v := -4 * (off*off + turn*turn)
		for _, s := range picked {
			t.load(s, &g)
			t.setGrain(s.Grain, t.differences(), &g)
			if t.soldSum <= 0 || t.grain <= 0 {
				continue
			}
			t.level = t.soldSum / t.eSum
			v += t.filter(g.Sway, g.Stay) + t.constant()
		}
		known[c] = v
		return v
	}
	best := candidate{nearest(sways, h.Sway), nearest(stays, h.Stay)}
	for moved := true; moved; {
		moved = false
		for _, d := range []candidate{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			next := candidate{best.sway + d.sway, best.stay + d.stay}
			if worth(next) > worth(best)+1e-6 {
				best, moved = next, true
			}
		}
	}
	h.Sway, h.Stay = sways[best.sway], stays[best.stay]
}

// constant is the part of the logarithm of the likelihood that the filter leaves out: it depends on
// the grain.
func (t *track) constant() float64 {
	n := 0.0
	for _, e := range t.e {
		if e > 0 {
			n++
		}
	}
	return -0.5 * n * math.Log(t.grain/t.level)
}

func nearest(in []float64, x float64) int {
	best := 0
	for i, y := range in {
		if math.Abs(math.Log(y/x)) < math.Abs(math.Log(in[best]/x)) {
			best = i
		}
	}
	return best
}
