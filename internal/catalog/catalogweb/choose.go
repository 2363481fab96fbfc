package catalogweb

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// chooseProduct lists the products of which one is to be offered.
func (h *Handlers) chooseProduct(c *gin.Context, s catalog.Supplier) error {
	q := web.QueryOf(c)
	text, after := q.String("q", catalog.MaxName), q.String("after", 1000)
	page, err := h.catalog.List(c.Request.Context(), catalog.Query{Text: text, After: after})
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	here := "/suppliers/" + s.ID.String() + "/offers/new"
	chrome.Active, chrome.Title = layout.More, t.T("catalog.which_product")
	chrome.Lead = t.T("catalog.which_product_lead", i18n.A("name", s.Name))
	chrome.Back = ui.Link{Href: "/suppliers/" + s.ID.String(), Text: s.Name}
	m := catalogview.Choose{
		Search: ui.SearchModel{T: t, Action: here, Name: "q", Value: text, Label: t.T("catalog.find_product"),
			Hint: t.T("catalog.find_product_hint"), Target: "found"},
		Create: ui.Link{Href: "/products/new", Text: t.T("catalog.new_product"), Icon: "plus"},
	}
	for _, p := range page.Products {
		m.Links = append(m.Links, ui.Link{Href: here + "?product=" + p.ID.String(), Text: p.Name, Note: p.Code, Icon: "box"})
	}
	if page.Next != "" {
		m.Next = here + "?" + url.Values{"q": {text}, "after": {page.Next}}.Encode()
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, catalogview.ChooseProduct(m))
}

// chooseSupplier lists the suppliers of which one offers the product.
func (h *Handlers) chooseSupplier(c *gin.Context) error {
	p, err := h.product(c)
	if err != nil {
		return err
	}
	list, err := h.catalog.Suppliers(c.Request.Context(), false)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Active, chrome.Title = layout.Stock, t.T("catalog.which_supplier")
	chrome.Lead = t.T("catalog.which_supplier_lead", i18n.A("name", p.Name))
	chrome.Back = ui.Link{Href: "/products/" + p.ID.String(), Text: p.Name}
	m := catalogview.Choose{Create: ui.Link{Href: "/suppliers/new", Text: t.T("catalog.new_supplier"), Icon: "plus"}}
	for _, s := range list {
		b := badge(t, s.Kind)
		m.Links = append(m.Links, ui.Link{Href: "/suppliers/" + s.ID.String() + "/offers/new?product=" + p.ID.String(),
			Text: s.Name, Note: b.Text, Icon: b.Icon})
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, catalogview.ChooseSupplier(m))
}
