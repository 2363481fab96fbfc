package restockweb

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// pricesFrom is how far back the prices of a product's suppliers are shown, in days.
const pricesFrom = 365

// compared shows all offers of a product side by side, and what was asked before.
func (h *Handlers) compared(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	o, err := h.restock.Offered(c.Request.Context(), id)
	if err != nil {
		return err
	}
	suppliers, err := h.catalog.Suppliers(c.Request.Context(), true)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.offers_title", arg("name", o.Product.Name)), layout.Orders
	chrome.Back = ui.Link{Href: productAddress(id), Text: o.Product.Name}
	chrome.Help = []string{v.t.T("restock.offers_help")}
	m := restockview.Offers{Title: v.t.T("restock.card_offers"), None: v.t.T("restock.no_offers"), Prices: v.t.T("restock.offers_prices"), NoPrices: v.t.T("restock.offers_no_prices")}
	if may(c, tenant.Manager) {
		m.Add = ui.Link{Href: productAddress(id) + "/offers/new", Text: v.t.T("restock.add_offer"), Icon: "plus"}
		chrome.Actions = []ui.Link{v.askPrices(id)}
	}
	m.Columns = []ui.Column{
		{Text: v.t.T("restock.col_supplier")}, {Text: v.t.T("restock.offers_buy"), Num: true, Fit: true}, {Text: v.t.T("restock.offers_goods"), Num: true, Fit: true},
		{Text: v.t.T("restock.offers_freight"), Num: true, Fit: true}, {Text: v.t.T("restock.offers_spoilage"), Num: true, Fit: true},
		{Text: v.t.T("restock.offers_keeping"), Num: true, Fit: true}, {Text: v.t.T("restock.offers_all"), Num: true, Fit: true}, {Text: v.t.T("restock.col_arrives"), Fit: true},
	}
	if o.Thought {
		_, per := v.LandedBare(0, o.Product.BaseUnit)
		m.Asked = v.t.T("restock.offers_asked", arg("unit", per), arg("quantity", v.Amount(o.Quantity, o.Product.BaseUnit)))
		m.Advice = v.advice(o)
		for _, one := range o.Offers {
			m.Rows = append(m.Rows, v.offerRow(one, o))
		}
	}
	m.Chrome, m.History = chrome, v.priceHistory(o, suppliers)
	return web.Render(c, http.StatusOK, restockview.OffersPage(m))
}

// askPrices leads to an enquiry to several suppliers about a product.
func (v voice) askPrices(id ident.ID) ui.Link {
	return ui.Link{Href: "/enquiries/new?product=" + id.String(), Text: v.t.T("enquiry.ask"), Icon: "tag"}
}

// offerRow is one offer in the table.
func (v voice) offerRow(e replenish.Compared, o restock.Offered) restockview.OfferRow {
	out := restockview.OfferRow{Offer: v.offer(e.Evaluation, o.Product.BaseUnit)}
	choice := o.Row.Trace.Result.Choice
	if choice != nil && choice.Offer == e.Offer && choice.Supplier == e.Supplier && len(o.Offers) > 1 {
		out.Best = v.t.T("restock.best")
	}
	if e.Refused != "" || !e.Priced() {
		return out
	}
	unit := o.Product.BaseUnit
	price := func(p money.Price) string {
		if p == 0 {
			return "–"
		}
		cost, _ := v.LandedBare(p, unit)
		return cost
	}
	out.Buy, out.Price = v.Amount(e.Asked.Quantity, unit), price(e.Unit.Goods)
	out.Freight, out.Spoilage, out.Keeping, out.All = price(e.Unit.Freight), price(e.Unit.Spoilage), price(e.Unit.Keeping), price(e.Unit.All)
	if e.Early < e.Late {
		out.Arrives = v.t.T("restock.offers_between", arg("from", v.t.DateShort(e.Early)), arg("to", v.t.DateShort(e.Late)))
	}
	if e.MinOrderValue > 0 {
		out.Terms = append(out.Terms, v.t.T("restock.minimum", arg("minimum", v.Money(e.MinOrderValue))))
	}
	switch {
	case e.Deliveries > 0:
		out.Terms = append(out.Terms, v.t.T("restock.offers_deliveries", arg("n", e.Deliveries)))
	default:
		out.Terms = append(out.Terms, v.t.T("restock.offers_promised", arg("n", e.Promised)))
	}
	if e.TermsAssumed {
		out.Terms = append(out.Terms, v.t.T("restock.offers_assumed"))
	}
	return out
}

// advice compares the best source that makes the goods with the best one that resells
// them: what it saves, and what it risks.
func (v voice) advice(o restock.Offered) (a restockview.Advice) {
	direct, middleman := -1, -1
	for i, e := range o.Offers { // the cheapest first
		switch {
		case e.Refused != "" || !e.Priced():
		case e.Kind == replenish.Wholesaler && middleman < 0:
			middleman = i
		case (e.Kind == replenish.Manufacturer || e.Kind == replenish.Farmer) && direct < 0:
			direct = i
		}
	}
	if direct < 0 || middleman < 0 {
		return a
	}
	d, m, unit := o.Offers[direct], o.Offers[middleman], o.Product.BaseUnit
	say := func(key string, less i18n.Arg) string {
		return v.t.T(key, arg("direct", d.SupplierName), arg("middleman", m.SupplierName), less)
	}
	switch less := m.Unit.All - d.Unit.All; {
	case less > 0:
		a.Text = append(a.Text, say("restock.offers_cheaper", arg("less", v.Landed(less, unit))))
	default:
		a.Text = append(a.Text, say("restock.offers_dearer", arg("more", v.Landed(-less, unit))))
		return a
	}
	if choice := o.Row.Trace.Result.Choice; choice != nil && choice.Kind == replenish.Wholesaler && d.Score > choice.Score {
		a.Text = append(a.Text, v.t.T("restock.offers_all_the_same", arg("supplier", choice.SupplierName), arg("less", v.Money(money.Amount(d.Score-choice.Score)))))
	}
	if text := v.within(o.Range); text != "" {
		a.Text = append(a.Text, text)
	}
	risk := func(text string) { a.Risks = append(a.Risks, text) }
	if n := int(d.Arrival - m.Arrival); n > 0 {
		risk(v.t.T("restock.offers_risk_later", arg("n", n), arg("day", v.t.DateShort(d.Late))))
	}
	if d.Asked.Quantity > m.Asked.Quantity {
		risk(v.t.T("restock.offers_risk_more", arg("quantity", v.Amount(d.Asked.Quantity, unit)), arg("other", v.Amount(m.Asked.Quantity, unit))))
	}
	if d.MinOrderValue > d.Asked.LineCost {
		risk(v.t.T("restock.offers_risk_minimum", arg("minimum", v.Money(d.MinOrderValue))))
	}
	if d.Asked.Spoils > m.Asked.Spoils {
		risk(v.t.T("restock.offers_risk_spoils", arg("quantity", v.Rough(d.Asked.Spoils, unit))))
	}
	if d.Deliveries == 0 {
		risk(v.t.T("restock.offers_risk_unknown"))
	}
	if len(a.Risks) > 0 {
		a.Title = v.t.T("restock.offers_risks")
	}
	return a
}

// within says how much a suggestion is likely to save; "" when nobody knows.
func (v voice) within(r *purchase.SavingRange) string {
	if r == nil {
		return ""
	}
	key := "restock.offers_range"
	if r.Own {
		key = "restock.offers_range_own"
	}
	return v.t.T(key, arg("range", v.t.Between(v.Money(r.Low), v.Money(r.High))), arg("n", r.Cases))
}

// priceHistory draws what each supplier asked, a step where it changed.
func (v voice) priceHistory(o restock.Offered, suppliers []catalog.Supplier) *ui.CurveModel {
	from, unit := v.today.Add(-pricesFrom), o.Product.BaseUnit
	one, shown := v.Shown(measure.Thousandths, unit)
	per := money.PriceScale * float64(one) / measure.Thousandths
	type asked struct {
		name string
		list []catalog.Quote
	}
	var all []asked
	first := v.today
	for _, s := range suppliers {
		list := since(o.Prices[s.ID], from)
		if len(list) == 0 {
			continue
		}
		first = min(first, list[0].Day)
		all = append(all, asked{s.Name, list})
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b asked) int { return cmp.Compare(b.list[len(b.list)-1].Day, a.list[len(a.list)-1].Day) })
	m := &ui.CurveModel{T: v.t, ID: "prices", Title: v.t.T("restock.offers_chart", arg("name", o.Product.Name)), YName: v.t.T("restock.offers_axis", arg("unit", v.t.Unit(shown, measure.Thousandths))),
		X: func(x float64) string { return v.t.DateShort(first.Add(int(x))) },
		Y: func(y float64) string { return v.t.Decimal(y, 2) }}
	m.Table.Head = []string{v.t.T("restock.col_day"), v.t.T("restock.col_supplier"), v.t.T("restock.offers_goods")}
	type row struct {
		on    day.Date
		cells []string
	}
	var rows []row
	for i, a := range all {
		line := ui.CurveLine{Class: priceLines[min(i, len(priceLines)-1)], Name: a.name}
		for j, q := range a.list {
			x, y := float64(q.Day-first), float64(q.Price)/per
			if j > 0 { // the price before holds until the day
				line.Points = append(line.Points, ui.CurvePoint{X: x, Y: line.Points[len(line.Points)-1].Y})
			}
			line.Points = append(line.Points, ui.CurvePoint{X: x, Y: y})
			rows = append(rows, row{q.Day, []string{v.t.Date(q.Day), a.name, v.Landed(q.Price, unit)}})
		}
		last := line.Points[len(line.Points)-1]
		line.Points = append(line.Points, ui.CurvePoint{X: float64(v.today - first), Y: last.Y})
		m.Lines = append(m.Lines, line)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.on, a.on) })
	for _, r := range rows {
		m.Table.Rows = append(m.Table.Rows, r.cells)
	}
	return m
}

// priceLines tell suppliers apart; from the fourth on they look the same and the table
// tells them.
var priceLines = []string{"mean", "past", "wanted", "now"}

// since are the quotes from a day on, of those that say the same day after day the first
// only, and the one that held before set on the day.
func since(list []catalog.Quote, from day.Date) []catalog.Quote {
	var out []catalog.Quote
	for _, q := range list {
		if q.Day < from {
			q.Day = from
			out = []catalog.Quote{q}
			continue
		}
		if len(out) == 0 || out[len(out)-1].Price != q.Price {
			out = append(out, q)
		}
	}
	return out
}
