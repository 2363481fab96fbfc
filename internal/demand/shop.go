package demand

import "math"

// Product is one product as it is known: its days and, of some or all of them, the hours.
type Product struct {
	Series Series
	Hours  []HourDay // in order of date, each date once; dates outside the series are left out
}

// Estimate is the corrected demand of a product.
type Estimate struct {
	Available []float64 // share of each day's demand that fell into time on the shelf
	Days      []Corrected
}

// Shop is all that is learned from the products of a shop. It is made by LearnShop.
type Shop struct {
	Habits   Habits             `json:"habits"`
	Profile  Profile            `json:"profile"`
	Levels   map[string]float64 `json:"levels,omitempty"` // usual demand a day, per category; "" for all
	OwnHours float64            `json:"ownHours"`         // sales of an hour that are worth as much as the profile
}

// hourRounds is how often hours and days are worked out of each other.
const hourRounds = 3

// LearnShop learns habits, hours and usual levels. What is sold by the hour gives the profile, the
// profile what a day partly on the shelf was worth, that how busy each day was, and that again what
// an hour on such a day should have sold: a few rounds bring them into agreement (expectation and
// maximisation). The answer does not depend on the order of the products but for rounding.
//
// base is the profile of a shop of which nothing is learned yet, as Uniform gives it for its opening
// hours; the zero value: the hours in which something was sold.
func LearnShop(products []Product, base Profile) Shop {
	if base == (Profile{}) {
		base = openingHours(products)
	}
	shop := Shop{Profile: base, OwnHours: 1e6}
	series := make([]Series, len(products))
	byHour := false
	for i := range products {
		for k := range products[i].Hours {
			products[i].Hours[k].clean()
		}
		byHour = byHour || len(products[i].Hours) > 0
	}
	for round := range hourRounds {
		for i := range products {
			series[i] = products[i].exposed(&shop.Profile)
			if series[i].Grain <= 0 {
				series[i].Grain = products[i].hourGrain(&shop.Profile)
			}
		}
		shop.Habits = Learn(series)
		if !byHour {
			break
		}
		shop.learnHours(products, series, base, round == hourRounds-1)
	}
	shop.learnLevels(series)
	return shop
}

// openingHours is the flat profile of the hours that something was sold in.
func openingHours(products []Product) Profile {
	from, to := hours, 0
	for i := range products {
		for k := range products[i].Hours {
			d := &products[i].Hours[k]
			if d.Silent {
				continue
			}
			for h := range hours {
				if d.Sold[h] > 0 {
					from, to = min(from, h), max(to, h+1)
				}
			}
		}
	}
	return Uniform(from, to)
}

// learnHours learns the profile under the present habits and, in the last round, how much products
// differ in their hours: by the variance of what was seen less what noise alone would give.
func (s *Shop) learnHours(products []Product, series []Series, base Profile, last bool) {
	t := tracks.Get().(*track)
	defer tracks.Put(t)
	var tally Tally
	excess, seen := 0.0, 0.0
	for i := range products {
		if len(products[i].Hours) == 0 {
			continue
		}
		s.fit(t, &series[i])
		if !(t.level > 0) {
			continue
		}
		products[i].hourly(func(at int, d *HourDay) {
			if d.Silent {
				return
			}
			sold := d.Sold
			for h := range sold {
				sold[h] /= t.level
			}
			tally.AddDay(d.Date.Weekday(), &sold, &d.OnShelf, t.busyness(at)*t.all[at])
		})
		if !last {
			continue
		}
		v := products[i].hourSums(&s.Profile, t)
		for h, expected := range v.expected {
			if expected > 1 {
				r := v.sold[h]/expected - 1
				weight := expected / (1 + 0.05*expected)
				excess += weight * (math.Min(r*r, 4) - 1/expected)
				seen += weight
			}
		}
	}
	s.Profile = EstimateProfile(tally, base)
	if last && excess > 0 {
		s.OwnHours = math.Min(math.Max(seen/excess, 2), 1e6)
	}
}

func (s *Shop) fit(t *track, of *Series) {
	t.load(of, &s.Habits)
	t.judge(of.Grain, &s.Habits)
	t.fit(Prior{}, &s.Habits)
}

// learnLevels takes the mean level per category of the products that were on the shelf.
func (s *Shop) learnLevels(series []Series) {
	t := tracks.Get().(*track)
	defer tracks.Put(t)
	sum, n := map[string]float64{}, map[string]float64{}
	for i := range series {
		t.load(&series[i], &s.Habits)
		if t.eSum <= 0 {
			continue
		}
		level := t.soldSum / math.Max(t.eSum, 0.5)
		for _, key := range []string{series[i].Category, ""} {
			sum[key] += level
			n[key]++
			if key == "" {
				break
			}
		}
	}
	s.Levels = make(map[string]float64, len(n))
	for key := range n {
		s.Levels[key] = sum[key] / n[key]
	}
}

// Prior is what the shop lets expect of a product of a category.
func (s *Shop) Prior(category string) Prior {
	level, ok := s.Levels[category]
	if !ok {
		level = s.Levels[""]
	}
	return Prior{Level: level, Habits: &s.Habits}
}

// Estimate works out the demand of one product by what the shop has taught. Several products may be
// worked out at once, but not the same one: nonsense in its hours is put right in place.
func (s *Shop) Estimate(p Product) Estimate {
	for k := range p.Hours {
		p.Hours[k].clean()
	}
	series := p.exposed(&s.Profile)
	if len(p.Hours) > 0 {
		t := tracks.Get().(*track)
		if series.Grain <= 0 {
			series.Grain = p.hourGrain(&s.Profile)
		}
		s.fit(t, &series)
		v := p.hourSums(&s.Profile, t)
		tracks.Put(t)
		profile := v.own(&s.Profile, s.OwnHours)
		grain := series.Grain
		series = p.exposed(&profile)
		series.Grain = grain
	}
	out := Estimate{Available: make([]float64, len(series.Sold)), Days: Correct(series, s.Prior(series.Category))}
	for i := range out.Available {
		_, out.Available[i] = series.at(i)
	}
	return out
}
