package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

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
	for i := range 600 { // more than are remembered
		r := webtest.New(t, e).Lang(fmt.Sprintf("de, fr;q=0.%d", i+1)).Get("/nowhere.csv").Want(404)
		if got := r.Header.Get("Content-Language"); got != "fr" {
			t.Fatalf("header %d answers in %q", i, got)
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
