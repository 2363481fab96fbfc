package restock_test

import (
	"testing"
	"time"

	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/stock"
)

// A range of the saving is told once ten lines have come, by how they missed what was
// promised; the supplier's own when there are enough.
func TestSavingRangeIsLearned(t *testing.T) {
	l := laterVillage(t)
	come := func(price money.Price) {
		made, err := l.App.Purchase.Draft(l.Ctx, []purchase.DraftOrder{{SupplierID: l.Farm.ID, DueDay: restocktest.Today, Lines: []purchase.DraftLine{
			{ProductID: l.Oranges.ID, OfferID: l.Offer.ID, Quantity: 30_000, ReferenceCost: new(money.Amount(39_000))}}}})
		l.Must(err)
		_, err = l.App.Purchase.Send(l.Ctx, made[0].ID, 0)
		l.Must(err)
		_, err = l.App.Purchase.Receive(l.Ctx, made[0].ID, purchase.Receipt{ClientID: ident.New(), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 30_000, Price: &price}}})
		l.Must(err)
		l.now = l.now.Add(time.Minute)
	}
	told := func() restock.Offered {
		t.Helper()
		l.Must(l.App.Stock.Count(l.Ctx, stock.CountRequest{ClientID: ident.New(), ProductID: l.Oranges.ID, Counted: 1000}))
		l.work()
		o, err := l.App.Restock.Offered(l.Ctx, l.Oranges.ID)
		l.Must(err)
		if o.Row.Trace.Result.Saving == nil || o.Row.Trace.Result.Choice.Supplier != l.Farm.ID {
			t.Fatalf("the suggestion saves nothing: %+v", o.Row.Trace.Result)
		}
		return o
	}
	for range 9 {
		come(104_000)
	}
	if o := told(); o.Range != nil {
		t.Fatalf("nine lines teach %+v", *o.Range)
	}
	come(104_000)
	saving := func(o restock.Offered) money.Amount { return o.Row.Trace.Result.Saving.Amount }
	// Ten came as promised: the saving is what is promised.
	if o := told(); o.Range == nil || o.Range.Low != saving(o) || o.Range.High != saving(o) || o.Range.Cases != 10 || !o.Range.Own {
		t.Errorf("as promised: %+v, the promise %v", o.Range, saving(o))
	}
	come(112_000)
	come(112_000) // 24.00 less of 390.00 was saved than promised, two times of twelve
	o := told()
	reference, err := money.Line(o.Row.Trace.Result.Quantity, o.Row.Trace.Result.Saving.Landed, money.CNY)
	l.Must(err)
	want := saving(o) - money.Amount(float64(reference)*2400/39000+0.5)
	if o.Range == nil || o.Range.Low != want || o.Range.High != saving(o) || o.Range.Cases != 12 {
		t.Errorf("at worst: %+v, want %v to %v", o.Range, want, saving(o))
	}
	if len(o.Offers) != 2 || o.Offers[0].Kind != replenish.Farmer || len(o.Prices) != 2 {
		t.Errorf("%d offers, %d price lists", len(o.Offers), len(o.Prices))
	}
}
