package app_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
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
	"buhuo/internal/restock"
	"buhuo/internal/restock/restockdb"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
)

// rawLine is a line at the till as the tables have it.
type rawLine struct {
	ProductID, ChannelID, SaleID ident.ID
	Line                         int
	BusinessDay                  day.Date
	Minute                       int
	Quantity                     measure.Quantity
	Amount                       money.Amount
	Province                     string
	Online                       bool
}

// rawMove is a movement as the tables have it.
type rawMove struct {
	ProductID, SourceID ident.ID
	SourceLine          int
	BusinessDay         day.Date
	Kind, Source        string
	Quantity            measure.Quantity
	Value               money.Amount
	SupplierID          *ident.ID
	ReversesID          *ident.ID
}

// rawDay is what the lines of one product, day, hour, channel, province and supplier come
// to: as docs/insight.md has it, tax is rounded there.
type rawDay struct {
	rawLine
	category, supplier ident.ID
	insight.Tally
}

// rawShop is everything that boards are about, read and added up the slow, obvious way.
type rawShop struct {
	days     []*rawDay
	moves    []rawMove
	missed   map[ident.ID]restock.Missed
	products map[ident.ID]catalog.Product
	balances map[ident.ID]stock.Balance
}

func readRaw(t *testing.T, a *app.App, d *db.DB, ctx context.Context) rawShop {
	t.Helper()
	id, err := db.Shop(ctx)
	must(t, err)
	in, err := a.Shop.Get(ctx)
	must(t, err)
	var out rawShop
	var lines []rawLine
	must(t, d.From(ctx).Raw(`SELECT l.product_id, l.sale_id, l.line, l.business_day, l.minute, l.quantity, l.amount, s.channel_id, s.province, c.online
		FROM sale_lines l JOIN sales s ON s.shop_id = l.shop_id AND s.id = l.sale_id JOIN channels c ON c.shop_id = s.shop_id AND c.id = s.channel_id
		WHERE l.shop_id = ? AND NOT l.void`, id).Scan(&lines).Error)
	must(t, d.From(ctx).Raw(`SELECT m.product_id, m.source_id, m.source_line, m.business_day, m.kind, m.source, m.quantity, m.value, m.reverses_id, l.supplier_id
		FROM movements m LEFT JOIN lots l ON l.shop_id = m.shop_id AND l.id = m.lot_id WHERE m.shop_id = ? ORDER BY m.seq`, id).Scan(&out.moves).Error)
	var ids []ident.ID
	must(t, d.From(ctx).Raw("SELECT id FROM products WHERE shop_id = ?", id).Scan(&ids).Error)
	out.products, err = a.Catalog.Products(ctx, ids)
	must(t, err)
	out.balances, err = a.Stock.Balances(ctx, nil)
	must(t, err)
	out.missed, err = restockdb.New(d).Missed(ctx, nil)
	must(t, err)
	type part struct {
		supplier ident.ID
		quantity int64
		value    money.Amount
	}
	parts := map[string]map[ident.ID]part{}
	for _, m := range out.moves {
		if m.Kind != "sale" && m.Kind != "customer_return" {
			continue
		}
		key := fmt.Sprint(m.SourceID, m.SourceLine)
		if parts[key] == nil {
			parts[key] = map[ident.ID]part{}
		}
		var from ident.ID
		if m.SupplierID != nil {
			from = *m.SupplierID
		}
		p := parts[key][from]
		parts[key][from] = part{from, p.quantity + int64(m.Quantity), p.value + m.Value}
	}
	at := map[string]*rawDay{}
	for _, l := range lines {
		list := slices.SortedFunc(maps.Values(parts[fmt.Sprint(l.SaleID, l.Line)]), func(a, b part) int { return bytes.Compare(a.supplier[:], b.supplier[:]) })
		weights := []int64{1}
		if len(list) > 0 {
			weights = nil
			for _, p := range list {
				weights = append(weights, abs(p.quantity))
			}
		}
		for i, amount := range money.Split(l.Amount, weights) {
			sort, p, quantity := "history", part{}, l.Quantity
			if len(list) > 0 {
				p, sort = list[i], "moved"
				if quantity = -measure.Quantity(p.quantity); p.value != 0 {
					sort = "costed"
				}
			}
			key := fmt.Sprint(l.ProductID, l.BusinessDay, l.Minute/60, l.ChannelID, l.Province, p.supplier, sort, l.Quantity < 0)
			if at[key] == nil {
				at[key] = &rawDay{rawLine: l, category: out.products[l.ProductID].CategoryID, supplier: p.supplier}
			}
			to := at[key]
			to.Tally.Quantity += quantity
			to.Tally.Amount += amount
			switch {
			case l.Quantity < 0:
				to.Back -= quantity
				to.Returns += 1 - min(i, 1)
			case i == 0:
				to.Lines++
			}
			to.Cost -= p.value
			if sort == "costed" {
				to.Costed = 1 // said below
			}
		}
	}
	for _, one := range at {
		one.Net = one.Tally.Amount
		if in.PricesIncludeTax {
			one.Net = money.NetOfTax(one.Net, out.products[one.ProductID].TaxRate)
		}
		if one.Costed != 0 {
			one.Costed = one.Net
		}
		out.days = append(out.days, one)
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
	for _, p := range products[1:] {
		_, err := a.Catalog.SetEssential(ctx, p.ID, true)
		must(t, err)
	}
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
			l := demo.New(demo.Services{DB: a.DB, Shop: a.Shop, Catalog: a.Catalog, Stock: a.Stock, Sales: a.Sales, Purchase: a.Purchase, Trade: a.Trade, Restock: a.Restock}, atNoon)
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
				raw := readRaw(t, a, d, ctx)
				for _, q := range questions(t, a, ctx) {
					raw.wanted(t, a, ctx, q)
					raw.money(t, a, ctx, q)
					raw.health(t, a, ctx, q)
					raw.channels(t, a, ctx, q)
					regionsAreTheLedger(t, a, d, ctx, raw.days, q)
					logisticsAreTheLedger(t, a, d, ctx, q)
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

func (raw rawShop) wanted(t *testing.T, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Wanted(ctx, q, insight.ByMoney)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	var now, then insight.Tally
	byProduct := map[ident.ID][2]insight.Tally{}
	byChannel := map[ident.ID][2]insight.Tally{}
	var weekdays [7]insight.Tally
	var hours [24]insight.Tally
	for _, l := range raw.days {
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
		for _, one := range raw.missed[p.Product.ID].Days {
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

// takes reports whether a line belongs to a question, and to which of its windows.
func (l *rawDay) takes(q insight.Query) (now, then bool) {
	if !q.Category.IsNil() && l.category != q.Category || !q.Channel.IsNil() && l.ChannelID != q.Channel || !strings.HasPrefix(l.Province, q.Province) {
		return false, false
	}
	return q.Window.Has(l.BusinessDay), q.Other.Has(l.BusinessDay)
}

func (raw rawShop) money(t *testing.T, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	got, err := a.Insight.Money(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	var now, then insight.Tally
	suppliers, products := map[ident.ID]insight.Tally{}, map[ident.ID]insight.Tally{}
	for _, l := range raw.days {
		in, before := l.takes(q)
		if in {
			now, suppliers[l.supplier], products[l.ProductID] = now.Plus(l.Tally), suppliers[l.supplier].Plus(l.Tally), products[l.ProductID].Plus(l.Tally)
		}
		if before {
			then = then.Plus(l.Tally)
		}
	}
	if got.Now != now || got.Then != then {
		t.Errorf("%s: earned %+v and %+v, the rows say %+v and %+v", name, got.Now, got.Then, now, then)
	}
	for _, g := range got.Suppliers {
		if g.Now != suppliers[g.ID] {
			t.Errorf("%s: from %s %+v, the rows say %+v", name, g.Name, g.Now, suppliers[g.ID])
		}
	}
	for _, p := range got.Products {
		if p.Now != products[p.Product.ID] {
			t.Errorf("%s: %s earned %+v, the rows say %+v", name, p.Product.Name, p.Now, products[p.Product.ID])
		}
	}
	if !q.Channel.IsNil() || q.Province != "" {
		if len(got.Losses) > 0 {
			t.Errorf("%s: a channel has losses", name)
		}
		return
	}
	want := map[string]money.Amount{}
	for _, m := range raw.moves {
		if kind := raw.loss(m); kind != "" && q.Window.Has(m.BusinessDay) && (q.Category.IsNil() || raw.products[m.ProductID].CategoryID == q.Category) {
			want[kind] -= m.Value
		}
	}
	for _, l := range got.Losses {
		if want[l.Kind.String()] != l.Now {
			t.Errorf("%s: lost by %s %d, the ledger says %d", name, l.Kind, l.Now, want[l.Kind.String()])
		}
		delete(want, l.Kind.String())
	}
	for kind, v := range want {
		if v != 0 {
			t.Errorf("%s: the board lacks %d lost by %s", name, v, kind)
		}
	}
}

// loss names the cause of a movement that is no trade.
func (raw rawShop) loss(m rawMove) string {
	switch m.Kind {
	case "spoilage":
		return "spoiled"
	case "own_use", "gift":
		return m.Kind
	case "revaluation":
		return "revalued"
	case "count":
		known := raw.balances[m.ProductID].KnownFrom
		switch {
		case m.Source == "adjust":
			return "adjusted"
		case m.Source == "opening" || known == nil || m.BusinessDay <= *known:
			return ""
		case m.Quantity == 0:
			return ""
		case m.Quantity > 0 == (m.ReversesID == nil):
			return "found"
		}
		return "missing"
	}
	return ""
}

func (raw rawShop) health(t *testing.T, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	if !q.Channel.IsNil() || q.Province != "" || q.Window.Days() <= 0 {
		return
	}
	got, err := a.Insight.Health(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	mine := func(id ident.ID) bool { return q.Category.IsNil() || raw.products[id].CategoryID == q.Category }
	closing := func(d day.Date) (value money.Amount) {
		for _, m := range raw.moves {
			if m.BusinessDay <= d && mine(m.ProductID) {
				value += m.Value
			}
		}
		return value
	}
	if want := closing(q.Window.Through); got.Value != want {
		t.Errorf("%s: the stock is worth %d, the ledger says %d", name, got.Value, want)
	}
	if want := closing(q.Window.From.Add(-1)); got.ValueThen != want {
		t.Errorf("%s: the stock was worth %d, the ledger says %d", name, got.ValueThen, want)
	}
	if q.Window.Days() < 100 {
		sum := money.Amount(0)
		for d := q.Window.From; d <= q.Window.Through; d++ {
			sum += closing(d)
		}
		if want := sum / money.Amount(q.Window.Days()); got.Average != want {
			t.Errorf("%s: the mean stock is worth %d, the ledger says %d", name, got.Average, want)
		}
	}
	counts, right := map[ident.ID]bool{}, map[ident.ID]bool{}
	undone := map[ident.ID]bool{}
	for _, m := range raw.moves {
		if m.Kind != "count" || m.Source == "adjust" || !q.Window.Has(m.BusinessDay) || !mine(m.ProductID) {
			continue
		}
		if known := raw.balances[m.ProductID].KnownFrom; m.Source == "opening" || known == nil || m.BusinessDay <= *known {
			continue
		}
		counts[m.SourceID] = true
		undone[m.SourceID] = undone[m.SourceID] || m.ReversesID != nil
		if m.Quantity == 0 {
			right[m.SourceID] = true
		}
	}
	for id := range undone {
		if undone[id] {
			delete(counts, id)
			delete(right, id)
		}
	}
	if got.Counts != len(counts) || got.Right != len(right) {
		t.Errorf("%s: %d counts of which %d were right, the ledger says %d and %d", name, got.Counts, got.Right, len(counts), len(right))
	}
	raw.shelves(t, q, got, mine)
	raw.gone(t, name, q, got, mine)
	var now insight.Tally
	sold := map[ident.ID]insight.Tally{}
	for _, l := range raw.days {
		if in, _ := l.takes(q); in {
			now, sold[l.ProductID] = now.Plus(l.Tally), sold[l.ProductID].Plus(l.Tally)
		}
	}
	if got.Cost != now.Cost {
		t.Errorf("%s: cost of sales %d, the rows say %d", name, got.Cost, now.Cost)
	}
	classed := got.Unclassed.Products
	for _, row := range got.Classes {
		for _, c := range row {
			classed += c.Products
		}
	}
	with := 0
	for _, s := range sold {
		if s.Net > 0 {
			with++
		}
	}
	if classed != with {
		t.Errorf("%s: %d products are classed, %d sold", name, classed, with)
	}
	raw.idle(t, a, ctx, name, got, mine)
}

// gone adds up what each product lost by spoilage and at counts.
func (raw rawShop) gone(t *testing.T, name string, q insight.Query, got insight.Health, mine func(ident.ID) bool) {
	t.Helper()
	for _, c := range []struct {
		list   []insight.Stuck
		causes []string
	}{{got.Spoilers, []string{"spoiled"}}, {got.Misses, []string{"missing", "found"}}} {
		want := map[ident.ID]money.Amount{}
		for _, m := range raw.moves {
			if q.Window.Has(m.BusinessDay) && mine(m.ProductID) && slices.Contains(c.causes, raw.loss(m)) {
				want[m.ProductID] -= m.Value
			}
		}
		for _, s := range c.list {
			if want[s.Product.ID] != s.Value {
				t.Errorf("%s: %s lost %d by %v, the ledger says %d", name, s.Product.Name, s.Value, c.causes, want[s.Product.ID])
			}
			delete(want, s.Product.ID)
		}
		for id, v := range want {
			if v > 0 {
				t.Errorf("%s: the board lacks %d of %s by %v", name, v, raw.products[id].Name, c.causes)
			}
		}
	}
}

// shelves walks every product day by day: how long the shelf was empty, and in how many
// delivery cycles.
func (raw rawShop) shelves(t *testing.T, q insight.Query, got insight.Health, mine func(ident.ID) bool) {
	t.Helper()
	var days, short int64
	cycles, broken := 0, 0
	for id, m := range raw.missed {
		if !mine(id) {
			continue
		}
		arrived := map[day.Date]measure.Quantity{}
		for _, one := range raw.moves {
			if one.ProductID == id && (one.Kind == "receipt" || one.Kind == "harvest" || one.Kind == "processing_in") {
				arrived[one.BusinessDay] += one.Quantity
			}
		}
		empty := map[day.Date]int{}
		for _, one := range m.Days {
			empty[one.Day] = one.Short
		}
		length, bad := 0, false
		for d := q.Window.From; d <= q.Window.Through; d++ {
			if d < m.First || d > m.Through {
				if arrived[d] > 0 && length > 0 {
					t.Logf("%s: a delivery on %s, behind what is known", id, d)
				}
				continue
			}
			if arrived[d] > 0 {
				if length > 0 {
					cycles++
					if bad {
						broken++
					}
				}
				length, bad = 0, false
			}
			days++
			short += int64(empty[d])
			length++
			bad = bad || empty[d] > 0
		}
	}
	if got.Days != days || got.Short != short || got.Cycles != cycles || got.Broken != broken {
		t.Errorf("%s: %d days, %d short, %d cycles, %d broken; day by day %d, %d, %d, %d", q.Window.From, got.Days, got.Short, got.Cycles, got.Broken, days, short, cycles, broken)
	}
}

// idle finds what lies about and does not sell.
func (raw rawShop) idle(t *testing.T, a *app.App, ctx context.Context, name string, got insight.Health, mine func(ident.ID) bool) {
	t.Helper()
	in, err := a.Shop.Get(ctx)
	must(t, err)
	_, known := a.Insight.Today(in)
	since := known.Add(1 - insight.DeadAfter)
	want := map[ident.ID]bool{}
	for id, b := range raw.balances {
		if b.OnHand > 0 && b.KnownFrom != nil && *b.KnownFrom < since && mine(id) {
			want[id] = true
		}
	}
	for _, l := range raw.days {
		if l.BusinessDay >= since && l.Lines > 0 {
			delete(want, l.ProductID)
		}
	}
	for _, m := range raw.moves {
		if m.BusinessDay >= since && m.Value > 0 && m.Kind != "sale" && m.Kind != "customer_return" {
			delete(want, m.ProductID)
		}
	}
	for _, s := range got.Dead {
		if !want[s.Product.ID] || s.Value != raw.balances[s.Product.ID].Value {
			t.Errorf("%s: %s is called dead", name, s.Product.Name)
		}
		delete(want, s.Product.ID)
	}
	for id := range want {
		t.Errorf("%s: %s is dead and not said to be", name, raw.products[id].Name)
	}
}

func (raw rawShop) channels(t *testing.T, a *app.App, ctx context.Context, q insight.Query) {
	t.Helper()
	if !q.Channel.IsNil() || q.Province != "" {
		return
	}
	got, err := a.Insight.Channels(ctx, q)
	must(t, err)
	name := q.Window.From.String() + " to " + q.Window.Through.String()
	weeks := map[day.Date][2]insight.Tally{}
	type daily struct{ online, counter, moved, arrived measure.Quantity }
	byDay := map[ident.ID]map[day.Date]daily{}
	at := func(id ident.ID, d day.Date, change func(*daily)) {
		if byDay[id] == nil {
			byDay[id] = map[day.Date]daily{}
		}
		one := byDay[id][d]
		change(&one)
		byDay[id][d] = one
	}
	soldOnline := map[ident.ID]map[day.Date]bool{}
	for _, l := range raw.days {
		in, _ := l.takes(q)
		if !in {
			continue
		}
		week := q.Window.From.Add(int(l.BusinessDay-q.Window.From) / 7 * 7)
		two := weeks[week]
		if l.Online {
			two[1] = two[1].Plus(l.Tally)
			if l.Lines > 0 || l.Tally.Quantity > 0 {
				if soldOnline[l.ProductID] == nil {
					soldOnline[l.ProductID] = map[day.Date]bool{}
				}
				soldOnline[l.ProductID][l.BusinessDay] = true
			}
			at(l.ProductID, l.BusinessDay, func(d *daily) { d.online += l.Tally.Quantity })
		} else {
			two[0] = two[0].Plus(l.Tally)
			at(l.ProductID, l.BusinessDay, func(d *daily) { d.counter += l.Tally.Quantity })
		}
		weeks[week] = two
	}
	for _, w := range got.Weeks {
		if two := weeks[w.From]; w.Counter != two[0] || w.Online != two[1] {
			t.Errorf("%s: week of %s %+v, the rows say %+v", name, w.From, w, two)
		}
	}
	stocks := map[ident.ID]map[day.Date]measure.Quantity{}
	for _, m := range raw.moves {
		if stocks[m.ProductID] == nil {
			stocks[m.ProductID] = map[day.Date]measure.Quantity{}
		}
		stocks[m.ProductID][m.BusinessDay] += m.Quantity
		if m.Kind == "receipt" || m.Kind == "harvest" || m.Kind == "processing_in" {
			at(m.ProductID, m.BusinessDay, func(d *daily) { d.arrived++ })
		}
	}
	both, oversold := 0, 0
	for id, days := range byDay {
		var online, counter measure.Quantity
		for _, one := range days {
			online, counter = online+one.online, counter+one.counter
		}
		if online > 0 && counter > 0 {
			both++
		}
		if raw.balances[id].KnownFrom == nil {
			continue
		}
		for d := range soldOnline[id] {
			onHand := measure.Quantity(0)
			for when, q := range stocks[id] {
				if when <= d {
					onHand += q
				}
			}
			if onHand < 0 {
				oversold++
			}
		}
	}
	if got.Both != both || got.Oversold != oversold {
		t.Errorf("%s: %d sold both ways, %d days oversold; the rows say %d and %d", name, got.Both, got.Oversold, both, oversold)
	}
	taken := map[ident.ID]measure.Quantity{}
	for id, m := range raw.missed {
		if !q.Category.IsNil() && raw.products[id].CategoryID != q.Category {
			continue
		}
		lost := map[day.Date]measure.Quantity{}
		for _, one := range m.Days {
			lost[one.Day] = one.Lost
		}
		left := measure.Quantity(0)
		for d := q.Window.From; d <= q.Window.Through; d++ {
			if byDay[id][d].arrived > 0 {
				left = 0
			}
			left += byDay[id][d].online
			part := min(lost[d], max(left, 0))
			taken[id], left = taken[id]+part, left-part
		}
	}
	for _, s := range got.Shared {
		if taken[s.Product.ID] != s.Taken {
			t.Errorf("%s: the counter missed %v of %s, day by day %v", name, s.Taken, s.Product.Name, taken[s.Product.ID])
		}
		delete(taken, s.Product.ID)
	}
	for id, q := range taken {
		if q > 0 {
			t.Errorf("%s: the board lacks %v of %s", name, q, raw.products[id].Name)
		}
	}
}
