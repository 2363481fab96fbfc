package app_test

import (
	"context"
	"fmt"
	"math"
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
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

// rawBuyer is a sale to somebody whose pseudonym is kept.
type rawBuyer struct {
	ChannelID, ID ident.ID
	Key           string
	BusinessDay   day.Date
	Province      string
	Amount        money.Amount
}

// rawBuyers reads what the lines of each sale with a known buyer come to.
func rawBuyers(t testing.TB, d *db.DB, ctx context.Context) (out []rawBuyer) {
	t.Helper()
	id, err := db.Shop(ctx)
	must(t, err)
	rows, err := d.From(ctx).Raw(`SELECT s.channel_id, s.customer_key, s.business_day, s.province, l.amount
		FROM sales s JOIN sale_lines l ON l.shop_id = s.shop_id AND l.sale_id = s.id WHERE s.shop_id = ? AND NOT l.void`, id).Rows()
	must(t, err)
	defer rows.Close() //nolint:errcheck // a test
	for rows.Next() {
		var b rawBuyer
		var key []byte
		must(t, rows.Scan(&b.ChannelID, &key, &b.BusinessDay, &b.Province, &b.Amount))
		if key != nil {
			b.Key = string(key)
			out = append(out, b)
		}
	}
	must(t, rows.Err())
	return out
}

// regionsAreTheLedger works the board of regions out once more.
func regionsAreTheLedger(t testing.TB, a *app.App, d *db.DB, ctx context.Context, raw []*rawDay, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Regions(ctx, q)
	must(t, err)
	channels, err := a.Sales.Channels(ctx)
	must(t, err)
	online := map[ident.ID]bool{}
	for _, c := range channels {
		online[c.ID] = c.Online && (q.Channel.IsNil() || q.Channel == c.ID)
	}
	cut := func(province string) string {
		if q.Province == "" {
			return province[:min(2, len(province))]
		}
		return province[:min(4, len(province))]
	}
	type sums struct {
		now, then insight.Tally
		buyers    map[string]bool
		spent     money.Amount
	}
	want, own, first := map[string]*sums{}, &sums{buyers: map[string]bool{}}, day.Date(math.MaxInt32)
	of := func(place string) *sums {
		if want[place] == nil {
			want[place] = &sums{buyers: map[string]bool{}}
		}
		return want[place]
	}
	for _, l := range raw {
		if !online[l.ChannelID] {
			continue
		}
		first = min(first, l.BusinessDay)
		if !strings.HasPrefix(l.Province, q.Province) || !q.Category.IsNil() && l.category != q.Category {
			continue
		}
		for _, to := range []*sums{own, of(cut(l.Province))} {
			if q.Window.Has(l.BusinessDay) {
				to.now = to.now.Plus(l.Tally)
			}
			if q.Other.Has(l.BusinessDay) {
				to.then = to.then.Plus(l.Tally)
			}
		}
	}
	for _, b := range rawBuyers(t, d, ctx) {
		if !online[b.ChannelID] || !strings.HasPrefix(b.Province, q.Province) || !q.Window.Has(b.BusinessDay) || !q.Category.IsNil() {
			continue
		}
		for _, to := range []*sums{own, of(cut(b.Province))} {
			to.buyers[b.Key] = true
			to.spent += b.Amount
		}
	}
	name := fmt.Sprint(q.Window.From, " to ", q.Window.Through, " ", q.Province)
	check := func(p insight.Region, w *sums) {
		t.Helper()
		if p.Now != w.now || p.Then != w.then || p.Buyers.Customers != len(w.buyers) || p.Buyers.Spent != w.spent {
			t.Errorf("%s: %q %+v, want %+v", name, p.Place, p, w)
		}
		if each, ok := p.PerBuyer(); ok != (len(w.buyers) >= insight.EnoughBuyers && w.spent > 0) || ok && abs(int64(each)*int64(len(w.buyers))-int64(w.spent)) > int64(len(w.buyers)) {
			t.Errorf("%s: %q: each spent %d, %v; %d spent %d", name, p.Place, each, ok, len(w.buyers), w.spent)
		}
		if p.Trend.Ratio != 0 {
			if first > q.Other.From {
				t.Errorf("%s: %q is compared with days from before the first sale", name, p.Place)
			}
			days := float64(q.Window.Days() / 7 * 7)
			if q.Window.Days() >= 28 && days != float64(q.Window.Days()) {
				return // the days left over are in no block
			}
			if r := float64(w.now.Amount) / float64(w.then.Amount); math.Abs(r-p.Trend.Ratio) > 1e-9 {
				t.Errorf("%s: %q grew by %g, want %g", name, p.Place, p.Trend.Ratio, r)
			}
		}
	}
	check(got.Own, own)
	rank, last := 0, math.Inf(1)
	for _, p := range got.Places {
		if want[p.Place] == nil {
			t.Errorf("%s: nothing was sent to %q", name, p.Place)
			continue
		}
		check(p, want[p.Place])
		if want[p.Place].now != (insight.Tally{}) || want[p.Place].then != (insight.Tally{}) {
			delete(want, p.Place)
		}
		if p.Rank > 0 {
			if rank++; p.Rank != rank || p.Trend.Ratio > last || p.Place == "" {
				t.Errorf("%s: %q with %g has rank %d behind %g", name, p.Place, p.Trend.Ratio, p.Rank, last)
			}
			last = p.Trend.Ratio
		}
	}
	for place, w := range want {
		if w.now != (insight.Tally{}) || w.then != (insight.Tally{}) {
			t.Errorf("%s: the board lacks %q", name, place)
		}
	}
}

// logisticsAreTheLedger works the board of lead times out once more, from the orders.
func logisticsAreTheLedger(t testing.TB, a *app.App, d *db.DB, ctx context.Context, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Logistics(ctx, q, func(s string) string { return s })
	must(t, err)
	suppliers, err := a.Catalog.Suppliers(ctx, true)
	must(t, err)
	id, err := db.Shop(ctx)
	must(t, err)
	var orders []ident.ID
	must(t, d.From(ctx).Raw("SELECT id FROM orders WHERE shop_id = ?", id).Scan(&orders).Error)
	took, inTime := map[string][2][]int{}, map[string][2]int{}
	for _, one := range orders {
		o, err := a.Purchase.Order(ctx, one)
		must(t, err)
		deliveries, err := a.Purchase.Deliveries(ctx, one)
		must(t, err)
		place := suppliers[slices.IndexFunc(suppliers, func(s catalog.Supplier) bool { return s.ID == o.SupplierID })].Province
		for _, del := range deliveries {
			for i, w := range []insight.Window{q.Window, q.Other} {
				if !w.Has(del.BusinessDay) || del.TakenBack() {
					continue
				}
				for _, at := range []string{place, "all"} {
					days, kept := took[at], inTime[at]
					days[i] = append(days[i], int(del.BusinessDay-*o.SentDay))
					due := o.DueDay
					if o.WantedDay != nil {
						due = *o.WantedDay
					}
					if del.BusinessDay <= due {
						kept[i]++
					}
					took[at], inTime[at] = days, kept
				}
			}
		}
	}
	name := fmt.Sprint(q.Window.From, " to ", q.Window.Through)
	check := func(l insight.Leads, days []int, kept int) {
		t.Helper()
		if l.Deliveries() != len(days) || l.InTime != kept {
			t.Errorf("%s: %+v, want %v, %d in time", name, l, days, kept)
			return
		}
		if len(days) == 0 {
			return
		}
		slices.Sort(days)
		within := func(n int) (c int) { // how many deliveries took at most n days
			for _, d := range days {
				if d <= n {
					c++
				}
			}
			return c
		}
		low, high := l.Quartiles()
		if within(low)*4 < len(days) || low > 0 && within(low-1)*4 >= len(days) || within(high)*4 < 3*len(days) || high > 0 && within(high-1)*4 >= 3*len(days) {
			t.Errorf("%s: %v have the quartiles %d and %d", name, days, low, high)
		}
		if middle := days[(len(days)-1)/2] + days[len(days)/2]; l.Median() != middle {
			t.Errorf("%s: %v have the median %d/2", name, days, l.Median())
		}
	}
	check(got.All.Now, took["all"][0], inTime["all"][0])
	check(got.All.Then, took["all"][1], inTime["all"][1])
	rank, last := 0, math.MaxInt
	for _, p := range got.Places {
		check(p.Now, took[p.Place][0], inTime[p.Place][0])
		check(p.Then, took[p.Place][1], inTime[p.Place][1])
		delete(took, p.Place)
		gain, enough := p.Gain()
		if enough != (p.Rank > 0) || enough && gain > last {
			t.Errorf("%s: %q gains %d, %v: rank %d behind %d", name, p.Place, gain, enough, p.Rank, last)
		}
		if enough {
			rank, last = rank+1, gain
			if p.Rank != rank {
				t.Errorf("%s: %q has rank %d, want %d", name, p.Place, p.Rank, rank)
			}
		}
	}
	delete(took, "all")
	if len(took) > 0 {
		t.Errorf("%s: the board lacks %v", name, took)
	}
}

// TestLogisticsAreTheLedger sends and receives orders over two years, in parts, late,
// never, and taken back.
func TestLogisticsAreTheLedger(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		today := noon.AddDate(0, 0, -800)
		a := app.Wire(d, func() time.Time { return today })
		made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "random", Name: "随手小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
		must(t, err)
		ctx := shop.Acting(context.Background(), made)
		rng := rand.New(rand.NewPCG(3, 3))
		p, err := a.Catalog.Create(ctx, catalog.Draft{Code: "a", Name: "米", Category: "粮油", BaseUnit: "piece", SalePrice: 30000})
		must(t, err)
		var suppliers []catalog.Supplier
		for i, place := range []string{"浙江", "浙江", "云南", "", "老家"} {
			s, err := a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: fmt.Sprint("供应商", i), Kind: catalog.Farmer, Province: place, LeadTimeDays: 3, ReviewDays: 1, OrderWeekdays: 127, Language: "zh-Hans"})
			must(t, err)
			suppliers = append(suppliers, s)
		}
		var open []purchase.Order
		for ; !today.After(noon); today = today.AddDate(0, 0, 1) {
			if rng.IntN(4) == 0 {
				s := suppliers[min(rng.IntN(9), 4)]
				list, err := a.Purchase.Draft(ctx, []purchase.DraftOrder{{SupplierID: s.ID, Lines: []purchase.DraftLine{{ProductID: p.ID, Quantity: 10000, Price: 20000}}}})
				must(t, err)
				o, err := a.Purchase.Send(ctx, list[0].ID, 0)
				must(t, err)
				open = append(open, o)
			}
			open = slices.DeleteFunc(open, func(o purchase.Order) bool {
				if rng.IntN(5) > 0 {
					return false
				}
				q := o.Lines[0].Owed()
				if rng.IntN(4) == 0 {
					q /= 2
				}
				r := purchase.Receipt{ClientID: ident.New(), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: q}}}
				_, err := a.Purchase.Receive(ctx, o.ID, r)
				must(t, err)
				if rng.IntN(8) == 0 {
					list, err := a.Purchase.Deliveries(ctx, o.ID)
					must(t, err)
					_, err = a.Purchase.TakeBack(ctx, o.ID, list[len(list)-1].ID, "记错了")
					must(t, err)
				}
				return true
			})
		}
		today = noon
		for _, q := range questions(t, a, ctx) {
			logisticsAreTheLedger(t, a, d, ctx, q)
		}
	})
}

// TestPlacesOfLittle asks the boards of places of shops that have next to nothing: the
// figures are explained, never missing and never no number.
func TestPlacesOfLittle(t *testing.T) {
	for name, c := range map[string]struct {
		sold   []sales.Request
		places []string // as the board has them
	}{
		"no history":  {nil, nil},
		"the counter": {[]sales.Request{{Kind: sales.KindSale}}, nil},
		"one sale":    {[]sales.Request{{Channel: "wechat", Province: "330523"}}, []string{"33"}},
		"all returns": {[]sales.Request{{Channel: "wechat", Province: "54", Kind: sales.KindReturn}, {Channel: "wechat", Province: "5401", Kind: sales.KindReturn, BuyerID: "x"}}, []string{"54"}},
		"unknown":     {[]sales.Request{{Channel: "wechat"}}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			d := dbtest.SQLite(t)
			a := app.Wire(d, atNoon)
			made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: "little", Name: "小店", Timezone: "Asia/Shanghai", Currency: "CNY"})
			must(t, err)
			ctx := shop.Acting(context.Background(), made)
			p, err := a.Catalog.Create(ctx, catalog.Draft{Code: "a", Name: "米", Category: "粮油", BaseUnit: "piece", SalePrice: 30000})
			must(t, err)
			for _, r := range c.sold {
				at := day.At(noon.AddDate(0, 0, -3))
				r.ClientID, r.At, r.Lines = ident.New(), &at, []sales.RequestLine{{ProductID: p.ID, Quantity: 2000}}
				_, _, _, err := a.Sales.Record(ctx, r)
				must(t, err)
			}
			_, err = a.Restock.RunChanged(context.Background())
			must(t, err)
			raw := readRaw(t, a, d, ctx).days
			for _, q := range questions(t, a, ctx)[:3] {
				regionsAreTheLedger(t, a, d, ctx, raw, q)
				logisticsAreTheLedger(t, a, d, ctx, q)
			}
			got, err := a.Insight.Regions(ctx, questions(t, a, ctx)[0])
			must(t, err)
			var places []string
			for _, p := range got.Places {
				places = append(places, p.Place)
				if p.Trend.Ratio != 0 || p.Rank != 0 || p.Trend.Course != insight.Unsure && p.Trend.Course != insight.Fresh {
					t.Errorf("%q: %+v tells a trend of next to nothing", p.Place, p)
				}
				if _, ok := p.PerBuyer(); ok {
					t.Errorf("%q tells what a person spent", p.Place)
				}
			}
			if !slices.Equal(places, c.places) {
				t.Errorf("places %q, want %q", places, c.places)
			}
		})
	}
}
