package salesweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	salesview "buhuo/views/sales"
	"buhuo/views/ui"
)

func parcelPath(id ident.ID) string { return "/sales/" + id.String() + "/parcel" }

func (h *Handlers) parcel(c *gin.Context) error { return h.parcelPage(c, http.StatusOK) }

// parcelPage asks when a sale left and arrived.
func (h *Handlers) parcelPage(c *gin.Context, status int) error {
	ctx := c.Request.Context()
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	sale, err := h.sales.Sale(ctx, id)
	if err != nil {
		return err
	}
	travels, err := h.sales.Travels(ctx, sale)
	if err != nil {
		return err
	}
	if !travels {
		return fault.New(fault.Conflict, "sales.parcel_none")
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	kept, err := h.sales.Parcels(ctx, []ident.ID{id})
	if err != nil {
		return err
	}
	products, err := h.products(ctx, []sales.Sale{sale})
	if err != nil {
		return err
	}
	names, err := h.channelNames(ctx, web.Printer(c))
	if err != nil {
		return err
	}
	chrome, f := web.Chrome(c), web.FormOf(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Path = t.T("sales.parcel_title"), layout.Sell, parcelPath(id)
	chrome.Back = ui.Link{Href: "/sales?day=" + sale.BusinessDay.String(), Text: t.T("sales.list_title")}
	field := func(name string, d *day.Date, hint string) ui.FieldModel {
		m := ui.FieldModel{Name: name, Label: t.T("sales.parcel." + name), Type: "date", Short: true, Hint: hint, Error: f.Sentence(name)}
		if d != nil {
			m.Value = d.String()
		}
		if f.Given(name) {
			m.Value = f.Value(name)
		}
		return m
	}
	p := kept[id]
	m := salesview.Parcel{
		Chrome: chrome, Action: parcelPath(id),
		Facts: []ui.Fact{
			{Term: t.T("sales.what"), Text: what(t, sale.Lines, products)}, {Term: t.T("sales.total"), Text: cash(t, scope, sale.Total)},
			{Term: t.T("sales.parcel_sold"), Text: t.Date(sale.BusinessDay), Note: names[sale.Channel]},
		},
		Dispatched: field("dispatched", p.Dispatched, ""), Promised: field("promised", p.Promised, t.T("sales.parcel_promised_hint")), Delivered: field("delivered", p.Delivered, ""),
	}
	return web.Render(c, status, salesview.ParcelPage(m))
}

func (h *Handlers) keepParcel(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f, ctx := web.FormOf(c), c.Request.Context()
	date := func(name string) *day.Date {
		if d, ok := f.DateOpt(name); ok {
			return &d
		}
		return nil
	}
	p := sales.Parcel{SaleID: id, Dispatched: date("dispatched"), Promised: date("promised"), Delivered: date("delivered")}
	if err = f.Err(); err == nil {
		err = h.sales.KeepParcel(ctx, p)
	}
	if f.Refused(err) {
		return h.parcelPage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	sale, err := h.sales.Sale(ctx, id)
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, web.Saved)
	return web.Redirect(c, "/sales?day="+sale.BusinessDay.String())
}

// travel says how far a parcel has come; the list shows it beside the sale.
func travel(t *i18n.Printer, p sales.Parcel) salesview.Badge {
	switch {
	case p.Delivered != nil:
		return salesview.Badge{Tone: ui.OK, Icon: "check", Text: t.T("sales.parcel_arrived_on", i18n.A("day", *p.Delivered))}
	case p.Dispatched != nil:
		return salesview.Badge{Tone: ui.Info, Icon: "truck", Text: t.T("sales.parcel_left_on", i18n.A("day", *p.Dispatched))}
	}
	return salesview.Badge{}
}
