package demand

import (
	"math"
	"sync"
)

// Reason says where the corrected demand of a day comes from.
type Reason uint8

// The reasons.
const (
	Observed Reason = iota // on the shelf all day: sales are demand
	Partly                 // partly empty: sales and what the missing hours usually bring
	Missing                // empty all day: what the days around it usually bring
	Assumed                // nothing known of the product: the prior of its category
	Unknown                // nothing known of the day: what the days around it usually bring
	Bulk                   // a one-off order far beyond the product's own days was among the sales
	Counted                // inferred from two counts and what came in between
)

var reasonNames = [...]string{"observed", "partly", "missing", "assumed", "unknown", "bulk", "counted"}

// String returns the reason as one word.
func (r Reason) String() string { return reasonNames[min(int(r), len(reasonNames)-1)] }

// Prior is what is expected of a product before its own days speak.
type Prior struct {
	Level  float64 // demand a day, of its category; 0 when unknown
	Weight float64 // days of history that this is worth; 1 when 0
	Habits *Habits // of the shop; nil: the usual ones
}

func (p Prior) habits() Habits {
	if p.Habits == nil {
		return Habits{}.known()
	}
	return p.Habits.known()
}

// Corrected is the demand of one day.
type Corrected struct {
	Demand       float64 // never below what was sold
	Lower, Upper float64 // 80 of 100 days would have lain between them
	Bulk         float64 // how much of it was a one-off order, which the level leaves out
	Reason       Reason
}

var tracks = sync.Pool{New: func() any { return new(track) }}

// Correct fills in the demand that empty shelves hid: what a missing share of a day is worth follows
// from the product's level, how busy the weekday and the day were in the shop, and how the product
// went in the days around and in the hours that were seen. The two simple estimates bracket the
// truth: sales over exposure of the whole history (too low, because shelves empty when demand is
// high) and of the days around alone (too high, for the same reason). How far to go from one to the
// other follows from how much the product's demand strays and how noisy its sales are. A product
// that was never on the shelf gets the prior; the answer is always finite.
func Correct(s Series, prior Prior) []Corrected {
	out := make([]Corrected, len(s.Sold))
	if len(out) == 0 {
		return out
	}
	h := prior.habits()
	t := tracks.Get().(*track)
	defer tracks.Put(t)
	t.load(&s, &h)
	if t.eSum < t.allSum {
		t.judge(s.Grain, &h)
		t.fit(prior, &h)
	}
	for i := range out {
		out[i] = t.fill(&s, i)
	}
	return out
}

// fill says what is known of day i.
func (t *track) fill(s *Series, i int) Corrected {
	y, available := s.at(i)
	c := Corrected{Demand: y, Lower: y, Upper: y}
	missing := t.all[i] - t.e[i]
	if missing > 0 && available < 0.9995 {
		if available > 0 {
			c.Reason = Partly
		} else {
			c.Reason = Missing
			if i < len(s.Unknown) && s.Unknown[i] {
				c.Reason = Unknown
			}
		}
		if t.eSum <= 0 {
			c.Reason = Assumed
		}
		mean := finite(t.level * missing * t.busyness(i))
		variance := t.level*t.level*missing*missing*math.Max(t.p[i], 0) + t.grain*mean
		if available == 0 { // it sold on a day of which nothing is known: the sales are a part of the day
			mean = math.Max(mean-y, 0)
		}
		lower, upper := eighty(mean, variance)
		c.Demand, c.Lower, c.Upper = y+mean, y+lower, y+upper
	}
	if i < len(t.bulk) && t.bulk[i] > 0 {
		c.Bulk, c.Reason = t.bulk[i], Bulk
	}
	return c
}

// eighty returns the bounds that a gamma variable of this mean and variance is below and above of
// once in ten times each, by the cube of a normal one (Wilson and Hilferty); the mean lies between.
func eighty(mean, variance float64) (lower, upper float64) {
	if !(mean > 0) || !(variance > 0) {
		mean = math.Max(finite(mean), 0)
		return mean, mean
	}
	c := variance / (mean * mean)
	at := func(z float64) float64 {
		x := math.Max(1-c/9+z*math.Sqrt(c)/3, 0)
		return mean * x * x * x
	}
	lower, upper = at(-1.2816), at(1.2816)
	if math.IsNaN(upper) || math.IsInf(upper, 0) {
		upper = mean
	}
	return math.Min(finite(lower), mean), math.Max(upper, mean)
}

func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
