package replay

import "math"

// parcels returns the least order that is not below a quantity and that the supplier takes: whole
// packs, and not below the least order.
func (it *Item) parcels(q float64) float64 {
	if q <= trifle {
		return 0
	}
	q = max(q, it.Least)
	if it.Pack > 0 {
		q = it.Pack * math.Ceil(q/it.Pack-1e-6)
	}
	return q
}

// parcels returns what costs less of the nearest orders below and above q that the supplier takes;
// to order nothing is one of them.
func (p *player) parcels(q float64) float64 {
	it := &p.study.shop.Items[p.item]
	above := it.parcels(q)
	if above <= q+trifle {
		return above
	}
	below := 0.0
	if it.Pack > 0 {
		if below = it.Pack * math.Floor(q/it.Pack); below < it.Least {
			below = 0
		}
	}
	if s := p.stakes(); p.play.Cost(below, s) <= p.play.Cost(above, s) {
		return below
	}
	return above
}
