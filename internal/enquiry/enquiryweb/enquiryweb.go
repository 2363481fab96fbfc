// Package enquiryweb shows the enquiries to suppliers and takes what people do to them:
// whom to ask for what, what was answered, who gets which line. It turns forms into the
// area's values and the area's values into words; it must not know a rule of enquiries,
// nor a table.
package enquiryweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
)

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Needs tells what is to be ordered: of products, or all of a supplier.
type Needs interface {
	Needed(ctx context.Context, supplier ident.ID, products []ident.ID) ([]purchase.DraftLine, error)
}

// Handlers are the pages of enquiries.
type Handlers struct {
	enquiries *enquiry.Service
	catalog   *catalog.Service
	orders    *purchase.Service
	shops     Shops
	needs     Needs
	knocks    *web.Knocks
}

// New makes the pages.
func New(s *enquiry.Service, c *catalog.Service, orders *purchase.Service, shops Shops, needs Needs) *Handlers {
	return &Handlers{enquiries: s, catalog: c, orders: orders, shops: shops, needs: needs, knocks: &web.Knocks{}}
}

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/enquiries", Access: web.Viewer, Handler: h.list},
		{Method: http.MethodGet, Path: "/enquiries/new", Access: web.Manager, Handler: h.begin},
		{Method: http.MethodPost, Path: "/enquiries/new", Access: web.Manager, Handler: h.create},
		{Method: http.MethodGet, Path: "/enquiries/:id", Access: web.Viewer, Handler: h.show},
		{Method: http.MethodPost, Path: "/enquiries/:id/award", Access: web.Manager, Handler: h.award},
		{Method: http.MethodPost, Path: "/enquiries/:id/close", Access: web.Manager, Handler: h.close},
		{Method: http.MethodGet, Path: "/invitations/:id", Access: web.Viewer, Handler: h.invitation},
		{Method: http.MethodPost, Path: "/invitations/:id", Access: web.Manager, Handler: h.answer},
		{Method: http.MethodPost, Path: "/invitations/:id/link", Access: web.Manager, Handler: h.renewLink},
		{Method: http.MethodPost, Path: "/invitations/:id/link/revoke", Access: web.Manager, Handler: h.revokeLink},
		{Method: http.MethodGet, Path: "/q/:token", Access: web.Public, Bearer: true, Handler: h.asked},
		{Method: http.MethodPost, Path: "/q/:token", Access: web.Public, Bearer: true, Handler: h.reply},
	} {
		e.Route(r)
	}
}

func manager(c *gin.Context) bool {
	scope, ok := web.Scope(c)
	return ok && scope.Role.AtLeast(tenant.Manager)
}

// client is the form's id: after a refusal the one that was sent.
func client(c *gin.Context, fresh string) string {
	if sent := web.FormOf(c).Value("client_id"); sent != "" {
		return sent
	}
	return fresh
}

func address(id ident.ID) string { return "/enquiries/" + id.String() }

// refusal is the status with which a form comes back; 0 when it does not. A form made from
// an old version comes back with what was typed, made from the present one.
func refusal(f *web.Values, err error) int {
	if f.Refused(err) {
		return http.StatusUnprocessableEntity
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.Conflict && e.Key == "enquiry.changed_meanwhile" {
		f.Add("", e)
		return http.StatusConflict
	}
	return 0
}

// voice writes what a page shows in a language and in the shop's unit of weight.
type voice struct {
	t        *i18n.Printer
	currency money.Currency
	show     string
	today    day.Date
}

func (h *Handlers) voice(c *gin.Context) (voice, error) {
	in, err := h.shops.Get(c.Request.Context())
	scope, _ := web.Scope(c)
	return voice{t: web.Printer(c), currency: scope.Currency, show: in.ShowUnit, today: web.Today(c)}, err
}

// in is the unit in which people count a quantity of a base unit: the shop's own where it
// comes out even.
func (v voice) in(base string, quantities ...measure.Quantity) purchase.Shown {
	for i, q := range quantities {
		l := purchase.OrderLine{Unit: base, Quantity: q}
		u := purchase.Document{WeightUnit: v.show}.Shown(l)
		if u.Unit == base || i == len(quantities)-1 {
			return u
		}
	}
	return purchase.Shown{Unit: base, Factor: measure.One}
}

// amount writes a quantity of base units: "18 斤".
func (v voice) amount(q measure.Quantity, base string) string {
	u := v.in(base, q)
	return v.t.Measured(u.Quantity(q), u.Unit)
}

// per writes a price and what it is for: "¥2.60/斤".
func (v voice) per(p money.Price, u purchase.Shown) string {
	return v.t.Price(u.Price(p), v.currency) + "/" + v.t.Unit(u.Unit, measure.Thousandths)
}

// each writes what one shown unit of q comes to when all of it comes to total: "¥2.60/斤".
func (v voice) each(total money.Amount, q measure.Quantity, base string) string {
	return v.cost(total, q, base) + "/" + v.t.Unit(v.in(base, q).Unit, measure.Thousandths)
}

// cost is each without the unit, in whole minor units.
func (v voice) cost(total money.Amount, q measure.Quantity, base string) string {
	u := v.in(base, q)
	p, err := money.UnitPrice(total, u.Quantity(q), v.currency)
	if err != nil {
		return "–"
	}
	const cent = money.PriceScale / 100
	return v.t.Price((p+cent/2)/cent*cent, v.currency)
}
