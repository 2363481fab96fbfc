package day

import (
	"cmp"
	"slices"
	"sort"
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

// Festivals lists all festivals in the order of the year.
func Festivals() []Festival {
	return []Festival{
		NewYear, SpringFestival, Lantern, Qingming, LabourDay, DragonBoat,
		Qixi, MidAutumn, NationalDay, DoubleNinth, WinterSolstice,
	}
}

type monthDay struct{ month, day int }

var (
	civilFestivals = map[Festival]monthDay{NewYear: {1, 1}, LabourDay: {5, 1}, NationalDay: {10, 1}}
	lunarFestivals = map[Festival]monthDay{
		SpringFestival: {1, 1}, Lantern: {1, 15}, DragonBoat: {5, 5},
		Qixi: {7, 7}, MidAutumn: {8, 15}, DoubleNinth: {9, 9},
	}
)

// fillFestivals lays the festivals of every year out for lookup. A lunar
// festival is kept in its ordinary month: a leap month repeats no festival.
func (a *almanac) fillFestivals() {
	starts := make(map[monthDay]Date, len(a.months)) // by lunar year and month
	for _, m := range a.months {
		starts[monthDay{int(m.year), int(m.month)}] = m.first
	}
	a.byYear = make(map[Festival]*[years]Date)
	for _, f := range Festivals() {
		days := new([years]Date)
		for i := range days {
			y := FirstYear + i
			if md, ok := civilFestivals[f]; ok {
				days[i] = civil(y, md.month, md.day)
			} else if md, ok := lunarFestivals[f]; ok {
				days[i] = starts[monthDay{y, md.month}].Add(md.day - 1)
			} else if f == Qingming {
				days[i] = a.qingming[i]
			} else {
				days[i] = a.solstice[i]
			}
			a.festivals = append(a.festivals, FestivalDay{f, days[i]})
		}
		a.byYear[f] = days
	}
	slices.SortStableFunc(a.festivals, func(x, y FestivalDay) int { return cmp.Compare(x.Date, y.Date) })
}

func civil(year, month, dayOfMonth int) Date { return New(year, time.Month(month), dayOfMonth) }

// FestivalsBetween lists the festivals from the day from to the day to, both
// included, by date. The slice is the caller's.
func FestivalsBetween(from, to Date) []FestivalDay {
	all := table().festivals
	i := sort.Search(len(all), func(i int) bool { return all[i].Date >= from })
	j := sort.Search(len(all), func(i int) bool { return all[i].Date > to })
	if i >= j {
		return nil
	}
	return slices.Clone(all[i:j])
}

// Next is the first day of f on or after from; None for an unknown festival
// and after 2100. Before 1990 it is the festival of 1990.
func Next(f Festival, from Date) Date {
	days, ok := table().byYear[f]
	if !ok {
		return None
	}
	// Each festival falls once in every civil year, so the year tells where.
	i := max(0, from.Year()-FirstYear)
	if i < years && days[i] < from {
		i++
	}
	if i >= years {
		return None
	}
	return days[i]
}

// SpringFestivalOf is the first day of the lunar year that begins in the civil
// year; None outside 1990 to 2100.
func SpringFestivalOf(year int) Date {
	if year < FirstYear || year > LastYear {
		return None
	}
	return table().byYear[SpringFestival][year-FirstYear]
}
