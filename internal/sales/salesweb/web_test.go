package salesweb_test

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
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/sales/salesweb"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/stock/stockdb"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/static"
)

var now = time.Date(2026, time.November, 23, 4, 0, 0, 0, time.UTC)

// jinShop is a shop that talks in jin.
type jinShop struct{}

func (jinShop) Get(context.Context) (shop.Shop, error) {
	return shop.Shop{ShowUnit: "jin", Secret: []byte("s")}, nil
}

type house struct {
	*webtest.Browser
	sales  *sales.Service
	stock  *stock.Service
	d      *db.DB
	ctx    context.Context
	orange catalog.Product
	dates  catalog.Product
}

func open(t *testing.T) house {
	t.Helper()
	d := dbtest.SQLite(t)
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return now }
	scope := func(id tenant.ShopID, role tenant.Role) tenant.Scope {
		return tenant.Scope{Shop: id, Slug: fmt.Sprintf("shop-%d", id), ShopName: "店", Zone: zone, Currency: money.CNY, Role: role, Person: ident.Derive(ident.Nil, []byte(role))}
	}
	for id := 1; id <= 2; id++ {
		err := d.Do(db.Installation(context.Background()), func(ctx context.Context) error {
			slug := fmt.Sprintf("shop-%d", id)
			if err := d.From(ctx).Exec(`INSERT INTO shops (shop_id, slug, name, timezone, currency, secret, created_at)
				VALUES (?, ?, ?, ?, ?, ?, ?)`, id, slug, slug, zone.String(), "CNY", []byte{1}, 1).Error; err != nil {
				return err
			}
			return d.From(ctx).Exec("INSERT INTO counters (shop_id, movement_hash, audit_hash) VALUES (?, ?, ?)", id, make([]byte, 32), make([]byte, 32)).Error
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	products := catalog.New(catalogdb.New(d), d, func(string) string { return "常用" }, clock)
	ledger := stock.New(stockdb.New(d), d, clock)
	products.SetMarker(ledger)
	service := sales.New(salesdb.New(d), d, products, ledger, jinShop{}, []sales.Source{generic.New()}, clock)
	e := web.New(web.Config{
		Now: clock, Log: slog.New(slog.DiscardHandler), Static: static.Handler(),
		Auth: webtest.Sessions{
			"owner": scope(1, tenant.Owner), "seller": scope(1, tenant.Seller), "viewer": scope(1, tenant.Viewer), "other": scope(2, tenant.Owner),
		},
	})
	salesweb.New(service, products, jinShop{}).Routes(e)
	h := house{
		Browser: webtest.New(t, e).As("seller").Lang("en"), sales: service, stock: ledger, d: d,
		ctx: tenant.With(context.Background(), scope(1, tenant.Owner)),
	}
	for p, draft := range map[*catalog.Product]catalog.Draft{
		&h.orange: {Code: "1002", Name: "赣南脐橙", BaseUnit: "kg", SalePrice: 96000},
		&h.dates:  {Code: "1001", Name: "若羌红枣 500g", BaseUnit: "bag", SalePrice: 280000, Barcodes: []string{"6901234567892"}},
	} {
		if *p, err = products.Create(h.ctx, draft); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h house) onHand(t *testing.T, p catalog.Product) measure.Quantity {
	t.Helper()
	b, err := h.stock.Balances(h.ctx, []ident.ID{p.ID})
	if err != nil {
		t.Fatal(err)
	}
	return b[p.ID].OnHand
}

func (h house) count(t *testing.T, p catalog.Product, q measure.Quantity) {
	t.Helper()
	err := h.d.Do(h.ctx, func(ctx context.Context) error {
		_, _, err := h.stock.Post(ctx, []stock.Posting{{Kind: stock.Count, ProductID: p.ID, Quantity: q, Source: stock.SourceCount, SourceID: ident.New()}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Ring up two products without JavaScript: tap one, scan the other, save, undo.
func TestCounter(t *testing.T) {
	h := open(t)
	h.count(t, h.orange, 10_000)
	h.count(t, h.dates, 10_000)
	r := h.Get("/sell").Want(http.StatusOK)
	if !strings.Contains(r.Text("#found"), "赣南脐橙") || !strings.Contains(r.Text("#found"), "4.80") {
		t.Errorf("tiles: %q", r.Text("#found"))
	}
	client, _ := r.Doc().Find("form#basket input[name=client_id]").Attr("value")
	r = h.post(t, "/sell", url.Values{"client_id": {client}, "add": {"1002"}}).Want(http.StatusOK)
	if v, _ := r.Doc().Find("select[name=unit] option[selected]").Attr("value"); v != "jin" {
		t.Errorf("oranges are offered in %q", v)
	}
	lines := url.Values{"client_id": {client}, "product_code": {"1002"}, "quantity": {"３"}, "unit": {"jin"}}
	scan := clone(lines, "q", "6901234567892")
	r = h.post(t, "/sell", scan).Want(http.StatusOK)
	if n := r.Doc().Find("input[name=product_code]").Length(); n != 2 {
		t.Fatalf("%d lines after the scan", n)
	}
	if v, _ := r.Doc().Find("form#basket input[name=client_id]").Attr("value"); v != client {
		t.Error("the basket lost its client id")
	}
	if !strings.Contains(r.Text(".bar"), "42.40") { // 3 jin of 4.80 and one bag of 28
		t.Errorf("the total: %q", r.Text(".bar"))
	}
	both := url.Values{"client_id": {client}, "product_code": {"1002", "1001"}, "quantity": {"３", "1"}, "unit": {"jin", "bag"}}
	r = h.post(t, "/sell", clone(both, "q", "6901234567892")).Want(http.StatusOK)
	if v, _ := r.Doc().Find(`[id="quantity[1]"]`).Attr("value"); v != "2" {
		t.Errorf("scanned twice: %q", v)
	}
	r = h.post(t, "/sell", clone(both, "drop", "0")).Want(http.StatusOK)
	if n := r.Doc().Find("input[name=product_code]").Length(); n != 1 {
		t.Errorf("%d lines after removing one", n)
	}
	for range 2 { // the second is a double click
		r = h.post(t, "/sales", both).Want(http.StatusSeeOther)
		if r.Header.Get("Location") != "/sell" {
			t.Errorf("to %q", r.Header.Get("Location"))
		}
	}
	if a, b := h.onHand(t, h.orange), h.onHand(t, h.dates); a != 8_500 || b != 9_000 {
		t.Errorf("%s kg and %s bags left", a.Decimal(), b.Decimal())
	}
	r = r.Follow().Want(http.StatusOK)
	if !strings.Contains(string(r.Body), "The sale is saved.") {
		t.Error("nothing says that the sale is saved")
	}
	r = r.Form("form[action='/sales/" + client + "/void']").Submit().Want(http.StatusSeeOther)
	if a, b := h.onHand(t, h.orange), h.onHand(t, h.dates); a != 10_000 || b != 10_000 || r.Header.Get("Location") != "/sell" {
		t.Errorf("after undo %s kg and %s bags; to %q", a.Decimal(), b.Decimal(), r.Header.Get("Location"))
	}
}

func clone(v url.Values, name, value string) url.Values {
	out := url.Values{name: {value}}
	for k, l := range v {
		out[k] = l
	}
	return out
}

func (h house) post(t *testing.T, path string, form url.Values) *webtest.Response {
	t.Helper()
	return h.In(t).PostForm(path, form)
}

func TestRefusedSaleComesBack(t *testing.T) {
	h := open(t)
	id := ident.New().String()
	for name, c := range map[string]struct {
		field, value, id string
	}{
		"no number":  {"quantity", "abc", "quantity[0]"},
		"zero":       {"quantity", "0", "quantity[0]"},
		"negative":   {"quantity", "-2", "quantity[0]"},
		"full width": {"quantity", "１ｅ３", "quantity[0]"},
		"unit":       {"unit", "鞋", "unit[0]"},
		"other unit": {"unit", "箱", "unit[0]"},
		"unknown":    {"product_code", "🍊", "product_code[0]"},
		"province":   {"province", "99", "province"},
		"client":     {"client_id", "x", "client_id"},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"client_id": {id}, "product_code": {"1002"}, "quantity": {"2.5"}, "unit": {"jin"}}
			form.Set(c.field, c.value)
			r := h.post(t, "/sales", form).Want(http.StatusUnprocessableEntity)
			if r.Doc().Find(`#problems a[href="#`+c.id+`"]`).Length() != 1 {
				t.Errorf("no link to %s: %q", c.id, r.Text("#problems"))
			}
			if c.field == "quantity" {
				if v, _ := r.Doc().Find(`[id="quantity[0]"]`).Attr("value"); v != c.value {
					t.Errorf("typed %q, shown %q", c.value, v)
				}
			}
		})
	}
	h.post(t, "/sales", url.Values{"client_id": {id}}).Want(http.StatusUnprocessableEntity)
	if page, err := h.sales.List(h.ctx, sales.Query{Day: 0}); err != nil || len(page.Sales) != 0 {
		t.Errorf("something was written: %+v, %v", page, err)
	}
}

func TestMachines(t *testing.T) {
	h := open(t)
	h.count(t, h.orange, 10_000)
	id := ident.New().String()
	form := url.Values{"client_id": {id}, "product_code": {"1002"}, "quantity": {"2"}, "unit": {"kg"}, "channel": {"counter"}}
	type answer struct {
		ID, Total, Currency string
		Again               bool
		Warnings            []string
	}
	b := h.Plain().Header("Accept", "application/json")
	var got answer
	b.PostForm("/sales", form).Want(http.StatusCreated).JSON(&got)
	if got.ID != id || got.Total != "19.20" || got.Currency != "CNY" || got.Again || got.Warnings == nil {
		t.Errorf("%+v", got)
	}
	b.PostForm("/sales", form).Want(http.StatusOK).JSON(&got)
	if !got.Again || h.onHand(t, h.orange) != 8_000 {
		t.Errorf("again %+v, %s left", got, h.onHand(t, h.orange).Decimal())
	}
	form.Set("quantity", "3")
	b.PostForm("/sales", form).Want(http.StatusConflict)
	h.post(t, "/sales", form).Want(http.StatusConflict)
	form.Set("client_id", ident.New().String())
	form.Set("product_code", "no")
	b.PostForm("/sales", form).Want(http.StatusUnprocessableEntity)
}

func TestListAndRoles(t *testing.T) {
	h := open(t)
	id := ident.New().String()
	h.post(t, "/sales", url.Values{"client_id": {id}, "product_code": {"1002"}, "quantity": {"3"}, "unit": {"jin"}, "channel": {"wechat"}, "province": {"33"}}).Want(http.StatusSeeOther)
	back := url.Values{"client_id": {ident.New().String()}, "product_code": {"1001"}, "quantity": {"1"}, "kind": {"return"}}
	h.post(t, "/sales", back).Want(http.StatusSeeOther)
	r := h.Get("/sales").Want(http.StatusOK)
	text := r.Text("table")
	for _, want := range []string{"赣南脐橙 3", "WeChat", "14.40", "若羌红枣", "Return", "12:00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list lacks %q: %q", want, text)
		}
	}
	if h.Get("/sales?day=2026-11-22").Want(http.StatusOK).Doc().Find("table").Length() != 0 {
		t.Error("yesterday has sales")
	}
	h.Get("/sales?day=nonsense").Want(http.StatusUnprocessableEntity)
	viewer := h.As("viewer")
	if viewer.Get("/sales").Want(http.StatusOK).Doc().Find("form[action$='/void']").Length() != 0 {
		t.Error("a viewer is offered to undo")
	}
	viewer.PostForm("/sales", back).Want(http.StatusForbidden)
	viewer.Get("/sell").Want(http.StatusForbidden)
	viewer.PostForm("/sales/"+id+"/void", url.Values{}).Want(http.StatusForbidden)
	other := h.As("other") // the sessions of one browser follow each other
	other.PostForm("/sales/"+id+"/void", url.Values{}).Want(http.StatusNotFound)
	other.PostForm("/sales/none/void", url.Values{}).Want(http.StatusNotFound)
	if strings.Contains(string(other.Get("/sales").Want(http.StatusOK).Body), "脐橙") {
		t.Error("another shop sees the sales")
	}
	h.As("seller").PostForm("/sales/"+id+"/void", url.Values{}).Want(http.StatusSeeOther)
	h.As("seller").PostForm("/sales/"+id+"/void", url.Values{}).Want(http.StatusSeeOther)
	if !strings.Contains(h.As("seller").Get("/sales").Text("table"), "Undone") {
		t.Error("the list does not say that a sale was undone")
	}
}

func TestWish(t *testing.T) {
	h := open(t)
	r := h.post(t, "/sell", url.Values{"q": {"无糖酸奶"}, "client_id": {ident.New().String()}}).Want(http.StatusOK)
	if !strings.Contains(string(r.Body), "Nothing found") {
		t.Error("the page does not say that nothing was found")
	}
	r.Form("form[action='/wishes']").Submit().Want(http.StatusSeeOther)
	if list, err := h.sales.Wishes(h.ctx, 0); err != nil || len(list) != 1 || list[0].Text != "无糖酸奶" {
		t.Errorf("wishes %+v, %v", list, err)
	}
	h.post(t, "/wishes", url.Values{"text": {" "}}).Want(http.StatusUnprocessableEntity)
}

func TestImport(t *testing.T) {
	h := open(t)
	owner := h.As("owner")
	upload := func(kind, body string) *webtest.Response {
		return owner.Get("/import").Want(http.StatusOK).Form("form[action='/import']").Set("kind", kind).File("file", "销售.csv", []byte(body)).Submit()
	}
	r := upload("sales", "item,date,quantity,price\n1001,2026-11-01,2,28\n1001,1899-01-01,2,28\n丙,2026-11-01,2,28\n").Want(http.StatusSeeOther)
	if r.Header.Get("Location") != "/import/1" {
		t.Fatalf("to %q", r.Header.Get("Location"))
	}
	r = r.Follow().Want(http.StatusOK)
	if text := r.Text("table"); !strings.Contains(text, "3") || !strings.Contains(text, "The year must be between 1990 and 2100.") || !strings.Contains(text, "There is no product “丙”") {
		t.Errorf("the refused lines: %q", text)
	}
	r = upload("sales", "item,name,unit\n1,a,kg\n").Want(http.StatusUnprocessableEntity)
	if !strings.Contains(r.Text("#problems"), "looks like a list of products") {
		t.Errorf("products as sales: %q", r.Text("#problems"))
	}
	if v, _ := r.Doc().Find("input[name=kind][checked]").Attr("value"); v != "sales" {
		t.Errorf("the choice is lost: %q", v)
	}
	owner.PostForm("/import", url.Values{"kind": {"sales"}}).Want(http.StatusUnprocessableEntity)
	for path, status := range map[string]int{"/import/1": 200, "/import/2": 404, "/import/x": 404, "/import/0": 404, "/examples/sales.csv": 200, "/examples/x.csv": 404} {
		owner.Get(path).Want(status)
	}
	h.As("other").Get("/import/1").Want(http.StatusNotFound)
	h.As("other").PostForm("/import/1/undo", url.Values{}).Want(http.StatusNotFound)
	h.As("seller").PostForm("/import/1/undo", url.Values{}).Want(http.StatusForbidden)
	owner = h.As("owner")
	owner.Get("/import/1").Form("form[action='/import/1/undo']").Submit().Want(http.StatusSeeOther)
	owner.PostForm("/import/1/undo", url.Values{}).Want(http.StatusSeeOther)
	days, err := h.sales.Days(h.ctx, nil, 0)
	if err != nil || len(days) != 0 {
		t.Errorf("left after undo: %+v, %v", days, err)
	}
}

// The examples that we hand out are files that we read.
func TestExamples(t *testing.T) {
	h := open(t)
	owner := h.As("owner")
	for _, kind := range sales.ImportKinds() {
		body := string(owner.Get("/examples/" + string(kind) + ".csv").Want(http.StatusOK).Body)
		if kind == sales.ImportProducts {
			body = strings.ReplaceAll(body, "100", "200") // the house has 1001 already
		} else {
			body = strings.ReplaceAll(body, "\n100", "\n200")
		}
		if kind == sales.ImportProducts {
			body = strings.ReplaceAll(body, "6901234567892", "")
		}
		r, err := h.sales.Import(h.ctx, sales.ImportRequest{Kind: kind, Body: strings.NewReader(body)})
		if err != nil || r.New == 0 || r.Refused != 0 {
			t.Errorf("%s: %+v, %v", kind, r, err)
		}
	}
}

// Every page stands in every language; a missing key panics here.
func TestLanguages(t *testing.T) {
	h := open(t)
	owner := h.As("owner")
	owner.PostForm("/sales", url.Values{"client_id": {ident.New().String()}, "product_code": {"1002", "1001"}, "quantity": {"3", "1"}, "unit": {"jin", "bag"}}).Want(http.StatusSeeOther)
	if _, err := h.sales.Import(h.ctx, sales.ImportRequest{Kind: sales.ImportSales, FileName: "a.csv", Body: strings.NewReader("item,date,quantity\n1001,2026-11-22,2\nx,2026-11-22,1\n")}); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		for _, path := range []string{"/sell", "/sell?product=1002", "/sell?q=none", "/sales", "/sales?day=2026-11-22", "/import", "/import/1"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			r := owner.Get(path + sep + "lang=" + lang).Want(http.StatusOK)
			if got, _ := r.Doc().Find("html").Attr("lang"); got != lang {
				t.Errorf("%s in %s says %q", path, lang, got)
			}
		}
	}
}
