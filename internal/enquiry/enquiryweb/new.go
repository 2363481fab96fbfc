package enquiryweb

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/web"
	enquiryview "buhuo/views/enquiry"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

const (
	// answerDays is how long suppliers have when nobody says otherwise.
	answerDays = 3
	// foundRows are the products shown of those found.
	foundRows = 8
)

// typed is the form of a new enquiry as it stands.
type typed struct {
	rows      []typedRow
	suppliers []ident.ID
	answerBy  string
	note      string
	find      string
	found     []catalog.Product
	searched  bool
}

// typedRow is a product asked for, with the quantity as it was typed.
type typedRow struct {
	product  catalog.Product
	unit     string
	quantity string
	base     measure.Quantity
	wrong    string
}

// begin shows the form: with products named in the address, or with all that is to be
// ordered from a supplier, and who could deliver it.
func (h *Handlers) begin(c *gin.Context) error {
	ctx, q := c.Request.Context(), web.QueryOf(c)
	supplier, _ := q.IDOpt("supplier")
	product, _ := q.IDOpt("product")
	if q.Err() != nil {
		return fault.New(fault.Malformed, "enquiry.address_unreadable").WithCause(q.Err())
	}
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	d := typed{answerBy: v.today.Add(answerDays).String()}
	if !supplier.IsNil() {
		d.suppliers = append(d.suppliers, supplier)
	}
	var lines []purchase.DraftLine
	if !product.IsNil() {
		lines = []purchase.DraftLine{{ProductID: product}}
	}
	if !product.IsNil() || !supplier.IsNil() {
		needed, err := h.needed(ctx, supplier, product)
		if err != nil {
			return err
		}
		if len(needed) > 0 {
			lines = needed[:min(len(needed), enquiry.MaxLines)]
		}
	}
	if d.rows, err = h.rows(ctx, v, lines); err != nil {
		return err
	}
	if err := h.whoOffers(ctx, &d); err != nil {
		return err
	}
	return h.newPage(c, v, http.StatusOK, d)
}

func (h *Handlers) needed(ctx context.Context, supplier, product ident.ID) ([]purchase.DraftLine, error) {
	if product.IsNil() {
		return h.needs.Needed(ctx, supplier, nil)
	}
	return h.needs.Needed(ctx, ident.Nil, []ident.ID{product})
}

// rows fills the form with what is to be ordered.
func (h *Handlers) rows(ctx context.Context, v voice, lines []purchase.DraftLine) ([]typedRow, error) {
	ids := make([]ident.ID, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	products, err := h.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []typedRow
	for _, l := range lines {
		p, ok := products[l.ProductID]
		if !ok {
			return nil, fault.New(fault.NotFound, "catalog.product_missing")
		}
		u := v.in(p.BaseUnit, l.Quantity)
		row := typedRow{product: p, unit: u.Unit}
		if l.Quantity > 0 {
			row.quantity = v.t.Typed(u.Quantity(l.Quantity).Decimal())
		}
		out = append(out, row)
	}
	return out, nil
}

// whoOffers ticks the suppliers who offer one of the products.
func (h *Handlers) whoOffers(ctx context.Context, d *typed) error {
	offers, err := h.catalog.Offers(ctx, d.products())
	if err != nil {
		return err
	}
	for _, list := range offers {
		for _, o := range list {
			if !slices.Contains(d.suppliers, o.SupplierID) && len(d.suppliers) < enquiry.MaxSuppliers {
				d.suppliers = append(d.suppliers, o.SupplierID)
			}
		}
	}
	return nil
}

func (d typed) products() []ident.ID {
	ids := make([]ident.ID, len(d.rows))
	for i, r := range d.rows {
		ids[i] = r.product.ID
	}
	return ids
}

// create asks, or changes the form: finds a product, adds it, takes a row out.
func (h *Handlers) create(c *gin.Context) error {
	ctx, f := c.Request.Context(), web.FormOf(c)
	v, err := h.voice(c)
	if err != nil {
		return err
	}
	d, err := h.read(ctx, f)
	if err != nil {
		return err
	}
	if f.Has("act") || f.Has("add") || f.Has("drop") {
		if err := h.alter(ctx, v, f, &d); err != nil {
			return err
		}
		return h.newPage(c, v, http.StatusOK, d)
	}
	n := enquiry.NewEnquiry{Suppliers: d.suppliers}
	n.ClientID, _ = f.IDOpt("client_id")
	n.AnswerBy, n.Note = f.Date("answer_by"), f.Text("note", enquiry.MaxNote)
	for _, r := range d.rows {
		n.Lines = append(n.Lines, enquiry.NewLine{ProductID: r.product.ID, Quantity: r.base})
	}
	f.String("find", catalog.MaxName)
	var made enquiry.Enquiry
	if err = f.Err(); err == nil {
		made, err = h.enquiries.Make(ctx, n)
	}
	if status := refusal(f, err); status != 0 {
		for i := range d.rows {
			d.rows[i].wrong = sentence(f, web.RowField("quantity", i), web.RowField("unit", i))
		}
		return h.newPage(c, v, status, d)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "enquiry.flash_made")
	return web.Redirect(c, address(made.ID))
}

// sentence is what is wrong with the first of several fields.
func sentence(f *web.Values, names ...string) string {
	for _, name := range names {
		if s := f.Sentence(name); s != "" {
			return s
		}
	}
	return ""
}

// read takes the form as it was typed. What no page of ours sends is an error; what a
// person typed wrongly is noted in f.
func (h *Handlers) read(ctx context.Context, f *web.Values) (d typed, err error) {
	d.answerBy, d.note, d.find = f.Value("answer_by"), f.Value("note"), f.Value("find")
	malformed := func() error { return fault.New(fault.Malformed, "web.bad_id") }
	for _, text := range f.All("supplier", 64) {
		id, err := ident.Parse(text)
		if err != nil {
			return d, malformed()
		}
		d.suppliers = append(d.suppliers, id)
	}
	rows := f.Rows("product", "unit", "quantity")
	ids := make([]ident.ID, len(rows))
	for i, r := range rows {
		if ids[i], err = ident.Parse(r.Value("product")); err != nil {
			return d, malformed()
		}
	}
	products, err := h.catalog.Products(ctx, ids)
	if err != nil {
		return d, err
	}
	for i, r := range rows {
		p, ok := products[ids[i]]
		if !ok {
			return d, fault.New(fault.NotFound, "catalog.product_missing")
		}
		row := typedRow{product: p, unit: r.Value("unit"), quantity: r.Value("quantity")}
		factor, known := p.Factor(row.unit)
		if !known {
			r.Choice("unit", p.Units()...)
			row.unit, factor = p.BaseUnit, measure.One
		}
		if q := r.Quantity("quantity"); r.Problem("quantity") == nil {
			if row.base, err = measure.Convert(q, factor); err != nil {
				r.Add("quantity", err)
			}
		}
		d.rows = append(d.rows, row)
	}
	return d, nil
}

// alter does what a button of the form says, and nothing else.
func (h *Handlers) alter(ctx context.Context, v voice, f *web.Values, d *typed) error {
	if drop, ok := f.IntOpt("drop", 1, len(d.rows)); ok {
		d.rows = slices.Delete(d.rows, drop-1, drop)
		return nil
	}
	var add []catalog.Product
	if f.Has("add") {
		id, err := ident.Parse(f.Value("add"))
		if err != nil {
			return fault.New(fault.Malformed, "web.bad_id")
		}
		p, err := h.catalog.Product(ctx, id)
		if err != nil {
			return err
		}
		add = []catalog.Product{p}
	} else if d.find != "" {
		page, err := h.catalog.List(ctx, catalog.Query{Text: d.find, Limit: foundRows})
		if err != nil {
			return err
		}
		d.found, d.searched = page.Products, true
		if len(d.found) == 1 {
			add = d.found
		}
	}
	for _, p := range add {
		d.found, d.find, d.searched = nil, "", false
		if slices.Contains(d.products(), p.ID) || len(d.rows) >= enquiry.MaxLines {
			continue
		}
		needed, err := h.needed(ctx, ident.Nil, p.ID)
		if err != nil {
			return err
		}
		if len(needed) == 0 {
			needed = []purchase.DraftLine{{ProductID: p.ID}}
		}
		rows, err := h.rows(ctx, v, needed)
		if err != nil {
			return err
		}
		before := typed{rows: rows}
		if err := h.whoOffers(ctx, &before); err != nil {
			return err
		}
		d.rows = append(d.rows, rows...)
		for _, id := range before.suppliers {
			if !slices.Contains(d.suppliers, id) && len(d.suppliers) < enquiry.MaxSuppliers {
				d.suppliers = append(d.suppliers, id)
			}
		}
	}
	return nil
}

// newPage draws the form.
func (h *Handlers) newPage(c *gin.Context, v voice, status int, d typed) error {
	suppliers, err := h.catalog.Suppliers(c.Request.Context(), false)
	if err != nil {
		return err
	}
	offers, err := h.catalog.Offers(c.Request.Context(), d.products())
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = t.T("enquiry.new_title"), t.T("enquiry.new_lead"), layout.Orders
	chrome.Back = ui.Link{Href: "/enquiries", Text: t.T("enquiry.title")}
	m := enquiryview.New{
		Client:   client(c, chrome.Client),
		Find:     ui.FieldModel{Name: "find", Label: t.T("enquiry.find"), Hint: t.T("enquiry.find_hint"), Value: d.find, Max: catalog.MaxName},
		AnswerBy: ui.FieldModel{Name: "answer_by", Label: t.T("enquiry.answer_by"), Type: "date", Value: d.answerBy, Short: true},
		Note:     ui.FieldModel{Name: "note", Label: t.T("enquiry.note"), Hint: t.T("enquiry.note_hint"), Value: d.note, Max: enquiry.MaxNote},
	}
	if status != http.StatusOK {
		m.Find.Error, m.AnswerBy.Error, m.Note.Error, m.SuppliersWrong = f.Sentence("find"), f.Sentence("answer_by"), f.Sentence("note"), f.Sentence("supplier")
	}
	for i, r := range d.rows {
		id := web.RowField("quantity", i)
		m.Rows = append(m.Rows, enquiryview.NewRow{
			Product: r.product.ID.String(), Name: r.product.Name, Code: r.product.Code, UnitCode: r.unit, Number: strconv.Itoa(i + 1),
			Quantity: ui.FieldModel{Name: "quantity", ID: id, Label: t.T("enquiry.quantity"), Value: r.quantity, Mode: "decimal", Short: true, Unit: t.Unit(r.unit, measure.Thousandths), Error: r.wrong},
		})
	}
	for _, p := range d.found {
		m.Found = append(m.Found, enquiryview.Found{ID: p.ID.String(), Text: p.Name + " · " + p.Code})
	}
	if d.searched && len(d.found) == 0 {
		m.FoundNone = t.T("enquiry.found_none")
	}
	for _, s := range suppliers {
		n := 0
		for _, list := range offers {
			if slices.ContainsFunc(list, func(o catalog.Offer) bool { return o.SupplierID == s.ID }) {
				n++
			}
		}
		box := ui.Check{ID: "supplier-" + s.ID.String(), Name: "supplier", Value: s.ID.String(), Label: s.Name, Checked: slices.Contains(d.suppliers, s.ID)}
		if n > 0 {
			box.Hint = t.T("enquiry.offers_of", arg("n", n))
		}
		if n > 0 || box.Checked {
			m.Suppliers = append(m.Suppliers, box)
		} else {
			m.Others = append(m.Others, box)
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, enquiryview.NewPage(m))
}
