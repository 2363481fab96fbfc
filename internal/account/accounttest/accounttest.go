// Package accounttest is the contract of account.Store and of the service upon it: the
// same tests for every store, each with two shops.
package accounttest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/sales"
)

// House is a fresh store and two shops.
type House struct {
	Store  account.Store
	Atomic account.Atomic
	A, B   context.Context
}

// Now is the time of the tests: the 24th, 4 o'clock, in Shanghai.
var Now = time.Date(2026, time.November, 23, 20, 0, 0, 0, time.UTC)

var today = day.New(2026, time.November, 24)

// Journal keeps what was recorded.
type Journal struct{ Actions []string }

// Record implements account.Journal.
func (j *Journal) Record(_ context.Context, action string, _ ident.ID, _ map[string]any) error {
	j.Actions = append(j.Actions, action)
	return nil
}

func (h House) service() *account.Service {
	return account.New(h.Store, h.Atomic, &Journal{}, func() time.Time { return Now })
}

// Run tests the store that open makes.
func Run(t *testing.T, open func(t *testing.T) House) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, House){
		"payments": testPayments, "refuses": testRefuses, "reverse": testReverse, "sales": testSales, "erase": testErase, "two shops": testTwoShops,
		"work": testWork, "hours": testHours, "pages": testPages, "property": testProperty, "open": testOpen,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func lend(t fataler, h House, s *account.Service, name string, total money.Amount, on day.Date) sales.Sale {
	t.Helper()
	sale := sales.Sale{ID: ident.New(), Kind: sales.KindSale, BusinessDay: on, RecordedAt: day.At(Now), Total: total}
	must(t, h.Atomic.Do(h.A, func(ctx context.Context) error { return s.Bought(ctx, sale, name) }))
	return sale
}

func of(t fataler, h House, s *account.Service, side account.Side) []account.Account {
	t.Helper()
	list, err := s.Accounts(h.A, account.Query{Side: side})
	must(t, err)
	return list
}

func proven(t *testing.T, ctx context.Context, s *account.Service) {
	t.Helper()
	wrong, err := s.Verify(ctx)
	must(t, err)
	for _, line := range wrong {
		t.Error(line)
	}
}

func testPayments(t *testing.T, h House) {
	s := h.service()
	lend(t, h, s, "老 李家", 3000, today.Add(-40))
	lend(t, h, s, "老李家 ", 2000, today.Add(-5))
	list := of(t, h, s, account.Household)
	if len(list) != 1 || list[0].Balance != 5000 || list[0].Since == nil || *list[0].Since != today.Add(-40) {
		t.Fatalf("one household of one name owes 5000 since the first purchase: %+v", list)
	}
	id := list[0].ID
	pay := account.Request{ClientID: ident.New(), Kind: account.Paid, AccountID: id, Amount: 3000}
	for range 2 {
		a, _, err := s.Write(h.A, pay)
		must(t, err)
		if a.Balance != 2000 || *a.Since != today.Add(-5) {
			t.Errorf("the oldest is paid first, and once: %+v", a)
		}
	}
	pay.Amount = 1
	if _, _, err := s.Write(h.A, pay); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another amount under the same id: %v", err)
	}
	a, _, err := s.Write(h.A, account.Request{ClientID: ident.New(), Kind: account.Paid, Name: "老李家", Amount: 2500, Day: today.Add(-1)})
	must(t, err)
	if a.Balance != -500 || a.Since != nil {
		t.Errorf("paid in advance: %+v", a)
	}
	standing, err := s.Standing(h.A, account.Household)
	must(t, err)
	if standing != (account.Standing{Ahead: 500}) {
		t.Errorf("standing: %+v", standing)
	}
	flow, err := s.Flow(h.A, today.Add(-40), today)
	must(t, err)
	if flow.Bought != 5000 || flow.Paid != 5500 || flow.OnCredit() != 5000 {
		t.Errorf("flow: %+v", flow)
	}
	if flow, err = s.Flow(h.A, today.Add(-1), today.Add(-1)); err != nil || flow != (account.Flow{Paid: 2500}) {
		t.Errorf("flow of a day: %+v, %v", flow, err)
	}
	proven(t, h.A, s)
}

func testRefuses(t *testing.T, h House) {
	s := h.service()
	lend(t, h, s, "老李家", 3000, today)
	id := of(t, h, s, account.Household)[0].ID
	good := account.Request{ClientID: ident.New(), Kind: account.Paid, AccountID: id, Amount: 100}
	work := account.Request{ClientID: ident.New(), Kind: account.Worked, Name: "小梅", Task: "packing", Minutes: 60}
	for name, one := range map[string]struct {
		spoil func(*account.Request)
		from  account.Request
		kind  fault.Kind
	}{
		"nothing":          {func(r *account.Request) { r.Amount = 0 }, good, fault.Invalid},
		"negative":         {func(r *account.Request) { r.Amount = -1 }, good, fault.Invalid},
		"huge":             {func(r *account.Request) { r.Amount = money.MaxAmount }, good, fault.Invalid},
		"tomorrow":         {func(r *account.Request) { r.Day = today.Add(1) }, good, fault.Invalid},
		"long ago":         {func(r *account.Request) { r.Day = day.New(1900, 1, 1) }, good, fault.Invalid},
		"no id":            {func(r *account.Request) { r.ClientID = ident.Nil }, good, fault.Invalid},
		"nobody":           {func(r *account.Request) { r.AccountID, r.Name = ident.Nil, "没有这家" }, good, fault.Invalid},
		"no name":          {func(r *account.Request) { r.AccountID, r.Name = ident.Nil, " \u200b" }, good, fault.Invalid},
		"another id":       {func(r *account.Request) { r.AccountID = ident.New() }, good, fault.NotFound},
		"too much":         {func(r *account.Request) { r.Kind, r.Amount = account.WrittenOff, 3001 }, good, fault.Invalid},
		"wage to a family": {func(r *account.Request) { r.Kind = account.Wage }, good, fault.NotFound},
		"no task":          {func(r *account.Request) { r.Task = "king" }, work, fault.Invalid},
		"no hours":         {func(r *account.Request) { r.Minutes = 0 }, work, fault.Invalid},
		"a long day":       {func(r *account.Request) { r.Minutes = 24*60 + 1 }, work, fault.Invalid},
		"less than none":   {func(r *account.Request) { r.Minutes = -1 }, work, fault.Invalid},
	} {
		r := one.from
		one.spoil(&r)
		if _, _, err := s.Write(h.A, r); fault.KindOf(err) != one.kind || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if list := of(t, h, s, account.Household); len(list) != 1 || list[0].Balance != 3000 || list[0].Entries != 1 {
		t.Errorf("what was refused left something: %+v", list)
	}
}

func testReverse(t *testing.T, h House) {
	s := h.service()
	lend(t, h, s, "老李家", 3000, today.Add(-3))
	a := of(t, h, s, account.Household)[0]
	off := account.Request{ClientID: ident.New(), Kind: account.WrittenOff, AccountID: a.ID, Amount: 3000}
	a, _, err := s.Write(h.A, off)
	must(t, err)
	if a.Balance != 0 || a.Since != nil {
		t.Errorf("written off: %+v", a)
	}
	for range 2 {
		a, err = s.Reverse(h.A, account.Household, off.ClientID)
		must(t, err)
		if a.Balance != 3000 || *a.Since != today.Add(-3) || a.Entries != 3 {
			t.Errorf("taken back once: %+v", a)
		}
	}
	entries, err := s.Entries(h.A, a.ID)
	must(t, err)
	if _, err := s.Reverse(h.A, account.Household, entries[2].ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a counter-entry is taken back: %v", err)
	}
	if _, err := s.Reverse(h.A, account.Household, entries[0].ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("what belongs to a sale is taken back without it: %v", err)
	}
	if _, err := s.Reverse(h.A, account.Helper, off.ClientID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of the other side: %v", err)
	}
	proven(t, h.A, s)
}

func testSales(t *testing.T, h House) {
	s := h.service()
	sale := lend(t, h, s, "老李家", 3000, today.Add(-3))
	back := sales.Sale{ID: ident.New(), Kind: sales.KindReturn, BusinessDay: today, RecordedAt: day.At(Now), Total: 800}
	must(t, h.Atomic.Do(h.A, func(ctx context.Context) error { return s.Bought(ctx, back, "老李家") }))
	if a := of(t, h, s, account.Household)[0]; a.Balance != 2200 {
		t.Errorf("brought back: %+v", a)
	}
	lent, err := s.OnCredit(h.A, []ident.ID{sale.ID, back.ID, ident.New()})
	must(t, err)
	if len(lent) != 2 || !lent[sale.ID] || !lent[back.ID] {
		t.Errorf("on credit: %v", lent)
	}
	for range 2 {
		must(t, h.Atomic.Do(h.A, func(ctx context.Context) error { return s.TakenBack(ctx, sale.ID) }))
	}
	must(t, h.Atomic.Do(h.A, func(ctx context.Context) error { return s.TakenBack(ctx, ident.New()) }))
	if a := of(t, h, s, account.Household)[0]; a.Balance != -800 || a.Entries != 3 {
		t.Errorf("a voided sale: %+v", a)
	}
	flow, err := s.Flow(h.A, today.Add(-3), today.Add(-3))
	if err != nil || flow != (account.Flow{}) {
		t.Errorf("a voided sale leaves %+v, %v", flow, err)
	}
	proven(t, h.A, s)
}

func testErase(t *testing.T, h House) {
	s := h.service()
	lend(t, h, s, "老李家", 3000, today)
	a := of(t, h, s, account.Household)[0]
	must(t, s.Change(h.A, account.Household, a.ID, a.Version, account.Person{Name: "老李家", Phone: "13900000000"}))
	if err := s.Change(h.A, account.Household, a.ID, a.Version, account.Person{Name: "别人家"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("from an old version: %v", err)
	}
	if err := s.Erase(h.A, account.Household, a.ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("erased while something is owed: %v", err)
	}
	before, err := s.Flow(h.A, today, today)
	must(t, err)
	_, _, err = s.Write(h.A, account.Request{ClientID: ident.New(), Kind: account.Paid, AccountID: a.ID, Amount: 3000})
	must(t, err)
	must(t, s.Erase(h.A, account.Household, a.ID))
	must(t, s.Erase(h.A, account.Household, a.ID))
	gone, err := s.Account(h.A, account.Household, a.ID)
	must(t, err)
	if gone.Name != "" || gone.Phone != "" || gone.ErasedAt == nil || gone.Entries != 2 {
		t.Errorf("erased: %+v", gone)
	}
	if flow, err := s.Flow(h.A, today, today); err != nil || flow.Bought != before.Bought || flow.Paid != 3000 {
		t.Errorf("the sums broke: %+v, %v", flow, err)
	}
	if _, _, err := s.Write(h.A, account.Request{ClientID: ident.New(), Kind: account.Paid, AccountID: a.ID, Amount: 1}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("somebody erased pays: %v", err)
	}
	lend(t, h, s, "老李家", 10, today) // the name is free again, for another account
	if list := of(t, h, s, account.Household); len(list) != 2 {
		t.Errorf("%d accounts", len(list))
	}
	proven(t, h.A, s)
}

func testTwoShops(t *testing.T, h House) {
	s := h.service()
	sale := lend(t, h, s, "老李家", 3000, today)
	a := of(t, h, s, account.Household)[0]
	if list, err := s.Accounts(h.B, account.Query{Side: account.Household}); err != nil || len(list) != 0 {
		t.Errorf("the other shop sees %v, %v", list, err)
	}
	if _, err := s.Account(h.B, account.Household, a.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the other shop reads: %v", err)
	}
	if _, _, err := s.Write(h.B, account.Request{ClientID: ident.New(), Kind: account.Paid, Name: "老李家", Amount: 1}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the other shop pays: %v", err)
	}
	if err := s.Erase(h.B, account.Household, a.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("the other shop erases: %v", err)
	}
	if lent, err := s.OnCredit(h.B, []ident.ID{sale.ID}); err != nil || len(lent) != 0 {
		t.Errorf("the other shop sees what is on credit: %v, %v", lent, err)
	}
}

func testPages(t *testing.T, h House) {
	s := h.service()
	for i := range 7 {
		lend(t, h, s, string(rune('a'+i)), money.Amount(100*(i%3)), today)
	}
	var seen []account.Account
	for q := (account.Query{Side: account.Household, Limit: 2}); ; {
		page, err := s.Accounts(h.A, q)
		must(t, err)
		if seen = append(seen, page...); len(page) < q.Limit {
			break
		}
		q.After = &account.Cursor{Balance: page[1].Balance, ID: page[1].ID}
	}
	ids := map[ident.ID]bool{}
	for _, a := range seen {
		ids[a.ID] = true
	}
	if len(ids) != 7 || len(seen) != 7 || !slices.IsSortedFunc(seen, func(a, b account.Account) int { return cmp.Compare(b.Balance, a.Balance) }) {
		t.Errorf("%d of 7 accounts on pages: %+v", len(ids), seen)
	}
}
