package purchasetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// testConfirm: a supplier promises another quantity, price and day; what is expected
// follows, part by part, deliveries fill the earlier part first, and the difference is
// told to the cent.
func testConfirm(t *testing.T, h House) {
	s, journal := h.Service()
	g := h.Stocked(t, h.A, 3)
	o := Made(t, s, h.A, g.Draft(10_000, 20_000, 5_000)) // 25.00, 50.00, 12.50
	o, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	wanted, today := o.DueDay, h.Clock.Today()
	dearer := money.Price(26_000)
	lines := []purchase.ConfirmLine{
		{Line: 1, Agreed: purchase.Agreed{Quantity: 4_000, Price: 25_000, Day: wanted.Add(1), Later: 6_000, LaterDay: wanted.Add(9)}},
		{Line: 2, Agreed: purchase.Agreed{Quantity: 20_000, Price: dearer, Day: wanted}},
		{Line: 3, Agreed: purchase.Agreed{Quantity: 0, Price: 25_000}},
	}
	confirmed, err := s.Confirm(h.A, o.ID, o.Version, lines)
	must(t, err)
	if confirmed.State != purchase.Confirmed || confirmed.DueDay != wanted || confirmed.Wanted() != wanted || confirmed.Total != o.Total {
		t.Errorf("confirmed: %+v", confirmed)
	}
	again, err := s.Confirm(h.A, o.ID, o.Version, lines) // the button once more
	must(t, err)
	same(t, "again", again, confirmed)
	if n := len(journal.Actions); n != 3 {
		t.Errorf("%v in the trail", journal.Actions)
	}
	expects := func(what string, want map[ident.ID][]stock.Expected) {
		t.Helper()
		got, err := h.Stock.ExpectedOf(h.A, nil)
		must(t, err)
		same(t, what, got, want)
		verified(t, s, h)
	}
	part := func(line int, place int, quantity int64, due day.Date) stock.Expected {
		return stock.Expected{SourceID: o.ID, SourceLine: place, ProductID: g.Products[line-1].ID, SupplierID: g.Supplier.ID, Quantity: measure.Quantity(quantity), Due: due}
	}
	rest := part(1, purchase.MaxLines+1, 6_000, wanted.Add(9))
	expects("promised", map[ident.ID][]stock.Expected{
		g.Products[0].ID: {part(1, 1, 4_000, wanted.Add(1)), rest},
		g.Products[1].ID: {part(2, 2, 20_000, wanted)},
	})
	d, differs, err := confirmed.Difference()
	must(t, err)
	// line 2 costs 0.10 more a unit; line 3 does not come
	same(t, "difference", d, purchase.Difference{Ordered: 8_750, Agreed: 2_500 + 5_200, ByPrice: 200, ByQuantity: -1_250})
	if !differs {
		t.Error("differs not")
	}

	// Nothing has come: the supplier changes his mind. An old page does not.
	_, err = s.Confirm(h.A, o.ID, o.Version, lines[1:])
	refused(t, "an old page", err, fault.Conflict, "purchase.changed_meanwhile")
	amended, err := s.Confirm(h.A, o.ID, confirmed.Version, lines[:2])
	must(t, err)
	if amended.Lines[2].Agreed != nil || amended.Lines[2].Owed() != 5_000 {
		t.Errorf("a line that is as ordered again: %+v", amended.Lines[2])
	}
	must(t, second(s.Confirm(h.A, o.ID, 0, lines)))

	// The whole first part, at the agreed price; the rest stays expected on its day.
	h.Clock.Pass(time.Duration(wanted.Add(1)-today) * 24 * time.Hour)
	got, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New()})
	must(t, err)
	if got.State != purchase.PartReceived || got.DueDay != wanted.Add(9) || got.Lines[0].Received != 4_000 || got.Lines[2].Received != 0 {
		t.Errorf("received: %+v", got)
	}
	expects("the rest", map[ident.ID][]stock.Expected{g.Products[0].ID: {rest}})
	came, err := s.Deliveries(h.A, o.ID)
	must(t, err)
	if len(came) != 1 || came[0].Total != 1_000+5_200 {
		t.Errorf("delivery: %+v", came)
	}
	_, err = s.Confirm(h.A, o.ID, 0, lines)
	refused(t, "confirm what has come", err, fault.Conflict, "purchase.illegal.confirm")
	back, err := s.TakeBack(h.A, o.ID, came[0].ID, "")
	must(t, err)
	if back.State != purchase.Confirmed || back.DueDay != wanted {
		t.Errorf("taken back: %s due %s", back.State, back.DueDay)
	}
	verified(t, s, h)
	h.Clock.Pass(time.Hour)
	must(t, second(s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New()})))
	h.Clock.Pass(8 * 24 * time.Hour)
	done, err := s.Receive(h.A, o.ID, purchase.Receipt{ClientID: ident.New()})
	must(t, err)
	if done.State != purchase.Received || done.Lines[0].Received != 10_000 {
		t.Errorf("all of it: %+v", done)
	}
	// All of the freight is in the value of what came, although a line never did.
	balances, err := h.Stock.Balances(h.A, nil)
	must(t, err)
	var value money.Amount
	for _, b := range balances {
		value += b.Value
	}
	if want := money.NetOfTax(1_000, 900) + money.NetOfTax(5_200, 900) + money.NetOfTax(1_500, 900) + 1_000; value != want {
		t.Errorf("value %d, want %d", value, want)
	}
	verified(t, s, h)
}

func testConfirmRefuses(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	o := Made(t, s, h.A, g.Draft(10_000, 10_000))
	o, err := s.Send(h.A, o.ID, 0)
	must(t, err)
	good := purchase.Agreed{Quantity: 1_000, Price: 1, Day: o.DueDay}
	line := func(n int, change func(*purchase.Agreed)) []purchase.ConfirmLine {
		a := good
		change(&a)
		return []purchase.ConfirmLine{{Line: 2, Agreed: good}, {Line: n, Agreed: a}}
	}
	for _, c := range []struct {
		name, key, field string
		lines            []purchase.ConfirmLine
	}{
		{"line 0", "purchase.line_missing", "", line(0, func(*purchase.Agreed) {})},
		{"line 3", "purchase.line_missing", "", line(3, func(*purchase.Agreed) {})},
		{"twice", "purchase.line_missing", "", line(2, func(*purchase.Agreed) {})},
		{"negative", "purchase.quantity_negative", "quantity[1]", line(1, func(a *purchase.Agreed) { a.Quantity = -1 })},
		{"negative rest", "purchase.quantity_negative", "quantity[1]", line(1, func(a *purchase.Agreed) { a.Later = -1 })},
		{"price", "purchase.price_negative", "price[1]", line(1, func(a *purchase.Agreed) { a.Price = -1 })},
		{"too much", "value.too_large", "quantity[1]", line(1, func(a *purchase.Agreed) { a.Quantity = 1 << 62; a.Later = 1 << 62 })},
		{"rest before", "purchase.later_not_later", "later_day[1]", line(1, func(a *purchase.Agreed) { a.Later = 1; a.LaterDay = o.DueDay })},
		{"rest without a day", "purchase.later_not_later", "later_day[1]", line(1, func(a *purchase.Agreed) { a.Later = 1 })},
		{"before sending", "purchase.promised_before", "day[1]", line(1, func(a *purchase.Agreed) { a.Day = o.SentDay.Add(-1) })},
		{"far", "purchase.promised_far", "day[1]", line(1, func(a *purchase.Agreed) { a.Day = o.DueDay.Add(900) })},
		{"nothing at all", "purchase.confirm_nothing", "", []purchase.ConfirmLine{{Line: 1}, {Line: 2}}},
	} {
		_, err := s.Confirm(h.A, o.ID, 0, c.lines)
		f, ok := fault.As(err)
		if !ok || f.Key != c.key || f.Field != c.field {
			t.Errorf("%s: %v at %q; want %s at %q", c.name, err, f.Field, c.key, c.field)
		}
	}
	_, err = s.Confirm(h.B, o.ID, 0, nil)
	refused(t, "the other shop", err, fault.NotFound, "purchase.order_missing")
	after, err := s.Order(h.A, o.ID)
	must(t, err)
	same(t, "unchanged", after, o)
	verified(t, s, h)
}

// testRepeat: the same order as a new draft at today's prices, once a press.
func testRepeat(t *testing.T, h House) {
	s, _ := h.Service()
	g := h.Stocked(t, h.A, 2)
	old := Made(t, s, h.A, purchase.DraftOrder{SupplierID: g.Supplier.ID, Note: "早上送", Lines: []purchase.DraftLine{
		{ProductID: g.Products[0].ID, Quantity: 10_000, Price: 99_000}, {ProductID: g.Products[1].ID, Quantity: 5_000},
	}})
	must(t, second(s.Cancel(h.A, old.ID)))
	client := ident.New()
	first, err := s.Repeat(h.A, old.ID, client)
	must(t, err)
	if first.ID == old.ID || first.State != purchase.Draft || first.Note != old.Note || len(first.Lines) != 2 || first.Lines[0].Price != 25_000 || first.Lines[0].Quantity != 10_000 {
		t.Errorf("repeated: %+v", first)
	}
	for range 2 {
		again, err := s.Repeat(h.A, old.ID, client)
		must(t, err)
		same(t, "the same press", again, first)
	}
	unnamed, err := s.Repeat(h.A, old.ID, ident.Nil)
	must(t, err)
	twice, err := s.Repeat(h.A, old.ID, ident.Nil)
	must(t, err)
	if unnamed.ID == first.ID || twice.ID != unnamed.ID {
		t.Error("without a client id it is once a day")
	}
	must(t, h.Catalog.Archive(h.A, g.Products[0].ID, true))
	fewer, err := s.Repeat(h.A, old.ID, ident.New())
	must(t, err)
	if len(fewer.Lines) != 1 || fewer.Lines[0].ProductID != g.Products[1].ID {
		t.Errorf("with a product given up: %+v", fewer.Lines)
	}
	must(t, h.Catalog.Archive(h.A, g.Products[1].ID, true))
	_, err = s.Repeat(h.A, old.ID, ident.New())
	refused(t, "nothing left", err, fault.Conflict, "purchase.repeat_nothing")
	_, err = s.Repeat(h.B, old.ID, ident.New())
	refused(t, "the other shop", err, fault.NotFound, "purchase.order_missing")
	verified(t, s, h)
}

type limited struct{ limit *money.Amount }

func (l limited) Get(context.Context) (shop.Shop, error) {
	return shop.Shop{ApproveAbove: l.limit}, nil
}

// testApproval: above the amount a manager's order waits for the owner; one press sends
// it, once.
func testApproval(t *testing.T, h House) {
	s, journal := h.Service()
	s.SetShops(limited{ptr(money.Amount(3_500))}) // 25.00 and freight of 10.00
	as := func(role tenant.Role) context.Context {
		scope, _ := tenant.From(h.A)
		scope.Role, scope.Person = role, ident.New()
		return tenant.With(h.A, scope)
	}
	manager, owner := as(tenant.Manager), as(tenant.Owner)
	g := h.Stocked(t, h.A, 1)
	small := Made(t, s, manager, g.Draft(10_000))
	if o, err := s.Send(manager, small.ID, 0); err != nil || o.State != purchase.Sent {
		t.Errorf("just as much as the limit: %s, %v", o.State, err)
	}
	big := Made(t, s, manager, g.Draft(10_100))
	asked, err := s.Send(manager, big.ID, big.Version)
	must(t, err)
	if !asked.Waits() || asked.SentDay != nil || asked.AskedBy.IsNil() {
		t.Errorf("asked: %+v", asked)
	}
	again, err := s.Send(manager, big.ID, big.Version) // the button twice
	must(t, err)
	same(t, "asked again", again, asked)
	waiting, err := s.List(h.A, purchase.Query{Asked: true})
	must(t, err)
	if len(waiting) != 1 || waiting[0].ID != big.ID {
		t.Errorf("waiting: %+v", waiting)
	}
	if expected, err := h.Stock.ExpectedOf(h.A, nil); err != nil || len(expected[g.Products[0].ID]) != 1 {
		t.Errorf("what waits is expected: %v, %v", expected, err)
	}
	_, err = s.Send(owner, big.ID, big.Version)
	refused(t, "the owner's old page", err, fault.Conflict, "purchase.changed_meanwhile")
	declined, err := s.Decline(owner, big.ID, asked.Version)
	must(t, err)
	if declined.Waits() || declined.State != purchase.Draft {
		t.Errorf("declined: %+v", declined)
	}
	must(t, second(s.Send(manager, big.ID, 0)))
	changed, err := s.UpdateDraft(manager, big.ID, declined.Version+1, []purchase.LineChange{{Line: 1, Quantity: 20_000}})
	must(t, err)
	if changed.Waits() {
		t.Error("what was changed still waits")
	}
	must(t, second(s.Send(manager, big.ID, 0)))
	sent, err := s.Send(owner, big.ID, 0)
	must(t, err)
	if sent.State != purchase.Sent || sent.AskedAt != nil {
		t.Errorf("approved: %+v", sent)
	}
	must(t, second(s.Send(owner, big.ID, 0)))
	must(t, second(s.Send(manager, big.ID, 0)))
	counts := func(action string) (n int) {
		for _, a := range journal.Actions {
			if a == action {
				n++
			}
		}
		return n
	}
	if counts("order.ask") != 3 || counts("order.send") != 2 || counts("order.decline") != 1 || slices.Contains(journal.Actions, "") {
		t.Errorf("the trail: %v", journal.Actions)
	}
	must(t, second(s.Decline(owner, big.ID, 0))) // nothing waits
	verified(t, s, h)
}

func second[T any](_ T, err error) error { return err }
