package e2e_test

import (
	"fmt"
	"os"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

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
				tab.Size(size[0], size[1])
				tab.Go("/more?lang=" + string(lang))
				for name, path := range pages {
					tab.Go(path)
					if tab.Status() != 200 {
						t.Fatalf("%s answers %d", path, tab.Status())
					}
					tab.Shot(folder, fmt.Sprintf("%s-%d-%s", name, size[0], lang))
				}
			}
		}
	}
	draw(map[string]string{"today": "/", "suggestions": "/suggestions", "product": link("/", "main .rows a.name"), "sell": "/sell"})
	tab.Go("/suggestions")
	tab.Press("main .bar button[data-kind=primary]")
	draw(map[string]string{"orders": "/orders", "order": link("/orders", "main tbody a")})
}
