package e2e_test

import (
	"strings"
	"testing"

	"buhuo/internal/demo"
	"buhuo/internal/e2e"
)

// TestBuyingFromAProducer walks an order between two shops in two browsers: the grocer
// finds goods, makes their producer a supplier and orders; the producer promises less on
// another day and ships; the grocer books what was shipped. Each sees the one order.
func TestBuyingFromAProducer(t *testing.T) {
	slow(t)
	s := startDemo(t)
	grocer, farm := &walk{T: t, Tab: e2e.Open(t, s.Base, 360), lang: "en"}, &walk{T: t, Tab: e2e.Open(t, s.Base, 1280), lang: "fr"}
	grocer.enter(demo.Login)
	farm.enter("hubei")

	grocer.page("/directory?q=%E8%A1%80%E6%A9%99") // 血橙
	grocer.press("main a.name")
	listing := grocer.Path()
	grocer.press("form[action$='/take'] button")
	grocer.at(listing)
	grocer.Fill("quantity", "100") // jin
	grocer.press("form[action$='/order'] button")
	order := strings.TrimPrefix(grocer.Path(), "/orders/")
	grocer.press("button[form=send]")
	if strings.HasSuffix(grocer.Path(), "/send") { // below the producer's least sum: asked once more
		grocer.press("form[action$='/send'] button")
	}
	grocer.Shows("What the producer says")
	grocer.page("/inbox/" + order)
	grocer.Shows("The producer has not answered yet.")

	farm.page("/")
	farm.Shows("1 commande d’une autre boutique attend votre réponse")
	farm.page("/inbox")
	farm.press("main a.name")
	farm.at("/inbox/" + order)
	farm.Fill("quantity", "80")
	farm.press("form[action$='/confirm'] button")
	farm.Shows("Confirmé")
	farm.Fill("ships", "80")
	farm.press("form[action$='/ship'] button")
	farm.Shows("Tout est parti")

	grocer.page("/inbox/" + order)
	grocer.Shows("HB-XC-02") // the lot that left
	grocer.press("form[action$='/receive'] button")
	grocer.at("/orders/" + order)
	grocer.page("/inbox?side=ours")
	grocer.Shows("Finished")
	farm.page("/inbox/" + order)
	farm.Shows("Terminé")
	if farm.Go("/orders/" + order); farm.Status() != 404 {
		t.Errorf("the producer opens the grocer's purchase order: %d", farm.Status())
	}
}

// enter logs in as somebody of the demo.
func (w *walk) enter(login string) {
	w.T.Helper()
	w.Go("/login?lang=" + string(w.lang))
	w.Fill("login", login)
	w.Fill("password", demo.Password)
	w.Press("form[action='/login'] button")
	w.at("/")
	w.Go("/?lang=" + string(w.lang))
}
