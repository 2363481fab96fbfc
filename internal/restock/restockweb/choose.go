package restockweb

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// why shows the whole calculation of one suggestion.
func (h *Handlers) why(c *gin.Context) error {
	o, v, err := h.outlook(c)
	if err != nil {
		return err
	}
	if !o.Thought {
		return fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.why_title", arg("name", o.Product.Name)), layout.Orders
	chrome.Back = ui.Link{Href: "/suggestions", Text: v.t.T("restock.suggestions_title")}
	return web.Render(c, http.StatusOK, restockview.TracePage(restockview.Trace{Chrome: chrome, Why: v.Sentence(o.Row.Reason), Steps: v.steps(o)}))
}

// steps are the sentences of a trace.
func (v voice) steps(o restock.Outlook) []string {
	var out []string
	for _, m := range slices.Concat(o.Row.Trace.Steps, o.Row.Trace.Compared()) {
		if s := v.Say(m); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// outlook reads the product of the address.
func (h *Handlers) outlook(c *gin.Context) (restock.Outlook, voice, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return restock.Outlook{}, voice{}, err
	}
	v, err := h.voice(c)
	if err != nil {
		return restock.Outlook{}, v, err
	}
	o, err := h.restock.Outlook(c.Request.Context(), id)
	return o, v, err
}

// Days that a snooze is offered for; "date" stands for a day of one's own.
var snoozeDays = []int{1, 3, 7, 14}

const ownDate = "date"

func (h *Handlers) snoozeForm(c *gin.Context) error { return h.snoozePage(c, http.StatusOK) }

func (h *Handlers) snoozePage(c *gin.Context, status int) error {
	o, v, err := h.outlook(c)
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	id := o.Product.ID.String()
	chrome.Title, chrome.Active = v.t.T("restock.snooze_title", arg("name", o.Product.Name)), layout.Orders
	chrome.Path = "/suggestions/" + id + "/snooze"
	chrome.Back = ui.Link{Href: "/suggestions", Text: v.t.T("restock.suggestions_title")}
	m := restockview.Snooze{
		Chrome: chrome, Action: chrome.Path, Client: clientOf(c, chrome), Why: v.Sentence(o.Row.Reason), Save: v.t.T("restock.snooze"),
		Until:  ui.SelectModel{Name: "days", Label: v.t.T("restock.snooze_until"), Error: f.Sentence("days")},
		Date:   ui.FieldModel{Name: "until", Type: "date", Label: v.t.T("restock.snooze_date"), Value: f.Value("until"), Error: f.Sentence("until"), Short: true},
		Reason: ui.FieldModel{Name: "reason", Label: v.t.T("restock.snooze_reason"), Value: f.Value("reason"), Error: f.Sentence("reason"), Max: maxReason},
	}
	chosen := f.Value("days")
	if chosen == "" {
		chosen = strconv.Itoa(snoozeDays[1])
	}
	for _, n := range snoozeDays {
		s := strconv.Itoa(n)
		m.Until.Options = append(m.Until.Options, ui.Option{Value: s, Text: v.t.T("restock.snooze_days", arg("n", n), arg("day", v.near(v.today.Add(n)))), Selected: s == chosen})
	}
	m.Until.Options = append(m.Until.Options, ui.Option{Value: ownDate, Text: v.t.T("restock.snooze_own"), Selected: chosen == ownDate})
	return web.Render(c, status, restockview.SnoozePage(m))
}

const maxReason = 160

// snooze puts a suggestion off.
func (h *Handlers) snooze(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	until, a := untilOf(c, f), restock.Answer{ProductID: id, Note: f.String("reason", maxReason)}
	var sent bool
	if a.ID, sent = f.IDOpt("client_id"); !sent {
		a.ID = ident.New()
	}
	if err = f.Err(); err == nil {
		err = h.restock.PutOff(c.Request.Context(), a, until)
	}
	if f.Refused(err) {
		return h.snoozePage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "restock.flash_snoozed")
	return web.Redirect(c, "/suggestions")
}

// untilOf reads the day on which a suggestion comes back.
func untilOf(c *gin.Context, f *web.Values) day.Date {
	options := []string{ownDate}
	for _, n := range snoozeDays {
		options = append(options, strconv.Itoa(n))
	}
	chosen := f.Choice("days", options...)
	if n, err := strconv.Atoi(chosen); err == nil {
		return web.Today(c).Add(n)
	}
	if chosen == ownDate {
		return f.Date("until")
	}
	return day.None
}

func pageAddress(page int) string { return "/suggestions?page=" + strconv.Itoa(page) }

func productAddress(id ident.ID) string { return "/products/" + id.String() }
