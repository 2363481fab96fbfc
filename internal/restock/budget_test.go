package restock_test

import (
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
	"buhuo/internal/restock/restocktest"
)

// totalOf is what the orders would come to now, freight and all.
func totalOf(t *testing.T, v *restocktest.Village) money.Amount {
	t.Helper()
	totals, err := v.App.Restock.Totals(v.Ctx)
	v.Must(err)
	sum := money.Amount(0)
	for _, one := range totals {
		if one.Products == 0 {
			continue
		}
		sum += one.Cost
		if one.FreeFreightFrom == nil || one.Cost < *one.FreeFreightFrom {
			sum += one.Freight
		}
	}
	return sum
}

// TestPurse: with less money than is wanted, the orders stay within it; more money
// never leaves more at stake; one press puts all back, and what people chose stays.
func TestPurse(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := village(t, d)
		market := v.Market
		market.Freight = 1_000
		v.Must(v.App.Catalog.UpdateSupplier(v.Ctx, market))
		ours, all := rowsByCode(t, v), totalOf(t, v)
		if len(ours) < 2 || all <= 2_000 {
			t.Fatalf("too little to divide: %d products for %d", len(ours), all)
		}
		before := money.Amount(-1)
		for part := money.Amount(20); part >= 0; part-- {
			limit := all * part / 20
			p, err := v.App.Restock.Budget(v.Ctx, limit)
			v.Must(err)
			if p.Spent > limit || p.Wanted != all || p.Within != 0 || before > p.AtStake || part == 20 && len(p.Lines) > 0 || part == 0 && p.Kept > 0 {
				t.Fatalf("of %d: %+v, before at stake %d", limit, p, before)
			}
			before = p.AtStake
		}
		limit := all * 2 / 3
		p, err := v.App.Restock.Spend(v.Ctx, limit)
		v.Must(err)
		if spent := totalOf(t, v); spent > limit || spent != p.Spent || len(p.Lines) == 0 {
			t.Fatalf("orders come to %d, the purse said %d of %d: %+v", spent, p.Spent, limit, p.Lines)
		}
		again, held, err := v.App.Restock.Spent(v.Ctx)
		v.Must(err)
		if !held || again.Limit != limit || len(again.Lines) != len(p.Lines) || again.AtStake != p.AtStake {
			t.Fatalf("what was divided reads %+v, was %+v", again, p)
		}
		v.Must(v.App.Restock.Unspend(v.Ctx))
		if got := totalOf(t, v); got != all {
			t.Fatalf("put back, the orders come to %d, were %d", got, all)
		}

		// What a person chose is paid first and never touched.
		mine := measure.Quantity(5_000)
		v.Must(v.App.Restock.Override(v.Ctx, map[ident.ID]measure.Quantity{v.Oranges.ID: mine}))
		_, err = v.App.Restock.Budget(v.Ctx, 100)
		if e, ok := fault.As(err); !ok || e.Key != "restock.purse_fixed" {
			t.Fatalf("less than what was chosen by hand: %v", err)
		}
		_, err = v.App.Restock.Spend(v.Ctx, 5_200+900)
		v.Must(err)
		now := rowsByCode(t, v)
		if len(now) != 1 || now["1001"].Quantity != mine || now["1001"].Purse != nil {
			t.Fatalf("a box of oranges by hand and 9 yuan: %+v", now)
		}
	})
}

// TestPurseHonoursMinimums: an order that the supplier would refuse is not made.
func TestPurseHonoursMinimums(t *testing.T) {
	v := village(t, dbtest.SQLite(t))
	ours := rowsByCode(t, v)
	farm := v.Farm
	farm.MinimumOrder = ours["1001"].LineCost
	v.Must(v.App.Catalog.UpdateSupplier(v.Ctx, farm))
	_, err := v.App.Restock.Spend(v.Ctx, farm.MinimumOrder-1)
	v.Must(err)
	if left, ok := rowsByCode(t, v)["1001"]; ok {
		t.Errorf("%s oranges for less than the farm accepts", left.Quantity.Decimal())
	}
}

// TestFillingOrWaiting: both figures are told; where the goods that fill an order up
// would lie or spoil, waiting is better, and puts off until the farm takes orders.
func TestFillingOrWaiting(t *testing.T) {
	v := village(t, dbtest.SQLite(t))
	farm := v.Farm
	on := func(n int) catalog.Weekdays { return 1 << ((int(restocktest.Today.Add(n).Weekday()) + 6) % 7) }
	farm.OrderWeekdays = on(0) | on(2)
	short := func(minimum money.Amount) restock.Short {
		farm, err := v.App.Catalog.Supplier(v.Ctx, farm.ID)
		v.Must(err)
		farm.MinimumOrder = minimum
		v.Must(v.App.Catalog.UpdateSupplier(v.Ctx, farm))
		v.Must(v.App.Restock.Recompute(v.Ctx, nil))
		totals, err := v.App.Restock.Totals(v.Ctx)
		v.Must(err)
		for _, one := range totals {
			if one.ID != nil && *one.ID == farm.ID {
				s, err := v.App.Restock.Short(v.Ctx, one)
				v.Must(err)
				return s
			}
		}
		t.Fatal("nothing is wanted of the farm")
		return restock.Short{}
	}
	v.Must(v.App.Catalog.UpdateSupplier(v.Ctx, farm))
	cost := rowsByCode(t, v)["1001"].LineCost
	little, much, tooMuch := short(cost+5_000), short(cost+60_000), short(cost+9_000_000)
	if !little.Possible || little.More < 5_000 || little.Wait <= 0 || little.Waiting() || little.Lasts <= 0 {
		t.Errorf("one box more: %+v", little)
	}
	if little.Cost > much.Cost {
		t.Errorf("adding more costs less: %+v, then %+v", little, much)
	}
	if tooMuch.Possible || !tooMuch.Waiting() {
		t.Errorf("more than anybody buys: %+v", tooMuch)
	}
	if little.Until <= restocktest.Today {
		t.Errorf("waiting until %s", little.Until)
	}
	for range 2 { // the second finds nothing to put off
		v.Must(v.App.Restock.Wait(v.Ctx, farm.ID))
	}
	if all := kept(t, v)[v.Oranges.ID]; len(all) != 1 || all[0].Kind != restock.DecidedSnoozed || all[0].Person == nil {
		t.Errorf("waiting is kept as %+v", all)
	}
	o, err := v.App.Restock.Outlook(v.Ctx, v.Oranges.ID)
	v.Must(err)
	if s := o.Row.Suggestion; s.State != restock.Snoozed || s.SnoozedUntil == nil || *s.SnoozedUntil != little.Until {
		t.Errorf("put off: %s until %v, want %s", s.State, s.SnoozedUntil, little.Until)
	}
	orders, err := v.App.Restock.Order(v.Ctx, restock.Selection{All: true})
	v.Must(err)
	for _, one := range orders {
		if one.SupplierID == farm.ID || one.State != purchase.Draft {
			t.Errorf("ordered of whom should wait: %+v", one)
		}
	}
}
