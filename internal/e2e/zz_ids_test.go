package e2e_test

import (
	"buhuo/internal/e2e"
	"os"
	"testing"
)

func TestLookIds(t *testing.T) {
	base := os.Getenv("LOOK_BASE")
	if base == "" {
		t.Skip()
	}
	tab := e2e.Open(t, base, 360)
	logIn(t, tab)
	tab.Go(os.Getenv("LOOK_E"))
	for _, x := range e2e.Ask[[]string](tab, "[...document.querySelectorAll('#line')].map(a => a.outerHTML.slice(0,200))") {
		println(x)
	}
}
