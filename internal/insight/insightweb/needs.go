package insightweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/account"
	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

const needsPath = "/insights/needs"

func (h *Handlers) askNeeds(c *gin.Context) (asked, insight.Needs, error) {
	a, err := h.ask(c, needsPath, insight.Month)
	if err != nil {
		return a, insight.Needs{}, err
	}
	a.narrowed = true
	n, err := h.boards.Needs(c.Request.Context(), a.Query)
	return a, n, err
}

// needs shows what people needed and did not get.
func (h *Handlers) needs(c *gin.Context) error {
	return h.needsPage(c, http.StatusOK, ui.FieldModel{})
}

// needsPage shows the board; find is what was typed into its form.
func (h *Handlers) needsPage(c *gin.Context, status int, find ui.FieldModel) error {
	a, n, err := h.askNeeds(c)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Needs{Chrome: v.chrome(c, "insight.needs", "insight.needs_help", "insight.needs_help_essential"), Frame: a.frame(v.t, true)}
	m.Figures = v.needFigures(n)
	for _, e := range n.Essentials {
		m.Essentials = append(m.Essentials, v.essential(e))
	}
	if may(c, tenant.Manager) {
		m.Name = &find
		find.Name, find.Label, find.Hint, find.Max = "q", v.t.T("insight.essential_name"), v.t.T("insight.essential_hint"), catalog.MaxName
		m.County = ui.Link{Href: a.with(needsPath+"/county.csv", "category", ""), Text: v.t.T("insight.county_download"), Icon: "download", Download: true}
	}
	if may(c, tenant.Owner) {
		if m.Credit, err = h.credit(c, v); err != nil {
			return err
		}
	}
	for _, p := range n.Unmet[:min(len(n.Unmet), wantedRows)] {
		m.Unmet = append(m.Unmet, v.unmet(p))
	}
	if len(n.Unmet) > len(m.Unmet) {
		m.More = v.t.T("insight.of_all", i18n.A("shown", len(m.Unmet)), i18n.A("n", len(n.Unmet)))
	}
	m.Categories = v.needBars(&a, n.Categories)
	m.Asked, m.Stocked = v.wishes(n.Asked), v.wishes(n.Stocked)
	return web.Render(c, status, insightview.NeedsPage(m))
}

// credit says how many households owe how much today. It is for the owner alone and holds
// no name.
func (h *Handlers) credit(c *gin.Context, v voice) (*insightview.Credit, error) {
	s, err := h.accounts.Standing(c.Request.Context(), account.Household)
	m := &insightview.Credit{Text: v.t.T("insight.credit_none"), Link: ui.Link{Href: "/credit", Text: v.t.T("account.credit.title"), Icon: "edit"}}
	if s.Open > 0 {
		m.Text = v.t.T("insight.credit_text", i18n.A("n", s.Open), i18n.A("amount", v.exact(s.Owed)))
	}
	if s.Late > 0 {
		m.Late = v.t.T("insight.credit_late", i18n.A("amount", v.exact(s.Late)), i18n.A("n", account.LateAfter))
	}
	return m, err
}

// dropEssential takes the name from a product.
func (h *Handlers) dropEssential(c *gin.Context) error {
	f := web.FormOf(c)
	id := f.ID("drop")
	if err := f.Err(); err != nil {
		return err
	}
	if _, err := h.catalog.SetEssential(c.Request.Context(), id, false); err != nil {
		return err
	}
	web.Flash(c, web.Good, "insight.flash_essential_off")
	return web.Redirect(c, needsPath)
}

// nameEssential names a product essential.
func (h *Handlers) nameEssential(c *gin.Context) error {
	f, ctx := web.FormOf(c), c.Request.Context()
	text := f.String("q", catalog.MaxName)
	if text == "" && f.Err() == nil {
		f.Add("q", fault.New(fault.Invalid, "web.required"))
	}
	err := f.Err()
	if err == nil {
		var p catalog.Product
		if p, err = h.catalog.Find(ctx, text); err == nil {
			_, err = h.catalog.SetEssential(ctx, p.ID, true)
		}
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.NotFound {
		err = fault.New(fault.Invalid, e.Key).WithField("q")
	}
	if f.Refused(err) {
		find := ui.FieldModel{Value: f.Value("q"), Error: f.Sentence("q")}
		if all := f.Sentences(); find.Error == "" && len(all) > 0 {
			find.Error = all[0].Text
		}
		return h.needsPage(c, http.StatusUnprocessableEntity, find)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "insight.flash_essential")
	return web.Redirect(c, needsPath)
}

func (v voice) needFigures(n insight.Needs) []ui.Figure {
	var figures []ui.Figure
	if v.money {
		figures = append(figures, ui.Figure{Label: v.t.T("insight.unmet"), Value: v.whole(n.All.Lost), Note: v.change(int64(n.All.Lost), int64(n.All.LostThen)), Tone: toneIf(n.All.Lost > 0, ui.Out)})
		if share, ok := n.All.UnmetPPM(); ok {
			figures = append(figures, ui.Figure{Label: v.t.T("insight.unmet_share"), Value: v.percent(share), Note: v.t.T("insight.of_demand")})
		}
	}
	figures = append(figures, ui.Figure{Label: v.t.T("insight.products_unmet"), Value: v.t.Int(int64(n.All.Products))})
	if n.All.Essentials > 0 {
		figures = append(figures, ui.Figure{Label: v.t.T("insight.essentials_at_risk"), Value: v.t.T("insight.n_of", i18n.A("n", n.All.Risky), i18n.A("of", n.All.Essentials)), Tone: toneIf(n.All.Risky > 0, ui.Out)})
	}
	return append(figures, ui.Figure{Label: v.t.T("insight.asked_not_stocked"), Value: v.t.Int(int64(len(n.Asked)))})
}

func (v voice) essential(e insight.Essential) insightview.EssentialRow {
	row := insightview.EssentialRow{ID: e.ProductID.String(), Name: e.Product.Name, Href: productHref(e.ProductID), Tone: ui.OK, State: v.t.T("insight.essential_fine"), Icon: "check"}
	switch {
	case !e.Known:
		row.Tone, row.Icon, row.State = ui.Plain, "help", v.t.T("insight.essential_uncounted")
	case e.Gone():
		row.Tone, row.Icon, row.State = ui.Out, "alert", v.t.T("insight.essential_gone")
	case e.AtRisk() && e.RunOut != nil:
		row.Tone, row.Icon, row.State = ui.Watch, "hourglass", v.t.T("insight.essential_until", i18n.A("day", v.t.DateShort(*e.RunOut)))
	case e.AtRisk():
		row.Tone, row.Icon, row.State = ui.Watch, "hourglass", v.t.T("insight.essential_risky", i18n.A("percent", v.percent(int64(e.RiskPPM))))
	}
	if e.Known {
		row.Left = v.t.T("insight.essential_left", i18n.A("quantity", v.tenth(max(e.OnHand, 0), e.Product.BaseUnit)))
	}
	if share, ok := e.UnmetPPM(); ok && share > 0 {
		row.Unmet = v.t.T("insight.essential_unmet", i18n.A("percent", v.percent(share)))
	}
	return row
}

func (v voice) unmet(p insight.WantedProduct) ui.Fact {
	f := ui.Fact{Term: p.Product.Name, Text: v.tenth(p.Lost, p.Product.BaseUnit)}
	if v.money {
		f.Note = v.whole(p.LostAmount)
	}
	return f
}

// needBars compares what categories missed; in money, so for those who see it.
func (v voice) needBars(a *asked, list []insight.Need) (bars []ui.Bar) {
	if !v.money {
		return nil
	}
	for _, n := range list[:min(len(list), barRows)] {
		if n.Lost <= 0 {
			break
		}
		b := ui.Bar{Label: n.Name, Value: v.whole(n.Lost), Percent: 100 * float64(n.Lost) / float64(list[0].Lost), Tone: ui.Out}
		if n.Name == "" {
			b.Label = v.t.T("insight.no_category")
		} else {
			b.Href = a.with(a.path, "category", n.ID.String())
		}
		if share, ok := n.UnmetPPM(); ok {
			b.Value += " · " + v.percent(share)
		}
		bars = append(bars, b)
	}
	return bars
}

// needTables are the board's figures, for the shop itself.
func (h *Handlers) needTables(c *gin.Context) ([]sheet.Table, error) {
	a, n, err := h.askNeeds(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	unmet := sheet.Table{Name: v.t.T("insight.unmet"), Columns: []sheet.Column{
		v.col("product_code", "insight.col_code", sheet.Text), v.col("product_name", "insight.product", sheet.Text), v.col("category", "insight.category", sheet.Text),
		v.col("unit", "insight.col_unit", sheet.Text), v.col("sold", "insight.sold", sheet.Number), v.col("lost", "insight.lost", sheet.Number), v.col("lost_before", "insight.lost_before", sheet.Number),
	}}
	if v.money {
		unmet.Columns = append(unmet.Columns, v.col("lost_sales", "insight.lost_sales", sheet.Money))
	}
	for _, p := range n.Unmet {
		row := []string{p.Product.Code, p.Product.Name, p.Product.Category, p.Product.BaseUnit, p.Now.Quantity.Decimal(), p.Lost.Decimal(), p.LostThen.Decimal()}
		if v.money {
			row = append(row, v.decimal(p.LostAmount))
		}
		unmet.Rows = append(unmet.Rows, row)
	}
	essentials := sheet.Table{Name: v.t.T("insight.essentials"), Columns: []sheet.Column{
		v.col("product_code", "insight.col_code", sheet.Text), v.col("product_name", "insight.product", sheet.Text), v.col("unit", "insight.col_unit", sheet.Text),
		v.col("on_hand", "insight.on_hand", sheet.Number), v.col("risk_percent", "insight.risk", sheet.Number), v.col("run_out", "insight.run_out", sheet.Text), v.col("lost", "insight.lost", sheet.Number),
	}}
	for _, e := range n.Essentials {
		onHand, runOut := "", ""
		if e.Known {
			onHand = e.OnHand.Decimal()
		}
		if e.RunOut != nil {
			runOut = e.RunOut.String()
		}
		essentials.Rows = append(essentials.Rows, []string{e.Product.Code, e.Product.Name, e.Product.BaseUnit, onHand, percentCell(int64(e.RiskPPM)), runOut, e.Lost.Decimal()})
	}
	asked, stocked := v.wishTable(n.Asked), v.wishTable(n.Stocked)
	asked.Name, stocked.Name = v.t.T("insight.asked_not_stocked"), v.t.T("insight.asked_stocked")
	categories := sheet.Table{Name: v.t.T("insight.unmet_categories"), Columns: []sheet.Column{
		v.col("category", "insight.category", sheet.Text), v.col("products_unmet", "insight.products_unmet", sheet.Number), v.col("unmet_percent", "insight.unmet_share", sheet.Number),
	}}
	if v.money {
		categories.Columns = append(categories.Columns, v.col("sales", "insight.sales", sheet.Money), v.col("lost_sales", "insight.lost_sales", sheet.Money))
	}
	for _, need := range n.Categories {
		share, _ := need.UnmetPPM()
		row := []string{need.Name, strconv.Itoa(need.Products), percentCell(share)}
		if v.money {
			row = append(row, v.decimal(need.Sold), v.decimal(need.Lost))
		}
		categories.Rows = append(categories.Rows, row)
	}
	return []sheet.Table{unmet.As("unmet"), essentials.As("essentials"), categories.As("categories"), asked.As("asked"), stocked.As("stocked")}, nil
}

func percentCell(ppm int64) string { return strconv.FormatFloat(float64(ppm)/10_000, 'f', 1, 64) }

// countyTables are what a county office may have: sums by category in whole units of
// money, and counts. Nothing that a person typed about a person is in it: no customers,
// no wishes, no suppliers, no names of products (a product may bear a farmer's name).
func (h *Handlers) countyTables(c *gin.Context) ([]sheet.Table, error) {
	a, n, err := h.askNeeds(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	number := func(code, key string) sheet.Column { return v.col(code, key, sheet.Number) }
	t := sheet.Table{Name: v.t.T("insight.needs"), Columns: []sheet.Column{
		v.col("from", "insight.day_from", sheet.Text), v.col("through", "insight.day_through", sheet.Text), v.col("gbt2260", "insight.region_code", sheet.Text), v.col("category", "insight.category", sheet.Text),
		number("sales", "insight.sales"), number("unmet", "insight.unmet"), number("unmet_percent", "insight.unmet_share"), number("products_unmet", "insight.products_unmet"),
		number("essentials", "insight.essentials"), number("essentials_at_risk", "insight.essentials_at_risk"), number("essentials_gone", "insight.essential_gone"),
		number("asked_not_stocked", "insight.asked_not_stocked"),
	}}
	row := func(category string, need insight.Need, asked string) {
		share, _ := need.UnmetPPM()
		t.Rows = append(t.Rows, []string{
			a.Window.From.String(), a.Window.Through.String(), a.shop.Province, category, v.units(int64(need.Sold)), v.units(int64(need.Lost)), percentCell(share),
			strconv.Itoa(need.Products), strconv.Itoa(need.Essentials), strconv.Itoa(need.Risky), strconv.Itoa(need.Gone), asked,
		})
	}
	for _, need := range n.Categories {
		row(need.Name, need, "")
	}
	row("*", n.All, strconv.Itoa(len(n.Asked)))
	return []sheet.Table{t}, nil
}
