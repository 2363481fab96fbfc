package insight

import (
	"time"

	"buhuo/internal/day"
)

// Window is a stretch of whole days of the shop, both ends included.
type Window struct{ From, Through day.Date }

// Days is how long it is.
func (w Window) Days() int { return int(w.Through-w.From) + 1 }

// Sensible reports whether it has days, not more than ten years of them, in a time that
// anybody keeps figures of.
func (w Window) Sensible() bool {
	return w.From >= bounds.From && w.Through <= bounds.Through && w.Through >= w.From && w.Days() <= 3660
}

// Has reports whether a day lies in it.
func (w Window) Has(d day.Date) bool { return d >= w.From && d <= w.Through }

// shift moves both ends.
func (w Window) shift(n int) Window { return Window{w.From.Add(n), w.Through.Add(n)} }

// Period is the sort of window that people ask for.
type Period string

// The periods. Festival is from four weeks before Spring Festival to the Lantern
// Festival, two weeks behind it; Custom is named by its two days.
const (
	Week     Period = "week"
	Month    Period = "month"
	Quarter  Period = "quarter"
	Year     Period = "year"
	Festival Period = "festival"
	Custom   Period = "custom"
)

// Periods lists those that have a name.
func Periods() []Period { return []Period{Week, Month, Quarter, Year, Festival} }

// Against is what a window is compared with.
type Against string

// The comparisons.
const (
	// Lunar is the same days of the lunar year before: both windows lie alike to their
	// Spring Festival, and so to every festival of the moon.
	Lunar Against = "lunar"
	// LastYear is 52 weeks before: the same weekdays.
	LastYear Against = "year"
	// Before is the days just before, as many.
	Before Against = "before"
)

// Comparisons lists them, the usual one first.
func Comparisons() []Against { return []Against{Lunar, LastYear, Before} }

// The days about Spring Festival that sell differently.
const beforeFestival, afterFestival = 28, 14

// bounds are the days that windows may have.
var bounds = Window{day.New(1991, time.February, 1), day.New(2099, time.December, 31)}

// Of is the whole period about a day.
func (p Period) Of(d day.Date) Window {
	d = min(max(d, bounds.From), bounds.Through)
	year, month, _ := d.Civil()
	switch p {
	case Week:
		return Window{d.Monday(), d.Monday().Add(6)}
	case Month:
		return Window{d.FirstOfMonth(), day.New(year, month+1, 1).Add(-1)}
	case Quarter:
		first := month - (month-1)%3
		return Window{day.New(year, first, 1), day.New(year, first+3, 1).Add(-1)}
	case Festival:
		at := day.SpringFestivalOf(year)
		if d < at.Add(-beforeFestival) { // it is still far: the one before is the latest
			at = day.SpringFestivalOf(year - 1)
		}
		return Window{at.Add(-beforeFestival), at.Add(afterFestival)}
	}
	return Window{day.New(year, time.January, 1), day.New(year, time.December, 31)}
}

// Next and Previous are a day of the periods about w.
func (p Period) Next(w Window) day.Date {
	if p == Festival {
		return day.SpringFestivalOf(w.Through.Year() + 1)
	}
	return w.Through.Add(1)
}

// Previous is a day of the period before w.
func (p Period) Previous(w Window) day.Date {
	if p == Festival {
		return day.SpringFestivalOf(w.Through.Year() - 1)
	}
	return w.From.Add(-1)
}

// shift is how many days before a period the one lies that it is compared with: the
// whole period's, so that it stays while the days of the period pass.
func (a Against) shift(whole Window) int {
	switch a {
	case Lunar:
		now := nearestFestival(whole.From.Add(whole.Days() / 2))
		return int(now - day.SpringFestivalOf(now.Year()-1))
	case LastYear:
		return max(364, (whole.Days()+6)/7*7) // a year is longer than 52 weeks
	}
	return whole.Days()
}

// nearestFestival is the Spring Festival that is nearest to a day.
func nearestFestival(d day.Date) day.Date {
	best := day.SpringFestivalOf(d.Year())
	for _, year := range []int{d.Year() - 1, d.Year() + 1} {
		if at := day.SpringFestivalOf(year); at != day.None && abs(at-d) < abs(best-d) {
			best = at
		}
	}
	return best
}

func abs(d day.Date) day.Date { return max(d, -d) }

// Span is the window that is asked for, cut where days are not over, and what it is
// compared with.
type Span struct {
	Period  Period
	Whole   Window // the period as the calendar has it
	Window  Window // as far as it is known
	Against Against
	Other   Window // as many days as Window
	Shift   int    // how many days lie between Window and Other
}

// SpanOf finds the windows of a period, known through a day. Of a period that has not
// begun both are empty: Through lies before From.
func SpanOf(p Period, whole Window, a Against, known day.Date) Span {
	s := Span{Period: p, Whole: whole, Window: whole, Against: a, Shift: a.shift(whole)}
	if s.Shift < whole.Days() { // a lunar year is shorter than what is compared: days would count on both sides
		s.Against = LastYear
		s.Shift = LastYear.shift(whole)
	}
	s.Window.Through = max(min(whole.Through, known), whole.From.Add(-1))
	s.Other = s.Window.shift(-s.Shift)
	return s
}
