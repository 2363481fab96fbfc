package purchaseweb

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

func (h *Handlers) show(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.page(c, id, http.StatusOK)
}

// page shows an order; after a refused form with what was typed.
func (h *Handlers) page(c *gin.Context, id ident.ID, status int) error {
	ctx := c.Request.Context()
	d, err := h.orders.Document(ctx, id, "")
	if err != nil {
		return err
	}
	came, err := h.orders.Deliveries(ctx, id)
	if err != nil {
		return err
	}
	text, err := h.message(d)
	if err != nil {
		return err
	}
	saved, err := h.orders.Savings(ctx, purchase.SavedQuery{Order: id})
	if err != nil {
		return err
	}
	late, err := h.late(ctx, d.Order)
	if err != nil {
		return err
	}
	o, chrome := d.Order, web.Chrome(c)
	p := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = o.NumberText(), o.SupplierName, layout.Orders
	manager, _ := rights(c)
	chrome.Back = ui.Link{Href: "/orders", Text: p.T("purchase.orders_title")}
	m := purchaseviews.OrderPage{
		Chrome: chrome, Client: client(c, chrome), Version: strconv.FormatInt(o.Version, 10), Base: address(o),
		Steps: steps(p, o), Facts: facts(p, d, lateness(p, late, o.ID)), Message: text, Reminder: format.Reminder(d, web.Today(c)), Speech: d.Language, Total: p.Money(d.Sums.Payable, o.Currency),
		Deliveries: deliveries(p, d, came, savedBy(teller{p, o.Currency}, saved), web.FormOf(c), manager),
	}
	papers, err := h.orders.Papers(ctx, o.SupplierID)
	if err != nil {
		return err
	}
	kept, err := h.savingFacts(ctx, teller{p, o.Currency}, o, saved)
	if err != nil {
		return err
	}
	m.Facts = append(m.Facts, kept...)
	m.Documents, m.Data = h.links(p, o, papers)
	for _, f := range h.formats {
		if f.Name() == picture {
			m.Picture = address(o) + f.Extension()
		}
	}
	m.Hand = handed(c, p, o, text)
	if o.Short() > 0 {
		m.Warning = shortOf(p, d)
	}
	dealt, err := h.orders.Dealt(ctx, o.ID)
	if err != nil {
		return err
	}
	if dealt {
		m.Chrome.Actions = append(m.Chrome.Actions, ui.Link{Href: "/inbox/" + o.ID.String(), Text: p.T("trade.from_producer"), Icon: "store"})
	}
	agreed, err := agreedFacts(p, o)
	if err != nil {
		return err
	}
	m.Facts = append(m.Facts, agreed...)
	links, err := h.orders.Links(ctx, o.ID)
	if err != nil {
		return err
	}
	var said []ui.Fact
	if m.Answer, said, err = h.answerCard(c, p, d, links); err != nil {
		return err
	}
	m.Facts, m.Link = append(m.Facts, said...), h.linkCard(c, p, d, links)
	if m.Mail, err = h.mailCard(c, p, d); err != nil {
		return err
	}
	if m.Returns, err = h.returnsOf(c, p, d); err != nil {
		return err
	}
	if err := h.allow(c, &m, p, o); err != nil {
		return err
	}
	if manager && slices.ContainsFunc(came, func(d purchase.Delivery) bool { return !d.TakenBack() }) {
		m.GiveBack = ui.Link{Href: address(o) + "/return", Text: p.T("purchase.return_title"), Icon: "undo"}
	}
	f := web.FormOf(c)
	for i, l := range o.Lines {
		m.Lines = append(m.Lines, line(p, d, l, i, f))
	}
	if _, seller := rights(c); seller && o.State.Can(purchase.Receive) {
		m.Receive = receiveRows(p, d, f, web.Today(c))
	}
	return web.Render(c, status, purchaseviews.Order(m))
}

// handed is the card where sending leads: it says whether the text is on the clipboard.
func handed(c *gin.Context, p *i18n.Printer, o purchase.Order, text string) *purchaseviews.Hand {
	q := web.QueryOf(c)
	if o.State != purchase.Sent || text == "" || !q.Has("share") {
		return nil
	}
	if q.Has("copied") {
		return &purchaseviews.Hand{Said: p.T("purchase.hand_copied"), Text: text}
	}
	return &purchaseviews.Hand{Said: p.T("purchase.flash_sent"), Text: text}
}

// client is the form's id: the one that was sent, if a form was.
func client(c *gin.Context, chrome layout.Chrome) string {
	if sent := web.FormOf(c).Value("client_id"); sent != "" {
		return sent
	}
	return chrome.Client
}

func rights(c *gin.Context) (manager, seller bool) {
	scope, _ := web.Scope(c)
	return scope.Role.AtLeast(tenant.Manager), scope.Role.AtLeast(tenant.Seller)
}

// allow offers what this person may do to an order in this state.
func (h *Handlers) allow(c *gin.Context, m *purchaseviews.OrderPage, p *i18n.Printer, o purchase.Order) error {
	if o.Waits() {
		if err := h.waits(c, m, p, o); err != nil {
			return err
		}
	}
	manager, _ := rights(c)
	if !manager {
		return nil
	}
	m.Decide = true
	m.Edit = o.State == purchase.Draft
	f := web.FormOf(c)
	m.Keep = ui.FieldModel{Name: "name", ID: "template", Label: p.T("purchase.pattern_name"), Hint: p.T("purchase.pattern_hint"), Value: f.Value("name"), Error: f.Sentence("name"), Max: maxTemplate, Needed: true}
	m.Send = o.State.Can(purchase.Send)
	m.TotalNote, m.SendText = p.T("purchase.send_note"), p.T("purchase.send")
	if o.Waits() {
		if m.Decline {
			m.SendText = p.T("purchase.approve")
		} else {
			m.Send = false
		}
	}
	for _, a := range []struct {
		action purchase.Action
		press  ui.Press
		note   string
	}{
		{purchase.Confirm, ui.Press{Text: p.T("purchase.confirm"), Icon: "check"}, p.T("purchase.confirm_note")},
		{purchase.CloseShort, ui.Press{Text: p.T("purchase.close"), Icon: "close", Kind: ui.Danger}, p.T("purchase.close_note")},
		{purchase.Cancel, ui.Press{Text: p.T("purchase.cancel"), Icon: "trash", Kind: ui.Danger}, p.T("purchase.cancel_note")},
	} {
		if o.State.Can(a.action) {
			m.Steer = append(m.Steer, purchaseviews.Act{Action: m.Base + "/" + string(a.action), Press: a.press, Note: a.note})
		}
	}
	if promises(o) {
		m.Promise = ui.Link{Href: m.Base + "/confirm", Text: p.T("purchase.confirm_otherwise"), Icon: "edit"}
	}
	if o.State != purchase.Draft {
		m.Steer = append(m.Steer, purchaseviews.Act{
			Action: m.Base + "/repeat", Press: ui.Press{Text: p.T("purchase.repeat"), Icon: "copy"}, Note: p.T("purchase.repeat_note"),
		})
	}
	return nil
}

// waits says who asked the owner to send the order, and when; to the owner, that it is
// for him to decide.
func (h *Handlers) waits(c *gin.Context, m *purchaseviews.OrderPage, p *i18n.Printer, o purchase.Order) error {
	who, err := h.called(c.Request.Context(), o.AskedBy)
	if err != nil {
		return err
	}
	if who == "" {
		who = p.T("purchase.somebody")
	}
	scope, _ := web.Scope(c)
	key := "purchase.waits"
	if m.Decline = scope.Role.AtLeast(tenant.Owner); m.Decline {
		key = "purchase.waits_you"
	}
	m.Waits = p.T(key, i18n.A("name", who), i18n.A("at", p.DateTime(o.AskedAt.Time().In(zoneOf(scope)))))
	return nil
}

// zoneOf is where the shop's clock stands.
func zoneOf(scope tenant.Scope) *time.Location {
	if scope.Zone == nil {
		return time.UTC
	}
	return scope.Zone
}

// steps are the states that the order has passed, the one it is in, and the ones
// before it.
func steps(p *i18n.Printer, o purchase.Order) []purchaseviews.State {
	way := []purchase.State{purchase.Draft, purchase.Sent}
	if o.ConfirmedAt != nil || o.State == purchase.Sent {
		way = append(way, purchase.Confirmed)
	}
	switch o.State {
	case purchase.Cancelled:
		way = []purchase.State{purchase.Draft, purchase.Cancelled}
		if o.SentDay != nil {
			way = []purchase.State{purchase.Draft, purchase.Sent, purchase.Cancelled}
		}
	case purchase.PartReceived, purchase.ClosedShort:
		way = append(way, purchase.PartReceived)
		if o.State == purchase.ClosedShort {
			way = append(way, purchase.ClosedShort)
		} else {
			way = append(way, purchase.Received)
		}
	default:
		way = append(way, purchase.Received)
	}
	out := make([]purchaseviews.State, len(way))
	passed := true
	for i, s := range way {
		out[i] = stateOf(p, s)
		switch {
		case s == o.State:
			passed = false
		case passed:
			out[i].Tone, out[i].Icon = ui.OK, "check"
		default:
			out[i].Tone, out[i].Icon = ui.Plain, "hourglass"
		}
	}
	return out
}

func facts(p *i18n.Printer, d purchase.Document, late string) []ui.Fact {
	o := d.Order
	out := []ui.Fact{
		{Term: p.T("purchase.supplier"), Text: o.SupplierName, Note: d.Supplier.Phone},
		{Term: p.T("purchase.made"), Text: p.Date(o.CreatedDay)},
	}
	if o.SentDay != nil {
		out = append(out, ui.Fact{Term: p.T("purchase.sent_on"), Text: p.Date(*o.SentDay)})
	}
	out = append(out, ui.Fact{Term: p.T("purchase.due"), Text: p.WeekdayDate(o.DueDay), Note: late},
		ui.Fact{Term: p.T("purchase.goods"), Text: p.Money(o.Total, o.Currency)})
	if d.Sums.Taxed && !o.PricesIncludeTax {
		out = append(out, ui.Fact{Term: p.T("purchase.tax"), Text: p.Money(d.Sums.Tax, o.Currency)})
	}
	if o.Freight != 0 {
		out = append(out, ui.Fact{Term: p.T("purchase.freight"), Text: p.Money(o.Freight, o.Currency)})
	}
	out = append(out, ui.Fact{Term: p.T("purchase.total"), Text: p.Money(d.Sums.Payable, o.Currency)})
	if o.Note != "" {
		out = append(out, ui.Fact{Term: p.T("purchase.note"), Text: o.Note})
	}
	return out
}

// The formats that the page shows in place.
const (
	text    = "txt"
	picture = "png"
)

// links lead to the documents that people send, and to those that programs read.
// A supplier who wants a file his way has it first.
func (h *Handlers) links(p *i18n.Printer, o purchase.Order, papers purchase.Papers) (people, data []ui.Link) {
	const his = "?layout=supplier"
	if len(papers.Template) > 0 && papers.Places.Placed() {
		people = append(people, ui.Link{Href: address(o) + ".xlsx" + his, Text: p.T("purchase.his_template"), Note: papers.TemplateName, Icon: "download"})
	}
	if len(papers.Columns) > 0 {
		people = append(people, ui.Link{Href: address(o) + ".csv" + his, Text: p.T("purchase.his_columns"), Icon: "download"})
	}

	icons := map[string]string{"pdf": "file", "html": "print", picture: "share", text: "text"}
	for _, f := range h.formats {
		icon := icons[f.Name()]
		if icon == "" {
			icon = "download"
		}
		link := ui.Link{Href: address(o) + f.Extension(), Text: p.T("purchase.format." + f.Name()), Icon: icon}
		switch f.Name() {
		case "csv", "xml", "json", text:
			data = append(data, link)
		default:
			people = append(people, link)
		}
	}
	return people, data
}

func line(p *i18n.Printer, d purchase.Document, l purchase.OrderLine, i int, f *web.Values) purchaseviews.OrderLine {
	o, u := d.Order, d.Shown(l)
	out := purchaseviews.OrderLine{
		Line: strconv.Itoa(l.Line), Name: l.ProductName, Code: l.ProductCode, Product: "/products/" + l.ProductID.String(), UnitCode: u.Unit,
		Quantity: said(p, u, l.Quantity), Packs: packs(p, l, u), Price: per(p, u.Price(l.Price), o.Currency, u.Unit), Total: p.Money(l.Total, o.Currency),
		Received: said(p, u, l.Received), Field: web.RowField("quantity", i), Value: p.Typed(u.Quantity(l.Quantity).Decimal()),
		Unit: said(p, u, l.Quantity), Step: "1",
	}
	out.Agreed, out.AgreedPrice = agreedOf(p, d, l)
	if out.Packs != "" {
		out.Unit += " · " + out.Packs
	}
	out.Owed = missing(p, o, l, u)
	if size, err := l.Pack.Size(); err == nil && size > 0 {
		out.Step = u.Quantity(size).Decimal()
	}
	if o.State != purchase.Draft {
		return out
	}
	if rows := f.Rows("line"); i < len(rows) && rows[i].Value("line") == out.Line {
		out.Value = rows[i].Value("quantity")
		out.Error = rows[i].Sentence("quantity")
	}
	return out
}
