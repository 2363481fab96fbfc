package forecast

import (
	"math"

	"buhuo/internal/forecast/dist"
)

// features of the variance of a sum of periods. Each is a variance by its dimension, so that the
// whole is equivariant in the unit, except for the Poisson part, which exists for pieces only.
const (
	fOwn     = iota // the item's own one-step variance times the exposure
	fMean           // mean (pieces: Poisson; weights: mean × one-step deviation)
	fSquare         // squared mean: uncertainty that is proportional to the level
	fDispute        // how far the models disagree about the level, squared
	features
)

type featureVector [features]float64

// Knot is what was learned about sums of K periods: the coefficients of the variance features and
// the gain that makes the quantiles of the past come out best.
type Knot struct {
	K            int           `json:"k"`
	Coefficients featureVector `json:"coefficients"`
	Gain         float64       `json:"gain"`
}

// spread holds what a distribution of a sum needs besides its mean.
type spread struct {
	counted  bool
	knots    []Knot // sums from now
	steps    []Knot // single periods, K ahead
	own      float64
	dispute  float64 // squared disagreement per squared unit of exposure
	level    float64
	fixed    bool // the history never moved: the answer does not either
	exposure func(k int) float64
}

// vector makes the features of a window with this mean and exposure.
func vector(counted bool, mean, exposure, own, dispute float64) featureVector {
	v := featureVector{fOwn: own * exposure, fSquare: mean * mean, fDispute: dispute * exposure * exposure}
	if counted {
		v[fMean] = mean
	} else {
		v[fMean] = mean * math.Sqrt(own)
	}
	return v
}

func (c *featureVector) dot(x *featureVector) float64 {
	s := 0.0
	for i := range c {
		s += c[i] * x[i]
	}
	return s
}

// variance of the sum over k periods, interpolated between the knots on a log scale and growing
// with the last exponent beyond them.
func variance(knots []Knot, k int, x featureVector) float64 {
	if len(knots) == 0 {
		return x[fOwn]
	}
	at := func(i int) float64 { return math.Max(knots[i].Gain*knots[i].Coefficients.dot(&x), 1e-300) }
	if k <= knots[0].K || len(knots) == 1 {
		return at(0)
	}
	for i := 1; i < len(knots); i++ {
		if k <= knots[i].K || i == len(knots)-1 {
			if k >= knots[i].K {
				return at(i)
			}
			share := (logOf(k) - logOf(knots[i-1].K)) / (logOf(knots[i].K) - logOf(knots[i-1].K))
			return math.Exp((1-share)*math.Log(at(i-1)) + share*math.Log(at(i)))
		}
	}
	return at(len(knots) - 1)
}

// logs of the usual numbers of periods: a forecast asks for each many times.
var logs = func() (table [64]float64) {
	for k := range table {
		table[k] = math.Log(float64(k))
	}
	return table
}()

func logOf(k int) float64 {
	if k < len(logs) {
		return logs[k]
	}
	return math.Log(float64(k))
}

// make turns mean and variance into the distribution that suits the goods.
func (s spread) make(mean, v float64) Distribution {
	switch {
	case s.fixed:
		return dist.NewFixed(mean)
	case s.counted:
		return dist.NewNegBin(mean, v)
	}
	return dist.NewGamma(mean, v)
}

// sum returns the distribution of the total of the first k periods.
func (s spread) sum(mean float64, k int) Distribution {
	return s.make(mean, variance(s.knots, k, vector(s.counted, mean, s.exposure(k), s.own, s.dispute)))
}

// step returns the distribution of period k (1 is the first).
func (s spread) step(mean float64, k int) Distribution {
	e := s.exposure(k) - s.exposure(k-1)
	return s.make(mean, variance(s.steps, k, vector(s.counted, mean, e, s.own, s.dispute)))
}

// window returns the distribution of the total of k periods that begin after `skip` others.
func (s spread) window(mean float64, skip, k int) Distribution {
	e := s.exposure(skip+k) - s.exposure(skip)
	x := vector(s.counted, mean, e, s.own, s.dispute)
	v := variance(s.knots, k, x)
	first, later := variance(s.steps, 1, x), variance(s.steps, skip+1, x)
	if first > 0 && later > first { // the level is less certain after the wait
		v *= later / first
	}
	return s.make(mean, v)
}
