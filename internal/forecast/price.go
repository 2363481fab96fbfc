package forecast

import "math"

// Elasticity is what a price above or below the usual one does to demand: it is multiplied by
// (usual/price)^Elasticity, of the shop and of each category. The usual price of a period is the
// discounted mean of those before it, so a price that stays becomes the usual one and the level
// tells the rest. A product's planned prices are told by a Price that is longer than its Values;
// without plans the last price comes back to the usual one as fast as prices have.
type Elasticity struct {
	Shop     float64            `json:"shop"` // 0: nothing learned
	Category map[string]float64 `json:"category,omitempty"`
	Lasting  float64            `json:"lasting"` // correlation of a period's cut with that before it
	Past     bool               `json:"past"`    // the past is seen in its light too; else it speaks of planned prices only
}

// priceMemory is the number of periods over which a price becomes the usual one.
var priceMemory = [...]float64{28, 8, 6}

const (
	priceQuiet = 0.005 // a smaller logarithm of usual over price is no cut
	priceMost  = 4.0   // what a price does stays between its inverse and this
	priceCut   = 1.0   // logarithms of usual over price are cut at this
)

// cuts returns the logarithm of the usual price over the price, of each period of which a price is
// given; 0 where it is unknown. Nil when the price never moves.
func cuts(price []float64, f Freq) []float64 {
	keep := 1 - 1/priceMemory[f]
	top, bottom := 0.0, 0.0
	var out []float64
	for t, p := range price {
		if !(p > 0) || math.IsInf(p, 1) {
			continue
		}
		log := math.Log(p)
		if bottom > 0 {
			if cut := top/bottom - log; math.Abs(cut) > priceQuiet {
				if out == nil {
					out = make([]float64, len(price))
				}
				out[t] = math.Min(math.Max(cut, -priceCut), priceCut)
			}
		}
		top, bottom = keep*top+log, keep*bottom+1
	}
	return out
}

// fitPrice learns from histories whose worth holds exposure, weekday and festival factors. Periods in
// promotion are left to the promotion.
func fitPrice(hs []*history) Elasticity {
	var all effect
	byCategory := map[string]*effect{}
	var same, spread float64
	found := make([]effect, len(hs))
	for i, h := range hs {
		if h.cut == nil {
			continue
		}
		one := h.priced()
		found[i] = one
		all.add(one)
		if h.category != "" {
			if byCategory[h.category] == nil {
				byCategory[h.category] = new(effect)
			}
			byCategory[h.category].add(one)
		}
		for t := 1; t < len(h.y); t++ {
			same += h.cut[t] * h.cut[t-1]
			spread += h.cut[t-1] * h.cut[t-1]
		}
	}
	if all.expected <= 0 {
		return Elasticity{}
	}
	around := func(of effect, name string) effect { // its squares around its own slope
		slope, n := of.extra/of.expected, 0
		of.squares = 0
		for i, h := range hs {
			if one := found[i]; one.expected > 0 && (name == "" || h.category == name) {
				r := one.extra - slope*one.expected
				of.squares += r * r
				n++
			}
		}
		if n < 2 {
			of.squares = 4 * of.extra * of.extra
		}
		return of
	}
	e := Elasticity{Shop: math.Max(around(all, "").factor(1)-1, 0), Category: map[string]float64{}}
	for _, name := range sortedKeys(byCategory) {
		if of := *byCategory[name]; of.expected > 0 {
			e.Category[name] = math.Max(around(of, name).factor(1+e.Shop)-1, 0)
		}
	}
	if spread > 0 {
		e.Lasting = math.Min(math.Max(same/spread, 0), 0.999)
	}
	return e
}

// priced is the regression of what a product sold beyond the level around on its price cuts.
func (h *history) priced() effect {
	var e effect
	n := len(h.y)
	plainY, plainE := make([]float64, n), make([]float64, n)
	for t := range plainY {
		if h.promo == nil || h.promo[t] <= promoQuiet {
			plainY[t], plainE[t] = h.y[t], h.worth[t]
		}
	}
	y, x := sums(plainY), sums(plainE)
	c := make([]float64, n)
	for t := range c {
		c[t] = h.cut[t] * plainE[t]
	}
	z := sums(c)
	noise := h.variance()
	for t := range n {
		from, to := max(0, t-promoNear), min(n, t+promoNear+1)
		seen := x[to] - x[from]
		if plainE[t] <= 0 || seen < promoLeast {
			continue
		}
		level := (y[to] - y[from]) / seen
		cut := h.cut[t] - (z[to]-z[from])/seen
		if level <= 0 || math.Abs(cut) <= priceQuiet {
			continue
		}
		w := level / (noise + 0.05*level*level)
		e.extra += w * cut * (h.y[t] - h.worth[t]*level)
		e.expected += w * cut * cut * h.worth[t] * level
	}
	return e
}

func (e Elasticity) of(category string) float64 {
	if x, ok := e.Category[category]; ok {
		return x
	}
	return e.Shop
}

// power returns what a cut does to demand.
func (e Elasticity) power(category string, cut float64) float64 {
	return math.Min(math.Max(math.Exp(e.of(category)*cut), 1/priceMost), priceMost)
}

// past multiplies out, one value per period of the history, by what prices did.
func (e Elasticity) past(h *history, out []float64) {
	if !e.Past || e.Shop == 0 || h.cut == nil {
		return
	}
	for t := range out {
		if h.cut[t] != 0 && (h.promo == nil || h.promo[t] <= promoQuiet) {
			out[t] *= e.power(h.category, h.cut[t])
		}
	}
}

// ahead returns the factors of the k periods from t on as they are expected before t; nil when
// prices change nothing.
func (e Elasticity) ahead(h *history, t, k int) []float64 {
	planned := t == len(h.y) && len(h.cut) > t
	if e.Shop == 0 || h.cut == nil || !e.Past && !planned {
		return nil
	}
	last := 0.0
	if t > 0 && e.Past {
		last = h.cut[t-1]
	}
	out := make([]float64, k)
	for j := range out {
		last *= e.Lasting
		cut := last
		if planned && t+j < len(h.cut) {
			cut = h.cut[t+j]
		}
		out[j] = e.power(h.category, cut)
	}
	return out
}
