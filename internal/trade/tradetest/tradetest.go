// Package tradetest is the contract of trade.Store and of the service upon it, with a
// real catalog: the same tests for every store. Three shops take part: two that trade
// and a third that must learn nothing but what was published.
package tradetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
	"buhuo/internal/trade"
)

// House is a fresh store among its neighbours, and three shops.
type House struct {
	Store   trade.Store
	Atomic  trade.Atomic
	Catalog *catalog.Service
	Deals   trade.Deals
	Orders  *purchase.Service
	Stock   *stock.Service
	Sales   *sales.Service
	Houses  trade.Houses
	// Farm publishes, Grocer takes, Other looks on; all count in CNY, Abroad in EUR.
	Farm, Grocer, Other, Abroad context.Context
}

// Now is the time of the tests' services: the 24th in Shanghai.
var Now = time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC)

// Journal remembers the actions recorded.
type Journal struct{ Actions []string }

// Record implements trade.Journal.
func (j *Journal) Record(_ context.Context, action string, _ ident.ID, _ map[string]any) error {
	j.Actions = append(j.Actions, action)
	return nil
}

// Service is the area's service in the house, with a journal of its own.
func (h House) Service() (*trade.Service, *Journal) {
	j := &Journal{}
	s := trade.New(h.Store, h.Atomic, h.Catalog, j, func() time.Time { return Now })
	s.SetDesk(trade.Desk{Deals: h.Deals, Orders: h.Orders, Ledger: h.Stock, Sales: h.Sales, Houses: h.Houses})
	h.Orders.SetFollower(s)
	h.Orders.SetPartners(s)
	return s, j
}

// Run tests the store that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, House)
	}{
		{"published", testPublished},
		{"search", testSearch},
		{"pages", testPages},
		{"refused", testRefused},
		{"stale", testStale},
		{"taken", testTaken},
		{"taken for a product", testTakenForProduct},
		{"terms change", testTermsChange},
		{"sheet", testSheet},
		{"photo", testPhoto},
		{"deal snapshot", testDealSnapshot},
		{"deal whole", testDealWhole},
		{"taken back", testTakeBack},
		{"taken back after the end", testTakeBackCancelled},
		{"taken back at random", testTakeBackWalk},
		{"answered by link", testAnsweredByLink},
		{"deal refused", testDealRefused},
		{"deal bad input", testDealBadInput},
		{"deal apart", testDealApart},
		{"deal with an unknown line", testDealUnknownLine},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

// Oranges is what the farm publishes: in boxes of five kilograms, at 5.00 a kilogram,
// 4.60 from a hundred on, with a freight of 30.00 an order.
func (h House) Oranges(t testing.TB, s *trade.Service) trade.Listing {
	t.Helper()
	h.must(t, s.PutProducer(h.Farm, trade.Producer{
		Name: "屈乡脐橙合作社", Kind: catalog.Farmer, Province: "42", Phone: "0717-1", PricesIncludeTax: true, Freight: 3_000, LeadTimeDays: 4, Open: true,
	}))
	p, err := h.Catalog.Create(h.Farm, catalog.Draft{Name: "秭归脐橙", BaseUnit: "kg", SalePrice: 50_000, Shelf: "冷库", Packs: []measure.Pack{box}})
	h.must(t, err)
	from, through := day.New(2026, time.November, 10), day.New(2027, time.February, 10)
	l, err := s.Publish(h.Farm, trade.Listing{
		ProductID: p.ID, Name: "秭归脐橙", Grade: "75–85 mm", Origin: "湖北秭归", Lot: "2026-霜降", About: "不打蜡", Pack: box, Minimum: 20_000, Price: 50_000,
		Breaks: []catalog.Break{{From: 100_000, Price: 46_000}}, HarvestFrom: &from, HarvestThrough: &through, Published: true, Sheet: true,
	})
	h.must(t, err)
	return l
}

var box = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}}

func (h House) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func notFound(t testing.TB, what string, err error) {
	t.Helper()
	if err == nil || fault.KindOf(err) != fault.NotFound {
		t.Errorf("%s: %v, want a fault of kind NotFound", what, err)
	}
}

// testPublished: other shops find what is published, while the shop is open; nobody
// finds the rest.
func testPublished(t *testing.T, h House) {
	s, journal := h.Service()
	l := h.Oranges(t, s)
	found := func(ctx context.Context) int {
		t.Helper()
		list, err := s.Search(ctx, trade.Query{})
		h.must(t, err)
		if _, err := s.Entry(ctx, l.ID); (err == nil) != (len(list) == 1) {
			t.Errorf("the list has %d, the entry says %v", len(list), err)
		}
		return len(list)
	}
	if found(h.Grocer) != 1 || found(h.Other) != 1 {
		t.Error("another shop does not find what is published")
	}
	if list, err := s.Search(h.Farm, trade.Query{}); err != nil || len(list) != 0 {
		t.Errorf("the farm finds its own: %v, %v", list, err)
	}
	if list, err := s.Search(h.Abroad, trade.Query{}); err != nil || len(list) != 0 {
		t.Errorf("a shop that counts in another currency finds %v, %v", list, err)
	}
	e, err := s.Entry(h.Grocer, l.ID)
	h.must(t, err)
	if e.Name != l.Name || e.Price != l.Price || len(e.Breaks) != 1 || e.Producer.Name != "屈乡脐橙合作社" || e.Producer.Freight != 3_000 {
		t.Errorf("the entry is %+v", e)
	}
	h.must(t, s.Withdraw(h.Farm, l.ProductID))
	h.must(t, s.Withdraw(h.Farm, l.ProductID))
	if found(h.Grocer) != 0 {
		t.Error("what was withdrawn is found")
	}
	if n := len(journal.Actions); n != 3 {
		t.Errorf("withdrawing twice wrote %v", journal.Actions)
	}
	again, _, err := s.Draft(h.Farm, l.ProductID)
	h.must(t, err)
	again.Published = true
	if _, err = s.Publish(h.Farm, again); err != nil || found(h.Grocer) != 1 {
		t.Errorf("published again: %v", err)
	}
	p, err := s.Producer(h.Farm)
	h.must(t, err)
	p.Open = false
	h.must(t, s.PutProducer(h.Farm, p))
	if found(h.Grocer) != 0 {
		t.Error("what a closed producer published is found")
	}
	notFound(t, "another shop withdraws", s.Withdraw(h.Grocer, l.ProductID))
	if _, _, err := s.Draft(h.Grocer, l.ProductID); err == nil {
		t.Error("another shop reads the draft of a listing")
	}
	if own, err := s.Listings(h.Grocer); err != nil || len(own) != 0 {
		t.Errorf("another shop has %v, %v", own, err)
	}
}

func testSearch(t *testing.T, h House) {
	s, _ := h.Service()
	h.Oranges(t, s)
	for _, c := range []struct {
		q    trade.Query
		want int
	}{
		{trade.Query{Text: "脐橙"}, 1}, {trade.Query{Text: "qicheng"}, 1}, {trade.Query{Text: "湖北"}, 1}, {trade.Query{Text: "75"}, 1}, {trade.Query{Text: "屈乡"}, 1},
		{trade.Query{Text: "苹果"}, 0}, {trade.Query{Text: "%"}, 0}, {trade.Query{Text: "\u200b"}, 0}, {trade.Query{Text: "' OR 1=1 --"}, 0},
		{trade.Query{Province: "42"}, 1}, {trade.Query{Province: "53"}, 0}, {trade.Query{Kind: catalog.Farmer}, 1}, {trade.Query{Kind: catalog.Manufacturer}, 0},
		{trade.Query{Text: "脐橙", Province: "42", Kind: catalog.Farmer}, 1},
	} {
		if got, err := s.Search(h.Grocer, c.q); err != nil || len(got) != c.want {
			t.Errorf("%+v finds %d, %v; want %d", c.q, len(got), err, c.want)
		}
	}
}

func testPages(t *testing.T, h House) {
	s, _ := h.Service()
	h.must(t, s.PutProducer(h.Farm, trade.Producer{Name: "农场", Kind: catalog.Farmer, Open: true}))
	for _, name := range strings.Fields("白菜 菠菜 大葱 冬瓜 豆角") {
		p, err := h.Catalog.Create(h.Farm, catalog.Draft{Name: name, BaseUnit: "kg"})
		h.must(t, err)
		_, err = s.Publish(h.Farm, trade.Listing{ProductID: p.ID, Name: name, Price: 10_000, Published: true})
		h.must(t, err)
	}
	var names []string
	for q := (trade.Query{Limit: 2}); ; {
		page, err := s.Search(h.Grocer, q)
		h.must(t, err)
		for _, e := range page {
			names = append(names, e.Name)
			q.After = e.ID
		}
		if len(page) < q.Limit {
			break
		}
	}
	if got := strings.Join(names, " "); got != "白菜 菠菜 大葱 冬瓜 豆角" {
		t.Errorf("the pages have %s", got)
	}
}

func testRefused(t *testing.T, h House) {
	s, _ := h.Service()
	l := h.Oranges(t, s)
	before, through := day.New(2026, time.November, 10), day.New(2026, time.November, 9)
	for name, change := range map[string]func(*trade.Listing){
		"no name": func(l *trade.Listing) { l.Name = " " }, "a name too long": func(l *trade.Listing) { l.Name = strings.Repeat("橙", 201) },
		"no price": func(l *trade.Listing) { l.Price = 0 }, "a price below zero": func(l *trade.Listing) { l.Price = -1 },
		"too dear": func(l *trade.Listing) { l.Price = money.MaxPrice + 1 }, "a harvest backwards": func(l *trade.Listing) { l.HarvestFrom, l.HarvestThrough = &before, &through },
		"two breaks alike": func(l *trade.Listing) { l.Breaks = append(l.Breaks, l.Breaks[0]) }, "a minimum below zero": func(l *trade.Listing) { l.Minimum = -1 },
		"a pack of no size": func(l *trade.Listing) { l.Pack = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 1, Den: 7}} },
		"much said":         func(l *trade.Listing) { l.About = strings.Repeat("橙", trade.MaxAbout+1) },
	} {
		wrong := l
		change(&wrong)
		if _, err := s.Publish(h.Farm, wrong); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, p := range map[string]trade.Producer{
		"no name": {Kind: catalog.Farmer}, "no kind": {Name: "x", Kind: "king"}, "no province": {Name: "x", Kind: catalog.Farmer, Province: "99"},
		"freight below zero": {Name: "x", Kind: catalog.Farmer, Freight: -1}, "a year late": {Name: "x", Kind: catalog.Farmer, LeadTimeDays: 400},
	} {
		if err := s.PutProducer(h.Farm, p); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := s.Publish(h.Grocer, l)
	notFound(t, "publishing another shop's product", err)
}

func testStale(t *testing.T, h House) {
	s, _ := h.Service()
	l := h.Oranges(t, s)
	first := l
	first.Price = 51_000
	_, err := s.Publish(h.Farm, first)
	h.must(t, err)
	if _, err := s.Publish(h.Farm, l); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a listing of an old version: %v", err)
	}
	p, err := s.Producer(h.Farm)
	h.must(t, err)
	h.must(t, s.PutProducer(h.Farm, p))
	if err := s.PutProducer(h.Farm, p); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a producer of an old version: %v", err)
	}
}

// testTaken: one press makes a supplier with an offer; a second makes nothing.
func testTaken(t *testing.T, h House) {
	s, journal := h.Service()
	l := h.Oranges(t, s)
	take := trade.Take{ListingID: l.ID, Language: "zh-Hans", Province: "湖北"}
	o, err := s.Take(h.Grocer, take)
	h.must(t, err)
	written := len(journal.Actions)
	again, err := s.Take(h.Grocer, take)
	h.must(t, err)
	if again.ID != o.ID || again.Version != o.Version || len(journal.Actions) != written {
		t.Errorf("taking twice made %+v of %+v and wrote %v", again, o, journal.Actions)
	}
	if o.Price != l.Price || o.Minimum != l.Minimum || o.Pack != l.Pack || len(o.Breaks) != 1 || o.SupplierCode != l.Code {
		t.Errorf("the offer is %+v", o)
	}
	supplier, err := h.Catalog.Supplier(h.Grocer, o.SupplierID)
	h.must(t, err)
	if supplier.Name != "屈乡脐橙合作社" || supplier.Kind != catalog.Farmer || supplier.Freight != 3_000 || supplier.LeadTimeDays != 4 || supplier.Province != "湖北" {
		t.Errorf("the supplier is %+v", supplier)
	}
	p, err := h.Catalog.Product(h.Grocer, o.ProductID)
	h.must(t, err)
	if p.Name != l.Name || p.BaseUnit != "kg" || p.Origin != "湖北秭归" || p.Shelf != "" {
		t.Errorf("the product is %+v", p)
	}
	all, err := h.Catalog.Suppliers(h.Grocer, true)
	h.must(t, err)
	page, err := h.Catalog.List(h.Grocer, catalog.Query{})
	h.must(t, err)
	if len(all) != 1 || len(page.Products) != 1 {
		t.Errorf("%d suppliers, %d products", len(all), len(page.Products))
	}
	if standing, err := s.Standing(h.Other, trade.Entry{Listing: l}); err != nil || standing.Followed != nil {
		t.Errorf("a third shop: %+v, %v", standing, err)
	}
	if changes, err := s.Changes(h.Grocer); err != nil || len(changes) != 0 {
		t.Errorf("nothing has changed, but %v, %v", changes, err)
	}
	notFound(t, "taking one's own", func() error { _, err := s.Take(h.Farm, take); return err }())
	notFound(t, "taking what there is not", func() error { _, err := s.Take(h.Grocer, trade.Take{ListingID: ident.New()}); return err }())
}

func testTakenForProduct(t *testing.T, h House) {
	s, _ := h.Service()
	l := h.Oranges(t, s)
	mine, err := h.Catalog.Create(h.Grocer, catalog.Draft{Name: "秭归脐橙", BaseUnit: "kg"})
	h.must(t, err)
	pieces, err := h.Catalog.Create(h.Grocer, catalog.Draft{Name: "秭归脐橙礼盒", BaseUnit: "piece"})
	h.must(t, err)
	theirs, err := h.Catalog.Create(h.Other, catalog.Draft{Name: "秭归脐橙", BaseUnit: "kg"})
	h.must(t, err)
	e, err := s.Entry(h.Grocer, l.ID)
	h.must(t, err)
	standing, err := s.Standing(h.Grocer, e)
	h.must(t, err)
	if len(standing.Same) != 1 || standing.Same[0].ID != mine.ID {
		t.Errorf("it could be %+v", standing.Same)
	}
	if _, err := s.Take(h.Grocer, trade.Take{ListingID: l.ID, ProductID: pieces.ID}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("for a product that is counted otherwise: %v", err)
	}
	_, err = s.Take(h.Grocer, trade.Take{ListingID: l.ID, ProductID: theirs.ID})
	notFound(t, "for another shop's product", err)
	if all, err := h.Catalog.Suppliers(h.Grocer, true); err != nil || len(all) != 0 {
		t.Errorf("what was refused left %v, %v", all, err)
	}
	o, err := s.Take(h.Grocer, trade.Take{ListingID: l.ID, ProductID: mine.ID})
	if err != nil || o.ProductID != mine.ID {
		t.Errorf("%+v, %v", o, err)
	}
}

// testTermsChange: the shop's own offer stays until the new terms are taken.
func testTermsChange(t *testing.T, h House) {
	s, _ := h.Service()
	l := h.Oranges(t, s)
	o, err := s.Take(h.Grocer, trade.Take{ListingID: l.ID})
	h.must(t, err)
	l.About = "今年更甜"
	l, err = s.Publish(h.Farm, l)
	h.must(t, err)
	if changes, err := s.Changes(h.Grocer); err != nil || len(changes) != 0 {
		t.Errorf("other words are no other terms: %v, %v", changes, err)
	}
	l.Price = 55_000
	l, err = s.Publish(h.Farm, l)
	h.must(t, err)
	changes, err := s.Changes(h.Grocer)
	h.must(t, err)
	if len(changes) != 1 || changes[0].Offer.Price != 50_000 || changes[0].Entry == nil || changes[0].Entry.Price != 55_000 {
		t.Fatalf("the changes are %+v", changes)
	}
	if others, err := s.Changes(h.Other); err != nil || len(others) != 0 {
		t.Errorf("a third shop has changes: %v, %v", others, err)
	}
	now, err := s.Take(h.Grocer, trade.Take{ListingID: l.ID})
	h.must(t, err)
	if now.ID != o.ID || now.Price != 55_000 {
		t.Errorf("taken: %+v", now)
	}
	if changes, err := s.Changes(h.Grocer); err != nil || len(changes) != 0 {
		t.Errorf("after taking: %v, %v", changes, err)
	}
	h.must(t, s.Withdraw(h.Farm, l.ProductID))
	changes, err = s.Changes(h.Grocer)
	if err != nil || len(changes) != 1 || changes[0].Entry != nil {
		t.Errorf("withdrawn: %+v, %v", changes, err)
	}
	h.must(t, h.Catalog.ArchiveOffer(h.Grocer, o.ID))
	if changes, err := s.Changes(h.Grocer); err != nil || len(changes) != 0 {
		t.Errorf("the shop has ended it, but %v, %v", changes, err)
	}
}

// testSheet: the world reads only what is meant for it.
func testSheet(t *testing.T, h House) {
	s, _ := h.Service()
	l := h.Oranges(t, s)
	nobody := context.Background()
	e, err := s.Sheet(nobody, l.ID)
	if err != nil || e.Name != l.Name || e.Producer.Name == "" {
		t.Errorf("%+v, %v", e, err)
	}
	l.Sheet = false
	l, err = s.Publish(h.Farm, l)
	h.must(t, err)
	_, err = s.Sheet(nobody, l.ID)
	notFound(t, "without a sheet", err)
	l.Sheet, l.Published = true, false
	_, err = s.Publish(h.Farm, l)
	h.must(t, err)
	_, err = s.Sheet(nobody, l.ID)
	notFound(t, "withdrawn", err)
	if _, err := s.Search(nobody, trade.Query{}); err == nil {
		t.Error("somebody without a shop searches the directory")
	}
}
