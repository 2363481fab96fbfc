package world

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// destination is a place that online buyers live in.
type destination struct {
	province, prefecture string
	weight               float64
}

// destinations are GB/T 2260 codes, weighted roughly by what a Zhejiang seller
// of dry goods ships; part of the parcels name only the province.
var destinations = []destination{
	{"33", "330100", 15}, {"33", "330200", 6}, {"33", "330500", 6}, {"33", "", 9},
	{"31", "310100", 17}, {"32", "320500", 8}, {"32", "320100", 5}, {"32", "", 5},
	{"44", "440100", 5}, {"44", "440300", 6}, {"11", "110100", 8}, {"37", "", 5},
	{"34", "340100", 3}, {"35", "350200", 3}, {"36", "", 2}, {"41", "410100", 3},
	{"42", "420100", 4}, {"43", "430100", 2}, {"51", "510100", 4}, {"50", "500100", 2},
	{"61", "610100", 2}, {"21", "", 2}, {"12", "120100", 2}, {"13", "", 2},
	{"53", "", 1}, {"23", "", 1}, {"65", "", 0.5},
}

var destinationWeights = func() []float64 {
	w := make([]float64, len(destinations))
	for i, d := range destinations {
		w[i] = d.weight
	}
	return w
}()

// onlineBuyers is how many people know the shop on one channel.
const onlineBuyers = 2400

// parcelOf makes the sale of one buyer. A few buyers come back often; each
// always lives in the same place.
func (s *sim) parcelOf(d dice) Sale {
	sale := Sale{Channel: WeChat}
	if d.chance(0.4) {
		sale.Channel = Pinduoduo
	}
	n := int(onlineBuyers * math.Pow(d.r.Float64(), 2.2))
	home := roll(s.w.Seed, streamHabit, 0, 1<<20+n*2+len(sale.Channel))
	to := destinations[home.pick(destinationWeights)]
	sale.Province, sale.Prefecture = to.province, to.prefecture
	sale.Buyer = fmt.Sprintf("%s-%08x", sale.Channel[:2], uint32(scramble(s.w.Seed^uint64(n<<8|len(sale.Channel)))))
	return sale
}

// fillParcels makes orders of the online wants: most of one product, some of
// several that came up close together.
func (s *sim) fillParcels(wants []want) {
	slices.SortStableFunc(wants, func(a, b want) int { return cmp.Compare(a.minute, b.minute) })
	dice := roll(s.w.Seed, streamOnline, s.d, 0)
	for len(wants) > 0 {
		n := 1
		for n < len(wants) && n < 4 && dice.chance(0.25) {
			n++
		}
		s.planSale(s.parcelOf(dice), slices.Clone(wants[:n]))
		wants = wants[n:]
	}
}
