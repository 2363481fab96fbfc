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

// Arrivals is what insight reads of deliveries.
type Arrivals interface {
	// Arrivals reads those that came in a window and were not taken back, in order.
	Arrivals(ctx context.Context, w Window) ([]Arrival, error)
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
}

// Route is how long the deliveries from one place take.
type Route struct {
	Place     string // of the suppliers, as named gives it; empty: not entered
	Suppliers int
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
	InTime int   // came on the day that had been asked for, or before
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
func (l Leads) InTimePPM() (int64, bool) { return ppm(int64(l.InTime), int64(len(l.days))) }

func (l *Leads) add(a Arrival) {
	at, _ := slices.BinarySearch(l.days, a.Took)
	l.days = slices.Insert(l.days, at, a.Took)
	if a.Day <= a.Due {
		l.InTime++
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
	at := map[string]*Route{}
	for _, w := range []struct {
		Window
		of func(*Route) *Leads
	}{{q.Window, func(r *Route) *Leads { return &r.Now }}, {q.Other, func(r *Route) *Leads { return &r.Then }}} {
		arrivals, err := s.store.Arrivals(ctx, w.Window)
		if err != nil {
			return out, err
		}
		for _, a := range arrivals {
			place := places[a.SupplierID]
			if at[place] == nil {
				at[place] = &Route{Place: place}
			}
			w.of(at[place]).add(a)
			w.of(&out.All).add(a)
		}
	}
	for _, r := range at {
		r.Suppliers = count(suppliers, places, r.Place)
		out.All.Suppliers += r.Suppliers
		out.Places = append(out.Places, *r)
	}
	out.rank()
	return out, nil
}

func count(suppliers []catalog.Supplier, places map[ident.ID]string, place string) (n int) {
	for _, one := range suppliers {
		if !one.Archived && places[one.ID] == place {
			n++
		}
	}
	return n
}

func (l *Logistics) rank() {
	slices.SortFunc(l.Places, func(a, b Route) int {
		gainA, enoughA := a.Gain()
		gainB, enoughB := b.Gain()
		switch {
		case enoughA != enoughB && enoughA:
			return -1
		case enoughA != enoughB:
			return 1
		case enoughA:
			if c := cmp.Or(cmp.Compare(gainB, gainA), cmp.Compare(b.Then.Mean()-b.Now.Mean(), a.Then.Mean()-a.Now.Mean())); c != 0 {
				return c
			}
		}
		return cmp.Or(cmp.Compare(b.Now.Deliveries(), a.Now.Deliveries()), cmp.Compare(a.Place, b.Place))
	})
	for i := range l.Places {
		if _, enough := l.Places[i].Gain(); enough {
			l.Places[i].Rank = i + 1
		}
	}
}
