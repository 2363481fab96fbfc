package replenish

import (
	"math"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish/lead"
)

// Risk says how likely the product is to run out if nothing is ordered now.
type Risk struct {
	// StockOutProb is the probability that available stock reaches 0 before
	// the earliest delivery on order (OnOrder) comes or, if there is none, an
	// order sent on the next order day would.
	StockOutProb float64 `json:"stockout_probability"`
	// Before is the likely day of that delivery.
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
	// Coming are the deliveries on their way.
	Coming []Coming `json:"coming,omitempty"`
	// Lost is what is expected to be wanted in vain before that delivery, LostMargin
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

// probability tidies a computed probability: inside 0..1, six decimals.
func probability(p float64) float64 {
	if !(p > 0) {
		return 0
	}
	return math.Round(math.Min(p, 1)*1e6) / 1e6
}

// risk measures the run-out before the first delivery on order or, without any,
// before arrives.
func (in *Input) risk(p *planner, at Position, before day.Date, arrives lead.Days) Risk {
	list := p.coming
	r := Risk{Before: before, OnOrder: len(list) > 0, CoverDays: in.cover(at)}
	c := &p.chances
	when := arrives.Points()
	if r.OnOrder {
		when = first(list)
	}
	all := in.ahead(c, list, HorizonDays, false)
	if at.Available <= 0 { // whatever arrives later, the shelf is empty now
		fill(all.out, 1)
		fill(all.before, 1)
	}
	r.Curve, r.Coming = short(all.out), in.told(list, all.before)
	r.StockOutProb, r.Lost = in.until(c, when)
	if at.Available <= 0 {
		r.StockOutProb = 1
	}
	r.Early, r.RunOut, r.Late = in.reaches(r.Curve, 0.1), in.reaches(r.Curve, 0.5), in.reaches(r.Curve, 0.9)
	return r
}

// until is the probability that what is there runs out before a day that is one of
// several, and what is expected to be lost by then.
func (in *Input) until(c *chances, when []lead.Point) (out float64, lost measure.Quantity) {
	var t timeline
	_, present := in.shelf()
	t.index(present)
	worst, missed, k := 0.0, 0.0, 1
	for _, p := range when {
		end := min(p.At, 3*farDays)
		for ; k <= end && worst < certain; k++ {
			if worst = math.Max(worst, c.outBy(&t, k)); worst >= certain {
				worst = 1
			}
		}
		if p.At > 0 {
			out += p.Weight * worst
			missed += p.Weight * c.lost(&t, end)
		}
	}
	return probability(out), rounded(missed)
}

// short leaves off the end of a curve in which it no longer changes.
func short(curve []float64) []float64 {
	n := len(curve)
	for n > 1 && curve[n-1] >= certain && curve[n-2] >= certain {
		n--
	}
	return curve[:n]
}

func fill(list []float64, x float64) {
	for i := range list {
		list[i] = x
	}
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
