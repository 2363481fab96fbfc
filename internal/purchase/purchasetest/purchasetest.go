// Package purchasetest is the contract of purchase.Store: the same tests for every
// store, and for the service upon it with a real catalog and a real ledger. Each
// runs with two shops, because what one shop keeps the other must never read or
// change.
package purchasetest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
)

// House is a fresh store among its neighbours, and two shops.
type House struct {
	Store   purchase.Store
	Atomic  purchase.Atomic
	Catalog *catalog.Service
	Stock   *stock.Service
	Clock   *Clock
	// A and B carry the scopes of two shops in Asia/Shanghai that count in CNY.
	A, B context.Context
}

// Clock is the time of the tests' services, which a test moves.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts in the evening of 2026-11-23 UTC, the 24th in Shanghai.
func NewClock() *Clock {
	return &Clock{now: time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC)}
}

// Now is the present.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass lets time pass.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Today is the clock's day in Shanghai.
func (c *Clock) Today() day.Date { return day.Of(c.Now(), time.FixedZone("", 8*3600)) }

// Journal remembers the actions recorded.
type Journal struct {
	mu      sync.Mutex
	Actions []string
}

// Record implements purchase.Journal.
func (j *Journal) Record(_ context.Context, action string, _ ident.ID, _ map[string]any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.Actions = append(j.Actions, action)
	return nil
}

// Service is the area's service in the house, with a journal of its own.
func (h House) Service() (*purchase.Service, *Journal) {
	j := &Journal{}
	return purchase.New(h.Store, h.Atomic, h.Catalog, h.Stock, j, h.Clock.Now), j
}

// Goods is a supplier with products that he offers.
type Goods struct {
	Supplier catalog.Supplier
	Products []catalog.Product
}

// Stocked makes a supplier and n products in boxes of five base units at 2.50 a
// unit, 2.40 from 100 units on, with 9 % tax inside.
func (h House) Stocked(t testing.TB, ctx context.Context, n int) Goods {
	t.Helper()
	free := money.Amount(100_000)
	supplier, err := h.Catalog.CreateSupplier(ctx, catalog.Supplier{
		Name: "果品合作社", Kind: catalog.Farmer, Language: "zh-Hans", PricesIncludeTax: true, LeadTimeDays: 3,
		Freight: 1_000, FreeFreightFrom: &free,
	})
	if err != nil {
		t.Fatal(err)
	}
	g := Goods{Supplier: supplier}
	for i := range n {
		p, err := h.Catalog.Create(ctx, catalog.Draft{Code: ident.New().String()[:18] + fmt.Sprint(i), Name: fmt.Sprintf("赣南脐橙 %d 号", i), BaseUnit: "kg"})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Catalog.SaveOffer(ctx, catalog.Offer{
			SupplierID: supplier.ID, ProductID: p.ID, SupplierCode: fmt.Sprintf("QC-%d", i), Price: 25_000, TaxRate: 900,
			Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}, Breaks: []catalog.Break{{From: 100_000, Price: 24_000}},
		})
		if err != nil {
			t.Fatal(err)
		}
		g.Products = append(g.Products, p)
	}
	return g
}

// Draft asks for quantities of the goods, one line a quantity.
func (g Goods) Draft(quantities ...measure.Quantity) purchase.DraftOrder {
	d := purchase.DraftOrder{SupplierID: g.Supplier.ID}
	for i, q := range quantities {
		d.Lines = append(d.Lines, purchase.DraftLine{ProductID: g.Products[i].ID, Quantity: q})
	}
	return d
}

// Failer is what a test and a property can do: fail.
type Failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Made makes one draft.
func Made(t Failer, s *purchase.Service, ctx context.Context, d purchase.DraftOrder) purchase.Order {
	t.Helper()
	orders, err := s.Draft(ctx, []purchase.DraftOrder{d})
	if err != nil || len(orders) != 1 {
		t.Fatalf("draft: %v, %v", orders, err)
	}
	return orders[0]
}

// Run tests the store that open makes, a fresh house each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"orders", testOrders},
		{"update", testUpdate},
		{"numbers", testNumbers},
		{"list", testList},
		{"deliveries", testDeliveries},
		{"no shop", testNoShop},
		{"two shops", testTwoShops},
		{"draft", testDraft},
		{"draft refuses", testDraftRefuses},
		{"draft again", testDraftAgain},
		{"edit", testEdit},
		{"states", testStates},
		{"confirm", testConfirm},
		{"confirm refuses", testConfirmRefuses},
		{"repeat", testRepeat},
		{"links", testLinks},
		{"answers", testAnswers},
		{"link secrets", testLinkSecrets},
		{"answers at once", testAnswerAtOnce},
		{"send back", testSendBack},
		{"patterns", testPatterns},
		{"mail", testMail},
		{"mail attention", testMailAttention},
		{"mail at once", testMailAtOnce},
		{"mail retries", testMailRetries},
		{"mail unclear", testMailUnclear},
		{"mail settings", testMailSettings},
		{"notices", testNotices},
		{"robots", testRobots},
		{"approval", testApproval},
		{"receive", testReceive},
		{"receive again", testReceiveAgain},
		{"receive refuses", testReceiveRefuses},
		{"take back", testTakeBack},
		{"take back one of two", testTakeBackOne},
		{"savings", testSavings},
		{"lead time", testLeadTime},
		{"at once", testAtOnce},
		{"owed as of", testOwedAsOf},
		{"load", testLoad},
		{"document", testDocument},
		{"papers", testPapers},
		{"totals", testTotals},
		{"conservation", testConservation},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func (h House) do(t testing.TB, ctx context.Context, fn func(ctx context.Context) error) {
	t.Helper()
	if err := h.Atomic.Do(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func refused(t testing.TB, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || key != "" && f.Key != key {
		t.Errorf("%s: %v; want %v %s", what, err, kind, key)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }
