package insight

import (
	"cmp"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
)

// Arrival is one delivery of an order that was sent to a supplier.
type Arrival struct {
	SupplierID ident.ID
	Day, Due   day.Date // when it came, and the day that had been asked for
	Took       int      // days since the order was sent
}

// Delivered is one parcel of an online sale that reached its buyer.
type Delivered struct {
	Channel                     ident.ID
	Place                       string // digits of GB/T 2260; empty: unknown
	Sold, Day                   day.Date
	DispatchedAfter, WithinDays *int // days after the sale: when it left, when it had been promised; nil: not known
}

// Arrivals is what insight reads of deliveries.
type Arrivals interface {
	// Arrivals reads those that came in a window and were not taken back, in order.
	Arrivals(ctx context.Context, w Window) ([]Arrival, error)
	// Delivered reads the parcels that arrived in a window, of sales that stand.
	Delivered(ctx context.Context, w Window) ([]Delivered, error)
	// OnTheWay counts the parcels that have left and not arrived.
	OnTheWay(ctx context.Context) (int, error)
}

// EnoughArrivals is how many deliveries each of both windows must have before a change
// of lead time is ranked; fewer are shown and marked.
const EnoughArrivals = 5

// Logistics is how long deliveries take, by where they come from.
type Logistics struct {
	Query
	// Places are provinces that suppliers deliver from, first the ranked ones, the most
	// improved first, then the others, the one with most deliveries first.
	Places []Route
	All    Route
	// Destinations are provinces that parcels of online sales went to, in the same order.
	Destinations []Route
	Sent         Route // all of them
}

// Route is how long the deliveries from one place, or to it, take.
type Route struct {
	Place     string // of the suppliers, as named gives it, or of the buyers; empty: not entered
	Suppliers int    // 0 for a destination
	Now, Then Leads
	Rank      int // by how much shorter the median became; 0: too few deliveries
}

// Gain is how much shorter the median is than before, in half days; false where too few
// deliveries were made to say so.
func (r Route) Gain() (halfDays int, enough bool) {
	return r.Then.Median() - r.Now.Median(), min(r.Now.Deliveries(), r.Then.Deliveries()) >= EnoughArrivals
}

// Leads are the lead times of some deliveries.
type Leads struct {
	days   []int // ascending
	Dated  int   // those with a day that had been asked for or promised
	InTime int   // of these, came on that day or before
}

// Deliveries is how many there are.
func (l Leads) Deliveries() int { return len(l.days) }

// Median is the middle one in half days, of an even number the mean of both in the
// middle; 0 without deliveries.
func (l Leads) Median() int {
	n := len(l.days)
	if n == 0 {
		return 0
	}
	return l.days[(n-1)/2] + l.days[n/2]
}

// Quartiles bound the middle half: the smallest numbers of days within which a quarter,
// and three quarters, of the deliveries came.
func (l Leads) Quartiles() (low, high int) {
	n := len(l.days)
	if n == 0 {
		return 0, 0
	}
	return l.days[(n+3)/4-1], l.days[(3*n+3)/4-1]
}

// InTimePPM is the share that came in time, in millionths.
func (l Leads) InTimePPM() (int64, bool) { return ppm(int64(l.InTime), int64(l.Dated)) }

// add counts one more; within is by when it should have come, nil: nobody said.
func (l *Leads) add(took int, within *int) {
	at, _ := slices.BinarySearch(l.days, took)
	l.days = slices.Insert(l.days, at, took)
	if within != nil {
		l.Dated++
		if took <= *within {
			l.InTime++
		}
	}
}

// Mean tells equal medians apart; 0 without deliveries.
func (l Leads) Mean() float64 {
	if len(l.days) == 0 {
		return 0
	}
	n := 0
	for _, d := range l.days {
		n += d
	}
	return float64(n) / float64(len(l.days))
}

// Logistics makes the board. named tells which place a supplier's text for its province
// means.
func (s *Service) Logistics(ctx context.Context, q Query, named func(string) string) (Logistics, error) {
	out := Logistics{Query: q}
	if q.Window.Days() <= 0 {
		return out, nil
	}
	suppliers, err := s.catalog.Suppliers(ctx, true)
	if err != nil {
		return out, err
	}
	places := map[ident.ID]string{}
	for _, one := range suppliers {
		places[one.ID] = named(one.Province)
	}
	from, to := routes{}, routes{}
	for _, w := range []struct {
		Window
		of func(*Route) *Leads
	}{{q.Window, func(r *Route) *Leads { return &r.Now }}, {q.Other, func(r *Route) *Leads { return &r.Then }}} {
		arrivals, err := s.store.Arrivals(ctx, w.Window)
		if err != nil {
			return out, err
		}
		for _, a := range arrivals {
			within := a.Took + int(a.Due-a.Day)
			w.of(from.of(places[a.SupplierID])).add(a.Took, &within)
			w.of(&out.All).add(a.Took, &within)
		}
		delivered, err := s.store.Delivered(ctx, w.Window)
		if err != nil {
			return out, err
		}
		for _, d := range delivered {
			took := int(d.Day - d.Sold)
			w.of(to.of(d.Place[:min(len(d.Place), 2)])).add(took, d.WithinDays)
			w.of(&out.Sent).add(took, d.WithinDays)
		}
	}
	for _, r := range from {
		r.Suppliers = count(suppliers, places, r.Place)
		out.All.Suppliers += r.Suppliers
	}
	out.Places, out.Destinations = from.ranked(), to.ranked()
	return out, nil
}

// routes are routes by their place.
type routes map[string]*Route

func (r routes) of(place string) *Route {
	if r[place] == nil {
		r[place] = &Route{Place: place}
	}
	return r[place]
}

func count(suppliers []catalog.Supplier, places map[ident.ID]string, place string) (n int) {
	for _, one := range suppliers {
		if !one.Archived && places[one.ID] == place {
			n++
		}
	}
	return n
}

// ranked lists them: first those whose change can be told, the most improved first, then
// the others, the one with most deliveries first.
func (r routes) ranked() []Route {
	var list []Route
	for _, one := range r {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b Route) int {
		gainA, enoughA := a.Gain()
		gainB, enoughB := b.Gain()
		switch {
		case enoughA != enoughB && enoughA:
			return -1
		case enoughA != enoughB:
			return 1
		case enoughA:
			if c := cmp.Or(cmp.Compare(gainB, gainA), cmp.Compare(a.slower(), b.slower())); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(b.Now.Deliveries(), a.Now.Deliveries()), cmp.Compare(a.Place, b.Place))
	})
	for i := range list {
		if _, enough := list[i].Gain(); enough {
			list[i].Rank = i + 1
		}
	}
	return list
}

// slower is by how many days the mean grew.
func (r Route) slower() float64 { return r.Now.Mean() - r.Then.Mean() }
