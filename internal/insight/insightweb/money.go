package insightweb

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/money"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/ui"
)

const (
	moneyPath     = "/insights/money"
	statementPath = "/insights/money/statement"
	earnedRows    = 10
)

func (h *Handlers) askMoney(c *gin.Context, path string) (asked, insight.Money, error) {
	a, err := h.ask(c, path, insight.Month)
	if err != nil {
		return a, insight.Money{}, err
	}
	a.provinces = len(a.channels) > 1
	m, err := h.boards.Money(c.Request.Context(), a.Query)
	return a, m, err
}

// money shows what the shop earned.
func (h *Handlers) money(c *gin.Context) error {
	a, found, err := h.askMoney(c, moneyPath)
	if err != nil {
		return err
	}
	v := voiceOf(c, a)
	m := insightview.Money{Chrome: v.chrome(c, "insight.money", "insight.money_help"), Frame: a.frame(v.t, true)}
	m.Chrome.Actions = []ui.Link{{Href: a.with(statementPath), Text: v.t.T("insight.statement"), Icon: "print", Kind: ui.Primary}}
	if len(found.Products) == 0 && len(found.Losses) == 0 {
		m.Empty = v.nothing()
		return web.Render(c, http.StatusOK, insightview.MoneyPage(m))
	}
	result, before := found.Result()
	m.Figures = []ui.Figure{
		{Label: v.t.T("insight.sales"), Value: v.whole(found.Now.Amount), Note: v.change(int64(found.Now.Amount), int64(found.Then.Amount))},
		{Label: v.t.T("insight.margin"), Value: v.whole(found.Now.Margin()), Note: v.marginNote(found.Now)},
		{Label: v.t.T("insight.result"), Value: v.whole(result), Note: v.change(int64(result), int64(before)), Tone: toneIf(result < 0, ui.Out)},
		{Label: v.t.T("insight.saved"), Value: v.whole(found.Saved.Saving()), Note: v.t.T("insight.saved_note", i18n.A("amount", v.whole(found.Saved.Estimated)))},
	}
	m.Statement = v.statement(&a, found)
	for _, p := range found.Products[:min(len(found.Products), earnedRows)] {
		m.Products = append(m.Products, v.earned(p.Product.Name, productHref(p.Product.ID), p.Now))
	}
	for _, g := range found.Categories[:min(len(found.Categories), earnedRows)] {
		name, href := g.Name, a.with(a.path, "category", g.ID.String())
		if name == "" {
			name, href = v.t.T("insight.no_category"), ""
		}
		m.Categories = append(m.Categories, v.earned(name, href, g.Now))
	}
	for _, g := range found.Suppliers[:min(len(found.Suppliers), earnedRows)] {
		name, href := g.Name, "/suppliers/"+g.ID.String()
		if key := ownName(g.ID); key != "" || name == "" {
			name, href = v.t.T(cmp.Or(key, "insight.supplier_unknown")), ""
		}
		m.Suppliers = append(m.Suppliers, v.earned(name, href, g.Now))
	}
	for _, g := range found.Channels {
		m.Channels = append(m.Channels, v.earned(v.channel(g.ID), a.with(a.path, "channel", v.code(g.ID)), g.Now))
	}
	m.Savings = ui.Link{Href: "/orders/savings", Text: v.t.T("insight.savings_ledger"), Icon: "coins"}
	return web.Render(c, http.StatusOK, insightview.MoneyPage(m))
}

// ownName is the key of what stands for a supplier of the shop's own goods.
func ownName(supplier ident.ID) string {
	switch supplier {
	case insight.OwnHarvest:
		return "insight.source.harvest"
	case insight.OwnMade:
		return "insight.supplier_made"
	}
	return ""
}

func (v voice) earned(name, href string, t insight.Tally) insightview.EarnedRow {
	row := insightview.EarnedRow{Name: name, Href: href, Margin: "–", Of: v.t.T("insight.of_sales", i18n.A("amount", v.whole(t.Amount)))}
	if t.Costed != 0 || t.Cost != 0 {
		row.Margin, row.Loss = v.whole(t.Margin()), t.Margin() < 0
	}
	if share, ok := t.MarginPPM(); ok {
		row.Of += " · " + v.percent(share)
	}
	return row
}

// figure is a line of the statement.
type figure struct {
	code, key string
	now, then money.Amount
	href      string
	level     int // 0 a part, 1 a sum
}

// figures are the lines of the statement, in order.
func (v voice) figures(a *asked, m insight.Money) []figure {
	lines := func(kind string, pairs ...string) string {
		return a.with(linesPath, append([]string{"kind", kind, "period", string(insight.Custom), "from", a.Window.From.String(), "through", a.Window.Through.String(), "on", "", "with", "", "by", ""}, pairs...)...)
	}
	var out []figure
	for _, one := range m.Sources {
		out = append(out, figure{code: "income_" + one.Source.String(), key: "insight.source." + one.Source.String(), now: one.Now.Amount, then: one.Then.Amount, href: lines("sales", "source", one.Source.String())})
	}
	lost, lostThen := m.Lost()
	result, resultThen := m.Result()
	out = append(out,
		figure{code: "sales", key: "insight.line.sales", now: m.Now.Amount, then: m.Then.Amount, href: lines("sales"), level: 1},
		figure{code: "tax", key: "insight.line.tax", now: -m.Now.Tax(), then: -m.Then.Tax()},
		figure{code: "sales_without_known_cost", key: "insight.line.unknown", now: -m.Now.Unknown(), then: -m.Then.Unknown(), href: lines("uncosted")},
		figure{code: "cost_of_sales", key: "insight.line.cost", now: -m.Now.Cost, then: -m.Then.Cost, href: lines("sales")},
		figure{code: "margin", key: "insight.line.margin", now: m.Now.Margin(), then: m.Then.Margin(), level: 1},
	)
	for _, l := range m.Losses {
		out = append(out, figure{code: l.Kind.String(), key: "insight.kind." + l.Kind.String(), now: -l.Now, then: -l.Then, href: lines(l.Kind.String())})
	}
	if lost != 0 || lostThen != 0 {
		out = append(out, figure{code: "losses", key: "insight.line.losses", now: -lost, then: -lostThen, level: 1})
	}
	out = append(out, figure{code: "result", key: "insight.line.result", now: result, then: resultThen, level: 1})
	return out
}

func (v voice) statement(a *asked, m insight.Money) []insightview.StatementLine {
	return v.statementLines(v.figures(a, m))
}

func (h *Handlers) moneyTables(c *gin.Context) ([]sheet.Table, error) {
	a, found, err := h.askMoney(c, moneyPath)
	if err != nil {
		return nil, err
	}
	v := voiceOf(c, a)
	p, err := h.peopleOf(c.Request.Context(), &a)
	if err != nil {
		return nil, err
	}
	products := sheet.Table{Name: v.t.T("insight.products"), Columns: append([]sheet.Column{
		v.col("product_code", "insight.col_code", sheet.Text), v.col("product_name", "insight.product", sheet.Text), v.col("category", "insight.category", sheet.Text)}, v.tallyColumns()...)}
	for _, p := range found.Products {
		products.Rows = append(products.Rows, append([]string{p.Product.Code, p.Product.Name, p.Product.Category}, v.tallyCells(p.Now, p.Then)...))
	}
	days := sheet.Table{Name: v.t.T("insight.days"), Columns: append([]sheet.Column{v.col("day", "insight.day", sheet.Text)}, v.tallyColumns()...)}
	for i, t := range found.Days {
		days.Rows = append(days.Rows, append([]string{a.Window.From.Add(i).String()}, v.tallyCells(t, insight.Tally{})...))
	}
	return []sheet.Table{
		products.As("products"), v.statementTable(&a, found, p).As("statement"),
		v.earnedTable("insight.categories", "category", found.Categories, func(g insight.Group) string { return g.Name }).As("categories"),
		v.earnedTable("insight.by_suppliers", "supplier", found.Suppliers, v.supplierCode).As("suppliers"),
		v.earnedTable("insight.channels_sold", "channel", found.Channels, func(g insight.Group) string { return v.code(g.ID) }).As("channels"),
		days.As("days"),
	}, nil
}

func (v voice) tallyColumns() []sheet.Column {
	return []sheet.Column{
		v.col("times_sold", "insight.times_sold", sheet.Number), v.col("sales", "insight.sales", sheet.Money), v.col("net_sales", "insight.net", sheet.Money), v.col("costed", "insight.costed", sheet.Money),
		v.col("cost", "insight.cost", sheet.Money), v.col("margin", "insight.margin", sheet.Money), v.col("sales_before", "insight.sales_before", sheet.Money), v.col("margin_before", "insight.margin_before", sheet.Money),
	}
}

func (v voice) tallyCells(now, then insight.Tally) []string {
	return []string{strconv.Itoa(now.Lines), v.decimal(now.Amount), v.decimal(now.Net), v.decimal(now.Costed), v.decimal(now.Cost), v.decimal(now.Margin()), v.decimal(then.Amount), v.decimal(then.Margin())}
}

// supplierCode is a supplier's name, or a word in every language for the shop's own goods.
func (v voice) supplierCode(g insight.Group) string {
	switch g.ID {
	case insight.OwnHarvest:
		return "harvest"
	case insight.OwnMade:
		return "processing"
	}
	return g.Name
}

func (v voice) earnedTable(name, code string, groups []insight.Group, named func(insight.Group) string) sheet.Table {
	t := sheet.Table{Name: v.t.T(name), Columns: append([]sheet.Column{v.col(code, "insight."+code, sheet.Text)}, v.tallyColumns()...)}
	for _, g := range groups {
		t.Rows = append(t.Rows, append([]string{named(g)}, v.tallyCells(g.Now, g.Then)...))
	}
	return t
}
