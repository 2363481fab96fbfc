package e2e_test

import (
	"strings"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// TestCreditByHand sells on credit at the counter, finds the debt in the book with its
// reminder, takes a part of it back and forgets the person once it is paid.
func TestCreditByHand(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	tab.Go("/login?lang=zh-Hans")
	logIn(t, tab)
	creditByHand(t, tab)
}

func creditByHand(t *testing.T, tab *e2e.Tab) {
	t.Helper()
	const name = "河西周师傅"
	tab.Go("/sell")
	tab.Press("#found button")
	e2e.Ask[bool](tab, "document.querySelectorAll('main details').forEach(d => d.open = true), true")
	tab.Fill("quantity", "1")
	tab.Fill("household", name)
	tab.Press("main .bar button[data-kind=primary]")
	tab.Go("/sales")
	tab.Shows("赊账")
	tab.Go("/credit")
	tab.Shows(name)
	href := e2e.Ask[string](tab, "[...document.querySelectorAll('main tbody a')].find(a => a.innerText.includes('"+name+"')).getAttribute('href')")
	tab.Go(href)
	if text := tab.Text("#reminder"); !strings.Contains(text, name) {
		t.Errorf("the reminder says %q", text)
	}
	healthy(t, tab, i18n.ZhHans)
	owed := e2e.Ask[string](tab, "document.querySelector('[name=amount]').value")
	tab.Fill("amount", "1")
	tab.Press("main form[action$='/paid'] button")
	if left := e2e.Ask[string](tab, "document.querySelector('[name=amount]').value"); left == owed {
		t.Errorf("after a payment still %s is owed", left)
	}
	tab.Press("main form[action$='/paid'] button") // the rest, as the form proposes
	e2e.Ask[bool](tab, "document.querySelectorAll('main details').forEach(d => d.open = true), true")
	tab.Press("main form[action$='/erase'] button")
	if strings.Contains(tab.Text("main"), name) {
		t.Error("the name is still there")
	}
	tab.Go(href)
	healthy(t, tab, i18n.ZhHans)
}
