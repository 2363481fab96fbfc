package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"buhuo/internal/demo"
	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// looks are the ways in which people read the pages. axe is slow, and what it finds
// hardly depends on the language: on a wide screen it runs once, on the dark scheme.
var looks = []struct {
	name   string
	width  int
	lang   i18n.Lang
	choice string // as the display menu sends it
	axe    bool
}{
	{"phone", 360, i18n.ZhHans, "", true},
	{"phone", 360, i18n.Fr, "", true},
	{"phone", 360, i18n.En, "", true},
	{"wide-dark", 1280, i18n.ZhHans, "&scheme=dark", true},
	{"wide", 1280, i18n.Fr, "", false},
	{"wide", 1280, i18n.En, "", false},
	{"phone-large", 360, i18n.Fr, "&text=large", false},
}

// TestEveryPage opens every page of the demo in each language, on a phone and on a
// wide screen. The list is the program's own table of routes, so that a new page
// is looked at from its first day.
func TestEveryPage(t *testing.T) {
	slow(t)
	s := startDemo(t)
	manager := e2e.Open(t, s.Base, 1280)
	logIn(t, manager)
	pages := everyPage(t, s, manager)
	for _, look := range looks {
		t.Run(look.name+"-"+string(look.lang), func(t *testing.T) {
			t.Parallel()
			tab := e2e.Open(t, s.Base, look.width)
			tab.Go("/login?lang=" + string(look.lang) + look.choice)
			healthy(t, tab, look.lang)
			logIn(t, tab)
			for _, path := range pages {
				if strings.HasSuffix(path, ".html") {
					path += "?lang=" + string(look.lang) // else a document speaks the supplier's language
				}
				tab.Go(path)
				if tab.Status() != http.StatusOK {
					t.Errorf("%s answers %d", path, tab.Status())
					continue
				}
				if look.axe {
					healthy(t, tab, look.lang)
				} else {
					readable(t, tab, look.lang)
				}
			}
		})
	}
}

// logIn passes the login page, where the tab stands or not.
func logIn(t *testing.T, tab *e2e.Tab) {
	t.Helper()
	if !strings.HasPrefix(tab.Path(), "/login") {
		tab.Go("/login")
	}
	tab.Fill("login", demo.Login)
	tab.Fill("password", demo.Password)
	tab.Press("form[action='/login'] button")
	if tab.Path() != "/" {
		t.Fatalf("the login leads to %s\n%s", tab.Path(), tab.Text("main"))
	}
}

// everyPage is an address for each GET route that answers with a page.
func everyPage(t *testing.T, s *site, tab *e2e.Tab) []string {
	t.Helper()
	examples := examplesOf(t, tab)
	out := []string{"/suggestions?page=2", "/products?q=%E6%B2%A1%E6%9C%89", "/orders?state=received", "/suggestions?page=40"}
	for _, r := range s.Routes {
		switch {
		case r.Method != http.MethodGet, r.Path == "/setup", r.Path == "/login", r.Path == "/receipts/:id", r.Path == "/s/:token", r.Path == "/q/:token":
			continue // these lead on
		case strings.HasPrefix(r.Path, "/healthz"), strings.HasPrefix(r.Path, "/readyz"), strings.HasPrefix(r.Path, "/static"):
			continue
		}
		switch filepath.Ext(r.Path) {
		case ".csv", ".jpg", ".json", ".pdf", ".png", ".txt", ".xlsx", ".xml", ".zip":
			continue // files, not pages
		}
		if len(r.Params()) == 0 {
			out = append(out, r.Path)
		} else if len(examples[r.Path]) == 0 {
			t.Errorf("no address is known for %s: add one to examplesOf", r.Path)
		}
		out = append(out, examples[r.Path]...)
	}
	return out
}

// examplesOf finds addresses for the routes with parameters, as a person would:
// by following links.
func examplesOf(t *testing.T, tab *e2e.Tab) map[string][]string {
	t.Helper()
	first := func(page, selector string) string {
		t.Helper()
		tab.Go(page)
		href := e2e.Ask[string](tab, "(document.querySelector(`"+selector+"`) || {getAttribute: () => ''}).getAttribute('href')")
		if href == "" {
			t.Fatalf("%s has no link %s\n%s", page, selector, tab.Text("main"))
		}
		return href
	}
	product := first("/suggestions", "main tbody a.name[href^='/products/']")
	id := strings.TrimPrefix(product, "/products/")
	suggestion := strings.Replace(product, "/products/", "/suggestions/", 1)
	supplier := first("/suppliers", "main tbody a[href^='/suppliers/']")
	tab.Go("/orders")
	orders := e2e.Ask[[]string](tab, "[...new Map([...document.querySelectorAll('main tbody tr')].map(r => [r.querySelector('.badge').innerText, r.querySelector('a').getAttribute('href')])).values()]")
	if len(orders) < 2 {
		t.Fatalf("the demo's orders should stand in several states: %q", orders)
	}
	tab.Go("/enquiries/new?product=" + id)
	tab.Fill("quantity", "20")
	tab.Press("main form button[data-kind=primary]")
	enquiry := tab.Path()
	invitation := first(enquiry, "main a[href^='/invitations/']")
	tab.Go(product)
	tab.Press("main form[action='/orders'] button[data-kind=primary]")
	listing, deal := dealt(t, tab)
	asked := first("/joint", "main tbody a[href^='/joint/asked/']")
	offer := strings.TrimSuffix(strings.TrimPrefix(first(supplier, "main a[href^='/offers/']"), "/offers/"), "/edit")
	return map[string][]string{
		"/credit/:id":               {first("/credit", "main tbody a[href^='/credit/']")},
		"/helpers/:id":              {first("/helpers", "main tbody a[href^='/helpers/']")},
		"/products/:id":             {product},
		"/products/:id/edit":        {product + "/edit"},
		"/products/:id/merge":       {product + "/merge"},
		"/products/:id/adjust":      {product + "/adjust"},
		"/products/:id/what-if":     {product + "/what-if", product + "/what-if?promotion=1&price=2"},
		"/products/:id/offers/new":  {product + "/offers/new"},
		"/products/:id/offers":      {product + "/offers"},
		"/enquiries/new":            {"/enquiries/new?product=" + id, "/enquiries/new?supplier=" + strings.TrimPrefix(supplier, "/suppliers/")},
		"/enquiries/:id":            {enquiry},
		"/invitations/:id":          {invitation},
		"/suppliers/:id":            {supplier},
		"/suppliers/:id/edit":       {supplier + "/edit"},
		"/suppliers/:id/papers":     {supplier + "/papers"},
		"/suppliers/:id/offers/new": {supplier + "/offers/new"},
		"/offers/:id/edit":          {first(supplier, "main a[href^='/offers/']")},
		"/stock/receive":            {"/stock/receive?product=" + id},
		"/stock/harvest":            {"/stock/harvest?product=" + id},
		"/stock/process":            {"/stock/process?product=" + id},
		"/stock/count":              {"/stock/count?product=" + id, "/stock/count?blind=1"},
		"/stock/adjust":             {"/stock/adjust?product=" + id},
		"/stock/loss":               {"/stock/loss?product=" + id},
		"/sales/:id/parcel":         {sent(t, tab)},
		"/orders/:id":               orders,
		"/orders/:id.html":          {orders[0] + ".html"},
		"/orders/:id/confirm":       {first("/orders?state=sent", "main tbody a") + "/confirm"},
		"/orders/:id/return":        {first("/orders?state=received", "main tbody a") + "/return"},
		"/orders/:id/send":          {first("/orders?state=draft", "main tbody a") + "/send"},
		"/suggestions/:id/why":      {suggestion + "/why"},
		"/suggestions/:id/change":   {suggestion + "/change"},
		"/suggestions/:id/snooze":   {suggestion + "/snooze"},
		"/suggestions/:id/reject":   {suggestion + "/reject"},
		"/stock/counts/:id":         {counted(t, tab, id)},
		"/import/:number":           {imported(t, tab)},
		"/directory/:id":            {listing, first("/directory?q=%E6%9C%88%E5%85%89%E7%99%BD", "main a.name")},
		"/sheets/:id":               {strings.Replace(listing, "/directory/", "/sheets/", 1)},
		"/publish/:id":              {"/publish/" + id},
		"/inbox/:id":                {deal},
		"/joint/asked/:id":          {asked},
		"/joint/new":                {"/joint/new?offer=" + offer},
		"/joint/:id":                {proposed(t, tab, offer)},

		"/settings/team/:id/password": {hired(t, tab)},
	}
}

// proposed asks the neighbour at the corner to join an order.
func proposed(t *testing.T, tab *e2e.Tab, offer string) string {
	t.Helper()
	tab.Go("/joint/new?offer=" + offer)
	tab.Fill("wanted", "20")
	tab.Press("form[action='/joint/new'] button[data-kind=primary]")
	return tab.Path()
}

// dealt takes goods from the directory and orders them; it answers the addresses of both.
func dealt(t *testing.T, tab *e2e.Tab) (listing, deal string) {
	t.Helper()
	tab.Go("/directory?q=%E8%A1%80%E6%A9%99") // 血橙
	tab.Press("main a.name")
	listing = tab.Path()
	tab.Press("main form[action$='/take'] button")
	tab.Press("main form[action$='/order'] button")
	deal = strings.Replace(tab.Path(), "/orders/", "/inbox/", 1)
	tab.Press("button[form=send]")
	if strings.HasSuffix(tab.Path(), "/send") { // below the producer's minimum
		tab.Press("form[action$='/send'] button")
	}
	return listing, deal
}

// sent finds an online sale of the last days and answers the address of its parcel.
func sent(t *testing.T, tab *e2e.Tab) string {
	t.Helper()
	tab.Go("/sales")
	for range 14 {
		if href := e2e.Ask[string](tab, "(document.querySelector(`main a[href$='/parcel']`) || {getAttribute: () => ''}).getAttribute('href')"); href != "" {
			return href
		}
		tab.Press("main a[href^='/sales?day=']") // the day before
	}
	t.Fatal("the demo has no online sale in two weeks")
	return ""
}

// counted counts one product and answers the address of the result.
func counted(t *testing.T, tab *e2e.Tab, product string) string {
	t.Helper()
	tab.Go("/stock/count?product=" + product)
	tab.Fill("counted", "3")
	tab.Press("main form button[data-kind=primary]")
	if !strings.HasPrefix(tab.Path(), "/stock/counts/") {
		t.Fatalf("a count leads to %s\n%s", tab.Path(), tab.Text("main"))
	}
	return tab.Path()
}

// hired gives somebody access and answers the address that sets their password.
func hired(t *testing.T, tab *e2e.Tab) string {
	t.Helper()
	tab.Go("/settings/team")
	_ = e2e.Ask[bool](tab, "(document.querySelectorAll('main details').forEach(d => { d.open = true }), true)")
	for name, value := range map[string]string{"person": "陈阿姨", "login": "chen", "password": "nine green lanterns", "again": "nine green lanterns"} {
		tab.Fill(name, value)
	}
	tab.Press("main form[action='/settings/team'] button[data-kind=primary]")
	return e2e.Ask[string](tab, "document.querySelector(`main a[href$='/password']`).getAttribute('href')")
}

// imported brings in a file with a bad line and answers the address of the report.
func imported(t *testing.T, tab *e2e.Tab) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "stock.csv")
	if err := os.WriteFile(file, []byte("item,quantity\n1001,12\n没有的,4\n1101,many\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tab.Go("/import")
	tab.Choose("kind", "stock")
	tab.Upload("file", file)
	tab.Press("main form button[data-kind=primary]")
	if !strings.HasPrefix(tab.Path(), "/import/") {
		t.Fatalf("an import leads to %s\n%s", tab.Path(), tab.Text("main"))
	}
	return tab.Path()
}

// TestErrorPages opens what does not exist and what is not allowed.
func TestErrorPages(t *testing.T) {
	slow(t)
	s := start(t)
	tab := e2e.Open(t, s.Base, 360)
	for _, lang := range i18n.Langs() {
		tab.Go("/no/such/page?lang=" + string(lang))
		if tab.Status() != http.StatusNotFound {
			t.Errorf("a missing page answers %d", tab.Status())
		}
		healthy(t, tab, lang)
	}
}
