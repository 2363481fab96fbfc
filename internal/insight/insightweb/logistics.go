package insightweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

func (h *Handlers) askLogistics(c *gin.Context) (asked, insight.Logistics, error) {
	a, err := h.ask(c, "/insights/logistics", insight.Year)
	if err != nil {
		return a, insight.Logistics{}, err
	}
	a.whole = true
	l, err := h.boards.Logistics(c.Request.Context(), a.Query, provinceOf)
	return a, l, err
}

// logistics shows how long deliveries take, by where they come from.
func (h *Handlers) logistics(c *gin.Context) error {
	a, l, err := h.askLogistics(c)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Logistics{Chrome: v.chrome(c, "insight.logistics", "insight.logistics_help"), Frame: a.frame(v.t, true)}
	m.Notes = []string{v.t.T("insight.logistics_method", i18n.A("n", insight.EnoughArrivals)), v.t.T("insight.destinations_method")}
	if len(l.Places) == 0 && len(l.Destinations) == 0 {
		m.Empty = v.nothing()
		m.Empty.Icon, m.Empty.Title, m.Empty.Text = "truck", v.t.T("insight.logistics_none"), v.t.T("insight.logistics_none_text", i18n.A("window", window(v.t, a.Whole)))
		return web.Render(c, http.StatusOK, insightview.LogisticsPage(m))
	}
	m.From = v.routes("insight.gain_rank", "insight.supplier_place", "insight.logistics_none", l.Places, l.All, v.supplierPlace)
	m.To = v.routes("insight.gain_rank_to", "insight.destination", "insight.destinations_none", l.Destinations, l.Sent, v.destination)
	return web.Render(c, http.StatusOK, insightview.LogisticsPage(m))
}

// routes is one side of the board: where deliveries come from, or where parcels go.
func (v voice) routes(title, head, none string, list []insight.Route, all insight.Route, name func(string) string) insightview.Routes {
	m := insightview.Routes{Title: v.t.T(title), None: v.t.T(none)}
	if len(list) == 0 {
		return m
	}
	m.Figures = []ui.Figure{
		{Label: v.t.T("insight.lead_median"), Value: v.halfDays(all.Now), Note: v.leadsBefore(all)},
		{Label: v.t.T("insight.in_time"), Value: v.inTime(all.Now), Note: v.inTimeBefore(all)},
		{Label: v.t.T("insight.deliveries"), Value: v.t.Int(int64(all.Now.Deliveries())), Note: v.change(int64(all.Now.Deliveries()), int64(all.Then.Deliveries()))},
	}
	m.Head = []string{v.t.T(head), v.t.T("insight.lead_median"), v.t.T("insight.in_time"), v.t.T("insight.lead_change")}
	for _, r := range list {
		m.Rows = append(m.Rows, v.routeRow(r, name(r.Place)))
	}
	return m
}

func (v voice) destination(code string) string {
	if code == "" {
		return v.t.T("insight.region_unknown")
	}
	return place(v.t, code)
}

// halfDays writes the median: "3", "3.5"; a dash without deliveries.
func (v voice) halfDays(l insight.Leads) string {
	if l.Deliveries() == 0 {
		return "–"
	}
	return v.days(l.Median())
}

func (v voice) days(half int) string {
	digits := 0
	if half%2 != 0 {
		digits = 1
	}
	return v.t.T("insight.in_days", i18n.A("days", v.t.Decimal(float64(half)/2, digits)))
}

func (v voice) inTime(l insight.Leads) string {
	share, ok := l.InTimePPM()
	if !ok {
		return "–"
	}
	return v.percent(share)
}

func (v voice) leadsBefore(r insight.Route) string {
	if r.Then.Deliveries() == 0 {
		return v.t.T("insight.before_none")
	}
	return v.t.T("insight.before_value", i18n.A("value", v.days(r.Then.Median())))
}

func (v voice) inTimeBefore(r insight.Route) string {
	if r.Then.Dated == 0 {
		return ""
	}
	return v.t.T("insight.before_value", i18n.A("value", v.inTime(r.Then)))
}

func (v voice) routeRow(r insight.Route, name string) insightview.RouteRow {
	row := insightview.RouteRow{
		Name: name, Count: v.t.T("insight.deliveries_of", i18n.A("n", r.Now.Deliveries())),
		Median: v.halfDays(r.Now), InTime: v.inTime(r.Now), InTimeBefore: v.inTimeBefore(r),
	}
	if r.Rank > 0 {
		row.Rank = v.t.Int(int64(r.Rank))
	}
	if r.Now.Deliveries() > 0 {
		low, high := r.Now.Quartiles()
		row.Spread = v.t.T("insight.lead_half", i18n.A("low", low), i18n.A("high", high), i18n.A("mean", v.t.Decimal(r.Now.Mean(), 1)))
	}
	gain, enough := r.Gain()
	row.Change = insightview.Trend{Tone: ui.Plain}
	switch {
	case !enough:
		row.Change.Text, row.Change.Icon = v.t.T("insight.deliveries_few"), "help"
	case gain > 0:
		row.Change.Text, row.Change.Icon, row.Change.Tone = v.t.T("insight.faster", i18n.A("days", v.days(gain))), "arrow-down", ui.OK
	case gain < 0:
		row.Change.Text, row.Change.Icon, row.Change.Tone = v.t.T("insight.slower", i18n.A("days", v.days(-gain))), "arrow-up", ui.Watch
	default:
		row.Change.Text = v.t.T("insight.same_median")
	}
	if r.Then.Deliveries() > 0 {
		row.Change.Range = v.t.T("insight.before_of", i18n.A("value", v.days(r.Then.Median())), i18n.A("mean", v.t.Decimal(r.Then.Mean(), 1)), i18n.A("n", r.Then.Deliveries()))
	}
	return row
}

func (v voice) supplierPlace(code string) string {
	if code == "" {
		return v.t.T("insight.supplier_place_none")
	}
	return place(v.t, code)
}

// logisticsTables are the board's figures.
func (h *Handlers) logisticsTables(c *gin.Context) ([]sheet.Table, error) {
	a, l, err := h.askLogistics(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	t := sheet.Table{Name: v.t.T("insight.logistics"), Columns: []sheet.Column{
		v.col("way", "insight.way", sheet.Text), v.col("rank", "insight.rank", sheet.Number), v.col("province", "insight.province", sheet.Text), v.col("suppliers", "insight.suppliers", sheet.Number),
	}}
	for _, before := range []bool{false, true} {
		t.Columns = append(t.Columns, v.leadColumns(before)...)
	}
	row := func(way, rank, name string, r insight.Route) {
		cells := []string{way, rank, name, ""}
		if way == "in" {
			cells[3] = strconv.Itoa(r.Suppliers)
		}
		for _, leads := range []insight.Leads{r.Now, r.Then} {
			cells = append(cells, leadCells(leads)...)
		}
		t.Rows = append(t.Rows, cells)
	}
	for _, side := range []struct {
		way   string
		list  []insight.Route
		all   insight.Route
		total string
		name  func(string) string
	}{{"in", l.Places, l.All, "insight.all_suppliers", v.supplierPlace}, {"out", l.Destinations, l.Sent, "insight.all_destinations", v.destination}} {
		for _, r := range side.list {
			rank := ""
			if r.Rank > 0 {
				rank = strconv.Itoa(r.Rank)
			}
			row(side.way, rank, side.name(r.Place), r)
		}
		row(side.way, "", v.t.T(side.total), side.all)
	}
	return []sheet.Table{t.As("routes")}, nil
}

// leadColumns are the columns of leadCells.
func (v voice) leadColumns(before bool) (out []sheet.Column) {
	for _, code := range []string{"deliveries", "lead_median", "lead_quarter", "lead_three_quarters", "lead_mean", "in_time_percent"} {
		col := v.col(code, "insight.col."+code, sheet.Number)
		if before {
			col.Code, col.Head = code+"_before", v.t.T("insight.col_before", i18n.A("what", col.Head))
		}
		out = append(out, col)
	}
	return out
}

func leadCells(l insight.Leads) []string {
	n := l.Deliveries()
	if n == 0 {
		return []string{"0", "", "", "", "", ""}
	}
	low, high := l.Quartiles()
	onTime := ""
	if share, ok := l.InTimePPM(); ok {
		onTime = percentCell(share)
	}
	return []string{
		strconv.Itoa(n), strconv.FormatFloat(float64(l.Median())/2, 'f', 1, 64), strconv.Itoa(low), strconv.Itoa(high), strconv.FormatFloat(l.Mean(), 'f', 2, 64),
		onTime,
	}
}
