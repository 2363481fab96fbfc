package restock_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
)

func poolOf(v *restocktest.Village, d *db.DB) restock.Pool {
	v.T.Helper()
	pool, ok, err := restockdb.New(d).Pool(v.Ctx)
	v.Must(err)
	if !ok {
		v.T.Fatal("no pool")
	}
	return pool
}

// What the shop's products have in common is learned with the pool and kept in it.
func TestHabitsAreKept(t *testing.T) {
	d := dbtest.SQLite(t)
	pool := poolOf(village(t, d), d)
	h := pool.Shop.Habits
	if !(h.Sway > 0) || !(h.Grain > 0) || len(h.Days) != 56 || h.Start != restocktest.Today.Add(-56) {
		t.Errorf("sway %g, grain %g, %d days from %s", h.Sway, h.Grain, len(h.Days), h.Start)
	}
	if got := pool.Shop.Levels["水果"]; got < 6 || got > 7 { // 5, 6, 7 and 8 kg in turn
		t.Errorf("fruit sells %g kg a day", got)
	}
}

// A pool that a program before us stored knows nothing of habits: it is learned
// anew, by the daily run as by the first change, though it was made today.
func TestOldPoolIsLearnedAnew(t *testing.T) {
	for name, run := range map[string]func(v *restocktest.Village) error{
		"daily": func(v *restocktest.Village) error { return v.App.Restock.Daily(v.Ctx) },
		"change": func(v *restocktest.Village) error {
			v.Must(v.App.Stock.MarkAll(v.Ctx))
			_, err := v.App.Restock.RunChanged(v.Ctx)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			v := village(t, d)
			v.Must(d.Do(v.Ctx, func(ctx context.Context) error {
				return d.From(ctx).Exec(`UPDATE forecast_pools SET pool = '{"made":' || made_day || ',"forecast":{},"profile":{"share":[]}}' WHERE shop_id = ?`, v.Scope().Shop).Error
			}))
			if old := poolOf(v, d); old.Shop.Profile != (demand.Profile{}) {
				t.Fatal("the old pool knows its hours")
			}
			v.Must(run(v))
			if pool := poolOf(v, d); pool.Shop.Profile == (demand.Profile{}) || len(pool.Shop.Habits.Days) == 0 || len(pool.Forecast.Levels) == 0 {
				t.Errorf("learned: %+v", pool.Shop)
			}
		})
	}
}

// On a day on which the whole shop sold nothing it was closed, and no empty shelf
// cost it anything; the empty shelf of the next day did.
func TestNothingIsMissedOnAClosedDay(t *testing.T) {
	today := restocktest.Today
	now := restocktest.Now.Add(-3 * 24 * time.Hour)
	v := restocktest.OpenVillage(t, app.Wire(dbtest.SQLite(t), func() time.Time { return now }), "first")
	v.Goods()
	v.Past(today.Add(-4))
	// enough noodles to tell a closed day from a slow one
	var noodles []catalog.Product
	var list []sales.Sale
	for n := range 30 {
		p, err := v.App.Catalog.Create(v.Ctx, catalog.Draft{Code: fmt.Sprint(2001 + n), Name: fmt.Sprintf("挂面 %d 号", n+1), BaseUnit: "bag", Category: "粮油", SalePrice: 50_000})
		v.Must(err)
		noodles = append(noodles, p)
		for n := 4; n < 60; n++ {
			date := today.Add(-n)
			q := measure.Quantity(8000 + 1000*(n%3))
			list = append(list, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: sales.CounterCode, BusinessDay: date, OccurredAt: day.At(date.Start(v.Scope().Zone).Add(12 * time.Hour)),
				Lines: []sales.Line{{ProductID: p.ID, Quantity: q, Unit: "bag", Price: p.SalePrice, Amount: money.Amount(q) / 2, History: true}}, Total: money.Amount(q) / 2})
		}
	}
	v.Must(v.App.Sales.LoadHistory(v.Ctx, list))
	sell := func(code, unit string, q int64) {
		_, _, _, err := v.App.Sales.Record(v.Ctx, sales.Request{ClientID: ident.New(), Channel: sales.CounterCode,
			Lines: []sales.RequestLine{{ProductCode: code, Quantity: q, Unit: unit}}})
		v.Must(err)
	}
	others := func() {
		sell("1002", "bag", 2_000)
		sell("1003", "kg", 3_500)
		sell("1004", "bag", 2_000)
		for _, p := range noodles {
			sell(p.Code, "bag", 9_000)
		}
	}
	sell("1001", "kg", 9_000) // all there is
	others()
	now = now.Add(48 * time.Hour)
	others()
	now = now.Add(24 * time.Hour)
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	o, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	n := len(o.Wanted)
	if !o.Empty[n-1] || !o.Empty[n-2] {
		t.Fatalf("empty: %v", o.Empty[n-3:])
	}
	if closed, open := o.Wanted[n-2], o.Wanted[n-1]; closed > 0.1 || open < 4 || open > 9 {
		t.Errorf("wanted on the closed day: %g, on the next: %g", closed, open)
	}
}
