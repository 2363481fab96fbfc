package app_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// kind is what a field is for; it decides what must be refused there.
type kind int

const (
	amount   kind = iota // a number above zero
	count                // a number of zero or more
	optional             // the same, may be empty
	signed               // a number that may be below zero
	date                 // may be empty
	line                 // text, may be empty
	title                // text, not empty
	choice               // one of a list
	code                 // names something; forms carry it along
	hidden               // an id
)

var (
	noNumbers = []string{"abc", "NaN", "Inf", "-Infinity", "1e3", "0x10", "1/2", "1 2 x", "99999999999999999999", "1.2345678", "🍊", "𬍛", "--1", strings.Repeat("9", 5000)}
	noDates   = []string{"1899-12-31", "2999-01-01", "2026-02-30", "0000-00-00", "yesterday", "2026-13-01", "🍊", "99999-01-01", strings.Repeat("2026-01-01", 99)}
	noTexts   = []string{strings.Repeat("𬍛", 10_000), strings.Repeat("a", 60_000)}
	noChoices = []string{"king", "🍊", "' OR 1=1 --", "NULL", strings.Repeat("x", 9000)}
	noIDs     = []string{"1", "not-an-id", "00000000-0000-0000-0000-00000000000g", "🍊", strings.Repeat("0", 4000)}
	empty     = []string{"", "   ", "\u200b\u202e"}
)

// refused are the values that a field of that kind must refuse.
func (k kind) refused() []string {
	switch k {
	case amount:
		return slices.Concat(noNumbers, empty, []string{"0", "-1", "-0.5", "０"})
	case count:
		return slices.Concat(noNumbers, empty, []string{"-1"})
	case optional:
		return slices.Concat(noNumbers, []string{"-1"})
	case signed:
		return noNumbers
	case date:
		return noDates
	case line:
		return noTexts
	case title:
		return slices.Concat(noTexts, empty)
	case choice:
		return noChoices
	case code:
		return noTexts
	default:
		return noIDs
	}
}

// odd are values that may be taken or refused, but never break anything.
func (k kind) odd() []string {
	switch k {
	case amount, count, optional, signed:
		return []string{"１２", "1,5", "1.500", " 2 ", "1,234.5", "十", "+1", "1.", ".5", "٣", "1\t", "¥3"}
	case date:
		return []string{"２０２６-１２-０１", "2026/12/1", "2026年12月1日", "20261201", "2027-12-31", "2026-1-1"}
	case line, title:
		return []string{
			"🍊🍋", "𬍛𬍛", "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "'; DROP TABLE sales; --", "a\r\nb", "\u202egnp.exe", "%s%n{name}{{.}}", "e\u0301",
			"\ufffd", "-1+2", "\\", "\"", "𝕏" + strings.Repeat("\u0301", 50),
		}
	default:
		return nil
	}
}

// form is one form of the program: where it stands, what a person fills in, and
// what each field is for.
type form struct {
	page   func(f filled) string
	action func(f filled) string
	role   tenant.Role
	good   url.Values
	fields map[string]kind
}

func at(path string, names ...string) func(filled) string {
	return func(f filled) string {
		for _, name := range names {
			path = strings.Replace(path, ":id", f.ids[name].String(), 1)
		}
		return path
	}
}

// forms are all forms that take what people type.
var forms = map[string]form{
	"settings": {page: at("/settings"), action: at("/settings"), role: tenant.Owner, fields: map[string]kind{
		"name": title, "policy": choice, "open_hour": choice, "close_hour": choice, "market_days": line, "show_unit": choice, "version": count, "province": choice,
		"target": choice, "target_percent": optional, "ordering_cost": optional, "approve_above": optional,
	}},
	"product":       {page: at("/products/new"), action: at("/products/new"), role: tenant.Manager, good: url.Values{"name": {"新货"}}, fields: productFields},
	"product edit":  {page: at("/products/:id/edit", "product"), action: at("/products/:id/edit", "product"), role: tenant.Manager, fields: productFields},
	"supplier":      {page: at("/suppliers/new"), action: at("/suppliers/new"), role: tenant.Manager, good: url.Values{"name": {"新家"}, "kind": {"farmer"}}, fields: supplierFields},
	"supplier edit": {page: at("/suppliers/:id/edit", "supplier"), action: at("/suppliers/:id/edit", "supplier"), role: tenant.Manager, fields: supplierFields},
	"papers":        {page: at("/suppliers/:id/papers", "supplier"), action: at("/suppliers/:id/papers", "supplier"), role: tenant.Manager, fields: map[string]kind{"column": choice}},
	"producer": {page: at("/publish/profile"), action: at("/publish/profile"), role: tenant.Manager, fields: map[string]kind{
		"name": title, "kind": choice, "province": choice, "about": line, "contact": line, "phone": line, "lead_time_days": count,
		"minimum_order": optional, "freight": optional, "free_freight_from": optional, "version": count,
	}},
	"deal": {page: at("/inbox/:id", "deal"), action: at("/inbox/:id/confirm", "deal"), role: tenant.Manager, fields: map[string]kind{
		"line": amount, "quantity": count, "price": count, "product": hidden, "due": date, "version": amount,
	}},
	"deal refused": {page: at("/inbox/:id", "deal"), action: at("/inbox/:id/refuse", "deal"), role: tenant.Manager, fields: map[string]kind{"reason": line, "version": amount}},
	"shipment": {page: at("/inbox/:id", "promised"), action: at("/inbox/:id/ship", "promised"), role: tenant.Seller, fields: map[string]kind{
		"line": amount, "ships": optional, "note": line, "client_id": hidden,
	}},
	"direct order": {page: func(f filled) string { return "/directory/" + f.found.String() }, action: func(f filled) string { return "/directory/" + f.found.String() + "/order" },
		role: tenant.Manager, fields: map[string]kind{"quantity": amount, "client_id": hidden}},
	"listing": {page: at("/publish/:id", "product"), action: at("/publish/:id", "product"), role: tenant.Manager, fields: map[string]kind{
		"name": title, "grade": line, "origin": line, "lot": line, "about": line, "price": amount, "minimum": optional, "unit": choice, "pack": choice,
		"harvest_from": date, "harvest_through": date, "break_from": optional, "break_price": optional, "version": count,
	}},
	"joint proposal": {page: at("/joint/new?offer=:id", "offer"), action: at("/joint/new"), role: tenant.Manager, good: url.Values{"wanted": {"20"}},
		fields: map[string]kind{"wanted": amount, "tolerance": optional, "until": date, "note": line, "unit": hidden, "client_id": hidden}},
	"joint answer": {page: at("/joint/asked/:id", "asked"), action: at("/joint/asked/:id/join", "asked"), role: tenant.Manager, good: url.Values{"wanted": {"20"}},
		fields: map[string]kind{"wanted": amount, "tolerance": optional, "unit": hidden, "product": hidden, "version": amount}},
	"joint refusal": {page: at("/joint/asked/:id", "asked"), action: at("/joint/asked/:id/decline", "asked"), role: tenant.Manager, fields: map[string]kind{"version": amount}},
	"joint end":     {page: at("/joint/:id", "joint"), action: at("/joint/:id/close", "joint"), role: tenant.Manager, fields: map[string]kind{"version": amount}},
	"offer": {page: func(f filled) string {
		return "/suppliers/" + f.ids["usual"].String() + "/offers/new?product=" + f.ids["product"].String()
	}, action: at("/suppliers/:id/offers/new", "usual"), role: tenant.Manager, good: url.Values{"price": {"5"}}, fields: offerFields},
	"offer edit": {page: at("/offers/:id/edit", "offer"), action: at("/offers/:id/edit", "offer"), role: tenant.Manager, fields: offerFields},
	"sale": {page: func(f filled) string { return "/sell?product=" + url.QueryEscape(f.code) }, action: at("/sales"), role: tenant.Seller,
		good: url.Values{"quantity": {"1"}}, fields: map[string]kind{"quantity": amount, "unit": choice, "channel": code, "province": choice, "product_code": code, "client_id": hidden}},
	"sale on credit": {page: func(f filled) string { return "/sell?product=" + url.QueryEscape(f.code) }, action: at("/sales"), role: tenant.Seller,
		good: url.Values{"quantity": {"1"}, "household": {"老李家"}}, fields: map[string]kind{"household": line, "client_id": hidden}},
	"paid back": {page: at("/credit/pay"), action: at("/credit/pay"), role: tenant.Seller, good: url.Values{"name": {"老李家"}, "amount": {"3"}},
		fields: map[string]kind{"name": title, "amount": amount, "day": date, "client_id": hidden}},
	"household": {page: at("/credit"), action: at("/credit"), role: tenant.Owner, good: url.Values{"name": {"新来的"}}, fields: map[string]kind{"name": title, "phone": line}},
	"household paid": {page: at("/credit/:id", "household"), action: at("/credit/:id/paid", "household"), role: tenant.Owner,
		fields: map[string]kind{"amount": amount, "day": date, "client_id": hidden}},
	"household change": {page: at("/credit/:id", "household"), action: at("/credit/:id", "household"), role: tenant.Owner, fields: map[string]kind{"name": title, "phone": line, "version": amount}},
	"work": {page: at("/helpers"), action: at("/helpers"), role: tenant.Owner, good: url.Values{"name": {"小梅"}, "task": {"packing"}, "hours": {"2"}},
		fields: map[string]kind{"name": title, "day": date, "task": choice, "hours": optional, "pieces": optional, "amount": optional, "client_id": hidden}},
	"helper paid":   {page: at("/helpers/:id", "helper"), action: at("/helpers/:id/paid", "helper"), role: tenant.Owner, fields: map[string]kind{"amount": amount, "day": date, "client_id": hidden}},
	"helper change": {page: at("/helpers/:id", "helper"), action: at("/helpers/:id", "helper"), role: tenant.Owner, fields: map[string]kind{"name": title, "phone": line, "version": amount}},
	"before":        {page: at("/helpers/before"), action: at("/helpers/before"), role: tenant.Owner, good: url.Values{"task": {"packing"}, "hours": {"2"}}, fields: map[string]kind{"task": choice, "hours": count}},
	"merge":         {page: at("/products/:id/merge", "twin"), action: at("/products/:id/merge", "twin"), role: tenant.Manager, good: url.Values{"into": {"alpha-100"}}, fields: map[string]kind{"into": code}},
	"essential":     {page: at("/insights/needs"), action: at("/insights/needs/essentials"), role: tenant.Manager, fields: map[string]kind{"q": code}, good: url.Values{"q": {"红枣"}}},
	"wish":          {page: at("/sell"), action: at("/wishes"), role: tenant.Seller, good: url.Values{"text": {"没有的货"}}, fields: map[string]kind{"text": title}},
	"receive goods": {page: at("/stock/receive?product=:id", "product"), action: at("/stock/receive"), role: tenant.Seller, good: url.Values{"quantity": {"3"}},
		fields: map[string]kind{"quantity": amount, "unit": choice, "cost": optional, "paid": optional, "produced": date, "expiry": date, "lot": line, "supplier": hidden, "note": line, "client_id": hidden, "product": hidden}},
	"harvest": {page: at("/stock/harvest?product=:id", "product"), action: at("/stock/harvest"), role: tenant.Seller, good: url.Values{"quantity": {"3"}},
		fields: map[string]kind{"quantity": amount, "unit": choice, "cost": optional, "paid": optional, "produced": date, "expiry": date, "lot": line, "note": line, "client_id": hidden, "product": hidden}},
	"process": {page: at("/stock/process?product=:id", "product"), action: at("/stock/process"), role: tenant.Seller, good: url.Values{"quantity": {"1"}, "made": {"1"}, "into": {"alpha-200"}, "made_unit": {"kg"}},
		fields: map[string]kind{"quantity": amount, "unit": choice, "made": amount, "made_unit": choice, "into": title, "extra": optional, "expiry": date, "lot": line, "note": line, "client_id": hidden, "product": hidden}},
	"count": {page: at("/stock/count?product=:id", "product"), action: at("/stock/count"), role: tenant.Seller, good: url.Values{"counted": {"12"}},
		fields: map[string]kind{"counted": count, "unit": choice, "expected": signed, "note": line, "client_id": hidden, "product": hidden}},
	"adjust": {page: at("/stock/adjust?product=:id", "product"), action: at("/stock/adjust"), role: tenant.Manager, good: url.Values{"quantity": {"1"}, "reason": {"数错"}, "direction": {"less"}},
		fields: map[string]kind{"quantity": amount, "unit": choice, "direction": choice, "reason": title, "note": line, "client_id": hidden, "product": hidden}},
	"loss": {page: at("/stock/loss?product=:id", "product"), action: at("/stock/loss"), role: tenant.Seller, good: url.Values{"quantity": {"1"}, "reason": {"spoilage"}},
		fields: map[string]kind{"quantity": amount, "unit": choice, "reason": choice, "lot": hidden, "note": line, "client_id": hidden, "product": hidden}},
	"delivery": {page: at("/orders/:id", "sent"), action: at("/orders/:id/receive", "sent"), role: tenant.Seller,
		fields: map[string]kind{"line": amount, "quantity": optional, "price": optional, "lot": line, "produced": date, "expiry": date, "client_id": hidden, "unit": hidden}},
	"take back": {page: at("/orders/:id", "received"), action: at("/orders/:id/take-back", "received"), role: tenant.Manager, fields: map[string]kind{"receipt": hidden, "reason": line}},
	"confirmation": {page: at("/orders/:id/confirm", "sent"), action: at("/orders/:id/confirm", "sent"), role: tenant.Manager, good: url.Values{"quantity": {"3"}},
		fields: map[string]kind{"line": amount, "quantity": count, "price": optional, "day": date, "later": optional, "later_day": date, "unit": hidden, "version": signed}},
	"mail": {page: at("/settings/mail"), action: at("/settings/mail"), role: tenant.Owner, good: url.Values{"password": {"another one"}},
		fields: map[string]kind{"host": title, "port": amount, "security": choice, "username": line, "from": title, "name": line}},
	"parcel": {page: at("/sales/:id/parcel", "sale"), action: at("/sales/:id/parcel", "sale"), role: tenant.Seller, fields: map[string]kind{"dispatched": date, "promised": date, "delivered": date}},
	"digest": {page: at("/settings/digest"), action: at("/settings/digest"), role: tenant.Seller, good: url.Values{"email": {"wang@example.com"}}, fields: map[string]kind{"email": title}},
	"robot":  {page: at("/settings/digest"), action: at("/settings/digest/robot"), role: tenant.Owner, good: url.Values{"wecom_address": {"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4"}}},
	"return": {page: at("/orders/:id/return", "received"), action: at("/orders/:id/return", "received"), role: tenant.Manager, good: url.Values{"quantity": {"1"}, "reason": {"烂了"}},
		fields: map[string]kind{"lot": hidden, "quantity": optional, "credit": optional, "reason": title, "unit": hidden, "client_id": hidden}},
	"team": {page: at("/settings/team"), action: at("/settings/team"), role: tenant.Owner, fields: map[string]kind{"person": title, "login": title, "role": choice},
		good: url.Values{"person": {"陈阿姨"}, "login": {"chen"}, "password": {"nine green lanterns"}, "again": {"nine green lanterns"}}},
	"enquiry": {page: at("/enquiries/new?product=:id", "product"), action: at("/enquiries/new"), role: tenant.Manager, good: url.Values{"quantity": {"20"}},
		fields: map[string]kind{"find": line, "quantity": amount, "unit": choice, "answer_by": date, "note": line, "product": hidden, "supplier": hidden, "client_id": hidden}},
	"answer": {page: at("/invitations/:id", "invitation"), action: at("/invitations/:id", "invitation"), role: tenant.Manager, good: url.Values{"price": {"18.5"}},
		fields: map[string]kind{"line": amount, "can": choice, "price": optional, "unit": choice, "minimum": optional, "pack_content": optional, "lead_days": optional, "until": date, "version": signed}},
	"award":           {page: at("/enquiries/:id", "enquiry"), action: at("/enquiries/:id/award", "enquiry"), role: tenant.Manager, fields: map[string]kind{"award_1": hidden, "version": signed}},
	"keep template":   {page: at("/orders/:id", "sent"), action: at("/orders/:id/template", "sent"), role: tenant.Manager, good: url.Values{"name": {"过年的货"}}, fields: map[string]kind{"name": title}},
	"rename template": {page: at("/templates"), action: at("/templates/:id/rename", "pattern"), role: tenant.Manager, good: url.Values{"name": {"中秋的货"}}, fields: map[string]kind{"name": title}},
	"draft":           {page: at("/orders/:id", "draft"), action: at("/orders/:id/lines", "draft"), role: tenant.Manager, fields: map[string]kind{"line": amount, "quantity": count, "version": amount, "unit": hidden}},
	"send":            {page: at("/orders/:id", "draft"), action: at("/orders/:id/send", "draft"), role: tenant.Manager, fields: map[string]kind{"version": signed}},
	"order":           {page: at("/products/:id", "product"), action: at("/orders"), role: tenant.Manager, fields: map[string]kind{"suggestions": code}},
	"snooze": {page: at("/suggestions/:id/snooze", "product"), action: at("/suggestions/:id/snooze", "product"), role: tenant.Manager, good: url.Values{"days": {"date"}, "until": {"2026-12-01"}},
		fields: map[string]kind{"days": choice, "until": date, "why": choice, "reason": line}},
	"level": {page: at("/settings/level"), action: at("/settings/level"), role: tenant.Owner, fields: map[string]kind{"lower": choice, "upper": choice}},
	"change": {page: at("/suggestions/:id/change", "product"), action: at("/suggestions/:id/change", "product"), role: tenant.Manager, good: url.Values{"packs": {"3"}, "why": {"event"}},
		fields: map[string]kind{"packs": count, "offer": hidden, "why": choice, "reason": line}},
	"reject": {page: at("/suggestions/:id/reject", "product"), action: at("/suggestions/:id/reject", "product"), role: tenant.Manager, good: url.Values{"days": {"date"}, "until": {"2026-12-01"}},
		fields: map[string]kind{"days": choice, "until": date, "why": choice, "reason": line}},
	"purse": {page: at("/suggestions"), action: at("/suggestions/purse"), role: tenant.Manager, good: url.Values{"purse": {"20"}}, fields: map[string]kind{"purse": amount}},
	"adjust forecast": {page: at("/products/:id/adjust", "product"), action: at("/products/:id/adjust", "product"), role: tenant.Manager,
		good: url.Values{"from": {"2026-11-24"}, "to": {"2026-11-25"}, "change": {"percent"}, "amount": {"150"}, "reason": {"办喜事"}}, fields: map[string]kind{"from": date, "to": date, "change": choice, "amount": count, "reason": title, "client_id": hidden}},
}

var productFields = map[string]kind{
	"name": title, "code": line, "base_unit": choice, "sale_price": optional, "category": line, "barcodes": line, "pack_content": optional, "shelf_life": optional,
	"loss_rate": optional, "minimum": optional, "maximum": optional, "shelf": line, "substitutes": line, "origin": line, "producer": line, "tax_rate": optional,
}

var supplierFields = map[string]kind{
	"name": title, "kind": choice, "contact": line, "phone": line, "email": line, "province": line, "address": line, "lead_time_days": optional, "review_days": optional,
	"minimum_order": optional, "freight": optional, "free_freight_from": optional, "closed_from": date, "closed_through": date, "language": choice, "note": line,
	"order_weekdays": choice,
}

var offerFields = map[string]kind{
	"unit": choice, "price": count, "minimum": optional, "pack_content": optional, "break_from": optional, "break_price": optional, "lead_time_days": optional,
	"tax_rate": optional, "supplier_code": line,
}

// TestFormsRefuse puts every value that a field cannot mean into every field of
// every form: each is refused with a sentence, the form comes back as it was
// typed, and no row has changed.
func TestFormsRefuse(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			b := h.login(t, form.role)
			page := b.Get(form.page(h.mine)).Want(http.StatusOK)
			before := h.snapshot(t)
			for field, kind := range form.fields {
				for _, bad := range kind.refused() {
					form.refuses(t, page, h.mine, field, bad)
				}
			}
			unchanged(t, "what was refused", before, h.snapshot(t))
		})
	}
}

func (f form) typed(page *webtest.Response, m filled) *webtest.Form {
	typed := page.Form("form[action='" + f.action(m) + "']")
	for name, values := range f.good {
		typed.Set(name, values...)
	}
	return typed
}

func (f form) refuses(t *testing.T, page *webtest.Response, m filled, field, bad string) {
	t.Helper()
	typed := f.typed(page, m)
	values := typed.All(field)
	if len(values) == 0 {
		values = []string{""}
	}
	typed.Set(field, append([]string{bad}, values[1:]...)...)
	r := typed.Submit()
	if r.Status < 400 || r.Status >= 500 {
		t.Errorf("%s = %.40q: %d %s", field, bad, r.Status, r.Location())
		return
	}
	if r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusConflict || field == "version" {
		if f.fields[field] != hidden && len(bad) < 9000 && field != "version" {
			t.Errorf("%s = %.40q: %d, want the form back", field, bad, r.Status)
		}
		if sentence := r.Text("main"); len(sentence) < 12 {
			t.Errorf("%s = %.40q: %d with no sentence: %q", field, bad, r.Status, sentence)
		}
		return
	}
	if r.Find(".wrong, [role=alert]").Length() == 0 {
		t.Errorf("%s = %.40q: no sentence says what is wrong", field, bad)
	}
	f.comesBack(t, r, m, typed, field, bad)
}

// comesBack: nothing that was typed is lost.
func (f form) comesBack(t *testing.T, r *webtest.Response, m filled, typed *webtest.Form, field, bad string) {
	t.Helper()
	if r.Find("form[action='"+f.action(m)+"']").Length() != 1 {
		t.Errorf("%s = %.40q: the form is gone", field, bad)
		return
	}
	again := r.Form("form[action='" + f.action(m) + "']")
	for name, kind := range f.fields {
		if name == "version" || name == "expected" || name == "line" || name == field && (kind == choice || kind == hidden || kind == code) {
			continue // made anew, or nothing that a person can type
		}
		if got, want := again.Value(name), typed.Value(name); got != want && strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s = %.40q: the form came back with %s = %.40q, typed was %.40q", field, bad, name, got, want)
		}
	}
}

// TestFormsTakeOddValues sends what people and machines really type, in all fields
// of a kind at once: whatever the answer is, it is no failure, no page is broken by
// it, and the books still agree.
func TestFormsTakeOddValues(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			b := h.login(t, form.role)
			for kind, names := range form.byKind() {
				for _, odd := range kind.odd() {
					page := b.Get(form.page(h.mine))
					if page.Status != http.StatusOK || page.Find("form[action='"+form.action(h.mine)+"']").Length() != 1 {
						h = newHouse(t) // what stood here is done: sent, received, sold out
						b = h.login(t, form.role)
						page = b.Get(form.page(h.mine)).Want(http.StatusOK)
					}
					typed := form.typed(page, h.mine)
					for _, field := range names {
						values := append([]string{odd}, typed.All(field)...)
						typed.Set(field, values[:max(1, len(values)-1)]...)
					}
					if r := typed.Submit(); r.Status >= 500 || r.Status < 300 {
						t.Errorf("%v = %q: %d", names, odd, r.Status)
					}
				}
			}
			h.proved(t)
			for _, path := range []string{"/", "/products", "/suggestions", "/orders", "/sales", "/suppliers", "/stock/movements", "/sell"} {
				b.Get(path).Want(http.StatusOK).Lacks("<script>alert(1)</script>")
			}
		})
	}
}

func (f form) byKind() map[kind][]string {
	out := map[kind][]string{}
	for name, kind := range f.fields {
		out[kind] = append(out[kind], name)
	}
	return out
}

// TestLongestTexts: as much as a field promises to take is taken, in characters
// that need four bytes each.
func TestLongestTexts(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			for field, kind := range form.fields {
				if kind != line && kind != title || field == "market_days" || field == "barcodes" || name == "paid back" {
					continue // these have a form of their own
				}
				h := newHouse(t)
				page := h.login(t, form.role).Get(form.page(h.mine)).Want(http.StatusOK)
				typed := form.typed(page, h.mine)
				most := page.Find("form[action='"+form.action(h.mine)+"'] [name='"+field+"']").First().AttrOr("maxlength", "")
				if most == "" {
					continue
				}
				text := strings.Repeat("𬍛", int(number(t, most)))
				if field == "phone" {
					text = strings.Repeat("1", int(number(t, most)))
				}
				if field == "email" {
					text = strings.Repeat("e", int(number(t, most))-len("@x.cn")) + "@x.cn"
				}
				if r := typed.Set(field, text).Submit(); r.Status != http.StatusSeeOther {
					t.Errorf("%s of %s characters: %d %s", field, most, r.Status, r.Text(".wrong"))
				}
			}
		})
	}
}

// TestDoubleClick sends every form twice, as an impatient finger does: the second
// time changes nothing.
func TestDoubleClick(t *testing.T) {
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			typed := form.typed(h.login(t, form.role).Get(form.page(h.mine)).Want(http.StatusOK), h.mine)
			typed.Submit().Want(http.StatusSeeOther)
			after := h.snapshot(t)
			if r := typed.Submit(); r.Status != http.StatusSeeOther && r.Status != http.StatusConflict {
				t.Errorf("the second time answers %d", r.Status)
			}
			unchanged(t, "the second time", after, h.snapshot(t))
		})
	}
}

// TestEveryFormIsTried: a new route that takes a form joins the lists above.
func TestEveryFormIsTried(t *testing.T) {
	h := newHouse(t)
	tried := map[string]bool{
		// Buttons without anything typed, and what other tests try.
		"/logout": true, "/login": true, "/setup": true, "/settings/appearance": true, "/settings/shop": true, "/settings/password": true,
		"/settings/sessions/:id/end": true, "/products/:id/archive": true, "/suppliers/:id/archive": true, "/offers/:id/archive": true,
		"/sales/:id/void": true, "/sales/parcels": true, "/stock/movements/:id/undo": true, "/orders/:id/repeat": true, "/orders/:id/mail": true, "/templates/:id/order": true, "/templates/:id/drop": true, "/settings/mail/test": true, "/orders/:id/credited": true, "/orders/:id/link": true, "/orders/:id/link/revoke": true, "/orders/:id/answer/accept": true, "/orders/:id/answer/dismiss": true, "/s/:token": true, "/q/:token": true, "/invitations/:id/link": true, "/invitations/:id/link/revoke": true, "/insights/needs/essentials/drop": true, "/settings/digest/stop": true, "/settings/digest/test": true, "/settings/digest/robot/drop": true, "/orders/:id/decline": true, "/enquiries/:id/close": true, "/orders/:id/cancel": true, "/orders/:id/close": true,
		"/pool":                   true, // poolweb
		"/suggestions/:id/reopen": true, "/import": true, "/import/:number/undo": true, "/sell": true, "/suggestions": true,
		"/suggestions/:id/fill": true, "/suggestions/:id/wait": true, "/suggestions/purse/undo": true, "/orders/:id/fill": true, "/adjustments/:id/withdraw": true, "/replay": true, "/replay/adopt": true, "/settings/work": true, "/settings/level/:id/back": true,
		"/suppliers/:id/papers/template": true, "/suppliers/:id/papers/places": true, "/suppliers/:id/papers/forget": true, // purchaseweb
		"/joint": true, "/joint/:id/withdraw": true,
		"/credit/:id/erase": true, "/credit/:id/write-off": true, "/credit/entries/:id/reverse": true, "/helpers/:id/erase": true, "/helpers/entries/:id/reverse": true,
		"/directory/:id/take": true, "/directory/:id/order": true, "/publish/:id/withdraw": true, "/publish/:id/photo": true, "/publish/:id/photo/remove": true, "/inbox/:id/take-back": true, // tradeweb
		"/settings/team/:id/role": true, "/settings/team/:id/access": true, "/settings/team/:id/password": true,
	}
	for _, f := range forms {
		path := f.action(h.mine)
		for _, id := range h.mine.ids {
			path = strings.ReplaceAll(path, id.String(), ":id")
		}
		tried[path] = true
	}
	for _, route := range h.server.Engine().Routes() {
		if route.Method == http.MethodPost && !tried[route.Path] {
			t.Errorf("POST %s takes a form that nobody has tried with bad input", route.Path)
		}
	}
}

// TestButtonsRefuseRubbish sends rubbish to every route that takes a form: bodies
// that are no form, too much, in other encodings.
func TestButtonsRefuseRubbish(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	harmless := []string{"/settings/appearance", "/sell", "/suggestions", "/suggestions/purse/undo", "/settings/work", "/settings/digest/stop"} // nothing typed changes nothing
	const form = "application/x-www-form-urlencoded"
	for _, route := range h.server.Engine().Routes() {
		if route.Method != http.MethodPost || route.Path == "/logout" {
			continue
		}
		path := strings.NewReplacer(":id", ident.New().String(), ":number", "999999").Replace(route.Path)
		for name, body := range map[string][2]string{
			"10 MB of one line":  {form, "name=" + strings.Repeat("a", 10<<20)},
			"broken UTF-8":       {form, "name=%ff%fe%80&login=%ff"},
			"GB18030":            {form, "name=%b2%b9%bb%f5&text=%b2%b9%bb%f5"},
			"raw GB18030":        {form, "name=\xb2\xb9\xbb\xf5"},
			"a NUL":              {form, "name=a%00b&text=%00"},
			"broken escapes":     {form, "name=%zz&%=1"},
			"5,000 fields":       {form, strings.Repeat("line=1&", 5000)},
			"another type":       {"text/plain", "name=x"},
			"JSON":               {"application/json", `{"name":"x","shop_id":2}`},
			"a torn upload":      {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc"},
			"no boundary":        {"multipart/form-data", "--x"},
			"an endless header":  {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"" + strings.Repeat("n", 20_000) + "\"\r\n\r\n1\r\n--x--\r\n"},
			"an unknown version": {form, "version=99999999999999999999&client_id=x"},
		} {
			r := b.Send(http.MethodPost, path, body[0], strings.NewReader(body[1]))
			if r.Status >= 500 || r.Status < 400 && !slices.Contains(harmless, route.Path) {
				t.Errorf("POST %s with %s answers %d", route.Path, name, r.Status)
			}
			if r.Status >= 400 && len(r.Text("main")) < 12 {
				t.Errorf("POST %s with %s: %d without a sentence", route.Path, name, r.Status)
			}
		}
	}
	unchanged(t, "rubbish", before, h.snapshot(t), "persons")
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
