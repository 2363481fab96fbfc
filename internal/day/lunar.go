package day

import (
	"sort"
	"sync"

	"github.com/6tail/lunar-go/calendar"
)

// LunarDate is a day of the Chinese lunar calendar. Month is negative in a
// leap month: -2 is the leap second month.
type LunarDate struct{ Year, Month, Day int }

// lunarMonth is one month of the table: where it begins and which it is.
type lunarMonth struct {
	first Date
	year  int16
	month int8
}

// almanac is everything that is looked up, computed once from lunar-go: the
// months of the lunar years around the range, and the days of two solar terms.
type almanac struct {
	months    []lunarMonth // ascending, the last one only closes the table
	qingming  [years]Date
	solstice  [years]Date
	festivals []FestivalDay // ascending
	byYear    map[Festival]*[years]Date
}

const years = LastYear - FirstYear + 1

// Positions of the two terms in lunar-go's list of a year, which begins with
// the Great Snow of the year before.
const (
	termQingming = 8
	termSolstice = 25
)

// table is built at the first use (some milliseconds) and never written again.
var table = sync.OnceValue(func() *almanac {
	a := &almanac{}
	for y := FirstYear - 1; y <= LastYear; y++ {
		year := calendar.NewLunarYear(y)
		for e := year.GetMonthsInYear().Front(); e != nil; e = e.Next() {
			m := e.Value.(*calendar.LunarMonth)
			a.months = append(a.months, lunarMonth{fromJulian(m.GetFirstJulianDay()), int16(y), int8(m.GetMonth())})
		}
		if y >= FirstYear {
			terms := year.GetJieQiJulianDays()
			a.qingming[y-FirstYear] = fromJulian(terms[termQingming])
			a.solstice[y-FirstYear] = fromJulian(terms[termSolstice])
		}
	}
	closing := calendar.NewLunarYear(LastYear + 1).GetMonth(1)
	a.months = append(a.months, lunarMonth{first: fromJulian(closing.GetFirstJulianDay())})
	a.fillFestivals()
	return a
})

// fromJulian is the civil day, in Chinese time, of a Julian day number.
func fromJulian(julian float64) Date {
	s := calendar.NewSolarFromJulianDay(julian)
	return civil(s.GetYear(), s.GetMonth(), s.GetDay())
}

// Lunar is the lunar date of d. It is known from the lunar year 1989 to the
// end of the lunar year 2100; outside, the zero LunarDate.
func Lunar(d Date) LunarDate {
	months := table().months
	i := sort.Search(len(months), func(i int) bool { return months[i].first > d })
	if i == 0 || i == len(months) {
		return LunarDate{}
	}
	m := months[i-1]
	return LunarDate{Year: int(m.year), Month: int(m.month), Day: int(d-m.first) + 1}
}

var (
	lunarMonths = [13]string{"", "正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"}
	lunarDigits = [11]string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
)

// Chinese writes month and day as calendars do: 正月初一, 十月十五, 闰二月廿九;
// empty for the zero LunarDate.
func (l LunarDate) Chinese() string {
	month, leap := l.Month, ""
	if month < 0 {
		month, leap = -month, "闰"
	}
	if month < 1 || month > 12 || l.Day < 1 || l.Day > 30 {
		return ""
	}
	return leap + lunarMonths[month] + "月" + lunarDay(l.Day)
}

func lunarDay(d int) string {
	switch {
	case d <= 10:
		return "初" + lunarDigits[d]
	case d < 20:
		return "十" + lunarDigits[d-10]
	case d == 20:
		return "二十"
	case d < 30:
		return "廿" + lunarDigits[d-20]
	}
	return "三十"
}
