package salestest

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

func mapKeys[K comparable, V any](m map[K]V) iter.Seq[K] { return maps.Keys(m) }

func compareIDs(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) }

func testDays(t *testing.T, h House) {
	s := h.Service()
	p, other := h.product(t, h.A, dates()), h.product(t, h.A, orange())
	at := func(d day.Date, hour, minute int) *day.Micros {
		zone := time.FixedZone("CST", 8*3600)
		y, m, dom := d.Civil()
		micros := day.At(time.Date(y, m, dom, hour, minute, 0, 0, zone))
		return &micros
	}
	for _, c := range []struct {
		at    *day.Micros
		n     int64
		promo bool
		kind  sales.Kind
	}{
		{at(today-3, 0, 0), 1_000, false, ""}, {at(today-3, 23, 59), 2_000, false, ""}, {at(today-3, 23, 0), 4_000, true, ""},
		{at(today-1, 9, 30), 5_000, false, ""}, {at(today-1, 10, 0), 1_000, false, sales.KindReturn},
	} {
		r := one("1001", c.n, "")
		r.At, r.Kind, r.Lines[0].Promo = c.at, c.kind, c.promo
		if _, _, _, err := s.Record(h.A, r); err != nil {
			t.Fatal(err)
		}
	}
	days, err := s.Days(h.A, nil, 0)
	if err != nil || len(days) != 1 || len(days[p.ID]) != 2 {
		t.Fatalf("Days: %+v, %v", days, err)
	}
	first, last := days[p.ID][0], days[p.ID][1]
	if first.Day != today-3 || first.Sold != 7_000 || first.Returned != 0 || !first.Promo || first.Amount != 7*2800 {
		t.Errorf("the first day: %+v", first)
	}
	if first.Hours == nil || first.Hours[0] != 1_000 || first.Hours[23] != 6_000 {
		t.Errorf("its hours: %v", first.Hours)
	}
	if last.Day != today-1 || last.Sold != 5_000 || last.Returned != 1_000 || last.Promo || last.Hours == nil || last.Hours[9] != 5_000 || last.Hours[10] != 0 {
		t.Errorf("the last day: %+v", last)
	}
	for name, c := range map[string]struct {
		ids           []ident.ID
		from, through day.Date
		want          int
	}{
		"from":       {[]ident.ID{p.ID}, today - 2, today, 1},
		"through":    {[]ident.ID{p.ID}, 0, today - 2, 1},
		"one day":    {[]ident.ID{p.ID}, today - 3, today - 3, 1},
		"between":    {[]ident.ID{p.ID}, today - 2, today - 2, 0},
		"nobody":     {[]ident.ID{}, 0, today, 0},
		"other":      {[]ident.ID{other.ID}, 0, today, 0},
		"with other": {[]ident.ID{other.ID, p.ID}, 0, today, 2},
	} {
		got, err := s.DaysThrough(h.A, c.ids, c.from, c.through)
		if err != nil || len(got[p.ID]) != c.want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func testList(t *testing.T, h House) {
	s := h.Service()
	h.product(t, h.A, dates())
	var want []ident.ID // the newest first
	for i := range 7 {
		r := one("1001", 1_000, "")
		at := day.At(Now.Add(-time.Duration(i) * 6 * time.Hour))
		r.At = &at
		if _, _, _, err := s.Record(h.A, r); err != nil {
			t.Fatal(err)
		}
		want = append(want, r.ClientID)
	}
	var got []ident.ID
	before := ""
	for {
		page, err := s.List(h.A, sales.Query{Day: day.None, Before: before, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page.Sales {
			if len(x.Lines) != 1 {
				t.Errorf("sale without its line: %+v", x)
			}
			got = append(got, x.ID)
		}
		if before = page.Next; before == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("listed %v\nwant %v", got, want)
	}
	page, err := s.List(h.A, sales.Query{Day: today - 1})
	if err != nil || len(page.Sales) != 4 || page.Next != "" {
		t.Errorf("yesterday: %d sales, %q, %v", len(page.Sales), page.Next, err)
	}
	for _, bad := range []string{"x", "!!", strings.Repeat("A", 400)} {
		if _, err := s.List(h.A, sales.Query{Day: day.None, Before: bad}); fault.KindOf(err) != fault.Malformed {
			t.Errorf("cursor %q: %v", bad, err)
		}
	}
	if newest, ok, err := s.Newest(h.A); err != nil || !ok || newest != today {
		t.Errorf("Newest: %v, %v, %v", newest, ok, err)
	}
	if _, ok, err := s.Newest(h.B); err != nil || ok {
		t.Errorf("Newest of an empty shop: %v, %v", ok, err)
	}
}

func testPopular(t *testing.T, h House) {
	s := h.Service()
	rare, often := h.product(t, h.A, dates()), h.product(t, h.A, orange())
	if ids, err := s.Popular(h.A, 5); err != nil || len(ids) != 0 {
		t.Errorf("nothing sold yet: %v, %v", ids, err)
	}
	for _, code := range []string{"1002", "1001", "1002", "1002"} {
		if _, _, _, err := s.Record(h.A, one(code, 1_000, "")); err != nil {
			t.Fatal(err)
		}
	}
	if ids, err := s.Popular(h.A, 5); err != nil || !slices.Equal(ids, []ident.ID{often.ID, rare.ID}) {
		t.Errorf("Popular: %v, %v", ids, err)
	}
	if ids, err := s.Popular(h.A, 1); err != nil || !slices.Equal(ids, []ident.ID{often.ID}) {
		t.Errorf("Popular 1: %v, %v", ids, err)
	}
	for ctx, want := range map[context.Context]bool{h.A: true, h.B: false} {
		if is, err := s.Sold(ctx, often.ID); err != nil || is != want {
			t.Errorf("Sold: %v, want %v, %v", is, want, err)
		}
		if among, err := s.SoldAmong(ctx, []ident.ID{ident.New(), often.ID}); err != nil || len(among) != map[bool]int{true: 1}[want] || among[often.ID] != want {
			t.Errorf("SoldAmong: %v, want %v, %v", among, want, err)
		}
	}
}

func testWishes(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	if err := s.Wish(h.A, ident.Nil, "  无糖 \u200b酸奶 ", sales.WishAsked, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Wish(h.A, ident.Nil, "红枣", sales.WishSearch, &p.ID); err != nil {
		t.Fatal(err)
	}
	list, err := s.Wishes(h.A, today)
	if err != nil || len(list) != 2 {
		t.Fatalf("wishes %+v, %v", list, err)
	}
	i := slices.IndexFunc(list, func(w sales.Wish) bool { return w.Kind == sales.WishAsked })
	if i < 0 || list[i].Text != "无糖 酸奶" || list[i].ProductID != nil || list[1-i].ProductID == nil || *list[1-i].ProductID != p.ID {
		t.Errorf("wishes %+v", list)
	}
	if list, err := s.Wishes(h.A, today+1); err != nil || len(list) != 0 {
		t.Errorf("tomorrow's wishes %+v, %v", list, err)
	}
	refused(t, s.Wish(h.A, ident.Nil, " \u200b", sales.WishAsked, nil), fault.Invalid, "sales.wish_empty", "text")
	refused(t, s.Wish(h.A, ident.Nil, strings.Repeat("长", 201), sales.WishAsked, nil), fault.Invalid, "catalog.too_long", "text")
	refused(t, s.Wish(h.A, ident.Nil, "x", "dream", nil), fault.Invalid, "sales.kind_unknown", "kind")
	if err := s.Wish(h.B, ident.Nil, "红枣", sales.WishAsked, &p.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("about another shop's product: %v", err)
	}
}

func testLoadHistory(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	var past []sales.Sale
	for i := range 1_200 {
		at := day.At(Now.Add(-time.Duration(i) * time.Hour))
		past = append(past, sales.Sale{ID: ident.New(), Kind: sales.KindSale, Channel: []string{"counter", "wechat"}[i%2], OccurredAt: at,
			Lines: []sales.Line{{ProductID: p.ID, Quantity: 1_000, Unit: "bag", Price: 100, Amount: 1, History: i%3 == 0}}})
	}
	if err := s.LoadHistory(h.A, past); err != nil {
		t.Fatal(err)
	}
	if q, a := sold(t, s, h.A, p); q != 1_200_000 || a != 1_200 {
		t.Errorf("%s sold for %d", q.Decimal(), a)
	}
	one, err := s.Sale(h.A, past[7].ID)
	if err != nil || one.Channel != "wechat" || one.OccurredAt != past[7].OccurredAt || one.Total != 1 {
		t.Errorf("one of them: %+v, %v", one, err)
	}
	marks, err := h.Stock.Changed(h.A, 10)
	if err != nil || len(marks) == 0 || !slices.ContainsFunc(marks, func(m stock.Mark) bool { return m.ProductID == p.ID && m.From <= today-48 }) {
		t.Errorf("the product is not marked from its first day: %+v, %v", marks, err)
	}
	if err := s.LoadHistory(h.A, past[:1]); err == nil {
		t.Error("a sale was loaded twice")
	}
	if err := s.LoadHistory(h.A, []sales.Sale{{ID: ident.New(), Kind: sales.KindSale}}); err == nil {
		t.Error("a sale without lines was loaded")
	}
}

// testTwoShops tries every method of the store from shop B on what shop A keeps.
func testTwoShops(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	sale, _, _, err := s.Record(h.A, one("1001", 1_000, ""))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Wish(h.A, ident.Nil, "酸奶", sales.WishAsked, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(h.A, sales.ImportRequest{Kind: sales.ImportSales, FileName: "a.csv", Body: strings.NewReader("item,date,quantity\n1001,2026-11-01,2\n")}); err != nil {
		t.Fatal(err)
	}
	batch, err := h.Store.BatchByNumber(h.A, 1)
	if err != nil {
		t.Fatal(err)
	}
	lists := map[string]func(ctx context.Context) (int, error){
		"Channels": func(ctx context.Context) (int, error) { l, err := h.Store.Channels(ctx); return len(l), err },
		"Lines": func(ctx context.Context) (int, error) {
			l, err := h.Store.Lines(ctx, []ident.ID{sale.ID})
			return len(l), err
		},
		"Sales": func(ctx context.Context) (int, error) {
			l, err := h.Store.Sales(ctx, sales.StoreQuery{Day: day.None, Limit: 9})
			return len(l), err
		},
		"DayTotals": func(ctx context.Context) (int, error) { l, err := h.Store.DayTotals(ctx, today); return l.Sales, err },
		"Popular":   func(ctx context.Context) (int, error) { l, err := h.Store.Popular(ctx, 9); return len(l), err },
		"Sold": func(ctx context.Context) (int, error) {
			is, err := h.Store.Sold(ctx, p.ID)
			return map[bool]int{true: 1}[is], err
		},
		"SoldAmong": func(ctx context.Context) (int, error) {
			among, err := h.Store.SoldAmong(ctx, []ident.ID{p.ID})
			return len(among), err
		},
		"EachLine": func(ctx context.Context) (int, error) {
			n := 0
			err := h.Store.EachLine(ctx, nil, 0, today, func(sales.DayLine) error { n++; return nil })
			return n, err
		},
		"Wishes": func(ctx context.Context) (int, error) { l, err := h.Store.Wishes(ctx, 0, 9); return len(l), err },
		"BatchSales": func(ctx context.Context) (int, error) {
			l, err := h.Store.BatchSales(ctx, batch.ID)
			return len(l), err
		},
		"Batches": func(ctx context.Context) (int, error) { l, err := h.Store.Batches(ctx, 9); return len(l), err },
	}
	for name, read := range lists {
		if n, err := read(h.B); n != 0 || err != nil {
			t.Errorf("%s from another shop: %d, %v", name, n, err)
		}
		if n, err := read(h.A); n == 0 || err != nil {
			t.Errorf("%s from its own shop: %d, %v", name, n, err)
		}
	}
	singles := map[string]func(ctx context.Context) error{
		"Channel":       func(ctx context.Context) error { _, err := h.Store.Channel(ctx, "counter"); return err },
		"Sale":          func(ctx context.Context) error { _, err := h.Store.Sale(ctx, sale.ID); return err },
		"BatchByNumber": func(ctx context.Context) error { _, err := h.Store.BatchByNumber(ctx, 1); return err },
		"BatchByFile": func(ctx context.Context) error {
			_, err := h.Store.BatchByFile(ctx, batch.Kind, batch.Source, batch.FileHash)
			return err
		},
	}
	for name, read := range singles {
		if err := read(h.B); !errors.Is(err, sales.ErrMissing) {
			t.Errorf("%s from another shop: %v", name, err)
		}
		if err := read(h.A); err != nil {
			t.Errorf("%s from its own shop: %v", name, err)
		}
	}
	h.tryWrites(t, sale, batch)
}

// tryWrites changes A's rows from B, and looks that nothing moved.
func (h House) tryWrites(t *testing.T, sale sales.Sale, batch sales.BatchRecord) {
	t.Helper()
	undone := batch
	undone.State = sales.BatchUndone
	line := sales.LineRecord{ProductID: sale.Lines[0].ProductID, BusinessDay: today, SaleID: sale.ID, Line: 9, Unit: "bag", Quantity: 1}
	imported, err := h.Store.BatchSales(h.A, batch.ID)
	if err != nil || len(imported) != 1 {
		t.Fatal(imported, err)
	}
	writes := map[string]func(ctx context.Context) error{
		"Void":      func(ctx context.Context) error { return h.Store.Void(ctx, sale.ID, 5) },
		"Recount":   func(ctx context.Context) error { return h.Store.Recount(ctx, []ident.ID{sale.ID}, 5) },
		"VoidBatch": func(ctx context.Context) error { _, err := h.Store.VoidBatch(ctx, batch.ID, imported); return err },
		"UpdateBatch": func(ctx context.Context) error {
			ok, err := h.Store.UpdateBatch(ctx, undone, batch.State, batch.Read)
			if ok {
				t.Error("UpdateBatch changed another shop's batch")
			}
			return err
		},
		"Insert":      func(ctx context.Context) error { return h.Store.Insert(ctx, nil, []sales.LineRecord{line}) },
		"PutImported": func(ctx context.Context) error { return h.Store.PutImported(ctx, nil, []sales.LineRecord{line}) },
	}
	for name, write := range writes {
		err := h.Atomic.Do(h.B, write)
		if touchesNew := name == "Insert" || name == "PutImported"; touchesNew != (err != nil) {
			t.Errorf("%s from another shop: %v", name, err)
		}
	}
	s := h.Service()
	read, err := s.Sale(h.A, sale.ID)
	if err != nil || read.VoidedAt != nil || len(read.Lines) != 1 || read.Total != sale.Total {
		t.Errorf("the sale was changed: %+v, %v", read, err)
	}
	if b, err := h.Store.BatchByNumber(h.A, 1); err != nil || b.State != batch.State {
		t.Errorf("the batch was changed: %+v, %v", b, err)
	}
	if left, err := h.Store.BatchSales(h.A, batch.ID); err != nil || !slices.Equal(left, imported) {
		t.Errorf("the batch's sales were changed: %v, %v", left, err)
	}
}

func testNoShop(t *testing.T, h House) {
	s := h.Service()
	ctx := context.Background()
	_, _, _, recorded := s.Record(ctx, one("1001", 1, ""))
	_, imported := s.Import(ctx, sales.ImportRequest{Kind: sales.ImportSales, Body: strings.NewReader("item\n")})
	for name, err := range map[string]error{
		"Record": recorded, "Import": imported, "Void": s.Void(ctx, ident.New(), ""), "Wish": s.Wish(ctx, ident.Nil, "x", sales.WishAsked, nil),
		"LoadHistory": s.LoadHistory(ctx, []sales.Sale{{}}),
	} {
		if fault.KindOf(err) != fault.Unauthenticated {
			t.Errorf("%s without a shop: %v", name, err)
		}
	}
	for name, read := range map[string]func() error{
		"List":    func() error { _, err := s.List(ctx, sales.Query{Day: day.None}); return err },
		"Days":    func() error { _, err := s.Days(ctx, nil, 0); return err },
		"Batches": func() error { _, err := s.Batches(ctx); return err },
		"Undo":    func() error { return s.Undo(ctx, 1) },
	} {
		if read() == nil {
			t.Errorf("%s worked without a shop", name)
		}
	}
}
