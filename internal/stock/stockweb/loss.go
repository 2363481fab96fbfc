package stockweb

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/stock"
	"buhuo/internal/web"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

const (
	lossPath   = "/stock/loss"
	adjustPath = "/stock/adjust"
)

func (h *Handlers) lossForm(c *gin.Context) error {
	if ok, err := h.chosen(c, web.Printer(c).T("stock.loss_title")); !ok {
		return err
	}
	s, err := h.subject(c, web.QueryOf(c))
	if err != nil {
		return err
	}
	return h.lossPage(c, http.StatusOK, s)
}

// loss takes out what was thrown away, used or given away.
func (h *Handlers) loss(c *gin.Context) error {
	f := web.FormOf(c)
	s, err := h.subject(c, f)
	if err != nil {
		return err
	}
	r := stock.LossRequest{
		ClientID: f.ID("client_id"), ProductID: s.product.ID, Quantity: quantity(f, "quantity", s.product),
		Reason: stock.Kind(f.Value("reason")), LotID: lotOf(f), Note: f.String("note", maxNote),
	}
	if err = f.Err(); err == nil {
		err = h.stock.Loss(c.Request.Context(), r)
	}
	if e, ok := fault.As(err); ok && e.Key == "stock.lot_short" {
		f.Add("quantity", short(web.Printer(c), s, e))
		return h.lossPage(c, http.StatusConflict, s)
	}
	if f.Refused(err) {
		return h.lossPage(c, http.StatusUnprocessableEntity, s)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "stock.flash_loss")
	return web.Redirect(c, lossPath)
}

func lotOf(f *web.Values) *ident.ID {
	if id, ok := f.IDOpt("lot"); ok {
		return &id
	}
	return nil
}

// short says in the shop's unit how much the chosen lot holds.
func short(t *i18n.Printer, s subject, e *fault.Error) *fault.Error {
	for _, a := range e.Args {
		if q, ok := a.Value.(measure.Quantity); ok {
			return fault.New(e.Kind, e.Key, fault.A("quantity", s.said(t, q)))
		}
	}
	return e
}

func (h *Handlers) lossPage(c *gin.Context, status int, s subject) error {
	f, t := web.FormOf(c), web.Printer(c)
	lots, err := h.stock.Lots(c.Request.Context(), s.product.ID)
	if err != nil {
		return err
	}
	chrome := s.chrome(c, t.T("stock.loss_title"), lossPath)
	reasons := ui.SelectModel{Name: "reason", Label: t.T("stock.why"), Error: f.Sentence("reason"), Needed: true}
	for _, k := range []stock.Kind{stock.Spoilage, stock.OwnUse, stock.Gift} {
		reasons.Options = append(reasons.Options, ui.Option{Value: string(k), Text: t.T("stock.kind." + string(k)), Selected: f.Value("reason") == string(k)})
	}
	m := stockview.Loss{Form: s.form(c, chrome, lossPath), Quantity: number(f, "quantity", t.T("stock.quantity")), Reason: reasons, Lot: s.lots(t, f, lots)}
	m.Quantity.Needed, m.Quantity.Focus = true, true
	return web.Render(c, status, stockview.LossPage(m))
}

// lots offers the lots that hold goods; none when there is nothing to choose.
func (s subject) lots(t *i18n.Printer, f *web.Values, lots []stock.LotBalance) ui.SelectModel {
	m := ui.SelectModel{Name: "lot", Label: t.T("stock.which_lot"), Error: f.Sentence("lot"), Options: []ui.Option{{Text: t.T("stock.oldest_lot")}}}
	for _, l := range lots {
		if l.Quantity <= 0 || l.LotID == stock.Unassigned {
			continue
		}
		id := l.LotID.String()
		m.Options = append(m.Options, ui.Option{Value: id, Text: lotName(t, l.Code, l) + " · " + s.said(t, l.Quantity), Selected: f.Value("lot") == id})
	}
	if len(m.Options) < 3 {
		m.Options = nil
	}
	return m
}

// lotName is the code of a lot and until when it may be sold.
func lotName(t *i18n.Printer, code string, l stock.LotBalance) string {
	switch {
	case l.Expiry != nil && code != "":
		return t.T("stock.lot_until", i18n.A("code", code), i18n.A("date", *l.Expiry))
	case l.Expiry != nil:
		return t.T("stock.until", i18n.A("date", *l.Expiry))
	case code != "":
		return code
	}
	return t.T("stock.lot_plain")
}

func (h *Handlers) adjustForm(c *gin.Context) error {
	if ok, err := h.chosen(c, web.Printer(c).T("stock.adjust_title")); !ok {
		return err
	}
	s, err := h.subject(c, web.QueryOf(c))
	if err != nil {
		return err
	}
	return h.adjustPage(c, http.StatusOK, s)
}

// adjust corrects the book by a quantity, with a reason.
func (h *Handlers) adjust(c *gin.Context) error {
	f := web.FormOf(c)
	s, err := h.subject(c, f)
	if err != nil {
		return err
	}
	r := stock.AdjustRequest{
		ClientID: f.ID("client_id"), ProductID: s.product.ID, Delta: quantity(f, "quantity", s.product),
		Reason: f.Required("reason", maxNote), Note: f.String("note", maxNote),
	}
	if r.Delta < 0 {
		f.Add("quantity", fault.New(fault.Invalid, "stock.quantity_positive"))
	}
	if f.Choice("direction", "more", "less") == "less" {
		r.Delta = -r.Delta
	}
	if err = f.Err(); err == nil {
		err = h.stock.Adjust(c.Request.Context(), r)
	}
	if f.Refused(err) {
		return h.adjustPage(c, http.StatusUnprocessableEntity, s)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "stock.flash_adjusted")
	return web.Redirect(c, adjustPath)
}

func (h *Handlers) adjustPage(c *gin.Context, status int, s subject) error {
	f, t := web.FormOf(c), web.Printer(c)
	chrome := s.chrome(c, t.T("stock.adjust_title"), adjustPath)
	m := stockview.Adjust{
		Form: s.form(c, chrome, adjustPath), Quantity: number(f, "quantity", t.T("stock.quantity")),
		Direction: ui.SelectModel{Name: "direction", Label: t.T("stock.direction"), Error: f.Sentence("direction"), Needed: true, Options: []ui.Option{
			{Value: "less", Text: t.T("stock.direction_less"), Selected: f.Value("direction") == "less"},
			{Value: "more", Text: t.T("stock.direction_more"), Selected: f.Value("direction") == "more"},
		}},
		Reason: ui.FieldModel{Name: "reason", Label: t.T("stock.why"), Value: f.Value("reason"), Error: f.Sentence("reason"), Max: maxNote, Needed: true,
			Hint: t.T("stock.reason_hint")},
	}
	m.Quantity.Needed, m.Quantity.Focus = true, true
	return web.Render(c, status, stockview.AdjustPage(m))
}
