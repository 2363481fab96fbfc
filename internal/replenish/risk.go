package replenish

import (
	"math"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Risk says how likely the product is to run out if nothing is ordered now.
type Risk struct {
	// StockOutProb is the probability that available stock reaches 0 before
	// the delivery of day Before.
	StockOutProb float64 `json:"stockout_probability"`
	// Before is the day of the earliest delivery on order (OnOrder) or, if
	// there is none, of an order sent on the next order day.
	Before  day.Date `json:"before"`
	OnOrder bool     `json:"before_on_order,omitempty"`
	// Curve[i] is the probability of having run out by the end of day Today+i,
	// deliveries on order counted. It may end early: the rest is the last value.
	Curve []float64 `json:"curve"`
	// Early, RunOut and Late are the first days on which that probability is
	// at least 0.1, 0.5 and 0.9; 0 when beyond HorizonDays.
	Early  day.Date `json:"early,omitempty"`
	RunOut day.Date `json:"run_out,omitempty"`
	Late   day.Date `json:"late,omitempty"`
	// Lost is what is expected to be wanted in vain before Before, LostMargin
	// the margin that goes with it.
	Lost       measure.Quantity `json:"lost,omitempty"`
	LostMargin money.Amount     `json:"lost_margin,omitempty"`
	// CoverDays is how long available stock lasts at expected demand, without
	// deliveries; MaxCoverDays stands for that long or longer.
	CoverDays float64 `json:"cover_days"`
	// Secured is the probability of running out between the arrival of the
	// suggested order and the next one's; 0 without an order.
	Secured float64 `json:"with_order,omitempty"`
}

// MaxCoverDays is the longest cover that is told apart.
const MaxCoverDays = 365

// certain is the probability that counts as 1, where a curve ends.
const certain = 0.9999

// limit finds how much demand window k can bear before the shelf is empty. Part
// of the stock may expire first: with demand spread over the window as its mean
// is, D is too much as soon as D >= supply, or as what is left after an expiry
// is wanted by the rest of the window. remaining is the share of the window's
// demand that meets the binding limit.
func (t *timeline) limit(k int, w *Windows) (most, remaining float64) {
	supply := t.supply(k)
	most, remaining = units(supply), 1
	if supply <= 0 {
		return 0, 1
	}
	mean := w.mean(k)
	for _, e := range t.byExpiry {
		if e.after >= k {
			break
		}
		left := units(supply - e.total)
		share := 1.0 // without any demand, all of it comes after the expiry
		if mean > 0 {
			share = 1 - w.mean(e.after)/mean
		}
		switch {
		case left <= 0:
			return 0, share
		case share > 0 && left/share < most:
			most, remaining = left/share, share
		}
	}
	return math.Round(most*1e6) / 1e6, remaining
}

func units(q measure.Quantity) float64 { return float64(q) / measure.Thousandths }

// outBy is the probability that window k is too much for the supply.
func (t *timeline) outBy(k int, w *Windows) float64 {
	if k <= 0 {
		if t.supply(1) <= 0 {
			return 1
		}
		return 0
	}
	most, _ := t.limit(k, w)
	return probability(w.Sum(k).Exceeds(most))
}

// probability tidies a computed probability: inside 0..1, six decimals.
func probability(p float64) float64 {
	if !(p > 0) {
		return 0
	}
	return math.Round(math.Min(p, 1)*1e6) / 1e6
}

// curve is the running maximum of outBy over windows 1..days: once out, a
// later delivery does not undo it.
func (t *timeline) curve(days int, w *Windows, none bool) []float64 {
	if none {
		return []float64{1}
	}
	curve := make([]float64, 0, days)
	worst := 0.0
	for k := 1; k <= days && worst < certain; k++ {
		if worst = math.Max(worst, t.outBy(k, w)); worst >= certain {
			worst = 1
		}
		curve = append(curve, worst)
	}
	return curve
}

// risk measures the run-out before the delivery at offset before.
func (in *Input) risk(t *timeline, p Position, before int, onOrder bool) Risk {
	r := Risk{Before: in.Today.Add(before), OnOrder: onOrder}
	none := p.Available <= 0 // whatever arrives later, the shelf is empty now
	r.Curve = t.curve(max(HorizonDays, min(before, 3*farDays)), &in.Demand, none)
	switch {
	case none:
		r.StockOutProb = 1
	case before > 0:
		r.StockOutProb = r.Curve[min(before, len(r.Curve))-1]
	}
	if len(r.Curve) > HorizonDays {
		r.Curve = r.Curve[:HorizonDays]
	}
	r.Early, r.RunOut, r.Late = in.reaches(r.Curve, 0.1), in.reaches(r.Curve, 0.5), in.reaches(r.Curve, 0.9)
	lost := t.lost(before, &in.Demand)
	r.Lost = rounded(lost)
	r.CoverDays = in.cover(p)
	return r
}

// reaches is the first day on which the curve is at least level, 0 for none.
func (in *Input) reaches(curve []float64, level float64) day.Date {
	for i, p := range curve {
		if p >= level {
			return in.Today.Add(i)
		}
	}
	return 0
}

// lost is the expected demand of window k that finds an empty shelf.
func (t *timeline) lost(k int, w *Windows) float64 {
	if k <= 0 {
		return 0
	}
	most, remaining := t.limit(k, w)
	return remaining * w.Sum(k).Loss(most)
}

// cover is how many days available stock lasts at expected demand, first
// expired first out, without deliveries.
func (in *Input) cover(p Position) float64 {
	if p.Available <= 0 {
		return 0
	}
	alone := *in
	alone.Arrivals = nil
	t := alone.timeline()
	low, high := 0, MaxCoverDays+1 // the limit is reached after low, by high
	for high-low > 1 {
		middle := (low + high) / 2
		if most, _ := t.limit(middle, &in.Demand); in.Demand.mean(middle) >= most {
			high = middle
		} else {
			low = middle
		}
	}
	if high > MaxCoverDays {
		return MaxCoverDays
	}
	most, _ := t.limit(high, &in.Demand)
	before, after := in.Demand.mean(low), in.Demand.mean(high)
	share := 0.0
	if after > before {
		share = min(max((most-before)/(after-before), 0), 1)
	}
	return math.Round((float64(low)+share)*10) / 10
}

// rounded turns base units into a quantity, to the nearest thousandth.
func rounded(x float64) measure.Quantity { return quantity(math.Round(x * measure.Thousandths)) }

// up turns base units into a quantity that is not less.
func up(x float64) measure.Quantity { return quantity(math.Ceil(x*measure.Thousandths - 1e-6)) }

func quantity(thousandths float64) measure.Quantity {
	if !(thousandths > 0) {
		return 0
	}
	return measure.Quantity(math.Min(thousandths, float64(measure.MaxQuantity)))
}
