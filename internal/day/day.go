// Package day holds calendar days as a shop counts them, instants, the lunar
// calendar, festivals and market days. A Date is a day in the shop's own
// calendar and has no zone and no hours; only Of and Start meet a clock's
// time, and both are told the zone. The package never reads a clock.
package day

import (
	"fmt"
	"math"
	"time"
)

// Date counts days since 1970-01-01 in the shop's calendar.
type Date int32

// None is no day: the answer of lookups that find nothing.
const None Date = math.MinInt32

// The bounds of what Parse takes and of the festival tables.
const (
	FirstYear = 1990
	LastYear  = 2100
)

const secondsPerDay = 24 * 60 * 60

// Of is the day that a clock in zone shows at t.
func Of(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return New(y, m, d)
}

// New is the day of a civil date; like time.Date it carries over a day or
// month outside its range.
func New(year int, month time.Month, dayOfMonth int) Date {
	return Date(floorDiv(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix(), secondsPerDay))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (d Date) utc() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String is the ISO form, 2006-01-02.
func (d Date) String() string {
	if d == None {
		return ""
	}
	y, m, dom := d.Civil()
	return fmt.Sprintf("%04d-%02d-%02d", y, int(m), dom)
}

// Civil is the year, month and day of the month.
func (d Date) Civil() (year int, month time.Month, dayOfMonth int) { return d.utc().Date() }

// Year is the civil year.
func (d Date) Year() int { return d.utc().Year() }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Weekday(floorMod(int64(d)+4, 7)) // 1970-01-01 was a Thursday
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// Add is the day n days later, or earlier when n is negative.
func (d Date) Add(n int) Date { return d + Date(n) }

// Monday is the Monday of d's week.
func (d Date) Monday() Date { return d - Date(floorMod(int64(d)+3, 7)) }

// FirstOfMonth is the first day of d's month.
func (d Date) FirstOfMonth() Date {
	_, _, dom := d.Civil()
	return d - Date(dom-1)
}

// Start is the first instant of the day in zone. Where clocks jump over
// midnight it is the instant after the jump; where midnight comes twice, the
// first one.
func (d Date) Start(zone *time.Location) time.Time {
	y, m, dom := d.Civil()
	t := time.Date(y, m, dom, 0, 0, 0, 0, zone)
	if Of(t, zone) < d { // midnight does not exist; the day begins with the jump
		_, end := t.ZoneBounds()
		return end
	}
	begin, _ := t.ZoneBounds()
	if begin.IsZero() {
		return t
	}
	// With the offset before the last jump, midnight may have come already.
	_, offset := begin.Add(-time.Nanosecond).Zone()
	if earlier := time.Unix(int64(d)*secondsPerDay-int64(offset), 0).In(zone); earlier.Before(t) && Of(earlier, zone) == d {
		return earlier
	}
	return t
}

// Micros is an instant in microseconds since 1970-01-01 UTC.
type Micros int64

// At is the instant t, cut to the microsecond.
func At(t time.Time) Micros { return Micros(t.UnixMicro()) }

// Time is the instant as a time in UTC.
func (m Micros) Time() time.Time { return time.UnixMicro(int64(m)).UTC() }
