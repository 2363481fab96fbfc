package forecast

import (
	"math"
	"slices"

	"buhuo/internal/forecast/boost"
)

// The global member learns from all products together what each one's own models miss: gradient
// boosted trees (the method of the winners of the M5 competition: Makridakis, Spiliotis and
// Assimakopoulos 2022) that see an item only through figures without a unit, and correct the mean of
// the models by a factor. It is one more member of the combination, and only where it earned it: tried
// on moments of the past after those that it had learned from.

// globalName stands for the member among the names of models.
const globalName = "global"

const (
	globalLeast  = 400   // origins before it tries
	globalBlocks = 4     // stretches of time, each forecast by what was learned before it
	globalEarns  = 0.005 // part of the loss that it must save
	globalMost   = 5.0   // its factor stays between the inverse of this and this
	globalWhiff  = 0.02  // of the mean level, so that nothing sold has a logarithm
)

var globalOptions = boost.Options{
	Loss: boost.Tweedie(1.5), Trees: 100, Leaves: 7, Rate: 0.06, L2: 5, MinWeight: 20, Rows: 0.6, Columns: 0.6, Seed: 1,
}

// year is the number of periods after which the same season comes back on the same weekday.
var year = [...]int{364, 52, 12}

// past is an item's history with running totals, for figures about any stretch of it.
type past struct {
	*history
	freq         Freq
	common       Common
	span         int       // periods that an order usually covers
	sold, worthy []float64 // totals of sales and exposure before each period
}

func (p Pool) past(h *history) past {
	ks := knotsFor(p.Horizon)
	return past{history: h, freq: p.Freq, common: p.Common, span: ks[target(ks, p.Horizon)], sold: sums(h.y), worthy: sums(h.e)}
}

// level returns what the periods from..to-1 sold per unit of exposure; NaN where there was too little.
func (p past) level(from, to int) float64 {
	from, to = max(from, 0), max(to, 0)
	if e := p.worthy[to] - p.worthy[from]; e >= 0.3 {
		return (p.sold[to] - p.sold[from]) / e
	}
	return math.NaN()
}

// traits returns what was known of the item before t, when the models saw m, without a unit; NaN is unknown. Pools keep
// trees that know these by their place: poolVersion changes with them, and Pool.Current tells.
func (p past) traits(t int, m moment) []float32 {
	mean := math.Max(m.mean(), 1e-9)
	whiff := globalWhiff * mean
	x := make([]float32, 0, 32)
	add := func(values ...float64) {
		for _, v := range values {
			if math.IsInf(v, 0) {
				v = math.NaN()
			}
			x = append(x, float32(v))
		}
	}
	against := func(level float64) float64 { return math.Log((level + whiff) / mean) }
	for _, l := range m.levels {
		add(against(l))
	}
	add(math.Log(math.Sqrt(m.own())/mean), math.Log(mean/math.Max(m.credence.Mean, 1e-9)), math.Log(float64(t+1)))
	k := p.span
	quiet, few, many := p.silence(t, max(2, k/2), 4*k)
	add(quiet, few, many)
	for _, stretch := range [...][2]int{{0, 1}, {1, 2}, {0, 3}, {k, 2 * k}, {2 * k, 4 * k}, {4 * k, 8 * k}} {
		add(against(p.level(t-stretch[1], t-stretch[0])))
	}
	if ago := t - year[p.freq]; ago >= 2*k {
		before, after := p.level(ago-2*k, ago), p.level(ago, ago+k)
		add(math.Log((after+whiff)/(before+whiff)), against(after))
	} else {
		add(math.NaN(), math.NaN())
	}
	add(math.Log(p.common.ahead(p.first+t) / p.common.of(p.first+t-1)))
	add(p.dearer(t, k), p.advertisedShare(t, 2), p.advertisedShare(t, k), p.advertisedShare(t, 4*k))
	open := 0.0
	for _, a := range p.a[max(t-k, 0):t] {
		open += a / float64(k)
	}
	add(open, float64(p.freq.slot(p.first+t)))
	return x
}

// silence returns the periods since the last sale before t, and the shares without one of the last
// `few` and of the last `many`.
func (p past) silence(t, few, many int) (since, shareFew, shareMany float64) {
	for since = 0; int(since) < t && p.y[t-1-int(since)] <= 0; since++ {
	}
	for i := 1; i <= min(many, t); i++ {
		if p.y[t-i] > 0 {
			continue
		}
		shareMany += 1 / float64(many)
		if i <= few {
			shareFew += 1 / float64(few)
		}
	}
	return since, shareFew, shareMany
}

// dearer returns the logarithm of the last price over the mean of the last 4k periods; NaN unknown.
func (p past) dearer(t, k int) float64 {
	sum, n, last := 0.0, 0.0, math.NaN()
	for i := 1; i <= min(4*k, t) && t-i < len(p.price); i++ {
		if price := p.price[t-i]; price > 0 {
			if sum += price; n == 0 {
				last = price
			}
			n++
		}
	}
	return math.Log(last * n / sum)
}

// advertisedShare returns the share of the last n periods before t in promotion.
func (p past) advertisedShare(t, n int) float64 {
	share := 0.0
	for i := 1; i <= min(n, t) && p.promo != nil; i++ {
		share += p.promo[t-i] / float64(n)
	}
	return share
}

// corrected returns the level that the global member says: the mean of the models by its factor.
func corrected(m *boost.Model, mean float64, traits []float32) float64 {
	return mean * math.Min(math.Max(m.Predict(traits), 1/globalMost), globalMost)
}

// together trains on the samples whose outcome was known before a period; nil when they are too few
// or say nothing.
func together(samples []sample, at, k, before int) *boost.Model {
	var rows []*sample
	for i := range samples {
		if s := &samples[i]; s.time+k <= before && s.exposure[at] > 0 && s.mean > 0 {
			rows = append(rows, s)
		}
	}
	if len(rows) < globalLeast {
		return nil
	}
	d := boost.Data{Columns: make([][]float32, len(rows[0].traits)), Y: make([]float64, len(rows)), Offset: make([]float64, len(rows))}
	for j := range d.Columns {
		d.Columns[j] = make([]float32, len(rows))
		for i, s := range rows {
			d.Columns[j][i] = s.traits[j]
		}
	}
	alike := shared(rows, at, k)
	for i, s := range rows {
		d.Y[i] = s.sold[at] / (s.exposure[at] * alike[s.time]) / s.scale
		d.Offset[i] = math.Log(s.mean / s.scale)
	}
	m, err := boost.Train(d, globalOptions)
	if err != nil { // figures that cannot be learned from: the shop does without
		return nil
	}
	return m
}

// walk forecasts each stretch of time by a model that had learned only from what was over before it;
// NaN where there was no such model.
func walk(samples []sample, at, k int) []float64 {
	out := make([]float64, len(samples))
	first, last := math.MaxInt, math.MinInt
	for i := range samples {
		out[i] = math.NaN()
		first, last = min(first, samples[i].time), max(last, samples[i].time)
	}
	begin := first + (last-first)/3
	for b := range globalBlocks {
		from, to := begin+b*(last+1-begin)/globalBlocks, begin+(b+1)*(last+1-begin)/globalBlocks
		m := together(samples, at, k, from)
		for i := range samples {
			if s := &samples[i]; m != nil && s.time >= from && s.time < to {
				out[i] = corrected(m, s.mean, s.traits)
			}
		}
	}
	return out
}

// globalise adds the global member to a trial where that saves loss; nil where it does not. Moments
// that it could not be tried on keep what the other models said in its place.
func (t *trial) globalise(horizon int) *boost.Model {
	ks := knotsFor(horizon)
	at := target(ks, horizon)
	if len(t.samples) < globalLeast {
		return nil
	}
	said := walk(t.samples, at, ks[at])
	var plain, both []sample
	for i, s := range t.samples {
		if math.IsNaN(said[i]) {
			said[i] = mixed(s.levels, t.weights)
			continue
		}
		plain = append(plain, s)
		s.levels = append(slices.Clone(s.levels), said[i])
		both = append(both, s)
	}
	if len(both) < globalLeast/2 {
		return nil
	}
	_, _, without := weigh(plain, len(t.weights), ks, horizon, tryRounds)
	weights, centre, loss := weigh(both, len(t.weights)+1, ks, horizon, tryRounds)
	if loss > without*(1-globalEarns) {
		return nil
	}
	m := together(t.samples, at, ks[at], math.MaxInt)
	if m == nil {
		return nil
	}
	for i := range t.samples {
		t.samples[i].levels = append(t.samples[i].levels, said[i])
	}
	t.weights, t.centre, t.loss, t.told = weights, centre, loss, both
	return m
}

// mixed returns the weighted sum of the levels.
func mixed(levels, weights []float64) float64 {
	sum := 0.0
	for j, w := range weights {
		sum += w * levels[j]
	}
	return sum
}
