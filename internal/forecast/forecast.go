// Package forecast says, as probability distributions, how much of each product will be wanted in
// the next days, weeks or months, and in any sum of them. What one short series cannot tell is
// learned jointly over all products of a shop (Fit), kept in a Pool, and applied to one product at
// a time (Pool.Forecast). It is pure arithmetic on slices: it knows no clock, no database, no
// stock, no supplier and no language.
package forecast

import (
	"fmt"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/forecast/dist"
	"buhuo/internal/forecast/prior"
)

// Distribution is the distribution of an amount of demand, in base units.
type Distribution = dist.Distribution

// Freq is the length of a period.
type Freq uint8

// The lengths of a period.
const (
	Day Freq = iota
	Week
	Month
)

// ParseFreq reads "day", "week" or "month".
func ParseFreq(s string) (Freq, error) {
	for f := Day; f <= Month; f++ {
		if f.String() == s {
			return f, nil
		}
	}
	return 0, fmt.Errorf("frequency %q is not day, week or month", s)
}

// String returns "day", "week" or "month".
func (f Freq) String() string { return [...]string{"day", "week", "month"}[f] }

// season returns how many periods make the season that is learned.
func (f Freq) season() int { return [...]int{7, 1, 12}[f] }

// Number returns the running number of the period that holds the date.
func (f Freq) Number(d day.Date) int {
	switch f {
	case Week:
		return floorDiv(int(d)+3, 7) // day 0 was a Thursday
	case Month:
		y, m, _ := d.Civil()
		return y*12 + int(m) - 1
	}
	return int(d)
}

// First returns the first date of the period with this number: a Monday, or the first of a month.
func (f Freq) First(number int) day.Date {
	switch f {
	case Week:
		return day.Date(number*7 - 3)
	case Month:
		return day.New(floorDiv(number, 12), time.Month(number-12*floorDiv(number, 12)+1), 1)
	}
	return day.Date(number)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

// Form says what kind of amounts a product sells in.
type Form uint8

// Auto looks at the values: whole numbers only means sold by the piece.
const (
	Auto Form = iota
	Counted
	Weighed
)

// Series is the history of one product, one value per period without gaps.
type Series struct {
	ID       string
	Category string    // items of one category lend each other what they have learned; may be empty
	Label    float64   // price asked, which puts a product that has not sold yet beside its like; 0 unknown
	Form     Form      // by the piece, by weight, or as the values look
	Start    day.Date  // first date of the first period
	Values   []float64 // sold, in base units; negative and undefined values count as 0
	// Available is the share of each period's demand that fell into time on the shelf, 0..1;
	// 0 means that demand is unknown, not absent. Nil means always on the shelf.
	Available []float64
	// Price, Promo and Holiday are optional and may be nil: the selling price (0 unknown; longer than
	// Values: prices planned), the
	// share of the period in promotion, and 1 on days off.
	Price, Promo, Holiday []float64
	// Around is what other shops sell of such goods, a period; the zero value: nobody told. It
	// is believed as far as the category's own products tell less.
	Around prior.Level
}

// Flag says in one word what the reader of a forecast should know about it.
type Flag string

// The flags.
const (
	Prior    Flag = "prior"    // there is no history to speak of: the answer is what similar products sell
	Unseen   Flag = "unseen"   // never on the shelf in the history given
	Short    Flag = "short"    // fewer than 16 periods since the first sale
	Dormant  Flag = "dormant"  // nothing sold for a long time
	Censored Flag = "censored" // empty shelves hid a good part of the demand
)

// Parts says what a forecast is made of, for the sentence that explains it.
type Parts struct {
	Level      float64            `json:"level"`               // demand per normal period
	Members    map[string]float64 `json:"members,omitempty"`   // the level that each model saw
	Season     []float64          `json:"season,omitempty"`    // factor per weekday (Sunday first) or month
	Calendar   []float64          `json:"calendar,omitempty"`  // factor of festivals per step, daily forecasts
	Trend      float64            `json:"trend"`               // factor of every step: how much busier than usual the whole shop is expected to be
	Promotion  []float64          `json:"promotion,omitempty"` // factor of promotions per step, planned or expected
	Price      []float64          `json:"price,omitempty"`     // factor of prices per step, planned or expected
	Yearly     []float64          `json:"yearly,omitempty"`    // factor of the time of the year per step
	Noise      float64            `json:"noise"`               // variance of a normal period around the level
	Told       float64            `json:"told"`                // share of the noise that the product's own history told, 0..1
	Correction float64            `json:"correction"`          // demand over sales on the days with goods, lately: 1 when the shelf was never empty
	Periods    int                `json:"periods"`             // history used
	Sales      int                `json:"sales"`               // periods with a sale in it
}

// Forecast is the answer for one product.
type Forecast struct {
	First day.Date       `json:"first"` // first date of the first period forecast
	Freq  Freq           `json:"freq"`
	Steps []Distribution `json:"steps"` // demand of each period
	Sums  []Distribution `json:"sums"`  // total demand from the first period through each
	Parts Parts          `json:"parts"`
	Flags []Flag         `json:"flags,omitempty"`

	spread spread
}

// Has tells whether the flag is set.
func (f Forecast) Has(flag Flag) bool {
	for _, g := range f.Flags {
		if g == flag {
			return true
		}
	}
	return false
}

// Sum returns the distribution of the total demand of the first k periods; beyond the horizon it
// goes on with the average of the last season.
func (f Forecast) Sum(k int) Distribution {
	switch {
	case k <= 0 || len(f.Sums) == 0:
		return dist.NewFixed(0)
	case k <= len(f.Sums):
		return f.Sums[k-1]
	}
	return f.spread.sum(f.meanThrough(k), k)
}

// SumBetween returns the distribution of the total demand of the periods a to b-1 (0 is the first).
// Its spread is that of a sum of as many periods seen from a: what happens before a makes the level
// then a little less certain than it is now, which the learned spread of steps allows for.
func (f Forecast) SumBetween(a, b int) Distribution {
	a = max(a, 0)
	if b <= a || len(f.Sums) == 0 {
		return dist.NewFixed(0)
	}
	if a == 0 {
		return f.Sum(b)
	}
	mean := f.meanThrough(b) - f.meanThrough(a)
	return f.spread.window(mean, a, b-a)
}

// meanThrough returns the mean demand of the first k periods.
func (f Forecast) meanThrough(k int) float64 {
	n := len(f.Steps)
	if n == 0 || k <= 0 {
		return 0
	}
	if k <= n {
		return f.Sums[k-1].Mean()
	}
	last := min(n, f.Freq.season())
	tail := 0.0
	for _, s := range f.Steps[n-last:] {
		tail += s.Mean()
	}
	return f.Sums[n-1].Mean() + tail/float64(last)*float64(k-n)
}
