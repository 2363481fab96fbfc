package e2e_test

import (
	"fmt"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/i18n"
)

// The budget of a page over a slow line, in bytes.
const (
	firstView  = 45 << 10
	repeatView = 14 << 10
	maxHTML    = 14 << 10
	maxFetches = 6
)

// TestPagesAreLight weighs the pages that a shop opens every day, with nothing in
// the browser's cache and once more with everything in it.
func TestPagesAreLight(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	logIn(t, tab)
	for _, path := range []string{"/", "/suggestions", "/products", "/sell", "/orders"} {
		tab.Forget()
		tab.Go(path)
		if fetches, size := tab.Weight(); size > firstView || len(fetches) > maxFetches {
			t.Errorf("first view of %s: %d bytes of %d, %d requests of %d: %q", path, size, firstView, len(fetches), maxFetches, fetches)
		} else if size < 4<<10 || len(fetches) < 3 {
			t.Errorf("first view of %s weighs %d bytes in %d requests: the cache was not empty", path, size, len(fetches))
		}
		if html := e2e.Ask[int](tab, "performance.getEntriesByType('navigation')[0].encodedBodySize"); html > maxHTML || html == 0 {
			t.Errorf("the HTML of %s is %d bytes of %d", path, html, maxHTML)
		}
		tab.Go("/more")
		tab.Go(path)
		if _, size := tab.Weight(); size > repeatView || size == 0 {
			t.Errorf("repeat view of %s: %d bytes of %d", path, size, repeatView)
		}
	}
	// The longest page in its longest language.
	for _, lang := range i18n.Langs() {
		for n := 1; n <= 3; n++ {
			path := fmt.Sprintf("/suggestions?page=%d&lang=%s", n, lang)
			tab.Go(path)
			if html := e2e.Ask[int](tab, "performance.getEntriesByType('navigation')[0].encodedBodySize"); html > maxHTML || html == 0 {
				t.Errorf("the HTML of %s is %d bytes of %d", path, html, maxHTML)
			}
		}
	}
}
