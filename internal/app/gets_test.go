package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
)

// TestReadingChangesNothing reads every route twice, as the person who may do most,
// and compares the whole database.
func TestReadingChangesNothing(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	read := 0
	for range 2 {
		for _, path := range h.addresses(t) {
			for _, query := range []string{"", "?product=" + h.mine.ids["product"].String() + "&q=x&code=x&day=2026-11-22&state=sent&archived=1&page=2&show=risk&supplier=" + h.mine.ids["supplier"].String()} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					if r := b.Send(method, path+query, "", nil); r.Status == http.StatusOK {
						read++
					}
				}
			}
		}
	}
	if read < 100 {
		t.Errorf("only %d readings were answered with 200", read)
	}
	unchanged(t, "reading", before, h.snapshot(t))
}

// TestOddAddresses asks every route with values that no link of ours has: the
// answer is a page, or says in a sentence what is wrong.
func TestOddAddresses(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	names := []string{"q", "code", "cursor", "page", "category", "show", "state", "supplier", "day", "product", "before", "after", "lang", "next", "archived", "shelf", "blind", "channel", "token", "period", "on", "with", "by", "province", "from", "through", "kind"}
	values := []string{
		"", "0", "-1", "99999999999999999999", "1e9", "NaN", "x", "🍊", "𬍛", "%", "_", "\\", "'", "\"", "' OR 1=1 --", "<script>alert(1)</script>", "1899-12-31", "2999-01-01",
		ident.Nil.String(), strings.Repeat("长", 500), strings.Repeat("%", 250), "a\nb", "AAAA", "{}", "null",
	}
	for _, path := range h.addresses(t) {
		for _, value := range values {
			query := url.Values{}
			for _, name := range names {
				query.Set(name, value)
			}
			r := b.Get(path + "?" + query.Encode())
			if r.Status >= 500 {
				t.Errorf("%s with %.30q everywhere: %d", path, value, r.Status)
			}
			if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
				r.Lacks("<script>alert(1)</script>")
			}
			if to := r.Location(); to != "" && !strings.HasPrefix(to, "/") {
				t.Errorf("%s leads to %q", path, to)
			}
			if strings.Count(path, "/") > 1 {
				continue
			}
			for _, name := range names[:10] { // one at a time, because the first fault hides the others
				if r := b.Get(path + "?" + url.Values{name: {value}}.Encode()); r.Status >= 500 {
					t.Errorf("%s?%s=%.30q: %d", path, name, value, r.Status)
				}
			}
		}
	}
	for _, raw := range []string{"?%zz", "?q=%ff", "?q=%00", "?;;&&==", "?" + strings.Repeat("q=1&", 3000), "?q[]=1&q[a]=2"} {
		for _, path := range []string{"/", "/products", "/products.json", "/orders.json", "/suggestions.csv"} {
			if r := b.Get(path + raw); r.Status >= 500 {
				t.Errorf("%s%.30s: %d", path, raw, r.Status)
			}
		}
	}
	unchanged(t, "an odd address", before, h.snapshot(t))
}

// TestOddPaths puts what is no id where an id stands.
func TestOddPaths(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	for _, route := range h.server.Engine().Routes() {
		params := route.Params()
		if len(params) == 0 || route.Access == web.Public {
			continue
		}
		for _, value := range []string{
			"0", "-1", "1", "x", "%F0%9F%8D%8A", "..", "%2e%2e", "%2F", "%00", "%ff", "' OR 1=1", "99999999999999999999", ident.Nil.String(), strings.ToUpper(h.mine.ids["product"].String()),
			strings.Repeat("a", 3000), "{" + h.mine.ids["product"].String() + "}",
		} {
			path := route.Path
			for _, p := range params {
				path = strings.Replace(path, ":"+p, url.PathEscape(value), 1)
				if strings.HasPrefix(value, "%") {
					path = strings.Replace(route.Path, ":"+p, value, 1)
				}
			}
			if params[0] == "number" && value == "1" {
				continue // that one is there
			}
			r := send(b, route.Method, path, url.Values{})
			if r.Status < 400 || r.Status >= 500 {
				t.Errorf("%s %.60s answers %d", route.Method, path, r.Status)
			}
		}
	}
	unchanged(t, "an odd path", before, h.snapshot(t))
}

// TestWrongMethods: what a route does not do is said, not done.
func TestWrongMethods(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Owner)
	before := h.snapshot(t)
	known := map[string]bool{}
	for _, route := range h.server.Engine().Routes() {
		known[route.Method+" "+route.Path] = true
	}
	for _, route := range h.server.Engine().Routes() {
		path := strings.NewReplacer(":id", h.mine.ids["product"].String(), ":number", "1", ":kind", "sales", "*path", "x").Replace(route.Path)
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace, "BREW"} {
			if known[method+" "+route.Path] || strings.Contains(path, "/static/") {
				continue
			}
			if r := b.Send(method, path, "application/x-www-form-urlencoded", strings.NewReader("x=1")); r.Status < 400 || r.Status >= 500 {
				t.Errorf("%s %s answers %d", method, route.Path, r.Status)
			}
		}
	}
	unchanged(t, "a wrong method", before, h.snapshot(t))
}
