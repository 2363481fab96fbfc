// Package dist holds the probability distributions of demand: the negative binomial for goods
// sold by the piece, the gamma for goods sold by weight, and their limits (Poisson, a fixed amount).
// A distribution is a small value made from its mean and its variance. It knows nothing of
// series, models or stock.
package dist

import (
	"encoding/json"
	"fmt"
	"math"
)

// Kind says which family a distribution belongs to.
type Kind uint8

// The families. Fixed is the zero value: a known amount (the mean), without spread.
const (
	Fixed Kind = iota
	Gamma
	Poisson
	NegBin
)

var kindNames = [...]string{"fixed", "gamma", "poisson", "negbin"}

// String names the family as it is written in JSON.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Distribution is the probability distribution of an amount that cannot be negative.
// The zero value is the certain amount 0. Values are in base units of the product.
type Distribution struct {
	kind      Kind
	mean, sq  float64 // mean and variance
	shape, sc float64 // gamma: shape and scale; negative binomial: size r and success probability p
}

// wholeLimit is the mean above which whole numbers no longer matter: the gamma takes over, which
// also keeps the arithmetic exact enough.
const wholeLimit = 1e6

// NewFixed returns the certain amount x; a negative or undefined x counts as 0.
func NewFixed(x float64) Distribution {
	return Distribution{kind: Fixed, mean: clean(x)}
}

// NewGamma returns the gamma distribution with this mean and variance; without a positive variance
// it is the fixed amount.
func NewGamma(mean, variance float64) Distribution {
	mean, variance = clean(mean), clean(variance)
	if mean == 0 || variance <= mean*mean*1e-18 {
		return NewFixed(mean)
	}
	d := Distribution{kind: Gamma, mean: mean, sq: variance, shape: mean * mean / variance, sc: variance / mean}
	if d.shape < 1e-6 { // so skewed that no quantile below 1 - 1e-6 differs from 0
		d.shape = 1e-6
		d.sc = mean / d.shape
		d.sq = d.shape * d.sc * d.sc
	}
	return d
}

// NewNegBin returns the negative binomial distribution with this mean and variance: the Poisson
// distribution when the variance is not above the mean, and the gamma for means so large that
// whole numbers no longer matter.
func NewNegBin(mean, variance float64) Distribution {
	mean, variance = clean(mean), clean(variance)
	switch {
	case mean == 0:
		return NewFixed(0)
	case mean > wholeLimit:
		return NewGamma(mean, math.Max(variance, mean))
	case variance <= mean*(1+1e-9):
		return Distribution{kind: Poisson, mean: mean, sq: mean}
	}
	r := mean * mean / (variance - mean)
	if r > 1e8 {
		return Distribution{kind: Poisson, mean: mean, sq: mean}
	}
	if r < 1e-6 {
		r = 1e-6
		variance = mean + mean*mean/r
	}
	return Distribution{kind: NegBin, mean: mean, sq: variance, shape: r, sc: mean / variance}
}

func clean(x float64) float64 {
	if !(x > 0) {
		return 0
	}
	return math.Min(x, 1e150)
}

// fail is 1 - p of the negative binomial, without cancellation.
func (d Distribution) fail() float64 { return (d.sq - d.mean) / d.sq }

// Kind returns the family.
func (d Distribution) Kind() Kind { return d.kind }

// Whole tells whether only whole numbers can occur.
func (d Distribution) Whole() bool { return d.kind == Poisson || d.kind == NegBin }

// Mean returns the expected amount.
func (d Distribution) Mean() float64 { return d.mean }

// Var returns the variance.
func (d Distribution) Var() float64 { return d.sq }

// CDF returns P(D <= x).
func (d Distribution) CDF(x float64) float64 {
	if math.IsNaN(x) || x < 0 {
		return 0
	}
	if math.IsInf(x, 1) {
		return 1
	}
	switch d.kind {
	case Gamma:
		low, _ := gammaPQ(d.shape, x/d.sc)
		return low
	case Poisson:
		_, high := gammaPQ(math.Floor(x)+1, d.mean)
		return high
	case NegBin:
		return betaInc(d.shape, math.Floor(x)+1, d.sc, d.fail())
	}
	if x < d.mean {
		return 0
	}
	return 1
}

// Exceeds returns P(D >= x): the chance that a stock of x is used up.
func (d Distribution) Exceeds(x float64) float64 {
	if math.IsNaN(x) || x <= 0 {
		return 1
	}
	if math.IsInf(x, 1) {
		return 0
	}
	switch d.kind {
	case Gamma:
		_, high := gammaPQ(d.shape, x/d.sc)
		return high
	case Poisson:
		low, _ := gammaPQ(math.Ceil(x), d.mean)
		return low
	case NegBin:
		return betaInc(math.Ceil(x), d.shape, d.fail(), d.sc)
	}
	if x <= d.mean {
		return 1
	}
	return 0
}

// Loss returns E[(D-x)+], the demand that a stock of x is expected to miss.
func (d Distribution) Loss(x float64) float64 {
	if math.IsNaN(x) || x <= 0 {
		return d.mean - math.Min(x, 0)
	}
	if math.IsInf(x, 1) {
		return 0
	}
	var loss float64
	switch d.kind {
	case Gamma:
		z := x / d.sc
		_, tail := gammaPQ(d.shape, z)
		// E[D; D > x] = mean P(D' > x), D' of one more shape; P' = P + density term.
		loss = (d.mean-x)*tail + d.mean*gammaPow(d.shape, z)
	case Poisson:
		n := math.Ceil(x)
		tail, _ := gammaPQ(n, d.mean)
		head := 1.0
		if n > 1 {
			head, _ = gammaPQ(n-1, d.mean)
		}
		loss = d.mean*head - x*tail
	case NegBin:
		n := math.Ceil(x)
		tail := betaInc(n, d.shape, d.fail(), d.sc)
		head := 1.0
		if n > 1 {
			head = betaInc(n-1, d.shape+1, d.fail(), d.sc)
		}
		loss = d.mean*head - x*tail
	default:
		loss = d.mean - x
	}
	return math.Min(math.Max(loss, 0), d.mean)
}

// Quantile returns the smallest amount q with P(D <= q) >= p, for 0 < p < 1; p outside is
// brought to the nearest sensible level.
func (d Distribution) Quantile(p float64) float64 {
	p = level(p)
	switch d.kind {
	case Gamma:
		return d.sc * gammaQuantile(d.shape, p)
	case Poisson, NegBin:
		return d.wholeQuantile(p)
	}
	return d.mean
}

// level brings what is no probability strictly between 0 and 1 to the nearest sensible one.
func level(p float64) float64 {
	if math.IsNaN(p) {
		p = 0.5
	}
	return math.Min(math.Max(p, 1e-9), 1-1e-9)
}

// Scale returns the distribution of f times the amount, f >= 0, with the same family.
func (d Distribution) Scale(f float64) Distribution {
	switch d.kind {
	case Gamma:
		return NewGamma(d.mean*f, d.sq*f*f)
	case Poisson, NegBin:
		return NewNegBin(d.mean*f, d.sq*f*f)
	}
	return NewFixed(d.mean * f)
}

type wire struct {
	Kind string  `json:"kind"`
	Mean float64 `json:"mean"`
	Var  float64 `json:"var,omitempty"`
}

// MarshalJSON writes the family, the mean and the variance.
func (d Distribution) MarshalJSON() ([]byte, error) {
	return json.Marshal(wire{d.kind.String(), d.mean, d.sq})
}

// UnmarshalJSON reads what MarshalJSON wrote; another family name is an error.
func (d *Distribution) UnmarshalJSON(data []byte) error {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return fmt.Errorf("distribution: %w", err)
	}
	switch w.Kind {
	case "fixed":
		*d = NewFixed(w.Mean)
	case "gamma":
		*d = NewGamma(w.Mean, w.Var)
	case "poisson", "negbin":
		*d = NewNegBin(w.Mean, w.Var)
	default:
		return fmt.Errorf("distribution: unknown kind %q", w.Kind)
	}
	return nil
}
