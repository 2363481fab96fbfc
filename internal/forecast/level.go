package forecast

import "math"

// Credence is what is known about a product's level before its own history speaks: the mean of
// its category and how many periods of history that is worth (Bühlmann's credibility: the noise
// within items over the variance between them).
type Credence struct {
	Mean       float64 `json:"mean"`
	Weight     float64 `json:"weight"`
	Dispersion float64 `json:"dispersion"` // variance of a period at level 1, typical item
	Power      float64 `json:"power"`      // the variance grows with this power of the level
	Items      int     `json:"items"`
}

const (
	credenceLeast = 0.25 // periods: the least that a prior is worth
	credenceMost  = 8
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
	out := map[string]Credence{}
	shop := credence(groups[""])
	shop.Dispersion, shop.Power = taylor(groups[""], nil)
	out[""] = shop
	for name, group := range groups {
		if name == "" {
			continue
		}
		c := credence(group)
		share := float64(c.Items) / (float64(c.Items) + 5)
		dispersion, power := taylor(group, &shop)
		out[name] = Credence{
			Dispersion: dispersion, Power: power,
			Mean:   share*c.Mean + (1-share)*shop.Mean,
			Weight: math.Exp(share*math.Log(c.Weight) + (1-share)*math.Log(shop.Weight)),
			Items:  c.Items,
		}
	}
	return out
}

// credence estimates mean, weight and dispersion from a group of items.
func credence(hs []*history) Credence {
	c := Credence{Weight: 1, Dispersion: 1, Power: 2}
	var sum, squares, within float64
	n := 0
	for _, h := range hs {
		if h.seen < 4 {
			continue
		}
		v := h.variance()
		n++
		sum += h.mean
		squares += h.mean * h.mean
		within += v
	}
	if n == 0 {
		return c
	}
	c.Items = n
	c.Mean = sum / float64(n)
	if n < 3 || squares <= 0 {
		return c
	}
	among := (squares - sum*sum/float64(n)) / float64(n-1)
	if among <= 0 {
		c.Weight = credenceMost
		return c
	}
	c.Weight = math.Min(math.Max(within/float64(n)/among, credenceLeast), credenceMost)
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

// residuals writes to squares[t] and seen[t] the discounted sums of squared one-step errors around
// the reference levels, and of exposure, known before t.
func (h *history) residuals(level, squares, seen []float64) {
	top, bottom := 0.0, 0.0
	for t := range squares {
		squares[t], seen[t] = top, bottom
		if t == len(h.y) {
			return
		}
		if h.e[t] > 0 {
			r := h.y[t] - h.e[t]*level[t]
			top = referenceKeep*top + r*r
			bottom = referenceKeep*bottom + h.e[t]
		}
	}
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
