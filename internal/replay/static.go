package replay

// static is a minimum and maximum set once: days of the mean of the 90 days before the window.
type static struct{}

func (static) Name() string          { return "static" }
func (static) Parameters() []float64 { return []float64{2, 3} }
func (static) Sweep() []float64      { return []float64{1, 1.5, 2, 2.5, 3, 4, 5, 7} }

func (static) Range() (lo, hi float64) { return 0, 3660 }

func (static) Plan(shop *Shop, rules Rules, days float64) []Decider {
	return path(func(demand []float64, first, _ int, days float64) []float64 {
		out := make([]float64, len(demand)-first)
		level := lately(demand, first, 90) * days
		for i := range out {
			out[i] = level
		}
		return out
	}).plan(shop, rules, days)
}
