package demand_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/demand"
)

func repeat(x float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}

// A record that lies: a fast product silent for days is doubted, a slow one is not.
func TestSilence(t *testing.T) {
	for _, c := range []struct {
		name   string
		s      demand.Silence
		lo, hi float64
	}{
		{"ten a day, three silent days", demand.Silence{Expected: repeat(10, 3)}, 0.99, 1},
		{"one a day, two silent days", demand.Silence{Expected: repeat(1, 2)}, 0, 0.05},
		{"one a day, two silent weeks", demand.Silence{Expected: repeat(1, 14)}, 0.9, 1},
		{"one a month, two silent weeks", demand.Silence{Expected: repeat(1.0/30, 14)}, 0, 0.05},
		{"nothing expected", demand.Silence{Expected: repeat(0, 30)}, 0, 0.07},
		{"no silence", demand.Silence{}, 0, 0},
		{"one a day that comes and goes, a week", demand.Silence{Expected: repeat(1, 7), Sway: 2, Stay: 0.98}, 0, 0.5},
		{"nonsense", demand.Silence{Expected: []float64{math.NaN(), -3, math.Inf(1)}, Sway: math.NaN(), Stay: 9}, 0, 1},
	} {
		if p := c.s.Empty(demand.PhantomADay); !(p >= c.lo && p <= c.hi) {
			t.Errorf("%s: %v, want %v to %v", c.name, p, c.lo, c.hi)
		}
	}
	// without any spread it is Bayes' rule by hand: three days of 1, wrong from one of three mornings on
	w, q := 0.01, math.Exp(-1)
	right := math.Pow((1-w)*q, 3)
	wrong := w + (1-w)*q*w + math.Pow((1-w)*q, 2)*w
	if got, want := (demand.Silence{Expected: repeat(1, 3)}).Empty(w), wrong/(wrong+right); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, by hand %v", got, want)
	}
	if p := (demand.Silence{Expected: repeat(5, 5)}).Empty(0); p != 0 {
		t.Errorf("records that never lie: %v", p)
	}
}

func TestSilenceGrowsLouder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := demand.Silence{
			Sway: rapid.Float64Range(0, 3).Draw(t, "sway"), Stay: rapid.Float64Range(0, 0.99).Draw(t, "stay"),
		}
		rate, last := rapid.Float64Range(0, 20).Draw(t, "rate"), 0.0
		for range rapid.IntRange(1, 60).Draw(t, "days") {
			s.Expected = append(s.Expected, rate)
			p := s.Empty(demand.PhantomADay)
			if !(p >= last-1e-12 && p <= 1) {
				t.Fatalf("after %d days %v, before %v", len(s.Expected), p, last)
			}
			last = p
		}
	})
}

func TestListen(t *testing.T) {
	s := shelves(1, 140, 7)[0]
	for i := range s.Available {
		s.Sold[i], s.Available[i] = math.Max(s.Sold[i], 1), 1
	}
	if d := demand.Listen(s, demand.Prior{}, demand.PhantomADay); d != (demand.Doubt{}) {
		t.Errorf("it sold yesterday: %+v", d)
	}
	for range 10 {
		s.Sold, s.Available = append(s.Sold, 0), append(s.Available, 1)
	}
	d := demand.Listen(s, demand.Prior{}, demand.PhantomADay)
	if !d.Prompt() || d.Days != 10 || d.Expected < 10 {
		t.Errorf("ten silent days: %+v", d)
	}
	for i := 140; i < 150; i++ {
		s.Available[i] = 0 // the record itself says that nothing is there
	}
	if d := demand.Listen(s, demand.Prior{}, demand.PhantomADay); d.Prompt() || d.Days != 0 {
		t.Errorf("a record that knows it is empty: %+v", d)
	}
	slow := demand.Series{Start: 20003, Sold: make([]float64, 200)}
	for i := 0; i < 190; i += 21 {
		slow.Sold[i] = 1
	}
	if d := demand.Listen(slow, demand.Prior{}, demand.PhantomADay); d.Prompt() || d.Days == 0 {
		t.Errorf("one in three weeks: %+v", d)
	}
	if d := demand.Listen(demand.Series{Sold: make([]float64, 9)}, demand.Prior{Level: 4}, 1); d.Prompt() {
		t.Errorf("it never sold: %+v", d)
	}
}

// A shop that only counts: what is gone between two counts was sold, and the days share it by how
// busy they were.
func TestInfer(t *testing.T) {
	first := day.New(2026, 3, 1) // a Sunday
	h := demand.Habits{Week: [7]float64{2, 0.8, 0.8, 0.8, 0.8, 0.8, 1}}
	counts := []demand.Count{{Day: first.Add(14), OnHand: 10}, {Day: first, OnHand: 50}, {Day: first.Add(7), OnHand: 15}}
	moves := []demand.Move{{Day: first.Add(8), Quantity: 60}, {Day: first.Add(9), Quantity: -5}, {Day: first, Quantity: 1000}}
	got := demand.Infer(counts, moves, demand.Prior{Habits: &h}, "")
	if len(got.Between) != 2 || got.Between[0].Sold != 35 || got.Between[1].Sold != 60 || got.Series.Start != first.Add(1) || len(got.Days) != 14 {
		t.Fatalf("%+v", got)
	}
	if math.Abs(got.Level-95.0/14) > 0.01 {
		t.Errorf("level %v, want %v", got.Level, 95.0/14)
	}
	week := 0.0
	for i, c := range got.Days[:7] {
		week += got.Series.Sold[i]
		if c.Demand != got.Series.Sold[i] || c.Reason != demand.Counted || c.Lower >= c.Demand || c.Upper <= c.Demand {
			t.Errorf("day %d: %+v", i, c)
		}
	}
	if sunday, monday := got.Series.Sold[6], got.Series.Sold[0]; math.Abs(week-35) > 1e-9 || math.Abs(sunday/monday-2.5) > 1e-9 {
		t.Errorf("a week of %v; Sunday %v, Monday %v", week, sunday, monday)
	}
	counts[0].Error = 20
	if rough := demand.Infer(counts, moves, demand.Prior{Habits: &h}, ""); rough.Days[10].Upper <= got.Days[10].Upper {
		t.Error("a rough count makes the days as certain as an exact one")
	}
}

// Counted empty, the shelf may have been empty for days: demand is above what was sold.
func TestInferKnowsEmptyShelves(t *testing.T) {
	var counts []demand.Count
	var moves []demand.Move
	start := day.New(2026, 1, 5)
	for w := range 11 {
		left := 30.0
		if w == 5 {
			left = 0
		}
		counts = append(counts, demand.Count{Day: start.Add(7 * w), OnHand: left})
		in := 70.0
		switch w {
		case 4:
			in = 5 // 35 to sell where 70 are wanted
		case 5:
			in = 100
		}
		moves = append(moves, demand.Move{Day: start.Add(7*w + 1), Quantity: in})
	}
	got := demand.Infer(counts, moves, demand.Prior{}, "")
	if math.Abs(got.Level-10) > 0.7 {
		t.Errorf("level %v, want about 10", got.Level)
	}
	wanted, sold := 0.0, 0.0
	for i := 28; i < 35; i++ {
		wanted += got.Days[i].Demand
		sold += got.Series.Sold[i]
	}
	if math.Abs(sold-35) > 1e-9 || wanted < 60 || wanted > 80 || got.Series.Available[34] > 0.01 || got.Series.Available[28] < 0.99 {
		t.Errorf("sold %v, wanted %v, on the shelf %v", sold, wanted, got.Series.Available[28:35])
	}
	if short := demand.Infer([]demand.Count{{Day: 1, OnHand: 3}, {Day: 5, OnHand: 9}}, nil, demand.Prior{}, "").Between[0]; short.Short != 6 || short.Sold != 0 {
		t.Errorf("more than can be: %+v", short)
	}
	none := demand.Infer([]demand.Count{{Day: 1}, {Day: 8}}, nil, demand.Prior{Level: 4, Weight: 3}, "")
	if none.Level != 4 || none.Series.Available[3] != 0 || math.Abs(none.Days[3].Demand-4) > 1e-9 {
		t.Errorf("empty all the time: %+v", none)
	}
	if one := demand.Infer([]demand.Count{{Day: 5, OnHand: 3}, {Day: 5, OnHand: 2}}, nil, demand.Prior{}, ""); one.Days != nil {
		t.Errorf("one count: %+v", one)
	}
}

func TestInferHoldsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.OneOf(rapid.Float64Range(0, 500), rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)))
		var counts []demand.Count
		for range rapid.IntRange(0, 8).Draw(t, "counts") {
			counts = append(counts, demand.Count{Day: day.Date(rapid.IntRange(20000, 20060).Draw(t, "day")), OnHand: amount.Draw(t, "on hand"), Error: amount.Draw(t, "error")})
		}
		var moves []demand.Move
		for range rapid.IntRange(0, 8).Draw(t, "moves") {
			moves = append(moves, demand.Move{Day: day.Date(rapid.IntRange(20000, 20060).Draw(t, "day")), Quantity: amount.Draw(t, "quantity")})
		}
		got := demand.Infer(counts, moves, demand.Prior{Level: amount.Draw(t, "level")}, "")
		sum, total := 0.0, 0.0
		for i, c := range got.Days {
			if math.IsNaN(c.Demand) || math.IsInf(c.Demand, 0) || c.Lower < 0 || c.Lower > c.Demand || c.Demand > c.Upper || c.Demand < got.Series.Sold[i] {
				t.Fatalf("day %d sold %v: %+v", i, got.Series.Sold[i], c)
			}
			sum += got.Series.Sold[i]
		}
		for _, b := range got.Between {
			total += b.Sold
		}
		if math.Abs(sum-total) > 1e-6*(1+total) {
			t.Fatalf("days add up to %v, counts to %v", sum, total)
		}
	})
}

// Somebody counted, or a delivery came: the silence before was one of customers.
func TestListenSince(t *testing.T) {
	s := shelves(1, 140, 7)[0]
	for i := range s.Available {
		s.Sold[i], s.Available[i] = math.Max(s.Sold[i], 1), 1
	}
	for range 10 {
		s.Sold, s.Available = append(s.Sold, 0), append(s.Available, 1)
	}
	all := demand.Listen(s, demand.Prior{}, demand.PhantomADay)
	if all.Since != s.Start.Add(139) {
		t.Errorf("silent since %s", all.Since)
	}
	if before := demand.ListenSince(s, demand.Prior{}, demand.PhantomADay, s.Start.Add(50)); before != all {
		t.Errorf("a count while it still sold: %+v, want %+v", before, all)
	}
	half := demand.ListenSince(s, demand.Prior{}, demand.PhantomADay, s.Start.Add(144))
	if half.Days != 5 || half.Since != s.Start.Add(144) || half.Probability >= all.Probability || half.Expected >= all.Expected/2 {
		t.Errorf("counted five days ago: %+v, before %+v", half, all)
	}
	for _, sure := range []day.Date{s.Start.Add(149), s.Start.Add(400)} {
		if d := demand.ListenSince(s, demand.Prior{}, demand.PhantomADay, sure); d != (demand.Doubt{}) {
			t.Errorf("counted today: %+v", d)
		}
	}
}
