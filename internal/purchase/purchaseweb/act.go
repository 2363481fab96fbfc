package purchaseweb

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// act does one thing to the order of the path and goes back to its page; done again
// it changes nothing and answers the same.
func act(c *gin.Context, flash string, do func(ctx context.Context, id ident.ID) (purchase.Order, error)) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	o, err := do(c.Request.Context(), id)
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return back(c, o)
}

// send marks a draft as sent. A form that says so ("ask") is sent only when the order
// comes to the supplier's minimum; otherwise the person is asked first.
func (h *Handlers) send(c *gin.Context) error {
	f := web.FormOf(c)
	version, _ := f.IntOpt("version", 1, 1<<30)
	if err := f.Err(); err != nil {
		return err
	}
	if f.Has("ask") {
		id, err := web.PathID(c, "id")
		if err != nil {
			return err
		}
		d, err := h.orders.Document(c.Request.Context(), id, "")
		if err != nil {
			return err
		}
		if d.Order.Short() > 0 {
			return web.Redirect(c, address(d.Order)+"/send")
		}
	}
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	o, err := h.orders.Send(c.Request.Context(), id, int64(version))
	if err != nil {
		return err
	}
	flash := "purchase.flash_sent"
	switch {
	case o.Waits():
		flash = "purchase.flash_asked"
	case f.Has("share"):
		return web.Redirect(c, address(o)+"?share=1") // which says so itself
	}
	web.Flash(c, web.Good, flash)
	return back(c, o)
}

// askSend asks whether a draft below the supplier's minimum is meant to leave.
func (h *Handlers) askSend(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	d, err := h.orders.Document(c.Request.Context(), id, "")
	if err != nil {
		return err
	}
	if d.Order.Short() == 0 {
		return back(c, d.Order)
	}
	o, chrome := d.Order, web.Chrome(c)
	p := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = p.T("purchase.send_below_title"), o.NumberText()+" · "+o.SupplierName, layout.Orders
	chrome.Back = ui.Link{Href: address(o), Text: o.NumberText()}
	return web.Render(c, http.StatusOK, purchaseviews.AskSend(purchaseviews.AskPage{
		Chrome: chrome, Base: address(o), Version: strconv.FormatInt(o.Version, 10), Text: shortOf(p, d),
	}))
}

// shortOf says how much a draft lacks to the supplier's minimum.
func shortOf(p *i18n.Printer, d purchase.Document) string {
	c := d.Order.Currency
	return p.T("purchase.below_minimum", i18n.A("minimum", i18n.Cash{Amount: d.Supplier.MinimumOrder, Currency: c}), i18n.A("missing", i18n.Cash{Amount: d.Order.Short(), Currency: c}))
}

func (h *Handlers) cancel(c *gin.Context) error {
	return act(c, "purchase.flash_cancelled", h.orders.Cancel)
}

func (h *Handlers) closeShort(c *gin.Context) error {
	return act(c, "purchase.flash_closed", h.orders.CloseShort)
}

// takeBack undoes a delivery that was entered wrongly.
func (h *Handlers) takeBack(c *gin.Context) error {
	f := web.FormOf(c)
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	receipt, reason := f.ID("receipt"), f.String("reason", maxReason)
	if err := f.Err(); err != nil {
		return h.page(c, id, http.StatusUnprocessableEntity)
	}
	return act(c, "purchase.flash_taken_back", func(ctx context.Context, id ident.ID) (purchase.Order, error) {
		return h.orders.TakeBack(ctx, id, receipt, reason)
	})
}

const maxReason = 200

// receipt leads from a delivery to its order: the ledger knows only the delivery.
func (h *Handlers) receipt(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	order, err := h.orders.OrderOf(c.Request.Context(), id)
	if err != nil {
		return err
	}
	return web.Redirect(c, address(purchase.Order{ID: order})+"#receipt-"+id.String())
}

// edit changes the quantities of a draft's lines, or removes the line of the button
// that was pressed.
func (h *Handlers) edit(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	version := f.Int("version", 1, 1<<30)
	removed, _ := f.IntOpt("remove", 1, purchase.MaxLines)
	o, err := h.orders.Order(c.Request.Context(), id)
	if err != nil {
		return err
	}
	var changes []purchase.LineChange
	for _, r := range f.Rows("line", "quantity", "unit") {
		change := purchase.LineChange{Line: r.Int("line", 1, purchase.MaxLines)}
		if change.Line != removed || removed == 0 {
			change.Quantity = base(r, unitOf(o, change.Line, r), r.Quantity("quantity"))
		}
		changes = append(changes, change)
	}
	err = f.Err()
	if err == nil {
		o, err = h.orders.UpdateDraft(c.Request.Context(), id, int64(version), changes)
	}
	if f.Refused(err) {
		return h.page(c, id, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_lines")
	return back(c, o)
}

// receive books what came. Without lines everything owed came as ordered.
func (h *Handlers) receive(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	var in purchase.Receipt
	in.ClientID, _ = f.IDOpt("client_id")
	in.Note = f.Text("note", 1000)
	o, err := h.orders.Order(c.Request.Context(), id)
	if err != nil {
		return err
	}
	for _, r := range f.Rows("line", "quantity", "unit", "lot", "produced", "expiry", "price") {
		in.Lines = append(in.Lines, receiptLine(o, r))
	}
	err = f.Err()
	if err == nil {
		o, err = h.orders.Receive(c.Request.Context(), id, in)
	}
	if f.Refused(err) {
		return h.page(c, id, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	flash := "purchase.flash_received"
	if o.State == purchase.PartReceived {
		flash = "purchase.flash_part_received"
	}
	web.Flash(c, web.Good, flash)
	return back(c, o)
}

// receiptLine reads one row: no quantity says that nothing came, no price that it is
// the ordered one, no unit that both are counted in the base unit.
func receiptLine(o purchase.Order, r *web.Values) purchase.ReceiptLine {
	l := purchase.ReceiptLine{Line: r.Int("line", 1, purchase.MaxLines), Lot: r.String("lot", 60)}
	u := unitOf(o, l.Line, r)
	if q, ok := r.QuantityOpt("quantity"); ok {
		l.Quantity = base(r, u, q)
	}
	if produced, ok := r.DateOpt("produced"); ok {
		l.Produced = &produced
	}
	if expiry, ok := r.DateOpt("expiry"); ok {
		l.Expiry = &expiry
	}
	if price, ok := r.PriceOpt("price"); ok {
		per, err := u.BasePrice(price)
		if err != nil {
			r.Add("price", err)
		}
		l.Price = &per
	}
	return l
}

// unitOf is the unit that a row of a form counts in; without one it is the base unit.
func unitOf(o purchase.Order, line int, r *web.Values) purchase.Shown {
	plain := purchase.Shown{Factor: measure.One}
	code := r.String("unit", 20)
	if code == "" || line < 1 || line > len(o.Lines) {
		return plain
	}
	u, err := o.Lines[line-1].In(code)
	if err != nil {
		r.Add("quantity", err)
		return plain
	}
	return u
}

var errNegative = fault.New(fault.Invalid, "purchase.quantity_negative")

// onQuantity files a fault about the whole form where its sentence is shown.
func onQuantity(err error) error {
	if f, ok := fault.As(err); ok && f.Kind == fault.Invalid && f.Field == "" {
		return f.WithField("quantity")
	}
	return err
}

// base counts a quantity of a row in base units.
func base(r *web.Values, u purchase.Shown, q measure.Quantity) measure.Quantity {
	n, err := u.Base(q)
	if err != nil {
		r.Add("quantity", err)
	}
	return n
}
