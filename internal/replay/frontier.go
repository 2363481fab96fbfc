package replay

// frontier is our own policy for owners who want less or more on the shelf than what costs least: a
// night in stock costs this much more, as a share of the cost, or less where it is negative. Of all
// that keep as much, what is left of the cost is then the least.
type frontier struct{}

func (frontier) Name() string          { return Ours + "-frontier" }
func (frontier) Parameters() []float64 { return []float64{0} }
func (frontier) Sweep() []float64 {
	return []float64{5, 3, 2, 1.2, 0.8, 0.5, 0.3, 0.15, 0.06, 0, -0.03, -0.07, -0.12, -0.2, -0.3, -0.4, -0.5, -0.6}
}
func (frontier) Range() (lo, hi float64) { return -0.95, 1000 }

func (frontier) Plan(shop *Shop, rules Rules, thrift float64) []Decider {
	s := shop.study(rules)
	h := s.habits
	h.thrift = thrift
	return s.plan(h)
}
