// Package allot divides what is too little: a purse over the lines of several
// suppliers, and the goods that must still be added before a supplier takes an
// order. It is the multiple-choice knapsack of Sinha and Zoltners (1979) with
// two more rules, a least value per supplier and freight per order.
//
// The whole curve from cash to the most expected benefit is worked out once, by
// dynamic programming over lists of states of which none is better than another
// (Nemhauser and Ullmann, 1969). Nothing in it depends on the limit, and so more
// money never brings less. Where the lists grow too long they are thinned, the
// corners of their upper hull always kept: those are the answers of marginal
// analysis (Fox, 1966), so that it is never worse than spending by benefit per
// yuan. How far it can be from the best is then told by Everett's multipliers
// (1963).
package allot

import (
	"bytes"
	"cmp"
	"math"
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Option is a quantity of a product that can be ordered, what its line comes to,
// and what it is expected to bring in minor units, all costs taken off (of the
// freight of the order see Supplier).
type Option struct {
	Quantity measure.Quantity
	Cash     money.Amount
	Benefit  float64
}

// Line is a product at one supplier. Nothing is always one of its options, and
// benefits count from there.
type Line struct {
	Product, Supplier ident.ID
	Options           []Option
}

// Supplier is what one asks of an order: goods of at least Minimum; Freight is
// paid once, and not from FreeFrom on (0: always). Borne says that the benefits
// of lines have their share of it taken off already, so that it only needs cash.
type Supplier struct {
	ID                         ident.ID
	Minimum, Freight, FreeFrom money.Amount
	Borne                      bool
}

// bound is whether the supplier's lines must be looked at together.
func (s Supplier) bound() bool { return s.Minimum > 0 || s.Freight > 0 }

// threshold is the value of goods beyond which nothing changes any more.
func (s Supplier) threshold() int64 {
	if s.Freight > 0 {
		return int64(max(s.Minimum, s.FreeFrom))
	}
	return int64(s.Minimum)
}

// freight of an order of goods.
func (s Supplier) freight(goods int64) int64 {
	if s.Freight <= 0 || s.FreeFrom > 0 && goods >= int64(s.FreeFrom) {
		return 0
	}
	return int64(s.Freight)
}

// burden is what freight takes off the benefit of an order of goods.
func (s Supplier) burden(goods int64) int64 {
	if s.Borne {
		return 0
	}
	return s.freight(goods) * grain
}

// Pick is what a plan takes of a line.
type Pick struct {
	Product, Supplier ident.ID
	Option
}

// Plan is a choice for every line, in the order of the products' ids. Freight
// is not in the picks; Cash and Benefit have it.
type Plan struct {
	Picks   []Pick
	Cash    money.Amount
	Freight money.Amount
	Benefit float64
}

// grain is how finely benefits are counted: in thousandths of a minor unit, as
// whole numbers, so that no sum depends on its order.
const grain = 1000

// most keeps every sum of benefits and cash far inside 64 bits.
const most = int64(money.MaxAmount)

// choice is an option as the lists need it.
type choice struct {
	quantity      measure.Quantity
	cash, benefit int64
}

// row is a line with options that make sense: nothing first, then by cash.
type row struct {
	product, supplier ident.ID
	choices           []choice
	first             int32  // number of its first choice among all
	on                choice // where Fill begins
}

func rowOf(l Line) row {
	r := row{product: l.Product, supplier: l.Supplier, choices: l.choices()}
	// Of options that cost the same only the best is wanted.
	slices.SortFunc(r.choices[1:], func(a, b choice) int {
		return cmp.Or(cmp.Compare(a.cash, b.cash), cmp.Compare(b.benefit, a.benefit), cmp.Compare(a.quantity, b.quantity))
	})
	rest := slices.CompactFunc(r.choices[1:], func(a, b choice) bool { return a.cash == b.cash })
	r.choices = r.choices[:1+len(rest)]
	return r
}

// choices are the options that make sense, behind buying nothing.
func (l Line) choices() []choice {
	out := []choice{{}}
	nothing := 0.0
	for _, o := range l.Options {
		if o.Quantity == 0 && !math.IsNaN(o.Benefit) {
			nothing = o.Benefit
		}
	}
	for _, o := range l.Options {
		if o.Quantity <= 0 || o.Cash < 0 || int64(o.Cash) > most || math.IsNaN(o.Benefit) || math.IsInf(o.Benefit, 0) {
			continue
		}
		limit := float64(most)
		b := math.Round(min(max((o.Benefit-nothing)*grain, -limit), limit))
		out = append(out, choice{o.Quantity, int64(o.Cash), int64(b)})
	}
	return out
}

// rowsOf are the lines in an order of their own, so that the caller's does not
// matter. Of a product that stands twice at a supplier the first is taken.
func rowsOf(lines []Line) []row {
	sorted := slices.Clone(lines)
	slices.SortStableFunc(sorted, func(a, b Line) int {
		return cmp.Or(bytes.Compare(a.Supplier[:], b.Supplier[:]), bytes.Compare(a.Product[:], b.Product[:]))
	})
	sorted = slices.CompactFunc(sorted, func(a, b Line) bool { return a.Supplier == b.Supplier && a.Product == b.Product })
	rows := make([]row, len(sorted))
	next := int32(0)
	for i, l := range sorted {
		rows[i] = rowOf(l)
		rows[i].first = next
		next += int32(len(rows[i].choices))
	}
	return rows
}

// Curve is what every amount of money brings.
type Curve struct {
	rows      []row
	suppliers map[ident.ID]Supplier
	tree      tree
	points    []state // cash and benefit both rising
	exact     bool
	bounded   []list // of the suppliers to be looked at together
	free      []row  // lines of the others
}

// small is how many lines are always answered exactly, unless their lists are
// beyond all measure.
const small = 12

// Spend works out the curve for lines of suppliers; a supplier that is not among
// them asks for nothing.
func Spend(lines []Line, suppliers []Supplier) *Curve {
	c := &Curve{rows: rowsOf(lines), suppliers: make(map[ident.ID]Supplier, len(suppliers)), exact: true}
	for _, s := range suppliers {
		c.suppliers[s.ID] = s
	}
	keep := keepFor(len(c.rows))
	total := []state{{node: none, leaf: none}}
	for begin := 0; begin < len(c.rows); {
		end := begin + 1
		for end < len(c.rows) && c.rows[end].supplier == c.rows[begin].supplier {
			end++
		}
		part := c.rows[begin:end]
		begin = end
		s := c.suppliers[part[0].supplier]
		if !s.bound() {
			c.free = append(c.free, part...)
			for i := range part {
				total = c.kept(c.tree.extend(total, &part[i], 0), keep)
			}
			continue
		}
		own := c.tree.supplier(part, s, keep)
		c.exact = c.exact && own.exact
		c.bounded = append(c.bounded, own)
		total = c.kept(c.tree.join(total, c.thinned(own.states, len(total))), keep)
	}
	c.points = total
	return c
}

// keepFor bounds the states of a list, so that all lists together stay small.
func keepFor(rows int) int {
	if rows <= small {
		return 1 << 18
	}
	return max(384, min(1<<10, (1<<19)/rows))
}

// trimmed thins a list that has grown too long.
func (c *Curve) trimmed(states []state, keep int) []state {
	if len(states) <= keep {
		return states
	}
	c.exact = false
	return trim(states, keep)
}

// kept is a list that others build on.
func (c *Curve) kept(states []state, keep int) []state { return c.tree.settle(c.trimmed(states, keep)) }

// thinned keeps the work of joining two lists in bounds.
func (c *Curve) thinned(states []state, with int) []state {
	pairs := 1 << 16
	if len(c.rows) <= small {
		pairs = 1 << 23
	}
	return c.trimmed(states, max(64, pairs/with))
}

// Exact reports whether every plan is the best that there is.
func (c *Curve) Exact() bool { return c.exact }

// Within is the best plan that costs no more than limit, freight and all.
func (c *Curve) Within(limit money.Amount) Plan { return c.plan(c.points[c.at(limit)]) }

// Best is the plan of a purse without bottom.
func (c *Curve) Best() Plan { return c.plan(c.points[len(c.points)-1]) }

// at finds the last point that a limit pays for; the first costs nothing.
func (c *Curve) at(limit money.Amount) int {
	i, found := slices.BinarySearchFunc(c.points, int64(limit), func(s state, n int64) int { return cmp.Compare(s.cash, n) })
	if found {
		return i
	}
	return max(i-1, 0)
}

// plan reads a state back.
func (c *Curve) plan(s state) Plan {
	taken := make(map[int32]bool, len(c.rows))
	c.tree.walk(s.node, func(leaf int32) { taken[leaf] = true })
	p := Plan{Cash: money.Amount(s.cash), Benefit: float64(s.benefit) / grain, Picks: make([]Pick, len(c.rows))}
	goods := int64(0)
	for i := range c.rows {
		r := &c.rows[i]
		one := r.choices[0]
		for k, o := range r.choices[1:] {
			if taken[r.first+int32(k)+1] {
				one = o
			}
		}
		goods += one.cash
		p.Picks[i] = Pick{r.product, r.supplier, Option{one.quantity, money.Amount(one.cash), float64(one.benefit) / grain}}
	}
	p.Freight = money.Amount(s.cash - goods)
	slices.SortStableFunc(p.Picks, func(a, b Pick) int { return bytes.Compare(a.Product[:], b.Product[:]) })
	return p
}
