package insight

import "math"

// Course says which way a product goes.
type Course string

// The courses. Fresh: not known as long as the comparison reaches back. Unsure: too
// little was sold to tell anything.
const (
	Rising  Course = "rising"
	Falling Course = "falling"
	Steady  Course = "steady"
	Fresh   Course = "fresh"
	Unsure  Course = "unsure"
)

// Trend compares the demand of two windows.
type Trend struct {
	Course           Course
	Ratio, Low, High float64 // now over then, and the bounds of 95 % confidence; 0 when unknown
}

const (
	// leastBlocks is how many blocks of a window tell how much its sales stray.
	leastBlocks = 3
	// normal975 is the quantile of the normal law that bounds 95 of 100.
	normal975 = 1.959964
)

// trendOf compares what was wanted in the blocks (days or weeks) of two windows. The
// ratio of the two sums has a quasi-Poisson law: the variance of a block grows with its
// mean times a dispersion that the blocks themselves show (Pearson's statistic over its
// degrees of freedom, McCullagh and Nelder, Generalized Linear Models, 2nd edition, 9.2),
// so that log(now/then) has the variance dispersion × (1/now + 1/then). The interval takes
// Student's quantile for those degrees of freedom. Season and weekdays within a window
// count as straying: what is called rising really rose.
func trendOf(now, then []float64) Trend {
	sumNow, sumThen := sum(now), sum(then)
	if len(now) < leastBlocks || len(then) < leastBlocks || !(sumNow > 0) || !(sumThen > 0) {
		return Trend{Course: Unsure}
	}
	free := float64(len(now) + len(then) - 2)
	dispersion := (pearson(now, sumNow) + pearson(then, sumThen)) / free
	spread := math.Sqrt(dispersion*(1/sumNow+1/sumThen)) * student975(free)
	ratio := sumNow / sumThen * float64(len(then)) / float64(len(now))
	t := Trend{Course: Steady, Ratio: ratio, Low: ratio * math.Exp(-spread), High: ratio * math.Exp(spread)}
	if math.IsNaN(t.Low) || math.IsInf(t.High, 0) || t.High > 1000 {
		return Trend{Course: Unsure}
	}
	switch {
	case t.Low > 1:
		t.Course = Rising
	case t.High < 1:
		t.Course = Falling
	}
	return t
}

// surely reports whether the interval excludes no change even when it is times as wide.
func (t Trend) surely(times float64) bool {
	return (t.Course == Rising || t.Course == Falling) && math.Abs(math.Log(t.Ratio)) > times*math.Log(t.High/t.Ratio)
}

func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

// pearson is Σ (value − mean)² / mean.
func pearson(values []float64, sum float64) (x float64) {
	mean := sum / float64(len(values))
	for _, v := range values {
		x += (v - mean) * (v - mean) / mean
	}
	return x
}

// student975 is the quantile of Student's law with so many degrees of freedom, by the
// expansion of Abramowitz and Stegun 26.7.5; from four on it is right to a hundredth.
func student975(free float64) float64 {
	z := normal975
	z3, z5, z7 := z*z*z, z*z*z*z*z, z*z*z*z*z*z*z
	return z + (z3+z)/(4*free) + (5*z5+16*z3+3*z)/(96*free*free) + (3*z7+19*z5+17*z3-15*z)/(384*free*free*free)
}

// blocks cuts days into blocks: weeks from four weeks on, else days. Days left over
// belong to no block.
type blocks struct{ size, n int }

func blocksOf(w Window) blocks {
	if w.Days() >= 28 {
		return blocks{7, w.Days() / 7}
	}
	return blocks{1, max(w.Days(), 0)}
}

// at is the block of the i-th day; -1 for none.
func (b blocks) at(i int) int {
	if k := i / b.size; i >= 0 && k < b.n {
		return k
	}
	return -1
}
