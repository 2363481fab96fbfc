package restockweb

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/restock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

// What can be said to a suggestion; each is a form of its own, with this last word in
// its address.
const (
	toChange = "change"
	toSnooze = "snooze"
	toReject = "reject"
)

// maxReason is how many characters a reason may have.
const maxReason = 160

// ownDate stands for a day of one's own, whenNeeded for half as much again being needed.
const (
	ownDate    = "date"
	whenNeeded = "need"
)

// Days for which putting off and refusing are offered.
var (
	snoozeDays = []int{1, 3, 7, 14}
	rejectDays = []int{14, 30}
)

func (h *Handlers) changeForm(c *gin.Context) error { return h.answerPage(c, toChange, http.StatusOK) }
func (h *Handlers) snoozeForm(c *gin.Context) error { return h.answerPage(c, toSnooze, http.StatusOK) }
func (h *Handlers) rejectForm(c *gin.Context) error { return h.answerPage(c, toReject, http.StatusOK) }

// answerPage asks for one of the three, after a refusal with what was typed.
func (h *Handlers) answerPage(c *gin.Context, word string, status int) error {
	o, v, err := h.outlook(c)
	if err != nil {
		return err
	}
	if !o.Thought {
		return fault.New(fault.NotFound, "restock.suggestion_missing")
	}
	f, chrome, row := web.FormOf(c), web.Chrome(c), o.Row
	chrome.Title, chrome.Active = v.t.T("decision.title", arg("name", o.Product.Name)), layout.Orders
	chrome.Path = answerAddress(o.Product.ID, word)
	chrome.Back = ui.Link{Href: "/suggestions", Text: v.t.T("restock.suggestions_title")}
	m := restockview.Answer{Chrome: chrome, Action: chrome.Path, Client: clientOf(c, chrome), Label: v.t.T("decision.ways"), Why: v.Sentence(row.Reason), Said: v.suggested(row)}
	for _, one := range []string{toChange, toSnooze, toReject} {
		if row.OfferID != nil || one == toSnooze {
			m.Tabs = append(m.Tabs, ui.Tab{Href: answerAddress(o.Product.ID, one), Text: v.t.T("decision.to." + one), Active: one == word})
		}
	}
	m.Save = v.t.T("decision.to." + word)
	m.Reason = ui.SelectModel{Name: "why", Label: v.t.T("decision.why"), Error: f.Sentence("why"), Options: []ui.Option{{Text: v.t.T("decision.why_none")}}}
	said, note := string(row.OverrideWhy), row.OverrideReason
	if f.Given("why") {
		said, note = f.Value("why"), f.Value("reason")
	}
	for _, w := range restock.Whys() {
		m.Reason.Options = append(m.Reason.Options, ui.Option{Value: string(w), Text: v.because(w), Selected: said == string(w)})
	}
	m.Note = ui.FieldModel{Name: "reason", Label: v.t.T("decision.note"), Value: note, Error: f.Sentence("reason"), Max: maxReason}
	switch {
	case row.State == restock.Ordered:
		m.Done = &ui.EmptyModel{Icon: "check", Title: v.t.T("restock.ordered"), Text: v.t.T("restock.ordered_already"), Action: ui.Link{Href: "/orders", Text: v.t.T("restock.orders"), Icon: "receipt"}}
	case row.OfferID == nil && word != toSnooze:
		m.Done = &ui.EmptyModel{Icon: "store", Title: v.t.T("restock.no_supplier"), Text: v.t.T("decision.no_offer")}
	case row.Quantity <= 0 && word == toReject:
		m.Done = &ui.EmptyModel{Icon: "check", Title: v.t.T("restock.nothing_of_this"), Text: v.t.T("decision.nothing_to_reject")}
	case word == toChange:
		m.Save = v.t.T("decision.keep")
		m.Icon, m.Stepper, m.Offer = "edit", v.answerStepper(f, row), row.OfferID.String()
	case word == toSnooze:
		m.Icon, m.Until = "clock", v.until(f, v.t.T("restock.snooze_until"), snoozeDays, strconv.Itoa(snoozeDays[1]))
	default:
		m.Icon, m.Until = "close", v.until(f, v.t.T("decision.reject_until"), rejectDays, whenNeeded)
		m.Until.Options = slices.Insert(m.Until.Options, 0, ui.Option{Value: whenNeeded, Text: v.t.T("decision.until_need"), Selected: chosen(f, whenNeeded) == whenNeeded})
	}
	m.Date = ui.FieldModel{Name: "until", Type: "date", Label: v.t.T("restock.snooze_date"), Value: f.Value("until"), Error: f.Sentence("until"), Short: true}
	return web.Render(c, status, restockview.AnswerPage(m))
}

func answerAddress(id ident.ID, word string) string {
	return "/suggestions/" + id.String() + "/" + word
}

// suggested says what we would order.
func (v voice) suggested(r restock.Row) string {
	if r.Quantity <= 0 {
		return v.t.T("restock.nothing_of_this")
	}
	return v.t.T("decision.suggested", arg("quantity", v.inPacks(r, r.Quantity)))
}

// inPacks is a quantity as the supplier counts it and, where that is another, as the
// shop does.
func (v voice) inPacks(r restock.Row, q measure.Quantity) string {
	amount := v.Amount(q, r.Unit)
	n, err := measure.Convert(q, packOf(r).Factor.Inverse())
	if err != nil || r.PackUnit == r.Unit || !packed(r.PackUnit) {
		return amount
	}
	return v.t.T("restock.dotted", arg("first", v.t.Measured(n, r.PackUnit)), arg("next", amount))
}

// packOf is what a row's quantity is counted in.
func packOf(r restock.Row) measure.Pack {
	if r.Pack.Valid() {
		return measure.Pack{Unit: r.PackUnit, Factor: r.Pack}
	}
	return measure.Pack{Unit: r.Unit, Factor: measure.One}
}

// answerStepper asks for the quantity, in the supplier's packs.
func (v voice) answerStepper(f *web.Values, r restock.Row) *ui.StepperModel {
	if n, err := measure.Convert(r.Chosen(), packOf(r).Factor.Inverse()); err == nil {
		r.PackQuantity = n
	}
	s := v.stepper(&r, 0)
	s.ID, s.Error = "", f.Sentence("packs")
	if f.Given("packs") {
		s.Value = f.Value("packs")
	}
	return &s
}

func chosen(f *web.Values, otherwise string) string {
	if v := f.Value("days"); v != "" {
		return v
	}
	return otherwise
}

// until asks for the day on which a suggestion comes back.
func (v voice) until(f *web.Values, label string, days []int, otherwise string) *ui.SelectModel {
	m := &ui.SelectModel{Name: "days", Label: label, Error: f.Sentence("days")}
	now := chosen(f, otherwise)
	for _, n := range days {
		s := strconv.Itoa(n)
		m.Options = append(m.Options, ui.Option{Value: s, Text: v.t.T("restock.snooze_days", arg("n", n), arg("day", v.near(v.today.Add(n)))), Selected: s == now})
	}
	m.Options = append(m.Options, ui.Option{Value: ownDate, Text: v.t.T("restock.snooze_own"), Selected: now == ownDate})
	return m
}

// because says a reason of the list; "" where none was given.
func (v voice) because(w restock.Why) string {
	if w == "" {
		return ""
	}
	return v.t.T("decision.why." + string(w))
}

// reasons joins a reason of the list and one's own words behind a text.
func (v voice) reasons(text string, w restock.Why, note string) string {
	for _, more := range []string{v.because(w), note} {
		switch {
		case text == "":
			text = more
		case more != "":
			text = v.t.T("restock.dotted", arg("first", text), arg("next", more))
		}
	}
	return text
}

// answered reads what every answer has.
func answered(c *gin.Context, f *web.Values) (restock.Answer, error) {
	id, err := web.PathID(c, "id")
	a := restock.Answer{ProductID: id, Note: f.String("reason", maxReason)}
	var whys []string
	for _, w := range restock.Whys() {
		whys = append(whys, string(w))
	}
	a.Why = restock.Why(f.ChoiceOpt("why", "", whys...))
	var sent bool
	if a.ID, sent = f.IDOpt("client_id"); !sent {
		a.ID = ident.New()
	}
	return a, err
}

// changeOne puts another quantity in the place of ours.
func (h *Handlers) changeOne(c *gin.Context) error {
	f := web.FormOf(c)
	a, err := answered(c, f)
	if err != nil {
		return err
	}
	packs, offer := f.Quantity("packs"), f.ID("offer")
	var quantity measure.Quantity
	if err = f.Err(); err == nil {
		quantity, err = h.asked(c, a.ProductID, offer, packs)
	}
	if err == nil {
		err = h.restock.Change(c.Request.Context(), a, quantity)
	}
	return h.said(c, f, toChange, "decision.flash_changed", err)
}

// asked is a number of packs of an offer in base units.
func (h *Handlers) asked(c *gin.Context, product, offer ident.ID, packs measure.Quantity) (measure.Quantity, error) {
	ids := []ident.ID{product}
	if rows, err := h.lists.Heads(c.Request.Context(), ids); err != nil || len(rows) == 0 {
		return 0, cmp.Or(err, error(fault.New(fault.NotFound, "restock.suggestion_missing")))
	}
	offers, err := h.catalog.Offers(c.Request.Context(), ids)
	if err != nil {
		return 0, err
	}
	for _, o := range offers[product] {
		if o.ID != offer {
			continue
		}
		q, err := fromPacks(packs, o.Pack)
		if e, ok := fault.As(err); ok {
			return 0, e.WithField("packs")
		}
		return q, err
	}
	return 0, fault.New(fault.Conflict, "restock.changed_meanwhile")
}

// snooze puts a suggestion off.
func (h *Handlers) snooze(c *gin.Context) error {
	f := web.FormOf(c)
	a, err := answered(c, f)
	if err != nil {
		return err
	}
	until := untilOf(c, f, snoozeDays)
	if err = f.Err(); err == nil {
		err = h.restock.PutOff(c.Request.Context(), a, until)
	}
	return h.said(c, f, toSnooze, "restock.flash_snoozed", err)
}

// reject refuses a suggestion.
func (h *Handlers) reject(c *gin.Context) error {
	f := web.FormOf(c)
	a, err := answered(c, f)
	if err != nil {
		return err
	}
	var until *day.Date
	if f.Value("days") != whenNeeded {
		until = new(untilOf(c, f, rejectDays))
	}
	if err = f.Err(); err == nil {
		err = h.restock.Reject(c.Request.Context(), a, until)
	}
	return h.said(c, f, toReject, "decision.flash_rejected", err)
}

// said goes back to the list, or to the form when what was said cannot be.
func (h *Handlers) said(c *gin.Context, f *web.Values, word, flash string, err error) error {
	if f.Refused(err) {
		return h.answerPage(c, word, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return web.Redirect(c, "/suggestions")
}

// untilOf reads the day on which a suggestion comes back.
func untilOf(c *gin.Context, f *web.Values, days []int) day.Date {
	options := []string{ownDate}
	for _, n := range days {
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
