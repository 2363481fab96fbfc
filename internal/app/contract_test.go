package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/restock/table"
	"buhuo/internal/tenant"
	"buhuo/internal/webtest"
)

// These tests hold the program to what other programs rely on. The client is
// plain: it sends no Origin, no Referer and no Sec-Fetch-Site.

func (h *house) plain(t *testing.T, role tenant.Role) *webtest.Browser {
	t.Helper()
	b := webtest.New(t, h.server.Handler()).Plain()
	b.PostForm("/login", url.Values{"login": {"alpha-" + string(role)}, "password": {secret("alpha")}}).Want(http.StatusSeeOther)
	return b
}

func TestLoginContract(t *testing.T) {
	h := newHouse(t)
	nobody := webtest.New(t, h.server.Handler()).Plain()
	for _, in := range []url.Values{
		{"login": {"alpha-owner"}, "password": {"not the secret at all"}}, {"login": {"nobody-here"}, "password": {secret("alpha")}},
	} {
		r := nobody.PostForm("/login", in).Want(http.StatusUnauthorized)
		form := r.Form("form[action='/login']")
		if form.Value("login") != in.Get("login") || form.Value("password") != "" {
			t.Errorf("the form came back with login %q and password %q", form.Value("login"), form.Value("password"))
		}
		if nobody.Cookie("buhuo") != "" {
			t.Error("wrong credentials set a session")
		}
	}
	nobody.Get("/suggestions").Want(http.StatusSeeOther)
	nobody.Get("/suggestions.csv").Want(http.StatusUnauthorized)
	nobody.Get("/suggestions.json").Want(http.StatusUnauthorized)
	r := nobody.PostForm("/login", url.Values{"login": {"alpha-owner"}, "password": {secret("alpha")}}).Want(http.StatusSeeOther)
	if nobody.Cookie("buhuo") == "" || !strings.Contains(r.Header.Get("Set-Cookie"), "HttpOnly") {
		t.Errorf("no session cookie: %q", r.Header.Values("Set-Cookie"))
	}
	nobody.Get("/suggestions").Want(http.StatusOK)
}

func TestHealthContract(t *testing.T) {
	h := newHouse(t)
	nobody := webtest.New(t, h.server.Handler()).Plain()
	nobody.Get("/healthz").Want(http.StatusOK)
	if r := nobody.Get("/readyz"); r.Status != http.StatusOK && r.Status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d", r.Status)
	}
}

// TestEveryPageSpeaksEveryLanguage asks every route that answers a page.
func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	h := newHouse(t)
	owner := h.plain(t, tenant.Owner)
	before := h.snapshot(t)
	pages := 0
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		b := webtest.New(t, h.server.Handler()).Plain().As(owner.Cookie("buhuo"))
		for _, path := range h.addresses(t) {
			r := b.Get(path + "?lang=" + lang)
			if r.Status == http.StatusOK && strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
				pages++
				if got := r.Doc().Find("html").AttrOr("lang", ""); got != lang {
					t.Errorf("%s?lang=%s is in %q", path, lang, got)
				}
			}
		}
		if got := b.Get("/suggestions").Doc().Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("after ?lang=%s the next page is in %q", lang, got)
		}
		if got := b.Get("/suggestions?lang=xx").Doc().Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("an unknown language turned the page to %q", got)
		}
		if got := b.Get("/suggestions?q=%00").Want(http.StatusBadRequest).Doc().Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("the page about an unreadable address is in %q, want %s", got, lang)
		}
		missing := b.Get("/no-such-page?lang=" + lang).Want(http.StatusNotFound)
		if got := missing.Doc().Find("html").AttrOr("lang", ""); got != lang {
			t.Errorf("the page of a missing address is in %q, want %s", got, lang)
		}
	}
	if pages < 3*25 {
		t.Errorf("only %d pages were read", pages)
	}
	unchanged(t, "?lang=", before, h.snapshot(t))
}

// addresses gives a working address for every GET route.
func (h *house) addresses(t *testing.T) []string {
	t.Helper()
	kinds := map[string]string{
		"/products/": "product", "/suppliers/": "supplier", "/offers/": "offer", "/orders/": "sent", "/suggestions/": "product", "/stock/counts/": "count", "/receipts/": "receipt", "/enquiries/": "enquiry", "/invitations/": "invitation", "/settings/team/": "person", "/sales/": "sale", "/publish/": "product", "/inbox/": "deal", "/joint/": "joint", "/credit/": "household", "/helpers/": "helper",
	}
	var out []string
	for _, route := range h.server.Engine().Routes() {
		if route.Method != http.MethodGet || strings.HasPrefix(route.Path, "/static/") {
			continue
		}
		path := strings.NewReplacer(":number", fmt.Sprint(h.mine.batch), ":kind", "sales").Replace(route.Path)
		path = strings.NewReplacer("/directory/:id", "/directory/"+h.mine.found.String(), "/sheets/:id", "/sheets/"+h.mine.sheet.String(), "/joint/asked/:id", "/joint/asked/"+h.mine.ids["asked"].String()).Replace(path)
		for prefix, name := range kinds {
			if strings.HasPrefix(path, prefix) {
				path = strings.Replace(path, ":id", h.mine.ids[name].String(), 1)
			}
		}
		if path == "/q/:token" { // that of a supplier who is asked
			_, in, err := h.Enquiry.Invited(h.mine.ctx, h.mine.ids["silent"])
			if err != nil {
				t.Fatal(err)
			}
			path = strings.TrimPrefix(h.Enquiry.LinkAddress(in), linkBase)
		}
		if path == "/s/:token" { // the supplier's, of the order that is sent
			d, err := h.Purchase.Document(h.mine.ctx, h.mine.ids["sent"], "")
			if err != nil || d.Link == "" {
				t.Fatalf("the order that was sent has no link: %v", err)
			}
			path = strings.TrimPrefix(d.Link, linkBase)
		}
		if strings.Contains(path, ":") {
			t.Fatalf("no address for %s", route.Path)
		}
		out = append(out, path)
	}
	return out
}

var suggestionColumns = strings.Split("product_code,product_name,on_hand,on_order,stockout_probability,run_out_date,supplier,quantity,unit,"+
	"pack_quantity,pack_unit,unit_price,line_cost,saving,reason", ",")

func TestSuggestionsContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Viewer)
	var first [][]string
	reasons := map[string]bool{}
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		r := b.Get("/suggestions.csv?lang=" + lang).Want(http.StatusOK)
		if !bytes.HasPrefix(r.Body, []byte("\ufeff")) || !bytes.HasSuffix(r.Body, []byte("\r\n")) || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/csv") {
			t.Errorf("%s: no byte order mark, no CRLF or not CSV: %q", lang, r.Header.Get("Content-Type"))
		}
		rows := r.CSV()
		if !slices.Equal(rows[0], suggestionColumns) {
			t.Fatalf("%s: columns %v", lang, rows[0])
		}
		for i, row := range rows[1:] {
			reason := row[len(row)-1]
			if reason == "" || reasons[reason] {
				t.Errorf("%s: the reason %q is empty or of another language", lang, reason)
			}
			reasons[reason] = true
			if first != nil && !slices.Equal(row[:len(row)-1], first[i+1][:len(row)-1]) {
				t.Errorf("%s: row %v differs from %v", lang, row, first[i+1])
			}
		}
		if first == nil {
			first = rows
		}
	}
	if len(first) != 3 {
		t.Fatalf("%d rows, want those of two products", len(first)-1)
	}
	h.checkSuggestions(t, b, first)
	if !slices.Equal(table.Columns(), suggestionColumns) {
		t.Error("the command line prints other columns")
	}
}

// checkSuggestions reckons the rows again.
func (h *house) checkSuggestions(t *testing.T, b *webtest.Browser, rows [][]string) {
	t.Helper()
	today := day.Of(noon, h.mine.shop.Zone)
	seen := map[string]bool{}
	for _, values := range rows[1:] {
		row := map[string]string{}
		for i, name := range suggestionColumns {
			row[name] = values[i]
		}
		code := row["product_code"]
		if seen[code] {
			t.Errorf("%s stands there twice", code)
		}
		seen[code] = true
		risk, quantity, price := rational(t, row["stockout_probability"]), rational(t, row["quantity"]), rational(t, row["unit_price"])
		if risk.Sign() < 0 || risk.Cmp(big.NewRat(1, 1)) > 0 || quantity.Sign() <= 0 {
			t.Errorf("%s: probability %s, quantity %s", code, row["stockout_probability"], row["quantity"])
		}
		cost := new(big.Rat).Mul(quantity, price)
		if got := rational(t, row["line_cost"]); got.Cmp(cents(cost)) != 0 {
			t.Errorf("%s: %s × %s = %s?", code, row["quantity"], row["unit_price"], row["line_cost"])
		}
		if d := row["run_out_date"]; d != "" {
			if on, err := day.Parse(d); err != nil || on.String() != d || on < today || on > today.Add(60) {
				t.Errorf("%s: runs out on %q", code, d)
			}
		}
		var answer productsAnswer
		b.Get("/products.json?" + url.Values{"code": {code}}.Encode()).Want(http.StatusOK).JSON(&answer)
		p := answer.Products[0]
		if len(answer.Products) != 1 || p.Unit != row["unit"] || p.OnHand.String() != row["on_hand"] || p.OnOrder.String() != row["on_order"] {
			t.Errorf("%s: %+v against %v", code, p, row)
		}
		h.checkSaving(t, row, quantity, price)
	}
}

// checkSaving: the dealer asks 24.00 for a kilogram of the product that he sells,
// nobody charges freight, and the other product has no middleman to compare with.
func (h *house) checkSaving(t *testing.T, row map[string]string, quantity, price *big.Rat) {
	t.Helper()
	if row["product_code"] != h.mine.code {
		if row["saving"] != "" {
			t.Errorf("a saving of %s against nobody", row["saving"])
		}
		return
	}
	saving := new(big.Rat).Mul(quantity, new(big.Rat).Sub(big.NewRat(24, 1), price))
	if row["supplier"] != "果园" || rational(t, row["saving"]).Cmp(cents(saving)) != 0 {
		t.Errorf("%s of %s saves %s, want %s", row["quantity"], row["supplier"], row["saving"], saving.FloatString(2))
	}
}

func rational(t *testing.T, s string) *big.Rat {
	t.Helper()
	r, ok := new(big.Rat).SetString(s)
	if !ok || strings.ContainsAny(s, "eE/, ") {
		t.Fatalf("%q is no plain decimal", s)
	}
	return r
}

// cents rounds half away from zero to two decimals.
func cents(r *big.Rat) *big.Rat {
	rounded, ok := new(big.Rat).SetString(r.FloatString(2)) // FloatString rounds half away from zero
	if !ok {
		panic("not a number")
	}
	return rounded
}

func TestSuggestionsJSONContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Viewer)
	rows := b.Get("/suggestions.csv?lang=fr").CSV()
	var answer struct {
		Suggestions []map[string]any `json:"suggestions"`
	}
	dec := json.NewDecoder(bytes.NewReader(b.Get("/suggestions.json?lang=fr").Want(http.StatusOK).Body))
	dec.UseNumber()
	if err := dec.Decode(&answer); err != nil || len(answer.Suggestions) != len(rows)-1 {
		t.Fatalf("%d suggestions, %d rows: %v", len(answer.Suggestions), len(rows)-1, err)
	}
	for i, one := range answer.Suggestions {
		if len(one) != len(suggestionColumns) {
			t.Errorf("%d fields, want %d", len(one), len(suggestionColumns))
		}
		for k, name := range suggestionColumns {
			got := ""
			if v := one[name]; v != nil {
				got = fmt.Sprint(v)
			}
			if got != rows[i+1][k] {
				t.Errorf("%s: JSON says %q, CSV %q", name, got, rows[i+1][k])
			}
		}
	}
}

type productsAnswer struct {
	Products []struct {
		Code      string      `json:"code"`
		Name      string      `json:"name"`
		Unit      string      `json:"unit"`
		OnHand    json.Number `json:"on_hand"`
		Available json.Number `json:"available"`
		OnOrder   json.Number `json:"on_order"`
		Known     bool        `json:"stock_known"`
	} `json:"products"`
	Next string `json:"next"`
}

func TestProductsContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Viewer)
	var one productsAnswer
	b.Get("/products.json?code=" + url.QueryEscape(h.mine.code)).Want(http.StatusOK).JSON(&one)
	// 9 received, 5 delivered by an order, 1 sold; 0.5 promised, 10 set aside for the
	// neighbour; 5 on the way.
	if p := one.Products[0]; p.OnHand != "13" || p.Available != "2.5" || p.OnOrder != "5" || p.Unit != "kg" || !p.Known || p.Name != "红枣" {
		t.Errorf("the product is %+v", p)
	}
	var unknown productsAnswer
	b.Get("/products.json?code=" + url.QueryEscape(h.mine.assumed)).JSON(&unknown)
	if p := unknown.Products[0]; p.Known || p.OnHand != "0" {
		t.Errorf("never counted, and yet %+v", p)
	}
	var nothing productsAnswer
	if b.Get("/products.json?code=nowhere").JSON(&nothing); len(nothing.Products) != 0 {
		t.Errorf("no product has that code, and yet %+v", nothing)
	}
	many := make([]catalog.Draft, 450)
	for i := range many {
		many[i] = catalog.Draft{Code: fmt.Sprintf("p%04d", i), Name: fmt.Sprintf("货 %d", i), BaseUnit: "piece"}
	}
	if err := h.Catalog.CreateMany(h.mine.ctx, many); err != nil {
		t.Fatal(err)
	}
	seen, sizes, cursor := map[string]bool{}, []int{}, ""
	for {
		var page productsAnswer
		b.Get("/products.json?cursor=" + url.QueryEscape(cursor)).Want(http.StatusOK).JSON(&page)
		sizes = append(sizes, len(page.Products))
		for _, p := range page.Products {
			if seen[p.Code] {
				t.Errorf("%s stands on two pages", p.Code)
			}
			seen[p.Code] = true
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if len(seen) != 454 || !slices.Equal(sizes, []int{200, 200, 54}) {
		t.Errorf("%d products in pages of %v", len(seen), sizes)
	}
	for _, bad := range []string{"x", strings.Repeat("A", 2000), "%00", "🍊", "AAAA"} {
		if r := b.Get("/products.json?cursor=" + url.QueryEscape(bad)); r.Status < 400 || r.Status >= 500 {
			t.Errorf("the cursor %.20q answers %d", bad, r.Status)
		}
	}
}

type saleAnswer struct {
	ID       ident.ID `json:"id"`
	Total    string   `json:"total"`
	Currency string   `json:"currency"`
	Again    bool     `json:"again"`
	Warnings []string `json:"warnings"`
}

func TestSalesContract(t *testing.T) {
	h := newHouse(t)
	b := h.plain(t, tenant.Seller)
	onHand := func() json.Number {
		var p productsAnswer
		b.Get("/products.json?code=" + url.QueryEscape(h.mine.code)).JSON(&p)
		return p.Products[0].OnHand
	}
	// Any UUID is a client id: here one of version 4.
	sale := url.Values{"product_code": {h.mine.code}, "quantity": {"3"}, "unit": {"jin"}, "channel": {"taobao"}, "client_id": {"9b2f4a0e-7c1d-4e8a-9f3b-2d6c5e4f3a21"}}
	first := b.PostForm("/sales", sale)
	if first.Status >= 400 || onHand() != "11.5" {
		t.Fatalf("3 jin sold: status %d, on hand %s", first.Status, onHand())
	}
	again := b.PostForm("/sales", sale)
	if again.Status != first.Status || again.Location() != first.Location() || onHand() != "11.5" {
		t.Errorf("the same again: status %d (%s), was %d (%s), on hand %s", again.Status, again.Location(), first.Status, first.Location(), onHand())
	}
	for name, value := range map[string]string{"quantity": "4", "unit": "kg", "channel": "counter", "product_code": h.mine.assumed} {
		other := url.Values{}
		for k, v := range sale {
			other[k] = v
		}
		other.Set(name, value)
		if r := b.PostForm("/sales", other); r.Status != http.StatusConflict || onHand() != "11.5" {
			t.Errorf("another %s under the same id: %d, on hand %s", name, r.Status, onHand())
		}
	}
	var asJSON saleAnswer
	sale.Set("client_id", ident.New().String())
	b.Header("Accept", "application/json").PostForm("/sales", sale).Want(http.StatusCreated).JSON(&asJSON)
	if asJSON.Total != "45.00" || asJSON.Currency != "CNY" || asJSON.Again {
		t.Errorf("the answer for a program: %+v", asJSON)
	}
	for _, unit := range []string{"kg", "公斤", "斤", "两", "g"} { // codes and the words of shops
		sale.Set("client_id", ident.New().String())
		sale.Set("unit", unit)
		if r := b.PostForm("/sales", sale); r.Status >= 400 {
			t.Errorf("sold in %s: %d %s", unit, r.Status, r.Text("main"))
		}
	}
}

// TestGuards: a form from another site is refused, a plain client is not.
func TestGuards(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	for _, route := range h.server.Engine().Routes() {
		if route.Method != http.MethodPost || route.Bearer {
			continue // a form whose address is the authority may come from anywhere: no session counts there
		}
		path := strings.NewReplacer(":id", h.mine.ids["product"].String(), ":number", "1").Replace(route.Path)
		for name, foreign := range map[string]*webtest.Browser{
			"Sec-Fetch-Site": b.Plain().Header("Sec-Fetch-Site", "cross-site"), "Origin": b.Plain().Header("Origin", "http://evil.example"),
			"Referer": b.Plain().Header("Referer", "http://evil.example/x"),
		} {
			if r := foreign.PostForm(path, url.Values{}); r.Status != http.StatusForbidden {
				t.Errorf("POST %s from another site (%s) answers %d", route.Path, name, r.Status)
			}
		}
	}
	unchanged(t, "a form of another site", before, h.snapshot(t))
}

// TestAddressesAreNoForms: what stands in the address never fills a form.
func TestAddressesAreNoForms(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	fields := url.Values{
		"client_id": {ident.New().String()}, "product": {h.mine.ids["product"].String()}, "product_code": {h.mine.code}, "quantity": {"1"}, "counted": {"1"},
		"reason": {"spoilage"}, "suggestions": {"all"}, "name": {"x"}, "base_unit": {"kg"}, "kind": {"farmer"}, "text": {"x"}, "days": {"3"}, "unit": {"kg"},
	}
	for _, path := range []string{
		"/sales", "/wishes", "/orders", "/stock/receive", "/stock/count", "/stock/adjust", "/stock/loss", "/products/new", "/suppliers/new", "/settings",
		"/suggestions/" + h.mine.ids["product"].String() + "/snooze",
	} {
		if r := b.PostForm(path+"?"+fields.Encode(), url.Values{}); r.Status != http.StatusUnprocessableEntity && r.Status != http.StatusNotFound {
			t.Errorf("POST %s with everything in the address answers %d", path, r.Status)
		}
	}
	unchanged(t, "an address", before, h.snapshot(t))
}
