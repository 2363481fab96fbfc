// Package score judges forecasts by what was sold after they were made. Its figures are those of the
// forecasting competitions and of inventory practice, scaled so that items of any size and unit weigh
// alike: RMSSE, MASE, WAPE, bias, the scaled pinball loss of single periods (SPL) and of the sum over
// the protection period (L-SPL), and how often the quantiles of that sum were enough. It knows
// nothing of models, files of sales or shops.
//
// Item i has the history y up to the cut, from its first sale on; H periods came with the amounts a,
// where the forecast said mean f and quantiles q(t), t of Levels; L is the protection period; s is
// the mean |y_k - y_(k-1)| of the history, s2 the mean of its squares; the pinball loss is
// rho_t(a, q) = max(t(a - q), (t - 1)(a - q)).
//
//	RMSSE   sqrt(mean (f - a)² / s2)                     mean over items
//	MASE    mean |f - a| / s                             mean over items
//	WAPE    sum |f - a| / sum a                          over all items together
//	bias    sum (f - a) / sum a                          over all items together
//	SPL     mean over periods and t of rho_t(a, q(t)) / s  mean over items
//	L-SPL   mean over t of rho_t(A, Q(t)) / (s L)        mean over items; A and Q(t) of the sum of L periods
//	cov t   A <= Q(t)                                    share of items
//	fair t  A < Q(t), and half of A = Q(t)               share of items
//
// The last one is the randomised coverage P(A < Q) + U P(A = Q) with its expected value for U
// uniform on 0..1: of whole numbers cov t may exceed t although nothing is wrong, fair t may not.
package score

import (
	"fmt"
	"math"
)

// Levels are the levels of the quantiles that are judged.
var Levels = [...]float64{0.5, 0.9, 0.95, 0.99}

// tie is how near a sum and a quantile count as equal.
const tie = 1e-9

// Prediction is what was forecast of a period or a sum of periods: the mean and the quantiles at Levels.
type Prediction struct {
	Mean      float64
	Quantiles [len(Levels)]float64
}

// Trial is one item at one cut: what was known, what was forecast and what came.
type Trial struct {
	Item, Cut string
	History   []float64    // one value per period up to the cut; what lies before the first sale does not count, negative values are 0
	Actual    []float64    // of the periods after the cut
	InStock   []bool       // whether such a period was on the shelf throughout; nil when that is not known
	Steps     []Prediction // of each period
	Sums      []Prediction // of the sum from the first period through each
}

// Measures are the figures of one item-cut over some of its periods; NaN where nothing could be measured.
type Measures struct {
	Steps                 int // periods counted
	RMSSE, MASE           float64
	AbsError, Error, Sold float64 // sums over the periods
	SPL, LSPL             float64
	Hit                   [len(Levels)]float64 // 1 where the quantile of the protection period was enough, else 0
	Fair                  [len(Levels)]float64 // the same, but half where it was met exactly
}

// Record holds the figures of one item-cut: over all periods, and over those on the shelf throughout.
type Record struct {
	Item, Cut string
	All       Measures
	InStock   Measures
	Shelf     bool // InStock is known
}

// Judge measures one trial. It refuses what is not a forecast: another number of predictions than
// of outcomes, values that are negative or not finite, quantiles that fall, or a protection period
// that is not within the horizon.
func Judge(t Trial, protection int) (Record, error) {
	if err := t.check(protection); err != nil {
		return Record{}, fmt.Errorf("%s at %s: %w", t.Item, t.Cut, err)
	}
	r := Record{Item: t.Item, Cut: t.Cut, InStock: nothing()}
	absolute, squared := scales(history(t.History))
	every := make([]bool, len(t.Actual))
	for i := range every {
		every[i] = true
	}
	r.All = t.measure(every, absolute, squared, protection)
	if t.InStock != nil {
		r.Shelf = true
		r.InStock = t.measure(t.InStock, absolute, squared, protection)
	}
	return r, nil
}

func (t Trial) check(protection int) error {
	n := len(t.Actual)
	switch {
	case protection < 1 || protection > n:
		return fmt.Errorf("a protection period of %d does not fit into the %d periods after the cut", protection, n)
	case len(t.Steps) != n || len(t.Sums) != n || t.InStock != nil && len(t.InStock) != n:
		return fmt.Errorf("%d outcomes, but %d steps and %d sums forecast", n, len(t.Steps), len(t.Sums))
	}
	for _, values := range [][]float64{t.History, t.Actual} {
		for _, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("the amount %v is not finite", v)
			}
		}
	}
	for _, predictions := range [][]Prediction{t.Steps, t.Sums} {
		for _, p := range predictions {
			if err := p.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p Prediction) check() error {
	for i, v := range append([]float64{p.Mean}, p.Quantiles[:]...) {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("the forecast %v is not a finite amount of 0 or more", v)
		}
		if i > 1 && p.Quantiles[i-2] > v+tie {
			return fmt.Errorf("the quantiles fall from %v to %v", p.Quantiles[i-2], v)
		}
	}
	return nil
}

// history drops what lies before the first sale and counts negative values as 0.
func history(values []float64) []float64 {
	for i, v := range values {
		if v > 0 {
			out := make([]float64, len(values)-i)
			for j := range out {
				out[j] = math.Max(values[i+j], 0)
			}
			return out
		}
	}
	return nil
}

// scales returns the mean absolute and the mean squared change from one period to the next.
func scales(y []float64) (absolute, squared float64) {
	if len(y) < 2 {
		return 0, 0
	}
	for i := 1; i < len(y); i++ {
		c := y[i] - y[i-1]
		absolute += math.Abs(c)
		squared += c * c
	}
	n := float64(len(y) - 1)
	return absolute / n, squared / n
}

// nothing are the measures of no period.
func nothing() Measures {
	m := Measures{}
	for _, p := range m.figures() {
		*p = math.NaN()
	}
	return m
}

// figures lists the figures in the order of the columns of records, the fair ones last.
func (m *Measures) figures() []*float64 {
	out := []*float64{&m.RMSSE, &m.MASE, &m.AbsError, &m.Error, &m.Sold, &m.SPL, &m.LSPL}
	for i := range m.Hit {
		out = append(out, &m.Hit[i])
	}
	for i := range m.Fair {
		out = append(out, &m.Fair[i])
	}
	return out
}

// measure judges the periods that count.
func (t Trial) measure(counts []bool, absolute, squared float64, protection int) Measures {
	m := nothing()
	var wrong, off, squares, sold, loss float64
	for i, a := range t.Actual {
		if !counts[i] {
			continue
		}
		m.Steps++
		e := t.Steps[i].Mean - a
		wrong += math.Abs(e)
		off += e
		squares += e * e
		sold += a
		loss += meanPinball(a, t.Steps[i])
	}
	if m.Steps > 0 {
		n := float64(m.Steps)
		m.AbsError, m.Error, m.Sold = wrong, off, sold
		if absolute > 0 && squared > 0 { // a change so small that its square is nothing is no scale
			m.RMSSE, m.MASE, m.SPL = math.Sqrt(squares/n/squared), wrong/n/absolute, loss/n/absolute
		}
	}
	total := 0.0
	for i, a := range t.Actual[:protection] {
		if !counts[i] {
			return m
		}
		total += a
	}
	said := t.Sums[protection-1]
	for j, q := range said.Quantiles {
		m.Hit[j], m.Fair[j] = 0, 0
		switch {
		case total < q-tie:
			m.Hit[j], m.Fair[j] = 1, 1
		case total <= q+tie:
			m.Hit[j], m.Fair[j] = 1, 0.5
		}
	}
	if absolute > 0 {
		m.LSPL = meanPinball(total, said) / (absolute * float64(protection))
	}
	return m
}

func meanPinball(actual float64, p Prediction) float64 {
	sum := 0.0
	for j, level := range Levels {
		r := actual - p.Quantiles[j]
		sum += math.Max(level*r, (level-1)*r)
	}
	return sum / float64(len(Levels))
}
