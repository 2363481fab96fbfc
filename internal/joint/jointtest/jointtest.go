// Package jointtest is the contract of joint orders: it runs on every store, over the whole
// program.
package jointtest

import (
	"context"
	"testing"
	"time"

	"buhuo/internal/app"
	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/db"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
	"buhuo/internal/trade"
)

// Street is four shops: Wang organises, Li and Zhao may be asked, Sun has not said so.
type Street struct {
	t                   testing.TB
	App                 *app.App
	Wang, Li, Zhao, Sun context.Context
	clock               *time.Time
	offer               catalog.Offer // of oranges, of Wang, from a farm far away
}

// Noon is when a street opens: the 23rd in Shanghai.
var Noon = time.Date(2026, time.November, 23, 4, 0, 0, 0, time.UTC)

// Open makes a street over an empty database.
func Open(t testing.TB, d *db.DB) *Street {
	t.Helper()
	now := Noon
	s := &Street{t: t, clock: &now}
	s.App = app.Wire(d, func() time.Time { return *s.clock })
	s.Wang, s.Li, s.Zhao, s.Sun = s.shop("wang", "33"), s.shop("li", "33"), s.shop("zhao", "44"), s.shop("sun", "33")
	for _, ctx := range []context.Context{s.Wang, s.Li, s.Zhao} {
		s.must(s.App.Joint.MayBeAsked(ctx, true))
	}
	s.offer = s.Sells(s.Wang, "果园", catalog.Farmer, 50_000, 100_000, 6_000)
	return s
}

func (s *Street) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *Street) shop(slug, province string) context.Context {
	s.t.Helper()
	made, err := s.App.Shop.CreateShop(context.Background(), shop.NewShop{Slug: slug, Name: slug + "记", Timezone: "Asia/Shanghai", Currency: "CNY", Province: province})
	s.must(err)
	return shop.Acting(context.Background(), made)
}

// Oranges is the shop's product of that name, made when it has none; barcode 6901 in all.
func (s *Street) Oranges(ctx context.Context) catalog.Product {
	s.t.Helper()
	codes, err := s.App.Catalog.Barcodes(ctx)
	s.must(err)
	if id, ok := codes["6901234567892"]; ok {
		p, err := s.App.Catalog.Product(ctx, id)
		s.must(err)
		return p
	}
	p, err := s.App.Catalog.Create(ctx, catalog.Draft{Name: "脐橙 " + s.slug(ctx), BaseUnit: "kg", SalePrice: 90_000, ShelfLifeDays: 9, Barcodes: []string{"6901234567892"}})
	s.must(err)
	return p
}

func (s *Street) slug(ctx context.Context) string {
	scope, _ := tenant.From(ctx)
	return scope.Slug
}

var box = measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 10, Den: 1}}

// Sells makes a supplier of oranges in boxes of ten kilograms.
func (s *Street) Sells(ctx context.Context, name string, kind catalog.Kind, price money.Price, minimum measure.Quantity, freight money.Amount) catalog.Offer {
	s.t.Helper()
	supplier, err := s.App.Catalog.CreateSupplier(ctx, catalog.Supplier{Name: name, Kind: kind, LeadTimeDays: 3, PricesIncludeTax: true, Freight: freight})
	s.must(err)
	o, err := s.App.Catalog.SaveOffer(ctx, catalog.Offer{SupplierID: supplier.ID, ProductID: s.Oranges(ctx).ID, Pack: box, Minimum: minimum, Price: price, TaxRate: 900})
	s.must(err)
	return o
}

// Propose has Wang ask everybody who may be asked for his 40 kg and up to 10 more.
func (s *Street) Propose() joint.Order {
	s.t.Helper()
	d, err := s.App.Joint.Draft(s.Wang, s.offer.ID)
	s.must(err)
	p := joint.Proposal{ID: ident.New(), OfferID: s.offer.ID, Wanted: 40_000, Tolerance: 10_000, Until: d.Until, Note: "周三到货"}
	for _, n := range d.Neighbours {
		p.Neighbours = append(p.Neighbours, n.ID)
	}
	var o joint.Order
	for range 2 { // a retry makes nothing
		o, err = s.App.Joint.Propose(s.Wang, p)
		s.must(err)
	}
	return o
}

// Asked is the one invitation that came to a shop.
func (s *Street) Asked(ctx context.Context) joint.Invitation {
	s.t.Helper()
	list, err := s.App.Joint.Received(ctx)
	s.must(err)
	if len(list) != 1 {
		s.t.Fatalf("%s was asked %d times", s.slug(ctx), len(list))
	}
	return list[0]
}

// Join answers the one invitation with yes.
func (s *Street) Join(ctx context.Context, wanted, tolerance measure.Quantity) {
	s.t.Helper()
	_, err := s.App.Joint.Join(ctx, s.Asked(ctx).ID, joint.Reply{Product: s.Oranges(ctx).ID, Wanted: wanted, Tolerance: tolerance})
	s.must(err)
}

// Wait lets time pass.
func (s *Street) Wait(d time.Duration) { *s.clock = s.clock.Add(d) }

// OrderedOnce checks that Wang and Li have one order each of what they ordered together.
func (s *Street) OrderedOnce(o joint.Order) {
	s.t.Helper()
	if o = s.order(o); o.State != joint.Ordered {
		s.t.Errorf("the order is %+v", o)
	}
	for _, ctx := range []context.Context{s.Wang, s.Li} {
		orders, err := s.App.Purchase.List(ctx, purchase.Query{Limit: 10})
		s.must(err)
		if len(orders) != 1 {
			s.t.Errorf("%s has %d orders", s.slug(ctx), len(orders))
		}
	}
	s.verified()
}

// TimeIsUp lets three days pass and the background work run twice.
func (s *Street) TimeIsUp() {
	s.t.Helper()
	s.Wait(72 * time.Hour)
	for range 2 {
		s.must(s.App.Joint.RunDue(context.Background()))
	}
}

func (s *Street) order(o joint.Order) joint.Order {
	s.t.Helper()
	o, err := s.App.Joint.Order(s.Wang, o.ID)
	s.must(err)
	return o
}

func (s *Street) bought(ctx context.Context, id ident.ID) purchase.Order {
	s.t.Helper()
	o, err := s.App.Purchase.Order(ctx, id)
	s.must(err)
	return o
}

// verified proves that the books of everybody hold.
func (s *Street) verified() {
	s.t.Helper()
	r, err := s.App.Verify(context.Background())
	s.must(err)
	for _, w := range r.Wrong {
		s.t.Error(w)
	}
}

// value is what the book says that oranges are worth, and how much there is.
func (s *Street) value(ctx context.Context) (measure.Quantity, money.Amount) {
	s.t.Helper()
	id := s.Oranges(ctx).ID
	b, err := s.App.Stock.Balances(ctx, []ident.ID{id})
	s.must(err)
	return b[id].OnHand, b[id].Value
}

func (s *Street) conflict(what string, err error) {
	s.t.Helper()
	if fault.KindOf(err) != fault.Conflict {
		s.t.Errorf("%s: %v, want a Conflict", what, err)
	}
}

func (s *Street) notFound(what string, err error) {
	s.t.Helper()
	if fault.KindOf(err) != fault.NotFound {
		s.t.Errorf("%s: %v, want a NotFound", what, err)
	}
}

// Run tests joint orders on the database that open makes, a fresh one each time.
func Run(t *testing.T, open func(t *testing.T) *db.DB) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*Street)
	}{
		{"who may be asked", testNeighbours},
		{"whole life", testLife},
		{"not reached", testMissed},
		{"who would pay more is left out", testLeft},
		{"withdrawn", testWithdrawn},
		{"answers", testAnswers},
		{"bad input", testBadInput},
		{"the order is given up", testGivenUp},
		{"for a new product", testNewProduct},
		{"candidates", testCandidates},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Open(t, open(t))
			c.test(s)
			s.verified()
		})
	}
}

func testNeighbours(s *Street) {
	names := func(ctx context.Context) (out []string) {
		s.t.Helper()
		list, err := s.App.Joint.Neighbours(ctx)
		s.must(err)
		for _, n := range list {
			out = append(out, n.Name)
		}
		return out
	}
	if got := names(s.Wang); len(got) != 2 || got[0] != "li记" || got[1] != "zhao记" {
		s.t.Errorf("Wang may ask %v", got)
	}
	if got := names(s.Sun); len(got) != 3 {
		s.t.Errorf("Sun may ask %v", got)
	}
	s.Propose()
	s.must(s.App.Joint.MayBeAsked(s.Li, false))
	if in := s.Asked(s.Li); in.Answer != joint.Declined {
		s.t.Errorf("Li, who may no longer be asked, has %s", in.Answer)
	}
	if got := names(s.Wang); len(got) != 1 {
		s.t.Errorf("Wang may ask %v", got)
	}
	if list, err := s.App.Joint.Received(s.Sun); err != nil || len(list) != 0 {
		s.t.Errorf("Sun, who has not said so, was asked: %v, %v", list, err)
	}
}

// testLife: proposed, joined, the time up, ordered, received and handed on: the books of
// all three agree to the cent.
func testLife(s *Street) {
	s.Oranges(s.Li)
	o := s.Propose()
	s.Join(s.Li, 30_000, 0)
	s.Join(s.Zhao, 25_000, 5_000)
	if asked, reached, missed, err := s.App.Joint.News(s.Li); err != nil || asked+reached+missed != 0 {
		s.t.Errorf("Li has answered, but %d, %d, %d, %v", asked, reached, missed, err)
	}
	p, err := s.App.Joint.Preview(s.Zhao, s.Asked(s.Zhao), s.Oranges(s.Zhao).ID, 25_000, 5_000)
	s.must(err)
	if !p.Reached || p.Quantity != 100_000 || p.Part.Quantity != 26_500 || p.Members != 3 {
		s.t.Errorf("Zhao is shown %+v", p)
	}
	s.must(s.App.Joint.RunDue(context.Background()))
	if o = s.order(o); o.State != joint.Open {
		s.t.Fatalf("closed before its time: %+v", o)
	}
	s.TimeIsUp()
	o = s.order(o)
	li, zhao := s.Asked(s.Li), s.Asked(s.Zhao)
	if o.State != joint.Ordered || o.Outcome.Quantity != 100_000 || o.Outcome.Part.Quantity != 43_500 || li.Outcome.Part.Quantity != 30_000 || zhao.Outcome.Part != p.Part {
		s.t.Fatalf("shared: %+v\n%+v\n%+v", o.Outcome, li.Outcome, zhao.Outcome)
	}
	s.handOn(o, li, zhao)
}

// handOn sends and receives the order, hands the shares on, and adds up.
func (s *Street) handOn(o joint.Order, members ...joint.Invitation) {
	s.t.Helper()
	bill := s.bought(s.Wang, o.OrderID)
	if bill.Total != 50_000 || bill.Freight != 6_000 || bill.State != purchase.Draft || len(bill.Lines) != 1 || bill.Lines[0].Quantity != 100_000 {
		s.t.Errorf("the supplier's order is %+v", bill)
	}
	sum, freight := o.Outcome.Part.Goods, o.Outcome.Part.Freight
	_, err := s.App.Purchase.Send(s.Wang, o.OrderID, 0)
	s.must(err)
	expected, err := s.App.Stock.ExpectedOf(s.Wang, []ident.ID{o.ProductID})
	s.must(err)
	if e := expected[o.ProductID]; len(e) != 1 || e[0].Quantity != o.Outcome.Part.Quantity {
		s.t.Errorf("Wang expects %+v for himself", e)
	}
	_, err = s.App.Trade.Ship(s.Wang, members[0].OrderID, trade.Sending{ClientID: ident.New()})
	s.conflict("handing on what has not come", err)
	_, err = s.App.Purchase.Receive(s.Wang, o.OrderID, purchase.Receipt{ClientID: ident.New(), Lines: []purchase.ReceiptLine{{Line: 1, Quantity: 60_000, Lot: "A"}, {Line: 1, Quantity: 40_000, Lot: "B"}}})
	s.must(err)
	_, before := s.value(s.Wang)
	saved, err := s.App.Purchase.Savings(s.Wang, purchase.SavedQuery{Order: o.OrderID})
	s.must(err)
	own := measure.Quantity(0)
	for _, l := range saved {
		if l.Reference != nil {
			own += l.Quantity
		}
	}
	if own != 0 && own != o.Outcome.Part.Quantity {
		s.t.Errorf("%d of the %d are a saving of Wang's", own, o.Outcome.Part.Quantity)
	}
	received := money.Amount(0)
	for _, in := range members {
		ctx := s.of(in)
		mine := s.bought(ctx, in.OrderID)
		sum, freight = sum+mine.Total, freight+mine.Freight
		if mine.State != purchase.Confirmed || mine.Lines[0].Quantity != in.Outcome.Part.Quantity || mine.Total+mine.Freight != in.Outcome.Part.Pays() {
			s.t.Errorf("the order of %s is %+v, its share %+v", in.Member, mine, in.Outcome.Part)
		}
		early, err := s.App.Trade.Ship(s.Wang, in.OrderID, trade.Sending{ClientID: ident.New()})
		s.must(err)
		for range 2 { // it did not leave after all
			_, err = s.App.Trade.TakeBack(s.Wang, in.OrderID, early.Shipments[0].ID, "没装上车")
			s.must(err)
		}
		client := trade.Sending{ClientID: ident.New()}
		for range 2 {
			_, err := s.App.Trade.Ship(s.Wang, in.OrderID, client)
			s.must(err)
		}
		deal, err := s.App.Trade.Deal(ctx, in.OrderID)
		s.must(err)
		var r purchase.Receipt
		r.ClientID = deal.Shipments[1].ID
		for _, l := range deal.Shipments[1].Lines {
			r.Lines = append(r.Lines, purchase.ReceiptLine{Line: l.Line, Quantity: l.Quantity, Lot: l.Lot})
		}
		_, err = s.App.Purchase.Receive(ctx, in.OrderID, r)
		s.must(err)
		q, value := s.value(ctx)
		if received += value; q != in.Outcome.Part.Quantity {
			s.t.Errorf("%s has %d", in.Member, q)
		}
	}
	if sum != bill.Total || freight != bill.Freight {
		s.t.Errorf("the shares cost %d and %d of freight, the supplier asks %d and %d", sum, freight, bill.Total, bill.Freight)
	}
	q, after := s.value(s.Wang)
	if q != o.Outcome.Part.Quantity || before-after != received {
		s.t.Errorf("Wang keeps %d; %d left his book, %d came into the others'", q, before-after, received)
	}
	sold, err := s.App.Sales.Days(s.Wang, []ident.ID{o.ProductID}, day.New(2026, 1, 1))
	s.must(err)
	if len(sold) != 0 {
		s.t.Errorf("what went on to others counts as Wang's demand: %+v", sold)
	}
	moved, err := s.App.Stock.Movements(s.Wang, stock.MovementQuery{})
	s.must(err)
	if len(moved) == 0 {
		s.t.Error("nothing moved")
	}
}

func (s *Street) of(in joint.Invitation) context.Context {
	for _, ctx := range []context.Context{s.Wang, s.Li, s.Zhao, s.Sun} {
		if scope, _ := tenant.From(ctx); scope.Shop == in.To {
			return ctx
		}
	}
	s.t.Fatal("an invitation to nobody")
	return nil
}
