package pool_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/prior"
	"buhuo/internal/pool"
	"buhuo/internal/tenant"
)

// even gives every shop the same books: 100 of tea, 80 of it a year ago; 20 of it go to
// Beijing, 10 a year ago; and some seven bags a week.
func (v *village) even() {
	for _, in := range v.shops {
		v.books[in.ID] = []pool.Entry{
			{Kind: pool.Wanted, Key: "CNY/茶", Part: "42", Values: pool.Values{10_000}}, {Kind: pool.WantedGrowth, Key: "CNY/茶", Part: "42", Values: pool.Values{10_000, 8_000}},
			{Kind: pool.Sent, Key: "CNY", Part: "11", Values: pool.Values{2_000}}, {Kind: pool.SentGrowth, Key: "CNY", Part: "11", Values: pool.Values{2_000, 1_000}},
			{Kind: pool.Spent, Key: "CNY/", Part: pool.Unknown, Values: pool.Values{2_000, 4}},
			{Kind: pool.Rate, Key: "bag/茶", Part: pool.Unknown, Values: pool.Values{90_000, 6_000 + 1_000*int64(in.ID%3), 400_000}},
		}
	}
}

func (v *village) joined(t *testing.T, n int) *pool.Service {
	t.Helper()
	s := v.service()
	for id := range n {
		must(t, s.Join(v.as(tenant.ShopID(id+1))))
	}
	return s
}

func TestFourShopsTellNothing(t *testing.T) {
	v := newVillage(6)
	v.even()
	s := v.joined(t, 4)
	must(t, s.Run(context.Background()))
	if len(v.past) != 0 {
		t.Fatalf("four shops tell %+v", v.past[0].Figures)
	}
	a, err := s.Around(v.as(1))
	must(t, err)
	if !a.Member || a.Enough || a.Told || len(a.Categories) > 0 {
		t.Errorf("%+v", a)
	}
}

func TestFiveShopsTellTogether(t *testing.T) {
	v := newVillage(7)
	v.even()
	s := v.joined(t, 6)
	must(t, s.Run(context.Background()))
	a, err := s.Around(v.as(1))
	must(t, err)
	if len(a.Categories) != 1 {
		t.Fatalf("%+v", a)
	}
	if c := a.Categories[0]; c.Key != "茶" || !c.Here || c.Shops != 5 || c.Level != 60_000 || c.Growth != 1_250_000 || c.Own != 10_000 || c.OwnGrowth() != 1_250_000 {
		t.Errorf("around: %+v", c)
	}
	r, err := s.Sendings(v.as(1))
	must(t, err)
	if r.All.Level != 12_000 || r.All.Growth != 2_000_000 || r.All.Spent != 500 || r.All.Own != 2_000 || len(r.Places) != 1 || r.Places[0].Part != "11" || r.Places[0].OwnGrowth() != 2_000_000 {
		t.Errorf("sendings: %+v", r)
	}
	b, err := s.Beliefs(v.as(1))
	must(t, err)
	if tea, ok := b(" 茶 ", "bag"); !ok || tea.Weekly != 7_000 || tea.Low >= 7_000 || tea.High <= 7_000 || tea.Chance != 0.4 || tea.Shops != 5 {
		t.Errorf("belief: %+v %v", tea, ok)
	}
	for _, other := range [][2]string{{"茶", "kg"}, {"米", "bag"}, {"", "bag"}} {
		if x, ok := b(other[0], other[1]); ok {
			t.Errorf("nobody told of %v: %+v", other, x)
		}
	}
	// Who takes no part reads nothing.
	stranger := v.as(7)
	if a, err := s.Around(stranger); err != nil || len(a.Categories) > 0 || a.Member {
		t.Errorf("a stranger sees %+v %v", a, err)
	}
	if r, err := s.Sendings(stranger); err != nil || len(r.Places) > 0 || r.All != (pool.Place{}) {
		t.Errorf("a stranger sees %+v %v", r, err)
	}
	if b, err := s.Beliefs(stranger); err != nil || b != nil {
		t.Errorf("a stranger believes: %v", err)
	}
	if wrong, err := s.VerifyEditions(context.Background()); err != nil || len(wrong) > 0 {
		t.Errorf("verify: %v %v", wrong, err)
	}
	v.past[0].Figures[0].Shops = 50
	if wrong, err := s.VerifyEditions(context.Background()); err != nil || len(wrong) != 1 {
		t.Errorf("verify does not see it: %v %v", wrong, err)
	}
}

func TestWithdrawing(t *testing.T) {
	v := newVillage(14)
	v.even()
	s := v.joined(t, 14)
	must(t, s.Run(context.Background()))
	published := slices.Clone(v.past[0].Figures)
	gone := v.as(3)
	must(t, s.Leave(gone))
	must(t, s.Leave(gone))
	if n := len(slices.DeleteFunc(slices.Clone(v.journal), func(x string) bool { return x != "3 pool.leave" })); n != 1 {
		t.Errorf("leaving twice is recorded %d times", n)
	}
	if len(v.given[3]) > 0 {
		t.Error("what it gave is still there")
	}
	if b, err := s.Beliefs(gone); err != nil || b != nil {
		t.Errorf("it still believes: %v", err)
	}
	if !slices.Equal(v.past[0].Figures, published) {
		t.Error("what was published changed, and the difference tells of one shop")
	}
	v.nextSeason()
	must(t, s.Run(context.Background()))
	if len(v.past) != 2 {
		t.Fatal("nothing was told without it")
	}
	if _, counted := v.past[0].Counted[3]; counted {
		t.Error("it is counted after it left")
	}
	if n := len(v.past[0].Counted); n != 9 {
		t.Errorf("%d shops are counted: the one that left takes four others along, or it would be told", n)
	}
	if wrong, err := s.Verify(gone); err != nil || len(wrong) > 0 {
		t.Errorf("verify: %v %v", wrong, err)
	}
	must(t, v.Give(gone, v.past[0].Code, v.books[3]))
	if wrong, err := s.Verify(gone); err != nil || len(wrong) != 1 {
		t.Errorf("verify does not see what it gave: %v %v", wrong, err)
	}
}

func TestOneOverHalfTellsNothing(t *testing.T) {
	for share, want := range map[int64]bool{50_000: true, 52_000: false, 90_000: false} {
		v := newVillage(6)
		for _, in := range v.shops {
			v.books[in.ID] = []pool.Entry{{Kind: pool.Wanted, Key: "CNY/茶", Part: "42", Values: pool.Values{12_500}}}
		}
		// Of 100,000: what is left without one of the small ones decides, too.
		v.books[1][0].Values[0] = share
		s := v.joined(t, 6)
		must(t, s.Run(context.Background()))
		if told := len(v.past) > 0; told != want {
			t.Errorf("with %d of %d: told %v", share, share+62_500, told)
		}
	}
}

func TestBrokenBooksLeaveTheOthersAlone(t *testing.T) {
	v := newVillage(7)
	v.even()
	v.books[2] = []pool.Entry{{Kind: pool.Wanted, Key: "CNY/茶", Part: "42", Values: pool.Values{-5}}, {Kind: pool.Wanted, Key: "", Part: "42", Values: pool.Values{5}}, {Kind: pool.Wanted, Key: "CNY/茶", Part: "42", Values: pool.Values{math.MaxInt64}}}
	s := v.joined(t, 7)
	must(t, s.Run(context.Background()))
	if e, _, _ := v.Gave(v.as(2), "2026-Q3"); len(e) != 0 {
		t.Errorf("what no table takes was given: %v", e)
	}
	if len(v.past) != 1 || v.past[0].Figures[0].Value <= 0 {
		t.Errorf("%+v", v.past)
	}
	stopped, stop := context.WithCancel(context.Background())
	stop()
	v.nextSeason()
	if err := s.Run(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was told to stop goes on: %v", err)
	}
}

// TestOwnHistoryWins: of a product whose kind nobody here sells, the forecast begins at
// what other shops sell and ends at its own, the nearer the more days it has: own share
// n/(n+k). Goods of a category that is well known here hardly look at the others.
func TestOwnHistoryWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		around := rapid.Float64Range(0.5, 20).Draw(t, "around")
		own := rapid.Float64Range(0.5, 20).Draw(t, "own")
		items := rapid.IntRange(0, 40).Draw(t, "items of the category")
		belief := prior.Level{Mean: around, Weight: 4, Chance: 1, Periods: 14, Size: around, Sales: 2}
		here := forecast.Credence{Level: prior.Of(own, 1), Dispersion: 1, Power: 2, Items: items}
		p := forecast.Pool{Levels: map[string]forecast.Credence{"": {Level: prior.Of(0, 1), Dispersion: 1, Power: 2}}}
		if items > 0 {
			p.Levels["茶"] = here
		}
		level := func(days int) float64 {
			values := make([]float64, days)
			for i := range values {
				values[i] = own
			}
			return p.Forecast(forecast.Series{Category: "茶", Form: forecast.Weighed, Values: values, Around: belief}, 7).Parts.Level
		}
		share := float64(items) / float64(items+5)
		if got, want := level(0), share*own+(1-share)*around; math.Abs(got-want) > 1e-9*want {
			t.Fatalf("begins at %f, want %f", got, want)
		}
		last := math.Inf(1)
		for _, days := range []int{0, 7, 28, 120, 400} {
			off := math.Abs(level(days) - own)
			if off > last+1e-6 {
				t.Fatalf("after %d days %f from its own, before %f", days, off, last)
			}
			last = off
		}
		if last > 0.1*math.Abs(around-own)+1e-6 {
			t.Fatalf("after 400 days still %f away of %f", last, math.Abs(around-own))
		}
		blind := p.Forecast(forecast.Series{Category: "茶", Form: forecast.Weighed}, 7).Parts.Level
		silent := p.Forecast(forecast.Series{Category: "茶", Form: forecast.Weighed, Around: prior.Level{}}, 7).Parts.Level
		if blind != silent {
			t.Fatalf("nobody told anything, and it counts: %f, %f", blind, silent)
		}
	})
}
