package purchaseweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// askReturn is the form for goods that go back.
func (h *Handlers) askReturn(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.returnPage(c, id, http.StatusOK)
}

// returnPage shows it; after a refusal with what was typed.
func (h *Handlers) returnPage(c *gin.Context, id ident.ID, status int) error {
	ctx := c.Request.Context()
	d, err := h.orders.Document(ctx, id, "")
	if err != nil {
		return err
	}
	lots, err := h.orders.Lots(ctx, id)
	if err != nil {
		return err
	}
	o, chrome, f := d.Order, web.Chrome(c), web.FormOf(c)
	lots = slices.DeleteFunc(lots, func(l purchase.Lot) bool { return l.Left <= 0 })
	if len(lots) == 0 {
		return back(c, o)
	}
	p := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = p.T("purchase.return_title"), o.NumberText()+" · "+o.SupplierName, layout.Orders
	chrome.Back = ui.Link{Href: address(o), Text: o.NumberText()}
	m := purchaseviews.ReturnPage{
		Chrome: chrome, Client: client(c, chrome), Action: address(o) + "/return", Wrong: f.Sentence("quantity"),
		Reason: ui.FieldModel{Name: "reason", Label: p.T("purchase.return_reason_label"), Value: f.Value("reason"), Error: f.Sentence("reason"), Max: maxReason, Needed: true},
	}
	rows := f.Rows("lot")
	for i, l := range lots {
		var typed *web.Values
		if len(rows) == len(lots) {
			typed = rows[i]
		}
		m.Rows = append(m.Rows, lotRow(p, d, l, i, typed))
	}
	return web.Render(c, status, purchaseviews.SendBack(m))
}

func lotRow(p *i18n.Printer, d purchase.Document, l purchase.Lot, i int, typed *web.Values) purchaseviews.ConfirmRow {
	ordered := d.Order.Lines[l.Line-1]
	u := d.Shown(ordered)
	field := func(name, label, unit string) ui.FieldModel {
		m := ui.FieldModel{Name: name, ID: web.RowField(name, i), Label: p.T(label), Unit: unit, Mode: "decimal", Short: true}
		if typed != nil {
			m.Value, m.Error = typed.Value(name), typed.Sentence(name)
		}
		return m
	}
	head := p.T("purchase.return_came", i18n.A("day", l.Day), i18n.A("quantity", said(p, u, l.Came)), i18n.A("left", said(p, u, l.Left)), i18n.A("price", per(p, u.Price(l.Price), d.Order.Currency, u.Unit)))
	if l.Code != "" {
		head += " · " + p.T("purchase.lot_of", i18n.A("lot", l.Code))
	}
	return purchaseviews.ConfirmRow{
		Line: l.ID.String(), Name: ordered.ProductName, Ordered: head, Unit: u.Unit,
		Fields: []ui.FieldModel{field("quantity", "purchase.return_quantity", p.Unit(u.Unit, 0)), field("credit", "purchase.return_credit", d.Order.Currency.Code)},
	}
}

// sendBack books goods that go back to the supplier.
func (h *Handlers) sendBack(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f, ctx := web.FormOf(c), c.Request.Context()
	o, err := h.orders.Order(ctx, id)
	if err != nil {
		return err
	}
	lots, err := h.orders.Lots(ctx, id)
	if err != nil {
		return err
	}
	line := map[ident.ID]int{}
	for _, l := range lots {
		line[l.ID] = l.Line
	}
	in := purchase.SendBack{Reason: f.Required("reason", maxReason)}
	in.ClientID, _ = f.IDOpt("client_id")
	for _, r := range f.Rows("lot", "quantity", "unit", "credit") {
		l := purchase.SendBackLine{LotID: r.ID("lot")}
		if q, ok := r.QuantityOpt("quantity"); ok {
			if l.Quantity = base(r, unitOf(o, line[l.LotID], r), q); q < 0 {
				r.Add("quantity", errNegative)
			}
		}
		if credit, ok := r.AmountOpt("credit", o.Currency); ok {
			l.Credit = &credit
		}
		in.Lines = append(in.Lines, l)
	}
	err = f.Err()
	if err == nil {
		o, err = h.orders.SendBack(ctx, id, in)
	}
	if f.Refused(onQuantity(err)) {
		return h.returnPage(c, id, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_returned")
	return back(c, o)
}

// credited notes that the supplier's credit note is here.
func (h *Handlers) credited(c *gin.Context) error {
	f := web.FormOf(c)
	returned, ref := f.ID("return"), f.String("ref", maxReason)
	if err := f.Err(); err != nil {
		return err
	}
	return act(c, "purchase.flash_credited", func(ctx context.Context, id ident.ID) (purchase.Order, error) {
		return h.orders.Credited(ctx, id, returned, ref)
	})
}

// returnsOf say what of the order went back and what was credited.
func (h *Handlers) returnsOf(c *gin.Context, p *i18n.Printer, d purchase.Document) ([]purchaseviews.Return, error) {
	all, err := h.orders.Returns(c.Request.Context(), d.Order.ID)
	if err != nil {
		return nil, err
	}
	manager, _ := rights(c)
	var out []purchaseviews.Return
	for i, r := range all {
		m := purchaseviews.Return{
			ID: r.ID.String(), Head: p.Date(r.BusinessDay) + " · " + p.T("purchase.return_credit_of", i18n.A("credit", i18n.Cash{Amount: r.Credit, Currency: d.Order.Currency})), Reason: r.Reason,
			Open: manager && r.CreditedAt == nil,
			Ref:  ui.FieldModel{Name: "ref", ID: "ref-" + strconv.Itoa(i), Label: p.T("purchase.return_ref"), Max: maxReason},
		}
		if r.CreditedAt != nil {
			m.Credited = p.T("purchase.return_credited", i18n.A("day", h.dayAt(c, *r.CreditedAt))) + noted(r.CreditRef)
		}
		for _, l := range r.Lines {
			ordered := d.Order.Lines[l.Line-1]
			m.Lines = append(m.Lines, ordered.ProductName+" "+said(p, d.Shown(ordered), l.Quantity)+" · "+p.Money(l.Credit, d.Order.Currency))
		}
		out = append(out, m)
	}
	return out, nil
}
