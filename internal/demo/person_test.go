package demo_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/demo"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

// TestWhatAPersonDidStays has a person work in the demo before it grows by two
// weeks, in which the world would have changed most of what they touched.
func TestWhatAPersonDidStays(t *testing.T) {
	h := houseOf(t, dbtest.SQLite(t))
	h.ensure(t, 25)
	ctx := h.inside(t)

	priced := h.changePrices(t, ctx)
	gone := h.takeOffSale(t, ctx)
	emptied := h.sellOut(t, ctx)
	cancelled, received := h.settleOrders(t, ctx)
	mine := h.orderMyself(t, ctx)

	h.now = monday.Add(14 * 24 * time.Hour)
	if r := h.ensure(t, 25); r.Events == 0 {
		t.Fatalf("two weeks later: %+v", r)
	}
	h.sound(t)

	products, err := h.Catalog.Products(ctx, append(append([]ident.ID{}, priced...), gone...))
	must(t, err)
	for _, id := range priced {
		if products[id].SalePrice != 123_4500 {
			t.Errorf("%s costs %s, not what the person asked", products[id].Name, products[id].SalePrice.Decimal())
		}
	}
	days, err := h.Sales.Days(ctx, gone, day.Of(monday, time.UTC).Add(1))
	must(t, err)
	for _, id := range gone {
		// What was bought before may still be brought back.
		sold := slices.ContainsFunc(days[id], func(d sales.DaySales) bool { return d.Sold > 0 })
		if !products[id].Archived || sold {
			t.Errorf("%s is sold again, or still: %+v", products[id].Name, days[id])
		}
	}
	balances, err := h.Stock.Balances(ctx, nil)
	must(t, err)
	for id, b := range balances {
		if b.OnHand < 0 {
			t.Errorf("%v has %d on hand (sold out by the person: %v)", id, b.OnHand, id == emptied)
		}
	}
	for id, want := range map[ident.ID]purchase.State{cancelled: purchase.Cancelled, received: purchase.Received, mine: purchase.Sent} {
		o, err := h.Purchase.Order(ctx, id)
		must(t, err)
		if o.State != want {
			t.Errorf("order %s is %s, want %s", o.NumberText(), o.State, want)
		}
	}
}

// changePrices sets the price of every eighth product and asks an end of as many offers.
func (h *house) changePrices(t *testing.T, ctx context.Context) []ident.ID {
	t.Helper()
	all, err := h.Catalog.All(ctx)
	must(t, err)
	offers, err := h.Catalog.Offers(ctx, nil)
	must(t, err)
	var ids []ident.ID
	for i := 0; i < len(all); i += 8 {
		d := catalog.DraftOf(all[i])
		d.SalePrice = 123_4500
		must(t, h.Catalog.Update(ctx, all[i].ID, all[i].Version, d))
		ids = append(ids, all[i].ID)
		must(t, h.Catalog.ArchiveOffer(ctx, offers[all[i].ID][0].ID))
	}
	return ids
}

func (h *house) takeOffSale(t *testing.T, ctx context.Context) []ident.ID {
	t.Helper()
	all, err := h.Catalog.All(ctx)
	must(t, err)
	var ids []ident.ID
	for i := 1; i < len(all); i += 20 {
		must(t, h.Catalog.Archive(ctx, all[i].ID, true))
		ids = append(ids, all[i].ID)
	}
	return ids
}

// sellOut sells all there is of what sells most.
func (h *house) sellOut(t *testing.T, ctx context.Context) ident.ID {
	t.Helper()
	popular, err := h.Sales.Popular(ctx, 1)
	must(t, err)
	balances, err := h.Stock.Balances(ctx, popular)
	must(t, err)
	left := balances[popular[0]].OnHand
	if left > 0 {
		_, _, _, err = h.Sales.Record(ctx, sales.Request{
			ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: popular[0], Quantity: int64(left)}},
		})
		must(t, err)
	}
	return popular[0]
}

// settleOrders cancels one open order and receives another.
func (h *house) settleOrders(t *testing.T, ctx context.Context) (cancelled, received ident.ID) {
	t.Helper()
	open, err := h.Purchase.List(ctx, purchase.Query{State: purchase.Sent})
	must(t, err)
	if len(open) < 2 {
		t.Fatalf("%d orders are open", len(open))
	}
	_, err = h.Purchase.Cancel(ctx, open[0].ID)
	must(t, err)
	_, err = h.Purchase.Receive(ctx, open[1].ID, purchase.Receipt{})
	must(t, err)
	return open[0].ID, open[1].ID
}

func (h *house) orderMyself(t *testing.T, ctx context.Context) ident.ID {
	t.Helper()
	suppliers, err := h.Catalog.Suppliers(ctx, false)
	must(t, err)
	offers, err := h.Catalog.OffersOf(ctx, suppliers[0].ID)
	must(t, err)
	drafts, err := h.Purchase.Draft(ctx, []purchase.DraftOrder{{
		SupplierID: suppliers[0].ID, Lines: []purchase.DraftLine{{ProductID: offers[0].ProductID, Quantity: 5 * measure.Thousandths}},
	}})
	must(t, err)
	o, err := h.Purchase.Send(ctx, drafts[0].ID, 0)
	must(t, err)
	return o.ID
}

func TestARealShopIsLeftAlone(t *testing.T) {
	h := houseOf(t, dbtest.SQLite(t))
	_, err := h.Shop.CreateShop(t.Context(), shop.NewShop{Name: "李家铺子", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(t, err)
	_, err = h.loader(20).Ensure(t.Context(), nil)
	if e, ok := fault.As(err); !ok || e.Key != "demo.real_shop" {
		t.Fatalf("the demo moved in with a real shop: %v", err)
	}
	marked, err := demo.Marked(t.Context(), h.DB)
	if err != nil || marked {
		t.Errorf("the real shop is marked as a demo: %v", err)
	}
	if thrown, err := demo.MarkedFile(h.DB.Path); err != nil || thrown {
		t.Errorf("the real shop may be thrown away: %v", err)
	}
}

func TestAHalfMadeDemoIsKnown(t *testing.T) {
	h := houseOf(t, dbtest.SQLite(t))
	if thrown, err := demo.MarkedFile(h.DB.Path); err != nil || !thrown {
		t.Errorf("an empty database may not be thrown away: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	_, err := h.loader(20).Ensure(ctx, func(_ string, done, _ int) {
		if done > 2 { // some days are written
			stop()
		}
	})
	if err == nil {
		t.Fatal("a demo was made although it was stopped")
	}
	half, err := demo.HalfMade(h.DB.Path)
	if err != nil || !half {
		t.Errorf("half made: %v, %v", half, err)
	}
	if thrown, err := demo.MarkedFile(h.DB.Path); err != nil || !thrown {
		t.Errorf("a half made demo may not be thrown away: %v", err)
	}
	_, err = h.loader(20).Ensure(t.Context(), nil)
	if e, ok := fault.As(err); !ok || e.Key != "demo.half_made" {
		t.Errorf("a half made demo is used: %v", err)
	}
}

func TestADemoOfAnotherVersionIsLeftAsItIs(t *testing.T) {
	h := houseOf(t, dbtest.SQLite(t))
	h.ensure(t, 8)
	must(t, h.DB.Do(db.Installation(t.Context()), func(ctx context.Context) error {
		return h.DB.From(ctx).Exec("UPDATE installation SET value = replace(value, '\"version\":', '\"version\":9') WHERE name = 'demo'").Error
	}))
	h.now = monday.Add(48 * time.Hour)
	if r := h.ensure(t, 8); r != (demo.Report{Outdated: true}) {
		t.Errorf("another version was continued: %+v", r)
	}
}

func TestAnEmptyFileIsNothing(t *testing.T) {
	empty := filepath.Join(t.TempDir(), db.FileName)
	if thrown, err := demo.MarkedFile(empty); err != nil || !thrown {
		t.Errorf("a file that is not there: %v, %v", thrown, err)
	}
	if _, err := os.Stat(empty); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looking at a file made it: %v", err)
	}
	d, err := db.OpenFile(t.Context(), empty)
	must(t, err)
	must(t, d.Close())
	if half, err := demo.HalfMade(empty); err != nil || half {
		t.Errorf("a database without tables is half a demo: %v", err)
	}
	if thrown, err := demo.MarkedFile(empty); err != nil || !thrown {
		t.Errorf("a database without tables may not be thrown away: %v", err)
	}
}
