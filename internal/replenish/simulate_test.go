package replenish_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"buhuo/internal/forecast/dist"
	"buhuo/internal/measure"
	"buhuo/internal/replenish"
)

// life is a shop that does what is suggested, day after day.
type life struct {
	in     replenish.Input
	random *rand.Rand
	law    dist.Distribution
	days   int
	short  int // days on which somebody went away empty-handed
	demand float64
	lost   float64
	waste  float64
}

func live(in replenish.Input, law dist.Distribution, days int) *life {
	l := &life{in: in, law: law, random: rand.New(rand.NewPCG(1, 2))}
	for range days {
		l.day()
	}
	return l
}

// day orders in the morning, sells, and throws away in the evening.
func (l *life) day() {
	l.receive()
	s := replenish.Suggest(l.in).Result
	if s.Quantity > 0 && s.Choice.OrderDay == l.in.Today {
		l.in.Arrivals = append(l.in.Arrivals, replenish.Arrival{Quantity: s.Quantity, Due: s.Choice.Arrival})
		l.receive() // what comes the same day
	}
	wanted := measure.Quantity(l.law.Quantile(l.random.Float64())*1000 + 0.5)
	l.demand += float64(wanted)
	lots := l.in.Stock.Lots
	for i := range lots { // receipts are in order of expiry
		taken := min(lots[i].Quantity, wanted)
		lots[i].Quantity -= taken
		wanted -= taken
	}
	l.lost += float64(wanted)
	if wanted > 0 {
		l.short++
	}
	var left []replenish.Lot
	for _, lot := range lots {
		switch {
		case lot.Quantity == 0:
		case lot.Expiry != 0 && lot.Expiry <= l.in.Today:
			l.waste += float64(lot.Quantity)
		default:
			left = append(left, lot)
		}
	}
	l.in.Stock.Lots = left
	l.in.Today++
	l.days++
}

func (l *life) receive() {
	var owed []replenish.Arrival
	for _, a := range l.in.Arrivals {
		if a.Due > l.in.Today {
			owed = append(owed, a)
			continue
		}
		lot := replenish.Lot{Quantity: a.Quantity}
		if l.in.ShelfLife > 0 {
			lot.Expiry = l.in.Today.Add(l.in.ShelfLife - 1)
		}
		l.in.Stock.Lots = append(l.in.Stock.Lots, lot)
	}
	l.in.Arrivals = owed
}

func TestSuggestionsKeepTheirServiceLevel(t *testing.T) {
	law := dist.NewNegBin(10, 15)
	for _, c := range []struct {
		name          string
		lead, review  int
		weekdays      []time.Weekday
		level         float64
		life          int
		fill, mostBad float64 // least share of demand served, most days short
	}{
		{"daily", 1, 1, nil, 0.95, 0, 0.98, 0.05},
		{"daily, lower level", 1, 1, nil, 0.8, 0, 0.94, 0.2},
		{"same day", 0, 1, nil, 0.95, 0, 0.98, 0.05},
		{"weekly, five days", 5, 7, []time.Weekday{time.Monday}, 0.95, 0, 0.985, 0.05},
		{"fresh for four days", 1, 1, nil, 0.95, 4, 0.97, 0.06},
	} {
		in := input(30)
		in.Policy.Level = c.level
		in.ShelfLife = c.life
		in.Offers[0].LeadDays, in.Offers[0].ReviewDays, in.Offers[0].OrderWeekdays = c.lead, c.review, c.weekdays
		l := live(in, law, 1500)
		bad := float64(l.short) / float64(l.days)
		if fill := 1 - l.lost/l.demand; fill < c.fill || bad > c.mostBad+0.012 {
			t.Errorf("%s: %.4f of the demand served, short on %.4f of the days", c.name, fill, bad)
		}
		if c.life > 0 && l.waste/l.demand > 0.02 {
			t.Errorf("%s: %.4f wasted", c.name, l.waste/l.demand)
		}
	}
}

func TestStatedRiskHappensAsOften(t *testing.T) {
	law := dist.NewNegBin(10, 15)
	random := rand.New(rand.NewPCG(3, 4))
	var stated, happened, n float64
	for range 3000 {
		in := input(float64(random.IntN(60)))
		in.Offers[0].LeadDays = 1 + random.IntN(4)
		s := suggest(t, in)
		left := float64(in.Stock.Lots[0].Quantity) / 1000
		for d := in.Today; d < s.Risk.Before; d++ {
			left -= law.Quantile(random.Float64())
		}
		stated += s.Risk.StockOutProb
		if left <= 0 {
			happened++
		}
		n++
	}
	if diff := (stated - happened) / n; diff > 0.02 || diff < -0.02 {
		t.Errorf("stated %.4f, happened %.4f", stated/n, happened/n)
	}
}
