package restockweb

import (
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
	"buhuo/views/ui"
)

// stockPast is how many days back the chart of the stock goes.
const stockPast = 21

// dayOf is the shop's day on which a lot came.
func (v voice) dayOf(l stock.LotBalance) day.Date { return day.Of(l.ReceivedAt.Time(), v.zone) }

// shown brings the numbers of a chart into the unit that the shop shows.
func (v voice) shown(list []float64, unit string) []float64 {
	one, _ := v.Shown(measure.Thousandths, unit)
	factor := float64(one) / 1000
	out := make([]float64, len(list))
	for i, x := range list {
		out[i] = x * factor
	}
	return out
}

// demandChart draws what was sold, what would have sold and what will be wanted.
func (v voice) demandChart(o restock.Outlook) *ui.LineModel {
	if len(o.Mean) == 0 && !anything(o.Sold) {
		return nil
	}
	unit := o.Product.BaseUnit
	_, code := v.Shown(0, unit)
	m := &ui.LineModel{
		T: v.t, ID: "demand", Title: v.t.T("restock.chart_demand", arg("name", o.Product.Name), arg("unit", v.t.Unit(code, 2*measure.Thousandths))),
		Past: v.shown(o.Sold, unit), Wanted: v.shown(o.Wanted, unit), Empty: o.Empty,
		Low: v.shown(o.Low, unit), Mean: v.shown(o.Mean, unit), High: v.shown(o.High, unit),
		Ticks: v.ticks(o.Start, len(o.Sold)+len(o.Mean)), Feasts: v.marks(o),
		Legend: ui.Legend{Past: v.t.T("restock.legend_sold"), Wanted: v.t.T("restock.legend_wanted"), Empty: v.t.T("restock.legend_empty"), Mean: v.t.T("restock.legend_mean"), Fan: v.t.T("restock.legend_fan")},
	}
	if o.Counted != 0 {
		m.Legend.Past = v.t.T("forecast.legend_counts")
	}
	m.Table = v.demandTable(o, m)
	return m
}

func anything(list []float64) bool {
	for _, x := range list {
		if !math.IsNaN(x) {
			return true
		}
	}
	return false
}

func (v voice) demandTable(o restock.Outlook, m *ui.LineModel) ui.Numbers {
	n := ui.Numbers{Head: []string{v.t.T("restock.col_day"), m.Legend.Past, v.t.T("restock.legend_wanted"), v.t.T("forecast.col_gone"),
		v.t.T("restock.legend_fan"), v.t.T("forecast.col_marks")}}
	was := v.occasions(o)
	for i := range m.Past {
		gone := ""
		switch {
		case !o.Empty[i]:
		case o.Gone[i] > 0:
			gone = v.t.T("forecast.hours", arg("n", max(int(math.Round(o.Gone[i].Hours())), 1)))
		default:
			gone = v.t.T("forecast.partly")
		}
		date := o.Start.Add(i)
		n.Rows = append(n.Rows, []string{v.t.WeekdayDate(date), v.t.Decimal(m.Past[i], 1), v.t.Decimal(m.Wanted[i], 1), gone, "", was[date]})
	}
	for i := range m.Mean {
		date := o.First.Add(i)
		n.Rows = append(n.Rows, []string{v.t.WeekdayDate(date), "", v.t.Decimal(m.Mean[i], 1), "",
			v.t.T("restock.from_to", arg("from", v.t.Decimal(m.Low[i], 1)), arg("to", v.t.Decimal(m.High[i], 1))), was[date]})
	}
	return n
}

// stockChart draws what lay on the shelf and what will be left of it, without a new
// order.
func (v voice) stockChart(o restock.Outlook) *ui.LineModel {
	if len(o.Stock) == 0 {
		return nil
	}
	unit := o.Product.BaseUnit
	_, code := v.Shown(0, unit)
	past := o.Level[max(0, len(o.Level)-stockPast):]
	start := o.First.Add(-len(past))
	m := &ui.LineModel{
		T: v.t, ID: "stock", Title: v.t.T("restock.chart_stock", arg("name", o.Product.Name), arg("unit", v.t.Unit(code, 2*measure.Thousandths))),
		Past: v.shown(past, unit), Low: v.shown(o.StockLow, unit), Mean: v.shown(o.Stock, unit), High: v.shown(o.StockHigh, unit),
		Ticks:  v.ticks(start, len(past)+len(o.Stock)),
		Legend: ui.Legend{Past: v.t.T("restock.legend_stock"), Mean: v.t.T("restock.legend_left"), Fan: v.t.T("restock.legend_fan")},
	}
	for _, a := range o.Arrivals {
		m.Arrive = append(m.Arrive, ui.Tick{At: int(a.Day - start), Text: v.t.T("restock.mark_arrives")})
	}
	if out := o.Row.RunOut; out != nil && o.Row.Available > 0 {
		m.RunOut = ui.Tick{At: int(*out - start), Text: v.t.T("restock.mark_out", arg("day", v.t.DateShort(*out)))}
	}
	m.Table = ui.Numbers{Head: []string{v.t.T("restock.col_day"), v.t.T("restock.legend_left"), v.t.T("restock.legend_fan")}}
	for i := range m.Mean {
		m.Table.Rows = append(m.Table.Rows, []string{v.t.WeekdayDate(o.First.Add(i)), v.t.Decimal(m.Mean[i], 1),
			v.t.T("restock.from_to", arg("from", v.t.Decimal(m.Low[i], 1)), arg("to", v.t.Decimal(m.High[i], 1)))})
	}
	return m
}

// ticks names the Mondays of n days, every second one where there are many.
func (v voice) ticks(start day.Date, n int) []ui.Tick {
	var out []ui.Tick
	step := 7
	if n > 50 {
		step = 14
	}
	for d := start.Add(6).Monday(); d < start.Add(n-2); d = d.Add(step) {
		out = append(out, ui.Tick{At: int(d - start), Text: v.t.DateShort(d), Minor: len(out)%2 == 1})
	}
	return out
}

// mark is something that happens on days of the chart.
type mark struct {
	from, to day.Date
	text     string
	market   bool
}

// happenings are festivals, promotions and what people know, in order of day.
func (v voice) happenings(o restock.Outlook) []mark {
	var out []mark
	for _, f := range day.FestivalsBetween(o.Start, o.First.Add(len(o.Mean)-1)) {
		out = append(out, mark{from: f.Date, to: f.Date, text: v.t.Festival(f.Festival)})
	}
	for _, p := range o.Promos {
		out = append(out, mark{from: p.From, to: p.To, text: v.t.T("forecast.mark_promo")})
	}
	for _, d := range o.Markets {
		out = append(out, mark{from: d, to: d, text: v.t.T("forecast.mark_market"), market: true})
	}
	for _, k := range o.Known {
		if k.WithdrawnAt == nil {
			out = append(out, mark{from: k.From, to: k.To, text: short(k.Reason)})
		}
	}
	slices.SortStableFunc(out, func(a, b mark) int { return int(a.from - b.from) })
	return out
}

// short is the beginning of what a person wrote, for the edge of a chart.
func short(s string) string {
	const most = 8
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// occasions names what happens on each day.
func (v voice) occasions(o restock.Outlook) map[day.Date]string {
	out := map[day.Date]string{}
	for _, m := range v.happenings(o) {
		for d := max(m.from, o.Start); d <= min(m.to, o.First.Add(len(o.Mean))); d++ {
			if out[d] != "" {
				out[d] = v.t.T("restock.list", arg("first", out[d]), arg("next", m.text))
			} else {
				out[d] = m.text
			}
		}
	}
	return out
}

// The room that names have above the chart of a phone, in pixels: of the plot, and of
// a letter; Han characters are as wide as they are high.
const (
	phonePlot   = 260
	latinLetter = 7
	hanLetter   = 13
)

// breadth is about how wide a name is on a phone, in per cent of the plot.
func breadth(text string) float64 {
	px := 0
	for _, r := range text {
		if r < 0x2e80 {
			px += latinLetter
		} else {
			px += hanLetter
		}
	}
	return 100 * float64(px) / phonePlot
}

// marks name the happenings on the chart, in two rows; those for which a phone has no
// room beside the one before are left out there. Of the market days those ahead are
// drawn, and only the next one has its name.
func (v voice) marks(o restock.Outlook) []ui.Tick {
	var out []ui.Tick
	var taken [2]float64 // how far each row is written, in per cent
	n, named := len(o.Sold)+len(o.Mean), 0
	next := slices.IndexFunc(o.Markets, func(d day.Date) bool { return d >= o.First })
	for _, m := range v.happenings(o) {
		at := max(int(m.from-o.Start), 0)
		if at >= n {
			continue
		}
		if m.market && (next < 0 || m.from != o.Markets[next]) {
			if m.from >= o.First {
				out = append(out, ui.Tick{At: at})
			}
			continue
		}
		row := named % 2
		named++
		middle, wide := 100*(float64(at)+0.5)/float64(n), breadth(m.text)
		left := middle - wide/2
		if middle < 5 { // it begins there
			left = middle
		}
		near := left < taken[row]
		if !near {
			taken[row] = left + wide + 2
		}
		out = append(out, ui.Tick{At: at, Text: m.text, Minor: near})
	}
	return out
}
