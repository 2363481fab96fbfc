package forecast

import (
	"math"

	"buhuo/internal/day"
)

// Yearly is what the time of the year does to demand besides festivals: a factor for each week of
// the year, of the shop and of each category. It takes at least two whole years to tell a season from
// a chance, and what the years do not agree on is shrunk away. For days and weeks; months have their
// own season.
type Yearly struct {
	Shop     []float64            `json:"shop,omitempty"`
	Category map[string][]float64 `json:"category,omitempty"`
}

const (
	yearWeeks   = 52
	yearlyMost  = 4.0 // a factor stays between its inverse and this
	yearlyPrior = 0.5 // years that "no season" counts for
	yearlyAlive = 40  // weeks of a year that a product must have been on the shelf for
	yearlyItems = 3   // products, at least, that tell the season of a category
)

// cyclesOf returns how many whole years the histories hold and where the first begins.
func cyclesOf(hs []*history, f Freq) (begin, cycles int) {
	first, end := math.MaxInt, math.MinInt
	for _, h := range hs {
		first, end = min(first, h.first), max(end, h.first+len(h.y))
	}
	cycles = (end - first) / year[f]
	return end - cycles*year[f], cycles
}

// fitYearly learns from histories whose worth holds exposure, weekday and festival factors.
func fitYearly(hs []*history, f Freq) Yearly {
	if f == Month || len(hs) == 0 {
		return Yearly{}
	}
	begin, cycles := cyclesOf(hs, f)
	if cycles < 2 {
		return Yearly{}
	}
	flat := make([]float64, yearWeeks)
	for i := range flat {
		flat[i] = 1
	}
	y := Yearly{Shop: seasonOfYear(hs, f, begin, cycles, flat), Category: map[string][]float64{}}
	if y.Shop == nil {
		y.Shop = flat
	}
	byCategory := map[string][]*history{}
	for _, h := range hs {
		if h.category != "" {
			byCategory[h.category] = append(byCategory[h.category], h)
		}
	}
	moved := !same(y.Shop, flat)
	for _, name := range sortedKeys(byCategory) {
		if own := seasonOfYear(byCategory[name], f, begin, cycles, y.Shop); own != nil {
			y.Category[name] = own
			moved = true
		}
	}
	if !moved {
		return Yearly{}
	}
	return y
}

func same(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-9 {
			return false
		}
	}
	return true
}

// seasonOfYear returns the factors of a group of products, pulled to base by the share of their
// spread that the differences between years explain (James and Stein's positive part); nil when
// nothing is left. Every product counts by how steadily it sells, within a year against its own mean
// of that year, on a straight line from year to year.
func seasonOfYear(hs []*history, f Freq, begin, cycles int, base []float64) []float64 {
	sold, expected := make([][]float64, cycles), make([][]float64, cycles)
	for c := range sold {
		sold[c], expected[c] = make([]float64, yearWeeks), make([]float64, yearWeeks)
	}
	items := 0
	for _, h := range hs {
		means := make([]float64, cycles)
		for c := range means {
			y, e := h.between(begin+c*year[f]-h.first, begin+(c+1)*year[f]-h.first)
			if e >= yearlyAlive*float64(year[f])/yearWeeks {
				means[c] = y / e
			}
		}
		used := false
		for c, mean := range means {
			if mean <= 0 {
				continue
			}
			used = true
			slope := 0.0 // of the level over the year, as a share of it
			switch {
			case c > 0 && means[c-1] > 0 && c+1 < cycles && means[c+1] > 0:
				slope = (means[c+1] - means[c-1]) / 2 / mean
			case c > 0 && means[c-1] > 0:
				slope = (mean - means[c-1]) / mean
			case c+1 < cycles && means[c+1] > 0:
				slope = (means[c+1] - mean) / mean
			}
			slope = math.Min(math.Max(slope, -1), 1)
			w := mean / (h.variance() + 0.05*mean*mean)
			from := begin + c*year[f]
			slot := slotOfYear(f, from)
			for i := range year[f] {
				if t := from + i - h.first; t >= 0 && t < len(h.y) && h.worth[t] > 0 {
					s := int(slot.at(i))
					line := 1 + slope*((float64(i)+0.5)/float64(year[f])-0.5)
					sold[c][s] += w * h.y[t]
					expected[c][s] += w * mean * line * h.worth[t]
				}
			}
		}
		if used {
			items++
		}
	}
	if items < yearlyItems {
		return nil
	}
	return shrunkYear(sold, expected, base)
}

// shrunkYear smooths and averages the years and pulls the result to base.
func shrunkYear(sold, expected [][]float64, base []float64) []float64 {
	var years [][]float64
	for c := range sold {
		ratio, whole := make([]float64, yearWeeks), true
		for i := range ratio {
			top, bottom := 0.0, 0.0
			for j, k := range kernel {
				at := (i + j - len(kernel)/2 + yearWeeks) % yearWeeks
				top += k * sold[c][at]
				bottom += k * expected[c][at]
			}
			if whole = whole && bottom > 0; whole {
				ratio[i] = top / bottom
			}
		}
		if whole {
			years = append(years, normal(ratio))
		}
	}
	n := float64(len(years))
	if n < 2 {
		return nil
	}
	own := make([]float64, yearWeeks)
	noise, spread := 0.0, 0.0
	for i := range own {
		for _, y := range years {
			own[i] += y[i] / n
		}
		for _, y := range years {
			noise += (y[i] - own[i]) * (y[i] - own[i]) / (n - 1) / n
		}
		spread += (own[i] - base[i]) * (own[i] - base[i])
	}
	if spread <= 0 {
		return nil
	}
	share := math.Max(0, 1-noise/spread) * n / (n + yearlyPrior)
	if share < 0.02 {
		return nil
	}
	out := blend(own, base, share)
	for i := range out {
		out[i] = math.Min(math.Max(out[i], 1/yearlyMost), yearlyMost)
	}
	return out
}

// weekSlot walks through the weeks of the year period by period.
type weekSlot struct {
	first float64 // place in the year of the first period, in weeks from 0
	step  float64 // weeks of a period
}

func slotOfYear(f Freq, number int) weekSlot {
	date := f.First(number)
	y, _, _ := date.Civil()
	place := float64(date-day.New(y, 1, 1)) / 365.25 * yearWeeks
	days := 1.0
	if f == Week {
		days = 7
		place += 3 / 365.25 * yearWeeks // the middle of the week
	}
	return weekSlot{place, days / 365.25 * yearWeeks}
}

// at returns the place in the year of the i-th period, 0 to below 52.
func (s weekSlot) at(i int) float64 {
	return math.Mod(s.first+float64(i)*s.step, yearWeeks)
}

// of returns the curve of a category; nil when there is none.
func (y Yearly) of(category string) []float64 {
	if c, ok := y.Category[category]; ok {
		return c
	}
	return y.Shop
}

// multiply multiplies out, whose first value is of period first, by the season, which runs straight
// from the middle of one week to that of the next.
func (y Yearly) multiply(f Freq, category string, first int, out []float64) {
	curve := y.of(category)
	if curve == nil {
		return
	}
	slot := slotOfYear(f, first)
	past := 0.0 // weeks of the whole years that are over
	for i := range out {
		x := slot.first + float64(i)*slot.step - past
		for x >= yearWeeks {
			x -= yearWeeks
			past += yearWeeks
		}
		if x -= 0.5; x < 0 {
			x += yearWeeks
		}
		a := int(x)
		share := x - float64(a)
		out[i] *= (1-share)*curve[a%yearWeeks] + share*curve[(a+1)%yearWeeks]
	}
}
