package insightweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/web"
	insightview "buhuo/views/insight"
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
	if m.Around, err = h.around(c, v); err != nil {
		return err
	}
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

func (v voice) moving(list []insight.WantedProduct) []insightview.WantedRow {
	var rows []insightview.WantedRow
	for i, p := range list[:min(len(list), movingRows)] {
		rows = append(rows, v.wantedRow(i+1, p))
	}
	return rows
}

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
