package enquiryweb

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/web"
	enquiryview "buhuo/views/enquiry"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// list shows the enquiries, the newest first.
func (h *Handlers) list(c *gin.Context) error {
	f := web.QueryOf(c)
	q := enquiry.Query{State: enquiry.State(f.Value("state")), Limit: enquiry.DefaultLimit + 1}
	before, _ := f.IntOpt("cursor", 1, 1<<30)
	q.Before = int64(before)
	if f.Err() != nil || q.State != "" && !slices.Contains(enquiry.States(), q.State) {
		return fault.New(fault.Malformed, "enquiry.address_unreadable").WithCause(f.Err())
	}
	found, err := h.enquiries.List(c.Request.Context(), q)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = t.T("enquiry.title"), t.T("enquiry.lead"), layout.Orders
	chrome.Back = ui.Link{Href: "/orders", Text: t.T("enquiry.to_orders")}
	if manager(c) {
		chrome.Actions = []ui.Link{{Href: "/enquiries/new", Text: t.T("enquiry.new"), Icon: "plus", Kind: ui.Primary}}
	}
	m := enquiryview.List{Pager: ui.PagerModel{T: t}, Empty: ui.EmptyModel{Icon: "tag", Title: t.T("enquiry.none"), Text: t.T("enquiry.none_text")}}
	m.Tabs = []ui.Tab{{Href: "/enquiries", Text: t.T("enquiry.all"), Active: q.State == ""}}
	for _, s := range enquiry.States() {
		m.Tabs = append(m.Tabs, ui.Tab{Href: "/enquiries?" + url.Values{"state": {string(s)}}.Encode(), Text: t.T("enquiry.state." + string(s)), Active: q.State == s})
	}
	if len(found) > enquiry.DefaultLimit {
		found = found[:enquiry.DefaultLimit]
		query := c.Request.URL.Query()
		query.Set("cursor", strconv.FormatInt(found[len(found)-1].Number, 10))
		m.Pager.Next = "/enquiries?" + query.Encode()
	}
	for _, e := range found {
		n := e.Counts
		row := enquiryview.ListRow{
			Href: address(e.ID), Number: e.NumberText(), Lines: t.T("enquiry.products", i18n.A("n", n.Lines)), State: state(t, e.State),
			Answers: t.T("enquiry.answers_of", i18n.A("answered", n.Answered), i18n.A("n", n.Asked)), AnswerBy: t.DateShort(e.AnswerBy),
		}
		if e.State == enquiry.Open && e.AnswerBy < web.Today(c) && n.Answered < n.Asked {
			row.Late = t.T("enquiry.overdue")
		}
		m.Rows = append(m.Rows, row)
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, enquiryview.ListPage(m))
}

// state is a state in words, with its tone and sign.
func state(t *i18n.Printer, s enquiry.State) enquiryview.Badge {
	b := enquiryview.Badge{Tone: ui.Info, Icon: "hourglass", Text: t.T("enquiry.state." + string(s))}
	switch s {
	case enquiry.Awarded:
		b.Tone, b.Icon = ui.OK, "check"
	case enquiry.Closed:
		b.Tone, b.Icon = ui.Plain, "close"
	}
	return b
}
