// Package enquirytest is the contract of enquiry.Store: the same tests for every store,
// and for the service upon it with a real catalog and real orders. Each runs with two
// shops, because what one shop keeps the other must never read or change.
package enquirytest

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// House is a fresh store among its neighbours, and two shops.
type House struct {
	Store   enquiry.Store
	Atomic  enquiry.Atomic
	Catalog *catalog.Service
	Orders  *purchase.Service
	Now     func() time.Time
	Houses  purchase.Houses // of A and B
	// A and B carry the scopes of two shops in Asia/Shanghai that count in CNY.
	A, B context.Context
}

// Journal remembers the actions recorded.
type Journal struct {
	mu      sync.Mutex
	Actions []string
}

// Record implements enquiry.Journal.
func (j *Journal) Record(_ context.Context, action string, _ ident.ID, _ map[string]any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.Actions = append(j.Actions, action)
	return nil
}

// service is the area's service in the house, with a journal of its own.
func (h House) service() (*enquiry.Service, *Journal) {
	j := &Journal{}
	return enquiry.New(h.Store, h.Atomic, h.Catalog, h.Orders, j, h.Now), j
}

func (h House) today() day.Date { return day.Of(h.Now(), time.FixedZone("", 8*3600)) }

// market is a shop with products and suppliers.
type market struct {
	products  []catalog.Product
	suppliers []catalog.Supplier
}

// market makes n products kept in kg, of which 0.. have an offer of the first supplier,
// and three suppliers: a wholesaler with tax in his prices, a farm with freight and a
// minimum order, a maker without either.
func (h House) market(t testing.TB, ctx context.Context, n int) market {
	t.Helper()
	var m market
	free := money.Amount(200_000)
	for _, s := range []catalog.Supplier{
		{Name: "批发市场", Kind: catalog.Wholesaler, PricesIncludeTax: true, LeadTimeDays: 1},
		{Name: "果园", Kind: catalog.Farmer, LeadTimeDays: 4, Freight: 3_000, MinimumOrder: 50_000, FreeFreightFrom: &free},
		{Name: "厂家", Kind: catalog.Manufacturer, LeadTimeDays: 6},
	} {
		made, err := h.Catalog.CreateSupplier(ctx, s)
		must(t, err)
		m.suppliers = append(m.suppliers, made)
	}
	for i := range n {
		p, err := h.Catalog.Create(ctx, catalog.Draft{Code: ident.New().String()[:18] + fmt.Sprint(i), Name: fmt.Sprintf("脐橙 %d 号", i), BaseUnit: "kg", TaxRate: 900})
		must(t, err)
		_, err = h.Catalog.SaveOffer(ctx, catalog.Offer{
			SupplierID: m.suppliers[0].ID, ProductID: p.ID, Price: 50_000, TaxRate: 900, Breaks: []catalog.Break{{From: 100_000, Price: 48_000}},
		})
		must(t, err)
		m.products = append(m.products, p)
	}
	return m
}

// ask is an enquiry about a quantity of every product to every supplier.
func (h House) ask(m market, q measure.Quantity) enquiry.NewEnquiry {
	n := enquiry.NewEnquiry{AnswerBy: h.today().Add(3), Note: "要当季的"}
	for _, p := range m.products {
		n.Lines = append(n.Lines, enquiry.NewLine{ProductID: p.ID, Quantity: q})
	}
	for _, s := range m.suppliers {
		n.Suppliers = append(n.Suppliers, s.ID)
	}
	return n
}

// Failer is what a test and a property can do: fail.
type Failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func made(t Failer, s *enquiry.Service, ctx context.Context, n enquiry.NewEnquiry) enquiry.Enquiry {
	t.Helper()
	e, err := s.Make(ctx, n)
	if err != nil {
		t.Fatalf("make: %v", err)
	}
	return e
}

// answered notes prices per kg, one a line, of the supplier at a place.
func answered(t Failer, s *enquiry.Service, ctx context.Context, e enquiry.Enquiry, place int, prices ...money.Price) enquiry.Enquiry {
	t.Helper()
	var answers []enquiry.Answer
	for i, p := range prices {
		if p > 0 {
			answers = append(answers, enquiry.Answer{Line: i + 1, Unit: "kg", Price: p})
		}
	}
	in := e.Invitations[place]
	e, err := s.Answer(ctx, in.ID, in.Version, answers)
	if err != nil {
		t.Fatalf("answer: %v", err)
	}
	return e
}

// Run tests the store that open makes, a fresh house each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"store", testStore},
		{"numbers", testNumbers},
		{"two shops", testTwoShops},
		{"make", testMake},
		{"make again", testMakeAgain},
		{"make refuses", testMakeRefuses},
		{"answer", testAnswer},
		{"answer refuses", testAnswerRefuses},
		{"compare", testCompare},
		{"award", testAward},
		{"award refuses", testAwardRefuses},
		{"award fails whole", testAwardWhole},
		{"award at once", testAwardAtOnce},
		{"close", testClose},
		{"link", testLink},
		{"link refuses", testLinkRefuses},
		{"link at once", testLinkAtOnce},
		{"exact", testExact},
		{"never twice", testNeverTwice},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func refused(t testing.TB, what string, err error, kind fault.Kind, key, field string) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != kind || f.Key != key || f.Field != field {
		t.Errorf("%s: %v; want %v %s of field %q", what, err, kind, key, field)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
