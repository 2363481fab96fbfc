package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/demo"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// randomShop is a small shop in which everything happens that a till and a stock room
// take: returns, voided sales, goods below zero, counts, spoilage, sales from before the
// first count, channels and provinces, a product that was renamed and one archived.
func randomShop(t *testing.T, a *app.App, seed uint64) context.Context {
	t.Helper()
	made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "random", Name: "随手小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
	must(t, err)
	ctx := shop.Acting(context.Background(), made)
	rng := rand.New(rand.NewPCG(seed, 9))
	var products []catalog.Product
	for i, name := range []string{"甲", "乙", "丙", "丁", "戊"} {
		p, err := a.Catalog.Create(ctx, catalog.Draft{Name: name, Category: []string{"干果", "水果", ""}[i%3], BaseUnit: "piece", SalePrice: money.Price(20000 + 5000*i)})
		must(t, err)
		products = append(products, p)
	}
	at := func(ago int) *day.Micros {
		m := day.At(noon.AddDate(0, 0, -ago).Add(time.Duration(rng.IntN(600)-240) * time.Minute))
		return &m
	}
	for ago := 70; ago > 0; ago-- {
		for _, p := range products {
			switch rng.IntN(12) {
			case 0:
				cost := money.Price(10000 + rng.IntN(8000))
				must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), At: *at(ago), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: 12000, UnitCost: &cost}}}))
			case 1:
				must(t, a.Stock.Count(ctx, stock.CountRequest{ClientID: ident.New(), ProductID: p.ID, Counted: measure.Quantity(1000 * rng.IntN(15)), At: *at(ago)}))
			case 2:
				continue
			case 3:
				must(t, a.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Kind: stock.Harvest, At: *at(ago), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: 7000, UnitCost: new(money.Price)}}}))
			case 4:
				_, err := a.Stock.Process(ctx, stock.ProcessRequest{ClientID: ident.New(), From: products[4].ID, To: products[rng.IntN(4)].ID, In: 3000, Out: 1000 * (1 + measure.Quantity(rng.IntN(3))), Extra: money.Amount(rng.IntN(300))})
				must(t, err)
			}
			r := sales.Request{ClientID: ident.New(), At: at(ago), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 1000 * (1 + rng.Int64N(4))}, {ProductID: products[0].ID, Quantity: 1000}}}
			if rng.IntN(6) == 0 {
				r.Kind = sales.KindReturn
			}
			if rng.IntN(3) == 0 {
				r.Channel, r.Province = "wechat", []string{"", "33", "330523"}[rng.IntN(3)]
				r.BuyerID = []string{"", fmt.Sprint(rng.IntN(20))}[rng.IntN(2)]
			} else if rng.IntN(4) == 0 {
				r.Channel = []string{sales.WholesaleCode, sales.ShopsCode, sales.ProcessingCode}[rng.IntN(3)]
			} else if rng.IntN(5) == 0 {
				r.Household = []string{"张家", "李家", "王家"}[rng.IntN(3)]
			}
			s, _, _, err := a.Sales.Record(ctx, r)
			must(t, err)
			if s.Channel == "wechat" && s.Kind == sales.KindSale {
				sendParcel(t, a, ctx, rng, s)
			}
			if rng.IntN(9) == 0 {
				must(t, a.Sales.Void(ctx, s.ID, "记错了"))
			}
		}
	}
	must(t, a.Catalog.Archive(ctx, products[4].ID, true))
	for _, p := range products[1:] {
		_, err := a.Catalog.SetEssential(ctx, p.ID, true)
		must(t, err)
	}
	return ctx
}

// merge has a product go on as another one, whose counts come first.
func merge(t *testing.T, a *app.App, ctx context.Context, from, into string) {
	t.Helper()
	one, err := a.Catalog.ByCode(ctx, from)
	must(t, err)
	other, err := a.Catalog.ByCode(ctx, into)
	must(t, err)
	for _, p := range []catalog.Product{one, other} {
		must(t, a.Stock.Count(ctx, stock.CountRequest{ClientID: ident.New(), ProductID: p.ID, Counted: 6000}))
	}
	must(t, a.Catalog.Merge(ctx, one.ID, other.ID))
}

// sendParcel notes some days of how a sale travelled.
func sendParcel(t *testing.T, a *app.App, ctx context.Context, rng *rand.Rand, s sales.Sale) {
	t.Helper()
	known := day.Of(noon, time.FixedZone("", 8*3600))
	p := sales.Parcel{SaleID: s.ID}
	left := min(s.BusinessDay.Add(rng.IntN(3)), known)
	if rng.IntN(4) > 0 {
		p.Dispatched = &left
	}
	if rng.IntN(2) == 0 {
		p.Promised = new(left.Add(rng.IntN(5)))
	}
	if came := left.Add(rng.IntN(9)); came <= known && rng.IntN(4) > 0 {
		p.Delivered = &came
	}
	must(t, a.Sales.KeepParcel(ctx, p))
}

// TestBoardsAreTheLedger works every figure of a board out once more from the raw rows:
// of a small shop in which everything happens, and of the generated one.
func TestBoardsAreTheLedger(t *testing.T) {
	shops := map[string]func(t *testing.T, a *app.App) context.Context{
		"random": func(t *testing.T, a *app.App) context.Context {
			ctx := randomShop(t, a, 1)
			_, err := a.Restock.RunChanged(context.Background())
			must(t, err)
			return ctx
		},
		"merged": func(t *testing.T, a *app.App) context.Context { // as random, and two of its products are one
			ctx := randomShop(t, a, 2)
			_, err := a.Restock.RunChanged(context.Background())
			must(t, err)
			merge(t, a, ctx, "1004", "1002")
			for n := 1; n > 0; {
				n, err = a.Restock.RunChanged(context.Background())
				must(t, err)
			}
			return ctx
		},
		"generated": func(t *testing.T, a *app.App) context.Context {
			l := demo.New(demo.Services{DB: a.DB, Shop: a.Shop, Catalog: a.Catalog, Stock: a.Stock, Sales: a.Sales, Account: a.Account, Purchase: a.Purchase, Enquiry: a.Enquiry, Trade: a.Trade, Restock: a.Restock, Joint: a.Joint}, atNoon)
			l.Span = 430 // the same days of a lunar year before are in it
			_, err := l.Ensure(context.Background(), nil)
			must(t, err)
			all, err := a.Shop.Shops(context.Background())
			must(t, err)
			return shop.Acting(context.Background(), all[0])
		},
	}
	for name, open := range shops {
		t.Run(name, func(t *testing.T) {
			if name == "generated" && testing.Short() {
				t.Skip("a generated shop takes a minute")
			}
			engine := dbtest.SQLite
			if name != "generated" {
				engine = nil
			}
			each := func(t *testing.T, d *db.DB) {
				a := app.Wire(d, atNoon)
				ctx := open(t, a)
				report, err := a.Verify(context.Background())
				must(t, err)
				if len(report.Wrong) > 0 {
					t.Errorf("verify: %v", report.Wrong)
				}
				raw := readRaw(t, a, d, ctx)
				asked := questions(t, a, ctx)
				if name == "generated" { // the slow computation takes its time: the small shops are asked the rest
					asked = asked[2:5]
				}
				for _, q := range asked {
					raw.wanted(t, a, ctx, q)
					raw.money(t, a, ctx, q)
					incomeIsTheLedger(t, a, d, ctx, q)
					raw.health(t, a, ctx, q)
					raw.channels(t, a, ctx, q)
					regionsAreTheLedger(t, a, d, ctx, raw.days, q)
					logisticsAreTheLedger(t, a, d, ctx, q)
					parcelsAreTheRecord(t, a, d, ctx, q)
					needsAreTheLedger(t, a, d, ctx, raw.days, q)
				}
			}
			if engine != nil {
				each(t, engine(t))
				return
			}
			dbtest.Each(t, each)
		})
	}
}

// questions are windows and parts of the sales.
func questions(t testing.TB, a *app.App, ctx context.Context) []insight.Query {
	t.Helper()
	in, err := a.Shop.Get(ctx)
	must(t, err)
	_, known := a.Insight.Today(in)
	channels, err := a.Sales.Channels(ctx)
	must(t, err)
	categories, err := a.Catalog.Categories(ctx)
	must(t, err)
	span := func(p insight.Period, d day.Date, with insight.Against) insight.Span {
		return insight.SpanOf(p, p.Of(d), with, known)
	}
	last := channels[len(channels)-1]
	return []insight.Query{
		{Span: span(insight.Month, known, insight.Before)},
		{Span: span(insight.Week, known.Add(-7), insight.Before)},
		{Span: span(insight.Year, known, insight.Lunar)},
		{Span: span(insight.Month, known, insight.Before), Channel: last.ID},
		{Span: span(insight.Quarter, known, insight.Before), Province: "33"},
		{Span: span(insight.Month, known, insight.Before), Category: categories[0].ID},
		{Span: span(insight.Week, known.Add(400), insight.Before)},  // not begun
		{Span: span(insight.Year, known.Add(-2000), insight.Lunar)}, // before the shop
	}
}

func abs(n int64) int64 { return max(n, -n) }
