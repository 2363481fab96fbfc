package restockweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// place is a page that has no tab of its own, and who may go there.
type place struct {
	role       tenant.Role
	href, icon string
	text, note string // keys
}

// places are the pages behind More, in groups.
var places = []struct {
	title string
	list  []place
}{
	{"restock.more_stock", []place{
		{tenant.Seller, "/stock/receive", "truck", "restock.receive", "restock.receive_note"},
		{tenant.Seller, "/stock/harvest", "sprout", "stock.harvest_title", "stock.harvest_note"},
		{tenant.Seller, "/stock/process", "factory", "stock.process_title", "stock.process_note"},
		{tenant.Seller, "/stock/count", "count", "restock.count", "restock.count_note"},
		{tenant.Seller, "/stock/loss", "trash", "restock.more_loss", "restock.more_loss_note"},
		{tenant.Manager, "/stock/adjust", "edit", "restock.more_adjust", "restock.more_adjust_note"},
		{tenant.Viewer, "/stock/movements", "history", "restock.more_movements", "restock.more_movements_note"},
	}},
	{"restock.more_trade", []place{
		{tenant.Viewer, "/sales", "receipt", "restock.more_sales", "restock.more_sales_note"},
		{tenant.Owner, "/credit", "edit", "account.credit.title", "account.credit.note"},
		{tenant.Seller, "/credit/pay", "coins", "account.credit.pay", "account.credit.pay_note"},
		{tenant.Viewer, "/orders", "send", "restock.orders", "restock.orders_note"},
		{tenant.Viewer, "/enquiries", "tag", "enquiry.title", "enquiry.more_note"},
		{tenant.Viewer, "/orders/savings", "coins", "restock.more_savings", "restock.more_savings_note"},
		{tenant.Viewer, decisionsAddress, "scale", "decision.page", "decision.more_note"},
		{tenant.Viewer, "/replay", "chart", "replay.title", "replay.more_note"},
		{tenant.Viewer, "/suppliers", "factory", "restock.more_suppliers", "restock.more_suppliers_note"},
		{tenant.Viewer, "/joint", "team", "joint.title", "joint.more_note"},
		{tenant.Viewer, "/directory", "sprout", "trade.directory", "trade.more_note"},
		{tenant.Viewer, "/inbox", "receipt", "trade.inbox", "trade.inbox_note"},
		{tenant.Manager, "/publish", "store", "trade.my_offers", "trade.my_offers_note"},
	}},
	{"insight.title", []place{
		{tenant.Viewer, "/insights", "chart", "insight.hub", "insight.hub_note"},
		{tenant.Viewer, "/insights/wanted", "bulb", "insight.wanted", "insight.wanted_note"},
	}},
	{"restock.more_shop", []place{
		{tenant.Manager, "/import", "upload", "restock.more_import", "restock.more_import_note"},
		{tenant.Owner, "/helpers", "team", "account.helper.title", "account.helper.note"},
		{tenant.Owner, "/pool", "team", "pool.title", "pool.more_note"},
		{tenant.Viewer, "/settings", "settings", "restock.more_settings", "restock.more_settings_note"},
	}},
}

// more leads to everything that has no tab.
func (h *Handlers) more(c *gin.Context) error {
	p, chrome := web.Printer(c), web.Chrome(c)
	chrome.Title, chrome.Active = p.T("layout.nav.more"), layout.More
	return web.Render(c, http.StatusOK, layout.Elsewhere(chrome, groupsFor(c, p)))
}

func groupsFor(c *gin.Context, p *i18n.Printer) []layout.Group {
	var groups []layout.Group
	for _, g := range places {
		group := layout.Group{Title: p.T(g.title)}
		for _, l := range g.list {
			if may(c, l.role) {
				group.Links = append(group.Links, ui.Link{Href: l.href, Icon: l.icon, Text: p.T(l.text), Note: p.T(l.note)})
			}
		}
		if len(group.Links) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}
