package demand

import (
	"slices"
	"time"
)

const (
	hours   = 24
	minutes = hours * 60
)

// Profile says how a normal day's demand spreads over its hours: Share[weekday][hour], Sunday
// first, in the shop's own time. The hours of a weekday add up to 1.
type Profile struct {
	Share [7][hours]float64 `json:"share"`
}

// Uniform returns the profile of a shop about which nothing is known but that it opens at the hour
// `open` and closes at `closing` (0..24). Nonsense counts as always open.
func Uniform(open, closing int) Profile {
	if open < 0 || closing > hours || closing <= open {
		open, closing = 0, hours
	}
	var p Profile
	for w := range p.Share {
		for h := open; h < closing; h++ {
			p.Share[w][h] = 1 / float64(closing-open)
		}
	}
	return p
}

// Tally adds up what was sold in each hour of the week and for how long goods were on the shelf to
// be sold. The zero value is ready.
type Tally struct {
	Sold    [7][hours]float64
	OnShelf [7][hours]float64 // hours
}

// Add counts one hour of one product: `sold` in units of the product's own mean daily sales, so
// that products of any size weigh the same, and the share of the hour that it was on the shelf.
func (t *Tally) Add(weekday time.Weekday, hour int, sold, onShelf float64) {
	if weekday < 0 || weekday > 6 || hour < 0 || hour >= hours || !(onShelf > 0) || !(sold >= 0) {
		return
	}
	t.Sold[weekday][hour] += sold
	t.OnShelf[weekday][hour] += min(onShelf, 1)
}

// EstimateProfile learns a profile from hourly sales. What a weekday's hour sold per hour on the
// shelf is shrunk to the same hour of all days, and that to the base profile, each by n/(n+k) with
// n in days seen, so that few data change little. An hour with goods but no sales goes to nearly 0.
func EstimateProfile(t Tally, base Profile) Profile {
	const kAll, kDay = 20, 8 // days that the coarser profile is worth
	total, seen := 0.0, 0.0
	for w := range t.Sold {
		for h := range t.Sold[w] {
			total += t.Sold[w][h]
			if base.mean(h) > 0 || t.Sold[w][h] > 0 {
				seen += t.OnShelf[w][h]
			}
		}
	}
	if total <= 0 || seen <= 0 {
		return base
	}
	var expected float64 // what the base profile expects to be sold in the hours on the shelf
	for w := range t.Sold {
		for h := range t.Sold[w] {
			expected += base.Share[w][h] * t.OnShelf[w][h]
		}
	}
	scale := 1.0
	if expected > 0 {
		scale = total / expected
	}
	var p Profile
	for h := range hours {
		var sold, shelf float64
		for w := range 7 {
			sold += t.Sold[w][h]
			shelf += t.OnShelf[w][h]
		}
		prior := base.mean(h) * scale
		all := (sold + kAll*prior) / (shelf + kAll)
		for w := range 7 {
			p.Share[w][h] = (t.Sold[w][h] + kDay*all) / (t.OnShelf[w][h] + kDay)
		}
	}
	return p.normal(base)
}

func (p Profile) mean(h int) float64 {
	sum := 0.0
	for w := range p.Share {
		sum += p.Share[w][h]
	}
	return sum / 7
}

func (p Profile) normal(base Profile) Profile {
	for w := range p.Share {
		sum := 0.0
		for _, x := range p.Share[w] {
			sum += x
		}
		if !(sum > 0) {
			p.Share[w] = base.Share[w]
			continue
		}
		for h := range p.Share[w] {
			p.Share[w][h] /= sum
		}
	}
	return p
}

// Interval is time with an empty shelf, in minutes since local midnight, From included, To not.
type Interval struct{ From, To int }

// Exposure returns the share of a normal day's demand that fell into time on the shelf, 0..1. The
// intervals may overlap, lie in any order and reach beyond the day.
func Exposure(p Profile, weekday time.Weekday, empty []Interval) float64 {
	if len(empty) == 0 {
		return 1
	}
	on := OnShelf(empty)
	return p.exposure(weekday, &on)
}

// exposure is the share of a day's demand that fell into time on the shelf.
func (p *Profile) exposure(weekday time.Weekday, onShelf *[24]float64) float64 {
	if weekday < 0 || weekday > 6 {
		weekday = 0
	}
	missed := 0.0
	for h, share := range p.Share[weekday] {
		missed += share * (1 - onShelf[h])
	}
	if missed > 1-1e-9 { // the shares of a day add up to 1 but for rounding
		return 0
	}
	return min(max(1-missed, 0), 1)
}

// OnShelf turns the intervals with an empty shelf into the share of each hour on the shelf.
func OnShelf(empty []Interval) (out [24]float64) {
	for h := range out {
		out[h] = 1
	}
	sorted := slices.Clone(empty)
	slices.SortFunc(sorted, func(a, b Interval) int { return a.From - b.From })
	last := 0
	for _, v := range sorted {
		from, to := max(v.From, last), min(v.To, minutes)
		for from < to {
			h := from / 60
			end := min(to, (h+1)*60)
			out[h] -= float64(end-from) / 60
			from = end
		}
		last = max(last, to)
	}
	for h := range out {
		out[h] = max(out[h], 0)
	}
	return out
}
