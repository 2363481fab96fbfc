package salestest

import (
	"context"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

func testImportStock(t *testing.T, h House) {
	s := h.Service()
	p, q := h.product(t, h.A, dates()), h.product(t, h.A, orange())
	file := "item,quantity,unit,cost,expiry,lot\n1001,20,,19.50,2027-06-30,A\n1001,4,,19.50,2027-03-31,B\n1002,10,斤,2.60,,\n1001,-1,,,,\n9,1,,,,\n"
	r := bring(t, s, h.A, sales.ImportStock, file)
	wantCounts(t, r, "5 read, 3 new, 0 same, 2 refused")
	if r.Errors[0].Key != "sales.import_stock_negative" || r.Errors[1].Key != "sales.import_item_unknown" {
		t.Errorf("refused %+v", r.Errors)
	}
	if a, b := h.onHand(t, h.A, p), h.onHand(t, h.A, q); a != 24_000 || b != 5_000 {
		t.Errorf("%s bags and %s kg", a.Decimal(), b.Decimal())
	}
	lots, err := h.Stock.Lots(h.A, p.ID)
	if err != nil || len(lots) != 2 || lots[0].Code != "B" || *lots[0].Expiry != day.New(2027, 3, 31) {
		t.Errorf("lots %+v, %v", lots, err)
	}
	balances, err := h.Stock.Balances(h.A, []ident.ID{p.ID, q.ID})
	if err != nil || balances[p.ID].Value != 24*1950 || balances[q.ID].LastCost != 52000 || balances[p.ID].KnownFrom == nil {
		t.Errorf("balances %+v, %v", balances, err)
	}
	again := bring(t, s, h.A, sales.ImportStock, file)
	wantCounts(t, again, "5 read, 0 new, 3 same, 2 refused")
	// What the shelf holds now corrects what the book says.
	r = bring(t, s, h.A, sales.ImportStock, "item,quantity\n1001,22\n1002,7.5\n")
	wantCounts(t, r, "2 read, 2 new, 0 same, 0 refused")
	if a, b := h.onHand(t, h.A, p), h.onHand(t, h.A, q); a != 22_000 || b != 7_500 {
		t.Errorf("%s bags and %s kg", a.Decimal(), b.Decimal())
	}
	if err := s.Undo(h.A, r.Batch); err != nil {
		t.Fatal(err)
	}
	if a, b := h.onHand(t, h.A, p), h.onHand(t, h.A, q); a != 24_000 || b != 5_000 {
		t.Errorf("after undo %s bags and %s kg", a.Decimal(), b.Decimal())
	}
	h.verify(t, h.A)
}

// testImportAfterCount imports sales of days on which stock was known: they move it.
func testImportAfterCount(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	bring(t, s, h.A, sales.ImportStock, "item,quantity\n1001,10\n")
	r := bring(t, s, h.A, sales.ImportSales, "item,date,quantity\n1001,2026-11-23,3\n1001,2026-11-24,2\n1001,2026-11-24,-1\n")
	wantCounts(t, r, "3 read, 3 new, 0 same, 0 refused")
	if got := h.onHand(t, h.A, p); got != 9_000 {
		t.Errorf("%s bags after importing today's sales", got.Decimal())
	}
	if err := s.Undo(h.A, r.Batch); err != nil {
		t.Fatal(err)
	}
	if got := h.onHand(t, h.A, p); got != 10_000 {
		t.Errorf("%s bags after undo", got.Decimal())
	}
	h.verify(t, h.A)
}

func testImportTwoShops(t *testing.T, h House) {
	s := h.Service()
	for _, ctx := range []context.Context{h.A, h.B} {
		bring(t, s, ctx, sales.ImportProducts, vegetables)
		r := bring(t, s, ctx, sales.ImportSales, threeDays)
		wantCounts(t, r, "6 read, 6 new, 0 same, 0 refused")
		if r.Batch != 2 {
			t.Errorf("numbers run on over shops: %d", r.Batch)
		}
	}
	if err := s.Undo(h.B, 2); err != nil {
		t.Fatal(err)
	}
	a, _ := h.Catalog.ByCode(h.A, "102900005115168")
	if q, _ := sold(t, s, h.A, a); q != 13_678 {
		t.Errorf("undone in the other shop too: %s", q.Decimal())
	}
	days, err := s.Days(h.B, nil, 0)
	if err != nil || len(days) != 0 {
		t.Errorf("left in B: %+v, %v", days, err)
	}
}
