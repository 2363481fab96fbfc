package restockweb

import (
	"math"

	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// riskDays is how far ahead the curve of a product's page looks.
const riskDays = 28

// prospect says how likely the product is to run out day by day, and what the order
// changes about it: a sentence a fact, and the curve behind a word.
func (v voice) prospect(o restock.Outlook) *restockview.Prospect {
	s := &o.Row
	if !s.StockKnown || len(s.Trace.Inputs.Demand.Mean) == 0 {
		return nil
	}
	p := replenish.Ahead(&s.Trace, s.Chosen(), riskDays)
	_, text := v.risk(s.Suggestion)
	m := &restockview.Prospect{Title: v.t.T("restock.card_risk"), Text: []string{text}, Open: v.t.T("restock.risk_open")}
	if days := v.runOut(s.Trace.Result.Risk); days != "" {
		m.Text = append(m.Text, days)
	}
	for _, c := range p.Coming {
		m.Text = append(m.Text, v.coming("restock.risk_coming", c, s.Unit))
	}
	if p.Order != nil {
		m.Text = append(m.Text, v.coming("restock.risk_order", *p.Order, s.Unit))
	}
	m.Lost = v.lost(p, s.Unit)
	m.Chart = v.riskChart(o, p)
	return m
}

// runOut is the likely day of running out with its range.
func (v voice) runOut(r replenish.Risk) string {
	switch {
	case r.RunOut == 0:
		return ""
	case r.Late == 0:
		return v.t.T("restock.risk_range_open", arg("likely", v.t.WeekdayDate(r.RunOut)), arg("from", v.t.DateShort(r.Early)))
	case r.Early == r.Late:
		return v.t.T("restock.risk_range_sure", arg("likely", v.t.WeekdayDate(r.RunOut)))
	}
	return v.t.T("restock.risk_range", arg("likely", v.t.WeekdayDate(r.RunOut)), arg("from", v.t.DateShort(r.Early)), arg("to", v.t.DateShort(r.Late)))
}

// coming says when a delivery is expected and how likely the shelf is empty before.
func (v voice) coming(key string, c replenish.Coming, unit string) string {
	when := v.t.WeekdayDate(c.Likely)
	if c.From < c.To {
		when = v.t.T("restock.risk_between", arg("likely", when), arg("from", v.t.DateShort(c.From)), arg("to", v.t.DateShort(c.To)))
	}
	return v.t.T(key, arg("quantity", v.Amount(c.Quantity, unit)), arg("when", when), arg("percent", v.t.Percent(c.Before)))
}

// lost says what is expected to be wanted in vain, and what the order saves of it.
func (v voice) lost(p replenish.Prospect, unit string) string {
	if p.Until == 0 || p.Lost[p.Until-1] < 0.05 {
		return ""
	}
	all := p.Lost[p.Until-1]
	quantity := func(x float64) string { return v.Rough(measure.Quantity(math.Round(x*measure.Thousandths)), unit) }
	if p.With == nil {
		return v.t.T("restock.risk_lost", arg("n", p.Until), arg("quantity", quantity(all)), arg("margin", v.Money(whole(p.LostMargin, v))))
	}
	return v.t.T("restock.risk_lost_order", arg("n", p.Until), arg("quantity", quantity(all)), arg("margin", v.Money(whole(p.LostMargin, v))),
		arg("left", quantity(p.LostWith[p.Until-1])), arg("rest", v.Money(whole(p.MarginWith, v))))
}

// whole rounds an expectation to whole units of money: it is not known to the cent.
func whole(a money.Amount, v voice) money.Amount {
	unit := money.Amount(math.Pow10(v.Currency.Exponent))
	return (a + unit/2) / unit * unit
}

// riskChart draws the probability of having run out by the end of each day, in per cent.
func (v voice) riskChart(o restock.Outlook, p replenish.Prospect) *ui.LineModel {
	percent := func(list []float64) []float64 {
		out := make([]float64, len(list))
		for i, x := range list {
			out[i] = 100 * x
		}
		return out
	}
	m := &ui.LineModel{
		T: v.t, ID: "risk", Title: v.t.T("restock.chart_risk", arg("name", o.Product.Name)), Past: percent(p.Out), Wanted: percent(p.With),
		Ticks:  v.ticks(p.Today, len(p.Out)),
		Legend: ui.Legend{Past: v.t.T("restock.legend_risk"), Wanted: v.t.T("restock.legend_risk_order")},
	}
	for _, c := range p.Coming {
		m.Arrive = append(m.Arrive, ui.Tick{At: int(c.Likely - p.Today), Text: v.t.T("restock.mark_arrives")})
	}
	unit := o.Product.BaseUnit
	lost, with := v.shown(p.Lost, unit), v.shown(p.LostWith, unit)
	m.Table.Head = []string{v.t.T("restock.col_day"), m.Legend.Past, v.t.T("restock.col_lost")}
	if p.With != nil {
		m.Table.Head = append(m.Table.Head, m.Legend.Wanted, v.t.T("restock.col_lost_order"))
	}
	for i := range p.Out {
		row := []string{v.t.WeekdayDate(p.Today.Add(i)), v.t.Percent(p.Out[i]), v.t.Decimal(lost[i], 1)}
		if p.With != nil {
			row = append(row, v.t.Percent(p.With[i]), v.t.Decimal(with[i], 1))
		}
		m.Table.Rows = append(m.Table.Rows, row)
	}
	return m
}
