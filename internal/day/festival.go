package day

import (
	"cmp"
	"slices"
	"time"
)

// Festival is the code of a day on which a Chinese shop sells differently.
type Festival string

// The festivals, in the order of the year.
const (
	NewYear        Festival = "new_year"        // 1 January
	SpringFestival Festival = "spring_festival" // lunar 1/1
	Lantern        Festival = "lantern"         // lunar 1/15
	Qingming       Festival = "qingming"        // solar term, 4 or 5 April
	LabourDay      Festival = "labour_day"      // 1 May
	DragonBoat     Festival = "dragon_boat"     // lunar 5/5
	Qixi           Festival = "qixi"            // lunar 7/7
	MidAutumn      Festival = "mid_autumn"      // lunar 8/15
	NationalDay    Festival = "national_day"    // 1 October
	DoubleNinth    Festival = "double_ninth"    // lunar 9/9
	WinterSolstice Festival = "winter_solstice" // solar term, 21 to 23 December
)

// FestivalDay is one festival of one year.
type FestivalDay struct {
	Festival Festival
	Date     Date
}

// Positions of the two solar terms in lunar-go's list of a year, which begins
// with the Great Snow of the year before.
const (
	termQingming = 8
	termSolstice = 25
)

// dayOfYear finds the one day of a festival in a civil year from the months of
// the lunar year that begins in it and from its solar terms.
type dayOfYear func(year int, months []lunarMonth, terms []float64) Date

func onCivil(month, dayOfMonth int) dayOfYear {
	return func(year int, _ []lunarMonth, _ []float64) Date { return civil(year, month, dayOfMonth) }
}

// onLunar means the ordinary month: a leap month repeats no festival. All the
// lunar festivals fall before the civil year ends.
func onLunar(month int8, dayOfMonth int) dayOfYear {
	return func(_ int, months []lunarMonth, _ []float64) Date {
		i := slices.IndexFunc(months, func(m lunarMonth) bool { return m.number == month })
		return months[i].first.Add(dayOfMonth - 1)
	}
}

func onTerm(position int) dayOfYear {
	return func(_ int, _ []lunarMonth, terms []float64) Date { return fromJulian(terms[position]) }
}

// rules is the list of festivals, in the order of the year.
var rules = []struct {
	festival Festival
	day      dayOfYear
}{
	{NewYear, onCivil(1, 1)},
	{SpringFestival, onLunar(1, 1)},
	{Lantern, onLunar(1, 15)},
	{Qingming, onTerm(termQingming)},
	{LabourDay, onCivil(5, 1)},
	{DragonBoat, onLunar(5, 5)},
	{Qixi, onLunar(7, 7)},
	{MidAutumn, onLunar(8, 15)},
	{NationalDay, onCivil(10, 1)},
	{DoubleNinth, onLunar(9, 9)},
	{WinterSolstice, onTerm(termSolstice)},
}

// Festivals lists all festivals in the order of the year.
func Festivals() []Festival {
	list := make([]Festival, len(rules))
	for i, r := range rules {
		list[i] = r.festival
	}
	return list
}

func festivalsOf(year int, months []lunarMonth, terms []float64) []FestivalDay {
	days := make([]FestivalDay, len(rules))
	for i, r := range rules {
		days[i] = FestivalDay{r.festival, r.day(year, months, terms)}
	}
	slices.SortStableFunc(days, func(a, b FestivalDay) int { return cmp.Compare(a.Date, b.Date) })
	return days
}

func civil(year, month, dayOfMonth int) Date { return New(year, time.Month(month), dayOfMonth) }

// FestivalsBetween lists the festivals from the day from to the day to, both
// included, by date. It knows the years 1990 to 2100.
func FestivalsBetween(from, to Date) []FestivalDay {
	if from > to {
		return nil
	}
	var found []FestivalDay
	for year := max(from.Year(), FirstYear); year <= min(to.Year(), LastYear); year++ {
		for _, f := range yearOf(year).festivals {
			if f.Date >= from && f.Date <= to {
				found = append(found, f)
			}
		}
	}
	return found
}

// Next is the first day of f on or after from; None for an unknown festival
// and after 2100. Before 1990 it is the festival of 1990.
func Next(f Festival, from Date) Date {
	// Each festival falls once in every civil year.
	year := max(from.Year(), FirstYear)
	if d := festivalIn(year, f); d >= from {
		return d
	}
	return festivalIn(year+1, f)
}

// SpringFestivalOf is the first day of the lunar year that begins in the civil
// year; None outside 1990 to 2100.
func SpringFestivalOf(year int) Date { return festivalIn(year, SpringFestival) }

func festivalIn(year int, f Festival) Date {
	if year < FirstYear || year > LastYear {
		return None
	}
	for _, day := range yearOf(year).festivals {
		if day.Festival == f {
			return day.Date
		}
	}
	return None
}
