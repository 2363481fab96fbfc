package enquiryweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	enquiryview "buhuo/views/enquiry"
	"buhuo/views/ui"
)

// linkCard is the link by which a supplier answers, for those who send it.
func linkCard(t *i18n.Printer, in enquiry.Invitation, address string) *enquiryview.LinkCard {
	m := &enquiryview.LinkCard{Address: address, Renew: t.T("enquiry.link_make")}
	if address != "" {
		m.Renew, m.Said = t.T("enquiry.link_renew"), t.T("enquiry.link_once")
	}
	if in.ReplyHash != nil {
		m.Said = t.T("enquiry.link_used")
	}
	return m
}

func (h *Handlers) renewLink(c *gin.Context) error {
	return h.relink(c, h.enquiries.RenewLink, "enquiry.flash_link")
}

func (h *Handlers) revokeLink(c *gin.Context) error {
	return h.relink(c, h.enquiries.RevokeLink, "enquiry.flash_link_revoked")
}

func (h *Handlers) relink(c *gin.Context, do func(context.Context, ident.ID) error, flash string) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	if err := do(c.Request.Context(), id); err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return web.Redirect(c, "/invitations/"+id.String())
}

// question is what a supplier sees behind his link.
type question struct {
	enquiry    enquiry.Enquiry
	invitation enquiry.Invitation
	supplier   catalog.Supplier
	products   map[ident.ID]catalog.Product
	shop       string
	voice      voice
}

var errKnocks = fault.New(fault.TooMany, "purchase.link_wait", fault.A("seconds", 60))

// enter opens a supplier's link: from then on the request works for the shop that asks, in
// the language of the supplier.
func (h *Handlers) enter(c *gin.Context) (q question, err error) {
	web.Secretly(c)
	if !h.knocks.Allow("from "+c.RemoteIP(), web.Now(c), 0) {
		return q, errKnocks
	}
	ctx, e, in, err := h.enquiries.Enter(c.Request.Context(), c.Param("token"))
	if err != nil {
		if fault.KindOf(err) == fault.NotFound {
			h.knocks.Allow("from "+c.RemoteIP(), web.Now(c), 1)
		}
		return q, err
	}
	if !h.knocks.Allow("link "+in.ID.String(), web.Now(c), 1) {
		return q, errKnocks
	}
	c.Request = c.Request.WithContext(ctx)
	q.enquiry, q.invitation = e, in
	if q.supplier, err = h.catalog.Supplier(ctx, in.SupplierID); err != nil {
		return q, err
	}
	if q.products, err = h.products(c, e); err != nil {
		return q, err
	}
	web.Speak(c, string(languageOf(q.supplier)))
	scope, err := tenant.Must(ctx)
	if err != nil {
		return q, err
	}
	asking, err := h.shops.Get(ctx)
	q.shop, q.voice = scope.ShopName, voice{t: web.Printer(c), currency: scope.Currency, show: asking.ShowUnit, today: web.Today(c)}
	return q, err
}

// asked shows a supplier what he is asked.
func (h *Handlers) asked(c *gin.Context) error {
	q, err := h.enter(c)
	if err != nil {
		return err
	}
	return h.replyPage(c, q, http.StatusOK, "")
}

// reply takes what a supplier answers.
func (h *Handlers) reply(c *gin.Context) error {
	q, err := h.enter(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	answers := readAnswers(f, q.enquiry, q.products)
	if err = f.Err(); err == nil {
		err = h.enquiries.Reply(c.Request.Context(), q.invitation.LinkID, answers)
	}
	switch {
	case err == nil:
		return web.Redirect(c, c.Request.URL.RequestURI())
	case f.Refused(err):
		return h.replyPage(c, q, http.StatusUnprocessableEntity, f.Sentence("answers"))
	case fault.KindOf(err) == fault.Conflict:
		said, _ := fault.As(err)
		return h.replyPage(c, q, http.StatusConflict, web.Printer(c).Fault(said))
	}
	return err
}

func (h *Handlers) replyPage(c *gin.Context, q question, status int, wrong string) error {
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Lead = q.enquiry.NumberText(), t.T("enquiry.reply_lead", arg("supplier", q.supplier.Name), arg("shop", q.shop))
	chrome.ShopName, chrome.Problems, chrome.Head = q.shop, nil, enquiryview.Unlisted()
	m := enquiryview.Reply{Action: c.Request.URL.RequestURI(), Wrong: wrong, Facts: []ui.Fact{{Term: t.T("enquiry.answer_by"), Text: t.WeekdayDate(q.enquiry.AnswerBy)}}}
	if q.enquiry.Note != "" {
		m.Facts = append(m.Facts, ui.Fact{Term: t.T("enquiry.note"), Text: q.enquiry.Note})
	}
	switch {
	case q.invitation.ReplyHash != nil:
		m.Tone, m.Said = ui.OK, t.T("enquiry.reply_thanks")
	case q.enquiry.State != enquiry.Open:
		m.Tone, m.Said = ui.Info, t.T("enquiry.link_over")
	}
	m.Hint = t.T("enquiry.reply_without_tax")
	if q.supplier.PricesIncludeTax {
		m.Hint = t.T("enquiry.reply_with_tax")
	}
	row := 0
	for _, l := range q.enquiry.Lines {
		switch {
		case m.Said != "":
			m.Lines = append(m.Lines, q.voice.said(l, q.invitation, q.products[l.ProductID]))
		case l.Award == nil: // what the shop typed for him, or what it knows of his terms, is not shown to him
			m.Rows = append(m.Rows, q.voice.answerRow(l, enquiry.Invitation{}, q.products[l.ProductID], nil, f, row))
			row++
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, enquiryview.ReplyPage(m))
}
