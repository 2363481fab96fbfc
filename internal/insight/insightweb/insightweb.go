// Package insightweb holds the pages on which a shop looks at itself. A board is a file
// here and a line in boards: its page, and tables whose values are those of the page; it
// must not know how anything is counted.
package insightweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/account"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	insightview "buhuo/views/insight"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// Boards are the figures.
type Boards interface {
	Today(in shop.Shop) (today, known day.Date)
	Wanted(ctx context.Context, q insight.Query, by insight.Order) (insight.Wanted, error)
	Health(ctx context.Context, q insight.Query) (insight.Health, error)
	Money(ctx context.Context, q insight.Query) (insight.Money, error)
	Channels(ctx context.Context, q insight.Query) (insight.Channels, error)
	Behind(ctx context.Context, q insight.Query, of []insight.Kind) ([]insight.Behind, error)
	Entries(ctx context.Context, q insight.Query, of []insight.Kind, product ident.ID) ([]insight.Entry, error)
	Regions(ctx context.Context, q insight.Query) (insight.Regions, error)
	Logistics(ctx context.Context, q insight.Query, named func(string) string) (insight.Logistics, error)
	Needs(ctx context.Context, q insight.Query) (insight.Needs, error)
}

// Catalog names what figures are about, and which goods are essential.
type Catalog interface {
	Categories(ctx context.Context) ([]catalog.Category, error)
	Find(ctx context.Context, text string) (catalog.Product, error)
	SetEssential(ctx context.Context, id ident.ID, essential bool) (catalog.Product, error)
}

// Sales gives the ways of selling.
type Sales interface {
	Channels(ctx context.Context) ([]sales.Channel, error)
}

// Shops gives the shop of the request.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Accounts are what households owe and what helpers did and earned.
type Accounts interface {
	Standing(ctx context.Context, side account.Side) (account.Standing, error)
	Flow(ctx context.Context, from, through day.Date) (account.Flow, error)
	Hours(ctx context.Context, from, through day.Date) ([]account.Hours, error)
	Between(ctx context.Context, side account.Side, from, through day.Date) ([]account.Entry, error)
}

// Handlers are the routes of the area.
type Handlers struct {
	accounts Accounts
	boards   Boards
	catalog  Catalog
	sales    Sales
	shops    Shops
	weeks    Weeks
	pool     Pool
}

// New makes the handlers.
func New(b Boards, c Catalog, s Sales, shops Shops, a Accounts, p Pool) *Handlers {
	return &Handlers{boards: b, catalog: c, sales: s, shops: shops, accounts: a, pool: p}
}

// board is a page of figures: who may see it, and how the others speak of it. Its texts
// are insight.<name>, insight.<name>_note.
type board struct {
	role       tenant.Role
	name, icon string
	page       func(*Handlers, *gin.Context) error
	tables     func(*Handlers, *gin.Context) ([]sheet.Table, error)
}

func (b board) href() string { return "/insights/" + b.name }

// boards are those that the hub leads to, each with its files.
var boards = []board{
	{tenant.Viewer, "wanted", "bulb", (*Handlers).wanted, (*Handlers).wantedTables},
	{tenant.Manager, "health", "leaf", (*Handlers).health, (*Handlers).healthTables},
	{tenant.Manager, "money", "coins", (*Handlers).money, (*Handlers).moneyTables},
	{tenant.Viewer, "channels", "store", (*Handlers).channelsBoard, (*Handlers).channelsTables},
	{tenant.Viewer, "regions", "home", (*Handlers).regions, (*Handlers).regionTables},
	{tenant.Viewer, "logistics", "truck", (*Handlers).logistics, (*Handlers).logisticsTables},
	{tenant.Viewer, "needs", "team", (*Handlers).needs, (*Handlers).needTables},
}

// Routes adds the pages of the area.
func (h *Handlers) Routes(e *web.Engine) {
	get := func(path string, role tenant.Role, handler web.Handler) {
		e.Route(web.Route{Method: http.MethodGet, Path: path, Access: web.Access(role), Handler: handler})
	}
	get("/insights", tenant.Viewer, h.hub)
	for _, b := range boards {
		of := func(c *gin.Context) ([]sheet.Table, error) { return b.tables(h, c) }
		get(b.href(), b.role, func(c *gin.Context) error { return b.page(h, c) })
		get(b.href()+".csv", b.role, h.table(of))
		get(b.href()+".xlsx", b.role, h.workbook(of))
	}
	get(statementPath, tenant.Manager, h.statement)
	get(statementPath+".pdf", tenant.Manager, h.statementPDF)
	get(statementPath+".csv", tenant.Manager, h.table(h.statementTables))
	get(statementPath+".xlsx", tenant.Manager, h.workbook(h.statementTables))
	get(linesPath, tenant.Manager, h.lines)
	get(linesPath+".csv", tenant.Manager, h.table(h.linesTables))
	get(linesPath+".xlsx", tenant.Manager, h.workbook(h.linesTables))
	h.digestRoutes(e)
	get("/insights/needs/county.csv", tenant.Manager, h.table(h.countyTables))
	e.Route(web.Route{Method: http.MethodPost, Path: "/insights/needs/essentials", Access: web.Manager, Handler: h.nameEssential})
	e.Route(web.Route{Method: http.MethodPost, Path: "/insights/needs/essentials/drop", Access: web.Manager, Handler: h.dropEssential})
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
