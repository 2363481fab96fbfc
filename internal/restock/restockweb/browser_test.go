package restockweb_test

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"buhuo/internal/e2e"
	"buhuo/internal/money"
	"buhuo/internal/restock"
)

// browse opens the house in a real browser as its owner.
func (h *house) browse(width int) *e2e.Tab {
	h.T.Helper()
	if os.Getenv("BUHUO_FAST") != "" {
		h.T.Skip("browser tests are for make test")
	}
	server := httptest.NewServer(h.engine)
	h.T.Cleanup(server.Close)
	tab := e2e.Open(h.T, server.URL, width)
	tab.Go("/static/favicon.svg") // any page that sets the origin
	e2e.Ask[string](tab, "document.cookie = 'buhuo=owner; path=/'")
	return tab
}

// until waits for a script to become true.
func until(t *testing.T, tab *e2e.Tab, what, script string) {
	t.Helper()
	for range 200 {
		if e2e.Ask[bool](tab, script) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s did not happen: %s", what, tab.Text("main"))
}

// TestQuantitiesInABrowser presses + and sees the total follow without a new page,
// opens the calculation, and orders.
func TestQuantitiesInABrowser(t *testing.T) {
	h := stocked(t)
	tab := h.browse(360)
	tab.Go("/suggestions?lang=zh-Hans")
	before := tab.Text(".bar .total")
	e2e.Ask[bool](tab, "window.same = true; document.querySelector('.stepper button[value=\"+\"]').click(); true")
	until(t, tab, "a new total", "document.querySelector('.bar .total').innerText !== '"+before+"'")
	if !e2e.Ask[bool](tab, "window.same === true") {
		t.Error("the page was loaded anew")
	}
	tab.Shows("数量是您改的")
	// What is refused is said on the spot; nothing typed is lost.
	tab.Fill("packs", "1.5")
	until(t, tab, "the refusal", "document.querySelector('.wrong') !== null")
	if got := e2e.Ask[string](tab, "document.querySelector('input[name=packs]').value"); got != "1.5" {
		t.Errorf("the field holds %q", got)
	}
	total := (h.suggestion(h.Rice.ID).LineCost + 36_400).Decimal(money.CNY) // seven boxes of oranges, and the rice
	tab.Fill("packs", "7")
	until(t, tab, "a total again", "document.querySelector('.wrong') === null && document.querySelector('.bar .total').innerText.includes('"+total+"')")
	if got := h.suggestion(h.Oranges.ID).Override; got == nil {
		t.Error("the quantity was not kept")
	}
	e2e.Ask[bool](tab, "document.querySelector('details.why summary').click(); true")
	until(t, tab, "the calculation", "document.querySelectorAll('details.why[open] li').length > 5")
	tab.Press(".bar button")
	if n := len(h.orders()); n != 2 {
		t.Errorf("%d orders", n)
	}
}

// TestADayOfSuggestionsInABrowser does, in each language and on a phone, all that the
// page is for: a limit of money and back, a quantity, a snooze, orders.
func TestADayOfSuggestionsInABrowser(t *testing.T) {
	h := stocked(t)
	tab := h.browse(360)
	press := func(selector string) { tab.Press(selector); tab.Fits() }
	for _, lang := range []string{"zh-Hans", "fr", "en"} {
		tab.Go("/suggestions?lang=" + lang)
		full := tab.Text(".bar .total")
		tab.Fill("purse", "３５")
		press("#purse-form button:not([formaction])")
		totals, err := h.App.Restock.Totals(h.Ctx)
		h.Must(err)
		cost := money.Amount(0)
		for _, one := range totals {
			cost += one.Cost
		}
		if got := tab.Text(".bar .total"); cost <= 0 || cost > 3_500 || !strings.Contains(strings.ReplaceAll(got, ",", "."), cost.Decimal(money.CNY)) {
			t.Errorf("%s: of 35 the orders come to %d, the page says %s, before %s", lang, cost, got, full)
		}
		if got := h.suggestion(h.Oranges.ID); got.Purse == nil || got.Chosen() != 0 {
			t.Errorf("%s: oranges for 35: %s", lang, got.Chosen().Decimal())
		}
		press("#purse-form button[formaction$='/undo']")
		if got := tab.Text(".bar .total"); got != full {
			t.Errorf("%s: put back, the orders come to %s, before %s", lang, got, full)
		}
	}
	tab.Go("/suggestions?lang=en")
	total := tab.Text(".bar .total")
	tab.Fill("packs", "9")
	until(t, tab, "the changed quantity", "document.querySelector('.bar .total').innerText !== '"+total+"'")
	tab.Go("/suggestions/" + h.Rice.ID.String() + "/snooze")
	press("main form button[type=submit]")
	if got := h.suggestion(h.Rice.ID).State; got != restock.Snoozed {
		t.Errorf("the rice is %s", got)
	}
	tab.Go("/suggestions")
	press(".bar button")
	orders := h.orders()
	if len(orders) != 1 || len(orders[0].Lines) != 1 || orders[0].Lines[0].Quantity != 45_000 {
		t.Errorf("nine boxes of oranges and no rice: %+v", orders)
	}
}

// TestSearchInABrowser types and sees the list follow.
func TestSearchInABrowser(t *testing.T) {
	h := stocked(t)
	tab := h.browse(1280)
	tab.Go("/products?lang=zh-Hans")
	tab.Reach("input[type=search]")
	tab.Type("zgqc")
	until(t, tab, "the shorter list", "document.querySelectorAll('table.lines tbody tr').length === 1")
	if !strings.Contains(tab.Text("table.lines"), "秭归脐橙") {
		t.Error(tab.Text("table.lines"))
	}
	if got := tab.Path(); !strings.Contains(got, "q=zgqc") {
		t.Errorf("the address is %s", got)
	}
}
