package web_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

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
