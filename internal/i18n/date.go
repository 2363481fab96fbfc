package i18n

import (
	"strconv"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

var weekdays = map[Lang][7]string{
	ZhHans: {"周日", "周一", "周二", "周三", "周四", "周五", "周六"},
	Fr:     {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	En:     {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

var shortWeekdays = map[Lang][7]string{
	ZhHans: {"日", "一", "二", "三", "四", "五", "六"},
	Fr:     {"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
	En:     {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
}

var months = map[Lang][12]string{
	Fr: {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	En: {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
}

var shortMonths = map[Lang][12]string{
	Fr: {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
	En: months[En],
}

// Weekday names a day of the week in full.
func (p *Printer) Weekday(w time.Weekday) string { return weekdays[p.lang][w] }

// WeekdayShort names a day of the week for the axis of a chart.
func (p *Printer) WeekdayShort(w time.Weekday) string { return shortWeekdays[p.lang][w] }

// Date writes a day in full: "2026年11月23日", "23 novembre 2026", "23 Nov 2026".
func (p *Printer) Date(d day.Date) string {
	y, m, n := d.Civil()
	if p.lang == ZhHans {
		return strconv.Itoa(y) + "年" + strconv.Itoa(int(m)) + "月" + strconv.Itoa(n) + "日"
	}
	return p.dayNumber(n) + noBreak + months[p.lang][m-1] + noBreak + strconv.Itoa(y)
}

// DateShort leaves the year out: "11月23日", "23 nov.", "23 Nov".
func (p *Printer) DateShort(d day.Date) string {
	_, m, n := d.Civil()
	if p.lang == ZhHans {
		return strconv.Itoa(int(m)) + "月" + strconv.Itoa(n) + "日"
	}
	return p.dayNumber(n) + noBreak + shortMonths[p.lang][m-1]
}

// WeekdayDate is how people name a near day: "11月23日 周一", "lundi 23 novembre",
// "Monday 23 Nov".
func (p *Printer) WeekdayDate(d day.Date) string {
	_, m, n := d.Civil()
	w := p.Weekday(d.Weekday())
	if p.lang == ZhHans {
		return p.DateShort(d) + " " + w
	}
	return w + " " + p.dayNumber(n) + noBreak + months[p.lang][m-1]
}

// Month writes a month of a year: "2026年11月", "novembre 2026", "Nov 2026".
func (p *Printer) Month(d day.Date) string {
	y, m, _ := d.Civil()
	if p.lang == ZhHans {
		return strconv.Itoa(y) + "年" + strconv.Itoa(int(m)) + "月"
	}
	return months[p.lang][m-1] + noBreak + strconv.Itoa(y)
}

// dayNumber is the day of the month; the French say "1er".
func (p *Printer) dayNumber(n int) string {
	if p.lang == Fr && n == 1 {
		return "1er"
	}
	return strconv.Itoa(n)
}

// Time writes the time of day of an instant that already stands in the shop's zone.
func (p *Printer) Time(t time.Time) string { return t.Format("15:04") }

// DateTime writes an instant that already stands in the shop's zone.
func (p *Printer) DateTime(t time.Time) string {
	return p.DateShort(day.Of(t, t.Location())) + " " + p.Time(t)
}

// Lunar writes the day of the Chinese calendar: "农历十月十五", "10e lune, 15e jour",
// "10th lunar month, day 15".
func (p *Printer) Lunar(d day.Date) string {
	l := day.Lunar(d)
	month, leap := l.Month, l.Month < 0
	if leap {
		month = -month
	}
	switch p.lang {
	case ZhHans:
		return "农历" + l.Chinese()
	case Fr:
		text := ordinalFr(month, "1re") + " lune"
		if leap {
			text += " bis"
		}
		return text + ", " + ordinalFr(l.Day, "1er") + " jour"
	default:
		text := ordinalEn(month) + " lunar month"
		if leap {
			text = "leap " + text
		}
		return text + ", day " + strconv.Itoa(l.Day)
	}
}

func ordinalFr(n int, first string) string {
	if n == 1 {
		return first
	}
	return strconv.Itoa(n) + "e"
}

func ordinalEn(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// Festival names a festival of the calendar.
func (p *Printer) Festival(f day.Festival) string { return p.T("festival." + string(f)) }

// Unit names a unit for a number of it: "斤", "boxes", "caisses".
func (p *Printer) Unit(code string, n measure.Quantity) string {
	return p.T("unit."+code, A("n", n))
}

// Measured writes a number with its unit: "18 斤", "2 boxes", "1,5 kg".
func (p *Printer) Measured(q measure.Quantity, code string) string {
	return p.Quantity(q) + noBreak + p.Unit(code, q)
}

// Between says that something lies between two figures; of equal ones it says one.
func (p *Printer) Between(low, high string) string {
	if low == high {
		return low
	}
	return p.T("figure.between", A("low", low), A("high", high))
}

// Role names what a person may do in the shop.
func (p *Printer) Role(r tenant.Role) string { return p.T("role." + string(r)) }
