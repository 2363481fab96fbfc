// Package restockweb shows what will run out and what to order: today, the
// suggestions, the products and one product; and it takes what people decide about
// suggestions. It turns rows into words and forms into the area's values; it must
// not know how a suggestion is worked out, nor a table.
package restockweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Lists reads what the pages show.
type Lists interface {
	restock.Reader
	restock.Scores
}

// Handlers are the pages of the restock area.
type Handlers struct {
	restock *restock.Service
	lists   Lists
	catalog *catalog.Service
	stock   *stock.Service
	shops   Shops
	orders  Orders // nil: none wait
	inbox   Inbox  // nil: no other shop orders here
	photos  Photos // nil: products have none
	replies Inbox  // nil: nobody is asked for prices
	joint   Joint  // nil: nobody orders together
}

// Joint counts the joint orders that a person should look at: those that the shop is asked
// to join, and those that were shared out or not reached of late.
type Joint interface {
	News(ctx context.Context) (asked, reached, missed int, err error)
}

// Gather lets Today lead to joint orders.
func (h *Handlers) Gather(j Joint) *Handlers {
	h.joint = j
	return h
}

// Inbox tells how many orders of other shops, or answers to enquiries, wait for a word.
type Inbox interface {
	Waiting(ctx context.Context) (int, error)
}

// Receive lets Today lead to orders of other shops.
func (h *Handlers) Receive(i Inbox) *Handlers {
	h.inbox = i
	return h
}

// Photos finds the photo of a product; nothing when it has none.
type Photos interface {
	Picture(c *gin.Context, product ident.ID) (ui.PhotoModel, error)
}

// Show lets a product's page show its photo.
func (h *Handlers) Show(p Photos) *Handlers {
	h.photos = p
	return h
}

// Ask lets Today lead to enquiries that suppliers have answered.
func (h *Handlers) Ask(i Inbox) *Handlers {
	h.replies = i
	return h
}

// Orders tells which orders wait for a person.
type Orders interface {
	Attention(ctx context.Context) (purchase.Attention, error)
}

// Attend lets Today lead to orders that wait for a person.
func (h *Handlers) Attend(o Orders) *Handlers {
	h.orders = o
	return h
}

// New makes the pages; lists reads what they show.
func New(s *restock.Service, lists Lists, products *catalog.Service, ledger *stock.Service, shops Shops) *Handlers {
	return &Handlers{restock: s, lists: lists, catalog: products, stock: ledger, shops: shops}
}

// Routes adds the pages to the engine.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/", Access: web.Viewer, Handler: h.today},
		{Method: http.MethodGet, Path: "/more", Access: web.Viewer, Handler: h.more},
		{Method: http.MethodGet, Path: "/suggestions", Access: web.Viewer, Handler: h.suggestions},
		{Method: http.MethodPost, Path: "/suggestions", Access: web.Manager, Handler: h.change},
		{Method: http.MethodGet, Path: "/suggestions.csv", Access: web.Viewer, Handler: h.exportCSV},
		{Method: http.MethodGet, Path: "/suggestions.json", Access: web.Viewer, Handler: h.exportJSON},
		{Method: http.MethodGet, Path: decisionsAddress, Access: web.Viewer, Handler: h.decisions},
		{Method: http.MethodGet, Path: decisionsAddress + ".csv", Access: web.Viewer, Handler: h.decisionsCSV},
		{Method: http.MethodGet, Path: "/suggestions/:id/why", Access: web.Viewer, Handler: h.why},
		{Method: http.MethodGet, Path: "/suggestions/:id/change", Access: web.Manager, Handler: h.changeForm},
		{Method: http.MethodPost, Path: "/suggestions/:id/change", Access: web.Manager, Handler: h.changeOne},
		{Method: http.MethodGet, Path: "/suggestions/:id/reject", Access: web.Manager, Handler: h.rejectForm},
		{Method: http.MethodPost, Path: "/suggestions/:id/reject", Access: web.Manager, Handler: h.reject},
		{Method: http.MethodGet, Path: "/suggestions/:id/snooze", Access: web.Manager, Handler: h.snoozeForm},
		{Method: http.MethodPost, Path: "/suggestions/:id/snooze", Access: web.Manager, Handler: h.snooze},
		{Method: http.MethodPost, Path: "/suggestions/:id/reopen", Access: web.Manager, Handler: h.reopen},
		{Method: http.MethodPost, Path: "/suggestions/purse", Access: web.Manager, Handler: h.purse},
		{Method: http.MethodPost, Path: "/suggestions/purse/undo", Access: web.Manager, Handler: h.unpurse},
		{Method: http.MethodPost, Path: "/suggestions/:id/wait", Access: web.Manager, Handler: h.wait},
		{Method: http.MethodPost, Path: "/suggestions/:id/fill", Access: web.Manager, Handler: h.fill},
		{Method: http.MethodPost, Path: "/orders/:id/fill", Access: web.Manager, Handler: h.fillDraft},
		{Method: http.MethodPost, Path: "/orders", Access: web.Manager, Handler: h.order},
		{Method: http.MethodGet, Path: "/replay", Access: web.Viewer, Handler: h.hindsight},
		{Method: http.MethodPost, Path: "/replay", Access: web.Manager, Handler: h.askHindsight},
		{Method: http.MethodPost, Path: "/replay/adopt", Access: web.Manager, Handler: h.adopt},
		{Method: http.MethodGet, Path: "/replay.csv", Access: web.Viewer, Handler: h.hindsightCSV},
		{Method: http.MethodGet, Path: levelAddress, Access: web.Manager, Handler: h.level},
		{Method: http.MethodPost, Path: levelAddress, Access: web.Owner, Handler: h.steerLevel},
		{Method: http.MethodPost, Path: levelAddress + "/:id/back", Access: web.Owner, Handler: h.takeBackLevel},
		{Method: http.MethodGet, Path: "/settings/work", Access: web.Manager, Handler: h.work},
		{Method: http.MethodPost, Path: "/settings/work", Access: web.Manager, Handler: h.askWork},
		{Method: http.MethodGet, Path: "/products", Access: web.Viewer, Handler: h.products},
		{Method: http.MethodGet, Path: "/products.json", Access: web.Viewer, Handler: h.productsJSON},
		{Method: http.MethodGet, Path: "/products/:id", Access: web.Viewer, Handler: h.product},
		{Method: http.MethodGet, Path: "/products/:id/offers", Access: web.Viewer, Handler: h.compared},
		{Method: http.MethodGet, Path: "/products/:id/forecast.json", Access: web.Viewer, Handler: h.forecastJSON},
		{Method: http.MethodGet, Path: "/products/:id/what-if", Access: web.Viewer, Handler: h.whatIf},
		{Method: http.MethodGet, Path: "/products/:id/adjust", Access: web.Manager, Handler: h.adjustForm},
		{Method: http.MethodPost, Path: "/products/:id/adjust", Access: web.Manager, Handler: h.adjust},
		{Method: http.MethodPost, Path: "/adjustments/:id/withdraw", Access: web.Manager, Handler: h.withdraw},
	} {
		e.Route(r)
	}
}

// may reports whether the person has at least a role.
func may(c *gin.Context, role tenant.Role) bool {
	scope, ok := web.Scope(c)
	return ok && scope.Role.AtLeast(role)
}

// presence says how old the numbers of a page are, when they are older than what
// the night's work may still bring.
func (h *Handlers) presence(c *gin.Context, v voice) (notes []layout.Flash, made bool, err error) {
	through, made, err := h.lists.Made(c.Request.Context())
	switch {
	case err != nil:
		return nil, false, err
	case !made:
		return nil, false, nil
	case through < v.today.Add(-2):
		return []layout.Flash{{Tone: ui.Watch, Text: v.t.T("restock.numbers_old", arg("day", through))}}, true, nil
	}
	return nil, true, nil
}

// voice says things in the reader's language and the shop's units.
func (h *Handlers) voice(c *gin.Context) (voice, error) {
	s, err := h.shops.Get(c.Request.Context())
	if err != nil {
		return voice{}, err
	}
	return newVoice(web.Printer(c), s, web.Today(c)), nil
}

func newVoice(p printer, s shop.Shop, today day.Date) voice {
	return voice{Words: words{Printer: p, Currency: s.Currency, ShowUnit: s.ShowUnit}, t: p, today: today, zone: s.Zone}
}
