package forecast

import "math"

// Credence is what is known about a product's level before its own history speaks: the mean of
// its category and how many periods of history that is worth (Bühlmann's credibility: the noise
// within items over the variance between them).
type Credence struct {
	Mean       float64 `json:"mean"`
	Weight     float64 `json:"weight"`
	Dispersion float64 `json:"dispersion"` // variance of a period over the squared level, typical item
	Items      int     `json:"items"`
}

const (
	credenceLeast = 0.25 // periods: the least that a prior is worth
	credenceMost  = 8
	referenceKeep = 0.99 // memory of the one-step variance
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
	out[""] = shop
	for name, group := range groups {
		if name == "" {
			continue
		}
		c := credence(group)
		share := float64(c.Items) / (float64(c.Items) + 5)
		out[name] = Credence{
			Mean:       share*c.Mean + (1-share)*shop.Mean,
			Weight:     math.Exp(share*math.Log(c.Weight) + (1-share)*math.Log(shop.Weight)),
			Dispersion: share*c.Dispersion + (1-share)*shop.Dispersion,
			Items:      c.Items,
		}
	}
	return out
}

// credence estimates mean, weight and dispersion from a group of items.
func credence(hs []*history) Credence {
	c := Credence{Weight: 1, Dispersion: 1}
	var sum, squares, within, cv float64
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
		if h.mean > 0 {
			cv += math.Min(v/(h.mean*h.mean), 50)
		}
	}
	if n == 0 {
		return c
	}
	c.Items = n
	c.Mean = sum / float64(n)
	c.Dispersion = math.Max(cv/float64(n), 0.01)
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

// residuals writes to out[t] the discounted mean squared one-step error per unit of exposure known
// before t, around the reference levels; it starts from the prior dispersion.
func (h *history) residuals(level []float64, c Credence, out []float64) {
	const start = 2 // periods that the prior dispersion is worth
	top, bottom := 0.0, 0.0
	for t := range out {
		prior := c.Dispersion * level[t] * level[t]
		out[t] = (top + start*prior) / (bottom + start)
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
