package app_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/dbtest"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// TestScoresAgreeWithTheBooks lets two shops buy for a year and a half, with short,
// late, dear and spoiled deliveries, mistakes taken back and goods sent back, and holds
// every figure of every scorecard against a slow reckoning over all that was written.
func TestScoresAgreeWithTheBooks(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for seed := range uint64(3) {
			now := noon.AddDate(0, 0, -540)
			a := app.Wire(d, func() time.Time { return now })
			var trades []*trader
			for i, name := range []string{"x", "y"} {
				made, err := a.Shop.CreateShop(context.Background(), shop.NewShop{Slug: name + string(rune('a'+seed)), Name: name, Timezone: "Asia/Shanghai", Currency: "CNY"})
				if err != nil {
					t.Fatal(err)
				}
				trades = append(trades, newTrader(t, a, shop.Acting(context.Background(), made), rand.New(rand.NewPCG(seed, uint64(i))), &now))
			}
			for now.Before(noon) {
				for _, one := range trades {
					one.day()
				}
				now = now.Add(5 * 24 * time.Hour)
			}
			now = noon
			for range 6 { // what was reckoned before is never told of books that went on
				for _, one := range trades {
					one.compare()
					one.day()
				}
			}
		}
	})
}

// trader buys and loses goods at random.
type trader struct {
	t         *testing.T
	a         *app.App
	ctx       context.Context
	dice      *rand.Rand
	now       *time.Time
	suppliers []catalog.Supplier
	products  []catalog.Product
	orders    []ident.ID
}

func newTrader(t *testing.T, a *app.App, ctx context.Context, dice *rand.Rand, now *time.Time) *trader {
	tr := &trader{t: t, a: a, ctx: ctx, dice: dice, now: now}
	for i := range 4 {
		s, err := a.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: "供应商" + string(rune('A'+i)), Kind: catalog.Kinds()[i], LeadTimeDays: 2 + i, PricesIncludeTax: i%2 == 0, Freight: money.Amount(500 * i)})
		tr.must(err)
		tr.suppliers = append(tr.suppliers, s)
	}
	for i := range 3 {
		p, err := a.Catalog.Create(ctx, catalog.Draft{Name: "货" + string(rune('A'+i)), BaseUnit: "kg", TaxRate: 900, ShelfLifeDays: []int{0, 9, 30}[i]})
		tr.must(err)
		tr.products = append(tr.products, p)
		for _, s := range tr.suppliers[:3] { // the last one never gets an order
			_, err := a.Catalog.SaveOffer(ctx, catalog.Offer{SupplierID: s.ID, ProductID: p.ID, Price: money.Price(20_000 + dice.IntN(9_000)), TaxRate: 900})
			tr.must(err)
		}
	}
	return tr
}

func (tr *trader) must(err error) {
	tr.t.Helper()
	if err != nil {
		tr.t.Fatal(err)
	}
}

// day does a few things.
func (tr *trader) day() {
	if tr.dice.IntN(6) == 0 {
		tr.reprice()
	}
	if tr.dice.IntN(2) == 0 {
		tr.order()
	}
	for _, id := range tr.orders {
		if tr.dice.IntN(2) == 0 {
			tr.receive(id)
		}
	}
	for tr.dice.IntN(3) != 0 {
		tr.lose()
	}
}

func (tr *trader) reprice() {
	offers, err := tr.a.Catalog.OffersOf(tr.ctx, tr.suppliers[tr.dice.IntN(3)].ID)
	tr.must(err)
	o := offers[tr.dice.IntN(len(offers))]
	o.Price += money.Price(tr.dice.IntN(3_000) - 1_000)
	_, err = tr.a.Catalog.SaveOffer(tr.ctx, o)
	tr.must(err)
}

func (tr *trader) order() {
	d := purchase.DraftOrder{SupplierID: tr.suppliers[tr.dice.IntN(3)].ID}
	for _, p := range tr.products {
		if tr.dice.IntN(3) > 0 {
			d.Lines = append(d.Lines, purchase.DraftLine{ProductID: p.ID, Quantity: measure.Quantity(1 + tr.dice.IntN(20_000))})
		}
	}
	if len(d.Lines) == 0 {
		return
	}
	made, err := tr.a.Purchase.Draft(tr.ctx, []purchase.DraftOrder{d})
	tr.must(err)
	if tr.dice.IntN(8) == 0 {
		return // a draft that nobody sends
	}
	_, err = tr.a.Purchase.Send(tr.ctx, made[0].ID, 0)
	tr.must(err)
	tr.orders = append(tr.orders, made[0].ID)
}

func (tr *trader) receive(id ident.ID) {
	o, err := tr.a.Purchase.Order(tr.ctx, id)
	tr.must(err)
	switch {
	case tr.dice.IntN(12) == 0:
		_, _ = tr.a.Purchase.Cancel(tr.ctx, id) // what is not possible is refused
	case tr.dice.IntN(4) == 0:
		_, _ = tr.a.Purchase.CloseShort(tr.ctx, id)
	case tr.dice.IntN(10) == 0:
		came, err := tr.a.Purchase.Deliveries(tr.ctx, id)
		tr.must(err)
		if len(came) > 0 {
			_, _ = tr.a.Purchase.TakeBack(tr.ctx, id, came[tr.dice.IntN(len(came))].ID, "弄错了")
		}
	case o.State.Can(purchase.Receive):
		r := purchase.Receipt{ClientID: ident.New()}
		for _, l := range o.Lines {
			line := purchase.ReceiptLine{Line: l.Line, Quantity: l.Quantity * measure.Quantity(tr.dice.IntN(5)) / 3}
			if tr.dice.IntN(3) == 0 {
				price := l.Price + money.Price(tr.dice.IntN(2_000)-500)
				line.Price = &price
			}
			if tr.dice.IntN(2) == 0 {
				expiry := day.Of(*tr.now, time.FixedZone("", 8*3600)).Add(tr.dice.IntN(40))
				line.Expiry = &expiry
			}
			if line.Quantity > 0 {
				r.Lines = append(r.Lines, line)
			}
		}
		if len(r.Lines) > 0 {
			_, err := tr.a.Purchase.Receive(tr.ctx, id, r)
			tr.must(err)
		}
	}
}

// lose spoils or sends back a part of a lot, or takes such a thing back.
func (tr *trader) lose() {
	p := tr.products[tr.dice.IntN(len(tr.products))]
	lots, err := tr.a.Stock.Lots(tr.ctx, p.ID)
	tr.must(err)
	if len(lots) == 0 {
		return
	}
	lot := lots[tr.dice.IntN(len(lots))]
	if lot.Quantity <= 0 {
		return
	}
	kind := stock.Spoilage
	if tr.dice.IntN(4) == 0 {
		kind = stock.SupplierReturn
	}
	moved, _, err := tr.a.Stock.Post(tr.ctx, []stock.Posting{{
		Kind: kind, ProductID: p.ID, Quantity: -(1 + lot.Quantity/4), LotID: &lot.LotID, Source: stock.SourceLoss, SourceID: ident.New(), SourceLine: 1,
	}})
	tr.must(err)
	if tr.dice.IntN(6) == 0 {
		_, err := tr.a.Stock.Reverse(tr.ctx, moved[0].SourceID, "没坏")
		tr.must(err)
	}
}

// compare reckons everything from what was written, line by line.
func (tr *trader) compare() {
	t, through := tr.t, day.Of(noon, time.FixedZone("", 8*3600))
	from := through.Add(-365)
	got, err := tr.a.Scores.Scores(tr.ctx, nil)
	tr.must(err)
	var all []stock.Movement
	for page := []stock.Movement{{}}; len(page) > 0; { // the newest first
		page, err = tr.a.Stock.Movements(tr.ctx, stock.MovementQuery{Before: page[len(page)-1].Seq, Limit: 500})
		tr.must(err)
		all = append(all, page...)
	}
	cases := 0
	for _, s := range tr.suppliers {
		want := tr.reckoned(s, from, through, all)
		if got[s.ID] != want {
			t.Errorf("%s:\n got %+v\nwant %+v", s.Name, got[s.ID], want)
		}
		one, err := tr.a.Scores.Scores(tr.ctx, []ident.ID{s.ID})
		tr.must(err)
		if len(one) > 1 || one[s.ID] != want {
			t.Errorf("%s alone: %+v", s.Name, one)
		}
		cases += min(want.Lots, want.Lines, want.Compared, want.BadLots, want.ReturnedLots+1)
	}
	if cases == 0 {
		t.Error("nothing was compared")
	}
}

func (tr *trader) reckoned(s catalog.Supplier, from, through day.Date, all []stock.Movement) (want catalog.Score) {
	line := func(q measure.Quantity, p money.Price) money.Amount {
		a, err := money.Line(q, p, money.CNY)
		tr.must(err)
		return a
	}
	asked := func(product ident.ID, on day.Date) (price money.Price) {
		quotes, err := tr.a.Catalog.QuotesOf(tr.ctx, []ident.ID{product})
		tr.must(err)
		for _, q := range quotes[product] { // by day
			if q.SupplierID == s.ID && q.Day <= on {
				price = q.Price
			}
		}
		return price
	}
	came := map[ident.ID]day.Date{} // the lots of the year that stand, by the day
	for _, id := range tr.orders {
		o, err := tr.a.Purchase.Order(tr.ctx, id)
		tr.must(err)
		if o.SupplierID != s.ID {
			continue
		}
		if (o.State == purchase.Received || o.State == purchase.ClosedShort) && *o.SentDay >= from {
			for _, l := range o.Lines {
				want.Lines++
				want.Ordered += line(l.Quantity, l.Price)
				if l.Received >= l.Quantity {
					want.Full++
					want.Came += line(l.Quantity, l.Price)
				} else {
					want.Came += line(l.Received, l.Price)
				}
			}
		}
		deliveries, err := tr.a.Purchase.Deliveries(tr.ctx, id)
		tr.must(err)
		for _, d := range deliveries {
			if !d.TakenBack() && *o.SentDay >= from {
				want.Deliveries++
				if int(d.BusinessDay-*o.SentDay) <= s.LeadTimeDays {
					want.Kept++
				}
			}
			if d.BusinessDay < from {
				continue
			}
			for _, l := range d.Lines {
				want.Lots++
				want.Agreed += line(l.Quantity, o.Lines[l.Line-1].Price)
				want.Invoiced += l.Total
				if now, before := asked(l.ProductID, d.BusinessDay), asked(l.ProductID, d.BusinessDay.Add(-365)); now > 0 && before > 0 {
					want.Compared++
					want.Now += line(l.Quantity, now)
					want.Before += line(l.Quantity, before)
				}
			}
			for _, m := range all {
				if m.SourceID == d.ID && m.ReversesID == nil && m.Kind == stock.Receipt && !d.TakenBack() {
					want.Received += m.Value
					came[m.ID] = d.BusinessDay
				}
			}
		}
	}
	tr.losses(&want, came, all)
	if want.Lines+want.Lots+want.Deliveries > 0 {
		want.From, want.Through = from, through
	}
	return want
}

func (tr *trader) losses(want *catalog.Score, came map[ident.ID]day.Date, all []stock.Movement) {
	lost, returned := map[ident.ID]money.Amount{}, map[ident.ID]money.Amount{}
	expiries := tr.expiries()
	for _, m := range all {
		on, his := came[m.LotID]
		if !his {
			continue
		}
		i := slices.IndexFunc(tr.products, func(p catalog.Product) bool { return p.ID == m.ProductID })
		last := day.Date(1 << 30)
		if e, ok := expiries[m.LotID]; ok {
			last = e
		} else if life := tr.products[i].ShelfLifeDays; life > 0 {
			last = on.Add(life)
		}
		switch {
		case m.Kind == stock.SupplierReturn:
			returned[m.LotID] -= m.Value
		case m.Kind == stock.Spoilage && m.BusinessDay <= last:
			lost[m.LotID] -= m.Value
		}
	}
	for _, v := range lost {
		if v > 0 {
			want.BadLots++
			want.Lost += v
		}
	}
	for _, v := range returned {
		if v > 0 {
			want.ReturnedLots++
			want.Returned += v
		}
	}
}

// expiries are the days that deliveries named, by the lot.
func (tr *trader) expiries() map[ident.ID]day.Date {
	out := map[ident.ID]day.Date{}
	for _, id := range tr.orders {
		deliveries, err := tr.a.Purchase.Deliveries(tr.ctx, id)
		tr.must(err)
		for _, d := range deliveries {
			moved, err := tr.a.Stock.OfSource(tr.ctx, d.ID)
			tr.must(err)
			for _, l := range d.Lines {
				for _, m := range moved {
					if l.Expiry != nil && m.SourceLine == l.Line && m.Kind == stock.Receipt && m.ReversesID == nil && m.Quantity == l.Quantity {
						out[m.ID] = *l.Expiry
					}
				}
			}
		}
	}
	return out
}
