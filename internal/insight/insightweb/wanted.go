package insightweb

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

const (
	wantedPath = "/insights/wanted"
	wantedRows = 10 // of products on the page; the files have all
	movingRows = 5
	wishRows   = 8
	barRows    = 8
)

func (h *Handlers) askWanted(c *gin.Context) (asked, insight.Wanted, error) {
	a, err := h.ask(c, wantedPath, insight.Month)
	if err != nil {
		return a, insight.Wanted{}, err
	}
	a.provinces = len(a.channels) > 1
	switch {
	case !seesMoney(c):
		a.By = insight.ByUnits
	case a.By == "":
		a.By = insight.ByMoney
	}
	w, err := h.boards.Wanted(c.Request.Context(), a.Query, a.By)
	return a, w, err
}

// wanted shows what customers want most, and which way it goes.
func (h *Handlers) wanted(c *gin.Context) error {
	a, w, err := h.askWanted(c)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Wanted{Chrome: v.chrome(c, "insight.wanted", "insight.wanted_help"), Frame: a.frame(v.t, true)}
	if len(w.Products) == 0 {
		m.Empty = v.nothing()
		m.Wishes = v.wishes(w.Wishes)
		return web.Render(c, http.StatusOK, insightview.WantedPage(m))
	}
	m.Figures = v.wantedFigures(w)
	m.Orders = v.orders(&a)
	m.Head = []string{v.t.T("insight.product"), v.t.T("insight.demand"), v.t.T("insight.col_money"), v.t.T("insight.margin"), v.t.T("insight.trend")}
	for i, p := range w.Products[:min(len(w.Products), wantedRows)] {
		m.Rows = append(m.Rows, v.wantedRow(i+1, p))
	}
	m.More = v.t.T("insight.of_all", i18n.A("shown", len(m.Rows)), i18n.A("n", len(w.Products)))
	m.Rising, m.Falling = v.moving(w.Moving(insight.Rising)), v.moving(w.Moving(insight.Falling))
	m.Weekdays, m.Hours = v.weekdays(w), v.hours(w)
	m.Categories = v.bars(w.Categories, func(g insight.Group) (string, string) {
		if g.Name == "" {
			return v.t.T("insight.no_category"), ""
		}
		return g.Name, a.with(a.path, "category", g.ID.String())
	})
	m.Channels = v.bars(w.Channels, func(g insight.Group) (string, string) {
		return v.channel(g.ID), a.with(a.path, "channel", v.code(g.ID))
	})
	m.Wishes = v.wishes(w.Wishes)
	return web.Render(c, http.StatusOK, insightview.WantedPage(m))
}

func (v voice) wantedFigures(w insight.Wanted) []ui.Figure {
	if !v.money {
		return []ui.Figure{
			{Label: v.t.T("insight.times_sold"), Value: v.t.Int(int64(w.Now.Lines)), Note: v.change(int64(w.Now.Lines), int64(w.Then.Lines))},
			{Label: v.t.T("insight.products_wanted"), Value: v.t.Int(int64(len(w.Products)))},
		}
	}
	figures := []ui.Figure{
		{Label: v.t.T("insight.sales"), Value: v.whole(w.Now.Amount), Note: v.change(int64(w.Now.Amount), int64(w.Then.Amount))},
		{Label: v.t.T("insight.lost_sales"), Value: v.whole(w.Lost), Note: v.t.T("insight.lost_sales_note"), Tone: toneIf(w.Lost > 0, ui.Out)},
		{Label: v.t.T("insight.margin"), Value: v.whole(w.Now.Margin()), Note: v.marginNote(w.Now)},
	}
	return figures
}

func toneIf(yes bool, tone ui.Tone) ui.Tone {
	if yes {
		return tone
	}
	return ""
}

func (v voice) orders(a *asked) []ui.Tab {
	if !v.money {
		return nil
	}
	var tabs []ui.Tab
	for _, by := range insight.Orders() {
		value := string(by)
		if by == insight.ByMoney {
			value = ""
		}
		tabs = append(tabs, ui.Tab{Href: a.with(a.path, "by", value), Text: v.t.T("insight.by." + string(by)), Active: by == a.By})
	}
	return tabs
}

func (v voice) wantedRow(rank int, p insight.WantedProduct) insightview.WantedRow {
	row := insightview.WantedRow{
		Rank: v.t.Int(int64(rank)), Name: p.Product.Name, Href: productHref(p.Product.ID), Demand: v.tenth(p.Demand(), p.Product.BaseUnit),
		Trend: v.trend(p.Trend),
	}
	if p.Lost > 0 {
		row.Lost = v.t.T("insight.of_it_lost", i18n.A("quantity", v.tenth(p.Lost, p.Product.BaseUnit)))
	}
	if v.money {
		row.Money = v.whole(p.Money())
		row.Margin = "–"
		if p.Now.Costed != 0 || p.Now.Cost != 0 {
			row.Margin = v.whole(p.Earned())
		}
	}
	return row
}

// trend says which way a product goes, with the bounds of what is sure.
func (v voice) trend(t insight.Trend) insightview.Trend {
	out := insightview.Trend{Text: v.t.T("insight.course." + string(t.Course)), Tone: ui.Plain}
	switch t.Course {
	case insight.Rising:
		out.Tone, out.Icon = ui.OK, "arrow-up"
	case insight.Falling:
		out.Tone, out.Icon = ui.Watch, "arrow-down"
	case insight.Fresh:
		out.Icon = "sprout"
	case insight.Unsure:
		out.Icon = "help"
	}
	if t.Ratio > 0 {
		out.Text = v.signed(t.Ratio - 1)
		out.Range = v.t.T("insight.between", i18n.A("low", v.signed(t.Low-1)), i18n.A("high", v.signed(t.High-1)))
	}
	return out
}

// signed is a change with its sign: "+35%", "−12%".
func (v voice) signed(share float64) string {
	n := math.Round(share * 100)
	switch {
	case n == 0:
		return v.t.Percent(0)
	case n > 0:
		return "+" + v.t.Percent(n/100)
	}
	return "−" + v.t.Percent(-n/100)
}

func (v voice) moving(list []insight.WantedProduct) []insightview.WantedRow {
	var rows []insightview.WantedRow
	for i, p := range list[:min(len(list), movingRows)] {
		rows = append(rows, v.wantedRow(i+1, p))
	}
	return rows
}

// mondayFirst are the weekdays as the week is read.
var mondayFirst = []time.Weekday{1, 2, 3, 4, 5, 6, 0}

func (v voice) weekdays(w insight.Wanted) insightview.Chart {
	var parts []part
	for _, day := range mondayFirst {
		parts = append(parts, part{v.t.WeekdayShort(day), v.t.Weekday(day), w.Weekdays[day]})
	}
	return v.columns("weekdays", "insight.weekdays_title", v.t.T("insight.weekday"), parts)
}

func (v voice) hours(w insight.Wanted) insightview.Chart {
	var parts []part
	first, last := 24, 0
	for h, p := range w.Hours {
		if p.Lines+p.Returns > 0 {
			first, last = min(first, h), max(last, h)
		}
	}
	for h := first; h <= last; h++ {
		long := v.t.T("insight.hour_from", i18n.A("from", h), i18n.A("to", h+1))
		short := ""
		if (h-first)%2 == 0 || last-first < 8 {
			short = strconv.Itoa(h)
		}
		parts = append(parts, part{short, long, w.Hours[h]})
	}
	return v.columns("hours", "insight.hours_title", v.t.T("insight.hour"), parts)
}

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

// wantedTables are the board's figures, all of them.
func (h *Handlers) wantedTables(c *gin.Context) ([]sheet.Table, error) {
	a, w, err := h.askWanted(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	products := sheet.Table{Name: v.t.T("insight.products"), Columns: []sheet.Column{
		{Code: "product_code", Head: v.t.T("insight.col_code")}, {Code: "product_name", Head: v.t.T("insight.product")}, {Code: "category", Head: v.t.T("insight.category")},
		{Code: "unit", Head: v.t.T("insight.col_unit")}, v.col("sold", "insight.sold", sheet.Number), v.col("lost", "insight.lost", sheet.Number), v.col("demand", "insight.demand", sheet.Number),
		v.col("demand_before", "insight.demand_before", sheet.Number), v.col("course", "insight.trend", sheet.Text), v.col("ratio", "insight.ratio", sheet.Number), v.col("ratio_low", "insight.ratio_low", sheet.Number),
		v.col("ratio_high", "insight.ratio_high", sheet.Number),
	}}
	if v.money {
		products.Columns = append(products.Columns, v.col("sales", "insight.sales", sheet.Money), v.col("lost_sales", "insight.lost_sales", sheet.Money), v.col("margin", "insight.margin", sheet.Money))
	}
	for _, p := range w.Products {
		row := []string{
			p.Product.Code, p.Product.Name, p.Product.Category, p.Product.BaseUnit, p.Now.Quantity.Decimal(), p.Lost.Decimal(), p.Demand().Decimal(),
			(max(p.Then.Quantity, 0) + p.LostThen).Decimal(), string(p.Trend.Course), ratio(p.Trend.Ratio), ratio(p.Trend.Low), ratio(p.Trend.High),
		}
		if v.money {
			row = append(row, v.decimal(p.Now.Amount), v.decimal(p.LostAmount), v.decimal(p.Now.Margin()))
		}
		products.Rows = append(products.Rows, row)
	}
	tables := []sheet.Table{products, v.partTable("insight.weekdays", "weekday", v.weekdayParts(w)), v.partTable("insight.hours", "hour", v.hourParts(w))}
	tables = append(tables, v.groupTable("insight.categories", "category", w.Categories, func(g insight.Group) string { return g.Name }))
	tables = append(tables, v.groupTable("insight.channels_sold", "channel", w.Channels, func(g insight.Group) string { return v.code(g.ID) }))
	return append(tables, v.wishTable(w.Wishes)), nil
}

func ratio(r float64) string {
	if r <= 0 {
		return ""
	}
	return strconv.FormatFloat(r, 'f', 4, 64)
}

func (v voice) weekdayParts(w insight.Wanted) (parts []part) {
	for _, day := range mondayFirst {
		parts = append(parts, part{long: v.t.Weekday(day), short: strconv.Itoa((int(day)+6)%7 + 1), Part: w.Weekdays[day]})
	}
	return parts
}

func (v voice) hourParts(w insight.Wanted) (parts []part) {
	for h, p := range w.Hours {
		parts = append(parts, part{short: strconv.Itoa(h), Part: p})
	}
	return append(parts, part{Part: w.NoHour})
}

func (v voice) partTable(name, code string, parts []part) sheet.Table {
	t := sheet.Table{Name: v.t.T(name), Columns: []sheet.Column{
		{Code: code, Head: v.t.T("insight." + code), Kind: sheet.Number}, v.col("days", "insight.days", sheet.Number), v.col("times_sold", "insight.times_sold", sheet.Number),
	}}
	if v.money {
		t.Columns = append(t.Columns, v.col("sales", "insight.sales", sheet.Money))
	}
	for _, p := range parts {
		row := []string{p.short, strconv.Itoa(p.Days), strconv.Itoa(p.Lines)}
		if v.money {
			row = append(row, v.decimal(p.Amount))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (v voice) groupTable(name, code string, groups []insight.Group, named func(insight.Group) string) sheet.Table {
	t := sheet.Table{Name: v.t.T(name), Columns: []sheet.Column{
		{Code: code, Head: v.t.T("insight." + code)}, v.col("times_sold", "insight.times_sold", sheet.Number), v.col("times_sold_before", "insight.times_sold_before", sheet.Number),
	}}
	if v.money {
		t.Columns = append(t.Columns, v.col("sales", "insight.sales", sheet.Money), v.col("sales_before", "insight.sales_before", sheet.Money), v.col("margin", "insight.margin", sheet.Money),
			v.col("costed", "insight.costed", sheet.Money))
	}
	for _, g := range groups {
		row := []string{named(g), strconv.Itoa(g.Now.Lines), strconv.Itoa(g.Then.Lines)}
		if v.money {
			row = append(row, v.decimal(g.Now.Amount), v.decimal(g.Then.Amount), v.decimal(g.Now.Margin()), v.decimal(g.Now.Costed))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (v voice) wishTable(wishes []insight.AskedFor) sheet.Table {
	t := sheet.Table{Name: v.t.T("insight.wishes"), Columns: []sheet.Column{
		v.col("text", "insight.wish", sheet.Text), v.col("asked", "insight.asked", sheet.Number), v.col("searched", "insight.searched", sheet.Number), v.col("last_day", "insight.last_day", sheet.Text),
	}}
	for _, w := range wishes {
		t.Rows = append(t.Rows, []string{w.Text, strconv.Itoa(w.Asked), strconv.Itoa(w.Searched), w.Last.String()})
	}
	return t
}

// voice says figures in the reader's language and the shop's money.
type voice struct {
	t     *i18n.Printer
	c     money.Currency
	money bool // the reader sees amounts
	asked asked
}

func voiceOf(c *gin.Context, a asked) voice {
	scope, _ := web.Scope(c)
	return voice{web.Printer(c), scope.Currency, seesMoney(c), a}
}

// exact is an amount to the cent.
func (v voice) exact(a money.Amount) string { return v.t.Money(a, v.c) }

// whole is an amount without its small change: nobody steers by cents.
func (v voice) whole(a money.Amount) string {
	units := math.Round(float64(a) / math.Pow10(v.c.Exponent))
	return v.t.Money(money.Amount(units), money.Currency{Code: v.c.Code})
}

// units are whole units of money for a file.
func (v voice) units(minor int64) string {
	return strconv.FormatFloat(math.Round(float64(minor)/math.Pow10(v.c.Exponent)), 'f', 0, 64)
}

func (v voice) decimal(a money.Amount) string { return a.Decimal(v.c) }

func (v voice) col(code, key string, kind sheet.Kind) sheet.Column {
	return sheet.Column{Code: code, Head: v.t.T(key), Kind: kind}
}

// tenth is a quantity as people say it: one decimal is enough of what was estimated.
func (v voice) tenth(q measure.Quantity, unit string) string {
	if q >= 100 || q <= -100 {
		half := measure.Quantity(50)
		if q < 0 {
			half = -half
		}
		q = (q + half) / 100 * 100
	}
	return v.t.Measured(q, unit)
}

// change compares a figure with the one of the other window; "" where there is none.
func (v voice) change(now, then int64) string {
	if then <= 0 {
		return ""
	}
	return v.signed(float64(now)/float64(then) - 1)
}

func (v voice) marginNote(t insight.Tally) string {
	share, ok := t.MarginPPM()
	if !ok {
		return v.t.T("insight.margin_unknown")
	}
	note := v.t.T("insight.margin_share", i18n.A("percent", v.percent(share)))
	if t.Costed < t.Net {
		note += " " + v.t.T("insight.margin_part", i18n.A("amount", i18n.Cash{Amount: t.Net - t.Costed, Currency: v.c}))
	}
	return note
}

// percent writes millionths as per cent with one decimal.
func (v voice) percent(ppm int64) string {
	return v.t.T("replay.percent", i18n.A("value", v.t.Decimal(float64(ppm)/10_000, 1)))
}

func (v voice) channel(id [16]byte) string {
	for _, ch := range v.asked.channels {
		if ch.ID == id {
			return channelName(v.t, ch.Code, ch.Name)
		}
	}
	return v.t.T("insight.nowhere")
}

func (v voice) code(id [16]byte) string {
	i := slices.IndexFunc(v.asked.channels, func(c channelOf) bool { return c.ID == id })
	if i < 0 {
		return ""
	}
	return v.asked.channels[i].Code
}

func (v voice) chrome(c *gin.Context, title string, help ...string) layout.Chrome {
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T(title), layout.More
	chrome.Back = ui.Link{Href: "/insights", Text: v.t.T("insight.title")}
	for _, key := range help {
		chrome.Help = append(chrome.Help, v.t.T(key))
	}
	return chrome
}

// nothing is what a board says that has no figures in its window.
func (v voice) nothing() *ui.EmptyModel {
	e := &ui.EmptyModel{Icon: "chart", Title: v.t.T("insight.nothing"), Text: v.t.T("insight.nothing_text", i18n.A("window", window(v.t, v.asked.Whole)))}
	if v.asked.Window.Days() <= 0 {
		e.Text = v.t.T("insight.not_yet", i18n.A("day", v.asked.known))
	}
	e.Action = ui.Link{Href: v.asked.with(v.asked.path, "period", string(insight.Year), "on", "", "from", "", "through", "", "category", "", "channel", "", "province", ""), Text: v.t.T("insight.show_year"), Icon: "calendar"}
	return e
}
