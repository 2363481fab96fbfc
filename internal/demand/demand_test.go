package demand_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

func TestExposure(t *testing.T) {
	p := demand.Uniform(8, 20)
	for _, c := range []struct {
		name  string
		empty []demand.Interval
		want  float64
	}{
		{"never empty", nil, 1},
		{"from three in the afternoon", []demand.Interval{{From: 15 * 60, To: 24 * 60}}, 7.0 / 12},
		{"before opening", []demand.Interval{{From: 0, To: 8 * 60}}, 1},
		{"all day", []demand.Interval{{From: -500, To: 9999}}, 0},
		{"half an hour", []demand.Interval{{From: 9*60 + 15, To: 9*60 + 45}}, 1 - 0.5/12},
		{"overlapping and unordered", []demand.Interval{{From: 600, To: 720}, {From: 540, To: 660}, {From: 600, To: 660}}, 1 - 3.0/12},
		{"nonsense", []demand.Interval{{From: 700, To: 600}}, 1},
	} {
		if got := demand.Exposure(p, time.Tuesday, c.empty); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestExposureAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := demand.EstimateProfile(someTally(rapid.Uint64().Draw(t, "seed")), demand.Uniform(6, 22))
		w := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
		a := rapid.IntRange(0, 1440).Draw(t, "a")
		b := rapid.IntRange(a, 1440).Draw(t, "b")
		head := demand.Exposure(p, w, []demand.Interval{{From: a, To: 1440}})
		mid := demand.Exposure(p, w, []demand.Interval{{From: 0, To: a}, {From: b, To: 1440}})
		tail := demand.Exposure(p, w, []demand.Interval{{From: 0, To: b}})
		if math.Abs(head+mid+tail-1) > 1e-9 {
			t.Fatalf("parts of the day add up to %v", head+mid+tail)
		}
	})
}

// truth is a day with a peak in the morning and one in the evening, stronger on Saturdays.
func truth(w time.Weekday, hour int) float64 {
	if hour < 7 || hour > 20 {
		return 0
	}
	x := 0.4 + math.Exp(-math.Pow(float64(hour-9), 2)/4)
	if w == time.Saturday {
		x += 2 * math.Exp(-math.Pow(float64(hour-18), 2)/3)
	} else {
		x += 0.6 * math.Exp(-math.Pow(float64(hour-18), 2)/3)
	}
	return x
}

func someTally(seed uint64) demand.Tally {
	rng := rand.New(rand.NewPCG(seed, 1))
	var t demand.Tally
	for range 60 {
		for w := range 7 {
			empty := 24
			if rng.IntN(3) == 0 {
				empty = 10 + rng.IntN(10)
			}
			for h := range 24 {
				if h >= empty {
					t.Add(time.Weekday(w), h, 0, 0)
					continue
				}
				t.Add(time.Weekday(w), h, truth(time.Weekday(w), h)*2*rng.Float64(), 1)
			}
		}
	}
	return t
}

func TestProfileIsRecoveredThroughStockOuts(t *testing.T) {
	p := demand.EstimateProfile(someTally(7), demand.Uniform(7, 21))
	for w := range 7 {
		sum, want := 0.0, 0.0
		for h := range 24 {
			sum += p.Share[w][h]
			want += truth(time.Weekday(w), h)
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("weekday %d adds up to %v", w, sum)
		}
		for h := range 24 {
			if got, want := p.Share[w][h], truth(time.Weekday(w), h)/want; math.Abs(got-want) > 0.02 {
				t.Errorf("weekday %d hour %d: %.3f, truth %.3f", w, h, got, want)
			}
		}
	}
}

func TestProfileWithoutDataIsTheBase(t *testing.T) {
	base := demand.Uniform(9, 18)
	if got := demand.EstimateProfile(demand.Tally{}, base); got != base {
		t.Errorf("got %v", got)
	}
	var one demand.Tally
	one.Add(time.Monday, 10, 1, 1)
	got := demand.EstimateProfile(one, base)
	if d := math.Abs(got.Share[3][15] - base.Share[3][15]); d > 0.05 {
		t.Errorf("one hour of sales moved another by %v", d)
	}
}

// Against field mistake 3: N/(N - days out) explodes. A product that was never on the shelf gets the prior.
func TestFieldMistake03AlwaysOut(t *testing.T) {
	n := 60
	s := demand.Series{Start: 20000, Sold: make([]float64, n), Available: make([]float64, n)}
	for _, c := range demand.Correct(s, demand.Prior{Level: 3, Weight: 5}) {
		if c.Demand != 3 || c.Reason != demand.Assumed || !(c.Upper >= 3) || math.IsInf(c.Upper, 0) {
			t.Fatalf("never on the shelf: %+v", c)
		}
	}
	s.Available[4], s.Sold[4] = 0.01, 2 // a glimpse of the shelf is no licence for 200 a day
	for _, c := range demand.Correct(s, demand.Prior{Level: 3, Weight: 5}) {
		if c.Demand > 12 || math.IsNaN(c.Demand) {
			t.Fatalf("hardly on the shelf: %+v", c)
		}
	}
	if c := demand.Correct(s, demand.Prior{})[0]; math.IsNaN(c.Demand) || c.Demand > 10 {
		t.Fatalf("without a prior: %+v", c)
	}
}

// Against field mistake 4: no sale is not a stock-out, and a stock-out is not "no demand".
func TestFieldMistake04QuietIsNotEmpty(t *testing.T) {
	s := demand.Series{Start: 20000, Sold: make([]float64, 28), Available: make([]float64, 28)}
	for i := range s.Sold {
		s.Available[i] = 1
		if i%2 == 0 {
			s.Sold[i] = 4
		}
	}
	s.Available[9], s.Available[10], s.Sold[10] = 0, 0.5, 1
	got := demand.Correct(s, demand.Prior{})
	if got[1].Demand != 0 || got[1].Reason != demand.Observed {
		t.Errorf("a quiet day on the shelf: %+v", got[1])
	}
	if math.Abs(got[9].Demand-2) > 0.5 || got[9].Reason != demand.Missing {
		t.Errorf("an empty day: %+v", got[9])
	}
	if math.Abs(got[10].Demand-2) > 0.3 || got[10].Reason != demand.Partly {
		t.Errorf("half a day: %+v", got[10])
	}
}

func TestCorrectionNeverBelowSales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Float64Range(0, 1e12), rapid.Just(0.0), rapid.Just(math.NaN()), rapid.Just(-3.0), rapid.Just(math.Inf(1)), rapid.Just(1e-200))
		share := rapid.OneOf(rapid.Float64Range(0, 1), rapid.Just(0.0), rapid.Just(1.0), rapid.Just(math.NaN()), rapid.Just(7.0))
		anySeries := func() demand.Series {
			s := demand.Series{Start: day.Date(rapid.IntRange(7400, 7600).Draw(t, "start")), Grain: value.Draw(t, "grain"), Category: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "category")}
			for range rapid.IntRange(0, 80).Draw(t, "days") {
				s.Sold = append(s.Sold, value.Draw(t, "sold"))
				s.Available = append(s.Available, share.Draw(t, "available"))
				s.Promo = append(s.Promo, share.Draw(t, "promo"))
			}
			if rapid.Bool().Draw(t, "more") {
				s.Unknown = rapid.SliceOfN(rapid.Bool(), 0, 90).Draw(t, "unknown")
				s.Largest = []float64{value.Draw(t, "largest"), value.Draw(t, "largest")}
			}
			return s
		}
		all := []demand.Series{anySeries(), anySeries(), anySeries()}
		prior := demand.Prior{Level: value.Draw(t, "level"), Weight: value.Draw(t, "weight")}
		if rapid.Bool().Draw(t, "learned") {
			h := demand.Learn(all)
			prior.Habits = &h
		}
		for _, s := range all {
			for i, c := range demand.Correct(s, prior) {
				if sold := math.Min(s.Sold[i], 1e15); math.IsNaN(c.Demand) || math.IsInf(c.Upper, 0) || c.Demand < 0 || sold > c.Demand || !(c.Lower <= c.Demand && c.Demand <= c.Upper) {
					t.Fatalf("day %d sold %v available %v: %+v", i, s.Sold[i], s.Available[i], c)
				}
			}
			if d := demand.Listen(s, prior, demand.PhantomADay); !(d.Probability >= 0 && d.Probability <= 1) {
				t.Fatalf("%+v", d)
			}
		}
	})
}

// A weekly delivery runs out before the week ends. The truth is known; sales alone are 20 % short.
func TestCorrectionSeesThroughStockOuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	n := 7 * 150
	s := demand.Series{Start: 20003, Sold: make([]float64, n), Available: make([]float64, n)} // a Monday
	var want, plain, got float64
	stock := 0.0
	for i := range n {
		if i%7 == 0 {
			stock = 52
		}
		wanted := 0.0
		for range 20 { // customers over the day
			if rng.Float64() < 0.5 {
				wanted++
			}
		}
		sold := math.Min(wanted, stock)
		s.Sold[i], s.Available[i] = sold, 1
		if sold < wanted {
			s.Available[i] = sold / wanted
		}
		stock -= sold
		want += wanted
		plain += sold
	}
	for _, c := range demand.Correct(s, demand.Prior{}) {
		got += c.Demand
	}
	if plain/want > 0.8 {
		t.Fatalf("the test censors nothing: %v", plain/want)
	}
	if math.Abs(got/want-1) > 0.03 {
		t.Errorf("corrected demand is %.3f of the truth, sales %.3f", got/want, plain/want)
	}
}

// A ledger's empty intervals and hours give the same as the hours themselves, and a sale proves that
// something was there.
func TestFromLedger(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	var days []demand.ShelfDay
	wanted := 0.0
	for i := range 120 {
		var sold [24]float64
		d := demand.ShelfDay{Hours: &sold}
		gone := 24
		if i%3 == 1 {
			gone = 14
			d.Empty = []demand.Interval{{From: 14 * 60, To: 24 * 60}}
		}
		for h := 8; h < 20; h++ {
			want := poisson(rng, 3)
			wanted += want
			if h < gone {
				sold[h] = want
				d.Sold += want
			}
		}
		days = append(days, d)
	}
	days[7].Empty, days[7].Hours[16] = []demand.Interval{{From: 9 * 60, To: 24 * 60}}, 3 // the record lies: it sold at four
	days[8].Unknown = true
	days[9].Promo, days[9].Largest = 0.5, 4
	p := demand.FromLedger(20003, days, "greens")
	if p.Series.Promo[9] != 0.5 || p.Series.Largest[9] != 4 || p.Hours[7].OnShelf[16] != 1 || p.Hours[7].OnShelf[15] != 0 || len(p.Hours) != 119 {
		t.Errorf("%d days with hours, the day that lies %v", len(p.Hours), p.Hours[7].OnShelf)
	}
	shop := demand.LearnShop([]demand.Product{p}, demand.Uniform(8, 20))
	got, e := 0.0, shop.Estimate(p)
	for i, c := range e.Days {
		got += c.Demand
		if i%3 == 1 && i != 7 && math.Abs(e.Available[i]-0.5) > 0.06 {
			t.Errorf("day %d: half of the hours are worth %v", i, e.Available[i])
		}
	}
	if math.Abs(got/wanted-1) > 0.03 || e.Days[8].Reason != demand.Unknown {
		t.Errorf("corrected %.3f of the truth; the unknown day %+v", got/wanted, e.Days[8])
	}
	silent := demand.FromLedger(20003, []demand.ShelfDay{{Sold: 5}, {Sold: 2, Empty: []demand.Interval{{From: 12 * 60, To: 24 * 60}}}}, "")
	if e := shop.Estimate(silent); e.Available[0] != 1 || e.Available[1] < 0.2 || e.Available[1] > 0.5 || e.Days[1].Demand <= 2 {
		t.Errorf("without the hours of sales: %+v", e)
	}
}

func anyYear(t *rapid.T) demand.Year {
	y := demand.Year{Year: rapid.IntRange(1990, 2100).Draw(t, "year")}
	quantity := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, int64(measure.MaxQuantity)))
	n := rapid.IntRange(0, 365).Draw(t, "days")
	for len(y.Days) < n {
		d := demand.Day{}
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 1:
			d.Available = demand.Full
		case 2:
			d = demand.Day{
				Sold: measure.Quantity(quantity.Draw(t, "sold")), Returned: measure.Quantity(quantity.Draw(t, "returned")),
				Lost: measure.Quantity(quantity.Draw(t, "lost")), Available: uint16(rapid.IntRange(0, demand.Full).Draw(t, "available")),
				Promo: rapid.Bool().Draw(t, "promo"), Price: money.Price(quantity.Draw(t, "price")),
			}
		}
		for range rapid.IntRange(1, 40).Draw(t, "run") {
			if len(y.Days) < n {
				y.Days = append(y.Days, d)
			}
		}
	}
	return y
}

func TestPackedRowsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		y := anyYear(t)
		back, err := demand.Unpack(y.Pack())
		if err != nil || back.Year != y.Year || !slices.Equal(back.Days, y.Days) {
			t.Fatalf("%v -> %v, %v", y, back, err)
		}
		if !bytes.Equal(back.Pack(), y.Pack()) {
			t.Fatal("the same days give other bytes")
		}
		packed := y.Pack()
		at := rapid.IntRange(0, len(packed)-1).Draw(t, "at")
		packed[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := demand.Unpack(packed); err == nil {
			t.Fatal("a flipped bit went unnoticed")
		}
	})
}

func TestPackedRowsAreSmall(t *testing.T) {
	y := demand.Year{Year: 2026, Days: make([]demand.Day, 365)}
	for i := range y.Days {
		y.Days[i] = demand.Day{Available: demand.Full, Price: 52000}
		if i%3 == 0 {
			y.Days[i].Sold = measure.Quantity(1000 * (i % 20))
		}
	}
	if n := len(y.Pack()); n > 1200 {
		t.Errorf("%d bytes for a year", n)
	}
}

func TestPackClampsAndCuts(t *testing.T) {
	y := demand.Year{Year: 2025, Days: make([]demand.Day, 400)}
	y.Days[0] = demand.Day{Sold: -5, Available: 4000, Price: -1}
	back, err := demand.Unpack(y.Pack())
	if err != nil || len(back.Days) != 365 || back.Days[0] != (demand.Day{Available: demand.Full}) {
		t.Errorf("%v days, first %+v, %v", len(back.Days), back.Days[0], err)
	}
}

func TestJoin(t *testing.T) {
	a := demand.Year{Year: 2025, Days: make([]demand.Day, 365)}
	a.Days[363] = demand.Day{Sold: 2500, Available: 700, Promo: true}
	a.Days[364] = demand.Day{Sold: 1000, Returned: 3000, Available: demand.Full}
	b := demand.Year{Year: 2026, Days: []demand.Day{{Sold: 4000, Available: demand.Full}}}
	s := demand.Join([]demand.Year{a, b}, day.New(2026, 1, 3))
	if s.Start != day.New(2025, 12, 30) || !slices.Equal(s.Sold, []float64{2.5, 0, 4, 0, 0}) ||
		!slices.Equal(s.Available, []float64{0.7, 1, 1, 0, 0}) || !slices.Equal(s.Promo, []float64{1, 0, 0, 0, 0}) {
		t.Errorf("joined: %+v", s)
	}
	if s := demand.Join([]demand.Year{a, b}, day.New(2025, 12, 30)); len(s.Sold) != 1 {
		t.Errorf("cut: %+v", s)
	}
	if s := demand.Join(nil, 0); s.Sold != nil {
		t.Errorf("empty: %+v", s)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte{})
	f.Add(demand.Year{Year: 2026}.Pack())
	f.Add(demand.Year{Year: 2026, Days: []demand.Day{{}, {Available: demand.Full}, {Sold: 5, Available: 3, Promo: true, Price: 9}}}.Pack())
	f.Fuzz(func(t *testing.T, data []byte) {
		y, err := demand.Unpack(data)
		if err == nil && !bytes.Equal(y.Pack(), data) {
			t.Fatalf("%v accepted bytes that it would not write", y)
		}
	})
}
