package boost

import "math"

// grower grows one tree after the other in the same memory. It splits the leaf that gains most,
// until there are enough (leaf-wise growth, Ke et al. 2017).
type grower struct {
	d *Data
	o *Options
	bins
	score      []float64 // of the rows so far
	g, h       []float64 // slopes and second derivatives of the rows
	packed     []uint64  // the same as integers: perG and perH of them to the unit
	perG, perH float64

	rows, spare []int32    // of the tree, leaf by leaf, rising in each
	chosen      []int      // columns of the tree
	chosenBins  [][]uint64 // their blocks
	repacked    [][]uint64

	leaves  []leaf
	free    []histogram
	words   []uint64 // packed, in the order of a leaf's rows
	found   [2][]split
	scratch []weighted
}

// leaf is a leaf of the growing tree.
type leaf struct {
	from, to int // its rows
	depth    int
	node     int // its parent, -1 for the root
	sum      uint64
	lo, hi   float64 // between which its value must lie
	hist     histogram
	best     split
	gain     float64 // loss that best saves; 0: no split
}

func newGrower(d *Data, o *Options) grower {
	n := len(d.Y)
	g := grower{d: d, o: o, bins: discretise(d.Columns, o.Bins, o.Workers)}
	g.g, g.h = make([]float64, n), make([]float64, n)
	g.packed, g.words = make([]uint64, n), make([]uint64, n)
	g.rows, g.spare = make([]int32, n), make([]int32, n)
	g.chosen = make([]int, len(d.Columns))
	for c := range g.chosen {
		g.chosen[c] = c
	}
	g.chosenBins = g.blocks
	g.found[0], g.found[1] = make([]split, len(d.Columns)), make([]split, len(d.Columns))
	return g
}

func (t *grower) everyRow() {
	t.rows = t.rows[:len(t.d.Y)]
	for r := range t.rows {
		t.rows[r] = int32(r)
	}
}

func (t *grower) choose(columns []int) {
	if t.repacked == nil {
		t.repacked = newBlocks(len(columns), len(t.d.Y))
	}
	t.repack(columns, t.repacked, t.o.Workers)
	t.chosen, t.chosenBins = columns, t.repacked
}

// grow returns a tree on the chosen rows and columns and the loss that each of its splits saves.
// Its values are steps to add to the scores, already shortened by the learning rate.
func (t *grower) grow() (Tree, []float64) {
	root := leaf{to: len(t.rows), node: -1, lo: math.Inf(-1), hi: math.Inf(1)}
	for _, r := range t.rows {
		root.sum += t.packed[r]
	}
	t.leaves = append(t.leaves[:0], root)
	var tree Tree
	var gains []float64
	t.plant()
	for len(t.leaves) < t.o.Leaves {
		i := t.richest()
		if i < 0 {
			break
		}
		gains = append(gains, t.leaves[i].gain)
		t.divide(i, &tree)
	}
	tree.Values = make([]float64, len(t.leaves))
	for i := range t.leaves {
		t.release(&t.leaves[i])
		tree.Values[i] = t.o.Rate * t.value(&t.leaves[i])
	}
	return tree, gains
}

// value is the best step of a leaf within its bounds.
func (t *grower) value(l *leaf) float64 {
	v, rows := 0.0, t.rows[l.from:l.to]
	if t.o.Loss.Kind == pinball {
		v = t.quantileStep(rows)
	} else {
		g, h := sums(rows, t.g, t.h)
		v = t.o.Loss.step(g, h, t.o.L2)
	}
	if t.o.Loss.Kind == tweedie {
		v = min(max(v, -maxStep), maxStep)
	}
	return min(max(v, l.lo), l.hi)
}

// quantileStep is the quantile of what the rows lie above their scores: slopes of the pinball loss
// choose the splits, but say nothing about the step (Friedman 2001 for the median; LightGBM). The
// penalty shortens it as it would a mean.
func (t *grower) quantileStep(rows []int32) float64 {
	if cap(t.scratch) < len(rows) {
		t.scratch = make([]weighted, 0, len(rows))
	}
	q, w := t.o.Loss.residualQuantile(t.d, t.score, rows, t.scratch)
	if w == 0 {
		return 0
	}
	return q * w / (w + t.o.L2)
}

// plant looks for the first split.
func (t *grower) plant() {
	root := &t.leaves[0]
	if !t.worthTrying(root) {
		return
	}
	root.hist = t.take()
	t.gather(root)
	t.eachBlock(len(t.rows), func(k int) {
		root.hist[k].fill(t.chosenBins[k], t.rows, t.words)
		t.scan(root, k, t.found[0])
	})
	t.settle(root, t.found[0])
}

func (t *grower) richest() int {
	best := -1
	for i := range t.leaves {
		if g := t.leaves[i].gain; g > 0 && (best < 0 || g > t.leaves[best].gain) {
			best = i
		}
	}
	return best
}

// divide splits leaf i: its left part keeps the place, its right part becomes the last leaf.
func (t *grower) divide(i int, tree *Tree) {
	parent := t.leaves[i]
	s := parent.best
	id := len(tree.Nodes)
	if parent.node >= 0 {
		tree.Nodes[parent.node].point(^int32(i), int32(id))
	}
	tree.Nodes = append(tree.Nodes, Node{
		Threshold: t.threshold(s.column, s.bin), Column: uint16(s.column), MissingLeft: s.missingLeft,
		Left: ^int32(i), Right: ^int32(len(t.leaves)),
	})
	left, right := parent, parent
	left.to = t.partition(&parent)
	right.from = left.to
	left.sum, right.sum = s.left, parent.sum-s.left
	t.bound(&left, &right)
	for _, l := range []*leaf{&left, &right} {
		l.depth, l.node, l.hist, l.gain = parent.depth+1, id, nil, 0
	}
	t.leaves[i] = left
	t.leaves = append(t.leaves, right)
	if len(t.leaves) < t.o.Leaves {
		t.explore(parent.hist, &t.leaves[i], &t.leaves[len(t.leaves)-1])
	} else {
		t.release(&parent)
	}
}

// explore finds the best splits of two leaves that were one: the smaller is added up, the other is
// what remains.
func (t *grower) explore(hist histogram, a, b *leaf) {
	if a.to-a.from > b.to-b.from {
		a, b = b, a
	}
	a.hist, b.hist = t.take(), hist
	tryA, tryB := t.worthTrying(a), t.worthTrying(b)
	if tryA || tryB {
		rows := t.rows[a.from:a.to]
		t.gather(a)
		t.eachBlock(len(rows)+512, func(k int) {
			a.hist[k].fill(t.chosenBins[k], rows, t.words)
			b.hist[k].subtract(&a.hist[k])
			if tryA {
				t.scan(a, k, t.found[0])
			}
			if tryB {
				t.scan(b, k, t.found[1])
			}
		})
	}
	if tryA {
		t.settle(a, t.found[0])
	}
	if tryB {
		t.settle(b, t.found[1])
	}
	for _, l := range []*leaf{a, b} {
		if l.gain == 0 {
			t.release(l)
		}
	}
}

// eachBlock runs f on all blocks, in parallel where the work on so many rows is worth it.
func (t *grower) eachBlock(rows int, f func(k int)) {
	workers := t.o.Workers
	if rows*len(t.chosenBins) < 1<<12 {
		workers = 1
	}
	each(len(t.chosenBins), workers, f)
}

// gather puts the words of a leaf's rows side by side.
func (t *grower) gather(l *leaf) {
	for i, r := range t.rows[l.from:l.to] {
		t.words[i] = t.packed[r]
	}
}

// worthTrying reports whether a leaf may be split at all.
func (t *grower) worthTrying(l *leaf) bool {
	return l.to-l.from > 1 && (t.o.Depth == 0 || l.depth < t.o.Depth) && float64(bend(l.sum)) >= 2*float64(t.least()) && len(t.chosen) > 0
}

// least is MinWeight in units of the integers.
func (t *grower) least() uint32 {
	return uint32(min(max(1, math.Ceil(t.o.MinWeight*t.perH)), math.MaxUint32))
}

func (t *grower) scanner(l *leaf) scanner {
	s := scanner{sum: l.sum, l2: t.o.L2 * t.perH, least: t.least(), lo: l.lo * t.perG / t.perH, hi: l.hi * t.perG / t.perH}
	if t.o.Loss.Kind == pinball { // whose slopes say nothing about how far a leaf will step
		s.lo, s.hi = math.Inf(-1), math.Inf(1)
	}
	return s
}

// scan notes the best split of the leaf on each column of a block.
func (t *grower) scan(l *leaf, k int, found []split) {
	s := t.scanner(l)
	for i := k * lanes; i < min((k+1)*lanes, len(t.chosen)); i++ {
		c := t.chosen[i]
		direction := int8(0)
		if t.o.Monotone != nil {
			direction = t.o.Monotone[c]
		}
		found[i] = s.best(l.hist[k].lane(i%lanes), len(t.cuts[c])+1, c, direction)
	}
}

// settle keeps the best of the columns' splits, if it saves enough.
func (t *grower) settle(l *leaf, found []split) {
	best := none
	for _, f := range found[:len(t.chosen)] {
		if f.score > best.score {
			best = f
		}
	}
	s := t.scanner(l)
	alone := s.score(l.sum)
	if best.score <= alone+1e-10*math.Abs(alone) {
		return
	}
	gain := (best.score - alone) / 2 * t.perH / (t.perG * t.perG)
	if gain > t.o.MinGain {
		l.best, l.gain = best, gain
	}
}

// partition moves the rows that go left before the others, in order, and returns where these begin.
func (t *grower) partition(l *leaf) int {
	var left [256]uint8
	for b := 1; b <= int(l.best.bin); b++ {
		left[b] = 1
	}
	if l.best.missingLeft {
		left[0] = 1
	}
	block, shift := t.blocks[l.best.column/lanes], 8*(l.best.column%lanes)
	rows, spare := t.rows[l.from:l.to], t.spare
	nl, nr := 0, 0
	for _, r := range rows {
		is := int(left[uint8(block[r]>>(shift&63))])
		rows[nl], spare[nr] = r, r
		nl += is
		nr += 1 - is
	}
	copy(rows[nl:], spare[:nr])
	return l.from + nl
}

// bound keeps both sides of a split on a column with a direction in order: no descendant of one
// passes the middle of their steps (as XGBoost does).
func (t *grower) bound(left, right *leaf) {
	if t.o.Monotone == nil {
		return
	}
	direction := t.o.Monotone[left.best.column]
	if direction == 0 {
		return
	}
	middle := (t.value(left) + t.value(right)) / 2
	if direction > 0 {
		left.hi, right.lo = middle, middle
	} else {
		left.lo, right.hi = middle, middle
	}
}

func (t *grower) take() histogram {
	if n := len(t.free); n > 0 {
		h := t.free[n-1]
		t.free = t.free[:n-1]
		return h
	}
	return make(histogram, len(t.chosenBins))
}

func (t *grower) release(l *leaf) {
	if l.hist != nil {
		t.free = append(t.free, l.hist)
		l.hist = nil
	}
}
