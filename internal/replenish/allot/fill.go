package allot

import (
	"math"
	"slices"

	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// Filling is what reaching a supplier's minimum takes.
type Filling struct {
	// Plan is the order that reaches it, of all such orders the one that is
	// expected to bring most.
	Plan Plan
	// Wanted is what the order comes to without anything added, freight left
	// out, and More what is added.
	Wanted, More money.Amount
	// Cost is what is expected to be lost by what is added, in minor units:
	// goods that spoil or lie there, less what they still bring and the freight
	// that they save. Never below nothing.
	Cost float64
}

// Fill adds to an order of one supplier until he accepts it. have is what is on
// it, by product, with what it comes to; nothing is taken off again, and what the
// quantity brings is read off the options. False when all options together do not
// reach the minimum. An order that reaches it is answered with itself.
func Fill(lines []Line, s Supplier, have map[ident.ID]Option) (Filling, bool) {
	rows := rowsOf(lines)
	base, fixed := int64(0), int64(0)
	for i := range rows {
		r := &rows[i]
		// What is on order is worth what it is, also where as much money would buy better.
		at := slices.IndexFunc(lines, func(l Line) bool { return l.Supplier == r.supplier && l.Product == r.product })
		on := onOrder(lines[at].choices(), have[r.product])
		base, fixed = base+on.cash, fixed+on.benefit
		r.from(on)
	}
	rest := Supplier{ID: s.ID, Minimum: max(s.Minimum-money.Amount(base), 0), Freight: s.Freight, Borne: s.Borne}
	if s.FreeFrom > 0 {
		rest.FreeFrom = max(s.FreeFrom-money.Amount(base), 1)
	}
	var t tree
	exact := true
	best, found := state{}, false
	before := int64(0)
	if base > 0 {
		before = s.burden(base)
	}
	for _, x := range t.goods(rows, rest, keepFor(len(rows)), &exact) {
		if base+x.cash < int64(s.Minimum) || base+x.cash > most {
			continue
		}
		x.benefit += before - s.burden(base+x.cash)
		if !found || x.benefit > best.benefit {
			best, found = x, true
		}
	}
	if !found {
		return Filling{}, false
	}
	if base >= int64(s.Minimum) { // nothing need be added, and nothing is
		best = state{node: none}
	}
	f := filling(&t, rows, best, base)
	f.Plan.Freight = money.Amount(s.freight(base + best.cash))
	f.Plan.Cash = f.Wanted + f.More + f.Plan.Freight
	f.Plan.Benefit = float64(fixed+best.benefit-before) / grain
	return f, true
}

// filling reads the answer back.
func filling(t *tree, rows []row, best state, base int64) Filling {
	c := Curve{rows: rows, tree: *t}
	f := Filling{Plan: c.plan(state{cash: best.cash, node: best.node}), Wanted: money.Amount(base), More: money.Amount(best.cash)}
	for i := range rows {
		r := &rows[i]
		at := slices.IndexFunc(f.Plan.Picks, func(p Pick) bool { return p.Product == r.product })
		p := &f.Plan.Picks[at]
		p.Cash += money.Amount(r.on.cash)
		p.Benefit += float64(r.on.benefit) / grain
		p.Quantity = max(p.Quantity, r.on.quantity)
	}
	f.Cost = max(float64(-best.benefit)/grain, 0)
	return f
}

// onOrder is what stands on an order, worth what the options on both sides of its
// quantity say.
func onOrder(choices []choice, o Option) choice {
	on := choice{quantity: max(o.Quantity, 0), cash: int64(max(o.Cash, 0))}
	under, over := choice{}, choice{}
	for _, c := range choices {
		if c.quantity <= on.quantity && c.quantity >= under.quantity {
			under = c
		}
		if c.quantity > on.quantity && (over.quantity == 0 || c.quantity < over.quantity) {
			over = c
		}
	}
	on.benefit = under.benefit
	if over.quantity > 0 {
		part := float64(on.quantity-under.quantity) / float64(over.quantity-under.quantity)
		on.benefit += int64(math.Round(part * float64(over.benefit-under.benefit)))
	}
	return on
}

// from makes a row begin at what is on order: its choices are what is added.
func (r *row) from(on choice) {
	r.on = on
	kept := []choice{{}}
	for _, o := range r.choices[1:] {
		if o.quantity > on.quantity && o.cash > on.cash {
			kept = append(kept, choice{o.quantity, o.cash - on.cash, o.benefit - on.benefit})
		}
	}
	r.choices = kept
}
