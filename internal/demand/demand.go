// Package demand works out what customers wanted from what was sold: sales are only a part of
// demand when the shelf was empty. It knows the share of a normal day's demand that each hour
// carries (Profile), what a day was worth that was empty for some of them (Exposure), fills in what
// is missing (Correct), and keeps the days of a product in packed rows (Year). It is pure
// arithmetic: it knows no ledger, no clock and no forecast.
package demand

import "buhuo/internal/day"

// mostADay bounds what is believed of one day, in base units.
const mostADay = 1e15

// Series is the daily history of one product, without gaps.
type Series struct {
	Start     day.Date
	Sold      []float64 // base units; negative and undefined values count as 0
	Available []float64 // share of each day's demand that fell into time on the shelf; nil: always
}

// at returns sales and availability of day i, cleaned.
func (s Series) at(i int) (sold, available float64) {
	sold, available = s.Sold[i], 1
	if !(sold > 0) {
		sold = 0
	}
	sold = min(sold, mostADay)
	if s.Available != nil {
		available = 0
		if i < len(s.Available) && s.Available[i] > 0 {
			available = min(s.Available[i], 1)
		}
	}
	return sold, available
}
