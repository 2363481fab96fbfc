package enquiryweb

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	enquiryview "buhuo/views/enquiry"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

func arg(name string, value any) i18n.Arg { return i18n.A(name, value) }

func (h *Handlers) show(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.page(c, id, http.StatusOK)
}

// page shows an enquiry and compares its answers; after a refusal with what was chosen.
func (h *Handlers) page(c *gin.Context, id ident.ID, status int) error {
	ctx := c.Request.Context()
	e, err := h.enquiries.Enquiry(ctx, id)
	if err != nil {
		return err
	}
	lines, err := h.enquiries.Compare(ctx, e)
	if err != nil {
		return err
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	orders, err := h.awarded(ctx, e)
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Help = e.NumberText(), layout.Orders, []string{t.T("enquiry.help")}
	chrome.Back = ui.Link{Href: "/enquiries", Text: t.T("enquiry.title")}
	m := enquiryview.Show{
		Client: client(c, chrome.Client), Version: strconv.FormatInt(e.Version, 10), Base: address(e.ID), State: state(t, e.State),
		Facts: v.facts(e), Wrong: f.Sentence("award"),
	}
	for _, in := range e.Invitations {
		m.Invited = append(m.Invited, v.invited(e, in))
	}
	open := e.State == enquiry.Open && manager(c)
	for _, l := range lines {
		m.Lines = append(m.Lines, v.line(l, orders, open, f))
		m.Award = m.Award || m.Lines[len(m.Lines)-1].Choose
	}
	m.Close = open
	m.Chrome = chrome
	return web.Render(c, status, enquiryview.ShowPage(m))
}

// awarded reads the orders that an enquiry led to.
func (h *Handlers) awarded(ctx context.Context, e enquiry.Enquiry) (map[ident.ID]purchase.Order, error) {
	out := map[ident.ID]purchase.Order{}
	for _, l := range e.Lines {
		if l.Award == nil {
			continue
		}
		if _, ok := out[l.Award.OrderID]; ok {
			continue
		}
		o, err := h.orders.Order(ctx, l.Award.OrderID)
		if err != nil {
			return nil, err
		}
		out[o.ID] = o
	}
	return out, nil
}

func (v voice) facts(e enquiry.Enquiry) []ui.Fact {
	out := []ui.Fact{{Term: v.t.T("enquiry.made"), Text: v.t.Date(e.CreatedDay)}, {Term: v.t.T("enquiry.answer_by"), Text: v.t.WeekdayDate(e.AnswerBy)}}
	if e.Note != "" {
		out = append(out, ui.Fact{Term: v.t.T("enquiry.note"), Text: e.Note})
	}
	return out
}

// invited leads to a supplier's message and answers.
func (v voice) invited(e enquiry.Enquiry, in enquiry.Invitation) ui.Link {
	l := ui.Link{Href: "/invitations/" + in.ID.String(), Text: in.SupplierName, Icon: "hourglass", Note: v.t.T("enquiry.no_answer")}
	if in.AnsweredAt != nil {
		l.Icon, l.Note = "check", v.t.T("enquiry.answered_lines", arg("answered", len(in.Answers)), arg("n", len(e.Lines)))
	} else if e.State == enquiry.Open && e.AnswerBy < v.today {
		l.Icon, l.Note = "alert", v.t.T("enquiry.overdue")
	}
	return l
}

// line is one product with everybody's answers; with a choice where one can be made.
func (v voice) line(l enquiry.Compared, orders map[ident.ID]purchase.Order, open bool, f *web.Values) enquiryview.Line {
	field := enquiry.AwardField(l.Line.Line)
	out := enquiryview.Line{
		Name: l.ProductName, Code: l.ProductCode, Href: "/products/" + l.ProductID.String(), Quantity: v.amount(l.Quantity, l.Unit), Field: field, Wrong: f.Sentence(field),
	}
	if l.Award != nil {
		o := orders[l.Award.OrderID]
		out.Awarded = v.t.T("enquiry.awarded_to", arg("name", o.SupplierName))
		out.Order = ui.Link{Href: "/orders/" + o.ID.String(), Text: o.NumberText()}
	}
	out.Columns = v.columns(l)
	out.Choose = open && l.Award == nil && len(l.Quotes) > 0 && l.Quotes[0].Usable()
	chosen := f.Value(field)
	for _, q := range l.Quotes {
		row := v.quote(l, q)
		if out.Choose && q.Usable() {
			row.Value = q.Invitation.ID.String()
			row.Checked = row.Value == chosen || !f.Given(field) && q.Cheapest && l.Better()
		}
		row.Mine = l.Award != nil && l.Award.InvitationID == q.Invitation.ID
		out.Rows = append(out.Rows, row)
	}
	out.NobodyChosen = f.Given(field) && chosen == "" || !f.Given(field) && !l.Better()
	if p := l.Present; p != nil {
		if less, ok := l.Saves(); ok && less > 0 {
			out.Beside = v.t.T("enquiry.below_present", arg("name", p.SupplierName), arg("amount", v.t.Money(less, v.currency)))
		} else if ok && less < 0 {
			out.Beside = v.t.T("enquiry.above_present", arg("name", p.SupplierName), arg("amount", v.t.Money(-less, v.currency)))
		}
		known := false
		for i, q := range l.Quotes {
			if q.Supplier.ID == p.SupplierID {
				out.Rows[i].Badges, known = append(out.Rows[i].Badges, v.presentBadge()), true
			}
		}
		if !known {
			u := v.in(l.Unit, l.Quantity)
			out.Rows = append(out.Rows, enquiryview.Row{
				Supplier: p.SupplierName, Href: "/suppliers/" + p.SupplierID.String(), Badges: []enquiryview.Badge{v.presentBadge()}, Notes: []string{v.t.T("enquiry.not_asked")},
				Price: v.per(p.Offer.PriceAt(l.Quantity), u), Each: v.cost(p.Landed, l.Quantity, l.Unit), Landed: v.t.Money(p.Landed, v.currency), Buy: "–", Days: "–", Until: "–",
			})
		}
	}
	return out
}

// columns name the figures of a line; what a unit costs says which unit.
func (v voice) columns(l enquiry.Compared) []ui.Column {
	t, unit := v.t, v.t.Unit(v.in(l.Unit, l.Quantity).Unit, measure.Thousandths)
	return []ui.Column{
		{Text: t.T("enquiry.supplier")}, {Text: t.T("enquiry.price"), Num: true, Fit: true}, {Text: t.T("enquiry.buy"), Num: true, Fit: true},
		{Text: t.T("enquiry.landed_each", arg("unit", unit)), Num: true, Fit: true}, {Text: t.T("enquiry.landed"), Num: true, Fit: true},
		{Text: t.T("enquiry.lead_days"), Num: true, Fit: true}, {Text: t.T("enquiry.until"), Num: true, Fit: true},
	}
}

func (v voice) presentBadge() enquiryview.Badge {
	return enquiryview.Badge{Tone: ui.Info, Icon: "store", Text: v.t.T("enquiry.present")}
}

// quote is what one supplier answered to a line.
func (v voice) quote(l enquiry.Compared, q enquiry.Quote) enquiryview.Row {
	row := enquiryview.Row{Supplier: q.Supplier.Name, Href: "/invitations/" + q.Invitation.ID.String()}
	if q.Before != nil {
		row.Notes = append(row.Notes, v.t.T("enquiry.before", arg("price", v.each(*q.Before, l.Quantity, l.Unit))))
	}
	switch {
	case !q.Answered:
		row.Silent = v.t.T("enquiry.no_answer")
		return row
	case q.Answer.Cannot:
		row.Silent = v.t.T("enquiry.cannot")
		return row
	}
	a := q.Answer
	if q.Cheapest && l.Award == nil {
		row.Badges = append(row.Badges, enquiryview.Badge{Tone: ui.OK, Icon: "check", Text: v.t.T("enquiry.cheapest")})
	}
	if q.Lapsed {
		row.Badges = append(row.Badges, enquiryview.Badge{Tone: ui.Watch, Icon: "clock", Text: v.t.T("enquiry.lapsed")})
	}
	tax := "enquiry.without_tax"
	if q.Supplier.PricesIncludeTax {
		tax = "enquiry.with_tax"
	}
	row.Price, row.Tax = v.written(a, l.Product), v.t.T(tax)
	row.Buy, row.Each, row.Landed = v.amount(q.Buy, l.Unit), v.cost(q.Landed, l.Quantity, l.Unit), v.t.Money(q.Landed, v.currency)
	days := q.Supplier.LeadTimeDays
	if a.LeadDays != nil {
		days = *a.LeadDays
	}
	row.Days = v.t.T("enquiry.days", arg("n", days))
	row.Until = "–"
	if a.Until != nil {
		row.Until = v.t.DateShort(*a.Until)
	}
	return row
}

// written is a price as the supplier wrote it: per the unit that he wrote it for.
func (v voice) written(a enquiry.Answer, p catalog.Product) string {
	factor, ok := p.Factor(a.Unit)
	if !ok {
		return v.per(a.Price, purchase.Shown{Unit: p.BaseUnit, Factor: measure.One})
	}
	return v.per(a.Price, purchase.Shown{Unit: a.Unit, Factor: factor})
}

// choices reads to whom the lines are given; lines that nobody is chosen for are left out.
func choices(f *web.Values, e enquiry.Enquiry) []enquiry.Choice {
	var out []enquiry.Choice
	for _, l := range e.Lines {
		if id, ok := f.IDOpt(enquiry.AwardField(l.Line)); ok {
			out = append(out, enquiry.Choice{Line: l.Line, InvitationID: id})
		}
	}
	return out
}

// award gives lines to suppliers.
func (h *Handlers) award(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx, f := c.Request.Context(), web.FormOf(c)
	e, err := h.enquiries.Enquiry(ctx, id)
	if err != nil {
		return err
	}
	chosen := choices(f, e)
	version := f.Int("version", 1, 1<<30)
	if err = f.Err(); err == nil {
		_, err = h.enquiries.Award(ctx, id, int64(version), chosen)
	}
	if status := refusal(f, err); status != 0 {
		return h.page(c, id, status)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "enquiry.flash_awarded")
	return web.Redirect(c, address(id))
}

// close gives up what nobody has.
func (h *Handlers) close(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.enquiries.Close(c.Request.Context(), id); err != nil {
		return err
	}
	web.Flash(c, web.Good, "enquiry.flash_closed")
	return web.Redirect(c, address(id))
}
