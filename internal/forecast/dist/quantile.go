package dist

import (
	"math"
	"slices"
	"sync"
)

// gammaQuantile returns the quantile of the gamma distribution with scale 1: Wilson and Hilferty's
// cube (or the small-argument power) as a start, then Halley steps on log x, guarded by bisection.
func gammaQuantile(a, p float64) float64 { return newGammaShape(a).quantile(p) }

// gammaShape is a shape with what all its quantiles need.
type gammaShape struct{ a, logGamma, logShape float64 }

func newGammaShape(a float64) gammaShape {
	s := gammaShape{a: a, logShape: math.Log(a)}
	if a <= 30 {
		s.logGamma, _ = math.Lgamma(a + 1)
	}
	return s
}

// pow is gammaPow.
func (s gammaShape) pow(x float64) float64 {
	if s.a > 30 || x <= 0 {
		return gammaPow(s.a, x)
	}
	return math.Exp(s.a*math.Log(x) - x - s.logGamma)
}

func (s gammaShape) quantile(p float64) float64 {
	a := s.a
	if a > 1e8 {
		z := normalQuantile(p)
		return a + z*math.Sqrt(a) + (z*z-1)/3
	}
	if j := slices.Index(usual[:], p); j >= 0 {
		if n, ok := s.around(); ok {
			return n.quantile(j)
		}
	}
	return s.search(p)
}

// search finds the quantile without the table.
func (s gammaShape) search(p float64) float64 {
	x := s.from(p, gammaStart(s.a, p))
	if x < 1e-280 { // where float64 has no digits left
		return 0
	}
	return x
}

// usual are the levels that nearly every question is about. The logarithms of their quantiles are kept
// along the logarithm of the shape, so finely that a polynomial through six neighbours agrees with the
// search to ten digits (TestUsualQuantiles); nothing is searched for then.
var usual = [...]float64{0.5, 0.9, 0.95, 0.99}

const (
	usualLow   = -3.0 // log of the least shape
	usualStep  = 0.025
	usualSize  = 500 // shapes up to e^9.4
	usualReach = 6   // neighbours that the polynomial goes through
)

// usualTable holds for each place all levels side by side, as one question asks for several.
var usualTable = sync.OnceValue(func() *[usualSize][len(usual)]float64 {
	t := new([usualSize][len(usual)]float64)
	for i := range usualSize {
		s := newGammaShape(math.Exp(usualLow + usualStep*float64(i)))
		for j, p := range usual {
			t[i][j] = math.Log(s.from(p, gammaStart(s.a, p)))
		}
	}
	return t
})

// neighbours are the places in the table around a shape and how much each counts (Lagrange).
type neighbours struct {
	at     int
	weight [usualReach]float64
}

// around returns the neighbours of a shape; ok is false outside of the table.
func (s gammaShape) around() (n neighbours, ok bool) {
	u := (s.logShape - usualLow) / usualStep
	if !(u >= 2 && u < usualSize-3) {
		return n, false
	}
	i := int(u)
	f := u - float64(i)
	n.at = i - 2
	a, b, c, d, e, g := f+2, f+1, f, f-1, f-2, f-3
	ab, eg := a*b, e*g
	n.weight = [...]float64{
		-b * c * d * eg / 120, a * c * d * eg / 24, -ab * d * eg / 12,
		ab * c * eg / 12, -ab * c * d * g / 24, ab * c * d * e / 120,
	}
	return n, true
}

// quantile is that of the level at place j of the usual ones.
func (n *neighbours) quantile(j int) float64 {
	log := 0.0
	t := usualTable()[n.at : n.at+usualReach]
	for i := range n.weight {
		log += n.weight[i] * t[i][j]
	}
	return math.Exp(log)
}

// from finds the quantile from a start.
func (s gammaShape) from(p, x float64) float64 {
	a := s.a
	lo, hi := 0.0, math.Inf(1)
	for range 60 {
		var err, pow float64
		if p < 0.9995 && a < 1e3 && x < a+8*math.Sqrt(a)+12 { // far from the tails the series is quickest
			pow = s.pow(x)
			err = pow*gammaSeries(a, x) - p
		} else {
			var low, high float64
			if low, high, pow = gammaAll(a, x); p > 0.5 {
				err = (1 - p) - high
			} else {
				err = low - p
			}
		}
		if err > 0 {
			hi = x
		} else {
			lo = x
		}
		density := pow * a / x
		if density <= 0 {
			x = middle(lo, hi, x)
			continue
		}
		step := err / density
		curve := (a-1)/x - 1
		if damp := 1 - step*curve/2; damp > 0.5 {
			step /= math.Min(damp, 2)
		}
		if math.Abs(step) <= 1e-5*x { // the step's error is of its third power
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

// wholeQuantile finds the quantile of a distribution on whole numbers: by climbing, or from a gamma
// start by the distribution function where that would take long.
func (d Distribution) wholeQuantile(p float64) float64 {
	if d.sq < climbMost {
		var q [1]float64
		if d.climb([]float64{p}, q[:]) {
			return q[0]
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

// Quantiles writes to out the quantiles of rising levels (see Quantile); len(out) is len(levels). It
// is much quicker than as many calls: whole numbers are climbed once for all levels.
func (d Distribution) Quantiles(levels, out []float64) {
	if d.Whole() && d.sq < climbMost && d.climb(levels, out) {
		return
	}
	if d.kind == Gamma {
		d.gammaQuantiles(levels, out)
		return
	}
	for i, p := range levels {
		out[i] = d.Quantile(p)
	}
}

// gammaQuantiles looks all usual levels up at one place of the table.
func (d Distribution) gammaQuantiles(levels, out []float64) {
	shape := gammaShape{a: d.shape, logShape: math.Log(d.shape)}
	n, ok := shape.around()
	for i, p := range levels {
		if ok {
			if j := slices.Index(usual[:], p); j >= 0 {
				out[i] = d.sc * n.quantile(j)
				continue
			}
		}
		if shape.logGamma == 0 {
			shape = newGammaShape(d.shape)
		}
		out[i] = d.sc * shape.quantile(level(p))
	}
}

const (
	climbMost = 1e6 // variance above which climbing takes longer than looking
	climbZero = 200 // mean up to which it begins at 0
)

// climb adds up the probability function from 0, or from below the first level for large means; ok
// is false when rounding may decide.
func (d Distribution) climb(levels, out []float64) (ok bool) {
	var ratio, slope float64 // P(n+1)/P(n) = (ratio + slope n) / (n+1)
	ratio = d.mean
	if d.kind == NegBin {
		ratio, slope = d.shape*(1-d.sc), 1-d.sc
	}
	n, sum := 0.0, 0.0
	prob := d.probability(0)
	if d.mean > climbZero || prob < 1e-280 {
		deviation := math.Sqrt(d.sq)
		n = math.Max(math.Floor(d.mean+normalQuantile(levels[0])*deviation-0.3*deviation), 1)
		if prob = d.probability(n); prob < 1e-280 {
			return false
		}
		sum = d.CDF(n)
		for ; sum >= levels[0] && n > 0; n-- { // came out above: climb down
			sum -= prob
			prob *= n / (ratio + slope*(n-1))
		}
	} else {
		sum = prob
	}
	for i, p := range levels {
		if !(p > 0 && p <= 0.99999) {
			return false
		}
		for ; sum < p; n++ {
			prob *= (ratio + slope*n) / (n + 1)
			if sum += prob; prob < 1e-30 {
				return false
			}
		}
		out[i] = n
	}
	return true
}

// probability returns P(D = n) of whole numbers.
func (d Distribution) probability(n float64) float64 {
	if d.kind == Poisson {
		return gammaPow(n, d.mean)
	}
	if n == 0 {
		return math.Exp(d.shape * math.Log(d.sc))
	}
	// Γ(n+r) / (Γ(n+1) Γ(r)) p^r q^n = p^r q^n / (n B(n, r))
	return betaFront(n, d.shape, d.fail(), d.sc) / n
}
