package e2e_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/e2e"
	"buhuo/internal/purchase"
)

// Bars of ordering and receiving, in taps.
const (
	tapsToShare   = 3 // from Today to a shared order
	tapsToReceive = 2 // a line of a delivery
)

// untilShared goes from Today to an order that is sent and handed over.
func untilShared(t *testing.T, s *site, tab *e2e.Tab, thumb *e2e.Thumb) purchase.Order {
	t.Helper()
	before := sentOrders(t, s)
	thumb.Open("main a[href='/suggestions'][data-kind=primary]")
	thumb.Open("main .bar button[data-kind=primary]")
	// An order that its supplier takes: one below his minimum asks a question first.
	thumb.Open("main tbody tr:not(:has(th .badge)) form[action$='/send'] button")
	for _, o := range sentOrders(t, s) {
		if !slices.ContainsFunc(before, func(b purchase.Order) bool { return b.ID == o.ID }) {
			if !strings.HasPrefix(tab.Path(), "/orders/"+o.ID.String()) {
				t.Errorf("the order was sent and the phone is at %s", tab.Path())
			}
			return o
		}
	}
	t.Fatalf("no order was sent; the phone is at %s\n%s", tab.Path(), tab.Text("main"))
	return purchase.Order{}
}

func sentOrders(t *testing.T, s *site) []purchase.Order {
	t.Helper()
	orders, err := s.App.Purchase.List(ofDemo(t, s), purchase.Query{State: purchase.Sent, Limit: purchase.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	return orders
}

// TestThreeTapsToASharedOrder: from Today to an order that is handed to the phone's apps;
// on a phone without such apps, to one on the clipboard; in a browser without scripts, to
// a page that shows the same text.
func TestThreeTapsToASharedOrder(t *testing.T) {
	slow(t)
	for _, phone := range []struct {
		name          string
		shares, plain bool
	}{{"share", true, false}, {"copy", false, false}, {"plain", false, true}} {
		t.Run(phone.name, func(t *testing.T) {
			s := startDemo(t)
			tab := e2e.Open(t, s.Base, 360)
			thumb := tab.Thumb(tapsToShare, phone.shares)
			tab.Go("/login?lang=zh-Hans")
			logIn(t, tab)
			if phone.plain {
				tab.Plain()
			}
			tab.Go("/")
			o := untilShared(t, s, tab, thumb)
			tells := func(text string) {
				t.Helper()
				if !strings.Contains(text, o.NumberText()) || !strings.Contains(text, "请") {
					t.Errorf("shared: %q", text)
				}
			}
			switch {
			case phone.shares:
				if got := thumb.Shared(); len(got) != 1 {
					t.Fatalf("shared %d times", len(got))
				} else {
					tells(got[0])
				}
			case phone.plain:
				tells(e2e.Ask[string](tab, "document.querySelector('#hand').value"))
				if !e2e.Ask[bool](tab, "document.querySelector('#hand').checkVisibility()") {
					t.Error("the text is not to be seen")
				}
			default:
				if !strings.Contains(tab.Path(), "copied") {
					t.Errorf("nothing says that the text is copied: %s", tab.Path())
				}
				tells(tab.Pasted())
			}
			if thumb.Taps() > tapsToShare {
				t.Errorf("%d taps", thumb.Taps())
			}
			if got := thumb.Touches(); !phone.plain && got != thumb.Taps() {
				t.Errorf("%d taps were counted, the pages saw %d", thumb.Taps(), got)
			}
			tab.Fits()
			s.sound(t)
		})
	}
}

// TestTwoTapsALineToReceive: from Today to a delivery in the books, as it was promised,
// and with another quantity and a lot number.
func TestTwoTapsALineToReceive(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	tab.Thumb(0, true)
	tab.Go("/login?lang=en")
	logIn(t, tab)
	for _, changed := range []bool{false, true} {
		tab.Go("/")
		href := arriving(t, s, tab, changed)
		id, err := s.App.Purchase.ByNumber(ofDemo(t, s), strings.TrimPrefix(href, "/orders/"))
		if err != nil {
			t.Fatal(err)
		}
		lines := len(id.Lines)
		thumb := tab.Thumb(tapsToReceive*lines, true)
		thumb.Open("main .card a.name[href='" + href + "']")
		want := id.Lines[0].Owed()
		if changed {
			thumb.Tap("#receive [name=quantity]")
			tab.Type("1")
			thumb.Tap("#receive [name=lot]")
			tab.Type("L-2026-11")
		}
		thumb.Open("#receive button[data-kind=primary]")
		after, err := s.App.Purchase.Order(ofDemo(t, s), id.ID)
		if err != nil {
			t.Fatal(err)
		}
		switch got := after.Lines[0].Received - id.Lines[0].Received; {
		case changed && (got <= 0 || got == want):
			t.Errorf("received %d of %d", got, want)
		case !changed && (got != want || after.State != purchase.Received):
			t.Errorf("received %d of %d, %s", got, want, after.State)
		}
		if changed {
			tab.Shows("L-2026-11")
		}
		t.Logf("%d lines, %d taps", lines, thumb.Taps())
		if thumb.Taps() > tapsToReceive*lines {
			t.Errorf("%d taps for %d lines", thumb.Taps(), lines)
		}
	}
	s.sound(t)
}

// arriving is an order on Today that may be received; one that is received with changes
// needs two lines.
func arriving(t *testing.T, s *site, tab *e2e.Tab, several bool) string {
	t.Helper()
	for _, href := range e2e.Ask[[]string](tab, "[...document.querySelectorAll('main .card a.name[href^=\"/orders/\"]')].map(a => a.getAttribute('href'))") {
		o, err := s.App.Purchase.ByNumber(ofDemo(t, s), strings.TrimPrefix(href, "/orders/"))
		if err != nil {
			t.Fatal(err)
		}
		if !several || len(o.Lines) > 1 {
			return href
		}
	}
	t.Fatalf("no such order arrives:\n%s", tab.Text("main"))
	return ""
}

// TestTheThumbCounts: a task that takes one tap more than it may fails, a touch that
// meets nothing fails, and what a script presses is no touch.
func TestTheThumbCounts(t *testing.T) {
	slow(t)
	s := startDemo(t)
	tab := e2e.Open(t, s.Base, 360)
	thumb := tab.Thumb(2, false)
	tab.Go("/login?lang=en")
	thumb.Tap("[name=login]")
	if err := thumb.Try("#nowhere"); err == nil || errors.Is(err, e2e.ErrTaps) {
		t.Errorf("a touch of nothing: %v", err)
	}
	thumb.Tap("[name=password]")
	e2e.Ask[bool](tab, "document.querySelector('[name=login]').click() || true")
	if thumb.Taps() != 2 || thumb.Touches() != 2 {
		t.Errorf("%d taps, %d touches, want 2 of each", thumb.Taps(), thumb.Touches())
	}
	if err := thumb.Try("[name=login]"); !errors.Is(err, e2e.ErrTaps) {
		t.Errorf("one tap more than the task may take: %v", err)
	}
	if got := thumb.Touches(); got != 2 {
		t.Errorf("the tap too many was made all the same: %d touches", got)
	}
}
