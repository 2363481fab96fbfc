package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"buhuo/internal/app"
	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
)

// TestSupplierByLink: the shop sends an order; its supplier opens the link in a browser of
// his own, without scripts and without a session, and answers otherwise; the shop sees it
// on Today, accepts it, and the supplier reads so. A second answer is refused.
func TestSupplierByLink(t *testing.T) {
	slow(t)
	made, err := demoFile()
	if err != nil {
		t.Fatal(err)
	}
	s := serveDemo(t, made, app.Config{PublicURL: "http://127.0.0.1", Key: []byte("a key that opens nothing but this test, long enough to be one")})
	tab := e2e.Open(t, s.Base, 1280)
	logIn(t, tab)
	tab.Go("/suggestions")
	tab.Press("main .bar button[data-kind=primary]")
	tab.Go("/orders?state=draft")
	order := e2e.Ask[string](tab, "document.querySelector('main tbody a').getAttribute('href')")
	tab.Go(order)
	tab.Press("button[form=send]")
	if strings.HasSuffix(tab.Path(), "/send") { // below the supplier's minimum
		tab.Press("form[action$='/send'] button")
	}
	address := e2e.Ask[string](tab, "document.querySelector('#link').value")
	path := strings.TrimPrefix(address, "http://127.0.0.1")
	if !strings.HasPrefix(path, "/s/") || !strings.Contains(e2e.Ask[string](tab, "document.querySelector('#message').value"), address) {
		t.Fatalf("the link is %q, and not in the message", address)
	}

	his := e2e.Open(t, s.Base, 360)
	for _, lang := range i18n.Langs() {
		his.Go(path + "?lang=" + string(lang))
		if his.Status() != http.StatusOK {
			t.Fatalf("the supplier's page answers %d", his.Status())
		}
		healthy(t, his, lang)
		if _, bytes := his.Weight(); bytes > 150_000 {
			t.Errorf("%s: %d bytes", lang, bytes)
		}
	}
	his.Plain()
	his.Go(path)
	his.Fill("price", "99")
	his.FillNth("note", 1, "涨价了")
	his.Press("form:has([name=line]) button")
	if his.Status() != http.StatusOK && !strings.HasPrefix(his.Path(), path) {
		t.Fatalf("the answer leads to %s", his.Path())
	}
	if e2e.Ask[bool](his, "!!document.querySelector('form[method=post]')") {
		t.Error("after the answer the page still asks")
	}

	tab.Go("/")
	tab.Press("main a[href='/orders?state=answered']")
	tab.Press("main tbody a[href='" + order + "']")
	if !strings.Contains(tab.Text("main"), "涨价了") {
		t.Errorf("the shop does not read the answer:\n%s", tab.Text("main"))
	}
	for _, lang := range i18n.Langs() {
		tab.Go(order + "?lang=" + string(lang))
		healthy(t, tab, lang)
	}
	tab.Press("form[action$='/answer/accept'] button")
	his.Go(path + "?lang=en")
	if !strings.Contains(his.Text("main"), i18n.For(i18n.En).T("purchase.verdict.accepted")) {
		t.Errorf("the supplier is not told:\n%s", his.Text("main"))
	}
	ctx := ofDemo(t, s)
	replayed, link, err := s.App.Purchase.Enter(context.Background(), strings.TrimPrefix(path, "/s/"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.App.Purchase.Answer(replayed, link.ID, purchase.Reply{Refused: true}); err == nil {
		t.Error("a second answer is taken")
	}
	if a, err := s.App.Purchase.Attention(ctx); err != nil || a.Answers != 0 {
		t.Errorf("still to decide: %+v, %v", a, err)
	}
	his.Go(path[:len(path)-2])
	if his.Status() != http.StatusNotFound {
		t.Errorf("an altered link answers %d", his.Status())
	}
}

func ofDemo(t *testing.T, s *site) context.Context {
	t.Helper()
	shops, err := s.App.Shop.Shops(context.Background())
	if err != nil || len(shops) == 0 {
		t.Fatal(err)
	}
	return shop.Acting(context.Background(), shops[0])
}
