package forecast

import "math"

// gauge are the levels of the quantiles that an order may rest on; everything is learned on them.
var gauge = [...]float64{0.5, 0.9, 0.95, 0.99}

const (
	gaugeSamples = 2500 // outcomes from which the variance of a knot is learned
	gainSamples  = 1000 // and on which its gain is chosen
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
		l.exposure = e
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
func weigh(samples []sample, models int, ks []int, horizon int) (weights []float64, centre featureVector, loss float64) {
	at := target(ks, horizon)
	weights = make([]float64, models)
	for j := range weights {
		weights[j] = 1 / float64(models)
	}
	seen, _ := lessons(samples, at, ks[at], false, learnSamples)
	return learn(seen, weights, defaults(ks[at], false), false)
}

// calibrate learns the knots of sums and of single steps for given weights.
func calibrate(samples []sample, weights []float64, centre featureVector, ks []int, workers int) (totals, steps []Knot) {
	totals, steps = make([]Knot, len(ks)), make([]Knot, len(ks))
	Each(2*len(ks), workers, func(i int) {
		k, single := i/2, i%2 == 1
		seen, counted := lessons(samples, k, ks[k], single, gaugeSamples)
		mix(seen, weights)
		_, c, _ := learn(seen, []float64{1}, centre, true)
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
		m := 0.0
		for j, w := range weights {
			m += w * seen[i].levels[j]
		}
		seen[i].levels = append(seen[i].levels[:0], m)
	}
}

// gain finds the factor of the variance with the least pinball loss over the gauge, by golden
// section on a log scale, with the distributions that will be used.
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
		g := math.Exp(log)
		total := 0.0
		for i := range seen {
			s := &seen[i]
			m := s.levels[0]
			x := s.x
			x[fMean], x[fSquare] = m*s.root, m*m
			d := spread{counted: counted[i]}.make(m, g*c.dot(&x))
			for _, p := range gauge {
				total += pinball(s.sold, d.Quantile(p), p) * s.per
			}
		}
		// a shop with little past stays near 1
		return total/float64(len(seen)) + 0.001*log*log + 0.5*log*log/float64(len(seen))
	}
	const ratio = 0.6180339887498949
	lo, hi := -0.6, 0.6
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	fa, fb := cost(a), cost(b)
	for range 5 {
		if fa < fb {
			hi, b, fb = b, a, fa
			a = hi - ratio*(hi-lo)
			fa = cost(a)
		} else {
			lo, a, fa = a, b, fb
			b = lo + ratio*(hi-lo)
			fb = cost(b)
		}
	}
	return math.Exp((lo + hi) / 2)
}

func pinball(actual, quantile, level float64) float64 {
	return math.Max(level*(actual-quantile), (level-1)*(actual-quantile))
}
