package insight

import (
	"buhuo/internal/measure"
	"buhuo/internal/money"
)

// Loss is what left or entered the stock in one way that is no trade, by day of the
// business.
type Loss struct {
	Kind            Kind
	Now, Then       money.Amount // what it was worth; below zero: a gain
	Lines, Products int          // of the window
}

// lossKinds are the ways in which goods go without being sold, the worst first; what a
// count found more takes off what it found less.
var lossKinds = []Kind{Spoiled, Missing, Found, Adjusted, OwnUse, Gift, Revalued, Unclaimed}

// ledger adds up what the ledger booked of one kind.
type ledger struct {
	lines    int
	quantity measure.Quantity
	value    money.Amount
}

func (l *ledger) add(c *Cell) {
	q, v := c.InLedger()
	l.lines, l.quantity, l.value = l.lines+c.Lines, l.quantity+q, l.value+v
}

// books are what the ledger booked in the two windows of a board.
type books struct {
	now, then [kinds]ledger
	products  [kinds]int // of the window
}

// plus adds the books of other products.
func (b *books) plus(o *books) {
	for k := range kinds {
		for _, pair := range [][2]*ledger{{&b.now[k], &o.now[k]}, {&b.then[k], &o.then[k]}} {
			to, from := pair[0], pair[1]
			to.lines, to.quantity, to.value = to.lines+from.lines, to.quantity+from.quantity, to.value+from.value
		}
		b.products[k] += o.products[k]
	}
}

func (b *books) losses() []Loss {
	var out []Loss
	for _, k := range lossKinds {
		if b.now[k] != (ledger{}) || b.then[k] != (ledger{}) {
			out = append(out, Loss{k, -b.now[k].value, -b.then[k].value, b.now[k].lines, b.products[k]})
		}
	}
	return out
}
