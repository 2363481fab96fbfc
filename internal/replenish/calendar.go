package replenish

import (
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/replenish/lead"
)

// farDays bounds every look into a calendar: a supplier without an order day
// or a delivery within it is one that cannot be ordered from.
const farDays = 366

// cycle is when an order can be sent, when it arrives, and when the one after
// it would: an order must last from its arrival until then.
type cycle struct {
	orderDay, arrival, next day.Date
	// arrives and ends say how likely each day is, counted from today, of which
	// arrival and next are the middles.
	arrives, ends lead.Days
	again         day.Date // when the order is sent that arrives on next
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
		if c.again = sent; c.next > c.arrival {
			c.arrives, c.ends = o.arrives(c.orderDay, today), o.arrives(sent, today)
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
	return lead.Calendar(o.closed).Advance(sent, o.leadDays())
}

// leadDays is the middle of the lead time.
func (o *Offer) leadDays() int {
	if o.Lead.Known() {
		return o.Lead.Quantile(0.5)
	}
	return max(0, min(o.LeadDays, farDays))
}

// arrives is how likely each day is, counted from today, on which an order sent on
// sent can be on the shelf.
func (o *Offer) arrives(sent, today day.Date) lead.Days {
	days := o.Lead
	if !days.Known() {
		days = lead.Certain(o.leadDays())
	}
	if len(o.Closures) == 0 {
		return lead.Days{From: days.From + int(sent-today), P: days.P}
	}
	on, _, _ := lead.Calendar(o.closed).From(days, sent, today)
	return on
}

func (o *Offer) closed(d day.Date) bool {
	for _, c := range o.Closures {
		if c.From <= d && d <= c.To {
			return true
		}
	}
	return false
}

// fewDays is how many parts stand for a lead time where a quantity depends on it.
const fewDays = 8
