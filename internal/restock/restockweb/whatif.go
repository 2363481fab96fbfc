package restockweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// scenarioDays is how many days a scenario covers when nobody says otherwise.
const scenarioDays = 14

// whatIf shows what another price, a promotion or a festival would lead to, beside
// what is forecast now. It is a question: nothing is stored.
func (h *Handlers) whatIf(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	q := web.QueryOf(c)
	first, err := h.restock.FirstDay(ctx)
	if err != nil {
		return err
	}
	product, err := h.catalog.Product(ctx, id)
	if err != nil {
		return err
	}
	what := v.scenario(q, product.BaseUnit, first)
	asked := what
	wrong := q.Err()
	if wrong != nil { // the page still shows the present
		asked = restock.Scenario{From: first, To: first.Add(scenarioDays - 1)}
	}
	p, err := h.restock.WhatIf(ctx, id, asked)
	if q.Refused(err) {
		wrong = err
		p, err = h.restock.WhatIf(ctx, id, restock.Scenario{From: first, To: first.Add(scenarioDays - 1)})
	}
	if err != nil {
		return err
	}
	status := http.StatusOK
	if wrong != nil {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(c, status, restockview.WhatIfPage(v.whatIf(c, q, p, what)))
}

// scenario reads the address. A price is asked in the unit that the shop shows.
func (v voice) scenario(q *web.Values, unit string, first day.Date) restock.Scenario {
	what := restock.Scenario{From: first, To: first.Add(scenarioDays - 1), Promotion: q.Checked("promotion")}
	if d, ok := q.DateOpt("from"); ok {
		what.From = d
		what.To = min(max(what.To, d), restock.LastDay(first))
	}
	if d, ok := q.DateOpt("to"); ok {
		what.To = d
	}
	if price, ok := q.PriceOpt("price"); ok {
		one, _ := v.Shown(measure.Thousandths, unit)
		per, err := money.PerBase(price, measure.Ratio{Num: measure.Thousandths, Den: int64(one)})
		if err == nil && per <= 0 {
			err = fault.New(fault.Invalid, "forecast.price_above_zero")
		}
		if err != nil {
			q.Add("price", err)
		}
		what.Price = per
	}
	options := []string{string(restock.NoFestival)}
	for _, f := range day.Festivals() {
		options = append(options, string(f))
	}
	what.Festival = day.Festival(q.ChoiceOpt("festival", "", options...))
	return what
}

func (v voice) whatIf(c *gin.Context, q *web.Values, p restock.Possible, what restock.Scenario) restockview.WhatIf {
	o := p.Outlook
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("forecast.what_if_title", arg("name", o.Product.Name)), layout.Stock
	chrome.Back = ui.Link{Href: productAddress(o.Product.ID), Text: o.Product.Name}
	for _, w := range q.Sentences() {
		chrome.Problems = append(chrome.Problems, w)
	}
	typed := func(name, otherwise string) string {
		if q.Given(name) {
			return q.Value(name)
		}
		return otherwise
	}
	m := restockview.WhatIf{
		Chrome: chrome, Action: productAddress(o.Product.ID) + "/what-if", Show: v.t.T("forecast.show"), Note: v.t.T("forecast.nothing_stored"),
		From:      ui.FieldModel{Name: "from", Type: "date", Label: v.t.T("forecast.field_from"), Value: typed("from", what.From.String()), Error: q.Sentence("from"), Short: true},
		To:        ui.FieldModel{Name: "to", Type: "date", Label: v.t.T("forecast.field_to"), Value: typed("to", what.To.String()), Error: q.Sentence("to"), Short: true},
		Price:     ui.FieldModel{Name: "price", Mode: "decimal", Label: v.t.T("forecast.field_price"), Value: q.Value("price"), Error: q.Sentence("price"), Short: true},
		Promotion: ui.Check{Name: "promotion", Value: "1", Label: v.t.T("forecast.field_promotion"), Checked: what.Promotion},
		Festival:  v.festivals(q, p, what),
	}
	if p.Price > 0 {
		m.Price.Hint = v.t.T("forecast.price_now", arg("price", v.Price(p.Price, o.Product.BaseUnit)))
	}
	if p.Then != nil {
		m.Table, m.Columns = v.beside(p), []ui.Column{{Text: v.t.T("forecast.col_what")}, {Text: v.t.T("forecast.col_now"), Num: true}, {Text: v.t.T("forecast.col_then"), Num: true}}
		m.Titles = restockview.WhatIfTitles{Beside: v.t.T("forecast.beside"), Chart: v.t.T("forecast.chart_then")}
		m.Said = v.learned(p)
		m.Why = v.Sentence(p.Then.Reason)
		m.Chart = v.possibleChart(p)
	}
	return m
}

func (v voice) festivals(q *web.Values, p restock.Possible, what restock.Scenario) ui.SelectModel {
	s := ui.SelectModel{Name: "festival", Label: v.t.T("forecast.field_festival"), Error: q.Sentence("festival")}
	option := func(f day.Festival, text string) {
		s.Options = append(s.Options, ui.Option{Value: string(f), Text: text, Selected: f == what.Festival})
	}
	option("", v.t.T("forecast.festival_as_is"))
	option(restock.NoFestival, v.t.T("forecast.festival_none"))
	for _, f := range p.Festivals {
		option(f, v.t.T("forecast.festival_on", arg("festival", v.t.Festival(f))))
	}
	return s
}

// beside sets the present and what would follow beside each other.
func (v voice) beside(p restock.Possible) [][]string {
	o, unit := p.Outlook, p.Outlook.Product.BaseUnit
	var rows [][]string
	for from := 0; from+7 <= len(p.Mean); from += 7 {
		now, then := 0.0, 0.0
		for k := from; k < from+7; k++ {
			now += p.Now[k]
			then += p.Mean[k]
		}
		rows = append(rows, []string{
			v.t.T("forecast.week_of", arg("from", v.t.DateShort(p.First.Add(from))), arg("to", v.t.DateShort(p.First.Add(from+6)))), v.about(now, unit), v.about(then, unit)})
	}
	order := func(r restock.Row) string {
		if r.Quantity <= 0 {
			return v.t.T("forecast.no_order")
		}
		return v.Packed(r.Quantity, unit, r.PackQuantity, r.PackUnit)
	}
	from := func(r restock.Row) string {
		if r.Quantity <= 0 || r.SupplierName == "" {
			return "–"
		}
		return r.SupplierName
	}
	cost := func(r restock.Row) string {
		if r.Quantity <= 0 {
			return "–"
		}
		return v.Money(r.LineCost)
	}
	now, then := o.Row, *p.Then
	return append(rows,
		[]string{v.t.T("restock.col_quantity"), order(now), order(then)},
		[]string{v.t.T("restock.col_supplier"), from(now), from(then)},
		[]string{v.t.T("restock.col_amount"), cost(now), cost(then)},
		[]string{v.t.T("restock.col_risk"), v.shortRisk(now.Suggestion), v.shortRisk(then.Suggestion)})
}

// learned says what the answer rests on.
func (v voice) learned(p restock.Possible) []string {
	var out []string
	say := func(key string, args ...i18n.Arg) { out = append(out, v.t.T(key, args...)) }
	switch {
	case p.Unlearned:
		say("forecast.promo_unlearned")
	case p.Promotion > 0:
		say("forecast.promo_effect", arg("factor", v.times(p.Promotion)))
	}
	switch {
	case p.Pricing > 0 && p.Assumed:
		say("forecast.price_assumed", arg("factor", v.times(p.Pricing)))
	case p.Pricing > 0:
		say("forecast.price_learned", arg("factor", v.times(p.Pricing)))
	}
	return out
}

// possibleChart draws what was sold and what would be wanted.
func (v voice) possibleChart(p restock.Possible) *ui.LineModel {
	o := p.Outlook
	o.Low, o.Mean, o.High, o.Ours = p.Low, p.Mean, p.High, p.Now
	o.First = p.First
	return v.demandChart(o)
}
