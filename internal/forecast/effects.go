package forecast

// effects change what a period is worth beyond its weekday and festivals: promotions, prices and the
// time of the year. Each earns its place by the forecasts of the past that knew of it.
type effects struct {
	promotion Promotion
	price     Elasticity
	yearly    Yearly
}

// effectEarns is the part of the loss that an effect must save to be used.
const effectEarns = 0.003

func (p Pool) effects() effects { return effects{p.Promotion, p.Price, p.Yearly} }

// candidates returns the effects that the histories show, each put on top of those given, and what is
// known without being tried: what planned prices would do.
func candidates(hs []*history, f Freq) (known effects, out []func(effects) effects) {
	if x := fitPromotion(hs); x.Shop != 0 {
		out = append(out, func(e effects) effects { e.promotion = x; return e })
	}
	if known.price = fitPrice(hs); known.price.Shop != 0 {
		out = append(out, func(e effects) effects { e.price.Past = true; return e })
	}
	if x := fitYearly(hs, f); x.Shop != nil {
		out = append(out, func(e effects) effects { e.yearly = x; return e })
	}
	return known, out
}

// past multiplies out, one value per period of the history, by what the effects did.
func (e effects) past(h *history, f Freq, out []float64) {
	if promo := h.advertised(e.promotion); promo != nil {
		for t, x := range promo {
			out[t] *= x
		}
	}
	e.price.past(h, out)
	e.yearly.multiply(f, h.category, h.first, out)
}

// coming are the factors of some periods ahead as they are expected before them, by effect, and
// their product; nil is 1.
type coming struct{ promotion, price, yearly, all []float64 }

// ahead returns what the effects are expected to do to the k periods from t on.
func (e effects) ahead(h *history, f Freq, t, k int) coming {
	c := coming{promotion: e.promotion.ahead(h, t, k), price: e.price.ahead(h, t, k)}
	if e.yearly.of(h.category) != nil {
		c.yearly = make([]float64, k)
		for j := range c.yearly {
			c.yearly[j] = 1
		}
		e.yearly.multiply(f, h.category, h.first+t, c.yearly)
	}
	for _, x := range [][]float64{c.promotion, c.price, c.yearly} {
		if x == nil {
			continue
		}
		if c.all == nil {
			c.all = make([]float64, k)
			for j := range c.all {
				c.all[j] = 1
			}
		}
		for j, v := range x {
			c.all[j] *= v
		}
	}
	return c
}
