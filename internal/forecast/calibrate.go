package forecast

import "math"

// gauge are the levels of the quantiles that an order may rest on; everything is learned on them.
var gauge = [...]float64{0.5, 0.9, 0.95, 0.99}

// orderLevel is the place in the gauge of the quantile whose coverage is watched.
const orderLevel = 2

const (
	gaugeSamples = 2500 // outcomes from which the variance of a knot is learned
	gainSamples  = 1000 // and on which its gain is chosen
	gainHonest   = 0.25 // of the way from the gain with the least loss to the one with honest coverage
)

// target returns the knot whose sums decide the weights: about half the horizon, the usual
// protection period.
func target(ks []int, horizon int) int {
	best := 0
	for i, k := range ks {
		if math.Abs(float64(k)-float64(horizon)/2) < math.Abs(float64(ks[best])-float64(horizon)/2) {
			best = i
		}
	}
	return best
}

// lessons picks evenly from the outcomes at a knot.
func lessons(samples []sample, k, periods int, single bool, most int) (out []lesson, counted []bool) {
	var fit []int
	for i := range samples {
		if e := samples[i].worth(k, single); e > 0 {
			fit = append(fit, i)
		}
	}
	n := min(len(fit), most)
	out, counted = make([]lesson, n), make([]bool, n)
	for i := range out {
		s := &samples[fit[i*len(fit)/n]]
		e := s.worth(k, single)
		l := &out[i]
		counted[i] = s.counted
		l.levels = make([]float64, len(s.levels))
		for j, level := range s.levels {
			l.levels[j] = level * e
		}
		l.sold = s.sold[k]
		if single {
			l.sold = s.stepY[k]
			periods = 1
		}
		l.per = 1 / (s.scale * float64(periods))
		l.x = vector(s.counted, 1, e, s.own, disputed(s.levels))
		l.root = l.x[fMean]
	}
	return out, counted
}

func (s *sample) worth(k int, single bool) float64 {
	if single {
		return s.stepE[k]
	}
	return s.exposure[k]
}

// disputed returns the variance of the models' levels around their mean.
func disputed(levels []float64) float64 {
	mean, d := 0.0, 0.0
	for _, l := range levels {
		mean += l / float64(len(levels))
	}
	for _, l := range levels {
		d += (l - mean) * (l - mean) / float64(len(levels))
	}
	return d
}

// defaults are the coefficients before a shop's past speaks.
func defaults(k int, single bool) featureVector {
	c := featureVector{fOwn: 0.7, fMean: 0.3, fSquare: 0.05, fDispute: 1}
	if !single {
		c[fOwn] *= 1 + 0.1*math.Min(float64(k-1), 10)
	}
	return c
}

// weigh learns the weights of the models, and the variance to begin with, from the sums that an
// order usually covers; loss is what was left of it.
func weigh(samples []sample, models int, ks []int, horizon, rounds int) (weights []float64, centre featureVector, loss float64) {
	at := target(ks, horizon)
	weights = make([]float64, models)
	for j := range weights {
		weights[j] = 1 / float64(models)
	}
	seen, _ := lessons(samples, at, ks[at], false, learnSamples)
	return learn(seen, weights, defaults(ks[at], false), false, rounds)
}

// calibrate learns the knots of sums and of single steps for given weights.
func calibrate(samples []sample, weights []float64, centre featureVector, ks []int, workers int) (totals, steps []Knot) {
	totals, steps = make([]Knot, len(ks)), make([]Knot, len(ks))
	Each(2*len(ks), workers, func(i int) {
		k, single := i/2, i%2 == 1
		seen, counted := lessons(samples, k, ks[k], single, gaugeSamples)
		mix(seen, weights)
		_, c, _ := learn(seen, []float64{1}, centre, true, spreadRounds)
		knot := Knot{K: ks[k], Coefficients: c, Gain: gain(seen, counted, c)}
		if single {
			steps[k] = knot
		} else {
			totals[k] = knot
		}
	})
	return totals, steps
}

// mix puts the combination in the place of the models.
func mix(seen []lesson, weights []float64) {
	for i := range seen {
		seen[i].levels = append(seen[i].levels[:0], mixed(seen[i].levels, weights))
	}
}

// gain finds the factor of the variance that stands between the one with the least pinball loss and
// the one whose 95 % quantile covered 95 of 100 outcomes, with the distributions that will be used.
// The loss alone listens most to the products that are large for their scale and leaves the others'
// orders too small; the coverage alone listens to all alike.
func gain(seen []lesson, counted []bool, c featureVector) float64 {
	if len(seen) == 0 {
		return 1
	}
	if n := gainSamples; len(seen) > n {
		for i := range n {
			seen[i], counted[i] = seen[i*len(seen)/n], counted[i*len(seen)/n]
		}
		seen = seen[:n]
	}
	cost := func(log float64) float64 {
		v, _ := judge(seen, counted, c, math.Exp(log))
		// a shop with little past stays near 1
		return v + 0.001*log*log + 0.5*log*log/float64(len(seen))
	}
	best := goldenSection(cost, -0.6, 0.6)
	lo, hi := -1.0, 1.0
	for range 7 {
		middle := (lo + hi) / 2
		if _, covered := judge(seen, counted, c, math.Exp(middle)); covered < gauge[orderLevel] {
			lo = middle
		} else {
			hi = middle
		}
	}
	honest := (lo + hi) / 2
	return math.Exp((1-gainHonest)*best + gainHonest*honest)
}

// judge returns the mean loss at a gain and the share of outcomes that the 95 % quantile covered;
// whole numbers on the quantile itself count half.
func judge(seen []lesson, counted []bool, c featureVector, gain float64) (loss, covered float64) {
	var quantiles [len(gauge)]float64
	for i := range seen {
		s := &seen[i]
		m := s.levels[0]
		x := s.x
		x[fMean], x[fSquare] = m*s.root, m*m
		d := spread{counted: counted[i]}.make(m, gain*c.dot(&x))
		d.Quantiles(gauge[:], quantiles[:])
		for j, p := range gauge {
			q := quantiles[j]
			loss += pinball(s.sold, q, p) * s.per
			switch {
			case j != orderLevel:
			case s.sold < q-1e-9 || !counted[i] && s.sold <= q:
				covered++
			case s.sold <= q+1e-9:
				covered += 0.5
			}
		}
	}
	n := float64(len(seen))
	return loss / n, covered / n
}

// goldenSection returns where a function with one valley is least, to about a thirtieth of the
// interval: the loss is flat there.
func goldenSection(f func(float64) float64, lo, hi float64) float64 {
	const ratio = 0.6180339887498949
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	fa, fb := f(a), f(b)
	for range 5 {
		if fa < fb {
			hi, b, fb = b, a, fa
			a = hi - ratio*(hi-lo)
			fa = f(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + ratio*(hi-lo)
			fb = f(b)
		}
	}
	return (lo + hi) / 2
}

func pinball(actual, quantile, level float64) float64 {
	return math.Max(level*(actual-quantile), (level-1)*(actual-quantile))
}
