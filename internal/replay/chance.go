package replay

import (
	"errors"
	"math"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/dist"
)

// Chance is one probability that was told in a morning, and what came of it.
type Chance struct {
	Told     float64 // probability of running out
	Plain    bool    // the forecast's mean, taken for certain, says that it runs out
	Happened bool

	lumpy      float64 // logarithm of the spread over the mean
	day, known int     // day numbers of the morning, and of the first morning that knew what came
}

// Calibration tells whether probabilities were what they said.
type Calibration struct {
	Cases  int
	Error  float64 // expected calibration error: mean distance of told and happened over tenths, by cases
	Worst  float64 // the largest distance of a tenth with 100 cases or more
	Brier  float64 // mean squared error of what was told
	Plain  float64 // the same of the plain run-out date
	Skill  float64 // 1 - Brier / Plain
	Tenths [10]Tenth
}

// Tenth is the cases told at 0 to 0.1, 0.1 to 0.2 and so on.
type Tenth struct {
	Cases          int
	Told, Happened float64 // means
}

// Crowd is how many cases make a tenth worth judging.
const Crowd = 100

// Judge compares what was told with what happened.
func Judge(chances []Chance) Calibration {
	c := Calibration{Cases: len(chances)}
	for _, x := range chances {
		t := &c.Tenths[min(int(x.Told*10), 9)]
		came, plain := 0.0, 0.0
		if x.Happened {
			came = 1
		}
		if x.Plain {
			plain = 1
		}
		t.Cases++
		t.Told += x.Told
		t.Happened += came
		c.Brier += (x.Told - came) * (x.Told - came) / float64(len(chances))
		c.Plain += (plain - came) * (plain - came) / float64(len(chances))
	}
	for i := range c.Tenths {
		t := &c.Tenths[i]
		if t.Cases == 0 {
			continue
		}
		n := float64(t.Cases)
		t.Told, t.Happened = t.Told/n, t.Happened/n
		gap := math.Abs(t.Told - t.Happened)
		c.Error += gap * n / float64(len(chances))
		if t.Cases >= Crowd {
			c.Worst = max(c.Worst, gap)
		}
	}
	if c.Plain > 0 {
		c.Skill = 1 - c.Brier/c.Plain
	}
	return c
}

// ahead are the days within which a shelf may run out, of those that outlooks hold.
var ahead = []int{1, 2, 3, 4, 5, 7}

// Calibrate replays our own policy and asks each morning how likely the stock on the shelf is wanted
// up within so many days, if nothing more came. Empty shelves are left out: there is no doubt about
// them. What is told is learned before the day on which it is told: see voice.
func Calibrate(shop *Shop, rules Rules) (Calibration, error) {
	if err := shop.Check(rules); err != nil {
		return Calibration{}, err
	}
	all := make([]int, len(shop.Items))
	for i := range all {
		all[i] = i
	}
	return shop.study(rules).calibrate(all, rules)
}

// calibrate asks about some of the items.
func (s *study) calibrate(which []int, rules Rules) (Calibration, error) {
	before := s.chances(which, func(it *Item) (*Item, Rules) { return s.earlier(it) })
	within := s.chances(which, func(it *Item) (*Item, Rules) { return it, rules })
	var all []Chance
	for k := range ahead {
		heard := append(before[k], within[k]...)
		for day := s.first; day < s.first+rules.Window; day += rehear {
			v := listen(heard, day)
			for _, c := range within[k] {
				if c.day >= day && c.day < day+rehear {
					c.Told = v.tell(c)
					all = append(all, c)
				}
			}
		}
	}
	if len(all) == 0 {
		return Calibration{}, errors.New("nothing was ever in stock in the window")
	}
	return Judge(all), nil
}

// chances replays a part of each item's past and returns what the forecasts told, by days ahead.
func (s *study) chances(which []int, part func(*Item) (*Item, Rules)) [][]Chance {
	found := make([][][]Chance, len(which))
	forecast.Each(len(found), 0, func(n int) {
		i := which[n]
		it, rules := part(&s.shop.Items[i])
		found[n] = make([][]Chance, len(ahead))
		if it == nil {
			return
		}
		s.prepare(i, 0, s.before+s.rules.Window)
		first, days := rules.first(it), courseOf(rules.of(it)).days
		play := s.player(i, s.habits, first)
		Run(it, rules, func(t int, shelf *Shelf) float64 {
			if stock := shelf.Stock(); stock > trifle && t >= first+rules.Warmup {
				for j, k := range ahead {
					if k <= days && t+k <= len(it.Demand) {
						c := s.at(i, t).chance(stock, k, play.counted, sum(it.Demand[t:t+k]))
						c.day, c.known = int(it.Start)+t, int(it.Start)+t+k
						found[n][j] = append(found[n][j], c)
					}
				}
			}
			return play.decide(t, shelf)
		})
	})
	out := make([][]Chance, len(ahead))
	for j := range out {
		for i := range found {
			out[j] = append(out[j], found[i][j]...)
		}
	}
	return out
}

// chance tells how likely the demand of the next k days reaches the stock.
func (o *outlook) chance(stock float64, k int, counted bool, came float64) Chance {
	var mean, variances, deviations float64
	for j := range k {
		mean += float64(o.Mean[j])
		variances += float64(o.SD[j]) * float64(o.SD[j])
		deviations += float64(o.SD[j])
	}
	variance := variances + float64(o.Shared)*(deviations*deviations-variances)
	d := dist.NewGamma(mean, variance)
	if counted {
		d = dist.NewNegBin(mean, variance)
	}
	return Chance{Told: d.Exceeds(stock), Plain: mean >= stock, Happened: came >= stock-trifle, lumpy: math.Log((math.Sqrt(variance) + trifle) / (mean + trifle))}
}
