package demand

import (
	"math"

	"buhuo/internal/day"
)

// Habits is what the products of a shop have in common: how busy each weekday and each single day
// was, what a promotion does, and how far and for how long a product's demand strays from its own
// level. The zero value knows nothing and is ready.
type Habits struct {
	Week  [7]float64         `json:"week"`            // factor of each weekday, Sunday first, about 1; all 0: unknown
	Start day.Date           `json:"start"`           // the date of Days[0]
	Days  []float64          `json:"days,omitempty"`  // factor of each day beside its weekday's; 0: the shop was closed
	Lift  map[string]float64 `json:"lift,omitempty"`  // what a whole promotion multiplies demand by, per category; "" for all
	Sway  float64            `json:"sway"`            // variance of the level relative to its mean, of the usual product; 0: unknown
	Kinds []float64          `json:"kinds,omitempty"` // how common the multiples of Sway are that single products have; nil: all alike
	Stay  float64            `json:"stay"`            // how much of today's deviation is left tomorrow, 0 to 1
	Grain float64            `json:"grain"`           // usual Series.Grain over a day's usual sales
}

// What is assumed of a shop about which nothing was learned.
const (
	usualSway  = 0.08
	usualStay  = 0.9
	usualGrain = 0.3
)

// known fills in what the zero value leaves open.
func (h Habits) known() Habits {
	if !(h.Sway > 0) || h.Sway > 100 {
		h.Sway, h.Stay = usualSway, usualStay
	}
	if !(h.Stay >= 0 && h.Stay < 1) {
		h.Stay = usualStay
	}
	if !(h.Grain > 0) || h.Grain > 1e3 {
		h.Grain = usualGrain
	}
	sum := 0.0
	for _, x := range h.Week {
		sum += x
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		h.Week = [7]float64{1, 1, 1, 1, 1, 1, 1}
	}
	return h
}

// day is the factor of one day beside its weekday's.
func (h *Habits) day(at day.Date) float64 {
	if i := int(at) - int(h.Start); i >= 0 && i < len(h.Days) {
		return h.Days[i]
	}
	return 1
}

// lift is what a whole promotion multiplies demand by.
func (h *Habits) lift(category string) float64 {
	if x, ok := h.Lift[category]; ok && x > 0 {
		return x
	}
	if x := h.Lift[""]; x > 0 {
		return x
	}
	return 1
}

// busy is the demand of day i of a series in average days.
func (h *Habits) busy(s *Series, i int) float64 {
	return h.Week[s.Start.Add(i).Weekday()] * h.extra(s, i)
}

// extra is what the date and a promotion make of day i beside its weekday.
func (h *Habits) extra(s *Series, i int) float64 {
	x := h.day(s.Start.Add(i))
	if p := s.promo(i); p > 0 {
		x *= 1 + (h.lift(s.Category)-1)*p
	}
	return x
}
