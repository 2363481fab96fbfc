package forecast

import (
	"math"

	"buhuo/internal/forecast/prior"
)

// Credence is what is known about a product before its own history speaks: the means of its
// category and how much history each is worth (Bühlmann's credibility: the noise within items over
// the variance between them; for the chance of a sale the beta-binomial's).
type Credence struct {
	prior.Level
	Dispersion float64     `json:"dispersion"` // variance of a period at level 1, typical item
	Power      float64     `json:"power"`      // the variance grows with this power of the level
	Items      int         `json:"items"`
	Bands      *PriceBands `json:"bands,omitempty"`
}

// at returns the credence of a product for which this price is asked; 0 is unknown.
func (c Credence) at(price float64) Credence {
	f := c.Bands.factor(price)
	c.Mean *= f
	c.Size *= f
	return c
}

const (
	credenceSeen  = 4    // periods on the shelf that a product needs to tell of its kind
	credenceLeast = 0.25 // periods: the least that a prior is worth
	credenceMost  = 8
	chanceMost    = 30   // periods: the most that the chance of a sale is worth
	referenceKeep = 0.99 // memory of the one-step variance
	noisePrior    = 20   // periods that the usual variance at a level counts for
)

// fitLevels estimates the credence of the shop ("") and of each category, shrunk to the shop.
func fitLevels(hs []*history) map[string]Credence {
	groups := map[string][]*history{}
	for _, h := range hs {
		if h.seen > 0 {
			groups[""] = append(groups[""], h)
			if h.category != "" {
				groups[h.category] = append(groups[h.category], h)
			}
		}
	}
	plain := map[string]Credence{}
	for name, group := range groups {
		plain[name] = credence(group, nil)
	}
	priced := fitBands(groups, plain)
	out := map[string]Credence{}
	shop := credence(groups[""], priced)
	shop.Dispersion, shop.Power = taylor(groups[""], nil)
	shop.Bands = priced[""]
	out[""] = shop
	for name, group := range groups {
		if name == "" {
			continue
		}
		c := credence(group, priced)
		share := float64(c.Items) / (float64(c.Items) + 5)
		dispersion, power := taylor(group, &shop)
		out[name] = Credence{
			Dispersion: dispersion, Power: power,
			Level: between(c.Level, shop.Level, share),
			Items: c.Items,
			Bands: priced[name],
		}
	}
	return out
}

// between returns a share of own and the rest of base; weights on a log scale.
func between(own, base prior.Level, share float64) prior.Level {
	mean := func(a, b float64) float64 { return share*a + (1-share)*b }
	weight := func(a, b float64) float64 { return math.Exp(mean(math.Log(a), math.Log(b))) }
	return prior.Level{
		Mean: mean(own.Mean, base.Mean), Weight: weight(own.Weight, base.Weight),
		Chance: mean(own.Chance, base.Chance), Periods: weight(own.Periods, base.Periods),
		Size: mean(own.Size, base.Size), Sales: weight(own.Sales, base.Sales),
	}
}

// moments adds up a figure over items, and the variance of the noise in it.
type moments struct{ n, sum, squares, noise float64 }

func (m *moments) add(x, noise float64) {
	m.n++
	m.sum += x
	m.squares += x * x
	m.noise += noise
}

// credible returns the mean and what it is worth: the noise of one observation over the variance
// between items, within bounds.
func (m moments) credible(most float64) (mean, weight float64) {
	if m.n == 0 {
		return 0, 1
	}
	mean = m.sum / m.n
	if m.n < 3 || m.squares <= 0 {
		return mean, 1
	}
	among := (m.squares - m.sum*m.sum/m.n) / (m.n - 1)
	if among <= 0 {
		return mean, most
	}
	return mean, math.Min(math.Max(m.noise/m.n/among, credenceLeast), most)
}

// credence estimates means and weights from a group of items; levels are those at a middle price, where
// the category has price bands.
func credence(hs []*history, priced map[string]*PriceBands) Credence {
	var level, chance, size moments
	for _, h := range hs {
		if h.seen < credenceSeen {
			continue
		}
		band := priced[h.category].factor(h.label)
		level.add(h.mean/band, h.variance()/(band*band))
		if h.sales == 0 {
			chance.add(0, 0)
			continue
		}
		p := math.Min(float64(h.sales)/h.seen, 1)
		chance.add(p, p*(1-p))
		mean := h.mean * h.seen / float64(h.sales)
		spread := 0.0
		for _, y := range h.y {
			if y > 0 {
				spread += (y - mean) * (y - mean)
			}
		}
		size.add(mean/band, spread/math.Max(float64(h.sales-1), 1)/(band*band))
	}
	c := Credence{Dispersion: 1, Power: 2, Items: int(level.n)}
	c.Mean, c.Weight = level.credible(credenceMost)
	c.Chance, c.Periods = chance.credible(chanceMost)
	c.Size, c.Sales = size.credible(credenceMost)
	return c
}

// variance of one available period around the item's mean.
func (h *history) variance() float64 {
	var sum, weight float64
	for t, y := range h.y {
		if h.a[t] > 0 {
			r := y - h.a[t]*h.mean
			sum += r * r
			weight += h.a[t]
		}
	}
	if weight <= 1 {
		return h.mean * h.mean
	}
	return sum / (weight - 1)
}

// noise returns the usual variance of a period at a level: Taylor's power law (1961).
func (c Credence) noise(level float64) float64 {
	return c.Dispersion * math.Pow(math.Max(level, 1e-12), c.Power)
}

// taylor fits the power law to the items of a group: log variance on log level.
func taylor(hs []*history, base *Credence) (dispersion, power float64) {
	var n, sx, sy, sxx, sxy float64
	for _, h := range hs {
		m, v := h.rough()
		if m <= 0 || v <= 0 {
			continue
		}
		x, y := math.Log(m), math.Log(v)
		n++
		sx += x
		sy += y
		sxx += x * x
		sxy += x * y
	}
	if base != nil {
		if n == 0 {
			return base.Dispersion, base.Power
		}
		share := n / (n + 5)
		own := (sy - base.Power*sx) / n
		return math.Exp(share*own + (1-share)*math.Log(base.Dispersion)), base.Power
	}
	if n == 0 {
		return 1, 2
	}
	power = 2
	if d := n*sxx - sx*sx; n >= 8 && d > 1e-9 {
		power = math.Min(math.Max((n*sxy-sx*sy)/d, 1), 2)
	}
	return math.Exp((sy - power*sx) / n), power
}

// rough returns the mean level and the one-step variance of an item while it was there; zeros when
// there is too little to tell.
func (h *history) rough() (level, variance float64) {
	if h.seen < 14 || h.sales < 4 {
		return 0, 0
	}
	const keep = 0.92
	top, bottom := h.mean, 1.0
	var sum, squares, seen float64
	for t, y := range h.y {
		if h.e[t] > 0 {
			r := y - h.e[t]*top/bottom
			squares += r * r
			sum += y
			seen += h.e[t]
		}
		top, bottom = keep*top+y, keep*bottom+h.e[t]
	}
	if seen < 10 {
		return 0, 0
	}
	return sum / seen, squares / seen
}
