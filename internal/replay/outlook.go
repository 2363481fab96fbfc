package replay

import (
	"math"

	"buhuo/internal/forecast"
	"buhuo/internal/replenish/futures"
)

// What a forecast costs bounds how long a replay takes. The pool, which holds what is learned
// jointly, is learned anew every four weeks from up to two years; a forecast applies it, from
// scratch every day, to the last three months of the item. The members are the levels that remember
// no further than that; in replays of other years the others changed the cost by a
// tenth of a point at most.
const (
	relearn   = 28    // days between two lessons
	rehearsed = 56    // before the window, where habits are chosen
	studied   = 800   // days of the past that a lesson looks at
	pupils    = 250   // items that a lesson looks at; a larger shop is sampled evenly
	schooling = 36000 // days with sales that are enough for a lesson; of more it looks at fewer items
	recalled  = 91    // days of its past that an item's forecast looks at
	dailies   = 5     // days after the order's own that are looked at one by one; what is left of the life is one stretch
	mostLife  = 90    // days; goods that last longer do not spoil before they sell
)

var members = []string{"ses0.08", "ses0.2", "ses0.45"}

// outlook is the demand of the coming days as it was foreseen on one morning: the days one by one
// from that morning on, then perhaps one stretch of days.
type outlook struct{ futures.Outlook }

// course is which days an order's outlook holds, for given rules.
type course struct {
	days int // one by one
	life int // days from today on until the goods ordered today are thrown away, or decided on anew
}

func courseOf(r Rules) course {
	life := r.Review
	if r.Shelf > 0 && r.Shelf <= mostLife {
		life = max(r.Review, r.Shelf)
	}
	return course{days: r.Lead + min(life, r.Review+dailies), life: r.Lead + life}
}

// nodes is the number of days and stretches.
func (c course) nodes() int {
	if c.life > c.days {
		return c.days + 1
	}
	return c.days
}

// study is what forecasts knew at any morning of the window and of the time before it.
type study struct {
	shop   *Shop
	rules  Rules
	first  int // day number of the first day of the window
	before int // days before it that are studied too, whole lessons
	pools  []forecast.Pool
	habits habits
	looks  [][]outlook // by item and day from first-before on; empty where nothing is ordered
}

// newStudy learns the lessons and makes the outlooks of the items that are wanted, of all when nil.
func newStudy(shop *Shop, rules Rules, before int) *study {
	it := &shop.Items[0]
	s := &study{shop: shop, rules: rules, first: int(it.Start) + rules.first(it)}
	s.before = (before + rehearsed - 1) / rehearsed * rehearsed
	s.pools = make([]forecast.Pool, s.lesson(s.before+rules.Window-1)+1)
	forecast.Each(len(s.pools), 0, func(b int) { s.pools[b] = s.learn(s.begins(b)) })
	s.looks = make([][]outlook, len(shop.Items))
	return s
}

// lesson returns the number of the lesson that day d of the study rests on.
func (s *study) lesson(d int) int {
	if d < s.before {
		return d / rehearsed
	}
	return s.before/rehearsed + (d-s.before)/relearn
}

// begins returns the number of the day before which lesson b was learned.
func (s *study) begins(b int) int {
	if early := s.before / rehearsed; b >= early {
		return s.first + (b-early)*relearn
	}
	return s.first - s.before + b*rehearsed
}

// learn fits a pool to what was known before a day.
func (s *study) learn(day int) forecast.Pool {
	past := s.sample(day, min(len(s.shop.All), pupils))
	if sold := sellingDays(past); sold > schooling {
		past = s.sample(day, max(len(past)*schooling/sold, 1))
	}
	return forecast.Fit(past, forecast.Options{Freq: forecast.Day, Horizon: s.rules.Protection(), Models: members, Workers: 1})
}

// sample returns what was known before a day of so many items, evenly spread over all.
func (s *study) sample(day, items int) []forecast.Series {
	var past []forecast.Series
	for j := range items {
		x := s.shop.All[j*len(s.shop.All)/items]
		if p := known(x, day, studied); len(p.Values) > 0 {
			past = append(past, p)
		}
	}
	return past
}

// sellingDays counts the days on which something was sold.
func sellingDays(series []forecast.Series) int {
	n := 0
	for _, s := range series {
		for _, y := range s.Values {
			if y > 0 {
				n++
			}
		}
	}
	return n
}

// known returns what was known of a series before a day: its last days.
func known(s forecast.Series, day, days int) forecast.Series {
	n := min(max(day-int(s.Start), 0), len(s.Values))
	skip := max(n-days, 0)
	cut := func(x []float64) []float64 {
		if len(x) <= skip {
			return nil
		}
		return x[skip:min(n, len(x))]
	}
	s.Start = s.Start.Add(skip)
	s.Values, s.Available, s.Price, s.Promo, s.Holiday = cut(s.Values), cut(s.Available), cut(s.Price), cut(s.Promo), cut(s.Holiday)
	return s
}

// prepare makes the outlooks of an item for the days from..to-1 (from the first of the study) on
// which it may be ordered.
func (s *study) prepare(i, from, to int) {
	if s.looks[i] == nil {
		s.looks[i] = make([]outlook, s.before+s.rules.Window)
	}
	it := &s.shop.Items[i]
	rules := s.rules.of(it)
	ahead := courseOf(rules)
	for d := from; d < to; d++ {
		day := s.first - s.before + d
		if day-int(it.Start) < 1 || (d-s.before)%rules.Review != 0 || s.looks[i][d].Mean != nil {
			continue
		}
		s.looks[i][d] = look(s.pools[s.lesson(d)], known(it.Sales, day, recalled), ahead)
	}
}

// at returns the outlook of item i on the morning of its day t.
func (s *study) at(i, t int) *outlook {
	return &s.looks[i][int(s.shop.Items[i].Start)+t-s.first+s.before]
}

// look asks for one forecast.
func look(pool forecast.Pool, past forecast.Series, ahead course) outlook {
	f := pool.Forecast(past, ahead.days)
	n := ahead.nodes()
	both := make([]float32, 2*n)
	o := outlook{futures.Outlook{Mean: both[:n:n], SD: both[n:]}}
	var variances, deviations float64
	for j, d := range f.Steps {
		o.Mean[j], o.SD[j] = float32(d.Mean()), float32(math.Sqrt(d.Var()))
		variances += d.Var()
		deviations += math.Sqrt(d.Var())
	}
	if cross := deviations*deviations - variances; cross > 0 {
		total := f.Sums[len(f.Sums)-1].Var()
		o.Shared = float32(math.Min(math.Max((total-variances)/cross, 0), 0.95))
	}
	if n > ahead.days {
		rest := f.SumBetween(ahead.days, ahead.life)
		o.Mean[n-1], o.SD[n-1] = float32(rest.Mean()), float32(math.Sqrt(rest.Var()))
	}
	return o
}
