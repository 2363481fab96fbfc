package purchasetest

import (
	"context"
	"errors"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
)

// row is an order with every field set.
func (h House) row(g Goods, number int64) purchase.Order {
	o := purchase.Order{
		ID: ident.New(), Number: number, SupplierID: g.Supplier.ID, State: purchase.PartReceived, Currency: money.CNY,
		Total: 3_750, Freight: 1_000, Saving: ptr(money.Amount(-40)), PricesIncludeTax: true, Language: "fr", Note: "第一批\n二",
		CreatedDay: 20_780, DueDay: 20_785, SentDay: ptr(day.Date(20_781)), CreatedAt: 11, SentAt: ptr(day.Micros(12)),
		ConfirmedAt: ptr(day.Micros(13)), ClosedAt: ptr(day.Micros(14)), PersonID: ident.New(), ClientID: ident.New(), Version: 1,
		WantedDay: ptr(day.Date(20_784)), AskedAt: ptr(day.Micros(15)), AskedBy: ident.New(),
	}
	for i, p := range g.Products {
		o.Lines = append(o.Lines, purchase.OrderLine{
			Line: i + 1, ProductID: p.ID, ProductCode: p.Code, ProductName: p.Name, SupplierCode: "QC", Quantity: 15_000, Unit: "kg",
			Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 5, Den: 2}}, Price: 25_000, TaxRate: 900, Total: 3_750, Received: 1,
			ReferenceCost: ptr(money.Amount(4_000)),
		})
	}
	o.Lines[0].Agreed = &purchase.Agreed{Quantity: 9_000, Price: 26_000, Day: 20_786, Later: 1_000, LaterDay: 20_799}
	if len(o.Lines) > 1 {
		o.Lines[1].Agreed = &purchase.Agreed{Day: 20_785}
	}
	o.LineCount = len(o.Lines)
	return o
}

func (h House) insert(t *testing.T, ctx context.Context, orders ...purchase.Order) {
	t.Helper()
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.Insert(ctx, orders) })
}

func testOrders(t *testing.T, h House) {
	g := h.Stocked(t, h.A, 3)
	full := h.row(g, 1)
	bare := purchase.Order{
		ID: ident.New(), Number: 2, SupplierID: g.Supplier.ID, State: purchase.Draft, Currency: money.CNY, Language: "zh-Hans", Version: 1,
	}
	h.insert(t, h.A, full, bare)
	for _, want := range []purchase.Order{full, bare} {
		got, err := h.Store.Order(h.A, want.ID)
		must(t, err)
		same(t, "read back", got, want)
		id, err := h.Store.IDByNumber(h.A, want.Number)
		if err != nil || id != want.ID {
			t.Errorf("number %d: %v, %v", want.Number, id, err)
		}
	}
	made, err := h.Store.ByClient(h.A, full.ClientID)
	must(t, err)
	same(t, "by client", made, []purchase.Order{full})
	if _, err := h.Store.Order(h.A, ident.New()); !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("an unknown order: %v", err)
	}
	if _, err := h.Store.IDByNumber(h.A, 3); !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("an unknown number: %v", err)
	}
	twice := h.row(g, 2)
	if err := h.Atomic.Do(h.A, func(ctx context.Context) error { return h.Store.Insert(ctx, []purchase.Order{twice}) }); err == nil {
		t.Error("a number was given twice")
	}
}

func testUpdate(t *testing.T, h House) {
	g := h.Stocked(t, h.A, 2)
	o := h.row(g, 1)
	h.insert(t, h.A, o)
	next := o
	next.State, next.Total, next.Freight, next.Saving, next.Note = purchase.Received, 7, 8, nil, "x"
	next.SentAt, next.SentDay, next.ConfirmedAt, next.ClosedAt, next.DueDay = nil, nil, nil, nil, 9
	next.WantedDay, next.AskedAt, next.AskedBy = nil, nil, ident.Nil
	next.Lines, next.LineCount, next.Version = o.Lines[:1], 1, 2
	for _, want := range []bool{true, false} { // the second time the version has moved on
		h.do(t, h.A, func(ctx context.Context) error {
			ok, err := h.Store.Update(ctx, next, true)
			if ok != want {
				t.Errorf("update: %v, want %v", ok, want)
			}
			return err
		})
	}
	got, err := h.Store.Order(h.A, o.ID)
	must(t, err)
	same(t, "updated", got, next)
}

func testNumbers(t *testing.T, h House) {
	take := func(ctx context.Context, n int, want int64) {
		t.Helper()
		h.do(t, ctx, func(ctx context.Context) error {
			first, err := h.Store.TakeNumbers(ctx, n)
			if first != want {
				t.Errorf("first of %d numbers: %d, want %d", n, first, want)
			}
			return err
		})
	}
	take(h.A, 1, 1)
	take(h.A, 3, 2)
	take(h.B, 1, 1)
	failed := errors.New("no")
	_ = h.Atomic.Do(h.A, func(ctx context.Context) error {
		if _, err := h.Store.TakeNumbers(ctx, 5); err != nil {
			return err
		}
		return failed
	})
	take(h.A, 1, 5) // what was rolled back left no gap
	if last, err := h.Store.Number(h.A); err != nil || last != 5 {
		t.Errorf("last number: %d, %v", last, err)
	}
}

func testList(t *testing.T, h House) {
	g, other := h.Stocked(t, h.A, 1), h.Stocked(t, h.A, 1)
	var orders []purchase.Order
	for n := int64(1); n <= 6; n++ {
		from := g
		if n%3 == 0 {
			from = other
		}
		o := h.row(from, n)
		o.DueDay = day.Date(30_000 - n)
		if n%2 == 0 {
			o.State = purchase.Draft
		}
		switch n { // three of one day, one of them given up
		case 1:
			o.SentDay, o.State = ptr(day.Date(20_790)), purchase.Cancelled
		case 2:
			o.SentDay, o.CreatedDay = nil, 20_790
		case 5:
			o.SentDay = ptr(day.Date(20_790))
		}
		orders = append(orders, o)
	}
	h.insert(t, h.A, orders...)
	for _, c := range []struct {
		name string
		q    purchase.Query
		want []int64
	}{
		{"all", purchase.Query{Limit: 10}, []int64{6, 5, 4, 3, 2, 1}},
		{"page", purchase.Query{Limit: 2}, []int64{6, 5}},
		{"next page", purchase.Query{Before: 5, Limit: 2}, []int64{4, 3}},
		{"state", purchase.Query{State: purchase.Draft, Limit: 10}, []int64{6, 4, 2}},
		{"supplier", purchase.Query{SupplierID: other.Supplier.ID, Limit: 10}, []int64{6, 3}},
		{"day", purchase.Query{Day: ptr(day.Date(20_790)), Limit: 10}, []int64{5, 2}},      // sent, and made
		{"overdue", purchase.Query{Overdue: ptr(day.Date(29_997)), Limit: 10}, []int64{5}}, // 6 and 4 are drafts
		{"asked", purchase.Query{Asked: true, Limit: 10}, []int64{6, 4, 2}},
		{"no day", purchase.Query{Day: ptr(day.Date(3)), Limit: 10}, nil},
		{"both", purchase.Query{State: purchase.Draft, SupplierID: other.Supplier.ID, Before: 7, Limit: 10}, []int64{6}},
	} {
		page, err := h.Store.List(h.A, c.q)
		must(t, err)
		var got []int64
		for _, o := range page {
			got = append(got, o.Number)
			if o.Lines != nil || o.LineCount != 1 {
				t.Errorf("%s: a head with %d lines that counts %d", c.name, len(o.Lines), o.LineCount)
			}
		}
		same(t, c.name, got, c.want)
		if n, err := h.Store.Count(h.A, c.q); err != nil || c.name != "page" && c.name != "next page" && n != len(c.want) {
			t.Errorf("%s: counted %d, %v", c.name, n, err)
		}
	}
	if n, err := h.Store.Count(h.B, purchase.Query{}); err != nil || n != 0 {
		t.Errorf("another shop counts %d, %v", n, err)
	}
	due, err := h.Store.Due(h.A, []purchase.State{purchase.Sent, purchase.PartReceived}, 29_997)
	must(t, err)
	same(t, "due", due, []purchase.Order{orders[4], orders[2]})
}

func testDeliveries(t *testing.T, h House) {
	g := h.Stocked(t, h.A, 2)
	o := h.row(g, 1)
	h.insert(t, h.A, o)
	first := purchase.Delivery{
		ID: ident.New(), OrderID: o.ID, BusinessDay: 20_783, OccurredAt: 5, RecordedAt: 6, LeadTime: ptr(2), Total: 77, Note: "早上到",
		PersonID: ident.New(), Hash: []byte{1, 2, 3},
		Lines: []purchase.DeliveryLine{
			{Line: 2, ProductID: g.Products[1].ID, Quantity: 1_000, Price: 25_000, Total: 250, Lot: "A-1", Expiry: ptr(day.Date(20_900))},
			{Line: 1, ProductID: g.Products[0].ID, Quantity: 2_000, Price: 24_000, Total: 480},
		},
	}
	second := purchase.Delivery{ID: ident.New(), OrderID: o.ID, BusinessDay: 20_784, OccurredAt: 7, RecordedAt: 8, Hash: []byte{4}}
	rows := []purchase.LeadTime{
		{SupplierID: g.Supplier.ID, ProductID: g.Products[0].ID, ReceiptID: first.ID, Line: 1, SentDay: 20_781, Days: 2},
		{SupplierID: g.Supplier.ID, ProductID: g.Products[1].ID, ReceiptID: first.ID, Line: 2, SentDay: 20_781, Days: 2},
	}
	h.do(t, h.A, func(ctx context.Context) error {
		return errors.Join(h.Store.InsertDeliveries(ctx, []purchase.Delivery{second, first}), h.Store.InsertLeadTimes(ctx, rows))
	})
	got, err := h.Store.Deliveries(h.A, o.ID)
	must(t, err)
	same(t, "deliveries", got, []purchase.Delivery{first, second})
	one, err := h.Store.Delivery(h.A, first.ID)
	must(t, err)
	same(t, "delivery", one, first)
	if _, err := h.Store.Delivery(h.A, ident.New()); !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("an unknown delivery: %v", err)
	}
	for _, suppliers := range [][]ident.ID{nil, {g.Supplier.ID}} {
		learned, err := h.Store.LeadTimes(h.A, suppliers)
		must(t, err)
		same(t, "lead times", learned, rows)
	}
	none, err := h.Store.LeadTimes(h.A, []ident.ID{})
	if err != nil || len(none) != 0 {
		t.Errorf("lead times of nobody: %v, %v", none, err)
	}
}

// reads calls every reading method of the store.
func reads(s purchase.Store, ctx context.Context, o purchase.Order, delivery ident.ID) map[string]error {
	errs := map[string]error{}
	_, errs["order"] = s.Order(ctx, o.ID)
	_, errs["by number"] = s.IDByNumber(ctx, o.Number)
	_, errs["by client"] = s.ByClient(ctx, o.ClientID)
	_, errs["list"] = s.List(ctx, purchase.Query{Limit: 5})
	_, errs["due"] = s.Due(ctx, purchase.States(), 60_000)
	_, errs["number"] = s.Number(ctx)
	_, errs["delivery"] = s.Delivery(ctx, delivery)
	_, errs["deliveries"] = s.Deliveries(ctx, o.ID)
	_, errs["lead times"] = s.LeadTimes(ctx, nil)
	_, errs["owed"] = s.OwedAsOf(ctx, 60_000, 1)
	_, errs["savings"] = s.Savings(ctx, purchase.SavedQuery{})
	_, errs["saved days"] = s.SavedDays(ctx, 0, 60_000)
	return errs
}

// Without a shop nothing is read or written.
func testNoShop(t *testing.T, h House) {
	g := h.Stocked(t, h.A, 1)
	o := h.row(g, 1)
	for name, err := range reads(h.Store, context.Background(), o, ident.New()) {
		if err == nil || errors.Is(err, purchase.ErrMissing) {
			t.Errorf("%s without a shop: %v", name, err)
		}
	}
	for name, write := range h.writes(o) {
		if err := h.Atomic.Do(context.Background(), write); err == nil {
			t.Errorf("%s without a shop", name)
		}
	}
}

// writes are the store's writing methods, about o.
func (h House) writes(o purchase.Order) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"numbers": func(ctx context.Context) error { _, err := h.Store.TakeNumbers(ctx, 1); return err },
		"insert":  func(ctx context.Context) error { return h.Store.Insert(ctx, []purchase.Order{o}) },
		"update": func(ctx context.Context) error {
			o.Version++
			ok, err := h.Store.Update(ctx, o, true)
			if err == nil && !ok {
				return purchase.ErrMissing
			}
			return err
		},
		"delivery": func(ctx context.Context) error {
			return h.Store.InsertDeliveries(ctx, []purchase.Delivery{{ID: ident.New(), OrderID: o.ID, Hash: []byte{1}}})
		},
		"lead time": func(ctx context.Context) error {
			return h.Store.InsertLeadTimes(ctx, []purchase.LeadTime{{SupplierID: o.SupplierID, ProductID: ident.New(), ReceiptID: ident.New()}})
		},
		"saving": func(ctx context.Context) error {
			return h.Store.InsertSavings(ctx, []purchase.Saved{{ReceiptID: ident.New(), Position: 1, OrderID: o.ID, ProductID: o.Lines[0].ProductID, Quantity: 1}})
		},
	}
}

// One shop's ids are as good as none in the other's hands.
func testTwoShops(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000))
	_, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	delivery := ident.New()
	o, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: delivery, Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 1_000}}})
	must(t, err)

	if found := reads(h.Store, h.B, o, delivery); !errors.Is(found["order"], purchase.ErrMissing) ||
		!errors.Is(found["by number"], purchase.ErrMissing) || !errors.Is(found["delivery"], purchase.ErrMissing) {
		t.Errorf("shop B reads shop A's order: %v", found)
	}
	if list, err := s.List(h.B, purchase.Query{}); err != nil || len(list) != 0 {
		t.Errorf("shop B lists %v, %v", list, err)
	}
	if due, err := s.Arriving(h.B, 60_000); err != nil || len(due) != 0 {
		t.Errorf("shop B expects %v, %v", due, err)
	}
	if learned, err := s.LeadTimes(h.B, []ident.ID{g.Supplier.ID}); err != nil || len(learned) != 0 {
		t.Errorf("shop B learns %v, %v", learned, err)
	}
	if came, err := s.Deliveries(h.B, o.ID); err != nil || len(came) != 0 {
		t.Errorf("shop B reads deliveries %v, %v", came, err)
	}
	for name, try := range tries(s, h.B, o) {
		if _, err := try(); err == nil {
			t.Errorf("shop B may %s", name)
		} else {
			refused(t, "shop B: "+name, err, fault.NotFound, "purchase.order_missing")
		}
	}
	if _, err := s.Draft(h.B, []purchase.DraftOrder{g.Draft(1_000)}); err == nil {
		t.Error("shop B orders from shop A's supplier")
	}
	if err := h.Atomic.Do(h.B, h.writes(o)["update"]); !errors.Is(err, purchase.ErrMissing) {
		t.Errorf("shop B updates shop A's order: %v", err)
	}
	got, err := s.Order(h.A, o.ID)
	must(t, err)
	same(t, "shop A's order", got, o)
}
