package e2e_test

import (
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"os"
	"path/filepath"
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

	farm.page("/publish")
	farm.press("main a.name")
	farm.photograph("un panier d’oranges")
	farm.Shows("La photo est enregistrée.")
	grocer.page("/directory?q=" + farm.listed())
	if w := e2e.Ask[int](grocer.Tab, "document.querySelector('main img.tile').naturalWidth"); w != 160 {
		t.Errorf("the photo in the directory is %d wide", w)
	}

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

	e2e.Ask[bool](farm.Tab, "document.querySelector(`details:has(form[action$='/take-back'])`).open = true") // the wrong van
	farm.Fill("why", "mauvais camion")
	farm.press("form[action$='/take-back'] button")
	farm.Shows("Repris le")
	grocer.page("/inbox/" + order)
	grocer.Shows("Taken back on")
	grocer.Shows("mauvais camion")
	if n := e2e.Ask[int](grocer.Tab, "document.querySelectorAll(`form[action$='/receive']`).length"); n != 0 {
		t.Error("the grocer may book what was taken back")
	}
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

// photograph takes a picture and sends it by the form of the page.
func (w *walk) photograph(alt string) {
	w.T.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 1600, 1200))
	for i := range 1600 * 1200 {
		x, y := i%1600, i/1600
		dx, dy := x%240-120, y%240-120
		m.Set(x, y, color.RGBA{90, 130, 70, 255})
		if far := dx*dx + dy*dy; far < 110*110 {
			m.Set(x, y, color.RGBA{uint8(250 - far/90), uint8(150 - far/130), 30, 255})
		}
	}
	path := filepath.Join(w.TempDir(), "IMG_0001.jpg")
	file, err := os.Create(path)
	if err == nil {
		err = errors.Join(jpeg.Encode(file, m, nil), file.Close())
	}
	if err != nil {
		w.T.Fatal(err)
	}
	w.Upload("photo", path)
	w.Fill("alt", alt)
	w.press("form[action$='/photo'] button")
}

// listed is what the offer on the page is called, for an address.
func (w *walk) listed() string {
	return url.QueryEscape(e2e.Ask[string](w.Tab, "document.querySelector('input[name=name]').value"))
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
