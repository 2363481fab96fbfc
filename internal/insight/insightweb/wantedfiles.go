package insightweb

import (
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/insight"
	"buhuo/internal/web/sheet"
)

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
	tables := []sheet.Table{products.As("products"), v.partTable("insight.weekdays", "weekday", v.weekdayParts(w)).As("weekdays"), v.partTable("insight.hours", "hour", v.hourParts(w)).As("hours")}
	tables = append(tables, v.groupTable("insight.categories", "category", w.Categories, func(g insight.Group) string { return g.Name }).As("categories"))
	tables = append(tables, v.groupTable("insight.channels_sold", "channel", w.Channels, func(g insight.Group) string { return v.code(g.ID) }).As("channels"))
	around, err := h.aroundTable(c, v)
	return append(append(tables, v.wishTable(w.Wishes).As("wishes")), around...), err
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
