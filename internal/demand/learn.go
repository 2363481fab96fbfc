package demand

import (
	"math"
	"slices"

	"buhuo/internal/day"
)

const (
	// mostLearned bounds the products that habits are learned from: more add nothing but time.
	mostLearned = 400
	// rounds is how often habits and levels are worked out of each other.
	rounds = 6
	// foreseen is in how many of them, from the first on, a day is held against what the days before it
	// let expect. That finds factors fast, because nothing of the day itself is in it. But how long the
	// shelf held out depends on how busy the day was, so the last rounds ask all that is known.
	foreseen = 4
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
	levels := make([]float64, len(picked))
	for round := range rounds {
		sums := newSums(len(h.Days))
		for i, s := range picked {
			t.load(s, h)
			t.judge(s.Grain, h)
			t.fit(Prior{}, h)
			levels[i] = t.level
			if round == 0 {
				clear(t.a) // no weekday must pass for a busy time
			} else {
				t.foresee(round < foreseen, h)
			}
			sums.add(s, t, h)
		}
		sums.apply(h)
		if motion && round >= 1 && round <= 4 && round != 2 {
			h.learnMotion(picked[:min(len(picked), mostMotion)], levels)
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
		if t.usual <= 0 || s.Grain <= 0 && v.pairs < pairsOfPrior {
			continue
		}
		t.setGrain(s.Grain, v, &h)
		found = append(found, t.grain/t.usual)
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
		m.days[n][1] += full * t.busyness(i) * w
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
	before, total := h.Week, 0.0
	for w, x := range m.week {
		h.Week[w] = (x[0] + weekInformation) / (x[1] + weekInformation)
		total += h.Week[w]
	}
	for w := range h.Week {
		h.Week[w] *= 7 / total
	}
	for i := range m.days { // what the weekdays explain now, the days need not
		w := h.Start.Add(i).Weekday()
		m.days[i][1] *= h.Week[w] / before[w]
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
	var sum, seen [7]float64
	for i, x := range m.days {
		h.Days[i] = (x[0] + k) / (x[1] + k)
		if !m.sold[i] && m.present[i] > closedSurprise {
			h.Days[i] = 0
			continue
		}
		w := h.Start.Add(i).Weekday()
		sum[w] += h.Days[i] * x[1]
		seen[w] += x[1]
	}
	// what the days of a weekday have in common is the weekday's
	total := 0.0
	for w := range sum {
		if sum[w] > 0 {
			h.Week[w] *= sum[w] / seen[w]
		}
		total += h.Week[w]
	}
	for w := range h.Week {
		h.Week[w] *= 7 / total
	}
	for i := range h.Days {
		if w := h.Start.Add(i).Weekday(); sum[w] > 0 {
			h.Days[i] *= seen[w] / sum[w]
		}
	}
}
