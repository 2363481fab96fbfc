package salestest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

func testRecord(t *testing.T, h House) {
	s := h.Service()
	oranges, bags := h.product(t, h.A, orange()), h.product(t, h.A, dates())
	h.receive(t, h.A, oranges, 20_000)
	h.receive(t, h.A, bags, 3_000)
	person := ident.New()
	r := sales.Request{ClientID: ident.New(), Province: "33", Lines: []sales.RequestLine{
		{ProductCode: "1002", Quantity: 3_000, Unit: "jin"},
		{ProductID: bags.ID, Quantity: 2_000, Promo: true},
	}}
	sale, again, warnings, err := s.Record(as(h.A, person), r)
	if err != nil || again || len(warnings) != 0 {
		t.Fatalf("Record: again %v, %v, %v", again, warnings, err)
	}
	want := []sales.Line{
		{ProductID: oranges.ID, Quantity: 1_500, Unit: "jin", Price: 96000, Amount: 1440},
		{ProductID: bags.ID, Quantity: 2_000, Unit: "bag", Price: 280000, Amount: 5600, Promo: true},
	}
	if !slices.Equal(sale.Lines, want) || sale.Total != 7040 || sale.BusinessDay != today || sale.Channel != sales.CounterCode || sale.Province != "33" {
		t.Errorf("recorded %+v", sale)
	}
	read, err := s.Sale(h.A, r.ClientID)
	if err != nil || !slices.Equal(read.Lines, want) || read.Total != 7040 || read.PersonID != person || read.VoidedAt != nil {
		t.Errorf("read back %+v, %v", read, err)
	}
	if got := h.onHand(t, h.A, oranges); got != 18_500 {
		t.Errorf("%s kg of oranges left", got.Decimal())
	}
	if got := h.onHand(t, h.A, bags); got != 1_000 {
		t.Errorf("%s bags left", got.Decimal())
	}
	// More than there is happened all the same: it is kept, and a count asked for.
	_, _, warnings, err = s.Record(h.A, one("1001", 4_000, ""))
	if err != nil || len(warnings) != 1 || warnings[0].Kind != stock.CountNeeded || warnings[0].ProductID != bags.ID {
		t.Errorf("selling more than the book holds: %+v, %v", warnings, err)
	}
	if got := h.onHand(t, h.A, bags); got != -3_000 {
		t.Errorf("%s bags left", got.Decimal())
	}
	h.verify(t, h.A)
}

func testRecordRefuses(t *testing.T, h House) {
	s := h.Service()
	h.product(t, h.A, orange())
	negative := money.Price(-1)
	early := day.At(time.Date(1989, 12, 31, 0, 0, 0, 0, time.UTC))
	edit := func(fn func(*sales.Request)) sales.Request {
		r := one("1002", 1_000, "kg")
		fn(&r)
		return r
	}
	for name, c := range map[string]struct {
		r          sales.Request
		key, field string
	}{
		"no client id":   {edit(func(r *sales.Request) { r.ClientID = ident.Nil }), "sales.client_id_missing", "client_id"},
		"no lines":       {edit(func(r *sales.Request) { r.Lines = nil }), "sales.no_lines", "product_code"},
		"too many lines": {edit(func(r *sales.Request) { r.Lines = make([]sales.RequestLine, sales.MaxLines+1) }), "sales.too_many_lines", "product_code"},
		"no product":     {edit(func(r *sales.Request) { r.Lines[0].ProductCode = " " }), "sales.product_missing", "product_code[0]"},
		"unknown":        {edit(func(r *sales.Request) { r.Lines[0].ProductCode = "nobody" }), "sales.product_unknown", "product_code[0]"},
		"nothing":        {edit(func(r *sales.Request) { r.Lines[0].Quantity = 0 }), "sales.quantity_positive", "quantity[0]"},
		"negative":       {edit(func(r *sales.Request) { r.Lines[0].Quantity = -1000 }), "sales.quantity_positive", "quantity[0]"},
		"huge":           {edit(func(r *sales.Request) { r.Lines[0].Quantity = 2e13 }), "value.too_large", "quantity[0]"},
		"wrong unit":     {edit(func(r *sales.Request) { r.Lines[0].Unit = "piece" }), "catalog.unit_not_of_product", "unit[0]"},
		"inexact":        {edit(func(r *sales.Request) { r.Lines[0].Quantity, r.Lines[0].Unit = 1, "jin" }), "value.not_whole", "quantity[0]"},
		"price":          {edit(func(r *sales.Request) { r.Lines[0].Price = &negative }), "sales.price_negative", "price[0]"},
		"kind":           {edit(func(r *sales.Request) { r.Kind = "gift" }), "sales.kind_unknown", "kind"},
		"province":       {edit(func(r *sales.Request) { r.Province = "浙江" }), "sales.province_unknown", "province"},
		"long channel": {edit(func(r *sales.Request) {
			r.Channel = "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一"
		}), "catalog.too_long", "channel"},
		"too early": {edit(func(r *sales.Request) { r.At = &early }), "sales.day_too_early", "at"},
	} {
		_, _, _, err := s.Record(h.A, c.r)
		var several fault.Fields
		if errors.As(err, &several) {
			err = several[0]
		}
		t.Run(name, func(t *testing.T) { refused(t, err, fault.Invalid, c.key, c.field) })
	}
	_, _, _, err := s.Record(h.A, sales.Request{ClientID: ident.New(), Lines: []sales.RequestLine{{ProductID: ident.New(), Quantity: 1}}})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown id: %v", err)
	}
	if page, err := s.List(h.A, sales.Query{Day: day.None}); err != nil || len(page.Sales) != 0 {
		t.Errorf("something was written: %+v, %v", page, err)
	}
}

func testRecordUnits(t *testing.T, h House) {
	s := h.Service()
	h.product(t, h.A, orange())
	for _, c := range []struct {
		quantity int64
		unit     string
		want     measure.Quantity
		amount   money.Amount
	}{
		{1_000, "kg", 1_000, 960}, {1_000, "", 1_000, 960}, {1_000, "jin", 500, 480}, {3_000, "liang", 150, 144},
		{250_000, "g", 250, 240}, {2_000, "box", 10_000, 9600}, {1, "kg", 1, 1},
	} {
		sale, _, _, err := s.Record(h.A, one("1002", c.quantity, c.unit))
		if err != nil || sale.Lines[0].Quantity != c.want || sale.Lines[0].Amount != c.amount || sale.Total != c.amount {
			t.Errorf("%d/1000 %q: %+v, %v", c.quantity, c.unit, sale.Lines, err)
		}
	}
}

func testRecordAgain(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, orange())
	h.receive(t, h.A, p, 10_000)
	r := one("1002", 1_000, "kg")
	first, _, _, err := s.Record(h.A, r)
	if err != nil {
		t.Fatal(err)
	}
	d := catalog.DraftOf(p) // a price that changed meanwhile does not change what was sold
	d.SalePrice = 1
	if err := h.Catalog.Update(h.A, p.ID, p.Version, d); err != nil {
		t.Fatal(err)
	}
	second, again, _, err := s.Record(h.A, r)
	if err != nil || !again || second.Total != first.Total || !slices.Equal(second.Lines, first.Lines) {
		t.Errorf("again: %v, %+v, %v", again, second, err)
	}
	for name, change := range map[string]func(*sales.Request){
		"quantity": func(r *sales.Request) { r.Lines[0].Quantity++ },
		"unit":     func(r *sales.Request) { r.Lines[0].Unit = "jin" },
		"channel":  func(r *sales.Request) { r.Channel = "wechat" },
		"kind":     func(r *sales.Request) { r.Kind = sales.KindReturn },
		"province": func(r *sales.Request) { r.Province = "33" },
		"line":     func(r *sales.Request) { r.Lines = append(r.Lines, r.Lines[0]) },
	} {
		other := r
		other.Lines = slices.Clone(r.Lines)
		change(&other)
		_, _, _, err := s.Record(h.A, other)
		t.Run(name, func(t *testing.T) { refused(t, err, fault.Conflict, "sales.client_id_used", "client_id") })
	}
	if got := h.onHand(t, h.A, p); got != 9_000 {
		t.Errorf("%s kg left", got.Decimal())
	}
	// The same id in another shop is another sale.
	h.product(t, h.B, orange())
	if _, again, _, err := s.Record(h.B, r); err != nil || again {
		t.Errorf("in another shop: again %v, %v", again, err)
	}
}

// testRecordAtOnce sells the last goods from many phones, each of which also sends
// its sale twice.
func testRecordAtOnce(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	h.receive(t, h.A, p, 10_000)
	const phones = 16
	var wait sync.WaitGroup
	errs := make([]error, 2*phones)
	fresh := make([]bool, 2*phones)
	for i := range phones {
		r := one("1001", 1_000, "")
		for j := range 2 {
			wait.Go(func() {
				_, again, _, err := s.Record(h.A, r)
				errs[2*i+j], fresh[2*i+j] = err, !again
			})
		}
	}
	wait.Wait()
	n := 0
	for i, err := range errs {
		if err != nil {
			t.Errorf("phone %d: %v", i/2, err)
		}
		if fresh[i] {
			n++
		}
	}
	if n != phones {
		t.Errorf("%d sales were recorded as new, want %d", n, phones)
	}
	if got := h.onHand(t, h.A, p); got != 10_000-phones*1_000 {
		t.Errorf("%s bags left", got.Decimal())
	}
	if q, _ := sold(t, s, h.A, p); q != phones*1_000 {
		t.Errorf("%s bags sold", q.Decimal())
	}
	h.verify(t, h.A)
}

func testRecordHistory(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	sale, _, _, err := s.Record(h.A, one("1001", 1_000, "")) // never counted
	if err != nil || !sale.Lines[0].History {
		t.Fatalf("before the first count: %+v, %v", sale, err)
	}
	if got := h.onHand(t, h.A, p); got != 0 {
		t.Errorf("history moved stock: %s", got.Decimal())
	}
	h.receive(t, h.A, p, 5_000)
	yesterday := day.At(Now.Add(-24 * time.Hour))
	r := one("1001", 1_000, "")
	r.At = &yesterday
	if sale, _, _, err = s.Record(h.A, r); err != nil || !sale.Lines[0].History || sale.BusinessDay != today-1 {
		t.Errorf("a day before stock was known: %+v, %v", sale, err)
	}
	future := day.At(Now.Add(48 * time.Hour)) // a phone whose clock runs ahead
	r = one("1001", 1_000, "")
	r.At = &future
	if sale, _, _, err = s.Record(h.A, r); err != nil || sale.Lines[0].History || sale.BusinessDay != today || sale.OccurredAt != day.At(Now) {
		t.Errorf("from the future: %+v, %v", sale, err)
	}
	if got := h.onHand(t, h.A, p); got != 4_000 {
		t.Errorf("%s bags left", got.Decimal())
	}
	if q, _ := sold(t, s, h.A, p); q != 3_000 {
		t.Errorf("%s bags of demand", q.Decimal())
	}
	// 23:59 in Shanghai is a day of its own, not the next one.
	late := day.At(time.Date(2026, 11, 20, 15, 59, 0, 0, time.UTC))
	r = one("1001", 1_000, "")
	r.At = &late
	if sale, _, _, err = s.Record(h.A, r); err != nil || sale.BusinessDay != day.New(2026, 11, 20) {
		t.Errorf("a minute before midnight: %v, %v", sale.BusinessDay, err)
	}
}

func testReturns(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	h.receive(t, h.A, p, 5_000)
	if _, _, _, err := s.Record(h.A, one("1001", 3_000, "")); err != nil {
		t.Fatal(err)
	}
	r := one("1001", 1_000, "")
	r.Kind = sales.KindReturn
	sale, _, _, err := s.Record(h.A, r)
	if err != nil || sale.Total != 2800 || sale.Lines[0].Quantity != 1_000 {
		t.Fatalf("the return: %+v, %v", sale, err)
	}
	if got := h.onHand(t, h.A, p); got != 3_000 {
		t.Errorf("%s bags left", got.Decimal())
	}
	days, err := s.Days(h.A, []ident.ID{p.ID}, today)
	if d := days[p.ID]; err != nil || len(d) != 1 || d[0].Sold != 3_000 || d[0].Returned != 1_000 || d[0].Amount != 5600 {
		t.Errorf("the day: %+v, %v", d, err)
	}
	totals, err := s.Totals(h.A, today)
	if err != nil || totals != (sales.Totals{Sales: 1, Returns: 1, Amount: 5600}) {
		t.Errorf("totals %+v, %v", totals, err)
	}
	read, err := s.Sale(h.A, r.ClientID)
	if err != nil || read.Kind != sales.KindReturn || read.Total != 2800 || read.Lines[0].Amount != 2800 {
		t.Errorf("read back %+v, %v", read, err)
	}
	h.verify(t, h.A)
}

func testChannels(t *testing.T, h House) {
	s := h.Service()
	h.product(t, h.A, dates())
	h.product(t, h.B, dates())
	if list, err := s.Channels(h.A); err != nil || len(list) != 1 || list[0].Code != sales.CounterCode || list[0].Online {
		t.Errorf("a new shop: %+v, %v", list, err)
	}
	made, err := s.EnsureChannel(h.A, " Taobao ", "淘宝小店", true)
	if err != nil || made.Code != "taobao" || made.Name != "淘宝小店" {
		t.Fatalf("EnsureChannel: %+v, %v", made, err)
	}
	key := func(ctx context.Context, channel, buyer string) []byte {
		r := one("1001", 1_000, "")
		r.Channel, r.BuyerID = channel, buyer
		sale, _, _, err := s.Record(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		read, err := s.Sale(ctx, sale.ID)
		if err != nil || !bytes.Equal(read.CustomerKey, sale.CustomerKey) || read.Channel != sale.Channel {
			t.Fatalf("read back %+v, %v", read, err)
		}
		return sale.CustomerKey
	}
	first := key(h.A, "ＴＡＯＢＡＯ", "buyer 7")
	if len(first) != 32 || bytes.Contains(first, []byte("buyer")) {
		t.Errorf("the key %x tells who bought", first)
	}
	if !bytes.Equal(first, key(h.A, "taobao", "buyer 7")) {
		t.Error("the same buyer has two keys")
	}
	if bytes.Equal(first, key(h.A, "taobao", "buyer 8")) || bytes.Equal(first, key(h.A, "wechat", "buyer 7")) || bytes.Equal(first, key(h.B, "taobao", "buyer 7")) {
		t.Error("different buyers, channels or shops share a key")
	}
	if key(h.A, "", "") != nil {
		t.Error("nobody has a key")
	}
	list, err := s.Channels(h.A)
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	if err != nil || !slices.Equal(codes, []string{"counter", "taobao", "wechat"}) || list[1].Name != "淘宝小店" || !list[2].Online {
		t.Errorf("channels %+v, %v", list, err)
	}
}

func testVoid(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	h.receive(t, h.A, p, 5_000)
	sale, _, _, err := s.Record(h.A, one("1001", 3_000, ""))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Void(h.A, sale.ID, "打错了"); err != nil {
			t.Fatal(err)
		}
		if got := h.onHand(t, h.A, p); got != 5_000 {
			t.Errorf("%s bags left", got.Decimal())
		}
	}
	read, err := s.Sale(h.A, sale.ID)
	if err != nil || read.VoidedAt == nil || len(read.Lines) != 1 {
		t.Errorf("the record is gone: %+v, %v", read, err)
	}
	if q, a := sold(t, s, h.A, p); q != 0 || a != 0 {
		t.Errorf("still demand: %s", q.Decimal())
	}
	if totals, err := s.Totals(h.A, today); err != nil || totals != (sales.Totals{}) {
		t.Errorf("totals %+v, %v", totals, err)
	}
	if err := s.Void(h.A, ident.New(), ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a sale that never was: %v", err)
	}
	if err := s.Void(h.B, sale.ID, ""); fault.KindOf(err) != fault.NotFound {
		t.Errorf("from another shop: %v", err)
	}
	h.verify(t, h.A)
}

// testConservation plays sales, returns and voids against a map, and looks after
// each step that stock and demand agree with it.
func testConservation(t *testing.T, h House) {
	s := h.Service()
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		d := orange()
		d.Code, d.Name, d.Packs = ident.New().String(), "货", nil
		p, err := h.Catalog.Create(h.A, d)
		if err != nil {
			t.Fatal(err)
		}
		start := measure.Quantity(rapid.Int64Range(1, 50_000).Draw(t, "stock"))
		h.receive(t, h.A, p, start)
		kept := map[ident.ID]measure.Quantity{} // signed
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			if ids := slices.SortedFunc(mapKeys(kept), compareIDs); len(ids) > 0 && rapid.IntRange(0, 3).Draw(t, "void") == 0 {
				id := rapid.SampledFrom(ids).Draw(t, "which")
				if err := s.Void(h.A, id, ""); err != nil {
					t.Fatal(err)
				}
				delete(kept, id)
			} else {
				r := one(p.Code, rapid.Int64Range(1, 20_000).Draw(t, "quantity"), "")
				sign := measure.Quantity(1)
				if rapid.Bool().Draw(t, "return") {
					r.Kind, sign = sales.KindReturn, -1
				}
				if _, _, _, err := s.Record(h.A, r); err != nil {
					t.Fatal(err)
				}
				kept[r.ClientID] = sign * measure.Quantity(r.Lines[0].Quantity)
			}
			var net measure.Quantity
			for _, q := range kept {
				net += q
			}
			if got := h.onHand(t, h.A, p); got != start-net {
				t.Fatalf("%s on hand, want %s", got.Decimal(), (start - net).Decimal())
			}
			if got, _ := sold(t, s, h.A, p); got != net {
				t.Fatalf("%s sold, want %s", got.Decimal(), net.Decimal())
			}
		}
	})
	h.verify(t, h.A)
}
