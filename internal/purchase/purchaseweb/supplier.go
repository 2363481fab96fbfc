package purchaseweb

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// maxReply is how much a supplier may write to the shop.
const maxReply = 300

// enter opens a supplier's link: from then on the request works for the shop of the
// order, in the language of the supplier.
func (h *Handlers) enter(c *gin.Context) (purchase.Link, purchase.Document, error) {
	web.Secretly(c)
	ctx, l, err := h.orders.Enter(c.Request.Context(), c.Param("token"))
	if err != nil {
		if fault.KindOf(err) == fault.NotFound && !h.knocks.Allow("from "+c.RemoteIP(), web.Now(c), 1) {
			err = errKnocks // who has a link gets in all the same: behind a proxy all have one address
		}
		return l, purchase.Document{}, err
	}
	if !h.knocks.Allow("link "+l.ID.String(), web.Now(c), 1) {
		return l, purchase.Document{}, errKnocks
	}
	c.Request = c.Request.WithContext(ctx)
	o, err := h.orders.Order(ctx, l.OrderID)
	if err != nil {
		return l, purchase.Document{}, err
	}
	web.Speak(c, o.Language)
	d, err := h.orders.Document(c.Request.Context(), l.OrderID, string(web.Lang(c)))
	return l, d, err
}

// supplier shows a supplier his order, with the form to answer.
func (h *Handlers) supplier(c *gin.Context) error {
	l, d, err := h.enter(c)
	if err != nil {
		return err
	}
	return h.supplierPage(c, l, d, http.StatusOK, "")
}

// answer takes what a supplier says.
func (h *Handlers) answer(c *gin.Context) error {
	l, d, err := h.enter(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	r := purchase.Reply{Refused: f.Has("refuse"), Note: f.Text("note", maxReply)}
	if !r.Refused && !f.Has("plain") {
		r.Lines = confirmLines(d.Order, f)
		if len(r.Lines) != len(d.Order.Lines) && f.Err() == nil {
			f.Add("quantity", fault.New(fault.Invalid, "purchase.reply_incomplete"))
		}
		r.Refused = f.Err() == nil && nothing(r.Lines)
	}
	if err = f.Err(); err == nil {
		err = h.orders.Answer(c.Request.Context(), l.ID, r)
	}
	switch {
	case err == nil:
		return web.Redirect(c, c.Request.URL.RequestURI())
	case f.Refused(onQuantity(err)):
		return h.supplierPage(c, l, d, http.StatusUnprocessableEntity, f.Sentence("quantity"))
	case fault.KindOf(err) == fault.Conflict:
		said, _ := fault.As(err)
		return h.supplierPage(c, l, d, http.StatusConflict, web.Printer(c).Fault(said))
	}
	return err
}

// nothing reports whether a supplier promises nothing of any line.
func nothing(lines []purchase.ConfirmLine) bool {
	for _, l := range lines {
		if l.Quantity > 0 || l.Later > 0 {
			return false
		}
	}
	return true
}

func (h *Handlers) supplierPage(c *gin.Context, l purchase.Link, d purchase.Document, status int, wrong string) error {
	o, chrome := d.Order, web.Chrome(c)
	dealt, err := h.orders.Dealt(c.Request.Context(), o.ID)
	if err != nil {
		return err
	}
	p := chrome.T
	chrome.Title, chrome.Lead = p.T("purchase.doc.title")+" "+o.NumberText(), p.T("purchase.supplier_lead", i18n.A("shop", d.Shop), i18n.A("supplier", d.Supplier.Name))
	chrome.ShopName, chrome.Head, chrome.Problems = d.Shop, purchaseviews.Unlisted(), nil
	chrome.Help = []string{p.T("purchase.supplier_help")}
	m := purchaseviews.SupplierPage{Chrome: chrome, Action: c.Request.URL.RequestURI(), Wrong: wrong, Total: ui.Fact{Term: p.T("purchase.total"), Text: p.Money(d.Sums.Payable, o.Currency)}}
	m.Facts = []ui.Fact{{Term: p.T("purchase.doc.due"), Text: p.WeekdayDate(o.Wanted())}}
	if o.SentDay != nil {
		m.Facts = append([]ui.Fact{{Term: p.T("purchase.sent_on"), Text: p.Date(*o.SentDay)}}, m.Facts...)
	}
	if o.Freight != 0 {
		m.Facts = append(m.Facts, ui.Fact{Term: p.T("purchase.freight"), Text: p.Money(o.Freight, o.Currency)})
	}
	if o.Note != "" {
		m.Facts = append(m.Facts, ui.Fact{Term: p.T("purchase.note"), Text: o.Note})
	}
	switch {
	case o.State == purchase.Cancelled:
		m.Tone, m.Said = ui.Watch, p.T("purchase.supplier_cancelled")
	case l.Answer != nil:
		m.Tone, m.Said = ui.OK, p.T("purchase.supplier_answered", i18n.A("day", h.dayOf(c, *l.Answer)))+" "+verdictOf(p, *l.Answer)
	case !o.Answerable():
		m.Tone, m.Said = ui.Info, p.T("purchase.supplier_closed")
	case dealt:
		m.Tone, m.Said = ui.Info, p.T("purchase.supplier_inbox")
		m.Inbox = ui.Link{Href: "/inbox/" + o.ID.String(), Text: p.T("purchase.to_inbox"), Icon: "receipt", Kind: ui.Primary}
	default:
		f := web.FormOf(c)
		m.Rows = confirmRows(p, d, f)
		m.Note = ui.FieldModel{Name: "note", Label: p.T("purchase.reply_note"), Value: f.Value("note"), Error: f.Sentence("note"), Max: maxReply}
		m.Other, m.Why, m.Open = m.Note, m.Note, f.Has("line")
		m.Other.ID, m.Why.ID = "other", "why"
		m.Until = p.T("purchase.supplier_until", i18n.A("day", h.dayAt(c, l.ExpiresAt)))
	}
	m.Lines = supplierLines(p, d, l.Answer)
	return web.Render(c, status, purchaseviews.Supplier(m))
}

// supplierLines are the lines with what the supplier said of them.
func supplierLines(p *i18n.Printer, d purchase.Document, a *purchase.Answer) []purchaseviews.OrderLine {
	d = answered(d, a)
	out := make([]purchaseviews.OrderLine, len(d.Order.Lines))
	for i, l := range d.Order.Lines {
		u := d.Shown(l)
		out[i] = purchaseviews.OrderLine{
			Name: l.ProductName, Code: l.SupplierCode, Quantity: said(p, u, l.Quantity), Packs: packs(p, l, u),
			Price: per(p, u.Price(l.Price), d.Order.Currency, u.Unit), Total: p.Money(l.Total, d.Order.Currency),
		}
		out[i].Agreed, out[i].AgreedPrice = agreedOf(p, d, l)
	}
	return out
}

// answered is the order as it would be by an answer; nil: as it is.
func answered(d purchase.Document, a *purchase.Answer) purchase.Document {
	if a == nil {
		return d
	}
	lines := make([]purchase.OrderLine, len(d.Order.Lines))
	for i, l := range d.Order.Lines {
		l.Agreed = nil
		for _, c := range a.Lines {
			if c.Line == l.Line {
				l.Agreed = &c.Agreed
			}
		}
		lines[i] = l
	}
	d.Order.Lines = lines
	return d
}

// verdictOf says what a supplier answered and what became of it.
func verdictOf(p *i18n.Printer, a purchase.Answer) string {
	return p.T("purchase.said."+string(a.Kind)) + " " + p.T("purchase.verdict."+string(a.Verdict))
}

var errKnocks = fault.New(fault.TooMany, "purchase.link_wait", fault.A("seconds", 60))

// linkCard is the link by which the supplier of an order answers.
func (h *Handlers) linkCard(c *gin.Context, p *i18n.Printer, d purchase.Document, all []purchase.Link) *purchaseviews.LinkCard {
	o := d.Order
	if !h.orders.Linked() || !o.State.Open() || !o.Answerable() && d.Link == "" {
		return nil
	}
	m := &purchaseviews.LinkCard{Address: d.Link, Renew: p.T("purchase.link_make")}
	for _, l := range all {
		if !h.orders.Valid(l) {
			continue
		}
		m.Until, m.Renew, m.Revoke = p.T("purchase.link_until", i18n.A("day", h.dayAt(c, l.ExpiresAt))), p.T("purchase.link_renew"), true
		if l.Answer != nil {
			m.Until = p.T("purchase.link_used")
		}
		break
	}
	return m
}

// answerCard is an answer that waits for the shop; the last one that does not is a fact.
func (h *Handlers) answerCard(c *gin.Context, p *i18n.Printer, d purchase.Document, all []purchase.Link) (*purchaseviews.AnswerCard, []ui.Fact, error) {
	for _, l := range all {
		a := l.Answer
		if a == nil {
			continue
		}
		if a.Verdict != purchase.Open || !d.Order.Answerable() {
			return nil, []ui.Fact{{Term: p.T("purchase.answer"), Text: p.T("purchase.said." + string(a.Kind)), Note: p.T("purchase.verdict_fact."+string(a.Verdict), i18n.A("day", h.dayOf(c, *a))) + noted(a.Note)}}, nil
		}
		m := &purchaseviews.AnswerCard{ID: l.ID.String(), Head: p.T("purchase.answer_head", i18n.A("day", h.dayOf(c, *a))) + " " + p.T("purchase.said."+string(a.Kind)), Note: a.Note}
		if a.Kind == purchase.Refused {
			m.Accept = p.T("purchase.answer_accept_refusal")
			return m, nil, nil
		}
		m.Accept = p.T("purchase.answer_accept")
		would := answered(d, a)
		for _, line := range would.Order.Lines {
			if quantity, price := agreedOf(p, would, line); quantity != "" {
				m.Lines = append(m.Lines, purchaseviews.AnswerLine{Name: line.ProductName, Ordered: said(p, d.Shown(line), line.Quantity) + " · " + per(p, d.Shown(line).Price(line.Price), d.Order.Currency, d.Shown(line).Unit), Quantity: quantity, Price: price})
			}
		}
		facts, err := agreedFacts(p, would.Order)
		if len(facts) > 0 {
			m.Facts = facts[1:]
		}
		return m, nil, err
	}
	return nil, nil, nil
}

func noted(note string) string {
	if note == "" {
		return ""
	}
	return " · " + note
}

// decide accepts or dismisses a supplier's answer.
func (h *Handlers) decide(accept bool) web.Handler {
	flash := "purchase.flash_answer_dismissed"
	if accept {
		flash = "purchase.flash_answer_accepted"
	}
	return func(c *gin.Context) error {
		f := web.FormOf(c)
		link := f.ID("answer")
		if err := f.Err(); err != nil {
			return err
		}
		return act(c, flash, func(ctx context.Context, id ident.ID) (purchase.Order, error) {
			return h.orders.Decide(ctx, id, link, accept)
		})
	}
}

func (h *Handlers) renewLink(c *gin.Context) error {
	return act(c, "purchase.flash_link", h.orders.RenewLink)
}

func (h *Handlers) revokeLink(c *gin.Context) error {
	return act(c, "purchase.flash_link_revoked", h.orders.RevokeLink)
}

// dayAt is the day of an instant in the shop of the request.
func (h *Handlers) dayAt(c *gin.Context, at day.Micros) day.Date {
	if scope, ok := tenant.From(c.Request.Context()); ok && scope.Zone != nil {
		return day.Of(at.Time(), scope.Zone)
	}
	return day.Of(at.Time(), time.UTC)
}

func (h *Handlers) dayOf(c *gin.Context, a purchase.Answer) day.Date { return h.dayAt(c, a.At) }
