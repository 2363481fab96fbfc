package forecast

import "sync"

// Forecast answers for one product: the first period is the one after the last of the series. It
// uses nothing but the pool and the series, so it can be called for one changed product alone.
func (p Pool) Forecast(s Series, horizon int) Forecast {
	horizon = max(horizon, 1)
	mem := rooms.Get().(*room)
	defer rooms.Put(mem)
	h := readyIn(s, p.Freq, mem)
	h.value(p.Worth)
	h.expose(p.Freq, p.Seasons.item(h, p.Freq))
	calendar := h.celebrate(p.Freq, p.Calendar, horizon)
	h.share(p.Freq, p.effects(), p.Common)
	models, names := p.models()
	m := p.end(h, models)
	n, last := len(h.y), m.levels
	f := Forecast{First: p.Freq.First(h.first + n), Freq: p.Freq}
	f.Parts = Parts{Members: make(map[string]float64, len(models)+1), Season: h.season, Periods: n, Sales: h.sales}
	for j, name := range names {
		f.Parts.Members[name] = last[j]
	}
	if p.Global != nil {
		level := corrected(p.Global, m.mean(), p.past(h).traits(n, m))
		last = append(last, level)
		f.Parts.Members[globalName] = level
	}
	f.Parts.Correction = h.correction()
	level, dispute := mixed(last, p.weights(len(last))), disputed(last)
	f.Parts.Level = level
	f.Flags = p.flags(h)
	worth := make([]float64, horizon+1)
	trend := p.Common.ahead(h.first + n)
	f.Parts.Calendar = calendar
	coming := p.effects().ahead(h, p.Freq, n, horizon)
	f.Parts.Trend, f.Parts.Promotion, f.Parts.Price, f.Parts.Yearly = trend, coming.promotion, coming.price, coming.yearly
	f.Parts.Noise, f.Parts.Told = m.own(), m.told()
	for k := range horizon {
		e := trend * p.factor(h, n+k)
		if coming.all != nil {
			e *= coming.all[k]
		}
		if f.Parts.Calendar != nil {
			e *= f.Parts.Calendar[k]
		}
		worth[k+1] = worth[k] + e
	}
	f.spread = spread{
		counted: h.counted, knots: p.Sums, steps: p.Steps, own: f.Parts.Noise, dispute: dispute, level: level,
		exposure: func(k int) float64 {
			if k <= horizon {
				return worth[k]
			}
			return worth[horizon] + float64(k-horizon)*worth[horizon]/float64(horizon)
		},
	}
	f.Steps, f.Sums = make([]Distribution, horizon), make([]Distribution, horizon)
	for k := 1; k <= horizon; k++ {
		f.Steps[k-1] = f.spread.step(level*(worth[k]-worth[k-1]), k)
		f.Sums[k-1] = f.spread.sum(level*worth[k], k)
		if k > 1 && f.Sums[k-1].Var() < f.Sums[k-2].Var() { // more periods are never more certain
			f.Sums[k-1] = f.spread.make(level*worth[k], f.Sums[k-2].Var())
		}
	}
	return f
}

// rooms lends memory for histories; a forecast keeps nothing of it.
var rooms = sync.Pool{New: func() any { return new(room) }}

// factor is what period t of the item's life is worth when always on the shelf.
func (p Pool) factor(h *history, t int) float64 {
	if h.season == nil {
		return 1
	}
	return h.season[p.Freq.slot(h.first+t)]
}

func (p Pool) weights(m int) []float64 {
	if len(p.Weights) == m {
		return p.Weights
	}
	w := make([]float64, m)
	for j := range w {
		w[j] = 1 / float64(m)
	}
	return w
}

// flags tells what the reader should know.
func (p Pool) flags(h *history) []Flag {
	var out []Flag
	n := len(h.y)
	switch {
	case h.unseen:
		out = append(out, Prior, Unseen)
	case h.sales == 0 || h.seen < 2:
		out = append(out, Prior)
	case n < 16:
		out = append(out, Short)
	}
	if h.sales > 0 && !h.active(n, originRecent[p.Freq]) && n > originRecent[p.Freq] {
		out = append(out, Dormant)
	}
	if n > 0 && h.seen < 0.9*float64(n) && !h.unseen {
		out = append(out, Censored)
	}
	return out
}

// correctionSpan is how many periods back the correction for empty shelves tells of.
const correctionSpan = 56

// correction returns what demand is estimated to have been over what was sold lately.
func (h *history) correction() float64 {
	worth, n := 0.0, 0.0
	for t := max(0, len(h.a)-correctionSpan); t < len(h.a); t++ {
		if h.a[t] > 0 {
			worth += h.a[t]
			n++
		}
	}
	if worth <= 0 {
		return 1
	}
	return n / worth
}
