package replenish

import (
	"cmp"
	"slices"

	"buhuo/internal/replenish/futures"
	"buhuo/internal/replenish/lead"
)

// random is a bid whose deliveries come when they like: each future has its own day for
// the order, for the next one, and for what is on its way.
type random struct {
	*bid
	arrival, next, end days
	coming             []drawn
	places             []int // the days on which something happens in a future
}

// days is a day for each future.
type days [futures.Count]int

// drawn is a parcel with the day on which it comes in each future.
type drawn struct {
	parcel
	on days
}

// draw spreads a distribution over the futures, as evenly as they allow; n tells apart
// what is independent.
func draw(d lead.Days, n int) (out days) {
	order := futures.Shuffled(n)
	for k := range out {
		out[k] = max(d.Quantile((float64(order[k])+0.5)/futures.Count), 0)
	}
	return out
}

// random draws the days of a bid; nil when all of them are certain.
func (b *bid) random() *random {
	certain := len(b.cycle.arrives.P) < 2 && len(b.cycle.ends.P) < 2
	for _, p := range b.p.t.byArrival {
		certain = certain && p.when == nil
	}
	if certain || !b.cycle.arrives.Known() || !b.cycle.ends.Known() {
		return nil
	}
	r := &random{bid: b, arrival: draw(b.cycle.arrives, 0), next: draw(b.cycle.ends, 1)}
	for k := range r.arrival {
		// An order that comes behind the next one has nothing to last for.
		r.next[k] = max(r.next[k], r.arrival[k])
		r.end[k] = r.next[k]
		if life := b.p.in.ShelfLife; life > 0 {
			r.end[k] = r.arrival[k] + life
			r.next[k] = min(r.next[k], r.end[k])
		}
	}
	n := 2
	for _, p := range b.p.t.byArrival {
		one := drawn{parcel: p}
		for k := range one.on {
			one.on[k] = max(p.from, 0)
		}
		if p.when != nil {
			one.on = draw(*p.when, n)
			n++
		}
		r.coming = append(r.coming, one)
	}
	slices.SortStableFunc(r.coming, func(a, b drawn) int {
		return cmp.Or(a.gone-b.gone, a.from-b.from, cmp.Compare(a.quantity, b.quantity))
	})
	r.stretches()
	return r
}

// stretches finds the days on which something happens in a future; of very many the
// earliest, and what comes behind them happens on the last.
func (r *random) stretches() {
	last := slices.Max(r.end[:])
	add := func(list ...int) {
		for _, d := range list {
			if d > 0 && d < last {
				r.places = append(r.places, d)
			}
		}
	}
	add(r.arrival[:]...)
	add(r.next[:]...)
	add(r.end[:]...)
	for i := range r.coming {
		add(r.coming[i].gone)
		if r.coming[i].when == nil {
			add(r.coming[i].from)
			continue
		}
		add(r.coming[i].on[:]...)
	}
	slices.Sort(r.places)
	r.places = slices.Compact(r.places)
	r.places = append(r.places[:min(len(r.places), mostStretches)], 0, r.bid.arrival, r.bid.last(), last)
	slices.Sort(r.places)
	r.places = slices.Compact(r.places)
}

// at is the place of a day in the list of stretches.
func (r *random) at(d int) int {
	i, _ := slices.BinarySearch(r.places, d)
	return i
}

// run plays the futures.
func (r *random) run() {
	in := r.p.in
	stock := make([]futures.Parcel, len(r.coming))
	for i := range r.coming {
		stock[i].Quantity = float32(units(r.coming[i].quantity))
	}
	courses := make([]futures.Each, len(r.places)-1)
	o := in.Demand.outlook(r.places)
	o.Courses(courses, 1, 1, in.Demand.Whole)
	last := r.places[len(r.places)-1]
	r.play.RunEach(courses, stock, func(k int) futures.Course {
		for i := range r.coming {
			p := &r.coming[i]
			gone := p.gone
			if p.lives {
				gone = p.on[k] + in.ShelfLife
			}
			stock[i].From, stock[i].Gone = r.at(p.on[k]), futures.Never
			if gone < last {
				stock[i].Gone = r.at(gone+1) - 1 // the last event up to then
			}
		}
		return futures.Course{Arrival: r.at(r.arrival[k]), Next: r.at(r.next[k]), End: r.at(r.end[k])}
	})
}
