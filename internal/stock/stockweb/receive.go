package stockweb

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/web"
	"buhuo/views/layout"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

const (
	receivePath = "/stock/receive"
	harvestPath = "/stock/harvest"
)

// incoming is which of the two forms a visit is about: goods that somebody brought, or
// one's own harvest, which costs nothing but what is said.
type incoming struct {
	path, title, flash string
	kind               stock.Kind
}

func incomingOf(c *gin.Context) incoming {
	if c.Request.URL.Path == harvestPath {
		return incoming{harvestPath, "stock.harvest_title", "stock.flash_harvested", stock.Harvest}
	}
	return incoming{receivePath, "stock.receive_title", "stock.flash_received", stock.Receipt}
}

// maxReceived is how many products one form may bring in.
const maxReceived = 100

// delivery is what the form of goods without an order holds.
type delivery struct {
	subjects []subject
	fresh    int    // the row that was just added; -1: none
	search   string // what was typed to find another product
	found    []catalog.Product
}

func (h *Handlers) receiveForm(c *gin.Context) error {
	if ok, err := h.chosen(c, web.Printer(c).T(incomingOf(c).title)); !ok {
		return err
	}
	s, err := h.subject(c, web.QueryOf(c))
	if err != nil {
		return err
	}
	return h.receivePage(c, http.StatusOK, delivery{subjects: []subject{s}})
}

// receive takes goods that come without an order: one product or several. The buttons
// that add or remove one show the form again with all that was typed.
func (h *Handlers) receive(c *gin.Context) error {
	f := web.FormOf(c)
	rows := f.Rows("product", "quantity", "unit", "cost", "paid", "lot", "expiry")
	d := delivery{fresh: -1}
	for _, r := range rows {
		s, err := h.subject(c, r)
		if err != nil {
			return err
		}
		d.subjects = append(d.subjects, s)
	}
	if f.Has("find") || f.Has("add") || f.Has("drop") {
		return h.rearrange(c, f, d)
	}
	if len(d.subjects) == 0 && f.Err() == nil {
		return fault.New(fault.NotFound, "catalog.product_missing")
	}
	r, err := h.readReceipt(c, f, rows, d)
	if err != nil {
		return err
	}
	if err = f.Err(); err == nil {
		err = ofRows(h.stock.Receive(c.Request.Context(), r))
	}
	if f.Refused(err) {
		return h.receivePage(c, http.StatusUnprocessableEntity, d)
	}
	if err != nil {
		return err
	}
	in := incomingOf(c)
	web.Flash(c, web.Good, in.flash)
	return web.Redirect(c, in.path)
}

// rearrange shows the form with a product more or less.
func (h *Handlers) rearrange(c *gin.Context, f *web.Values, d delivery) error {
	ctx := c.Request.Context()
	if drop, err := strconv.Atoi(f.Value("drop")); err == nil && drop >= 0 && drop < len(d.subjects) && len(d.subjects) > 1 {
		d.subjects = slices.Delete(d.subjects, drop, drop+1)
		f.Drop(drop, rowFields...)
		return h.receivePage(c, http.StatusOK, d)
	}
	p, err := catalog.Product{}, error(nil)
	if id, ok := f.IDOpt("add"); ok {
		p, err = h.catalog.Product(ctx, id)
	} else if d.search = f.String("q", catalog.MaxName); d.search != "" {
		p, err = h.catalog.Find(ctx, d.search)
	}
	switch {
	case err == nil && !p.ID.IsNil() && !p.Archived:
		if len(d.subjects) < maxReceived {
			s, err := h.subjectOf(ctx, p)
			if err != nil {
				return err
			}
			d.search, d.fresh, d.subjects = "", len(d.subjects), append(d.subjects, s)
		}
	case err != nil && fault.KindOf(err) != fault.NotFound && fault.KindOf(err) != fault.Invalid:
		return err
	case d.search != "":
		list, err := h.catalog.List(ctx, catalog.Query{Text: d.search, Limit: maxFound})
		if err != nil {
			return err
		}
		d.found = list.Products
	}
	return h.receivePage(c, http.StatusOK, d)
}

// maxFound is how many products are offered for what was typed.
const maxFound = 12

// rowFields are the names of one product's fields.
var rowFields = []string{"product", "quantity", "unit", "cost", "paid", "lot", "produced", "expiry"}

func (h *Handlers) readReceipt(c *gin.Context, f *web.Values, rows []*web.Values, d delivery) (stock.ReceiveRequest, error) {
	scope, _ := web.Scope(c)
	in := incomingOf(c)
	r := stock.ReceiveRequest{ClientID: f.ID("client_id"), Note: f.String("note", maxNote)}
	if in.kind == stock.Harvest {
		r.Kind = in.kind
	}
	for i, row := range rows {
		p := d.subjects[i].product
		line := stock.ReceiveLine{ProductID: p.ID, Quantity: quantity(row, "quantity", p), UnitCost: cost(row, "cost", p), Lot: row.String("lot", 40)}
		if paid, ok := row.AmountOpt("paid", scope.Currency); ok {
			line.Value = &paid
		}
		if in.kind == stock.Harvest && line.UnitCost == nil && line.Value == nil {
			line.UnitCost = new(money.Price) // what nobody paid for costs nothing, not what was bought before
		}
		if produced, ok := row.DateOpt("produced"); ok {
			if produced > web.Today(c) {
				row.Add("produced", fault.New(fault.Invalid, "stock.produced_future"))
			}
			line.Produced = &produced
		}
		if expiry, ok := row.DateOpt("expiry"); ok {
			if expiry < web.Today(c) {
				row.Add("expiry", fault.New(fault.Invalid, "stock.expiry_past"))
			}
			if line.Produced != nil && expiry < *line.Produced {
				row.Add("expiry", fault.New(fault.Invalid, "stock.expiry_before_produced"))
			}
			line.Expiry = &expiry
		}
		r.Lines = append(r.Lines, line)
	}
	if id, ok := f.IDOpt("supplier"); ok {
		if _, err := h.catalog.Supplier(c.Request.Context(), id); err != nil {
			return r, err
		}
		r.SupplierID = &id
	}
	return r, nil
}

// ofRows names the fields of the lines as the form does: lines.2.cost is cost[2].
func ofRows(err error) error {
	named := func(e *fault.Error) *fault.Error {
		rest, ok := strings.CutPrefix(e.Field, "lines.")
		number, name, both := strings.Cut(rest, ".")
		row, bad := strconv.Atoi(number)
		if !ok || !both || bad != nil {
			return e
		}
		return e.WithField(web.RowField(name, row))
	}
	var fields fault.Fields
	if errors.As(err, &fields) {
		var renamed fault.Fields
		for _, e := range fields {
			renamed.Add(named(e))
		}
		return renamed.Err()
	}
	if e, ok := fault.As(err); ok {
		return named(e)
	}
	return err
}

// receivePage shows the form. A new row proposes the expiry of goods that are fresh
// today.
func (h *Handlers) receivePage(c *gin.Context, status int, d delivery) error {
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	in := incomingOf(c)
	chrome.Title, chrome.Active = t.T(in.title), layout.Stock
	chrome.Back = ui.Link{Href: in.path, Text: t.T("stock.other_product")}
	m := stockview.Receive{
		Chrome: chrome, Client: client(f, chrome), Action: in.path,
		Find: ui.FieldModel{Name: "q", Label: t.T("stock.another_product"), Hint: t.T("stock.another_hint"), Value: d.search, Focus: d.search != ""},
		Note: ui.FieldModel{Name: "note", Label: t.T("stock.note"), Value: f.Value("note"), Error: f.Sentence("note"), Max: maxNote},
	}
	if d.search != "" && len(d.found) == 0 {
		m.NotFound = t.T("stock.none_found")
	}
	for _, p := range d.found {
		m.Found = append(m.Found, ui.Option{Value: p.ID.String(), Text: p.Name})
	}
	rows := f.Rows("product", "quantity", "unit", "cost", "paid", "lot", "expiry")
	for i, s := range d.subjects {
		row := f
		if i < len(rows) {
			row = rows[i]
		} else if len(rows) > 0 { // just added: nothing typed yet
			row = f.Row(i)
		}
		m.Rows = append(m.Rows, s.received(c, row, i, i == d.fresh, len(d.subjects) > 1))
	}
	if in.kind == stock.Harvest {
		chrome.Lead = t.T("stock.harvest_lead")
		m.Chrome = chrome
		return web.Render(c, status, stockview.ReceivePage(m))
	}
	var err error
	if m.Supplier, err = h.suppliers(c, t, f); err != nil {
		return err
	}
	return web.Render(c, status, stockview.ReceivePage(m))
}

// received is one product of the form, with what was typed for it.
func (s subject) received(c *gin.Context, f *web.Values, i int, fresh, several bool) stockview.ReceivedRow {
	scope, _ := web.Scope(c)
	t := web.Printer(c)
	id := func(m ui.FieldModel) ui.FieldModel {
		m.ID = web.RowField(m.Name, i)
		return m
	}
	row := stockview.ReceivedRow{
		Index: strconv.Itoa(i), Product: s.product.ID.String(), Name: s.product.Name + " · " + s.product.Code, Book: s.book(t),
		Quantity: id(number(f, "quantity", t.T("stock.quantity"))), Unit: s.units(t, f),
		Cost: id(number(f, "cost", t.T("stock.unit_cost"))), Paid: id(number(f, "paid", t.T("stock.paid"))),
		Lot:      id(ui.FieldModel{Name: "lot", Label: t.T("stock.lot"), Value: f.Value("lot"), Error: f.Sentence("lot"), Max: 40}),
		Produced: id(ui.FieldModel{Name: "produced", Type: "date", Label: t.T("stock.produced"), Value: f.Value("produced"), Error: f.Sentence("produced"), Short: true}),
		Expiry:   id(ui.FieldModel{Name: "expiry", Type: "date", Label: t.T("stock.expiry"), Value: f.Value("expiry"), Error: f.Sentence("expiry"), Short: true}),
	}
	row.Unit.ID = web.RowField("unit", i)
	row.Quantity.Needed, row.Quantity.Focus = true, fresh
	row.Cost.Hint = s.lastCost(t, scope.Currency)
	if life := s.product.ShelfLifeDays; life > 0 && (fresh || !f.Given("expiry")) {
		row.Expiry.Value = (web.Today(c) + day.Date(life)).String()
		row.Expiry.Hint = t.T("stock.expiry_proposed", i18n.A("n", life))
	}
	if several {
		row.Drop = t.T("stock.drop_product", i18n.A("name", s.product.Name))
	}
	return row
}

// lastCost says what one unit of the shop's unit cost the last time.
func (s subject) lastCost(t *i18n.Printer, cur money.Currency) string {
	factor, ok := s.product.Factor(s.unit)
	if !ok || s.balance.LastCost == 0 {
		return ""
	}
	price, err := money.PerPack(s.balance.LastCost, factor)
	if err != nil {
		return ""
	}
	return t.T("stock.last_cost", i18n.A("price", t.Price(price, cur)), i18n.A("unit", t.Unit(s.unit, 1000)))
}

func (h *Handlers) suppliers(c *gin.Context, t *i18n.Printer, f *web.Values) (ui.SelectModel, error) {
	m := ui.SelectModel{Name: "supplier", Label: t.T("stock.from_whom"), Options: []ui.Option{{Text: t.T("stock.nobody_named")}}}
	list, err := h.catalog.Suppliers(c.Request.Context(), false)
	for _, s := range list {
		id := s.ID.String()
		m.Options = append(m.Options, ui.Option{Value: id, Text: s.Name, Selected: f.Value("supplier") == id})
	}
	return m, err
}
