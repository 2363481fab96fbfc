package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"buhuo/internal/ident"
	"buhuo/internal/tenant"
	"buhuo/internal/web"
	"buhuo/internal/webtest"
)

// policy says who may use each route. A new route belongs here, by somebody who
// has thought about it: the test fails until it does.
var policy = map[string]web.Access{
	"GET /healthz": web.Public, "GET /readyz": web.Public, "GET /static/*path": web.Public,
	"GET /setup": web.Public, "POST /setup": web.Public, "GET /login": web.Public, "POST /login": web.Public, "POST /logout": web.Public,
	"GET /q/:token": web.Public, "POST /q/:token": web.Public, "GET /s/:token": web.Public, "POST /s/:token": web.Public,

	"GET /sheets/:id": web.Public, "GET /sheets/:id/photo.jpg": web.Public,

	"GET /settings": web.AnyMember, "POST /settings/appearance": web.AnyMember, "POST /settings/shop": web.AnyMember,
	"GET /settings/password": web.AnyMember, "POST /settings/password": web.AnyMember,
	"GET /settings/sessions": web.AnyMember, "POST /settings/sessions/:id/end": web.AnyMember,

	"GET /": web.Viewer, "GET /more": web.Viewer, "GET /sales": web.Viewer, "GET /examples/:kind.csv": web.Viewer,
	"GET /products": web.Viewer, "GET /products.json": web.Viewer, "GET /products/:id": web.Viewer,
	"GET /products/:id/forecast.json": web.Viewer, "GET /products/:id/what-if": web.Viewer, "GET /products/:id/offers": web.Viewer,
	"GET /suppliers": web.Viewer, "GET /suppliers/scorecard": web.Viewer, "GET /suppliers/:id": web.Viewer, "GET /stock/movements": web.Viewer,
	"GET /suggestions/decisions": web.Viewer, "GET /suggestions/decisions.csv": web.Viewer,
	"GET /suggestions": web.Viewer, "GET /suggestions.csv": web.Viewer, "GET /suggestions.json": web.Viewer, "GET /suggestions/:id/why": web.Viewer,
	"GET /orders": web.Viewer, "GET /orders.json": web.Viewer, "GET /orders.zip": web.Viewer, "GET /orders/:id": web.Viewer, "GET /orders/:id.json": web.Viewer,
	"GET /orders/:id.csv": web.Viewer, "GET /orders/:id.txt": web.Viewer, "GET /orders/:id.png": web.Viewer, "GET /orders/:id.xlsx": web.Viewer, "GET /orders/:id.xml": web.Viewer, "GET /orders/:id.html": web.Viewer, "GET /orders/:id.pdf": web.Viewer,
	"GET /orders/savings": web.Viewer, "GET /orders/savings.csv": web.Viewer,
	"GET /enquiries": web.Viewer, "GET /enquiries/:id": web.Viewer, "GET /invitations/:id": web.Viewer,
	"GET /receipts/:id": web.Viewer, "GET /replay": web.Viewer, "GET /replay.csv": web.Viewer,
	"GET /insights": web.Viewer, "GET /insights/wanted": web.Viewer, "GET /insights/wanted.csv": web.Viewer, "GET /insights/wanted.xlsx": web.Viewer,
	"GET /insights/regions": web.Viewer, "GET /insights/regions.csv": web.Viewer, "GET /insights/regions.xlsx": web.Viewer,
	"GET /insights/logistics": web.Viewer, "GET /insights/logistics.csv": web.Viewer, "GET /insights/logistics.xlsx": web.Viewer,
	"GET /insights/channels": web.Viewer, "GET /insights/channels.csv": web.Viewer, "GET /insights/channels.xlsx": web.Viewer,
	"GET /insights/health": web.Manager, "GET /insights/health.csv": web.Manager, "GET /insights/health.xlsx": web.Manager,
	"GET /insights/money": web.Manager, "GET /insights/money.csv": web.Manager, "GET /insights/money.xlsx": web.Manager,
	"GET /insights/money/statement": web.Manager, "GET /insights/money/statement.pdf": web.Manager, "GET /insights/money/statement.csv": web.Manager, "GET /insights/money/statement.xlsx": web.Manager,
	"GET /insights/lines": web.Manager, "GET /insights/lines.csv": web.Manager, "GET /insights/lines.xlsx": web.Manager,
	"GET /inbox": web.Viewer, "GET /inbox/:id": web.Viewer, "GET /directory": web.Viewer, "GET /directory/:id": web.Viewer, "GET /directory/:id/photo.jpg": web.Viewer, "GET /publish/:id/photo.jpg": web.Viewer,
	"GET /insights/needs": web.Viewer, "GET /insights/needs.csv": web.Viewer, "GET /insights/needs.xlsx": web.Viewer,
	"GET /insights/needs/county.csv": web.Manager, "POST /insights/needs/essentials": web.Manager, "POST /insights/needs/essentials/drop": web.Manager,
	"GET /import": web.Viewer, "GET /import/:number": web.Viewer,

	"GET /sell": web.Seller, "POST /sell": web.Seller, "POST /sales": web.Seller, "POST /sales/:id/void": web.Seller, "POST /wishes": web.Seller,
	"GET /stock/receive": web.Seller, "POST /stock/receive": web.Seller, "GET /stock/count": web.Seller, "POST /stock/count": web.Seller,
	"GET /stock/harvest": web.Seller, "POST /stock/harvest": web.Seller, "GET /stock/process": web.Seller, "POST /stock/process": web.Seller,
	"GET /stock/counts/:id": web.Seller, "GET /stock/loss": web.Seller, "POST /stock/loss": web.Seller, "POST /orders/:id/receive": web.Seller, "POST /inbox/:id/ship": web.Seller,

	"GET /pool": web.Owner, "POST /pool": web.Owner,
	"GET /settings/level": web.Manager, "POST /settings/level": web.Owner, "POST /settings/level/:id/back": web.Owner,
	"GET /settings/work": web.Manager, "POST /settings/work": web.Manager,
	"GET /stock/adjust": web.Manager, "POST /stock/adjust": web.Manager, "POST /stock/movements/:id/undo": web.Manager,
	"GET /products/new": web.Manager, "POST /products/new": web.Manager, "GET /products/:id/edit": web.Manager, "POST /products/:id/edit": web.Manager,
	"GET /products/:id/adjust": web.Manager, "POST /products/:id/adjust": web.Manager, "POST /adjustments/:id/withdraw": web.Manager,
	"POST /products/:id/archive": web.Manager, "GET /products/:id/merge": web.Manager, "POST /products/:id/merge": web.Manager, "GET /products/:id/offers/new": web.Manager,
	"GET /suppliers/new": web.Manager, "POST /suppliers/new": web.Manager, "GET /suppliers/:id/edit": web.Manager, "POST /suppliers/:id/edit": web.Manager,
	"POST /suppliers/:id/archive": web.Manager, "GET /suppliers/:id/papers": web.Manager, "POST /suppliers/:id/papers": web.Manager,
	"POST /suppliers/:id/papers/template": web.Manager, "POST /suppliers/:id/papers/places": web.Manager, "POST /suppliers/:id/papers/forget": web.Manager, "GET /suppliers/:id/offers/new": web.Manager, "POST /suppliers/:id/offers/new": web.Manager,
	"GET /offers/:id/edit": web.Manager, "POST /offers/:id/edit": web.Manager, "POST /offers/:id/archive": web.Manager,
	"GET /suggestions/:id/change": web.Manager, "POST /suggestions/:id/change": web.Manager, "GET /suggestions/:id/reject": web.Manager, "POST /suggestions/:id/reject": web.Manager,
	"POST /suggestions": web.Manager, "GET /suggestions/:id/snooze": web.Manager, "POST /suggestions/:id/snooze": web.Manager,
	"POST /suggestions/:id/reopen": web.Manager, "POST /orders": web.Manager, "POST /orders/:id/lines": web.Manager, "POST /orders/:id/send": web.Manager,
	"POST /orders/:id/confirm": web.Manager, "GET /orders/:id/confirm": web.Manager, "POST /orders/:id/repeat": web.Manager, "POST /orders/:id/template": web.Manager, "GET /templates": web.Viewer, "POST /templates/:id/order": web.Manager, "POST /templates/:id/rename": web.Manager, "POST /templates/:id/drop": web.Manager, "POST /orders/:id/mail": web.Manager, "GET /orders/:id/return": web.Manager, "POST /orders/:id/return": web.Manager, "POST /orders/:id/credited": web.Manager, "POST /orders/:id/link": web.Manager, "POST /orders/:id/link/revoke": web.Manager,
	"POST /orders/:id/answer/accept": web.Manager, "POST /orders/:id/answer/dismiss": web.Manager, "POST /orders/:id/decline": web.Owner, "POST /orders/:id/cancel": web.Manager, "POST /orders/:id/close": web.Manager,
	"POST /orders/:id/take-back": web.Manager, "GET /orders/:id/send": web.Manager, "POST /orders/:id/fill": web.Manager, "POST /suggestions/:id/fill": web.Manager,
	"POST /suggestions/purse": web.Manager, "POST /suggestions/purse/undo": web.Manager, "POST /suggestions/:id/wait": web.Manager,
	"POST /inbox/:id/confirm": web.Manager, "POST /inbox/:id/refuse": web.Manager, "POST /inbox/:id/take-back": web.Manager, "POST /directory/:id/take": web.Manager, "POST /directory/:id/order": web.Manager, "GET /publish": web.Manager, "GET /publish/profile": web.Manager, "POST /publish/profile": web.Manager,
	"GET /publish/:id": web.Manager, "POST /publish/:id": web.Manager, "POST /publish/:id/withdraw": web.Manager, "POST /publish/:id/photo": web.Manager, "POST /publish/:id/photo/remove": web.Manager,
	"GET /joint": web.Viewer, "GET /joint/:id": web.Viewer, "GET /joint/asked/:id": web.Viewer, "POST /joint": web.Manager, "GET /joint/new": web.Manager, "POST /joint/new": web.Manager,
	"POST /joint/:id/close": web.Manager, "POST /joint/:id/withdraw": web.Manager, "POST /joint/asked/:id/join": web.Manager, "POST /joint/asked/:id/decline": web.Manager,
	"GET /enquiries/new": web.Manager, "POST /enquiries/new": web.Manager, "POST /enquiries/:id/award": web.Manager, "POST /enquiries/:id/close": web.Manager, "POST /invitations/:id": web.Manager, "POST /invitations/:id/link": web.Manager, "POST /invitations/:id/link/revoke": web.Manager,
	"POST /replay": web.Manager, "POST /replay/adopt": web.Manager,
	"POST /import": web.Manager, "POST /import/:number/undo": web.Manager,

	"GET /credit/pay": web.Seller, "POST /credit/pay": web.Seller,
	"GET /credit": web.Owner, "POST /credit": web.Owner, "GET /credit/:id": web.Owner, "POST /credit/:id": web.Owner, "POST /credit/:id/paid": web.Owner,
	"POST /credit/:id/write-off": web.Owner, "POST /credit/:id/erase": web.Owner, "POST /credit/entries/:id/reverse": web.Owner,
	"GET /helpers": web.Owner, "POST /helpers": web.Owner, "GET /helpers/:id": web.Owner, "POST /helpers/:id": web.Owner, "POST /helpers/:id/paid": web.Owner,
	"POST /helpers/:id/erase": web.Owner, "POST /helpers/entries/:id/reverse": web.Owner, "GET /helpers/before": web.Owner, "POST /helpers/before": web.Owner,
	"GET /sales/:id/parcel": web.Seller, "GET /sales/parcels": web.Seller, "POST /sales/parcels": web.Seller, "POST /sales/:id/parcel": web.Seller, "GET /settings/digest": web.Viewer, "POST /settings/digest": web.Viewer, "POST /settings/digest/stop": web.Viewer, "POST /settings/digest/test": web.Viewer,
	"POST /settings/digest/robot": web.Owner, "POST /settings/digest/robot/drop": web.Owner,
	"POST /settings": web.Owner, "GET /audit": web.Owner, "GET /audit.csv": web.Owner, "GET /settings/mail": web.Owner, "POST /settings/mail": web.Owner, "POST /settings/mail/test": web.Owner, "GET /settings/team": web.Owner, "POST /settings/team": web.Owner, "POST /settings/team/:id/role": web.Owner,
	"POST /settings/team/:id/access": web.Owner, "GET /settings/team/:id/password": web.Owner, "POST /settings/team/:id/password": web.Owner,
}

func TestEveryRouteHasAPolicy(t *testing.T) {
	h := newHouse(t)
	left := map[string]bool{}
	for name := range policy {
		left[name] = true
	}
	for _, route := range h.server.Engine().Routes() {
		name := route.Method + " " + route.Path
		if want, ok := policy[name]; !ok || route.Access != want {
			t.Errorf("%s is open to %q; the policy says %q", name, route.Access, want)
		}
		delete(left, name)
	}
	for name := range left {
		t.Errorf("%s has a policy but is no route", name)
	}
}

// TestRolesAndRoutes sends an empty form, or reads, as everybody: those below the
// policy are refused before anything is looked at, the others get past it.
func TestRolesAndRoutes(t *testing.T) {
	h := newHouse(t)
	browsers := map[tenant.Role]*webtest.Browser{}
	for _, role := range tenant.Roles() {
		browsers[role] = h.login(t, role)
	}
	before := h.snapshot(t)
	for _, route := range h.server.Engine().Routes() {
		path := strings.NewReplacer(":id", ident.New().String(), ":number", "999999", ":kind", "sales", "*path", "none.css").Replace(route.Path)
		for _, role := range tenant.Roles() {
			if route.Path == "/logout" {
				continue // tried where sessions are
			}
			var r *webtest.Response
			if route.Method == http.MethodGet {
				r = browsers[role].Get(path)
			} else {
				r = browsers[role].PostForm(path, url.Values{})
			}
			refused := r.Status == http.StatusForbidden
			if may := allowed(route.Access, role); may == refused || r.Status == http.StatusUnauthorized && route.Access != web.Public {
				t.Errorf("%s %s answers %d to a %s", route.Method, route.Path, r.Status, role)
			}
			if r.Status >= http.StatusInternalServerError && route.Path != "/readyz" {
				t.Errorf("%s %s answers %d to a %s", route.Method, route.Path, r.Status, role)
			}
		}
	}
	unchanged(t, "an empty form", before, h.snapshot(t), "persons") // appearance may be kept
}

func allowed(a web.Access, role tenant.Role) bool {
	return a == web.Public || a == web.AnyMember || role.AtLeast(tenant.Role(a))
}

// TestFormerMember: who is taken out of the shop is out at the next request.
func TestFormerMember(t *testing.T) {
	h := newHouse(t)
	b := h.login(t, tenant.Viewer)
	b.Get("/orders").Want(http.StatusOK)
	if err := h.removeMember("alpha-viewer"); err != nil {
		t.Fatal(err)
	}
	for _, route := range h.server.Engine().Routes() {
		if route.Access == web.Public {
			continue
		}
		for _, path := range paths(route, h.mine) {
			if r := send(b, route.Method, path, url.Values{}); r.Status != http.StatusUnauthorized && !strings.HasPrefix(r.Location(), "/login") {
				t.Errorf("%s %s answers %d to somebody who has left", route.Method, path, r.Status)
			}
		}
	}
}
