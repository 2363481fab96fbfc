package e2e_test

import (
	"strings"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// TestWithoutJavaScript logs in and sells with scripts switched off.
func TestWithoutJavaScript(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	tab.Plain()
	tab.Go("/login?lang=fr")
	logIn(t, tab)
	tab.Go("/suggestions")
	readable(t, tab, i18n.Fr) // axe itself is a script
	sellOne(t, tab, func(selector string) { tab.Press(selector) })
}

// TestWithKeysOnly logs in and sells with the keyboard alone.
func TestWithKeysOnly(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 1280)
	tab.Go("/login?lang=en")
	tab.Reach("[name=login]")
	tab.Type("demo")
	tab.Reach("[name=password]")
	tab.Enter("demo-buhuo")
	if tab.Path() != "/" {
		t.Fatalf("the login leads to %s\n%s", tab.Path(), tab.Text("main"))
	}
	sellOne(t, tab, func(selector string) {
		tab.Reach(selector)
		tab.Enter("")
	})
}

// sellOne sells 2 of the first product of the counter and finds it in the list of
// the day.
func sellOne(t *testing.T, tab *e2e.Tab, press func(selector string)) {
	t.Helper()
	tab.Go("/sales")
	before := e2e.Ask[int](tab, "document.querySelectorAll('main tbody tr').length")
	tab.Go("/sell")
	code := e2e.Ask[string](tab, "document.querySelector('#found button[name=add]').value")
	press("#found button[name=add]")
	if got := e2e.Ask[string](tab, "document.querySelector('[name=product_code]').value"); got != code {
		t.Fatalf("pressed the tile of %s, the basket holds %q", code, got)
	}
	tab.Fill("quantity", "2")
	press("main button[data-kind=primary]")
	if !strings.HasPrefix(tab.Path(), "/sell") {
		t.Errorf("after a sale the counter waits for the next; stands at %s\n%s", tab.Path(), tab.Text("main"))
	}
	tab.Go("/sales")
	if after := e2e.Ask[int](tab, "document.querySelectorAll('main tbody tr').length"); after != before+1 && before < 50 {
		t.Errorf("%d sales stood in the list of the day, now %d\n%s", before, after, tab.Text("main"))
	}
}
