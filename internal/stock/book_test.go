package stock_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/stock"
)

// ids makes 1, 2, 3 …: tests need ids that sort in the order of making.
func ids() func() ident.ID {
	var n uint64
	return func() ident.ID {
		n++
		var id ident.ID
		binary.BigEndian.PutUint64(id[8:], n)
		return id
	}
}

var (
	rice  = ident.MustParse("00000000-0000-0000-0001-000000000001")
	dates = ident.MustParse("00000000-0000-0000-0001-000000000002")
)

func newBook() *stock.Book { return stock.NewBook(money.CNY, 1_000_000, stock.Author{}, ids()) }

func at(d day.Date) *day.Date { return &d }

func price(n int64) *money.Price {
	p := money.Price(n)
	return &p
}

func amount(n int64) *money.Amount {
	a := money.Amount(n)
	return &a
}

func in(kind stock.Kind, q int64, lot *stock.LotSpec, cost *money.Price, on day.Date) stock.Posting {
	return stock.Posting{Kind: kind, ProductID: rice, Quantity: measure.Quantity(q), Lot: lot, UnitCost: cost, BusinessDay: on, OccurredAt: day.Micros(on) * 1000}
}

func post(t *testing.T, b *stock.Book, postings ...stock.Posting) {
	t.Helper()
	for _, p := range postings {
		if err := b.Post(p); err != nil {
			t.Fatalf("post %+v: %v", p, err)
		}
	}
}

// said lists movements as "kind lot quantity value".
func said(list []stock.Movement) []string {
	lines := make([]string, len(list))
	for i, m := range list {
		lines[i] = fmt.Sprintf("%s %d %s %d", m.Kind, binary.BigEndian.Uint64(m.LotID[8:]), m.Quantity.Decimal(), m.Value)
	}
	return lines
}

func expect(t *testing.T, b *stock.Book, want ...string) {
	t.Helper()
	if got := said(b.Change(stock.Head{}, 1).Movements); !slices.Equal(got, want) {
		t.Errorf("made\n%q\nwant\n%q", got, want)
	}
}

func TestFirstExpiredFirstOut(t *testing.T) {
	b := newBook()
	post(t, b,
		in(stock.Receipt, 5000, &stock.LotSpec{Code: "none"}, price(10_000), 100),
		in(stock.Receipt, 5000, &stock.LotSpec{Code: "late", Expiry: at(120)}, price(10_000), 101),
		in(stock.Receipt, 5000, &stock.LotSpec{Code: "soon", Expiry: at(110)}, price(10_000), 102),
		in(stock.Receipt, 5000, &stock.LotSpec{Code: "gone", Expiry: at(103)}, price(10_000), 102),
	)
	b.Change(stock.Head{}, 1)
	post(t, b, in(stock.Sale, -6000, nil, nil, 110)) // the last day of "soon"
	expect(t, b, "sale 3 -5 -500", "sale 2 -1 -100")
	if w := b.Warnings(); len(w) != 0 {
		t.Errorf("warned of %+v, but nothing expired was sold", w)
	}
	post(t, b, in(stock.Spoilage, -1000, nil, nil, 110))
	expect(t, b, "spoilage 4 -1 -100")
	post(t, b, in(stock.Sale, -15_000, nil, nil, 110))
	expect(t, b, "sale 2 -4 -400", "sale 1 -5 -500", "sale 4 -4 -400", "sale 0 -2 -200")
	w := b.Warnings()
	if len(w) != 2 || w[0].Kind != stock.ExpiredSold || w[0].Quantity != 4000 || *w[0].Expiry != 103 ||
		w[1].Kind != stock.CountNeeded || w[1].Quantity != -2000 {
		t.Errorf("warnings %+v", w)
	}
	if s := b.Stock(rice); s.OnHand != -2000 || s.Unassigned != -2000 || len(s.Lots) != 0 || !s.CountNeeded || s.Value != -200 {
		t.Errorf("stock %+v", s)
	}
}

func TestChosenLot(t *testing.T) {
	b := newBook()
	post(t, b, in(stock.Receipt, 3000, &stock.LotSpec{Expiry: at(105)}, price(10_000), 100), in(stock.Receipt, 3000, &stock.LotSpec{Expiry: at(110)}, price(20_000), 100))
	list := b.Change(stock.Head{}, 1).Movements
	second := list[1].LotID
	if second != list[1].ID {
		t.Error("a new lot's id must be the id of the movement that made it")
	}
	p := in(stock.Spoilage, -4000, nil, nil, 101)
	p.LotID = &second
	post(t, b, p)
	expect(t, b, "spoilage 2 -3 -450", "spoilage 1 -1 -150")
	back := in(stock.CustomerReturn, 1000, nil, price(20_000), 101)
	back.LotID = &second
	post(t, b, back)
	expect(t, b, "customer_return 2 1 200")
	foreign := ident.New()
	back.LotID = &foreign
	if err := b.Post(back); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a lot nobody knows: %v", err)
	}
}

func TestMovingAverage(t *testing.T) {
	b := newBook()
	post(t, b, in(stock.Receipt, 3000, nil, price(10_000), 100))
	exact := in(stock.Receipt, 4000, nil, nil, 100)
	exact.Value = amount(1000)
	post(t, b, exact)                                  // 3 for 3.00 and 4 for 10.00: 1.857142… each
	post(t, b, in(stock.Sale, -1000, nil, nil, 100))   // 1.86
	post(t, b, in(stock.Sale, -1000, nil, nil, 100))   // 1.857 → 1.86
	post(t, b, in(stock.Receipt, 1000, nil, nil, 100)) // at the average
	post(t, b, in(stock.Sale, -6000, nil, nil, 100))   // all that is left
	post(t, b, in(stock.Receipt, 2000, nil, nil, 100)) // at the last cost
	expect(t, b, "receipt 1 3 300", "receipt 2 4 1000", "sale 1 -1 -186", "sale 1 -1 -186",
		"receipt 5 1 186", "sale 1 -1 -186", "sale 2 -4 -743", "sale 5 -1 -185", "receipt 9 2 372")
}

// A receipt proves what the goods sold out of nothing had cost.
func TestRevaluationAtNegativeStock(t *testing.T) {
	b := newBook()
	post(t, b, in(stock.Receipt, 1000, nil, price(100_000), 100), in(stock.Sale, -6000, nil, nil, 100))
	expect(t, b, "receipt 1 1 1000", "sale 1 -1 -1000", "sale 0 -5 -5000")
	post(t, b, in(stock.Receipt, 8000, nil, price(120_000), 101))
	expect(t, b, "receipt 4 8 9600", "revaluation 0 0 -1000", "transfer 0 5 0", "transfer 4 -5 0")
	s := b.Stock(rice)
	if s.OnHand != 3000 || s.Value != 3600 || s.LastCost != 120_000 || s.Unassigned != 0 || !s.CountNeeded {
		t.Errorf("stock %+v", s)
	}
	post(t, b, in(stock.Sale, -7000, nil, nil, 101), in(stock.Receipt, 1000, nil, price(90_000), 101))
	expect(t, b, "sale 4 -3 -3600", "sale 0 -4 -4800", "receipt 10 1 900", "revaluation 0 0 300", "transfer 0 1 0", "transfer 10 -1 0")
	if s := b.Stock(rice); s.OnHand != -3000 || s.Value != -3600 {
		t.Errorf("the part not proven keeps its value: %+v", s)
	}
}

func TestCounting(t *testing.T) {
	b := newBook()
	post(t, b, in(stock.Sale, -5000, nil, nil, 100))
	if s := b.Stock(rice); s.KnownFrom != nil || !s.CountNeeded {
		t.Errorf("before any count: %+v", s)
	}
	b.Change(stock.Head{}, 1)
	post(t, b, in(stock.Count, 8000, nil, price(10_000), 101)) // three on the shelf
	expect(t, b, "count 0 5 500", "count 3 3 300", "revaluation 0 0 -500")
	s := b.Stock(rice)
	if s.OnHand != 3000 || s.CountNeeded || *s.KnownFrom != 101 || *s.LastCount != 101 || s.Value != 300 || len(s.Lots) != 1 {
		t.Errorf("after the count: %+v", s)
	}
	post(t, b, in(stock.Count, 0, nil, nil, 105))
	expect(t, b, "count 0 0 0")
	if s := b.Stock(rice); *s.KnownFrom != 101 || *s.LastCount != 105 {
		t.Errorf("a count that agrees is a count: %+v", s)
	}
	post(t, b, in(stock.Count, 2000, nil, nil, 106))
	expect(t, b, "count 3 2 200") // the surplus joins the lot that is there
	adjust := in(stock.Count, -9000, nil, nil, 107)
	adjust.Source = stock.SourceAdjust
	post(t, b, adjust)
	if s := b.Stock(rice); *s.LastCount != 106 || !s.CountNeeded {
		t.Errorf("an adjustment is not a count: %+v", s)
	}
}

func TestReverseRestores(t *testing.T) {
	b := newBook()
	post(t, b, in(stock.Receipt, 1000, nil, price(100_000), 100), in(stock.Sale, -6000, nil, nil, 100))
	b.Change(stock.Head{}, 1)
	before := *b.Stock(rice)
	p := in(stock.Receipt, 8000, nil, price(120_000), 101)
	p.Source, p.SourceID = "order", dates
	post(t, b, p)
	made := b.Change(stock.Head{}, 1).Movements
	b.Stock(rice).LastCost = before.LastCost // as the service recalls it
	if err := b.Reverse(made, "wrong delivery"); err != nil {
		t.Fatal(err)
	}
	entries := b.Change(stock.Head{}, 1).Movements
	if len(entries) != len(made) {
		t.Errorf("reversed %q by %q", said(made), said(entries))
	}
	for i, e := range entries {
		o := made[len(made)-1-i]
		if *e.ReversesID != o.ID || e.Quantity != -o.Quantity || e.Value != -o.Value || e.BusinessDay != o.BusinessDay ||
			e.OccurredAt != o.OccurredAt || e.SourceID != dates || e.Reason != "wrong delivery" || e.Note != "" {
			t.Errorf("counter-entry %+v of %+v", e, o)
		}
	}
	after := b.Stock(rice)
	if after.OnHand != before.OnHand || after.Value != before.Value || after.Unassigned != before.Unassigned || len(after.Lots) != 0 {
		t.Errorf("after undoing: %+v, before: %+v", after, before)
	}
}

// Undoing a delivery whose goods are sold leaves the hole where it belongs.
func TestReverseOfGoodsSold(t *testing.T) {
	b := newBook()
	post(t, b, in(stock.Receipt, 5000, nil, price(10_000), 100))
	receipt := b.Change(stock.Head{}, 1).Movements
	post(t, b, in(stock.Sale, -4000, nil, nil, 100), in(stock.Receipt, 1000, nil, price(10_000), 101))
	sale := b.Change(stock.Head{}, 1).Movements[:1]
	if err := b.Reverse(receipt, ""); err != nil {
		t.Fatal(err)
	}
	if s := b.Stock(rice); s.OnHand != -3000 || s.Unassigned != -3000 || len(s.Lots) != 0 {
		t.Errorf("after undoing the receipt: %+v", s)
	}
	c := b.Change(stock.Head{}, 1)
	for _, m := range c.Movements[1:] {
		if m.Source != stock.SourceSettle || !m.SourceID.IsNil() {
			t.Errorf("what follows from undoing must not be undone with the source: %+v", m)
		}
	}
	if err := b.Reverse(sale, ""); err != nil {
		t.Fatal(err)
	}
	if s := b.Stock(rice); s.OnHand != 1000 || s.Unassigned != 0 || len(s.Lots) != 1 || s.Lots[0].Quantity != 1000 {
		t.Errorf("after voiding the sale too: %+v", s)
	}
}

func TestRefused(t *testing.T) {
	for name, p := range map[string]stock.Posting{
		"zero":               in(stock.Receipt, 0, nil, nil, 100),
		"too much":           in(stock.Receipt, 1e13+1, nil, nil, 100),
		"negative cost":      in(stock.Receipt, 1, nil, price(-1), 100),
		"value out of range": in(stock.Receipt, 1e13, nil, price(1e13), 100),
	} {
		if err := newBook().Post(p); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, p := range map[string]stock.Posting{
		"kind":        in("theft", 1, nil, nil, 100),
		"direction":   in(stock.Sale, 1, nil, nil, 100),
		"other way":   in(stock.Receipt, -1, nil, nil, 100),
		"no product":  {Kind: stock.Receipt, Quantity: 1},
		"revaluation": in(stock.Revaluation, 0, nil, nil, 100),
	} {
		if err := newBook().Post(p); err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s is a program's mistake, not a person's: %v", name, err)
		}
	}
	full := newBook()
	post(t, full, in(stock.Receipt, 1e13, nil, nil, 100))
	if err := full.Post(in(stock.Receipt, 1, nil, nil, 100)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("beyond the bounds: %v", err)
	}
}

func TestChain(t *testing.T) {
	m := stock.Movement{Seq: 1, ID: rice, Kind: stock.Sale, ProductID: dates, Quantity: -1, Value: -2, OccurredAt: 3, RecordedAt: 4,
		BusinessDay: 5, Source: "a", SourceLine: 6, Reason: "b", Note: "c"}
	base := stock.Chain(stock.Hash{}, 1, m)
	other := rice
	for name, change := range map[string]func(*stock.Movement){
		"seq": func(m *stock.Movement) { m.Seq++ }, "id": func(m *stock.Movement) { m.ID[3]++ }, "kind": func(m *stock.Movement) { m.Kind = "sal" },
		"product": func(m *stock.Movement) { m.ProductID[0]++ }, "lot": func(m *stock.Movement) { m.LotID[15]++ },
		"quantity": func(m *stock.Movement) { m.Quantity-- }, "value": func(m *stock.Movement) { m.Value-- },
		"occurred": func(m *stock.Movement) { m.OccurredAt++ }, "recorded": func(m *stock.Movement) { m.RecordedAt++ },
		"day": func(m *stock.Movement) { m.BusinessDay++ }, "source": func(m *stock.Movement) { m.Source = "" },
		"source id": func(m *stock.Movement) { m.SourceID[1]++ }, "line": func(m *stock.Movement) { m.SourceLine++ },
		"reverses": func(m *stock.Movement) { m.ReversesID = &other }, "reason and note": func(m *stock.Movement) { m.Reason, m.Note = "bc", "" },
		"note": func(m *stock.Movement) { m.Note = "C" }, "person": func(m *stock.Movement) { m.PersonID[9]++ }, "request": func(m *stock.Movement) { m.Request = "r" },
	} {
		c := m
		change(&c)
		if stock.Chain(stock.Hash{}, 1, c) == base {
			t.Errorf("a change of %s does not show", name)
		}
	}
	if stock.Chain(stock.Hash{1}, 1, m) == base || stock.Chain(stock.Hash{}, 2, m) == base {
		t.Error("the line before or the shop does not show")
	}
	c := m
	c.Hash = stock.Hash{7}
	if stock.Chain(stock.Hash{}, 1, c) != base {
		t.Error("the hash must not depend on itself")
	}
}

func TestPosition(t *testing.T) {
	known := day.Date(90)
	p := stock.NewPosition(stock.Balance{OnHand: 10_000, Value: 55, KnownFrom: &known, CountNeeded: true}, []stock.LotBalance{
		{LotID: rice, Quantity: 2000, Expiry: at(99)}, {LotID: dates, Quantity: 3000, Expiry: at(100)}, {Quantity: 5000},
	}, 1000, 4000, 100)
	want := stock.Position{OnHand: 10_000, Allocated: 1000, Unusable: 2000, Available: 7000, OnOrder: 4000, Position: 11_000,
		Known: true, KnownFrom: &known, Value: 55, CountNeeded: true}
	if p != want {
		t.Errorf("position %+v, want %+v", p, want)
	}
	if p := stock.NewPosition(stock.Balance{}, nil, 0, 0, 100); p.Known {
		t.Error("a product nobody counted is known")
	}
}
