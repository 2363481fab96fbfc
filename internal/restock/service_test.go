package restock_test

import (
	"sync"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
)

// village is a shop with a past, thought through.
func village(t *testing.T, d *db.DB) *restocktest.Village {
	t.Helper()
	v := restocktest.OpenVillage(t, app.Wire(d, func() time.Time { return restocktest.Now }), "first")
	v.Goods()
	v.Past(restocktest.Today.Add(-1))
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	return v
}

func rowsByCode(t *testing.T, v *restocktest.Village) map[string]restock.Row {
	t.Helper()
	rows, err := v.App.Restock.Rows(v.Ctx)
	v.Must(err)
	out := map[string]restock.Row{}
	for _, r := range rows {
		out[r.Code] = r
	}
	return out
}

// Eight people press the button at once: one order for each supplier.
func TestOrderedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := village(t, d)
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for range 8 {
			wg.Go(func() {
				orders, err := v.App.Restock.Order(v.Ctx, restock.Selection{All: true})
				if err != nil && fault.KindOf(err) != fault.Conflict {
					t.Error(err)
				}
				mu.Lock()
				made += len(orders)
				mu.Unlock()
			})
		}
		wg.Wait()
		list, err := v.App.Purchase.List(v.Ctx, purchase.Query{Limit: 50})
		v.Must(err)
		if made != 2 || len(list) != 2 {
			t.Errorf("%d orders were answered, %d are there; want 2", made, len(list))
		}
	})
}

// A choice counts in rows, totals and orders alike.
func TestChosenQuantities(t *testing.T) {
	v := village(t, dbtest.SQLite(t))
	before := rowsByCode(t, v)
	v.Must(v.App.Restock.Override(v.Ctx, map[ident.ID]measure.Quantity{v.Oranges.ID: 100_000, v.Rice.ID: 0, ident.New(): 5}))
	after := rowsByCode(t, v)
	if _, ok := after["1003"]; ok || len(after) != 1 {
		t.Errorf("rice was set to none and is still asked for: %d rows", len(after))
	}
	oranges := after["1001"]
	if oranges.Quantity != 100_000 || oranges.PackQuantity != 20_000 || oranges.LineCost != 104_000 {
		t.Errorf("oranges: %s, %s %s for %d", oranges.Quantity.Decimal(), oranges.PackQuantity.Decimal(), oranges.PackUnit, oranges.LineCost)
	}
	if was := before["1001"]; *oranges.Saving <= *was.Saving {
		t.Errorf("more oranges save %d, fewer %d", *oranges.Saving, *was.Saving)
	}
	totals, err := v.App.Restock.Totals(v.Ctx)
	v.Must(err)
	for _, total := range totals {
		want := map[string]int64{v.Farm.Name: 104_000, v.Market.Name: 0, "": 0}[total.Name]
		if int64(total.Cost) != want {
			t.Errorf("%q comes to %d, want %d", total.Name, total.Cost, want)
		}
	}
	orders, err := v.App.Restock.Order(v.Ctx, restock.Selection{All: true})
	v.Must(err)
	if len(orders) != 1 || orders[0].Lines[0].Quantity != 100_000 || orders[0].Total != 104_000 {
		t.Errorf("ordered %+v", orders)
	}
	if err := v.App.Restock.Override(v.Ctx, map[ident.ID]measure.Quantity{v.Oranges.ID: -1}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("less than nothing: %v", err)
	}
}

func TestSnoozeBounds(t *testing.T) {
	v := village(t, dbtest.SQLite(t))
	today := restocktest.Today
	for days, want := range map[int]fault.Kind{-1: fault.Invalid, 0: fault.Invalid, 367: fault.Invalid} {
		if err := v.App.Restock.Snooze(v.Ctx, v.Oranges.ID, today.Add(days), ""); fault.KindOf(err) != want {
			t.Errorf("snoozed for %d days: %v", days, err)
		}
	}
	v.Must(v.App.Restock.Snooze(v.Ctx, v.Oranges.ID, today.Add(1), "x"))
	if rows := rowsByCode(t, v); len(rows) != 1 {
		t.Errorf("%d rows beside the snoozed one", len(rows))
	}
	if orders, err := v.App.Restock.Order(v.Ctx, restock.Selection{Codes: []string{"1001"}}); err != nil || len(orders) != 0 {
		t.Errorf("a snoozed suggestion was ordered: %v, %v", orders, err)
	}
	v.Must(v.App.Restock.Reopen(v.Ctx, v.Oranges.ID))
	if _, err := v.App.Restock.Order(v.Ctx, restock.Selection{Codes: []string{"1001"}}); err != nil {
		t.Fatal(err)
	}
	if err := v.App.Restock.Snooze(v.Ctx, v.Oranges.ID, today.Add(3), ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an ordered one was snoozed: %v", err)
	}
}

// The outlook tells what is known and leaves gaps where nothing is.
func TestOutlook(t *testing.T) {
	v := village(t, dbtest.SQLite(t))
	o, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	if len(o.Sold) != 56 || len(o.Sold) != len(o.Wanted) || len(o.Sold) != len(o.Empty) || len(o.Sold) != len(o.Level) || o.First != restocktest.Today {
		t.Fatalf("%d days sold, %d wanted, %d levels, then from %s", len(o.Sold), len(o.Wanted), len(o.Level), o.First)
	}
	for i, want := range []float64{8, 7, 6, 5} { // the first four days of the past
		if o.Sold[i] != want || o.Wanted[i] < o.Sold[i] {
			t.Errorf("day %d: sold %g, wanted %g; want %g", i, o.Sold[i], o.Wanted[i], want)
		}
	}
	if len(o.Mean) != 28 || len(o.Stock) != 28 {
		t.Fatalf("%d days of forecast, %d of stock", len(o.Mean), len(o.Stock))
	}
	for i := range o.Mean {
		if !(o.Low[i] <= o.Mean[i] && o.Mean[i] <= o.High[i]) || o.Mean[i] <= 0 {
			t.Errorf("day %d ahead: %g, %g, %g", i, o.Low[i], o.Mean[i], o.High[i])
		}
	}
	for i := range o.Stock {
		if !(o.StockLow[i] <= o.Stock[i] && o.Stock[i] <= o.StockHigh[i]) || o.Stock[i] > 9 || i > 0 && o.Stock[i] > o.Stock[i-1] {
			t.Errorf("stock after day %d: %g, %g, %g", i, o.StockLow[i], o.Stock[i], o.StockHigh[i])
		}
	}
	rice, err := v.App.Restock.Outlook(v.Ctx, v.Rice.ID)
	v.Must(err)
	if rice.Stock != nil || rice.Level[10] == rice.Level[10] {
		t.Error("stock is drawn that nobody knows")
	}
	if _, err := v.App.Restock.Outlook(v.Ctx, ident.New()); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a product that is not there: %v", err)
	}
}

// A sale reaches the suggestion by the runner, and only its product's.
func TestTheRunnerFollowsASale(t *testing.T) {
	v := village(t, dbtest.SQLite(t))
	for n := 1; n > 0; { // what making the village marked
		var err error
		n, err = v.App.Restock.RunChanged(v.Ctx)
		v.Must(err)
	}
	_, _, _, err := v.App.Sales.Record(v.Ctx, sales.Request{
		ClientID: ident.New(), Channel: sales.CounterCode, Lines: []sales.RequestLine{{ProductCode: "1001", Quantity: 4_000, Unit: "kg"}},
	})
	v.Must(err)
	n, err := v.App.Restock.RunChanged(v.Ctx)
	v.Must(err)
	if n != 1 {
		t.Errorf("%d products were worked out again, one was sold", n)
	}
	if got := rowsByCode(t, v)["1001"].OnHand; got != 5_000 {
		t.Errorf("the suggestion knows of %s kg", got.Decimal())
	}
	if n, err := v.App.Restock.RunChanged(v.Ctx); n != 0 || err != nil {
		t.Errorf("again: %d, %v", n, err)
	}
}
