package demo

import (
	"iter"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/money"
)

// until yields the events of a world up to and including a minute.
func until(w *world.World, last minute) iter.Seq[world.Event] {
	return func(yield func(world.Event) bool) {
		for e := range w.Events() {
			if of(e).after(last) || !yield(e) {
				return
			}
		}
	}
}

// terms are the moving parts of a world's catalog at one moment: what a person
// would find in it who never changed anything.
type terms struct {
	prices []money.Price   // by product
	listed []bool          // by product
	breaks [][]world.Break // by offer
	since  []day.Date      // by offer: the day of its present prices
}

func termsOf(w *world.World) *terms {
	t := &terms{
		prices: make([]money.Price, len(w.Products)), listed: make([]bool, len(w.Products)),
		breaks: make([][]world.Break, len(w.Offers)), since: make([]day.Date, len(w.Offers)),
	}
	for i, p := range w.Products {
		t.prices[i], t.listed[i] = p.Price, p.LaunchDay == 0 && !p.Seasonal
	}
	for i, o := range w.Offers {
		t.breaks[i], t.since[i] = o.Breaks, w.From
	}
	return t
}

// apply follows an event. What is on the shelf is listed: seasonal goods that the
// shop opens with are put on sale without an event of their own.
func (t *terms) apply(e world.Event) {
	switch e := e.(type) {
	case *world.Opening:
		for _, l := range e.Lines {
			t.listed[l.Lot.Product] = true
		}
	case *world.Listing:
		t.listed[e.Product] = e.Active
	case *world.PriceChange:
		t.prices[e.Product] = e.Price
	case *world.OfferChange:
		t.breaks[e.Offer], t.since[e.Offer] = e.Breaks, e.Day
	}
}

// middlemen finds, for each product, the offer of the wholesaler that a direct
// source is compared with; −1 without one.
func middlemen(w *world.World) []int {
	at := slices.Repeat([]int{-1}, len(w.Products))
	for i, o := range w.Offers {
		if w.Suppliers[o.Supplier].Kind == string(catalog.Wholesaler) {
			at[o.Product] = i
		}
	}
	return at
}

// clone is a copy that does not follow.
func (t *terms) clone() *terms {
	return &terms{slices.Clone(t.prices), slices.Clone(t.listed), slices.Clone(t.breaks), slices.Clone(t.since)}
}
