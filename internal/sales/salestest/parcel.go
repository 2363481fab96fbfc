package salestest

import (
	"errors"
	"reflect"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/sales"
)

// testParcels: an online sale keeps the days of its parcel; days that cannot be, sales at
// the counter, returns and what was taken back keep none; the other shop sees nothing.
func testParcels(t *testing.T, h House) {
	s := h.Service()
	p := h.product(t, h.A, dates())
	sell := func(channel string, kind sales.Kind) ident.ID {
		t.Helper()
		sale, _, _, err := s.Record(h.A, sales.Request{ClientID: ident.New(), Kind: kind, Channel: channel, Lines: []sales.RequestLine{{ProductID: p.ID, Quantity: 1_000}}})
		if err != nil {
			t.Fatal(err)
		}
		return sale.ID
	}
	on := func(after int) *day.Date { return new(today.Add(after)) }
	online := sell("wechat", sales.KindSale)
	for _, one := range []sales.Parcel{
		{SaleID: online, Promised: on(3)},
		{SaleID: online, Dispatched: on(0), Promised: on(3)},
		{SaleID: online, Dispatched: on(0), Promised: on(3), Delivered: on(0)},
		{SaleID: online, Delivered: on(0)},
	} {
		if err := s.KeepParcel(h.A, one); err != nil {
			t.Fatalf("%+v: %v", one, err)
		}
		if kept, err := s.Parcels(h.A, []ident.ID{online, ident.New()}); err != nil || len(kept) != 1 || !reflect.DeepEqual(kept[online], one) {
			t.Errorf("kept %+v, %v; want %+v", kept, err, one)
		}
		if theirs, err := s.Parcels(h.B, []ident.ID{online}); err != nil || len(theirs) != 0 {
			t.Errorf("the other shop reads %v, %v", theirs, err)
		}
	}
	for name, c := range map[string]struct {
		p     sales.Parcel
		field string
	}{
		"left before it was sold": {sales.Parcel{Dispatched: on(-1)}, "dispatched"},
		"left tomorrow":           {sales.Parcel{Dispatched: on(1)}, "dispatched"},
		"arrived tomorrow":        {sales.Parcel{Delivered: on(1)}, "delivered"},
		"promised before":         {sales.Parcel{Promised: on(-1)}, "promised"},
		"promised for never":      {sales.Parcel{Promised: on(4000)}, "promised"},
	} {
		c.p.SaleID = online
		var wrong fault.Fields
		if err := s.KeepParcel(h.A, c.p); !errors.As(err, &wrong) || wrong[0].Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	several := []ident.ID{sell("wechat", sales.KindSale), sell("wechat", sales.KindSale)}
	there := func(at sales.Step) (ids []ident.ID) {
		t.Helper()
		list, err := s.OnTheWay(h.A, at)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			ids = append(ids, one.ID)
			if len(one.Lines) == 0 {
				t.Errorf("%s has no lines", one.ID)
			}
		}
		return ids
	}
	expect := func(when string, waiting, left int) {
		t.Helper()
		if w, l := there(sales.Waiting), there(sales.Left); len(w) != waiting || len(l) != left {
			t.Errorf("%s: %d wait, %d left; want %d and %d", when, len(w), len(l), waiting, left)
		}
	}
	expect("before", 2, 0) // the one above has arrived
	for what, err := range map[string]error{
		"none":             s.MoveParcels(h.A, nil, sales.Left, today),
		"tomorrow":         s.MoveParcels(h.A, several, sales.Left, today.Add(1)),
		"one of nobody's":  s.MoveParcels(h.A, append(several[:1:1], ident.New()), sales.Left, today),
		"the other shop's": s.MoveParcels(h.B, several, sales.Arrived, today),
		"nowhere":          s.MoveParcels(h.A, several, sales.Waiting, today),
	} {
		if err == nil {
			t.Errorf("%s is taken", what)
		}
	}
	expect("nothing half", 2, 0)
	if err := s.MoveParcels(h.A, several, sales.Left, today); err != nil {
		t.Fatal(err)
	}
	expect("left", 0, 2)
	if theirs, err := s.OnTheWay(h.B, sales.Left); err != nil || len(theirs) != 0 {
		t.Errorf("the other shop sees %v, %v", theirs, err)
	}
	for range 2 {
		if err := s.MoveParcels(h.A, several[:1], sales.Arrived, today); err != nil {
			t.Fatal(err)
		}
	}
	expect("one arrived", 0, 1)
	if kept, err := s.Parcels(h.A, several); err != nil || *kept[several[0]].Dispatched != today || *kept[several[0]].Delivered != today {
		t.Errorf("kept %+v, %v", kept, err)
	}
	taken := sell("wechat", sales.KindSale)
	if err := s.Void(h.A, taken, ""); err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]ident.ID{"at the counter": sell("", sales.KindSale), "a return": sell("wechat", sales.KindReturn), "taken back": taken} {
		if err := s.KeepParcel(h.A, sales.Parcel{SaleID: id, Dispatched: on(0)}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, err := range map[string]error{
		"the other shop's": s.KeepParcel(h.B, sales.Parcel{SaleID: online, Dispatched: on(0)}), "nobody's": s.KeepParcel(h.A, sales.Parcel{SaleID: ident.New(), Dispatched: on(0)}),
	} {
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.KeepParcel(h.A, sales.Parcel{SaleID: online}); err != nil {
		t.Error(err)
	}
	if kept, err := s.Parcels(h.A, []ident.ID{online}); err != nil || len(kept) != 0 {
		t.Errorf("nothing known is kept: %v, %v", kept, err)
	}
}
