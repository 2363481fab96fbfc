package purchasetest

import (
	"testing"
	"time"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
)

// A delivery that was entered wrongly is taken back: stock, order, expectation and lead
// times are what they were before it, and nothing of the ledger is lost.
func testTakeBack(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000))
	_, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	before, err := s.Confirm(h.A, o.ID, 0, nil)
	must(t, err)
	h.Clock.Pass(50 * time.Hour)
	wrong := purchase.Receipt{ClientID: ident.New(), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 10_000, Lot: "A"}, {Line: 2, Quantity: 20_000}}}
	if o, err = s.Receive(h.A, o.ID, wrong); err != nil || o.State != purchase.Received {
		t.Fatal(o.State, err)
	}
	o, err = s.TakeBack(h.A, o.ID, wrong.ClientID, "别家的货")
	must(t, err)
	again, err := s.TakeBack(h.A, o.ID, wrong.ClientID, "")
	must(t, err)
	if again.Version != o.Version {
		t.Error("taken back twice changed twice")
	}
	same(t, "the lines", o.Lines, before.Lines)
	if o.State != purchase.Confirmed || o.ClosedAt != nil {
		t.Errorf("the order is %s, closed at %v", o.State, o.ClosedAt)
	}
	balances, err := h.Stock.Balances(h.A, nil)
	must(t, err)
	for id, b := range balances {
		if b.OnHand != 0 || b.Value != 0 {
			t.Errorf("%s: %s on hand worth %d", id, b.OnHand.Decimal(), b.Value)
		}
	}
	if moved, err := h.Stock.OfSource(h.A, wrong.ClientID); err != nil || len(moved) != 4 {
		t.Errorf("%d movements of the delivery, want two and their counter-entries; %v", len(moved), err)
	}
	if taught, err := s.LeadTimes(h.A, nil); err != nil || len(taught) != 0 {
		t.Errorf("still taught: %+v, %v", taught, err)
	}
	came, err := s.Deliveries(h.A, o.ID)
	must(t, err)
	if len(came) != 1 || !came[0].TakenBack() || came[0].LeadTime != nil {
		t.Errorf("deliveries: %+v", came)
	}
	verified(t, s, h)

	// The same form once more books nothing: it is the one that was taken back.
	if o, err = s.Receive(h.A, o.ID, wrong); err != nil || o.State != purchase.Confirmed {
		t.Errorf("the same form: %s, %v", o.State, err)
	}
	// What really came is booked like any delivery, with or without an id, also when it
	// is the same as before.
	for range 2 {
		if o, err = s.Receive(h.A, o.ID, purchase.Receipt{}); err != nil || o.State != purchase.Received {
			t.Fatalf("received after all: %s, %v", o.State, err)
		}
		came, err = s.Deliveries(h.A, o.ID)
		must(t, err)
		o, err = s.TakeBack(h.A, o.ID, came[len(came)-1].ID, "")
		must(t, err)
	}
	verified(t, s, h)
	if journal.Actions[4] != "order.take_back" {
		t.Errorf("journal: %v", journal.Actions)
	}
	_, err = s.TakeBack(h.A, o.ID, ident.New(), "")
	refused(t, "no such delivery", err, fault.NotFound, "purchase.receipt_missing")
	other := Made(t, s, h.A, g.Draft(1_000))
	_, err = s.TakeBack(h.A, other.ID, wrong.ClientID, "")
	refused(t, "another order's delivery", err, fault.NotFound, "purchase.receipt_missing")
	_, err = s.TakeBack(h.B, o.ID, wrong.ClientID, "")
	refused(t, "another shop", err, fault.NotFound, "")
}

// One of two deliveries of an order that was closed: the other one stays, and the order
// waits for the rest again.
func testTakeBackOne(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 1)
	o := Made(t, s, h.A, g.Draft(10_000))
	_, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	first, second := ident.New(), ident.New()
	for _, r := range []purchase.Receipt{
		{ClientID: first, Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 4_000}}},
		{ClientID: second, Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 5_000}}},
	} {
		_, err := s.Receive(h.A, o.ID, r)
		must(t, err)
	}
	_, err = s.CloseShort(h.A, o.ID)
	must(t, err)
	o, err = s.TakeBack(h.A, o.ID, first, "")
	must(t, err)
	if o.State != purchase.PartReceived || o.Lines[0].Received != 5_000 || o.Lines[0].Owed() != 5_000 {
		t.Errorf("%s, received %s", o.State, o.Lines[0].Received.Decimal())
	}
	balances, err := h.Stock.Balances(h.A, nil)
	must(t, err)
	if b := balances[g.Products[0].ID]; b.OnHand != 5_000 {
		t.Errorf("on hand %s", b.OnHand.Decimal())
	}
	verified(t, s, h)
	// A surplus that makes up for the rest leaves the order received.
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{ClientID: first})
	refused(t, "the id of another content", err, fault.Conflict, "purchase.client_id_used")
	_, err = s.Receive(h.A, o.ID, purchase.Receipt{Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 30_000}}})
	must(t, err)
	if o, err = s.TakeBack(h.A, o.ID, second, ""); err != nil || o.State != purchase.Received || o.ClosedAt == nil {
		t.Errorf("%s, %v", o.State, err)
	}
	verified(t, s, h)
}
