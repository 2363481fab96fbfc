package demand

import (
	"math"
	"time"

	"buhuo/internal/day"
)

// HourDay is what is known of one product and day by the hour, in the shop's own time.
type HourDay struct {
	Date    day.Date
	Sold    [hours]float64 // base units
	OnShelf [hours]float64 // share of the hour that the product was on the shelf, 0 to 1
	Silent  bool           // only the shelf is known, not what was sold when
}

// clean brings nonsense to the nearest sense.
func (d *HourDay) clean() {
	for h := range d.Sold {
		if !(d.Sold[h] > 0) {
			d.Sold[h] = 0
		}
		d.Sold[h] = math.Min(d.Sold[h], mostADay)
		if !(d.OnShelf[h] > 0) {
			d.OnShelf[h] = 0
		}
		d.OnShelf[h] = math.Min(d.OnShelf[h], 1)
	}
}

// AddDay counts the hours of one product's day: `sold` in units of the product's own usual day, and
// how busy that day was in the same unit, about 1. An hour on the shelf on a quiet day promised less
// than on a busy one, and shelves empty on busy days: without `busy` the late hours, which are seen
// on quiet days, would look too weak.
func (t *Tally) AddDay(weekday time.Weekday, sold, onShelf *[24]float64, busy float64) {
	if weekday < 0 || weekday > 6 || !(busy > 0) || math.IsInf(busy, 0) {
		return
	}
	for h := range hours {
		if onShelf[h] > 0 && sold[h] >= 0 {
			t.Sold[weekday][h] += sold[h]
			t.OnShelf[weekday][h] += min(onShelf[h], 1) * busy
		}
	}
}

// hourly walks over the days of a product whose hours are known: f gets the place in the series.
func (p *Product) hourly(f func(i int, d *HourDay)) {
	for k := range p.Hours {
		if i := int(p.Hours[k].Date) - int(p.Series.Start); i >= 0 && i < len(p.Series.Sold) {
			f(i, &p.Hours[k])
		}
	}
}

// exposed returns the product's days with the availability that its hours have under a profile.
func (p *Product) exposed(profile *Profile) Series {
	s := p.Series
	if len(p.Hours) == 0 {
		return s
	}
	available := make([]float64, len(s.Sold))
	for i := range available {
		_, available[i] = s.at(i)
	}
	p.hourly(func(i int, d *HourDay) {
		available[i] = profile.exposure(d.Date.Weekday(), &d.OnShelf)
	})
	s.Available = available
	return s
}

// hourGrain is the variance over the mean of what is sold in an hour, judged within days, so that
// busy and quiet days do not blur it; 0 when there are too few hours to tell.
func (p *Product) hourGrain(profile *Profile) float64 {
	squares, expected, n := 0.0, 0.0, 0
	p.hourly(func(_ int, d *HourDay) {
		w := d.Date.Weekday()
		exposure, sold := profile.exposure(w, &d.OnShelf), 0.0
		for _, y := range d.Sold {
			sold += y
		}
		if d.Silent || exposure < 0.2 || !(sold > 0) {
			return
		}
		for h, share := range profile.Share[w] {
			if share <= 0 || d.OnShelf[h] < 0.999 {
				continue
			}
			mean := sold / exposure * share
			squares += (d.Sold[h] - mean) * (d.Sold[h] - mean)
			expected += mean * math.Max(1-share/exposure, 0)
			n++
		}
	})
	if n < 100 || !(expected > 0) {
		return 0
	}
	return squares / expected
}

// hourSums is what a product sold in each hour of the day and what the shop's profile let expect, in
// single sales of its usual size.
type hourSums struct{ sold, expected [hours]float64 }

func (p *Product) hourSums(profile *Profile, t *track) hourSums {
	var v hourSums
	if !(t.grain > 0) || !(t.level > 0) {
		return v
	}
	p.hourly(func(i int, d *HourDay) {
		if d.Silent {
			return
		}
		rate := t.level * t.busyness(i) * t.all[i] / t.grain
		for h, share := range profile.Share[d.Date.Weekday()] {
			if d.OnShelf[h] > 0 {
				v.sold[h] += d.Sold[h] / t.grain
				v.expected[h] += share * d.OnShelf[h] * rate
			}
		}
	})
	return v
}

// own is the shop's profile bent to the product's own hours, as far as they are to be believed: k is
// how many sales of an hour are worth as much as the shop's profile.
func (v *hourSums) own(profile *Profile, k float64) Profile {
	out := *profile
	for w := range out.Share {
		for h := range out.Share[w] {
			out.Share[w][h] *= (v.sold[h] + k) / (v.expected[h] + k)
		}
	}
	return out.normal(*profile)
}
