package restockweb

import (
	"math"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

const (
	// telling is the change, as a share, from which a factor is worth a sentence.
	telling = 0.05
	// dayByDay are the days of the table that multiplies the parts.
	dayByDay = 14
)

// thousandths brings an estimate into exact units.
func thousandths(x float64) measure.Quantity {
	if !(x > 0) {
		return 0
	}
	return measure.Quantity(math.Round(math.Min(x*1000, float64(measure.MaxQuantity))))
}

// about writes an estimate without digits that nobody knows.
func (v voice) about(x float64, unit string) string {
	if q := thousandths(x); q >= measure.Thousandths || q == 0 {
		return v.Rough(q, unit)
	}
	grid := math.Pow(10, math.Floor(math.Log10(x))-1)
	return v.Amount(max(thousandths(math.Round(x/grid)*grid), 1), unit)
}

// times writes a factor: "×1.8".
func (v voice) times(x float64) string {
	digits := 1
	if x < 0.95 || x > 1 && x < 1.05 {
		digits = 2
	}
	return v.t.T("forecast.times", arg("factor", v.t.Decimal(x, digits)))
}

// forecast fills in what the forecast is made of, how right it has been and what
// people know.
func (v voice) forecast(c *gin.Context, o restock.Outlook, m *restockview.Product) {
	id := o.Product.ID
	m.Made = &restockview.Made{Title: v.t.T("forecast.card_made"), Why: v.madeOf(o), Days: v.dayByDay(o),
		WhatIf: ui.Link{Href: productAddress(id) + "/what-if", Text: v.t.T("forecast.what_if"), Icon: "bulb"}}
	m.Accuracy = v.accuracy(o)
	m.Known = v.known(o, may(c, tenant.Manager))
}

// madeOf says in sentences what the forecast is made of.
func (v voice) madeOf(o restock.Outlook) []string {
	x, unit := o.Why, o.Product.BaseUnit
	var out []string
	say := func(key string, args ...i18n.Arg) { out = append(out, v.t.T(key, args...)) }
	if o.Counted != 0 {
		say("forecast.from_counts", arg("day", v.t.Date(o.Counted)))
	}
	switch {
	case x.Prior.Reason != "" && x.Prior.Source == forecast.SourceAround:
		say("forecast.prior_around")
	case x.Prior.Reason != "" && x.Prior.Band != "":
		say("forecast.prior_priced")
	case x.Prior.Reason != "":
		say("forecast.prior")
	}
	say("forecast.level", arg("rate", v.about(x.Level, unit)))
	switch change := x.Level/x.Before - 1; {
	case !(x.Before > 0) || x.Prior.Reason != "":
	case change >= telling:
		say("forecast.rising", arg("percent", v.t.Percent(change)))
	case change <= -telling:
		say("forecast.falling", arg("percent", v.t.Percent(-change)))
	default:
		say("forecast.steady")
	}
	switch {
	case x.Trend >= 1+telling:
		say("forecast.shop_busier", arg("percent", v.t.Percent(x.Trend-1)))
	case x.Trend > 0 && x.Trend <= 1-telling:
		say("forecast.shop_quieter", arg("percent", v.t.Percent(1-x.Trend)))
	}
	if len(x.Season) == 7 {
		best, worst := 0, 0
		for w, f := range x.Season {
			if f > x.Season[best] {
				best = w
			}
			if f < x.Season[worst] {
				worst = w
			}
		}
		if x.Season[best]-x.Season[worst] >= 2*telling {
			say("forecast.weekday", arg("best", v.t.Weekday(time.Weekday(best))), arg("high", v.times(x.Season[best])),
				arg("worst", v.t.Weekday(time.Weekday(worst))), arg("low", v.times(x.Season[worst])))
		} else {
			say("forecast.weekday_same")
		}
	}
	if len(x.Steps) > 0 {
		if yearly := x.Steps[0].Yearly; yearly > 0 && math.Abs(yearly-1) >= telling {
			say("forecast.yearly", arg("factor", v.times(yearly)))
		}
		if price := x.Steps[0].Price; price > 0 && math.Abs(price-1) >= telling {
			say("forecast.price_now_brings", arg("factor", v.times(price)))
		}
	}
	out = append(out, v.feastsSaid(o)...)
	out = append(out, v.promosSaid(o)...)
	out = append(out, v.marketSaid(o))
	out = append(out, v.emptySaid(o))
	for _, k := range o.Known {
		if !k.Over && k.WithdrawnAt == nil {
			out = append(out, v.Say(k.Note(unit)))
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// feastsSaid names the festivals of the days ahead and what they usually do.
func (v voice) feastsSaid(o restock.Outlook) []string {
	var out []string
	named := map[day.Date]bool{}
	for _, f := range o.Why.Feasts {
		if math.Abs(f.Usual-1) < telling || f.Date.Date < o.First.Add(-1) && f.Strong.Date < o.First {
			continue
		}
		named[f.Date.Date] = true
		key := "forecast.feast"
		if f.Strong.Date == f.Date.Date {
			key = "forecast.feast_day"
		}
		args := []i18n.Arg{arg("festival", v.t.Festival(f.Festival)), arg("date", v.t.Date(f.Date.Date)), arg("factor", v.times(f.Usual))}
		if key == "forecast.feast" && f.Usual < 1 {
			key = "forecast.feast_low"
		}
		if key != "forecast.feast_day" {
			args = append(args, arg("strong", v.t.WeekdayDate(f.Strong.Date)))
		}
		out = append(out, v.t.T(key, args...))
	}
	for _, f := range day.FestivalsBetween(o.First, o.First.Add(len(o.Mean)-1)) {
		if !named[f.Date] {
			out = append(out, v.t.T("forecast.feast_unknown", arg("festival", v.t.Festival(f.Festival)), arg("date", v.t.Date(f.Date))))
		}
	}
	return out
}

// marketSaid names the next market day and what such days do.
func (v voice) marketSaid(o restock.Outlook) string {
	i := slices.IndexFunc(o.Markets, func(d day.Date) bool { return d >= o.First })
	switch {
	case i < 0:
		return ""
	case math.Abs(o.Market-1) < telling:
		return v.t.T("forecast.market_unknown", arg("day", v.t.Date(o.Markets[i])))
	}
	return v.t.T("forecast.market", arg("day", v.t.Date(o.Markets[i])), arg("factor", v.times(o.Market)))
}

// promosSaid tells of promotions and what they do.
func (v voice) promosSaid(o restock.Outlook) []string {
	var out []string
	if n := len(o.Promos); n > 0 {
		last := o.Promos[n-1]
		if last.From == last.To {
			out = append(out, v.t.T("forecast.promo_day", arg("day", v.t.Date(last.From))))
		} else {
			out = append(out, v.t.T("forecast.promo_days", arg("from", v.t.WeekdayDate(last.From)), arg("to", v.t.WeekdayDate(last.To))))
		}
	}
	if f := o.Why.Promotion; f > 0 && math.Abs(f-1) >= telling {
		out = append(out, v.t.T("forecast.promo_effect", arg("factor", v.times(f))))
	}
	return out
}

// emptySaid tells what empty shelves hid.
func (v voice) emptySaid(o restock.Outlook) string {
	var gone time.Duration
	lost, days := 0.0, 0
	for i, empty := range o.Empty {
		if !empty {
			continue
		}
		days++
		gone += o.Gone[i]
		sold := o.Sold[i]
		if math.IsNaN(sold) {
			sold = 0
		}
		if !math.IsNaN(o.Wanted[i]) {
			lost += math.Max(o.Wanted[i]-sold, 0)
		}
	}
	hours := int(math.Round(gone.Hours()))
	switch {
	case days > 0 && hours > 0 && lost > 0:
		return v.t.T("forecast.empty", arg("n", hours), arg("lost", v.about(lost, o.Product.BaseUnit)))
	case days > 0 && lost > 0:
		return v.t.T("forecast.empty_days", arg("n", days), arg("lost", v.about(lost, o.Product.BaseUnit)))
	case !o.Row.StockKnown:
		return v.t.T("forecast.empty_unknown")
	case days > 0, o.Counted != 0:
		return ""
	}
	return v.t.T("forecast.never_empty")
}

// dayByDay multiplies the parts for each of the next days.
func (v voice) dayByDay(o restock.Outlook) ui.Numbers {
	x, unit := o.Why, o.Product.BaseUnit
	steps := x.Steps[min(max(int(o.First-x.First.Date), 0), len(x.Steps)):] // after counts, days lie between
	n := min(dayByDay, len(o.Mean), len(steps))
	moved := func(of func(k int) float64) bool {
		for k := range n {
			if math.Abs(of(k)-1) > 0.004 {
				return true
			}
		}
		return false
	}
	known := func(k int) float64 {
		if o.Ours[k] <= 0 {
			return 1
		}
		return o.Mean[k] / o.Ours[k]
	}
	columns := []struct {
		head string
		of   func(k int) float64
	}{
		{"forecast.col_weekday", func(k int) float64 { return steps[k].Season }},
		{"forecast.col_festival", func(k int) float64 { return steps[k].Festival }},
		{"forecast.col_promotion", func(k int) float64 { return steps[k].Promotion }},
		{"forecast.col_price", func(k int) float64 { return steps[k].Price }},
		{"forecast.col_yearly", func(k int) float64 { return steps[k].Yearly }},
		{"forecast.col_market", func(k int) float64 {
			if slices.Contains(o.Markets, o.First.Add(k)) {
				return o.Market
			}
			return 1
		}},
		{"forecast.col_known", known},
	}
	out := ui.Numbers{Head: []string{v.t.T("restock.col_day"), v.t.T("forecast.col_ordinary")}}
	columns = slices.DeleteFunc(columns, func(c struct {
		head string
		of   func(k int) float64
	}) bool {
		return !moved(c.of)
	})
	for _, c := range columns {
		out.Head = append(out.Head, v.t.T(c.head))
	}
	out.Head = append(out.Head, v.t.T("restock.legend_mean"))
	trend := x.Trend
	if !(trend > 0) {
		trend = 1
	}
	for k := range n {
		row := []string{v.t.WeekdayDate(o.First.Add(k)), v.about(x.Level*trend, unit)}
		for _, c := range columns {
			row = append(row, v.t.T("forecast.times", arg("factor", v.t.Decimal(c.of(k), 2))))
		}
		out.Rows = append(out.Rows, append(row, v.about(o.Mean[k], unit)))
	}
	return out
}

// accuracy says how right the forecasts have been.
func (v voice) accuracy(o restock.Outlook) *restockview.Accuracy {
	a, unit := o.Accuracy, o.Product.BaseUnit
	out := &restockview.Accuracy{Title: v.t.T("forecast.card_accuracy")}
	if a.Of == 0 {
		out.Text = []string{v.t.T("forecast.accuracy_none")}
		return out
	}
	out.Text = []string{
		v.t.T("forecast.accuracy_sum", arg("n", a.Weeks), arg("expected", v.Rough(a.Expected, unit)), arg("wanted", v.Rough(a.Wanted, unit))),
		v.t.T("forecast.accuracy_held", arg("held", a.Held), arg("n", a.Of)),
	}
	if a.Replayed {
		out.Text = append(out.Text, v.t.T("forecast.accuracy_replayed"))
	}
	out.Weeks.Head = []string{v.t.T("forecast.col_week"), v.t.T("forecast.col_expected"), v.t.T("forecast.col_most"), v.t.T("forecast.col_wanted")}
	for _, j := range slices.Backward(a.Past) {
		out.Weeks.Rows = append(out.Weeks.Rows, []string{
			v.t.T("restock.from_to", arg("from", v.t.DateShort(j.First)), arg("to", v.t.DateShort(j.Last()))),
			v.Rough(j.Expected, unit), v.Rough(j.LikelyMost, unit), v.Rough(j.Wanted, unit),
		})
	}
	return out
}

// known lists what people said of coming days and how it did.
func (v voice) known(o restock.Outlook, manager bool) *restockview.Known {
	out := &restockview.Known{Title: v.t.T("forecast.card_known"), Withdraw: v.t.T("forecast.withdraw")}
	if manager {
		out.Add = ui.Link{Href: productAddress(o.Product.ID) + "/adjust", Text: v.t.T("forecast.add_known"), Icon: "edit"}
	}
	if len(o.Known) == 0 {
		out.None = v.t.T("forecast.known_none")
	}
	for _, k := range o.Known {
		item := restockview.KnownItem{Text: v.Say(k.Note(o.Product.BaseUnit))}
		switch {
		case k.WithdrawnAt != nil:
			item.State = restockview.Badge{Tone: ui.Plain, Icon: "undo", Text: v.t.T("forecast.withdrawn")}
		case !k.Over:
			item.State = restockview.Badge{Tone: ui.Info, Icon: "calendar", Text: v.t.T("forecast.counts")}
			if manager {
				item.Action = "/adjustments/" + k.ID.String() + "/withdraw"
			}
		}
		if k.Ours != nil && !k.Over && k.WithdrawnAt == nil {
			item.Note = v.t.T("forecast.instead", arg("ours", v.Rough(*k.Ours, o.Product.BaseUnit)), arg("adjusted", v.Rough(*k.Adjusted, o.Product.BaseUnit)))
		}
		if k.Score != nil {
			item.Note = v.scored(*k.Score, o.Product.BaseUnit)
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// scored says whether people or the forecast were nearer to what was wanted.
func (v voice) scored(s restock.Score, unit string) string {
	key := "forecast.score_same"
	switch s.Nearer() {
	case 1:
		key = "forecast.score_yours"
	case -1:
		key = "forecast.score_ours"
	}
	return v.t.T(key, arg("wanted", v.Rough(s.Wanted, unit)), arg("ours", v.Rough(s.Ours, unit)), arg("adjusted", v.Rough(s.Adjusted, unit)))
}
