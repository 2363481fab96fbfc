package day_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/fault"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func dates() *rapid.Generator[day.Date] {
	first, last := day.New(day.FirstYear, 1, 1), day.New(day.LastYear, 12, 31)
	return rapid.Map(rapid.Int32Range(int32(first), int32(last)), func(n int32) day.Date { return day.Date(n) })
}

func TestCalendarAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := day.Date(rapid.Int32Range(-200_000, 200_000).Draw(t, "d"))
		want := time.Date(1970, 1, 1+int(d), 12, 0, 0, 0, time.UTC)
		y, m, dom := d.Civil()
		wy, wm, wd := want.Date()
		if y != wy || m != wm || dom != wd || d.Year() != wy || d.Weekday() != want.Weekday() {
			t.Fatalf("%d is %d-%d-%d %v, want %v", d, y, m, dom, d.Weekday(), want)
		}
		if d.String() != want.Format(time.DateOnly) && wy >= 0 && wy <= 9999 {
			t.Fatalf("%d writes %s, want %s", d, d, want.Format(time.DateOnly))
		}
		if day.New(y, m, dom) != d || day.Of(want, time.UTC) != d {
			t.Fatalf("%v does not come back", d)
		}
		if mon := d.Monday(); mon.Weekday() != time.Monday || mon > d || mon.Add(6) < d {
			t.Fatalf("the Monday of %v is %v", d, mon)
		}
		if first := d.FirstOfMonth(); first != day.New(y, m, 1) {
			t.Fatalf("the first of %v's month is %v", d, first)
		}
	})
	if day.New(2026, 2, 30) != day.New(2026, 3, 2) || day.New(2026, 13, 1) != day.New(2027, 1, 1) {
		t.Error("New must carry over like time.Date")
	}
	if day.None.String() != "" {
		t.Error("no day must be written as nothing")
	}
}

// Against field mistake 12: a sale at 23:59 in the shop booked on the next day, and days of 23 or 25
// hours.
func TestFieldMistake12TheShopsDayIsNotTheServersDay(t *testing.T) {
	shanghai, paris := zone(t, "Asia/Shanghai"), zone(t, "Europe/Paris")
	tests := []struct {
		utc  string
		zone *time.Location
		want day.Date
	}{
		{"2026-11-23T15:59:59Z", shanghai, day.New(2026, 11, 23)}, // 23:59:59 in the shop
		{"2026-11-23T16:00:00Z", shanghai, day.New(2026, 11, 24)},
		{"2026-11-22T16:00:00Z", shanghai, day.New(2026, 11, 23)},
		{"2026-03-29T21:59:59Z", paris, day.New(2026, 3, 29)}, // a day of 23 hours
		{"2026-03-28T23:00:00Z", paris, day.New(2026, 3, 29)},
		{"2026-03-29T22:00:00Z", paris, day.New(2026, 3, 30)},
		{"2026-10-24T22:00:00Z", paris, day.New(2026, 10, 25)}, // a day of 25 hours
		{"2026-10-25T22:59:59Z", paris, day.New(2026, 10, 25)},
		{"2026-10-25T23:00:00Z", paris, day.New(2026, 10, 26)},
		{"1969-12-31T23:59:59Z", time.UTC, day.Date(-1)},
	}
	for _, tt := range tests {
		at, err := time.Parse(time.RFC3339, tt.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.Of(at, tt.zone); got != tt.want {
			t.Errorf("%s in %s is %v, want %v", tt.utc, tt.zone, got, tt.want)
		}
	}
}

func TestLengthOfADay(t *testing.T) {
	tests := []struct {
		zone  string
		date  day.Date
		hours float64
	}{
		{"Asia/Shanghai", day.New(2026, 3, 29), 24},
		{"Asia/Shanghai", day.New(1990, 4, 15), 23}, // summer time of 1986 to 1991
		{"Europe/Paris", day.New(2026, 3, 29), 23},
		{"Europe/Paris", day.New(2026, 10, 25), 25},
		{"America/Havana", day.New(2025, 11, 2), 25},    // midnight comes twice
		{"America/Sao_Paulo", day.New(2018, 11, 4), 23}, // there is no midnight
		{"Australia/Lord_Howe", day.New(2026, 10, 4), 23.5},
		{"Pacific/Apia", day.New(2011, 12, 30), 0}, // a day that never was
	}
	for _, tt := range tests {
		z := zone(t, tt.zone)
		if got := tt.date.Add(1).Start(z).Sub(tt.date.Start(z)).Hours(); got != tt.hours {
			t.Errorf("%s in %s has %v hours, want %v", tt.date, tt.zone, got, tt.hours)
		}
	}
}

// Start is the first instant of the day: it lies in the day, and the instant
// before does not.
func TestStartIsTheFirstInstant(t *testing.T) {
	zones := []*time.Location{time.UTC}
	for _, name := range []string{"Asia/Shanghai", "Europe/Paris", "America/Sao_Paulo", "America/Havana", "America/Asuncion",
		"Asia/Beirut", "Asia/Kathmandu", "Atlantic/Azores", "Australia/Lord_Howe", "Africa/Cairo", "America/Scoresbysund"} {
		zones = append(zones, zone(t, name))
	}
	for _, z := range zones {
		for d := day.New(day.FirstYear, 1, 1); d < day.New(2040, 1, 1); d++ {
			start := d.Start(z)
			if day.Of(start, z) != d || day.Of(start.Add(-time.Nanosecond), z) >= d {
				t.Fatalf("%v starts in %s at %v", d, z, start)
			}
		}
	}
}

func TestMicros(t *testing.T) {
	at := time.Date(2026, 11, 23, 23, 59, 59, 999_999_999, zone(t, "Asia/Shanghai"))
	got := day.At(at).Time()
	if got.Location() != time.UTC || !got.Equal(at.Truncate(time.Microsecond)) || day.At(got) != day.At(at) {
		t.Errorf("%v came back as %v", at, got)
	}
}

func TestParse(t *testing.T) {
	want := day.New(2026, 1, 2)
	for _, in := range []string{
		"2026-01-02", "2026-1-2", "2026/1/2", "2026/01/02", "2026.1.2", "20260102", "2026年1月2日", "2026年01月02日", " 2026-01-02 ",
		"２０２６－０１－０２", "２０２６年１月２日", "２０２６／１／２", "\u30002026-1-2", "2026 年 1 月 2 日", "2026−01−02",
	} {
		if got, err := day.Parse(in); err != nil || got != want {
			t.Errorf("Parse(%q) = %v, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", " ", "today", "26-01-02", "02-01-2026", "1/2/2026", "2026-13-01", "2026-00-10", "2026-02-29", "2026-04-31", "2026-1-0",
		"2026-1", "2026-1-2-3", "2026-1/2", "2026年1月2", "1月2日", "2026-01-02T10:00", "-2026-01-02", "2026-+1-2", "2026-01-02\x00",
		"2O26-01-02", "45000", "🗓", "\xff\xff", "二〇二六年一月二日", strings.Repeat("2026-01-02", 1<<20),
	} {
		if got, err := day.Parse(in); !errors.Is(err, day.ErrSyntax) || fault.KindOf(err) != fault.Invalid || got != 0 {
			t.Errorf("Parse(%.30q) = %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"1899-12-31", "1989-12-31", "2101-01-01", "2999-01-01", "0001-01-01"} {
		if got, err := day.Parse(in); !errors.Is(err, day.ErrRange) || got != 0 {
			t.Errorf("Parse(%q) = %v, %v", in, got, err)
		}
	}
	for _, in := range []string{"1990-01-01", "2100-12-31", "2024-02-29"} {
		if got, err := day.Parse(in); err != nil || got.String() != in {
			t.Errorf("Parse(%q) = %v, %v", in, got, err)
		}
	}
}

func TestParseReadsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dates().Draw(t, "d")
		if back, err := day.Parse(d.String()); err != nil || back != d {
			t.Fatalf("%d wrote %s, read %v, %v", d, d, back, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-01-02", "2026年1月2日", "20260102", "２０２６／１／２", "2026.2.29", "1899-1-1", "\xff"} {
		f.Add(s)
	}
	first, last := day.New(day.FirstYear, 1, 1), day.New(day.LastYear, 12, 31)
	f.Fuzz(func(t *testing.T, s string) {
		d, err := day.Parse(s)
		if err != nil {
			if d != 0 || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%q was refused with %v, %v", s, d, err)
			}
			return
		}
		if d < first || d > last {
			t.Fatalf("%q read as %v, out of range", s, d)
		}
		if back, err := day.Parse(d.String()); err != nil || back != d {
			t.Fatalf("%q read %v, read again %v, %v", s, d, back, err)
		}
	})
}
