// Package restocktest is the contract of restock.Store and restock.Reader: the same
// tests for every store. Each runs with two shops, because what one shop keeps the
// other must never read or change.
package restocktest

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/fault"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// House is a fresh store beside a real catalogue and ledger, and two shops.
type House struct {
	Store   restock.Store
	Reader  restock.Reader
	Atomic  restock.Atomic
	Catalog *catalog.Service
	Stock   *stock.Service
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
		{"pool", testPool},
		{"years", testYears},
		{"suggestions", testSuggestions},
		{"archived products", testArchived},
		{"choices stand", testChoicesStand},
		{"choose", testChoose},
		{"purse", testPurse},
		{"mark ordered", testMarkOrdered},
		{"refusals", testRefusals},
		{"decisions", testDecisions},
		{"scores", testScores},
		{"level", testLevel},
		{"unanswered", testUnanswered},
		{"deliveries", testDeliveries},
		{"pool anew", testPoolAnew},
		{"forecasts kept", testRecords},
		{"adjustments", testAdjustments},
		{"hindsight", testHindsight},
		{"hold", testHold},
		{"ask", testAsk},
		{"runs", testRuns},
		{"two shops", testTwoShops},
		{"no shop", testNoShop},
		{"lists of suggestions", testSuggestionLists},
		{"totals", testTotals},
		{"list of products", testProducts},
		{"today", testToday},
		{"lists of two shops", testReaderTwoShops},
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

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// sameRow compares suggestions by what they say: an empty list in a trace may come
// back as none.
func sameRow(t *testing.T, what string, got, want restock.Suggestion) {
	t.Helper()
	texts := make([]string, 2)
	for i, s := range []restock.Suggestion{got, want} {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(b)
	}
	if texts[0] == texts[1] {
		return
	}
	at := 0
	for at < min(len(texts[0]), len(texts[1])) && texts[0][at] == texts[1][at] {
		at++
	}
	for i := range texts {
		texts[i] = texts[i][max(0, at-60):min(len(texts[i]), at+60)]
	}
	t.Errorf("%s differs:\n got …%s…\nwant …%s…", what, texts[0], texts[1])
}

// product makes one in the shop of ctx.
func (h House) product(t *testing.T, ctx context.Context, code, name string) catalog.Product {
	t.Helper()
	p, err := h.Catalog.Create(ctx, catalog.Draft{Code: code, Name: name, BaseUnit: "kg"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// supplier makes one with an offer for each product, in boxes of 5 kg.
func (h House) supplier(t *testing.T, ctx context.Context, name string, kind catalog.Kind, products ...catalog.Product) (catalog.Supplier, map[ident.ID]catalog.Offer) {
	t.Helper()
	s, err := h.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: name, Kind: kind, LeadTimeDays: 2, ReviewDays: 3, OrderWeekdays: catalog.EveryDay, MinimumOrder: 30_000})
	if err != nil {
		t.Fatal(err)
	}
	offers := map[ident.ID]catalog.Offer{}
	for _, p := range products {
		o, err := h.Catalog.SaveOffer(ctx, catalog.Offer{
			SupplierID: s.ID, ProductID: p.ID, Price: 52_000, ValidFrom: Today.Add(-100),
			Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 1}},
		})
		if err != nil {
			t.Fatal(err)
		}
		offers[p.ID] = o
	}
	return s, offers
}

type flat struct{ mean float64 }

func (f flat) Sum(k int) dist.Distribution {
	return dist.NewGamma(f.mean*float64(k), 1.5*f.mean*float64(k))
}

// suggest is a suggestion as the kernel makes it, for rate base units a day.
func suggest(p catalog.Product, o *catalog.Offer, rate float64) restock.Suggestion {
	in := replenish.Input{
		Version: replenish.Version, Today: Today, Unit: p.BaseUnit, Currency: money.CNY, Price: 88_000,
		Demand: replenish.WindowsOf(flat{rate}, 60), Stock: replenish.Stock{Known: true, Lots: []replenish.Lot{{Quantity: 9_000, Expiry: Today.Add(4)}}},
	}
	if o != nil {
		in.Offers = []replenish.Offer{{ID: o.ID, Supplier: o.SupplierID, Kind: replenish.Farmer, Pack: o.Pack, LeadDays: 2, ReviewDays: 3, Breaks: []replenish.Break{{Price: o.Price}}}}
	}
	trace := replenish.Suggest(in)
	r := trace.Result
	s := restock.Suggestion{
		ProductID: p.ID, AsOf: Today.Add(-1), OnHand: r.OnHand, Available: r.Available, OnOrder: r.OnOrder, StockKnown: true,
		RiskPPM: int(1e6 * r.Risk.StockOutProb), DailyRate: r.DailyRate, Quantity: r.Quantity, PackQuantity: r.Quantity, PackUnit: p.BaseUnit,
		Reason: r.Reason, Trace: trace, State: restock.Open, MadeAt: day.At(Now),
		Spark: restock.Spark{Past: []int64{1000, -1, 3000}, Lower: []int64{1}, Mean: []int64{2}, Upper: []int64{3}},
	}
	if r.Choice != nil {
		s.SupplierID, s.OfferID = &r.Choice.Supplier, &r.Choice.Offer
		s.UnitPrice, s.LineCost = r.Choice.Quote.UnitPrice, r.Choice.Quote.LineCost
		s.PackUnit, s.PackQuantity = "box", r.Quantity/5
	}
	return s
}

func (h House) put(t *testing.T, ctx context.Context, rows ...restock.Suggestion) {
	t.Helper()
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.PutSuggestions(ctx, rows) })
}

func (h House) read(t *testing.T, ctx context.Context, ids ...ident.ID) []restock.Suggestion {
	t.Helper()
	rows, err := h.Store.Suggestions(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (h House) one(t *testing.T, ctx context.Context, id ident.ID) restock.Suggestion {
	t.Helper()
	rows := h.read(t, ctx, id)
	if len(rows) != 1 {
		t.Fatalf("%d suggestions for one product", len(rows))
	}
	return rows[0]
}

func testPool(t *testing.T, h House) {
	if _, ok, err := h.Store.Pool(h.A); ok || err != nil {
		t.Fatalf("a pool before any was made: %v, %v", ok, err)
	}
	first := restock.Pool{Made: Today.Add(-1), Shop: demand.Shop{Profile: demand.Uniform(7, 21), Habits: demand.Habits{Sway: 0.08, Days: []float64{1, 0, 1.25}}, Levels: map[string]float64{"": 2.5}}, Newest: Today.Add(-2)}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutPool(ctx, first) })
	got, ok, err := h.Store.Pool(h.A)
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	same(t, "the pool", got, first)
	second := first
	second.Made = Today
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutPool(ctx, second) })
	if got, _, _ := h.Store.Pool(h.A); got.Made != Today {
		t.Errorf("the pool was not replaced: %v", got.Made)
	}
}

func year(n int, sold ...measure.Quantity) demand.Year {
	y := demand.Year{Year: n}
	for _, q := range sold {
		y.Days = append(y.Days, demand.Day{Sold: q, Available: demand.Full, Price: 12_345})
	}
	return y
}

func testYears(t *testing.T, h House) {
	a, b := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	put := func(rows ...restock.ProductYears) {
		h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutYears(ctx, rows) })
	}
	put(
		restock.ProductYears{ProductID: a.ID, From: 1990, Years: []demand.Year{year(2024, 1, 2), year(2025, 3), year(2026, 4)}},
		restock.ProductYears{ProductID: b.ID, From: 1990, Years: []demand.Year{year(2026, 9)}},
	)
	put(restock.ProductYears{ProductID: a.ID, From: 2025, Years: []demand.Year{year(2025, 33), year(2026, 44, 0, 55)}})
	got, err := h.Store.Years(h.A, []ident.ID{a.ID})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "one product", got, map[ident.ID][]demand.Year{a.ID: {year(2024, 1, 2), year(2025, 33), year(2026, 44, 0, 55)}})
	all, err := h.Store.Years(h.A, nil)
	if err != nil || len(all) != 2 || len(all[b.ID]) != 1 {
		t.Errorf("all products: %v, %v", all, err)
	}
	put(restock.ProductYears{ProductID: b.ID, From: 2026})
	if got, err := h.Store.Years(h.A, []ident.ID{b.ID}); err != nil || len(got) != 0 {
		t.Errorf("years that are gone are still read: %v, %v", got, err)
	}
}

func testSuggestions(t *testing.T, h House) {
	a, b := h.product(t, h.A, "1", "脐橙"), h.product(t, h.A, "2", "红枣")
	_, offers := h.supplier(t, h.A, "合作社", catalog.Farmer, a)
	offer := offers[a.ID]
	full := suggest(a, &offer, 6)
	cover, saving, reference, q := 2, money.Amount(-120), money.Amount(9_900), measure.Quantity(10_000)
	runOut, until, expiring, snoozed := Today.Add(2), Today.Add(5), Today.Add(4), Today.Add(9)
	full.CoverDays, full.Saving, full.ReferenceCost, full.Override, full.OverrideReason = &cover, &saving, &reference, &q, "赶集"
	full.RunOut, full.RiskUntil, full.ExpiringDay, full.Expiring, full.Assumed = &runOut, &until, &expiring, 1_500, true
	full.State, full.SnoozedUntil, full.RiskPPM = restock.Snoozed, &snoozed, 1_000_000
	bare := suggest(b, nil, 0)
	h.put(t, h.A, full, bare)
	if full.Quantity == 0 || len(full.Trace.Steps) == 0 {
		t.Fatal("the example says nothing")
	}
	sameRow(t, "with everything", h.one(t, h.A, a.ID), full)
	sameRow(t, "with nothing", h.one(t, h.A, b.ID), bare)
	brief := full
	brief.Reason, brief.Spark, brief.Trace = nil, restock.Spark{}, replenish.Trace{}
	if list, err := h.Reader.Heads(h.A, []ident.ID{a.ID}); err != nil || len(list) != 1 {
		t.Errorf("%d heads, %v", len(list), err)
	} else {
		sameRow(t, "the head alone", list[0], brief)
	}
	all, err := h.Store.Suggestions(h.A, nil)
	if err != nil || len(all) != 2 || all[0].ProductID != b.ID {
		t.Errorf("all, in the order of the product list (红枣 before 脐橙): %d rows, %v", len(all), err)
	}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.DeleteSuggestions(ctx, []ident.ID{a.ID}) })
	if rows := h.read(t, h.A, a.ID, b.ID); len(rows) != 1 || rows[0].ProductID != b.ID {
		t.Errorf("after deleting: %d rows", len(rows))
	}
}

func testArchived(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	h.put(t, h.A, suggest(p, nil, 1))
	if err := h.Catalog.Archive(h.A, p.ID, true); err != nil {
		t.Fatal(err)
	}
	if rows := h.read(t, h.A, p.ID); len(rows) != 0 {
		t.Errorf("a suggestion for a product that is no longer sold: %+v", rows)
	}
}

// testTwoShops tries every method from shop B on what shop A keeps.
func testTwoShops(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	kept := suggest(p, nil, 2)
	h.put(t, h.A, kept)
	h.do(t, h.A, func(ctx context.Context) error {
		if err := h.Store.PutPool(ctx, restock.Pool{Made: Today}); err != nil {
			return err
		}
		return h.Store.PutYears(ctx, []restock.ProductYears{{ProductID: p.ID, From: 2026, Years: []demand.Year{year(2026, 7)}}})
	})
	if _, ok, err := h.Store.Pool(h.B); ok || err != nil {
		t.Errorf("another shop's pool: %v, %v", ok, err)
	}
	if y, err := h.Store.Years(h.B, []ident.ID{p.ID}); len(y) != 0 || err != nil {
		t.Errorf("another shop's demand: %v, %v", y, err)
	}
	if y, err := h.Store.Years(h.B, nil); len(y) != 0 || err != nil {
		t.Errorf("another shop's demand among all: %v, %v", y, err)
	}
	for _, ids := range [][]ident.ID{nil, {p.ID}} {
		if rows, err := h.Store.Suggestions(h.B, ids); len(rows) != 0 || err != nil {
			t.Errorf("another shop's suggestions: %v, %v", rows, err)
		}
		if rows, err := h.Reader.Heads(h.B, ids); len(rows) != 0 || err != nil {
			t.Errorf("heads of another shop's suggestions: %v, %v", rows, err)
		}
	}
	h.do(t, h.B, func(ctx context.Context) error {
		if taken, err := h.Store.MarkOrdered(ctx, []ident.ID{p.ID}); len(taken) != 0 || err != nil {
			t.Errorf("marked another shop's suggestion: %v, %v", taken, err)
		}
		if err := h.Store.Choose(ctx, p.ID, restock.Choice{State: restock.Ordered}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("chose for another shop: %v", err)
		}
		if err := h.Store.DeleteSuggestions(ctx, []ident.ID{p.ID}); err != nil {
			t.Errorf("deleting what is not there: %v", err)
		}
		return h.Store.PutPool(ctx, restock.Pool{Made: Today.Add(-9)})
	})
	for name, write := range map[string]func(ctx context.Context) error{
		"PutSuggestions": func(ctx context.Context) error {
			return h.Store.PutSuggestions(ctx, []restock.Suggestion{suggest(p, nil, 99)})
		},
	} {
		if err := h.Atomic.Do(h.B, write); err == nil {
			t.Errorf("%s took a row that names another shop's product", name)
		}
	}
	sameRow(t, "the suggestion", h.one(t, h.A, p.ID), kept)
	if pool, _, _ := h.Store.Pool(h.A); pool.Made != Today {
		t.Errorf("the pool was changed: %v", pool.Made)
	}
	if y, err := h.Store.Years(h.A, nil); len(y[p.ID]) != 1 || err != nil {
		t.Errorf("the demand was changed: %v, %v", y, err)
	}
}

// testNoShop proves that without a shop in ctx nothing is read or written.
func testNoShop(t *testing.T, h House) {
	p := h.product(t, h.A, "1", "脐橙")
	h.put(t, h.A, suggest(p, nil, 2))
	nobody := tenant.With(context.Background(), tenant.Scope{})
	if _, _, err := h.Store.Pool(nobody); err == nil {
		t.Error("a pool without a shop")
	}
	if rows, err := h.Store.Suggestions(nobody, nil); err == nil {
		t.Errorf("suggestions without a shop: %v", rows)
	}
	if y, err := h.Store.Years(nobody, nil); err == nil {
		t.Errorf("demand without a shop: %v", y)
	}
	err := h.Atomic.Do(nobody, func(ctx context.Context) error {
		return h.Store.PutSuggestions(ctx, []restock.Suggestion{suggest(p, nil, 2)})
	})
	if err == nil {
		t.Error("a suggestion was written without a shop")
	}
}
