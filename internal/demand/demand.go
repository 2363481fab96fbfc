// Package demand works out what customers wanted from what was sold: sales are only a part of
// demand when the shelf was empty. It knows the share of a normal day's demand that each hour
// carries (Profile), what a day was worth that was empty for some of them (Exposure), what the
// products of a shop have in common (Habits), and fills in what is missing (Correct). It infers
// sales between counts (Infer), doubts records of goods that have fallen silent (Listen),
// and keeps the days of a product in packed rows (Year). It is pure arithmetic: it knows no
// ledger, no clock and no forecast.
package demand

import "buhuo/internal/day"

// mostADay bounds what is believed of one day, in base units.
const mostADay = 1e15

// leastShare is the smallest share of a day, a tenth of a second, that is told from none.
const leastShare = 1e-6

// Series is the daily history of one product, without gaps. Of the optional slices a nil one says
// nothing; a short one says nothing of the days beyond its end.
type Series struct {
	Start     day.Date
	Sold      []float64 // base units; negative and undefined values count as 0
	Available []float64 // share of each day's demand that fell into time on the shelf; nil: always
	Unknown   []bool    // days of which nothing is known, to tell them from days known to be empty
	Promo     []float64 // how much of a promotion or price cut there was, 0 to 1
	Largest   []float64 // the largest single sale of the day, base units
	Category  string    // pools what a promotion does
	Grain     float64   // variance over mean of what is sold in an hour, base units; 0: judged by days
}

// at returns sales and availability of day i, cleaned.
func (s *Series) at(i int) (sold, available float64) {
	sold, available = s.Sold[i], 1
	if !(sold > 0) {
		sold = 0
	}
	sold = min(sold, mostADay)
	if s.Available != nil {
		available = 0
		if i < len(s.Available) && s.Available[i] > 0 {
			available = min(max(s.Available[i], leastShare), 1)
		}
	}
	if i < len(s.Unknown) && s.Unknown[i] {
		available = 0
	}
	return sold, available
}

// promo returns the share of a whole promotion on day i, 0 to 1.
func (s *Series) promo(i int) float64 {
	if i < len(s.Promo) && s.Promo[i] > 0 {
		return min(s.Promo[i], 1)
	}
	return 0
}
