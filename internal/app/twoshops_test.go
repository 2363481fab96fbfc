package app_test

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

// canary marks every text of the shop that must not be seen.
const canary = "金丝雀"

// TestTwoShops puts every id of one shop into every route of the program, as
// every role of another: nothing of it may be seen, nothing of it may change.
func TestTwoShops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		a := app.Wire(d, atNoon)
		_, theirs := fill(t, a, "alpha", ""), fill(t, a, "beta", canary)
		before := snapshot(t, d, theirs.shop.ID)
		for table, was := range before {
			if strings.HasPrefix(was, "0 rows") {
				t.Errorf("the other shop has nothing in %s: the test would see no leak", table)
			}
		}
		server := a.Server(app.Config{}, slog.New(slog.DiscardHandler), "")
		for _, role := range tenant.Roles() {
			b := login(t, server.Handler(), "alpha-"+string(role), "alpha")
			for _, route := range server.Engine().Routes() {
				if b.Get("/settings").Status != http.StatusOK { // the route before ended the session
					b = login(t, server.Handler(), "alpha-"+string(role), "alpha")
				}
				tryRoute(t, b, route, theirs)
			}
		}
		unchanged(t, "the first shop", before, snapshot(t, d, theirs.shop.ID))
	})
}

// tryRoute sends the other shop's ids by the path, by the query and by a form.
func tryRoute(t *testing.T, b *webtest.Browser, route web.Route, theirs filled) {
	t.Helper()
	inPath := len(route.Params()) > 0 && !strings.HasPrefix(route.Path, "/static/") && !strings.HasPrefix(route.Path, "/examples/")
	for _, path := range paths(route, theirs) {
		for _, fields := range foreignFields(theirs) {
			r := send(b, route.Method, path, fields)
			if leaks(r, theirs) {
				t.Errorf("%s %s shows the other shop's words (%v)", route.Method, path, fields)
			}
			if r.Status >= http.StatusInternalServerError {
				t.Errorf("%s %s answers %d", route.Method, path, r.Status)
			}
			if inPath && (r.Status < 400 || r.Status == http.StatusConflict) && r.Location() != "/login" && !ownNumber(route, r) {
				t.Errorf("%s %s answers %d for an id of the other shop, which tells that it is there", route.Method, path, r.Status)
			}
			if route.Method == http.MethodGet || route.Access == web.Public {
				continue
			}
			fields.Set("shop", theirs.shop.Slug) // a form made for the other shop
			if r := send(b, route.Method, path, fields); r.Status < 400 {
				t.Errorf("%s %s took a form made for the other shop: %d", route.Method, path, r.Status)
			}
		}
	}
}

// ownNumber reports whether the address names a thing by a number that both shops
// have: the answer is then about our own.
func ownNumber(route web.Route, r *webtest.Response) bool {
	return slices.Contains(route.Params(), "number") && r.Status < http.StatusInternalServerError
}

func send(b *webtest.Browser, method, path string, fields url.Values) *webtest.Response {
	if method == http.MethodGet {
		return b.Get(path + "?" + fields.Encode())
	}
	return b.PostForm(path, fields)
}

// leaks reports whether an answer holds the other shop's words, other than the
// code and the words that we typed ourselves.
func leaks(r *webtest.Response, theirs filled) bool {
	body := r.Body
	for _, typed := range []string{theirs.code, url.QueryEscape(theirs.code), url.QueryEscape(url.QueryEscape(theirs.code))} {
		body = bytes.ReplaceAll(body, []byte(typed), nil)
	}
	return bytes.Contains(body, []byte(canary)) || bytes.Contains(body, []byte(url.QueryEscape(canary)))
}

// paths fills the parameters of a route with every id of the other shop.
func paths(route web.Route, theirs filled) []string {
	if len(route.Params()) == 0 {
		return []string{route.Path}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(theirs.ids)) {
		path := route.Path
		for _, p := range route.Params() {
			value := theirs.ids[name].String()
			if p == "number" {
				value = strconv.FormatInt(theirs.batch, 10)
			}
			path = strings.NewReplacer(":"+p, value, "*"+p, value).Replace(path)
		}
		if !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out
}

// foreignFields names the other shop's rows in every way a form could: all at
// once, with values that are fine otherwise, in the shapes that the forms have.
func foreignFields(theirs filled) []url.Values {
	var out []url.Values
	for _, order := range []string{"sent", "draft", "received"} {
		v := url.Values{
			"client_id": {ident.New().String()}, "quantity": {"1"}, "unit": {"kg"}, "channel": {"counter"}, "code": {theirs.code},
			"product_code": {theirs.code}, "suggestions": {theirs.code}, "q": {theirs.code}, "reason": {"spoilage"}, "counted": {"1"},
			"price": {"1"}, "cost": {"1"}, "name": {"x"}, "line": {"1"}, "packs": {"1"}, "version": {"1"}, "days": {"3"}, "direction": {"more"},
			"delta": {"1"}, "kind": {"sale"}, "text": {"x"}, "add": {theirs.code}, "base_unit": {"kg"}, "archived": {"1"}, "lead_time": {"1"},
			"review": {"1"}, "language": {"fr"}, "slug": {theirs.shop.Slug}, "day": {"2026-11-23"},
		}
		for name, id := range theirs.ids {
			for _, key := range []string{name, name + "_id"} {
				v.Set(key, id.String())
			}
		}
		v.Set("order", theirs.ids[order].String())
		v.Set("id", theirs.ids["product"].String())
		out = append(out, v)
	}
	return out
}

// TestNobodySeesNothing walks every route without a session: 404 and 303 would
// tell what exists, so an id of a shop and one of nowhere are answered alike.
func TestNobodySeesNothing(t *testing.T) {
	h := newHouse(t)
	before := h.snapshot(t)
	nobody := webtest.New(t, h.server.Handler())
	for _, route := range h.server.Engine().Routes() {
		if route.Access == web.Public {
			continue
		}
		nowhere := filled{ids: map[string]ident.ID{"x": ident.New()}, shop: h.mine.shop}
		want := 0
		for _, path := range append(paths(route, nowhere), paths(route, h.mine)...) {
			r := send(nobody, route.Method, path, foreignFields(h.mine)[0])
			if want == 0 {
				want = r.Status
			}
			if r.Status != want || r.Status != http.StatusUnauthorized && !strings.HasPrefix(r.Location(), "/login") {
				t.Errorf("%s %s answers %d to nobody, want %d: 401 or the way to the login", route.Method, path, r.Status, want)
			}
		}
	}
	unchanged(t, "nobody", before, h.snapshot(t))
}
