package purchaseweb

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// askConfirm is the form for what the supplier promised otherwise.
func (h *Handlers) askConfirm(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.confirmPage(c, id, http.StatusOK)
}

// confirmPage shows it, filled with what was ordered or promised; after a refusal with
// what was typed.
func (h *Handlers) confirmPage(c *gin.Context, id ident.ID, status int) error {
	d, err := h.orders.Document(c.Request.Context(), id, "")
	if err != nil {
		return err
	}
	o, chrome := d.Order, web.Chrome(c)
	if !promises(o) {
		return back(c, o)
	}
	p, f := chrome.T, web.FormOf(c)
	chrome.Title, chrome.Lead, chrome.Active = p.T("purchase.confirm_title"), o.NumberText()+" · "+o.SupplierName, layout.Orders
	chrome.Back = ui.Link{Href: address(o), Text: o.NumberText()}
	m := purchaseviews.ConfirmPage{
		Chrome: chrome, Client: client(c, chrome), Version: strconv.FormatInt(o.Version, 10), Action: address(o) + "/confirm",
		Lead: p.T("purchase.confirm_lead"), Rows: confirmRows(p, d, f), Button: p.T("purchase.confirm_save"),
	}
	if wrong := f.Sentence("quantity"); wrong != "" {
		m.Wrong = wrong
	}
	return web.Render(c, status, purchaseviews.Confirm(m))
}

// promises reports whether a supplier may still promise something else.
func promises(o purchase.Order) bool {
	return o.State == purchase.Sent || o.State == purchase.Confirmed
}

// confirmRows are the lines with what comes of them, when and for how much.
func confirmRows(p *i18n.Printer, d purchase.Document, f *web.Values) []purchaseviews.ConfirmRow {
	o, rows := d.Order, f.Rows("line")
	out := make([]purchaseviews.ConfirmRow, len(o.Lines))
	for i, l := range o.Lines {
		u := d.Shown(l)
		a := purchase.Agreed{Quantity: l.Quantity, Price: l.Price, Day: o.Wanted()}
		if l.Agreed != nil {
			a = *l.Agreed
		}
		typed := len(rows) == len(o.Lines)
		field := func(name, label, value, mode string) ui.FieldModel {
			m := ui.FieldModel{Name: name, ID: web.RowField(name, i), Label: p.T(label), Value: value, Mode: mode, Short: true}
			if typed {
				m.Value, m.Error = rows[i].Value(name), rows[i].Sentence(name)
			}
			return m
		}
		later, laterDay := "", ""
		if a.Later > 0 {
			later, laterDay = p.Typed(u.Quantity(a.Later).Decimal()), a.LaterDay.String()
		}
		out[i] = purchaseviews.ConfirmRow{
			Line: strconv.Itoa(l.Line), Name: l.ProductName, Unit: u.Unit,
			Ordered: p.T("purchase.confirm_ordered", i18n.A("quantity", said(p, u, l.Quantity)), i18n.A("price", per(p, u.Price(l.Price), o.Currency, u.Unit)), i18n.A("day", o.Wanted())),
			Fields: []ui.FieldModel{
				field("quantity", "purchase.confirm_quantity", p.Typed(u.Quantity(a.Quantity).Decimal()), "decimal"),
				field("price", "purchase.price", p.Typed(u.Price(a.Price).Decimal()), "decimal"),
				field("day", "purchase.confirm_day", a.Day.String(), ""),
				field("later", "purchase.confirm_later", later, "decimal"),
				field("later_day", "purchase.confirm_later_day", laterDay, ""),
			},
		}
		out[i].Fields[0].Unit, out[i].Fields[3].Unit = p.Unit(u.Unit, 0), p.Unit(u.Unit, 0)
		out[i].Fields[2].Type, out[i].Fields[4].Type = "date", "date"
	}
	return out
}

// confirmLines reads them; nil when the form has none.
func confirmLines(o purchase.Order, f *web.Values) []purchase.ConfirmLine {
	var out []purchase.ConfirmLine
	for _, r := range f.Rows("line", "quantity", "unit", "price", "day", "later", "later_day") {
		l := purchase.ConfirmLine{Line: r.Int("line", 1, purchase.MaxLines)}
		u := unitOf(o, l.Line, r)
		l.Quantity = base(r, u, r.Quantity("quantity"))
		if l.Line >= 1 && l.Line <= len(o.Lines) {
			l.Price = o.Lines[l.Line-1].Price
		}
		if price, ok := r.PriceOpt("price"); ok {
			per, err := u.BasePrice(price)
			if err != nil {
				r.Add("price", err)
			}
			l.Price = per
		}
		if on, ok := r.DateOpt("day"); ok {
			l.Day = on
		}
		if rest, ok := r.QuantityOpt("later"); ok {
			if l.Later = base(r, u, rest); rest < 0 {
				r.Add("later", errNegative)
			}
		}
		if on, ok := r.DateOpt("later_day"); ok {
			l.LaterDay = on
		}
		out = append(out, l)
	}
	return out
}

// confirm notes that the supplier promised what was ordered or, with lines, something
// else.
func (h *Handlers) confirm(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	version, _ := f.IntOpt("version", 1, 1<<30)
	o, err := h.orders.Order(c.Request.Context(), id)
	if err != nil {
		return err
	}
	lines := confirmLines(o, f)
	if err = f.Err(); err == nil {
		o, err = h.orders.Confirm(c.Request.Context(), id, int64(version), lines)
	}
	if err != nil && len(lines) > 0 && f.Refused(onQuantity(err)) {
		return h.confirmPage(c, id, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "purchase.flash_confirmed")
	return back(c, o)
}

// repeat copies the order into a new draft.
func (h *Handlers) repeat(c *gin.Context) error {
	client, _ := web.FormOf(c).IDOpt("client_id")
	if err := web.FormOf(c).Err(); err != nil {
		return err
	}
	return act(c, "purchase.flash_repeated", func(ctx context.Context, id ident.ID) (purchase.Order, error) {
		return h.orders.Repeat(ctx, id, client)
	})
}

// decline gives a draft that waits for the owner back.
func (h *Handlers) decline(c *gin.Context) error {
	f := web.FormOf(c)
	version, _ := f.IntOpt("version", 1, 1<<30)
	if err := f.Err(); err != nil {
		return err
	}
	return act(c, "purchase.flash_declined", func(ctx context.Context, id ident.ID) (purchase.Order, error) {
		return h.orders.Decline(ctx, id, int64(version))
	})
}

// agreedOf says under a line what was promised instead; nothing where it is as ordered.
func agreedOf(p *i18n.Printer, d purchase.Document, l purchase.OrderLine) (quantity, price string) {
	a, u := l.Agreed, d.Shown(l)
	if a == nil {
		return "", ""
	}
	switch {
	case l.Promised() == 0:
		quantity = p.T("purchase.agreed_none")
	case a.Later > 0:
		quantity = p.T("purchase.agreed_parts", i18n.A("quantity", said(p, u, a.Quantity)), i18n.A("day", p.DateShort(a.Day)),
			i18n.A("later", said(p, u, a.Later)), i18n.A("later_day", p.DateShort(a.LaterDay)))
	default:
		quantity = p.T("purchase.agreed", i18n.A("quantity", said(p, u, a.Quantity)), i18n.A("day", p.DateShort(a.Day)))
	}
	if a.Price != l.Price {
		price = p.T("purchase.agreed_price", i18n.A("price", per(p, u.Price(a.Price), d.Order.Currency, u.Unit)))
	}
	return quantity, price
}

// agreedFacts say what was promised altogether, and why it is not what was ordered.
func agreedFacts(p *i18n.Printer, o purchase.Order) ([]ui.Fact, error) {
	difference, differs, err := o.Difference()
	if err != nil || !differs {
		return nil, err
	}
	cash := func(a money.Amount) string {
		if a > 0 {
			return "+" + p.Money(a, o.Currency)
		}
		return p.Money(a, o.Currency)
	}
	note := ""
	switch d := difference; {
	case d.ByPrice != 0 && d.ByQuantity != 0:
		note = p.T("purchase.agreed_by_both", i18n.A("price", cash(d.ByPrice)), i18n.A("quantity", cash(d.ByQuantity)))
	case d.ByPrice != 0:
		note = p.T("purchase.agreed_by_price", i18n.A("price", cash(d.ByPrice)))
	case d.ByQuantity != 0:
		note = p.T("purchase.agreed_by_quantity", i18n.A("quantity", cash(d.ByQuantity)))
	}
	return []ui.Fact{
		{Term: p.T("purchase.wanted_on"), Text: p.WeekdayDate(o.Wanted())},
		{Term: p.T("purchase.agreed_goods"), Text: p.Money(difference.Agreed, o.Currency), Note: note},
	}, nil
}
