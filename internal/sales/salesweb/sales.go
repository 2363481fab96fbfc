package salesweb

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	salesview "buhuo/views/sales"
	"buhuo/views/ui"
)

// namesShown is how many products of a sale the list names.
const namesShown = 3

// list shows the sales of one day, today's unless the address names another.
func (h *Handlers) list(c *gin.Context) error {
	q := web.QueryOf(c)
	d, ok := q.DateOpt("day")
	if !ok {
		d = web.Today(c)
	}
	before := q.String("before", 200)
	if err := q.Err(); err != nil {
		return err
	}
	ctx := c.Request.Context()
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	page, err := h.sales.List(ctx, sales.Query{Day: d, Before: before})
	if err != nil {
		return err
	}
	totals, err := h.sales.Totals(ctx, d)
	if err != nil {
		return err
	}
	products, err := h.products(ctx, page.Sales)
	if err != nil {
		return err
	}
	channels, err := h.sales.Channels(ctx)
	if err != nil {
		return err
	}
	names, online := map[string]string{}, map[string]bool{}
	for _, ch := range channels {
		names[ch.Code], online[ch.Code] = channelName(web.Printer(c), ch.Code, ch.Name), ch.Online
	}
	parcels, err := h.parcels(ctx, page.Sales, online)
	if err != nil {
		return err
	}
	lent, err := h.lent(ctx, page.Sales)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Lead = t.T("sales.list_title"), layout.Sell, t.WeekdayDate(d)
	chrome.Actions = []ui.Link{{Href: "/sell", Text: t.T("sales.sell"), Icon: "cart"}}
	if chrome.CanWrite && slices.Contains(slices.Collect(maps.Values(online)), true) {
		chrome.Actions = append(chrome.Actions, ui.Link{Href: parcelsPath, Text: t.T("sales.parcels_title"), Icon: "truck"})
	}
	m := salesview.Sales{Chrome: chrome, Days: dayLinks(t, d, web.Today(c)), Pager: ui.PagerModel{T: t}}
	m.Figures = []ui.Figure{
		{Label: t.T("sales.taken"), Value: cash(t, scope, totals.Amount)},
		{Label: t.T("sales.sales_count"), Value: t.Int(int64(totals.Sales))},
		{Label: t.T("sales.returns_count"), Value: t.Int(int64(totals.Returns))},
	}
	for _, s := range page.Sales {
		one := row(t, scope, s, products, names, chrome.CanWrite)
		if lent[s.ID] {
			one.Badges = append(one.Badges, salesview.Badge{Tone: ui.Info, Icon: "edit", Text: t.T("sales.on_credit")})
		}
		if p, ok := parcels[s.ID]; ok {
			if b := travel(t, p); b.Text != "" {
				one.Badges = append(one.Badges, b)
			}
			if chrome.CanWrite {
				one.Parcel = ui.Link{Href: parcelPath(s.ID), Text: t.T("sales.parcel"), Label: t.T("sales.parcel_of", i18n.A("what", one.What))}
			}
		}
		m.Rows = append(m.Rows, one)
	}
	if page.Next != "" {
		m.Pager.Next = "/sales?" + url.Values{"day": {d.String()}, "before": {page.Next}}.Encode()
	}
	return web.Render(c, http.StatusOK, salesview.SalesPage(m))
}

// lent tells which sales were on credit.
func (h *Handlers) lent(ctx context.Context, list []sales.Sale) (map[ident.ID]bool, error) {
	if h.credit == nil {
		return nil, nil
	}
	ids := make([]ident.ID, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return h.credit.OnCredit(ctx, ids)
}

func (h *Handlers) products(ctx context.Context, list []sales.Sale) (map[ident.ID]catalog.Product, error) {
	seen := map[ident.ID]bool{}
	var ids []ident.ID
	for _, s := range list {
		for _, l := range s.Lines[:min(namesShown, len(s.Lines))] {
			if !seen[l.ProductID] {
				seen[l.ProductID] = true
				ids = append(ids, l.ProductID)
			}
		}
	}
	return h.catalog.Products(ctx, ids)
}

// parcels are those of the sales that travel, also those of which nothing is known yet.
func (h *Handlers) parcels(ctx context.Context, list []sales.Sale, online map[string]bool) (map[ident.ID]sales.Parcel, error) {
	var ids []ident.ID
	for _, s := range list {
		if online[s.Channel] && s.Kind == sales.KindSale && s.VoidedAt == nil && !s.Imported {
			ids = append(ids, s.ID)
		}
	}
	kept, err := h.sales.Parcels(ctx, ids)
	for _, id := range ids {
		if _, ok := kept[id]; !ok && err == nil {
			kept[id] = sales.Parcel{SaleID: id}
		}
	}
	return kept, err
}

func (h *Handlers) channelNames(ctx context.Context, t *i18n.Printer) (map[string]string, error) {
	channels, err := h.sales.Channels(ctx)
	names := map[string]string{}
	for _, ch := range channels {
		names[ch.Code] = channelName(t, ch.Code, ch.Name)
	}
	return names, err
}

func dayLinks(t *i18n.Printer, d, today day.Date) []ui.Link {
	links := []ui.Link{{Href: "/sales?day=" + d.Add(-1).String(), Text: t.T("sales.day_before"), Icon: "arrow-left"}}
	if d < today {
		links = append(links, ui.Link{Href: "/sales?day=" + d.Add(1).String(), Text: t.T("sales.day_after"), Icon: "arrow-right"},
			ui.Link{Href: "/sales", Text: t.T("sales.back_to_today"), Icon: "calendar"})
	}
	return links
}

func row(t *i18n.Printer, scope tenant.Scope, s sales.Sale, products map[ident.ID]catalog.Product, channels map[string]string, canWrite bool) salesview.SaleRow {
	total := s.Total
	if s.Kind == sales.KindReturn {
		total = -total
	}
	r := salesview.SaleRow{Total: cash(t, scope, total), What: what(t, s.Lines, products)}
	if !s.DayOnly {
		r.Time = t.Time(s.OccurredAt.Time().In(scope.Zone))
	}
	if s.Channel != sales.CounterCode {
		r.Detail = channels[s.Channel]
	}
	if s.Kind == sales.KindReturn {
		r.Badges = append(r.Badges, salesview.Badge{Tone: ui.Info, Icon: "undo", Text: t.T("sales.returned")})
	}
	if s.Imported {
		r.Badges = append(r.Badges, salesview.Badge{Tone: ui.Plain, Icon: "download", Text: t.T("sales.imported")})
	}
	switch {
	case s.VoidedAt != nil:
		r.Badges = append(r.Badges, salesview.Badge{Tone: ui.Watch, Icon: "close", Text: t.T("sales.voided")})
	case !s.Imported && canWrite:
		r.Void = "/sales/" + s.ID.String() + "/void"
		r.VoidLabel = t.T("sales.undo_this", i18n.A("what", r.What))
	}
	return r
}

// what names the first products of a sale.
func what(t *i18n.Printer, lines []sales.Line, products map[ident.ID]catalog.Product) string {
	var parts []string
	for _, l := range lines[:min(namesShown, len(lines))] {
		p := products[l.ProductID]
		parts = append(parts, p.Name+" "+quantity(t, p, l.Quantity, l.Unit))
	}
	text := strings.Join(parts, " · ")
	if more := len(lines) - namesShown; more > 0 {
		text += " · " + t.T("sales.and_more", i18n.A("n", more))
	}
	return text
}

// void takes a sale back.
func (h *Handlers) void(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	reason, back := f.String("reason", 200), f.ChoiceOpt("back", "sales", "sales", "sell")
	if err := f.Err(); err != nil {
		return err
	}
	ctx := c.Request.Context()
	sale, err := h.sales.Sale(ctx, id)
	if err != nil {
		return err
	}
	if err := h.sales.Void(ctx, id, reason); err != nil {
		return err
	}
	web.Flash(c, web.Good, "sales.flash_voided")
	if back == "sell" {
		return web.Redirect(c, "/sell")
	}
	return web.Redirect(c, "/sales?day="+sale.BusinessDay.String())
}
