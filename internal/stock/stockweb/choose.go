package stockweb

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/stock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

// chosen reports whether the address names a product. When it does not, the page
// to choose one was answered: a scanned or fully typed code goes straight on.
func (h *Handlers) chosen(c *gin.Context, title string) (bool, error) {
	q := web.QueryOf(c)
	if q.Has("product") {
		return true, nil
	}
	text := q.String("q", catalog.MaxName)
	if text != "" && c.GetHeader("HX-Request") == "" {
		if p, err := h.catalog.Find(c.Request.Context(), text); err == nil && !p.Archived {
			return false, web.Redirect(c, here(c, url.Values{"product": {p.ID.String()}}))
		}
	}
	return false, h.choose(c, title, text)
}

// here is the address of the page with what the visit carries along.
func here(c *gin.Context, with url.Values) string {
	q := web.QueryOf(c)
	for _, name := range []string{"shelf", "blind"} {
		if v := q.Value(name); v != "" && !with.Has(name) {
			with.Set(name, v)
		}
	}
	if len(with) == 0 {
		return c.Request.URL.Path
	}
	return c.Request.URL.Path + "?" + with.Encode()
}

// choose lists the products of which one is received, counted or lost.
func (h *Handlers) choose(c *gin.Context, title, text string) error {
	ctx, q := c.Request.Context(), web.QueryOf(c)
	page, err := h.catalog.List(ctx, catalog.Query{Text: text, After: q.String("after", 1000)})
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active, chrome.Lead = title, layout.Stock, chrome.T.T("stock.which_product")
	m := stockview.Choose{Search: ui.SearchModel{
		T: chrome.T, Action: c.Request.URL.Path, Name: "q", Value: text, Label: chrome.T.T("stock.find_product"),
		Hint: chrome.T.T("stock.find_product_hint"), Target: "found", Keep: keep(q),
	}}
	if m.Links, err = h.links(c, chrome.T, page.Products); err != nil {
		return err
	}
	if page.Next != "" {
		m.Next = here(c, url.Values{"q": {text}, "after": {page.Next}})
	}
	if c.Request.URL.Path == countPath && text == "" {
		if err := h.toCount(c, chrome.T, &m); err != nil {
			return err
		}
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, stockview.ChooseProduct(m))
}

// keep carries the visit's options through the search box.
func keep(q *web.Values) (list []ui.Option) {
	for _, name := range []string{"shelf", "blind"} {
		if v := q.Value(name); v != "" {
			list = append(list, ui.Option{Value: name, Text: v})
		}
	}
	return list
}

// links are products with what the book holds of them.
func (h *Handlers) links(c *gin.Context, t *i18n.Printer, products []catalog.Product) ([]ui.Link, error) {
	balances, err := h.stock.Balances(c.Request.Context(), idsOf(products...))
	if err != nil {
		return nil, err
	}
	kg, err := h.unitOf(c.Request.Context(), "kg")
	if err != nil {
		return nil, err
	}
	list := make([]ui.Link, len(products))
	for i, p := range products {
		unit := p.BaseUnit
		if unit == "kg" {
			unit = kg
		}
		note := p.Code
		switch b := balances[p.ID]; {
		case b.CountNeeded:
			note += " · " + t.T("stock.count_needed")
		case b.KnownFrom == nil:
			note += " · " + t.T("stock.unknown")
		case c.Query("blind") == "":
			note += " · " + said(t, b.OnHand, p.BaseUnit, unit)
		}
		list[i] = ui.Link{Href: here(c, url.Values{"product": {p.ID.String()}}), Text: p.Name, Note: note, Icon: "box"}
	}
	return list, nil
}

// maxShelves and maxToCount bound what stands above the list of all products.
const (
	maxShelves = 60
	maxToCount = 20
)

// toCount adds what only counting needs: the shelves, what should be counted
// first, and whether the book's number is shown.
func (h *Handlers) toCount(c *gin.Context, t *i18n.Printer, m *stockview.Choose) error {
	products, err := h.catalog.All(c.Request.Context())
	if err != nil {
		return err
	}
	shelf := web.QueryOf(c).String("shelf", 200)
	m.Shelves = shelfTabs(c, t, products, shelf)
	m.Blind = blindLink(c, t)
	if shelf != "" {
		products = slices.DeleteFunc(products, func(p catalog.Product) bool { return p.Shelf != shelf })
		m.Next = ""
		m.Links, err = h.links(c, t, products)
		return err
	}
	urgent, err := h.urgent(c.Request.Context(), products)
	if err != nil || len(urgent) == 0 {
		return err
	}
	m.First, err = h.links(c, t, urgent)
	return err
}

// urgent are the products whose book ran below zero, then those never counted.
func (h *Handlers) urgent(ctx context.Context, products []catalog.Product) ([]catalog.Product, error) {
	balances, err := h.stock.Balances(ctx, nil)
	if err != nil {
		return nil, err
	}
	pick := func(wanted func(stock.Balance) bool) (list []catalog.Product) {
		for _, p := range products {
			if wanted(balances[p.ID]) {
				list = append(list, p)
			}
		}
		return list
	}
	list := pick(func(b stock.Balance) bool { return b.CountNeeded })
	list = append(list, pick(func(b stock.Balance) bool { return !b.CountNeeded && b.KnownFrom == nil })...)
	return list[:min(len(list), maxToCount)], nil
}

func shelfTabs(c *gin.Context, t *i18n.Printer, products []catalog.Product, shelf string) []ui.Tab {
	var names []string
	for _, p := range products {
		if p.Shelf != "" && !slices.Contains(names, p.Shelf) && len(names) < maxShelves {
			names = append(names, p.Shelf)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.SortFunc(names, strings.Compare)
	blind := url.Values{}
	if v := c.Query("blind"); v != "" {
		blind.Set("blind", v)
	}
	address := func(name string) string {
		q := url.Values{}
		for k, v := range blind {
			q[k] = v
		}
		if name != "" {
			q.Set("shelf", name)
		}
		if len(q) == 0 {
			return countPath
		}
		return countPath + "?" + q.Encode()
	}
	tabs := []ui.Tab{{Href: address(""), Text: t.T("stock.all_shelves"), Active: shelf == ""}}
	for _, name := range names {
		tabs = append(tabs, ui.Tab{Href: address(name), Text: name, Active: name == shelf})
	}
	return tabs
}

// blindLink turns the book's number on the counter's page on or off.
func blindLink(c *gin.Context, t *i18n.Printer) ui.Link {
	q := url.Values{}
	if v := c.Query("shelf"); v != "" {
		q.Set("shelf", v)
	}
	if c.Query("blind") != "" {
		return ui.Link{Href: countPath + "?" + q.Encode(), Text: t.T("stock.count_open"), Icon: "search", Kind: ui.Quiet}
	}
	q.Set("blind", "1")
	return ui.Link{Href: countPath + "?" + q.Encode(), Text: t.T("stock.count_blind"), Icon: "lock", Kind: ui.Quiet}
}
