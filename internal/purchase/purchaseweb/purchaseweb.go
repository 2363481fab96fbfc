// Package purchaseweb shows the orders to suppliers and takes what people do to
// them. It turns forms into the area's values and the area's values into words; it
// must not know a rule of purchasing, nor a table, nor how documents are made.
package purchaseweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// Handlers are the pages of the orders.
type Handlers struct {
	orders  *purchase.Service
	formats []purchase.Format
	delays  Delays // nil: nobody knows
	knocks  *web.Knocks
	people  People // nil: nobody is known by name
}

// People tells what people of the shop are called.
type People interface {
	Names(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error)
}

// Name lets the pages say who asked.
func (h *Handlers) Name(p People) *Handlers {
	h.people = p
	return h
}

// called is what a person is called; "" when nobody knows.
func (h *Handlers) called(ctx context.Context, person ident.ID) (string, error) {
	if h.people == nil || person.IsNil() {
		return "", nil
	}
	names, err := h.people.Names(ctx, []ident.ID{person})
	return names[person], err
}

// Delays tells which orders are late and when they are likely to come.
type Delays interface {
	Late(ctx context.Context, orders []purchase.Order) (map[ident.ID]purchase.Late, error)
}

// Expect lets the pages tell when late orders are likely to come.
func (h *Handlers) Expect(d Delays) *Handlers {
	h.delays = d
	return h
}

// late reads which of the orders are late.
func (h *Handlers) late(ctx context.Context, orders ...purchase.Order) (map[ident.ID]purchase.Late, error) {
	if h.delays == nil {
		return nil, nil
	}
	return h.delays.Late(ctx, orders)
}

// lateness says it; "" for an order that is not late.
func lateness(p *i18n.Printer, late map[ident.ID]purchase.Late, id ident.ID) string {
	l, ok := late[id]
	switch {
	case !ok:
		return ""
	case l.Likely == nil:
		return p.T("purchase.late", i18n.A("n", l.Days))
	}
	return p.T("purchase.late_likely", i18n.A("n", l.Days), i18n.A("day", p.DateShort(*l.Likely)))
}

// New makes the pages; formats are the documents that an order offers.
func New(s *purchase.Service, formats []purchase.Format) *Handlers {
	return &Handlers{orders: s, formats: formats, knocks: &web.Knocks{}}
}

// Routes adds the pages to the engine. Orders are made elsewhere, from suggestions.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/orders", Access: web.Viewer, Handler: h.list},
		{Method: http.MethodGet, Path: "/orders.json", Access: web.Viewer, Handler: h.listJSON},
		{Method: http.MethodGet, Path: "/orders.zip", Access: web.Viewer, Handler: h.listZIP},
		{Method: http.MethodGet, Path: "/orders/savings", Access: web.Viewer, Handler: h.savings},
		{Method: http.MethodGet, Path: "/orders/savings.csv", Access: web.Viewer, Handler: h.savingsCSV},
		{Method: http.MethodGet, Path: "/orders/:id", Access: web.Viewer, Handler: h.show},
		{Method: http.MethodPost, Path: "/orders/:id/lines", Access: web.Manager, Handler: h.edit},
		{Method: http.MethodPost, Path: "/orders/:id/send", Access: web.Manager, Handler: h.send},
		{Method: http.MethodGet, Path: "/orders/:id/send", Access: web.Manager, Handler: h.askSend},
		{Method: http.MethodGet, Path: "/orders/:id/confirm", Access: web.Manager, Handler: h.askConfirm},
		{Method: http.MethodPost, Path: "/orders/:id/confirm", Access: web.Manager, Handler: h.confirm},
		{Method: http.MethodPost, Path: "/orders/:id/repeat", Access: web.Manager, Handler: h.repeat},
		{Method: http.MethodPost, Path: "/orders/:id/template", Access: web.Manager, Handler: h.keepPattern},
		{Method: http.MethodGet, Path: templatesPath, Access: web.Viewer, Handler: h.templates},
		{Method: http.MethodPost, Path: templatesPath + "/:id/order", Access: web.Manager, Handler: h.orderTemplate},
		{Method: http.MethodPost, Path: templatesPath + "/:id/rename", Access: web.Manager, Handler: h.renameTemplate},
		{Method: http.MethodPost, Path: templatesPath + "/:id/drop", Access: web.Manager, Handler: h.dropTemplate},
		{Method: http.MethodPost, Path: "/orders/:id/decline", Access: web.Owner, Handler: h.decline},
		{Method: http.MethodPost, Path: "/orders/:id/receive", Access: web.Seller, Handler: h.receive},
		{Method: http.MethodPost, Path: "/orders/:id/take-back", Access: web.Manager, Handler: h.takeBack},
		{Method: http.MethodGet, Path: "/receipts/:id", Access: web.Viewer, Handler: h.receipt},
		{Method: http.MethodPost, Path: "/orders/:id/cancel", Access: web.Manager, Handler: h.cancel},
		{Method: http.MethodGet, Path: "/suppliers/:id/papers", Access: web.Manager, Handler: h.papers},
		{Method: http.MethodPost, Path: "/suppliers/:id/papers", Access: web.Manager, Handler: h.keepColumns},
		{Method: http.MethodPost, Path: "/suppliers/:id/papers/template", Access: web.Manager, Body: web.Import, Handler: h.keepTemplate},
		{Method: http.MethodPost, Path: "/suppliers/:id/papers/places", Access: web.Manager, Handler: h.keepPlaces},
		{Method: http.MethodPost, Path: "/suppliers/:id/papers/forget", Access: web.Manager, Handler: h.forgetTemplate},
		{Method: http.MethodPost, Path: "/orders/:id/close", Access: web.Manager, Handler: h.closeShort},
		{Method: http.MethodPost, Path: "/orders/:id/link", Access: web.Manager, Handler: h.renewLink},
		{Method: http.MethodPost, Path: "/orders/:id/link/revoke", Access: web.Manager, Handler: h.revokeLink},
		{Method: http.MethodPost, Path: "/orders/:id/answer/accept", Access: web.Manager, Handler: h.decide(true)},
		{Method: http.MethodPost, Path: "/orders/:id/answer/dismiss", Access: web.Manager, Handler: h.decide(false)},
		{Method: http.MethodGet, Path: "/orders/:id/return", Access: web.Manager, Handler: h.askReturn},
		{Method: http.MethodPost, Path: "/orders/:id/return", Access: web.Manager, Handler: h.sendBack},
		{Method: http.MethodPost, Path: "/orders/:id/credited", Access: web.Manager, Handler: h.credited},
		{Method: http.MethodPost, Path: "/orders/:id/mail", Access: web.Manager, Handler: h.mail},
		{Method: http.MethodGet, Path: mailSettings, Access: web.Owner, Handler: h.askMailSettings},
		{Method: http.MethodPost, Path: mailSettings + "/test", Access: web.Owner, Handler: h.tryMail},
		{Method: http.MethodPost, Path: mailSettings, Access: web.Owner, Handler: h.keepMailSettings},
		{Method: http.MethodGet, Path: "/s/:token", Access: web.Public, Bearer: true, Handler: h.supplier},
		{Method: http.MethodPost, Path: "/s/:token", Access: web.Public, Bearer: true, Handler: h.answer},
	} {
		e.Route(r)
	}
	for _, f := range h.formats {
		e.Route(web.Route{Method: http.MethodGet, Path: "/orders/:id" + f.Extension(), Access: web.Viewer, Handler: h.document(f)})
	}
}

// stateOf is a state in words, with its tone and sign.
func stateOf(p *i18n.Printer, s purchase.State) purchaseviews.State {
	looks := map[purchase.State]purchaseviews.State{
		purchase.Draft:        {Tone: ui.Plain, Icon: "edit"},
		purchase.Sent:         {Tone: ui.Info, Icon: "send"},
		purchase.Confirmed:    {Tone: ui.Info, Icon: "check"},
		purchase.PartReceived: {Tone: ui.Watch, Icon: "truck"},
		purchase.Received:     {Tone: ui.OK, Icon: "check"},
		purchase.ClosedShort:  {Tone: ui.Watch, Icon: "close"},
		purchase.Cancelled:    {Tone: ui.Plain, Icon: "close"},
	}
	look := looks[s]
	look.Text = p.T("purchase.state." + string(s))
	return look
}

// packs is the quantity in packs, in words; "" when it makes no whole number of them.
func packs(p *i18n.Printer, l purchase.OrderLine, u purchase.Shown) string {
	n, ok := l.Packs()
	if pack, known := measure.UnitByCode(l.Pack.Unit); !ok || known && pack.Fixed() { // a jin is no pack
		return ""
	}
	size, err := l.Pack.Size()
	if err != nil {
		return ""
	}
	return p.Measured(measure.Quantity(n)*measure.Thousandths, l.Pack.Unit) + " × " + said(p, u, size)
}

// per is a price and what it is for.
func per(p *i18n.Printer, price money.Price, c money.Currency, unit string) string {
	return p.Price(price, c) + "/" + p.Unit(unit, measure.Thousandths)
}

// page of an order; also where every action leads back to.
func address(o purchase.Order) string { return "/orders/" + o.ID.String() }

func back(c *gin.Context, o purchase.Order) error { return web.Redirect(c, address(o)) }
