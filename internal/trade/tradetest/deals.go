package tradetest

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/stock"
	"buhuo/internal/trade"
)

// dealt is a deal between the grocer and the farm, which has goods in two lots.
type dealt struct {
	House
	s       *trade.Service
	listing trade.Listing
	offer   catalog.Offer
	order   purchase.Order
}

// Deal makes one: the farm has 60 kg that expire first and 500 kg that do so later; the
// grocer orders 100 kg.
func (h House) Deal(t testing.TB) dealt {
	t.Helper()
	s, _ := h.Service()
	x := dealt{House: h, s: s, listing: h.Oranges(t, s)}
	var err error
	early, late := day.New(2026, 12, 1), day.New(2026, 12, 20)
	cost := money.Price(20_000)
	h.must(t, h.Stock.Receive(h.Farm, stock.ReceiveRequest{ClientID: ident.New(), Kind: stock.Harvest, Lines: []stock.ReceiveLine{
		{ProductID: x.listing.ProductID, Quantity: 60_000, UnitCost: &cost, Lot: "L-早", Expiry: &early},
		{ProductID: x.listing.ProductID, Quantity: 500_000, UnitCost: &cost, Lot: "L-晚", Expiry: &late},
	}}))
	x.offer, err = s.Take(h.Grocer, trade.Take{ListingID: x.listing.ID})
	h.must(t, err)
	x.order = x.send(t, 100_000)
	return x
}

func (x dealt) send(t testing.TB, q measure.Quantity) purchase.Order {
	t.Helper()
	made, err := x.Orders.Draft(x.Grocer, []purchase.DraftOrder{{SupplierID: x.offer.SupplierID, Note: "请装硬箱", Lines: []purchase.DraftLine{{ProductID: x.offer.ProductID, Quantity: q}}}})
	x.must(t, err)
	o, err := x.Orders.Send(x.Grocer, made[0].ID, made[0].Version)
	x.must(t, err)
	return o
}

func (x dealt) deal(t testing.TB) trade.Deal {
	t.Helper()
	d, err := x.s.Deal(x.Farm, x.order.ID)
	x.must(t, err)
	mine, err := x.s.Deal(x.Grocer, x.order.ID)
	x.must(t, err)
	if !reflect.DeepEqual(d, mine) {
		t.Errorf("the two sides see\n%+v\n%+v", d, mine)
	}
	return d
}

func (x dealt) bought(t testing.TB) purchase.Order {
	t.Helper()
	o, err := x.Orders.Order(x.Grocer, x.order.ID)
	x.must(t, err)
	return o
}

// onHand is what a shop has of a product, and what of it is set aside.
func (x dealt) onHand(t testing.TB, ctx context.Context, product ident.ID) (here, aside measure.Quantity) {
	t.Helper()
	p, err := x.Stock.Positions(ctx, []ident.ID{product}, day.New(2026, 11, 24))
	x.must(t, err)
	return p[product].OnHand, p[product].Allocated
}

func testDealSnapshot(t *testing.T, h House) {
	x := h.Deal(t)
	d := x.deal(t)
	want := trade.DealLine{Line: 1, ProductID: x.listing.ProductID, Name: "秭归脐橙", Code: x.listing.Code, Unit: "kg", Pack: box, Quantity: 100_000, Price: 46_000}
	if len(d.Lines) != 1 || d.Lines[0] != want {
		t.Errorf("the lines are %+v", d.Lines)
	}
	if d.State != trade.Sent || d.Number != x.order.NumberText() || d.Note != "请装硬箱" || d.FromName == "" || d.Freight != 3_000 || d.Due != x.order.DueDay {
		t.Errorf("the deal is %+v", d)
	}
	if n, err := x.s.Waiting(x.Farm); err != nil || n != 1 {
		t.Errorf("%d wait, %v", n, err)
	}
	if _, err := x.Orders.Send(x.Grocer, x.order.ID, 0); err != nil {
		t.Error(err)
	}
	if list, err := x.s.Deals(x.Farm, trade.DealQuery{Selling: true}); err != nil || len(list) != 1 {
		t.Errorf("sent twice: %d deals, %v", len(list), err)
	}
	elsewhere, err := h.Catalog.CreateSupplier(x.Grocer, catalog.Supplier{Name: "批发行", Kind: catalog.Wholesaler})
	h.must(t, err)
	made, err := x.Orders.Draft(x.Grocer, []purchase.DraftOrder{{SupplierID: elsewhere.ID, Lines: []purchase.DraftLine{{ProductID: x.offer.ProductID, Quantity: 1_000, Price: 1}}}})
	h.must(t, err)
	_, err = x.Orders.Send(x.Grocer, made[0].ID, 0)
	h.must(t, err)
	if dealt, err := x.s.HasDeal(x.Grocer, made[0].ID); err != nil || dealt {
		t.Errorf("an order to somebody else is a deal: %v", err)
	}
}

// testDealWhole: confirmed with another quantity, price and day, shipped in two parts,
// received as shipped: both books agree.
func testDealWhole(t *testing.T, h House) {
	x := h.Deal(t)
	due := x.order.DueDay.Add(2)
	reply := trade.Reply{Due: due, Lines: []trade.Promise{{Line: 1, Quantity: 90_000, Price: 44_000}}}
	for range 2 { // a retry changes nothing
		if _, err := x.s.Confirm(x.Farm, x.order.ID, 0, reply); err != nil {
			t.Fatal(err)
		}
	}
	d, o := x.deal(t), x.bought(t)
	if d.State != trade.Confirmed || d.Version != 2 || o.State != purchase.Confirmed || o.Lines[0].Promised() != 90_000 || o.Lines[0].AgreedPrice() != 44_000 || o.DueDay != due {
		t.Errorf("confirmed: %+v, %+v", d, o)
	}
	if here, aside := x.onHand(t, x.Farm, x.listing.ProductID); here != 560_000 || aside != 90_000 {
		t.Errorf("the farm has %d and set aside %d", here, aside)
	}
	first := trade.Sending{ClientID: ident.New(), Lines: map[int]measure.Quantity{1: 70_000}, Note: "今天的车"}
	for range 3 {
		if _, err := x.s.Ship(x.Farm, x.order.ID, first); err != nil {
			t.Fatal(err)
		}
	}
	d = x.deal(t)
	early, late := day.New(2026, 12, 1), day.New(2026, 12, 20)
	want := []trade.ShippedLine{{Line: 1, Quantity: 60_000, Lot: "L-早", Expiry: &early}, {Line: 1, Quantity: 10_000, Lot: "L-晚", Expiry: &late}}
	if len(d.Shipments) != 1 || d.State != trade.Confirmed || !reflect.DeepEqual(d.Shipments[0].Lines, want) {
		t.Fatalf("shipped: %+v", d)
	}
	if here, aside := x.onHand(t, x.Farm, x.listing.ProductID); here != 490_000 || aside != 20_000 {
		t.Errorf("the farm has %d and set aside %d", here, aside)
	}
	if _, err := x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New()}); err != nil {
		t.Fatal(err)
	}
	d = x.deal(t)
	if d.State != trade.Shipped || d.Lines[0].Shipped != 90_000 {
		t.Errorf("all shipped: %+v", d)
	}
	for _, s := range d.Shipments {
		var in purchase.Receipt
		in.ClientID = s.ID
		for _, l := range s.Lines {
			in.Lines = append(in.Lines, purchase.ReceiptLine{Line: l.Line, Quantity: l.Quantity, Lot: l.Lot, Expiry: l.Expiry})
		}
		for range 2 {
			if _, err := x.Orders.Receive(x.Grocer, x.order.ID, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, o = x.deal(t), x.bought(t)
	if d.State != trade.Done || d.Lines[0].Received != 90_000 || o.State != purchase.Received {
		t.Errorf("received: %+v, %+v", d, o)
	}
	if here, _ := x.onHand(t, x.Grocer, x.offer.ProductID); here != 90_000 {
		t.Errorf("the grocer has %d", here)
	}
	lots, err := x.Stock.Lots(x.Grocer, x.offer.ProductID)
	h.must(t, err)
	if len(lots) == 0 || lots[0].Code != "L-早" || lots[0].Expiry == nil || *lots[0].Expiry != early {
		t.Errorf("the grocer's lots are %+v", lots)
	}
	x.verified(t)
	if _, err := x.Orders.TakeBack(x.Grocer, x.order.ID, d.Shipments[1].ID, "数错"); err != nil {
		t.Fatal(err)
	}
	if d = x.deal(t); d.State != trade.Shipped || d.Lines[0].Received != 70_000 {
		t.Errorf("a delivery taken back: %+v", d)
	}
	x.verified(t)
}

func (x dealt) verified(t testing.TB) {
	t.Helper()
	for _, ctx := range []context.Context{x.Farm, x.Grocer} {
		if wrong, err := x.s.Verify(ctx); err != nil || len(wrong) > 0 {
			t.Errorf("the books disagree: %v, %v", wrong, err)
		}
	}
}

func testDealRefused(t *testing.T, h House) {
	x := h.Deal(t)
	for range 2 {
		if _, err := x.s.Refuse(x.Farm, x.order.ID, 0, "霜冻了"); err != nil {
			t.Fatal(err)
		}
	}
	if d, o := x.deal(t), x.bought(t); d.State != trade.Refused || d.Reason != "霜冻了" || o.State != purchase.Cancelled {
		t.Errorf("refused: %+v, %+v", d, o)
	}
	if _, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("confirming what was refused: %v", err)
	}

	x.order = x.send(t, 50_000)
	_, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{})
	h.must(t, err)
	for range 2 {
		_, err = x.Orders.Cancel(x.Grocer, x.order.ID)
		h.must(t, err)
	}
	if d := x.deal(t); d.State != trade.Cancelled {
		t.Errorf("cancelled: %+v", d)
	}
	if _, aside := x.onHand(t, x.Farm, x.listing.ProductID); aside != 0 {
		t.Errorf("%d stay set aside for a cancelled order", aside)
	}
	if _, err := x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New()}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("shipping what was cancelled: %v", err)
	}
}

func testDealBadInput(t *testing.T, h House) {
	x := h.Deal(t)
	for name, r := range map[string]trade.Reply{
		"below zero":    {Lines: []trade.Promise{{Line: 1, Quantity: -1, Price: 1}}},
		"far too much":  {Lines: []trade.Promise{{Line: 1, Quantity: measure.MaxQuantity + 1, Price: 1}}},
		"no price":      {Lines: []trade.Promise{{Line: 1, Quantity: 1, Price: -1}}},
		"a wild price":  {Lines: []trade.Promise{{Line: 1, Quantity: 1, Price: money.MaxPrice + 1}}},
		"nothing":       {Lines: []trade.Promise{{Line: 1}}},
		"no such line":  {Lines: []trade.Promise{{Line: 2, Quantity: 1, Price: 1}}},
		"in a lifetime": {Due: x.order.DueDay.Add(5000)},
	} {
		if _, err := x.s.Confirm(x.Farm, x.order.ID, 0, r); err == nil || fault.KindOf(err) == fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if d := x.deal(t); d.State != trade.Sent || d.Version != 1 {
		t.Errorf("what was refused changed the deal: %+v", d)
	}
	_, err := x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New()})
	if fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
		t.Errorf("shipping before confirming: %v", err)
	}
	if here, _ := x.onHand(t, x.Farm, x.listing.ProductID); here != 560_000 {
		t.Errorf("a refused shipment took goods: %d", here)
	}
	_, err = x.s.Confirm(x.Farm, x.order.ID, 7, trade.Reply{})
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("an old version: %v", err)
	}
	if o := x.bought(t); o.State != purchase.Sent {
		t.Errorf("a refused answer reached the buyer: %+v", o)
	}
}

// testDealApart: a third shop learns nothing of a deal and changes nothing of it; the
// buyer cannot answer for the seller, nor read his own books by it.
func testDealApart(t *testing.T, h House) {
	x := h.Deal(t)
	before := x.deal(t)
	for who, ctx := range map[string]context.Context{"a third shop": x.Other, "the buyer": x.Grocer} {
		_, confirmed := x.s.Confirm(ctx, x.order.ID, 0, trade.Reply{})
		_, refused := x.s.Refuse(ctx, x.order.ID, 0, "x")
		_, shipped := x.s.Ship(ctx, x.order.ID, trade.Sending{ClientID: ident.New()})
		for what, err := range map[string]error{"confirms": confirmed, "refuses": refused, "ships": shipped} {
			notFound(t, who+" "+what, err)
		}
	}
	_, err := x.s.Deal(x.Other, x.order.ID)
	notFound(t, "a third shop reads", err)
	for _, selling := range []bool{true, false} {
		if list, err := x.s.Deals(x.Other, trade.DealQuery{Selling: selling}); err != nil || len(list) != 0 {
			t.Errorf("a third shop lists %v, %v", list, err)
		}
	}
	err = h.Atomic.Do(x.Other, func(ctx context.Context) error {
		forged := before
		forged.State, forged.Version = trade.Refused, before.Version+1
		ok, err := h.Deals.UpdateDeal(ctx, forged)
		if ok {
			t.Error("a third shop changes the row")
		}
		return err
	})
	h.must(t, err)
	err = h.Atomic.Do(x.Other, func(ctx context.Context) error { // one that would come from the grocer comes from who writes it
		forged := before
		forged.ID = ident.New()
		if err := h.Deals.InsertDeal(ctx, forged); err != nil {
			return err
		}
		if d, err := h.Deals.Deal(ctx, forged.ID); err != nil || d.From == before.From {
			t.Errorf("a forged deal comes from %d, %v", d.From, err)
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Error(err)
	}
	if after := x.deal(t); !reflect.DeepEqual(before, after) {
		t.Errorf("it was changed to %+v", after)
	}
	_, err = x.Orders.Order(x.Farm, x.order.ID)
	notFound(t, "the seller reads the buyer's order", err)
	_, err = x.Catalog.Product(x.Grocer, x.listing.ProductID)
	notFound(t, "the buyer reads the seller's product", err)
}

var errUndo = errors.New("undo")

// testDealUnknownLine: a product that the producer does not offer is his to name.
func testDealUnknownLine(t *testing.T, h House) {
	x := h.Deal(t)
	other, err := h.Catalog.Create(x.Grocer, catalog.Draft{Name: "橙子酱", BaseUnit: "piece"})
	h.must(t, err)
	made, err := x.Orders.Draft(x.Grocer, []purchase.DraftOrder{{SupplierID: x.offer.SupplierID, Lines: []purchase.DraftLine{
		{ProductID: x.offer.ProductID, Quantity: 5_000}, {ProductID: other.ID, Quantity: 3_000, Price: 100_000},
	}}})
	h.must(t, err)
	x.order, err = x.Orders.Send(x.Grocer, made[0].ID, 0)
	h.must(t, err)
	if d := x.deal(t); !d.Lines[1].ProductID.IsNil() || d.Lines[1].Name != "橙子酱" {
		t.Errorf("the unknown line is %+v", d.Lines[1])
	}
	lines := []trade.Promise{{Line: 1, Quantity: 5_000, Price: 50_000}, {Line: 2, Quantity: 3_000, Price: 100_000}}
	if _, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{Lines: lines}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("promising what nobody knows: %v", err)
	}
	lines[1].ProductID = other.ID
	if _, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{Lines: lines}); err == nil {
		t.Error("the buyer's product was promised by the seller")
	}
	jam, err := h.Catalog.Create(x.Farm, catalog.Draft{Name: "脐橙酱", BaseUnit: "piece"})
	h.must(t, err)
	lines[1].ProductID = jam.ID
	_, err = x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{Lines: lines})
	h.must(t, err)
	_, err = x.s.Ship(x.Farm, x.order.ID, trade.Sending{ClientID: ident.New()})
	h.must(t, err)
	x.verified(t)
}

// testAnsweredByLink: the link of an order that went to a shop opens its page and takes
// no answer, so that there is one; a supplier who is no shop answers by it.
func testAnsweredByLink(t *testing.T, h House) {
	const base = "https://buhuo.example"
	h.Orders.SetLinks([]byte("a key that opens nothing but these tests"), base, h.Houses)
	x := h.Deal(t)
	enter := func(order ident.ID) (context.Context, purchase.Link) {
		t.Helper()
		d, err := x.Orders.Document(x.Grocer, order, "")
		h.must(t, err)
		ctx, l, err := x.Orders.Enter(context.Background(), strings.TrimPrefix(d.Link, base+"/s/"))
		h.must(t, err)
		return ctx, l
	}
	ctx, l := enter(x.order.ID)
	for _, r := range []purchase.Reply{{}, {Refused: true}, {Lines: []purchase.ConfirmLine{{Line: 1, Agreed: purchase.Agreed{Quantity: 1_000, Price: 1}}}}} {
		err := x.Orders.Answer(ctx, l.ID, r)
		if f, ok := fault.As(err); !ok || f.Kind != fault.Conflict || f.Key != "purchase.link_inbox" {
			t.Errorf("answered by link: %v", err)
		}
	}
	if d, o := x.deal(t), x.bought(t); d.State != trade.Sent || o.State != purchase.Sent {
		t.Errorf("a refused answer changed %s, %s", d.State, o.State)
	}
	_, err := x.s.Confirm(x.Farm, x.order.ID, 0, trade.Reply{})
	h.must(t, err)
	if err := x.Orders.Answer(ctx, l.ID, purchase.Reply{Refused: true}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a second answer, by link: %v", err)
	}
	if d, o := x.deal(t), x.bought(t); d.State != trade.Confirmed || o.State != purchase.Confirmed {
		t.Errorf("confirmed in the inbox: %s, %s", d.State, o.State)
	}

	elsewhere, err := h.Catalog.CreateSupplier(x.Grocer, catalog.Supplier{Name: "批发行", Kind: catalog.Wholesaler})
	h.must(t, err)
	made, err := x.Orders.Draft(x.Grocer, []purchase.DraftOrder{{SupplierID: elsewhere.ID, Lines: []purchase.DraftLine{{ProductID: x.offer.ProductID, Quantity: 1_000, Price: 1}}}})
	h.must(t, err)
	_, err = x.Orders.Send(x.Grocer, made[0].ID, 0)
	h.must(t, err)
	ctx, l = enter(made[0].ID)
	h.must(t, x.Orders.Answer(ctx, l.ID, purchase.Reply{}))
	if o, err := x.Orders.Order(x.Grocer, made[0].ID); err != nil || o.State != purchase.Confirmed {
		t.Errorf("a supplier who is no shop: %+v, %v", o, err)
	}
}
