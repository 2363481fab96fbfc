package world_test

import (
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/demo/world"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// A lot of weighed goods ends at exactly nothing: no evening leaves a few grams of it.
func TestNoCrumbs(t *testing.T) {
	w := world.Generate(7, opening, opening.Add(120))
	left := map[ident.ID]measure.Quantity{}
	weighed := map[ident.ID]bool{}
	in := func(l *world.Lot, q measure.Quantity) {
		left[l.ID] += q
		unit, _ := measure.UnitByCode(w.Products[l.Product].Unit)
		weighed[l.ID] = unit.Dimension == measure.Mass
	}
	out := func(takes []world.Take) {
		for _, x := range takes {
			in(x.Lot, -x.Quantity)
		}
	}
	evenings, ended := 0, 0
	last := opening
	evening := func(d day.Date) {
		for id, q := range left {
			if q < 0 || weighed[id] && q > 0 && q < 60 {
				t.Fatalf("%s: %s of a lot are left", d, q.Decimal())
			}
			if q == 0 {
				ended++
				delete(left, id)
			}
		}
		evenings++
	}
	for e := range w.Events() {
		if d := e.Stamp().Day; d != last {
			evening(last)
			last = d
		}
		switch e := e.(type) {
		case *world.Opening:
			for _, l := range e.Lines {
				in(l.Lot, l.Quantity)
			}
		case *world.Receipt:
			for _, l := range e.Lines {
				in(l.Lot, l.Quantity)
			}
		case *world.Sale:
			for _, l := range e.Lines {
				out(l.Takes)
			}
		case *world.Return:
			in(e.Take.Lot, e.Take.Quantity)
		case *world.Loss:
			out(e.Takes)
		case *world.Count:
			for _, l := range e.Lines {
				in(l.Lot, l.Counted-l.Booked)
			}
		}
	}
	if evenings < 100 || ended < 500 {
		t.Errorf("%d evenings, %d lots ended", evenings, ended)
	}
}
