package purchaseweb

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format"
	"buhuo/internal/web"
	"buhuo/views/layout"
	purchaseviews "buhuo/views/purchase"
	"buhuo/views/ui"
)

// papersAddress is the page of what a supplier wants orders to look like.
func papersAddress(supplier ident.ID) string { return "/suppliers/" + supplier.String() + "/papers" }

func (h *Handlers) papers(c *gin.Context) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	return h.papersPage(c, id, http.StatusOK)
}

// papersPage shows it; after a refused form with what was typed.
func (h *Handlers) papersPage(c *gin.Context, id ident.ID, status int) error {
	p, err := h.orders.Papers(c.Request.Context(), id)
	if err != nil {
		return err
	}
	chrome, f := web.Chrome(c), web.FormOf(c)
	t := chrome.T
	chrome.Title, chrome.Lead, chrome.Active = t.T("purchase.papers"), p.SupplierName, layout.More
	chrome.Back = ui.Link{Href: "/suppliers/" + id.String(), Text: p.SupplierName}
	m := purchaseviews.Papers{Chrome: chrome, Client: client(c, chrome), Base: papersAddress(id), Template: p.TemplateName, Columns: columnChoices(t, f, p)}
	m.File = ui.FieldModel{Name: "file", Label: t.T("purchase.template_file"), Hint: t.T("purchase.template_hint"), Type: "file",
		Accept: ".xlsx", Error: f.Sentence("file"), Needed: true}
	if book, ok := h.workbook(); ok && len(p.Template) > 0 {
		rows, err := book.Examine(p.Template)
		if err != nil {
			return err
		}
		m.Preview = preview(rows)
		if !p.Places.Placed() {
			p.Places = guess(rows)
		}
		m.Rows, m.Places, m.Cells = placeFields(t, f, p.Places)
	}
	return web.Render(c, status, purchaseviews.PapersPage(m))
}

// workbook is the format that fills templates.
func (h *Handlers) workbook() (purchase.Workbook, bool) {
	for _, f := range h.formats {
		if book, ok := f.(purchase.Workbook); ok {
			return book, true
		}
	}
	return nil, false
}

// columnChoices is one choice for each column that the supplier may get.
func columnChoices(t *i18n.Printer, f *web.Values, p purchase.Papers) []ui.SelectModel {
	chosen := p.Columns
	if f.Given("column") {
		chosen = nil
		for _, row := range f.Rows("column") {
			chosen = append(chosen, row.Value("column"))
		}
	}
	out := make([]ui.SelectModel, len(purchase.Columns()))
	for i := range out {
		n := strconv.Itoa(i + 1)
		s := ui.SelectModel{Name: "column", ID: "column-" + n, Label: t.T("purchase.column_n", i18n.A("n", i+1)), Options: []ui.Option{{Text: t.T("purchase.column_none")}}}
		for _, name := range purchase.Columns() {
			s.Options = append(s.Options, ui.Option{Value: name, Text: t.T(format.ColumnKey(name)), Selected: i < len(chosen) && chosen[i] == name})
		}
		if i == 0 {
			s.Error = f.Sentence("column")
		}
		out[i] = s
	}
	return out
}

// maxColumnName is longer than any column's name, in characters.
const maxColumnName = 40

// keepColumns keeps the columns of the supplier's CSV; none: ours.
func (h *Handlers) keepColumns(c *gin.Context) error {
	f := web.FormOf(c)
	return h.change(c, "purchase.flash_columns", func(p *purchase.Papers) error {
		p.Columns = nil
		for _, name := range f.All("column", maxColumnName) {
			if name != "" {
				p.Columns = append(p.Columns, name)
			}
		}
		return f.Err()
	})
}

// keepTemplate takes the supplier's own form.
func (h *Handlers) keepTemplate(c *gin.Context) error {
	book, ok := h.workbook()
	if !ok {
		return fault.New(fault.NotFound, "purchase.template_unreadable")
	}
	return h.change(c, "purchase.flash_template", func(p *purchase.Papers) error {
		file, err := web.Upload(c, "file")
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // read only
		body, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		rows, err := book.Examine(body)
		if err != nil {
			return err
		}
		p.Template, p.TemplateName, p.Places = body, file.Name, guess(rows)
		return nil
	})
}

// keepPlaces keeps where in the form our order goes.
func (h *Handlers) keepPlaces(c *gin.Context) error {
	f := web.FormOf(c)
	return h.change(c, "purchase.flash_places", func(p *purchase.Papers) error {
		p.Places = readPlaces(f)
		return f.Err()
	})
}

func (h *Handlers) forgetTemplate(c *gin.Context) error {
	return h.change(c, "purchase.flash_template_gone", func(p *purchase.Papers) error {
		p.Template, p.TemplateName, p.Places = nil, "", purchase.Places{}
		return nil
	})
}

// change changes what is kept and leads back; a refused form shows the page again.
func (h *Handlers) change(c *gin.Context, flash string, do func(*purchase.Papers) error) error {
	id, err := web.PathID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	p, err := h.orders.Papers(ctx, id)
	if err != nil {
		return err
	}
	if err = do(&p); err == nil {
		err = h.orders.KeepPapers(ctx, p)
	}
	f := web.FormOf(c)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid && refused.Field == "file" {
		f.Add("file", refused)
	}
	if f.Refused(err) {
		return h.papersPage(c, id, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, flash)
	return web.Redirect(c, papersAddress(id))
}

var (
	columnPlace = regexp.MustCompile(`^[A-Z]{1,2}$`)
	cellPlace   = regexp.MustCompile(`^[A-Z]{1,2}[1-9][0-9]{0,3}$`)
)

// readPlaces reads the form, with a sentence at each field that points nowhere.
func readPlaces(f *web.Values) purchase.Places {
	p := purchase.Places{Columns: map[string]string{}, Cells: map[string]string{}}
	p.First = f.Int("first", 1, purchase.MaxTemplateRows)
	p.Last = f.Int("last", 1, purchase.MaxTemplateRows)
	if f.Err() == nil && p.Last < p.First {
		f.Add("last", fault.New(fault.Invalid, "purchase.place_last"))
	}
	read := func(field string, form *regexp.Regexp, key string) (string, bool) {
		place := strings.ToUpper(strings.TrimSpace(measure.Fold(f.String(field, 8))))
		if place != "" && !form.MatchString(place) && f.Problem(field) == nil {
			f.Add(field, fault.New(fault.Invalid, key))
		}
		return place, place != ""
	}
	for _, name := range purchase.LineColumns() {
		if place, ok := read("column_"+name, columnPlace, "purchase.place_column"); ok {
			p.Columns[name] = place
		}
	}
	for _, name := range purchase.OrderCells() {
		if place, ok := read("cell_"+name, cellPlace, "purchase.place_cell"); ok {
			p.Cells[name] = place
		}
	}
	if len(p.Columns) == 0 && f.Err() == nil {
		f.Add("column_product_name", fault.New(fault.Invalid, "purchase.place_missing"))
	}
	return p
}

// placeFields are the fields of the form, with what is kept or was typed.
func placeFields(t *i18n.Printer, f *web.Values, p purchase.Places) (rows, columns, cells []ui.FieldModel) {
	field := func(name, label, kept string) ui.FieldModel {
		m := ui.FieldModel{Name: name, Label: label, Value: kept, Short: true, Error: f.Sentence(name)}
		if f.Given(name) {
			m.Value = f.Value(name)
		}
		return m
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	rows = []ui.FieldModel{field("first", t.T("purchase.place_first"), number(p.First)), field("last", t.T("purchase.place_until"), number(p.Last))}
	for i := range rows {
		rows[i].Mode, rows[i].Needed = "numeric", true
	}
	for _, name := range purchase.LineColumns() {
		columns = append(columns, field("column_"+name, t.T(format.ColumnKey(name)), p.Columns[name]))
	}
	for _, name := range purchase.OrderCells() {
		cells = append(cells, field("cell_"+name, t.T(format.ColumnKey(name)), p.Cells[name]))
	}
	return rows, columns, cells
}

// inPapers sets how the supplier wants the file, when it is asked for.
func (h *Handlers) inPapers(ctx context.Context, c *gin.Context, d *purchase.Document) error {
	if web.QueryOf(c).Value("layout") != "supplier" {
		return nil
	}
	p, err := h.orders.Papers(ctx, d.Order.SupplierID)
	d.Papers = &p
	return err
}
