package shopweb

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/web/sheet"
	"buhuo/views/layout"
	shopview "buhuo/views/shop"
	"buhuo/views/ui"
)

const (
	auditPath = "/audit"
	auditRows = 50
	auditFile = 100_000 // lines of a file
)

// Subjects tells what products and suppliers of the shop are called; ids of others are
// absent.
type Subjects interface {
	Called(ctx context.Context, ids []ident.ID) (map[ident.ID]string, error)
}

// Call lets the audit trail name what was changed.
func (h *Handlers) Call(s Subjects) *Handlers {
	h.subjects = s
	return h
}

// trailQuery reads which part of the trail is asked for.
func trailQuery(c *gin.Context, zone *time.Location) (q shop.TrailQuery, asked url.Values, err error) {
	f := web.QueryOf(c)
	asked = url.Values{}
	if who, ok := f.IDOpt("person"); ok {
		q.Person = who
		asked.Set("person", who.String())
	}
	if q.Kind = f.ChoiceOpt("kind", "", shop.TrailKinds()...); q.Kind != "" {
		asked.Set("kind", q.Kind)
	}
	if on, ok := f.DateOpt("day"); ok {
		q.From, q.Until = day.At(on.Start(zone)), day.At(on.Add(1).Start(zone))
		asked.Set("day", on.String())
	}
	before, _ := f.IntOpt("before", 1, 1<<53)
	q.Before = int64(before)
	if f.Err() != nil {
		err = fault.New(fault.Malformed, "shop.audit_unreadable").WithCause(f.Err())
	}
	return q, asked, err
}

// audit lists who changed what, the latest first.
func (h *Handlers) audit(c *gin.Context) error {
	ctx := c.Request.Context()
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	q, asked, err := trailQuery(c, scope.Zone)
	if err != nil {
		return err
	}
	q.Limit = auditRows + 1
	entries, err := h.shop.Trail(ctx, q)
	if err != nil {
		return err
	}
	team, err := h.shop.Team(ctx)
	if err != nil {
		return err
	}
	chrome := web.Chrome(c)
	t := chrome.T
	chrome.Title, chrome.Active, chrome.Lead = t.T("shop.audit_title"), layout.More, t.T("shop.audit_lead")
	chrome.Back = ui.Link{Href: "/settings", Text: t.T("shop.settings_title")}
	file := auditPath + ".csv"
	m := shopview.AuditPage{Pager: ui.PagerModel{T: t}, Person: personSelect(t, team, asked.Get("person")), Kind: kindSelect(t, q.Kind)}
	m.Day = ui.FieldModel{Name: "day", Label: t.T("shop.audit_day"), Type: "date", Value: asked.Get("day"), Short: true}
	if m.Narrowed = len(asked) > 0; m.Narrowed {
		file += "?" + asked.Encode()
	}
	chrome.Actions = []ui.Link{{Href: file, Text: t.T("shop.audit_file"), Icon: "download"}}
	if len(entries) > auditRows {
		entries = entries[:auditRows]
		asked.Set("before", strconv.FormatInt(entries[auditRows-1].Seq, 10))
		m.Pager.Next = auditPath + "?" + asked.Encode()
	}
	told, err := h.tell(ctx, t, scope, entries)
	if err != nil {
		return err
	}
	m.Chrome, m.Rows = chrome, told
	return web.Render(c, http.StatusOK, shopview.Audit(m))
}

func personSelect(t *i18n.Printer, team []shop.Member, chosen string) ui.SelectModel {
	m := ui.SelectModel{Name: "person", Label: t.T("shop.audit_person"), Options: []ui.Option{{Text: t.T("shop.audit_everybody"), Selected: chosen == ""}}}
	for _, one := range team {
		id := one.Person.ID.String()
		m.Options = append(m.Options, ui.Option{Value: id, Text: one.Person.Name, Selected: id == chosen})
	}
	return m
}

func kindSelect(t *i18n.Printer, chosen string) ui.SelectModel {
	m := ui.SelectModel{Name: "kind", Label: t.T("shop.audit_kind"), Options: []ui.Option{{Text: t.T("shop.audit_everything"), Selected: chosen == ""}}}
	for _, kind := range shop.TrailKinds() {
		m.Options = append(m.Options, ui.Option{Value: kind, Text: t.T("audit.kind." + kind), Selected: kind == chosen})
	}
	return m
}

// tell writes lines in words.
func (h *Handlers) tell(ctx context.Context, t *i18n.Printer, scope tenant.Scope, entries []shop.Entry) ([]shopview.AuditRow, error) {
	lines := make([]told, len(entries))
	people, subjects := map[ident.ID]bool{}, map[ident.ID]bool{}
	for i, e := range entries {
		lines[i] = read(e)
		people[e.Person] = true
		for _, id := range lines[i].ids {
			subjects[id] = true
		}
		if strings.HasPrefix(e.Action, "person.") {
			people[e.Subject] = true
		}
	}
	names, err := h.shop.Names(ctx, slices.Collect(maps.Keys(people)))
	if err != nil {
		return nil, err
	}
	called := map[ident.ID]string{}
	if h.subjects != nil {
		if called, err = h.subjects.Called(ctx, slices.Collect(maps.Keys(subjects))); err != nil {
			return nil, err
		}
	}
	rows := make([]shopview.AuditRow, len(entries))
	for i, e := range entries {
		who := names[e.Person]
		if who == "" {
			who = t.T("shop.audit_program")
		}
		rows[i] = shopview.AuditRow{At: moment(t, e.At.Time().In(scope.Zone)), Who: who, What: done(t, e.Action), Changes: lines[i].changes(t), Href: lines[i].href}
		rows[i].Subject = lines[i].subject(names, called)
	}
	return rows, nil
}

// moment writes an instant with its year: trails are long.
func moment(t *i18n.Printer, at time.Time) string {
	return t.Date(day.Of(at, at.Location())) + " " + t.Time(at)
}

// done says what was done.
func done(t *i18n.Printer, action string) string {
	if key := "audit.action." + action; t.Has(key) {
		return t.T(key)
	}
	return action // of a later version's trail
}

// told is a line of the trail, taken apart.
type told struct {
	entry  shop.Entry
	detail map[string]any
	ids    []ident.ID // of products and suppliers
	href   string
}

// read takes a line apart; what it cannot read it leaves out.
func read(e shop.Entry) told {
	l := told{entry: e, detail: map[string]any{}}
	d := json.NewDecoder(strings.NewReader(e.Detail))
	d.UseNumber()
	if d.Decode(&l.detail) != nil {
		l.detail = map[string]any{}
	}
	if !e.Subject.IsNil() {
		l.ids = append(l.ids, e.Subject)
	}
	for _, key := range []string{"product", "supplier"} {
		if id, err := ident.Parse(l.text(key)); err == nil {
			l.ids = append(l.ids, id)
		}
	}
	l.href = l.place()
	return l
}

func (l told) text(key string) string {
	s, _ := l.detail[key].(string)
	return s
}

// place is where the thing that was changed is seen; "" when nowhere.
func (l told) place() string {
	kind, what, _ := strings.Cut(l.entry.Action, ".")
	pages := map[string]string{"order": "/orders/", "product": "/products/", "suggestion": "/products/", "forecast": "/products/", "supplier": "/suppliers/", "enquiry": "/enquiries/", "deal": "/inbox/"}
	for side, path := range map[string]string{"household": "/credit", "helper": "/helpers"} {
		if kind == side && what == "erase" {
			return path
		}
		if kind == side && !l.entry.Subject.IsNil() {
			return path + "/" + l.entry.Subject.String()
		}
	}
	switch {
	case pages[kind] != "" && !l.entry.Subject.IsNil():
		return pages[kind] + l.entry.Subject.String()
	case kind == "offer" && l.text("product") != "":
		return "/products/" + l.text("product") + "/offers"
	case kind == "import":
		if n := cmp.Or(l.text("number"), numeral(l.detail["number"])); n != "" {
			return "/import/" + n
		}
	case kind == "directory" && what == "take":
		return "/products/" + l.entry.Subject.String()
	}
	return map[string]string{"directory": "/publish", "template": "/templates", "person": teamPath, "shop": "/settings", "mail": "/settings/mail", "level": "/settings/level", "hindsight": "/replay", "sale": "/sales"}[kind]
}

func numeral(v any) string {
	n, _ := v.(json.Number)
	return n.String()
}

// subject names what was changed: by its number, its name, or a person's.
func (l told) subject(people, called map[ident.ID]string) string {
	parts := []string{l.text("number")}
	if strings.HasPrefix(l.entry.Action, "person.") {
		parts = append(parts, people[l.entry.Subject])
	}
	for _, id := range l.ids {
		parts = append(parts, called[id])
	}
	if name := l.text("name"); name != "" && !slices.Contains(parts, name) {
		parts = append(parts, name)
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(slices.Compact(parts), " · ")
}

// changes says what was before and what is now, and what else is known.
func (l told) changes(t *i18n.Printer) []string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(l.detail)) {
		label := "audit.field." + key
		if !t.Has(label) {
			continue
		}
		if pair, ok := l.detail[key].([]any); ok && len(pair) == 2 {
			out = append(out, t.T("shop.audit_changed", i18n.A("field", t.T(label)), i18n.A("before", orNothing(value(t, key, pair[0]))), i18n.A("after", orNothing(value(t, key, pair[1])))))
			continue
		}
		if text := value(t, key, l.detail[key]); text != "" {
			out = append(out, t.T("shop.audit_value", i18n.A("field", t.T(label)), i18n.A("value", text)))
		}
	}
	list, _ := l.detail["changed"].([]any)
	for _, one := range list {
		line, _ := one.(map[string]any)
		if pair, ok := line["quantity"].([]any); ok && len(pair) == 2 && pair[0] != pair[1] {
			name, _ := line["product"].(string)
			out = append(out, t.T("shop.audit_changed", i18n.A("field", name), i18n.A("before", orNothing(value(t, "", pair[0]))), i18n.A("after", orNothing(value(t, "", pair[1])))))
		}
	}
	return out
}

func orNothing(text string) string { return cmp.Or(text, "–") }

// value writes one value for people; lists and the like are left to the file.
func value(t *i18n.Printer, key string, v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return t.T("shop.audit_yes")
		}
		return t.T("shop.audit_no")
	case json.Number:
		return t.Typed(v.String())
	case string:
		if coded := "audit.value." + key + "." + v; t.Has(coded) {
			return t.T(coded)
		}
		if key == "role" {
			if role, err := tenant.ParseRole(v); err == nil {
				return t.Role(role)
			}
		}
		if d, err := day.Parse(v); err == nil {
			return t.Date(d)
		}
		if v != "" && strings.Trim(v, "-.0123456789") == "" {
			return t.Typed(v)
		}
		return v
	}
	return ""
}

// auditCSV is the same as a file, the whole of each line included.
func (h *Handlers) auditCSV(c *gin.Context) error {
	ctx := c.Request.Context()
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	q, _, err := trailQuery(c, scope.Zone)
	if err != nil {
		return err
	}
	q.Limit = auditFile
	entries, err := h.shop.Trail(ctx, q)
	if err != nil {
		return err
	}
	people := map[ident.ID]bool{}
	for _, e := range entries {
		people[e.Person] = true
	}
	names, err := h.shop.Names(ctx, slices.Collect(maps.Keys(people)))
	if err != nil {
		return err
	}
	rows := make([][]string, len(entries))
	for i, e := range entries {
		subject := ""
		if !e.Subject.IsNil() {
			subject = e.Subject.String()
		}
		rows[i] = []string{strconv.FormatInt(e.Seq, 10), e.At.Time().In(scope.Zone).Format(time.RFC3339), names[e.Person], e.Action, subject, e.Detail, e.Request}
	}
	var b bytes.Buffer
	if err := sheet.Write(&b, []string{"line", "at", "person", "action", "subject", "detail", "request"}, rows); err != nil {
		return err
	}
	web.Download(c, "audit.csv", "text/csv; charset=utf-8", b.Bytes())
	return nil
}
