// Package stockweb shows and takes the forms of the stock room: goods received,
// counted, corrected, lost, and the list of movements. It turns what people type
// into requests and the ledger into words; it must not know a rule of stock, nor
// a table.
package stockweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// People tells what people are called, all that a page names at once.
type People interface {
	Names(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error)
}

// Handlers are the pages of the stock room.
type Handlers struct {
	stock   *stock.Service
	catalog *catalog.Service
	shops   Shops
	people  People
}

// New makes the pages.
func New(s *stock.Service, products *catalog.Service, shops Shops, people People) *Handlers {
	return &Handlers{stock: s, catalog: products, shops: shops, people: people}
}

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/stock/receive", Access: web.Seller, Handler: h.receiveForm},
		{Method: http.MethodPost, Path: "/stock/receive", Access: web.Seller, Handler: h.receive},
		{Method: http.MethodGet, Path: harvestPath, Access: web.Seller, Handler: h.receiveForm},
		{Method: http.MethodPost, Path: harvestPath, Access: web.Seller, Handler: h.receive},
		{Method: http.MethodGet, Path: processPath, Access: web.Seller, Handler: h.processForm},
		{Method: http.MethodPost, Path: processPath, Access: web.Seller, Handler: h.process},
		{Method: http.MethodGet, Path: "/stock/count", Access: web.Seller, Handler: h.countForm},
		{Method: http.MethodPost, Path: "/stock/count", Access: web.Seller, Handler: h.count},
		{Method: http.MethodGet, Path: "/stock/counts/:id", Access: web.Seller, Handler: h.counted},
		{Method: http.MethodGet, Path: "/stock/adjust", Access: web.Manager, Handler: h.adjustForm},
		{Method: http.MethodPost, Path: "/stock/adjust", Access: web.Manager, Handler: h.adjust},
		{Method: http.MethodGet, Path: "/stock/loss", Access: web.Seller, Handler: h.lossForm},
		{Method: http.MethodPost, Path: "/stock/loss", Access: web.Seller, Handler: h.loss},
		{Method: http.MethodGet, Path: "/stock/movements", Access: web.Viewer, Handler: h.movements},
		{Method: http.MethodPost, Path: "/stock/movements/:id/undo", Access: web.Manager, Handler: h.undo},
	} {
		e.Route(r)
	}
}

// maxNote is how many characters a note or a reason may have.
const maxNote = 160

// subject is the product that a form is about, with the unit the shop uses for it.
type subject struct {
	product catalog.Product
	balance stock.Balance
	unit    string
}

// subject reads the product named by the field "product" of the form or address.
func (h *Handlers) subject(c *gin.Context, f *web.Values) (subject, error) {
	ctx := c.Request.Context()
	p, err := h.catalog.Product(ctx, f.ID("product"))
	if err != nil {
		return subject{}, err
	}
	return h.subjectOf(ctx, p)
}

func (h *Handlers) subjectOf(ctx context.Context, p catalog.Product) (subject, error) {
	unit, err := h.unitOf(ctx, p.BaseUnit)
	if err != nil {
		return subject{}, err
	}
	balances, err := h.stock.Balances(ctx, idsOf(p))
	return subject{product: p, unit: unit, balance: balances[p.ID]}, err
}

// unitOf is the unit in which the shop talks about goods kept in base.
func (h *Handlers) unitOf(ctx context.Context, base string) (string, error) {
	if base != "kg" {
		return base, nil
	}
	s, err := h.shops.Get(ctx)
	if err == nil && s.ShowUnit == "jin" {
		return s.ShowUnit, nil
	}
	return base, err
}

// said writes a quantity of the product in the shop's unit, or in the base unit
// when it does not come out even.
func (s subject) said(t *i18n.Printer, q measure.Quantity) string {
	return said(t, q, s.product.BaseUnit, s.unit)
}

func said(t *i18n.Printer, q measure.Quantity, base, unit string) string {
	from, ok := measure.UnitByCode(unit)
	to, known := measure.UnitByCode(base)
	if ok && known {
		if factor, fits := from.FactorTo(to); fits {
			if n, err := measure.Convert(q, factor.Inverse()); err == nil {
				return t.Measured(n, unit)
			}
		}
	}
	return t.Measured(q, base)
}

// form is what all forms of the stock room share.
func (s subject) form(c *gin.Context, chrome layout.Chrome, action string) stockview.Form {
	f := web.FormOf(c)
	return stockview.Form{
		Chrome: chrome, Action: action, Client: client(f, chrome), Product: s.product.ID.String(),
		Book: s.book(chrome.T),
		Note: ui.FieldModel{Name: "note", Label: chrome.T.T("stock.note"), Value: f.Value("note"), Error: f.Sentence("note"), Max: maxNote},
		Unit: s.units(chrome.T, f),
	}
}

// client is the form's id: the one that was sent, if a form was.
func client(f *web.Values, chrome layout.Chrome) string {
	if sent := f.Value("client_id"); sent != "" {
		return sent
	}
	return chrome.Client
}

// book is what the book holds of the product.
func (s subject) book(t *i18n.Printer) ui.Fact {
	text := t.T("stock.unknown")
	if s.balance.KnownFrom != nil {
		text = s.said(t, s.balance.OnHand)
	}
	return ui.Fact{Term: t.T("stock.in_the_book"), Text: text}
}

// units offers the units of the product, the shop's own first.
func (s subject) units(t *i18n.Printer, f *web.Values) ui.SelectModel {
	chosen := f.Value("unit")
	if chosen == "" {
		chosen = s.unit
	}
	m := ui.SelectModel{Name: "unit", Label: t.T("stock.unit"), Error: f.Sentence("unit")}
	for _, code := range s.product.Units() {
		m.Options = append(m.Options, ui.Option{Value: code, Text: t.Unit(code, measure.Thousandths), Selected: code == chosen})
	}
	return m
}

// number is a field for a quantity or a price.
func number(f *web.Values, name, label string) ui.FieldModel {
	return ui.FieldModel{Name: name, Label: label, Value: f.Value(name), Error: f.Sentence(name), Mode: "decimal", Short: true}
}

// chrome is the frame of a form about one product.
func (s subject) chrome(c *gin.Context, title, back string) layout.Chrome {
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = title, layout.Stock
	chrome.Lead = s.product.Name + " · " + s.product.Code
	chrome.Back = ui.Link{Href: back, Text: chrome.T.T("stock.other_product")}
	return chrome
}
