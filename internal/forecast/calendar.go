package forecast

import (
	"math"
	"sync"

	"buhuo/internal/day"
)

// Calendar is what festivals do to demand: for each festival a curve of factors over the days
// around it, of the shop and of each category. Festivals by the moon move through the year, so the
// same weeks of last year would be the wrong ones. Days only.
type Calendar struct {
	Shop     map[day.Festival][]float64            `json:"shop,omitempty"`
	Category map[string]map[day.Festival][]float64 `json:"category,omitempty"`
}

// season of a festival: the days before and after it that it may move.
type season struct {
	festival      day.Festival
	before, after int
}

// seasons in the order in which they are learned, the strongest first; each is learned from what
// those before it leave unexplained, so that neighbours are not counted twice. The lantern festival
// belongs to the spring festival.
var seasons = [...]season{
	{day.SpringFestival, 30, 20},
	{day.NationalDay, 4, 8},
	{day.MidAutumn, 15, 3},
	{day.DragonBoat, 10, 3},
	{day.LabourDay, 4, 6},
	{day.Qingming, 5, 3},
	{day.NewYear, 4, 3},
	{day.WinterSolstice, 4, 2},
	{day.Qixi, 3, 1},
	{day.DoubleNinth, 3, 1},
}

const (
	besides       = 35  // days before and after the season that tell the ordinary level
	besidesLeast  = 10  // of exposure, on each side used
	besidesSales  = 5   // that a product must usually have there to be judged by them alone
	occasionPrior = 0.1 // occasions that "nothing happens" counts for
	calendarMost  = 8.0 // a factor stays between its inverse and this
)

// kernel smooths a curve over neighbouring days.
var kernel = [...]float64{1.0 / 9, 2.0 / 9, 3.0 / 9, 2.0 / 9, 1.0 / 9}

// occasion adds up one festival of one year over products.
type occasion struct {
	sold, expected []float64
	noise          float64 // variance of an ordinary day's ratio around 1
	drift          float64 // squared doubt about the level between the two sides
}

// fitCalendar learns the curves from the histories, whose e holds exposure times weekday factors;
// it leaves the festivals' factors in e.
func fitCalendar(hs []*history) Calendar {
	c := Calendar{Shop: map[day.Festival][]float64{}, Category: map[string]map[day.Festival][]float64{}}
	if len(hs) == 0 {
		return c
	}
	first, last := math.MaxInt, math.MinInt
	byCategory := map[string][]*history{}
	for _, h := range hs {
		first, last = min(first, h.first), max(last, h.first+len(h.y)-1)
		if h.category != "" {
			byCategory[h.category] = append(byCategory[h.category], h)
		}
	}
	for _, s := range seasons {
		var dates []int
		for _, f := range day.FestivalsBetween(day.Date(first), day.Date(last)) {
			if f.Festival == s.festival {
				dates = append(dates, int(f.Date))
			}
		}
		flat := make([]float64, s.before+s.after+1)
		for i := range flat {
			flat[i] = 1
		}
		shop := s.curve(hs, dates, flat)
		if shop == nil {
			continue
		}
		c.Shop[s.festival] = shop
		for _, name := range sortedKeys(byCategory) {
			if own := s.curve(byCategory[name], dates, shop); own != nil {
				if c.Category[name] == nil {
					c.Category[name] = map[day.Festival][]float64{}
				}
				c.Category[name][s.festival] = own
			}
		}
		for _, h := range hs {
			s.apply(c.of(h.category)[s.festival], dates, h.first, h.e)
		}
	}
	return c
}

// curve learns the factors around the dates, shrunk to base: James and Stein over the window, with
// the noise that ordinary days show, and n/(n+k) for the few occasions there are. Nil without data.
func (s season) curve(hs []*history, dates []int, base []float64) []float64 {
	n := len(base)
	sold, expected := make([]float64, n), make([]float64, n)
	noise, count := 0.0, 0.0
	for _, date := range dates {
		o := s.occasion(hs, date)
		if o == nil {
			continue
		}
		for i := range sold {
			if o.expected[i] > 0 { // every occasion weighs the same
				sold[i] += o.sold[i] / o.expected[i]
				expected[i]++
			}
		}
		noise += o.noise*0.235 + o.drift // 0.235 is the sum of the kernel's squares
		count++
	}
	if count == 0 {
		return nil
	}
	own := make([]float64, n)
	for i := range own {
		own[i] = base[i]
		top, bottom := 0.0, 0.0
		for j, k := range kernel {
			if at := i + j - len(kernel)/2; at >= 0 && at < n && expected[at] > 0 {
				top += k * sold[at]
				bottom += k * expected[at]
			}
		}
		if bottom > 0 {
			own[i] = top / bottom
		}
	}
	spread := 0.0
	for i := range own {
		spread += (own[i] - base[i]) * (own[i] - base[i]) / float64(n)
	}
	if spread <= 0 {
		return nil
	}
	share := math.Max(0, 1-noise/(count*count)/spread) * count / (count + occasionPrior)
	if share < 0.02 {
		return nil
	}
	for i := range own {
		own[i] = math.Min(math.Max(base[i]+share*(own[i]-base[i]), 1/calendarMost), calendarMost)
	}
	return own
}

// occasion compares the days around one date with the days beside the season, product by product.
func (s season) occasion(hs []*history, date int) *occasion {
	n := s.before + s.after + 1
	o := &occasion{sold: make([]float64, n), expected: make([]float64, n)}
	plain := make([]float64, 2*besides)
	plainExpected := make([]float64, 2*besides)
	var early, late, both float64
	items := 0
	for _, h := range hs {
		at := date - h.first
		y1, e1 := h.between(at-s.before-besides, at-s.before)
		y2, e2 := h.between(at+s.after+1, at+s.after+1+besides)
		often := float64(h.sales)*e1 > besidesSales*h.seen
		if e1 < besidesLeast || h.mean <= 0 || often && y1 <= 0 {
			continue // too young, never sold, or away at the time
		}
		level, slope := y1/e1, 0.0
		if e2 >= besidesLeast { // a straight line from the middle of one side to that of the other
			slope = (y2/e2 - y1/e1) / float64(n+besides)
			level = (y1/e1 + y2/e2) / 2
		}
		// Neither whether goods that seldom sell count nor for how much may hang on what they sold beside
		// the season: they would be believed to sell more there than in it.
		w := h.mean / (h.variance() + 0.05*h.mean*h.mean)
		if often {
			w = level / (h.roughness(at-s.before-besides, at-s.before, y1/e1) + 0.05*level*level)
		}
		if e2 >= besidesLeast {
			early += w * y1 / e1
			late += w * y2 / e2
			both += w * level
		}
		items++
		for i := range n {
			if t := at - s.before + i; t >= 0 && t < len(h.y) {
				o.sold[i] += w * h.y[t]
				o.expected[i] += w * math.Max(level+slope*(float64(i)-float64(n-1)/2), 0) * h.e[t]
			}
		}
		for i := range plain {
			t, side := at-s.before-besides+i, y1/e1
			if i >= besides {
				t = at + s.after + 1 + i - besides
				side = y2 / math.Max(e2, 1e-9)
			}
			if t >= 0 && t < len(h.y) {
				plain[i] += w * h.y[t]
				plainExpected[i] += w * side * h.e[t]
			}
		}
	}
	if items < 3 {
		return nil
	}
	seen := 0.0
	for i := range plain {
		if plainExpected[i] > 0 {
			r := plain[i]/plainExpected[i] - 1
			o.noise += r * r
			seen++
		}
	}
	if seen > 0 {
		o.noise /= seen
	}
	if both > 0 {
		o.drift = math.Pow((early-late)/both/8, 2) // the line takes most of a steady drift away
	}
	return o
}

// between returns sales and exposure of the periods from..to-1.
func (h *history) between(from, to int) (sold, exposure float64) {
	for t := max(from, 0); t < min(to, len(h.y)); t++ {
		sold += h.y[t]
		exposure += h.e[t]
	}
	return sold, exposure
}

// roughness returns the variance per unit of exposure around a level.
func (h *history) roughness(from, to int, level float64) float64 {
	sum, seen := 0.0, 1e-9
	for t := max(from, 0); t < min(to, len(h.y)); t++ {
		if h.e[t] > 0 {
			r := h.y[t] - level*h.e[t]
			sum += r * r
			seen += h.e[t]
		}
	}
	return sum / seen
}

// apply multiplies x, whose first value is of period `first`, by the curve around the dates.
func (s season) apply(curve []float64, dates []int, first int, x []float64) {
	if curve == nil {
		return
	}
	for _, date := range dates {
		at := date - s.before - first
		for i := max(0, -at); i < len(curve) && at+i < len(x); i++ {
			x[at+i] *= curve[i]
		}
	}
}

// of returns the curves for a category: its own, and the shop's where it has none.
func (c Calendar) of(category string) map[day.Festival][]float64 {
	own := c.Category[category]
	if len(own) == 0 {
		return c.Shop
	}
	out := make(map[day.Festival][]float64, len(c.Shop))
	for f, curve := range c.Shop {
		out[f] = curve
	}
	for f, curve := range own {
		out[f] = curve
	}
	return out
}

// factors returns the festivals' factor of n days from the first on; nil when nothing was learned.
func (c Calendar) factors(category string, first, n int) []float64 {
	if len(c.Shop) == 0 {
		return nil
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	c.multiply(category, first, out)
	return out
}

// multiply multiplies x, whose first value is of day first, by what festivals do.
func (c Calendar) multiply(category string, first int, x []float64) {
	own, dates := c.Category[category], datesIn(first, len(x))
	for i, s := range seasons {
		curve, has := own[s.festival]
		if !has {
			curve = c.Shop[s.festival]
		}
		if len(curve) != s.before+s.after+1 {
			continue
		}
		s.apply(curve, dates[i], first, x)
	}
}

// years is a span of civil years.
type years struct{ first, last int }

var festivalDates sync.Map // years to the dates of each season's festival, in the order of seasons

// datesIn returns the dates of each season's festival in the years that a stretch of days touches. An
// almanac takes long to make, and the products of a shop share their years.
func datesIn(first, n int) *[len(seasons)][]int {
	span := years{day.Date(first - 40).Year(), day.Date(first + n + 40).Year()}
	if known, ok := festivalDates.Load(span); ok {
		return known.(*[len(seasons)][]int)
	}
	out := new([len(seasons)][]int)
	for _, f := range day.FestivalsBetween(day.New(span.first, 1, 1), day.New(span.last, 12, 31)) {
		for i, s := range seasons {
			if s.festival == f.Festival {
				out[i] = append(out[i], int(f.Date))
			}
		}
	}
	known, _ := festivalDates.LoadOrStore(span, out)
	return known.(*[len(seasons)][]int)
}
