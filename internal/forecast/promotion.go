package forecast

import "math"

// Promotion is what price cuts and promotions do to demand: the factor of a day wholly in
// promotion, of the shop and of each category, and how promotions last. It keeps what was sold in
// a promotion out of the ordinary level. A product's plans are told by a Promo that is longer than
// its Values; without plans a promotion is expected to go on as promotions have.
type Promotion struct {
	Shop     float64            `json:"shop"` // 0: nothing learned
	Category map[string]float64 `json:"category,omitempty"`
	Lasting  float64            `json:"lasting"` // correlation of a period with the one before
	Mean     float64            `json:"mean"`    // share of periods in promotion
}

const (
	promoNear  = 14   // periods around one in promotion whose ordinary ones tell the level
	promoLeast = 3    // exposure of them that is needed
	promoMost  = 6.0  // a factor stays between its inverse and this
	promoPrior = 14   // periods that the shop's share of promotions counts for
	promoQuiet = 0.02 // below this share a period counts as ordinary
)

// effect adds up, over products, what promotions sold beyond the level around them.
type effect struct{ extra, expected, squares float64 }

// factor returns the factor, shrunk to base by its standard error over products.
func (e effect) factor(base float64) float64 {
	if e.expected <= 0 {
		return base
	}
	gain := e.extra/e.expected - (base - 1)
	doubt := e.squares / (e.expected * e.expected)
	f := base + gain*gain*gain/(gain*gain+doubt+1e-12)
	return math.Min(math.Max(f, 1/promoMost), promoMost)
}

func (e *effect) add(o effect) {
	e.extra += o.extra
	e.expected += o.expected
	e.squares += o.extra * o.extra
}

// fitPromotion learns from histories whose worth holds exposure, weekday and festival factors.
func fitPromotion(hs []*history) Promotion {
	var shop effect
	byCategory := map[string]*effect{}
	var same, spread, sum, periods float64
	for _, h := range hs {
		if h.promo == nil {
			continue
		}
		one := h.promoted()
		shop.add(one)
		if h.category != "" {
			if byCategory[h.category] == nil {
				byCategory[h.category] = new(effect)
			}
			byCategory[h.category].add(one)
		}
		mean := h.promoMean()
		sum += mean * float64(len(h.y))
		periods += float64(len(h.y))
		for t := 1; t < len(h.y); t++ {
			same += (h.promo[t] - mean) * (h.promo[t-1] - mean)
			spread += (h.promo[t-1] - mean) * (h.promo[t-1] - mean)
		}
	}
	if shop.expected <= 0 {
		return Promotion{}
	}
	// each product's own surplus against the shop's common factor is the noise
	p := Promotion{Shop: residual(hs, shop, "").factor(1), Category: map[string]float64{}}
	for _, name := range sortedKeys(byCategory) {
		p.Category[name] = residual(hs, *byCategory[name], name).factor(p.Shop)
	}
	p.Mean = sum / math.Max(periods, 1)
	if spread > 0 {
		p.Lasting = math.Min(math.Max(same/spread, 0), 0.999)
	}
	return p
}

// residual replaces the squares of an effect by those around its own factor.
func residual(hs []*history, all effect, category string) effect {
	gain := all.extra / math.Max(all.expected, 1e-12)
	all.squares = 0
	products := 0.0
	for _, h := range hs {
		if h.promo == nil || category != "" && h.category != category {
			continue
		}
		one := h.promoted()
		if one.expected > 0 {
			r := one.extra - gain*one.expected
			all.squares += r * r
			products++
		}
	}
	if products < 2 { // one product tells of itself only
		all.squares = 4 * all.extra * all.extra
	}
	return all
}

// promoted compares the promoted periods of one product with the ordinary ones around them.
func (h *history) promoted() effect {
	var e effect
	n := len(h.y)
	plainY, plainE := make([]float64, n), make([]float64, n)
	for t := range plainY {
		if h.promo[t] <= promoQuiet {
			plainY[t], plainE[t] = h.y[t], h.worth[t]
		}
	}
	y, x := sums(plainY), sums(plainE)
	noise := h.variance()
	for t, share := range h.promo[:n] {
		if share <= promoQuiet || h.worth[t] <= 0 {
			continue
		}
		from, to := max(0, t-promoNear), min(n, t+promoNear+1)
		seen := x[to] - x[from]
		if seen < promoLeast {
			continue
		}
		level := (y[to] - y[from]) / seen
		if level <= 0 {
			continue
		}
		w := level / (noise + 0.05*level*level)
		e.extra += w * share * (h.y[t] - h.worth[t]*level)
		e.expected += w * share * share * h.worth[t] * level
	}
	return e
}

func (h *history) promoMean() float64 {
	sum := 0.0
	for _, x := range h.promo[:len(h.y)] {
		sum += x
	}
	return sum / math.Max(float64(len(h.y)), 1)
}

func (p Promotion) of(category string) float64 {
	if f, ok := p.Category[category]; ok {
		return f
	}
	return p.Shop
}

// advertised returns what promotions make of the exposure of each period; nil when nothing.
func (h *history) advertised(p Promotion) []float64 {
	if p.Shop == 0 || h.promo == nil {
		return nil
	}
	f := p.of(h.category)
	out := make([]float64, len(h.y))
	for t := range out {
		out[t] = 1 + (f-1)*h.promo[t]
	}
	return out
}

// ahead returns the factors of the k periods from t on as they are expected before t: as planned
// where plans are known, else as promotions last. Nil when promotions change nothing.
func (p Promotion) ahead(h *history, t, k int) []float64 {
	if p.Shop == 0 || h.promo == nil {
		return nil
	}
	gain := p.of(h.category) - 1
	out := make([]float64, k)
	mean, last := p.Mean, 0.0
	if t > 0 { // what the product has done so far, worth its length against promoPrior periods
		sum := p.Mean * promoPrior
		for _, x := range h.promo[:t] {
			sum += x
		}
		mean = sum / (float64(t) + promoPrior)
		last = h.promo[t-1] - mean
	}
	for j := range out {
		last *= p.Lasting
		share := mean + last
		if t == len(h.y) && t+j < len(h.promo) {
			share = h.promo[t+j]
		}
		out[j] = 1 + gain*share
	}
	return out
}
