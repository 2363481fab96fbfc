package tradeweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	"buhuo/views/layout"
	tradeview "buhuo/views/trade"
	"buhuo/views/ui"
)

const maxSearch = 100

func (h *Handlers) directory(c *gin.Context) error {
	ctx, f := c.Request.Context(), web.QueryOf(c)
	q := trade.Query{
		Text: f.String("q", maxSearch), Province: f.ChoiceOpt("province", "", shop.Provinces()...),
		Kind: catalog.Kind(f.ChoiceOpt("kind", "", kindCodes()...)), Limit: trade.PageSize + 1,
	}
	q.After, _ = f.IDOpt("after")
	if err := f.Err(); err != nil {
		return fault.New(fault.Malformed, "trade.search_unreadable").WithCause(err)
	}
	found, err := h.trade.Search(ctx, q)
	if err != nil {
		return err
	}
	changes, err := h.trade.Changes(ctx)
	if err != nil {
		return err
	}
	taken, err := h.trade.Taken(ctx)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Active, chrome.Title, chrome.Lead = layout.More, t.T("trade.directory"), t.T("trade.directory_lead")
	chrome.Back = ui.Link{Href: "/more", Text: t.T("layout.nav.more")}
	m := tradeview.DirectoryPage{
		CanEdit:  mayEdit(c),
		Text:     ui.FieldModel{Name: "q", Label: t.T("trade.search"), Hint: t.T("trade.search_hint"), Type: "search", Value: q.Text, Max: maxSearch},
		Province: ui.SelectModel{Name: "province", Label: t.T("catalog.province"), Options: provinces(t, q.Province, t.T("trade.any"))},
		Kind: ui.SelectModel{Name: "kind", Label: t.T("trade.kind"), Options: append([]ui.Option{{Text: t.T("trade.any"), Selected: q.Kind == ""}},
			kinds(t, string(q.Kind))...)},
		Empty: ui.EmptyModel{Icon: "sprout", Title: t.T("trade.directory_empty"), Text: t.T("trade.directory_empty_text")},
	}
	if mayEdit(c) {
		chrome.Actions = []ui.Link{{Href: "/publish", Text: t.T("trade.my_offers"), Icon: "store"}}
	}
	show := h.showUnit(c)
	if len(found) > trade.PageSize {
		found = found[:trade.PageSize]
		v := c.Request.URL.Query()
		v.Set("after", found[trade.PageSize-1].ID.String())
		m.Next = "/directory?" + v.Encode()
	}
	for _, e := range found {
		row := entryRow(c, t, e, show)
		if taken[e.ID] {
			row.Marks = append(row.Marks, tradeview.Badge{Tone: ui.Plain, Icon: "check", Text: t.T("trade.taken")})
		}
		m.Rows = append(m.Rows, row)
	}
	for _, change := range changes {
		m.Changes = append(m.Changes, changeRow(c, t, change, show))
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, tradeview.Directory(m))
}

func entryRow(c *gin.Context, t *i18n.Printer, e trade.Entry, show string) tradeview.EntryRow {
	scope, _ := web.Scope(c)
	u := unitOf(e.Listing, show)
	r := tradeview.EntryRow{
		Href: "/directory/" + e.ID.String(), Name: e.Name, Detail: e.Grade, Place: provinceOf(t, e.Producer.Province),
		Producer: kindBadge(e.Producer), Price: u.per(t, e.Price, scope.Currency), Marks: season(c, t, e.Listing),
	}
	if e.Minimum > 0 {
		r.Minimum = u.measured(t, e.Minimum)
	}
	if e.Photo != nil {
		r.Photo = photoAddress(trade.ToShops, e.ID, e.Photo.Tag, trade.Small)
	}
	return r
}

func changeRow(c *gin.Context, t *i18n.Printer, change trade.Change, show string) tradeview.ChangeRow {
	scope, _ := web.Scope(c)
	was := trade.Listing{Unit: change.Product.BaseUnit, Price: change.Offer.Price, Breaks: change.Offer.Breaks, Minimum: change.Offer.Minimum}
	r := tradeview.ChangeRow{
		Name: change.Product.Name, Was: unitOf(was, show).per(t, change.Offer.Price, scope.Currency),
		Is: t.T("trade.withdrawn"), Href: "/offers/" + change.Offer.ID.String() + "/edit",
	}
	if e := change.Entry; e != nil {
		href := "/directory/" + e.ID.String()
		r.Producer, r.Href, r.Action = e.Producer.Name, href, href+"/take"
		r.Is = unitOf(e.Listing, show).per(t, e.Price, scope.Currency)
	} else if !mayEdit(c) {
		r.Href = "/products/" + change.ProductID.String()
	}
	return r
}

func (h *Handlers) pathEntry(c *gin.Context) (trade.Entry, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return trade.Entry{}, err
	}
	return h.trade.Entry(c.Request.Context(), id)
}

func (h *Handlers) entry(c *gin.Context) error {
	e, err := h.pathEntry(c)
	if err != nil {
		return err
	}
	return h.entryPage(c, e, http.StatusOK)
}

func (h *Handlers) entryPage(c *gin.Context, e trade.Entry, status int) error {
	standing, err := h.trade.Standing(c.Request.Context(), e)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t, scope := chrome.T, scopeOf(c)
	show := h.showUnit(c)
	u := unitOf(e.Listing, show)
	chrome.Active, chrome.Title = layout.More, e.Name
	chrome.Back = ui.Link{Href: "/directory", Text: t.T("trade.directory")}
	m := tradeview.EntryPage{
		Photo: photoOf(trade.ToShops, e.ID, e.Photo), Producer: kindBadge(e.Producer), Marks: season(c, t, e.Listing), Goods: goodsOf(t, e.Listing, u, scope.Currency),
		Terms: termsOf(t, e.Producer, scope.Currency), About: e.About, Theirs: e.Producer.About, CanEdit: mayEdit(c),
		Action: "/directory/" + e.ID.String() + "/take", Products: h.products(c, t, e, standing),
	}
	if n := standing.Namesake; n != nil {
		m.Supplier = ui.SelectModel{Name: "supplier", Label: t.T("trade.as_supplier"), Hint: t.T("trade.as_supplier_hint"), Error: web.FormOf(c).Sentence("supplier"),
			Options: []ui.Option{{Value: n.ID.String(), Text: n.Name, Selected: true}, {Text: t.T("trade.new_supplier")}}}
	}
	if f := standing.Followed; f != nil {
		m.Taken, m.Client = true, client(c, chrome)
		if standing.Offer != nil {
			m.Order, m.Unit = "/directory/"+e.ID.String()+"/order", u.unit
			m.Quantity = h.quantity(c, t, e, u)
		}
		m.Links = []ui.Link{
			{Href: "/suppliers/" + f.SupplierID.String(), Icon: "truck", Text: standing.Supplier.Name, Note: t.T("trade.supplier_note")},
			{Href: "/products/" + f.ProductID.String(), Icon: "box", Text: t.T("trade.product_link"), Note: t.T("trade.product_note")},
		}
		if f.Terms != e.Terms && standing.Offer != nil {
			was := trade.Listing{Unit: e.Unit, Price: standing.Offer.Price, Breaks: standing.Offer.Breaks, Minimum: standing.Offer.Minimum}
			m.Changed = t.T("trade.changed", i18n.A("was", unitOf(was, show).per(t, standing.Offer.Price, scope.Currency)),
				i18n.A("is", u.per(t, e.Price, scope.Currency)))
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, tradeview.Entry(m))
}

// quantity asks how much to order: the least that is sold, at first.
func (h *Handlers) quantity(c *gin.Context, t *i18n.Printer, e trade.Entry, u shown) ui.FieldModel {
	f := web.FormOf(c)
	least := e.Minimum
	if size, err := e.Pack.Size(); err == nil {
		least = max(least, size)
	}
	m := ui.FieldModel{Name: "quantity", Label: t.T("trade.order_quantity"), Hint: t.T("trade.order_hint"), Error: f.Sentence("quantity"), Mode: "decimal", Short: true,
		Unit: t.Unit(u.unit, measure.Thousandths), Value: f.Typed(u.quantity(least).Decimal())}
	if f.Given("quantity") {
		m.Value = f.Value("quantity")
	}
	return m
}

// products are what the listing could be in the shop: the likeliest is chosen.
func (h *Handlers) products(c *gin.Context, t *i18n.Printer, e trade.Entry, standing trade.Standing) ui.SelectModel {
	s := ui.SelectModel{Name: "product", Label: t.T("trade.as_product"), Hint: t.T("trade.as_product_hint"), Error: web.FormOf(c).Sentence("product")}
	for i, p := range standing.Same {
		s.Options = append(s.Options, ui.Option{Value: p.ID.String(), Text: p.Name + " · " + p.Code, Selected: i == 0 && p.Name == e.Name})
	}
	same := len(standing.Same) > 0 && standing.Same[0].Name == e.Name
	s.Options = append(s.Options, ui.Option{Text: t.T("trade.new_product"), Selected: !same})
	return s
}

// take makes the producer a supplier with an offer, or takes the terms of now.
func (h *Handlers) take(c *gin.Context) error {
	e, err := h.pathEntry(c)
	if err != nil {
		return err
	}
	f, t := web.FormOf(c), web.Printer(c)
	product, _ := f.IDOpt("product")
	supplier, _ := f.IDOpt("supplier")
	if err = f.Err(); err == nil {
		_, err = h.trade.Take(c.Request.Context(), trade.Take{
			ListingID: e.ID, ProductID: product, SupplierID: supplier, Language: string(web.Lang(c)), Province: provinceOf(t, e.Producer.Province),
		})
	}
	if f.Refused(err) {
		return h.entryPage(c, e, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "trade.flash_taken")
	return web.Redirect(c, "/directory/"+e.ID.String())
}

// order drafts an order of what was taken and leads to it.
func (h *Handlers) order(c *gin.Context) error {
	e, err := h.pathEntry(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	client := f.ID("client_id")
	u := shown{e.Unit, measure.One}
	if show := unitOf(e.Listing, h.showUnit(c)); f.Value("unit") == show.unit {
		u = show
	}
	q := inBase(f, "quantity", f.Quantity("quantity"), u.factor)
	var o purchase.Order
	if err = f.Err(); err == nil {
		o, err = h.trade.Order(c.Request.Context(), e.ID, client, q)
	}
	if f.Refused(err) {
		return h.entryPage(c, e, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, "/orders/"+o.ID.String())
}
