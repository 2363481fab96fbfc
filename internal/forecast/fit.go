package forecast

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"buhuo/internal/forecast/boost"
)

// Options of Fit.
type Options struct {
	Freq        Freq
	Horizon     int      // periods that forecasts usually look ahead; 14 when 0
	Models      []string // names of the models to combine ("global" is the one learned from all products); all when empty
	NoFestivals bool     // leave the calendar out of it: what festivals change can be measured so
	Workers     int      // goroutines; the number of processors when 0. The result does not depend on it
}

// Pool is what has been learned jointly over the products of a shop. It is data: it can be stored
// as JSON and used later or elsewhere.
type Pool struct {
	Version   int                 `json:"version"`
	Freq      Freq                `json:"freq"`
	Horizon   int                 `json:"horizon"`
	Items     int                 `json:"items"`   // products learned from
	Origins   int                 `json:"origins"` // moments of the past at which forecasts were tried
	Models    []string            `json:"models"`
	Weights   []float64           `json:"weights"` // of the models, in their order
	Worth     Worth               `json:"worth,omitempty"`
	Seasons   Seasons             `json:"seasons"`
	Calendar  Calendar            `json:"calendar"`
	Promotion Promotion           `json:"promotion"`
	Price     Elasticity          `json:"price"`
	Yearly    Yearly              `json:"yearly"`
	Common    Common              `json:"common"`
	Levels    map[string]Credence `json:"levels"`
	Sums      []Knot              `json:"sums"`
	Steps     []Knot              `json:"steps"`
	Global    *boost.Model        `json:"global,omitempty"` // one more model, learned from all products; its weight is the last
}

const poolVersion = 5

// Current tells whether the pool was learned by this program's methods. One stored by others must be
// learned anew before it is used: its figures mean something else.
func (p Pool) Current() bool { return p.Version == poolVersion }

// sample is one origin of one item: what was known, and what came.
type sample struct {
	counted  bool
	scale    float64
	own      float64
	levels   []float64
	exposure []float64 // of the first k periods, by knot; NaN beyond the end
	sold     []float64
	stepE    []float64 // of the k-th period, by knot
	stepY    []float64
	time     int       // number of the period
	mean     float64   // of the levels
	traits   []float32 // what the global member sees
}

// limits of the origins tried: how far back, how much history before, how recent the last sale.
var (
	originSpan   = [...]int{364, 52, 48}
	originAfter  = [...]int{14, 12, 16}
	originRecent = [...]int{28, 26, 12}
	mostHorizon  = [...]int{42, 16, 12}
)

const (
	mostItems   = 2500  // that are learned from; a larger shop is sampled evenly
	mostSamples = 32000 // origins over all items
)

// Fit learns from the products of a shop. Every choice is made on origins in the past of the
// series given: nothing later is looked at. The same series in any order and on any number of
// goroutines give the same Pool.
func Fit(series []Series, opt Options) Pool {
	if opt.Horizon <= 0 {
		opt.Horizon = 14
	}
	hs := gather(series, opt)
	opt.Horizon = studied(hs, opt)
	p := Pool{Version: poolVersion, Freq: opt.Freq, Horizon: opt.Horizon, Items: len(series)}
	p.Worth = fitWorth(hs)
	for _, h := range hs {
		h.value(p.Worth)
	}
	p.Seasons = fitSeasons(hs, opt.Freq)
	Each(len(hs), opt.Workers, func(i int) { hs[i].expose(opt.Freq, p.Seasons.item(hs[i], opt.Freq)) })
	if opt.Freq == Day && !opt.NoFestivals {
		p.Calendar = fitCalendar(copies(hs))
		Each(len(hs), opt.Workers, func(i int) { hs[i].celebrate(opt.Freq, p.Calendar, 0) })
	}
	p.Models = opt.Models
	models, names := p.models()
	p.Models = slices.Clone(names)
	known, more := candidates(hs, opt.Freq)
	best := p.try(hs, models, known, opt)
	for _, with := range more {
		if other := p.try(hs, models, with(best.effects), opt); other.loss < best.loss*(1-effectEarns) {
			best = other
		}
	}
	p.take(best)
	if len(opt.Models) == 0 || slices.Contains(opt.Models, globalName) {
		if p.Global = best.globalise(opt.Horizon); p.Global != nil {
			p.Models = append(p.Models, globalName)
		}
	}
	ks := knotsFor(opt.Horizon)
	best.weights, best.centre, _ = weigh(best.told, len(best.weights), ks, opt.Horizon, learnRounds)
	p.Origins, p.Weights = len(best.samples), best.weights
	p.Sums, p.Steps = calibrate(best.samples, best.weights, best.centre, ks, opt.Workers)
	return p
}

// trial is what comes of one way to see the past.
type trial struct {
	effects effects
	common  Common
	levels  map[string]Credence
	samples []sample
	told    []sample // those that the weights are learned from
	weights []float64
	centre  featureVector
	loss    float64
}

// take sets what a trial learned.
func (p *Pool) take(t trial) {
	p.Promotion, p.Price, p.Yearly = t.effects.promotion, t.effects.price, t.effects.yearly
	p.Common, p.Levels = t.common, t.levels
}

// try looks at the past with given effects.
func (p Pool) try(hs []*history, models []Model, x effects, opt Options) trial {
	Each(len(hs), opt.Workers, func(i int) { hs[i].share(opt.Freq, x, Common{}) })
	t := trial{effects: x, common: fitCommon(hs, opt.Freq, opt.Horizon)}
	Each(len(hs), opt.Workers, func(i int) { hs[i].share(opt.Freq, x, t.common) })
	t.levels = fitLevels(hs)
	p.take(t)
	ks := knotsFor(opt.Horizon)
	stride := p.stride(hs)
	found := make([][]sample, len(hs))
	Each(len(hs), opt.Workers, func(i int) { found[i] = p.origins(hs[i], models, ks, stride) })
	t.samples = slices.Concat(found...)
	t.told = t.samples
	t.weights, t.centre, t.loss = weigh(t.samples, len(models), ks, opt.Horizon, tryRounds)
	return t
}

// studied returns how far ahead the past is tried: as far as is asked for, within what the past is
// long enough to tell. Further ahead the distributions go on as they grew.
func studied(hs []*history, opt Options) int {
	longest := 0
	for _, h := range hs {
		longest = max(longest, len(h.y))
	}
	return max(1, min(opt.Horizon, mostHorizon[opt.Freq], max(longest/3, 2)))
}

// gather makes the series ready, in order of their ids, an even sample of a very large shop.
func gather(series []Series, opt Options) []*history {
	order := make([]int, len(series))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(series[a].ID, series[b].ID) })
	if n := len(order); n > mostItems {
		picked := make([]int, mostItems)
		for i := range picked {
			picked[i] = order[i*n/mostItems]
		}
		order = picked
	}
	hs := make([]*history, len(order))
	Each(len(order), opt.Workers, func(i int) { hs[i] = ready(series[order[i]], opt.Freq) })
	return hs
}

// copies returns histories whose exposure can be changed without changing the originals.
func copies(hs []*history) []*history {
	out := make([]*history, len(hs))
	for i, h := range hs {
		c := *h
		c.e = slices.Clone(h.worth)
		out[i] = &c
	}
	return out
}

// Each calls f(0) to f(n-1) from several goroutines (the number of processors when workers is 0); f
// must write only to its own place, so that the result does not depend on the order.
func Each(n, workers int, f func(i int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < n; i += workers {
				f(i)
			}
		})
	}
	wait.Wait()
}

// knotsFor returns the numbers of periods at which sums are studied.
func knotsFor(horizon int) []int {
	ks := []int{1}
	for _, share := range []float64{0.15, 0.3, 0.5, 0.75, 1} {
		if k := int(math.Round(share * float64(horizon))); k > ks[len(ks)-1] {
			ks = append(ks, k)
		}
	}
	return ks
}

// stride spaces the origins so that their number stays within bounds, and so that they fall on every
// weekday, or month.
func (p Pool) stride(hs []*history) int {
	total := 0
	for _, h := range hs {
		total += min(max(len(h.y)-originAfter[p.Freq], 0), originSpan[p.Freq])
	}
	stride := max(1, (total+mostSamples-1)/mostSamples)
	for common(stride, p.Freq.season()) > 1 {
		stride++
	}
	return stride
}

// common returns the greatest common divisor.
func common(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// origins tries the models at moments of the item's past.
func (p Pool) origins(h *history, models []Model, ks []int, stride int) []sample {
	n := len(h.y)
	if h.sales < 2 || h.scale <= 0 {
		return nil
	}
	memory := scratch.Get().(*[]float64)
	defer scratch.Put(memory)
	view := p.look(h, models, memory)
	prefixY, prefixE := sums(h.y), sums(h.worth)
	past := p.past(h)
	var out []sample
	for t := n - 1; t >= max(originAfter[p.Freq], n-originSpan[p.Freq]); t -= stride {
		if !h.active(t, originRecent[p.Freq]) {
			continue
		}
		m := view.at(t)
		s := sample{counted: h.counted, scale: h.scale, own: m.own(), levels: m.levels, time: h.first + t, mean: m.mean()}
		s.fill(h, p, t, ks, prefixY, prefixE)
		s.traits = past.traits(t, m)
		out = append(out, s)
	}
	return out
}

// fill sets what came after t, and what it was expected to be worth before t.
func (s *sample) fill(h *history, p Pool, t int, ks []int, prefixY, prefixE []float64) {
	trend := p.Common.ahead(h.first + t)
	n, most := len(h.y), ks[len(ks)-1]
	promo := p.effects().ahead(h, p.Freq, t, min(most, n-t)).all
	worth := func(k int) float64 { return h.worth[t+k-1] }
	total := func(k int) float64 { return prefixE[t+k] - prefixE[t] }
	if promo != nil {
		for j := range promo {
			promo[j] *= h.worth[t+j]
		}
		ahead := sums(promo)
		worth = func(k int) float64 { return promo[k-1] }
		total = func(k int) float64 { return ahead[k] }
	}
	for _, k := range ks {
		if t+k > n {
			s.exposure, s.sold = append(s.exposure, math.NaN()), append(s.sold, 0)
			s.stepE, s.stepY = append(s.stepE, math.NaN()), append(s.stepY, 0)
			continue
		}
		s.exposure, s.sold = append(s.exposure, trend*total(k)), append(s.sold, prefixY[t+k]-prefixY[t])
		s.stepE, s.stepY = append(s.stepE, trend*worth(k)), append(s.stepY, h.y[t+k-1])
	}
}

// active tells whether the item had sold at least twice before t, and lately.
func (h *history) active(t, recent int) bool {
	sales := 0
	last := -1
	for i := t - 1; i >= 0 && sales < 2; i-- {
		if h.y[i] > 0 {
			sales++
			last = max(last, i)
		}
	}
	return sales >= 2 && t-last <= recent
}
