package replenish

import (
	"math"
	"strconv"

	"buhuo/internal/replenish/lead"
)

// steps is the derivation in the order in which it was made, each step a
// sentence with its numbers.
func (in *Input) steps(s *Suggestion) []Message {
	out := []Message{
		say("reason.step_stock", in.amount("on_hand", s.OnHand), in.amount("allocated", s.Allocated),
			in.amount("unusable", s.Unusable), in.amount("available", s.Available)),
		say("reason.step_position", in.amount("available", s.Available), in.amount("on_order", s.OnOrder),
			in.amount("position", s.Position.Position)),
		say("reason.step_risk", percent("percent", int(math.Round(100*s.Risk.StockOutProb))), date("before", s.Risk.Before)),
	}
	out = append(out, in.onTheWay(s)...)
	c := s.Choice
	if c == nil {
		return out
	}
	out = append(out,
		in.leadTime(c),
		say("reason.step_calendar", text("supplier", c.SupplierName), date("order_day", c.OrderDay),
			date("arrival", c.Arrival), date("next", c.NextArrival)),
		say("reason.step_demand", date("until", in.Today.Add(c.Need.Window-1)),
			in.amount("mean", rounded(in.kept()*in.Demand.mean(c.Need.Window)))))
	if in.Loss > 0 {
		out = append(out, say("reason.step_loss", percent("percent", int(math.Round(float64(in.Loss)/100))),
			in.amount("mean", rounded(in.Demand.mean(c.Need.Window)))))
	}
	out = append(out,
		say("reason.step_level", percent("percent", int(math.Round(100*c.Need.Service))), in.amount("level", c.Need.Level)),
		say("reason.step_need", in.amount("level", c.Need.Level), in.amount("supply", c.Need.Supply),
			in.amount("outdated", c.Need.Outdated), in.amount("owed", c.Need.Owed),
			in.amount("need", max(plus(plus(c.Need.Level, c.Need.Owed), plus(c.Need.Outdated, -c.Need.Supply)), 0))),
	)
	if in.Cover > 0 {
		out = append(out, say("reason.step_cover", text("group", in.CoverBy), percent("percent", in.covered())))
	}
	out = append(out, in.limits(c)...)
	if s.Quantity > 0 {
		out = append(out, in.purchase(s)...)
	}
	for i := range s.Others {
		if e := &s.Others[i]; e.Refused == "" {
			out = append(out, say("reason.step_offer", text("supplier", e.SupplierName),
				in.amount("at", e.Quote.Quantity), in.price("landed", e.Quote.Landed), date("arrival", e.Arrival)))
		}
	}
	if s.Saving != nil {
		out = append(out, say("reason.step_saving", text("middleman", s.Saving.Middleman), in.amount("quantity", s.Quantity),
			in.price("theirs", s.Saving.Landed), in.price("ours", s.Saving.Ours), in.money("saving", s.Saving.Amount)))
	}
	return out
}

// limits are the steps that lower a need.
func (in *Input) limits(c *Evaluation) []Message {
	var out []Message
	switch c.Need.BoundBy {
	case "minimum":
		out = append(out, say("reason.step_minimum", in.amount("minimum", in.Bounds.Minimum)))
	case "maximum":
		out = append(out, say("reason.step_maximum", in.amount("maximum", in.Bounds.Maximum)))
	}
	full := plus(plus(c.Need.Level, c.Need.Owed), plus(c.Need.Outdated, -c.Need.Supply))
	if c.Need.AfterArrival < full {
		out = append(out, say("reason.step_after", date("arrival", c.Arrival), in.amount("need", c.Need.AfterArrival)))
	}
	if c.Capped {
		out = append(out, say("reason.step_cap", in.amount("cap", c.Cap)))
	}
	return out
}

// Compared says what other quantities of the chosen offer would be expected to
// cost, what a bound set by hand costs, and when to order in the long run. It is
// told from the result, so that a stored trace need not hold it twice; traces of
// before version 2 have nothing to tell.
func (t *Trace) Compared() []Message {
	c, in := t.Result.Choice, &t.Inputs
	if c == nil {
		return nil
	}
	var out []Message
	for _, x := range c.Costs {
		out = append(out, say("reason.step_weigh", in.amount("quantity", x.Quantity), in.money("missed", x.Missed),
			in.money("spoiled", x.Spoiled), in.money("keeping", x.Keeping), in.money("dearer", x.Dearer), in.money("total", x.Total)))
	}
	if c.moreIsCheaper() {
		days := lotDays
		if in.Facts.Prior {
			days = strangerDays
		}
		out = append(out, say("reason.step_furthest", text("days", strconv.Itoa(days))))
	}
	if c.BoundCost > 0 {
		out = append(out, say("reason.step_bound", in.money("cost", c.BoundCost)))
	}
	if c.Refill != nil {
		out = append(out, say("reason.step_refill", in.money("work", in.Policy.Ordering),
			in.amount("at", spoken(c.Refill.At)), in.amount("up_to", spoken(c.Refill.UpTo))))
	}
	return append(out, t.Plan()...)
}

// purchase are the steps from a need to what is bought.
func (in *Input) purchase(s *Suggestion) []Message {
	c := s.Choice
	out := []Message{say("reason.step_round", in.amount("step", c.Step),
		in.amount("minimum", in.offer(c).MinOrder), in.amount("rounded", c.Rounded))}
	return append(out, say("reason.step_cost", in.ordered(s), in.price("unit_price", c.Quote.UnitPrice),
		in.money("line", c.Quote.LineCost), in.money("freight", c.Quote.Freight), in.price("landed", c.Quote.Landed)))
}

// onTheWay tells when deliveries that may come on several days are expected.
func (in *Input) onTheWay(s *Suggestion) []Message {
	var out []Message
	for _, c := range s.Risk.Coming {
		if c.From < c.To {
			out = append(out, say("reason.step_coming", in.amount("quantity", c.Quantity), date("from", c.From), date("to", c.To),
				date("likely", c.Likely), percent("percent", int(math.Round(100*c.Before)))))
		}
	}
	return out
}

// leadTime tells how long deliveries take, in days.
func (in *Input) leadTime(c *Evaluation) Message {
	o := in.offer(c)
	days := o.Lead
	if !days.Known() {
		days = lead.Certain(o.leadDays())
	}
	usual, late := days.Usual()
	args := []Arg{text("supplier", c.SupplierName), text("usual", usual), text("late", strconv.Itoa(late)), text("promised", strconv.Itoa(o.Promised))}
	if o.Deliveries == 0 {
		return say("reason.step_lead_promise", args...)
	}
	return say("reason.step_lead", append(args, text("deliveries", strconv.Itoa(o.Deliveries)))...)
}
