package catalogweb

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/money"
	"buhuo/internal/web"
	catalogview "buhuo/views/catalog"
	"buhuo/views/layout"
	"buhuo/views/ui"
)

// week is Monday to Sunday.
func week() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func (h *Handlers) newSupplier(c *gin.Context) error {
	return h.supplierForm(c, http.StatusOK, nil, knownSupplier(catalog.Supplier{
		Kind: catalog.Wholesaler, Language: string(web.Lang(c)), PricesIncludeTax: true, LeadTimeDays: 1, ReviewDays: 1,
		OrderWeekdays: catalog.EveryDay,
	}, money.CNY))
}

func (h *Handlers) createSupplier(c *gin.Context) error {
	f := web.FormOf(c)
	s := readSupplier(c, f)
	s.ID, _ = f.IDOpt("client_id")
	err := f.Err()
	if err == nil {
		s, err = h.catalog.CreateSupplier(c.Request.Context(), s)
	}
	if status := refusal(f, err); status != 0 {
		return h.supplierForm(c, status, nil, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_supplier_saved")
	return web.Redirect(c, "/suppliers/"+s.ID.String())
}

func (h *Handlers) editSupplier(c *gin.Context) error {
	s, err := h.pathSupplier(c)
	if err != nil {
		return err
	}
	scope, _ := web.Scope(c)
	return h.supplierForm(c, http.StatusOK, &s, knownSupplier(s, scope.Currency))
}

func (h *Handlers) updateSupplier(c *gin.Context) error {
	before, err := h.pathSupplier(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	s := readSupplier(c, f)
	s.ID, s.Archived = before.ID, before.Archived
	s.Version = int64(f.Int("version", 1, 1<<30))
	if err = f.Err(); err == nil {
		err = h.catalog.UpdateSupplier(c.Request.Context(), s)
	}
	if status := refusal(f, err); status != 0 {
		return h.supplierForm(c, status, &before, nil)
	}
	if err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_supplier_saved")
	return web.Redirect(c, "/suppliers/"+s.ID.String())
}

func (h *Handlers) archiveSupplier(c *gin.Context) error {
	s, err := h.pathSupplier(c)
	if err != nil {
		return err
	}
	s.Archived = web.FormOf(c).Checked("archived")
	if err := h.catalog.UpdateSupplier(c.Request.Context(), s); err != nil {
		return err
	}
	web.Flash(c, web.Good, "catalog.flash_supplier_saved")
	return web.Redirect(c, "/suppliers")
}

func readSupplier(c *gin.Context, f *web.Values) catalog.Supplier {
	scope, _ := web.Scope(c)
	var kinds []string
	for _, k := range catalog.Kinds() {
		kinds = append(kinds, string(k))
	}
	s := catalog.Supplier{
		Name: f.Required("name", catalog.MaxName), Kind: catalog.Kind(f.Choice("kind", kinds...)),
		Province: f.String("province", 120), Contact: f.String("contact", 120), Phone: f.String("phone", 40),
		Email: f.String("email", 254), Address: f.String("address", 300), Note: f.String("note", 1000),
		Language: f.Choice("language", languages()...), PricesIncludeTax: f.Checked("prices_include_tax"),
		LeadTimeDays: f.Int("lead_time_days", 0, 365), ReviewDays: f.Int("review_days", 1, 365),
		OrderWeekdays: readWeekdays(f),
	}
	s.MinimumOrder, _ = f.AmountOpt("minimum_order", scope.Currency)
	s.Freight, _ = f.AmountOpt("freight", scope.Currency)
	if free, ok := f.AmountOpt("free_freight_from", scope.Currency); ok {
		s.FreeFreightFrom = &free
	}
	for _, r := range f.Rows("closed_from", "closed_through") {
		from, has := r.DateOpt("closed_from")
		through, hasThrough := r.DateOpt("closed_through")
		switch {
		case has && !hasThrough:
			through = from
		case !has && hasThrough:
			from = through
		case !has:
			continue
		}
		s.Closures = append(s.Closures, catalog.Closure{From: from, Through: through})
	}
	return s
}

func languages() []string {
	var out []string
	for _, l := range i18n.Langs() {
		out = append(out, string(l))
	}
	return out
}

// readWeekdays wants one day at least: a supplier who never takes orders is archived.
func readWeekdays(f *web.Values) catalog.Weekdays {
	var w catalog.Weekdays
	for _, v := range f.All("order_weekdays", 1) {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > 6 {
			w = 0
			break
		}
		w |= 1 << n
	}
	if w == 0 && f.Problem("order_weekdays") == nil {
		f.Add("order_weekdays", fault.New(fault.Invalid, "catalog.weekdays_unreadable"))
	}
	return w
}

func knownSupplier(s catalog.Supplier, cur money.Currency) url.Values {
	v := url.Values{
		"name": {s.Name}, "kind": {string(s.Kind)}, "province": {s.Province}, "contact": {s.Contact}, "phone": {s.Phone},
		"email": {s.Email}, "address": {s.Address}, "note": {s.Note}, "language": {s.Language},
		"lead_time_days": {strconv.Itoa(s.LeadTimeDays)}, "review_days": {strconv.Itoa(s.ReviewDays)},
		"version": {strconv.FormatInt(s.Version, 10)},
	}
	if s.PricesIncludeTax {
		v.Set("prices_include_tax", "1")
	}
	if s.MinimumOrder != 0 {
		v.Set("minimum_order", s.MinimumOrder.Decimal(cur))
	}
	if s.Freight != 0 {
		v.Set("freight", s.Freight.Decimal(cur))
	}
	if s.FreeFreightFrom != nil {
		v.Set("free_freight_from", s.FreeFreightFrom.Decimal(cur))
	}
	for i, d := range week() {
		if s.OrderWeekdays.Has(d) {
			v.Add("order_weekdays", strconv.Itoa(i))
		}
	}
	for _, closure := range s.Closures {
		v.Add("closed_from", closure.From.String())
		v.Add("closed_through", closure.Through.String())
	}
	return v
}

// supplierForm shows the form: s is nil for a new supplier, known nil after a refusal.
func (h *Handlers) supplierForm(c *gin.Context, status int, s *catalog.Supplier, known url.Values) error {
	chrome := web.Chrome(c)
	t := chrome.T
	a := answers{web.FormOf(c), known}
	scope, _ := web.Scope(c)
	amount := func(name, label string) ui.FieldModel {
		f := a.number(name, label)
		f.Unit = scope.Currency.Code
		return f
	}
	m := catalogview.SupplierForm{
		Client: client(c, chrome.Client), Version: a.value("version"),
		Name: a.field("name", t.T("catalog.supplier_name")), Kind: a.choice("kind", t.T("catalog.kind"), kindOptions(t)),
		Province: a.field("province", t.T("catalog.province")), Contact: a.field("contact", t.T("catalog.contact")),
		Phone: a.field("phone", t.T("catalog.phone")), Email: a.field("email", t.T("catalog.email")),
		Address: a.field("address", t.T("catalog.address")), Note: a.field("note", t.T("catalog.note")),
		Language:     a.choice("language", t.T("catalog.document_language"), languageOptions()),
		Tax:          ui.Check{Name: "prices_include_tax", Label: t.T("catalog.prices_with_tax"), Checked: a.value("prices_include_tax") != ""},
		MinimumOrder: amount("minimum_order", t.T("catalog.minimum_order")), Freight: amount("freight", t.T("catalog.freight")),
		FreeFreight:  amount("free_freight_from", t.T("catalog.free_freight_from")),
		LeadTime:     a.number("lead_time_days", t.T("catalog.lead_time")),
		Review:       a.number("review_days", t.T("catalog.review_days")),
		WeekdayWrong: a.form.Sentence("order_weekdays"), ClosuresWrong: a.form.Sentence("closures"),
	}
	for i, d := range week() {
		n := strconv.Itoa(i)
		m.Weekdays = append(m.Weekdays, ui.Check{ID: "order_weekdays-" + n, Name: "order_weekdays", Value: n, Label: t.Weekday(d),
			Checked: a.has("order_weekdays", n)})
	}
	for _, row := range a.rows("closed_from", "closed_through") {
		row[0].Label, row[1].Label = t.T("catalog.closed_from"), t.T("catalog.closed_through")
		m.Closures = append(m.Closures, catalogview.ClosureRow{From: row[0], Through: row[1]})
	}
	chrome.Active, chrome.Title, m.Action = layout.More, t.T("catalog.new_supplier"), "/suppliers/new"
	chrome.Back = ui.Link{Href: "/suppliers", Text: t.T("catalog.suppliers")}
	if s != nil {
		href := "/suppliers/" + s.ID.String()
		chrome.Title, m.Action = t.T("catalog.edit_supplier"), href+"/edit"
		chrome.Back = ui.Link{Href: href, Text: s.Name}
		if status == http.StatusConflict {
			m.Version = strconv.FormatInt(s.Version, 10)
		}
	}
	m.Chrome = chrome
	return web.Render(c, status, catalogview.SupplierEdit(m))
}

func kindOptions(t *i18n.Printer) []ui.Option {
	var options []ui.Option
	for _, k := range catalog.Kinds() {
		options = append(options, ui.Option{Value: string(k), Text: t.T("catalog.kind." + string(k))})
	}
	return options
}

func languageOptions() []ui.Option {
	var options []ui.Option
	for _, l := range i18n.Langs() {
		options = append(options, ui.Option{Value: string(l), Text: l.Name()})
	}
	return options
}
