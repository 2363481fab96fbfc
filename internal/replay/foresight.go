package replay

// foresight knows the demand of the protection period: the limit of what ordering up to a level can
// do.
type foresight struct{}

func (foresight) Name() string          { return "foresight" }
func (foresight) Parameters() []float64 { return []float64{1} }
func (foresight) Sweep() []float64      { return []float64{1} }

func (foresight) Range() (lo, hi float64) { return 1, 1 }

func (foresight) Plan(shop *Shop, rules Rules, _ float64) []Decider {
	return path(func(demand []float64, first, protection int, _ float64) []float64 {
		out := make([]float64, len(demand)-first)
		for i := range out {
			t := first + i
			out[i] = sum(demand[t:min(t+protection, len(demand))])
		}
		return out
	}).plan(shop, rules, 1)
}
