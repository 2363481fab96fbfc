package restock_test

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// lived is a village with days of sales in which the shelf of oranges was empty one day
// in ten, dates sold steadily, and some oranges were thrown away.
func lived(t *testing.T, days int, stocked bool) (*restocktest.Village, *time.Time) {
	t.Helper()
	at := restocktest.Now
	v := restocktest.OpenVillage(t, app.Wire(dbtest.SQLite(t), func() time.Time { return at }), "first")
	v.Goods()
	hour := func(d day.Date, h int) day.Micros {
		return day.At(d.Start(v.Scope().Zone).Add(time.Duration(h) * time.Hour))
	}
	var list []sales.Sale
	var moves []stock.Posting
	for n := days; n > 0; n-- {
		date := restocktest.Today.Add(-n)
		for i, p := range []ident.ID{v.Oranges.ID, v.Dates.ID} {
			q := measure.Quantity(4000 + 1000*(n%(3+i)))
			gone := i == 0 && n%10 == 0
			if stocked {
				if !gone {
					moves = append(moves, stock.Posting{Kind: stock.Receipt, ProductID: p, Quantity: q + 500, UnitCost: new(money.Price(60_000)), OccurredAt: hour(date, 6)},
						stock.Posting{Kind: stock.Sale, ProductID: p, Quantity: -q, OccurredAt: hour(date, 12)},
						stock.Posting{Kind: stock.Spoilage, ProductID: p, Quantity: -500, OccurredAt: hour(date, 22), Source: stock.SourceAdjust})
				}
			}
			if gone {
				continue
			}
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, Total: 100, OccurredAt: hour(date, 12),
				Lines: []sales.Line{{ProductID: p, Quantity: q, Unit: "kg", Price: 156_000, Amount: money.Amount(100), History: true}}})
		}
	}
	if stocked {
		_, _, err := v.App.Stock.Post(v.Ctx, moves)
		v.Must(err)
	}
	v.Must(v.App.Sales.LoadHistory(v.Ctx, list))
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	return v, &at
}

// What really happened is read from the ledger: what was lost on empty days, thrown away
// and delivered; and the policies meet the same demand.
func TestHindsightTellsWhatWasDone(t *testing.T) {
	v, _ := lived(t, 201, true)
	parts := 0
	told, err := v.App.Restock.Replayed(v.Ctx, func(done, of int) error {
		parts++
		if done > of || of != 2 {
			t.Errorf("%d of %d", done, of)
		}
		return nil
	})
	v.Must(err)
	if told.Missing != 0 || told.Products != 2 || told.To != restocktest.Today.Add(-1) || told.To-told.From != 131-14-1 || parts == 0 {
		t.Fatalf("%+v", told)
	}
	did := told.Did
	if did == nil {
		t.Fatal("what was done is not known")
	}
	// Of 117 days, oranges were gone on 11 or 12: about a tenth of half the demand, and twice
	// that by value, as they cost more. Half a unit was thrown away on each day.
	if lost := 1e6 - float64(did.FillPPM); lost < 30_000 || lost > 90_000 || did.OutPPM < 45_000 || did.OutPPM > 55_000 {
		t.Errorf("lost %v ppm, out on %d ppm of days", lost, did.OutPPM)
	}
	if did.WastePPM < 80_000 || did.WastePPM > 100_000 { // half a unit a day of five
		t.Errorf("thrown away %d ppm", did.WastePPM)
	}
	if did.Orders < 215 || did.Orders > 232 {
		t.Errorf("%d deliveries", did.Orders)
	}
	balanced := told.Settings[1]
	if balanced.FillPPM <= did.FillPPM || balanced.Cost >= did.Cost {
		t.Errorf("ours: %+v, what was done: %+v", balanced, did)
	}
	last := told.Frontier[0]
	for _, o := range told.Frontier[1:] {
		if o.Stock <= last.Stock || o.FillPPM < last.FillPPM-2000 {
			t.Errorf("the frontier falls: %+v after %+v", o, last)
		}
		last = o
	}
	if limit := told.Others[3]; limit.Policy != "foresight" || limit.FillPPM < 999_000 {
		t.Errorf("the limit: %+v", limit)
	}
	for _, o := range told.Frontier {
		if p, near, err := told.Nearest(o); err != nil || near.Stock == 0 || p == "" {
			t.Errorf("nearest: %v, %+v, %v", p, near, err)
		}
	}
}

// Without stock that was ever known, the shop sees its policies and not what it did.
func TestHindsightOfAShopThatNeverCounted(t *testing.T) {
	v, _ := lived(t, 151, false)
	told, err := v.App.Restock.Replayed(v.Ctx, nil)
	v.Must(err)
	if told.Did != nil || told.Products != 2 || len(told.Settings) != len(shop.Policies()) || told.Demand == 0 {
		t.Errorf("%+v", told)
	}
}

func TestTooShortAPast(t *testing.T) {
	for days, want := range map[int]int{61: 37, 97: 1, 98: 0} {
		v, _ := lived(t, days, false)
		told, err := v.App.Restock.Replayed(v.Ctx, nil)
		v.Must(err)
		if told.Missing != want {
			t.Errorf("of %d days %d are missing, want %d", days, told.Missing, want)
		}
	}
}

// Asked once, it is worked out in the background, weekly from then on, and anew when it is
// asked again; a run that was told to stop leaves no answer.
func TestHindsightRunsInTheBackground(t *testing.T) {
	v, at := lived(t, 120, false)
	runs := func() *day.Micros {
		t.Helper()
		v.Must(v.App.Restock.RunHindsights(v.Ctx))
		h, _, err := v.App.Restock.Hindsight(v.Ctx)
		v.Must(err)
		return h.MadeAt
	}
	if made := runs(); made != nil {
		t.Fatal("nobody asked")
	}
	v.Must(v.App.Restock.AskHindsight(v.Ctx))
	stopped, stop := context.WithCancel(v.Ctx)
	stop()
	if err := v.App.Restock.RunHindsights(stopped); err == nil {
		t.Error("it ran though it was told to stop")
	}
	first := runs()
	if first == nil {
		t.Fatal("asked, and no answer")
	}
	*at = at.Add(6 * 24 * time.Hour)
	if again := runs(); *again != *first {
		t.Error("made anew before its week was over")
	}
	*at = at.Add(25 * time.Hour)
	weekly := runs()
	if *weekly == *first {
		t.Error("not made anew after a week")
	}
	*at = at.Add(time.Hour)
	v.Must(v.App.Restock.AskHindsight(v.Ctx))
	if asked := runs(); *asked == *weekly {
		t.Error("asked again, and no new answer")
	}
}

// Adopting a setting changes how the shop orders, once, says who did it and what held
// before, and has every suggestion worked out anew.
func TestAdopt(t *testing.T) {
	v, _ := lived(t, 30, false)
	for _, c := range []struct{ policy, before shop.Policy }{{shop.NeverOut, shop.Balanced}, {shop.NeverOut, shop.NeverOut}, {shop.Balanced, shop.NeverOut}} {
		before, err := v.App.Restock.Adopt(v.Ctx, c.policy)
		v.Must(err)
		in, err := v.App.Shop.Get(v.Ctx)
		v.Must(err)
		if before != c.before || in.Policy != c.policy {
			t.Errorf("adopted %s: now %s, before %s", c.policy, in.Policy, before)
		}
		marks, err := v.App.Stock.Changed(v.Ctx, 99)
		v.Must(err)
		if marked := len(marks) > 0; marked != (c.policy != c.before) {
			t.Errorf("adopted %s after %s: %d products to be thought through", c.policy, c.before, len(marks))
		}
		v.Must(v.App.Stock.Unmark(v.Ctx, marks))
	}
	if _, err := v.App.Restock.Adopt(v.Ctx, "generous"); err == nil {
		t.Error("a setting that there is not")
	}
}
