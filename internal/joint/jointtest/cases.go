package jointtest

import (
	"context"
	"strings"
	"time"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/joint"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/sales"
	"buhuo/internal/trade"
)

// testMissed: together they want too little; nothing is ordered, and the suggestion of
// whoever had joined is worked out anew.
func testMissed(s *Street) {
	o := s.Propose()
	s.Join(s.Li, 20_000, 0)
	p, err := s.App.Joint.PreviewOwn(s.Wang, s.order(o))
	s.must(err)
	if p.Reached || p.Reason != joint.NotEnough || p.Lacking != 40_000 || p.Wanted != 60_000 {
		s.t.Errorf("Wang is shown %+v", p)
	}
	for _, ctx := range []context.Context{s.Wang, s.Li} {
		marks, err := s.App.Stock.Marked(ctx, 100)
		s.must(err)
		s.must(s.App.Stock.Unmark(ctx, marks))
	}
	s.TimeIsUp()
	if o = s.order(o); o.State != joint.Missed || o.Reason != joint.NotEnough || !o.OrderID.IsNil() {
		s.t.Errorf("missed: %+v", o)
	}
	if li, zhao := s.Asked(s.Li), s.Asked(s.Zhao); li.Answer != joint.Fell || zhao.Answer != joint.Lapsed {
		s.t.Errorf("Li has %s, Zhao %s", li.Answer, zhao.Answer)
	}
	for _, ctx := range []context.Context{s.Wang, s.Li} {
		marks, err := s.App.Stock.Marked(ctx, 100)
		s.must(err)
		if len(marks) != 1 || marks[0].ProductID != s.Oranges(ctx).ID {
			s.t.Errorf("%s is to think again about %+v", s.slug(ctx), marks)
		}
		orders, err := s.App.Purchase.List(ctx, purchase.Query{Limit: 10})
		s.must(err)
		if len(orders) != 0 {
			s.t.Errorf("%s has ordered %+v", s.slug(ctx), orders)
		}
	}
	if _, _, missed, err := s.App.Joint.News(s.Li); err != nil || missed != 1 {
		s.t.Errorf("Li hears of %d, %v", missed, err)
	}
	_, err = s.App.Joint.Join(s.Zhao, s.Asked(s.Zhao).ID, joint.Reply{Wanted: 50_000})
	s.conflict("joining when the time is up", err)
}

// testLeft: Li would pay more than alone; the others order without him.
func testLeft(s *Street) {
	s.Sells(s.Li, "批发", catalog.Wholesaler, 30_000, 0, 0) // 3.00, the joint order costs 5.60
	o := s.Propose()
	s.Join(s.Li, 30_000, 0)
	s.Join(s.Zhao, 60_000, 0)
	p, err := s.App.Joint.Preview(s.Li, s.Asked(s.Li), s.Oranges(s.Li).ID, 30_000, 0)
	s.must(err)
	if p.Reached || p.Reason != joint.NotWorth {
		s.t.Errorf("Li is shown %+v", p)
	}
	s.TimeIsUp()
	if o = s.order(o); o.State != joint.Ordered || o.Outcome.Members != 2 || o.Outcome.Quantity != 100_000 {
		s.t.Errorf("ordered: %+v", o.Outcome)
	}
	if li := s.Asked(s.Li); li.Answer != joint.Left || !li.OrderID.IsNil() {
		s.t.Errorf("Li has %+v", li)
	}
}

func testWithdrawn(s *Street) {
	o := s.Propose()
	s.Join(s.Li, 30_000, 0)
	_, err := s.App.Joint.Withdraw(s.Wang, o.ID, 7)
	s.conflict("withdrawing an old version", err)
	for range 2 {
		_, err := s.App.Joint.Withdraw(s.Wang, o.ID, 0)
		s.must(err)
	}
	s.TimeIsUp()
	if o = s.order(o); o.State != joint.Withdrawn {
		s.t.Errorf("withdrawn: %+v", o)
	}
	if li, zhao := s.Asked(s.Li), s.Asked(s.Zhao); li.Answer != joint.WithdrawnToo || zhao.Answer != joint.WithdrawnToo {
		s.t.Errorf("Li has %s, Zhao %s", li.Answer, zhao.Answer)
	}
	_, err = s.App.Joint.Join(s.Li, s.Asked(s.Li).ID, joint.Reply{Wanted: 50_000})
	s.conflict("joining what was withdrawn", err)
	again, err := s.App.Joint.Close(s.Wang, o.ID, 0)
	s.must(err)
	if again.State != joint.Withdrawn {
		s.t.Errorf("closing what was withdrawn: %+v", again)
	}
}

// testAnswers: a shop may think again; nobody answers for another, and nobody sees more
// than what was said.
func testAnswers(s *Street) {
	o := s.Propose()
	s.Join(s.Li, 30_000, 0)
	version := s.Asked(s.Li).Version
	s.Join(s.Li, 30_000, 0)
	if in := s.Asked(s.Li); in.Version != version {
		s.t.Errorf("the same again made version %d of %d", in.Version, version)
	}
	_, err := s.App.Joint.Join(s.Li, s.Asked(s.Li).ID, joint.Reply{Version: 1, Wanted: 10_000})
	s.conflict("answering an old version", err)
	s.Join(s.Li, 35_000, 5_000)
	for range 2 {
		_, err = s.App.Joint.Decline(s.Li, s.Asked(s.Li).ID, 0)
		s.must(err)
	}
	if in := s.Asked(s.Li); in.Answer != joint.Declined || in.Wanted != 0 {
		s.t.Errorf("declined: %+v", in)
	}
	s.Join(s.Li, 60_000, 0)
	mine := s.Asked(s.Li).ID
	for what, ctx := range map[string]context.Context{"Zhao": s.Zhao, "Sun": s.Sun, "the organiser": s.Wang} {
		_, err := s.App.Joint.Invitation(ctx, mine)
		s.notFound(what+" reads Li's invitation", err)
		_, err = s.App.Joint.Join(ctx, mine, joint.Reply{Wanted: 1_000})
		s.notFound(what+" answers for Li", err)
	}
	for _, ctx := range []context.Context{s.Li, s.Zhao, s.Sun} {
		_, err := s.App.Joint.Order(ctx, o.ID)
		s.notFound("somebody else reads the order", err)
		_, err = s.App.Joint.Close(ctx, o.ID, 0)
		s.notFound("somebody else closes it", err)
		_, err = s.App.Joint.Withdraw(ctx, o.ID, 0)
		s.notFound("somebody else withdraws it", err)
	}
	closed, err := s.App.Joint.Close(s.Wang, o.ID, 0) // the organiser need not wait
	s.must(err)
	if closed.State != joint.Ordered {
		s.t.Errorf("closed by hand: %+v", closed)
	}
}

func testBadInput(s *Street) {
	d, err := s.App.Joint.Draft(s.Wang, s.offer.ID)
	s.must(err)
	good := joint.Proposal{OfferID: s.offer.ID, Wanted: 40_000, Tolerance: 10_000, Until: d.Until, Neighbours: []ident.ID{d.Neighbours[0].ID}}
	for name, change := range map[string]func(*joint.Proposal){
		"nothing": func(p *joint.Proposal) { p.Wanted = 0 }, "below zero": func(p *joint.Proposal) { p.Wanted = -1 },
		"far too much": func(p *joint.Proposal) { p.Wanted = measure.MaxQuantity + 1 }, "a tolerance below zero": func(p *joint.Proposal) { p.Tolerance = -1 },
		"no whole part": func(p *joint.Proposal) { p.Wanted, p.Tolerance = 40_100, 0 }, "yesterday": func(p *joint.Proposal) { p.Until = day.New(2026, 11, 22) },
		"next year": func(p *joint.Proposal) { p.Until = day.New(2027, 11, 22) }, "nobody": func(p *joint.Proposal) { p.Neighbours = nil },
		"a stranger": func(p *joint.Proposal) { p.Neighbours = []ident.ID{ident.New()} }, "much said": func(p *joint.Proposal) { p.Note = strings.Repeat("橙", joint.MaxNote+1) },
	} {
		p := good
		change(&p)
		if _, err := s.App.Joint.Propose(s.Wang, p); fault.KindOf(err) != fault.Invalid {
			s.t.Errorf("%s: %v", name, err)
		}
	}
	_, err = s.App.Joint.Propose(s.Li, good)
	s.notFound("an order of another shop's offer", err)
	s.Propose()
	for name, r := range map[string]joint.Reply{
		"nothing": {}, "below zero": {Wanted: -1}, "far too much": {Wanted: measure.MaxQuantity + 1}, "no whole part": {Wanted: 100, Tolerance: 200},
		"a tolerance below zero": {Wanted: 1_000, Tolerance: -1},
	} {
		if _, err := s.App.Joint.Join(s.Li, s.Asked(s.Li).ID, r); fault.KindOf(err) != fault.Invalid {
			s.t.Errorf("%s: %v", name, err)
		}
	}
	_, err = s.App.Joint.Join(s.Li, s.Asked(s.Li).ID, joint.Reply{Wanted: 1_000, Product: s.Oranges(s.Wang).ID})
	s.notFound("for another shop's product", err)
	pieces, err := s.App.Catalog.Create(s.Li, catalog.Draft{Name: "礼盒", BaseUnit: "piece"})
	s.must(err)
	if _, err = s.App.Joint.Join(s.Li, s.Asked(s.Li).ID, joint.Reply{Wanted: 1_000, Product: pieces.ID}); fault.KindOf(err) != fault.Invalid {
		s.t.Errorf("for a product that is counted otherwise: %v", err)
	}
	if in := s.Asked(s.Li); in.Answer != joint.Asked || in.Version != 1 {
		s.t.Errorf("what was refused left %+v", in)
	}
}

// testGivenUp: the organiser cancels the order; the members' orders are cancelled too.
func testGivenUp(s *Street) {
	o := s.Propose()
	s.Join(s.Li, 60_000, 0)
	s.TimeIsUp()
	o = s.order(o)
	if _, err := s.App.Purchase.UpdateDraft(s.Wang, o.OrderID, s.bought(s.Wang, o.OrderID).Version, []purchase.LineChange{{Line: 1, Quantity: 50_000}}); fault.KindOf(err) != fault.Invalid {
		s.t.Errorf("less than what the others are to have: %v", err)
	}
	_, err := s.App.Purchase.Cancel(s.Wang, o.OrderID)
	s.must(err)
	li := s.Asked(s.Li)
	if got := s.bought(s.Li, li.OrderID); got.State != purchase.Cancelled {
		s.t.Errorf("Li's order is %s", got.State)
	}
	if d, err := s.App.Trade.Deal(s.Wang, li.OrderID); err != nil || d.State != trade.Refused {
		s.t.Errorf("the deal is %s, %v", d.State, err)
	}
}

// testNewProduct: who has no such product gets one when the goods are ordered, not before.
func testNewProduct(s *Street) {
	o := s.Propose()
	here, err := s.App.Joint.Here(s.Li, s.Asked(s.Li))
	s.must(err)
	if !here.Product.IsNil() {
		s.t.Errorf("Li has %+v", here)
	}
	_, err = s.App.Joint.Join(s.Li, s.Asked(s.Li).ID, joint.Reply{Wanted: 60_000})
	s.must(err)
	count := func() int {
		page, err := s.App.Catalog.List(s.Li, catalog.Query{Limit: 10})
		s.must(err)
		return len(page.Products)
	}
	if count() != 0 {
		s.t.Error("a product before anything is ordered")
	}
	s.TimeIsUp()
	if o = s.order(o); o.State != joint.Ordered || count() != 1 {
		s.t.Errorf("%s, %d products", o.State, count())
	}
}

// testCandidates: a shop that needs less than the farm sells is told so, with its saving,
// and finds its own need in the form.
func testCandidates(s *Street) {
	wholesale := s.Sells(s.Wang, "批发", catalog.Wholesaler, 80_000, 0, 0)
	oranges := s.Oranges(s.Wang)
	s.sellDaily(s.Wang, oranges, 5)
	s.must(s.App.Restock.Recompute(s.Wang, nil))
	found, err := s.App.Joint.Candidates(s.Wang)
	s.must(err)
	if len(found) != 1 || found[0].Offer.ID != s.offer.ID || found[0].Target != 100_000 || found[0].Need <= 0 || found[0].Need >= 100_000 {
		s.t.Fatalf("the candidates are %+v", found)
	}
	if saving, ok := found[0].Saving(); !ok || saving <= 0 || found[0].Alone == nil {
		s.t.Errorf("saves %d of %+v with %+v", saving, found[0], wholesale)
	}
	d, err := s.App.Joint.Draft(s.Wang, s.offer.ID)
	s.must(err)
	if d.Need < found[0].Need || d.Need%500 != 0 {
		s.t.Errorf("the form begins with %d, the need is %d", d.Need, found[0].Need)
	}
	s.Sells(s.Li, "批发", catalog.Wholesaler, 80_000, 0, 0)
	s.sellDaily(s.Li, s.Oranges(s.Li), 4)
	s.must(s.App.Restock.Recompute(s.Li, nil))
	s.Propose()
	here, err := s.App.Joint.Here(s.Li, s.Asked(s.Li))
	s.must(err)
	if here.Product != s.Oranges(s.Li).ID || here.Need <= 0 || here.Quantity < here.Need || here.Alone == nil || here.AloneOf.Name != "批发" {
		s.t.Errorf("Li begins with %+v", here)
	}
}

// sellDaily is eight weeks of sales, so many kilograms a day, and nothing on the shelf.
func (s *Street) sellDaily(ctx context.Context, p catalog.Product, kg int) {
	s.t.Helper()
	today := day.Of(Noon, time.FixedZone("", 8*3600))
	var b strings.Builder
	b.WriteString("item,date,quantity,price,cost\n")
	for n := 56; n > 0; n-- {
		b.WriteString(p.Code + "," + today.Add(-n).String() + "," + string(rune('0'+kg+n%3)) + ",9.00,\n")
	}
	r, err := s.App.Sales.Import(ctx, sales.ImportRequest{Kind: sales.ImportSales, FileName: "sales.csv", Body: strings.NewReader(b.String())})
	s.must(err)
	if r.Refused > 0 {
		s.t.Fatalf("%+v", r.Errors)
	}
}
