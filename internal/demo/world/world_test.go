package world_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

var opening = day.New(2024, time.November, 23)

const twoYears = 730

func events(w *world.World) []world.Event {
	var out []world.Event
	for e := range w.Events() {
		out = append(out, e)
	}
	return out
}

func TestSameSeedSameWorld(t *testing.T) {
	t.Parallel()
	a := events(world.Generate(7, opening, opening.Add(45)))
	b := events(world.Generate(7, opening, opening.Add(45)))
	if !reflect.DeepEqual(a, b) {
		t.Fatal("two walks through the same world differ")
	}
	c := events(world.Generate(8, opening, opening.Add(45)))
	if reflect.DeepEqual(a, c) {
		t.Fatal("another seed gives the same world")
	}
}

func TestLongerRunOnlyAddsDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		from := opening.Add(rapid.IntRange(0, 400).Draw(t, "start"))
		n := rapid.IntRange(1, 12).Draw(t, "days")
		more := rapid.IntRange(1, 5).Draw(t, "more")
		short := events(world.Generate(seed, from, from.Add(n)))
		long := events(world.Generate(seed, from, from.Add(n+more)))
		if len(long) <= len(short) || !reflect.DeepEqual(short, long[:len(short)]) {
			t.Fatal("a longer run changed the days before")
		}
		var rest []world.Event
		for e := range world.Generate(seed, from, from.Add(n+more)).Since(from.Add(n + 1)) {
			rest = append(rest, e)
		}
		if !reflect.DeepEqual(rest, long[len(short):]) {
			t.Fatal("Since does not give exactly the days that are missing")
		}
	})
}

// book is what a ledger would hold: every lot's quantity, from events alone.
type book map[ident.ID]measure.Quantity

func (b book) take(t *testing.T, e world.Event, takes []world.Take, sign measure.Quantity) measure.Quantity {
	t.Helper()
	var sum measure.Quantity
	for _, x := range takes {
		if x.Quantity <= 0 {
			t.Fatalf("%v: a take of %d", e.Stamp(), x.Quantity)
		}
		b[x.Lot.ID] += sign * x.Quantity
		if b[x.Lot.ID] < 0 {
			t.Fatalf("%v: lot %s is %d", e.Stamp(), x.Lot.Code, b[x.Lot.ID])
		}
		sum += x.Quantity
	}
	return sum
}

func TestStockIsConserved(t *testing.T) {
	for _, seed := range []uint64{1, 99} {
		w := world.Generate(seed, opening, opening.Add(300))
		b := book{}
		for e := range w.Events() {
			post(t, w, b, e)
		}
	}
}

// post books one event and checks all that must hold between its parts.
func post(t *testing.T, w *world.World, b book, e world.Event) {
	t.Helper()
	switch e := e.(type) {
	case *world.Opening:
		for _, l := range e.Lines {
			b.take(t, e, []world.Take{{Lot: l.Lot, Quantity: l.Quantity}}, 1)
		}
	case *world.Receipt:
		for _, l := range e.Lines {
			if _, seen := b[l.Lot.ID]; seen {
				t.Fatalf("%v: lot %s received twice", e.Stamp(), l.Lot.Code)
			}
			b.take(t, e, []world.Take{{Lot: l.Lot, Quantity: l.Quantity}}, 1)
		}
	case *world.Sale:
		var total money.Amount
		for _, l := range e.Lines {
			for _, x := range l.Takes {
				if x.Lot.Product != l.Product || x.Lot.Expiry != day.None && x.Lot.Expiry < e.Day {
					t.Fatalf("%v: sold from lot %s", e.Stamp(), x.Lot.Code)
				}
			}
			if sum := b.take(t, e, l.Takes, -1); sum != l.Quantity {
				t.Fatalf("%v: line of %d taken as %d", e.Stamp(), l.Quantity, sum)
			}
			if amount, err := money.Line(l.Quantity, l.Price, w.Shop.Currency); err != nil || amount != l.Amount {
				t.Fatalf("%v: amount %d, want %d (%v)", e.Stamp(), l.Amount, amount, err)
			}
			total += l.Amount
		}
		if total != e.Total || len(e.Lines) == 0 {
			t.Fatalf("%v: total %d of %d lines, want %d", e.Stamp(), e.Total, len(e.Lines), total)
		}
	case *world.Return:
		b.take(t, e, []world.Take{e.Take}, 1)
	case *world.Loss:
		b.take(t, e, e.Takes, -1)
	case *world.Count:
		for _, l := range e.Lines {
			if b[l.Lot.ID] != l.Booked || l.Counted < 0 {
				t.Fatalf("%v: lot %s booked %d counted %d, the ledger says %d",
					e.Stamp(), l.Lot.Code, l.Booked, l.Counted, b[l.Lot.ID])
			}
			b[l.Lot.ID] = l.Counted
		}
	}
}

func TestSalesTakeTheFirstToExpire(t *testing.T) {
	w := world.Generate(3, opening, opening.Add(120))
	lots := map[int][]*world.Lot{}
	b := book{}
	for e := range w.Events() {
		if s, ok := e.(*world.Sale); ok {
			for _, l := range s.Lines {
				last := l.Takes[len(l.Takes)-1].Lot
				for _, other := range lots[l.Product] {
					if taken(l.Takes, other) || b[other.ID] == 0 || other.Expiry == day.None || other.Expiry < s.Day {
						continue
					}
					if last.Expiry == day.None || other.Expiry < last.Expiry {
						t.Fatalf("%v: sold %s while %s expires first", s.Stamp(), last.Code, other.Code)
					}
				}
			}
		}
		post(t, w, b, e)
		switch e := e.(type) {
		case *world.Opening:
			for _, l := range e.Lines {
				lots[l.Lot.Product] = append(lots[l.Lot.Product], l.Lot)
			}
		case *world.Receipt:
			for _, l := range e.Lines {
				lots[l.Lot.Product] = append(lots[l.Lot.Product], l.Lot)
			}
		}
	}
}

func taken(takes []world.Take, lot *world.Lot) bool {
	for _, x := range takes {
		if x.Lot == lot {
			return true
		}
	}
	return false
}

func TestOrdersAndDeliveriesAgree(t *testing.T) {
	w := world.Generate(5, opening, opening.Add(400))
	open := map[ident.ID]*world.OrderSent{}
	owed := map[ident.ID][]measure.Quantity{}
	late, early, short, parts := 0, 0, 0, 0
	for e := range w.Events() {
		switch e := e.(type) {
		case *world.OrderSent:
			checkOrder(t, w, e)
			open[e.ID] = e
			for _, l := range e.Lines {
				owed[e.ID] = append(owed[e.ID], l.Quantity)
			}
		case *world.Receipt:
			o := open[e.Order]
			if o == nil || len(e.Lines) == 0 || e.Day <= o.Day {
				t.Fatalf("%v: delivery of an order that is not open, or of nothing", e.Stamp())
			}
			if e.Day > o.Promised {
				late++
			} else if e.Day < o.Promised {
				early++
			}
			left := measure.Quantity(0)
			for _, l := range e.Lines {
				if owed[e.Order][l.Line] -= l.Quantity; owed[e.Order][l.Line] < 0 || l.Lot.Product != o.Lines[l.Line].Product {
					t.Fatalf("%v: line %d delivered wrongly", e.Stamp(), l.Line)
				}
			}
			for _, q := range owed[e.Order] {
				left += q
			}
			switch {
			case !e.Final && left == 0:
				t.Fatalf("%v: everything came and yet the order stays open", e.Stamp())
			case !e.Final:
				parts++
			case left > 0:
				short++
			}
			if e.Final {
				delete(open, e.Order)
			}
		}
	}
	if late == 0 || early == 0 || short == 0 || parts == 0 || len(open) == 0 {
		t.Errorf("late %d, early %d, closed short %d, in parts %d, open at the end %d: none may be 0",
			late, early, short, parts, len(open))
	}
}

func checkOrder(t *testing.T, w *world.World, e *world.OrderSent) {
	t.Helper()
	s := w.Suppliers[e.Supplier]
	var goods money.Amount
	for _, l := range e.Lines {
		o := w.Offers[l.Offer]
		size, err := o.Pack.Size()
		if err != nil || o.Supplier != e.Supplier || o.Product != l.Product ||
			l.Quantity != measure.Quantity(l.Packs)*size || l.Quantity < o.MinQuantity {
			t.Fatalf("%v: line %+v does not fit offer %+v", e.Stamp(), l, o)
		}
		goods += l.Amount
	}
	if goods != e.Goods || goods < s.MinOrder || e.Promised != e.Day.Add(s.LeadDays) {
		t.Fatalf("%v: goods %d (lines %d), least %d, promised %v", e.Stamp(), e.Goods, goods, s.MinOrder, e.Promised)
	}
	if free := s.FreeFrom == 0 || goods < s.FreeFrom; free && e.Freight != s.Freight || !free && e.Freight != 0 {
		t.Fatalf("%v: freight %d on goods of %d", e.Stamp(), e.Freight, goods)
	}
}

func TestEventsInOrderWithUniqueIDs(t *testing.T) {
	w := world.Generate(2, opening, opening.Add(200))
	seen := map[ident.ID]bool{}
	last := world.Head{Day: w.From}
	for e := range w.Events() {
		h := e.Stamp()
		if h.Day < last.Day || h.Day == last.Day && h.Minute < last.Minute {
			t.Fatalf("%T at %v %d after %v %d", e, h.Day, h.Minute, last.Day, last.Minute)
		}
		if h.ID.IsNil() || seen[h.ID] {
			t.Fatalf("%T at %v: id used twice", e, h.Day)
		}
		seen[h.ID] = true
		last = h
		if s, ok := e.(*world.Sale); ok && (h.Minute < world.OpenMinute || h.Minute >= world.CloseMinute) {
			t.Fatalf("sale %v outside opening hours", s.Stamp())
		}
	}
	if last.Day != w.To {
		t.Errorf("the last event is of %v, want %v", last.Day, w.To)
	}
}

func TestHeadInstant(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	h := world.Head{Day: day.New(2026, time.November, 23), Minute: 7*60 + 5}
	if got := h.Instant(shanghai).Time().Format(time.RFC3339); got != "2026-11-22T23:05:00Z" {
		t.Errorf("instant %s", got)
	}
}
