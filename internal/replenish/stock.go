package replenish

import (
	"cmp"
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/replenish/lead"
)

// Position is the stock of a product in the words of the glossary:
//
//	Available = OnHand - Allocated - Unusable
//	Position  = OnHand - Unusable + OnOrder - Allocated - Backlog
type Position struct {
	OnHand    measure.Quantity `json:"on_hand"`
	Allocated measure.Quantity `json:"allocated"`
	Unusable  measure.Quantity `json:"unusable"`
	Available measure.Quantity `json:"available"`
	OnOrder   measure.Quantity `json:"on_order"`
	Backlog   measure.Quantity `json:"backlog"`
	Position  measure.Quantity `json:"position"`
}

// position applies the identities. Stock that was never counted is nothing.
func (in *Input) position() Position {
	var p Position
	if in.Stock.Known {
		p.OnHand, p.Unusable = in.Stock.Blocked, in.Stock.Blocked
		for _, lot := range in.Stock.Lots {
			p.OnHand = plus(p.OnHand, lot.Quantity)
			if lot.Quantity > 0 && lot.expired(in.Today) {
				p.Unusable = plus(p.Unusable, lot.Quantity)
			}
		}
		p.Allocated, p.Backlog = in.Stock.Allocated, in.Stock.Backlog
	}
	for _, a := range in.Arrivals {
		p.OnOrder = plus(p.OnOrder, max(a.Quantity, 0))
	}
	p.Available = plus(p.OnHand, -plus(p.Allocated, p.Unusable))
	p.Position = plus(plus(p.Available, p.OnOrder), -p.Backlog)
	return p
}

func (l Lot) expired(today day.Date) bool { return l.Expiry != 0 && l.Expiry < today }

// plus adds and stays inside the bounds of a quantity.
func plus(a, b measure.Quantity) measure.Quantity { return bounded(bounded(a) + bounded(b)) }

func bounded(q measure.Quantity) measure.Quantity {
	return min(max(q, -measure.MaxQuantity), measure.MaxQuantity)
}

// after is the offset of d from today; dates without sense may be far apart.
func (in *Input) after(d day.Date) int { return int(d) - int(in.Today) }

// never is the window at whose end goods that keep are gone.
const never = math.MaxInt32

// parcel is goods that can be sold on the days from..gone-1, counted from Today.
type parcel struct {
	from, gone int
	quantity   measure.Quantity
	// when says how likely each day is of one that may come on another day than from;
	// lives: it can be sold for the product's shelf life from then on.
	when  *lead.Days
	lives bool
}

// compare orders by arrival; only parcels that are alike in all are equal, so that the
// order of the lists that they come from never matters.
func (p parcel) compare(o parcel) int {
	days := func(w *lead.Days) lead.Days {
		if w == nil {
			return lead.Days{}
		}
		return *w
	}
	a, b := days(p.when), days(o.when)
	return cmp.Or(p.from-o.from, p.gone-o.gone, cmp.Compare(p.quantity, o.quantity), a.From-b.From, slices.Compare(a.P, b.P))
}

// timeline is the supply of the days to come: stock now, net of what is
// promised, and what is on order. Stock goes first expired, first out.
type timeline struct {
	byArrival []parcel
	byExpiry  []expiry
	// owed is what is promised beyond all stock: it must be ordered on top.
	owed measure.Quantity
	// short is how far the books are below zero: a wrong record, not a debt.
	short measure.Quantity
}

// expiry says how much of all supply is gone after a window.
type expiry struct {
	after int
	total measure.Quantity
}

func (in *Input) timeline() timeline {
	t, present := in.shelf()
	for _, a := range in.Arrivals {
		if p, ok := in.arriving(a); ok {
			present = append(present, p)
		}
	}
	t.index(present)
	return t
}

// shelf is what is there, net of what is promised, and what cannot be served from it.
func (in *Input) shelf() (t timeline, present []parcel) {
	present, debt := in.present()
	promised := measure.Quantity(0)
	if in.Stock.Known {
		promised = plus(max(in.Stock.Allocated, 0), max(in.Stock.Backlog, 0))
	}
	present, t.short = settle(present, debt)
	present, t.owed = settle(present, promised)
	return t, present
}

// present lists the lots that can be sold, first expiring first, and the debt
// of negative lots.
func (in *Input) present() (lots []parcel, debt measure.Quantity) {
	if !in.Stock.Known {
		return nil, 0
	}
	held := map[int]measure.Quantity{}
	for _, lot := range in.Stock.Lots {
		switch {
		case lot.Quantity < 0:
			debt = plus(debt, -bounded(lot.Quantity))
		case lot.expired(in.Today):
		case lot.Expiry == 0:
			held[never] = plus(held[never], lot.Quantity)
		default:
			gone := in.after(lot.Expiry) + 1
			held[gone] = plus(held[gone], lot.Quantity)
		}
	}
	for gone, quantity := range held {
		lots = append(lots, parcel{gone: gone, quantity: quantity})
	}
	slices.SortFunc(lots, func(a, b parcel) int { return a.gone - b.gone })
	return lots, debt
}

// arriving places a delivery on order, an overdue one at its re-estimated day.
func (in *Input) arriving(a Arrival) (parcel, bool) {
	days := a.days(in.Today)
	p, ok := in.arrivingOn(a, days.Quantile(0.5))
	if len(days.P) > 1 {
		p.when = &days
	}
	return p, ok
}

// arrivingOn places it on a day, counted from today; false when nothing of it can be
// sold then.
func (in *Input) arrivingOn(a Arrival, on int) (parcel, bool) {
	p := parcel{from: on, gone: never, quantity: min(a.Quantity, measure.MaxQuantity)}
	if a.Expiry != 0 {
		p.gone = in.after(a.Expiry) + 1
	} else if in.ShelfLife > 0 {
		p.gone, p.lives = p.from+in.ShelfLife, true
	}
	return p, p.quantity > 0 && p.gone > p.from
}

// Expected is the day a delivery is reckoned with, and whether it is late: the middle
// of the days on which it may come. One of which nothing is known but that it is d
// days overdue is expected half as long again: the longer a delivery is late, the
// longer it will take (a Pareto delay with exponent 3), so it is neither dropped nor
// trusted for tomorrow for ever.
func (a Arrival) Expected(today day.Date) (on day.Date, late bool) {
	return today.Add(a.days(today).Quantile(0.5)), a.Due < today
}

// days are the days on which the delivery may come, counted from today.
func (a Arrival) days(today day.Date) lead.Days {
	overdue := int(today) - int(a.Due)
	switch {
	case a.Estimate != 0 && a.Estimate >= today:
		return lead.Certain(int(a.Estimate) - int(today))
	case a.Days.Known():
		return a.Days
	case overdue <= 0:
		return lead.Certain(-overdue)
	}
	return lead.Certain(max(1, (overdue+1)/2))
}

// settle takes quantity from the first parcels and returns what was missing.
func settle(parcels []parcel, quantity measure.Quantity) (left []parcel, missing measure.Quantity) {
	for len(parcels) > 0 && quantity > 0 {
		taken := min(parcels[0].quantity, quantity)
		parcels[0].quantity -= taken
		quantity -= taken
		if parcels[0].quantity == 0 {
			parcels = parcels[1:]
		}
	}
	return parcels, quantity
}

// index sorts the parcels both ways and accumulates them.
func (t *timeline) index(parcels []parcel) {
	t.byArrival = slices.Clone(parcels)
	slices.SortFunc(t.byArrival, parcel.compare)
	byGone := slices.Clone(parcels)
	slices.SortFunc(byGone, func(a, b parcel) int { return a.gone - b.gone })
	sum := measure.Quantity(0)
	t.byExpiry = nil
	for _, p := range byGone {
		if p.gone >= never {
			break
		}
		sum = plus(sum, p.quantity)
		if n := len(t.byExpiry); n > 0 && t.byExpiry[n-1].after == p.gone {
			t.byExpiry[n-1].total = sum
		} else {
			t.byExpiry = append(t.byExpiry, expiry{p.gone, sum})
		}
	}
}

// with is the timeline with one more parcel.
func (t timeline) with(p parcel) timeline {
	out := timeline{owed: t.owed, short: t.short}
	out.index(append(slices.Clone(t.byArrival), p))
	return out
}

// supply is all that is there or has arrived before the end of window k,
// expired or not.
func (t *timeline) supply(k int) measure.Quantity {
	sum := measure.Quantity(0)
	for _, p := range t.byArrival {
		if p.from >= k {
			break
		}
		sum = plus(sum, p.quantity)
	}
	return sum
}

// joining is what arrives together with an order of day arrival or later, and
// can be sold until window k ends.
func (t *timeline) joining(arrival, k int) measure.Quantity {
	sum := measure.Quantity(0)
	for _, p := range t.byArrival {
		if p.from >= max(arrival, 1) && p.from < k && p.gone >= k {
			sum = plus(sum, p.quantity)
		}
	}
	return sum
}

// firstArrival is the day offset of the earliest delivery on order.
func (in *Input) firstArrival() (offset int, ok bool) {
	for _, a := range in.Arrivals {
		if a.Quantity <= 0 {
			continue
		}
		on, _ := a.Expected(in.Today)
		if o := in.after(on); !ok || o < offset {
			offset, ok = o, true
		}
	}
	return offset, ok
}
