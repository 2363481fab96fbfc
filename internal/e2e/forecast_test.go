package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// TestForecastOfAProduct reads, with scripts switched off, what a forecast is made of,
// asks what if, says what no record knows and takes it back. The pages stay within their
// budget, and with scripts axe finds nothing.
func TestForecastOfAProduct(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	logIn(t, tab)
	product := interesting(tab)
	tab.Forget()
	tab.Go(product)
	if fetches, size := tab.Weight(); size > firstView || len(fetches) > maxFetches {
		t.Errorf("first view of a product: %d bytes of %d, %d requests of %d", size, firstView, len(fetches), maxFetches)
	}
	if html := e2e.Ask[int](tab, "performance.getEntriesByType('navigation')[0].encodedBodySize"); html > maxHTML || html == 0 {
		t.Errorf("the HTML of a product is %d bytes of %d", html, maxHTML)
	}

	plain := e2e.Open(t, s.Base, 360)
	plain.Plain()
	plain.Go("/login?lang=fr")
	logIn(t, plain)
	plain.Go(product)
	for _, words := range []string{"De quoi la prévision est faite", "Un jour ordinaire", "semaines, nous attendions"} {
		plain.Shows(words)
	}
	plain.Press("main a[href$='/what-if']")
	plain.Fill("price", "99")
	plain.Press("main form[method=get] button")
	if plain.Status() != http.StatusOK || !strings.Contains(plain.Path(), "price=99") {
		t.Errorf("a question leads to %s, which answers %d", plain.Path(), plain.Status())
	}
	plain.Shows("Aujourd’hui, et ce qui suivrait")
	readable(t, plain, i18n.Fr)
	plain.Go(product + "/adjust")
	plain.Fill("amount", "250")
	plain.Fill("reason", "村里办喜事")
	plain.Press("main form button[data-kind=primary]")
	if plain.Path() != product {
		t.Fatalf("saying what is known leads to %s\n%s", plain.Path(), plain.Text("main"))
	}
	for _, words := range []string{"村里办喜事", "250", "Retirer"} {
		plain.Shows(words)
	}
	readable(t, plain, i18n.Fr)

	// The same page as others see it, with all that was said on it.
	for _, lang := range i18n.Langs() {
		tab.Go(product + "?lang=" + string(lang))
		healthy(t, tab, lang)
		tab.Go(product + "/what-if?promotion=1&festival=none")
		healthy(t, tab, lang)
	}
	plain.Press("main form[action$='/withdraw'] button")
	for _, words := range []string{"C’est retiré", "Retiré"} {
		plain.Shows(words)
	}
}
