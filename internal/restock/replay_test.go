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
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
)

// longPast is a shop with so many days of sales, of which the last thirty are times as
// much; its forecasts of earlier weeks, by week.
func longPast(t *testing.T, days, times int) (*restocktest.Village, map[day.Date]restock.Record) {
	t.Helper()
	d := dbtest.SQLite(t)
	v := restocktest.OpenVillage(t, app.Wire(d, func() time.Time { return restocktest.Now }), "first")
	v.Goods()
	var list []sales.Sale
	for n := days; n > 0; n-- {
		date := restocktest.Today.Add(-n)
		for i, p := range []ident.ID{v.Oranges.ID, v.Dates.ID, v.Rice.ID} {
			q := measure.Quantity(4000 + 1000*(n%(3+i)))
			if n <= 30 {
				q *= measure.Quantity(times)
			}
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, Total: 100, OccurredAt: day.At(date.Start(v.Scope().Zone).Add(12 * time.Hour)),
				Lines: []sales.Line{{ProductID: p, Quantity: q, Unit: "kg", Price: 100, Amount: money.Amount(100), History: true}}})
		}
	}
	v.Must(v.App.Sales.LoadHistory(v.Ctx, list))
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	v.Must(v.App.Restock.Replay(v.Ctx))
	kept, err := restockdb.New(d).Records(v.Ctx, []ident.ID{v.Oranges.ID}, 0)
	v.Must(err)
	out := map[day.Date]restock.Record{}
	for _, r := range kept[v.Oranges.ID] {
		out[r.Week] = r
	}
	return v, out
}

// A shop that brings its history along sees how right the forecasts would have been;
// none of them knows anything of the days it speaks of, and what was really said stays.
func TestReplay(t *testing.T) {
	v, plain := longPast(t, 260, 1)
	_, surged := longPast(t, 260, 5)
	monday := restocktest.Today.Monday()
	if len(plain) != 21 || plain[monday].Replayed || !plain[monday.Add(-7)].Replayed || !plain[monday.Add(-140)].Replayed {
		t.Fatalf("%d weeks: %+v", len(plain), plain[monday])
	}
	differ := 0
	for week, r := range plain {
		s := surged[week]
		switch {
		case week <= restocktest.Today.Add(-30):
			if r.Expected != s.Expected || r.LikelyMost != s.LikelyMost {
				t.Errorf("the week of %s was told %s, and %s with other days after it", week, r.Expected.Decimal(), s.Expected.Decimal())
			}
		case r.Expected != s.Expected:
			differ++
		}
	}
	if differ == 0 {
		t.Error("no forecast saw the last thirty days")
	}
	o, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	if a := o.Accuracy; a.Of != 20 || a.Weeks != 8 || !a.Replayed || a.Held < 17 {
		t.Errorf("judged: %d of %d held, %d weeks", a.Held, a.Of, a.Weeks)
	}
	v.Must(v.App.Restock.Replay(context.WithoutCancel(v.Ctx)))
	again, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	if again.Accuracy.Expected != o.Accuracy.Expected || again.Accuracy.Of != o.Accuracy.Of {
		t.Error("replayed once more, it says something else")
	}
}

// Too short a history says nothing of earlier weeks.
func TestNoReplayOfShortHistories(t *testing.T) {
	if _, kept := longPast(t, 100, 1); len(kept) != 1 {
		t.Errorf("%d weeks", len(kept))
	}
}
