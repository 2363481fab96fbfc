package dist

import "math"

// gammaQuantile returns the quantile of the gamma distribution with scale 1: Wilson and Hilferty's
// cube (or the small-argument power) as a start, then Halley steps on log x, guarded by bisection.
func gammaQuantile(a, p float64) float64 {
	if a > 1e8 {
		z := normalQuantile(p)
		return a + z*math.Sqrt(a) + (z*z-1)/3
	}
	x := gammaStart(a, p)
	lo, hi := 0.0, math.Inf(1)
	for range 60 {
		low, high := gammaPQ(a, x)
		err := low - p
		if p > 0.5 {
			err = (1 - p) - high
		}
		if err > 0 {
			hi = x
		} else {
			lo = x
		}
		density := gammaPow(a, x) * a / x
		if density <= 0 {
			x = middle(lo, hi, x)
			continue
		}
		step := err / density
		curve := (a-1)/x - 1
		if damp := 1 - step*curve/2; damp > 0.5 {
			step /= math.Min(damp, 2)
		}
		if math.Abs(step) <= 1e-11*x {
			return x - step
		}
		next := x - step
		if !(next > lo && next < hi) {
			next = middle(lo, hi, x)
		}
		x = next
	}
	return x
}

func middle(lo, hi, x float64) float64 {
	if math.IsInf(hi, 1) {
		return 2 * x
	}
	if lo == 0 {
		return hi / 8
	}
	return math.Sqrt(lo * hi)
}

func gammaStart(a, p float64) float64 {
	small := math.Inf(1)
	if a < 5 {
		lg, _ := math.Lgamma(a + 1)
		small = math.Exp((math.Log(p) + lg) / a) // P(a,x) ~ x^a / Γ(a+1)
	}
	if small < 0.1*(a+1) {
		return math.Max(small*(1+small/(a+1)), 1e-300)
	}
	z := normalQuantile(p)
	c := 1 / (9 * a)
	x := 1 - c + z*math.Sqrt(c)
	if x <= 0.1 {
		return math.Max(math.Min(small, a/8), 1e-300)
	}
	return a * x * x * x
}

// wholeQuantile finds the quantile of a distribution on whole numbers: summed from 0 for small
// means, else from a gamma start, walking on the probability function.
func (d Distribution) wholeQuantile(p float64) float64 {
	if d.mean < 30 && d.sq < 2000 {
		if q, ok := d.fromZero(p); ok {
			return q
		}
	}
	start := math.Max(math.Floor(NewGamma(d.mean, d.sq).Quantile(p)), 0)
	if d.CDF(start) >= p { // gallop down to a point below p, then close in
		hi, step := start, 1.0
		lo := hi - step
		for lo >= 0 && d.CDF(lo) >= p {
			hi = lo
			step *= 2
			lo = hi - step
		}
		return d.between(math.Max(lo, -1), hi, p)
	}
	lo, step := start, 1.0
	hi := lo + step
	for d.CDF(hi) < p {
		lo = hi
		step *= 2
		hi = lo + step
	}
	return d.between(lo, hi, p)
}

// between closes in on the smallest whole n in (lo, hi] with CDF(n) >= p.
func (d Distribution) between(lo, hi, p float64) float64 {
	for hi-lo > 1 {
		m := math.Floor((lo + hi) / 2)
		if d.CDF(m) >= p {
			hi = m
		} else {
			lo = m
		}
	}
	return hi
}

// fromZero adds up the probability function; ok is false when rounding may decide.
func (d Distribution) fromZero(p float64) (float64, bool) {
	var prob, ratio, slope float64 // P(n+1)/P(n) = (ratio + slope n) / (n+1)
	if d.kind == Poisson {
		prob, ratio = math.Exp(-d.mean), d.mean
	} else {
		prob = math.Exp(d.shape * math.Log(d.sc))
		ratio, slope = d.shape*(1-d.sc), 1-d.sc
	}
	if prob < 1e-280 {
		return 0, false
	}
	sum := prob
	for n := 0.0; n < 1e4; n++ {
		if sum >= p {
			return n, true
		}
		prob *= (ratio + slope*n) / (n + 1)
		sum += prob
	}
	return 0, false
}
