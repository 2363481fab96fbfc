// Package catalogtest is the contract of catalog.Store: the same tests for every
// store, and for the service upon it. Each runs with two shops, because what one
// shop keeps the other must never read or change.
package catalogtest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// House is a fresh store and two shops.
type House struct {
	Store  catalog.Store
	Atomic catalog.Atomic
	// A and B carry the scopes of two shops in Asia/Shanghai.
	A, B context.Context
}

// Now is the time of the tests' services.
var Now = time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC) // the 24th in Shanghai

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"products", testProducts},
		{"product update", testProductUpdate},
		{"search", testSearch},
		{"search pages", testSearchPages},
		{"categories", testCategories},
		{"groups", testGroups},
		{"essentials", testEssentials},
		{"suppliers", testSuppliers},
		{"offers", testOffers},
		{"quotes", testQuotes},
		{"two shops", testTwoShops},
		{"no shop", testNoShop},
		{"service products", testServiceProducts},
		{"service merge", testServiceMerge},
		{"service refuses", testServiceRefuses},
		{"service frozen", testServiceFrozen},
		{"service bulk", testServiceBulk},
		{"service suppliers", testServiceSuppliers},
		{"service offers", testServiceOffers},
		{"service assumed offers", testServiceAssumed},
		{"service quotes", testServiceQuotes},
		{"service rolls back", testServiceRollsBack},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func (h House) do(t *testing.T, ctx context.Context, fn func(ctx context.Context) error) {
	t.Helper()
	if err := h.Atomic.Do(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

func quantity(n int64) *measure.Quantity {
	q := measure.Quantity(n)
	return &q
}

func record(code, name string) catalog.Record {
	return catalog.Record{
		Product:    catalog.Product{ID: ident.New(), Code: code, Name: name, BaseUnit: "kg", Version: 1},
		SearchText: catalog.SearchText(name, code, nil), SortKey: catalog.SortKey(name, code), At: 1,
	}
}

func insert(t *testing.T, h House, ctx context.Context, rows ...catalog.Record) {
	t.Helper()
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.InsertProducts(ctx, rows) })
}

func one(t *testing.T, h House, ctx context.Context, id ident.ID) catalog.Product {
	t.Helper()
	found, err := h.Store.Products(ctx, []ident.ID{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("read %v: %v, %v", id, found, err)
	}
	return found[0]
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func testProducts(t *testing.T, h House) {
	fruit := catalog.Category{ID: ident.New(), Name: "水果"}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.InsertCategories(ctx, []catalog.Category{fruit}) })
	r := record("1001", "赣南脐橙")
	r.CategoryID, r.SalePrice, r.TaxRate, r.ShelfLifeDays, r.LossRate = fruit.ID, 78_000, 900, 21, 450
	r.Origin, r.Producer, r.Shelf, r.Substitutes = "江西", "信丰合作社", "A-3", "橙子"
	r.Minimum, r.Maximum = quantity(5_000), quantity(80_000)
	r.Barcodes = []string{"6901234567892", "X-9"}
	r.Packs = []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}
	archived := record("1002", "陈皮")
	archived.Archived, archived.MergedInto = true, &r.ID
	insert(t, h, h.A, r, archived)

	want := r.Product
	want.Category = fruit.Name
	same(t, "read back", one(t, h, h.A, r.ID), want)
	same(t, "read back archived", one(t, h, h.A, archived.ID), archived.Product)
	all, err := h.Store.AllProducts(h.A)
	if err != nil || len(all) != 1 || all[0].ID != r.ID {
		t.Errorf("all products: %v, %v; the archived one must be left out", all, err)
	}
	codes, err := h.Store.Codes(h.A)
	same(t, "codes", codes, map[string]ident.ID{"1001": r.ID, "1002": archived.ID})
	if err != nil {
		t.Error(err)
	}
	barcodes, err := h.Store.Barcodes(h.A)
	same(t, "barcodes", barcodes, map[string]ident.ID{"6901234567892": r.ID, "X-9": r.ID})
	if err != nil {
		t.Error(err)
	}
	for name, find := range map[string]func() (ident.ID, error){
		"code":    func() (ident.ID, error) { return h.Store.IDByCode(h.A, "1001") },
		"barcode": func() (ident.ID, error) { return h.Store.IDByBarcode(h.A, []string{"none", "X-9"}) },
	} {
		if id, err := find(); id != r.ID || err != nil {
			t.Errorf("by %s: %v, %v", name, id, err)
		}
	}
	if _, err := h.Store.IDByCode(h.A, "1003"); !errors.Is(err, catalog.ErrMissing) {
		t.Errorf("an unknown code: %v", err)
	}
	if _, err := h.Store.IDByBarcode(h.A, []string{"1001"}); !errors.Is(err, catalog.ErrMissing) {
		t.Errorf("an unknown barcode: %v", err)
	}
	if ids, err := h.Store.IDsByName(h.A, "赣南脐橙"); err != nil || !slices.Equal(ids, []ident.ID{r.ID}) {
		t.Errorf("by name: %v, %v", ids, err)
	}
	if ids, err := h.Store.IDsByName(h.A, "陈皮"); err != nil || len(ids) != 0 {
		t.Errorf("an archived product by name: %v, %v", ids, err)
	}
	if found, err := h.Store.Products(h.A, []ident.ID{ident.New()}); err != nil || len(found) != 0 {
		t.Errorf("an unknown id: %v, %v", found, err)
	}
}

func testProductUpdate(t *testing.T, h House) {
	r, other := record("1001", "脐橙"), record("1002", "砂糖橘")
	r.Barcodes, r.Packs = []string{"11", "22"}, []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}
	other.Barcodes = []string{"33"}
	insert(t, h, h.A, r, other)
	r.Name, r.Barcodes, r.Minimum, r.At = "脐橙（大）", []string{"22", "44"}, quantity(0), 9
	r.Packs = []measure.Pack{{Unit: "bag", Factor: measure.Ratio{Num: 1, Den: 2}}}
	h.do(t, h.A, func(ctx context.Context) error {
		if ok, err := h.Store.UpdateProduct(ctx, r); !ok || err != nil {
			t.Errorf("update: %v, %v", ok, err)
		}
		if ok, err := h.Store.UpdateProduct(ctx, r); ok || err != nil {
			t.Errorf("update from an old version: %v, %v", ok, err)
		}
		return nil
	})
	want := r.Product
	want.Version = 2
	same(t, "updated", one(t, h, h.A, r.ID), want)
	same(t, "the other", one(t, h, h.A, other.ID), other.Product)
	h.do(t, h.A, func(ctx context.Context) error {
		if ok, err := h.Store.ArchiveProduct(ctx, r.ID, true, 10); !ok || err != nil {
			t.Errorf("archive: %v, %v", ok, err)
		}
		if ok, err := h.Store.ArchiveProduct(ctx, ident.New(), true, 10); ok || err != nil {
			t.Errorf("archive an unknown one: %v, %v", ok, err)
		}
		return nil
	})
	want.Archived, want.Version = true, 3
	same(t, "archived", one(t, h, h.A, r.ID), want)
	if ids, err := h.Store.IDsByName(h.A, other.Name); err != nil || len(ids) != 1 {
		t.Errorf("the other is archived too: %v, %v", ids, err)
	}
}

func names(hits []catalog.Hit) []string {
	out := []string{}
	for _, h := range hits {
		out = append(out, h.Product.Name)
	}
	return out
}

func testSearch(t *testing.T, h House) {
	rows := []catalog.Record{
		record("1001", "赣南脐橙"), record("1002", "脐橙礼盒"), record("1003", "重庆小面"), record("1004", "100% 橙汁"),
		record("qc", "抹布"), record("1006", "a_b"), record("1007", "axb"), record("1008", "Épicerie fine"),
	}
	rows[6].Barcodes = []string{"0012345678905"}
	rows[6].SearchText = catalog.SearchText(rows[6].Name, rows[6].Code, rows[6].Barcodes)
	insert(t, h, h.A, rows...)
	for text, want := range map[string][]string{
		"脐橙":           {"脐橙礼盒", "赣南脐橙"},
		"qc":           {"抹布", "脐橙礼盒", "赣南脐橙"}, // the code itself first, then what begins with it
		"qicheng":      {"脐橙礼盒", "赣南脐橙"},
		"CQ":           {"重庆小面"},
		"zq":           {"重庆小面"},
		"脐橙 赣南":        {"赣南脐橙"},
		"100%":         {"100% 橙汁"},
		"a_":           {"a_b"},
		"12345678905":  {"axb"},
		"012345678905": {"axb"},
		"epicerie":     {"Épicerie fine"},
		"1003":         {"重庆小面"},
		"！":            {},
		"' OR 1=1 --":  {},
	} {
		hits, err := h.Store.Search(h.A, catalog.StoreQuery{Terms: catalog.ParseTerms(text), Limit: 10})
		if err != nil || !slices.Equal(names(hits), want) {
			t.Errorf("search %q: %v, %v; want %v", text, names(hits), err, want)
		}
	}
}

func testSearchPages(t *testing.T, h House) {
	fruit := catalog.Category{ID: ident.New(), Name: "水果"}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.InsertCategories(ctx, []catalog.Category{fruit}) })
	var rows []catalog.Record
	for i, name := range []string{"橙子", "大米", "红枣", "普洱茶", "香菇", "橙子"} { // in pinyin order, one name twice
		r := record(string(rune('a'+i)), name)
		if i%2 == 0 {
			r.CategoryID = fruit.ID
		}
		rows = append(rows, r)
	}
	old := record("z", "旧货")
	old.Archived = true
	insert(t, h, h.A, append(slices.Clone(rows), old)...)
	service := newService(h)
	for _, text := range []string{"", "e"} { // everything, and what holds an e
		var got []string
		q := catalog.Query{Text: text, Limit: 2}
		for {
			page, err := service.List(h.A, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page.Products {
				got = append(got, p.Code)
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		want := map[string][]string{"": {"a", "f", "b", "c", "d", "e"}, "e": {"e", "a", "f", "d"}}[text]
		if !slices.Equal(got, want) {
			t.Errorf("pages of %q: %v, want %v", text, got, want)
		}
	}
	page, err := service.List(h.A, catalog.Query{CategoryID: fruit.ID})
	if err != nil || len(page.Products) != 3 || page.Next != "" {
		t.Errorf("a category: %v, %v", page, err)
	}
	page, err = service.List(h.A, catalog.Query{Archived: true})
	if err != nil || len(page.Products) != 1 || page.Products[0].Name != "旧货" {
		t.Errorf("the archived: %v, %v", page, err)
	}
	page, err = service.List(h.A, catalog.Query{Text: "没有的东西"})
	if err != nil || len(page.Products) != 0 || page.Next != "" {
		t.Errorf("nothing found: %v, %v", page, err)
	}
}

func testCategories(t *testing.T, h House) {
	rows := []catalog.Category{{ID: ident.New(), Name: "b"}, {ID: ident.New(), Name: "a"}}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.InsertCategories(ctx, rows) })
	got, err := h.Store.Categories(h.A)
	same(t, "categories", got, []catalog.Category{rows[1], rows[0]})
	if err != nil {
		t.Error(err)
	}
	if other, err := h.Store.Categories(h.B); err != nil || len(other) != 0 {
		t.Errorf("another shop's categories: %v, %v", other, err)
	}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.InsertCategories(ctx, nil) })
}

func testGroups(t *testing.T, h House) {
	gone, alone := record("g4", "旧牛奶"), record("g3", "盐")
	milks := []catalog.Record{record("g1", "纯牛奶"), record("g2", "鲜牛奶")}
	gone.Archived, gone.Substitutes = true, "牛奶"
	milks[0].Substitutes, milks[1].Substitutes = "牛奶", "牛奶"
	insert(t, h, h.A, gone, alone, milks[0], milks[1])
	got, err := h.Store.Groups(h.A)
	want := []ident.ID{milks[0].ID, milks[1].ID}
	slices.SortFunc(want, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	same(t, "groups", got, map[string][]ident.ID{"牛奶": want})
	if other, otherErr := h.Store.Groups(h.B); err != nil || otherErr != nil || len(other) != 0 {
		t.Errorf("%v; another shop's groups: %v, %v", err, other, otherErr)
	}
}

func supplierRecord(name string) catalog.SupplierRecord {
	return catalog.SupplierRecord{Supplier: catalog.Supplier{
		ID: ident.New(), Name: name, Kind: catalog.Farmer, Language: "zh-Hans", LeadTimeDays: 2, ReviewDays: 7,
		OrderWeekdays: catalog.EveryDay, Version: 1,
	}, SortKey: catalog.SortKey(name, ""), At: 1}
}

func testSuppliers(t *testing.T, h House) {
	r, usual, gone := supplierRecord("果农合作社"), supplierRecord("批发市场"), supplierRecord("旧供应商")
	r.Province, r.Contact, r.Phone, r.Email, r.Address, r.Note = "江西", "王", "138", "a@b.c", "路 1", "记"
	r.PricesIncludeTax, r.MinimumOrder, r.Freight = true, 50_000, 3_000
	free := r.MinimumOrder * 2
	r.FreeFreightFrom = &free
	r.Closures = []catalog.Closure{{From: 20_000, Through: 20_003}, {From: 20_100, Through: 20_100}}
	usual.Usual, gone.Archived = true, true
	h.do(t, h.A, func(ctx context.Context) error {
		return errors.Join(h.Store.InsertSupplier(ctx, r), h.Store.InsertSupplier(ctx, usual), h.Store.InsertSupplier(ctx, gone))
	})
	got, err := h.Store.Supplier(h.A, r.ID)
	same(t, "read back", got, r.Supplier)
	if err != nil {
		t.Error(err)
	}
	if got, err := h.Store.UsualSupplier(h.A); err != nil || got.ID != usual.ID {
		t.Errorf("the usual one: %v, %v", got, err)
	}
	for archived, want := range map[bool]int{false: 2, true: 3} {
		if list, err := h.Store.Suppliers(h.A, archived); err != nil || len(list) != want {
			t.Errorf("list with archived %v: %v, %v", archived, list, err)
		}
	}
	r.Name, r.FreeFreightFrom, r.PricesIncludeTax, r.LeadTimeDays = "新名", nil, false, 0
	r.Closures = []catalog.Closure{{From: 20_002, Through: 20_005}}
	h.do(t, h.A, func(ctx context.Context) error {
		if ok, err := h.Store.UpdateSupplier(ctx, r); !ok || err != nil {
			t.Errorf("update: %v, %v", ok, err)
		}
		if ok, err := h.Store.UpdateSupplier(ctx, r); ok || err != nil {
			t.Errorf("update from an old version: %v, %v", ok, err)
		}
		return nil
	})
	r.Version = 2
	got, err = h.Store.Supplier(h.A, r.ID)
	same(t, "updated", got, r.Supplier)
	if err != nil {
		t.Error(err)
	}
	if _, err := h.Store.Supplier(h.A, ident.New()); !errors.Is(err, catalog.ErrMissing) {
		t.Errorf("an unknown one: %v", err)
	}
}
