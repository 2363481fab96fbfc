package insightweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/insight"
	"buhuo/internal/money"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

const (
	healthPath = "/insights/health"
	stuckRows  = 5
)

func (h *Handlers) askHealth(c *gin.Context) (asked, insight.Health, error) {
	a, err := h.ask(c, healthPath, insight.Month)
	if err != nil {
		return a, insight.Health{}, err
	}
	a.Channel, a.Province, a.narrowed = [16]byte{}, "", true
	a.values.Del("channel")
	a.values.Del("province")
	found, err := h.boards.Health(c.Request.Context(), a.Query)
	return a, found, err
}

// health shows how well the shop keeps its goods, what each fault costs and the one
// thing to do about it.
func (h *Handlers) health(c *gin.Context) error {
	a, found, err := h.askHealth(c)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Health{Chrome: v.chrome(c, "insight.health", "insight.health_help"), Frame: a.frame(v.t, true)}
	if found.Sales == 0 && found.Value == 0 && len(found.Losses) == 0 && found.Lost == 0 {
		m.Empty = v.nothing()
		return web.Render(c, http.StatusOK, insightview.HealthPage(m))
	}
	m.Figures = []ui.Figure{
		v.share("insight.fill_rate", found.FillPPM, "insight.fill_rate_note"),
		v.share("insight.service_level", found.ServicePPM, "insight.service_level_note", i18n.A("n", found.Cycles)),
		v.share("insight.accuracy", found.AccuracyPPM, "insight.accuracy_note", i18n.A("n", found.Counts)),
		{Label: v.t.T("insight.stock_value"), Value: v.whole(found.Value), Note: v.turnover(found)},
	}
	m.Faults = v.faults(found)
	m.Ages = v.ages(found)
	m.Classes = v.classes(found)
	m.Losses = v.losses(&a, found.Losses)
	return web.Render(c, http.StatusOK, insightview.HealthPage(m))
}

func (v voice) share(label string, of func() (int64, bool), note string, args ...i18n.Arg) ui.Figure {
	f := ui.Figure{Label: v.t.T(label), Value: "–", Note: v.t.T(note, args...)}
	if n, ok := of(); ok {
		f.Value = v.percent(n)
	}
	return f
}

func (v voice) turnover(found insight.Health) string {
	n, ok := found.TurnoverPPM()
	if !ok {
		return ""
	}
	return v.t.T("insight.turnover_note", i18n.A("times", v.t.Decimal(float64(n)/1e6, 1)))
}

// faults are what costs money, each with its products and the one thing to do.
func (v voice) faults(found insight.Health) []insightview.Fault {
	var spoiled, missing money.Amount
	for _, l := range found.Losses {
		switch l.Kind {
		case insight.Spoiled:
			spoiled = l.Now
		case insight.Missing, insight.Found:
			missing += l.Now
		}
	}
	lost := v.fault("lost", found.Lost, found.Losers, ui.Link{Href: "/suggestions", Icon: "receipt"})
	lost.Said = v.change(int64(found.Lost), int64(found.LostThen))
	list := []insightview.Fault{
		lost,
		v.fault("over", total(found.Over), found.Over, ui.Link{Href: "/suggestions", Icon: "hourglass"}),
		v.fault("dead", total(found.Dead), found.Dead, ui.Link{Href: "/products", Icon: "tag"}),
		v.fault("spoiled", spoiled, found.Spoilers, ui.Link{Href: "/replay", Icon: "chart"}),
		v.fault("missing", missing, found.Misses, ui.Link{Href: "/stock/count", Icon: "count"}),
	}
	out := list[:0]
	for _, f := range list {
		if f.Title != "" {
			out = append(out, f)
		}
	}
	return out
}

func total(list []insight.Stuck) (sum money.Amount) {
	for _, s := range list {
		sum += s.Value
	}
	return sum
}

func (v voice) fault(name string, cost money.Amount, list []insight.Stuck, do ui.Link) insightview.Fault {
	if cost <= 0 && len(list) == 0 {
		return insightview.Fault{}
	}
	f := insightview.Fault{Table: name, Title: v.t.T("insight.fault." + name), Cost: v.whole(cost), Text: v.t.T("insight.fault_text." + name), Do: do}
	f.Do.Text = v.t.T("insight.fault_do." + name)
	for _, s := range list[:min(len(list), stuckRows)] {
		f.Rows = append(f.Rows, insightview.StuckRow{Name: s.Product.Name, Href: productHref(s.Product.ID), Quantity: v.tenth(s.Quantity, s.Product.BaseUnit), Value: v.whole(s.Value)})
	}
	if len(list) > stuckRows {
		f.More = v.t.T("insight.of_all", i18n.A("shown", stuckRows), i18n.A("n", len(list)))
	}
	return f
}

func (v voice) ageName(i int) string {
	switch {
	case i < len(insight.AgeDays):
		return v.t.T("insight.age_up_to", i18n.A("n", insight.AgeDays[i]))
	case i == len(insight.AgeDays):
		return v.t.T("insight.age_over", i18n.A("n", insight.AgeDays[i-1]))
	}
	return v.t.T("insight.age_unknown")
}

func (v voice) ages(found insight.Health) []ui.Bar {
	most := money.Amount(0)
	for _, a := range found.Ages {
		most = max(most, a.Value)
	}
	var bars []ui.Bar
	for i, a := range found.Ages {
		if a.Products == 0 {
			continue
		}
		b := ui.Bar{Label: v.ageName(i), Value: v.whole(a.Value)}
		if most > 0 {
			b.Percent = 100 * float64(a.Value) / float64(most)
		}
		if i >= len(insight.AgeDays)-1 {
			b.Tone = ui.Watch
		}
		bars = append(bars, b)
	}
	return bars
}

var abc, xyz = [3]string{"A", "B", "C"}, [3]string{"X", "Y", "Z"}

func (v voice) classes(found insight.Health) insightview.Classes {
	m := insightview.Classes{Head: []string{"", "X", "Y", "Z"}}
	for i, row := range found.Classes {
		r := insightview.ClassRow{Name: abc[i]}
		for _, c := range row {
			r.Cells = append(r.Cells, insightview.ClassCell{Products: v.t.Int(int64(c.Products)), Net: v.whole(c.Net)})
		}
		m.Rows = append(m.Rows, r)
	}
	if n := found.Unclassed.Products; n > 0 {
		m.Note = v.t.T("insight.unclassed", i18n.A("n", n))
	}
	return m
}

// losses says what went without being sold, by cause, each with the lines behind it.
func (v voice) losses(a *asked, list []insight.Loss) []insightview.LossRow {
	var rows []insightview.LossRow
	for _, l := range list {
		rows = append(rows, insightview.LossRow{
			Name: v.t.T("insight.kind." + l.Kind.String()), Lines: v.t.Int(int64(l.Lines)), Value: v.exact(l.Now), Then: v.exact(l.Then),
			Href: a.with(linesPath, "kind", l.Kind.String(), "period", string(insight.Custom), "from", a.Window.From.String(), "through", a.Window.Through.String(), "on", "", "with", "", "by", ""),
		})
	}
	return rows
}

func (h *Handlers) healthTables(c *gin.Context) ([]sheet.Table, error) {
	a, found, err := h.askHealth(c)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	figures := sheet.Table{Name: v.t.T("insight.health"), Columns: []sheet.Column{v.col("figure", "insight.figure", sheet.Text), v.col("value", "insight.value", sheet.Number)}}
	put := func(code, value string) { figures.Rows = append(figures.Rows, []string{code, value}) }
	share := func(code string, of func() (int64, bool)) {
		if n, ok := of(); ok {
			put(code, strconv.FormatFloat(float64(n)/1e6, 'f', 6, 64))
		} else {
			put(code, "")
		}
	}
	put("from", a.Window.From.String())
	put("through", a.Window.Through.String())
	share("fill_rate", found.FillPPM)
	share("service_level", found.ServicePPM)
	share("on_shelf", found.ShelfPPM)
	share("record_accuracy", found.AccuracyPPM)
	share("turnover", found.TurnoverPPM)
	put("sales", v.decimal(found.Sales))
	put("lost_sales", v.decimal(found.Lost))
	put("lost_margin", v.decimal(found.LostMargin))
	put("stock_value", v.decimal(found.Value))
	put("stock_value_before", v.decimal(found.ValueThen))
	put("mean_stock_value", v.decimal(found.Average))
	put("cost_of_sales", v.decimal(found.Cost))
	put("overstock", v.decimal(total(found.Over)))
	put("dead_stock", v.decimal(total(found.Dead)))
	tables := []sheet.Table{figures.As("figures"), v.lossTable(found.Losses).As("losses"), v.classTable(found).As("classes")}
	for _, one := range []struct {
		name, code string
		list       []insight.Stuck
	}{{"insight.fault.lost", "lost", found.Losers}, {"insight.fault.over", "over", found.Over}, {"insight.fault.dead", "dead", found.Dead}, {"insight.fault.spoiled", "spoiled", found.Spoilers}, {"insight.fault.missing", "missing", found.Misses}} {
		tables = append(tables, v.stuckTable(one.name, one.list).As(one.code))
	}
	return append(tables, v.ageTable(found).As("ages")), nil
}

func (v voice) lossTable(list []insight.Loss) sheet.Table {
	t := sheet.Table{Name: v.t.T("insight.losses"), Columns: []sheet.Column{
		v.col("cause", "insight.cause", sheet.Text), v.col("lines", "insight.ledger_lines", sheet.Number), v.col("value", "insight.value", sheet.Money), v.col("value_before", "insight.value_before", sheet.Money),
	}}
	for _, l := range list {
		t.Rows = append(t.Rows, []string{v.t.T("insight.kind." + l.Kind.String()), strconv.Itoa(l.Lines), v.decimal(l.Now), v.decimal(l.Then)})
	}
	return t
}

func (v voice) classTable(found insight.Health) sheet.Table {
	t := sheet.Table{Name: "ABC-XYZ", Columns: []sheet.Column{
		v.col("class", "insight.class", sheet.Text), v.col("products", "insight.products", sheet.Number), v.col("net_sales", "insight.net", sheet.Money), v.col("stock_value", "insight.stock_value", sheet.Money),
	}}
	row := func(name string, c insight.Class) {
		t.Rows = append(t.Rows, []string{name, strconv.Itoa(c.Products), v.decimal(c.Net), v.decimal(c.Value)})
	}
	for i := range abc {
		for j := range xyz {
			row(abc[i]+xyz[j], found.Classes[i][j])
		}
	}
	row("", found.Unclassed)
	return t
}

func (v voice) stuckTable(name string, list []insight.Stuck) sheet.Table {
	t := sheet.Table{Name: v.t.T(name), Columns: []sheet.Column{
		v.col("product_code", "insight.col_code", sheet.Text), v.col("product_name", "insight.product", sheet.Text), v.col("unit", "insight.col_unit", sheet.Text),
		v.col("quantity", "insight.quantity", sheet.Number), v.col("value", "insight.value", sheet.Money), v.col("on_hand", "insight.on_hand", sheet.Number), v.col("last_sold", "insight.last_sold", sheet.Text),
	}}
	for _, s := range list {
		last := ""
		if s.LastSold != nil {
			last = s.LastSold.String()
		}
		t.Rows = append(t.Rows, []string{s.Product.Code, s.Product.Name, s.Product.BaseUnit, s.Quantity.Decimal(), v.decimal(s.Value), s.OnHand.Decimal(), last})
	}
	return t
}

func (v voice) ageTable(found insight.Health) sheet.Table {
	t := sheet.Table{Name: v.t.T("insight.ages"), Columns: []sheet.Column{v.col("age", "insight.age", sheet.Text), v.col("products", "insight.products", sheet.Number), v.col("value", "insight.value", sheet.Money)}}
	for i, a := range found.Ages {
		t.Rows = append(t.Rows, []string{v.ageName(i), strconv.Itoa(a.Products), v.decimal(a.Value)})
	}
	return t
}
