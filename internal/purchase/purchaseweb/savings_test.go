package purchaseweb_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// The page of savings says what came, what it was compared with, and a loss as a loss;
// the table of the same is for machines.
func TestSavings(t *testing.T) {
	h := open(t)
	if text := h.Get("/orders/savings").Want(200).Text("main"); !strings.Contains(text, "Nothing has come yet") {
		t.Errorf("without deliveries: %s", text)
	}
	for i, price := range []money.Price{30_000, 20_000} { // dearer than our 25.000, and cheaper
		s, err := h.Catalog.CreateSupplier(h.A, catalog.Supplier{Name: []string{"东街批发部", "西街批发部"}[i], Kind: catalog.Wholesaler})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Catalog.SaveOffer(h.A, catalog.Offer{SupplierID: s.ID, ProductID: h.goods.Products[i].ID, Price: price, ValidFrom: h.Clock.Today() - 9}); err != nil {
			t.Fatal(err)
		}
	}
	o := h.draft(t, 10_000, 10_000, 10_000)
	h.PostForm(at(o, "/send"), nil).Want(303)
	h.PostForm(at(o, "/receive"), nil).Want(303)
	// 25.00 of which 2.06 is tax, and a third of 10.00 freight: a cent more on the first: 26.28, against
	// 30.00 and 20.00.
	main := h.Get("/orders/savings?lang=en").Want(200).Text("main")
	for _, want := range []string{"CN¥3.72", "CN¥6.27 dearer", "CN¥2.55 dearer", "东街批发部", "西街批发部", "nobody to compare with", "Of CN¥78.82 of goods, CN¥52.55 could be compared."} {
		if !strings.Contains(main, want) {
			t.Errorf("the page lacks %q:\n%s", want, main)
		}
	}
	if text := h.Get(at(o, "?lang=en")).Want(200).Text("main"); !strings.Contains(text, "saved CN¥3.72 against 东街批发部") || !strings.Contains(text, "CN¥6.27 dearer than 西街批发部") {
		t.Errorf("the order's deliveries say nothing of it: %s", text)
	}
	if text := h.Get(at(o, "?lang=en")).Want(200).Text("main"); !strings.Contains(text, "Really saved") {
		t.Errorf("the order does not say what it saved: %s", text)
	}
	for _, lang := range []string{"fr", "zh-Hans"} {
		table := h.Get("/orders/savings.csv?lang=" + lang).Want(200)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(table.Body), "\ufeff"))).ReadAll()
		if err != nil || len(rows) != 4 || strings.Join(rows[0][9:], ",") != "cost,wholesaler,wholesaler_cost,saving,estimated" {
			t.Fatalf("%s: %v, %v", lang, rows, err)
		}
		if got := strings.Join(rows[2][9:], ","); got != "26.27,西街批发部,20.00,-6.27," {
			t.Errorf("%s: %s", lang, got)
		}
	}
	if text := h.Get("/orders/savings?year=2020&lang=en").Want(200).Text("main"); !strings.Contains(text, "Nothing came in 2020") {
		t.Errorf("another year: %s", text)
	}
	for _, bad := range []string{"year=abc", "year=99999", "from=-1", "year=1899"} {
		h.Get("/orders/savings?" + bad).Want(400)
	}
	h.as(t, "other").Get("/orders/savings.csv").Want(200).Lacks(purchase.Order{}.NumberText(), "东街")
}
