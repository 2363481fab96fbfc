package e2e_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// TestScreenshots draws the pictures for the README into the folder that
// BUHUO_SHOTS names.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("BUHUO_SHOTS")
	if folder == "" {
		t.Skip("BUHUO_SHOTS names no folder")
	}
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 1280)
	logIn(t, tab)
	examples := examplesOf(t, tab)
	pages := []struct{ name, path string }{
		{"today", "/"}, {"suggestions", "/suggestions"}, {"product", examples["/products/:id"][0]},
		{"sell", "/sell"}, {"orders", "/orders"}, {"order", examples["/orders/:id"][0]},
	}
	for _, lang := range i18n.Langs() {
		for _, size := range [][2]int{{360, 800}, {1280, 860}} {
			tab.Size(size[0], size[1])
			tab.Go("/more?lang=" + string(lang))
			for _, p := range pages {
				tab.Go(p.path)
				tab.Shot(folder, fmt.Sprintf("%s-%d-%s", p.name, size[0], lang))
			}
		}
	}
	if !strings.HasSuffix(tab.Path(), pages[len(pages)-1].path) {
		t.Errorf("the last picture is of %s", tab.Path())
	}
}
