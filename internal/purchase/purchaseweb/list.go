package purchaseweb

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// query reads what part of the list is asked for; it asks for one order more than a
// page holds, to know whether there is another page.
func query(c *gin.Context, limit int) (purchase.Query, error) {
	f := web.QueryOf(c)
	q := purchase.Query{Limit: limit + 1}
	switch f.Value("state") {
	case "":
	case tabLate:
		today := web.Today(c)
		q.Overdue = &today
	case tabAsked:
		q.Asked = true
	case tabAnswered:
		q.Answered = true
	case tabUnmailed:
		q.Unmailed = true
	default:
		state, err := purchase.ParseState(f.Value("state"))
		if err != nil {
			return q, err
		}
		q.State = state
	}
	if id, ok := f.IDOpt("supplier"); ok {
		q.SupplierID = id
	}
	if before, ok := f.IntOpt("cursor", 1, 1<<30); ok {
		q.Before = int64(before)
	}
	if f.Err() != nil {
		return q, fault.New(fault.Malformed, "purchase.cursor_unreadable").WithCause(f.Err())
	}
	return q, nil
}

// Parts of the list that are no state.
const (
	tabLate     = "late"
	tabAsked    = "asked"
	tabAnswered = "answered"
	tabUnmailed = "unmailed"
)

// next cuts the page to its size and gives the cursor of the following one, or "".
func next(orders []purchase.Order, limit int) ([]purchase.Order, string) {
	if len(orders) <= limit {
		return orders, ""
	}
	return orders[:limit], strconv.FormatInt(orders[limit-1].Number, 10)
}

// shown are the states that the list can be narrowed to.
func shown() []purchase.State {
	return []purchase.State{purchase.Draft, purchase.Sent, purchase.Confirmed, purchase.PartReceived, purchase.Received}
}

func (h *Handlers) list(c *gin.Context) error {
	q, err := query(c, purchase.DefaultLimit)
	if err != nil {
		return err
	}
	orders, err := h.orders.List(c.Request.Context(), q)
	if err != nil {
		return err
	}
	orders, cursor := next(orders, purchase.DefaultLimit)
	late, err := h.late(c.Request.Context(), orders...)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	p := chrome.T
	chrome.Title, chrome.Active = p.T("purchase.orders_title"), layout.Orders
	chrome.Actions = []ui.Link{
		{Href: "/suggestions", Text: p.T("purchase.to_suggestions"), Icon: "bulb"}, {Href: "/enquiries", Text: p.T("enquiry.title"), Icon: "tag"},
		{Href: templatesPath, Text: p.T("purchase.patterns"), Icon: "copy"},
	}
	page := purchaseviews.OrdersPage{Chrome: chrome, Tabs: tabs(p, web.QueryOf(c).Value("state")), Pager: ui.PagerModel{T: p}, Empty: empty(p), Day: ui.FieldModel{
		Name: "day", Label: p.T("purchase.day"), Hint: p.T("purchase.day_hint"), Type: "date", Value: web.Today(c).String(), Short: true,
	}}
	manager, _ := rights(c)
	for _, o := range orders {
		short := ""
		if missing := o.Short(); missing > 0 {
			short = p.T("purchase.short", i18n.A("missing", i18n.Cash{Amount: missing, Currency: o.Currency}))
		}
		page.Orders = append(page.Orders, purchaseviews.OrderRow{
			Short: short, Waits: o.Waits(),
			Href: address(o), Number: o.NumberText(), Supplier: o.SupplierName, Lines: p.T("purchase.line_count", i18n.A("n", o.LineCount)),
			Due: p.DateShort(o.DueDay), Late: lateness(p, late, o.ID), Total: p.Money(o.Total, o.Currency), State: stateOf(p, o.State),
		})
		if manager && o.State == purchase.Draft && !o.Waits() {
			page.Orders[len(page.Orders)-1].Send = &purchaseviews.RowSend{
				Action: address(o) + "/send", Version: strconv.FormatInt(o.Version, 10), Text: p.T("purchase.send"), Label: p.T("purchase.send") + " · " + o.SupplierName,
			}
		}
	}
	if cursor != "" {
		v := c.Request.URL.Query()
		v.Set("cursor", cursor)
		page.Pager.Next = "/orders?" + v.Encode()
	}
	return web.Render(c, http.StatusOK, purchaseviews.Orders(page))
}

func tabs(p *i18n.Printer, active string) []ui.Tab {
	out := []ui.Tab{{Href: "/orders", Text: p.T("purchase.all_states"), Active: active == ""}}
	add := func(code, key string) {
		v := url.Values{"state": {code}}
		out = append(out, ui.Tab{Href: "/orders?" + v.Encode(), Text: p.T(key), Active: code == active})
	}
	for _, s := range shown() {
		add(string(s), "purchase.state."+string(s))
	}
	add(tabLate, "purchase.tab_late")
	add(tabAsked, "purchase.tab_asked")
	add(tabAnswered, "purchase.tab_answered")
	if active == tabUnmailed { // Today leads there; few shops send mail
		add(tabUnmailed, "purchase.tab_unmailed")
	}
	return out
}

func empty(p *i18n.Printer) ui.EmptyModel {
	return ui.EmptyModel{
		Icon: "receipt", Title: p.T("purchase.empty_title"), Text: p.T("purchase.empty_text"),
		Action: ui.Link{Href: "/suggestions", Text: p.T("purchase.to_suggestions"), Icon: "bulb", Kind: ui.Primary},
	}
}

// orderJSON is an order for machines: codes and decimal points in every language.
type orderJSON struct {
	ID       string `json:"id"`
	Number   string `json:"number"`
	Supplier string `json:"supplier"`
	State    string `json:"state"`
	Total    string `json:"total"`
	Currency string `json:"currency"`
}

func toJSON(o purchase.Order) orderJSON {
	return orderJSON{
		ID: o.ID.String(), Number: o.NumberText(), Supplier: o.SupplierName, State: string(o.State),
		Total: o.Total.Decimal(o.Currency), Currency: o.Currency.Code,
	}
}

// jsonPage is how many orders one answer for machines holds.
const jsonPage = purchase.MaxLimit - 1

func (h *Handlers) listJSON(c *gin.Context) error {
	q, err := query(c, jsonPage)
	if err != nil {
		return err
	}
	orders, err := h.orders.List(c.Request.Context(), q)
	if err != nil {
		return err
	}
	var answer struct {
		Orders []orderJSON `json:"orders"`
		Cursor string      `json:"cursor,omitempty"` // of the next page
	}
	orders, answer.Cursor = next(orders, jsonPage)
	answer.Orders = make([]orderJSON, len(orders))
	for i, o := range orders {
		answer.Orders[i] = toJSON(o)
	}
	return web.WriteJSON(c, http.StatusOK, answer)
}
