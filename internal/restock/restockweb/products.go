package restockweb

import (
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

const (
	productRows = 50  // a page of products
	jsonRows    = 200 // a page for machines
	showRisk    = "risk"
	maxSearch   = 200
	maxCursor   = 1000
)

// products shows the list: found by name, code, barcode or pinyin, narrowed to a
// category or to what will run out.
func (h *Handlers) products(c *gin.Context) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	q, f, err := listQuery(c)
	if err != nil {
		return err
	}
	q.Limit = productRows + 1
	lines, err := h.lists.Products(c.Request.Context(), q)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.products_title"), layout.Stock
	chrome.Actions = productActions(c, v)
	m := restockview.Products{Chrome: chrome, Label: v.t.T("restock.filter"), Columns: v.productColumns()}
	m.Search = ui.SearchModel{T: v.t, Action: "/products", Name: "q", Value: q.Text, Label: v.t.T("restock.search"), Hint: v.t.T("restock.search_hint"), Target: "found"}
	if m.Tabs, err = h.tabs(c, v, f); err != nil {
		return err
	}
	for _, keep := range []string{"category", "show"} {
		if s := f.Get(keep); s != "" {
			m.Search.Keep = append(m.Search.Keep, ui.Option{Value: keep, Text: s})
		}
	}
	if len(lines) > productRows {
		lines = lines[:productRows]
		m.Pager = ui.PagerModel{T: v.t, Next: address("/products", f, "cursor", lines[productRows-1].Cursor.String())}
	}
	m.Rows = make([]restockview.ProductRow, len(lines))
	for i := range lines {
		m.Rows[i] = v.product(&lines[i])
	}
	if len(lines) == 0 {
		m.Empty, m.Wish = v.noProducts(c, q, chrome)
	}
	return web.Render(c, http.StatusOK, restockview.ProductsPage(m))
}

// listQuery reads the address of the list; kept are the values that a link to
// another part of it repeats.
func listQuery(c *gin.Context) (restock.ProductQuery, url.Values, error) {
	f, kept := web.QueryOf(c), url.Values{}
	q := restock.ProductQuery{Text: f.String("q", maxSearch)}
	keep := func(name, value string) {
		if value != "" {
			kept.Set(name, value)
		}
	}
	keep("q", q.Text)
	if f.ChoiceOpt("show", "", "", showRisk) == showRisk {
		q.Order = restock.ByRisk
		keep("show", showRisk)
	}
	if id, ok := f.IDOpt("category"); ok {
		q.CategoryID = id
		keep("category", id.String())
	}
	cursor := f.String("cursor", maxCursor)
	if err := f.Err(); err != nil {
		return q, nil, err
	}
	var err error
	q.After, err = restock.ParseCursor(cursor)
	return q, kept, err
}

// address is a path with values, one of them changed ("" takes it away).
func address(path string, values url.Values, name, value string) string {
	q := url.Values{}
	for k, v := range values {
		q[k] = v
	}
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func productActions(c *gin.Context, v voice) []ui.Link {
	var links []ui.Link
	if may(c, tenant.Seller) {
		links = append(links, ui.Link{Href: "/stock/count", Text: v.t.T("restock.count"), Icon: "count"}, ui.Link{Href: "/stock/receive", Text: v.t.T("restock.receive"), Icon: "truck"})
	}
	if may(c, tenant.Manager) {
		links = append(links, ui.Link{Href: "/products/new", Text: v.t.T("restock.add_product"), Icon: "plus"})
	}
	return links
}

// tabs are all, what will run out, and the categories.
func (h *Handlers) tabs(c *gin.Context, v voice, kept url.Values) ([]ui.Tab, error) {
	categories, err := h.catalog.Categories(c.Request.Context())
	if err != nil {
		return nil, err
	}
	category, show := kept.Get("category"), kept.Get("show")
	base := url.Values{}
	if q := kept.Get("q"); q != "" {
		base.Set("q", q)
	}
	tabs := []ui.Tab{
		{Href: address("/products", base, "show", ""), Text: v.t.T("restock.tab_all"), Active: category == "" && show == ""},
		{Href: address("/products", base, "show", showRisk), Text: v.t.T("restock.running_out"), Active: category == "" && show == showRisk},
	}
	for _, one := range categories {
		id := one.ID.String()
		tabs = append(tabs, ui.Tab{Href: address("/products", base, "category", id), Text: one.Name, Active: category == id})
	}
	return tabs, nil
}

func (v voice) productColumns() []ui.Column {
	return []ui.Column{
		{Text: v.t.T("restock.col_product")}, {Text: v.t.T("restock.col_stock"), Num: true, Fit: true},
		{Text: v.t.T("restock.col_cover"), Num: true, Fit: true}, {Text: v.t.T("restock.col_state")},
	}
}

// product is one line: its stock is the book's of this moment.
func (v voice) product(l *restock.Line) restockview.ProductRow {
	r := restockview.ProductRow{Name: l.Name, Href: productAddress(l.ProductID), Note: l.Code, Stock: v.t.T("restock.stock_unknown"), Cover: "–"}
	if l.Known {
		r.Stock = v.Tenth(l.Book, l.Unit)
	}
	switch {
	case l.CountNeeded || l.Book < 0:
		r.Tone, r.Risk = ui.Watch, v.t.T("restock.count_needed")
	case l.Thought && l.StockKnown:
		r.Tone, r.Risk = v.risk(l.Suggestion)
	}
	if l.Thought {
		if l.OnOrder > 0 {
			r.OnOrder = v.t.T("restock.on_order", arg("quantity", v.Amount(l.OnOrder, l.Unit)))
		}
		if cover := v.cover(l.Suggestion); cover != "" {
			r.Cover = cover
		}
	}
	return r
}

// noProducts is what an empty list says; what was searched for in vain can be
// noted as asked for.
func (v voice) noProducts(c *gin.Context, q restock.ProductQuery, chrome layout.Chrome) (*ui.EmptyModel, *restockview.Wish) {
	if q.Text != "" {
		empty := &ui.EmptyModel{Icon: "search", Title: v.t.T("restock.not_found", arg("text", q.Text)), Text: v.t.T("restock.not_found_hint")}
		if !may(c, tenant.Seller) {
			return empty, nil
		}
		return empty, &restockview.Wish{Client: chrome.Client, Text: q.Text, Note: v.t.T("restock.wish_note"), Button: v.t.T("restock.wish")}
	}
	if q.Order == restock.ByRisk {
		return &ui.EmptyModel{Icon: "check", Title: v.t.T("restock.nothing_urgent")}, nil
	}
	return &ui.EmptyModel{
		Icon: "box", Title: v.t.T("restock.no_products"), Text: v.t.T("restock.begin_text"),
		Action: ui.Link{Href: "/import", Text: v.t.T("restock.begin_import"), Icon: "upload", Kind: ui.Primary},
	}, nil
}

// stockRecord is a product as machines read it, in its base unit.
type stockRecord struct {
	Code      string      `json:"code"`
	Name      string      `json:"name"`
	Unit      string      `json:"unit"`
	OnHand    json.Number `json:"on_hand"`
	Available json.Number `json:"available"`
	OnOrder   json.Number `json:"on_order"`
	Known     bool        `json:"stock_known"`
}

// productsJSON answers the product of a code, or a page of all.
func (h *Handlers) productsJSON(c *gin.Context) error {
	ctx, f := c.Request.Context(), web.QueryOf(c)
	code, cursor := f.String("code", maxSearch), f.String("cursor", maxCursor)
	if err := f.Err(); err != nil {
		return err
	}
	var page catalog.Page
	if code != "" {
		p, err := h.catalog.ByCode(ctx, code)
		switch {
		case err == nil:
			page.Products = []catalog.Product{p}
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
	} else {
		var err error
		if page, err = h.catalog.List(ctx, catalog.Query{After: cursor, Limit: jsonRows}); err != nil {
			return err
		}
	}
	ids := make([]ident.ID, len(page.Products))
	for i, p := range page.Products {
		ids[i] = p.ID
	}
	positions, err := h.stock.Positions(ctx, ids, web.Today(c))
	if err != nil {
		return err
	}
	records := make([]stockRecord, len(page.Products))
	for i, p := range page.Products {
		at := positions[p.ID]
		records[i] = stockRecord{
			Code: p.Code, Name: p.Name, Unit: p.BaseUnit, OnHand: json.Number(at.OnHand.Decimal()),
			Available: json.Number(at.Available.Decimal()), OnOrder: json.Number(at.OnOrder.Decimal()), Known: at.Known,
		}
	}
	answer := map[string]any{"products": records}
	if page.Next != "" {
		answer["next"] = page.Next
	}
	return web.WriteJSON(c, http.StatusOK, answer)
}
