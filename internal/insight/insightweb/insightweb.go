// Package insightweb holds the pages on which a shop looks at itself. A board is a file
// here with its route in Routes, its place in boards, and tables whose values are those
// of its page; it must not know how anything is counted.
package insightweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/insight"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	insightview "buhuo/views/insight"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Boards are the figures.
type Boards interface {
	Today(in shop.Shop) (today, known day.Date)
	Wanted(ctx context.Context, q insight.Query, by insight.Order) (insight.Wanted, error)
}

// Catalog names what figures are about.
type Catalog interface {
	Categories(ctx context.Context) ([]catalog.Category, error)
}

// Sales gives the ways of selling.
type Sales interface {
	Channels(ctx context.Context) ([]sales.Channel, error)
}

// Shops gives the shop of the request.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Handlers are the routes of the area.
type Handlers struct {
	boards  Boards
	catalog Catalog
	sales   Sales
	shops   Shops
}

// New makes the handlers.
func New(b Boards, c Catalog, s Sales, shops Shops) *Handlers { return &Handlers{b, c, s, shops} }

// board is a page of figures: who may see it, and how the others speak of it. Its texts
// are insight.<name>, insight.<name>_note.
type board struct {
	role       tenant.Role
	name, icon string
}

func (b board) href() string { return "/insights/" + b.name }

// boards are those that the hub leads to.
var boards = []board{
	{tenant.Viewer, "wanted", "bulb"},
}

// Routes adds the pages of the area.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Path: "/insights", Access: web.Viewer, Handler: h.hub},
		{Path: "/insights/wanted", Access: web.Viewer, Handler: h.wanted},
		{Path: "/insights/wanted.csv", Access: web.Viewer, Handler: h.table(h.wantedTables)},
		{Path: "/insights/wanted.xlsx", Access: web.Viewer, Handler: h.workbook(h.wantedTables)},
	} {
		r.Method = http.MethodGet
		e.Route(r)
	}
}

// may reports whether the person has at least a role.
func may(c *gin.Context, role tenant.Role) bool {
	scope, _ := web.Scope(c)
	return scope.Role.AtLeast(role)
}

// seesMoney: what the shop earns is for those who run it.
func seesMoney(c *gin.Context) bool { return may(c, tenant.Manager) }

// hub leads to the boards.
func (h *Handlers) hub(c *gin.Context) error {
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Lead = t.T("insight.title"), layout.More, t.T("insight.lead")
	chrome.Back = ui.Link{Href: "/more", Text: t.T("layout.nav.more")}
	m := insightview.Hub{Chrome: chrome}
	for _, b := range boards {
		if may(c, b.role) {
			m.Boards = append(m.Boards, ui.Link{Href: b.href(), Icon: b.icon, Text: t.T("insight." + b.name), Note: t.T("insight." + b.name + "_note")})
		}
	}
	return web.Render(c, http.StatusOK, insightview.HubPage(m))
}
