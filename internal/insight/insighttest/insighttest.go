// Package insighttest is the contract of insight.Store: the same tests for every store,
// over a real ledger and till of two shops, of which neither may see the other's figures.
package insighttest

import (
	"bytes"
	"context"
	"errors"
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
	// Fresh makes another service on the same store, as another process would.
	Fresh func() *insight.Service
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
		{"blocks", testBlocks},
		{"ledger", testLedger},
		{"products", testProducts},
		{"listed", testListed},
		{"missed", testMissed},
		{"ages", testAges},
		{"sent", testSent},
		{"delivered", testDelivered},
		{"follow", testFollow},
		{"damage", testDamage},
		{"processes", testProcesses},
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

func (h House) blocks(t *testing.T, ctx context.Context, parts []int, from, through insight.YearMonth) []insight.Block {
	t.Helper()
	var out []insight.Block
	must(t, h.Store.Blocks(ctx, parts, from, through, func(b insight.Block) error {
		out = append(out, b)
		return nil
	}))
	return out
}

// all reads every block of a shop.
func (h House) all(t *testing.T, ctx context.Context) []insight.Block {
	t.Helper()
	return h.blocks(t, ctx, nil, 0, 9999*12)
}

func (h House) put(t *testing.T, ctx context.Context, blocks ...insight.Block) {
	t.Helper()
	must(t, h.Atomic.Do(ctx, func(ctx context.Context) error { return h.Store.PutBlocks(ctx, blocks) }))
}

func testBlocks(t *testing.T, h House) {
	block := func(month insight.YearMonth, part int, text string) insight.Block {
		b := insight.Block{Month: month, Part: part}
		if text != "" {
			b.Packed = []byte(text)
		}
		return b
	}
	h.put(t, h.A, block(24300, 1, "a"), block(24301, 1, "b"), block(24303, 1, "c"), block(24301, 2, "d"), block(24302, 2, "f"))
	h.put(t, h.B, block(24301, 1, "x"))
	h.put(t, h.A, block(24301, 1, ""), block(24303, 1, "e"), block(24299, 9, "")) // one is gone, one another, one was never there
	check := func(ctx context.Context, parts []int, from, through insight.YearMonth, want ...insight.Block) {
		t.Helper()
		if got := h.blocks(t, ctx, parts, from, through); !reflect.DeepEqual(got, want) {
			t.Errorf("%v..%v of %v: %v, want %v", from, through, parts, got, want)
		}
	}
	check(h.A, nil, 0, 9999*12, block(24300, 1, "a"), block(24301, 2, "d"), block(24302, 2, "f"), block(24303, 1, "e"))
	check(h.A, nil, 24301, 24302, block(24301, 2, "d"), block(24302, 2, "f"))
	check(h.A, []int{1}, 0, 9999*12, block(24300, 1, "a"), block(24303, 1, "e"))
	check(h.A, []int{1, 2}, 24302, 24303, block(24302, 2, "f"), block(24303, 1, "e"))
	check(h.A, []int{9}, 0, 9999*12)
	check(h.B, nil, 0, 9999*12, block(24301, 1, "x"))
	if err := h.Store.PutBlocks(h.A, []insight.Block{block(24300, 1, "z")}); err == nil {
		t.Error("blocks can be replaced outside a transaction")
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

// testListed: the state of the catalogue is another one after whatever changes what
// Products gives, and the same otherwise.
func testListed(t *testing.T, h House) {
	state := func(ctx context.Context) string {
		t.Helper()
		s, err := h.Store.Listed(ctx)
		must(t, err)
		return s
	}
	states := map[string]string{state(h.A): "before"}
	check := func(what string) {
		t.Helper()
		s := state(h.A)
		if at, ok := states[s]; ok {
			t.Errorf("%s: the state is the one of %s", what, at)
		}
		states[s] = what
		if state(h.A) != s {
			t.Errorf("%s: the state changes by itself", what)
		}
	}
	p := h.product(t, h.A, "p")
	check("a product")
	q := h.product(t, h.A, "q")
	check("another one")
	draft := catalog.Draft{Code: "p", Name: "枣", Category: "干果", BaseUnit: "piece", SalePrice: 60000, TaxRate: 900}
	must(t, h.Catalog.Update(h.A, p.ID, p.Version, draft))
	check("another name, category, price and tax")
	must(t, h.Catalog.Archive(h.A, q.ID, true))
	check("an archived product")
	must(t, h.Catalog.Archive(h.A, q.ID, false))
	check("one taken back")
	last := state(h.A)
	h.product(t, h.B, "x")
	h.sell(t, h.A, q, 1000, 2, sales.KindSale, "", "")
	if state(h.A) != last {
		t.Error("a sale, or the other shop's product, changes the state")
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
	theirs := h.all(t, h.B)
	h.receive(t, h.A, p, 9000, 20000)
	sold := h.sell(t, h.A, p, 2000, 0, sales.KindSale, "wechat", "330523")
	follow(h.A)
	h.sell(t, h.A, p, 500, 300, sales.KindSale, "", "") // reported late: from before the stock was known
	follow(h.A)
	must(t, h.Sales.Void(h.A, sold.ID, "x"))
	must(t, h.Stock.Count(h.A, stock.CountRequest{ClientID: ident.New(), ProductID: p.ID, Counted: 8000}))
	follow(h.A)
	before := h.all(t, h.A)
	must(t, h.Insight.Rebuild(h.A))
	if !reflect.DeepEqual(before, h.all(t, h.A)) {
		t.Error("a rebuild gives other blocks")
	}
	if !reflect.DeepEqual(theirs, h.all(t, h.B)) {
		t.Error("the other shop's blocks have changed")
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
	good := h.all(t, h.A)
	if len(good) != 1 {
		t.Fatalf("%d blocks", len(good))
	}
	cells := func(id ident.ID, d day.Date) insight.Block {
		return insight.Blocks(map[ident.ID][]insight.Cell{id: {{Day: d, Kind: insight.Sold, Hour: 4, Lines: 1, Quantity: 1}}})[0]
	}
	broken := insight.Block{Month: good[0].Month, Part: good[0].Part, Packed: bytes.Clone(good[0].Packed)}
	broken.Packed[len(broken.Packed)/2]++
	neighbour := ident.New()
	neighbour[15] = p.ID[15]
	for name, bad := range map[string]insight.Block{
		"another figure":                cells(p.ID, Today.Add(-40)),
		"no block":                      {Month: good[0].Month, Part: good[0].Part},
		"a block too many":              cells(p.ID, Today.Add(-400)),
		"a product too many":            cells(neighbour, Today.Add(-41)),
		"a part without such a product": cells(ident.ID{15: (p.ID[15] + 1) % insight.Parts}, Today),
		"a broken block":                broken,
	} {
		h.put(t, h.A, bad)
		if wrong, err := h.Insight.Verify(h.A); err != nil || len(wrong) == 0 {
			t.Errorf("%s is not found: %v", name, err)
		}
		must(t, h.Insight.Rebuild(h.A))
		if wrong, err := h.Insight.Verify(h.A); err != nil || len(wrong) > 0 {
			t.Errorf("%s is not mended: %v, %v", name, wrong, err)
		}
		if !reflect.DeepEqual(good, h.all(t, h.A)) {
			t.Errorf("%s: the blocks are not as before", name)
		}
	}
	// What follows a sale makes a broken block anew by itself.
	h.put(t, h.A, broken)
	h.sell(t, h.A, p, 1000, 40, sales.KindSale, "", "")
	if marks, err = h.Stock.Marked(h.A, 100); err != nil {
		t.Fatal(err)
	}
	must(t, h.Insight.Follow(h.A, marks))
	must(t, h.Stock.Unmark(h.A, marks))
	if wrong, err := h.Insight.Verify(h.A); err != nil || len(wrong) > 0 {
		t.Errorf("after a sale: %v, %v", wrong, err)
	}
}

// testProcesses: what one process keeps at hand is what another one has written since,
// what a transaction undoes is never kept, and neither shop sees the other.
func testProcesses(t *testing.T, h House) {
	p, q, other := h.product(t, h.A, "p"), h.product(t, h.A, "q"), h.product(t, h.B, "p")
	reader, writer := h.Fresh(), h.Fresh()
	window := insight.Window{From: Today.Add(-60), Through: Today.Add(-1)}
	ask := insight.Query{Span: insight.Span{Window: window, Other: insight.Window{From: Today.Add(-460), Through: Today.Add(-401)}}}
	board := func(ctx context.Context, s *insight.Service) insight.Money {
		t.Helper()
		m, err := s.Money(ctx, ask)
		must(t, err)
		return m
	}
	check := func(what string, want money.Amount) {
		t.Helper()
		got := board(h.A, reader)
		if got.Now.Amount != want || !reflect.DeepEqual(got, board(h.A, h.Fresh())) {
			t.Errorf("%s: %v, want %v and what a new process says", what, got.Now.Amount, want)
		}
	}
	follow := func(ctx context.Context) {
		t.Helper()
		marks, err := h.Stock.Marked(ctx, 100)
		must(t, err)
		must(t, writer.Follow(ctx, marks))
		must(t, h.Stock.Unmark(ctx, marks))
	}
	check("without a past", 0)
	sold := h.sell(t, h.A, p, 3000, 40, sales.KindSale, "", "")
	follow(h.A)
	check("after a sale", 1500)
	h.sell(t, h.A, q, 1000, 2, sales.KindSale, "wechat", "33")
	h.sell(t, h.A, p, 1000, 430, sales.KindSale, "", "")
	h.sell(t, h.B, other, 9000, 40, sales.KindSale, "", "")
	follow(h.A)
	follow(h.B)
	check("after sales of two products", 2000)
	if got := board(h.B, reader); got.Now.Amount != 4500 {
		t.Errorf("the other shop sold %v", got.Now.Amount)
	}
	undone := errors.New("undone")
	err := h.Atomic.Do(h.A, func(ctx context.Context) error {
		bad := insight.Blocks(map[ident.ID][]insight.Cell{p.ID: {{Day: Today.Add(-40), Kind: insight.Sold, Hour: 4, Lines: 1, Quantity: 1, Amount: 99}}})
		must(t, h.Store.PutBlocks(ctx, bad))
		if got := board(ctx, reader); got.Now.Amount != 599 {
			t.Errorf("inside a transaction: %v", got.Now.Amount)
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	check("after what was undone", 2000)
	must(t, h.Sales.Void(h.A, sold.ID, "x"))
	follow(h.A)
	check("after a sale was taken back", 500)
	must(t, h.Insight.Rebuild(h.A))
	check("after a rebuild", 500)
}
