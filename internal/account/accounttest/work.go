package accounttest

import (
	"slices"
	"testing"

	"buhuo/internal/account"
	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

func testWork(t *testing.T, h House) {
	s := h.service()
	a, _, err := s.Write(h.A, account.Request{ClientID: ident.New(), Kind: account.Worked, Name: "小梅", Task: "packing", Minutes: 150, Amount: 5000, Day: today.Add(-2)})
	must(t, err)
	if a.Balance != 5000 || a.Side != account.Helper {
		t.Errorf("worked: %+v", a)
	}
	a, _, err = s.Write(h.A, account.Request{ClientID: ident.New(), Kind: account.Worked, Name: "小梅", Task: "delivery", Pieces: 12000, Amount: 1200, PaidAtOnce: true})
	must(t, err)
	if a.Balance != 5000 || a.Entries != 3 {
		t.Errorf("paid on the spot: %+v", a)
	}
	_, _, err = s.Write(h.A, account.Request{ClientID: ident.New(), Kind: account.Wage, AccountID: a.ID, Amount: 5000})
	must(t, err)
	flow, err := s.Flow(h.A, today.Add(-9), today)
	must(t, err)
	if flow != (account.Flow{Earned: 6200, Wages: 6200, Minutes: 150}) {
		t.Errorf("flow: %+v", flow)
	}
	proven(t, h.A, s)
}

func testHours(t *testing.T, h House) {
	s := h.service()
	must(t, s.PutBefore(h.A, "packing", 700))
	must(t, s.PutBefore(h.A, "books", 100))
	from := today.Add(-15) // two weeks of seven days, and two days
	var last ident.ID
	for _, one := range []struct {
		task    string
		on      day.Date
		minutes int
	}{{"packing", from, 60}, {"packing", from.Add(1), 40}, {"packing", from.Add(14), 30}, {"delivery", from, 90}, {"books", from.Add(7), 500}} {
		last = ident.New()
		_, _, err := s.Write(h.A, account.Request{ClientID: last, Kind: account.Worked, Name: "我", Task: one.task, Minutes: one.minutes, Day: one.on})
		must(t, err)
	}
	list, err := s.Hours(h.A, from, today)
	must(t, err)
	// Packing: the first week and the two days of the third; the second has no entry.
	want := []account.Hours{
		{Task: "packing", Weeks: 2, Days: 9, Before: 900, Worked: 130, Weekly: 700, Minutes: 130},
		{Task: "delivery", Minutes: 90},
		{Task: "books", Weeks: 1, Days: 7, Before: 100, Worked: 500, Weekly: 100, Minutes: 500},
	}
	if !slices.Equal(list, want) {
		t.Errorf("hours: %+v", list)
	}
	if list[0].Saved() != 770 || list[2].Saved() != -400 {
		t.Errorf("saved %d and %d", list[0].Saved(), list[2].Saved())
	}
	_, err = s.Reverse(h.A, account.Helper, last)
	must(t, err)
	if list, err := s.Hours(h.A, from, today); err != nil || len(list) != 2 {
		t.Errorf("taken back: %+v, %v", list, err)
	}
	must(t, s.PutBefore(h.A, "packing", 0))
	if before, err := s.Before(h.A); err != nil || len(before) != 1 {
		t.Errorf("before: %v, %v", before, err)
	}
	if err := s.PutBefore(h.A, "king", 5); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an unknown task: %v", err)
	}
	if before, err := s.Before(h.B); err != nil || len(before) != 0 {
		t.Errorf("the other shop: %v, %v", before, err)
	}
}

func testOpen(t *testing.T, h House) {
	s, id := h.service(), ident.New()
	for range 2 {
		a, err := s.Open(h.A, account.Household, id, account.Person{Name: "Ｗang 家", Phone: "1"})
		must(t, err)
		if a.ID != id || a.Entries != 0 {
			t.Errorf("opened: %+v", a)
		}
	}
	if _, err := s.Open(h.A, account.Household, ident.New(), account.Person{Name: "wang家"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the same name: %v", err)
	}
	if _, err := s.Open(h.A, account.Household, id, account.Person{Name: "张家"}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same id: %v", err)
	}
	if _, err := s.Open(h.A, account.Helper, ident.New(), account.Person{Name: "wang家"}); err != nil {
		t.Errorf("the same name among helpers: %v", err)
	}
	two, err := s.Open(h.A, account.Household, ident.New(), account.Person{Name: "张家"})
	must(t, err)
	if err := s.Change(h.A, account.Household, two.ID, two.Version, account.Person{Name: "WANG家"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("renamed to one that is there: %v", err)
	}
}
