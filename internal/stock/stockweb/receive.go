package stockweb

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/web"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

const receivePath = "/stock/receive"

func (h *Handlers) receiveForm(c *gin.Context) error {
	if ok, err := h.chosen(c, web.Printer(c).T("stock.receive_title")); !ok {
		return err
	}
	s, err := h.subject(c, web.QueryOf(c))
	if err != nil {
		return err
	}
	return h.receivePage(c, http.StatusOK, s, "")
}

// receive takes goods that come without an order.
func (h *Handlers) receive(c *gin.Context) error {
	f := web.FormOf(c)
	s, err := h.subject(c, f)
	if err != nil {
		return err
	}
	r, err := h.readReceipt(c, f, s)
	if err != nil {
		return err
	}
	if err = f.Err(); err == nil {
		err = ofLine(h.stock.Receive(c.Request.Context(), r))
	}
	if f.Refused(err) {
		return h.receivePage(c, http.StatusUnprocessableEntity, s, f.Value("expiry"))
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "stock.flash_received")
	return web.Redirect(c, receivePath)
}

func (h *Handlers) readReceipt(c *gin.Context, f *web.Values, s subject) (stock.ReceiveRequest, error) {
	scope, _ := web.Scope(c)
	line := stock.ReceiveLine{
		ProductID: s.product.ID, Quantity: quantity(f, "quantity", s.product), UnitCost: cost(f, "cost", s.product), Lot: f.String("lot", 40),
	}
	if paid, ok := f.AmountOpt("paid", scope.Currency); ok {
		line.Value = &paid
	}
	if expiry, ok := f.DateOpt("expiry"); ok {
		if expiry < web.Today(c) {
			f.Add("expiry", fault.New(fault.Invalid, "stock.expiry_past"))
		}
		line.Expiry = &expiry
	}
	r := stock.ReceiveRequest{ClientID: f.ID("client_id"), Note: f.String("note", maxNote), Lines: []stock.ReceiveLine{line}}
	if id, ok := f.IDOpt("supplier"); ok {
		if _, err := h.catalog.Supplier(c.Request.Context(), id); err != nil {
			return r, err
		}
		r.SupplierID = &id
	}
	return r, nil
}

// ofLine names the fields of the one line of the form as the form does.
func ofLine(err error) error {
	const first = "lines.0."
	var fields fault.Fields
	if errors.As(err, &fields) {
		var renamed fault.Fields
		for _, e := range fields {
			renamed.Add(e.WithField(strings.TrimPrefix(e.Field, first)))
		}
		return renamed.Err()
	}
	if e, ok := fault.As(err); ok && strings.HasPrefix(e.Field, first) {
		return e.WithField(strings.TrimPrefix(e.Field, first))
	}
	return err
}

// receivePage proposes the expiry of goods that are fresh today.
func (h *Handlers) receivePage(c *gin.Context, status int, s subject, expiry string) error {
	f, t := web.FormOf(c), web.Printer(c)
	scope, _ := web.Scope(c)
	chrome := s.chrome(c, t.T("stock.receive_title"), receivePath)
	m := stockview.Receive{
		Form: s.form(c, chrome, receivePath), Quantity: number(f, "quantity", t.T("stock.quantity")),
		Cost: number(f, "cost", t.T("stock.unit_cost")), Paid: number(f, "paid", t.T("stock.paid")),
		Lot:    ui.FieldModel{Name: "lot", Label: t.T("stock.lot"), Value: f.Value("lot"), Error: f.Sentence("lot"), Max: 40},
		Expiry: ui.FieldModel{Name: "expiry", Type: "date", Label: t.T("stock.expiry"), Value: expiry, Error: f.Sentence("expiry"), Short: true},
	}
	m.Quantity.Needed, m.Quantity.Focus = true, true
	m.Cost.Hint = s.lastCost(t, scope.Currency)
	if life := s.product.ShelfLifeDays; life > 0 && status == http.StatusOK {
		m.Expiry.Value = (web.Today(c) + day.Date(life)).String()
		m.Expiry.Hint = t.T("stock.expiry_proposed", i18n.A("n", life))
	}
	var err error
	if m.Supplier, err = h.suppliers(c, t, f); err != nil {
		return err
	}
	return web.Render(c, status, stockview.ReceivePage(m))
}

// lastCost says what one unit of the shop's unit cost the last time.
func (s subject) lastCost(t *i18n.Printer, cur money.Currency) string {
	factor, ok := s.product.Factor(s.unit)
	if !ok || s.balance.LastCost == 0 {
		return ""
	}
	price, err := money.PerPack(s.balance.LastCost, factor)
	if err != nil {
		return ""
	}
	return t.T("stock.last_cost", i18n.A("price", t.Price(price, cur)), i18n.A("unit", t.Unit(s.unit, 1000)))
}

func (h *Handlers) suppliers(c *gin.Context, t *i18n.Printer, f *web.Values) (ui.SelectModel, error) {
	m := ui.SelectModel{Name: "supplier", Label: t.T("stock.from_whom"), Options: []ui.Option{{Text: t.T("stock.nobody_named")}}}
	list, err := h.catalog.Suppliers(c.Request.Context(), false)
	for _, s := range list {
		id := s.ID.String()
		m.Options = append(m.Options, ui.Option{Value: id, Text: s.Name, Selected: f.Value("supplier") == id})
	}
	return m, err
}
