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

func (h *Handlers) askRegions(c *gin.Context) (asked, insight.Regions, error) {
	a, err := h.ask(c, "/insights/regions", insight.Quarter)
	if err != nil {
		return a, insight.Regions{}, err
	}
	a.provinces, a.online = true, true
	r, err := h.boards.Regions(c.Request.Context(), a.Query)
	return a, r, err
}

// regions shows where online sales go, and where they grow.
func (h *Handlers) regions(c *gin.Context) error {
	a, r, err := h.askRegions(c)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Regions{Chrome: v.chrome(c, "insight.regions", "insight.regions_help", "insight.regions_help_unknown"), Frame: a.frame(v.t, true)}
	if m.All, err = h.sendings(c, v); err != nil {
		return err
	}
	if len(r.Places) == 0 {
		m.Empty = v.nothing()
		m.Empty.Title, m.Empty.Text = v.t.T("insight.regions_none"), v.t.T("insight.regions_none_text", i18n.A("window", window(v.t, a.Whole)))
		return web.Render(c, http.StatusOK, insightview.RegionsPage(m))
	}
	m.Figures = v.regionFigures(r)
	if a.Province == "" {
		m.Map = v.regionMap(r)
	}
	m.Head = []string{v.t.T("insight.region"), v.t.T("insight.sales"), v.t.T("insight.growth")}
	if !v.money {
		m.Head[1] = v.t.T("insight.times_sold")
	}
	own := v.regionRow(&a, r, r.Own)
	own.Name, own.Href, own.Own = v.ownName(&a), "", true
	m.Rows = append(m.Rows, own)
	for _, p := range r.Places {
		m.Rows = append(m.Rows, v.regionRow(&a, r, p))
	}
	m.Notes = v.regionNotes(r)
	return web.Render(c, http.StatusOK, insightview.RegionsPage(m))
}

// sold is what the reader measures sales by: money, or for those who do not see it how
// often something was sold.
func (v voice) sold(t insight.Tally) int64 {
	if v.money {
		return int64(t.Amount)
	}
	return int64(t.Lines)
}

func (v voice) soldText(t insight.Tally) string {
	if v.money {
		return v.whole(t.Amount)
	}
	return v.t.Int(int64(t.Lines))
}

func (v voice) regionFigures(r insight.Regions) []ui.Figure {
	trend := v.trend(r.Own.Trend)
	sold := ui.Figure{Label: v.t.T("insight.online_sales"), Value: v.soldText(r.Own.Now), Note: trend.Text}
	if trend.Range != "" {
		sold.Note += " (" + trend.Range + ")"
	}
	figures := []ui.Figure{sold}
	places, unknown := 0, insight.Tally{}
	for _, p := range r.Places {
		switch {
		case p.Place == "":
			unknown = p.Now
		case p.Now.Lines > 0 && p.Place != r.Province:
			places++
		}
	}
	key := "insight.provinces_reached"
	if r.Province != "" {
		key = "insight.prefectures_reached"
	}
	figures = append(figures, ui.Figure{Label: v.t.T(key), Value: v.t.Int(int64(places))})
	if all := v.sold(r.Own.Now); all > 0 && r.Province == "" {
		figures = append(figures, ui.Figure{Label: v.t.T("insight.region_unknown"), Value: v.percentOf(v.sold(unknown), all), Note: v.t.T("insight.of_online_sales")})
	}
	if a, ok := r.Own.PerBuyer(); ok && v.money {
		figures = append(figures, ui.Figure{Label: v.t.T("insight.per_buyer"), Value: v.whole(a), Note: v.t.T("insight.buyers_known", i18n.A("n", r.Own.Buyers.Customers))})
	}
	return figures
}

func (v voice) percentOf(n, all int64) string {
	if all <= 0 {
		return ""
	}
	return v.percent(n * 1_000_000 / all)
}

func (v voice) regionMap(r insight.Regions) insightview.Map {
	at, most := map[string]insight.Region{}, int64(0)
	for _, p := range r.Places {
		if p.Place != "" {
			at[p.Place], most = p, max(most, v.sold(p.Now))
		}
	}
	m := insightview.Map{Title: v.t.T("insight.map_title"), Scale: []string{v.t.T("insight.map_less"), v.t.T("insight.map_more")}}
	m.Tiles = tiles(v.t, func(code string) (int, string, string) {
		p, ok := at[code]
		if !ok {
			return 0, "", place(v.t, code)
		}
		note := ""
		if p.Rank > 0 {
			note = v.signed(p.Trend.Ratio - 1)
		}
		return levelOf(v.sold(p.Now), most), note, place(v.t, code) + " " + v.soldText(p.Now) + " " + note
	})
	return m
}

func (v voice) regionRow(a *asked, r insight.Regions, p insight.Region) insightview.RegionRow {
	row := insightview.RegionRow{Name: v.regionName(a, p.Place), Sold: v.soldText(p.Now), Trend: v.trend(p.Trend)}
	if p.Rank > 0 {
		row.Rank = v.t.Int(int64(p.Rank))
	}
	if len(p.Place) == 2 && a.Province == "" {
		row.Href = a.with(a.path, "province", p.Place)
	}
	row.Share = v.percentOf(v.sold(p.Now), v.sold(r.Own.Now))
	if each, ok := p.PerBuyer(); ok && v.money {
		row.PerBuyer = v.t.T("insight.a_buyer", i18n.A("amount", v.whole(each)))
	}
	return row
}

func (v voice) regionName(a *asked, code string) string {
	switch code {
	case "":
		return v.t.T("insight.region_unknown")
	case a.Province:
		return v.t.T("insight.prefecture_unknown")
	}
	return place(v.t, code)
}

// ownName is what the row of the total is called.
func (v voice) ownName(a *asked) string {
	if a.Province != "" {
		return place(v.t, a.Province)
	}
	return v.t.T("insight.own_total")
}

func (v voice) regionNotes(r insight.Regions) []string {
	notes := []string{v.t.T("insight.growth_note")}
	switch {
	case r.Known && v.money:
		notes = append(notes, v.t.T("insight.buyers_note", i18n.A("n", insight.EnoughBuyers)))
	case !r.Category.IsNil():
		notes = append(notes, v.t.T("insight.buyers_of_part"))
	case !r.Known:
		notes = append(notes, v.t.T("insight.buyers_none"))
	}
	return notes
}

// regionTables are the board's figures.
func (h *Handlers) regionTables(c *gin.Context) ([]sheet.Table, error) {
	a, r, err := h.askRegions(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	t := sheet.Table{Name: v.t.T("insight.regions"), Columns: []sheet.Column{
		v.col("rank", "insight.rank", sheet.Number), v.col("gbt2260", "insight.region_code", sheet.Text), v.col("region", "insight.region", sheet.Text),
		v.col("times_sold", "insight.times_sold", sheet.Number), v.col("times_sold_before", "insight.times_sold_before", sheet.Number),
		v.col("course", "insight.trend", sheet.Text), v.col("growth", "insight.ratio", sheet.Number), v.col("growth_low", "insight.ratio_low", sheet.Number), v.col("growth_high", "insight.ratio_high", sheet.Number),
	}}
	if v.money {
		t.Columns = append(t.Columns, v.col("sales", "insight.sales", sheet.Money), v.col("sales_before", "insight.sales_before", sheet.Money), v.col("per_buyer", "insight.per_buyer", sheet.Money))
	}
	row := func(rank, code, name string, p insight.Region) {
		cells := []string{rank, code, name, strconv.Itoa(p.Now.Lines), strconv.Itoa(p.Then.Lines), string(p.Trend.Course), ratio(p.Trend.Ratio), ratio(p.Trend.Low), ratio(p.Trend.High)}
		if v.money {
			each := ""
			if a, ok := p.PerBuyer(); ok {
				each = v.decimal(a)
			}
			cells = append(cells, v.decimal(p.Now.Amount), v.decimal(p.Then.Amount), each)
		}
		t.Rows = append(t.Rows, cells)
	}
	for _, p := range r.Places {
		rank := ""
		if p.Rank > 0 {
			rank = strconv.Itoa(p.Rank)
		}
		row(rank, p.Place, v.regionName(&a, p.Place), p)
	}
	row("", a.Province, v.ownName(&a), r.Own)
	all, err := h.sendingsTable(c, v)
	return append([]sheet.Table{t.As("regions")}, all...), err
}
