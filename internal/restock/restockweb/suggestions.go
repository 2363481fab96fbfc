package restockweb

import (
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	restockview "buhuo/views/restock"
	"buhuo/views/ui"
)

const (
	// pageRows are the suggestions on one page: as many as keep it within its 14 KB in
	// every language.
	pageRows = 50
	// maxPages bounds the page number in an address.
	maxPages = 2000
	// snoozedRows are the snoozed ones shown below.
	snoozedRows = 50
	// learnedFrom is how far back deliveries tell a lead time, in days.
	learnedFrom = 90
	// maxBeside is how many characters stand beside a stepper; more stand below.
	maxBeside = 10
)

// suggestions shows what to order, by supplier.
func (h *Handlers) suggestions(c *gin.Context) error { return h.list(c, http.StatusOK) }

func (h *Handlers) list(c *gin.Context, status int) error {
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	notes, made, err := h.presence(c, v)
	if err != nil {
		return err
	}
	totals, err := h.restock.Totals(c.Request.Context())
	if err != nil {
		return err
	}
	page, ok := web.QueryOf(c).IntOpt("page", 1, maxPages)
	if !ok { // a refused form says on which page it stood
		page, _ = web.FormOf(c).IntOpt("page", 1, maxPages)
	}
	page = max(page, 1)
	m := restockview.Suggestions{Chrome: h.suggestionsChrome(c, v), Notes: notes, May: may(c, tenant.Manager)}
	m.Client, m.Page = clientOf(c, m.Chrome), strconv.Itoa(page)
	m.Columns = []ui.Column{
		{Text: v.t.T("restock.col_product")}, {Text: v.t.T("restock.col_stock"), Num: true, Fit: true}, {Text: v.t.T("restock.col_risk"), Fit: true},
		{Text: v.t.T("restock.col_quantity"), Fit: true}, {Text: v.t.T("restock.col_amount"), Num: true, Fit: true},
	}
	m.Labels = restockview.Labels{
		Fill: v.t.T("restock.fill"), Recount: v.t.T("restock.recount"), Reopen: v.t.T("restock.reopen"), Ordered: v.t.T("restock.ordered"),
		Calculation: v.t.T("restock.calculation"), Answer: v.t.T("decision.otherwise"), Ask: v.t.T("enquiry.ask"),
	}
	if err := h.groups(c, v, totals, page, &m); err != nil {
		return err
	}
	if m.May {
		if m.Purse, err = h.purseCard(c, v, totals); err != nil {
			return err
		}
	}
	if len(m.Groups) == 0 && len(m.Snoozed) == 0 {
		m.Empty = v.nothing(made)
	}
	return web.Render(c, status, restockview.SuggestionsPage(m))
}

func (h *Handlers) suggestionsChrome(c *gin.Context, v voice) layout.Chrome {
	chrome := web.Chrome(c)
	chrome.Title, chrome.Active = v.t.T("restock.suggestions_title"), layout.Orders
	chrome.Help = []string{v.t.T("restock.suggestions_help")}
	chrome.Actions = []ui.Link{
		{Href: "/orders", Text: v.t.T("restock.orders"), Icon: "receipt"},
		{Href: decisionsAddress, Text: v.t.T("decision.page"), Icon: "scale", Kind: ui.Quiet},
		{Href: "/suggestions.csv", Text: v.t.T("restock.download"), Icon: "download", Kind: ui.Quiet, Download: true},
	}
	return chrome
}

// clientOf is the id that a form sends against a double submission: after a
// refusal the one that it was sent with.
func clientOf(c *gin.Context, chrome layout.Chrome) string {
	if sent := web.FormOf(c).Value("client_id"); sent != "" {
		return sent
	}
	return chrome.Client
}

func (v voice) nothing(made bool) *ui.EmptyModel {
	if !made {
		return &ui.EmptyModel{
			Icon: "sprout", Title: v.t.T("restock.begin_title"), Text: v.t.T("restock.begin_text"),
			Action: ui.Link{Href: "/import", Text: v.t.T("restock.begin_import"), Icon: "upload", Kind: ui.Primary},
		}
	}
	return &ui.EmptyModel{Icon: "check", Title: v.t.T("restock.nothing_to_order"), Text: v.t.T("restock.nothing_urgent"),
		Other: []ui.Link{{Href: "/products", Text: v.t.T("restock.see_products")}}}
}

// groups fills in the page's suppliers with their products, and the total.
func (h *Handlers) groups(c *gin.Context, v voice, totals []restock.SupplierTotal, page int, m *restockview.Suggestions) error {
	ctx := c.Request.Context()
	shown, offset, listed := window(totals, (page-1)*pageRows, pageRows)
	rows, err := h.restock.Listed(ctx, shown, offset, pageRows)
	if err != nil {
		return err
	}
	measured, err := h.lists.Measured(ctx, v.today.Add(-learnedFrom))
	if err != nil {
		return err
	}
	index := 0
	for _, t := range totals { // rows stand in the order of totals
		begin := index
		for index < len(rows) && sameID(rows[index].SupplierID, t.ID) {
			index++
		}
		if begin == index {
			continue
		}
		g := v.group(t, measured)
		if g.Fill != "" && m.May {
			if err := h.weighShort(ctx, v, t, &g); err != nil {
				return err
			}
		}
		g.Items = make([]restockview.Item, index-begin)
		for i := range g.Items {
			g.Items[i] = v.item(c, &rows[begin+i], begin+i)
		}
		m.Groups = append(m.Groups, g)
	}
	m.Pager = pager(v, "/suggestions?page=", page, listed)
	if m.Bar, err = v.bar(totals, m.May); err != nil {
		return err
	}
	if !slices.ContainsFunc(totals, func(t restock.SupplierTotal) bool { return t.Snoozed > 0 }) {
		return nil
	}
	snoozed, err := h.lists.Snoozed(ctx, snoozedRows)
	for _, r := range snoozed {
		m.Snoozed = append(m.Snoozed, v.snoozed(r))
	}
	return err
}

// window finds the suppliers whose rows a part of the list holds, how many rows of
// the first stand before it, and how many rows there are.
func window(totals []restock.SupplierTotal, offset, limit int) (shown []*ident.ID, skip, listed int) {
	for _, t := range totals {
		begin, end := listed, listed+t.Listed
		listed = end
		if end <= offset || begin >= offset+limit {
			continue
		}
		if len(shown) == 0 {
			skip = offset - begin
		}
		shown = append(shown, t.ID)
	}
	return shown, skip, listed
}

func sameID(a, b *ident.ID) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }

func pager(v voice, address string, page, listed int) ui.PagerModel {
	p := ui.PagerModel{T: v.t}
	if page > 1 {
		p.Prev = address + strconv.Itoa(page-1)
	}
	if page*pageRows < listed {
		p.Next = address + strconv.Itoa(page+1)
	}
	return p
}

// bar is the total of all suppliers, whatever page is shown.
func (v voice) bar(totals []restock.SupplierTotal, mayOrder bool) (*restockview.Bar, error) {
	s, err := addUp(totals)
	if err != nil || s.products == 0 || !mayOrder {
		return nil, err
	}
	b := &restockview.Bar{Label: v.t.T("restock.bar_label"), Total: v.Money(s.cost), Button: v.t.T("restock.make_orders", arg("n", s.suppliers))}
	if s.saving != nil && *s.saving > 0 {
		b.Note = v.t.T("restock.saves", arg("saving", v.Money(*s.saving)))
	}
	return b, nil
}

// group is the head of a supplier's card.
func (v voice) group(t restock.SupplierTotal, measured map[ident.ID][2]int) restockview.Group {
	if t.ID == nil {
		return restockview.Group{Name: v.t.T("restock.no_supplier"), Terms: v.t.T("restock.no_supplier_hint")}
	}
	g := restockview.Group{Name: t.Name, Total: v.Money(t.Cost), Terms: v.terms(t, measured)}
	g.Tone, g.Icon, g.Badge = v.kind(t.Kind)
	if t.Products > 0 {
		g.Ask = "/enquiries/new?supplier=" + t.ID.String()
	}
	if t.MinimumOrder > 0 && t.Products > 0 {
		reached := float64(t.Cost) / float64(t.MinimumOrder)
		g.Meter = &restockview.Meter{Percent: min(reached, 1) * 100, Label: v.minimum(t), Tone: ui.OK}
		if reached < 1 {
			g.Meter.Tone = ui.Watch
			missing := v.Money(t.MinimumOrder - t.Cost)
			g.Short = v.t.T("restock.short_of_minimum", arg("missing", missing), arg("minimum", v.Money(t.MinimumOrder)))
			g.Fill = "/suggestions/" + t.ID.String() + "/fill"
		}
	}
	return g
}

// terms are the supplier's in one line: how long it takes, the least it sells, when
// it takes orders.
func (v voice) terms(t restock.SupplierTotal, measured map[ident.ID][2]int) string {
	text := v.t.T("restock.terms_lead", arg("n", t.LeadTimeDays))
	if days, ok := measured[*t.ID]; ok {
		text = v.t.T("restock.terms_measured", arg("least", days[0]), arg("n", days[1]))
		if days[0] == days[1] {
			text = v.t.T("restock.terms_measured_one", arg("n", days[1]))
		}
	}
	add := func(more string) { text = v.t.T("restock.dotted", arg("first", text), arg("next", more)) }
	if t.MinimumOrder > 0 {
		add(v.minimum(t))
	}
	if t.Freight > 0 {
		switch {
		case t.FreeFreightFrom == nil:
			add(v.t.T("restock.freight", arg("freight", v.Money(t.Freight))))
		case t.Cost < *t.FreeFreightFrom:
			add(v.t.T("restock.freight_until", arg("freight", v.Money(t.Freight)), arg("from", v.Money(*t.FreeFreightFrom))))
		}
	}
	if t.OrderWeekdays != catalog.EveryDay && t.OrderWeekdays != 0 {
		add(v.weekdays(t.OrderWeekdays))
	}
	return text
}

func (v voice) minimum(t restock.SupplierTotal) string {
	least := arg("minimum", v.Money(t.MinimumOrder))
	if t.Products == 0 {
		return v.t.T("restock.minimum", least)
	}
	if t.Cost < t.MinimumOrder {
		return v.t.T("restock.minimum_missing", least, arg("missing", v.Money(t.MinimumOrder-t.Cost)))
	}
	return v.t.T("restock.minimum_reached", least)
}

// weekdays says on which days a supplier takes orders.
func (v voice) weekdays(w catalog.Weekdays) string {
	text := ""
	for i := range 7 {
		d := time.Weekday((i + 1) % 7) // Monday first
		if !w.Has(d) {
			continue
		}
		if text != "" {
			text = v.t.T("restock.list", arg("first", text), arg("next", v.t.Weekday(d)))
		} else {
			text = v.t.Weekday(d)
		}
	}
	return v.t.T("restock.order_days", arg("days", text))
}

// item is one product of a card; after a refusal it holds what was typed.
func (v voice) item(c *gin.Context, r *restock.Row, index int) restockview.Item {
	id := r.ProductID.String()
	i := restockview.Item{
		ID: id, Name: r.Name, Href: "/products/" + id, Why: v.Sentence(withoutTerms(r.Reason)), Trace: "/suggestions/" + id + "/why",
		Stock: v.left(r.Suggestion, r.Unit), Cover: v.cover(r.Suggestion), Tone: tone(r.Suggestion), Risk: v.shortRisk(r.Suggestion),
		Cost: v.Money(r.LineCost), Ordered: r.State == restock.Ordered, Reopen: "/suggestions/" + id + "/reopen",
	}
	if r.OnOrder > 0 {
		i.Cover = v.t.T("restock.on_order", arg("quantity", v.Amount(r.OnOrder, r.Unit)))
	}
	i.Draft = v.draft(r.Reason)
	if r.Saving != nil && *r.Saving != 0 {
		i.Saving = v.t.T("restock.saves", arg("saving", v.Money(*r.Saving)))
		if *r.Saving < 0 {
			i.Saving = v.t.T("restock.dearer", arg("more", v.Money(-*r.Saving)))
		}
	}
	if r.OfferID == nil {
		i.Cost = ""
		return i
	}
	i.Offer = tail(*r.OfferID)
	if r.State == restock.Open {
		i.Answer = answerAddress(r.ProductID, toChange)
	}
	i.Stepper = v.stepper(r, index)
	if utf8.RuneCountInString(i.Stepper.Unit) > maxBeside {
		i.Pack, i.Stepper.Unit = i.Stepper.Unit, ""
	}
	if f := web.FormOf(c); f.Err() != nil { // refused: nothing typed is lost
		if rows := f.Rows("product", "packs"); index < len(rows) && rows[index].Value("product") == id {
			i.Stepper.Value, i.Stepper.Error = rows[index].Value("packs"), rows[index].Sentence("packs")
		}
	}
	if r.Override != nil {
		i.Ours = v.reasons(v.t.T("restock.changed_from"), r.OverrideWhy, r.OverrideReason)
		if r.Purse != nil {
			i.Ours = v.t.T("restock.changed_purse")
		}
	}
	return i
}

// draft leads to the unsent order on which a product stands already, if there is one.
func (v voice) draft(reason []replenish.Message) ui.Link {
	for _, m := range reason {
		if m.Key != restock.MessageDrafted && m.Key != restock.MessageEnoughDrafted && m.Key != restock.MessageAddToDraft {
			continue
		}
		text := map[string]string{}
		for _, a := range m.Args {
			text[a.Name] = a.Text
		}
		return ui.Link{Href: "/orders/" + text["order"], Text: v.t.T("restock.already_drafted", arg("number", text["number"]))}
	}
	return ui.Link{}
}

// withoutTerms leaves out what the head of the card has said of the supplier.
func withoutTerms(reason []replenish.Message) []replenish.Message {
	return slices.DeleteFunc(slices.Clone(reason), func(m replenish.Message) bool { return m.Key == "reason.note_order_value" })
}

// stepper counts in the supplier's packs.
func (v voice) stepper(r *restock.Row, index int) ui.StepperModel {
	s := ui.StepperModel{
		ID: web.RowField("packs", index), Name: "packs", Value: v.t.Typed(r.PackQuantity.Decimal()), Label: r.Name, Unit: v.t.Unit(r.PackUnit, r.PackQuantity),
	}
	if size, err := (measure.Pack{Unit: r.PackUnit, Factor: r.Pack}).Size(); err == nil && packed(r.PackUnit) {
		s.Unit = v.t.T("restock.pack_of", arg("pack", v.t.Unit(r.PackUnit, r.PackQuantity)), arg("content", v.Amount(size, r.Unit)))
	}
	return s
}

// packed reports whether a unit is a pack, whose content must be said: a box, but not a
// jin.
func packed(unit string) bool {
	u, ok := measure.UnitByCode(unit)
	return !ok || !u.Fixed()
}

// snoozed is a suggestion that was put off.
func (v voice) snoozed(r restock.Row) restockview.Line {
	id := r.ProductID.String()
	text := ""
	switch {
	case r.SnoozedUntil == nil:
	case r.Rejected == nil:
		text = v.t.T("restock.snoozed_until", arg("day", v.t.DateShort(*r.SnoozedUntil)))
	case *r.SnoozedUntil == restock.Never:
		text = v.t.T("decision.rejected", arg("quantity", v.Amount(*r.Rejected, r.Unit)))
	default:
		text = v.t.T("decision.rejected_until", arg("quantity", v.Amount(*r.Rejected, r.Unit)), arg("day", v.t.DateShort(*r.SnoozedUntil)))
	}
	text = v.reasons(text, r.OverrideWhy, r.OverrideReason)
	return restockview.Line{Name: r.Name, Href: "/products/" + id, Text: text,
		Action: ui.Link{Href: "/suggestions/" + id + "/reopen", Text: v.t.T("restock.unsnooze"), Label: v.t.T("restock.unsnooze") + " " + r.Name}}
}
