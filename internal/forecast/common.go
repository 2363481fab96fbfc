package forecast

import "math"

// Common is what moved all products of the shop together: a holiday, a storm, a slow decline. What
// many products do in the same week tells more about that week than any of them alone; taken out of
// each product's history it no longer looks like the product's own change of level.
type Common struct {
	First  int       `json:"first"`            // number of the first period
	Values []float64 `json:"values,omitempty"` // of each period: how busy the shop was, about 1
	Trend  []float64 `json:"trend,omitempty"`  // Trend[t] is what was expected of period t and later, before it; one more than Values
	Alpha  float64   `json:"alpha"`            // of the smoothing that makes the trend
}

const (
	commonLevel = 0.06 // how fast the products' own levels follow
	commonUsual = 0.97 // memory of what they usually sell, and how noisily
	commonClip  = 4    // deviations beyond which a product's sales are its own affair
	commonItems = 8    // fewer products than this have no common movement
	commonLow   = 20   // the least that a factor is of what it was lately: a closed shop
	commonHigh  = 4    // and the most
)

// commonHome is the share of the movement's logarithm that goes back to the products every period:
// products that come strong and fade, one after the other, are no shop that shrinks.
var commonHome = [...]float64{0.01, 0.01, 0}

var commonAlphas = []float64{0.02, 0.05, 0.1, 0.2, 0.35, 0.6}

// fitCommon follows the products through time. It looks at nothing later than the period it
// speaks of, so the past can be replayed with it.
func fitCommon(hs []*history, f Freq, horizon int) Common {
	if len(hs) < commonItems {
		return Common{}
	}
	first, end := math.MaxInt, math.MinInt
	for _, h := range hs {
		first, end = min(first, h.first), max(end, h.first+len(h.y))
	}
	n := end - first
	if n < 8 {
		return Common{}
	}
	states := make([]mover, len(hs))
	values := make([]float64, n)
	var signal, trust float64 // running variance of the factor's moves beyond noise
	last := 1.0
	for t := range n {
		var sold, expected, doubt float64
		items := 0
		for i, h := range hs {
			k := first + t - h.first
			if k < 0 || k >= len(h.y) || h.e[k] <= 0 || states[i].bottom < 3 {
				continue
			}
			s := &states[i]
			w := s.weight()
			sold += w * s.clip(h.y[k], h.e[k]*last)
			expected += w * h.e[k] * s.top / s.bottom
			doubt += w * w * s.variance() * h.e[k]
			items++
		}
		values[t] = last
		if items >= commonItems/2 && expected > 0 {
			noise := doubt / (expected * expected)
			move := sold/expected - last
			signal = 0.97*signal + math.Max(move*move-noise, -0.5*noise)
			trust = 0.97*trust + 1
			tau := math.Max(signal/(trust+3), 0)
			values[t] = last + move*tau/(tau+noise+1e-12)
			values[t] = math.Min(math.Max(values[t], last/commonLow), last*commonHigh)
		}
		last += 0.2 * (math.Min(math.Max(values[t], last/shiftMost), last*shiftMost) - last)
		home := math.Pow(last, commonHome[f])
		last /= home
		for i, h := range hs {
			k := first + t - h.first
			if k < 0 || k >= len(h.y) || h.e[k] <= 0 {
				continue
			}
			states[i].see(h.y[k], h.e[k]*values[t], home)
		}
	}
	return trend(Common{First: first, Values: values}, f, horizon)
}

// mover is one product as the shop's movement sees it: its level since its first sale, which is what
// made it known and says nothing of how often it sells, and what it usually sells and how noisily.
type mover struct{ top, bottom, sold, squares, seen float64 }

// variance of a period of full exposure.
func (s *mover) variance() float64 {
	usual := s.sold / s.seen
	return s.squares/s.seen + 0.01*usual*usual
}

// weight is the precision of what the product says about the factor; of one silent for ever, nothing.
func (s *mover) weight() float64 {
	return s.sold / s.seen / math.Max(s.variance(), math.SmallestNonzeroFloat32)
}

// clip keeps what is a product's own affair out: of sales in a period worth e.
func (s *mover) clip(sold, e float64) float64 {
	return math.Min(sold, e*s.sold/s.seen+commonClip*math.Sqrt(s.variance()*e))
}

// see takes a period worth e in; home is what goes back to the product. The level is that of clipped sales, with which it is compared: else
// products that sell seldom, whose every sale is clipped, would pull the shop down for ever.
func (s *mover) see(sold, e, home float64) {
	if s.seen == 0 {
		if sold > 0 {
			s.sold, s.squares, s.seen = sold, sold*sold, e
		}
		return
	}
	s.top = (1-commonLevel)*s.top + s.clip(sold, e)
	s.bottom = (1-commonLevel)*s.bottom + e
	r := sold - e*s.sold/s.seen
	s.sold = commonUsual*s.sold + sold
	s.squares = commonUsual*s.squares + r*r
	s.seen = commonUsual*s.seen + e
	s.top *= home
	s.sold *= home
	s.squares *= home * home
}

// trend chooses how fast the expectation follows: the smoothing with the least error of the mean
// of the coming periods.
func trend(c Common, f Freq, horizon int) Common {
	k := max(horizon/2, 1)
	prefix := sums(c.Values)
	best := math.Inf(1)
	cost := func(out []float64) float64 {
		sum := 0.0
		for t := len(c.Values) / 4; t+k <= len(c.Values); t++ {
			r := (prefix[t+k]-prefix[t])/float64(k) - out[t]
			sum += r * r
		}
		return sum
	}
	for _, alpha := range commonAlphas {
		out := smooth(c.Values, alpha, 0)
		plain := cost(out)
		if shifted := smooth(c.Values, alpha, shiftPeriods[f]); cost(shifted) <= plain*shiftCosts {
			out, plain = shifted, cost(shifted)
		}
		if plain < best {
			best, c.Alpha, c.Trend = plain, alpha, out
		}
	}
	return c
}

// A shop that from one week to the next sells a quarter less, all its products together, and goes on
// so, has come to another level: no smoothing that was right before gets there in time.
var shiftPeriods = [...]int{7, 2, 2} // that must agree

const (
	shiftLeast = 0.04 // share of the level, at least
	shiftMost  = 2.0  // a factor beyond it, or its inverse, is a closed shop or a feast: both pass
	shiftTimes = 5.0  // mean deviations of as many periods in the past
	shiftAlpha = 0.35 // of the smoothing after a shift, at least
	shiftSeen  = 12   // periods that must have told what is usual
	shiftCosts = 1.02 // what watching for shifts may cost a past without any
)

// smooth returns what is expected of each value and of the next; with periods above 0 it starts anew
// where so many of them agree on another level.
func smooth(x []float64, alpha float64, periods int) []float64 {
	out := make([]float64, len(x)+1)
	top, bottom := 2.0, 2.0 // starts at 1
	usual, since, young := 0.0, 0, false
	for t, v := range x {
		level := top / bottom
		out[t] = level
		keep := 1 - alpha
		if young { // a level that has just been found moves on
			keep = math.Min(keep, 1-shiftAlpha)
		}
		top = keep*top + v
		bottom = keep*bottom + 1
		if since++; periods == 0 || t+1 < periods {
			continue
		}
		mean, least, most := 0.0, math.Inf(1), 0.0
		for _, v := range x[t+1-periods : t+1] {
			mean += v / float64(periods)
			least, most = min(least, v), max(most, v)
		}
		away := math.Abs(mean - level)
		if bound := math.Max(shiftTimes*usual, shiftLeast*level); away > bound && since > shiftSeen &&
			(least > level || most < level) && mean < level*shiftMost && mean > level/shiftMost {
			top, bottom, since = mean*float64(periods), float64(periods), shiftSeen-periods
			young = true
			continue
		}
		most = 3 * math.Max(usual, shiftLeast/shiftTimes*level)
		usual += (math.Min(away, most) - usual) / math.Min(float64(t+1), 50)
	}
	out[len(x)] = top / bottom
	return out
}

// of returns the factor of a period; beyond what was seen, the trend.
func (c Common) of(number int) float64 {
	t := number - c.First
	if len(c.Values) == 0 || t < 0 {
		return 1
	}
	if t < len(c.Values) {
		return c.Values[t]
	}
	return c.Trend[len(c.Values)]
}

// ahead returns what is expected, before a period, of it and those after it.
func (c Common) ahead(number int) float64 {
	t := number - c.First
	if len(c.Trend) == 0 || t < 0 {
		return 1
	}
	return c.Trend[min(t, len(c.Trend)-1)]
}
