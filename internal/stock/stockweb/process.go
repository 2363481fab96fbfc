package stockweb

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/stock"
	"buhuo/internal/web"
	stockview "buhuo/views/stock"
	"buhuo/views/ui"
)

const (
	processPath = "/stock/process"
	runsShown   = 10
	runsSince   = 400 // days: last year's season is among them
)

func (h *Handlers) processForm(c *gin.Context) error {
	if ok, err := h.chosen(c, web.Printer(c).T("stock.process_title")); !ok {
		return err
	}
	s, err := h.subject(c, web.QueryOf(c))
	if err != nil {
		return err
	}
	return h.processPage(c, http.StatusOK, s)
}

// process turns goods into others.
func (h *Handlers) process(c *gin.Context) error {
	f := web.FormOf(c)
	s, err := h.subject(c, f)
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	into, err := h.into(c.Request.Context(), f)
	if err != nil {
		return err
	}
	r := stock.ProcessRequest{
		ClientID: f.ID("client_id"), From: s.product.ID, To: into.ID, In: quantity(f, "quantity", s.product), Lot: f.String("lot", 40), Note: f.String("note", maxNote),
	}
	r.Out = made(f, into)
	r.Extra, _ = f.AmountOpt("extra", scope.Currency)
	if expiry, ok := f.DateOpt("expiry"); ok {
		if expiry < web.Today(c) {
			f.Add("expiry", fault.New(fault.Invalid, "stock.expiry_past"))
		}
		r.Expiry = &expiry
	}
	var warnings []stock.Warning
	if err = f.Err(); err == nil {
		warnings, err = h.stock.Process(c.Request.Context(), r)
	}
	if f.Refused(err) {
		return h.processPage(c, http.StatusUnprocessableEntity, s)
	}
	if err != nil {
		return err
	}
	if len(warnings) > 0 {
		web.Flash(c, web.Warn, "stock.flash_processed_short")
	} else {
		web.Flash(c, web.Good, "stock.flash_processed")
	}
	return web.Redirect(c, processPath)
}

// into finds the product that comes out, by its code, barcode or name.
func (h *Handlers) into(ctx context.Context, f *web.Values) (catalog.Product, error) {
	text := f.Required("into", catalog.MaxName)
	if text == "" {
		return catalog.Product{}, nil
	}
	p, err := h.catalog.Find(ctx, text)
	switch {
	case err == nil && !p.Archived:
		return p, nil
	case err == nil, fault.KindOf(err) == fault.NotFound, fault.KindOf(err) == fault.Invalid:
		f.Add("into", fault.New(fault.Invalid, "stock.into_unknown"))
		return catalog.Product{}, nil
	}
	return p, err
}

// made reads how much came out, in base units of its product.
func made(f *web.Values, p catalog.Product) measure.Quantity {
	n, unit := f.Quantity("made"), f.Value("made_unit")
	if f.Sentence("made") != "" || p.ID.IsNil() {
		return 0
	}
	if unit == "" {
		unit = p.BaseUnit
	}
	q, err := p.ToBase(int64(n), unit)
	if err != nil {
		f.Add("made_unit", err)
	}
	return q
}

func (h *Handlers) processPage(c *gin.Context, status int, s subject) error {
	f, t := web.FormOf(c), web.Printer(c)
	text := func(name, label string, most int) ui.FieldModel {
		return ui.FieldModel{Name: name, Label: t.T(label), Value: f.Value(name), Error: f.Sentence(name), Max: most}
	}
	chrome := s.chrome(c, t.T("stock.process_title"), processPath)
	m := stockview.Process{
		Form: s.form(c, chrome, processPath), Quantity: number(f, "quantity", t.T("stock.process_in")), Into: text("into", "stock.process_into", 0),
		Made: number(f, "made", t.T("stock.process_out")), MadeUnit: ui.SelectModel{Name: "made_unit", Label: t.T("stock.unit"), Error: f.Sentence("made_unit")},
		Extra: number(f, "extra", t.T("stock.process_extra")), Lot: text("lot", "stock.lot", 40),
		Expiry: ui.FieldModel{Name: "expiry", Type: "date", Label: t.T("stock.expiry"), Value: f.Value("expiry"), Error: f.Sentence("expiry"), Short: true},
	}
	m.Quantity.Needed, m.Quantity.Focus, m.Into.Needed, m.Made.Needed = true, true, true, true
	m.Into.Hint, m.Extra.Hint = t.T("stock.process_into_hint"), t.T("stock.process_extra_hint")
	chosen := f.Value("made_unit")
	if chosen == "" {
		chosen = s.unit
	}
	for _, u := range measure.AllUnits() {
		m.MadeUnit.Options = append(m.MadeUnit.Options, ui.Option{Value: u.Code, Text: t.Unit(u.Code, measure.Thousandths), Selected: u.Code == chosen})
	}
	if err := h.runs(c, t, &m); err != nil {
		return err
	}
	return web.Render(c, status, stockview.ProcessPage(m))
}

// runs shows what came out of the latest runs.
func (h *Handlers) runs(c *gin.Context, t *i18n.Printer, m *stockview.Process) error {
	ctx := c.Request.Context()
	list, err := h.stock.Runs(ctx, web.Today(c).Add(-runsSince), runsShown)
	if err != nil || len(list) == 0 {
		return err
	}
	var ids []ident.ID
	for _, r := range list {
		ids = append(ids, r.From, r.To)
	}
	products, err := h.catalog.Products(ctx, ids)
	if err != nil {
		return err
	}
	kg, err := h.unitOf(ctx, "kg")
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	unit := func(base string) string {
		if base == "kg" {
			return kg
		}
		return base
	}
	for _, r := range list {
		from, to := products[r.From], products[r.To]
		row := ui.Fact{Term: from.Name + " → " + to.Name, Text: said(t, r.In, from.BaseUnit, unit(from.BaseUnit)) + " → " + said(t, r.Out, to.BaseUnit, unit(to.BaseUnit)),
			Note: t.DateShort(r.Day) + " · " + t.Money(r.Cost, scope.Currency)}
		if from.BaseUnit == to.BaseUnit {
			row.Note += " · " + t.T("stock.yield", i18n.A("percent", measure.Quantity(r.YieldPPM()/10)))
		}
		m.Runs = append(m.Runs, row)
	}
	return nil
}
