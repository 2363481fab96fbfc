package stockweb

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

const (
	movementsPath = "/stock/movements"
	pageLength    = 50
)

// ledger is a page of movements with what its words need.
type ledger struct {
	list     []stock.Movement
	products map[ident.ID]catalog.Product
	lots     map[ident.ID]stock.Lot
	undone   map[ident.ID]bool
	people   map[ident.ID]string
	kg       string
}

// movements lists what came and went, the newest first.
func (h *Handlers) movements(c *gin.Context) error {
	q := web.QueryOf(c)
	query := stock.MovementQuery{Limit: pageLength}
	if id, ok := q.IDOpt("product"); ok {
		query.ProductID = &id
	}
	if before, ok := q.IntOpt("before", 1, 1<<53); ok {
		query.Before = int64(before)
	}
	l, err := h.ledger(c.Request.Context(), query)
	if err != nil {
		return err
	}
	var only *catalog.Product
	if query.ProductID != nil {
		p, err := h.catalog.Product(c.Request.Context(), *query.ProductID)
		if err != nil {
			return err
		}
		only = &p
	}
	return web.Render(c, http.StatusOK, stockview.MovementsPage(l.page(c, only)))
}

// page is the list in words, of one product or of all.
func (l ledger) page(c *gin.Context, only *catalog.Product) stockview.Movements {
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active = t.T("stock.movements_title"), layout.Stock
	m := stockview.Movements{Rows: l.rows(c, t, only == nil)}
	if only != nil {
		m.Product = only.ID.String()
		chrome.Lead = only.Name + " · " + only.Code
		chrome.Back = ui.Link{Href: "/products/" + m.Product, Text: only.Name}
	}
	if n := len(l.list); n == pageLength {
		m.Older = older(l.list[n-1].Seq, m.Product)
	}
	chrome.Actions = actions(c, t, m.Product)
	m.Chrome = chrome
	return m
}

func older(seq int64, product string) string {
	q := url.Values{"before": {strconv.FormatInt(seq, 10)}}
	if product != "" {
		q.Set("product", product)
	}
	return movementsPath + "?" + q.Encode()
}

// actions lead from the list to what can be entered.
func actions(c *gin.Context, t *i18n.Printer, product string) []ui.Link {
	scope, _ := web.Scope(c)
	if !scope.Role.AtLeast(tenant.Seller) {
		return nil
	}
	about := ""
	if product != "" {
		about = "?product=" + product
	}
	list := []ui.Link{
		{Href: receivePath + about, Text: t.T("stock.receive_title"), Icon: "box"},
		{Href: countPath + about, Text: t.T("stock.count_title"), Icon: "count"},
		{Href: lossPath + about, Text: t.T("stock.loss_title"), Icon: "trash"},
	}
	if scope.Role.AtLeast(tenant.Manager) {
		list = append(list, ui.Link{Href: adjustPath + about, Text: t.T("stock.adjust_title"), Icon: "edit"})
	}
	return list
}

func (h *Handlers) ledger(ctx context.Context, query stock.MovementQuery) (l ledger, err error) {
	if l.list, err = h.stock.Movements(ctx, query); err != nil {
		return l, err
	}
	products, lots, people, ids := map[ident.ID]bool{}, map[ident.ID]bool{}, map[ident.ID]bool{}, make([]ident.ID, len(l.list))
	for i, m := range l.list {
		products[m.ProductID], lots[m.LotID], people[m.PersonID], ids[i] = true, true, true, m.ID
	}
	if l.products, err = h.catalog.Products(ctx, keys(products)); err != nil {
		return l, err
	}
	if l.lots, err = h.stock.LotInfo(ctx, keys(lots)); err != nil {
		return l, err
	}
	if l.undone, err = h.stock.Reversed(ctx, ids); err != nil {
		return l, err
	}
	if l.people, err = h.people.Names(ctx, keys(people)); err != nil {
		return l, err
	}
	l.kg, err = h.unitOf(ctx, "kg")
	return l, err
}

func keys(set map[ident.ID]bool) []ident.ID {
	list := make([]ident.ID, 0, len(set))
	for id := range set {
		list = append(list, id)
	}
	return list
}

func (l ledger) rows(c *gin.Context, t *i18n.Printer, named bool) []stockview.MovementRow {
	scope, _ := web.Scope(c)
	manager := scope.Role.AtLeast(tenant.Manager)
	rows := make([]stockview.MovementRow, len(l.list))
	for i, m := range l.list {
		p := l.products[m.ProductID]
		unit := p.BaseUnit
		if unit == "kg" {
			unit = l.kg
		}
		r := stockview.MovementRow{
			Kind: l.kind(t, m), When: t.DateTime(m.OccurredAt.Time().In(scope.Zone)), Quantity: signed(t, m, p.BaseUnit, unit),
			Value: t.Money(m.Value, scope.Currency), Undone: l.undone[m.ID], In: m.Quantity > 0,
			Person: l.people[m.PersonID],
		}
		if named {
			r.Product, r.Href = p.Name, movementsPath+"?product="+m.ProductID.String()
		}
		if lot, ok := l.lots[m.LotID]; ok && (lot.Code != "" || lot.Expiry != nil || lot.Produced != nil) {
			r.Lot = lotName(t, lot.Code, stock.LotBalance{Expiry: lot.Expiry})
			if lot.Produced != nil {
				r.Lot += " · " + t.T("stock.produced_on", i18n.A("date", *lot.Produced))
			}
		}
		for _, text := range []string{m.Reason, m.Note} {
			if text != "" {
				r.Notes = append(r.Notes, text)
			}
		}
		if manager && m.OwnSource() && m.ReversesID == nil && !r.Undone && m.Kind != stock.Transfer && m.Kind != stock.Revaluation {
			r.Undo = movementsPath + "/" + m.ID.String() + "/undo"
		}
		if manager && m.Source == sourceOrder && m.Kind == stock.Receipt && m.ReversesID == nil && !r.Undone {
			r.Order = "/receipts/" + m.SourceID.String()
		}
		rows[i] = r
	}
	return rows
}

// sourceOrder marks the movements of a delivery that was ordered; it is undone where
// it was made, on the page of its order.
const sourceOrder = "purchase"

// kind says in words why goods moved.
func (l ledger) kind(t *i18n.Printer, m stock.Movement) string {
	name := t.T("stock.kind." + string(m.Kind))
	switch {
	case m.Kind != stock.Count:
	case m.Source == stock.SourceAdjust:
		name = t.T("stock.adjust_title")
	case m.Source == stock.SourceOpening:
		name = t.T("stock.kind_opening")
	}
	if m.ReversesID != nil {
		return t.T("stock.undone_kind", i18n.A("kind", name))
	}
	return name
}

// signed writes a quantity with its sign, because in and out stand in one column.
func signed(t *i18n.Printer, m stock.Movement, base, unit string) string {
	if m.Quantity > 0 {
		return "+" + said(t, m.Quantity, base, unit)
	}
	return said(t, m.Quantity, base, unit)
}

// undo takes an entry back by counter-entries.
func (h *Handlers) undo(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	if err := h.stock.Undo(c.Request.Context(), id, f.String("reason", maxNote)); err != nil {
		return err
	}
	web.Flash(c, web.Good, "stock.flash_undone")
	if product, ok := f.IDOpt("product"); ok {
		return web.Redirect(c, movementsPath+"?product="+product.String())
	}
	return web.Redirect(c, movementsPath)
}
