package demand

import "math"

// track is what is worked out of one product, with room that is used again for the next one. A
// day's sales are S = level × (1 + a) × exposure + noise of variance grain × level × exposure; a is
// the relative deviation of the level, an autoregression of the first order with the variance Sway
// and the daily factor Stay. Smoothing a over all days is the best linear guess at how busy a day
// was whose end nobody saw: a full day says much, an hour little, and yesterday nearly as much as
// today. With Sway 0 it is sales over exposure of the whole history, with Stay near 1 and much Sway
// that of the days around: the two bracketing estimates, with a weight that the data choose.
type track struct {
	sold []float64 // without bulk orders
	e    []float64 // exposure in average days: how much of an average day's demand could be sold
	all  []float64 // the same had the shelf been full
	a, p []float64 // filtered deviation and its variance, in smooth the final ones
	bulk []float64 // what one-off orders took; nil: none

	level, grain float64
	sway         float64 // the product's own
	soldSum      float64
	eSum, allSum float64
	usual        float64 // sold on a day with sales
}

// leastBusy bounds from below how quiet a time may be, relative to the level.
const leastBusy = 0.02

func grow(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// load reads a series under habits.
func (t *track) load(s *Series, h *Habits) {
	n := len(s.Sold)
	t.sold, t.e, t.all = grow(t.sold, n), grow(t.e, n), grow(t.all, n)
	t.a, t.p = grow(t.a, n), grow(t.p, n)
	t.soldSum, t.eSum, t.allSum = 0, 0, 0
	weekday := int(s.Start.Weekday())
	for i := range n {
		y, available := s.at(i)
		all := h.Week[weekday] * h.extra(s, i)
		if weekday++; weekday == 7 {
			weekday = 0
		}
		t.sold[i], t.all[i], t.e[i] = y, all, all*available
	}
	t.bulk = t.bulk[:0]
	t.takeBulk(s)
	selling := 0.0
	for i := range n {
		if t.e[i] > 0 && t.sold[i] > 0 {
			t.soldSum += t.sold[i]
			selling++
		}
		t.eSum += t.e[i]
		t.allSum += t.all[i]
	}
	t.usual = 0
	if selling > 0 {
		t.usual = t.soldSum / selling
	}
}

// filter walks forward through the days.
func (t *track) filter(sway, stay float64) {
	a, p := 0.0, sway
	carry, fresh := stay*stay, (1-stay*stay)*sway
	for i, e := range t.e {
		if i > 0 {
			a *= stay
			p = carry*p + fresh
		}
		if e > 0 {
			x := t.level * e
			g := p / (p*x + t.grain)
			a += g * (t.sold[i] - x*(1+a))
			p -= g * p * x
		}
		t.a[i], t.p[i] = a, p
	}
}

// smooth walks back through the filtered days, so that each knows the days behind it too.
func (t *track) smooth(sway, stay float64) {
	n := len(t.e)
	fresh := (1 - stay*stay) * sway
	for i := n - 2; i >= 0; i-- {
		ahead := stay*stay*t.p[i] + fresh
		g := t.p[i] * stay / ahead
		t.a[i] += g * (t.a[i+1] - stay*t.a[i])
		t.p[i] += g * g * (t.p[i+1] - ahead)
	}
}

// busyness is how busy day i was, relative to the level.
func (t *track) busyness(i int) float64 {
	if b := 1 + t.a[i]; b > leastBusy {
		return b
	}
	return leastBusy
}

// foresee replaces, when it is wanted, what all days say of each by what the days before it say.
func (t *track) foresee(wanted bool, h *Habits) {
	if !wanted || !(t.level > 0) {
		return
	}
	t.filter(t.sway, h.Stay)
	for i := len(t.a) - 1; i > 0; i-- {
		t.a[i] = t.a[i-1] * h.Stay
	}
	if len(t.a) > 0 {
		t.a[0] = 0
	}
}

// short smooths at a level and returns by how much sales fall short of what it expects; 0 is where
// the level is the likeliest.
func (t *track) short(level, prior, weight float64, h *Habits) float64 {
	t.level = level
	t.filter(t.sway, h.Stay)
	t.smooth(t.sway, h.Stay)
	busy := 0.0
	for i, e := range t.e {
		busy += e * t.busyness(i)
	}
	return t.soldSum - level*busy - weight*(level-prior)
}

// fit finds the likeliest level. What sales fall short by is nearly a straight line of the level, so
// two points of it show where it ends.
func (t *track) fit(prior Prior, h *Habits) {
	weight := math.Min(prior.Weight, 1e6)
	if !(weight > 0) {
		weight = 1
	}
	level := math.Min(math.Max(finite(prior.Level), 0), mostADay)
	// As a prior with heavy tails would, it lets go when the product's own days speak.
	weight *= weight / (weight + t.eSum)
	if level == 0 {
		weight = math.Max(0.5-t.eSum, 0)
	}
	t.level, t.sway = 0, h.Sway
	if t.eSum+weight > 0 {
		t.level = (t.soldSum + weight*level) / (t.eSum + weight)
	}
	if !(t.level > 0) || !(t.grain > 0) || t.eSum <= 0 {
		clear(t.a)
		for i := range t.p {
			t.p[i] = h.Sway
		}
		return
	}
	t.sway = t.ownSway(h)
	t.seek(level, weight, h)
}

// seek goes from the present level to the likeliest one.
func (t *track) seek(prior, weight float64, h *Habits) {
	start := t.level
	before, was := start, t.short(start, prior, weight, h)
	at := start * math.Min(math.Max(1+was/(t.soldSum+weight*prior), 0.8), 1.25)
	if at == start {
		return
	}
	for range 4 {
		now := t.short(at, prior, weight, h)
		if now == was || math.Abs(now) < 5e-4*t.soldSum {
			return
		}
		next := at - now*(at-before)/(now-was)
		before, was = at, now
		at = math.Min(math.Max(next, start/3), start*3)
	}
	t.short(at, prior, weight, h)
}

// evidence is what neighbouring days tell about the grain of sales.
type evidence struct{ squares, weights, pairs float64 }

// differences gathers the evidence: in neighbouring days the level hardly moves, so what they
// differ by is noise.
func (t *track) differences() evidence {
	var v evidence
	rate := t.soldSum / math.Max(t.eSum, 1e-9)
	for i, y := range t.sold {
		if i == 0 || t.e[i] < 0.2*t.all[i] || t.e[i-1] < 0.2*t.all[i-1] || t.e[i] <= 0 || t.e[i-1] <= 0 || rate <= 0 {
			continue
		}
		d := (y/t.e[i] - t.sold[i-1]/t.e[i-1]) / rate
		w := 1 / (1/t.e[i] + 1/t.e[i-1])
		v.squares += w * d * d
		v.weights += w
		v.pairs++
	}
	return v
}

// judge sets the grain: as given, or by the product's days.
func (t *track) judge(given float64, h *Habits) {
	var v evidence
	if !(given > 0) {
		v = t.differences()
	}
	t.setGrain(given, v, h)
}

// pairsOfPrior is how many pairs of days the shop's usual grain is worth.
const pairsOfPrior = 10

// setGrain judges variance over mean of the sales of a moment.
func (t *track) setGrain(given float64, v evidence, h *Habits) {
	if given > 0 {
		t.grain = math.Min(math.Max(given, 1e-4*t.usual), 1e4*t.usual)
		return
	}
	rate := t.soldSum / math.Max(t.eSum, 1e-9)
	own := 0.0
	if v.pairs > 0 {
		own = rate * math.Max(v.squares-2*(1-h.Stay)*h.Sway*v.weights, 0) / v.pairs
	}
	usual := h.Grain * t.usual
	t.grain = math.Max((v.pairs*own+pairsOfPrior*usual)/(v.pairs+pairsOfPrior), 0.01*t.usual)
}
