package tradeweb

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
	"buhuo/internal/web"
	"buhuo/views/layout"
	tradeview "buhuo/views/trade"
	"buhuo/views/ui"
)

// stateBadge is a state in words, with its tone and sign.
func stateBadge(t *i18n.Printer, s trade.State) tradeview.Badge {
	b := tradeview.Badge{Tone: ui.Info, Icon: "send"}
	switch s {
	case trade.Confirmed:
		b.Icon = "check"
	case trade.Shipped:
		b.Icon = "truck"
	case trade.Done:
		b.Tone, b.Icon = ui.OK, "check"
	case trade.Refused, trade.Cancelled:
		b.Tone, b.Icon = ui.Watch, "close"
	}
	b.Text = t.T("trade.deal." + string(s))
	return b
}

// inbox lists the orders that came from other shops or, with side=ours, went to them.
func (h *Handlers) inbox(c *gin.Context) error {
	f := web.QueryOf(c)
	mine := f.ChoiceOpt("side", "", "ours") == "ours"
	before, _ := f.IntOpt("before", 1, 1<<52)
	if err := f.Err(); err != nil {
		return fault.New(fault.Malformed, "trade.search_unreadable").WithCause(err)
	}
	list, err := h.trade.Deals(c.Request.Context(), trade.DealQuery{Selling: !mine, Before: day.Micros(before), Limit: trade.MaxDeals + 1})
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Active, chrome.Title, chrome.Lead = layout.Orders, t.T("trade.inbox"), t.T("trade.inbox_lead")
	chrome.Back = ui.Link{Href: "/more", Text: t.T("layout.nav.more")}
	m := tradeview.InboxPage{
		Mine: mine, Tabs: []ui.Tab{{Href: "/inbox", Text: t.T("trade.to_us"), Active: !mine}, {Href: "/inbox?side=ours", Text: t.T("trade.from_us"), Active: mine}},
		Empty: ui.EmptyModel{Icon: "receipt", Title: t.T("trade.inbox_empty"), Text: t.T("trade.inbox_empty_text"),
			Action: ui.Link{Href: "/directory", Text: t.T("trade.directory"), Icon: "sprout"}},
	}
	if len(list) > trade.MaxDeals {
		list = list[:trade.MaxDeals]
		m.Next = "/inbox?before=" + strconv.FormatInt(int64(list[trade.MaxDeals-1].SentAt), 10)
		if mine {
			m.Next += "&side=ours"
		}
	}
	for _, d := range list {
		total, err := d.Total(scopeOf(c).Currency)
		if err != nil {
			return err
		}
		m.Rows = append(m.Rows, tradeview.DealRow{
			Href: "/inbox/" + d.ID.String(), Number: d.Number, Other: other(c, d), Due: t.DateShort(d.Due), Total: t.Money(total, scopeOf(c).Currency),
			Lines: t.T("purchase.line_count", i18n.A("n", len(d.Lines))), State: stateBadge(t, d.State),
		})
	}
	m.Chrome = chrome
	return web.Render(c, http.StatusOK, tradeview.Inbox(m))
}

// selling reports whether the shop of the request is the seller.
func selling(c *gin.Context, d trade.Deal) bool { return scopeOf(c).Shop == d.To }

// other is what the other side is called.
func other(c *gin.Context, d trade.Deal) string {
	if selling(c, d) {
		return d.FromName
	}
	return d.ToName
}

func (h *Handlers) pathDeal(c *gin.Context) (trade.Deal, error) {
	id, err := web.PathID(c, "id")
	if err != nil {
		return trade.Deal{}, err
	}
	return h.trade.Deal(c.Request.Context(), id)
}

func (h *Handlers) deal(c *gin.Context) error {
	d, err := h.pathDeal(c)
	if err != nil {
		return err
	}
	return h.dealPage(c, d, http.StatusOK)
}

// lineUnit is the unit in which people read a line of a deal.
func (h *Handlers) lineUnit(c *gin.Context, l trade.DealLine) shown {
	u := unitOf(trade.Listing{Unit: l.Unit, Price: l.Price, Minimum: l.Quantity}, h.showUnit(c))
	for _, q := range []measure.Quantity{l.Promised, l.Shipped, l.Received} {
		if _, err := measure.Convert(q, u.factor.Inverse()); err != nil {
			return shown{l.Unit, measure.One}
		}
	}
	if back, err := money.PerBase(u.price(l.Agreed), u.factor); err != nil || back != l.Agreed {
		return shown{l.Unit, measure.One}
	}
	return u
}

func (h *Handlers) dealPage(c *gin.Context, d trade.Deal, status int) error {
	chrome := web.Chrome(c)
	t, cur, mine := chrome.T, scopeOf(c).Currency, selling(c, d)
	role := scopeOf(c).Role
	untouched := (d.State == trade.Sent || d.State == trade.Confirmed) && !d.Underway()
	base := "/inbox/" + d.ID.String()
	m := tradeview.DealPage{
		Base: base, Version: strconv.FormatInt(d.Version, 10), Client: client(c, chrome), State: stateBadge(t, d.State), Say: saying(t, d, mine),
		Confirm: mine && untouched && role.AtLeast(tenant.Manager), Refuse: mine && untouched && role.AtLeast(tenant.Manager),
		Ship: mine && d.State == trade.Confirmed && role.AtLeast(tenant.Seller),
	}
	if !mine {
		m.Order = "/orders/" + d.ID.String()
	}
	total, err := d.Total(cur)
	if err != nil {
		return err
	}
	m.Total = t.T("trade.sum", i18n.A("total", t.Money(total, cur)))
	if err := h.dealLines(c, &m, d); err != nil {
		return err
	}
	f := web.FormOf(c)
	due := d.Due.String()
	if f.Given("due") {
		due = f.Value("due")
	}
	m.Due = ui.FieldModel{Name: "due", Label: t.T("trade.due"), Type: "date", Value: due, Error: f.Sentence("due"), Short: true}
	m.Note = ui.FieldModel{Name: "note", Label: t.T("trade.ship_words"), Value: f.Value("note"), Error: f.Sentence("note")}
	m.Reason = ui.FieldModel{Name: "reason", Label: t.T("trade.refuse_reason"), Value: f.Value("reason"), Error: f.Sentence("reason")}
	m.Facts = h.dealFacts(c, d)
	m.Shipments = shipments(c, h, d, mine)
	chrome.Active, chrome.Title, chrome.Lead = layout.Orders, other(c, d), d.Number
	chrome.Back = ui.Link{Href: "/inbox", Text: t.T("trade.inbox")}
	if !mine {
		chrome.Back.Href += "?side=ours"
	}
	m.Chrome = chrome
	return web.Render(c, status, tradeview.Deal(m))
}

func client(c *gin.Context, chrome layout.Chrome) string {
	if sent := web.FormOf(c).Value("client_id"); sent != "" {
		return sent
	}
	return chrome.Client
}

// saying tells what happens next.
func saying(t *i18n.Printer, d trade.Deal, mine bool) string {
	side := "buyer"
	if mine {
		side = "seller"
	}
	key := "trade.next." + side + "." + string(d.State)
	if mine && d.State == trade.Confirmed && !d.Source.IsNil() {
		key = "trade.next.seller.together"
	}
	if !t.Has(key) {
		return ""
	}
	return t.T(key)
}

func (h *Handlers) dealFacts(c *gin.Context, d trade.Deal) []ui.Fact {
	t, cur := web.Printer(c), scopeOf(c).Currency
	freight, due := "", ""
	if d.Freight > 0 {
		freight = t.Money(d.Freight, cur)
	}
	if d.Due != d.Wanted {
		due = t.Date(d.Due)
	}
	tax := t.T("catalog.prices_without_tax")
	if d.PricesIncludeTax {
		tax = t.T("catalog.prices_with_tax")
	}
	return facts(
		ui.Fact{Term: t.T("purchase.order"), Text: d.Number},
		ui.Fact{Term: t.T("trade.buyer"), Text: d.FromName}, ui.Fact{Term: t.T("trade.seller"), Text: d.ToName},
		ui.Fact{Term: t.T("trade.sent_on"), Text: t.Date(day.Of(d.SentAt.Time(), scopeOf(c).Zone))},
		ui.Fact{Term: t.T("trade.wanted"), Text: t.Date(d.Wanted)}, ui.Fact{Term: t.T("trade.due"), Text: due},
		ui.Fact{Term: t.T("catalog.freight"), Text: freight}, ui.Fact{Term: t.T("catalog.prices"), Text: tax},
		ui.Fact{Term: t.T("trade.words"), Text: d.Note}, ui.Fact{Term: t.T("trade.refuse_reason"), Text: d.Reason},
	)
}

// dealLines fills the lines with what stands and what may be typed.
func (h *Handlers) dealLines(c *gin.Context, m *tradeview.DealPage, d trade.Deal) error {
	t, cur, f := web.Printer(c), scopeOf(c).Currency, web.FormOf(c)
	here, own, err := h.here(c, d)
	if err != nil {
		return err
	}
	shipRow := 0
	for i, l := range d.Lines {
		u := h.lineUnit(c, l)
		said := func(q measure.Quantity) string {
			if q == 0 {
				return "—"
			}
			return u.measured(t, q)
		}
		promised, price := l.Promised, l.Agreed
		if d.State == trade.Sent {
			promised, price = l.Quantity, l.Price
		}
		row := tradeview.DealLine{
			Name: l.Name, Code: l.Code, Ordered: said(l.Quantity), Promised: "—", Shipped: said(l.Shipped), Received: said(l.Received),
			Price: u.per(t, price, cur), Here: here[l.ProductID], Line: strconv.Itoa(l.Line), Unit: u.unit,
			Quantity: h.rowField(f, i, "quantity", t.T("trade.promise_quantity"), u.quantity(promised).Decimal(), t.Unit(u.unit, measure.Thousandths)),
			Cost:     h.rowField(f, i, "price", t.T("trade.price"), u.price(price).Decimal(), cur.Code+"/"+t.Unit(u.unit, measure.Thousandths)),
		}
		if d.State != trade.Sent && d.State != trade.Refused {
			row.Promised = said(l.Promised)
		}
		if m.Confirm && l.ProductID.IsNil() {
			row.Product = ui.SelectModel{Name: "product", ID: web.RowField("product", i), Label: t.T("trade.which"), Error: f.Sentence(web.RowField("product", i)), Options: own(l.Unit)}
		}
		if l.Owed() > 0 && !l.ProductID.IsNil() {
			row.Leaves = h.rowField(f, shipRow, "ships", l.Name, u.quantity(l.Owed()).Decimal(), t.Unit(u.unit, measure.Thousandths))
			shipRow++
		}
		m.Lines = append(m.Lines, row)
	}
	return nil
}

func (h *Handlers) rowField(f *web.Values, row int, name, label, known, unit string) ui.FieldModel {
	id := web.RowField(name, row)
	m := ui.FieldModel{Name: name, ID: id, Label: label, Value: f.Typed(known), Error: f.Sentence(id), Mode: "decimal", Short: true, Unit: unit}
	if f.Row(row).Given(name) {
		m.Value = f.Row(row).Value(name)
	}
	return m
}

// here tells the seller how much there is of each product, and gives the products that an
// unknown line could be.
func (h *Handlers) here(c *gin.Context, d trade.Deal) (map[ident.ID]string, func(unit string) []ui.Option, error) {
	if !selling(c, d) {
		return nil, nil, nil
	}
	t := web.Printer(c)
	ids := make([]ident.ID, 0, len(d.Lines))
	for _, l := range d.Lines {
		ids = append(ids, l.ProductID)
	}
	balances, err := h.trade.Here(c.Request.Context(), ids)
	if err != nil {
		return nil, nil, err
	}
	out := map[ident.ID]string{}
	for _, l := range d.Lines {
		if b, ok := balances[l.ProductID]; ok && b.KnownFrom != nil {
			out[l.ProductID] = t.T("trade.here", i18n.A("quantity", h.lineUnit(c, l).measured(t, b.OnHand)))
		}
	}
	listings, err := h.trade.Listings(c.Request.Context())
	return out, func(unit string) []ui.Option {
		options := []ui.Option{{Text: t.T("trade.choose")}}
		for _, l := range listings {
			if l.Unit == unit {
				options = append(options, ui.Option{Value: l.ProductID.String(), Text: l.Name})
			}
		}
		return options
	}, err
}

// inUnit counts what was typed in a row in base units.
func inUnit(r *web.Values, d trade.Deal, line int) shown {
	if line < 1 || line > len(d.Lines) {
		return shown{factor: measure.One}
	}
	code, base := r.String("unit", 20), d.Lines[line-1].Unit
	from, ok := measure.UnitByCode(code)
	to, known := measure.UnitByCode(base)
	if code == base || code == "" || !ok || !known {
		return shown{base, measure.One}
	}
	factor, ok := from.FactorTo(to)
	if !ok {
		return shown{base, measure.One}
	}
	return shown{code, factor}
}

func (h *Handlers) confirm(c *gin.Context) error {
	d, err := h.pathDeal(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	version := f.Int("version", 1, 1<<30)
	var r trade.Reply
	if due, ok := f.DateOpt("due"); ok {
		r.Due = due
	}
	for _, row := range f.Rows("line", "quantity", "price", "unit", "product") {
		p := trade.Promise{Line: row.Int("line", 1, len(d.Lines))}
		u := inUnit(row, d, p.Line)
		p.Quantity = inBase(row, "quantity", row.Quantity("quantity"), u.factor)
		p.Price = perBase(row, "price", row.Price("price"), u.factor)
		p.ProductID, _ = row.IDOpt("product")
		r.Lines = append(r.Lines, p)
	}
	if err = f.Err(); err == nil {
		_, err = h.trade.Confirm(c.Request.Context(), d.ID, int64(version), r)
	}
	return h.answered(c, d, err, "trade.flash_confirmed")
}

// answered leads back to the deal, or shows the form again with what is wrong.
func (h *Handlers) answered(c *gin.Context, d trade.Deal, err error, flash string) error {
	if f := web.FormOf(c); f.Refused(err) {
		return h.dealPage(c, d, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return web.Redirect(c, "/inbox/"+d.ID.String())
}

func (h *Handlers) refuse(c *gin.Context) error {
	d, err := h.pathDeal(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	version, reason := f.Int("version", 1, 1<<30), f.String("reason", trade.MaxAbout)
	if err = f.Err(); err == nil {
		_, err = h.trade.Refuse(c.Request.Context(), d.ID, int64(version), reason)
	}
	return h.answered(c, d, err, "trade.flash_refused")
}
