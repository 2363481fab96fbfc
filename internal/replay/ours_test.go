package replay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/replenish/futures"
)

var monday = day.New(2025, 1, 6)

// invented is a shop of n items over days, weighed, with levels that wander and busy Saturdays.
func invented(n, days int, seed uint64) *Shop {
	r := rand.New(rand.NewPCG(seed, 7))
	shop := &Shop{}
	for i := range n {
		level := math.Exp(r.NormFloat64() + 1)
		demand := make([]float64, days)
		for t := range demand {
			level *= math.Exp(0.05 * r.NormFloat64())
			mean := level
			if t%7 == 5 {
				mean *= 1.7
			}
			demand[t] = math.Round(1000*mean*r.ExpFloat64()) / 1000
		}
		demand[0] = 1
		s := forecast.Series{ID: fmt.Sprintf("item%03d", i), Start: monday, Values: demand}
		shop.All = append(shop.All, s)
		shop.Items = append(shop.Items, Item{ID: s.ID, Start: monday, Demand: demand, Price: 10, Cost: 6.5, Sales: s})
	}
	return shop
}

var daily = Rules{Lead: 1, Review: 1, Shelf: 3, Holding: 0.002, Window: 45, Warmup: 7}

func replayed(t *testing.T, shop *Shop, rules Rules, name string, parameter float64) Result {
	t.Helper()
	p, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Replay(shop, rules, p, parameter, 0)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is decided in the morning does not change with what is sold later, habits included.
func TestOursKnowsThePastOnly(t *testing.T) {
	for _, rules := range []Rules{daily, {Lead: 2, Review: 3, Shelf: 9, Holding: 0.002, Window: 30}} {
		before := replayed(t, invented(4, 150, 1), rules, Ours, 1)
		for _, from := range []int{1, 29} {
			shop := invented(4, 150, 1)
			for i := range shop.Items {
				d := shop.Items[i].Demand // shared with the series
				for j := len(d) - rules.Window + from; j < len(d); j++ {
					d[j] = 40 + float64(j%3)
				}
			}
			after := replayed(t, shop, rules, Ours, 1)
			for i := range before.Levels {
				for d := range from + 1 {
					if before.Levels[i][d] != after.Levels[i][d] {
						t.Fatalf("%+v: the level of day %d changes with the demand of day %d: %v, %v", rules, d, from, before.Levels[i][d], after.Levels[i][d])
					}
				}
			}
		}
	}
}

// The outlook of any day is the forecast made from nothing but the series cut before it and a pool
// learned from scratch on the day that the lessons fall on.
func TestOutlooksAreThoseFromScratch(t *testing.T) {
	shop := invented(4, 160, 2)
	s := newStudy(shop, daily, practice)
	s.prepare(3, 0, s.before+daily.Window)
	for _, d := range []int{84, s.before + 28, s.before + daily.Window - 1} {
		today, lesson := s.first-s.before+d, s.begins(s.lesson(d))
		var past []forecast.Series
		for _, x := range shop.All {
			x.Values = x.Values[:lesson-int(x.Start)]
			past = append(past, x)
		}
		pool := forecast.Fit(past, forecast.Options{Horizon: daily.Protection(), Models: members})
		x := shop.Items[3].Sales
		cut := today - int(x.Start)
		from := max(0, cut-recalled)
		x.Start, x.Values = x.Start.Add(from), x.Values[from:cut]
		want := pool.Forecast(x, courseOf(daily).days)
		got := s.at(3, cut)
		for j, w := range want.Steps {
			if got.Mean[j] != float32(w.Mean()) || got.SD[j] != float32(math.Sqrt(w.Var())) {
				t.Errorf("day %d, step %d: mean %v, from scratch %v", d, j, got.Mean[j], w.Mean())
			}
		}
	}
}

// On a shop that changes its level and its week, ours is cheaper than what it competes with, loses
// less than those that keep as much, and its frontier is a frontier.
func TestOursIsCheaper(t *testing.T) {
	shop := invented(20, 300, 3)
	rules := Rules{Lead: 1, Review: 1, Shelf: 3, Holding: 0.002, Window: 120, Warmup: 14}
	mine := replayed(t, shop, rules, Ours, 1).Figures
	for name, parameters := range map[string][]float64{"cover": {1.5, 2, 3, 4}, "ses": {0.6, 0.7, 0.8, 0.9}, "ma28": {0.7, 0.8}, "static": {2, 3}} {
		for _, x := range parameters {
			if f := replayed(t, shop, rules, name, x).Figures; f.CostPercent <= mine.CostPercent {
				t.Errorf("%s:%v costs %.2f %%, ours %.2f %%", name, x, f.CostPercent, mine.CostPercent)
			}
		}
	}
	last := Figures{FillValue: -1}
	for _, x := range []float64{1, 0.2, 0, -0.2, -0.4} {
		f := replayed(t, shop, rules, Ours+"-frontier", x).Figures
		if f.FillValue <= last.FillValue || f.StockDays <= last.StockDays {
			t.Errorf("at a thrift of %v: fill %v, stock %v; before %v, %v", x, f.FillValue, f.StockDays, last.FillValue, last.StockDays)
		}
		last = f
	}
}

// Goods that sell only on the day they come are the newsvendor's: the order is the critical quantile.
func TestOneDayGoodsAreTheNewsvendors(t *testing.T) {
	shop := invented(1, 150, 4)
	rules := Rules{Lead: 1, Review: 1, Shelf: 1, Window: 10}
	s := &study{shop: shop, rules: rules, first: int(monday) + 140}
	s.looks = [][]outlook{make([]outlook, 10)}
	o := outlook{futures.Outlook{Mean: []float32{8, 10}, SD: []float32{4, 5}}}
	s.looks[0][0] = o
	for _, care := range []float64{0.5, 1, 3} {
		play := s.player(0, habits{care, 1, 1, 0}, 130)
		got := play.decide(140, NewShelf(1, 1))
		margin := care * 3.5
		if want := dist.NewGamma(10, 25).Quantile(margin / (margin + 6.5)); math.Abs(got-want) > 0.25 {
			t.Errorf("care %v: ordered %v, the newsvendor %v", care, got, want)
		}
	}
}

// Nothing that could have been ordered would have been expected to cost less, over the same futures.
func TestTheOrderIsTheCheapest(t *testing.T) {
	shop := invented(1, 150, 5)
	rapid.Check(t, func(t *rapid.T) {
		rules := Rules{Lead: rapid.IntRange(1, 3).Draw(t, "lead"), Review: rapid.IntRange(1, 3).Draw(t, "review"), Shelf: rapid.IntRange(0, 8).Draw(t, "shelf"), Holding: 0.01, Window: 12}
		s := &study{shop: shop, rules: rules, first: int(monday) + 138}
		n := courseOf(rules).nodes()
		o := outlook{futures.Outlook{Shared: float32(rapid.Float64Range(0, 0.9).Draw(t, "shared")), Mean: make([]float32, n), SD: make([]float32, n)}}
		for j := range n {
			o.Mean[j] = float32(rapid.Float64Range(0, 20).Draw(t, "mean"))
			o.SD[j] = o.Mean[j] * float32(rapid.Float64Range(0, 2).Draw(t, "cv"))
		}
		s.looks = [][]outlook{{o}}
		shelf := NewShelf(rules.Lead, rules.Shelf)
		for a := range shelf.Lots() {
			shelf.Lots()[a] = rapid.Float64Range(0, 15).Draw(t, "lot")
		}
		for a := range shelf.Coming()[:rules.Lead-1] {
			shelf.Coming()[a] = rapid.Float64Range(0, 15).Draw(t, "coming")
		}
		least := -0.2
		if rules.Shelf == 0 { // goods that never spoil and are paid for lying there: no order is the last
			least = 0
		}
		play := s.player(0, habits{rapid.Float64Range(0.2, 5).Draw(t, "care"), 1, 1, rapid.Float64Range(least, 1).Draw(t, "thrift")}, 130)
		q := play.decide(138, shelf) - shelf.Stock() - shelf.OnOrder()
		cost := func(q float64) float64 {
			it, total := &shop.Items[0], 0.0
			nights := float64(rules.Review)
			if rules.Shelf > 0 {
				nights = min(nights, float64(rules.Shelf))
			}
			for k := range futures.Count {
				need, outlet := float64(play.play.Need[k]), float64(play.play.Outlet[k])
				total += play.habits.care*(it.Price-it.Cost)*max(need-q, 0) + max((rules.Holding+play.habits.thrift)*nights*it.Cost, -play.habits.care*(it.Price-it.Cost))*max(q-need, 0)
				if rules.Shelf > 0 {
					total += it.Cost * max(q-outlet, 0)
				}
			}
			return total / futures.Count
		}
		// The search halves what can be sold sixteen times; a unit costs at most what it earns and costs.
		it := &shop.Items[0]
		near := 1e-3 + float64(slices.Max(play.play.Outlet[:]))/(1<<16)*(play.habits.care*(it.Price-it.Cost)+2*it.Cost)
		for x := 0.0; x < 60; x += 0.37 {
			if cost(x) < cost(q)-near {
				t.Fatalf("ordered %v at a cost of %v; %v costs %v", q, cost(q), x, cost(x))
			}
		}
	})
}

// 1,000 products over 365 days under one policy, lessons every 28 days: at most ten seconds on two
// processors.
func BenchmarkReplay(b *testing.B) {
	shop := invented(1000, 365+180, 6)
	rules := Rules{Lead: 1, Review: 1, Shelf: 3, Holding: 0.002, Window: 365, Warmup: 14}
	for b.Loop() {
		shop.past = nil
		if _, err := Replay(shop, rules, ours{}, 1, 0); err != nil {
			b.Fatal(err)
		}
	}
}

// The members that the replay asks for are among those that there are; others would be passed over.
func TestTheMembersExist(t *testing.T) {
	pool := forecast.Fit(invented(3, 60, 9).All, forecast.Options{Horizon: 2, Models: members, Workers: 1})
	if !slices.Equal(pool.Models, members) {
		t.Errorf("the pool has the members %v, not %v", pool.Models, members)
	}
}

// An item with terms of its own is replayed as in a shop whose rules they are; the others are not
// touched.
func TestItemsKeepTheirOwnTerms(t *testing.T) {
	slow := Rules{Lead: 2, Review: 3, Shelf: 9, Holding: 0.002, Window: 45, Warmup: 7}
	mixed := invented(3, 160, 8)
	mixed.Items[1].Own = &Terms{Lead: slow.Lead, Review: slow.Review, Shelf: slow.Shelf}
	for _, policy := range []string{"cover", "ma28"} {
		p, err := Find(policy)
		if err != nil {
			t.Fatal(err)
		}
		x := p.Parameters()[0]
		got := replayed(t, mixed, daily, policy, x)
		for i, rules := range []Rules{daily, slow, daily} {
			if want := replayed(t, invented(3, 160, 8), rules, policy, x); got.Totals[i] != want.Totals[i] {
				t.Errorf("%s, item %d: %+v, want %+v", policy, i, got.Totals[i], want.Totals[i])
			}
		}
	}
	if got := replayed(t, mixed, daily, Ours, 1); got.Totals[1].Orders > 45/3 || got.Totals[1].Orders < 5 || got.Totals[0].Orders < 25 {
		t.Errorf("orders of ours: %+v", got.Totals)
	}
	mixed.Items[1].Own.Lead = 0
	if err := mixed.Check(daily); err == nil {
		t.Error("a delivery before the order")
	}
}

// Orders come in packs and not below the least; ours does not order a box of what spoils before it
// sells.
func TestOrdersComeInPacks(t *testing.T) {
	for q, want := range map[float64]float64{0: 0, 0.1: 12, 12: 12, 12.1: 18, 18: 18} {
		if got := (&Item{Pack: 6, Least: 10}).parcels(q); got != want {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	shop := invented(6, 160, 9)
	loose := replayed(t, shop, daily, Ours, 1).Figures
	for i := range shop.Items {
		shop.Items[i].Pack = 12
	}
	shop.past = nil
	cover, mine := replayed(t, shop, daily, "cover", 2), replayed(t, shop, daily, Ours, 1)
	for i, total := range cover.Totals {
		opened := cover.Levels[i][0]
		if packs := total.Received / 12; math.Abs(packs-math.Round(packs)) > 1e-6 && math.Abs((total.Received-opened)/12-math.Round((total.Received-opened)/12)) > 1e-6 {
			t.Errorf("item %d received %v", i, total.Received)
		}
	}
	if f := mine.Figures; f.CostPercent <= loose.CostPercent || f.CostPercent >= cover.Figures.CostPercent {
		t.Errorf("in packs ours costs %.2f %%, loose %.2f %%, days of cover in packs %.2f %%", f.CostPercent, loose.CostPercent, cover.Figures.CostPercent)
	}
}

// Replayed some items at a time, under several policies at once, every policy comes to the same.
func TestAComparisonIsTheSameInParts(t *testing.T) {
	choices, err := Choose("foresight,cover:2,buhuo,buhuo:3", false)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(invented(7, 160, 10), daily, choices)
	if err != nil {
		t.Fatal(err)
	}
	for from := 0; from < 7; from += 3 {
		c.Part(from, min(from+3, 7), 1)
	}
	got, err := c.Figures()
	if err != nil {
		t.Fatal(err)
	}
	whole := invented(7, 160, 10)
	for k, choice := range choices {
		want, err := Replay(whole, daily, choice.Policy, choice.Parameter, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got[k] != want.Figures {
			t.Errorf("%s:%v: %+v, want %+v", choice.Policy.Name(), choice.Parameter, got[k], want.Figures)
		}
	}
	some, err := c.Calibrate(99)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := Calibrate(whole, daily); err != nil || some != all {
		t.Errorf("calibration %+v, want %+v, %v", some, all, err)
	}
	if few, err := c.Calibrate(2); err != nil || few.Cases >= some.Cases || few.Cases == 0 {
		t.Errorf("of two items: %d cases of %d, %v", few.Cases, some.Cases, err)
	}
}
