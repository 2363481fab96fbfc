package tradetest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/trade"
)

// arrived books a shipment at the buyer's as it was shipped.
func arrived(s trade.Shipment) purchase.Receipt {
	in := purchase.Receipt{ClientID: s.ID}
	for _, l := range s.Lines {
		in.Lines = append(in.Lines, purchase.ReceiptLine{Line: l.Line, Quantity: l.Quantity, Lot: l.Lot, Expiry: l.Expiry})
	}
	return in
}

// testTakeBack: a shipment that the buyer has not received goes back into the lots that
// it came from, is set aside again, and may be shipped anew; one that he has stays.
func testTakeBack(t *testing.T, h House) {
	x := h.Deal(t)
	_, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{})
	h.must(t, err)
	ship := func(q measure.Quantity) trade.Shipment {
		t.Helper()
		_, err := x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New(), Lines: map[int]measure.Quantity{1: q}})
		h.must(t, err)
		d := x.deal(t)
		return d.Shipments[len(d.Shipments)-1]
	}
	lots := func() map[string]measure.Quantity {
		t.Helper()
		out := map[string]measure.Quantity{}
		all, err := x.Stock.Lots(x.Farm, x.listing.ProductID)
		h.must(t, err)
		for _, l := range all {
			out[l.Code] += l.Quantity
		}
		return out
	}
	first, second := ship(70_000), ship(30_000)
	if d := x.deal(t); d.State != trade.Shipped {
		t.Fatalf("shipped: %+v", d)
	}
	for range 2 { // a retry changes nothing
		if _, err := x.s.TakeBack(x.Farm, x.order.ID, first.ID, "装错了车"); err != nil {
			t.Fatal(err)
		}
	}
	d := x.deal(t)
	if d.State != trade.Confirmed || d.Lines[0].Shipped != 30_000 || d.Shipments[0].TakenBack == nil || d.Shipments[0].Why != "装错了车" || d.Shipments[1].TakenBack != nil {
		t.Errorf("taken back: %+v", d)
	}
	if here, aside := x.onHand(t, x.Farm, x.listing.ProductID); here != 530_000 || aside != 70_000 {
		t.Errorf("the farm has %d and set aside %d", here, aside)
	}
	if got := lots(); got["L-早"] != 60_000 || got["L-晚"] != 470_000 {
		t.Errorf("the lots are %v", got)
	}
	x.verified(t)
	if _, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another promise while goods are under way: %v", err)
	}

	// What the buyer has is his.
	_, err = x.Orders.Receive(x.Grocer, x.order.ID, arrived(second))
	h.must(t, err)
	before := x.deal(t)
	if _, err := x.s.TakeBack(x.Farm, x.order.ID, second.ID, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("taking back what the buyer has: %v", err)
	}
	third := ship(70_000)
	_, err = x.Orders.Receive(x.Grocer, x.order.ID, purchase.Receipt{ClientID: ident.New(), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 10_000}}})
	h.must(t, err)
	if _, err := x.s.TakeBack(x.Farm, x.order.ID, third.ID, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("taking back what the buyer has in part, booked by hand: %v", err)
	}
	if d := x.deal(t); d.Version <= before.Version || d.Lines[0].Received != 40_000 || d.Lines[0].Shipped != 100_000 {
		t.Errorf("received by hand: %+v", d)
	}
	x.verified(t)

	// A delivery that the buyer takes back is under way again, and may come back.
	_, err = x.Orders.TakeBack(x.Grocer, x.order.ID, second.ID, "没到")
	h.must(t, err)
	_, err = x.s.TakeBack(x.Farm, x.order.ID, second.ID, "")
	h.must(t, err)
	x.verified(t)

	// Nobody else takes it back, and bad input changes nothing.
	still := x.deal(t)
	_, err = x.s.TakeBack(x.Grocer, x.order.ID, third.ID, "")
	notFound(t, "the buyer takes it back", err)
	_, err = x.s.TakeBack(x.Other, x.order.ID, third.ID, "")
	notFound(t, "a third shop takes it back", err)
	_, err = x.s.TakeBack(x.Farm, x.order.ID, ident.New(), "")
	notFound(t, "a shipment that never was", err)
	_, err = x.s.TakeBack(x.Farm, x.order.ID, third.ID, strings.Repeat("长", trade.MaxReason+1))
	if f, ok := fault.As(err); !ok || f.Kind != fault.Invalid || f.Field != "why" {
		t.Errorf("a reason too long: %v", err)
	}
	if d := x.deal(t); d.Version != still.Version {
		t.Errorf("it was changed to %+v", d)
	}
}

// testTakeBackCancelled: goods of an order that the buyer cancelled come back and are
// free; an order of which everything came back may be refused.
func testTakeBackCancelled(t *testing.T, h House) {
	x := h.Deal(t)
	sent := func() trade.Shipment {
		t.Helper()
		_, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{})
		h.must(t, err)
		d, err := x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New()})
		h.must(t, err)
		return d.Shipments[0]
	}
	s := sent()
	_, err := x.Orders.Cancel(x.Grocer, x.order.ID)
	h.must(t, err)
	_, err = x.s.TakeBack(x.Farm, x.order.ID, s.ID, "")
	h.must(t, err)
	if d := x.deal(t); d.State != trade.Cancelled || d.Lines[0].Shipped != 0 {
		t.Errorf("cancelled: %+v", d)
	}
	if here, aside := x.onHand(t, x.Farm, x.listing.ProductID); here != 560_000 || aside != 0 {
		t.Errorf("the farm has %d and set aside %d", here, aside)
	}
	x.verified(t)

	x.order = x.send(t, 50_000)
	s = sent()
	if _, err := x.s.Refuse(x.Farm, x.order.ID, 0, ""); fault.KindOf(err) != fault.Conflict {
		t.Errorf("refusing what is under way: %v", err)
	}
	_, err = x.s.TakeBack(x.Farm, x.order.ID, s.ID, "")
	h.must(t, err)
	_, err = x.s.Refuse(x.Farm, x.order.ID, 0, "车坏了")
	h.must(t, err)
	if d, o := x.deal(t), x.bought(t); d.State != trade.Refused || o.State != purchase.Cancelled {
		t.Errorf("refused: %+v, %+v", d, o)
	}
	x.verified(t)
}

// testTakeBackWalk ships, receives and takes back on both sides at random: after every
// step the deal is the same from both sides and its numbers are those of both ledgers.
func testTakeBackWalk(t *testing.T, h House) {
	x := h.Deal(t)
	_, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{Lines: []trade.Promise{{Line: 1, Quantity: 100_000, Price: 44_000}}})
	h.must(t, err)
	dice := rand.New(rand.NewPCG(5, 2026))
	done := map[string]int{}
	for range 60 {
		d := x.deal(t)
		what, err := "ship", error(nil)
		s := trade.Shipment{ID: ident.New()}
		if n := len(d.Shipments); n > 0 {
			s = d.Shipments[dice.IntN(n)]
			what = []string{"ship", "receive", "take back", "buyer takes back"}[dice.IntN(4)]
		}
		switch what {
		case "ship":
			_, err = x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New(), Lines: map[int]measure.Quantity{1: measure.Quantity(dice.IntN(9)+1) * 5_000}})
		case "receive":
			if s.TakenBack == nil {
				_, err = x.Orders.Receive(x.Grocer, x.order.ID, arrived(s))
			}
		case "take back":
			_, err = x.s.TakeBack(x.Farm, x.order.ID, s.ID, "")
		case "buyer takes back":
			_, err = x.Orders.TakeBack(x.Grocer, x.order.ID, s.ID, "")
		}
		if kind := fault.KindOf(err); err != nil && kind != fault.Conflict && kind != fault.NotFound {
			t.Fatalf("%s: %v", what, err)
		}
		if err == nil {
			done[what]++
		}
		x.verified(t)
		after := x.deal(t)
		theirs, _ := x.onHand(t, x.Grocer, x.offer.ProductID)
		ours, _ := x.onHand(t, x.Farm, x.listing.ProductID)
		if l := after.Lines[0]; theirs != l.Received || ours != 560_000-l.Shipped || l.Shipped < l.Received {
			t.Fatalf("after %s the deal says %+v, the grocer has %d, the farm %d", what, l, theirs, ours)
		}
	}
	for _, what := range []string{"ship", "receive", "take back", "buyer takes back"} {
		if done[what] == 0 {
			t.Errorf("the walk never did: %s", what)
		}
	}
}
