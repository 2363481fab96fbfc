package restock

import (
	"math"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
)

// course is what will be wanted from the first day on: the demand of each day, and
// of the first k days together, of which the part of the first day that has gone by
// is left out.
type course struct {
	steps, sums []dist.Distribution
}

// follow reads a course out of a forecast. gap is how many of the forecast's days
// lie before the first day: they are over, but nobody knows yet what was wanted on
// them, so their doubt stays in every sum. rest is the share of the first day that
// is still to come.
func follow(f forecast.Forecast, gap int, rest float64) course {
	n := max(len(f.Steps)-gap, 0)
	c := course{steps: f.Steps[len(f.Steps)-n:], sums: make([]dist.Distribution, n)}
	if gap == 0 {
		for k := range n {
			c.sums[k] = remaining{f, rest}.Sum(k + 1)
		}
		return c
	}
	before := f.Sum(gap).Mean()
	for k := range n {
		whole := f.Sum(gap + k + 1)
		mean := math.Max(whole.Mean()-before-(1-rest)*c.steps[0].Mean(), 0)
		c.sums[k] = like(whole, mean, whole.Var())
	}
	return c
}

// like is an amount of other size of the same kind of goods.
func like(d dist.Distribution, mean, variance float64) dist.Distribution {
	if d.Whole() {
		return dist.NewNegBin(mean, variance)
	}
	return dist.NewGamma(mean, variance)
}

// Sum is the demand of the first k days: replenish.Demand.
func (c course) Sum(k int) dist.Distribution {
	if k < 1 || len(c.sums) == 0 {
		return dist.NewFixed(0)
	}
	return c.sums[min(k, len(c.sums))-1]
}

// between is the expected demand of the days a to b-1, whole days; 0 is the first.
func (c course) between(a, b int) float64 {
	sum := 0.0
	for _, d := range c.steps[max(a, 0):min(b, len(c.steps))] {
		sum += d.Mean()
	}
	return sum
}

// tuning is what is known of single days beyond their forecast: the mean of day k
// becomes mean × factor[k] + add[k].
type tuning struct{ factor, add []float64 }

func (t tuning) empty() bool { return t.factor == nil }

// at prepares a tuning that changes nothing, for n days.
func (t *tuning) open(n int) {
	if t.factor != nil {
		return
	}
	t.factor, t.add = make([]float64, n), make([]float64, n)
	for i := range t.factor {
		t.factor[i] = 1
	}
}

// times multiplies day k, if it is one of the tuning's.
func (t *tuning) times(k int, factor float64) {
	if k >= 0 && k < len(t.factor) {
		t.factor[k] *= factor
		t.add[k] *= factor
	}
}

// plus adds to day k.
func (t *tuning) plus(k int, amount float64) {
	if k >= 0 && k < len(t.add) {
		t.add[k] += amount
	}
}

// tuned is the course under a tuning. What is wanted more brings its doubt along in
// proportion; what is wanted less leaves the doubt of so much less demand: the
// variance grows with the square of the mean and shrinks with the mean itself.
func (c course) tuned(t tuning) course {
	if t.empty() {
		return c
	}
	out := course{steps: make([]dist.Distribution, len(c.steps)), sums: make([]dist.Distribution, len(c.sums))}
	last, plain, told := 0.0, 0.0, 0.0
	for k := range c.steps {
		mean := c.steps[k].Mean()
		changed := math.Max(mean*t.factor[k]+t.add[k], 0)
		out.steps[k] = resized(c.steps[k], changed)
		// the rest of the first day changes as the whole of it does
		part := c.sums[k].Mean() - plain
		plain = c.sums[k].Mean()
		if mean > 0 {
			told += math.Max(part, 0) * changed / mean
		} else {
			told += changed
		}
		sum := resized(c.sums[k], told)
		if sum.Var() < last { // more days are never more certain
			sum = like(sum, told, last)
		}
		last = sum.Var()
		out.sums[k] = sum
	}
	return out
}

// resized is a distribution with another mean and a doubt to match.
func resized(d dist.Distribution, mean float64) dist.Distribution {
	old := d.Mean()
	if mean == old {
		return d
	}
	if old <= 0 {
		return like(d, mean, mean)
	}
	r := mean / old
	return like(d, mean, d.Var()*math.Max(r, r*r))
}

// doubted is the course with at least so much variance in the sum of the first k
// days, and in each day.
func (c course) doubted(sum func(k int) float64, step float64) course {
	out := course{steps: make([]dist.Distribution, len(c.steps)), sums: make([]dist.Distribution, len(c.sums))}
	for k := range c.steps {
		out.steps[k], out.sums[k] = c.steps[k], c.sums[k]
		if c.steps[k].Var() < step {
			out.steps[k] = like(c.steps[k], c.steps[k].Mean(), step)
		}
		if least := sum(k + 1); c.sums[k].Var() < least {
			out.sums[k] = like(c.sums[k], c.sums[k].Mean(), least)
		}
	}
	return out
}
