package insightweb

import (
	"time"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

// mondayFirst are the weekdays as the week is read.
var mondayFirst = []time.Weekday{1, 2, 3, 4, 5, 6, 0}

// part is a column of a chart.
type part struct {
	short, long string
	insight.Part
}

// columns draws how often something was sold on such a day or hour, on average.
func (v voice) columns(id, title, first string, parts []part) insightview.Chart {
	m := insightview.Chart{ID: id, Table: ui.Numbers{Head: []string{first, v.t.T("insight.times_sold"), v.t.T("insight.a_day")}}}
	best, most := -1, 0.0
	for i, p := range parts {
		mean := 0.0
		if p.Days > 0 {
			mean = float64(p.Lines) / float64(p.Days)
		}
		if mean > most {
			best, most = i, mean
		}
		row := []string{p.long, v.t.Int(int64(p.Lines)), v.t.Decimal(mean, 1)}
		if v.money {
			row = append(row, v.whole(p.Amount))
		}
		m.Pillars = append(m.Pillars, ui.Pillar{Label: p.short, Value: row[2], Height: mean})
		m.Table.Rows = append(m.Table.Rows, row)
	}
	if v.money {
		m.Table.Head = append(m.Table.Head, v.t.T("insight.sales"))
	}
	if best < 0 {
		return insightview.Chart{}
	}
	m.Pillars[best].On = true
	m.Title = v.t.T(title, i18n.A("what", parts[best].long), i18n.A("times", v.t.Decimal(most, 1)))
	return m
}

// bars compares groups: in money for those who see it, else by how often they sold.
func (v voice) bars(groups []insight.Group, named func(insight.Group) (name, href string)) []ui.Bar {
	measured := func(g insight.Group) int64 {
		if v.money {
			return int64(g.Now.Amount)
		}
		return int64(g.Now.Lines)
	}
	most := int64(0)
	for _, g := range groups {
		most = max(most, measured(g))
	}
	var bars []ui.Bar
	for _, g := range groups[:min(len(groups), barRows)] {
		n := measured(g)
		if n <= 0 && g.Then.Amount <= 0 {
			continue
		}
		b := ui.Bar{Value: v.t.T("insight.times", i18n.A("n", g.Now.Lines))}
		if v.money {
			b.Value = v.whole(g.Now.Amount)
		}
		if change := v.change(n, then(g, v.money)); change != "" {
			b.Value += " · " + change
		}
		if most > 0 {
			b.Percent = 100 * float64(max(n, 0)) / float64(most)
		}
		b.Label, b.Href = named(g)
		bars = append(bars, b)
	}
	return bars
}

func then(g insight.Group, inMoney bool) int64 {
	if inMoney {
		return int64(g.Then.Amount)
	}
	return int64(g.Then.Lines)
}

func (v voice) wishes(list []insight.AskedFor) insightview.Wishes {
	m := insightview.Wishes{None: v.t.T("insight.wishes_none")}
	for _, w := range list[:min(len(list), wishRows)] {
		m.Rows = append(m.Rows, ui.Fact{Term: w.Text, Text: v.t.T("insight.asked_times", i18n.A("n", w.Times())), Note: v.t.T("insight.asked_last", i18n.A("day", w.Last))})
	}
	return m
}
