package allot

import (
	"math"

	"buhuo/internal/money"
)

// Bound is what no plan within limit can bring more than: Everett's multiplier
// (Operations Research 11, 1963) puts a price on money, every line is then
// answered by itself, and the price at which that promises least is taken. An
// exact curve is its own bound.
func (c *Curve) Bound(limit money.Amount) float64 {
	at := c.points[c.at(limit)]
	if c.exact {
		return float64(at.benefit) / grain
	}
	low, high := 0.0, c.steepest()
	least := math.Inf(1)
	for range 60 {
		price := (low + high) / 2
		promised, cash := c.priced(price)
		least = math.Min(least, promised+price*float64(limit)*grain)
		if cash > float64(limit) {
			low = price
		} else {
			high = price
		}
	}
	return math.Max(least, float64(at.benefit)) / grain
}

// steepest is a price of money at which nothing is worth buying that costs any.
func (c *Curve) steepest() float64 {
	price := 1.0
	for i := range c.rows {
		for _, o := range c.rows[i].choices[1:] {
			if o.cash > 0 {
				price = math.Max(price, 2*float64(o.benefit)/grain/float64(o.cash))
			}
		}
	}
	return price
}

// priced is the most that all lines bring when money has a price, and the cash
// that this takes. What a minimum or freight forbids is forbidden here only where
// a supplier's list is whole: a bound may be too high, never too low.
func (c *Curve) priced(price float64) (promised, cash float64) {
	best := func(choices int, of func(i int) (cash, benefit int64)) (float64, float64) {
		most, paid := 0.0, 0.0
		for i := range choices {
			cost, benefit := of(i)
			if v := float64(benefit) - price*grain*float64(cost); v > most {
				most, paid = v, float64(cost)
			}
		}
		return most, paid
	}
	rows := func(list []row) (float64, float64) {
		most, paid := 0.0, 0.0
		for i := range list {
			o := list[i].choices
			m, p := best(len(o), func(k int) (int64, int64) { return o[k].cash, o[k].benefit })
			most, paid = most+m, paid+p
		}
		return most, paid
	}
	promised, cash = rows(c.free)
	for _, l := range c.bounded {
		var m, p float64
		if l.exact {
			m, p = best(len(l.states), func(k int) (int64, int64) { return l.states[k].cash, l.states[k].benefit })
		} else {
			m, p = rows(l.rows)
		}
		promised, cash = promised+m, cash+p
	}
	return promised, cash
}
