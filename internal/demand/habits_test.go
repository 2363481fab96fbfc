package demand_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/demand"
)

// world is a simulated shop whose truth is known.
type world struct {
	week      [7]float64
	sway      float64 // of the level, 0.9 of which is left the next day
	variance  float64 // of a day's own mood beside it: negative binomial sales
	delivery  float64 // a week's worth, 0: endless
	closed    map[int]bool
	promo     map[int]bool
	lift      float64
	products  int
	days      int
	grainSize float64
}

// make returns the products and what was really wanted of each.
func (w world) make(seed uint64) (all []demand.Series, wanted [][]float64) {
	rng := rand.New(rand.NewPCG(seed, 5))
	size := math.Max(w.grainSize, 1)
	for k := range w.products {
		rate := 3 + 9*rng.Float64()
		s := demand.Series{Start: day.New(2026, 1, 5), Sold: make([]float64, w.days), Available: make([]float64, w.days)} // a Monday
		truth := make([]float64, w.days)
		if w.promo != nil {
			s.Promo = make([]float64, w.days)
		}
		deviation, stock := math.Sqrt(w.sway)*rng.NormFloat64(), 0.0
		for i := range w.days {
			deviation = 0.9*deviation + math.Sqrt(w.sway*(1-0.81))*rng.NormFloat64()
			if i%7 == 0 {
				stock = math.Round(7 * rate * w.delivery)
			}
			mean := rate * math.Max(1+deviation, 0.05) * w.week[s.Start.Add(i).Weekday()]
			if w.variance > 0 {
				mean *= gamma(rng, w.variance)
			}
			if w.closed[i] {
				mean = 0
			}
			if w.promo[(i+4*k)%w.days] {
				mean *= w.lift
				s.Promo[i] = 1
			}
			truth[i] = poisson(rng, mean) * size
			s.Sold[i], s.Available[i] = truth[i], 1
			if w.delivery > 0 && truth[i] >= stock*size {
				s.Sold[i] = stock * size
				s.Available[i] = emptied(rng, stock, truth[i]/size)
			}
			stock -= s.Sold[i] / size
		}
		all, wanted = append(all, s), append(wanted, truth)
	}
	return all, wanted
}

// emptied is when the last piece went on a day when so many customers came, evenly over the day.
func emptied(rng *rand.Rand, stock, customers float64) float64 {
	times := make([]float64, int(customers))
	for i := range times {
		times[i] = rng.Float64()
	}
	slices.Sort(times)
	if stock < 1 {
		return 0
	}
	return times[int(stock)-1]
}

var plainWeek = [7]float64{1, 1, 1, 1, 1, 1, 1}

// Known censoring is seen through: the mean of what was wanted is found again within 2 %, where
// sales alone are far off, for Poisson sales and for wilder ones.
func TestCensoringIsRecovered(t *testing.T) {
	busy := [7]float64{1.5, 0.8, 0.8, 0.9, 0.9, 0.8, 1.3}
	for _, c := range []struct {
		name string
		w    world
	}{
		{"Poisson", world{week: plainWeek, delivery: 0.8}},
		{"Poisson with weekdays", world{week: busy, delivery: 0.8}},
		{"moods of a day", world{week: busy, delivery: 0.8, variance: 0.1}},
		{"level that sways", world{week: busy, delivery: 0.8, sway: 0.08}},
		{"plenty", world{week: busy, delivery: 1.1, sway: 0.08, variance: 0.05}},
		{"little", world{week: busy, delivery: 0.6, sway: 0.05}},
		{"sold by the six", world{week: busy, delivery: 0.8, sway: 0.05, grainSize: 6}},
	} {
		c.w.products, c.w.days = 60, 210
		all, wanted := c.w.make(11)
		habits := demand.Learn(all)
		var sold, truth, got, within, hidden float64
		for k, s := range all {
			for i, d := range demand.Correct(s, demand.Prior{Habits: &habits}) {
				sold += s.Sold[i]
				truth += wanted[k][i]
				got += d.Demand
				if s.Available[i] < 1 {
					hidden++
					if d.Lower <= wanted[k][i] && wanted[k][i] <= d.Upper {
						within++
					}
				}
			}
		}
		if sold/truth > 0.96 && c.w.delivery < 1 {
			t.Errorf("%s: the test hides too little: %.3f", c.name, sold/truth)
		}
		if math.Abs(got/truth-1) > 0.02 {
			t.Errorf("%s: corrected is %.3f of what was wanted, sales %.3f", c.name, got/truth, sold/truth)
		}
		if share := within / hidden; share < 0.7 || share > 0.93 {
			t.Errorf("%s: the bounds hold %.2f of %v days that were hidden, want about 0.8", c.name, share, hidden)
		}
	}
}

func TestHabitsAreRecovered(t *testing.T) {
	w := world{week: [7]float64{1.5, 0.8, 0.8, 0.9, 0.9, 0.8, 1.3}, delivery: 0.9, sway: 0.1, products: 80, days: 210,
		closed: map[int]bool{30: true, 31: true}, promo: map[int]bool{}, lift: 2.5}
	for i := 50; i < 200; i += 23 {
		w.promo[i], w.promo[i+1] = true, true
	}
	all, _ := w.make(3)
	for i := range all {
		all[i].Category = "greens"
	}
	h := demand.Learn(all)
	for weekday, want := range w.week {
		if math.Abs(h.Week[weekday]-want) > 0.08 {
			t.Errorf("weekday %d: %.3f, truth %.3f", weekday, h.Week[weekday], want)
		}
	}
	if h.Days[30] != 0 || h.Days[31] != 0 || h.Days[29] < 0.8 {
		t.Errorf("the days on which the shop was closed: %.2f", h.Days[28:33])
	}
	if lift := h.Lift["greens"]; math.Abs(lift-2.5) > 0.3 {
		t.Errorf("a promotion multiplies by %.2f, truth 2.5", lift)
	}
	if h.Sway < 0.04 || h.Sway > 0.2 || h.Stay < 0.8 || h.Stay > 0.97 {
		t.Errorf("the level sways by %v and stays by %v, truth 0.1 and 0.9", h.Sway, h.Stay)
	}
	calm, _ := world{week: plainWeek, products: 80, days: 210}.make(3)
	if h := demand.Learn(calm); h.Sway > 0.02 {
		t.Errorf("a level that stands still sways by %v", h.Sway)
	}
}

// A promotion does not raise the level: what is missing on an ordinary day is worth an ordinary day.
func TestPromotionsStayOutOfTheLevel(t *testing.T) {
	w := world{week: plainWeek, products: 40, days: 140, promo: map[int]bool{}, lift: 4}
	for i := 10; i < 140; i += 9 {
		w.promo[i], w.promo[i+1] = true, true
	}
	all, wanted := w.make(8)
	var got, want float64
	ordinary := func(k, i int) bool { return i%9 == 4 && all[k].Promo[i] == 0 }
	for k := range all {
		for i := range 140 {
			if ordinary(k, i) {
				all[k].Sold[i], all[k].Available[i] = 0, 0
			}
		}
	}
	h := demand.Learn(all)
	for k := range all {
		for i, c := range demand.Correct(all[k], demand.Prior{Habits: &h}) {
			if ordinary(k, i) {
				got += c.Demand
				want += wanted[k][i]
			}
		}
	}
	if math.Abs(got/want-1) > 0.08 {
		t.Errorf("hidden ordinary days are filled with %.3f of the truth", got/want)
	}
}

func TestHabitsDoNotDependOnTheOrder(t *testing.T) {
	all := shelves(30, 120, 4)
	a := demand.Learn(all)
	slices.Reverse(all)
	b := demand.Learn(all)
	if a.Sway != b.Sway || a.Stay != b.Stay || math.Abs(a.Grain-b.Grain) > 1e-9 {
		t.Errorf("motion %v %v, reversed %v %v", a.Sway, a.Stay, b.Sway, b.Stay)
	}
	for i := range a.Days {
		if math.Abs(a.Days[i]-b.Days[i]) > 1e-9 {
			t.Fatalf("day %d: %v, reversed %v", i, a.Days[i], b.Days[i])
		}
	}
}

// Kilograms or pounds: all answers scale with the unit.
func TestCorrectionScales(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		factor := rapid.Float64Range(0.001, 1000).Draw(t, "factor")
		all := shelves(6, 60, rapid.Uint64().Draw(t, "seed"))
		scaled := make([]demand.Series, len(all))
		for k, s := range all {
			scaled[k] = s
			scaled[k].Sold = make([]float64, len(s.Sold))
			for i, y := range s.Sold {
				scaled[k].Sold[i] = y * factor
			}
		}
		a, b := demand.Learn(all), demand.Learn(scaled)
		for k := range all {
			x := demand.Correct(all[k], demand.Prior{Level: 2, Habits: &a})
			y := demand.Correct(scaled[k], demand.Prior{Level: 2 * factor, Habits: &b})
			for i := range x {
				for _, v := range [3][2]float64{{x[i].Demand, y[i].Demand}, {x[i].Lower, y[i].Lower}, {x[i].Upper, y[i].Upper}} {
					if math.Abs(v[0]*factor-v[1]) > 1e-6*(1+v[0])*factor {
						t.Fatalf("product %d day %d: %+v becomes %+v at %v", k, i, x[i], y[i], factor)
					}
				}
				if x[i].Reason != y[i].Reason {
					t.Fatalf("reasons %v and %v", x[i].Reason, y[i].Reason)
				}
			}
		}
	})
}

// The more of a day was seen, the less is added to it, and a shelf that was never empty adds nothing.
func TestWhatWasSeenCounts(t *testing.T) {
	s := shelves(1, 140, 2)[0]
	for i := range s.Available {
		s.Available[i] = 1
	}
	for i, c := range demand.Correct(s, demand.Prior{}) {
		if c.Demand != s.Sold[i] || c.Reason != demand.Observed {
			t.Fatalf("day %d: %+v of %v", i, c, s.Sold[i])
		}
	}
	last := math.Inf(1)
	for _, share := range []float64{0.1, 0.4, 0.7, 0.95} {
		s.Available[70] = share
		c := demand.Correct(s, demand.Prior{})[70]
		if added := c.Demand - s.Sold[70]; added >= last || added <= 0 {
			t.Errorf("with %v seen, %v is added after %v", share, added, last)
		} else {
			last = added
		}
	}
}

// A busy week says more of its own end than the year does, and the year more than nothing.
func TestBusyDaysAround(t *testing.T) {
	n := 120
	s := demand.Series{Start: 20003, Sold: make([]float64, n), Available: make([]float64, n)}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		rate := 20.0
		if i >= 60 && i < 80 {
			rate = 35
		}
		s.Sold[i], s.Available[i] = poisson(rng, rate), 1
	}
	s.Sold[20], s.Available[20] = 0, 0
	s.Sold[70], s.Available[70] = 0, 0
	c := demand.Correct(s, demand.Prior{})
	if calm, busy := c[20].Demand, c[70].Demand; math.Abs(calm-20) > 4 || busy < 27 || busy > 38 {
		t.Errorf("a hidden day of a usual time is %v, of a busy time %v", calm, busy)
	}
}

func TestBulkOrders(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	make60 := func() demand.Series {
		s := demand.Series{Start: 20003, Sold: make([]float64, 60), Available: make([]float64, 60)}
		for i := range s.Sold {
			s.Sold[i], s.Available[i] = poisson(rng, 4), 1
		}
		s.Sold[40], s.Available[40] = 0, 0
		return s
	}
	s := make60()
	usual := demand.Correct(s, demand.Prior{})[40].Demand
	s.Sold[25] = 200
	c := demand.Correct(s, demand.Prior{})
	if c[25].Reason != demand.Bulk || c[25].Demand != 200 || math.Abs(c[25].Bulk-196) > 4 {
		t.Errorf("a wedding's order: %+v", c[25])
	}
	if got := c[40].Demand; math.Abs(got-usual) > 0.15*usual {
		t.Errorf("it changed the level: a hidden day is %v, without it %v", got, usual)
	}
	s.Largest = make([]float64, 60)
	s.Largest[25] = 6
	if c := demand.Correct(s, demand.Prior{})[25]; c.Bulk != 0 {
		t.Errorf("many customers are not one order: %+v", c)
	}
	s.Largest[25] = 190
	if c := demand.Correct(s, demand.Prior{})[25]; c.Bulk != 190 {
		t.Errorf("one line of 190: %+v", c)
	}
	s = make60()
	s.Sold[24], s.Sold[25], s.Sold[26] = 60, 70, 65 // a festival
	for i := 24; i < 27; i++ {
		if c := demand.Correct(s, demand.Prior{})[i]; c.Bulk != 0 {
			t.Errorf("three busy days in a row are no one-off order: %+v", c)
		}
	}
	s = make60()
	s.Sold[25], s.Promo = 90, make([]float64, 60)
	s.Promo[25] = 1
	if c := demand.Correct(s, demand.Prior{})[25]; c.Bulk != 0 {
		t.Errorf("a promotion is no one-off order: %+v", c)
	}
	few := demand.Series{Start: 20003, Sold: []float64{1, 0, 1, 40, 1}}
	for _, c := range demand.Correct(few, demand.Prior{}) {
		if c.Bulk != 0 {
			t.Errorf("nobody knows yet what is usual: %+v", c)
		}
	}
}

func TestCuts(t *testing.T) {
	price := make([]float64, 40)
	for i := range price {
		price[i] = 10 + 0.1*float64(i%3)
	}
	if got := demand.Cuts(price); got != nil {
		t.Errorf("drifting prices: %v", got)
	}
	price[5], price[20], price[30] = 0, 8, 5
	got := demand.Cuts(price)
	for i, x := range got {
		want := map[int]float64{20: 0.2 / 0.3, 30: 1}[i]
		if math.Abs(x-want) > 0.04 {
			t.Errorf("day %d at %v: %v, want %v", i, price[i], x, want)
		}
	}
	if len(got) != 40 || demand.Cuts(nil) != nil || demand.Cut(math.NaN()) != 0 {
		t.Error("nothing known is no cut")
	}
}

// Hours and days teach each other: of a product that empties in the afternoon of busy days the
// evening is still found.
func TestHoursAreLearnedThroughEmptyShelves(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 2))
	var all []demand.Product
	var wanted []float64
	for range 40 {
		rate := 8 + 12*rng.Float64()
		p := demand.Product{Series: demand.Series{Start: 20003}}
		deviation, sum := 0.0, 0.0
		for i := range 84 {
			deviation = 0.9*deviation + 0.13*rng.NormFloat64()
			d := demand.HourDay{Date: 20003 + day.Date(i)}
			stock, total := math.Round(rate), 0.0
			weekday := d.Date.Weekday()
			for h := range 24 {
				share := truth(weekday, h) / dayTotal(weekday)
				want := poisson(rng, rate*math.Max(1+deviation, 0.1)*share)
				sum += want
				sell := math.Min(want, stock)
				d.Sold[h] = sell
				if stock > 0 {
					d.OnShelf[h] = 1
					if want > stock {
						d.OnShelf[h] = stock / want
					}
				}
				stock -= sell
				total += sell
			}
			p.Series.Sold = append(p.Series.Sold, total)
			p.Hours = append(p.Hours, d)
		}
		all, wanted = append(all, p), append(wanted, sum)
	}
	shop := demand.LearnShop(all, demand.Profile{})
	var got, truly, sold, off float64
	for k, p := range all {
		mine := 0.0
		for i, c := range shop.Estimate(p).Days {
			mine += c.Demand
			sold += p.Series.Sold[i]
		}
		got += mine
		truly += wanted[k]
		off += math.Abs(mine/wanted[k]-1) / 40
	}
	if sold/truly > 0.9 || math.Abs(got/truly-1) > 0.02 || off > 0.03 {
		t.Errorf("corrected %.3f of the truth, %.3f off per product; sales %.3f", got/truly, off, sold/truly)
	}
	late, want := 0.0, 0.0
	for h := 17; h < 21; h++ {
		late += shop.Profile.Share[time.Tuesday][h]
		want += truth(time.Tuesday, h) / dayTotal(time.Tuesday)
	}
	if math.Abs(late/want-1) > 0.1 {
		t.Errorf("the evening has %.3f of a Tuesday, truth %.3f", late, want)
	}
}

func dayTotal(w time.Weekday) float64 {
	sum := 0.0
	for h := range 24 {
		sum += truth(w, h)
	}
	return sum
}

// What a shop has taught is kept as text between two nights and then says the same.
func TestShopIsKept(t *testing.T) {
	var all []demand.Product
	for _, s := range shelves(20, 90, 3) {
		s.Category = "greens"
		all = append(all, demand.Product{Series: s})
	}
	shop := demand.LearnShop(all, demand.Uniform(8, 20))
	text, err := json.Marshal(shop)
	if err != nil {
		t.Fatal(err)
	}
	var kept demand.Shop
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		if a, b := shop.Estimate(p), kept.Estimate(p); !slices.Equal(a.Days, b.Days) || !slices.Equal(a.Available, b.Available) {
			t.Fatal("kept and read again, it answers otherwise")
		}
	}
	never := demand.Product{Series: demand.Series{Start: 20003, Sold: make([]float64, 9), Available: make([]float64, 9), Category: "greens"}}
	for _, c := range kept.Estimate(never).Days {
		if c.Reason != demand.Assumed || !(c.Demand > 0.3*shop.Levels["greens"]) || !(c.Upper > c.Demand) {
			t.Fatalf("a product that was never there: %+v, its category %v", c, shop.Levels["greens"])
		}
	}
}
