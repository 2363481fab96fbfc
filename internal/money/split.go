package money

import (
	"cmp"
	"math/big"
	"slices"
)

// usable replaces negative weights by zero, and weights that say nothing by
// equal ones.
func usable(weights []int64) []int64 {
	w := make([]int64, len(weights))
	some := false
	for i, x := range weights {
		if x > 0 {
			w[i], some = x, true
		}
	}
	if !some {
		for i := range w {
			w[i] = 1
		}
	}
	return w
}

// byRemainder lists the positions, the largest remainder first, earlier ones
// before later ones.
func byRemainder(remainders []*big.Int) []int {
	order := make([]int, len(remainders))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(remainders[b].Cmp(remainders[a]), cmp.Compare(a, b))
	})
	return order
}
