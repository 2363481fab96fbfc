package catalogweb

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// badge says in a word and a sign what a supplier is to the goods.
func badge(t *i18n.Printer, k catalog.Kind) catalogview.Badge {
	b := catalogview.Badge{Tone: ui.Plain, Icon: "store", Text: t.T("catalog.badge." + string(k))}
	switch k {
	case catalog.Manufacturer:
		b.Tone, b.Icon = ui.OK, "factory"
	case catalog.Farmer:
		b.Tone, b.Icon = ui.OK, "sprout"
	case catalog.Wholesaler:
		b.Icon = "truck"
	}
	return b
}

func (h *Handlers) suppliers(c *gin.Context) error {
	ctx := c.Request.Context()
	archived := web.QueryOf(c).Checked("archived")
	list, err := h.catalog.Suppliers(ctx, archived)
	if err != nil {
		return err
	}
	offers, err := h.catalog.Offers(ctx, nil)
	if err != nil {
		return err
	}
	counts := map[ident.ID]int{}
	for _, ofProduct := range offers {
		for _, o := range ofProduct {
			counts[o.SupplierID]++
		}
	}
	chrome := web.Chrome(c)
	t := chrome.T
	m := catalogview.Suppliers{}
	for _, s := range list {
		if archived && !s.Archived {
			continue
		}
		m.Rows = append(m.Rows, catalogview.SupplierRow{
			Name: s.Name, Href: "/suppliers/" + s.ID.String(), Badge: badge(t, s.Kind), Place: s.Province,
			Offers: t.T("catalog.offers_count", i18n.A("n", counts[s.ID])), LeadTime: t.T("catalog.days", i18n.A("n", s.LeadTimeDays)),
		})
	}
	chrome.Active, chrome.Title, chrome.Lead = layout.More, t.T("catalog.suppliers"), t.T("catalog.suppliers_lead")
	m.Tabs = []ui.Tab{
		{Href: "/suppliers", Text: t.T("catalog.present_suppliers"), Active: !archived},
		{Href: "/suppliers?archived=1", Text: t.T("catalog.archived_suppliers"), Active: archived},
	}
	m.CanEdit = mayEdit(c)
	if h.scores != nil {
		chrome.Actions = []ui.Link{{Href: scorecardPath, Text: t.T("catalog.score_all"), Icon: "scale"}}
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, catalogview.SuppliersPage(m))
}

func mayEdit(c *gin.Context) bool {
	scope, ok := web.Scope(c)
	return ok && scope.Role.AtLeast(tenant.Manager)
}

func (h *Handlers) pathSupplier(c *gin.Context) (catalog.Supplier, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return catalog.Supplier{}, err
	}
	return h.catalog.Supplier(c.Request.Context(), id)
}

func (h *Handlers) supplier(c *gin.Context) error {
	s, err := h.pathSupplier(c)
	if err != nil {
		return err
	}
	rows, err := h.offerRows(c, s)
	if err != nil {
		return err
	}
	learned, err := h.learned(c, s)
	if err != nil {
		return err
	}
	score, err := h.score(c, s)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	href := "/suppliers/" + s.ID.String()
	chrome.Active, chrome.Title = layout.More, s.Name
	chrome.Back = ui.Link{Href: "/suppliers", Text: t.T("catalog.suppliers")}
	m := catalogview.SupplierPage{
		Badge: badge(t, s.Kind), Archived: s.Archived, Offers: rows, Terms: slices.Insert(terms(c, s, t), 1, learned...), Contact: contact(s, t), Score: score,
		CanEdit: mayEdit(c), Add: href + "/offers/new", Archive: href + "/archive",
	}
	if m.CanEdit {
		chrome.Actions = []ui.Link{
			{Href: href + "/papers", Text: t.T("catalog.papers"), Icon: "file"}, {Href: href + "/edit", Text: t.T("catalog.edit"), Icon: "edit"},
		}
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, catalogview.Supplier(m))
}

// learned is what the supplier's deliveries tell, to stand beside what it promises.
func (h *Handlers) learned(c *gin.Context, s catalog.Supplier) ([]ui.Fact, error) {
	if h.leads == nil {
		return nil, nil
	}
	r, err := h.leads.LeadRecord(c.Request.Context(), s)
	if err != nil {
		return nil, err
	}
	t := web.Printer(c)
	if r.Deliveries == 0 {
		return []ui.Fact{{Term: t.T("catalog.learned"), Text: t.T("catalog.learned_none")}}, nil
	}
	usual, late := r.Days.Usual()
	facts := []ui.Fact{{Term: t.T("catalog.learned"), Text: t.T("catalog.learned_days", i18n.A("usual", usual), i18n.A("late", late)),
		Note: t.T("catalog.learned_n", i18n.A("n", r.Deliveries))}}
	if r.Festivals > 0 && r.Festival >= 0.5 {
		facts = append(facts, ui.Fact{Term: t.T("catalog.festival_later"), Text: t.T("catalog.festival_days", i18n.A("days", t.Decimal(r.Festival, 1))),
			Note: t.T("catalog.learned_n", i18n.A("n", r.Festivals))})
	}
	return facts, nil
}

// terms are what holds for every order to the supplier.
func terms(c *gin.Context, s catalog.Supplier, t *i18n.Printer) []ui.Fact {
	scope, _ := web.Scope(c)
	facts := []ui.Fact{
		{Term: t.T("catalog.lead_time"), Text: t.T("catalog.days", i18n.A("n", s.LeadTimeDays))},
		{Term: t.T("catalog.review_days"), Text: t.T("catalog.days", i18n.A("n", s.ReviewDays))},
		{Term: t.T("catalog.order_weekdays"), Text: weekdaysText(t, s.OrderWeekdays)},
	}
	cash := func(term string, a money.Amount) {
		if a > 0 {
			facts = append(facts, ui.Fact{Term: term, Text: t.Money(a, scope.Currency)})
		}
	}
	cash(t.T("catalog.minimum_order"), s.MinimumOrder)
	cash(t.T("catalog.freight"), s.Freight)
	if s.FreeFreightFrom != nil {
		cash(t.T("catalog.free_freight_from"), *s.FreeFreightFrom)
	}
	tax := t.T("catalog.prices_without_tax")
	if s.PricesIncludeTax {
		tax = t.T("catalog.prices_with_tax")
	}
	facts = append(facts, ui.Fact{Term: t.T("catalog.prices"), Text: tax})
	for _, closure := range s.Closures {
		facts = append(facts, ui.Fact{Term: t.T("catalog.closed"), Text: t.T("catalog.from_through",
			i18n.A("from", closure.From), i18n.A("through", closure.Through))})
	}
	return facts
}

func weekdaysText(t *i18n.Printer, w catalog.Weekdays) string {
	if w == catalog.EveryDay {
		return t.T("catalog.every_day")
	}
	text := ""
	for _, d := range week() {
		if w.Has(d) {
			if text != "" {
				text += " · "
			}
			text += t.WeekdayShort(d)
		}
	}
	return text
}

func contact(s catalog.Supplier, t *i18n.Printer) []ui.Fact {
	var facts []ui.Fact
	for _, f := range []ui.Fact{
		{Term: t.T("catalog.contact"), Text: s.Contact}, {Term: t.T("catalog.phone"), Text: s.Phone},
		{Term: t.T("catalog.email"), Text: s.Email}, {Term: t.T("catalog.province"), Text: s.Province},
		{Term: t.T("catalog.address"), Text: s.Address}, {Term: t.T("catalog.note"), Text: s.Note},
	} {
		if f.Text != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

// offerRows are the supplier's offers, each in the unit in which the shop talks of
// the product.
func (h *Handlers) offerRows(c *gin.Context, s catalog.Supplier) ([]catalogview.OfferRow, error) {
	ctx := c.Request.Context()
	offers, err := h.catalog.OffersOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]ident.ID, len(offers))
	for i, o := range offers {
		ids[i] = o.ProductID
	}
	products, err := h.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	show, err := h.showUnit(ctx, "kg")
	if err != nil {
		return nil, err
	}
	t := web.Printer(c)
	scope, _ := web.Scope(c)
	rows := make([]catalogview.OfferRow, 0, len(offers))
	for _, o := range offers {
		p := products[o.ProductID]
		u := countOffer(p, o, show)
		row := catalogview.OfferRow{
			Product: p.Name, Href: "/products/" + p.ID.String(), Code: o.SupplierCode,
			Price: t.T("catalog.price_per", i18n.A("price", u.money(t, o.Price, scope.Currency)), i18n.A("unit", t.Unit(u.unit, 1000))),
			Pack:  packText(t, u, o), Assumed: o.Assumed,
			LeadTime: leadTimeText(t, o, s), Edit: "/offers/" + o.ID.String() + "/edit",
		}
		if o.Minimum > 0 {
			row.Minimum = t.T("catalog.at_least", i18n.A("quantity", u.measured(t, o.Minimum)))
		}
		for _, b := range o.Breaks {
			row.Breaks = append(row.Breaks, t.T("catalog.break_from",
				i18n.A("quantity", u.measured(t, b.From)), i18n.A("price", u.money(t, b.Price, scope.Currency))))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func leadTimeText(t *i18n.Printer, o catalog.Offer, s catalog.Supplier) string {
	days := s.LeadTimeDays
	if o.LeadTimeDays != nil {
		days = *o.LeadTimeDays
	}
	return t.T("catalog.days", i18n.A("n", days))
}
