package replenish

import (
	"slices"

	"buhuo/internal/day"
)

// farDays bounds every look into a calendar: a supplier without an order day
// or a delivery within it is one that cannot be ordered from.
const farDays = 366

// cycle is when an order can be sent, when it arrives, and when the one after
// it would: an order must last from its arrival until then.
type cycle struct {
	orderDay, arrival, next day.Date
}

// cycle finds the next chance to order from today on. ok is false when the
// supplier neither takes an order nor delivers within a year.
func (o *Offer) cycle(today day.Date) (c cycle, ok bool) {
	if c.orderDay, ok = o.orderDay(today); !ok {
		return c, false
	}
	if c.arrival, ok = o.arrival(c.orderDay); !ok {
		return c, false
	}
	pause := max(1, min(o.ReviewDays, farDays))
	if len(o.OrderWeekdays) > 0 {
		pause = max(1, pause-6) // the same weekday of the week in which the pause ends
	}
	// A closure can let two orders arrive together; the order in hand then
	// lasts until the first that arrives later.
	for sent := c.orderDay; ; {
		if sent, ok = o.orderDay(sent.Add(pause)); !ok || sent > today.Add(2*farDays) {
			return c, false
		}
		if c.next, ok = o.arrival(sent); !ok {
			return c, false
		}
		if c.next > c.arrival {
			return c, true
		}
	}
}

// orderDay is the first day from from on which the supplier takes an order.
func (o *Offer) orderDay(from day.Date) (day.Date, bool) {
	for d := from; d <= from.Add(farDays); d++ {
		if !o.closed(d) && (len(o.OrderWeekdays) == 0 || slices.Contains(o.OrderWeekdays, d.Weekday())) {
			return d, true
		}
	}
	return 0, false
}

// arrival is the day an order sent on sent is on the shelf: lead days pass only
// while the supplier is open.
func (o *Offer) arrival(sent day.Date) (day.Date, bool) {
	left := max(0, min(o.LeadDays, farDays))
	for d := sent; d <= sent.Add(3*farDays); d++ {
		if o.closed(d) {
			continue
		}
		if d > sent {
			left--
		}
		if left <= 0 {
			return d, true
		}
	}
	return 0, false
}

func (o *Offer) closed(d day.Date) bool {
	for _, c := range o.Closures {
		if c.From <= d && d <= c.To {
			return true
		}
	}
	return false
}
