package app_test

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
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
	"buhuo/internal/sales/salesdb"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// TestStatements: what a run asks of the database does not grow with the products.
// The law: so many statements for the whole shop, and so many more for each 500
// products, which is how many are read or written at once; and what the boards read of
// marked products, so many more for each 50, which wait for each other. It holds exactly.
func TestStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		asked := map[string]map[int]int64{}
		for _, products := range []int{100, 500, 1_000, 1_500} {
			a := app.Wire(d, atNoon)
			ctx := small(t, a, products)
			for _, run := range []struct {
				name string
				do   func() error
			}{
				{"everything", func() error { return a.Restock.Recompute(ctx, nil) }},
				{"suggestions", func() error { return a.Restock.Renew(ctx, nil) }},
				{"marked", func() error {
					n, err := a.Restock.RunChanged(context.Background())
					if err == nil && n != products {
						err = fmt.Errorf("%d of %d worked out", n, products)
					}
					return err
				}},
			} {
				before := d.Statements()
				if err := run.do(); err != nil {
					t.Fatal(run.name, products, err)
				}
				if asked[run.name] == nil {
					asked[run.name] = map[int]int64{}
				}
				asked[run.name][products] = d.Statements() - before
			}
		}
		for name, n := range asked {
			chunk := n[1_000] - n[500]
			t.Logf("%s: %d statements and %d more for each 500 products", name, n[500]-chunk, chunk)
			fifty := (n[500] - n[100]) / 8
			if n[500]-n[100] != 8*fifty || fifty > 0 && name != "marked" || n[1_500]-n[1_000] != chunk || chunk <= 0 {
				t.Errorf("%s: statements by products %v", name, n)
			}
		}
	})
}

// small is a shop of so many products with two months of sales, all of them marked.
func small(t *testing.T, a *app.App, products int) context.Context {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: fmt.Sprint("small", products), Name: "小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(err)
	ctx := shop.Acting(context.Background(), made)
	drafts := make([]catalog.Draft, products)
	for i := range drafts {
		drafts[i] = catalog.Draft{Code: fmt.Sprint(10_000 + i), Name: fmt.Sprintf("货 %d", i), BaseUnit: "piece", Category: fmt.Sprint("类", i%7), SalePrice: 30_000}
	}
	must(a.Catalog.CreateMany(ctx, drafts))
	all, err := a.Catalog.All(ctx)
	must(err)
	supplier, err := a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: "批发", Kind: catalog.Wholesaler, LeadTimeDays: 2, ReviewDays: 3})
	must(err)
	var offers []catalog.Offer
	var goods []stock.Posting
	today := day.Of(atNoon(), made.Zone)
	for _, p := range all {
		offers = append(offers, catalog.Offer{ID: ident.New(), SupplierID: supplier.ID, ProductID: p.ID, Price: 20_000, ValidFrom: today.Add(-60), Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 12, Den: 1}}})
		goods = append(goods, stock.Posting{Kind: stock.Receipt, ProductID: p.ID, Quantity: 9_000, Lot: &stock.LotSpec{}, BusinessDay: today.Add(-30), OccurredAt: day.At(atNoon().AddDate(0, 0, -30)), Source: "opening", SourceID: p.ID})
	}
	must(a.Catalog.SaveOffers(ctx, offers))
	must(a.Stock.Load(ctx, goods))
	sellSmall(t, a, ctx, all, today, made.Zone)
	return ctx
}

func sellSmall(t *testing.T, a *app.App, ctx context.Context, products []catalog.Product, today day.Date, zone *time.Location) {
	t.Helper()
	channels, err := a.Sales.Channels(ctx)
	if err != nil {
		t.Fatal(err)
	}
	store := salesdb.New(a.DB)
	err = a.DB.Do(ctx, func(ctx context.Context) error {
		if err := store.InsertChannel(ctx, channels[0]); err != nil {
			return err
		}
		for ago := 60; ago > 0; ago-- {
			date := today.Add(-ago)
			at := day.At(date.Start(zone).Add(20 * time.Hour))
			one := sales.SaleRecord{ID: ident.New(), ChannelID: channels[0].ID, Kind: sales.KindSale, BusinessDay: date, OccurredAt: at, RecordedAt: at, RequestHash: []byte{}}
			var lines []sales.LineRecord
			for i, p := range products {
				if (i+ago)%3 > 0 {
					continue
				}
				one.Lines++
				lines = append(lines, sales.LineRecord{ProductID: p.ID, BusinessDay: date, SaleID: one.ID, Line: one.Lines, Minute: 600, Quantity: measure.Quantity(1000 * (1 + i%3)), Unit: p.BaseUnit, Price: p.SalePrice, Amount: 300, History: true})
			}
			if err := store.Insert(ctx, []sales.SaleRecord{one}, lines); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
