package replenish

import "math"

// The classic models of how much to buy at once. Their printed answers are held
// by classic_test.go; sections are those of Snyder & Shen, Fundamentals of
// Supply Chain Theory, 2nd ed.

// EOQ is the economic order quantity and its cost per period: ordering is the
// cost of one order, holding that of a unit for a period, rate the demand of a
// period (section 3.2). Without a holding cost or demand there is none, and
// both are 0.
func EOQ(ordering, holding, rate float64) (quantity, cost float64) {
	if !(ordering > 0 && holding > 0 && rate > 0) {
		return 0, 0
	}
	return math.Sqrt(2 * ordering * rate / holding), math.Sqrt(2 * ordering * rate * holding)
}

// Backlogged is the economic order quantity when customers wait, at a cost per
// unit and period, with the most that is owed at a time (section 3.5).
func Backlogged(ordering, holding, waiting, rate float64) (quantity, owed, cost float64) {
	if !(waiting > 0) {
		return 0, 0, 0
	}
	quantity, cost = EOQ(ordering, holding*waiting/(holding+waiting), rate)
	return quantity, quantity * holding / (holding + waiting), cost
}

// AllUnits is the order quantity of least cost per period, and that cost with
// the purchase, when all units of an order cost what its quantity reaches:
// prices[i] from breaks[i] on, the breaks ascending. keeping is the cost of
// holding for a period as a share of the price (section 3.4.1). The first price
// also holds below its break.
func AllUnits(ordering, keeping, rate float64, breaks, prices []float64) (quantity, cost float64) {
	for i, price := range prices {
		q, _ := EOQ(ordering, keeping*price, rate)
		if i > 0 {
			q = math.Max(q, breaks[i])
		}
		if !(q > 0) || i+1 < len(breaks) && q >= breaks[i+1] { // cheaper or not to be had further on
			continue
		}
		if c := price*rate + ordering*rate/q + keeping*price*q/2; quantity == 0 || c < cost {
			quantity, cost = q, c
		}
	}
	return quantity, cost
}

// Incremental is the same when only the units beyond a break cost its price
// (section 3.4.2).
func Incremental(ordering, keeping, rate float64, breaks, prices []float64) (quantity, cost float64) {
	extra := 0.0 // what the units before the break cost more than its price
	for i, price := range prices {
		if i > 0 {
			extra += (prices[i-1] - price) * breaks[i]
		}
		q, _ := EOQ(ordering+extra, keeping*price, rate)
		if !(q > 0) || i > 0 && q < breaks[i] || i+1 < len(breaks) && q >= breaks[i+1] {
			continue
		}
		if c := price*rate + (ordering+extra)*rate/q + keeping*(extra+price*q)/2; quantity == 0 || c < cost {
			quantity, cost = q, c
		}
	}
	return quantity, cost
}

// WagnerWhitin plans the orders that serve known demands at least cost, an
// order's cost and that of keeping a unit from one period to the next (Wagner &
// Whitin 1958; section 3.7). orders[t] is what arrives in period t.
func WagnerWhitin(ordering, holding float64, demand []float64) (orders []float64, cost float64) {
	n := len(demand)
	least, until := make([]float64, n+1), make([]int, n)
	for t := n - 1; t >= 0; t-- {
		least[t] = math.Inf(1)
		kept := 0.0
		for end := t + 1; end <= n; end++ { // an order in t that lasts to end
			kept += holding * float64(end-1-t) * demand[end-1]
			if c := ordering + kept + least[end]; c < least[t]-1e-12*c {
				least[t], until[t] = c, end
			}
		}
		if demand[t] == 0 && least[t+1] <= least[t] {
			least[t], until[t] = least[t+1], t
		}
	}
	orders = make([]float64, n)
	for t := 0; t < n; {
		end := until[t]
		if end == t {
			t++
			continue
		}
		for _, d := range demand[t:end] {
			orders[t] += d
		}
		t = end
	}
	return orders, least[0]
}
