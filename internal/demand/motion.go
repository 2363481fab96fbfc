package demand

import "math"

// mostMotion bounds the products that Sway and Stay are learned from.
const mostMotion = 150

// The values that Sway and Stay may take.
var (
	sways = []float64{0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 1}
	stays = []float64{0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.94, 0.97, 0.985}
)

// kinds are the multiples of the shop's Sway that its products may have: some sell as steadily as
// salt, others by the weather.
var kinds = [...]float64{0.2, 0.5, 1, 2, 5}

// tempered is what a day counts for when kinds are told apart: sales have heavier tails than the
// likelihood believes, which makes it too sure of itself.
const tempered = 0.5

// learnMotion learns Sway, Stay and how common each kind is.
func (h *Habits) learnMotion(picked []*Series, levels []float64) {
	h.Kinds = nil
	var tracks []motion
	for i, s := range picked {
		if levels[i] > 0 {
			m := motion{given: s.Grain}
			m.load(s, h)
			m.evidence = m.differences()
			m.level = levels[i]
			tracks = append(tracks, m)
		}
	}
	h.climb(tracks)
	likely := make([][len(kinds)]float64, len(tracks))
	for i := range tracks {
		m := &tracks[i]
		m.setGrain(m.given, m.evidence, h)
		likely[i] = m.likely(h)
	}
	h.Kinds = mixture(likely)
}

// motion is a product that the motion of levels is learned from.
type motion struct {
	track
	evidence
	given float64
}

// likely is how likely each kind makes the product's days, relative to the likeliest.
func (t *track) likely(h *Habits) (out [len(kinds)]float64) {
	for k, m := range kinds {
		out[k] = h.Sway * m
	}
	t.likelihood(&out, h.Stay)
	best := math.Inf(-1)
	for _, l := range out {
		best = math.Max(best, l)
	}
	for k := range out {
		out[k] = math.Exp(tempered * (out[k] - best))
	}
	return out
}

// likelihood turns variances of the level into the logarithms of how likely they make the days, but
// for a constant. It walks through all of them at once, which a processor does nearly as fast as
// through one.
func (t *track) likelihood(sway *[len(kinds)]float64, stay float64) {
	const n = len(kinds)
	var a, square, logs, fresh [n]float64
	var product [n]float64
	p := *sway
	carry := stay * stay
	for k := range n {
		fresh[k] = (1 - carry) * sway[k]
		product[k] = 1
	}
	one := 1 / t.grain
	for i, e := range t.e {
		if e <= 0 {
			for k := range n {
				a[k] *= stay
				p[k] = carry*p[k] + fresh[k]
			}
			continue
		}
		x := t.level * e
		y := t.sold[i]
		spread := t.grain / x
		scale := x * one
		for k := range n {
			f := p[k] + spread // variance of what the day sold over what it should have
			g := 1 / f
			v := y/x - 1 - a[k]
			square[k] += v * v * g
			product[k] *= f * scale
			a[k] = stay * (a[k] + p[k]*g*v)
			p[k] = carry*(p[k]-p[k]*p[k]*g) + fresh[k]
		}
		if i%16 == 15 {
			for k := range n {
				logs[k] += math.Log(product[k])
				product[k] = 1
			}
		}
	}
	for k := range n {
		sway[k] = -0.5 * (square[k] + logs[k] + math.Log(product[k]))
	}
}

// mixture finds how common the kinds are: the likeliest weights (Laird's non-parametric maximum
// likelihood, by expectation and maximisation), held to the middle kind when products are few.
func mixture(likely [][len(kinds)]float64) []float64 {
	prior := [len(kinds)]float64{0.5, 1, 3, 1, 0.5}
	weights := make([]float64, len(kinds))
	for k := range weights {
		weights[k] = prior[k] / 6
	}
	for range 50 {
		next, total := prior, 6.0
		for _, l := range likely {
			sum := 0.0
			for k := range l {
				sum += weights[k] * l[k]
			}
			for k := range l {
				next[k] += weights[k] * l[k] / sum
			}
			total++
		}
		for k := range weights {
			weights[k] = next[k] / total
		}
	}
	return weights
}

// ownSway is the product's own variance of the level: the mean over the kinds that it may be.
func (t *track) ownSway(h *Habits) float64 {
	if len(h.Kinds) != len(kinds) {
		return h.Sway
	}
	mean, sum := 0.0, 0.0
	for k, l := range t.likely(h) {
		mean += h.Kinds[k] * l * kinds[k]
		sum += h.Kinds[k] * l
	}
	if !(sum > 0) {
		return h.Sway
	}
	return h.Sway * mean / sum
}

// climb goes to the likeliest Sway and Stay of the grid, at the products' present levels. All values
// of Sway for one of Stay are tried at once.
func (h *Habits) climb(tracks []motion) {
	known := map[int][]float64{}
	row := func(stay int) []float64 {
		if known[stay] == nil {
			known[stay] = h.worth(tracks, stays[stay])
		}
		return known[stay]
	}
	sway, stay := nearest(sways, h.Sway), nearest(stays, h.Stay)
	for moved := true; moved; {
		moved = false
		for _, next := range [3]int{stay - 1, stay, stay + 1} {
			if next < 0 || next >= len(stays) {
				continue
			}
			for k, v := range row(next) {
				if v > row(stay)[sway]+1e-6 {
					sway, stay, moved = k, next, true
				}
			}
		}
	}
	h.Sway, h.Stay = sways[sway], stays[stay]
}

// worth is how likely each value of Sway makes the days of all products.
func (h *Habits) worth(tracks []motion, stay float64) []float64 {
	out := make([]float64, len(sways))
	for k, sway := range sways {
		// a few products say little: stay near what is usual
		off, turn := math.Log(sway/usualSway), math.Log((1-stay)/(1-usualStay))
		out[k] = -4 * (off*off + turn*turn)
	}
	for from := 0; from < len(sways); from += len(kinds) {
		part := sways[from:min(from+len(kinds), len(sways))]
		for i := range tracks {
			m := &tracks[i]
			var l [len(kinds)]float64
			for k := range l {
				l[k] = part[min(k, len(part)-1)]
			}
			// the grain is judged at the middle value: it hardly depends on it
			g := *h
			g.Sway, g.Stay = part[len(part)/2], stay
			m.setGrain(m.given, m.evidence, &g)
			m.likelihood(&l, stay)
			for k := range part {
				out[from+k] += l[k] + m.constant()
			}
		}
	}
	return out
}

// constant is the part of the logarithm of the likelihood that the filter leaves out: it depends on
// the grain.
func (t *track) constant() float64 {
	n := 0.0
	for _, e := range t.e {
		if e > 0 {
			n++
		}
	}
	return -0.5 * n * math.Log(t.grain/t.level)
}

func nearest(in []float64, x float64) int {
	best := 0
	for i, y := range in {
		if math.Abs(math.Log(y/x)) < math.Abs(math.Log(in[best]/x)) {
			best = i
		}
	}
	return best
}
