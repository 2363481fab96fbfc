package table_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

// means forecasts a table and returns the mean of each period of an item.
func means(t *testing.T, o table.Options, in, item string) (out []float64) {
	t.Helper()
	steps, _ := run(t, o, in, "item\n"+item+"\n")
	for _, line := range steps[1:] {
		var m float64
		if _, err := fmt.Sscan(line[2], &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// daily writes what an item sold each day.
func daily(item string, from day.Date, days int, sold func(int) (quantity, available float64)) string {
	var b strings.Builder
	for d := range days {
		quantity, available := sold(d)
		fmt.Fprintf(&b, "%s,%s,%g,%g\n", item, from.Add(d), quantity, available)
	}
	return b.String()
}

const head = "item,date,quantity,available\n"

// Against field mistake 1: days that have not come yet are no days without sales. A flat history
// stays flat at every horizon, also where the file ends in the middle of a week or a month.
func TestFieldMistake01FlatTableStaysFlat(t *testing.T) {
	in := head + daily("a", day.New(2024, 1, 1), 802, func(int) (float64, float64) { return 2, 1 }) // ends on Thursday, 12 March 2026
	for _, c := range []struct {
		freq    forecast.Freq
		horizon int
		least   float64
		most    float64
	}{{forecast.Day, 60, 1.98, 2.02}, {forecast.Week, 30, 13.8, 14.2}, {forecast.Month, 24, 55, 63}} {
		got := means(t, table.Options{Freq: c.freq, Horizon: c.horizon}, in, "a")
		for k, m := range got {
			if m < c.least || m > c.most {
				t.Errorf("2 a day: %s %d of %d has mean %v", c.freq, k+1, c.horizon, m)
				break
			}
		}
		if len(got) != c.horizon {
			t.Errorf("%d of %d %ss", len(got), c.horizon, c.freq)
		}
	}
}

// Against field mistake 2: who buys ten once in ten days wants one a day, not ten.
func TestFieldMistake02LumpyTable(t *testing.T) {
	in := head + daily("a", day.New(2025, 1, 1), 300, func(d int) (float64, float64) {
		if d%10 == 4 {
			return 10, 1
		}
		return 0, 1
	})
	total := 0.0
	for _, m := range means(t, table.Options{Freq: forecast.Day, Horizon: 20}, in, "a") {
		total += m
	}
	if total < 12 || total > 30 {
		t.Errorf("20 days at one a day come to %v", total)
	}
}

// Against field mistake 3: hardly ever on the shelf is no licence for a multiple of anything seen.
func TestFieldMistake03NearlyAlwaysOutTable(t *testing.T) {
	var in strings.Builder
	in.WriteString(head)
	first := day.New(2025, 1, 1)
	for i := range 12 {
		in.WriteString(daily(fmt.Sprintf("like%02d", i), first, 90, func(d int) (float64, float64) { return float64(3 + (d+i)%3), 1 }))
	}
	in.WriteString(daily("never", first, 90, func(int) (float64, float64) { return 0, 0 }))
	in.WriteString(daily("hardly", first, 90, func(d int) (float64, float64) {
		if d == 40 {
			return 1, 0.01
		}
		return 0, 0
	}))
	for _, item := range []string{"never", "hardly"} {
		for k, m := range means(t, table.Options{Freq: forecast.Day, Horizon: 14}, in.String(), item) {
			if !(m >= 0) || m > 30 || item == "never" && (m < 2 || m > 7) {
				t.Errorf("%s, day %d: %v, where its like sell 4 a day", item, k+1, m)
			}
		}
	}
}

// Against field mistake 4: the same silence is no demand on a full shelf, and says nothing on an
// empty one.
func TestFieldMistake04SilenceOnFullAndEmptyShelves(t *testing.T) {
	first := day.New(2025, 1, 1)
	week := func(open float64) float64 {
		in := head + daily("a", first, 120, func(d int) (float64, float64) {
			if d%4 < 2 {
				return 0, open
			}
			return 6, 1
		})
		total := 0.0
		for _, m := range means(t, table.Options{Freq: forecast.Day, Horizon: 28}, in, "a") {
			total += m / 28
		}
		return total
	}
	if full, empty := week(1), week(0); math.Abs(full-3) > 0.6 || math.Abs(empty-6) > 0.8 {
		t.Errorf("6 on every other two days: %v a day with full shelves, %v where the others were empty", full, empty)
	}
}
