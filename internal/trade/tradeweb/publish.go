package tradeweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	"buhuo/views/layout"
	tradeview "buhuo/views/trade"
	"buhuo/views/ui"
)

func scopeOf(c *gin.Context) tenant.Scope {
	scope, _ := web.Scope(c)
	return scope
}

// publish lists what the shop offers to the others.
func (h *Handlers) publish(c *gin.Context) error {
	ctx := c.Request.Context()
	p, err := h.trade.Producer(ctx)
	if err != nil {
		return err
	}
	own, err := h.trade.Listings(ctx)
	if err != nil {
		return err
	}
	f := web.QueryOf(c)
	text := f.String("q", maxSearch)
	chrome := web.Chrome(c)
	t, scope, show := chrome.T, scopeOf(c), h.showUnit(c)
	chrome.Active, chrome.Title, chrome.Lead = layout.More, t.T("trade.my_offers"), t.T("trade.my_offers_lead")
	chrome.Back = ui.Link{Href: "/directory", Text: t.T("trade.directory")}
	m := tradeview.PublishPage{
		Profile: append([]ui.Fact{{Term: t.T("trade.shown_as"), Text: p.Name}}, termsOf(t, p, scope.Currency)...),
		About:   p.About, Closed: p.Version == 0 || !p.Open, Asked: text != "",
		Search: ui.SearchModel{T: t, Action: "/publish", Name: "q", Value: text, Label: t.T("trade.find_product"), Hint: t.T("trade.find_product_hint"), Target: "found"},
	}
	for _, l := range own {
		m.Rows = append(m.Rows, listingRow(t, l, unitOf(l, show), scope.Currency))
	}
	if text != "" {
		page, err := h.catalog.List(ctx, catalog.Query{Text: text, Limit: 20})
		if err != nil {
			return err
		}
		for _, found := range page.Products {
			m.Found = append(m.Found, ui.Link{Href: "/publish/" + found.ID.String(), Icon: "box", Text: found.Name, Note: found.Code})
		}
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, tradeview.Publish(m))
}

func listingRow(t *i18n.Printer, l trade.Listing, u shown, cur money.Currency) tradeview.ListingRow {
	href := "/publish/" + l.ProductID.String()
	r := tradeview.ListingRow{Href: href, Name: l.Name, Price: u.per(t, l.Price, cur), State: tradeview.Badge{Tone: ui.Plain, Icon: "close", Text: t.T("trade.withdrawn")}}
	if l.Published {
		r.State, r.Withdraw = tradeview.Badge{Tone: ui.OK, Icon: "check", Text: t.T("trade.published")}, href+"/withdraw"
		if l.Sheet {
			r.Sheet = "/sheets/" + l.ID.String()
		}
	}
	return r
}

// typed gives what stands in a form: what is known at first sight, what was typed after
// a refusal.
func typed(c *gin.Context, known url.Values) func(name, label string) ui.FieldModel {
	f := web.FormOf(c)
	return func(name, label string) ui.FieldModel {
		m := ui.FieldModel{Name: name, Label: label, Value: f.Value(name), Error: f.Sentence(name)}
		if known != nil {
			m.Value = known.Get(name)
		}
		return m
	}
}

// figure is a field for a number; short says in which unit.
func figure(c *gin.Context, m ui.FieldModel, known bool, unit string) ui.FieldModel {
	m.Mode, m.Short, m.Unit = "decimal", true, unit
	if known {
		m.Value = web.FormOf(c).Typed(m.Value)
	}
	return m
}

func (h *Handlers) profile(c *gin.Context) error {
	p, err := h.trade.Producer(c.Request.Context())
	if err != nil {
		return err
	}
	if p.Version == 0 {
		in, err := h.shops.Get(c.Request.Context())
		if err != nil {
			return err
		}
		p.Province, p.PricesIncludeTax = in.Province, in.PricesIncludeTax
	}
	return h.profilePage(c, http.StatusOK, knownProfile(p, scopeOf(c).Currency))
}

func knownProfile(p trade.Producer, cur money.Currency) url.Values {
	v := url.Values{
		"name": {p.Name}, "kind": {string(p.Kind)}, "province": {p.Province}, "about": {p.About}, "contact": {p.Contact}, "phone": {p.Phone},
		"lead_time_days": {strconv.Itoa(p.LeadTimeDays)}, "version": {strconv.FormatInt(p.Version, 10)},
	}
	cash := func(name string, a money.Amount) {
		if a != 0 {
			v.Set(name, a.Decimal(cur))
		}
	}
	cash("minimum_order", p.MinimumOrder)
	cash("freight", p.Freight)
	if p.FreeFreightFrom != nil {
		cash("free_freight_from", *p.FreeFreightFrom)
	}
	for name, on := range map[string]bool{"prices_include_tax": p.PricesIncludeTax, "open": p.Open} {
		if on {
			v.Set(name, "1")
		}
	}
	return v
}

func (h *Handlers) putProfile(c *gin.Context) error {
	f, cur := web.FormOf(c), scopeOf(c).Currency
	p := trade.Producer{
		Name: f.Required("name", catalog.MaxCategory), Kind: catalog.Kind(f.Choice("kind", kindCodes()...)),
		Province: f.ChoiceOpt("province", "", shop.Provinces()...), About: f.Text("about", trade.MaxAbout), Contact: f.String("contact", catalog.MaxLabel),
		Phone: f.String("phone", trade.MaxPhone), LeadTimeDays: f.Int("lead_time_days", 0, 365), PricesIncludeTax: f.Checked("prices_include_tax"),
		Open: f.Checked("open"), Version: int64(f.Int("version", 0, 1<<30)),
	}
	p.MinimumOrder, _ = f.AmountOpt("minimum_order", cur)
	p.Freight, _ = f.AmountOpt("freight", cur)
	if free, ok := f.AmountOpt("free_freight_from", cur); ok {
		p.FreeFreightFrom = &free
	}
	err := f.Err()
	if err == nil {
		err = h.trade.PutProducer(c.Request.Context(), p)
	}
	if status := refusal(f, err); status != 0 {
		return h.profilePage(c, status, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "trade.flash_saved")
	return web.Redirect(c, "/publish")
}

// refusal is the status with which a form comes back; 0 when it does not.
func refusal(f *web.Values, err error) int {
	if f.Refused(err) {
		return http.StatusUnprocessableEntity
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.Conflict {
		f.Add("", e)
		return http.StatusConflict
	}
	return 0
}

func (h *Handlers) profilePage(c *gin.Context, status int, known url.Values) error {
	chrome := web.Chrome(c)
	t, cur, field := chrome.T, scopeOf(c).Currency.Code, typed(c, known)
	version := field("version", "").Value
	if status == http.StatusConflict {
		now, err := h.trade.Producer(c.Request.Context())
		if err != nil {
			return err
		}
		version = strconv.FormatInt(now.Version, 10)
	}
	number := func(name, label, unit string) ui.FieldModel {
		return figure(c, field(name, t.T(label)), known != nil, unit)
	}
	kind, province := field("kind", ""), field("province", "")
	m := tradeview.ProfileForm{
		Client: chrome.Client, Version: version, Name: field("name", t.T("trade.shown_as")), About: field("about", t.T("trade.about")),
		Contact: field("contact", t.T("catalog.contact")), Phone: field("phone", t.T("catalog.phone")),
		Kind:     ui.SelectModel{Name: "kind", Label: t.T("trade.kind"), Error: kind.Error, Options: kinds(t, kind.Value)},
		Province: ui.SelectModel{Name: "province", Label: t.T("catalog.province"), Error: province.Error, Options: provinces(t, province.Value, "—")},
		Minimum:  number("minimum_order", "catalog.minimum_order", cur), Freight: number("freight", "catalog.freight", cur),
		Free: number("free_freight_from", "catalog.free_freight_from", cur), LeadTime: number("lead_time_days", "catalog.lead_time", t.T("catalog.day_unit")),
		Tax:  ui.Check{Name: "prices_include_tax", Label: t.T("catalog.prices_with_tax"), Checked: field("prices_include_tax", "").Value != ""},
		Open: ui.Check{Name: "open", Label: t.T("trade.open"), Hint: t.T("trade.open_hint"), Checked: field("open", "").Value != ""},
	}
	m.Name.Needed, m.Phone.Mode = true, "tel"
	m.About.Hint, m.About.Max = t.T("trade.about_hint"), trade.MaxAbout
	chrome.Active, chrome.Title = layout.More, t.T("trade.profile")
	chrome.Back = ui.Link{Href: "/publish", Text: t.T("trade.my_offers")}
	m.Chrome = chrome
	return web.Render(c, status, tradeview.Profile(m))
}

func (h *Handlers) pathDraft(c *gin.Context) (trade.Listing, catalog.Product, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return trade.Listing{}, catalog.Product{}, err
	}
	return h.trade.Draft(c.Request.Context(), id)
}

func (h *Handlers) listing(c *gin.Context) error {
	l, p, err := h.pathDraft(c)
	if err != nil {
		return err
	}
	return h.listingPage(c, http.StatusOK, l, p, knownListing(l, h.showUnit(c)))
}

func knownListing(l trade.Listing, show string) url.Values {
	u := unitOf(l, show)
	v := url.Values{
		"name": {l.Name}, "grade": {l.Grade}, "origin": {l.Origin}, "lot": {l.Lot}, "about": {l.About}, "unit": {u.unit}, "pack": {l.Pack.Unit},
		"price": {u.price(l.Price).Decimal()}, "version": {strconv.FormatInt(l.Version, 10)},
	}
	if l.Minimum > 0 {
		v.Set("minimum", u.quantity(l.Minimum).Decimal())
	}
	if l.HarvestFrom != nil {
		v.Set("harvest_from", l.HarvestFrom.String())
	}
	if l.HarvestThrough != nil {
		v.Set("harvest_through", l.HarvestThrough.String())
	}
	if l.Sheet {
		v.Set("sheet", "1")
	}
	for _, b := range l.Breaks {
		v.Add("break_from", u.quantity(b.From).Decimal())
		v.Add("break_price", u.price(b.Price).Decimal())
	}
	return v
}

// readListing reads the form; prices and quantities are typed in a unit of the product.
func readListing(f *web.Values, p catalog.Product) trade.Listing {
	l := trade.Listing{
		ProductID: p.ID, Name: f.Required("name", catalog.MaxName), Grade: f.String("grade", catalog.MaxLabel), Origin: f.String("origin", catalog.MaxLabel),
		Lot: f.String("lot", catalog.MaxLabel), About: f.Text("about", trade.MaxAbout), TaxRate: p.TaxRate, Published: true, Sheet: f.Checked("sheet"),
		Version: int64(f.Int("version", 0, 1<<30)),
	}
	if from, ok := f.DateOpt("harvest_from"); ok {
		l.HarvestFrom = &from
	}
	if through, ok := f.DateOpt("harvest_through"); ok {
		l.HarvestThrough = &through
	}
	price := f.Price("price")
	factor, ok := p.Factor(f.Choice("unit", p.Units()...))
	pack := f.Choice("pack", p.Units()...)
	l.Pack.Unit = pack
	l.Pack.Factor, _ = p.Factor(pack)
	if !ok {
		return l
	}
	l.Price = perBase(f, "price", price, factor)
	if q, ok := f.QuantityOpt("minimum"); ok {
		l.Minimum = inBase(f, "minimum", q, factor)
	}
	for _, r := range f.Rows("break_from", "break_price") {
		from, has := r.QuantityOpt("break_from")
		price, priced := r.PriceOpt("break_price")
		switch {
		case has && priced:
			l.Breaks = append(l.Breaks, catalog.Break{From: inBase(r, "break_from", from, factor), Price: perBase(r, "break_price", price, factor)})
		case has && !r.Has("break_price"):
			r.Price("break_price") // missing: says so
		case priced && !r.Has("break_from"):
			r.Quantity("break_from")
		}
	}
	return l
}

func perBase(f *web.Values, name string, p money.Price, factor measure.Ratio) money.Price {
	n, err := money.PerBase(p, factor)
	if err != nil {
		f.Add(name, err)
	}
	return n
}

func inBase(f *web.Values, name string, q measure.Quantity, factor measure.Ratio) measure.Quantity {
	n, err := measure.Convert(q, factor)
	if err != nil {
		f.Add(name, err)
	}
	return n
}

func (h *Handlers) putListing(c *gin.Context) error {
	before, p, err := h.pathDraft(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	l := readListing(f, p)
	if err = f.Err(); err == nil {
		l, err = h.trade.Publish(c.Request.Context(), l)
	}
	if status := refusal(f, err); status != 0 {
		return h.listingPage(c, status, before, p, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "trade.flash_published")
	return web.Redirect(c, "/publish")
}

// breakRows is how many price breaks the form has room for, beside those there are.
const breakRows = 2

func (h *Handlers) listingPage(c *gin.Context, status int, now trade.Listing, p catalog.Product, known url.Values) error {
	chrome := web.Chrome(c)
	t, scope, field := chrome.T, scopeOf(c), typed(c, known)
	number := func(name, label, unit string) ui.FieldModel {
		return figure(c, field(name, t.T(label)), known != nil, unit)
	}
	unit, pack := field("unit", ""), field("pack", "")
	m := tradeview.ListingForm{
		Action: "/publish/" + p.ID.String(), Client: chrome.Client, Version: field("version", "").Value,
		Name: field("name", t.T("trade.listing_name")), Grade: field("grade", t.T("trade.grade")), Origin: field("origin", t.T("trade.origin")),
		Lot: field("lot", t.T("trade.lot")), About: field("about", t.T("trade.about_goods")),
		From: field("harvest_from", t.T("trade.harvest_from")), Through: field("harvest_through", t.T("trade.harvest_through")),
		Price: number("price", "trade.price", scope.Currency.Code), Minimum: number("minimum", "trade.minimum", ""),
		Unit:        ui.SelectModel{Name: "unit", Label: t.T("trade.unit"), Hint: t.T("trade.unit_hint"), Error: unit.Error, Options: units(t, p, unit.Value)},
		Pack:        ui.SelectModel{Name: "pack", Label: t.T("trade.pack"), Hint: t.T("trade.pack_hint"), Error: pack.Error, Options: units(t, p, pack.Value)},
		BreaksWrong: web.FormOf(c).Sentence("breaks"),
		Sheet:       ui.Check{Name: "sheet", Label: t.T("trade.sheet_too"), Hint: t.T("trade.sheet_hint"), Checked: field("sheet", "").Value != ""},
	}
	if status == http.StatusConflict {
		m.Version = strconv.FormatInt(now.Version, 10)
	}
	m.Name.Needed, m.Price.Needed, m.From.Type, m.Through.Type = true, true, "date", "date"
	m.Lot.Hint, m.About.Max = t.T("trade.lot_hint"), trade.MaxAbout
	m.Breaks = breaks(c, t, known)
	m.Photo = photoForm(c, t, now)
	chrome.Active, chrome.Title, chrome.Lead = layout.More, t.T("trade.publish_title"), p.Name+" · "+p.Code
	chrome.Back = ui.Link{Href: "/publish", Text: t.T("trade.my_offers")}
	m.Chrome = chrome
	return web.Render(c, status, tradeview.Listing(m))
}

func units(t *i18n.Printer, p catalog.Product, chosen string) []ui.Option {
	var out []ui.Option
	for _, code := range p.Units() {
		out = append(out, ui.Option{Value: code, Text: t.Unit(code, measure.Thousandths), Selected: code == chosen})
	}
	return out
}

func breaks(c *gin.Context, t *i18n.Printer, known url.Values) []tradeview.BreakRow {
	f := web.FormOf(c)
	n := len(known["break_from"])
	if known == nil {
		n = len(f.Rows("break_from", "break_price"))
		if n >= breakRows {
			n -= breakRows
		}
	}
	out := make([]tradeview.BreakRow, n+breakRows)
	for i := range out {
		row := func(name, label string) ui.FieldModel {
			m := ui.FieldModel{Name: name, ID: web.RowField(name, i), Label: t.T(label), Value: f.Row(i).Value(name), Error: f.Sentence(web.RowField(name, i)), Mode: "decimal", Short: true}
			if known != nil && i < len(known[name]) {
				m.Value = f.Typed(known[name][i])
			}
			return m
		}
		out[i] = tradeview.BreakRow{From: row("break_from", "catalog.break_quantity_label"), Price: row("break_price", "catalog.break_price_label")}
	}
	return out
}

func (h *Handlers) withdraw(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := h.trade.Withdraw(c.Request.Context(), id); err != nil {
		return err
	}
	web.Flash(c, web.Good, "trade.flash_withdrawn")
	return web.Redirect(c, "/publish")
}
