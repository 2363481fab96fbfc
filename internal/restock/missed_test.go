package restock

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// What was missed is what the correction added to the sales of days that were short.
func TestMissed(t *testing.T) {
	e := expectation{history: demand.Series{
		Start: day.New(2026, 3, 1), Sold: []float64{4, 0, 3, 5, 0}, Available: []float64{1, 0, .25, 1, 0},
	}}
	e.corrected = demand.Correct(e.history, demand.Prior{})
	got := e.missed(ident.ID{7})
	if got.First != e.history.Start || got.Through != day.New(2026, 3, 5) || len(got.Days) != 3 {
		t.Fatalf("%+v", got)
	}
	for i, at := range []int{1, 2, 4} {
		d := got.Days[i]
		lost := thousandths(e.corrected[at].Demand - e.history.Sold[at])
		if d.Day != e.history.Start.Add(at) || d.Lost != lost || lost <= 0 || d.Short != []int{1000, 750, 1000}[i] {
			t.Errorf("day %d: %+v, want %v lost", at, d, lost)
		}
	}
	if none := (expectation{}).missed(ident.ID{7}); none.First <= none.Through || len(none.Days) > 0 {
		t.Errorf("without a history: %+v", none)
	}
}

func TestMissedComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Missed{ProductID: ident.ID{3}, First: day.New(2024, 1, 1).Add(rapid.IntRange(-9999, 9999).Draw(t, "first"))}
		m.Through = m.First.Add(rapid.IntRange(-1, 900).Draw(t, "days") - 1 + 1)
		for d := m.First; d <= m.Through; d = d.Add(rapid.IntRange(1, 90).Draw(t, "gap")) {
			m.Days = append(m.Days, MissedDay{d, rapid.IntRange(1, 1000).Draw(t, "short"), measure.Quantity(rapid.Int64Range(0, int64(measure.MaxQuantity)).Draw(t, "lost"))})
		}
		packed := m.Pack()
		got, err := OpenMissed(m.ProductID, packed)
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Fatalf("read %+v (%v), packed %+v", got, err, m)
		}
		packed[rapid.IntRange(0, len(packed)-1).Draw(t, "at")] ^= 1
		if _, err := OpenMissed(m.ProductID, packed); !errors.Is(err, errMissed) {
			t.Fatalf("a changed byte is read as sound: %v", err)
		}
	})
}
