package app_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// rawLine is a line at the till with what the ledger booked for it, as the tables have
// them.
type rawLine struct {
	ProductID, ChannelID, SaleID ident.ID
	Line                         int
	BusinessDay                  day.Date
	Minute                       int
	Quantity                     measure.Quantity
	Amount                       money.Amount
	Province                     string
	Value                        *money.Amount // Σ of its movements; nil: none
}

// rawLines reads every line of the shop that is not void, the slow way.
func rawLines(t *testing.T, d *db.DB, ctx context.Context) []rawLine {
	t.Helper()
	id, err := db.Shop(ctx)
	must(t, err)
	var out []rawLine
	must(t, d.From(ctx).Raw(`SELECT l.product_id, l.sale_id, l.line, l.business_day, l.minute, l.quantity, l.amount, s.channel_id, s.province,
			(SELECT CAST(SUM(m.value) AS BIGINT) FROM movements m WHERE m.shop_id = l.shop_id AND m.source_id = l.sale_id AND m.source_line = l.line
				AND m.product_id = l.product_id AND m.kind IN ('sale', 'customer_return')) AS value
		FROM sale_lines l JOIN sales s ON s.shop_id = l.shop_id AND s.id = l.sale_id WHERE l.shop_id = ? AND NOT l.void`, id).Scan(&out).Error)
	return out
}

// rawDay is what the lines of one product, day, hour, channel and province come to: as
// docs/insight.md has it, tax is rounded there.
type rawDay struct {
	rawLine
	category ident.ID
	insight.Tally
}

// rawDays adds lines up the obvious way.
func rawDays(t *testing.T, a *app.App, d *db.DB, ctx context.Context) []*rawDay {
	t.Helper()
	in, err := a.Shop.Get(ctx)
	must(t, err)
	lines := rawLines(t, d, ctx)
	var ids []ident.ID
	for _, l := range lines {
		ids = append(ids, l.ProductID)
	}
	slices.SortFunc(ids, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	products, err := a.Catalog.Products(ctx, slices.Compact(ids))
	must(t, err)
	at := map[string]*rawDay{}
	for _, l := range lines {
		sort := "history"
		switch {
		case l.Value != nil && *l.Value != 0:
			sort = "costed"
		case l.Value != nil:
			sort = "moved"
		}
		key := fmt.Sprint(l.ProductID, l.BusinessDay, l.Minute/60, l.ChannelID, l.Province, sort, l.Quantity < 0)
		if at[key] == nil {
			at[key] = &rawDay{rawLine: l, category: products[l.ProductID].CategoryID}
		}
		to := at[key]
		to.Tally.Quantity += l.Quantity
		to.Tally.Amount += l.Amount
		if l.Quantity < 0 {
			to.Returns++
			to.Back -= l.Quantity
		} else {
			to.Lines++
		}
		if sort == "costed" {
			to.Cost -= *l.Value
		}
	}
	var out []*rawDay
	for _, one := range at {
		one.Net = one.Tally.Amount
		if in.PricesIncludeTax {
			one.Net = money.NetOfTax(one.Net, products[one.ProductID].TaxRate)
		}
		if one.Value != nil && *one.Value != 0 {
			one.Costed = one.Net
		}
		out = append(out, one)
	}
	return out
}

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
		p, err := a.Catalog.Create(ctx, catalog.Draft{Code: name, Name: name, Category: []string{"干果", "水果", ""}[i%3], BaseUnit: "piece", SalePrice: money.Price(20000 + 5000*i)})
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
			}
			r := sales.Request{ClientID: ident.New(), At: at(ago), Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 1000 * (1 + rng.Int64N(4))}, {ProductID: products[0].ID, Quantity: 1000}}}
			if rng.IntN(6) == 0 {
				r.Kind = sales.KindReturn
			}
			if rng.IntN(3) == 0 {
				r.Channel, r.Province = "wechat", []string{"", "33", "330523"}[rng.IntN(3)]
				r.BuyerID = []string{"", fmt.Sprint(rng.IntN(20))}[rng.IntN(2)]
			}
			s, _, _, err := a.Sales.Record(ctx, r)
			must(t, err)
			if rng.IntN(9) == 0 {
				must(t, a.Sales.Void(ctx, s.ID, "记错了"))
			}
		}
	}
	must(t, a.Catalog.Archive(ctx, products[4].ID, true))
	return ctx
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
		"generated": func(t *testing.T, a *app.App) context.Context {
			l := demo.New(demo.Services{DB: a.DB, Shop: a.Shop, Catalog: a.Catalog, Stock: a.Stock, Sales: a.Sales, Purchase: a.Purchase, Restock: a.Restock}, atNoon)
			l.Span = 75
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
			if name == "random" {
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
				raw := rawDays(t, a, d, ctx)
				for _, q := range questions(t, a, ctx) {
					wantedIsTheLedger(t, a, d, ctx, raw, q)
					regionsAreTheLedger(t, a, d, ctx, raw, q)
					logisticsAreTheLedger(t, a, d, ctx, q)
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
func questions(t *testing.T, a *app.App, ctx context.Context) []insight.Query {
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

func wantedIsTheLedger(t *testing.T, a *app.App, d *db.DB, ctx context.Context, raw []*rawDay, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Wanted(ctx, q, insight.ByMoney)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	var now, then insight.Tally
	byProduct := map[ident.ID][2]insight.Tally{}
	byChannel := map[ident.ID][2]insight.Tally{}
	var weekdays [7]insight.Tally
	var hours [24]insight.Tally
	for _, l := range raw {
		if !q.Category.IsNil() && l.category != q.Category || !q.Channel.IsNil() && l.ChannelID != q.Channel || !strings.HasPrefix(l.Province, q.Province) {
			continue
		}
		product, channel := byProduct[l.ProductID], byChannel[l.ChannelID]
		if l.BusinessDay >= q.Window.From && l.BusinessDay <= q.Window.Through {
			now = now.Plus(l.Tally)
			product[0] = product[0].Plus(l.Tally)
			channel[0] = channel[0].Plus(l.Tally)
			weekdays[l.BusinessDay.Weekday()] = weekdays[l.BusinessDay.Weekday()].Plus(l.Tally)
			hours[l.Minute/60] = hours[l.Minute/60].Plus(l.Tally)
		}
		if l.BusinessDay >= q.Other.From && l.BusinessDay <= q.Other.Through {
			then = then.Plus(l.Tally)
			product[1] = product[1].Plus(l.Tally)
			channel[1] = channel[1].Plus(l.Tally)
		}
		byProduct[l.ProductID], byChannel[l.ChannelID] = product, channel
	}
	if got.Now != now || got.Then != then {
		t.Errorf("%s: %+v and %+v, the rows say %+v and %+v", name, got.Now, got.Then, now, then)
	}
	missed, err := restockdb.New(d).Missed(ctx, nil)
	must(t, err)
	found := 0
	for _, p := range got.Products {
		want := byProduct[p.Product.ID]
		if p.Now != want[0] || p.Then != want[1] {
			t.Errorf("%s: %s %+v and %+v, the rows say %+v", name, p.Product.Name, p.Now, p.Then, want)
		}
		if want[0].Lines+want[0].Returns+want[1].Lines+want[1].Returns > 0 {
			found++
		}
		lost := measure.Quantity(0)
		for _, one := range missed[p.Product.ID].Days {
			if one.Day >= q.Window.From && one.Day <= q.Window.Through && q.Channel.IsNil() && q.Province == "" {
				lost += one.Lost
			}
		}
		if p.Lost != lost {
			t.Errorf("%s: of %s %v was lost, the kernel says %v", name, p.Product.Name, p.Lost, lost)
		}
		if want[0].Quantity > 0 && want[0].Amount > 0 {
			if worth := int64(want[0].Amount) * int64(lost) / int64(want[0].Quantity); abs(int64(p.LostAmount)-worth) > 1 {
				t.Errorf("%s: what was lost of %s is worth %d, want %d", name, p.Product.Name, p.LostAmount, worth)
			}
		}
	}
	for _, want := range byProduct {
		if want != [2]insight.Tally{} {
			found--
		}
	}
	if found != 0 {
		t.Errorf("%s: the board lacks %d products", name, -found)
	}
	for _, g := range got.Channels {
		if want := byChannel[g.ID]; g.Now != want[0] || g.Then != want[1] {
			t.Errorf("%s: channel %s %+v and %+v, the rows say %+v", name, g.Name, g.Now, g.Then, want)
		}
	}
	for i, w := range weekdays {
		if got.Weekdays[i].Tally != w {
			t.Errorf("%s: weekday %d %+v, the rows say %+v", name, i, got.Weekdays[i].Tally, w)
		}
	}
	for i, h := range hours {
		if got.Hours[i].Tally != h {
			t.Errorf("%s: hour %d %+v, the rows say %+v", name, i, got.Hours[i].Tally, h)
		}
	}
}

func abs(n int64) int64 { return max(n, -n) }
