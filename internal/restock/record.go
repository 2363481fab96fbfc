package restock

import (
	"math"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

const (
	// recordDays is how many days a kept forecast speaks of.
	recordDays = 7
	// recordLevel is how sure "likely at most" is.
	recordLevel = 0.95
	// recentWeeks are the weeks whose forecast and demand are told as sums,
	// judgedWeeks those in which "likely at most" is counted.
	recentWeeks, judgedWeeks = 8, 20
)

// Record is what was forecast of a product before the days came. Of each week the
// first forecast is kept and never changed: only so can it be judged honestly.
type Record struct {
	ProductID  ident.ID
	Week       day.Date // its Monday
	First      day.Date // first day that is spoken of
	Days       int
	Expected   measure.Quantity
	LikelyMost measure.Quantity  // 19 of 20 such stretches stay at or below it
	Unadjusted *measure.Quantity // without what people said; nil: they said nothing
	Replayed   bool              // worked out afterwards, from nothing later than the day before First
	MadeAt     day.Micros
}

// Last is the last day that is spoken of.
func (r Record) Last() day.Date { return r.First.Add(r.Days - 1) }

// recorded is the product's forecast as it is kept.
func (c surroundings) recorded(s subject, e expectation) Record {
	ours := e.course(1) // whole days
	told := ours.tuned(e.said)
	r := Record{ProductID: s.product.ID, Week: c.first.Monday(), First: c.first, Days: recordDays, MadeAt: c.madeAt}
	r.Expected = thousandths(told.Sum(recordDays).Mean())
	r.LikelyMost = measure.Quantity(math.Ceil(min(told.Sum(recordDays).Quantile(recordLevel)*1000, float64(measure.MaxQuantity))))
	if plain := thousandths(ours.Sum(recordDays).Mean()); plain != r.Expected {
		r.Unadjusted = &plain
	}
	return r
}

// current reports whether the forecast begins on the shop's present day: one of days
// that are long over is no forecast.
func (c surroundings) current() bool {
	return c.first == day.Of(c.madeAt.Time(), c.shop.Zone)
}

// Accuracy is how the forecasts of past weeks did.
type Accuracy struct {
	Weeks            int // told as sums, the latest
	Expected, Wanted measure.Quantity
	Held, Of         int  // of so many weeks "likely at most" held in so many
	Replayed         bool // some were worked out afterwards
	Since            day.Date
	Past             []Judged // the latest last
}

// Judged is one kept forecast and what was wanted.
type Judged struct {
	Record
	Wanted measure.Quantity
}

// judge compares the records whose days are over with what was wanted on them.
func judge(records []Record, history demand.Series, corrected []demand.Corrected) Accuracy {
	var a Accuracy
	for _, r := range records {
		if wanted, ok := wantedBetween(history, corrected, r.First, r.Last()); ok {
			a.Past = append(a.Past, Judged{r, wanted})
		}
	}
	a.Past = a.Past[max(0, len(a.Past)-judgedWeeks):]
	a.Of = len(a.Past)
	for i, j := range a.Past {
		if j.Wanted <= j.LikelyMost {
			a.Held++
		}
		a.Replayed = a.Replayed || j.Replayed
		if i < a.Of-recentWeeks {
			continue
		}
		if a.Weeks++; a.Weeks == 1 {
			a.Since = j.First
		}
		a.Expected += j.Expected
		a.Wanted += j.Wanted
	}
	return a
}

// wantedBetween is what was wanted on the days from and to and between; false when
// the history does not reach that far.
func wantedBetween(history demand.Series, corrected []demand.Corrected, from, to day.Date) (measure.Quantity, bool) {
	first, last := int(from-history.Start), int(to-history.Start)
	if first < 0 || last < first || last >= len(corrected) {
		return 0, false
	}
	sum := 0.0
	for _, d := range corrected[first : last+1] {
		sum += d.Demand
	}
	return thousandths(sum), true
}
