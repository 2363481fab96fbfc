package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
	"buhuo/views/layout"
)

var fixed = time.Date(2026, 11, 23, 2, 30, 0, 0, time.UTC)

// logBook keeps the lines of the log for tests that read them.
type logBook struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func scopeOf(role tenant.Role) tenant.Scope {
	return tenant.Scope{
		Shop: 7, Slug: "wang", ShopName: "王记小卖部", Person: ident.New(), PersonName: "王芳", Role: role,
		Zone: time.FixedZone("CST", 8*3600), Currency: money.Currency{Code: "CNY", Exponent: 2}, Lang: "fr",
	}
}

var sessions = webtest.Sessions{
	"owner": scopeOf(tenant.Owner), "manager": scopeOf(tenant.Manager),
	"seller": scopeOf(tenant.Seller), "viewer": scopeOf(tenant.Viewer),
}

// build makes an engine with the routes of the tests.
func build(t testing.TB, change ...func(*web.Config)) (*web.Engine, *logBook) {
	t.Helper()
	book := &logBook{}
	cfg := web.Config{
		Now:  func() time.Time { return fixed },
		Log:  slog.New(slog.NewJSONHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Auth: sessions,
	}
	for _, f := range change {
		f(&cfg)
	}
	e := web.New(cfg)
	e.Route(web.Route{Method: http.MethodGet, Path: "/page", Access: web.Viewer, Handler: page})
	e.Route(web.Route{Method: http.MethodGet, Path: "/public", Access: web.Public, Handler: page})
	e.Route(web.Route{Method: http.MethodPost, Path: "/form", Access: web.Seller, Handler: echoForm})
	e.Route(web.Route{Method: http.MethodPost, Path: "/open", Access: web.Public, Handler: echoForm})
	e.Route(web.Route{Method: http.MethodPost, Path: "/json", Access: web.Seller, Body: web.JSON, Handler: echoJSON})
	e.Route(web.Route{Method: http.MethodPost, Path: "/import", Access: web.Manager, Body: web.Import, Handler: echoFile})
	e.Route(web.Route{Method: http.MethodGet, Path: "/things.json", Access: web.Viewer, Handler: page})
	e.Route(web.Route{Method: http.MethodGet, Path: "/things.csv", Access: web.Viewer, Handler: page})
	e.Route(web.Route{Method: http.MethodGet, Path: "/panic", Access: web.Public, Handler: func(*gin.Context) error {
		panic("secret of the kitchen")
	}})
	return e, book
}

func page(c *gin.Context) error {
	chrome := web.Chrome(c)
	chrome.Title = "Test"
	return web.Render(c, http.StatusOK, layout.Page(chrome))
}

// echoForm answers what the form held, as a machine can read it.
func echoForm(c *gin.Context) error {
	f := web.FormOf(c)
	name := f.String("name", 20)
	if err := f.Err(); err != nil {
		return err
	}
	return web.WriteJSON(c, http.StatusOK, map[string]string{"name": name, "lang": tenant.Lang(c.Request.Context())})
}

func echoJSON(c *gin.Context) error {
	var in struct{ Name string }
	if err := web.DecodeJSON(c, &in); err != nil {
		return err
	}
	return web.WriteJSON(c, http.StatusOK, in)
}

func echoFile(c *gin.Context) error {
	file, err := web.Upload(c, "file")
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return web.WriteJSON(c, http.StatusOK, map[string]any{"name": file.Name, "size": n, "note": web.FormOf(c).String("note", 50)})
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.MaxInFlight = 5 })
	b := webtest.New(t, e).As("viewer")
	answers := map[string]*webtest.Response{
		"page":         b.Get("/page").Want(200),
		"missing":      b.Get("/nowhere").Want(404),
		"wrong method": b.PostForm("/page", nil).Want(405),
		"refused":      b.PostForm("/form", nil).Want(403),
		"redirect":     webtest.New(t, e).Get("/page").Want(303),
		"panic":        b.Get("/panic").Want(500),
		"health":       b.Get("/healthz").Want(200),
		"bad address":  b.Get("/page?x=%ff").Want(400),
		"foreign":      b.Plain().Header("Sec-Fetch-Site", "cross-site").PostForm("/form", nil).Want(403),
	}
	want := map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Cache-Control":                "no-store",
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
			"connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	}
	for name, r := range answers {
		for header, value := range want {
			if got := r.Header.Get(header); got != value {
				t.Errorf("%s: %s = %q, want %q", name, header, got, value)
			}
		}
		if !strings.Contains(r.Header.Get("Permissions-Policy"), "geolocation=()") {
			t.Errorf("%s: Permissions-Policy = %q", name, r.Header.Get("Permissions-Policy"))
		}
		if _, err := ident.Parse(r.Header.Get("X-Request-Id")); err != nil {
			t.Errorf("%s: no request id: %v", name, err)
		}
		if r.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: HSTS over plain HTTP", name)
		}
	}
	secured, _ := build(t, func(cfg *web.Config) { cfg.Secure = true })
	if got := webtest.New(t, secured).Get("/public").Want(200).Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("HSTS over TLS = %q", got)
	}
}

func TestPolicyOfRolesAndRoutes(t *testing.T) {
	e, _ := build(t)
	accesses := []web.Access{web.Public, web.AnyMember, web.Viewer, web.Seller, web.Manager, web.Owner}
	for _, a := range accesses {
		e.Route(web.Route{Method: http.MethodGet, Path: "/for/" + string(a), Access: a, Handler: page})
		e.Route(web.Route{Method: http.MethodPost, Path: "/for/" + string(a), Access: a, Handler: echoForm})
	}
	// For each person, how many of the accesses above are open.
	for token, open := range map[string]int{"": 1, "stranger": 1, "viewer": 3, "seller": 4, "manager": 5, "owner": 6} {
		b := webtest.New(t, e).As(token)
		for i, a := range accesses {
			get, post := b.Get("/for/"+string(a)).Status, b.PostForm("/for/"+string(a), nil).Status
			wantGet, wantPost := 200, 200
			if i >= open {
				wantGet, wantPost = 403, 403
				if open == 1 {
					wantGet, wantPost = 303, 401
				}
			}
			if get != wantGet || post != wantPost {
				t.Errorf("%q at %s: GET %d, POST %d, want %d and %d", token, a, get, post, wantGet, wantPost)
			}
		}
	}
}

func TestNobodyIsLedToLoginAndBack(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e)
	if got := b.Get("/page?day=2026-11-23&q=脐橙").Want(303).Location(); got != "/login?next=%2Fpage%3Fday%3D2026-11-23%26q%3D%E8%84%90%E6%A9%99" &&
		got != "/login?next="+url.QueryEscape("/page?day=2026-11-23&q=脐橙") {
		t.Errorf("location %q", got)
	}
	r := b.Get("/things.json").Want(401)
	if ct := r.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/problem+json") {
		t.Errorf("a program gets %q", ct)
	}
	b.Get("/things.csv").Want(401)
	b.PostForm("/form", nil).Want(401)
	part := b.Header("HX-Request", "true").Get("/page").Want(401)
	if got := part.Header.Get("HX-Redirect"); got != "/login?next=%2Fpage" {
		t.Errorf("HX-Redirect %q", got)
	}
	if got := b.Send(http.MethodHead, "/page", "", nil).Status; got != 303 {
		t.Errorf("HEAD answers %d", got)
	}
}

func TestFailureToAuthenticateIsNotALogout(t *testing.T) {
	e, book := build(t, func(cfg *web.Config) { cfg.Auth = brokenAuth{} })
	b := webtest.New(t, e).As("owner")
	r := b.Get("/page").Want(500)
	r.Lacks("disk on fire")
	if !strings.Contains(book.String(), "disk on fire") {
		t.Error("the cause is not in the log")
	}
	b.Get("/public").Want(200)
	b.Get("/nowhere").Want(404)
}

type brokenAuth struct{}

func (brokenAuth) Authenticate(context.Context, string) (tenant.Scope, web.Session, error) {
	return tenant.Scope{}, web.Session{}, errors.New("disk on fire")
}

func TestCrossOriginTable(t *testing.T) {
	e, _ := build(t)
	const own, evil = webtest.Origin, "http://evil.test"
	tests := []struct {
		name                      string
		fetchSite, origin, refers string
		cookie                    bool
		refused                   bool
	}{
		{name: "browser, same origin", fetchSite: "same-origin", origin: own, cookie: true},
		{name: "typed address", fetchSite: "none", cookie: true},
		{name: "another site", fetchSite: "cross-site", origin: evil, cookie: true, refused: true},
		{name: "another site without cookie", fetchSite: "cross-site", refused: true},
		{name: "sister host", fetchSite: "same-site", origin: "http://other.shop.test", cookie: true, refused: true},
		{name: "older browser, same origin", origin: own, cookie: true},
		{name: "older browser, another site", origin: evil, cookie: true, refused: true},
		{name: "older browser, hidden origin", origin: "null", cookie: true, refused: true},
		{name: "only a referer of ours", refers: own + "/page", cookie: true},
		{name: "only a foreign referer", refers: evil + "/trap", cookie: true, refused: true},
		{name: "referer with our name inside", refers: evil + "/?" + own, cookie: true, refused: true},
		{name: "referer that is no address", refers: "::", cookie: true, refused: true},
		{name: "foreign referer, nobody's cookie", refers: evil + "/link"},
		// No browser that can run our pages posts without Origin: this is a program.
		{name: "a program with a cookie and no header", cookie: true},
		{name: "a program without anything"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := webtest.New(t, e)
			if tt.cookie {
				b = b.As("seller")
			}
			b = b.Plain()
			for name, value := range map[string]string{"Sec-Fetch-Site": tt.fetchSite, "Origin": tt.origin, "Referer": tt.refers} {
				if value != "" {
					b = b.Header(name, value)
				}
			}
			want := 200
			if tt.refused {
				want = 403
			}
			b.Header("Accept-Language", "en").PostForm("/open", url.Values{"name": {"x"}}).Want(want)
			if tt.refused {
				b.Lang("en").PostForm("/open", nil).Contains("came from another website")
			}
			b.Get("/public").Want(200) // reading is never refused
		})
	}
}

func TestSessionCookie(t *testing.T) {
	login := func(e *web.Engine) {
		e.Route(web.Route{Method: http.MethodPost, Path: "/login", Access: web.Public, Handler: func(c *gin.Context) error {
			web.StartSession(c, "owner", fixed.Add(time.Hour))
			return web.Redirect(c, web.SafeNext(web.FormOf(c).String("next", 500)))
		}})
		e.Route(web.Route{Method: http.MethodPost, Path: "/logout", Access: web.AnyMember, Handler: func(c *gin.Context) error {
			web.EndSession(c)
			return web.Redirect(c, "/login")
		}})
	}
	for _, secure := range []bool{false, true} {
		e, _ := build(t, func(cfg *web.Config) { cfg.Secure = secure })
		login(e)
		b := webtest.New(t, e)
		r := b.PostForm("/login", url.Values{"next": {"//evil.test"}}).Want(303)
		if r.Location() != "/" {
			t.Errorf("login leads to %q", r.Location())
		}
		cookies := (&http.Response{Header: r.Header}).Cookies()
		if len(cookies) != 1 {
			t.Fatalf("cookies: %v", cookies)
		}
		c := cookies[0]
		name := "buhuo"
		if secure {
			name = "__Host-buhuo"
		}
		if c.Name != name || c.Value != "owner" || c.Secure != secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" ||
			c.SameSite != http.SameSiteLaxMode || c.MaxAge != 3600 {
			t.Errorf("secure=%v: cookie %+v", secure, c)
		}
		if secure {
			continue // the test browser rightly sends no Secure cookie over http
		}
		b.Get("/page").Want(200)
		b.PostForm("/logout", nil).Want(303)
		b.Get("/page").Want(303)
	}
}

func TestReadingNeverSetsTheSession(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e).As("owner")
	for _, path := range []string{"/page", "/public", "/page?lang=fr", "/nowhere", "/healthz", "/readyz", "/things.json", "/panic"} {
		for _, ck := range (&http.Response{Header: b.Get(path).Header}).Cookies() {
			if strings.Contains(ck.Name, "buhuo") {
				t.Errorf("GET %s sends the session cookie %v", path, ck)
			}
		}
	}
}

type rotating struct{}

func (rotating) Authenticate(_ context.Context, token string) (tenant.Scope, web.Session, error) {
	s := web.Session{Expires: fixed.Add(time.Hour), LargeText: true}
	if token == "old" {
		s.Rotated = "new"
	}
	return sessions["owner"], s, nil
}

func TestRotatedTokenReplacesTheCookie(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.Auth = rotating{} })
	b := webtest.New(t, e).As("old")
	r := b.Get("/page").Want(200)
	if got := b.Cookie("buhuo"); got != "new" {
		t.Errorf("cookie is %q", got)
	}
	if r.Find("html[data-text=large]").Length() != 1 {
		t.Error("the person's large text is not on")
	}
	if r := b.Get("/page?text=normal"); r.Find("html[data-text=large]").Length() != 0 {
		t.Error("the choice of this browser does not win")
	}
}

func TestFormMadeForAnotherShop(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e).As("seller").Lang("en")
	b.PostForm("/form", url.Values{"shop": {"wang"}}).Want(200)
	b.PostForm("/form", nil).Want(200)
	b.PostForm("/form", url.Values{"shop": {"li"}}).Want(409).Contains("another shop", "王记小卖部")
	b.PostForm("/form", url.Values{"shop": {"wang", "li"}}).Want(409)
}

func TestLanguage(t *testing.T) {
	e, _ := build(t)
	lang := func(r *webtest.Response) string { return r.Find("html").AttrOr("lang", "") }
	for _, l := range []string{"zh-Hans", "fr", "en"} {
		b := webtest.New(t, e).Lang("de")
		r := b.Get("/public?lang=" + l)
		if got := lang(r); got != l {
			t.Errorf("?lang=%s answers in %q", l, got)
		}
		if got := lang(b.Get("/public")); got != l {
			t.Errorf("after ?lang=%s the next page is in %q", l, got)
		}
		if got := lang(b.Get("/nowhere")); got != l {
			t.Errorf("after ?lang=%s the error page is in %q", l, got)
		}
	}
	for header, want := range map[string]string{"": "zh-Hans", "fr-CA,fr;q=0.9,en;q=0.8": "fr", "en-GB": "en", "zh-CN": "zh-Hans", ";;;": "zh-Hans"} {
		if got := lang(webtest.New(t, e).Lang(header).Get("/public")); got != want {
			t.Errorf("Accept-Language %q answers in %q, want %q", header, got, want)
		}
	}
	for _, bad := range []string{"xx", "EN", "../fr", "zh-hans"} {
		b := webtest.New(t, e).Lang("fr")
		if got := lang(b.Get("/public?lang=" + url.QueryEscape(bad))); got != "fr" || b.Cookie("lang") != "" {
			t.Errorf("?lang=%s answers in %q, cookie %q", bad, got, b.Cookie("lang"))
		}
	}
	// The scope of these sessions says fr.
	member := webtest.New(t, e).As("seller")
	if got := lang(member.Get("/page")); got != "fr" {
		t.Errorf("a client without a language reads %q, not the person's", got)
	}
	if got := lang(member.Lang("en").Get("/page")); got != "en" {
		t.Errorf("the browser's language loses against the person's: %q", got)
	}
	var out struct{ Name, Lang string }
	member.Lang("en").PostForm("/form", nil).Want(200).JSON(&out)
	if out.Lang != "en" {
		t.Errorf("the context of the work is in %q", out.Lang)
	}
}

func TestAppearance(t *testing.T) {
	e, _ := build(t)
	b := webtest.New(t, e)
	if n := b.Get("/public?text=large&scheme=dark").Find("html[data-text=large][data-scheme=dark]").Length(); n != 1 {
		t.Error("the choice does not show at once")
	}
	if n := b.Get("/public").Find("html[data-text=large][data-scheme=dark]").Length(); n != 1 {
		t.Error("the choice is forgotten")
	}
	if n := b.Get("/public?text=normal&scheme=auto").Find("html[data-text],html[data-scheme]").Length(); n != 0 {
		t.Error("the choice cannot be taken back")
	}
	b.Get("/public?scheme=%3Cscript%3E").Lacks("data-scheme=\"<script>", "data-scheme=\"&lt;script")
}

func TestPanicShowsARequestIDAndNothingElse(t *testing.T) {
	e, book := build(t)
	r := webtest.New(t, e).Lang("en").Get("/panic").Want(500)
	r.Contains(r.Header.Get("X-Request-Id")).Lacks("secret of the kitchen", "goroutine")
	if !strings.Contains(book.String(), "secret of the kitchen") || !strings.Contains(book.String(), r.Header.Get("X-Request-Id")) {
		t.Error("the log does not tell what happened")
	}
}

func TestHalfAnAnswerIsCut(t *testing.T) {
	e, _ := build(t)
	e.Route(web.Route{Method: http.MethodGet, Path: "/half", Access: web.Public, Handler: func(c *gin.Context) error {
		_, _ = c.Writer.WriteString("half")
		c.Writer.Flush()
		panic("then nothing")
	}})
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("recovered %v: the client would take half a page for a whole one", p)
		}
	}()
	webtest.New(t, e).Get("/half")
}

func TestLogHoldsNoSecret(t *testing.T) {
	e, book := build(t)
	e.Route(web.Route{Method: http.MethodGet, Path: "/s/:token", Access: web.Public, Handler: page})
	b := webtest.New(t, e).As("seller")
	b.PostForm("/form?secret=inquery", url.Values{"name": {"inform"}, "password": {"inpassword"}})
	b.Get("/s/intoken")
	b.Get("/unknown/inpath")
	b.Header("Authorization", "Bearer inheader").Get("/page")
	for _, s := range []string{"inquery", "inform", "inpassword", "intoken", "inpath", "inheader", `"seller"`} {
		if strings.Contains(book.String(), s) {
			t.Errorf("%s is in the log:\n%s", s, book.String())
		}
	}
	var line struct{ Route, Person string }
	last := strings.Split(strings.TrimSpace(book.String()), "\n")
	if err := json.Unmarshal([]byte(last[len(last)-1]), &line); err != nil || line.Route != "/page" || line.Person == "" {
		t.Errorf("last line %s: %v", last[len(last)-1], err)
	}
}

func TestFaultsBecomeAnswers(t *testing.T) {
	e, _ := build(t)
	tests := map[string]struct {
		err    error
		status int
	}{
		"invalid":     {fault.New(fault.Invalid, "web.required"), 422},
		"notfound":    {fault.New(fault.NotFound, "web.not_found"), 404},
		"conflict":    {fault.New(fault.Conflict, "web.required"), 409},
		"forbidden":   {fault.New(fault.Forbidden, "web.role_too_low"), 403},
		"toomany":     {fault.New(fault.TooMany, "web.overloaded", fault.A("seconds", 42)), 429},
		"toolarge":    {fault.New(fault.TooLarge, "web.too_large"), 413},
		"unavailable": {fault.New(fault.Unavailable, "web.overloaded"), 503},
		"malformed":   {fault.New(fault.Malformed, "web.bad_form"), 400},
		"internal":    {fault.New(fault.Internal, "web.required").WithCause(errors.New("password=hunter2")), 500},
		"foreign":     {errors.New("password=hunter2"), 500},
		"wrapped":     {fmt.Errorf("hunter2: %w", fault.New(fault.Conflict, "web.required")), 409},
		"late":        {fmt.Errorf("hunter2: %w", context.DeadlineExceeded), 503},
		"fields": {fault.Fields{
			fault.New(fault.Invalid, "web.required").WithField("name"),
			fault.New(fault.Invalid, "web.bad_id").WithField("id"),
		}, 422},
	}
	for name, tt := range tests {
		e.Route(web.Route{Method: http.MethodGet, Path: "/err/" + name, Access: web.Public, Handler: func(*gin.Context) error { return tt.err }})
		e.Route(web.Route{Method: http.MethodGet, Path: "/err/" + name + ".json", Access: web.Public, Handler: func(*gin.Context) error { return tt.err }})
		e.Route(web.Route{Method: http.MethodGet, Path: "/err/" + name + ".csv", Access: web.Public, Handler: func(*gin.Context) error { return tt.err }})
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := webtest.New(t, e).Lang("en")
			html := b.Get("/err/" + name).Want(tt.status).Lacks("hunter2")
			if html.Text("h1") == "" || html.Text("main p") == "" || html.Find("main a[href='/']").Length() != 1 {
				t.Errorf("the page has no title, sentence or way back: %q", html.Text("main"))
			}
			text := b.Get("/err/"+name+".csv").Want(tt.status).Lacks("hunter2", "<")
			if !strings.HasPrefix(text.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("a download fails as %s", text.Header.Get("Content-Type"))
			}
			var p struct {
				Title, Detail, Code, Request string
				Status                       int
				Fields                       []struct{ Field, Code, Detail string }
			}
			b.Get("/err/" + name + ".json").Want(tt.status).Lacks("hunter2").JSON(&p)
			if p.Status != tt.status || p.Detail == "" || p.Request == "" {
				t.Errorf("problem %+v", p)
			}
			if name == "fields" && (len(p.Fields) != 2 || p.Fields[1].Field != "id" || p.Fields[1].Code != "web.bad_id") {
				t.Errorf("fields %+v", p.Fields)
			}
			if got := html.Header.Get("Retry-After"); (name == "toomany" && got != "42") || (tt.status == 503 && got != "3") {
				t.Errorf("Retry-After %q", got)
			}
		})
	}
}

func TestErrorPagesInThreeLanguages(t *testing.T) {
	e, _ := build(t)
	for l, want := range map[string][2]string{
		"zh-Hans": {"这里什么也没有", "我们出错了"},
		"fr":      {"Rien ici", "C’est notre faute"},
		"en":      {"Nothing here", "Our mistake"},
	} {
		b := webtest.New(t, e)
		if got := b.Get("/nowhere?lang=" + l).Want(404).Text("h1"); got != want[0] {
			t.Errorf("%s: 404 says %q", l, got)
		}
		if got := b.Get("/panic?lang=" + l).Want(500).Text("h1"); got != want[1] {
			t.Errorf("%s: 500 says %q", l, got)
		}
		b.Send(http.MethodDelete, "/page?lang="+l, "", nil).Want(405)
	}
	if allow := webtest.New(t, e).PostForm("/page", nil).Want(405).Header.Get("Allow"); !strings.Contains(allow, "GET") {
		t.Errorf("Allow = %q", allow)
	}
}

func TestTimeLimit(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.RequestTimeout = time.Millisecond })
	e.Route(web.Route{Method: http.MethodGet, Path: "/slow", Access: web.Public, Handler: func(c *gin.Context) error {
		<-c.Request.Context().Done()
		return c.Request.Context().Err()
	}})
	webtest.New(t, e).Lang("en").Get("/slow").Want(503).Contains("took too long")
}

func TestOverloadAnswersAtOnceAndRecovers(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) { cfg.MaxInFlight = 2 })
	inside, free := make(chan struct{}), make(chan struct{})
	e.Route(web.Route{Method: http.MethodGet, Path: "/wait", Access: web.Public, Handler: func(c *gin.Context) error {
		inside <- struct{}{}
		<-free
		return web.WriteJSON(c, http.StatusOK, true)
	}})
	var done sync.WaitGroup
	for range 2 {
		done.Go(func() { webtest.New(t, e).Get("/wait") })
		<-inside
	}
	b := webtest.New(t, e).Lang("fr")
	r := b.Get("/public").Want(503).Contains("Réessayez")
	if r.Header.Get("Retry-After") == "" || r.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("headers %v", r.Header)
	}
	b.Get("/healthz").Want(200)
	close(free)
	done.Wait()
	b.Get("/public").Want(200)
}

func TestReadiness(t *testing.T) {
	broken := errors.New("no such table: hunter2")
	var state error
	e, _ := build(t, func(cfg *web.Config) {
		cfg.Ready = []web.Check{{Name: "database", Run: func(context.Context) error { return state }}}
	})
	b := webtest.New(t, e)
	b.Get("/readyz").Want(200)
	state = broken
	b.Get("/readyz").Want(503).Contains("database").Lacks("hunter2")
	b.Get("/healthz").Want(200).Contains("ok")
}

func TestStaticSetsItsOwnCaching(t *testing.T) {
	e, _ := build(t, func(cfg *web.Config) {
		cfg.Static = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			_, _ = io.WriteString(w, r.URL.Path)
		})
	})
	r := webtest.New(t, e).Get("/static/a.css").Want(200).Contains("/static/a.css")
	if got := r.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("Cache-Control = %q", got)
	}
}

func TestRenderIsWholeOrNothing(t *testing.T) {
	e, _ := build(t)
	half := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, _ = io.WriteString(w, "<p>half a page</p>")
		return errors.New("template broke")
	})
	e.Route(web.Route{Method: http.MethodGet, Path: "/broken", Access: web.Public, Handler: func(c *gin.Context) error {
		return web.Render(c, http.StatusOK, half)
	}})
	webtest.New(t, e).Get("/broken").Want(500).Lacks("half a page", "template broke")

	b := webtest.New(t, e)
	plain := b.Get("/public").Want(200)
	if got := plain.Header.Get("Content-Length"); got != fmt.Sprint(len(plain.Body)) {
		t.Errorf("Content-Length %s for %d bytes", got, len(plain.Body))
	}
	small := b.Header("Accept-Encoding", "gzip").Get("/public").Want(200)
	if small.Header.Get("Content-Encoding") != "gzip" || len(small.Body) >= len(plain.Body) {
		t.Errorf("encoding %q, %d bytes of %d", small.Header.Get("Content-Encoding"), len(small.Body), len(plain.Body))
	}
}
