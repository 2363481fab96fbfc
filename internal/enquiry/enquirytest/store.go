package enquirytest

import (
	"context"
	"errors"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/enquiry"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
)

func (h House) do(t testing.TB, ctx context.Context, fn func(ctx context.Context) error) {
	t.Helper()
	must(t, h.Atomic.Do(ctx, fn))
}

// written writes an enquiry about the market's products by hand.
func (h House) written(t *testing.T, ctx context.Context, m market, number int64, client ident.ID) enquiry.Enquiry {
	t.Helper()
	e := enquiry.Enquiry{
		ID: ident.New(), Number: number, State: enquiry.Open, AnswerBy: h.today().Add(2), Note: "要当季的", CreatedDay: h.today(), CreatedAt: day.At(h.Now()),
		PersonID: ident.New(), ClientID: client, Version: 1,
	}
	for i, p := range m.products {
		e.Lines = append(e.Lines, enquiry.Line{Line: i + 1, ProductID: p.ID, ProductCode: p.Code, ProductName: p.Name, Unit: "kg", Quantity: 20_000})
	}
	for _, s := range m.suppliers {
		e.Invitations = append(e.Invitations, enquiry.Invitation{ID: ident.New(), EnquiryID: e.ID, SupplierID: s.ID, Version: 1})
	}
	h.do(t, ctx, func(ctx context.Context) error { return h.Store.Insert(ctx, e) })
	return e
}

func testStore(t *testing.T, h House) {
	m := h.market(t, h.A, 2)
	client := ident.New()
	e := h.written(t, h.A, m, 7, client)
	read := func() enquiry.Enquiry {
		t.Helper()
		got, err := h.Store.Enquiry(h.A, e.ID)
		must(t, err)
		return got
	}
	same(t, "as written", read(), e)
	found, err := h.Store.ByClient(h.A, client)
	if must(t, err); found != e.ID {
		t.Errorf("by client: %v", found)
	}
	found, err = h.Store.ByInvitation(h.A, e.Invitations[1].ID)
	if must(t, err); found != e.ID {
		t.Errorf("by invitation: %v", found)
	}

	in := &e.Invitations[1]
	days, until, at := 5, h.today().Add(30), day.At(h.Now())
	in.Version, in.AnsweredAt, in.Answers = 2, &at, []enquiry.Answer{
		{Line: 1, Cannot: true, Unit: "kg"},
		{Line: 2, Unit: "jin", Price: 41_999, Minimum: 10_000, Pack: measure.Pack{Unit: "box", Factor: measure.Ratio{Num: 15, Den: 2}}, LeadDays: &days, Until: &until},
	}
	put := func(in enquiry.Invitation) (ok bool) {
		t.Helper()
		h.do(t, h.A, func(ctx context.Context) (err error) {
			ok, err = h.Store.PutAnswers(ctx, in)
			return err
		})
		return ok
	}
	if !put(*in) {
		t.Error("the answers of this version are refused")
	}
	same(t, "answered", read(), e)
	if put(*in) {
		t.Error("answers from an old version replace newer ones")
	}

	orders, err := h.Orders.Draft(h.A, []purchase.DraftOrder{{SupplierID: m.suppliers[0].ID, Lines: []purchase.DraftLine{{ProductID: m.products[0].ID, Quantity: 1000}}}})
	must(t, err)
	e.Version, e.State, e.ClosedAt = 2, enquiry.Awarded, &at
	e.Lines[0].Award = &enquiry.Award{InvitationID: e.Invitations[0].ID, OrderID: orders[0].ID}
	e.Lines[1].Award = &enquiry.Award{InvitationID: e.Invitations[1].ID, OrderID: orders[0].ID}
	update := func() (ok bool) {
		t.Helper()
		h.do(t, h.A, func(ctx context.Context) (err error) {
			ok, err = h.Store.Update(ctx, e)
			return err
		})
		return ok
	}
	if !update() {
		t.Error("the present version is refused")
	}
	same(t, "awarded", read(), e)
	if update() {
		t.Error("an old version replaces a newer one")
	}

	h.written(t, h.A, m, 8, ident.Nil)
	list, err := h.Store.List(h.A, enquiry.Query{Limit: 10})
	must(t, err)
	if len(list) != 2 || list[0].Number != 8 || list[1].Counts != (enquiry.Counts{Lines: 2, Awarded: 2, Asked: 3, Answered: 1}) || list[0].Counts != (enquiry.Counts{Lines: 2, Asked: 3}) {
		t.Errorf("list: %+v", list)
	}
	for _, q := range []enquiry.Query{{Limit: 1}, {Limit: 10, State: enquiry.Open}, {Limit: 10, Before: 8}} {
		if list, err := h.Store.List(h.A, q); err != nil || len(list) != 1 || (list[0].Number == 7) != (q.Before == 8) {
			t.Errorf("%+v: %+v, %v", q, list, err)
		}
	}
	for name, err := range map[string]error{
		"enquiry":    second(h.Store.Enquiry(h.A, ident.New())),
		"client":     second(h.Store.ByClient(h.A, ident.New())),
		"invitation": second(h.Store.ByInvitation(h.A, ident.New())),
	} {
		if !errors.Is(err, enquiry.ErrMissing) {
			t.Errorf("a missing %s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Numbers have no gaps: one that was taken in a transaction that failed is taken again.
func testNumbers(t *testing.T, h House) {
	take := func(fail error) (n int64) {
		err := h.Atomic.Do(h.A, func(ctx context.Context) (err error) {
			if n, err = h.Store.TakeNumber(ctx); err != nil {
				return err
			}
			return fail
		})
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
		return n
	}
	broken := errors.New("broken")
	for i, want := range []int64{1, 2, 2, 3} {
		fail := error(nil)
		if i == 1 {
			fail = broken
		}
		if got := take(fail); got != want {
			t.Errorf("the %dth number is %d, want %d", i+1, got, want)
		}
	}
	if last, err := h.Store.Number(h.A); err != nil || last != 3 {
		t.Errorf("last %d, %v", last, err)
	}
	if other, err := h.Store.Number(h.B); err != nil || other != 0 {
		t.Errorf("the other shop counts %d, %v", other, err)
	}
}

// What one shop keeps is nowhere for the other, by every way to reach it.
func testTwoShops(t *testing.T, h House) {
	mine, _ := h.service()
	m := h.market(t, h.A, 1)
	e := answered(t, mine, h.A, made(t, mine, h.A, h.ask(m, 20_000)), 1, 40_000)
	in := e.Invitations[1]
	for name, err := range map[string]error{
		"enquiry":    second(mine.Enquiry(h.B, e.ID)),
		"award":      second(mine.Award(h.B, e.ID, e.Version, []enquiry.Choice{{Line: 1, InvitationID: in.ID}})),
		"answer":     second(mine.Answer(h.B, in.ID, in.Version, []enquiry.Answer{{Line: 1, Unit: "kg", Price: 1}})),
		"close":      second(mine.Close(h.B, e.ID)),
		"invitation": third(mine.Invited(h.B, in.ID)),
	} {
		refused(t, name, err, fault.NotFound, "enquiry.missing", "")
	}
	refused(t, "another shop's product", second(mine.Make(h.B, h.ask(market{products: m.products, suppliers: h.market(t, h.B, 0).suppliers}, 1000))), fault.NotFound, "catalog.product_missing", "")
	refused(t, "another shop's supplier", second(mine.Make(h.B, h.ask(market{products: h.market(t, h.B, 1).products, suppliers: m.suppliers}, 1000))), fault.NotFound, "catalog.supplier_missing", "")
	if list, err := mine.List(h.B, enquiry.Query{}); err != nil || len(list) != 0 {
		t.Errorf("the other shop lists %+v, %v", list, err)
	}
	again, err := mine.Enquiry(h.A, e.ID)
	must(t, err)
	same(t, "untouched", again, e)
}

func third[A, B any](_ A, _ B, err error) error { return err }
