package salesweb

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/sales"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/views/layout"
	salesview "buhuo/views/sales"
	"buhuo/views/ui"
)

func (h *Handlers) importForm(c *gin.Context) error { return h.importPage(c, http.StatusOK) }

func (h *Handlers) importPage(c *gin.Context, status int) error {
	ctx := c.Request.Context()
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	batches, err := h.sales.Batches(ctx)
	if err != nil {
		return err
	}
	f, chrome := web.FormOf(c), web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Lead = t.T("sales.import_title"), layout.More, t.T("sales.import_lead")
	chrome.Back = ui.Link{Href: "/more", Text: t.T("sales.back_more")}
	m := salesview.Import{
		Chrome: chrome, Client: chrome.Client, CanWrite: scope.Role.AtLeast(tenant.Manager),
		Kind: ui.SelectModel{Name: "kind", Label: t.T("sales.import_kind"), Error: f.Sentence("kind"), Needed: true},
		File: ui.FieldModel{Name: "file", Label: t.T("sales.import_file"), Hint: t.T("sales.import_file_hint"), Type: "file",
			Accept: ".csv,.txt,.tsv,.gz", Error: f.Sentence("file"), Needed: true},
		Source: ui.SelectModel{Name: "source", Label: t.T("sales.import_source"), Error: f.Sentence("source"),
			Options: []ui.Option{{Value: "", Text: t.T("sales.import_source_auto")}}},
	}
	chosen := f.Value("kind")
	if chosen == "" {
		chosen = string(sales.ImportProducts)
	}
	for _, k := range sales.ImportKinds() {
		m.Kind.Options = append(m.Kind.Options, ui.Option{Value: string(k), Text: t.T("sales.kind." + string(k)), Selected: string(k) == chosen})
		m.Examples = append(m.Examples, ui.Link{Href: "/examples/" + string(k) + ".csv", Text: t.T("sales.kind." + string(k)), Icon: "download", Download: true})
	}
	for _, name := range h.sales.SourceNames() {
		m.Source.Options = append(m.Source.Options, ui.Option{Value: name, Text: t.T("sales.source." + name), Selected: f.Value("source") == name})
	}
	for _, b := range batches {
		m.Batches = append(m.Batches, salesview.Batch{
			Href: batchPath(b.Batch), Title: t.T("sales.batch_number", i18n.A("number", strconv.FormatInt(b.Batch, 10)), i18n.A("kind", t.T("sales.kind."+string(b.Kind)))),
			File: b.FileName, When: t.DateTime(local(scope, b.StartedAt.Time())), Result: t.T("sales.result_line", i18n.A("new", b.New), i18n.A("same", b.Same), i18n.A("refused", b.Refused)),
			Badge: stateBadge(t, b),
		})
	}
	return web.Render(c, status, salesview.ImportPage(m))
}

func batchPath(number int64) string { return "/import/" + strconv.FormatInt(number, 10) }

func local(scope tenant.Scope, at time.Time) time.Time {
	if scope.Zone == nil {
		return at
	}
	return at.In(scope.Zone)
}

func stateBadge(t *i18n.Printer, r sales.Report) salesview.Badge {
	switch r.State {
	case sales.BatchRunning:
		return salesview.Badge{Tone: ui.Watch, Text: t.T("sales.state.running")}
	case sales.BatchUndone:
		return salesview.Badge{Tone: ui.Plain, Icon: "undo", Text: t.T("sales.state.undone")}
	}
	if r.Refused > 0 {
		return salesview.Badge{Tone: ui.Watch, Text: t.T("sales.state.partly")}
	}
	return salesview.Badge{Tone: ui.OK, Text: t.T("sales.state.done")}
}

// upload brings a file in and leads to its report.
func (h *Handlers) upload(c *gin.Context) error {
	f := web.FormOf(c)
	kind := f.Choice("kind", string(sales.ImportProducts), string(sales.ImportSales), string(sales.ImportStock))
	source := f.String("source", 64)
	file, err := web.Upload(c, "file")
	if err != nil {
		var e *fault.Error
		if errors.As(err, &e) && e.Kind == fault.Invalid {
			f.Add("file", e)
		} else {
			return err
		}
	} else {
		defer file.Close() //nolint:errcheck // read only
	}
	var report sales.Report
	if err = f.Err(); err == nil {
		report, err = h.sales.Import(c.Request.Context(), sales.ImportRequest{
			Kind: sales.ImportKind(kind), Source: source, FileName: file.Name, Body: file,
		})
	}
	if f.Refused(err) {
		return h.importPage(c, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	switch {
	case report.Again:
		web.Flash(c, web.Warn, "sales.flash_import_again")
	case report.Refused > 0:
		web.Flash(c, web.Warn, "sales.flash_import_partly", report.Refused)
	default:
		web.Flash(c, web.Good, "sales.flash_imported", report.New)
	}
	return web.Redirect(c, batchPath(report.Batch))
}

func number(c *gin.Context) (int64, error) {
	n, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil || n < 1 {
		return 0, fault.New(fault.NotFound, "sales.batch_missing")
	}
	return n, nil
}

// report shows one batch.
func (h *Handlers) report(c *gin.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	scope, err := tenant.Must(c.Request.Context())
	if err != nil {
		return err
	}
	r, err := h.sales.Batch(c.Request.Context(), n)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	kind := t.T("sales.kind." + string(r.Kind))
	chrome.Title = t.T("sales.batch_number", i18n.A("number", strconv.FormatInt(r.Batch, 10)), i18n.A("kind", kind))
	chrome.Active, chrome.Lead = layout.More, r.FileName
	chrome.Back = ui.Link{Href: "/import", Text: t.T("sales.import_title")}
	m := salesview.Report{
		Chrome: chrome, Badge: stateBadge(t, r),
		Figures: []ui.Figure{
			{Label: t.T("sales.lines_read"), Value: t.Int(int64(r.Read))},
			{Label: t.T("sales.lines_new"), Value: t.Int(int64(r.New)), Tone: ui.OK},
			{Label: t.T("sales.lines_same"), Value: t.Int(int64(r.Same))},
			{Label: t.T("sales.lines_refused"), Value: t.Int(int64(r.Refused)), Tone: refusedTone(r.Refused)},
		},
		Facts: []ui.Fact{
			{Term: t.T("sales.when"), Text: t.DateTime(local(scope, r.StartedAt.Time()))},
			{Term: t.T("sales.import_source"), Text: t.T("sales.source." + r.Source)},
		},
	}
	if r.State == sales.BatchRunning {
		m.Note, m.Tone = t.T("sales.running_note"), ui.Watch
	}
	for _, e := range r.Errors {
		m.Errors = append(m.Errors, salesview.LineError{Line: strconv.Itoa(e.Line), Text: t.Fault(e.Fault())})
	}
	if more := r.Refused - len(r.Errors); more > 0 && len(r.Errors) > 0 {
		m.MoreOf = t.T("sales.more_refused", i18n.A("n", more))
	}
	if r.State != sales.BatchUndone {
		m.Next = nextSteps(t, r.Kind)
		if scope.Role.AtLeast(tenant.Manager) {
			m.Undo = batchPath(r.Batch) + "/undo"
		}
	}
	return web.Render(c, http.StatusOK, salesview.ReportPage(m))
}

func refusedTone(n int) ui.Tone {
	if n > 0 {
		return ui.Out
	}
	return ui.Plain
}

// nextSteps are where a shop goes from here.
func nextSteps(t *i18n.Printer, kind sales.ImportKind) []ui.Link {
	if kind == sales.ImportProducts {
		return []ui.Link{{Href: "/import", Text: t.T("sales.next_import_sales"), Icon: "upload", Kind: ui.Primary}}
	}
	return []ui.Link{{Href: "/suggestions", Text: t.T("sales.next_suggestions"), Icon: "receipt", Kind: ui.Primary}}
}

// undo takes a batch back.
func (h *Handlers) undo(c *gin.Context) error {
	n, err := number(c)
	if err != nil {
		return err
	}
	if err := h.sales.Undo(c.Request.Context(), n); err != nil {
		return err
	}
	web.Flash(c, web.Good, "sales.flash_undone")
	return web.Redirect(c, batchPath(n))
}

// examples are small files with the columns that an import reads.
var examples = map[sales.ImportKind]struct {
	header []string
	rows   [][]string
}{
	sales.ImportProducts: {[]string{"item", "name", "category", "unit", "price", "barcode", "shelf_life", "loss_percent", "origin"}, [][]string{
		{"1001", "若羌红枣 500g", "干果", "bag", "28.00", "6901234567892", "365", "0", "新疆"},
		{"1002", "赣南脐橙", "水果", "kg", "9.60", "", "20", "4.5", "江西"},
		{"1003", "香菇", "食用菌", "kg", "18.00", "", "7", "10", "湖北"},
	}},
	sales.ImportSales: {[]string{"item", "date", "quantity", "price", "cost"}, [][]string{
		{"1001", "2026-11-20", "3", "28.00", "19.50"},
		{"1002", "2026-11-20", "12.5", "9.60", "5.20"},
		{"1002", "2026-11-21", "-1", "9.60", ""},
		{"1003", "2026-11-21", "0", "", "11.00"},
	}},
	sales.ImportStock: {[]string{"item", "quantity", "cost", "expiry", "lot"}, [][]string{
		{"1001", "24", "19.50", "2027-06-30", "A1"},
		{"1002", "36.5", "5.20", "", ""},
	}},
}

func (h *Handlers) example(c *gin.Context) error {
	kind := c.Param("kind")
	e, ok := examples[sales.ImportKind(kind)]
	if !ok {
		return fault.New(fault.NotFound, "sales.example_missing")
	}
	return web.WriteCSV(c, "buhuo-"+kind+".csv", e.header, e.rows)
}
