package purchasetest

import (
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
)

func testReceive(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000)) // 25.00 and 50.00, freight 10.00
	_, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	expiry := h.Clock.Today() + 30
	h.Clock.Pass(50 * time.Hour)
	o, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New(), Note: "两箱破了", Lines: []purchase.ReceiptLine{
		{Line: 2, Quantity: 7_000, Lot: "L1", Expiry: &expiry},
		{Line: 2, Quantity: 3_000, Lot: "L2", Price: ptr(money.Price(20_000))},
		{Line: 1, Quantity: 0},
	}})
	must(t, err)
	if o.State != purchase.PartReceived || o.Lines[1].Received != 10_000 || o.Lines[0].Received != 0 || o.ClosedAt != nil {
		t.Errorf("part received: %+v", o)
	}
	lots, err := h.Stock.Lots(h.A, g.Products[1].ID)
	must(t, err)
	if len(lots) != 2 || lots[0].Code != "L1" || lots[0].Quantity != 7_000 || *lots[0].Expiry != expiry || lots[1].Code != "L2" {
		t.Errorf("lots: %+v", lots)
	}
	// 17.50 → 16.06 and 6.00 → 5.50 without tax; freight 6.67 of which half.
	balances, err := h.Stock.Balances(h.A, []ident.ID{g.Products[1].ID})
	must(t, err)
	if b := balances[g.Products[1].ID]; b.Value != 1_606+550+334 || b.OnHand != 10_000 {
		t.Errorf("balance: %+v", b)
	}
	came, err := s.Deliveries(h.A, o.ID)
	must(t, err)
	if len(came) != 1 || came[0].Total != 1_750+600 || *came[0].LeadTime != 2 || came[0].Note != "两箱破了" {
		t.Errorf("delivery: %+v", came)
	}
	o, err = s.Receive(h.A, o.ID, purchase.Receipt{})
	must(t, err)
	if o.State != purchase.Received || o.Owed() || o.ClosedAt == nil {
		t.Errorf("received: %+v", o)
	}
	balances, err = h.Stock.Balances(h.A, []ident.ID{g.Products[0].ID, g.Products[1].ID})
	must(t, err)
	var value money.Amount
	for _, b := range balances {
		value += b.Value
	}
	// 25.00, 17.50, 6.00 and 25.00 without tax, and all of the freight
	if want := money.Amount(2_294 + 1_606 + 550 + 2_294 + 1_000); value != want {
		t.Errorf("value of the stock: %d, want %d", value, want)
	}
	if moved, err := h.Stock.OfSource(h.A, came[0].ID); err != nil || len(moved) != 2 || moved[0].Source != purchase.Source || moved[0].Kind != stock.Receipt {
		t.Errorf("movements: %+v, %v", moved, err)
	}
	same(t, "journal", journal.Actions, []string{"order.draft", "order.send", "order.receive", "order.receive"})
	verified(t, s, h)
}

func testReceiveAgain(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 1)
	o := Made(t, s, h.A, g.Draft(10_000))
	_, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	client := ident.New()
	four := []purchase.ReceiptLine{{Line: 1, Quantity: 4_000}}
	first, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: client, Lines: four})
	must(t, err)
	h.Clock.Pass(time.Hour)
	again, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: client, Lines: four})
	must(t, err)
	same(t, "again", again, first)
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: client, Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 5_000}}})
	refused(t, "another content", err, fault.Conflict, "purchase.client_id_used")
	other := Made(t, s, h.A, g.Draft(10_000))
	_, err = s.Send(h.A, other.ID, 0)
	must(t, err)
	_, err = s.Receive(h.A, other.ID, purchase.Receipt{ClientID: client, Lines: four})
	refused(t, "another order", err, fault.Conflict, "purchase.client_id_used")

	// A machine without a client id: once a day.
	for range 2 {
		o, err = s.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 1_000}}})
		must(t, err)
		if o.Lines[0].Received != 5_000 {
			t.Errorf("received %d, want 5 kg", o.Lines[0].Received)
		}
	}
	h.Clock.Pass(24 * time.Hour)
	o, err = s.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 1_000}}})
	must(t, err)
	if o.Lines[0].Received != 6_000 {
		t.Errorf("received %d the next day, want 6 kg", o.Lines[0].Received)
	}
	for range 2 { // more than ordered, then everything owed: nothing
		o, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New(), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 9_000}}})
		must(t, err)
	}
	if o.State != purchase.Received || o.Lines[0].Received != 15_000 || o.Lines[0].Owed() != 0 {
		t.Errorf("received more: %+v", o)
	}
	verified(t, s, h)
}

func testReceiveRefuses(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 1)
	o := Made(t, s, h.A, g.Draft(10_000))
	o, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	for _, c := range []struct {
		name  string
		line  purchase.ReceiptLine
		key   string
		field string
	}{
		{"line 0", purchase.ReceiptLine{Line: 0, Quantity: 1}, "purchase.line_missing", "line[1]"},
		{"line 2", purchase.ReceiptLine{Line: 2, Quantity: 1}, "purchase.line_missing", "line[1]"},
		{"negative", purchase.ReceiptLine{Line: 1, Quantity: -1}, "purchase.quantity_negative", "quantity[1]"},
		{"too much", purchase.ReceiptLine{Line: 1, Quantity: measure.MaxQuantity + 1}, "value.too_large", "quantity[1]"},
		{"price", purchase.ReceiptLine{Line: 1, Quantity: 1, Price: ptr(money.Price(-1))}, "purchase.price_negative", "price[1]"},
		{"lot", purchase.ReceiptLine{Line: 1, Quantity: 1, Lot: string(make([]rune, 61))}, "purchase.lot_too_long", "lot[1]"},
	} {
		_, err := s.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 1_000}, c.line}})
		refused(t, c.name, err, fault.Invalid, c.key)
		if f, _ := fault.As(err); f != nil && f.Field != c.field {
			t.Errorf("%s: field %q, want %q", c.name, f.Field, c.field)
		}
	}
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 0}}})
	refused(t, "nothing", err, fault.Invalid, "purchase.nothing_received")
	after, err := s.Order(h.A, o.ID)
	must(t, err)
	same(t, "half a delivery", after, o)
	verified(t, s, h)
}

func testLeadTime(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 10_000))
	due := o.DueDay
	h.Clock.Pass(48 * time.Hour) // sent two days after it was made
	o, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	if o.DueDay != due+2 || *o.SentDay != h.Clock.Today() {
		t.Errorf("sent: %+v", o)
	}
	if arriving, err := s.Arriving(h.A, o.DueDay-1); err != nil || len(arriving) != 0 {
		t.Errorf("arriving a day early: %v, %v", arriving, err)
	}
	arriving, err := s.Arriving(h.A, o.DueDay)
	must(t, err)
	same(t, "arriving", arriving, []purchase.Order{o})
	sent := *o.SentDay
	h.Clock.Pass(96 * time.Hour)
	// two lots of line 1, three days after sending, told a day later; then the rest
	at := day.At(h.Clock.Now().Add(-24 * time.Hour))
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New(), At: at, Lines: []purchase.ReceiptLine{
		{Line: 1, Quantity: 5_000, Lot: "a"}, {Line: 1, Quantity: 5_000, Lot: "b"},
	}})
	must(t, err)
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New(), At: day.At(h.Clock.Now().Add(time.Hour))})
	must(t, err)
	learned, err := s.LeadTimes(h.A, []ident.ID{g.Supplier.ID})
	must(t, err)
	got := map[ident.ID]int{}
	for _, l := range learned[g.Supplier.ID] {
		if l.SentDay != sent {
			t.Errorf("counted from %v, want %v", l.SentDay, sent)
		}
		got[l.ProductID] = l.Days
	}
	if len(learned[g.Supplier.ID]) != 2 {
		t.Errorf("%d rows, want one a product", len(learned[g.Supplier.ID]))
	}
	same(t, "days", got, map[ident.ID]int{g.Products[0].ID: 3, g.Products[1].ID: 4})
}
