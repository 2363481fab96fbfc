// Package salesweb shows the counter, the sales of a day and the import of files,
// and takes their forms. It turns what people type into the area's values and the
// area's values into words; it must not know a rule of selling, nor a table.
package salesweb

import (
	"context"
	"net/http"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
)

// Handlers are the pages of selling.
type Handlers struct {
	sales   *sales.Service
	catalog *catalog.Service
	shops   sales.Shops
	credit  Credit
}

// Credit tells which sales were made on credit; to whom is not for this room.
type Credit interface {
	OnCredit(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]bool, error)
}

// Lend lets goods go on credit.
func (h *Handlers) Lend(c Credit) *Handlers {
	h.credit = c
	return h
}

// New makes the pages.
func New(s *sales.Service, products *catalog.Service, shops sales.Shops) *Handlers {
	return &Handlers{sales: s, catalog: products, shops: shops}
}

// Routes adds the pages to the engine. POST /sell shows the basket again with one
// product more or less; it changes nothing in the shop.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/sell", Access: web.Seller, Handler: h.sell},
		{Method: http.MethodPost, Path: "/sell", Access: web.Seller, Handler: h.basket},
		{Method: http.MethodPost, Path: "/sales", Access: web.Seller, Handler: h.record},
		{Method: http.MethodGet, Path: "/sales", Access: web.Viewer, Handler: h.list},
		{Method: http.MethodPost, Path: "/sales/:id/void", Access: web.Seller, Handler: h.void},
		{Method: http.MethodGet, Path: parcelsPath, Access: web.Seller, Handler: h.parcelList},
		{Method: http.MethodPost, Path: parcelsPath, Access: web.Seller, Handler: h.moveParcels},
		{Method: http.MethodGet, Path: "/sales/:id/parcel", Access: web.Seller, Handler: h.parcel},
		{Method: http.MethodPost, Path: "/sales/:id/parcel", Access: web.Seller, Handler: h.keepParcel},
		{Method: http.MethodPost, Path: "/wishes", Access: web.Seller, Handler: h.wish},
		{Method: http.MethodGet, Path: "/import", Access: web.Viewer, Handler: h.importForm},
		{Method: http.MethodPost, Path: "/import", Access: web.Manager, Body: web.Import, Handler: h.upload},
		{Method: http.MethodGet, Path: "/import/:number", Access: web.Viewer, Handler: h.report},
		{Method: http.MethodPost, Path: "/import/:number/undo", Access: web.Manager, Handler: h.undo},
		{Method: http.MethodGet, Path: "/examples/:kind.csv", Access: web.Viewer, Handler: h.example},
	} {
		e.Route(r)
	}
}

// cash writes an amount in the shop's currency.
func cash(t *i18n.Printer, scope tenant.Scope, a money.Amount) string {
	return t.Money(a, scope.Currency)
}

// quantity writes how much of a product there is, in the unit it was said in.
func quantity(t *i18n.Printer, p catalog.Product, q measure.Quantity, unit string) string {
	if factor, ok := p.Factor(unit); ok {
		if n, err := measure.Convert(q, factor.Inverse()); err == nil {
			return t.Measured(n, unit)
		}
	}
	return t.Measured(q, p.BaseUnit)
}

// unitPrice writes what one unit costs: "¥5.20 / 斤".
func unitPrice(t *i18n.Printer, scope tenant.Scope, p catalog.Product, unit string) string {
	factor, ok := p.Factor(unit)
	if !ok {
		factor, unit = measure.One, p.BaseUnit
	}
	price, err := money.PerPack(p.SalePrice, factor)
	if err != nil || p.SalePrice == 0 {
		return ""
	}
	return t.Price(price, scope.Currency) + " / " + t.Unit(unit, measure.Thousandths)
}
