// Package boost is gradient boosting of regression trees on histograms (Friedman 2001, "Greedy
// function approximation"; Ke et al. 2017, LightGBM; Chen and Guestrin 2016, XGBoost): it learns a
// number, a rate or a quantile from columns, also as a correction on top of another forecast.
//
// Gradients are summed as integers, both sums of a bin in one word. Integer addition has no order,
// so a model does not depend on the number of goroutines, and what is subtracted is exact.
//
// The package knows columns and numbers only: no item, no day, no forecast.
package boost

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Data are rows to learn from or to be judged on.
type Data struct {
	Columns [][]float32 // what is known of the rows, column by column; NaN is missing, infinite is refused
	Y       []float64   // what was seen
	Weight  []float64   // how much each row counts; nil: all 1
	Offset  []float64   // where each row starts, on the scale of Model.Score; nil: 0
}

// Options of Train. The zero value of a field that cannot be zero stands for the default.
type Options struct {
	Loss      Loss
	Trees     int     // rounds at most, 100
	Leaves    int     // of a tree at most, 31; trees grow at the leaf that gains most
	Depth     int     // splits between root and leaf at most; 0: no limit but Leaves
	Rate      float64 // share of its step that a tree takes, 0.1
	L2        float64 // weight that pulls each leaf to no step; see Loss for its unit
	MinWeight float64 // second derivatives that each leaf must have: rows × weight for Squared and Pinball, expected sum for Poisson
	MinGain   float64 // loss that each split must save
	Bins      int     // values that are told apart in a column, 2 to 255; 255
	Rows      float64 // share of the rows, drawn anew for each tree; 1
	Columns   float64 // share of the columns, drawn anew for each tree; 1
	Seed      uint64  // of these draws
	Monotone  []int8  // per column: +1 never falls along it, -1 never rises, 0 free; nil: all free. Missing values stand outside
	Valid     *Data   // judges each tree; the model ends with the best one
	Patience  int     // trees without a better one before training ends, 20; with Valid only
	Workers   int     // goroutines; the number of processors when 0. The result does not depend on it
}

// maxRows keeps the sums of all rows within the integers and each row distinct from 0.
const maxRows = 1 << 26

// stride is the number of rows that are summed together, whatever the number of goroutines.
const stride = 4096

// Train learns a model. It changes nothing of what it is given. Columns that say nothing are never
// used; data that say nothing give a model without trees.
func Train(d Data, o Options) (*Model, error) {
	o = o.filled()
	if err := o.check(len(d.Columns)); err != nil {
		return nil, fmt.Errorf("boost: %w", err)
	}
	if err := d.check(o.Loss, len(d.Columns)); err != nil {
		return nil, fmt.Errorf("boost: %w", err)
	}
	if o.Valid != nil {
		if err := o.Valid.check(o.Loss, len(d.Columns)); err != nil {
			return nil, fmt.Errorf("boost: validation: %w", err)
		}
	}
	return newTrainer(d, o).run(), nil
}

func (o Options) filled() Options {
	set(&o.Trees, 100)
	set(&o.Leaves, 31)
	set(&o.Rate, 0.1)
	set(&o.Bins, maxBins)
	set(&o.Rows, 1)
	set(&o.Columns, 1)
	set(&o.Patience, 20)
	return o
}

func set[T comparable](field *T, standard T) {
	var zero T
	if *field == zero {
		*field = standard
	}
}

func (o *Options) check(columns int) error {
	share := func(x float64) bool { return x > 0 && x <= 1 }
	switch {
	case o.Trees < 0 || o.Leaves < 2 || o.Depth < 0 || o.Patience < 0:
		return errors.New("trees, leaves (at least 2), depth and patience are counts")
	case !share(o.Rate) || !share(o.Rows) || !share(o.Columns):
		return errors.New("rate, rows and columns are shares above 0")
	case o.Bins < 2 || o.Bins > maxBins:
		return fmt.Errorf("%d bins, not 2 to %d", o.Bins, maxBins)
	case !(o.L2 >= 0) || !(o.MinWeight >= 0) || !(o.MinGain >= 0) || math.IsInf(o.L2, 1):
		return errors.New("penalties are not negative")
	case o.Monotone != nil && len(o.Monotone) != columns:
		return fmt.Errorf("%d directions for %d columns", len(o.Monotone), columns)
	case columns > math.MaxUint16:
		return fmt.Errorf("%d columns are too many", columns)
	}
	for c, m := range o.Monotone {
		if m < -1 || m > 1 {
			return fmt.Errorf("column %d has direction %d, not -1, 0 or 1", c, m)
		}
	}
	return o.Loss.check()
}

func (d *Data) check(l Loss, columns int) error {
	n := len(d.Y)
	switch {
	case n == 0 || n > maxRows:
		return fmt.Errorf("%d rows, not 1 to %d", n, maxRows)
	case len(d.Columns) != columns:
		return fmt.Errorf("%d columns, not %d", len(d.Columns), columns)
	case d.Weight != nil && len(d.Weight) != n:
		return fmt.Errorf("%d weights for %d rows", len(d.Weight), n)
	case d.Offset != nil && len(d.Offset) != n:
		return fmt.Errorf("%d offsets for %d rows", len(d.Offset), n)
	}
	for c, col := range d.Columns {
		if len(col) != n {
			return fmt.Errorf("column %d has %d rows, not %d", c, len(col), n)
		}
		for r, x := range col {
			if x > math.MaxFloat32 || x < -math.MaxFloat32 {
				return fmt.Errorf("column %d is infinite in row %d", c, r)
			}
		}
	}
	total := 0.0
	for r, y := range d.Y {
		w := d.weight(r)
		if !(w >= 0) || math.IsInf(w, 1) {
			return fmt.Errorf("row %d weighs %v", r, w)
		}
		total += w
		if o := d.offset(r); math.IsNaN(o) || math.IsInf(o, 0) {
			return fmt.Errorf("row %d starts at %v", r, o)
		}
		if err := l.checkValue(y); err != nil {
			return fmt.Errorf("row %d: %w", r, err)
		}
	}
	if !(total > 0) || math.IsInf(total, 1) {
		return fmt.Errorf("all rows together weigh %v", total)
	}
	return nil
}

func (d *Data) weight(r int) float64 {
	if d.Weight == nil {
		return 1
	}
	return d.Weight[r]
}

func (d *Data) offset(r int) float64 {
	if d.Offset == nil {
		return 0
	}
	return d.Offset[r]
}

// starts returns the scores before the first tree.
func (d *Data) starts(base float64) []float64 {
	score := make([]float64, len(d.Y))
	for r := range score {
		score[r] = base + d.offset(r)
	}
	return score
}

// trainer holds what changes from tree to tree.
type trainer struct {
	grower
	valid []float64 // scores of the validation rows
}

func newTrainer(d Data, o Options) *trainer {
	return &trainer{grower: newGrower(&d, &o)}
}

// run adds trees until they are enough or help no more.
func (t *trainer) run() *Model {
	m := &Model{Loss: t.o.Loss, Columns: len(t.d.Columns)}
	t.score = t.d.starts(0)
	t.differentiate(t.score)
	m.Base = t.base()
	t.score = t.d.starts(m.Base)
	best, bestTrees := math.Inf(1), 0
	if t.o.Valid != nil {
		t.valid = t.o.Valid.starts(m.Base)
		best = t.o.Loss.mean(t.o.Valid, t.valid)
	}
	first := 0.0
	var gains [][]float64
	for k := range t.o.Trees {
		slope := t.differentiate(t.score)
		if first = max(first, slope); slope <= 1e-10*first {
			break // nothing left but rounding
		}
		rng := rand.New(rand.NewPCG(t.o.Seed, uint64(k)))
		sampled := t.sample(rng)
		tree, gain := t.grow()
		if len(tree.Nodes) == 0 {
			if sampled {
				continue
			}
			break
		}
		m.Trees = append(m.Trees, tree)
		gains = append(gains, gain)
		t.advance(&tree)
		if t.o.Valid == nil {
			bestTrees = len(m.Trees)
			continue
		}
		tree.add(t.o.Valid.Columns, t.valid, t.o.Workers)
		if loss := t.o.Loss.mean(t.o.Valid, t.valid); loss < best {
			best, bestTrees = loss, len(m.Trees)
		} else if len(m.Trees)-bestTrees >= t.o.Patience {
			break
		}
	}
	m.Trees = m.Trees[:bestTrees:bestTrees]
	m.Gain = make([]float64, m.Columns)
	for k, tree := range m.Trees {
		for i, n := range tree.Nodes {
			m.Gain[n.Column] += gains[k][i]
		}
	}
	return m
}

// differentiate takes the slopes of the loss at the scores, makes integers of them and returns the
// sum of their sizes.
func (t *trainer) differentiate(score []float64) float64 {
	n := len(score)
	chunks := (n + stride - 1) / stride
	slopes, bends := make([]float64, chunks), make([]float64, chunks)
	each(chunks, t.o.Workers, func(i int) {
		from, to := i*stride, min((i+1)*stride, n)
		g, h := t.g[from:to], t.h[from:to]
		t.o.Loss.gradients(t.d, score, from, g, h)
		for j := range g {
			slopes[i] += math.Abs(g[j])
			bends[i] += h[j]
		}
	})
	slope, bend := 0.0, 0.0
	for i := range slopes {
		slope += slopes[i]
		bend += bends[i]
	}
	t.perG, t.perH = scale(slope, 1<<31-float64(n)), scale(bend, 1<<32-float64(n))
	each(chunks, t.o.Workers, func(i int) {
		for r := i * stride; r < min((i+1)*stride, n); r++ {
			t.packed[r] = pack(t.g[r]*t.perG, t.h[r]*t.perH)
		}
	})
	return slope
}

// scale is the largest power of two that keeps sum below limit: whole weights stay whole.
func scale(sum, limit float64) float64 {
	if !(sum > 0) || limit/sum > 1e300 {
		return 1
	}
	return math.Ldexp(1, math.Ilogb(limit/sum))
}

// base is the best score without trees.
func (t *trainer) base() float64 {
	t.everyRow()
	return t.o.Loss.constant(t.d, t.score, t.rows, t.g, t.h)
}

// advance adds the tree to the scores: by its leaves where it was grown on all rows.
func (t *trainer) advance(tree *Tree) {
	if len(t.rows) < len(t.score) {
		tree.add(t.d.Columns, t.score, t.o.Workers)
		return
	}
	for i := range t.leaves {
		l := &t.leaves[i]
		v := tree.Values[i]
		for _, r := range t.rows[l.from:l.to] {
			t.score[r] += v
		}
	}
}

// sample draws the rows and columns of a tree and reports whether it left any out (Friedman 2002).
func (t *trainer) sample(rng *rand.Rand) bool {
	n, m := len(t.d.Y), len(t.d.Columns)
	rows, columns := share(n, t.o.Rows), share(m, t.o.Columns)
	t.everyRow()
	if rows < n {
		t.rows = t.rows[:0]
		draw(n, rows, rng, func(r int) { t.rows = append(t.rows, int32(r)) })
	}
	if columns < m {
		chosen := make([]int, 0, columns)
		draw(m, columns, rng, func(c int) { chosen = append(chosen, c) })
		t.choose(chosen)
	}
	return rows < n || columns < m
}

func share(n int, part float64) int {
	return min(n, max(1, int(math.Round(part*float64(n)))))
}

// draw calls f with k of the numbers below n, rising (Knuth, Algorithm S).
func draw(n, k int, rng *rand.Rand, f func(int)) {
	for i := 0; k > 0; i++ {
		if rng.IntN(n-i) < k {
			f(i)
			k--
		}
	}
}
