// Package share parts one order of several shops: how much is ordered together, what
// each takes of it and what each pays. It is pure arithmetic in whole thousandths and
// minor units; who is asked, and by whom, is none of its business.
package share

import (
	"cmp"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Wish is what one shop wants, and on what it insists.
type Wish struct {
	Wanted    measure.Quantity
	Tolerance measure.Quantity // how much more it takes to fill the order
	// Alone is what Wanted would cost it without the others, from wherever it would buy
	// then; nil: it can buy nowhere else, so that any price is better than none.
	Alone *money.Amount
}

// Terms are the supplier's.
type Terms struct {
	Step     measure.Quantity // goods come in whole packs of this much
	Grain    measure.Quantity // the least part into which goods can be shared
	Minimum  measure.Quantity
	Price    money.Price
	Breaks   []catalog.Break // by rising quantity
	Freight  money.Amount    // of the whole order
	FreeFrom *money.Amount   // goods for this much travel free
	Least    money.Amount    // the least money of an order
	Currency money.Currency
}

// Part is the share of one shop; without a quantity it is not among the members.
type Part struct {
	Quantity       measure.Quantity
	Goods, Freight money.Amount
}

// Pays is what the share costs.
func (p Part) Pays() money.Amount { return p.Goods + p.Freight }

// Plan is an order that is worth it for everybody in it.
type Plan struct {
	Quantity       measure.Quantity
	Price          money.Price
	Goods, Freight money.Amount
	Shares         []Part // one a wish, in their order
}

// Members counts those who have a share.
func (p Plan) Members() int {
	n := 0
	for _, s := range p.Shares {
		if s.Quantity > 0 {
			n++
		}
	}
	return n
}

// What keeps an order from being made together; each shop then goes its own way.
var (
	ErrNotReached = errors.New("share: together they do not want enough")
	ErrNotWorth   = errors.New("share: some would pay more than alone, and without them it is not enough")
	errTerms      = errors.New("share: terms that no order can meet")
)

// Make finds the order of as many of the shops as gain by it. The first wish is that of the
// organiser, whose order it is and without whom there is none. Whoever else would pay more
// than alone is left out, the one who loses most first, until all who are left gain; fewer
// than two are no joint order. Wishes of nothing take no part, nor do those between which
// and their tolerance no whole grain lies.
func Make(wishes []Wish, t Terms) (Plan, error) {
	if t.Step <= 0 || t.Grain <= 0 || t.Step%t.Grain != 0 {
		return Plan{}, errTerms
	}
	in := make([]bool, len(wishes))
	for i, w := range wishes {
		in[i] = w.Wanted > 0 && roundUp(w.Wanted, t.Grain) <= w.Wanted+w.Tolerance
	}
	if len(in) == 0 || !in[0] {
		return Plan{}, ErrNotReached
	}
	failed := ErrNotReached
	for {
		p, err := together(wishes, in, t)
		if errors.Is(err, ErrNotReached) {
			return Plan{}, failed
		}
		if err != nil {
			return Plan{}, err
		}
		loser, err := mostLost(wishes, p)
		if err != nil {
			return Plan{}, err
		}
		if loser < 0 {
			return p, nil
		}
		if loser == 0 {
			return Plan{}, ErrNotWorth
		}
		in[loser], failed = false, ErrNotWorth
	}
}

// together plans the order of the members that in names, the cheapest unit of all totals
// that their tolerances allow.
func together(wishes []Wish, in []bool, t Terms) (Plan, error) {
	var wanted, most measure.Quantity
	members := 0
	for i, w := range wishes {
		if !in[i] {
			continue
		}
		members++
		var err error
		if wanted, err = wanted.Add(roundUp(w.Wanted, t.Grain)); err != nil {
			return Plan{}, err
		}
		if most, err = most.Add(ceiling(w, t.Grain)); err != nil {
			return Plan{}, err
		}
	}
	if members < 2 {
		return Plan{}, ErrNotReached
	}
	var best *Plan
	for _, q := range totals(wanted, most, t) {
		p, err := t.order(q)
		if err != nil {
			return Plan{}, err
		}
		if p.Goods < t.Least {
			continue
		}
		if best == nil || cheaper(p, *best) {
			best = &p
		}
	}
	if best == nil {
		return Plan{}, ErrNotReached
	}
	return *best, best.share(wishes, in, t, wanted)
}

func roundUp(q, grain measure.Quantity) measure.Quantity { return (q + grain - 1) / grain * grain }

// ceiling is the most that a shop takes, in whole grains.
func ceiling(w Wish, grain measure.Quantity) measure.Quantity {
	return (w.Wanted + w.Tolerance) / grain * grain
}

// totals are the quantities worth looking at between what is wanted and what is taken at
// most: the least that the supplier sells, from where a price falls, from where the
// freight is free or the least sum is met.
func totals(wanted, most measure.Quantity, t Terms) []measure.Quantity {
	starts := []measure.Quantity{max(wanted, t.Minimum)}
	for _, b := range t.Breaks {
		starts = append(starts, b.From)
	}
	for _, sum := range []*money.Amount{t.FreeFrom, &t.Least} {
		if sum == nil || *sum <= 0 {
			continue
		}
		for _, b := range append([]catalog.Break{{Price: t.Price}}, t.Breaks...) {
			if q, ok := t.reaching(*sum, b.Price); ok {
				starts = append(starts, q)
			}
		}
	}
	var out []measure.Quantity
	for _, q := range starts {
		total, err := measure.CeilTo(max(q, wanted), t.Step, t.Minimum)
		if err == nil && total <= most {
			out = append(out, total)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reaching is the least quantity whose goods cost a sum at a price.
func (t Terms) reaching(sum money.Amount, p money.Price) (measure.Quantity, bool) {
	if p <= 0 {
		return 0, false
	}
	one, err := money.Line(measure.MaxQuantity/1_000_000, p, t.Currency)
	if err != nil || one <= 0 {
		return 0, false
	}
	n, err := money.MulDiv(int64(sum), int64(measure.MaxQuantity/1_000_000), int64(one))
	if err != nil {
		return 0, false
	}
	for q := measure.Quantity(n) + 1; ; q++ { // rounding is off by a few thousandths
		line, err := money.Line(q, p, t.Currency)
		if err != nil {
			return 0, false
		}
		if line >= sum {
			return q, true
		}
	}
}

// order is what a quantity costs.
func (t Terms) order(q measure.Quantity) (Plan, error) {
	p := Plan{Quantity: q, Price: t.Price, Freight: t.Freight}
	for _, b := range t.Breaks {
		if q >= b.From {
			p.Price = b.Price
		}
	}
	var err error
	if p.Goods, err = money.Line(q, p.Price, t.Currency); err != nil {
		return p, err
	}
	if t.FreeFrom != nil && p.Goods >= *t.FreeFrom {
		p.Freight = 0
	}
	return p, nil
}

// cheaper compares what a unit costs with its freight; as cheap is not cheaper, so that
// the smaller order wins.
func cheaper(a, b Plan) bool {
	x, err := money.MulDiv(int64(a.Goods+a.Freight), 1_000_000, int64(a.Quantity))
	y, err2 := money.MulDiv(int64(b.Goods+b.Freight), 1_000_000, int64(b.Quantity))
	return err == nil && err2 == nil && x < y
}

// share parts the order: each has what it wants, what is left over goes by tolerance, and
// money by quantity. Each pays for its goods what its own order says, quantity times
// price; the cents that rounding leaves are the organiser's, who has the supplier's bill.
func (p *Plan) share(wishes []Wish, in []bool, t Terms, wanted measure.Quantity) error {
	grain := t.Grain
	p.Shares = make([]Part, len(wishes))
	room := make([]int64, len(wishes))
	for i, w := range wishes {
		if in[i] {
			p.Shares[i].Quantity = roundUp(w.Wanted, grain)
			room[i] = int64((ceiling(w, grain) - p.Shares[i].Quantity) / grain)
		}
	}
	for i, n := range money.Split(money.Amount((p.Quantity-wanted)/grain), room) {
		p.Shares[i].Quantity += measure.Quantity(n) * grain
	}
	weights := make([]int64, len(wishes))
	for i, s := range p.Shares {
		weights[i] = int64(s.Quantity)
	}
	left := p.Goods
	for i, f := range money.Split(p.Freight, weights) {
		p.Shares[i].Freight = f
		if i == 0 || p.Shares[i].Quantity == 0 {
			continue
		}
		goods, err := money.Line(p.Shares[i].Quantity, p.Price, t.Currency)
		if err != nil {
			return err
		}
		p.Shares[i].Goods, left = goods, left-goods
	}
	p.Shares[0].Goods = left
	return nil
}

// mostLost is the member who pays most more than alone, in parts of what it would pay
// alone for as much; −1 when nobody does.
func mostLost(wishes []Wish, p Plan) (int, error) {
	type loss struct {
		member int
		parts  int64
	}
	var losses []loss
	for i, s := range p.Shares {
		if s.Quantity == 0 || wishes[i].Alone == nil {
			continue
		}
		alone, err := money.MulDiv(int64(*wishes[i].Alone), int64(s.Quantity), int64(wishes[i].Wanted))
		if err != nil {
			return -1, err
		}
		if more := int64(s.Pays()) - alone; more > 0 {
			parts, err := money.MulDiv(more, 1_000_000, max(alone, 1))
			if err != nil {
				parts = 1 << 62
			}
			losses = append(losses, loss{i, parts})
		}
	}
	if len(losses) == 0 {
		return -1, nil
	}
	return slices.MaxFunc(losses, func(a, b loss) int { return cmp.Compare(a.parts, b.parts) }).member, nil
}
