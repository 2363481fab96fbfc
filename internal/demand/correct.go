package demand

import "math"

// Reason says where the corrected demand of a day comes from.
type Reason uint8

// The reasons.
const (
	Observed Reason = iota // on the shelf all day: sales are demand
	Partly                 // partly empty: sales and what the missing hours usually bring
	Missing                // empty all day: what the days around it usually bring
	Assumed                // nothing known of the product: the prior of its category
)

var reasonNames = [...]string{"observed", "partly", "missing", "assumed"}

// String returns the reason as one word.
func (r Reason) String() string { return reasonNames[min(int(r), len(reasonNames)-1)] }

// Prior is what is expected of a product before its own days speak.
type Prior struct {
	Level  float64 // demand a day, of its category; 0 when unknown
	Weight float64 // days of history that this is worth; 1 when 0
}

// Corrected is the demand of one day.
type Corrected struct {
	Demand       float64 // never below what was sold
	Lower, Upper float64 // 80 of 100 days would have lain between them
	Reason       Reason
}

// Correct fills in the demand that empty shelves hid. What a missing share of a day is worth is the
// mean of two estimates that bracket the truth: sales over exposure of the whole history (too low,
// because shelves empty when demand is high) and of the same week (too high, for the same reason).
// Weekday differences are inside the exposure of each week. A product that was never on the shelf
// gets the prior; the answer is always finite.
func Correct(s Series, prior Prior) []Corrected {
	out := make([]Corrected, len(s.Sold))
	if len(out) == 0 {
		return out
	}
	weight := prior.Weight
	if !(weight > 0) {
		weight = 1
	}
	weight = math.Min(weight, 1e6)
	level := math.Min(math.Max(finite(prior.Level), 0), mostADay)
	sold, exposed := s.total(0, len(out))
	overall := (sold + weight*level) / (exposed + weight)
	if level == 0 && exposed > 0 {
		overall = sold / math.Max(exposed, 0.5)
	}
	variance := s.variance(overall)
	for from := 0; from < len(out); {
		to := min(from+7-int(floorMod(int(s.Start)+from+3, 7)), len(out)) // until the next Monday
		ySum, eSum := s.total(from, to)
		// the week's own estimate is worth as much as it was exposed
		week := (ySum + 0.5*overall) / (eSum + 0.5)
		for i := from; i < to; i++ {
			out[i] = s.fill(i, (overall+week)/2, variance, exposed)
		}
		from = to
	}
	return out
}

func (s Series) fill(i int, level, variance, exposed float64) Corrected {
	y, a := s.at(i)
	if a >= 0.9995 {
		return Corrected{Demand: y, Lower: y, Upper: y}
	}
	missing := (1 - a) * level
	spread := 1.2816 * math.Sqrt((1-a)*variance)
	c := Corrected{Demand: y + missing, Lower: y + math.Max(missing-spread, 0), Upper: y + missing + spread, Reason: Partly}
	if a <= 0 {
		c.Reason = Missing
	}
	if exposed <= 0 {
		c.Reason = Assumed
	}
	return c
}

// total returns sales and exposure of the days from..to-1.
func (s Series) total(from, to int) (sold, exposed float64) {
	for i := from; i < to; i++ {
		y, a := s.at(i)
		if a == 0 && y > 0 { // it sold, so it was there
			a = 1
		}
		sold += y
		exposed += a
	}
	return sold, exposed
}

// variance of a day's demand around the level; a rate's own square when there is too little.
func (s Series) variance(level float64) float64 {
	sum, n := 0.0, 0.0
	for i := range s.Sold {
		if y, a := s.at(i); a > 0.5 {
			r := y/a - level
			sum += a * r * r
			n += a
		}
	}
	return (sum + level*level) / (n + 1)
}

func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

func floorMod(a, b int) int { return ((a % b) + b) % b }
