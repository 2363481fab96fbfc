package replenish

import (
	"math"

	"buhuo/internal/measure"
)

// Need is how much must be ordered, before packs and minimum quantities.
//
//	Quantity = Level + Outdated - Supply + Owed
//
// unless AfterArrival is smaller: what is wanted while the shelf is empty
// before the delivery is lost, and is not ordered afterwards.
type Need struct {
	// Window is the number of days from today to be covered, Service the
	// probability to be met. Demand that is less likely is left out of account,
	// unless the owner insists on a level of service: then it is met.
	Window  int     `json:"window"`
	Service float64 `json:"service"`
	// Level is the Service quantile of the demand of the window.
	Level measure.Quantity `json:"level"`
	// Outdated is what expires of the supply before that demand can take it.
	Outdated measure.Quantity `json:"outdated,omitempty"`
	// Supply is what is available or arrives before the window ends.
	Supply measure.Quantity `json:"supply"`
	// Owed is promised to customers beyond all stock.
	Owed measure.Quantity `json:"owed,omitempty"`
	// AfterArrival is the same need counted from the arrival on only.
	AfterArrival measure.Quantity `json:"after_arrival"`
	Quantity     measure.Quantity `json:"quantity"`
	// BoundBy is "minimum" or "maximum" when a bound set by hand decided.
	BoundBy string `json:"bound_by,omitempty"`
}

// planner computes needs of one input and remembers the quantiles.
type planner struct {
	in       *Input
	t        timeline
	chances  chances
	coming   []coming
	memo     map[quantileKey]measure.Quantity
	ref      float64   // what a unit costs in the long run, in minor units net: see settle
	weighing *Weighing // filled in for the chosen offer when it is asked for
}

type quantileKey struct {
	after, window int
	service       float64
}

func newPlanner(in *Input) *planner {
	return &planner{in: in, t: in.timeline(), chances: chances{w: &in.Demand}, coming: in.coming(), memo: map[quantileKey]measure.Quantity{}}
}

// quantile of the demand after window after up to window k.
func (p *planner) quantile(after, k int, service float64) measure.Quantity {
	key := quantileKey{after, k, service}
	q, ok := p.memo[key]
	if !ok {
		q = up(p.in.Demand.between(after, k).Quantile(service))
		p.memo[key] = q
	}
	return q
}

// protect is what to order so that it lasts, with probability service, from its
// arrival until the window last: at each delivery on order in between, and at
// the end, supply must have been enough until then.
func (p *planner) protect(arrival int, end ending, service float64) Need {
	most := p.need(arrival, end, service)
	for _, parcel := range p.t.byArrival {
		if parcel.from > arrival && parcel.from < end.last {
			if n := p.need(arrival, ending{last: parcel.from}, service); n.Quantity > most.Quantity {
				most = n
			}
		}
	}
	return most
}

// need is what an order arriving at offset arrival must hold so that all is served
// until end with probability service.
func (p *planner) need(arrival int, end ending, service float64) Need {
	k := end.last
	n := Need{Window: k, Service: service, Level: p.quantileUntil(0, end, service), Owed: p.t.owed}
	// Weighed goods that hardly sell: a gamma quantile of a few grams is no sale,
	// and nobody opens a sack for it.
	if !p.in.Demand.Whole && n.Level < leastSale {
		n.Level = 0
	}
	after := p.quantileUntil(arrival, end, service)
	n.Supply = p.t.supply(k)
	n.Outdated = p.outdated(k, n.Level)
	n.AfterArrival = max(plus(plus(after, n.Owed), -p.t.joining(arrival, k)), 0)
	n.Quantity = max(plus(plus(n.Level, n.Owed), plus(n.Outdated, -n.Supply)), 0)
	n.Quantity = min(n.Quantity, n.AfterArrival)
	return n
}

// outdated is what expires in window k if its demand comes to level, spread as
// its mean is. With the demand that the level is made for, less expires than
// with the expected one.
func (p *planner) outdated(k int, level measure.Quantity) measure.Quantity {
	worst := measure.Quantity(0)
	mean := p.in.Demand.mean(k)
	for _, e := range p.t.byExpiry {
		if e.after >= k {
			break
		}
		sold := 0.0
		if mean > 0 {
			sold = float64(level) * p.in.Demand.mean(e.after) / mean
		}
		worst = max(worst, plus(e.total, -measure.Quantity(math.Floor(sold))))
	}
	return worst
}

// step is the grid on which the offer sells; ok is false when its pack is not
// a whole number of thousandths.
func (in *Input) step(o *Offer) (step measure.Quantity, ok bool) {
	if o.Pack == (measure.Pack{}) {
		if in.Step > 0 {
			return in.Step, true
		}
		return measure.Thousandths, true
	}
	step, err := o.Pack.Size()
	return step, err == nil && step > 0
}
