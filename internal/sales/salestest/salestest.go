// Package salestest is the contract of sales.Store: the same tests for every
// store, and for the service upon it, with the real catalog and ledger beside it.
// Each runs with two shops, because what one keeps the other must never see.
package salestest

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/sales/source/generic"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// House is a fresh store, what sales need around it, and two shops.
type House struct {
	Store   sales.Store
	Atomic  sales.Atomic
	Catalog *catalog.Service
	Stock   *stock.Service
	Shops   sales.Shops
	// A and B carry the scopes of two shops in Asia/Shanghai that count in CNY.
	A, B context.Context
}

// Now is the time of the tests' services.
var Now = time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC) // the 24th, 4 o'clock, in Shanghai

var today = day.New(2026, time.November, 24)

// Service is the service over the house.
func (h House) Service() *sales.Service { return h.ServiceWith(h.Store) }

// ServiceWith is the service with another store, for instance one that fails.
func (h House) ServiceWith(store sales.Store) *sales.Service {
	return sales.New(store, h.Atomic, h.Catalog, h.Stock, h.Shops, []sales.Source{generic.New()}, func() time.Time { return Now })
}

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"record", testRecord},
		{"record refuses", testRecordRefuses},
		{"record in units", testRecordUnits},
		{"record again", testRecordAgain},
		{"record at once", testRecordAtOnce},
		{"record history", testRecordHistory},
		{"returns", testReturns},
		{"channels and buyers", testChannels},
		{"void", testVoid},
		{"conservation", testConservation},
		{"days", testDays},
		{"list", testList},
		{"popular", testPopular},
		{"wishes", testWishes},
		{"parcels", testParcels},
		{"load history", testLoadHistory},
		{"two shops", testTwoShops},
		{"no shop", testNoShop},
		{"import products", testImportProducts},
		{"import sales", testImportSales},
		{"import refuses lines", testImportRefuses},
		{"import extends", testImportExtends},
		{"import like a supermarket", testImportSupermarket},
		{"import interrupted", testImportInterrupted},
		{"import undo", testImportUndo},
		{"import prices", testImportPrices},
		{"import at once", testImportAtOnce},
		{"import stock", testImportStock},
		{"import after count", testImportAfterCount},
		{"import whole files", testImportWholeFiles},
		{"import two shops", testImportTwoShops},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// check is what a helper needs of a test or of a property.
type check interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// product makes one in shop A, or in that of ctx.
func (h House) product(t check, ctx context.Context, d catalog.Draft) catalog.Product {
	t.Helper()
	p, err := h.Catalog.Create(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func orange() catalog.Draft {
	return catalog.Draft{Code: "1002", Name: "赣南脐橙", BaseUnit: "kg", SalePrice: 96000, Category: "水果",
		Packs: []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}}
}

func dates() catalog.Draft {
	return catalog.Draft{Code: "1001", Name: "若羌红枣 500g", BaseUnit: "bag", SalePrice: 280000, Barcodes: []string{"6901234567892"}}
}

// receive brings goods in, so that the stock is known from today on.
func (h House) receive(t check, ctx context.Context, p catalog.Product, q measure.Quantity) {
	t.Helper()
	cost := money.Price(50000)
	err := h.Atomic.Do(ctx, func(ctx context.Context) error {
		_, _, err := h.Stock.Post(ctx, []stock.Posting{{Kind: stock.Receipt, ProductID: p.ID, Quantity: q, UnitCost: &cost, Lot: &stock.LotSpec{},
			BusinessDay: today, Source: "test", SourceID: ident.New()}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h House) onHand(t check, ctx context.Context, p catalog.Product) measure.Quantity {
	t.Helper()
	b, err := h.Stock.Balances(ctx, []ident.ID{p.ID})
	if err != nil {
		t.Fatal(err)
	}
	return b[p.ID].OnHand
}

func (h House) verify(t check, ctx context.Context) {
	t.Helper()
	problems, err := h.Stock.Verify(ctx)
	if err != nil || len(problems) > 0 {
		t.Fatalf("the ledger does not hold: %v, %v", problems, err)
	}
}

// sold sums what demand reads of a product since the beginning.
func sold(t check, s *sales.Service, ctx context.Context, p catalog.Product) (measure.Quantity, money.Amount) {
	t.Helper()
	days, err := s.Days(ctx, []ident.ID{p.ID}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var q measure.Quantity
	var a money.Amount
	for _, d := range days[p.ID] {
		q, a = q+d.Sold-d.Returned, a+d.Amount
	}
	return q, a
}

func one(code string, thousandths int64, unit string) sales.Request {
	return sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductCode: code, Quantity: thousandths, Unit: unit}}}
}

// refused asserts a fault of that kind and key about a field.
func refused(t check, err error, kind fault.Kind, key, field string) {
	t.Helper()
	e, ok := fault.As(err)
	if !ok || fault.KindOf(err) != kind || e.Key != key || e.Field != field {
		t.Errorf("got %v, want %v %s about %q", err, kind, key, field)
	}
}

// as is ctx with another person.
func as(ctx context.Context, person ident.ID) context.Context {
	scope, _ := tenant.From(ctx)
	scope.Person = person
	return tenant.With(ctx, scope)
}
