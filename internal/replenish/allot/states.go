package allot

import (
	"math"
	"slices"
)

// state is a choice for the lines seen so far: what it costs, what it brings,
// and in which node of the tree it is written down.
type state struct {
	cash, benefit int64
	node          int32
	leaf          int32 // joined to node when it is kept: a choice, or another node
}

const none = int32(-1)

// tree writes down choices: each node joins a node to a choice (at or above 0)
// or to another node (below -1).
type tree struct{ nodes [][2]int32 }

// walk tells the choices of a node.
func (t *tree) walk(n int32, tell func(leaf int32)) {
	for n != none {
		pair := t.nodes[n]
		switch other := pair[1]; {
		case other >= 0:
			tell(other)
		case other < none:
			t.walk(-2-other, tell)
		}
		n = pair[0]
	}
}

// settle gives kept states nodes of their own.
func (t *tree) settle(states []state) []state {
	for i := range states {
		s := &states[i]
		if s.leaf == none {
			continue
		}
		t.nodes = append(t.nodes, [2]int32{s.node, s.leaf})
		s.node, s.leaf = int32(len(t.nodes)-1), none
	}
	return states
}

// extend is a list with one line more: each state with each of its options. From
// threshold on only states stay that no cheaper one is as good as; below it, of
// each amount of cash the best one, for it may be cash that is wanting.
func (t *tree) extend(states []state, r *row, threshold int64) []state {
	out := slices.Clone(states)
	var spare []state
	for k, c := range r.choices[1:] {
		if threshold == 0 && c.benefit <= 0 {
			continue // it costs and brings nothing
		}
		spare = merge(spare[:0], out, states, c, r.first+int32(k)+1, threshold)
		out, spare = spare, out
	}
	return out
}

// merge joins two lists in order of cash, every state of the second with a choice
// more, and leaves out what is of no use. It writes to out.
func merge(out, a, b []state, c choice, leaf int32, threshold int64) []state {
	out = slices.Grow(out, len(a)+len(b))
	best, any := int64(0), false
	for i, j := 0, 0; i < len(a) || j < len(b); {
		var s state
		if j < len(b) {
			s = b[j]
			s.cash, s.benefit = s.cash+c.cash, s.benefit+c.benefit
			if leaf != none {
				s.leaf = leaf
			}
		}
		if j == len(b) || i < len(a) && !before(s, a[i]) {
			s = a[i]
			i++
		} else {
			j++
		}
		if s.cash < threshold {
			if len(out) == 0 || out[len(out)-1].cash < s.cash {
				out = append(out, s)
			}
			continue
		}
		if !any || s.benefit > best {
			out, best, any = append(out, s), s.benefit, true
		}
	}
	return out
}

func before(a, b state) bool {
	if a.cash != b.cash {
		return a.cash < b.cash
	}
	return a.benefit > b.benefit
}

// list is what can be ordered of one supplier.
type list struct {
	states []state // with freight, nothing first, only those that he accepts
	rows   []row
	of     Supplier
	exact  bool
}

// supplier works out one supplier's list.
func (t *tree) supplier(rows []row, s Supplier, keep int) list {
	l := list{rows: rows, of: s, exact: true}
	for _, c := range t.goods(rows, s, keep, &l.exact) {
		if c.cash < int64(s.Minimum) {
			continue
		}
		c.cash, c.benefit = c.cash+s.freight(c.cash), c.benefit-s.burden(c.cash)
		l.states = append(l.states, c)
	}
	slices.SortStableFunc(l.states, func(a, b state) int {
		if before(a, b) {
			return -1
		}
		if before(b, a) {
			return 1
		}
		return 0
	})
	l.states = merge(nil, []state{{node: none, leaf: none}}, l.states, choice{}, none, 0)
	return l
}

// goods are the choices over a supplier's lines before his rules are applied.
func (t *tree) goods(rows []row, s Supplier, keep int, exact *bool) []state {
	left := int64(0) // the most that lines to come can cost
	for i := range rows {
		left += dearest(&rows[i])
	}
	states := []state{{node: none, leaf: none}}
	for i := range rows {
		left -= dearest(&rows[i])
		states = t.extend(states, &rows[i], s.threshold())
		at := slices.IndexFunc(states, func(x state) bool { return x.cash+left >= int64(s.Minimum) })
		if at < 0 {
			return nil
		}
		states = states[at:] // the others cannot reach the minimum any more
		if len(states) > keep {
			*exact = false
			states = trim(states, keep)
		}
		states = t.settle(states)
	}
	return states
}

func dearest(r *row) int64 { return r.choices[len(r.choices)-1].cash }

// join is each state of one list with each of another. Halves are joined first,
// so that what is of no use falls out early.
func (t *tree) join(a, b []state) []state {
	if len(b) == 1 {
		leaf := none
		if b[0].node != none {
			leaf = -2 - b[0].node
		}
		return merge(nil, nil, a, choice{cash: b[0].cash, benefit: b[0].benefit}, leaf, 0)
	}
	half := len(b) / 2
	return merge(nil, t.join(a, b[:half]), t.join(a, b[half:]), choice{}, none, 0)
}

// trim keeps about so many states of a list in order of cash: the corners of its
// upper hull, and of each stretch of cash the one nearest below the hull.
func trim(states []state, keep int) []state {
	hull := hullOf(states)
	buckets := max(keep-len(hull), keep/2)
	first, span := states[0].cash, states[len(states)-1].cash-states[0].cash
	if span <= 0 {
		return states[:1]
	}
	// Stretches grow with cash: a small purse divides what a large one has done with.
	bucket := func(s state) int { return int(math.Sqrt(float64(s.cash-first)/float64(span)) * float64(buckets-1)) }
	nearest := make([]int, buckets)
	gap := make([]float64, buckets)
	for b := range nearest {
		nearest[b] = -1
	}
	corner := make([]bool, len(states))
	h := 0
	for i, s := range states {
		for h+1 < len(hull)-1 && hull[h+1] <= i {
			h++
		}
		if len(hull) <= keep/2 && (i == hull[h] || i == hull[min(h+1, len(hull)-1)]) {
			corner[i] = true
		}
		b := bucket(s)
		if g := below(states, hull, h, s); nearest[b] < 0 || g < gap[b] {
			nearest[b], gap[b] = i, g
		}
	}
	out := make([]state, 0, keep)
	for i, s := range states {
		if corner[i] || nearest[bucket(s)] == i {
			out = append(out, s)
		}
	}
	return out
}

// hullOf finds the corners of the least concave curve above a list.
func hullOf(states []state) []int {
	var h []int
	for i, s := range states {
		for len(h) >= 2 {
			a, b := states[h[len(h)-2]], states[h[len(h)-1]]
			if float64(b.benefit-a.benefit)*float64(s.cash-a.cash) > float64(s.benefit-a.benefit)*float64(b.cash-a.cash) {
				break
			}
			h = h[:len(h)-1]
		}
		h = append(h, i)
	}
	return h
}

// below is how far a state is below the edge that starts at corner h.
func below(states []state, hull []int, h int, s state) float64 {
	a, b := states[hull[h]], states[hull[min(h+1, len(hull)-1)]]
	if b.cash == a.cash {
		return float64(a.benefit - s.benefit)
	}
	return float64(a.benefit) + float64(b.benefit-a.benefit)*float64(s.cash-a.cash)/float64(b.cash-a.cash) - float64(s.benefit)
}
