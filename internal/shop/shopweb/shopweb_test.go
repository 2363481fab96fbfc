package shopweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"buhuo/internal/dbtest"
	"buhuo/internal/shop"
	"buhuo/internal/shop/argon"
	"buhuo/internal/shop/shopdb"
	"buhuo/internal/shop/shopweb"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

// house is a program with the pages of the area, on a clock that the test moves.
type house struct {
	t       *testing.T
	shop    *shop.Service
	store   *shopdb.Store
	engine  *web.Engine
	now     time.Time
	atomic  shop.Atomic
	village shop.Shop
	wang    shop.Person
}

const secret = "nine red lanterns"

// open opens the program; change may alter what it is told. token is the code of
// the first start.
func open(t *testing.T, token string, change func(*web.Config)) *house {
	t.Helper()
	d := dbtest.SQLite(t)
	h := &house{t: t, now: time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC), store: shopdb.New(d), atomic: d}
	clock := func() time.Time { return h.now }
	h.shop = shop.New(h.store, d, argon.New(argon.Parameters{Time: 1, Memory: 64, Threads: 1}), clock)
	config := web.Config{Now: clock, Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Auth: shopweb.Authenticator(h.shop)}
	if change != nil {
		change(&config)
	}
	h.engine = web.New(config)
	pages := shopweb.New(h.shop, token)
	if config.Demo {
		pages.Demo("wang", secret)
	}
	pages.Routes(h.engine)
	// What the rest of the program answers after a login.
	h.engine.Route(web.Route{Method: http.MethodGet, Path: "/orders", Access: web.Viewer, Handler: func(c *gin.Context) error {
		s, _ := web.Scope(c)
		return web.WriteJSON(c, http.StatusOK, map[string]string{"shop": s.Slug, "person": s.PersonName, "role": string(s.Role)})
	}})
	return h
}

// people opens a shop and its owner Wang.
func (h *house) people() *house {
	h.t.Helper()
	var err error
	if h.village, err = h.shop.CreateShop(context.Background(), shop.NewShop{Name: "村口小店", Currency: "CNY", Timezone: "Asia/Shanghai"}); err != nil {
		h.t.Fatal(err)
	}
	h.wang = h.add("wang", tenant.Owner)
	return h
}

func (h *house) add(login string, role tenant.Role) shop.Person {
	h.t.Helper()
	p, err := h.shop.AddPerson(context.Background(), h.village.ID, shop.NewPerson{Login: login, Name: "Name of " + login, Password: secret, Role: role})
	if err != nil {
		h.t.Fatal(err)
	}
	return p
}

func (h *house) browser() *webtest.Browser { return webtest.New(h.t, h.engine) }

func (h *house) loggedIn(login string) *webtest.Browser {
	h.t.Helper()
	b := h.browser()
	b.PostForm("/login", url.Values{"login": {login}, "password": {secret}}).Want(303)
	return b
}

func TestLoginLeadsBackAndOutAgain(t *testing.T) {
	h := open(t, "", nil).people()
	b := h.browser()
	r := b.Get("/orders?day=3").Want(303)
	if r.Location() != "/login?next=%2Forders%3Fday%3D3" {
		t.Fatalf("a stranger is sent to %q", r.Location())
	}
	r = r.Follow().Want(200).Form("form[action='/login']").Set("login", " ＷＡＮＧ ").Set("password", secret).Submit().Want(303)
	if r.Location() != "/orders?day=3" {
		t.Errorf("the login leads to %q", r.Location())
	}
	r.Follow().Want(200).Contains(`"person":"Name of wang"`, `"role":"owner"`)
	if r := b.Get("/login?next=/settings").Want(303); r.Location() != "/settings" {
		t.Errorf("somebody who is logged in is sent to %q", r.Location())
	}
	token := b.Cookie("buhuo")
	b.PostForm("/logout", nil).Want(303)
	if b.Cookie("buhuo") != "" {
		t.Error("the cookie stays")
	}
	h.browser().As(token).Get("/orders").Want(303) // the server has forgotten it too
	b.PostForm("/logout", nil).Want(303)
}

func TestWrongLoginsLookAlike(t *testing.T) {
	h := open(t, "", nil).people()
	answer := func(login, password string) string {
		r := h.browser().Lang("en").PostForm("/login", url.Values{"login": {login}, "password": {password}}).Want(401)
		r.Lacks(password)
		if v := r.Find("input[name=login]").AttrOr("value", ""); v != login {
			t.Errorf("the login comes back as %q", v)
		}
		if h.browser().Cookie("buhuo") != "" || strings.Contains(strings.Join(r.Header.Values("Set-Cookie"), ";"), "buhuo=") {
			t.Error("a session for a wrong password")
		}
		return strings.ReplaceAll(r.Text("main"), login, "?")
	}
	if known, unknown := answer("wang", "wrong password"), answer("nobody", "wrong password"); known != unknown {
		t.Errorf("known: %s\nunknown: %s", known, unknown)
	}
	h.browser().PostForm("/login", url.Values{"login": {"wang"}}).Want(422)
}
