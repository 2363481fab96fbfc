package replenish

import (
	"math"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Message is a sentence to be said in the reader's language: a key of the
// catalogue and the values for its placeholders.
type Message struct {
	Key  string `json:"key"`
	Args []Arg  `json:"args,omitempty"`
}

// Kind says how an Arg is written for a person.
type Kind string

// The kinds of argument and what Int and Text hold.
const (
	KindQuantity Kind = "quantity" // Int thousandths of Unit (a base unit's code); with PackUnit also that many Packs
	KindDate     Kind = "date"     // Int day number
	KindMoney    Kind = "money"    // Int minor units of the currency Unit
	KindPrice    Kind = "price"    // Int 1/10,000 of the currency Unit, per base unit
	KindPercent  Kind = "percent"  // Int whole per cent
	KindWeekday  Kind = "weekday"  // Int time.Weekday
	KindFestival Kind = "festival" // Text day.Festival
	KindText     Kind = "text"     // Text as it is, a name
)

// Arg is one typed value of a Message.
type Arg struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	Int  int64  `json:"int,omitempty"`
	Unit string `json:"unit,omitempty"`
	Text string `json:"text,omitempty"`
	// Packs of PackUnit are the same quantity as the supplier counts it.
	Packs    int64  `json:"packs,omitempty"`
	PackUnit string `json:"pack_unit,omitempty"`
}

func (in *Input) amount(name string, q measure.Quantity) Arg {
	return Arg{Name: name, Kind: KindQuantity, Int: int64(q), Unit: in.Unit}
}

func (in *Input) money(name string, a money.Amount) Arg {
	return Arg{Name: name, Kind: KindMoney, Int: int64(a), Unit: in.Currency.Code}
}

func (in *Input) price(name string, p money.Price) Arg {
	return Arg{Name: name, Kind: KindPrice, Int: int64(p), Unit: in.Currency.Code}
}

func date(name string, d day.Date) Arg { return Arg{Name: name, Kind: KindDate, Int: int64(d)} }

func percent(name string, n int) Arg { return Arg{Name: name, Kind: KindPercent, Int: int64(n)} }

func weekday(name string, d time.Weekday) Arg {
	return Arg{Name: name, Kind: KindWeekday, Int: int64(d)}
}

func text(name, s string) Arg { return Arg{Name: name, Kind: KindText, Text: s} }

func say(key string, args ...Arg) Message { return Message{Key: key, Args: args} }

// ordered is the suggested quantity, in packs too if the supplier packs.
func (in *Input) ordered(s *Suggestion) Arg {
	arg := in.amount("quantity", s.Quantity)
	if o := in.offer(s.Choice); o.Pack.Unit != "" && s.Choice.Step > 0 {
		arg.Packs, arg.PackUnit = int64(s.Quantity/s.Choice.Step), o.Pack.Unit
	}
	return arg
}

// spoken rounds a quantity to what a person would say: two digits, and whole
// units from ten on.
func spoken(q measure.Quantity) measure.Quantity {
	if q <= 0 {
		return q
	}
	grid := math.Pow10(max(0, int(math.Floor(math.Log10(float64(q))))-1))
	grid = math.Min(grid, measure.Thousandths)
	return measure.Quantity(math.Round(float64(q)/grid) * grid)
}

// reason is at most what demand does, what follows from it, and notes.
func (in *Input) reason(s *Suggestion) []Message {
	var out []Message
	if s.DailyRate > 0 {
		out = append(out, in.demandReason(s))
	}
	out = append(out, in.decision(s))
	return append(out, in.notes(s)...)
}

func (in *Input) demandReason(s *Suggestion) Message {
	rate := in.amount("rate", spoken(s.DailyRate))
	f := in.Facts
	switch low, high := spoken(f.AroundLow), spoken(f.AroundHigh); {
	case !f.Prior:
	case high > low:
		return say("reason.prior_around", in.amount("low", low), in.amount("high", high))
	case high > 0:
		return say("reason.prior_around_one", in.amount("high", high))
	default:
		return say("reason.prior", rate)
	}
	lost := in.amount("lost", spoken(f.Lost))
	rush := percent("percent", f.PeakPercent)
	switch {
	case f.Festival != "" && f.FestivalPercent > 0:
		feast := Arg{Name: "festival", Kind: KindFestival, Text: string(f.Festival)}
		rush = percent("percent", f.FestivalPercent)
		if f.Lost > 0 {
			return say("reason.demand_lost_festival", rate, lost, feast, rush)
		}
		return say("reason.demand_festival", rate, feast, rush)
	case f.PeakPercent > 0 && f.PeakWeekend:
		if f.Lost > 0 {
			return say("reason.demand_lost_weekend", rate, lost, rush)
		}
		return say("reason.demand_weekend", rate, rush)
	case f.PeakPercent > 0:
		if f.Lost > 0 {
			return say("reason.demand_lost_weekday", rate, lost, weekday("day", f.PeakDay), rush)
		}
		return say("reason.demand_weekday", rate, weekday("day", f.PeakDay), rush)
	case f.Lost > 0:
		return say("reason.demand_lost", rate, lost)
	}
	return say("reason.demand", rate)
}

// decision says why this much, or why nothing.
func (in *Input) decision(s *Suggestion) Message {
	c := s.Choice
	switch {
	case len(in.Offers) == 0:
		return say("reason.no_offer")
	case c == nil:
		return say("reason.no_usable_offer")
	case s.Quantity == 0:
		return in.enough(s)
	case c.Need.BoundBy == "minimum":
		return say("reason.order_minimum", in.amount("minimum", in.Bounds.Minimum), in.ordered(s))
	case !in.Stock.Known:
		return say("reason.order_unknown", date("next", c.NextArrival), in.ordered(s))
	case s.Available <= 0:
		return say("reason.order_out", date("arrival", c.Arrival), in.ordered(s))
	case s.Risk.RunOut != 0 && s.Risk.RunOut < c.NextArrival:
		return say("reason.order_runs_out", date("run_out", s.Risk.RunOut), date("arrival", c.Arrival), in.ordered(s))
	}
	return say("reason.order_lasts", in.amount("available", s.Available), date("next", c.NextArrival), in.ordered(s))
}

func (in *Input) enough(s *Suggestion) Message {
	on, coming := in.firstArrival()
	switch {
	case in.Unproven:
		return say("reason.unproven")
	case s.Has(FlagCapped) && s.Choice.Wanted == 0:
		return say("reason.enough_spoil")
	case s.DailyRate == 0:
		return say("reason.enough_slow")
	case s.Choice.Wanted > 0 && s.Choice.Rounded > s.Choice.Wanted && in.ShelfLife > 0 && s.Choice.Need.BoundBy == "":
		return say("reason.enough_forced", in.amount("least", s.Choice.Rounded), in.amount("wanted", spoken(s.Choice.Wanted)))
	case s.Choice.Wanted > 0 && s.Choice.Need.BoundBy == "":
		return say("reason.enough_wait", date("next", s.Choice.NextArrival))
	case coming && s.OnOrder > 0:
		return say("reason.enough_coming", in.amount("coming", s.OnOrder), date("on", in.Today.Add(on)))
	case s.Risk.RunOut != 0:
		return say("reason.enough", date("run_out", s.Risk.RunOut))
	}
	return say("reason.enough_long")
}

// notes say what made the number other than plain need.
func (in *Input) notes(s *Suggestion) []Message {
	var out []Message
	note := func(f Flag, key string, args ...Arg) {
		if s.Has(f) {
			out = append(out, say(key, args...))
		}
	}
	if !in.Unproven && (s.Quantity == 0 || s.Choice == nil) { // otherwise the decision says so
		note(FlagStockUnknown, "reason.note_unknown")
	}
	note(FlagNegativeStock, "reason.note_negative")
	if late, on := in.overdue(); late > 0 {
		note(FlagOverdue, "reason.note_overdue", in.amount("late", late), date("on", on))
	}
	c := s.Choice
	if c == nil {
		return out
	}
	if p := in.covered(); p >= toldCover {
		out = append(out, say("reason.note_cover", percent("percent", p), text("group", in.CoverBy)))
	}
	note(FlagExpiring, "reason.note_expiring", in.amount("outdated", spoken(c.Need.Outdated)))
	if s.Quantity > 0 {
		if c.OrderDay > in.Today {
			out = append(out, say("reason.note_order_day", date("on", c.OrderDay)))
		}
		saved := in.money("saved", max(c.Base.NetCost+c.Base.Freight-c.Quote.NetCost-c.Quote.Freight, 0))
		switch {
		case c.More == "lot" || c.More != "" && saved.Int == 0 && c.Quote.Landed >= c.Base.Landed:
			out = append(out, say("reason.note_lot", in.amount("base", c.Base.Quantity)))
		case c.More != "" && saved.Int == 0:
			out = append(out, say("reason.note_unit", in.amount("base", c.Base.Quantity), in.price("landed", c.Quote.Landed), in.price("dearer", c.Base.Landed)))
		}
		if saved.Int > 0 {
			note(FlagPriceBreak, "reason.note_price_break", in.amount("base", c.Base.Quantity), saved)
			note(FlagFreeFreight, "reason.note_freight", in.amount("base", c.Base.Quantity), saved)
		}
		if !s.Has(FlagMinimumForced) && c.More == "" {
			note(FlagPackForced, "reason.note_pack", in.amount("need", spoken(c.Wanted)))
		}
		note(FlagMinimumForced, "reason.note_minimum", in.amount("minimum", in.offer(c).MinOrder))
		note(FlagCapped, "reason.note_capped", in.amount("need", spoken(c.Need.Quantity)))
		note(FlagSpoils, "reason.note_spoils", in.amount("spoils", spoken(c.Quote.Spoils)))
		note(FlagBelowMinimum, "reason.note_order_value", in.money("minimum", in.offer(c).MinOrderValue))
	}
	note(FlagBoundMaximum, "reason.note_maximum", in.amount("maximum", in.Bounds.Maximum))
	note(FlagUnpriced, "reason.note_unpriced")
	note(FlagTermsAssumed, "reason.note_assumed")
	return out
}

// toldCover is the share of a group's help, in per cent, from which it is told.
const toldCover = 10

// covered is what others of the group serve, in per cent.
func (in *Input) covered() int { return int(math.Round(100 * in.Cover)) }
