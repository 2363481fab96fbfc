package restock

import (
	"math"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
)

const (
	// marketLeast is how many market days must have been seen.
	marketLeast = 4
	// marketMost bounds the factor of a market day.
	marketMost = 6.0
	// marketQuiet is the change below which a market day counts as ordinary.
	marketQuiet = 0.02
)

// Market is what the village's market days do to demand: the factor of a market day,
// of the shop ("") and of each category. Such days follow the moon's month in tens, so
// no weekday and no date of the year can stand for them.
type Market struct {
	Days   string             `json:"days,omitempty"` // those of the settings when it was learned
	Factor map[string]float64 `json:"factor,omitempty"`
}

// of is the factor for a category; 1 where market days change nothing.
func (m Market) of(category string) float64 {
	if f, ok := m.Factor[category]; ok {
		return f
	}
	if f, ok := m.Factor[""]; ok {
		return f
	}
	return 1
}

// occasions adds up, by market day, what was sold and what the same weekdays around
// it let expect.
type occasions map[day.Date]*[2]float64

// learnMarket compares each market day with the same weekday one, two and three weeks
// before and after, over all products: what many products do on many market days is
// no chance. The factor is shrunk by its noise, to 1 for the shop and to the shop's for
// a category.
func learnMarket(series []forecast.Series, days day.MarketDays) Market {
	out := Market{Days: days.String()}
	if len(days) == 0 {
		return out
	}
	is := marketDays(series, days)
	all := map[string]occasions{"": {}}
	for _, s := range series {
		if s.Category != "" && all[s.Category] == nil {
			all[s.Category] = occasions{}
		}
		visit(s, is, all[""], all[s.Category])
	}
	shop := all[""].factor(1)
	out.Factor = map[string]float64{"": shop}
	for name, o := range all {
		if f := o.factor(shop); name != "" && f != shop {
			out.Factor[name] = f
		}
	}
	return out
}

// marketDays are the market days that the series reach.
func marketDays(series []forecast.Series, days day.MarketDays) map[day.Date]bool {
	out := map[day.Date]bool{}
	first, last := day.Date(math.MaxInt32), day.Date(0)
	for _, s := range series {
		first, last = min(first, s.Start), max(last, s.Start.Add(len(s.Values)))
	}
	for d := max(first, last.Add(-marketPast)); d <= last; d++ {
		if days.Has(d) {
			out[d] = true
		}
	}
	return out
}

// marketPast is how far back market days are learned from, in days.
const marketPast = 730

// visit adds the market days of one product to its shop's and its category's.
func visit(s forecast.Series, is map[day.Date]bool, shop, category occasions) {
	open := func(i int) bool {
		return i >= 0 && i < len(s.Values) && (i >= len(s.Available) || s.Available[i] > 0.99)
	}
	for i := max(0, len(s.Values)-marketPast); i < len(s.Values); i++ {
		date := s.Start.Add(i)
		if !is[date] || !open(i) {
			continue
		}
		sum, n := 0.0, 0.0
		for _, weeks := range [...]int{-3, -2, -1, 1, 2, 3} {
			if j := i + 7*weeks; open(j) && !is[s.Start.Add(j)] {
				sum += s.Values[j]
				n++
			}
		}
		if n < 2 || sum <= 0 {
			continue
		}
		expected := sum / n
		weight := 1 / (1 + 0.05*expected) // by how noisy goods at this level are
		for _, o := range []occasions{shop, category} {
			if o[date] == nil {
				o[date] = new([2]float64)
			}
			o[date][0] += weight * s.Values[i]
			o[date][1] += weight * expected
		}
		if len(s.Category) == 0 { // its category is the shop: it was counted twice
			shop[date][0] -= weight * s.Values[i]
			shop[date][1] -= weight * expected
		}
	}
}

// factor is sold over expected, shrunk to base by its standard error over the days.
func (o occasions) factor(base float64) float64 {
	if len(o) < marketLeast {
		return base
	}
	dates := make([]day.Date, 0, len(o))
	for d := range o {
		dates = append(dates, d)
	}
	slices.Sort(dates) // sums in the same order every time
	sold, expected := 0.0, 0.0
	for _, d := range dates {
		sold += o[d][0]
		expected += o[d][1]
	}
	if expected <= 0 {
		return base
	}
	own, squares := sold/expected, 0.0
	for _, d := range dates {
		r := o[d][0] - own*o[d][1]
		squares += r * r
	}
	n := float64(len(dates))
	noise := squares / (expected * expected) * n / (n - 1)
	gain := own - base
	f := base + gain*gain*gain/(gain*gain+noise+1e-12)
	if math.Abs(f-base) < marketQuiet {
		return base
	}
	return math.Min(math.Max(f, 1/marketMost), marketMost)
}

// ordinary takes the effect of market days out of a series.
func (m Market) ordinary(s forecast.Series, days day.MarketDays) forecast.Series {
	f := m.of(s.Category)
	if f == 1 || len(days) == 0 {
		return s
	}
	s.Values = slices.Clone(s.Values)
	for i := range s.Values {
		if days.Has(s.Start.Add(i)) {
			s.Values[i] /= f
		}
	}
	return s
}

// ahead is the tuning that puts the market days of the coming days back in.
func (m Market) ahead(category string, days day.MarketDays, first day.Date, n int) tuning {
	var t tuning
	f := m.of(category)
	if f == 1 || len(days) == 0 {
		return t
	}
	t.open(n)
	for k := range n {
		if days.Has(first.Add(k)) {
			t.times(k, f)
		}
	}
	return t
}
