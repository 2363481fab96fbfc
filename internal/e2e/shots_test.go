package e2e_test

import (
	"fmt"
	"os"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// taller is how much more of a page is shown, by name and width: a product is told by
// its charts.
var taller = map[string]map[int]int{"product": {360: 620, 1280: 220}}

// interesting finds the product whose picture tells most: it must be ordered soon, its
// shelf was empty now and then, and it sells by weight.
func interesting(tab *e2e.Tab) string {
	best, most := "", -1
	for _, page := range []string{"/", "/suggestions"} {
		tab.Go(page)
		for _, path := range e2e.Ask[[]string](tab, "[...document.querySelectorAll('main a.name[href^=\"/products/\"]')].slice(0, 30).map(a => a.getAttribute('href'))") {
			tab.Go(path)
			n := e2e.Ask[int](tab, `(() => {
				const gone = document.querySelectorAll(".chart rect.gone").length, out = document.querySelector(".chart circle.runout");
				const weighed = /jin|斤/.test(document.querySelector(".figures").textContent), order = document.querySelector("form[action='/orders']");
				const soon = document.querySelector("main .badge[data-tone=out]") ? 10 : 0;
				return order && out && weighed && gone <= 8 ? gone + soon : -1;
			})()`)
			if n > most {
				best, most = path, n
			}
		}
	}
	return best
}

// TestScreenshots draws the pictures for the README into the folder that
// BUHUO_SHOTS names: what runs out, what to order, and the orders made of it.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("BUHUO_SHOTS")
	if folder == "" {
		t.Skip("BUHUO_SHOTS names no folder")
	}
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 1280)
	logIn(t, tab)
	link := func(page, selector string) string {
		tab.Go(page)
		return e2e.Ask[string](tab, "document.querySelector(`"+selector+"`).getAttribute('href')")
	}
	draw := func(pages map[string]string) {
		for _, lang := range i18n.Langs() {
			for _, size := range [][2]int{{360, 800}, {1280, 860}} {
				tab.Go("/more?lang=" + string(lang))
				for name, path := range pages {
					tab.Size(size[0], size[1]+taller[name][size[0]])
					tab.Go(path)
					if tab.Status() != 200 {
						t.Fatalf("%s answers %d", path, tab.Status())
					}
					tab.Shot(folder, fmt.Sprintf("%s-%d-%s", name, size[0], lang))
				}
			}
		}
	}
	draw(map[string]string{"today": "/", "suggestions": "/suggestions", "product": interesting(tab), "sell": "/sell"})
	tab.Go("/suggestions")
	tab.Press("main .bar button[data-kind=primary]")
	draw(map[string]string{"orders": "/orders", "order": link("/orders", "main tbody a")})
}
