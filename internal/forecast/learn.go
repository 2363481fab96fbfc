package forecast

import "math"

// What is learned at a knot: the weights of the models and the coefficients of the variance, those
// with which the quantiles of the past's sums would have had the least pinball loss. The median and
// the upper quantiles are judged together, so a model that is right on average but leaves the tail
// bare, because its level dives after a few quiet periods, counts for less than its squared error
// says. The gradient is exact for the gamma distribution (for pieces an approximation that the gain
// corrects); Adam (Kingma and Ba 2015) descends it with fixed steps from a fixed start, so the
// result is the same everywhere.

const (
	learnRounds  = 500 // with half of them the loss of later moments is up to 2 % more
	tryRounds    = 120 // enough to tell which of two ways to see the past is better
	spreadRounds = 80  // for the variance alone, which starts near its end
	learnSamples = 6000
	learnPrior   = 150.0 // samples that the start counts for
	sumPull      = 5.0   // what the square of a sum of weights that is not 1 costs
)

// lesson is one outcome with everything that does not change while learning.
type lesson struct {
	levels []float64 // of the models, times the exposure
	x      featureVector
	root   float64 // fMean is mean times this
	sold   float64
	per    float64 // one over scale and number of periods
}

// learner holds the parameters: weights are squares, coefficients exponentials, so that both stay
// positive.
type learner struct {
	b     []float64 // weights[j] = b[j]²
	g     featureVector
	fixed bool // the weights stay
}

// value returns the loss of a lesson and adds its gradient.
func (l *learner) value(s *lesson, c *featureVector, db []float64, dg *featureVector) float64 {
	m := 1e-9 / s.per
	for j, b := range l.b {
		m += b * b * s.levels[j]
	}
	x := s.x
	x[fMean], x[fSquare] = m*s.root, m*m
	v := c.dot(&x) + 1e-12/(s.per*s.per)
	u := math.Log(v / (m * m))
	dvdm := c[fMean]*s.root + 2*c[fSquare]*m
	t := gammaTable()
	loss, dm, dv := 0.0, 0.0, 0.0
	for j, p := range gauge {
		q, slope := t.at(j, u)
		r := s.sold - m*q
		side := p
		if r < 0 {
			side = p - 1
		}
		loss += side * r
		dm -= side * (q - 2*slope)
		dv -= side * m * slope / v
	}
	dm += dv * dvdm
	if !l.fixed {
		for j, b := range l.b {
			db[j] += s.per * dm * 2 * b * s.levels[j]
		}
	}
	for j := range dg {
		dg[j] += s.per * dv * x[j] * c[j]
	}
	return loss * s.per
}

// learn descends from weights and coefficients; with fixed the weights stay as they are. It also
// returns the mean loss it came to.
func learn(lessons []lesson, weights []float64, start featureVector, fixed bool, rounds int) ([]float64, featureVector, float64) {
	if len(lessons) == 0 {
		return weights, start, 0
	}
	m := len(weights)
	l := learner{b: make([]float64, m), fixed: fixed}
	for j := range l.b {
		l.b[j] = math.Sqrt(weights[j])
	}
	for j := range l.g {
		l.g[j] = math.Log(start[j])
	}
	first := l
	first.b = append([]float64(nil), l.b...)
	db := make([]float64, m)
	am, av := make([]float64, m+features), make([]float64, m+features)
	n := float64(len(lessons))
	pull := learnPrior / (n + learnPrior)
	loss := 0.0
	for round := 1; round <= rounds; round++ {
		var c, dg featureVector
		for j := range c {
			c[j] = math.Exp(l.g[j])
		}
		clear(db)
		loss = 0
		for i := range lessons {
			loss += l.value(&lessons[i], &c, db, &dg) / n
		}
		rate := 0.05 * (1 - float64(round-1)/float64(rounds))
		adam := func(i int, x *float64, grad float64) {
			am[i] += 0.1 * (grad - am[i])
			av[i] += 0.01 * (grad*grad - av[i])
			r := float64(round)
			*x -= rate * am[i] / (1 - math.Pow(0.9, r)) / (math.Sqrt(av[i]/(1-math.Pow(0.99, r))) + 1e-9)
		}
		excess := -1.0
		for _, b := range l.b {
			excess += b * b
		}
		excess *= 4 * sumPull
		for j := range l.b {
			if !fixed {
				adam(j, &l.b[j], db[j]/n+pull*0.2*(l.b[j]-first.b[j])+excess*l.b[j])
			}
		}
		for j := range l.g {
			adam(m+j, &l.g[j], dg[j]/n+(0.0005+pull*0.05)*(l.g[j]-first.g[j]))
			l.g[j] = math.Min(math.Max(l.g[j], -14), 6)
		}
	}
	out := make([]float64, m)
	for j := range out {
		out[j] = l.b[j] * l.b[j]
	}
	var c featureVector
	for j := range c {
		c[j] = math.Exp(l.g[j])
	}
	return out, c, loss
}
