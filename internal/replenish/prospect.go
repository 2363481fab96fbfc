package replenish

import (
	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Prospect is the risk day by day, with an order and without. Index i is the end of day
// Today+i; what is lost adds up from Today on.
type Prospect struct {
	Today     day.Date
	Out, With []float64 // probability of having run out; With is empty without an order
	// Lost and LostWith are what is wanted in vain, in base units.
	Lost, LostWith []float64
	// Until is the number of days after which the order behind this one would come, and
	// LostMargin and MarginWith the margin that goes with what is lost by then.
	Until                  int
	LostMargin, MarginWith money.Amount
	// Coming are the deliveries on their way; Order is the order if it is sent when it
	// should be, nil without one.
	Coming []Coming
	Order  *Coming
}

// Ahead looks as many days ahead from what a trace was made of, with an order of a
// quantity from the chosen offer.
func Ahead(t *Trace, quantity measure.Quantity, days int) Prospect {
	in := t.Inputs.mended().Bought()
	c := chances{w: &in.Demand}
	none := in.position().Available <= 0
	look := func(list []coming) curves {
		out := in.ahead(&c, list, days, true)
		if none { // whatever arrives later, the shelf is empty now
			fill(out.out, 1)
			fill(out.before, 1)
		}
		return out
	}
	list := in.coming()
	now := look(list)
	p := Prospect{Today: in.Today, Out: now.out, Lost: now.lost, Coming: in.told(list, now.before)}
	choice := t.Result.Choice
	if choice == nil || days < 1 {
		return p
	}
	p.Until = max(1, min(int(choice.NextArrival-in.Today), days))
	p.LostMargin = in.worth(choice, p.Lost[p.Until-1])
	if quantity <= 0 {
		return p
	}
	order := Arrival{Quantity: quantity, Due: choice.Arrival, Days: in.offer(choice).arrives(choice.OrderDay, in.Today)}
	then := look(in.coming(order))
	p.With, p.LostWith = then.out, then.lost
	p.MarginWith = in.worth(choice, p.LostWith[p.Until-1])
	when := order.days(in.Today)
	told := in.told([]coming{{Arrival: order, days: when, likely: when.Quantile(0.5)}}, []float64{1})
	if p.Order = &told[0]; !none {
		p.Order.Before, _ = in.until(&c, when.Points())
	}
	return p
}
