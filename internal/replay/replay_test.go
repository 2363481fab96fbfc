package replay_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/replay"
)

var monday = day.New(2025, 1, 6)

// shopOf makes a shop of items that cost 6 and sell for 10.
func shopOf(demands ...[]float64) *replay.Shop {
	shop := &replay.Shop{}
	for i, d := range demands {
		s := forecast.Series{ID: fmt.Sprintf("item%03d", i), Start: monday, Values: d}
		shop.All = append(shop.All, s)
		shop.Items = append(shop.Items, replay.Item{ID: s.ID, Start: monday, Demand: d, Price: 10, Cost: 6, Sales: s})
	}
	return shop
}

// settled puts days of quiet past before the days that matter.
func settled(level float64, days ...float64) []float64 {
	out := make([]float64, replay.Settling, replay.Settling+len(days))
	for i := range out {
		out[i] = level
	}
	return append(out, days...)
}

func constant(level float64) replay.Decider {
	return func(int, *replay.Shelf) float64 { return level }
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

func TestDaysWorkedOutByHand(t *testing.T) {
	for _, c := range []struct {
		name   string
		rules  replay.Rules
		level  float64
		demand []float64
		want   replay.Total
	}{
		// Opens with 10, sells 4, orders 4 on day 1 that come on day 2, and so on.
		{"goods that keep", replay.Rules{Lead: 1, Review: 1, Window: 4}, 10, []float64{4, 3, 8, 2},
			replay.Total{Demand: 17, Stock: 6 + 3 + 0 + 1, Received: 10 + 4 + 3, Days: 4, Lost: 1, ShortDays: 1, Orders: 3}},
		// Day 0: 10 fresh, 4 sold. Day 1: 6 left, 1 sold, 4 ordered. Day 2: 5+4, 1 sold of the old, 4 old thrown away.
		// Day 3: 4+5 (ordered on day 2: 10-9=1), see the sum below.
		{"a life of three days", replay.Rules{Lead: 1, Review: 1, Shelf: 3, Window: 4}, 10, []float64{4, 1, 1, 0},
			replay.Total{Demand: 6, Waste: 4 + 0, Stock: 6 + 5 + 4 + 5, Received: 10 + 4 + 1, Days: 4, Orders: 3}},
		{"a life of one day", replay.Rules{Lead: 1, Review: 1, Shelf: 1, Window: 3}, 5, []float64{2, 9, 1},
			// day 1 opens empty: 5 ordered, 9 lost; day 2: 5 come, 1 sold, 4 thrown away
			replay.Total{Demand: 12, Waste: 3 + 0 + 4, Received: 5 + 5, Days: 3, Lost: 9, ShortDays: 1, Orders: 1}},
		{"every second day, two days on the way", replay.Rules{Lead: 2, Review: 2, Window: 5}, 6, []float64{3, 3, 3, 3, 3},
			// 6: 3 0 | day 2: 6 ordered, lost 3 | day 3 lost 3 | day 4: 6 come, 3 sold, nothing ordered
			replay.Total{Demand: 15, Stock: 3 + 3, Received: 12, Days: 5, Lost: 6, ShortDays: 2, Orders: 1}},
		{"figures begin after the warm-up", replay.Rules{Lead: 1, Review: 1, Window: 4, Warmup: 3}, 10, []float64{4, 3, 8, 2},
			replay.Total{Demand: 2, Stock: 1, Received: 3, Days: 1, Orders: 1}},
	} {
		item := &shopOf(settled(1, c.demand...)).Items[0]
		got, levels := replay.Run(item, c.rules, constant(c.level))
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
		if len(levels) != c.rules.Window || levels[len(levels)-1] != c.level {
			t.Errorf("%s: levels %v", c.name, levels)
		}
	}
}

func TestFiguresWorkedOutByHand(t *testing.T) {
	items := []replay.Item{{ID: "a", Price: 10, Cost: 6}, {ID: "b", Price: 2, Cost: 1}, {ID: "unwanted", Price: 9, Cost: 8}}
	totals := []replay.Total{
		{Demand: 100, Lost: 20, Waste: 5, Stock: 50, Days: 14, ShortDays: 4, Orders: 7},
		{Demand: 50, Lost: 0, Waste: 10, Stock: 100, Days: 14, Orders: 3},
		{Stock: 99, Waste: 99, Days: 14},
	}
	got, err := replay.Summarise(items, totals, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	want := replay.Figures{
		Items: 2, FillValue: 1 - 200.0/1100, FillMean: 0.9, StockoutPercent: 100 * 4.0 / 28, StockDays: 700.0 / 1100,
		WastePercent: 100 * 40.0 / 650, CostPercent: 100 * (80 + 40 + 0.01*400) / 1100, OrdersPerWeek: 7 * 10.0 / 28, Cash: 400.0 / 28 * 2,
	}
	for _, c := range [][2]float64{
		{got.Demand, 1100}, {got.LostSales, 200}, {got.LostMargin, 80}, {got.Waste, 40}, {got.Holding, 4}, {float64(got.Orders), 10}, {got.Cost(), 124},
		{float64(got.Items), float64(want.Items)}, {got.FillValue, want.FillValue}, {got.FillMean, want.FillMean}, {got.StockoutPercent, want.StockoutPercent},
		{got.StockDays, want.StockDays}, {got.WastePercent, want.WastePercent}, {got.CostPercent, want.CostPercent},
		{got.OrdersPerWeek, want.OrdersPerWeek}, {got.Cash, want.Cash},
	} {
		if !near(c[0], c[1]) {
			t.Errorf("%+v\nwant %+v", got, want)
			break
		}
	}
	if _, err := replay.Summarise(items, make([]replay.Total, 3), 0); err == nil {
		t.Error("figures of nothing")
	}
}

// The levels of the baselines on a history that can be worked out on paper.
func TestLevelsWorkedOutByHand(t *testing.T) {
	demand := settled(2, 4, 0, 6)
	shop := shopOf(demand)
	rules := replay.Rules{Lead: 1, Review: 1, Window: 3}
	root := func(n, ones, squares float64) float64 { m := ones / n; return math.Sqrt(2 * (squares/n - m*m)) }
	z := 0.8416212335729143 // the normal quantile of 0.8
	for name, want := range map[string][]float64{
		"foresight:1": {4, 6, 6},
		"static:3":    {6, 6, 6},
		"cover:3":     {6, 3 * (27*2 + 4) / 28.0, 3 * (26*2 + 4) / 28.0},
		"ma28:0.8":    {4 + z*math.Sqrt(2e-6), 2*58/28.0 + z*root(56, 114, 55*4+16), 2*56/28.0 + z*root(56, 112, 54*4+16)},
	} {
		choices, err := replay.Choose(name, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := replay.Replay(shop, rules, choices[0].Policy, choices[0].Parameter, 1)
		if err != nil {
			t.Fatal(err)
		}
		for d, level := range got.Levels[0] {
			if math.Abs(level-want[d]) > 1e-9 {
				t.Errorf("%s, day %d: %v, want %v", name, d, level, want[d])
			}
		}
	}
}

// The gamma quantile policy has the quantile that its smoothed mean and variance ask for.
func TestExponentialSmoothingByHand(t *testing.T) {
	shop := shopOf(settled(2, 4, 0, 6))
	got, err := replay.Replay(shop, replay.Rules{Lead: 1, Review: 1, Window: 3}, found(t, "ses"), 0.5, 1)
	if err != nil {
		t.Fatal(err)
	}
	// before the window nothing ever moved: mean 2, variance 0; after 4 the mean is 2.2, the variance 0.2
	if got := got.Levels[0][0]; math.Abs(got-4) > 1e-2 {
		t.Errorf("level %v of a demand of 2 a day", got)
	}
	// the median of gamma(mean 4.4, variance 0.4): shape 48.4, median about mean - scale/3
	if got := got.Levels[0][1]; math.Abs(got-(4.4-0.4/4.4/3)) > 1e-3 {
		t.Errorf("level %v", got)
	}
}

func found(t interface{ Fatal(...any) }, name string) replay.Policy {
	p, err := replay.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func anyDemand(most int) *rapid.Generator[[]float64] {
	return rapid.Custom(func(t *rapid.T) []float64 {
		n := rapid.IntRange(replay.Settling+20, replay.Settling+most).Draw(t, "days")
		quiet := rapid.Float64Range(0, 0.9).Draw(t, "quiet")
		out := make([]float64, n)
		for i := range out {
			if rapid.Float64Range(0, 1).Draw(t, "luck") >= quiet {
				out[i] = float64(rapid.IntRange(0, 400).Draw(t, "wanted")) / 8
			}
		}
		out[0] = 1 // an item's past begins with a sale
		return out
	})
}

func anyRules(window int) *rapid.Generator[replay.Rules] {
	return rapid.Custom(func(t *rapid.T) replay.Rules {
		return replay.Rules{
			Lead: rapid.IntRange(1, 4).Draw(t, "lead"), Review: rapid.IntRange(1, 4).Draw(t, "review"), Shelf: rapid.IntRange(0, 9).Draw(t, "shelf"),
			Holding: rapid.Float64Range(0, 0.05).Draw(t, "holding"), Window: window,
		}
	})
}

// What came is sold, thrown away or still there; nothing sells that was not there.
func TestNothingIsLostOrMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		demand := anyDemand(60).Draw(t, "demand")
		rules := anyRules(len(demand)-replay.Settling).Draw(t, "rules")
		levels := rapid.SliceOfN(rapid.Float64Range(0, 200), rules.Window, rules.Window).Draw(t, "levels")
		item := &shopOf(demand).Items[0]
		first := len(demand) - rules.Window
		var shelf *replay.Shelf
		got, _ := replay.Run(item, rules, func(at int, s *replay.Shelf) float64 {
			shelf = s
			for _, lot := range s.Lots() {
				if lot < 0 {
					t.Fatalf("a lot of %v", lot)
				}
			}
			return levels[at-first]
		})
		sold := got.Demand - got.Lost
		if !near(got.Received, sold+got.Waste+shelf.Stock()) {
			t.Fatalf("%v received, %v sold, %v wasted, %v left", got.Received, sold, got.Waste, shelf.Stock())
		}
		if got.Lost < 0 || got.Lost > got.Demand+1e-9 || got.Waste < 0 || got.ShortDays > got.Days {
			t.Fatalf("%+v", got)
		}
		if rules.Shelf == 0 && got.Waste != 0 {
			t.Fatalf("goods that keep were thrown away: %+v", got)
		}
	})
}

// For every policy: shares are shares, dearer holding never costs less, and what is decided in the
// morning depends on the days before it only.
func TestEveryPolicyIsHonest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		demand := anyDemand(40).Draw(t, "demand")
		rules := anyRules(20).Draw(t, "rules")
		for _, p := range replay.Policies() {
			if strings.HasPrefix(p.Name(), replay.Ours) {
				continue // it learns, which takes long: see ours_test.go
			}
			for _, x := range p.Parameters() {
				got, err := replay.Replay(shopOf(demand), rules, p, x, 1)
				if err != nil {
					if sum(demand[len(demand)-20:]) == 0 {
						return
					}
					t.Fatal(err)
				}
				f := got.Figures
				if f.FillValue < -1e-9 || f.FillValue > 1+1e-9 || f.FillMean < -1e-9 || f.FillMean > 1+1e-9 || f.CostPercent < 0 || f.WastePercent < 0 || f.StockDays < 0 {
					t.Fatalf("%s:%v %+v", p.Name(), x, f)
				}
				dear := rules
				dear.Holding += 0.01
				more, err := replay.Summarise(shopOf(demand).Items, got.Totals, dear.Holding)
				if err != nil || more.CostPercent < f.CostPercent {
					t.Fatalf("%s:%v costs %v at a holding of %v, %v at %v (%v)", p.Name(), x, f.CostPercent, rules.Holding, more.CostPercent, dear.Holding, err)
				}
				if p.Name() == "foresight" {
					continue
				}
				day := rapid.IntRange(0, 19).Draw(t, "day")
				other := append([]float64(nil), demand...)
				for i := len(other) - 20 + day; i < len(other); i++ {
					other[i] += 37
				}
				later, err := replay.Replay(shopOf(other), rules, p, x, 1)
				if err != nil {
					t.Fatal(err)
				}
				for d := range day + 1 {
					if got.Levels[0][d] != later.Levels[0][d] {
						t.Fatalf("%s:%v: the level of day %d changes with the demand of day %d", p.Name(), x, d, day)
					}
				}
			}
		}
	})
}

func sum(x []float64) float64 {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// Whoever knows the demand loses nothing and wastes nothing, so nobody is cheaper while a night in
// stock is free and goods last from order to order.
func TestForesightIsNeverWorse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		demand := anyDemand(40).Draw(t, "demand")
		rules := anyRules(20).Draw(t, "rules")
		rules.Holding = 0
		if rules.Shelf > 0 {
			rules.Shelf += rules.Protection()
		}
		demand[len(demand)-1]++
		shop := shopOf(demand)
		limit, err := replay.Replay(shop, rules, found(t, "foresight"), 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		if limit.Figures.CostPercent > 1e-6 || limit.Figures.FillValue < 1-1e-9 {
			t.Fatalf("foresight costs %v %%", limit.Figures.CostPercent)
		}
		for _, name := range []string{"ses", "ma28", "cover", "static"} {
			p := found(t, name)
			other, err := replay.Replay(shop, rules, p, p.Parameters()[0], 1)
			if err != nil || other.Figures.CostPercent < limit.Figures.CostPercent-1e-6 {
				t.Fatalf("%s costs %v %%, foresight %v %% (%v)", name, other.Figures.CostPercent, limit.Figures.CostPercent, err)
			}
		}
	})
}

func TestRulesAndListsAreRefused(t *testing.T) {
	good := replay.Rules{Lead: 1, Review: 1, Shelf: 3, Holding: 0.002, Window: 20, Warmup: 5}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*replay.Rules){
		"lead": func(r *replay.Rules) { r.Lead = 0 }, "review": func(r *replay.Rules) { r.Review = -1 }, "shelf": func(r *replay.Rules) { r.Shelf = -1 },
		"holding": func(r *replay.Rules) { r.Holding = math.NaN() }, "window": func(r *replay.Rules) { r.Window = 0 }, "warm-up": func(r *replay.Rules) { r.Warmup = 20 },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Check(); err == nil {
			t.Errorf("%s: accepted %+v", name, bad)
		}
	}
	for _, list := range []string{"", "nobody", "cover:", "cover:x", "ses:1", "ses:0", "cover:-1", "cover:NaN", "cover,,ses"} {
		if got, err := replay.Choose(list, false); err == nil {
			t.Errorf("%q gives %v", list, got)
		}
	}
	if got, err := replay.Choose(" cover:3, ses ", false); err != nil || len(got) != 4 || got[0].Parameter != 3 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := replay.Replay(shopOf(make([]float64, 30)), good, found(t, "cover"), 3, 1); err == nil {
		t.Error("a past that is too short")
	}
	if _, err := replay.Replay(&replay.Shop{}, good, found(t, "cover"), 3, 1); err == nil {
		t.Error("an empty shop")
	}
}

func TestTheListOfPolicies(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range replay.Policies() {
		lo, hi := p.Range()
		for _, x := range append(p.Sweep(), p.Parameters()...) {
			if !(x >= lo && x <= hi) {
				t.Errorf("%s: parameter %v is outside %v to %v", p.Name(), x, lo, hi)
			}
		}
		if seen[p.Name()] || len(p.Parameters()) == 0 || len(p.Sweep()) == 0 {
			t.Errorf("the policy %q is not complete, or there twice", p.Name())
		}
		seen[p.Name()] = true
	}
}
