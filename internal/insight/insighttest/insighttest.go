// Package insighttest is the contract of insight.Store: the same tests for every store,
// over a real ledger and till of two shops, of which neither may see the other's figures.
package insighttest

import (
	"bytes"
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/insight"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/restock"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// House is a fresh store beside the rooms that it reads.
type House struct {
	Store   insight.Store
	Restock interface {
		PutMissed(ctx context.Context, rows []restock.Missed) error
	}
	Atomic  insight.Atomic
	Catalog *catalog.Service
	Stock   *stock.Service
	Sales   *sales.Service
	Insight *insight.Service
	// A and B carry the scopes of two shops in Asia/Shanghai that count in CNY.
	A, B context.Context
}

// Now is the time of the tests' services: the 24th in Shanghai.
var Now = time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC)

// Today is the shops' day at Now.
var Today = day.New(2026, time.November, 24)

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"rows", testRows},
		{"ledger", testLedger},
		{"products", testProducts},
		{"missed", testMissed},
		{"ages", testAges},
		{"sent", testSent},
		{"delivered", testDelivered},
		{"follow", testFollow},
		{"damage", testDamage},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h House) product(t *testing.T, ctx context.Context, code string) catalog.Product {
	t.Helper()
	p, err := h.Catalog.Create(ctx, catalog.Draft{Code: code, Name: code, BaseUnit: "piece", SalePrice: 50000})
	must(t, err)
	return p
}

// sell records a sale of so many thousandths so many days ago.
func (h House) sell(t *testing.T, ctx context.Context, p catalog.Product, q int64, ago int, kind sales.Kind, channel, province string) sales.Sale {
	t.Helper()
	at := day.At(Now.AddDate(0, 0, -ago))
	s, _, _, err := h.Sales.Record(ctx, sales.Request{
		ClientID: ident.New(), Kind: kind, Channel: channel, Province: province, At: &at, Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: q}},
	})
	must(t, err)
	return s
}

func (h House) receive(t *testing.T, ctx context.Context, p catalog.Product, q measure.Quantity, cost int64) {
	t.Helper()
	expiry, price := Today.Add(30), money.Price(cost)
	must(t, h.Stock.Receive(ctx, stock.ReceiveRequest{ClientID: ident.New(), Lines: []stock.ReceiveLine{{ProductID: p.ID, Quantity: q, UnitCost: &price, Expiry: &expiry}}}))
}

func (h House) rows(t *testing.T, ctx context.Context, ids []ident.ID, from, through int) []insight.Row {
	t.Helper()
	var out []insight.Row
	must(t, h.Store.Rows(ctx, ids, from, through, func(r insight.Row) error {
		r.Packed = bytes.Clone(r.Packed)
		out = append(out, r)
		return nil
	}))
	return out
}

func testRows(t *testing.T, h House) {
	p, q, other := h.product(t, h.A, "p"), h.product(t, h.A, "q"), h.product(t, h.B, "p")
	put := func(ctx context.Context, from int, ids []ident.ID, rows ...insight.Row) {
		must(t, h.Atomic.Do(ctx, func(ctx context.Context) error { return h.Store.PutRows(ctx, ids, from, rows) }))
	}
	row := func(p catalog.Product, year int, text string) insight.Row {
		return insight.Row{ProductID: p.ID, Year: year, Packed: []byte(text)}
	}
	put(h.A, 0, []ident.ID{p.ID, q.ID}, row(p, 2024, "a"), row(p, 2025, "b"), row(p, 2026, "c"), row(q, 2025, "d"))
	put(h.B, 0, []ident.ID{other.ID}, row(other, 2025, "x"))
	put(h.A, 2025, []ident.ID{p.ID}, row(p, 2026, "e")) // 2025 is gone, 2024 and the other product stay
	check := func(ctx context.Context, ids []ident.ID, from, through int, want ...string) {
		t.Helper()
		var got []string
		for _, r := range h.rows(t, ctx, ids, from, through) {
			got = append(got, string(r.Packed))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%v..%v of %v: %q, want %q", from, through, ids, got, want)
		}
	}
	check(h.A, nil, 0, 9999, "a", "d", "e")
	check(h.A, nil, 2025, 2025, "d")
	check(h.A, []ident.ID{p.ID}, 0, 9999, "a", "e")
	check(h.A, []ident.ID{p.ID, other.ID}, 2025, 2025)
	check(h.B, nil, 0, 9999, "x")
	if err := h.Store.PutRows(h.A, []ident.ID{p.ID}, 0, nil); err == nil {
		t.Error("rows can be replaced outside a transaction")
	}
}

func testLedger(t *testing.T, h House) {
	p, quiet, other := h.product(t, h.A, "p"), h.product(t, h.A, "quiet"), h.product(t, h.B, "p")
	old := h.sell(t, h.A, p, 3000, 40, sales.KindSale, "", "")
	h.receive(t, h.A, p, 9000, 20000)
	kept := h.sell(t, h.A, p, 2000, 0, sales.KindSale, "wechat", "330523")
	back := h.sell(t, h.A, p, 1000, 0, sales.KindReturn, "wechat", "330523")
	void := h.sell(t, h.A, p, 4000, 0, sales.KindSale, "", "")
	must(t, h.Sales.Void(h.A, void.ID, "x"))
	h.sell(t, h.B, other, 7000, 0, sales.KindSale, "", "")
	ids := []ident.ID{p.ID, quiet.ID, other.ID}
	lines, err := h.Store.Lines(h.A, ids, 0)
	must(t, err)
	got := map[ident.ID]insight.Line{}
	for _, l := range lines[p.ID] {
		got[l.SaleID] = l
	}
	if len(lines) != 1 || len(lines[p.ID]) != 3 {
		t.Fatalf("lines of %d products, %d of p", len(lines), len(lines[p.ID]))
	}
	place := insight.Place{Channel: kept.ChannelID, Province: "330523"}
	for id, want := range map[ident.ID]insight.Line{
		old.ID:  {ProductID: p.ID, SaleID: old.ID, Day: Today.Add(-40), Line: 1, Minute: 240, Quantity: 3000, Amount: 1500, Place: insight.Place{Channel: old.ChannelID}},
		kept.ID: {ProductID: p.ID, SaleID: kept.ID, Day: Today, Line: 1, Minute: 240, Quantity: 2000, Amount: 1000, Place: place},
		back.ID: {ProductID: p.ID, SaleID: back.ID, Day: Today, Line: 1, Minute: 240, Quantity: -1000, Amount: -500, Place: place},
	} {
		if got[id] != want {
			t.Errorf("%+v, want %+v", got[id], want)
		}
	}
	if lines, err = h.Store.Lines(h.A, ids, Today); err != nil || len(lines[p.ID]) != 2 {
		t.Errorf("since today there are %d lines, %v", len(lines[p.ID]), err)
	}
	moves, err := h.Store.Moves(h.A, ids, Today)
	must(t, err)
	sum, reversed := measure.Quantity(0), 0
	for _, m := range moves[p.ID] {
		sum += m.Quantity
		if m.Reverses {
			reversed++
		}
	}
	if len(moves) != 1 || sum != 8000 || reversed != 1 {
		t.Errorf("movements of %d products, together %v, %d counter-entries", len(moves), sum, reversed)
	}
	everything, err := h.Store.Everything(h.A)
	if err != nil || !slices.Equal(everything, []ident.ID{p.ID}) {
		t.Errorf("with a past are %v, %v", everything, err)
	}
}

func testProducts(t *testing.T, h House) {
	most := measure.Quantity(7000)
	full, err := h.Catalog.Create(h.A, catalog.Draft{Code: "f", Name: "枣", Category: "干果", BaseUnit: "kg", SalePrice: 50000, TaxRate: 900, ShelfLifeDays: 30, Maximum: &most})
	must(t, err)
	bare := h.product(t, h.A, "b")
	must(t, h.Catalog.Archive(h.A, bare.ID, true))
	h.product(t, h.B, "x")
	got, err := h.Store.Products(h.A)
	must(t, err)
	if len(got) != 2 {
		t.Fatalf("%d products", len(got))
	}
	for _, p := range got {
		want, err := h.Catalog.Product(h.A, p.ID)
		must(t, err)
		if p.Code != want.Code || p.Name != want.Name || p.CategoryID != want.CategoryID || p.Category != want.Category || p.BaseUnit != want.BaseUnit ||
			p.SalePrice != want.SalePrice || p.TaxRate != want.TaxRate || p.ShelfLifeDays != want.ShelfLifeDays || p.Archived != want.Archived || (p.ID == full.ID) != (p.Maximum != nil && *p.Maximum == most) {
			t.Errorf("%+v, want %+v", p, want)
		}
	}
}

func testMissed(t *testing.T, h House) {
	p, other := h.product(t, h.A, "p"), h.product(t, h.B, "p")
	want := restock.Missed{ProductID: p.ID, First: Today.Add(-9), Through: Today.Add(-1), Days: []restock.MissedDay{{Day: Today.Add(-9), Short: 1000, Lost: 2500}, {Day: Today.Add(-3), Short: 1, Lost: 0}}}
	for ctx, m := range map[context.Context]restock.Missed{h.A: want, h.B: {ProductID: other.ID, First: 1, Through: 0}} {
		must(t, h.Atomic.Do(ctx, func(ctx context.Context) error { return h.Restock.PutMissed(ctx, []restock.Missed{m}) }))
	}
	var got []restock.Missed
	must(t, h.Store.Missed(h.A, func(m restock.Missed) error { got = append(got, m); return nil }))
	if len(got) != 1 || got[0].ProductID != want.ProductID || got[0].First != want.First || got[0].Through != want.Through || !slices.Equal(got[0].Days, want.Days) {
		t.Errorf("read %+v, kept %+v", got, want)
	}
}

func testAges(t *testing.T, h House) {
	p, loose, other := h.product(t, h.A, "p"), h.product(t, h.A, "loose"), h.product(t, h.B, "p")
	h.receive(t, h.A, p, 9000, 20000)
	h.receive(t, h.B, other, 1000, 20000)
	must(t, h.Stock.Count(h.A, stock.CountRequest{ClientID: ident.New(), ProductID: loose.ID, Counted: 1000}))
	h.sell(t, h.A, loose, 4000, 0, sales.KindSale, "", "") // more than the book held
	ages, err := h.Store.Ages(h.A)
	must(t, err)
	if len(ages) != 2 {
		t.Fatalf("%d lots: %+v", len(ages), ages)
	}
	for _, a := range ages {
		switch a.ProductID {
		case p.ID:
			if a.Quantity != 9000 || a.Received == nil || *a.Received != day.At(Now) || a.Expiry == nil || *a.Expiry != Today.Add(30) {
				t.Errorf("%+v", a)
			}
		case loose.ID:
			if a.Quantity != -3000 || a.Received != nil || a.Expiry != nil {
				t.Errorf("%+v", a)
			}
		default:
			t.Errorf("%+v", a)
		}
	}
}

// testSent: buyers are counted by place, voided sales and the other shop's left out.
func testSent(t *testing.T, h House) {
	p, other := h.product(t, h.A, "p"), h.product(t, h.B, "p")
	buy := func(ctx context.Context, p catalog.Product, ago int, kind sales.Kind, province, buyer string) sales.Sale {
		at := day.At(Now.AddDate(0, 0, -ago))
		s, _, _, err := h.Sales.Record(ctx, sales.Request{
			ClientID: ident.New(), Kind: kind, Channel: "wechat", Province: province, BuyerID: buyer, At: &at, Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 1000}},
		})
		must(t, err)
		return s
	}
	first := buy(h.A, p, 40, sales.KindSale, "33", "anna")
	channels := []ident.ID{first.ChannelID}
	buy(h.A, p, 9, sales.KindSale, "330523", "anna")
	buy(h.A, p, 8, sales.KindSale, "3305", "ben")
	buy(h.A, p, 7, sales.KindReturn, "3305", "ben")
	buy(h.A, p, 7, sales.KindSale, "54", "anna")
	buy(h.A, p, 7, sales.KindSale, "54", "")
	must(t, h.Sales.Void(h.A, buy(h.A, p, 60, sales.KindSale, "33", "carl").ID, "x"))
	h.sell(t, h.A, p, 1000, 50, sales.KindSale, "", "")
	theirs := buy(h.B, other, 70, sales.KindSale, "33", "anna")
	check := func(digits int, within string, want ...insight.Buyers) {
		t.Helper()
		got, err := h.Store.Buyers(h.A, append(channels, theirs.ChannelID), insight.Window{From: Today.Add(-20), Through: Today}, digits, within)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d digits within %q: %+v, %v; want %+v", digits, within, got, err, want)
		}
	}
	check(2, "", insight.Buyers{Place: "33", Customers: 2, Spent: 500}, insight.Buyers{Place: "54", Customers: 1, Spent: 500})
	check(0, "", insight.Buyers{Customers: 2, Spent: 1000})
	check(4, "33", insight.Buyers{Place: "3305", Customers: 2, Spent: 500})
	check(0, "11")
	began, found, err := h.Store.FirstSale(h.A, append(channels, theirs.ChannelID))
	if err != nil || !found || began != Today.Add(-40) {
		t.Errorf("began on %v, %v, %v", began, found, err)
	}
	if _, found, err := h.Store.FirstSale(h.A, nil); found || err != nil {
		t.Errorf("through no channel: %v, %v", found, err)
	}
}

// testDelivered: parcels count on the day they arrived, unless their sale was taken back.
func testDelivered(t *testing.T, h House) {
	p, other := h.product(t, h.A, "p"), h.product(t, h.B, "p")
	on := func(ago int) *day.Date { return new(Today.Add(-ago)) }
	send := func(ctx context.Context, p catalog.Product, ago int, left, promised, came *day.Date) sales.Sale {
		s := h.sell(t, ctx, p, 1000, ago, sales.KindSale, "wechat", "3305")
		must(t, h.Sales.KeepParcel(ctx, sales.Parcel{SaleID: s.ID, Dispatched: left, Promised: promised, Delivered: came}))
		return s
	}
	first := send(h.A, p, 9, on(8), on(6), on(5))
	send(h.A, p, 9, nil, nil, on(4))
	send(h.A, p, 9, on(7), nil, nil)
	must(t, h.Sales.Void(h.A, send(h.A, p, 9, on(8), nil, on(5)).ID, "x"))
	must(t, h.Sales.Void(h.A, send(h.A, p, 9, on(8), nil, nil).ID, "x"))
	send(h.B, other, 9, on(8), on(6), on(5))
	got, err := h.Store.Delivered(h.A, insight.Window{From: Today.Add(-5), Through: Today})
	want := []insight.Delivered{
		{Channel: first.ChannelID, Place: "3305", Sold: Today.Add(-9), Day: Today.Add(-5), DispatchedAfter: new(1), WithinDays: new(3)},
		{Channel: first.ChannelID, Place: "3305", Sold: Today.Add(-9), Day: Today.Add(-4)},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("delivered %+v, %v; want %+v", got, err, want)
	}
	if got, err := h.Store.Delivered(h.A, insight.Window{From: Today.Add(-3), Through: Today}); err != nil || len(got) != 0 {
		t.Errorf("later: %+v, %v", got, err)
	}
	if n, err := h.Store.OnTheWay(h.A); err != nil || n != 1 {
		t.Errorf("%d on the way, %v", n, err)
	}
}

// testFollow: what changes is folded anew, and is then what a rebuild makes of the whole
// ledger; a verification finds no difference.
func testFollow(t *testing.T, h House) {
	p, q, other := h.product(t, h.A, "p"), h.product(t, h.A, "q"), h.product(t, h.B, "p")
	follow := func(ctx context.Context) {
		t.Helper()
		marks, err := h.Stock.Marked(ctx, 100)
		must(t, err)
		must(t, h.Insight.Follow(ctx, marks))
		must(t, h.Stock.Unmark(ctx, marks))
		wrong, err := h.Insight.Verify(ctx)
		must(t, err)
		if len(wrong) > 0 {
			t.Errorf("after following: %v", wrong)
		}
	}
	h.sell(t, h.A, p, 3000, 400, sales.KindSale, "", "")
	h.sell(t, h.A, q, 1000, 90, sales.KindSale, "", "33")
	h.sell(t, h.B, other, 1000, 3, sales.KindSale, "", "")
	follow(h.A)
	follow(h.B)
	theirs := h.rows(t, h.B, nil, 0, 9999)
	h.receive(t, h.A, p, 9000, 20000)
	sold := h.sell(t, h.A, p, 2000, 0, sales.KindSale, "wechat", "330523")
	follow(h.A)
	h.sell(t, h.A, p, 500, 300, sales.KindSale, "", "") // reported late: from before the stock was known
	follow(h.A)
	must(t, h.Sales.Void(h.A, sold.ID, "x"))
	must(t, h.Stock.Count(h.A, stock.CountRequest{ClientID: ident.New(), ProductID: p.ID, Counted: 8000}))
	follow(h.A)
	before := h.rows(t, h.A, nil, 0, 9999)
	must(t, h.Insight.Rebuild(h.A))
	same := func(a, b insight.Row) bool {
		return a.ProductID == b.ProductID && a.Year == b.Year && bytes.Equal(a.Packed, b.Packed)
	}
	if !slices.EqualFunc(before, h.rows(t, h.A, nil, 0, 9999), same) {
		t.Error("a rebuild gives other rows")
	}
	if !slices.EqualFunc(theirs, h.rows(t, h.B, nil, 0, 9999), same) {
		t.Error("the other shop's rows have changed")
	}
}

// testDamage: a verification finds what is not the ledger's, and a rebuild mends it.
func testDamage(t *testing.T, h House) {
	p := h.product(t, h.A, "p")
	h.sell(t, h.A, p, 3000, 40, sales.KindSale, "", "")
	marks, err := h.Stock.Marked(h.A, 100)
	must(t, err)
	must(t, h.Insight.Follow(h.A, marks))
	must(t, h.Stock.Unmark(h.A, marks))
	good := h.rows(t, h.A, nil, 0, 9999)
	for name, rows := range map[string][]insight.Row{
		"another figure": {{ProductID: p.ID, Year: good[0].Year, Packed: insight.Pack(good[0].Year, []insight.Cell{{Day: Today, Kind: insight.Sold, Hour: 4, Lines: 1, Quantity: 1}})}},
		"no row":         nil,
		"a row too many": append(slices.Clone(good), insight.Row{ProductID: p.ID, Year: 2001, Packed: insight.Pack(2001, nil)}),
	} {
		must(t, h.Atomic.Do(h.A, func(ctx context.Context) error { return h.Store.PutRows(ctx, []ident.ID{p.ID}, 0, rows) }))
		if wrong, err := h.Insight.Verify(h.A); err != nil || len(wrong) == 0 {
			t.Errorf("%s is not found: %v", name, err)
		}
		must(t, h.Insight.Rebuild(h.A))
		if wrong, err := h.Insight.Verify(h.A); err != nil || len(wrong) > 0 {
			t.Errorf("%s is not mended: %v, %v", name, wrong, err)
		}
	}
}
