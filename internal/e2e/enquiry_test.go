package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"buhuo/internal/e2e"
)

// enquire asks suppliers about a product with several offers and about another one, and
// answers for all of them; it leaves the tab on the enquiry's page.
func enquire(t *testing.T, tab *e2e.Tab) {
	t.Helper()
	tab.Go("/suggestions")
	products := e2e.Ask[[]string](tab, "[...document.querySelectorAll('main tbody a.name')].map(a => a.getAttribute('href'))")
	for _, product := range products {
		tab.Go(product + "/offers")
		if e2e.Ask[int](tab, "document.querySelectorAll('main table.lines tbody tr').length") > 1 {
			break
		}
	}
	tab.Press("main a[href^='/enquiries/new?product='], header a[href^='/enquiries/new?product=']")
	name := tab.Text("main [role=group] .name")
	tab.Fill("find", "没有这种货")
	tab.Press("main button[value=find]")
	if e2e.Ask[int](tab, "document.querySelectorAll('main .note').length") != 1 {
		t.Errorf("nothing was found, and nothing says so:\n%s", tab.Text("main"))
	}
	tab.Fill("find", "橙")
	tab.Press("main button[value=find]")
	if e2e.Ask[bool](tab, "!!document.querySelector('main button[name=add]')") {
		tab.Press("main button[name=add]")
	}
	if e2e.Ask[int](tab, "document.querySelectorAll('main [role=group]').length") < 2 || tab.Text("main [role=group] .name") != name {
		t.Fatalf("the product that was found is not on the form:\n%s", tab.Text("main"))
	}
	rows := e2e.Ask[int](tab, "document.querySelectorAll('[name=quantity]').length")
	for n := range rows {
		tab.FillNth("quantity", n, fmt.Sprint(40*(n+1)))
	}
	tab.FillNth("quantity", rows-1, "x")
	tab.Fill("note", "要当季的，果径七十五以上")
	tab.Press("main form button[data-kind=primary]")
	if got := e2e.Ask[string](tab, "document.querySelector('[name=note]').value"); tab.Path() != "/enquiries/new" || !strings.HasPrefix(got, "要当季的") {
		t.Errorf("refused, the form leads to %s with note %q", tab.Path(), got)
	}
	tab.FillNth("quantity", rows-1, "30")
	tab.Press("main form button[data-kind=primary]")
	if !strings.HasPrefix(tab.Path(), "/enquiries/") {
		t.Fatalf("the form leads to %s\n%s", tab.Path(), tab.Text("main"))
	}
	asked := tab.Path()
	for i, invitation := range e2e.Ask[[]string](tab, "[...document.querySelectorAll('main .links a[href^=\"/invitations/\"]')].map(a => a.getAttribute('href'))") {
		tab.Go(invitation)
		if message := e2e.Ask[string](tab, "document.querySelector('#message').value"); !strings.Contains(message, "RFQ-2") || !strings.Contains(message, name) {
			t.Errorf("the message is\n%s", message)
		}
		tab.FillNth("price", 0, fmt.Sprintf("0.%d", 30+i))
		if i == 1 {
			tab.FillNth("can", 1, "no")
			tab.FillNth("minimum", 0, "x")
			tab.Press("main form button[data-kind=primary]")
			if got := e2e.Ask[string](tab, "document.querySelector('[name=minimum]').value"); tab.Path() != invitation || got != "x" {
				t.Errorf("refused, the answer leads to %s with %q", tab.Path(), got)
			}
			tab.FillNth("minimum", 0, "60")
		} else {
			tab.FillNth("price", 1, "0.25")
		}
		tab.Press("main form button[data-kind=primary]")
		if tab.Path() != asked {
			t.Fatalf("the answer leads to %s\n%s", tab.Path(), tab.Text("main"))
		}
		if i == 2 {
			break // whoever is left stays silent
		}
	}
}

// TestEnquiryWithoutScripts asks, answers, compares and awards with scripts switched off.
func TestEnquiryWithoutScripts(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	tab.Plain()
	tab.Go("/login?lang=zh-Hans")
	logIn(t, tab)
	enquire(t, tab)
	asked := tab.Path()
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		tab.Go(asked + "?lang=" + lang)
		tab.Fits()
	}
	if n := e2e.Ask[int](tab, "document.querySelectorAll('main input[type=radio]:checked').length"); n < 1 {
		t.Fatalf("the cheapest is chosen for %d products", n)
	}
	tab.Press("main form button[data-kind=primary]")
	orders := e2e.Ask[[]string](tab, "[...new Set([...document.querySelectorAll('main a[href^=\"/orders/\"]')].map(a => a.getAttribute('href')))]")
	if tab.Path() != asked || len(orders) == 0 {
		t.Fatalf("the award leads to %s with orders %v\n%s", tab.Path(), orders, tab.Text("main"))
	}
	for _, order := range orders {
		tab.Go(order)
		tab.Shows("RFQ-2")
		tab.Press("#send-none, main form#send ~ .bar button, .bar button")
		tab.Fits()
	}
}
