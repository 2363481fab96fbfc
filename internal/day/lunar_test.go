package day_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/fault"
)

// From the Hong Kong Observatory's calendars and the notices of the State
// Council.
func TestSpringFestivals(t *testing.T) {
	for year, want := range map[int]day.Date{
		1990: day.New(1990, 1, 27), 2000: day.New(2000, 2, 5), 2015: day.New(2015, 2, 19), 2016: day.New(2016, 2, 8), 2017: day.New(2017, 1, 28),
		2018: day.New(2018, 2, 16), 2019: day.New(2019, 2, 5), 2020: day.New(2020, 1, 25), 2021: day.New(2021, 2, 12), 2022: day.New(2022, 2, 1),
		2023: day.New(2023, 1, 22), 2024: day.New(2024, 2, 10), 2025: day.New(2025, 1, 29), 2026: day.New(2026, 2, 17), 2027: day.New(2027, 2, 6),
		2028: day.New(2028, 1, 26), 2029: day.New(2029, 2, 13), 2030: day.New(2030, 2, 3), 2033: day.New(2033, 1, 31), 2034: day.New(2034, 2, 19),
	} {
		if got := day.SpringFestivalOf(year); got != want {
			t.Errorf("%d: %v, want %v", year, got, want)
		}
		if got := day.Next(day.SpringFestival, day.New(year, 1, 1)); got != want {
			t.Errorf("Next in %d: %v, want %v", year, got, want)
		}
	}
	if day.SpringFestivalOf(1989) != day.None || day.SpringFestivalOf(2101) != day.None {
		t.Error("years outside the table must have none")
	}
}

func TestFestivalsOfKnownYears(t *testing.T) {
	want := map[day.Festival][2]day.Date{
		day.NewYear:        {day.New(2025, 1, 1), day.New(2026, 1, 1)},
		day.SpringFestival: {day.New(2025, 1, 29), day.New(2026, 2, 17)},
		day.Lantern:        {day.New(2025, 2, 12), day.New(2026, 3, 3)},
		day.Qingming:       {day.New(2025, 4, 4), day.New(2026, 4, 5)},
		day.LabourDay:      {day.New(2025, 5, 1), day.New(2026, 5, 1)},
		day.DragonBoat:     {day.New(2025, 5, 31), day.New(2026, 6, 19)},
		day.Qixi:           {day.New(2025, 8, 29), day.New(2026, 8, 19)}, // 2025 has a leap sixth month
		day.MidAutumn:      {day.New(2025, 10, 6), day.New(2026, 9, 25)},
		day.NationalDay:    {day.New(2025, 10, 1), day.New(2026, 10, 1)},
		day.DoubleNinth:    {day.New(2025, 10, 29), day.New(2026, 10, 18)},
		day.WinterSolstice: {day.New(2025, 12, 21), day.New(2026, 12, 22)},
	}
	if len(want) != len(day.Festivals()) {
		t.Fatalf("%d festivals are known here, %d there", len(want), len(day.Festivals()))
	}
	for f, days := range want {
		if got := day.Next(f, day.New(2025, 1, 1)); got != days[0] {
			t.Errorf("%s 2025: %v, want %v", f, got, days[0])
		}
		if got := day.Next(f, days[0].Add(1)); got != days[1] {
			t.Errorf("%s 2026: %v, want %v", f, got, days[1])
		}
		if got := day.Next(f, days[1]); got != days[1] {
			t.Errorf("%s: a day must be its own next, got %v", f, got)
		}
	}
}

// Every year has each festival once, at its season; leap months repeat none.
func TestEveryYearHasEveryFestivalOnce(t *testing.T) {
	season := map[day.Festival][2]string{
		day.NewYear: {"01-01", "01-01"}, day.SpringFestival: {"01-21", "02-21"}, day.Lantern: {"02-04", "03-07"},
		day.Qingming: {"04-04", "04-05"}, day.LabourDay: {"05-01", "05-01"}, day.DragonBoat: {"05-27", "06-26"},
		day.Qixi: {"07-30", "08-31"}, day.MidAutumn: {"09-07", "10-08"}, day.NationalDay: {"10-01", "10-01"},
		day.DoubleNinth: {"10-01", "11-01"}, day.WinterSolstice: {"12-21", "12-23"},
	}
	for year := day.FirstYear; year <= day.LastYear; year++ {
		found := day.FestivalsBetween(day.New(year, 1, 1), day.New(year, 12, 31))
		if len(found) != len(season) {
			t.Fatalf("%d has %v", year, found)
		}
		if !slices.IsSortedFunc(found, func(a, b day.FestivalDay) int { return int(a.Date - b.Date) }) {
			t.Fatalf("%d is not in order: %v", year, found)
		}
		for _, f := range found {
			md := f.Date.String()[5:]
			if s := season[f.Festival]; md < s[0] || md > s[1] {
				t.Errorf("%s of %d is on %s, season %v", f.Festival, year, md, s)
			}
		}
	}
}

func TestFestivalLookupsAgree(t *testing.T) {
	last := day.New(day.LastYear, 12, 31)
	rapid.Check(t, func(t *rapid.T) {
		from := dates().Draw(t, "from")
		f := rapid.SampledFrom(day.Festivals()).Draw(t, "festival")
		want := day.None
		for _, found := range day.FestivalsBetween(from, last) {
			if found.Festival == f {
				want = found.Date
				break
			}
		}
		if got := day.Next(f, from); got != want {
			t.Fatalf("the next %s from %v is %v, want %v", f, from, got, want)
		}
	})
	if day.Next("carnival", 0) != day.None {
		t.Error("an unknown festival has a day")
	}
	if got := day.Next(day.NewYear, 0); got != day.New(1990, 1, 1) {
		t.Errorf("from before the table: %v", got)
	}
	if day.FestivalsBetween(100, 50) != nil {
		t.Error("a range that ends before it begins has festivals")
	}
	day.FestivalsBetween(day.New(2026, 1, 1), day.New(2026, 12, 31))[0].Date = 0
	if day.Next(day.NewYear, day.New(2026, 1, 1)) != day.New(2026, 1, 1) ||
		day.FestivalsBetween(day.New(2026, 1, 1), day.New(2026, 1, 1))[0].Date == 0 {
		t.Error("a caller can change the table")
	}
}

func TestLunarDates(t *testing.T) {
	tests := []struct {
		date day.Date
		want day.LunarDate
		text string
	}{
		{day.New(2026, 11, 23), day.LunarDate{Year: 2026, Month: 10, Day: 15}, "十月十五"},
		{day.New(2026, 2, 17), day.LunarDate{Year: 2026, Month: 1, Day: 1}, "正月初一"},
		{day.New(2026, 2, 16), day.LunarDate{Year: 2025, Month: 12, Day: 29}, "腊月廿九"},
		{day.New(2025, 1, 28), day.LunarDate{Year: 2024, Month: 12, Day: 29}, "腊月廿九"},
		{day.New(2023, 3, 22), day.LunarDate{Year: 2023, Month: -2, Day: 1}, "闰二月初一"},
		{day.New(2025, 7, 25), day.LunarDate{Year: 2025, Month: -6, Day: 1}, "闰六月初一"},
		{day.New(2020, 5, 23), day.LunarDate{Year: 2020, Month: -4, Day: 1}, "闰四月初一"},
		{day.New(2033, 12, 22), day.LunarDate{Year: 2033, Month: -11, Day: 1}, "闰冬月初一"}, // the year of the 2033 problem
		{day.New(1990, 1, 1), day.LunarDate{Year: 1989, Month: 12, Day: 5}, "腊月初五"},
		{day.New(2024, 2, 9), day.LunarDate{Year: 2023, Month: 12, Day: 30}, "腊月三十"},
		{day.New(2024, 1, 30), day.LunarDate{Year: 2023, Month: 12, Day: 20}, "腊月二十"},
		{day.New(2099, 12, 31), day.LunarDate{Year: 2099, Month: 11, Day: 20}, "冬月二十"},
	}
	for _, tt := range tests {
		if got := day.Lunar(tt.date); got != tt.want || got.Chinese() != tt.text {
			t.Errorf("%v is %v %s, want %v %s", tt.date, got, got.Chinese(), tt.want, tt.text)
		}
	}
	for _, d := range []day.Date{day.New(1980, 1, 1), day.New(2150, 1, 1), day.None} {
		if l := day.Lunar(d); l != (day.LunarDate{}) || l.Chinese() != "" {
			t.Errorf("%v lies outside the table, got %v", d, l)
		}
	}
}

// The table has no hole: each day follows the one before, months have 29 or 30
// days, years 12 or 13 months.
func TestLunarDaysFollowEachOther(t *testing.T) {
	previous := day.Lunar(day.New(day.FirstYear, 1, 1))
	months := map[int]int{}
	for d := day.New(day.FirstYear, 1, 2); d <= day.New(day.LastYear, 12, 31); d++ {
		l := day.Lunar(d)
		sameMonth := l.Year == previous.Year && l.Month == previous.Month
		if sameMonth && l.Day != previous.Day+1 || !sameMonth && (l.Day != 1 || previous.Day < 29) || l.Day > 30 {
			t.Fatalf("%v is %v, the day before %v", d, l, previous)
		}
		if !sameMonth {
			months[l.Year]++
			follows := l.Month == -previous.Month || l.Month > 0 && l.Month == abs(previous.Month)%12+1
			if !follows || l.Year != previous.Year && l.Month != 1 {
				t.Fatalf("%v begins %v after %v", d, l, previous)
			}
		}
		previous = l
	}
	for year := day.FirstYear; year < day.LastYear; year++ {
		if n := months[year]; n != 12 && n != 13 {
			t.Errorf("the lunar year %d has %d months", year, n)
		}
	}
}

func abs(n int) int { return max(n, -n) }

func TestConcurrentLookups(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			d := day.New(2026, time.Month(1+i%12), 1+i)
			if day.Lunar(d).Day == 0 || day.Next(day.MidAutumn, d) == day.None {
				t.Errorf("no answer for %v", d)
			}
		})
	}
	wg.Wait()
}

func TestMarketDays(t *testing.T) {
	for in, want := range map[string]string{
		"1,6": "1,6", "6 1": "1,6", "１，６": "1,6", "一、六": "1,6", "逢一、六": "1,6", "5，10": "0,5", "五、十": "0,5", "3,3": "3", "": "", " 2;7 ": "2,7",
	} {
		m, err := day.ParseMarketDays(in)
		if err != nil || m.String() != want {
			t.Errorf("ParseMarketDays(%q) = %v, %v; want %s", in, m, err, want)
		}
		if again, err := day.ParseMarketDays(m.String()); err != nil || !slices.Equal(again, m) {
			t.Errorf("%v reads back as %v, %v", m, again, err)
		}
	}
	for _, in := range []string{"x", "11", "-1", "1.6", "1,x", "一六", "99999999999", strings.Repeat("1,", 1<<20)} {
		if m, err := day.ParseMarketDays(in); fault.KindOf(err) != fault.Invalid || m != nil {
			t.Errorf("ParseMarketDays(%.20q) = %v, %v", in, m, err)
		}
	}
	market := day.MarketDays{0, 5}
	count := 0
	for d := day.New(2026, 2, 17); d < day.New(2026, 3, 19); d++ { // the first lunar month, 30 days
		if market.Has(d) {
			count++
			if n := day.Lunar(d).Day % 5; n != 0 {
				t.Errorf("a market on %s", day.Lunar(d).Chinese())
			}
		}
	}
	if count != 6 {
		t.Errorf("%d markets in a month, want 6", count)
	}
	if (day.MarketDays{}).Has(day.New(2026, 2, 17)) || (day.MarketDays{0}).Has(day.New(2300, 1, 1)) {
		t.Error("a market where none can be")
	}
}

func FuzzParseMarketDays(f *testing.F) {
	for _, s := range []string{"1,6", "逢五、十", "１ ６", "x", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := day.ParseMarketDays(s)
		if err != nil {
			return
		}
		for i, n := range m {
			if n < 0 || n > 9 || i > 0 && m[i-1] >= n {
				t.Fatalf("%q read as %v", s, m)
			}
		}
		if again, err := day.ParseMarketDays(m.String()); err != nil || !slices.Equal(again, m) {
			t.Fatalf("%q read as %v, again as %v, %v", s, m, again, err)
		}
	})
}

func BenchmarkLunar(b *testing.B) {
	d := day.New(2026, 11, 23)
	for b.Loop() {
		day.Lunar(d)
	}
}
