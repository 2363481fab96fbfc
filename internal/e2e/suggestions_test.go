package e2e_test

import (
	"strings"
	"testing"

	"buhuo/internal/e2e"
)

// TestSuggestionsWithoutScripts does what the page of suggestions is for, in each
// language, with scripts switched off: a limit of money and back, a quantity, a snooze,
// another policy, and the orders.
func TestSuggestionsWithoutScripts(t *testing.T) {
	slow(t)
	s := startDemo(t)
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		tab := e2e.Open(t, s.Base, 360)
		tab.Plain()
		tab.Go("/login?lang=" + lang)
		logIn(t, tab)
		tab.Go("/suggestions?lang=" + lang)
		full := tab.Text(".bar .total")
		tab.Fill("purse", "x")
		tab.Press("#purse-form button:not([formaction])")
		if got := e2e.Ask[string](tab, "document.querySelector('#purse-form [name=purse]').value"); got != "x" || tab.Text("#purse-error") == "" {
			t.Errorf("%s: refused, the field holds %q", lang, got)
		}
		tab.Fill("purse", "５００")
		tab.Press("#purse-form button:not([formaction])")
		if got := tab.Text(".bar .total"); got == full || len(strings.TrimSpace(got)) == 0 {
			t.Errorf("%s: of 500 the orders come to %s, before %s", lang, got, full)
		}
		tab.Fits()
		tab.Press("#purse-form button[formaction$='/undo']")
		if got := tab.Text(".bar .total"); got != full {
			t.Errorf("%s: put back, the orders come to %s, before %s", lang, got, full)
		}
	}
	tab := e2e.Open(t, s.Base, 360)
	tab.Plain()
	tab.Go("/login?lang=en")
	logIn(t, tab)
	tab.Go("/settings")
	tab.Choose("policy", "little_waste")
	tab.Press("main form[action='/settings'] button[data-kind=primary]")
	tab.Go("/suggestions")
	tab.FillNth("packs", 0, "0")
	tab.Press("noscript button, button[formaction='/suggestions']")
	// One product is changed with a reason, one put off, one refused.
	answers := e2e.Ask[[]string](tab, "[...document.querySelectorAll('main td:has(.stepper)')].map(d => d.closest('tr').querySelector('a[href$=\"/change\"]').getAttribute('href'))")
	if len(answers) < 3 {
		t.Fatalf("%d products may be answered", len(answers))
	}
	answer := func(n int, word, text string) {
		t.Helper()
		tab.Go(answers[n])
		tab.Fits()
		if word != "change" {
			tab.Press("nav.sections a[href$='/" + word + "']")
			tab.Fits()
		}
		tab.Fill("why", "space")
		tab.Fill("reason", text)
	}
	answer(0, "change", "the shelf is full")
	tab.Fill("packs", "x")
	tab.Press("main form button[type=submit]")
	if got := e2e.Ask[string](tab, "document.querySelector('[name=reason]').value"); got != "the shelf is full" {
		t.Errorf("refused, the reason is %q", got)
	}
	tab.Fill("packs", "2")
	tab.Press("main form button[type=submit]")
	tab.Shows("the shelf is full")
	for n, word := range map[int]string{1: "snooze", 2: "reject"} {
		answer(n, word, "said of "+word)
		tab.Press("main form button[type=submit]")
		if tab.Path() != "/suggestions" {
			t.Errorf("%s leads to %s", word, tab.Path())
		}
		tab.Shows("said of " + word)
	}
	tab.Press(".bar button")
	if tab.Path() != "/orders" {
		t.Errorf("the orders lead to %s", tab.Path())
	}
	// Who was right is told of the demo's past orders: over all, of one supplier, and back.
	tab.Go("/suggestions/decisions")
	tab.Fits()
	all := tab.Text("#list")
	tab.Press("main tbody a.name[href*='supplier=']")
	tab.Fits()
	tab.Shows("Only: ")
	if tab.Text("#list") == all {
		t.Error("of one supplier the same decisions are shown")
	}
	tab.Press("main .cluster a[href^='/suggestions/decisions?']")
	if tab.Text("#list") != all {
		t.Error("the way back shows other decisions")
	}
}
