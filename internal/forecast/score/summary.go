package score

import "math"

// Summary holds the figures over many item-cuts; each item-cut counts once, whichever cut it is of.
// What could not be measured is NaN.
type Summary struct {
	Items    int // item-cuts with a period that counts
	Sums     int // of these with a whole protection period
	Unscaled int // of these with a history that never changed: they have no scale and are left out of RMSSE, MASE, SPL and L-SPL

	RMSSE, MASE, WAPE, Bias, SPL, LSPL float64

	Coverage [len(Levels)]float64
	Fair     [len(Levels)]float64 // ties halved
}

// Summarise pools records over all their periods.
func Summarise(records []Record) Summary {
	return summarise(records, func(r *Record) *Measures { return &r.All })
}

// SummariseInStock pools records over the periods that were on the shelf throughout.
func SummariseInStock(records []Record) Summary {
	return summarise(records, func(r *Record) *Measures { return &r.InStock })
}

// mean adds up what could be measured.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) {
	if !math.IsNaN(v) {
		m.sum += v
		m.n++
	}
}

func (m mean) value() float64 {
	if m.n == 0 {
		return math.NaN()
	}
	return m.sum / float64(m.n)
}

func summarise(records []Record, of func(*Record) *Measures) Summary {
	var rmsse, mase, wrong, off, sold, spl, lspl mean
	var hit, fair [len(Levels)]mean
	for i := range records {
		m := of(&records[i])
		rmsse.add(m.RMSSE)
		mase.add(m.MASE)
		wrong.add(m.AbsError)
		off.add(m.Error)
		sold.add(m.Sold)
		spl.add(m.SPL)
		lspl.add(m.LSPL)
		for j := range Levels {
			hit[j].add(m.Hit[j])
			fair[j].add(m.Fair[j])
		}
	}
	s := Summary{
		Items: sold.n, Sums: hit[0].n, Unscaled: sold.n - mase.n,
		RMSSE: rmsse.value(), MASE: mase.value(), SPL: spl.value(), LSPL: lspl.value(),
		WAPE: math.NaN(), Bias: math.NaN(),
	}
	if sold.sum != 0 {
		s.WAPE, s.Bias = wrong.sum/sold.sum, off.sum/sold.sum
	}
	for j := range Levels {
		s.Coverage[j], s.Fair[j] = hit[j].value(), fair[j].value()
	}
	return s
}
