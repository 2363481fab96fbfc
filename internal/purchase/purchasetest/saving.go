package purchasetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// wholesaler makes one who sells the product in boxes of ten, without tax, at a price
// valid from a day on, with 20.00 of freight an order of at least 200.00.
func (h House) wholesaler(t testing.TB, name string, product ident.ID, price money.Price, from day.Date) catalog.Offer {
	t.Helper()
	s, err := h.Catalog.CreateSupplier(h.A, catalog.Supplier{Name: name, Kind: catalog.Wholesaler, Freight: 2_000, MinimumOrder: 20_000})
	must(t, err)
	o, err := h.Catalog.SaveOffer(h.A, catalog.Offer{
		SupplierID: s.ID, ProductID: product, Price: price, ValidFrom: from, Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 10, Den: 1}},
		Breaks: []catalog.Break{{From: 1_000_000, Price: price / 2}},
	})
	must(t, err)
	return o
}

// What a delivery saved is counted when it comes, against the cheapest wholesaler by his
// prices of that day, and says to the cent what the books say.
func testSavings(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	today := h.Clock.Today()
	dear := h.wholesaler(t, "贵的批发部", g.Products[0].ID, 40_000, today-30)
	cheap := h.wholesaler(t, "便宜的批发部", g.Products[0].ID, 30_000, today-30)
	d := g.Draft(10_000, 20_000) // 25.00 and 50.00 with tax; freight 10.00
	reference := money.Amount(4_000)
	d.Lines[0].ReferenceCost = &reference
	o := Made(t, s, h.A, d)
	_, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	h.Clock.Pass(48 * time.Hour)
	receive := func(lines ...purchase.ReceiptLine) ident.ID {
		t.Helper()
		id := ident.New()
		_, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: id, Lines: lines})
		must(t, err)
		return id
	}
	first := receive(purchase.ReceiptLine{Line: 1, Quantity: 5_000}, purchase.ReceiptLine{Line: 2, Quantity: 20_000})
	saved := func(q purchase.SavedQuery) []purchase.Saved {
		t.Helper()
		rows, err := s.Savings(h.A, q)
		must(t, err)
		out := make([]purchase.Saved, len(rows))
		for i, r := range rows {
			if out[i] = r.Saved; r.Product.ID != r.ProductID || r.SupplierName != g.Supplier.Name || (r.Wholesale != "") != (r.Middleman != nil) {
				t.Errorf("names: %+v", r)
			}
		}
		return out
	}
	rows := saved(purchase.SavedQuery{Order: o.ID})
	// Ours: 12.50 → 11.47 net and 1.67 of the freight (a third of 10.00, half arrived).
	// His: a box of ten at 3.00 is 30.00, a tenth of it freight, 33.00; five of ten bear 16.50.
	want := []purchase.Saved{
		{ReceiptID: first, Position: 1, OrderID: o.ID, Line: 1, ProductID: g.Products[0].ID, SupplierID: g.Supplier.ID, Day: today + 2, Quantity: 5_000,
			Cost: 1_147 + 167, Middleman: &cheap.SupplierID, Reference: ptr(money.Amount(1_650)), Estimated: ptr(money.Amount(2_000 - 1_147 - 167))},
		{ReceiptID: first, Position: 2, OrderID: o.ID, Line: 2, ProductID: g.Products[1].ID, SupplierID: g.Supplier.ID, Day: today + 2, Quantity: 20_000,
			Cost: 4_587 + 667},
	}
	same(t, "saved", rows, want)
	if amount, ok := rows[0].Amount(); !ok || amount != 1_650-1_314 {
		t.Errorf("saved %d, %v", amount, ok)
	}
	if _, ok := rows[1].Amount(); ok {
		t.Error("a saving without anybody to compare with")
	}
	verified(t, s, h)

	// The next day he asks less: what comes then is compared with that, what came keeps
	// its comparison, and buying direct may turn out dearer.
	h.Clock.Pass(24 * time.Hour)
	cheap.Price, cheap.Breaks = 10_000, nil
	_, err = h.Catalog.SaveOffer(h.A, cheap)
	must(t, err)
	second := receive(purchase.ReceiptLine{Line: 1, Quantity: 5_000})
	rows = saved(purchase.SavedQuery{From: today + 3})
	if len(rows) != 1 || rows[0].ReceiptID != second || *rows[0].Reference != 550 || rows[0].Cost != 1_147+166 {
		t.Fatalf("after his price fell: %+v", rows)
	}
	same(t, "what came before", saved(purchase.SavedQuery{Through: today + 2}), want)
	days, err := s.SavedDays(h.A, today, today+9)
	must(t, err)
	same(t, "by day", days, []purchase.SavedDay{
		{Day: today + 2, SupplierID: g.Supplier.ID, Lines: 2, ComparedLines: 1, Cost: 1_314 + 5_254, Compared: 1_314, Reference: 1_650, Estimated: 686, KeptLines: 1, Promised: 686, Kept: 1_650 - 1_314},
		{Day: today + 3, SupplierID: g.Supplier.ID, Lines: 1, ComparedLines: 1, Cost: 1_313, Compared: 1_313, Reference: 550, Estimated: 687, KeptLines: 1, Promised: 687, Kept: 550 - 1_313},
	})
	sum := purchase.SavedDay{Day: today + 2, SupplierID: g.Supplier.ID}
	for _, r := range want {
		sum = sum.Plus(purchase.DayOf(r))
	}
	same(t, "line by line", sum, days[0])
	if days[1].Saving() != 550-1_313 {
		t.Errorf("a loss is said to be %d", days[1].Saving())
	}

	// Booked afterwards for a day on which he asked the old price.
	_, err = s.TakeBack(h.A, o.ID, second, "")
	must(t, err)
	if rows := saved(purchase.SavedQuery{From: today + 3}); len(rows) != 0 {
		t.Errorf("saved by what never came: %+v", rows)
	}
	late := ident.New()
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: late, At: day.At(h.Clock.Now().Add(-24 * time.Hour)), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 5_000}}})
	must(t, err)
	for _, r := range saved(purchase.SavedQuery{Order: o.ID}) {
		if r.ReceiptID == late && (r.Day != today+2 || *r.Reference != 1_650 || *r.Middleman != cheap.SupplierID) {
			t.Errorf("of an earlier day: %+v", r)
		}
	}
	verified(t, s, h)
	_ = dear

	// A figure that was tampered with is named.
	h.do(t, h.A, func(ctx context.Context) error {
		row := want[1]
		row.Position, row.Cost = 3, 1
		return h.Store.InsertSavings(ctx, []purchase.Saved{row})
	})
	wrong, err := s.Verify(h.A)
	must(t, err)
	if len(wrong) == 0 || !strings.Contains(wrong[0], "savings ledger") {
		t.Errorf("verify does not name it: %v", wrong)
	}
	if rows, err := h.Store.Savings(h.B, purchase.SavedQuery{}); err != nil || len(rows) != 0 {
		t.Errorf("another shop reads %v, %v", rows, err)
	}
	if days, err := h.Store.SavedDays(h.B, 0, 60_000); err != nil || len(days) != 0 {
		t.Errorf("another shop reads %v, %v", days, err)
	}
}
