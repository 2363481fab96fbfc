package replenish

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// Reorder is a rule for goods whose ordering costs something each time: order
// when the position is at most At, up to UpTo. Positions are whole numbers of
// whatever unit the demand is counted in.
type Reorder struct{ At, UpTo int }

// renewal knows the cost of Reorder rules: the expected cost G of a period that
// begins with a position, and how often positions are met between two orders.
type renewal struct {
	ordering float64
	cost     func(position int) float64
	demand   func(amount int) float64
	costs    map[int]float64
	visits   []float64 // expected periods spent at j below UpTo
	chances  []float64
}

func (r *renewal) at(position int) float64 {
	c, ok := r.costs[position]
	if !ok {
		c = r.cost(position)
		r.costs[position] = c
	}
	return c
}

func (r *renewal) visited(j int) float64 {
	for i := len(r.visits); i <= j; i++ {
		r.chances = append(r.chances, r.demand(i))
		sum := 0.0
		if i == 0 {
			sum = 1
		}
		for l := 1; l <= i; l++ {
			sum += r.chances[l] * r.visits[i-l]
		}
		r.visits = append(r.visits, sum/(1-r.chances[0]))
	}
	return r.visits[j]
}

// rule is the average cost per period of a rule: that of a cycle over its length.
func (r *renewal) rule(x Reorder) float64 {
	cost, length := r.ordering, 0.0
	for j := range x.UpTo - x.At {
		m := r.visited(j)
		cost += m * r.at(x.UpTo-j)
		length += m
	}
	return cost / length
}

// mostPositions bounds how many positions a search looks at.
const mostPositions = 4096

// ReorderCost is the average cost per period of a rule. cost is the expected
// cost of a period that begins with a position after ordering, demand the
// chance of a demand of so many (section 4.4.2).
func ReorderCost(x Reorder, ordering float64, cost, demand func(int) float64) float64 {
	return (&renewal{ordering: ordering, cost: cost, demand: demand, costs: map[int]float64{}}).rule(x)
}

// BestReorder is the rule of least average cost per period, and that cost, by
// the algorithm of Zheng & Federgruen 1991. from is a position near the lowest
// cost of a period; cost must have one valley.
func BestReorder(ordering float64, from int, cost, demand func(int) float64) (Reorder, float64) {
	r := &renewal{ordering: ordering, cost: cost, demand: demand, costs: map[int]float64{}}
	for range mostPositions {
		if r.at(from+1) < r.at(from) {
			from++
		} else if r.at(from-1) < r.at(from) {
			from--
		} else {
			break
		}
	}
	best := Reorder{At: from - 1, UpTo: from}
	for range mostPositions {
		if r.rule(best) <= r.at(best.At) {
			break
		}
		best.At--
	}
	least := r.rule(best)
	for up := best.UpTo + 1; up-from < mostPositions && r.at(up) <= least; up++ {
		x := Reorder{At: best.At, UpTo: up}
		if r.rule(x) >= least {
			continue
		}
		best, least = x, r.rule(x)
		for best.At+1 < best.UpTo && r.at(best.At+1) >= least {
			best.At++
			least = r.rule(best)
		}
	}
	return best, least
}

// PowerApproximation is a rule near the best one from the mean and the
// deviation of a period's demand and of that of the lead time and a period
// (Ehrhardt & Mosier 1984; section 4.4.4).
func PowerApproximation(ordering, holding, short, mean, leadMean, leadSD float64) (at, upTo float64) {
	lot := 1.30 * math.Pow(mean, 0.494) * math.Pow(ordering/holding, 0.506) *
		math.Pow(1+leadSD*leadSD/(mean*mean), 0.116)
	z := math.Sqrt(lot * holding / (leadSD * short))
	at = 0.973*leadMean + leadSD*(0.183/z+1.063-2.192*z)
	return at, at + lot
}

// LotCost is the cost per period of ordering quantity whenever the position
// falls to at, where lead is the demand of the lead time: the newsvendor's cost
// over all positions in between, and the orders (section 5.2).
func LotCost(lead Law, at, quantity, ordering, holding, short, rate float64) float64 {
	g := func(y float64) float64 { return NewsvendorCost(lead, y, short, holding) }
	return (ordering*rate + quad.Fixed(g, at, at+quantity, 400, nil, 0)) / quantity
}

// LotPoint is the position at which to order a given quantity: the cost of a
// period is the same there and when the lot has arrived.
func LotPoint(lead Law, quantity, holding, short float64) float64 {
	g := func(y float64) float64 { return NewsvendorCost(lead, y, short, holding) }
	hi := lead.Quantile(CriticalRatio(short, holding))
	lo := hi - quantity
	for range 100 {
		if m := (lo + hi) / 2; g(m) > g(m+quantity) {
			lo = m
		} else {
			hi = m
		}
	}
	return (lo + hi) / 2
}

// LotApproximation is the order quantity and its point when stock on average is
// taken as point - demand of the lead time + half the quantity, with its cost
// per period (Hadley & Whitin 1963; section 5.3.1): each depends on the other,
// so they are found in turns.
func LotApproximation(lead Law, ordering, holding, short, rate float64) (at, quantity, cost float64) {
	quantity, _ = EOQ(ordering, holding, rate)
	for range 200 {
		at = lead.Quantile(1 - math.Min(quantity*holding/(short*rate), 1))
		next := math.Sqrt(2 * rate * (ordering + short*lead.Loss(at)) / holding)
		if done := math.Abs(next-quantity) < 1e-12*next; done {
			break
		}
		quantity = next
	}
	return at, quantity, holding*(at-lead.Mean()+quantity/2) + (ordering+short*lead.Loss(at))*rate/quantity
}
