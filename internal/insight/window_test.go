package insight_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/insight"
)

func on(y int, m time.Month, d int) day.Date { return day.New(y, m, d) }

func TestWindowsOfKnownDays(t *testing.T) {
	for _, c := range []struct {
		period        insight.Period
		d             day.Date
		from, through day.Date
	}{
		{insight.Week, on(2026, 11, 29), on(2026, 11, 23), on(2026, 11, 29)},
		{insight.Month, on(2028, 2, 11), on(2028, 2, 1), on(2028, 2, 29)},
		{insight.Quarter, on(2026, 11, 29), on(2026, 10, 1), on(2026, 12, 31)},
		{insight.Year, on(2026, 1, 1), on(2026, 1, 1), on(2026, 12, 31)},
		{insight.Festival, on(2026, 11, 29), on(2026, 1, 20), on(2026, 3, 3)}, // 17 February 2026
		{insight.Festival, on(2027, 1, 9), on(2027, 1, 9), on(2027, 2, 20)},   // 6 February 2027
		{insight.Festival, on(2027, 1, 8), on(2026, 1, 20), on(2026, 3, 3)},
	} {
		if got := c.period.Of(c.d); got != (insight.Window{From: c.from, Through: c.through}) {
			t.Errorf("%s about %s is %s to %s", c.period, c.d, got.From, got.Through)
		}
	}
}

// Both windows of a lunar comparison lie alike to their Spring Festival: the weeks before
// the festival of 2026 (17 February) are compared with those before that of 2025 (29
// January), not with the same weeks of January.
func TestLunarComparison(t *testing.T) {
	s := insight.SpanOf(insight.Month, insight.Month.Of(on(2026, 2, 1)), insight.Lunar, on(2026, 11, 29))
	if want := on(2025, 1, 13); s.Other.From != want || s.Other.Days() != 28 {
		t.Errorf("February 2026 is compared with %s to %s", s.Other.From, s.Other.Through)
	}
	s = insight.SpanOf(insight.Year, insight.Year.Of(on(2026, 11, 1)), insight.LastYear, on(2026, 11, 29))
	if s.Other.Through >= s.Whole.From || s.Other.From.Weekday() != s.Window.From.Weekday() {
		t.Errorf("2026 is compared with %s to %s", s.Other.From, s.Other.Through)
	}
}

func TestSpans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := rapid.SampledFrom(insight.Periods()).Draw(t, "period")
		against := rapid.SampledFrom(insight.Comparisons()).Draw(t, "against")
		d := on(1994, 1, 1).Add(rapid.IntRange(0, 38000).Draw(t, "day"))
		known := d.Add(rapid.IntRange(-400, 400).Draw(t, "known"))
		whole := period.Of(d)
		if period != insight.Festival && !whole.Has(d) {
			t.Fatalf("%s of %s is %s to %s", period, d, whole.From, whole.Through)
		}
		s := insight.SpanOf(period, whole, against, known)
		if s.Window.Days() != s.Other.Days() || s.Window.Days() < 0 {
			t.Fatalf("%d days are compared with %d", s.Window.Days(), s.Other.Days())
		}
		if s.Other.Through >= s.Whole.From {
			t.Fatalf("%s to %s overlaps %s to %s", s.Other.From, s.Other.Through, s.Whole.From, s.Whole.Through)
		}
		if s.Window.Through > max(known, whole.From.Add(-1)) {
			t.Fatalf("known through %s, the window ends on %s", known, s.Window.Through)
		}
		if next := period.Of(period.Next(whole)); next.From <= whole.From {
			t.Fatalf("behind %s comes %s", whole.From, next.From)
		}
		if before := period.Of(period.Previous(whole)); before.From >= whole.From {
			t.Fatalf("before %s comes %s", whole.From, before.From)
		}
		if against == insight.Lunar && s.Window.Days() > 0 {
			a, b := day.Lunar(s.Window.From), day.Lunar(s.Other.From)
			if period != insight.Year && a.Month > 0 && b.Month > 0 && min(abs(a.Day-b.Day), 30-abs(a.Day-b.Day)) > 2 { // months have 29 or 30 days
				t.Fatalf("%s (%s) is compared with %s (%s)", s.Window.From, a.Chinese(), s.Other.From, b.Chinese())
			}
		}
	})
}

func abs(n int) int { return max(n, -n) }
