package forecast

import (
	"slices"
	"sync"

	"buhuo/internal/forecast/prior"
	"buhuo/internal/forecast/ses"
)

// reference is the model whose one-step errors measure the noise.
var reference = ses.Model{Alpha: 0.08}

// moment is what the models and the variance filter saw at one moment of a history.
type moment struct {
	credence  Credence
	levels    []float64 // of the models
	reference float64   // the level around which noise is measured
	squares   float64   // of its errors, discounted
	seen      float64   // exposure, discounted likewise
}

// own returns the variance of a period of full exposure: the item's, and the usual one at its level
// while the item has shown little.
func (m moment) own() float64 {
	return (m.squares + noisePrior*m.credence.noise(m.reference)) / (m.seen + noisePrior)
}

// told returns the share of that variance which the item's own history told.
func (m moment) told() float64 { return m.seen / (m.seen + noisePrior) }

// mean returns the plain mean of the models' levels.
func (m moment) mean() float64 {
	sum := 0.0
	for _, l := range m.levels {
		sum += l / float64(len(m.levels))
	}
	return sum
}

// view is what was seen at every moment of a history.
type view struct {
	credence  Credence
	levels    [][]float64
	reference []float64
	squares   []float64
	seen      []float64
}

// at returns what was known before period t.
func (v view) at(t int) moment {
	m := moment{credence: v.credence, reference: v.reference[t], squares: v.squares[t], seen: v.seen[t], levels: make([]float64, len(v.levels))}
	for j, l := range v.levels {
		m.levels[j] = l[t]
	}
	return m
}

// scratch lends memory for what models saw.
var scratch = sync.Pool{New: func() any { return new([]float64) }}

// borrow returns n values of the memory, which grows as needed; what is in them is rubbish.
func borrow(memory *[]float64, n int) []float64 {
	if cap(*memory) < n {
		*memory = make([]float64, n)
	}
	*memory = (*memory)[:cap(*memory)]
	return (*memory)[:n:n]
}

// look runs the models over a history. The view lies in memory, which grows as needed.
func (p Pool) look(h *history, models []Model, memory *[]float64) view {
	c := p.believed(h)
	n := len(h.y) + 1
	all := borrow(memory, n*(len(models)+3))
	part := func(i int) []float64 { return all[i*n : (i+1)*n : (i+1)*n] }
	v := view{credence: c, squares: part(0), seen: part(1), levels: make([][]float64, 0, len(models))}
	for i, m := range models {
		out := part(2 + i)
		m.Levels(h.y, h.e, c.Level, out)
		v.levels = append(v.levels, out)
		if m == Model(reference) {
			v.reference = out
		}
	}
	if v.reference == nil {
		v.reference = part(2 + len(models))
		reference.Levels(h.y, h.e, c.Level, v.reference)
	}
	h.residuals(v.reference, func(t int, squares, seen float64) { v.squares[t], v.seen[t] = squares, seen })
	return v
}

// ender is a model that can tell its last level without those before it: to the same digits, and much
// sooner. A forecast needs no other.
type ender interface {
	Last(sold, exposure []float64, p prior.Level) (level float64, ok bool)
}

// end is look for the last moment alone.
func (p Pool) end(h *history, models []Model) moment {
	memory := scratch.Get().(*[]float64)
	defer scratch.Put(memory)
	n := len(h.y)
	out := borrow(memory, 2*(n+1))
	levels, other := out[:n+1], out[n+1:]
	m := moment{credence: p.believed(h), levels: make([]float64, len(models), len(models)+1)}
	believed := m.credence.Level
	reference.Levels(h.y, h.e, believed, levels)
	m.reference = levels[n]
	for j, model := range models {
		if model == Model(reference) {
			m.levels[j] = m.reference
			continue
		}
		if e, is := model.(ender); is {
			if last, ok := e.Last(h.y, h.e, believed); ok {
				m.levels[j] = last
				continue
			}
		}
		model.Levels(h.y, h.e, believed, other)
		m.levels[j] = other[n]
	}
	m.squares, m.seen = h.residuals(levels, nil)
	return m
}

// residuals returns the discounted sums of squared one-step errors around the reference levels, and of
// exposure; visit, when not nil, sees what they were before each period, and after the last.
func (h *history) residuals(level []float64, visit func(t int, squares, seen float64)) (squares, seen float64) {
	level, e := level[:len(h.y)], h.e[:len(h.y)]
	for t, y := range h.y {
		if visit != nil {
			visit(t, squares, seen)
		}
		if e[t] > 0 {
			r := y - e[t]*level[t]
			squares = referenceKeep*squares + r*r
			seen = referenceKeep*seen + e[t]
		}
	}
	if visit != nil {
		visit(len(h.y), squares, seen)
	}
	return squares, seen
}

// roster is the models of a period length and horizon with their names, made once.
type roster struct {
	models   []Model // those combined, then those asked for by name
	names    []string
	combined int
}

type rosterKey struct {
	freq    Freq
	horizon int
}

var rosters sync.Map // rosterKey to *roster

func rosterOf(f Freq, horizon int) *roster {
	key := rosterKey{f, min(horizon, mostHorizon[f])} // no pool looks further
	if known, ok := rosters.Load(key); ok {
		return known.(*roster)
	}
	combined, named := Models(f, horizon)
	r := &roster{models: slices.Concat(combined, named), combined: len(combined)}
	for _, m := range r.models {
		r.names = append(r.names, m.Name())
	}
	known, _ := rosters.LoadOrStore(key, r)
	return known.(*roster)
}

// models returns the models that the pool combines, in the order of the list, and their names; names
// that are not in the list are passed over, and with none left those combined by default are used.
func (p Pool) models() ([]Model, []string) {
	r := rosterOf(p.Freq, p.Horizon)
	usual, names := r.models[:r.combined:r.combined], r.names[:r.combined:r.combined]
	if len(p.Models) == 0 || slices.Equal(names, p.Models[:min(r.combined, len(p.Models))]) && (len(p.Models) == r.combined || len(p.Models) == r.combined+1 && p.Models[r.combined] == globalName) {
		return usual, names
	}
	var models []Model
	var chosen []string
	for j, name := range r.names {
		if slices.Contains(p.Models, name) {
			models, chosen = append(models, r.models[j]), append(chosen, name)
		}
	}
	if len(models) == 0 {
		return usual, names
	}
	return models, chosen
}

func (p Pool) credence(category string) Credence {
	if c, ok := p.Levels[category]; ok {
		return c
	}
	if c, ok := p.Levels[""]; ok {
		return c
	}
	return Credence{Level: prior.Of(0, 1), Dispersion: 1, Power: 2}
}

// aroundItems is how many products of a category tell as much as other shops do.
const aroundItems = 5

// Around is how much of the prior of a category's products is what other shops sell, where
// that is known: all of it without products of its own, half with aroundItems, ever less.
func (p Pool) Around(category string) float64 {
	own := p.Levels[category].Items
	if category == "" { // what has no category is like nothing in particular
		own = 0
	}
	return aroundItems / float64(aroundItems+own)
}

// believed is the credence of a history: its category's, and as far as that tells less
// what other shops sell of such goods.
func (p Pool) believed(h *history) Credence {
	c := p.credence(h.category).at(h.label)
	if h.around.Mean > 0 {
		c.Level = between(h.around, c.Level, p.Around(h.category))
	}
	return c
}

func sums(x []float64) []float64 { return sumsIn(make([]float64, len(x)+1), x) }

// sumsIn writes the running totals of x to out, which is one longer.
func sumsIn(out, x []float64) []float64 {
	total := 0.0
	out[0] = 0
	rest := out[1 : len(x)+1]
	for i, v := range x {
		total += v
		rest[i] = total
	}
	return out
}
