package purchaseweb

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

const (
	templatesPath = "/templates"
	maxTemplate   = 120 // characters of a name
	templateGoods = 8   // named in the list
)

// keepPattern keeps the goods of an order under a name.
func (h *Handlers) keepPattern(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	name := f.String("name", maxTemplate)
	if err = f.Err(); err == nil {
		_, err = h.orders.KeepTemplate(c.Request.Context(), id, name)
	}
	if f.Refused(err) {
		return h.page(c, id, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_pattern")
	return web.Redirect(c, templatesPath)
}

func (h *Handlers) templates(c *gin.Context) error {
	return h.templatesPage(c, http.StatusOK, ident.Nil)
}

// templatesPage lists the order templates; refused is the one whose new name was.
func (h *Handlers) templatesPage(c *gin.Context, status int, refused ident.ID) error {
	ctx := c.Request.Context()
	all, err := h.orders.OrderTemplates(ctx)
	if err != nil {
		return err
	}
	names, err := h.orders.SupplierNames(ctx)
	if err != nil {
		return err
	}
	var ids []ident.ID
	for _, p := range all {
		for _, l := range p.Lines {
			ids = append(ids, l.ProductID)
		}
	}
	goods, err := h.orders.Products(ctx, ids)
	if err != nil {
		return err
	}
	weight, err := h.orders.WeightUnit(ctx)
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	p := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = p.T("purchase.patterns"), p.T("purchase.patterns_lead"), layout.Orders
	chrome.Path = templatesPath
	chrome.Back = ui.Link{Href: "/orders", Text: p.T("purchase.orders_title")}
	manager, _ := rights(c)
	m := purchaseviews.TemplatesPage{Client: client(c, chrome), Decide: manager, Empty: ui.EmptyModel{
		Icon: "copy", Title: p.T("purchase.patterns_none"), Text: p.T("purchase.patterns_none_text"), Action: ui.Link{Href: "/orders", Text: p.T("purchase.orders_title"), Icon: "receipt"},
	}}
	for _, one := range all {
		row := purchaseviews.TemplateRow{Name: one.Name, Base: templatesPath + "/" + one.ID.String(), Lines: p.T("purchase.line_count", i18n.A("n", len(one.Lines)))}
		var from []string
		for _, id := range one.Suppliers() {
			from = append(from, names[id])
		}
		row.Suppliers = strings.Join(from, " · ")
		for i, l := range one.Lines {
			if i == templateGoods {
				row.More = p.T("purchase.pattern_more", i18n.A("n", len(one.Lines)-i))
				break
			}
			product := goods[l.ProductID]
			u := purchase.Document{WeightUnit: weight}.Shown(purchase.OrderLine{Unit: product.BaseUnit, Quantity: l.Quantity})
			row.Goods = append(row.Goods, product.Name+" · "+said(p, u, l.Quantity))
		}
		row.Rename = ui.FieldModel{Name: "name", ID: "name-" + one.ID.String(), Label: p.T("purchase.pattern_name"), Value: one.Name, Max: maxTemplate, Needed: true}
		if one.ID == refused {
			row.Rename.Value, row.Rename.Error, row.Open = f.Value("name"), f.Sentence("name"), true
		}
		m.Rows = append(m.Rows, row)
	}
	m.Chrome = chrome
	return web.Render(c, status, purchaseviews.Templates(m))
}

// orderTemplate makes the drafts of a template.
func (h *Handlers) orderTemplate(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	client, _ := f.IDOpt("client_id")
	if err := f.Err(); err != nil {
		return err
	}
	made, err := h.orders.OrderFromTemplate(c.Request.Context(), id, client)
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_from_pattern", len(made))
	if len(made) == 1 {
		return back(c, made[0])
	}
	return web.Redirect(c, "/orders?state="+string(purchase.Draft))
}

func (h *Handlers) renameTemplate(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	name := f.String("name", maxTemplate)
	if err = f.Err(); err == nil {
		err = h.orders.RenameTemplate(c.Request.Context(), id, name)
	}
	if f.Refused(err) {
		return h.templatesPage(c, http.StatusUnprocessableEntity, id)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, templatesPath)
}

func (h *Handlers) dropTemplate(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err == nil {
		_, err = h.orders.OrderTemplate(c.Request.Context(), id)
	}
	if err == nil {
		err = h.orders.DropTemplate(c.Request.Context(), id)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_pattern_gone")
	return web.Redirect(c, templatesPath)
}
