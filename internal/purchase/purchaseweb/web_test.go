package purchaseweb_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/catalog/catalogdb"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/i18n"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/purchase/format/csv"
	"buhuo/internal/purchase/format/html"
	"buhuo/internal/purchase/format/json"
	"buhuo/internal/purchase/format/message"
	"buhuo/internal/purchase/format/pdf"
	"buhuo/internal/purchase/format/xlsx"
	"buhuo/internal/purchase/purchasedb"
	"buhuo/internal/purchase/purchasetest"
	"buhuo/internal/purchase/purchaseweb"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

// house is two shops with their pages.
type house struct {
	purchasetest.House
	*webtest.Browser
	orders *purchase.Service
	goods  purchasetest.Goods
	engine http.Handler
}

// as is a browser of somebody else.
func (h house) as(t *testing.T, who string) *webtest.Browser {
	return webtest.New(t, h.engine).As(who).Lang("en")
}

func open(t *testing.T) house {
	t.Helper()
	d := dbtest.SQLite(t)
	clock := purchasetest.NewClock()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	scope := func(id tenant.ShopID, role tenant.Role) tenant.Scope {
		return tenant.Scope{Shop: id, Slug: fmt.Sprintf("shop-%d", id), ShopName: "村口小店", Zone: zone, Currency: money.CNY, Role: role}
	}
	for id := range 2 {
		err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
			slug := fmt.Sprintf("shop-%d", id+1)
			if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, id+1, slug, slug, zone.String(), "CNY", []byte{1}, 1).Error; err != nil {
				return err
			}
			start := make([]byte, 32)
			return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", id+1, start, start).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	with := func(s tenant.Scope) context.Context { return tenant.With(context.Background(), s) }
	h := house{House: purchasetest.House{
		Store: purchasedb.New(d), Atomic: d, Clock: clock, Stock: stock.New(stockdb.New(d), d, clock.Now),
		Catalog: catalog.New(catalogdb.New(d), d, func(string) string { return "" }, clock.Now),
		A:       with(scope(1, tenant.Owner)), B: with(scope(2, tenant.Owner)),
	}}
	h.orders, _ = h.Service()
	h.goods = h.Stocked(t, h.A, 3)
	e := web.New(web.Config{
		Now: clock.Now, Log: slog.New(slog.DiscardHandler), Static: static.Handler(),
		Auth: webtest.Sessions{
			"owner": scope(1, tenant.Owner), "seller": scope(1, tenant.Seller), "viewer": scope(1, tenant.Viewer), "other": scope(2, tenant.Owner),
		},
	})
	purchaseweb.New(h.orders, []purchase.Format{pdf.New(), html.New(), message.New(), csv.New(), json.New(), xlsx.New()}).Name(people{}).Routes(e)
	h.engine = e
	h.Browser = webtest.New(t, e).As("owner").Lang("en")
	return h
}

// people are all called the same.
type people struct{}

func (people) Names(_ context.Context, ids []ident.ID) (map[ident.ID]string, error) {
	out := map[ident.ID]string{}
	for _, id := range ids {
		out[id] = "小李"
	}
	return out, nil
}

func (h house) draft(t *testing.T, quantities ...measure.Quantity) purchase.Order {
	t.Helper()
	return purchasetest.Made(t, h.orders, h.A, h.goods.Draft(quantities...))
}

func (h house) reread(t *testing.T, o purchase.Order) purchase.Order {
	t.Helper()
	o, err := h.orders.Order(h.A, o.ID)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func at(o purchase.Order, rest string) string { return "/orders/" + o.ID.String() + rest }

// A script without cookies' company: each step answers 303, again 303 and no
// change, and 409 where it is illegal.
func TestSteps(t *testing.T) {
	h := open(t)
	script := h.Plain()
	o := h.draft(t, 10_000)
	step := func(name string, status int) {
		t.Helper()
		before := h.reread(t, o)
		script.PostForm(at(o, "/"+name), url.Values{}).Want(status)
		if status != http.StatusSeeOther && h.reread(t, o).Version != before.Version {
			t.Errorf("%s answered %d and changed the order", name, status)
		}
	}
	step("confirm", 409)
	step("receive", 409)
	step("close", 409)
	for _, name := range []string{"send", "confirm", "receive"} {
		step(name, 303)
		version := h.reread(t, o).Version
		step(name, 303)
		if h.reread(t, o).Version != version {
			t.Errorf("%s twice changed twice", name)
		}
	}
	step("cancel", 409)
	step("send", 409)
	if o = h.reread(t, o); o.State != purchase.Received {
		t.Errorf("state %s", o.State)
	}
	balances, err := h.Stock.Balances(h.A, nil)
	if err != nil || balances[h.goods.Products[0].ID].OnHand != 10_000 {
		t.Errorf("stock: %v, %v", balances, err)
	}
	o = h.draft(t, 10_000)
	step("cancel", 303)
	step("cancel", 303)
	step("send", 409)

	o = h.draft(t, 10_000, 20_000)
	step("send", 303)
	script.PostForm(at(o, "/receive"), url.Values{
		"line": {"1", "2"}, "quantity": {"12", "５"}, "lot": {"A", ""}, "expiry": {"2027-01-31", ""}, "price": {"2.60", ""},
	}).Want(303)
	if o = h.reread(t, o); o.State != purchase.PartReceived || o.Lines[0].Received != 12_000 || o.Lines[1].Received != 5_000 {
		t.Errorf("part received: %+v", o.Lines)
	}
	step("close", 303)
	step("close", 303)
}

func TestEditDraft(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000, 20_000, 30_000)
	page := h.Get(at(o, "")).Want(200)
	form := "form[action='" + at(o, "/lines") + "']"
	if step := page.Doc().Find(form+" [data-stepper]").First().AttrOr("data-stepper", ""); step != "5" {
		t.Errorf("a box of 5 kg is stepped by %q", step)
	}
	r := page.Form(form).Set("quantity", "bald", "20", "30").Submit().Want(422)
	if r.Doc().Find(form+" input[name=quantity]").First().AttrOr("value", "") != "bald" {
		t.Error("the refused form does not keep what was typed")
	}
	page.Form(form).Set("quantity", "15", "20", "30").Submit().Want(303)
	if o = h.reread(t, o); o.Lines[0].Quantity != 15_000 || len(o.Lines) != 3 {
		t.Errorf("edited: %+v", o.Lines)
	}
	page.Form(form).Set("quantity", "25", "20", "30").Submit().Want(409) // an old page
	h.Get(at(o, "")).Form(form).Press("button[name=remove][value='2']").Want(303)
	if o = h.reread(t, o); len(o.Lines) != 2 || o.Lines[1].Quantity != 30_000 {
		t.Errorf("removed: %+v", o.Lines)
	}
	page.Form("form[action='" + at(o, "/send") + "']").Submit().Want(409) // the old page again
	r = h.Get(at(o, "")).Form("form[action='" + at(o, "/send") + "']").Submit().Want(303).Follow().Want(200)
	if o = h.reread(t, o); o.State != purchase.Sent || r.Doc().Find(form).Length() != 0 {
		t.Errorf("sent: %s", o.State)
	}
}

// Nobody sees or touches what is not theirs, nor more than their role allows.
func TestRights(t *testing.T) {
	h := open(t)
	o := h.draft(t, 10_000)
	version := h.reread(t, o).Version
	other := h.as(t, "other")
	if text := other.Get("/orders").Want(200).Text("body"); strings.Contains(text, "PO-2026-0001") {
		t.Error("another shop lists the order")
	}
	for _, id := range []string{o.ID.String(), ident.New().String(), "1", "..", "x"} {
		for _, suffix := range []string{"", ".json", ".csv", ".pdf", ".html"} {
			if r := other.Get("/orders/" + url.PathEscape(id) + suffix); r.Status != 404 && r.Status != 400 {
				t.Errorf("another shop reads %s%s: %d", id, suffix, r.Status)
			}
		}
	}
	actions := []string{"lines", "send", "confirm", "receive", "cancel", "close", "take-back"}
	form := url.Values{"version": {"1"}, "line": {"1"}, "quantity": {"1"}, "receipt": {ident.New().String()}}
	for _, action := range actions {
		other.PostForm(at(o, "/"+action), form).Want(404)
		h.as(t, "viewer").PostForm(at(o, "/"+action), form).Want(403)
		if action != "receive" {
			h.as(t, "seller").PostForm(at(o, "/"+action), form).Want(403)
		}
	}
	if h.reread(t, o).Version != version {
		t.Error("the order was changed")
	}
	if n := h.as(t, "viewer").Get(at(o, "")).Want(200).Doc().Find("main form").Length(); n != 0 {
		t.Errorf("a viewer is offered %d forms", n)
	}
	if _, err := h.orders.Send(h.A, o.ID, 0); err != nil {
		t.Fatal(err)
	}
	h.as(t, "seller").Get(at(o, "")).Want(200).Form("#receive").Submit().Want(303)
}

// Every state has its page in every language, with at most one main button.
func TestPages(t *testing.T) {
	h := open(t)
	reach := map[purchase.State]func(id ident.ID) error{
		purchase.Draft:     func(ident.ID) error { return nil },
		purchase.Sent:      func(id ident.ID) error { _, err := h.orders.Send(h.A, id, 0); return err },
		purchase.Cancelled: func(id ident.ID) error { _, err := h.orders.Cancel(h.A, id); return err },
	}
	after := func(before purchase.State, do func(id ident.ID) error) func(ident.ID) error {
		return func(id ident.ID) error {
			if err := reach[before](id); err != nil {
				return err
			}
			return do(id)
		}
	}
	reach[purchase.Confirmed] = after(purchase.Sent, func(id ident.ID) error { _, err := h.orders.Confirm(h.A, id, 0, nil); return err })
	reach[purchase.PartReceived] = after(purchase.Sent, func(id ident.ID) error {
		expiry := h.Clock.Today() + 9
		_, err := h.orders.Receive(h.A, id, purchase.Receipt{Note: "早", Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 1, Lot: "批A", Expiry: &expiry}}})
		return err
	})
	reach[purchase.Received] = after(purchase.Sent, func(id ident.ID) error { _, err := h.orders.Receive(h.A, id, purchase.Receipt{}); return err })
	reach[purchase.ClosedShort] = after(purchase.PartReceived, func(id ident.ID) error { _, err := h.orders.CloseShort(h.A, id); return err })
	for _, state := range purchase.States() {
		d := h.goods.Draft(10_000, 20_000)
		d.Note = "<后门>"
		d.Lines[0].ReferenceCost = new(money.Amount)
		o := purchasetest.Made(t, h.orders, h.A, d)
		if err := reach[state](o.ID); err != nil {
			t.Fatal(err)
		}
		for _, lang := range i18n.Langs() {
			r := h.Get(at(o, "?lang="+string(lang))).Want(200)
			word := i18n.For(lang).T("purchase.state." + string(state))
			if text := r.Text("main"); !strings.Contains(text, word) || !strings.Contains(text, "果品合作社") {
				t.Errorf("%s, %s: the page does not say %s", state, lang, word)
			}
			if n := r.Doc().Find("main [data-kind=primary]").Length(); n > 1 {
				t.Errorf("%s: %d main buttons", state, n)
			}
			if lang == i18n.ZhHans {
				continue
			}
			if title := r.Text("h1"); title != o.NumberText() {
				t.Errorf("title %q", title)
			}
		}
	}
	for _, lang := range i18n.Langs() {
		if got := h.Get("/orders?lang=" + string(lang)).Want(200).Text("h1"); got != i18n.For(lang).T("purchase.orders_title") {
			t.Errorf("%s: %q", lang, got)
		}
	}
}

// An order below the supplier's minimum never leaves silently: people are asked, and
// programs that call the address themselves know what they do.
func TestSendBelowTheMinimum(t *testing.T) {
	h := open(t)
	supplier := h.goods.Supplier
	supplier.MinimumOrder = 10_000
	if err := h.Catalog.UpdateSupplier(h.A, supplier); err != nil {
		t.Fatal(err)
	}
	o := h.draft(t, 10_000) // 25.00 of 100.00
	for lang, want := range map[string]string{"zh-Hans": "还差 ¥75.00", "fr": "il manque encore 75,00 CN¥", "en": "CN¥75.00 are still missing"} {
		if text := h.Get(at(o, "?lang="+lang)).Want(200).Text(".note"); !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", lang, text, want)
		}
	}
	for lang, want := range map[string]string{"zh-Hans": "离起送还差 ¥75.00", "fr": "75,00 CN¥ sous le minimum", "en": "CN¥75.00 below the minimum"} {
		if text := h.Get("/orders?lang=" + lang).Want(200).Text("tbody"); !strings.Contains(text, want) {
			t.Errorf("%s: the list does not say %q: %s", lang, want, text)
		}
	}
	h.Get(at(o, "?lang=en"))
	send := "form[action='" + at(o, "/send") + "']"
	asked := h.Get(at(o, "")).Form(send).Submit().Want(303)
	if asked.Location() != at(o, "/send") || h.reread(t, o).State != purchase.Draft {
		t.Fatalf("led to %s, state %s", asked.Location(), h.reread(t, o).State)
	}
	for _, lang := range i18n.Langs() {
		page := h.Get(at(o, "/send?lang="+string(lang))).Want(200)
		if page.Doc().Find("form[action='"+at(o, "/fill")+"']").Length() != 1 || page.Doc().Find("main [data-kind=primary]").Length() != 1 {
			t.Errorf("%s: the question offers no way to fill the order up", lang)
		}
	}
	h.as(t, "seller").Get(at(o, "/send")).Want(403)
	h.as(t, "other").Get(at(o, "/send")).Want(404)
	asked.Follow().Want(200).Form(send).Submit().Want(303)
	if o = h.reread(t, o); o.State != purchase.Sent {
		t.Errorf("sent all the same: %s", o.State)
	}
	if to := h.Get(at(o, "/send")).Want(303).Location(); to != at(o, "") {
		t.Errorf("nothing to ask, but led to %s", to)
	}
	other := h.draft(t, 10_000)
	h.Plain().PostForm(at(other, "/send"), url.Values{}).Want(303)
	if other = h.reread(t, other); other.State != purchase.Sent {
		t.Errorf("a program's order: %s", other.State)
	}
}
