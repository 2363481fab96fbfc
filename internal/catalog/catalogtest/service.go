package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// witness notes what the service tells its neighbours.
type witness struct {
	marked  []ident.ID
	from    day.Date
	actions []string
	frozen  bool
	fail    error
}

func (w *witness) MarkChanged(_ context.Context, ids []ident.ID, from day.Date) error {
	w.marked, w.from = append(w.marked, ids...), from
	return w.fail
}

func (w *witness) Frozen(context.Context, ident.ID) (bool, error) { return w.frozen, nil }

func (w *witness) Record(_ context.Context, action string, _ ident.ID, _ map[string]any) error {
	w.actions = append(w.actions, action)
	return nil
}

func newService(h House) *catalog.Service {
	return catalog.New(h.Store, h.Atomic, func(lang string) string { return "usual in " + lang }, func() time.Time { return Now })
}

func watched(h House) (*catalog.Service, *witness) {
	s, w := newService(h), &witness{}
	s.SetMarker(w)
	s.SetUsage(w)
	s.SetJournal(w)
	return s, w
}

func orange() catalog.Draft {
	return catalog.Draft{Name: " 赣南\u200b脐橙 ", Category: "水果", BaseUnit: "kg", SalePrice: 78_000, ShelfLifeDays: 21,
		Barcodes: []string{"６９０1234567892"}, Packs: []measure.Pack{{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}}}
}

func testServiceProducts(t *testing.T, h House) {
	s, w := watched(h)
	p, err := s.Create(h.A, orange())
	if err != nil {
		t.Fatal(err)
	}
	if p.Code != "1001" || p.Name != "赣南脐橙" || p.Version != 1 || !slices.Equal(p.Barcodes, []string{"6901234567892"}) {
		t.Errorf("created: %+v", p)
	}
	if !slices.Equal(w.marked, []ident.ID{p.ID}) || w.from != day.New(2026, time.November, 24) {
		t.Errorf("marked %v from %v; the shop's day is the 24th", w.marked, w.from)
	}
	for what, find := range map[string]func() (catalog.Product, error){
		"id":                func() (catalog.Product, error) { return s.Product(h.A, p.ID) },
		"code":              func() (catalog.Product, error) { return s.ByCode(h.A, " 1001 ") },
		"barcode":           func() (catalog.Product, error) { return s.ByBarcode(h.A, "690 1234 567892") },
		"finding a barcode": func() (catalog.Product, error) { return s.Find(h.A, "6901234567892") },
		"finding a code":    func() (catalog.Product, error) { return s.Find(h.A, "1001") },
		"finding a name":    func() (catalog.Product, error) { return s.Find(h.A, "赣南脐橙") },
	} {
		if got, err := find(); err != nil || got.ID != p.ID || got.Category != "水果" {
			t.Errorf("by %s: %+v, %v", what, got, err)
		}
	}
	d := catalog.DraftOf(p)
	d.Name, d.Category, d.SalePrice = "赣南脐橙", "", 80_000
	if err := s.Update(h.A, p.ID, 1, d); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(h.A, p.ID, 1, d); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an update from an old version: %v", err)
	}
	got, _ := s.Product(h.A, p.ID)
	if got.SalePrice != 80_000 || got.Category != "" || got.Version != 2 || len(got.Packs) != 1 {
		t.Errorf("updated: %+v", got)
	}
	if err := s.Archive(h.A, p.ID, true); err != nil {
		t.Fatal(err)
	}
	if all, err := s.All(h.A); err != nil || len(all) != 0 {
		t.Errorf("archived but still there: %v, %v", all, err)
	}
	if err := s.Archive(h.A, p.ID, false); err != nil {
		t.Fatal(err)
	}
	want := []string{"product.create", "product.update", "product.archive", "product.archive"}
	same(t, "the audit trail", w.actions, want)
	for what, err := range map[string]error{
		"read":    second(s.Product(h.B, p.ID)),
		"update":  s.Update(h.B, p.ID, 4, d),
		"archive": s.Archive(h.B, p.ID, true),
		"find":    second(s.Find(h.B, "1001")),
	} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s from another shop: %v", what, err)
		}
	}
}

// testServiceMerge: barcodes, offers and the past pass to the product that stays; every
// way of naming the other one leads there, and what cannot be is refused.
func testServiceMerge(t *testing.T, h House) {
	s, w := watched(h)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	stays, err := s.Create(h.A, orange())
	must(err)
	make := func(code, unit string) catalog.Product {
		p, err := s.Create(h.A, catalog.Draft{Code: code, Name: "脐橙" + code, BaseUnit: unit, Barcodes: []string{code + "-bar"}})
		must(err)
		return p
	}
	older, twice, pieces := make("t0", "kg"), make("t1", "kg"), make("t2", "piece")
	supplier, err := s.CreateSupplier(h.A, catalog.Supplier{Name: "王老板", Kind: catalog.Wholesaler})
	must(err)
	_, err = s.SaveOffer(h.A, catalog.Offer{ProductID: twice.ID, SupplierID: supplier.ID, Price: 31_000})
	must(err)
	_, err = s.SetEssential(h.A, twice.ID, true)
	must(err)
	for what, pair := range map[string][2]ident.ID{"itself": {twice.ID, twice.ID}, "another unit": {pieces.ID, stays.ID}} {
		if err := s.Merge(h.A, pair[0], pair[1]); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.Merge(h.B, twice.ID, stays.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("from another shop: %v", err)
	}
	must(s.Merge(h.A, older.ID, twice.ID))
	for range 2 {
		must(s.Merge(h.A, twice.ID, stays.ID))
	}
	merged, err := s.Merged(h.A)
	must(err)
	same(t, "who goes on as whom", merged, map[ident.ID]ident.ID{older.ID: stays.ID, twice.ID: stays.ID})
	for _, text := range []string{"t0", "t1", "t0-bar", "t1-bar", "6901234567892"} {
		if p, err := s.Find(h.A, text); err != nil || p.ID != stays.ID {
			t.Errorf("%s leads to %+v, %v", text, p, err)
		}
	}
	if p, err := s.Product(h.A, twice.ID); err != nil || !p.Archived || p.Code != "t1" || len(p.Barcodes) != 0 {
		t.Errorf("its own page stays: %+v, %v", p, err)
	}
	offers, err := s.Offers(h.A, []ident.ID{stays.ID})
	must(err)
	if len(offers[stays.ID]) != 1 || offers[stays.ID][0].Price != 31_000 {
		t.Errorf("offers: %+v", offers)
	}
	if list, err := s.Essentials(h.A); err != nil || !slices.Contains(list, stays.ID) {
		t.Errorf("essential: %v, %v", list, err)
	}
	for what, err := range map[string]error{
		"brought back":   s.Archive(h.A, twice.ID, false),
		"another target": s.Merge(h.A, twice.ID, make("t3", "kg").ID),
		"into a former":  s.Merge(h.A, stays.ID, twice.ID),
	} {
		if k := fault.KindOf(err); err == nil || k != fault.Invalid && k != fault.Conflict {
			t.Errorf("%s: %v", what, err)
		}
	}
	n := 0
	for _, action := range w.actions {
		if action == "product.merge" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("the audit trail has %d mergers: %v", n, w.actions)
	}
}

func second[T any](_ T, err error) error { return err }

func testServiceRefuses(t *testing.T, h House) {
	s, _ := watched(h)
	p, err := s.Create(h.A, orange())
	if err != nil {
		t.Fatal(err)
	}
	double := orange()
	double.Code, double.Name = p.Code, "别的"
	err = second(s.Create(h.A, double))
	var all fault.Fields
	if !errors.As(err, &all) || all.For("code") == nil || all.For("barcodes") == nil {
		t.Errorf("a second product of the same code and barcode: %v", err)
	}
	other, err := s.Create(h.A, catalog.Draft{Name: "赣南脐橙", BaseUnit: "kg"})
	if err != nil || other.Code != "1002" {
		t.Fatalf("a second product of the same name: %+v, %v", other, err)
	}
	if err := second(s.Find(h.A, "赣南脐橙")); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a name of two products: %v", err)
	}
	d := catalog.DraftOf(other)
	d.Code = p.Code
	if err := s.Update(h.A, other.ID, 1, d); !errors.As(err, &all) || all.For("code") == nil {
		t.Errorf("an update to another's code: %v", err)
	}
	if err := second(s.Create(h.B, double)); err != nil {
		t.Errorf("the same code in another shop: %v", err)
	}
	if err := second(s.List(h.A, catalog.Query{After: "!"})); fault.KindOf(err) != fault.Malformed {
		t.Errorf("a broken cursor: %v", err)
	}
}

func testServiceFrozen(t *testing.T, h House) {
	s, w := watched(h)
	p, err := s.Create(h.A, catalog.Draft{Name: "普洱茶", BaseUnit: "kg"})
	if err != nil {
		t.Fatal(err)
	}
	d := catalog.DraftOf(p)
	d.BaseUnit = "cake"
	if err := s.Update(h.A, p.ID, 1, d); err != nil {
		t.Fatalf("another base unit before anything was recorded: %v", err)
	}
	w.frozen = true
	d.BaseUnit = "kg"
	var all fault.Fields
	if err := s.Update(h.A, p.ID, 2, d); !errors.As(err, &all) || all.For("base_unit") == nil {
		t.Errorf("another base unit after a movement: %v", err)
	}
	d.BaseUnit, d.SalePrice = "cake", 5
	if err := s.Update(h.A, p.ID, 2, d); err != nil {
		t.Errorf("another price after a movement: %v", err)
	}
	w.frozen = false
	usual, err := s.UsualSupplier(h.A)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveOffer(h.A, catalog.Offer{ProductID: p.ID, SupplierID: usual.ID, Price: 7}); err != nil {
		t.Fatal(err)
	}
	d.BaseUnit = "kg"
	if err := s.Update(h.A, p.ID, 3, d); !errors.As(err, &all) || all.For("base_unit") == nil {
		t.Errorf("another base unit under an offer's price: %v", err)
	}
}

func testServiceBulk(t *testing.T, h House) {
	s, w := watched(h)
	drafts := make([]catalog.Draft, 1200)
	for i := range drafts {
		drafts[i] = catalog.Draft{Name: fmt.Sprintf("货 %d", i), BaseUnit: "piece", Category: []string{"甲", "乙", ""}[i%3],
			Barcodes: []string{fmt.Sprintf("B%d", i)}}
		if i%2 == 0 {
			drafts[i].Code = fmt.Sprintf("K%d", i)
		}
	}
	drafts[4].Code = "1002" // in the way of the numbers given out
	if err := s.CreateMany(h.A, drafts); err != nil {
		t.Fatal(err)
	}
	all, err := s.All(h.A)
	if err != nil || len(all) != len(drafts) || len(w.marked) != len(drafts) {
		t.Fatalf("made %d, marked %d, %v", len(all), len(w.marked), err)
	}
	ids := make([]ident.ID, len(all))
	for i, p := range all {
		ids[i] = p.ID
		if p.Code == "" || len(p.Barcodes) != 1 {
			t.Fatalf("made %+v", p)
		}
	}
	byID, err := s.Products(h.A, append(ids, ident.New()))
	if err != nil || len(byID) != len(all) {
		t.Errorf("read %d of %d, %v", len(byID), len(all), err)
	}
	categories, err := s.Categories(h.A)
	if err != nil || len(categories) != 2 {
		t.Errorf("categories %v, %v", categories, err)
	}
	for what, broken := range map[string][]catalog.Draft{
		"a taken code":         {{Name: "新", BaseUnit: "kg"}, {Name: "新", Code: "K0", BaseUnit: "kg"}},
		"one code twice":       {{Name: "新", Code: "n", BaseUnit: "kg"}, {Name: "新", Code: "n", BaseUnit: "kg"}},
		"one barcode twice":    {{Name: "新", BaseUnit: "kg", Barcodes: []string{"n"}}, {Name: "新", BaseUnit: "kg", Barcodes: []string{"n"}}},
		"a nameless one":       {{Name: "新", BaseUnit: "kg"}, {BaseUnit: "kg"}},
		"an unknown base unit": {{Name: "新", BaseUnit: "furlong"}},
	} {
		if err := s.CreateMany(h.A, broken); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if codes, err := s.Codes(h.A); err != nil || len(codes) != len(drafts) {
		t.Errorf("a refused list left %d codes, %v", len(codes), err)
	}
	long := strings.Repeat("长", 10<<20)
	if err := second(s.Create(h.A, catalog.Draft{Name: long, BaseUnit: "kg"})); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a name of 30 MB: %v", err)
	}
}

func testServiceSuppliers(t *testing.T, h House) {
	s, w := watched(h)
	made, err := s.CreateSupplier(h.A, catalog.Supplier{Name: " 合作社 ", Kind: catalog.Farmer, Usual: true,
		Closures: []catalog.Closure{{From: 200, Through: 201}, {From: 100, Through: 101}}})
	if err != nil {
		t.Fatal(err)
	}
	if made.Usual || made.Name != "合作社" || made.ReviewDays != 1 || made.OrderWeekdays != catalog.EveryDay || made.Closures[0].From != 100 {
		t.Errorf("made: %+v", made)
	}
	usual, err := s.UsualSupplier(h.A)
	if err != nil || !usual.Usual || usual.Name != "usual in fr" || usual.Kind != catalog.Wholesaler || usual.LeadTimeDays != 1 {
		t.Fatalf("the usual supplier: %+v, %v", usual, err)
	}
	if again, err := s.UsualSupplier(h.A); err != nil || again.ID != usual.ID {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if other, err := s.UsualSupplier(h.B); err != nil || other.ID == usual.ID {
		t.Errorf("the other shop's: %+v, %v", other, err)
	}
	p, err := s.Create(h.A, catalog.Draft{Name: "货", BaseUnit: "kg"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveOffer(h.A, catalog.Offer{ProductID: p.ID, SupplierID: made.ID, Price: 7}); err != nil {
		t.Fatal(err)
	}
	w.marked = nil
	made.Archived, made.LeadTimeDays = true, 4
	if err := s.UpdateSupplier(h.A, made); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(w.marked, []ident.ID{p.ID}) {
		t.Errorf("other terms marked %v", w.marked)
	}
	if err := s.UpdateSupplier(h.A, made); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an update from an old version: %v", err)
	}
	made.Version = 2
	if err := s.UpdateSupplier(h.B, made); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an update from another shop: %v", err)
	}
	if list, err := s.Suppliers(h.A, false); err != nil || len(list) != 1 {
		t.Errorf("not archived: %v, %v", list, err)
	}
}

func testServiceOffers(t *testing.T, h House) {
	s, w := watched(h)
	p, err := s.Create(h.A, orange())
	if err != nil {
		t.Fatal(err)
	}
	supplier, err := s.CreateSupplier(h.A, catalog.Supplier{Name: "甲", Kind: catalog.Manufacturer})
	if err != nil {
		t.Fatal(err)
	}
	w.marked = nil
	terms := catalog.Offer{ProductID: p.ID, SupplierID: supplier.ID, Price: 52_000,
		Breaks: []catalog.Break{{From: 100_000, Price: 48_000}, {From: 50_000, Price: 50_000}}}
	o, err := s.SaveOffer(h.A, terms)
	if err != nil {
		t.Fatal(err)
	}
	if o.Version != 1 || o.ValidFrom != day.New(2026, time.November, 24) || o.Pack.Unit != "kg" || o.Breaks[0].From != 50_000 {
		t.Errorf("made: %+v", o)
	}
	if !slices.Equal(w.marked, []ident.ID{p.ID}) {
		t.Errorf("marked %v", w.marked)
	}
	if err := second(s.SaveOffer(h.A, terms)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second offer of the same supplier: %v", err)
	}
	o.Price = 51_000
	changed, err := s.SaveOffer(h.A, o)
	if err != nil || changed.Version != 2 {
		t.Fatalf("changed: %+v, %v", changed, err)
	}
	if err := second(s.SaveOffer(h.A, o)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a change from an old version: %v", err)
	}
	for what, err := range map[string]error{
		"of another shop":      second(s.SaveOffer(h.B, terms)),
		"change from outside":  second(s.SaveOffer(h.B, changed)),
		"read from outside":    second(s.Offer(h.B, o.ID)),
		"archive from outside": s.ArchiveOffer(h.B, o.ID),
		"unknown product":      second(s.SaveOffer(h.A, catalog.Offer{SupplierID: supplier.ID})),
		"unknown supplier":     second(s.SaveOffer(h.A, catalog.Offer{ProductID: p.ID})),
	} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.ArchiveOffer(h.A, o.ID); err != nil {
		t.Fatal(err)
	}
	if byProduct, err := s.Offers(h.A, nil); err != nil || len(byProduct) != 0 {
		t.Errorf("archived but still offered: %v, %v", byProduct, err)
	}
	if err := second(s.SaveOffer(h.A, terms)); err != nil {
		t.Errorf("a new offer after the old one ended: %v", err)
	}
}

func testServiceAssumed(t *testing.T, h House) {
	s, _ := watched(h)
	a, err := s.Create(h.A, catalog.Draft{Name: "甲", BaseUnit: "kg"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.Create(h.A, catalog.Draft{Name: "乙", BaseUnit: "kg"})
	if err != nil {
		t.Fatal(err)
	}
	usual, err := s.UsualSupplier(h.A)
	if err != nil {
		t.Fatal(err)
	}
	assumed := func(p catalog.Product, price int64) catalog.Offer {
		return catalog.Offer{ProductID: p.ID, SupplierID: usual.ID, Price: money.Price(price), Assumed: true}
	}
	if err := s.SaveOffers(h.A, []catalog.Offer{assumed(a, 10), assumed(b, 20), assumed(b, 21)}); err != nil {
		t.Fatal(err)
	}
	offers, err := s.Offers(h.A, []ident.ID{a.ID, b.ID})
	if err != nil || len(offers[a.ID]) != 1 || len(offers[b.ID]) != 1 || offers[b.ID][0].Price != 21 {
		t.Fatalf("saved: %v, %v", offers, err)
	}
	edited := offers[a.ID][0]
	edited.Price, edited.Assumed = 15, false
	if _, err := s.SaveOffer(h.A, edited); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveOffers(h.A, []catalog.Offer{assumed(a, 11), assumed(b, 22)}); err != nil {
		t.Fatal(err)
	}
	offers, err = s.Offers(h.A, nil)
	if err != nil || offers[a.ID][0].Price != 15 || offers[a.ID][0].Assumed || offers[b.ID][0].Price != 22 {
		t.Errorf("after the second import: %+v, %v; a person's price stays", offers, err)
	}
	if err := s.SaveOffers(h.B, []catalog.Offer{assumed(a, 1)}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("offers for another shop's product: %v", err)
	}
}

func testServiceQuotes(t *testing.T, h House) {
	s, w := watched(h)
	p, err := s.Create(h.A, catalog.Draft{Name: "甲", BaseUnit: "kg"})
	if err != nil {
		t.Fatal(err)
	}
	if last, err := s.LastQuotes(h.A, 500); err != nil || len(last) != 0 {
		t.Errorf("without a usual supplier: %v, %v", last, err)
	}
	usual, err := s.UsualSupplier(h.A)
	if err != nil {
		t.Fatal(err)
	}
	w.marked = nil
	batch := ident.New()
	quote := func(d day.Date, price int64) catalog.Quote {
		return catalog.Quote{ProductID: p.ID, SupplierID: usual.ID, Day: d, Price: money.Price(price), BatchID: batch}
	}
	if err := s.AddQuotes(h.A, []catalog.Quote{quote(10, 1), quote(12, 2), quote(12, 3)}); err != nil {
		t.Fatal(err)
	}
	last, err := s.LastQuotes(h.A, 20)
	if err != nil || last[p.ID] != quote(12, 3) {
		t.Errorf("the last quote: %v, %v", last, err)
	}
	if err := s.DeleteQuotes(h.A, batch); err != nil {
		t.Fatal(err)
	}
	if last, err := s.LastQuotes(h.A, 20); err != nil || len(last) != 0 {
		t.Errorf("after the undo: %v, %v", last, err)
	}
	same(t, "marked", w.marked, []ident.ID{p.ID, p.ID})
	if err := s.AddQuotes(h.A, []catalog.Quote{quote(1, -1)}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a negative price: %v", err)
	}
}

// testServiceRollsBack proves that a change whose mark fails was not made.
func testServiceRollsBack(t *testing.T, h House) {
	s, w := watched(h)
	w.fail = errors.New("the queue is broken")
	if err := second(s.Create(h.A, orange())); !errors.Is(err, w.fail) {
		t.Errorf("create: %v", err)
	}
	if codes, err := s.Codes(h.A); err != nil || len(codes) != 0 {
		t.Errorf("half written: %v, %v", codes, err)
	}
	if categories, err := s.Categories(h.A); err != nil || len(categories) != 0 {
		t.Errorf("half written: %v, %v", categories, err)
	}
}
