package e2e_test

import (
	"buhuo/internal/e2e"
	"os"
	"testing"
)

func TestLookText(t *testing.T) {
	base := os.Getenv("LOOK_BASE")
	if base == "" {
		t.Skip()
	}
	tab := e2e.Open(t, base, 1280)
	logIn(t, tab)
	tab.Go(os.Getenv("LOOK_E"))
	println(tab.Text("main"))
}
