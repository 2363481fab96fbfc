package e2e_test

import (
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// TestRefusedForms sends forms as a hurried person does: what is wrong is said on
// top and at the field, in the reader's language, and what was typed stays.
func TestRefusedForms(t *testing.T) {
	slow(t)
	s := start(t)
	tab := e2e.Open(t, s.Base, 360)
	refuse := func(lang i18n.Lang, path, button string) {
		t.Helper()
		tab.Go(path + "?lang=" + string(lang))
		e2e.Ask[bool](tab, "document.querySelectorAll('main form').forEach(f => f.noValidate = true), true")
		tab.Press(button)
		if marked := e2e.Ask[int](tab, "document.querySelectorAll('main [aria-invalid], main fieldset .wrong').length"); marked == 0 {
			t.Errorf("%s in %s marks no field:\n%s", path, lang, tab.Text("main"))
		}
		if broken := e2e.Ask[[]string](tab, `[...document.querySelectorAll('#problems a')].map(a => a.getAttribute('href')).filter(h => !document.getElementById(h.slice(1)))`); len(broken) > 0 {
			t.Errorf("%s in %s: the summary leads nowhere: %q", path, lang, broken)
		}
		if e2e.Ask[bool](tab, "!document.querySelector('#problems li')") {
			t.Errorf("%s in %s has no summary:\n%s", path, lang, tab.Text("main"))
		}
		healthy(t, tab, lang)
	}
	for _, lang := range i18n.Langs() {
		refuse(lang, "/setup", "main button[data-kind=primary]")
	}
	w := &walk{T: t, Tab: tab, lang: i18n.ZhHans}
	w.setUp()
	for _, lang := range i18n.Langs() {
		refuse(lang, "/products/new", "main form button[data-kind=primary]")
		refuse(lang, "/suppliers/new", "main form button[data-kind=primary]")
		refuse(lang, "/import", "main form button[data-kind=primary]")
		refuse(lang, "/settings/password", "main form button[data-kind=primary]")
	}
	tab.Go("/settings?lang=zh-Hans")
	tab.Fill("name", "")
	e2e.Ask[bool](tab, "document.querySelectorAll('main form').forEach(f => f.noValidate = true), true")
	tab.Fill("market_days", "赶集")
	tab.Press("main form[action='/settings'] button")
	healthy(t, tab, i18n.ZhHans)
	if kept := e2e.Ask[string](tab, "document.querySelector('[name=market_days]').value"); kept != "赶集" {
		t.Errorf("what was typed is gone: %q", kept)
	}
}
