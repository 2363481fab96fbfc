package forecast

import "math"

// levels of the quantiles that an order may rest on; the sums are calibrated on them.
var gauge = [...]float64{0.5, 0.9, 0.95, 0.99}

const (
	spreadRounds = 60   // multiplicative updates of the variance coefficients
	spreadPrior  = 40   // samples that the default coefficients are worth
	outlier      = 15   // squared deviations beyond which one event counts no more
	gaugeSamples = 3000 // samples on which the gain of a knot is chosen
)

// window is one outcome of the past with its features.
type windowSample struct {
	x       featureVector
	counted bool
	mean    float64
	sold    float64
	scale   float64
}

// fitSpread learns the knots of sums and of single steps.
func fitSpread(samples []sample, weights []float64, ks []int, workers int) (totals, steps []Knot) {
	totals, steps = make([]Knot, len(ks)), make([]Knot, len(ks))
	Each(2*len(ks), workers, func(i int) {
		k := i / 2
		single := i%2 == 1
		seen := make([]windowSample, 0, len(samples))
		for j := range samples {
			if w, ok := samples[j].window(weights, k, single); ok {
				w.scale *= float64(ks[k])
				seen = append(seen, w)
			}
		}
		knot := fitKnot(seen, ks[k], single)
		if single {
			steps[k] = knot
		} else {
			totals[k] = knot
		}
	})
	return totals, steps
}

func (s *sample) window(weights []float64, k int, single bool) (windowSample, bool) {
	e, y := s.exposure[k], s.sold[k]
	if single {
		e, y = s.stepE[k], s.stepY[k]
	}
	if !(e > 0) {
		return windowSample{}, false
	}
	level, dispute := combine(s.levels, weights)
	w := windowSample{counted: s.counted, mean: level * e, sold: y, scale: s.scale}
	w.x = vector(s.counted, w.mean, e, s.own, dispute)
	return w, true
}

// combine returns the combined level and the weighted variance of the models around it.
func combine(levels, weights []float64) (level, dispute float64) {
	total := 0.0
	for j, l := range levels {
		level += weights[j] * l
		total += weights[j]
	}
	if total <= 0 {
		return 0, 0
	}
	centre := level / total
	for j, l := range levels {
		dispute += weights[j] / total * (l - centre) * (l - centre)
	}
	return level, dispute
}

// fitKnot fits the variance as a non-negative mixture of the features, by the likelihood of a gamma
// model of the squared errors (multiplicative updates, as in Itakura-Saito matrix factorisation;
// Févotte, Bertin and Durrieu 2009), then its gain.
func fitKnot(seen []windowSample, k int, single bool) Knot {
	start := featureVector{fOwn: 1, fSquare: 0.02, fDispute: 1, fMean: 0.1}
	if !single {
		start[fSquare] *= float64(k) / 2
		start[fOwn] = 1 + 0.1*math.Min(float64(k-1), 10)
	}
	knot := Knot{K: k, Coefficients: start, Gain: 1}
	if len(seen) == 0 {
		return knot
	}
	c := start
	floor := 1e-9
	for range spreadRounds {
		var up, down featureVector
		for i := range seen {
			w := &seen[i]
			v := c.dot(&w.x) + floor*w.scale*w.scale
			r := w.sold - w.mean
			a, b := math.Min(r*r/v, outlier)/v, 1/v
			for j := range c {
				up[j] += a * w.x[j]
				down[j] += b * w.x[j]
			}
		}
		for j := range c {
			if down[j] > 0 {
				c[j] = math.Max(c[j]*math.Sqrt(up[j]/down[j]), 1e-12)
			}
		}
	}
	share := float64(len(seen)) / float64(len(seen)+spreadPrior)
	for j := range c {
		knot.Coefficients[j] = share*c[j] + (1-share)*start[j]
	}
	knot.Gain = fitGain(seen, knot.Coefficients)
	return knot
}

// fitGain finds the factor of the variance with the least pinball loss over the gauge, by golden
// section on a log scale.
func fitGain(seen []windowSample, c featureVector) float64 {
	if len(seen) > gaugeSamples {
		picked := make([]windowSample, gaugeSamples)
		for i := range picked {
			picked[i] = seen[i*len(seen)/gaugeSamples]
		}
		seen = picked
	}
	cost := func(log float64) float64 {
		g := math.Exp(log)
		total := 0.0
		for i := range seen {
			w := &seen[i]
			d := spread{counted: w.counted}.make(w.mean, g*c.dot(&w.x))
			for _, p := range gauge {
				total += pinball(w.sold, d.Quantile(p), p) / w.scale
			}
		}
		// a shop with little past stays near 1
		return total/float64(len(seen)) + 0.002*log*log + 0.5*log*log/float64(len(seen))
	}
	const ratio = 0.6180339887498949
	lo, hi := -1.2, 1.2
	a, b := hi-ratio*(hi-lo), lo+ratio*(hi-lo)
	fa, fb := cost(a), cost(b)
	for range 9 {
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
