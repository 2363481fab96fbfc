// Package replay answers what would have happened: it walks through days that are over, lets a
// policy order each morning with what was known the evening before, and counts what was lost, thrown
// away, kept and ordered. It takes slices and returns structs; it knows no file, clock, shop or
// language.
package replay

import (
	"errors"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
)

// Item is one product with its whole past. Sales stand for demand.
type Item struct {
	ID     string
	Start  day.Date        // date of Demand[0], the first sale
	Demand []float64       // per day to the end of the data, base units, never negative
	Price  float64         // selling price per base unit
	Cost   float64         // cost per base unit, below Price
	Sales  forecast.Series // the same past as a forecast reads it; ends on the same day

	Own   *Terms  // its own, where they are not the shop's
	Pack  float64 // orders come in multiples of so many base units; 0: any amount
	Least float64 // the least that can be ordered at once, base units
}

// Terms are what of the rules may differ from one item to the next.
type Terms struct{ Lead, Review, Shelf int }

// Shop is what is replayed.
type Shop struct {
	Items []Item
	All   []forecast.Series // every product of the file, replayed or not: a forecast learns from all

	past *study // what forecasts knew, kept from one parameter to the next
}

// study returns what forecasts knew on each day of the window, and the habits learned before it.
func (s *Shop) study(r Rules) *study {
	r.Warmup = 0 // figures do not change what was known
	if s.past == nil || s.past.rules != r {
		s.past = newStudy(s, r, practice)
		s.past.habits = s.past.practise()
	}
	return s.past
}

// Rules are those of the replayed days.
type Rules struct {
	Lead    int     // days from an order to its arrival, 1 or more
	Review  int     // days between two orders, 1 or more
	Shelf   int     // days a delivery can be sold, its day of arrival counted; 0: for ever
	Holding float64 // share of its cost that stock costs per night
	Window  int     // last days of the data that are replayed
	Warmup  int     // of these, days without figures
}

// Protection is the number of days that an order has to cover.
func (r Rules) Protection() int { return r.Lead + r.Review }

// of returns the rules of an item.
func (r Rules) of(it *Item) Rules {
	if it.Own != nil {
		r.Lead, r.Review, r.Shelf = it.Own.Lead, it.Own.Review, it.Own.Shelf
	}
	return r
}

// bounds that keep a slip of the pen from running for hours.
const (
	mostDays = 3660
	Settling = 70
)

// Check says in a sentence what is wrong with the rules.
func (r Rules) Check() error {
	switch {
	case r.Lead < 1 || r.Lead > 366:
		return fmt.Errorf("the lead time must be 1 to 366 days, not %d", r.Lead)
	case r.Review < 1 || r.Review > 366:
		return fmt.Errorf("the days between two orders must be 1 to 366, not %d", r.Review)
	case r.Shelf < 0 || r.Shelf > mostDays:
		return fmt.Errorf("the shelf life must be 0 (for ever) to %d days, not %d", mostDays, r.Shelf)
	case !(r.Holding >= 0 && r.Holding <= 1):
		return fmt.Errorf("the cost of holding is a share of 0 to 1 per day, not %v", r.Holding)
	case r.Window < 1 || r.Window > mostDays:
		return fmt.Errorf("the window must be 1 to %d days, not %d", mostDays, r.Window)
	case r.Warmup < 0 || r.Warmup >= r.Window:
		return fmt.Errorf("the days without figures must be fewer than the %d of the window, not %d", r.Window, r.Warmup)
	}
	return nil
}

// first returns the place in the demand of the first day of the window.
func (r Rules) first(item *Item) int { return len(item.Demand) - r.Window }

// Check says in a sentence what is wrong with the shop under these rules.
func (s *Shop) Check(r Rules) error {
	if err := r.Check(); err != nil {
		return err
	}
	if len(s.Items) == 0 {
		return errors.New("no item qualifies")
	}
	for i := range s.Items {
		if it := &s.Items[i]; len(it.Demand) < r.Window+Settling {
			return fmt.Errorf("the item %q has %d days, fewer than the window and %d before it", it.ID, len(it.Demand), Settling)
		}
		if err := r.of(&s.Items[i]).Check(); err != nil {
			return fmt.Errorf("the item %q: %w", s.Items[i].ID, err)
		}
	}
	return nil
}

// Decider says in the morning of day t (a place in the item's demand) up to which level to order. It
// sees the shelf of that morning, after the day's arrival, and must look at nothing later.
type Decider func(t int, shelf *Shelf) float64

// Policy is a way to order. Package documentation: docs/replenishment.md.
type Policy interface {
	Name() string
	// Parameters are what it is usually run with, Sweep what draws its frontier.
	Parameters() []float64
	Sweep() []float64
	// Range are the bounds of a sensible parameter.
	Range() (lo, hi float64)
	// Plan makes ready to decide for the items of the shop: result[i] is asked about item i.
	Plan(shop *Shop, rules Rules, parameter float64) []Decider
}

// Total is what happened to one item after the warm-up, in base units.
type Total struct {
	Demand, Lost, Waste float64
	Stock               float64 // sum over nights
	Received            float64
	Days, ShortDays     int // ShortDays: days on which something was lost
	Orders              int
}

// Run replays one item. It returns the totals after the warm-up and the level of every day of the
// window. On the first day the stock is the level.
func Run(item *Item, rules Rules, decide Decider) (Total, []float64) {
	rules = rules.of(item)
	first := rules.first(item)
	levels := make([]float64, rules.Window)
	shelf := NewShelf(rules.Lead, rules.Shelf)
	var total Total
	for d := range levels {
		received := 0.0
		if d > 0 {
			received = shelf.Arrive()
		}
		ordered := 0.0
		switch {
		case d == 0:
			levels[0] = max(decide(first, shelf), 0)
			shelf.fill(levels[0])
			received = levels[0]
		case d%rules.Review == 0:
			levels[d] = max(decide(first+d, shelf), 0)
			ordered = item.parcels(max(levels[d]-shelf.Stock()-shelf.OnOrder(), 0))
			shelf.Order(ordered)
		default:
			levels[d] = levels[d-1]
		}
		wanted := item.Demand[first+d]
		lost := shelf.Sell(wanted)
		waste := shelf.Night()
		if d < rules.Warmup {
			continue
		}
		total.Demand += wanted
		total.Lost += lost
		total.Waste += waste
		total.Stock += shelf.Stock()
		total.Received += received
		total.Days++
		if lost > trifle {
			total.ShortDays++
		}
		if ordered > trifle {
			total.Orders++
		}
	}
	return total, levels
}

// trifle is what rounding may leave of nothing.
const trifle = 1e-9
