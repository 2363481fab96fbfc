package e2e_test

import (
	"strings"
	"testing"

	"buhuo/internal/demo"
	"buhuo/internal/e2e"
)

// TestOrderingTogether walks a joint order between two shops in two browsers: the neighbour
// has asked, the grocer sees what his share would be and joins, the neighbour closes it,
// orders, receives and hands the share on, and the grocer books it. Each sees quantities of
// the other, and nothing else.
func TestOrderingTogether(t *testing.T) {
	slow(t)
	s := startDemo(t)
	grocer, corner := &walk{T: t, Tab: e2e.Open(t, s.Base, 360), lang: "en"}, &walk{T: t, Tab: e2e.Open(t, s.Base, 1280), lang: "fr"}
	grocer.enter(demo.Login)
	corner.enter("xiangkou")

	corner.page("/joint")
	corner.press("main a[href^='/joint/']:not([href*='new'])")
	order := corner.Path()
	corner.Shows("Sans réponse")

	grocer.page("/")
	grocer.Shows("1 joint order waits for your answer")
	grocer.page("/joint")
	grocer.press("main a[href^='/joint/asked/']")
	asked := grocer.Path()
	grocer.Shows("巷口便民店")
	grocer.Fill("wanted", "300") // jin
	grocer.Fill("tolerance", "0")
	grocer.press("button[name=look]")
	grocer.Shows("As it stands, it is reached.")
	grocer.Shows("by 2 shops")
	grocer.press("form[action$='/join'] button[data-kind=primary]")
	grocer.at(asked)
	grocer.Shows("Joined")
	if grocer.Go(order); grocer.Status() != 404 {
		t.Errorf("the grocer opens the organiser's page: %d", grocer.Status())
	}
	if corner.Go(asked); corner.Status() != 404 {
		t.Errorf("the organiser opens the grocer's page: %d", corner.Status())
	}

	corner.page(order)
	corner.Shows("Participe")
	corner.Shows("Le seuil est atteint en l’état.")
	e2e.Ask[bool](corner.Tab, "(document.querySelector('main details').open = true)")
	corner.press("form[action$='/close'] button")
	corner.at(order)
	corner.Shows("Servie")
	supplier := e2e.Ask[string](corner.Tab, "document.querySelector('main a[href^=\"/orders/\"]').getAttribute('href')")
	deal := e2e.Ask[string](corner.Tab, "document.querySelector('main a[href^=\"/inbox/\"]').getAttribute('href')")

	corner.page(deal)
	corner.press("form[action$='/ship'] button")
	corner.Shows("La marchandise n’est pas encore là")
	corner.page(supplier)
	corner.press("button[form=send]")
	corner.at(supplier + "?share=1")
	corner.press("#receive button[data-kind=primary]")
	corner.page(deal)
	corner.press("form[action$='/ship'] button")
	corner.Shows("Tout est parti")

	grocer.page("/")
	grocer.Shows("1 joint order was reached")
	grocer.page(asked)
	grocer.Shows("Your share of it")
	own := e2e.Ask[string](grocer.Tab, "document.querySelector('main a[href^=\"/orders/\"]').getAttribute('href')")
	grocer.page(strings.Replace(own, "/orders/", "/inbox/", 1))
	grocer.press("form[action$='/receive'] button")
	grocer.at(own)
	grocer.Shows("Received")
	corner.page(deal)
	corner.Shows("Terminé")
	if grocer.Go(supplier); grocer.Status() != 404 {
		t.Errorf("the grocer opens the order to the supplier: %d", grocer.Status())
	}
	s.sound(t)
}
