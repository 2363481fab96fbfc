package restocktest

import (
	"context"
	"slices"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/replenish"
	"buhuo/internal/restock"
	"buhuo/internal/stock"
)

// shelf is a small shop: two suppliers, five products.
type shelf struct {
	oranges, dates, tea, rice, salt catalog.Product
	farm, mill                      catalog.Supplier
}

// stockShelf fills the shop of ctx: oranges and dates from the farm (dates chosen
// by hand), tea from the mill, rice snoozed, salt without a supplier.
func (h House) stockShelf(t *testing.T, ctx context.Context) shelf {
	t.Helper()
	s := shelf{
		oranges: h.product(t, ctx, "C1", "脐橙"), dates: h.product(t, ctx, "C2", "红枣"), tea: h.product(t, ctx, "C3", "普洱茶"),
		rice: h.product(t, ctx, "C4", "大米"), salt: h.product(t, ctx, "C5", "食盐"),
	}
	farm, fromFarm := h.supplier(t, ctx, "合作社", catalog.Farmer, s.oranges, s.dates, s.rice)
	mill, fromMill := h.supplier(t, ctx, "茶厂", catalog.Manufacturer, s.tea)
	s.farm, s.mill = farm, mill
	at := func(p catalog.Product, offers map[ident.ID]catalog.Offer, rate float64, risk int, cost money.Amount, saving *money.Amount) restock.Suggestion {
		var offer *catalog.Offer
		if o, ok := offers[p.ID]; ok {
			offer = &o
		}
		one := suggest(p, offer, rate)
		one.RiskPPM, one.LineCost, one.Saving = risk, cost, saving
		return one
	}
	saved, lost := money.Amount(7_800), money.Amount(-300)
	h.put(t, ctx,
		at(s.oranges, fromFarm, 6, 880_000, 31_200, &saved), at(s.dates, fromFarm, 6, 340_000, 10_000, &lost),
		at(s.tea, fromMill, 6, 40_000, 99_000, nil), at(s.rice, fromFarm, 6, 990_000, 5_000, nil), at(s.salt, nil, 6, 910_000, 0, nil),
	)
	packs, until := measure.Quantity(20_000), Today.Add(3)
	h.do(t, ctx, func(ctx context.Context) error {
		if err := h.Store.Choose(ctx, s.dates.ID, restock.Choice{State: restock.Open, Override: &packs}); err != nil {
			return err
		}
		return h.Store.Choose(ctx, s.rice.ID, restock.Choice{State: restock.Snoozed, SnoozedUntil: &until})
	})
	return s
}

func codesOf(rows []restock.Row) []string {
	out := []string{}
	for _, r := range rows {
		out = append(out, r.Code)
	}
	return out
}

func linesOf(lines []restock.Line) []string {
	out := []string{}
	for _, l := range lines {
		out = append(out, l.Code)
	}
	return out
}

func testSuggestionLists(t *testing.T, h House) {
	s := h.stockShelf(t, h.A)
	order, err := h.Reader.ToOrder(h.A)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "to order, as the product list goes", codesOf(order), []string{"C2", "C3", "C1"})
	oranges := order[2]
	if oranges.Name != "脐橙" || oranges.Unit != "kg" || oranges.SupplierName != "合作社" || len(oranges.Reason) == 0 || oranges.Pack != (measure.Ratio{Num: 5, Den: 1}) {
		t.Errorf("a row is not whole: %+v", oranges)
	}
	changed, err := h.Reader.Changed(h.A)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "changed by hand", codesOf(changed), []string{"C2"})
	urgent, total, err := h.Reader.Urgent(h.A, 1)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the likeliest to run out", codesOf(urgent), []string{"C5"})
	if total != 3 || len(urgent[0].Spark.Past) != 3 {
		t.Errorf("%d are urgent, spark %+v", total, urgent[0].Spark)
	}
	page := func(suppliers []*ident.ID, offset, limit int) []string {
		rows, err := h.Reader.Listed(h.A, suppliers, offset, limit)
		if err != nil {
			t.Fatal(err)
		}
		return codesOf(rows)
	}
	all := []*ident.ID{&s.mill.ID, &s.farm.ID, nil}
	same(t, "by supplier, then by risk", page(all, 0, 9), []string{"C3", "C1", "C2", "C5"})
	same(t, "in another order", page([]*ident.ID{nil, &s.farm.ID}, 0, 9), []string{"C5", "C1", "C2"})
	same(t, "the middle of it", page(all, 1, 2), []string{"C1", "C2"})
	same(t, "without a supplier", page([]*ident.ID{nil}, 0, 9), []string{"C5"})
	snoozed, err := h.Reader.Snoozed(h.A, 9)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "snoozed", codesOf(snoozed), []string{"C4"})
	same(t, "of nobody", page(nil, 0, 9), []string{})
}

func testTotals(t *testing.T, h House) {
	s := h.stockShelf(t, h.A)
	got, err := h.Reader.Totals(h.A)
	if err != nil || len(got) != 3 {
		t.Fatalf("%d suppliers, %v", len(got), err)
	}
	same(t, "the one with most money first", []*ident.ID{got[0].ID, got[1].ID, got[2].ID}, []*ident.ID{&s.mill.ID, &s.farm.ID, nil})
	farm := got[1]
	if farm.Listed != 2 || farm.Snoozed != 1 || farm.Changed != 1 || farm.Products != 1 || farm.Cost != 31_200 || farm.Saving == nil || *farm.Saving != 7_800 {
		t.Errorf("the farm's sums: %+v", farm)
	}
	if farm.Name != "合作社" || farm.Kind != catalog.Farmer || farm.MinimumOrder != 30_000 || farm.LeadTimeDays != 2 || farm.OrderWeekdays != catalog.EveryDay {
		t.Errorf("the farm's terms: %+v", farm)
	}
	if measured, err := h.Reader.Measured(h.A, Today.Add(-90)); err != nil || len(measured) != 0 {
		t.Errorf("measured without a delivery: %v, %v", measured, err)
	}
	if mill := got[0]; mill.Saving != nil || mill.Products != 1 {
		t.Errorf("the mill's sums: %+v", mill)
	}
	if none := got[2]; none.Listed != 1 || none.Products != 0 || none.Name != "" {
		t.Errorf("without a supplier: %+v", none)
	}
}

func testProducts(t *testing.T, h House) {
	s := h.stockShelf(t, h.A)
	fruit, err := h.Catalog.EnsureCategories(h.A, []string{"水果"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Catalog.Create(h.A, catalog.Draft{Code: "C6", Name: "柚子", BaseUnit: "piece", Category: "水果", Barcodes: []string{"6901234567892"}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.Stock.Post(h.A, []stock.Posting{{Kind: stock.Receipt, ProductID: s.oranges.ID, Quantity: 18_000, Lot: &stock.LotSpec{}, OccurredAt: day.At(Now), BusinessDay: Today, Source: "test", SourceID: ident.New()}}); err != nil {
		t.Fatal(err)
	}
	list := func(q restock.ProductQuery) []restock.Line {
		lines, err := h.Reader.Products(h.A, q)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	names := func(q restock.ProductQuery) []string { q.Limit = 10; return linesOf(list(q)) }
	same(t, "all", names(restock.ProductQuery{}), []string{"C4", "C2", "C3", "C1", "C5", "C6"})
	same(t, "by pinyin initials", names(restock.ProductQuery{Text: "qc"}), []string{"C1"})
	same(t, "by barcode", names(restock.ProductQuery{Text: "6901234567892"}), []string{"C6"})
	same(t, "by code", names(restock.ProductQuery{Text: "C2"}), []string{"C2"})
	same(t, "of a category", names(restock.ProductQuery{CategoryID: fruit["水果"]}), []string{"C6"})
	same(t, "nothing", names(restock.ProductQuery{Text: "不存在"}), []string{})
	same(t, "nothing to search for", names(restock.ProductQuery{Text: "\u200b"}), []string{})
	same(t, "likely to run out", names(restock.ProductQuery{Order: restock.ByRisk}), []string{"C5", "C1", "C2"})
	for _, q := range []restock.ProductQuery{{}, {Text: "c"}, {Order: restock.ByRisk}} {
		whole := names(q)
		var walked []string
		for q.Limit = 1; ; {
			lines := list(q)
			if len(lines) == 0 {
				break
			}
			walked = append(walked, lines[0].Code)
			after, err := restock.ParseCursor(lines[0].Cursor.String())
			if err != nil {
				t.Fatal(err)
			}
			q.After = after
		}
		if !slices.Equal(walked, whole) || len(whole) < 2 {
			t.Errorf("walked %v, in one go %v", walked, whole)
		}
	}
	line := list(restock.ProductQuery{Text: "脐橙", Limit: 1})[0]
	if !line.Thought || !line.Known || line.Book != 18_000 || line.RiskPPM != 880_000 || line.SupplierID == nil || line.OnHand == 0 {
		t.Errorf("a line is not whole: %+v", line)
	}
	bare := list(restock.ProductQuery{Text: "柚子", Limit: 1})[0]
	if bare.Thought || bare.Known || bare.Name != "柚子" || bare.Unit != "piece" || bare.ProductID.IsNil() {
		t.Errorf("a line without stock and suggestion: %+v", bare)
	}
}

func testToday(t *testing.T, h House) {
	s := h.stockShelf(t, h.A)
	if _, ok, err := h.Reader.Made(h.A); ok || err != nil {
		t.Errorf("made before anything was: %v, %v", ok, err)
	}
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutPool(ctx, restock.Pool{Made: Today.Add(-1)}) })
	if made, ok, err := h.Reader.Made(h.A); !ok || err != nil || made != Today.Add(-1) {
		t.Errorf("made: %v, %v, %v", made, ok, err)
	}
	post := func(p catalog.Product, kind stock.Kind, q measure.Quantity, lot *stock.LotSpec) {
		t.Helper()
		if _, _, err := h.Stock.Post(h.A, []stock.Posting{{Kind: kind, ProductID: p.ID, Quantity: q, Lot: lot, OccurredAt: day.At(Now), BusinessDay: Today, Source: "test", SourceID: ident.New()}}); err != nil {
			t.Fatal(err)
		}
	}
	tomorrow, later := Today.Add(1), Today.Add(30)
	post(s.oranges, stock.Receipt, 4_000, &stock.LotSpec{Code: "A7", Expiry: &tomorrow})
	dated := suggest(s.oranges, nil, 3)
	dated.ExpiringDay, dated.Expiring = &tomorrow, 1_500
	h.put(t, h.A, dated)
	post(s.dates, stock.Receipt, 4_000, &stock.LotSpec{Expiry: &later})
	post(s.tea, stock.Receipt, 1_000, &stock.LotSpec{})
	post(s.tea, stock.Sale, -3_000, nil)
	expiring, err := h.Reader.Expiring(h.A, Today.Add(7), 9)
	if err != nil || len(expiring) != 1 {
		t.Fatalf("%d lots expire, %v", len(expiring), err)
	}
	if e := expiring[0]; e.ProductID != s.oranges.ID || e.Lot != "A7" || e.Quantity != 4_000 || e.Day != tomorrow || e.Unit != "kg" || e.Left != 1_500 {
		t.Errorf("what expires: %+v", e)
	}
	wrong, unknown, err := h.Reader.ToCount(h.A, 9)
	if err != nil || len(wrong) != 1 || wrong[0].Code != "C3" || wrong[0].Book != -2_000 {
		t.Errorf("to count: %+v, %v", wrong, err)
	}
	if unknown != 0 {
		t.Errorf("%d were never counted, say suggestions that know all", unknown)
	}
	blind := suggest(s.salt, nil, 3)
	blind.StockKnown = false
	h.put(t, h.A, blind)
	if _, unknown, _ = h.Reader.ToCount(h.A, 9); unknown != 1 {
		t.Errorf("%d were never counted", unknown)
	}
	if rows, total, err := h.Reader.Urgent(h.A, 9); err != nil || slices.Contains(codesOf(rows), "C5") || total != 2 {
		t.Errorf("what was never counted is said to run out: %v of %d, %v", codesOf(rows), total, err)
	}
	if rows, err := h.Reader.Silent(h.A, 9); err != nil || len(rows) != 0 {
		t.Errorf("silent before any was: %v, %v", codesOf(rows), err)
	}
	silent := suggest(s.oranges, nil, 3)
	silent.Reason = append(silent.Reason, replenish.Message{Key: restock.MessageSilent, Args: []replenish.Arg{{Name: "since", Kind: replenish.KindDate, Int: int64(Today)}}})
	h.put(t, h.A, silent)
	rows, err := h.Reader.Silent(h.A, 9)
	if err != nil || !slices.Equal(codesOf(rows), []string{"C1"}) || !slices.ContainsFunc(rows[0].Reason, func(m replenish.Message) bool { return m.Key == restock.MessageSilent }) {
		t.Errorf("silent: %+v, %v", rows, err)
	}
	for code, of := range map[string]struct{ price, rate int }{"dear": {500_000, 1}, "cheap": {10_000, 9}, "middle": {100_000, 2}} {
		p, err := h.Catalog.Create(h.A, catalog.Draft{Code: code, Name: code, BaseUnit: "kg", SalePrice: money.Price(of.price)})
		if err != nil {
			t.Fatal(err)
		}
		one := suggest(p, nil, float64(of.rate))
		one.Reason = silent.Reason
		h.put(t, h.A, one)
	}
	// By what a day without them loses; nothing is known of what the first one sells for.
	if rows, err := h.Reader.Silent(h.A, 3); err != nil || !slices.Equal(codesOf(rows), []string{"dear", "middle", "cheap"}) {
		t.Errorf("the dearest silence first: %v, %v", codesOf(rows), err)
	}
	arriving, err := h.Reader.Arriving(h.A, later, 9)
	if err != nil || len(arriving) != 0 {
		t.Errorf("arriving without an order: %v, %v", arriving, err)
	}
}

// testReaderTwoShops proves that a shop's lists hold nothing of another's.
func testReaderTwoShops(t *testing.T, h House) {
	s := h.stockShelf(t, h.A)
	silent := suggest(s.oranges, nil, 3)
	silent.Reason = []replenish.Message{{Key: restock.MessageSilent}}
	h.put(t, h.A, silent)
	h.do(t, h.A, func(ctx context.Context) error { return h.Store.PutPool(ctx, restock.Pool{Made: Today}) })
	ids := []*ident.ID{&s.farm.ID, &s.mill.ID, nil}
	reads := map[string]func(ctx context.Context) (int, error){
		"Made": func(ctx context.Context) (int, error) {
			_, ok, err := h.Reader.Made(ctx)
			if ok {
				return 1, err
			}
			return 0, err
		},
		"ToOrder": func(ctx context.Context) (int, error) { l, err := h.Reader.ToOrder(ctx); return len(l), err },
		"Totals":  func(ctx context.Context) (int, error) { l, err := h.Reader.Totals(ctx); return len(l), err },
		"Changed": func(ctx context.Context) (int, error) { l, err := h.Reader.Changed(ctx); return len(l), err },
		"Listed": func(ctx context.Context) (int, error) {
			l, err := h.Reader.Listed(ctx, ids, 0, 9)
			return len(l), err
		},
		"Snoozed": func(ctx context.Context) (int, error) {
			l, err := h.Reader.Snoozed(ctx, 9)
			return len(l), err
		},
		"Silent": func(ctx context.Context) (int, error) { l, err := h.Reader.Silent(ctx, 9); return len(l), err },
		"Urgent": func(ctx context.Context) (int, error) { _, n, err := h.Reader.Urgent(ctx, 9); return n, err },
		"Products": func(ctx context.Context) (int, error) {
			l, err := h.Reader.Products(ctx, restock.ProductQuery{Limit: 9})
			return len(l), err
		},
		"found": func(ctx context.Context) (int, error) {
			l, err := h.Reader.Products(ctx, restock.ProductQuery{Text: "c", Limit: 9})
			return len(l), err
		},
		"by risk": func(ctx context.Context) (int, error) {
			l, err := h.Reader.Products(ctx, restock.ProductQuery{Order: restock.ByRisk, Limit: 9})
			return len(l), err
		},
	}
	nobody := context.Background()
	for name, read := range reads {
		if n, err := read(h.B); n != 0 || err != nil {
			t.Errorf("%s from another shop: %d, %v", name, n, err)
		}
		if n, err := read(h.A); n == 0 || err != nil {
			t.Errorf("%s from its own shop: %d, %v", name, n, err)
		}
		if n, err := read(nobody); err == nil {
			t.Errorf("%s without a shop: %d", name, n)
		}
	}
}
