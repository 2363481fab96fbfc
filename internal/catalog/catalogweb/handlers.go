// Package catalogweb shows and takes the catalog's forms: products, suppliers and
// their offers. It turns what people type into the area's values and the area's values
// into words; it must not know a rule of the catalog, nor a table.
package catalogweb

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish/lead"
	"buhuo/internal/shop"
	"buhuo/internal/web"
	"buhuo/views/ui"
)

// Shops tells how the shop of ctx wants weights shown.
type Shops interface {
	Get(ctx context.Context) (shop.Shop, error)
}

// Handlers are the pages of the catalog.
type Handlers struct {
	catalog *catalog.Service
	shops   Shops
	leads   Leads  // nil: nobody measures them
	scores  Scores // nil: nobody judges them
}

// Scores tells what the books say of suppliers (nil: of all).
type Scores interface {
	Scores(ctx context.Context, suppliers []ident.ID) (map[ident.ID]catalog.Score, error)
}

// Judge lets the pages tell what the books say of suppliers.
func (h *Handlers) Judge(s Scores) *Handlers {
	h.scores = s
	return h
}

// Leads tells how long the deliveries of a supplier took.
type Leads interface {
	LeadRecord(ctx context.Context, s catalog.Supplier) (lead.Record, error)
}

// Measure lets the page of a supplier tell how long its deliveries took.
func (h *Handlers) Measure(l Leads) *Handlers {
	h.leads = l
	return h
}

// New makes the pages.
func New(s *catalog.Service, shops Shops) *Handlers { return &Handlers{catalog: s, shops: shops} }

// UsualName names the usual supplier in a language; for catalog.New.
func UsualName(lang string) string { return i18n.For(i18n.Lang(lang)).T("catalog.usual_supplier") }

// Routes adds the pages to the engine. The list of products and the page of one are
// the restock area's, which knows what will run out.
func (h *Handlers) Routes(e *web.Engine) {
	for _, r := range []web.Route{
		{Method: http.MethodGet, Path: "/products/new", Access: web.Manager, Handler: h.newProduct},
		{Method: http.MethodPost, Path: "/products/new", Access: web.Manager, Handler: h.createProduct},
		{Method: http.MethodGet, Path: "/products/:id/edit", Access: web.Manager, Handler: h.editProduct},
		{Method: http.MethodPost, Path: "/products/:id/edit", Access: web.Manager, Handler: h.updateProduct},
		{Method: http.MethodPost, Path: "/products/:id/archive", Access: web.Manager, Handler: h.archiveProduct},
		{Method: http.MethodGet, Path: "/products/:id/merge", Access: web.Manager, Handler: h.mergePage},
		{Method: http.MethodPost, Path: "/products/:id/merge", Access: web.Manager, Handler: h.merge},
		{Method: http.MethodGet, Path: "/products/:id/offers/new", Access: web.Manager, Handler: h.chooseSupplier},
		{Method: http.MethodGet, Path: "/suppliers", Access: web.Viewer, Handler: h.suppliers},
		{Method: http.MethodGet, Path: "/suppliers/scorecard", Access: web.Viewer, Handler: h.scorecard},
		{Method: http.MethodGet, Path: "/suppliers/new", Access: web.Manager, Handler: h.newSupplier},
		{Method: http.MethodPost, Path: "/suppliers/new", Access: web.Manager, Handler: h.createSupplier},
		{Method: http.MethodGet, Path: "/suppliers/:id", Access: web.Viewer, Handler: h.supplier},
		{Method: http.MethodGet, Path: "/suppliers/:id/edit", Access: web.Manager, Handler: h.editSupplier},
		{Method: http.MethodPost, Path: "/suppliers/:id/edit", Access: web.Manager, Handler: h.updateSupplier},
		{Method: http.MethodPost, Path: "/suppliers/:id/archive", Access: web.Manager, Handler: h.archiveSupplier},
		{Method: http.MethodGet, Path: "/suppliers/:id/offers/new", Access: web.Manager, Handler: h.newOffer},
		{Method: http.MethodPost, Path: "/suppliers/:id/offers/new", Access: web.Manager, Handler: h.createOffer},
		{Method: http.MethodGet, Path: "/offers/:id/edit", Access: web.Manager, Handler: h.editOffer},
		{Method: http.MethodPost, Path: "/offers/:id/edit", Access: web.Manager, Handler: h.updateOffer},
		{Method: http.MethodPost, Path: "/offers/:id/archive", Access: web.Manager, Handler: h.archiveOffer},
	} {
		e.Route(r)
	}
}

// answers are what stands in a form: on the first sight what is known, after a
// refusal exactly what the person typed.
type answers struct {
	form  *web.Values
	known url.Values // nil after a refusal
}

func (a answers) value(name string) string {
	if a.known != nil {
		return a.known.Get(name)
	}
	return a.form.Value(name)
}

// has reports whether a repeated field holds the value (boxes to tick).
func (a answers) has(name, value string) bool {
	values := a.known[name]
	if a.known == nil {
		values = a.form.All(name, 64)
	}
	for _, v := range values {
		if v == value {
			return true
		}
	}
	return false
}

// field is a field with its value and what is wrong with it.
func (a answers) field(name, label string) ui.FieldModel {
	return ui.FieldModel{Name: name, Label: label, Value: a.value(name), Error: a.form.Sentence(name)}
}

func (a answers) number(name, label string) ui.FieldModel {
	f := a.field(name, label)
	f.Mode, f.Short = "decimal", true
	if a.known != nil {
		f.Value = a.form.Typed(f.Value)
	}
	return f
}

func (a answers) choice(name, label string, options []ui.Option) ui.SelectModel {
	chosen := a.value(name)
	for i := range options {
		options[i].Selected = options[i].Value == chosen
	}
	return ui.SelectModel{Name: name, Label: label, Error: a.form.Sentence(name), Options: options}
}

// spareRows are the empty rows at the end of every list in a form.
const spareRows = 2

// rows are the fields of a list in the form: those filled in, then empty ones.
func (a answers) rows(names ...string) [][]ui.FieldModel {
	var out [][]ui.FieldModel
	row := func(i int, value func(name string) string) {
		fields := make([]ui.FieldModel, len(names))
		filled := false
		for j, name := range names {
			id := web.RowField(name, i)
			fields[j] = ui.FieldModel{Name: name, ID: id, Value: value(name), Error: a.form.Sentence(id)}
			filled = filled || fields[j].Value != "" || fields[j].Error != ""
		}
		if filled {
			out = append(out, fields)
		}
	}
	if a.known != nil {
		for i := range a.known[names[0]] {
			row(i, func(name string) string { return a.form.Typed(a.known[name][i]) }) // numbers, days and codes
		}
	} else {
		for _, r := range a.form.Rows(names[0], names[1:]...) {
			row(r.Index(), r.Value)
		}
	}
	next := len(out)
	if a.known == nil {
		next = len(a.form.Rows(names[0], names[1:]...))
	}
	for range spareRows {
		fields := make([]ui.FieldModel, len(names))
		for j, name := range names {
			fields[j] = ui.FieldModel{Name: name, ID: web.RowField(name, next)}
		}
		out = append(out, fields)
		next++
	}
	return out
}

// percent reads "9" or "9.5" as basis points; empty is none.
func percent(f *web.Values, name string) int {
	s := f.String(name, 64)
	if s == "" {
		return 0
	}
	n, err := measure.ParseFixed(f.Numeral(s), 2, 1_000_000)
	if err != nil {
		f.Add(name, err)
	}
	return int(n)
}

func percentText(basisPoints int) string {
	if basisPoints == 0 {
		return ""
	}
	return measure.FormatFixed(int64(basisPoints), 2, 0)
}

// stale reports whether err says that somebody else was faster; the form then comes
// back with what was typed, made from the version that is there now.
func stale(f *web.Values, err error) bool {
	if e, ok := fault.As(err); ok && e.Kind == fault.Conflict && e.Key == "catalog.changed_meanwhile" {
		f.Add("", e)
		return true
	}
	return false
}

// refusal is the status with which a form comes back; 0 when it does not.
func refusal(f *web.Values, err error) int {
	switch {
	case f.Refused(err):
		return http.StatusUnprocessableEntity
	case stale(f, err):
		return http.StatusConflict
	}
	return 0
}

func client(c *gin.Context, fresh string) string {
	if v := web.FormOf(c).Value("client_id"); v != "" {
		return v
	}
	return fresh
}
