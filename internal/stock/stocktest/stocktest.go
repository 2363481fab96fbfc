// Package stocktest is the contract of stock.Store and of the service upon it:
// the same tests for every store. Each has two shops, because what one shop
// keeps the other must never read or change.
package stocktest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// House is a store and the shops in it.
type House struct {
	Store  stock.Store
	Atomic stock.Atomic
	// Shop opens another shop in Asia/Shanghai, trading in CNY.
	Shop func(t testing.TB) context.Context
	// Products puts n products into the shop of ctx.
	Products func(t testing.TB, ctx context.Context, n int) []ident.ID
	// Raw runs a statement past all rules in the transaction of ctx, as a vandal
	// would.
	Raw func(ctx context.Context, statement string, args ...any) error
	// Unlock takes off what keeps the ledger append-only.
	Unlock func(t testing.TB)
}

// Noon of the day that the tests' services begin at: 24 November in Shanghai.
var Noon = time.Date(2026, time.November, 24, 4, 0, 0, 0, time.UTC)

// Today is the shop's day at Noon.
var Today = day.New(2026, time.November, 24)

// Run tests the store that open makes. Tests share one, in shops of their own;
// those that look at all shops, or do harm, get a fresh one.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	shared := open(t)
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"append and read", testAppend},
		{"append-only", testAppendOnly},
		{"ledgers of many", testLedgersOf},
		{"needs a transaction", testNeedsTransaction},
		{"lots", testLots},
		{"pages", testPages},
		{"postings", testPostings},
		{"expected", testExpected},
		{"allocated", testAllocated},
		{"two shops", testTwoShops},
		{"no shop", testNoShop},
		{"service receive and sell", testReceiveAndSell},
		{"service count", testCount},
		{"service adjust and loss", testAdjustAndLoss},
		{"service opening", testOpening},
		{"service undo", testUndo},
		{"service take back a delivery", testTakeBack},
		{"service process", testProcess},
		{"service merge", testMerge},
		{"service times", testTimes},
		{"service history", testHistory},
		{"service tallies", testTallies},
		{"service positions", testPositions},
		{"service refuses", testRefuses},
		{"service idempotent", testIdempotent},
		{"service concurrent", testConcurrent},
		{"service load", testLoad},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, shared) })
	}
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"changed", testChanged},
		{"verify names what is wrong", testTamper},
		{"rebuild", testRebuild},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// marks are the shop's own among those of all shops.
func marks(t testing.TB, s *stock.Service, ctx context.Context) (own []stock.Mark) {
	t.Helper()
	all, err := s.Changed(context.Background(), 10_000)
	good(t, err)
	scope, _ := tenant.From(ctx)
	for _, m := range all {
		if m.Shop == scope.Shop {
			own = append(own, m)
		}
	}
	return own
}

// clock is a service's time, moved by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (h House) service() (*stock.Service, *clock) {
	c := &clock{at: Noon}
	return stock.New(h.Store, h.Atomic, c.now), c
}

func (h House) do(t testing.TB, ctx context.Context, fn func(ctx context.Context) error) {
	t.Helper()
	if err := h.Atomic.Do(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func pointer[T any](v T) *T { return &v }

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func good(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// movement is a ledger line with every field filled in.
func movement(seq int64, product, lot ident.ID) stock.Movement {
	return stock.Movement{
		Seq: seq, ID: ident.New(), Kind: stock.Receipt, ProductID: product, LotID: lot, Quantity: 5000, Value: 2600,
		OccurredAt: 1_700_000_000_000_001, RecordedAt: 1_700_000_000_000_002, BusinessDay: 20_700, Source: stock.SourceReceive,
		SourceID: ident.New(), SourceLine: 3, Reason: "理由", Note: "备注 𬍛", PersonID: ident.New(), Request: "0193-b", Hash: stock.Hash{1, 2, 31: 255},
	}
}

func testAppend(t *testing.T, h House) {
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	head, err := h.Store.Head(ctx)
	if err != nil || head != (stock.Head{}) {
		t.Fatalf("a new ledger begins at %+v, %v", head, err)
	}
	lot := stock.Lot{ID: ident.New(), ProductID: p[0], Code: "甲1", Expiry: pointer(day.Date(20_800)), ReceivedAt: 7, SupplierID: pointer(ident.New())}
	plain := stock.Lot{ID: ident.New(), ProductID: p[0], ReceivedAt: 9}
	first, second := movement(1, p[0], lot.ID), movement(2, p[0], plain.ID)
	second.ReversesID = pointer(first.ID)
	balance := stock.Balance{OnHand: 10_000, Value: 5200, LastCost: 5200, KnownFrom: pointer(day.Date(20_700)), CountNeeded: true}
	change := stock.Change{
		Head: stock.Head{Seq: 2, Hash: second.Hash}, Movements: []stock.Movement{first, second}, Lots: []stock.Lot{lot, plain},
		Balances: []stock.ProductBalance{{ProductID: p[0], Balance: balance}, {ProductID: p[1]}},
		Left:     []stock.LotQuantity{{ProductID: p[0], LotID: lot.ID, Quantity: 5000}, {ProductID: p[0], LotID: plain.ID, Quantity: 5000}},
	}
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.Append(ctx, change) })
	if head, err := h.Store.Head(ctx); err != nil || head != change.Head {
		t.Errorf("head %+v, %v", head, err)
	}
	for what, read := range map[string]func() ([]stock.Movement, error){
		"all of the product": func() ([]stock.Movement, error) { return h.collect(ctx, &p[0]) },
		"all":                func() ([]stock.Movement, error) { return h.collect(ctx, nil) },
	} {
		list, err := read()
		good(t, err)
		same(t, what, list, []stock.Movement{first, second})
	}
	if m, err := h.Store.Movement(ctx, second.ID); err != nil || !reflect.DeepEqual(m, second) {
		t.Errorf("one: %+v, %v", m, err)
	}
	if list, err := h.Store.OfSource(ctx, first.SourceID); err != nil || !reflect.DeepEqual(list, []stock.Movement{first}) {
		t.Errorf("of the source: %+v, %v", list, err)
	}
	balances, err := h.Store.Balances(ctx, nil)
	good(t, err)
	same(t, "balances", balances, map[ident.ID]stock.Balance{p[0]: balance, p[1]: {}})
	lots, err := h.Store.Lots(ctx, []ident.ID{lot.ID, plain.ID, ident.New()})
	good(t, err)
	same(t, "lots", lots, map[ident.ID]stock.Lot{lot.ID: lot, plain.ID: plain})
	stocks, err := h.Store.Stocks(ctx, []ident.ID{p[0]})
	good(t, err)
	if s := stocks[p[0]]; len(stocks) != 1 || s == nil || len(s.Lots) != 2 || s.Unassigned != 0 || !reflect.DeepEqual(s.Balance, balance) {
		t.Errorf("stocks %+v", stocks)
	}
}

// testLedgersOf: what many ledgers say is what each says alone.
func testLedgersOf(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 3)
	other := h.Shop(t)
	for i, q := range []measure.Quantity{1000, 2000, 500} {
		good(t, s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: p[i%2], Quantity: q}}}))
	}
	all, err := s.LedgersOf(ctx, p)
	good(t, err)
	for _, id := range p {
		alone, err := h.collect(ctx, &id)
		good(t, err)
		if len(alone) != len(all[id]) || len(alone) > 0 && !reflect.DeepEqual(alone, all[id]) {
			t.Errorf("together %+v, alone %+v", all[id], alone)
		}
	}
	if theirs, err := s.LedgersOf(other, p); err != nil || len(theirs) != 0 {
		t.Errorf("another shop reads %v, %v", theirs, err)
	}
	holdings, err := s.Holdings(ctx, p, Today)
	good(t, err)
	positions, err := s.Positions(ctx, p, Today)
	good(t, err)
	for _, id := range p {
		if !reflect.DeepEqual(holdings[id].Position, positions[id]) {
			t.Errorf("holds %+v, position %+v", holdings[id].Position, positions[id])
		}
	}
}

func (h House) collect(ctx context.Context, product *ident.ID) ([]stock.Movement, error) {
	var list []stock.Movement
	err := h.Store.Each(ctx, product, func(m stock.Movement) error {
		list = append(list, m)
		return nil
	})
	return list, err
}

func testAppendOnly(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)
	good(t, s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: p[0], Quantity: 1000}}}))
	stop := errors.New("stop")
	for _, statement := range []string{
		"UPDATE movements SET quantity = 7 WHERE shop_id = shop_id",
		"DELETE FROM movements WHERE shop_id = shop_id",
	} {
		err := h.Atomic.Do(ctx, func(ctx context.Context) error {
			if err := h.Raw(ctx, statement); err != nil {
				return err
			}
			return stop
		})
		if err == nil || errors.Is(err, stop) {
			t.Errorf("the database let through: %s", statement)
		}
	}
	list, err := h.collect(ctx, nil)
	if err != nil || len(list) != 1 || list[0].Quantity != 1000 {
		t.Errorf("afterwards: %+v, %v", list, err)
	}
}

func testNeedsTransaction(t *testing.T, h House) {
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)
	m := movement(1, p[0], stock.Unassigned)
	for what, err := range map[string]error{
		"append":  h.Store.Append(ctx, stock.Change{Head: stock.Head{Seq: 1}, Movements: []stock.Movement{m}}),
		"expect":  h.Store.Expect(ctx, []stock.Expected{{SourceID: ident.New(), SourceLine: 1, ProductID: p[0], Quantity: 1}}),
		"changed": h.Store.MarkChanged(ctx, p, 1, 1),
		"posting": h.Store.SavePosting(ctx, stock.Posted{ClientID: ident.New(), Kind: "count"}),
	} {
		if err == nil {
			t.Errorf("%s was written outside a transaction", what)
		}
	}
}

func testLots(t *testing.T, h House) {
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 1)[0]
	lot := func(expiry *day.Date, received day.Micros) stock.Lot {
		return stock.Lot{ID: ident.New(), ProductID: p, Expiry: expiry, ReceivedAt: received}
	}
	lots := []stock.Lot{lot(nil, 5), lot(nil, 4), lot(pointer(day.Date(30)), 6), lot(pointer(day.Date(20)), 7), lot(nil, 1)}
	change := stock.Change{Lots: lots}
	for i, l := range lots {
		change.Left = append(change.Left, stock.LotQuantity{ProductID: p, LotID: l.ID, Quantity: measure.Quantity(10 + i)})
	}
	change.Left[4].Quantity = 0 // empty
	change.Left = append(change.Left, stock.LotQuantity{ProductID: p, LotID: stock.Unassigned, Quantity: -3})
	change.Balances = []stock.ProductBalance{{ProductID: p, Balance: stock.Balance{OnHand: 43}}}
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.Append(ctx, change) })
	got, err := h.Store.LotBalances(ctx, nil)
	good(t, err)
	want := []stock.LotBalance{
		{LotID: lots[3].ID, Quantity: 13, Expiry: lots[3].Expiry, ReceivedAt: 7}, {LotID: lots[2].ID, Quantity: 12, Expiry: lots[2].Expiry, ReceivedAt: 6},
		{LotID: lots[1].ID, Quantity: 11, ReceivedAt: 4}, {LotID: lots[0].ID, Quantity: 10, ReceivedAt: 5}, {Quantity: -3},
	}
	same(t, "in the order they go out", got, map[ident.ID][]stock.LotBalance{p: want})
	expiring, err := h.Store.Expiring(ctx, 25)
	good(t, err)
	same(t, "expiring", expiring, []stock.ExpiringLot{{ProductID: p, LotBalance: want[0]}})
	change = stock.Change{Left: []stock.LotQuantity{{ProductID: p, LotID: lots[3].ID}, {ProductID: p, LotID: lots[2].ID, Quantity: 1}}}
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.Append(ctx, change) })
	got, err = h.Store.LotBalances(ctx, []ident.ID{p})
	if err != nil || len(got[p]) != 4 || got[p][0].Quantity != 1 {
		t.Errorf("after emptying one: %+v, %v", got, err)
	}
	stocks, err := h.Store.Stocks(ctx, nil)
	if err != nil || stocks[p].Unassigned != -3 || len(stocks[p].Lots) != 3 {
		t.Errorf("stocks: %+v, %v", stocks[p], err)
	}
}

func testPages(t *testing.T, h House) {
	s, _ := h.service()
	ctx := h.Shop(t)
	p := h.Products(t, ctx, 2)
	for i := range 7 {
		good(t, s.Receive(ctx, stock.ReceiveRequest{Lines: []stock.ReceiveLine{{ProductID: p[i%2], Quantity: measure.Quantity(i + 1), UnitCost: pointer(money.Price(10_000))}}}))
	}
	quantities := func(q stock.MovementQuery) (list []int64) {
		page, err := s.Movements(ctx, q)
		good(t, err)
		for _, m := range page {
			list = append(list, int64(m.Quantity))
		}
		return list
	}
	same(t, "first page", quantities(stock.MovementQuery{Limit: 3}), []int64{7, 6, 5})
	same(t, "second page", quantities(stock.MovementQuery{Limit: 3, Before: 5}), []int64{4, 3, 2})
	same(t, "of a product", quantities(stock.MovementQuery{ProductID: &p[1]}), []int64{6, 4, 2})
	same(t, "of a product, older", quantities(stock.MovementQuery{ProductID: &p[1], Before: 6, Limit: 1}), []int64{4})
}

func testPostings(t *testing.T, h House) {
	ctx := h.Shop(t)
	p := stock.Posted{ClientID: ident.New(), Hash: stock.Hash{3}, Kind: "count", Result: `{"a":1}`, RecordedAt: 9}
	if _, found, err := h.Store.Posting(ctx, p.ClientID); found || err != nil {
		t.Errorf("before: %v, %v", found, err)
	}
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.SavePosting(ctx, p) })
	got, found, err := h.Store.Posting(ctx, p.ClientID)
	if !found || err != nil || got != p {
		t.Errorf("after: %+v, %v, %v", got, found, err)
	}
	if err := h.Atomic.Do(ctx, func(ctx context.Context) error { return h.Store.SavePosting(ctx, p) }); err == nil {
		t.Error("one client id was saved twice")
	}
}
