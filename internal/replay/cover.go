package replay

// cover keeps days of the mean of the last 28 days.
type cover struct{}

func (cover) Name() string          { return "cover" }
func (cover) Parameters() []float64 { return []float64{2, 3, 4} }
func (cover) Sweep() []float64 {
	return []float64{1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 6, 7, 10, 14}
}

func (cover) Range() (lo, hi float64) { return 0, 3660 }

func (cover) Plan(shop *Shop, rules Rules, days float64) []Decider {
	return path(func(demand []float64, first, _ int, days float64) []float64 {
		out := make([]float64, len(demand)-first)
		for i := range out {
			out[i] = lately(demand, first+i, 28) * days
		}
		return out
	}).plan(shop, rules, days)
}
