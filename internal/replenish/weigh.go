package replenish

import (
	"buhuo/internal/day"
	"buhuo/internal/measure"
)

// Weighing is what the chosen offer could be ordered in instead: what dividing a
// purse and filling an order up begin with.
type Weighing struct {
	// Options are the quantities that were compared, nothing first.
	Options []Option
	// Again is the day on which an order can be sent after this chance. What the
	// best option saves is what waiting until then is expected to cost.
	Again day.Date
}

// Weigh is Suggest with the quantities that it weighed against one another.
func Weigh(in Input) (Trace, Weighing) {
	var w Weighing
	t := suggest(in, &w)
	return t, w
}

// weigh keeps the options of the offer that was chosen.
func (b *bid) weigh() {
	if w := b.p.weighing; w != nil {
		*w = Weighing{Options: b.options(b.further()), Again: b.cycle.again}
	}
}

// ahead are the days for which an order may be filled up: no more than people
// would buy by hand to reach a supplier's minimum.
var ahead = []int{10, 20, 30, 45}

// further are quantities beyond the need with which the goods last so many days,
// of perishables two thirds of their life at most.
func (b *bid) further() []measure.Quantity {
	in := b.p.in
	most := ahead[len(ahead)-1]
	if in.ShelfLife > 0 {
		most = min(most, in.ShelfLife*2/3)
	}
	there := plus(b.p.t.supply(b.arrival+1), -b.need.Owed)
	var out []measure.Quantity
	for _, days := range ahead {
		if days > most {
			continue
		}
		q := plus(rounded(in.Demand.mean(b.arrival+days)), -there)
		if top := plus(in.Bounds.Maximum, -there); in.Bounds.Maximum > 0 && b.onGrid(q) > top {
			continue
		}
		if q > 0 {
			out = append(out, q)
		}
	}
	return out
}
