package day

import (
	"sync"

	"github.com/6tail/lunar-go/calendar"
)

// LunarDate is a day of the Chinese lunar calendar. Month is negative in a
// leap month: -2 is the leap second month.
type LunarDate struct{ Year, Month, Day int }

// lunarMonth is one month of an almanac: where it begins and which it is.
type lunarMonth struct {
	first  Date
	number int8
}

// almanac is what is looked up about one year: the months of the lunar year
// that begins in it, and its festivals by date.
type almanac struct {
	months    []lunarMonth
	festivals []FestivalDay
}

// The almanacs reach one year further than dates do on either side, because a
// January belongs to the lunar year before.
const (
	firstAlmanac = FirstYear - 1
	lastAlmanac  = LastYear + 1
)

// almanacs are made one by one at their first use (about a millisecond each,
// too long to do all of them when the program starts) and then only read.
var almanacs [lastAlmanac - firstAlmanac + 1]struct {
	once sync.Once
	year *almanac
}

// yearOf is the almanac of a year; nil outside the range.
func yearOf(year int) *almanac {
	if year < firstAlmanac || year > lastAlmanac {
		return nil
	}
	slot := &almanacs[year-firstAlmanac]
	slot.once.Do(func() { slot.year = newAlmanac(year) })
	return slot.year
}

func newAlmanac(year int) *almanac {
	source := calendar.NewLunarYear(year)
	a := new(almanac)
	for e := source.GetMonthsInYear().Front(); e != nil; e = e.Next() {
		m := e.Value.(*calendar.LunarMonth)
		a.months = append(a.months, lunarMonth{fromJulian(m.GetFirstJulianDay()), int8(m.GetMonth())})
	}
	a.festivals = festivalsOf(year, a.months, source.GetJieQiJulianDays())
	return a
}

// fromJulian is the civil day, in Chinese time, of a Julian day number.
func fromJulian(julian float64) Date {
	s := calendar.NewSolarFromJulianDay(julian)
	return civil(s.GetYear(), s.GetMonth(), s.GetDay())
}

// Lunar is the lunar date of d. It is known for every day that Parse takes;
// more than a year outside that range it is the zero LunarDate.
func Lunar(d Date) LunarDate {
	year := d.Year()
	a := yearOf(year)
	if a != nil && d < a.months[0].first {
		year--
		a = yearOf(year)
	}
	if a == nil {
		return LunarDate{}
	}
	for i := len(a.months) - 1; i >= 0; i-- {
		if m := a.months[i]; d >= m.first {
			return LunarDate{Year: year, Month: int(m.number), Day: int(d-m.first) + 1}
		}
	}
	return LunarDate{}
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
