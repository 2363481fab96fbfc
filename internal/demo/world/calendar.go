package world

import (
	"math"
	"strings"
	"time"

	"buhuo/internal/day"
)

// season is how demand moves through the year: either a wave with its peak in
// one month, or a window outside of which the product is not sold.
type season struct {
	bounded     bool
	first, last int // months of the window
	peak        float64
	swing       float64
}

// parseSeason reads "-", "7+0.6" or "w11-2".
func parseSeason(s string) season {
	if s == "-" {
		return season{}
	}
	if months, ok := strings.CutPrefix(s, "w"); ok {
		first, last, _ := strings.Cut(months, "-")
		return season{bounded: true, first: whole(first), last: whole(last)}
	}
	peak, swing, _ := strings.Cut(s, "+")
	return season{peak: decimal(peak), swing: decimal(swing)}
}

// factor is the season's share of ordinary demand at a point of the year, in
// months from 0 to 12.
func (s season) factor(point float64) float64 {
	if !s.bounded {
		return max(0.04, 1+s.swing*math.Cos(2*math.Pi*(point-s.peak+0.5)/12))
	}
	length := math.Mod(float64(s.last-s.first)+12, 12) + 1
	x := math.Mod(point-float64(s.first-1)+12, 12)
	if x >= length {
		return 0
	}
	return 0.4 + 0.9*math.Sin(math.Pi*x/length)
}

// festive is a time of the year that has goods of its own.
type festive uint8

const (
	beforeSpring festive = iota
	dragonBoat
	midAutumn
	qingming
	lantern
	solstice
	festiveCount
)

var festiveNames = map[string]festive{
	"cny": beforeSpring, "dragon": dragonBoat, "moon": midAutumn,
	"qing": qingming, "lantern": lantern, "solstice": solstice,
}

var festivals = [festiveCount]day.Festival{
	day.SpringFestival, day.DragonBoat, day.MidAutumn, day.Qingming, day.Lantern, day.WinterSolstice,
}

// festivalDefaults is the height of the rush before Spring Festival for goods
// whose row says nothing, by category number.
var festivalDefaults = map[int]float64{
	10: 1.35, 11: 1.6, 12: 1.5, 13: 2.2, 14: 1.4, 15: 1.3, 16: 1.4, 17: 1.35, 18: 1.1,
	19: 1.3, 20: 1.6, 21: 1.7, 22: 1.5, 23: 1.8, 24: 1.5, 25: 1.1, 26: 1.15,
}

// almanac is what the calendar says about one day.
type almanac struct {
	date      day.Date
	weekday   int               // ISO, 1 is Monday
	point     float64           // in the year, months from 0 to 12
	year      float64           // since the opening
	distance  [festiveCount]int // days since the nearest festival, negative before
	market    bool
	golden    bool // the holiday weeks that bring visitors to Anji
	onlineDay float64
}

func almanacOf(w *World, d day.Date) almanac {
	_, month, dom := d.Civil()
	a := almanac{
		date: d, weekday: isoWeekday(d), point: float64(month-1) + float64(dom-1)/30.5,
		year: float64(d-w.From) / 365.25, market: w.Shop.Markets.Has(d),
		golden: month == time.May && dom <= 5 || month == time.October && dom <= 7,
	}
	for i, f := range festivals {
		next := int(day.Next(f, d) - d)
		last := int(d - day.Next(f, d.Add(-200)))
		a.distance[i] = -next
		if last >= 0 && last < next {
			a.distance[i] = last
		}
	}
	a.onlineDay = onlineFever(month, dom)
	return a
}

func isoWeekday(d day.Date) int {
	if wd := int(d.Weekday()); wd != 0 {
		return wd
	}
	return 7
}

// onlineFever is the pull of the two big shopping days on online demand.
func onlineFever(month time.Month, dom int) float64 {
	switch {
	case month == time.November && dom == 11:
		return 4
	case month == time.November && dom >= 1 && dom <= 12, month == time.June && dom == 18:
		return 2.2
	case month == time.June && dom >= 10 && dom <= 20:
		return 1.5
	}
	return 1
}

// festivalFactor is what the festivals around the day do to a product.
func (p *Product) festivalFactor(a *almanac) float64 {
	f := springFactor(a.distance[beforeSpring], p.habits.festivals[beforeSpring])
	for i := dragonBoat; i < festiveCount; i++ {
		height, ok := p.habits.festivals[i]
		if !ok {
			continue
		}
		switch k := a.distance[i]; {
		case k <= 0 && k >= -14:
			f *= 1 + (height-1)*math.Exp(float64(k)/3.5)
		case k > 0 && k <= 3 && height > 3:
			f *= 0.6
		}
	}
	return f
}

// springFactor is the rush before the lunar new year and the quiet after it.
func springFactor(k int, height float64) float64 {
	switch {
	case k < 0 && k >= -30:
		x := float64(k+4) / 7
		return 1 + (height-1)*math.Exp(-x*x/2)
	case k >= 0 && k <= 2:
		return 0.35
	case k >= 3 && k <= 6:
		return 0.65
	case k >= 7 && k <= 14:
		return 0.85
	}
	return 1
}

// inSeason reports whether the shop offers the product at that time: inside
// its window, and festival goods only around their festival.
func (p *Product) inSeason(a *almanac) bool {
	if !p.habits.season.bounded {
		return true
	}
	if p.habits.season.factor(a.point) == 0 {
		return false
	}
	for f := range festiveCount {
		if height := p.habits.festivals[f]; height >= 5 {
			k := a.distance[f]
			return k >= -35 && k <= 2 || f == qingming && k > 0 && k <= 14
		}
	}
	return true
}

// temper is how a category lives through week and day.
type temper struct {
	week   [7]float64
	market float64
	golden float64
	hours  [14]float64 // from 7 to 21
	noise  float64     // gamma shape of a day
	pull   float64     // price elasticity
}

var (
	morning = [14]float64{13, 16, 12, 9, 6, 3, 3, 4, 7, 11, 8, 4, 2, 2}
	allDay  = [14]float64{4, 6, 7, 8, 7, 5, 5, 7, 8, 10, 11, 10, 7, 5}
	evening = [14]float64{2, 3, 4, 6, 8, 7, 6, 8, 9, 9, 10, 11, 10, 7}
	online  = [14]float64{2, 3, 5, 7, 7, 8, 8, 6, 6, 5, 6, 9, 13, 15}

	weekFresh  = [7]float64{0.95, 0.93, 0.94, 0.96, 1.02, 1.13, 1.07}
	weekTreats = [7]float64{0.88, 0.87, 0.89, 0.93, 1.09, 1.24, 1.10}
	weekDry    = [7]float64{0.96, 0.94, 0.96, 0.97, 1.01, 1.12, 1.04}
)

// temperOf is the temper of a category by its number.
func temperOf(category int) temper {
	switch category {
	case 10, 12, 19:
		return temper{weekFresh, 1.3, 1.15, morning, 14, 1.6}
	case 11:
		return temper{weekFresh, 1.3, 1.25, allDay, 10, 2.2}
	case 21, 22:
		return temper{weekTreats, 1.12, 1.4, evening, 8, 2.4}
	case 13, 14, 20:
		return temper{weekDry, 1.2, 1.5, allDay, 6, 2.2}
	case 23:
		return temper{weekTreats, 1.1, 1.2, evening, 5, 1.8}
	case 24, 27:
		return temper{weekTreats, 1.1, 1.1, allDay, 6, 2}
	}
	return temper{weekDry, 1.12, 1, allDay, 6, 1.8}
}
