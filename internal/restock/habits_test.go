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
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/restock/restocktest"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
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

// A pool that a program before us stored, which knew nothing of habits or forecast
// by other methods, is learned anew, by the daily run as by the first change, though
// it was made today.
func TestOldPoolIsLearnedAnew(t *testing.T) {
	runs := map[string]func(v *restocktest.Village) error{
		"daily": func(v *restocktest.Village) error { return v.App.Restock.Daily(v.Ctx) },
		"change": func(v *restocktest.Village) error {
			v.Must(v.App.Stock.MarkAll(v.Ctx))
			_, err := v.App.Restock.RunChanged(v.Ctx)
			return err
		},
	}
	stored := map[string]string{
		"no habits":     `'{"made":' || made_day || ',"forecast":{},"profile":{"share":[]}}'`,
		"other methods": `json_remove(json_set(pool, '$.forecast.version', 1), '$.forecast.levels')`,
	}
	for old, value := range stored {
		for name, run := range runs {
			t.Run(old+", "+name, func(t *testing.T) {
				d := dbtest.SQLite(t)
				v := village(t, d)
				v.Must(d.Do(v.Ctx, func(ctx context.Context) error {
					return d.From(ctx).Exec(`UPDATE forecast_pools SET pool = `+value+` WHERE shop_id = ?`, v.Scope().Shop).Error
				}))
				if old := poolOf(v, d); len(old.Forecast.Levels) != 0 {
					t.Fatal("the pool is not an old one")
				}
				v.Must(run(v))
				if pool := poolOf(v, d); pool.Shop.Profile == (demand.Profile{}) || len(pool.Shop.Habits.Days) == 0 || len(pool.Forecast.Levels) == 0 || !pool.Forecast.Current() {
					t.Errorf("learned: %+v", pool.Shop)
				}
			})
		}
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

// Dates that the book says are there and nobody buys for three weeks may be gone:
// somebody is asked to count. Who has counted is not asked again the next day, and
// goods of which the book knows nothing are not asked for.
func TestSilentGoodsAreToBeCounted(t *testing.T) {
	today := restocktest.Today
	now := restocktest.Now.Add(-22 * 24 * time.Hour)
	v := restocktest.OpenVillage(t, app.Wire(dbtest.SQLite(t), func() time.Time { return now }), "first")
	v.Goods()
	v.Past(today.Add(-23))
	for range 22 {
		_, _, _, err := v.App.Sales.Record(v.Ctx, sales.Request{ClientID: ident.New(), Channel: sales.CounterCode,
			Lines: []sales.RequestLine{{ProductCode: "1004", Quantity: 1_000, Unit: "bag"}}})
		v.Must(err)
		now = now.Add(24 * time.Hour)
	}
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	silent := func(id ident.ID) (args []replenish.Arg) {
		o, err := v.App.Restock.Outlook(v.Ctx, id)
		v.Must(err)
		for _, m := range o.Row.Reason {
			if m.Key == restock.MessageSilent {
				args = m.Args
			}
		}
		return args
	}
	args := silent(v.Dates.ID)
	if len(args) != 2 || args[0].Int != int64(today.Add(-22)) || args[1].Int < 20_000 || args[1].Int > 45_000 || args[1].Int%1000 != 0 {
		t.Fatalf("dates, one or two a day: %+v", args)
	}
	for name, id := range map[string]ident.ID{"salt, which sells": v.Salt.ID, "rice, of which nothing is known": v.Rice.ID} {
		if args := silent(id); args != nil {
			t.Errorf("%s: %+v", name, args)
		}
	}
	v.Must(v.App.Stock.Count(v.Ctx, stock.CountRequest{ClientID: ident.New(), ProductID: v.Dates.ID, Counted: 200_000}))
	now = now.Add(24 * time.Hour)
	v.Must(v.App.Restock.Recompute(v.Ctx, nil))
	if args := silent(v.Dates.ID); args != nil {
		t.Errorf("counted yesterday: %+v", args)
	}
}
