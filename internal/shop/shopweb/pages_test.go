package shopweb_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"buhuo/internal/shop"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

var inline = regexp.MustCompile(`(?i)\son[a-z]+=|\sstyle=`)

// sane asserts what holds for every page.
func sane(t *testing.T, r *webtest.Response) *webtest.Response {
	t.Helper()
	if n := r.Find("h1").Length(); n != 1 {
		t.Errorf("%d headings", n)
	}
	if bad := inline.Find(r.Body); bad != nil {
		t.Errorf("inline %q", bad)
	}
	ids := map[string]bool{}
	for _, el := range r.Find("[id]").EachIter() {
		id := el.AttrOr("id", "")
		if ids[id] {
			t.Errorf("id %q stands there twice", id)
		}
		ids[id] = true
	}
	for _, el := range r.Find("main input:not([type=hidden]):not([hidden]):not([type=radio]), main select").EachIter() {
		if id := el.AttrOr("id", ""); r.Find("label[for='"+id+"']").Length() != 1 {
			t.Errorf("field %q has no label", el.AttrOr("name", ""))
		}
	}
	for _, el := range r.Find("input[type=password]").EachIter() {
		if el.AttrOr("value", "") != "" {
			t.Error("a password comes back")
		}
	}
	for _, el := range r.Find("#problems a[href^='#']").EachIter() {
		if id := strings.TrimPrefix(el.AttrOr("href", ""), "#"); r.Find("[id='"+id+"']").Length() != 1 {
			t.Errorf("the summary leads to %q, which is not there", id)
		}
	}
	if r.Find("main [data-kind=primary]").Length() > 1 {
		t.Error("several primary actions")
	}
	return r
}

func TestFirstStart(t *testing.T) {
	h := open(t, "", nil)
	b := h.browser().Lang("en")
	b.Get("/").Want(404) // the start page belongs to another area
	r := b.Get("/login").Want(303)
	if r.Location() != "/setup" {
		t.Fatalf("nobody is sent to %q", r.Location())
	}
	r = sane(t, r.Follow().Want(200))
	f := r.Form("form[action='/setup']")
	if f.Value("currency") != "CNY" || f.Value("timezone") != "Asia/Shanghai" || f.Value("language") != "en" {
		t.Errorf("it begins with %q %q %q", f.Value("currency"), f.Value("timezone"), f.Value("language"))
	}
	r = f.Set("name", "Village Grocery").Set("login", "138 0013 8000").Set("person", "Wang").Set("province", "33").Set("timezone", "Moon").
		Set("password", "short").Set("again", "shorter").Submit().Want(422)
	sane(t, r)
	f = r.Form("form[action='/setup']")
	for name, want := range map[string]string{"name": "Village Grocery", "login": "138 0013 8000", "person": "Wang", "province": "33", "timezone": "Moon", "password": "", "again": ""} {
		if got := f.Value(name); got != want {
			t.Errorf("%s comes back as %q, want %q", name, got, want)
		}
	}
	if h.exists(t) {
		t.Fatal("a refused start made a person")
	}
	r = f.Set("timezone", "Europe/Paris").Set("currency", "EUR").Set("language", "fr").Set("password", secret).Set("again", secret).Submit().Want(303)
	if r.Location() != "/import?lang=fr" {
		t.Errorf("it leads to %q", r.Location())
	}
	b.Get("/orders").Want(200).Contains(`"shop":"village-grocery"`, `"person":"Wang"`, `"role":"owner"`)
	in, err := h.shop.BySlug(context.Background(), "village-grocery")
	if err != nil || in.Currency.Code != "EUR" || in.Timezone != "Europe/Paris" || in.Province != "33" {
		t.Errorf("the shop is %+v, %v", in, err)
	}
	if r = h.browser().Get("/setup").Want(303); r.Location() != "/login" {
		t.Errorf("a second start is sent to %q", r.Location())
	}
	again := url.Values{"name": {"Second"}, "login": {"thief"}, "password": {secret}, "again": {secret}}
	h.browser().PostForm("/setup", again).Want(409)
}

func (h *house) exists(t *testing.T) bool {
	t.Helper()
	some, err := h.shop.HasPerson(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return some
}

func TestFirstStartNeedsItsCode(t *testing.T) {
	h := open(t, "the-printed-code", nil)
	b := h.browser()
	good := url.Values{"name": {"店"}, "login": {"wang"}, "password": {secret}, "again": {secret}}
	for _, code := range []string{"", "wrong", "the-printed-cod", "the-printed-code "} {
		good.Set("token", code)
		r := sane(t, b.PostForm("/setup", good).Want(422))
		r.Lacks("the-printed-code")
		if r.Find("input[name=token][type=text]").Length() != 1 {
			t.Errorf("%q: nowhere to type the code", code)
		}
	}
	sane(t, b.Get("/setup").Want(200)).Lacks("the-printed-code")
	if h.exists(t) {
		t.Fatal("a shop without the code")
	}
	r := b.Get("/setup?token=the-printed-code").Want(200)
	r.Form("form[action='/setup']").Set("name", "店").Set("login", "wang").Set("password", secret).Set("again", secret).Submit().Want(303)
	if !h.exists(t) {
		t.Error("the code opens nothing")
	}
}

func TestLoginIsSlowedWithASentence(t *testing.T) {
	h := open(t, "", nil).people()
	known := h.loggedIn("wang") // this browser logged in before
	b := h.browser().Lang("fr")
	wrong := url.Values{"login": {"wang"}, "password": {"wrong password"}, "next": {"/orders"}}
	for range 5 {
		sane(t, b.PostForm("/login", wrong).Want(401))
	}
	r := sane(t, b.PostForm("/login", wrong).Want(429)).Contains("Réessayez dans 1 seconde.")
	if r.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", r.Header.Get("Retry-After"))
	}
	if f := r.Form("form[action='/login']"); f.Value("login") != "wang" || f.Value("next") != "/orders" {
		t.Error("the form comes back empty")
	}
	known.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}}).Want(303)
	b.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}}).Want(429)
	h.now = h.now.Add(time.Second)
	b.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}, "next": {"//evil.example/"}}).Want(303)
	if r := b.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}, "next": {"https://evil.example/"}}).Want(303); r.Location() != "/" {
		t.Errorf("login leads to %q", r.Location())
	}
}

func TestLoginReplacesTheOldSession(t *testing.T) {
	h := open(t, "", nil).people()
	b := h.loggedIn("wang")
	old := b.Cookie("buhuo")
	b.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}}).Want(303)
	if b.Cookie("buhuo") == old {
		t.Error("the session is the same")
	}
	h.browser().As(old).Get("/orders").Want(303)
	b.Get("/orders").Want(200)
}

func TestASessionInUseIsKept(t *testing.T) {
	h := open(t, "", nil).people()
	b := h.loggedIn("wang")
	if r := b.Get("/orders").Want(200); r.Header.Get("Set-Cookie") != "" {
		t.Errorf("each answer sets %q", r.Header.Get("Set-Cookie"))
	}
	h.now = h.now.Add(20 * 24 * time.Hour)
	r := b.Get("/orders").Want(200)
	if c := strings.Join(r.Header.Values("Set-Cookie"), ";"); !strings.Contains(c, "buhuo=") || !strings.Contains(c, "Max-Age=2592000") {
		t.Errorf("the browser is told %q", c)
	}
	h.now = h.now.Add(30 * 24 * time.Hour)
	b.Get("/orders").Want(303)
}

func TestSettings(t *testing.T) {
	h := open(t, "", nil).people()
	b := h.loggedIn("wang").Lang("en")
	r := sane(t, b.Get("/settings").Want(200)).Contains("not encrypted")
	for host, warned := range map[string]bool{"127.0.0.1:8080": false, "localhost": false, "[::1]:8080": false, "192.168.1.7:8080": true, "127.0.0.1.evil.example": true} {
		q := httptest.NewRequest("GET", "http://"+host+"/settings?lang=en", nil)
		q.AddCookie(&http.Cookie{Name: "buhuo", Value: b.Cookie("buhuo")})
		w := httptest.NewRecorder()
		h.engine.ServeHTTP(w, q)
		if got := strings.Contains(w.Body.String(), "not encrypted"); got != warned || w.Code != 200 {
			t.Errorf("%s: warned %v, status %d", host, got, w.Code)
		}
	}
	f := r.Form("form[action='/settings']")
	if f.Value("policy") != "balanced" || f.Value("open_hour") != "7" || f.Value("close_hour") != "21" || f.Value("show_unit") != "jin" || f.Value("prices_include_tax") != "1" {
		t.Error("the form does not show the shop")
	}
	if f.Value("target") != "" || f.Value("target_percent") != "" || f.Value("ordering_cost") != "0.50" {
		t.Errorf("target %q %q, a line costs %q", f.Value("target"), f.Value("target_percent"), f.Value("ordering_cost"))
	}
	for field, nonsense := range map[string][3]string{
		"target_percent": {"cycle", "120", "1"}, "target": {"luck", "90", "1"}, "ordering_cost": {"fill", "90", "-3"},
	} {
		page := f.Set("target", nonsense[0]).Set("target_percent", nonsense[1]).Set("ordering_cost", nonsense[2]).Submit().Want(422)
		back := sane(t, page).Form("form[action='/settings']")
		if page.Find("[name='"+field+"'][aria-invalid='true']").Length() != 1 || back.Value("ordering_cost") != nonsense[2] {
			t.Errorf("%s: %v is not refused, or comes back changed", field, nonsense)
		}
	}
	f.Set("target", "fill").Set("target_percent", "97").Set("ordering_cost", "")
	bad := f.Set("name", " ").Set("market_days", "every friday").Set("open_hour", "22").Set("policy", "never_out").Submit().Want(422)
	sane(t, bad)
	f = bad.Form("form[action='/settings']")
	if f.Value("market_days") != "every friday" || f.Value("open_hour") != "22" || f.Value("policy") != "never_out" {
		t.Error("the form comes back changed")
	}
	f.Set("name", "新店").Set("market_days", "１、６").Set("open_hour", "6").Set("province", "33").Set("show_unit", "kg").Set("prices_include_tax").Submit().Want(303).Follow().Want(200)
	in, err := h.shop.BySlug(context.Background(), h.village.Slug)
	if err != nil || in.Name != "新店" || in.MarketDays.String() != "1,6" || in.OpenHour != 6 || in.Policy != shop.NeverOut || in.Target != (shop.Target{Kind: shop.FillTarget, Percent: 97}) || in.Ordering != 0 || in.ShowUnit != "kg" || in.PricesIncludeTax || in.Province != "33" {
		t.Errorf("saved %+v, %v", in, err)
	}
	// The form of a page that was opened before: said, kept, and saved by a second press.
	stale := r.Form("form[action='/settings']").Set("name", "旧页面").Submit().Want(409)
	sane(t, stale).Contains("旧页面")
	stale.Form("form[action='/settings']").Submit().Want(303)
	if in, _ := h.shop.BySlug(context.Background(), h.village.Slug); in.Name != "旧页面" {
		t.Errorf("the shop is %q", in.Name)
	}
	for _, v := range []string{"", "0", "x", "99999999999999999999"} {
		b.PostForm("/settings", url.Values{"name": {"x"}, "policy": {"balanced"}, "open_hour": {"7"}, "close_hour": {"21"}, "show_unit": {"kg"}, "version": {v}}).Want(422)
	}
}

func TestOnlyOwnersChangeTheShop(t *testing.T) {
	h := open(t, "", nil).people()
	for _, role := range []tenant.Role{tenant.Manager, tenant.Seller, tenant.Viewer} {
		h.add(string(role), role)
		b := h.loggedIn(string(role))
		r := sane(t, b.Get("/settings").Want(200)).Contains("村口小店")
		if r.Find("form[action='/settings']").Length() != 0 {
			t.Errorf("a %s has a form", role)
		}
		b.PostForm("/settings", url.Values{"name": {"mine"}, "version": {"1"}}).Want(403)
		sane(t, b.Get("/settings/password").Want(200))
		sane(t, b.Get("/settings/sessions").Want(200))
	}
	for _, path := range []string{"/settings", "/settings/password", "/settings/sessions"} {
		h.browser().Get(path).Want(303)
	}
	for _, path := range []string{"/settings", "/settings/password", "/settings/appearance", "/settings/shop", "/settings/sessions/01a20a5e-928d-7417-bad8-108cfbb608ba/end"} {
		h.browser().PostForm(path, nil).Want(401)
	}
}

func TestAppearanceTravelsWithThePerson(t *testing.T) {
	h := open(t, "", nil).people()
	b := h.loggedIn("wang")
	r := b.Get("/settings").Want(200).Form("form[action='/settings/appearance']").Set("language", "fr").Set("large_text", "1").Submit().Want(303)
	for _, page := range []*webtest.Response{r.Follow().Want(200), h.loggedIn("wang").Get("/settings").Want(200)} {
		html := page.Find("html")
		if html.AttrOr("lang", "") != "fr" || html.AttrOr("data-text", "") != "large" {
			t.Errorf("the page is %q, %q", html.AttrOr("lang", ""), html.AttrOr("data-text", ""))
		}
	}
	b.Get("/settings").Form("form[action='/settings/appearance']").Set("large_text").Submit().Want(303)
	if a := h.loggedIn("wang").Get("/settings").Want(200).Find("html").AttrOr("data-text", ""); a != "" {
		t.Errorf("large letters stay: %q", a)
	}
	b.PostForm("/settings/appearance", url.Values{"language": {"tlh"}}).Want(422)
}

func TestPasswordChange(t *testing.T) {
	h := open(t, "", nil).people()
	b, other := h.loggedIn("wang"), h.loggedIn("wang")
	form := func() *webtest.Form {
		return sane(t, b.Get("/settings/password").Want(200)).Form("form[action='/settings/password']")
	}
	const next = "another good one"
	sane(t, form().Set("current", "wrong password").Set("password", next).Set("again", next).Submit().Want(422)).Lacks("wrong password", next)
	sane(t, form().Set("current", secret).Set("password", next).Set("again", "another good two").Submit().Want(422))
	sane(t, form().Set("current", secret).Set("password", "88888888").Set("again", "88888888").Submit().Want(422))
	other.Get("/orders").Want(200)
	before := b.Cookie("buhuo")
	form().Set("current", secret).Set("password", next).Set("again", next).Submit().Want(303)
	b.Get("/orders").Want(200)
	if b.Cookie("buhuo") == before {
		t.Error("the session keeps its token")
	}
	other.Get("/orders").Want(303)
	h.browser().As(before).Get("/orders").Want(303)
	var last int
	for range 6 {
		r := b.PostForm("/settings/password", url.Values{"current": {"guess"}, "password": {next}, "again": {next}})
		last = r.Status
		if last == 429 && r.Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if last != 429 {
		t.Errorf("guess after guess is answered %d", last)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	h := open(t, "", nil).people()
	h.add("li", tenant.Seller)
	b, lis := h.loggedIn("wang").Lang("en"), h.loggedIn("li")
	phone := h.browser().Header("User-Agent", "Mozilla/5.0 (Linux; Android 14) <script>")
	h.now = h.now.Add(time.Second) // the last used stands first
	phone.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}}).Want(303)
	r := sane(t, b.Get("/settings/sessions").Want(200)).Contains("Android phone", "This device").Lacks("<script>", b.Cookie("buhuo"))
	forms := r.Find("form[action$='/end']")
	if forms.Length() != 2 {
		t.Fatalf("%d sessions", forms.Length())
	}
	theirs := lis.Get("/settings/sessions").Want(200).Find("form[action$='/end']").AttrOr("action", "")
	b.PostForm(theirs, nil).Want(404)
	lis.Get("/orders").Want(200)
	b.PostForm("/settings/sessions/x/end", nil).Want(404)
	for _, f := range forms.EachIter() {
		action := f.AttrOr("action", "")
		if r := b.PostForm(action, nil).Want(303); r.Location() == "/login" {
			if b.Cookie("buhuo") != "" {
				t.Error("the cookie of the ended session stays")
			}
			b.Get("/orders").Want(303)
		} else {
			phone.Get("/orders").Want(303)
			b.Get("/orders").Want(200)
		}
	}
}

func TestSwitchingShops(t *testing.T) {
	h := open(t, "", nil).people()
	ctx := context.Background()
	second, err := h.shop.CreateShop(ctx, shop.NewShop{Name: "Second", Currency: "CNY", Timezone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := h.shop.CreateShop(ctx, shop.NewShop{Name: "Foreign", Currency: "CNY", Timezone: "UTC"})
	if err != nil {
		t.Fatal(err)
	}
	b := h.loggedIn("wang")
	if b.Get("/settings").Find("form[action='/settings/shop']").Length() != 0 {
		t.Error("a choice of one shop")
	}
	h.now = h.now.Add(time.Second)
	err = h.atomic.Do(ctx, func(ctx context.Context) error {
		return h.store.SaveMembership(ctx, shop.Membership{Shop: second.ID, Person: h.wang.ID, Role: tenant.Viewer}, 1<<62)
	})
	if err != nil {
		t.Fatal(err)
	}
	page := sane(t, b.Get("/settings").Want(200)).Contains("Second").Lacks("Foreign")
	b.PostForm("/settings/shop", url.Values{"to": {foreign.Slug}}).Want(404)
	page.Form("form[action='/settings/shop']").Press("button[name=to]").Want(303)
	b.Get("/orders").Want(200).Contains(`"shop":"second"`, `"role":"viewer"`)
	page.Form("form[action='/settings/appearance']").Submit().Want(409) // made for the shop before
}

func TestDemoShowsItsLoginAndKeepsItsPassword(t *testing.T) {
	h := open(t, "", func(c *web.Config) { c.Demo = true }).people()
	sane(t, h.browser().Get("/login").Want(200)).Contains("wang", secret)
	b := h.loggedIn("wang")
	if sane(t, b.Get("/settings/password").Want(200)).Find("input[type=password]").Length() != 0 {
		t.Error("a form to change the password that all share")
	}
	b.PostForm("/settings/password", url.Values{"current": {secret}, "password": {"another good one"}, "again": {"another good one"}}).Want(403)
	h.loggedIn("wang")

	real := open(t, "", nil).people()
	sane(t, real.browser().Get("/login").Want(200)).Lacks(secret)
}

func TestPagesInThreeLanguages(t *testing.T) {
	h := open(t, "", nil).people()
	b := h.loggedIn("wang")
	texts := map[string]map[string]string{}
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		for path, who := range map[string]*webtest.Browser{"/login": h.browser(), "/settings": b, "/settings/password": b, "/settings/sessions": b} {
			r := sane(t, who.Get(path+"?lang="+lang).Want(200))
			if got := r.Find("html").AttrOr("lang", ""); got != lang {
				t.Errorf("%s is in %q", path, got)
			}
			if texts[path] == nil {
				texts[path] = map[string]string{}
			}
			texts[path][r.Text("h1")] = lang
		}
	}
	for path, heads := range texts {
		if len(heads) != 3 {
			t.Errorf("%s has %d headings: %v", path, len(heads), heads)
		}
	}
}

func TestTLSNeedsNoWarning(t *testing.T) {
	h := open(t, "", func(c *web.Config) { c.Secure = true }).people()
	b := h.browser().Lang("en")
	r := b.PostForm("/login", url.Values{"login": {"wang"}, "password": {secret}}).Want(303)
	for _, c := range r.Header.Values("Set-Cookie") {
		if !strings.Contains(c, "Secure") || !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
			t.Errorf("cookie %q", c)
		}
	}
	_, token, _ := strings.Cut(strings.Join(r.Header.Values("Set-Cookie"), "; "), "__Host-buhuo=")
	token, _, _ = strings.Cut(token, ";")
	b.SetCookie("__Host-buhuo", token)
	b.Get("/settings").Want(200).Lacks("not encrypted")
}
