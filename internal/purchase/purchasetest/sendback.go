package purchasetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
)

// testSendBack: goods leave the lot that they came in, once, never more than came; the
// credit is what they cost or what a person says; the order stays received, and the books
// agree.
func testSendBack(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000))
	must(t, second(s.Send(h.A, o.ID, 0)))
	receipt := ident.New()
	o, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: receipt, Lines: []purchase.ReceiptLine{
		{Line: 1, Quantity: 4_000, Lot: "A"}, {Line: 1, Quantity: 6_000, Lot: "B"}, {Line: 2, Quantity: 20_000, Price: ptr(money.Price(30_000))},
	}})
	must(t, err)
	lots, err := s.Lots(h.A, o.ID)
	must(t, err)
	if len(lots) != 3 || lots[1].Code != "B" || lots[1].Left != 6_000 || lots[2].Price != 30_000 || lots[2].Line != 2 {
		t.Fatalf("lots: %+v", lots)
	}
	h.Clock.Pass(24 * time.Hour)
	client := ident.New()
	gone := purchase.SendBack{ClientID: client, Reason: " 烂了 ", Lines: []purchase.SendBackLine{
		{LotID: lots[1].ID, Quantity: 2_000}, {LotID: lots[2].ID, Quantity: 1_000, Credit: ptr(money.Amount(111))}, {LotID: lots[0].ID},
	}}
	for range 3 {
		after, err := s.SendBack(h.A, o.ID, gone)
		must(t, err)
		same(t, "the order", after, o)
	}
	other := gone
	other.Reason = "别的"
	_, err = s.SendBack(h.A, o.ID, other)
	refused(t, "the same id with another content", err, fault.Conflict, "purchase.client_id_used")
	returns, err := s.Returns(h.A, o.ID)
	must(t, err)
	// 2 kg at 2.50, and what was said
	if len(returns) != 1 || returns[0].Credit != 500+111 || returns[0].Reason != "烂了" || len(returns[0].Lines) != 2 || returns[0].Lines[0].Credit != 500 || returns[0].CreditedAt != nil {
		t.Errorf("returned: %+v", returns)
	}
	inStock, err := h.Stock.Lots(h.A, g.Products[0].ID)
	must(t, err)
	if len(inStock) != 2 || inStock[0].Quantity != 4_000 || inStock[1].Quantity != 4_000 {
		t.Errorf("in stock: %+v", inStock)
	}
	moved, err := h.Stock.OfSource(h.A, client)
	must(t, err)
	if len(moved) != 2 || moved[0].Kind != stock.SupplierReturn || moved[0].Quantity != -2_000 || moved[0].Value >= 0 || moved[0].Source != purchase.ReturnSource {
		t.Errorf("movements: %+v", moved)
	}
	for _, c := range []struct {
		name, key, field string
		b                purchase.SendBack
	}{
		{"too much", "purchase.return_too_much", "quantity[0]", purchase.SendBack{Reason: "x", Lines: []purchase.SendBackLine{{LotID: lots[1].ID, Quantity: 4_001}}}},
		{"too much in two", "purchase.return_too_much", "quantity[1]", purchase.SendBack{Reason: "x", Lines: []purchase.SendBackLine{{LotID: lots[0].ID, Quantity: 3_000}, {LotID: lots[0].ID, Quantity: 1_001}}}},
		{"negative", "purchase.quantity_negative", "quantity[0]", purchase.SendBack{Reason: "x", Lines: []purchase.SendBackLine{{LotID: lots[0].ID, Quantity: -1}}}},
		{"credit", "purchase.price_negative", "credit[0]", purchase.SendBack{Reason: "x", Lines: []purchase.SendBackLine{{LotID: lots[0].ID, Quantity: 1, Credit: ptr(money.Amount(-1))}}}},
		{"nothing", "purchase.return_nothing", "", purchase.SendBack{Reason: "x", Lines: []purchase.SendBackLine{{LotID: lots[0].ID}}}},
		{"no lot", "purchase.return_lot_missing", "", purchase.SendBack{Reason: "x", Lines: []purchase.SendBackLine{{LotID: ident.New(), Quantity: 1}}}},
		{"no reason", "purchase.return_reason", "reason", purchase.SendBack{Reason: " ", Lines: []purchase.SendBackLine{{LotID: lots[0].ID, Quantity: 1}}}},
	} {
		_, err := s.SendBack(h.A, o.ID, c.b)
		f, ok := fault.As(err)
		if !ok || f.Key != c.key || f.Field != c.field {
			t.Errorf("%s: %v; want %s at %q", c.name, err, c.key, c.field)
		}
	}
	_, err = s.TakeBack(h.A, o.ID, receipt, "")
	refused(t, "take back what went back", err, fault.Conflict, "purchase.take_back_returned")
	_, err = s.SendBack(h.B, o.ID, gone)
	refused(t, "the other shop", err, fault.NotFound, "purchase.order_missing")
	if theirs, err := s.Returns(h.B, o.ID); err != nil || len(theirs) != 0 {
		t.Errorf("the other shop reads %v, %v", theirs, err)
	}
	for range 2 {
		must(t, second(s.Credited(h.A, o.ID, client, "GS-7")))
	}
	must(t, second(s.Credited(h.A, o.ID, client, "another")))
	returns, err = s.Returns(h.A, o.ID)
	must(t, err)
	if returns[0].CreditedAt == nil || returns[0].CreditRef != "GS-7" {
		t.Errorf("credited: %+v", returns[0])
	}
	_, err = s.Credited(h.A, o.ID, ident.New(), "")
	refused(t, "no such return", err, fault.NotFound, "purchase.return_missing")
	h.do(t, h.B, func(ctx context.Context) error {
		if noted, err := h.Store.Credit(ctx, client, 1, "theft"); noted || err != nil {
			t.Errorf("the other shop notes a credit: %v, %v", noted, err)
		}
		return nil
	})
	same(t, "journal", journal.Actions, []string{"order.draft", "order.send", "order.receive", "order.return", "order.credit"})
	verified(t, s, h)

	// Many at once, each with its own press: never more than came.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := s.SendBack(h.A, o.ID, purchase.SendBack{ClientID: ident.New(), Reason: "x", Lines: []purchase.SendBackLine{{LotID: lots[0].ID, Quantity: 1_500}}})
			if f, ok := fault.As(err); err != nil && (!ok || f.Key != "purchase.return_too_much") {
				t.Errorf("at once: %v", errors.Join(err))
			}
		})
	}
	wg.Wait()
	lots, err = s.Lots(h.A, o.ID)
	must(t, err)
	if lots[0].Left != measure.Quantity(1_000) {
		t.Errorf("%s may still go back", lots[0].Left.Decimal())
	}
	verified(t, s, h)
}
