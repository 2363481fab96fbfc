package forecast

import "math"

// weightPrior is how many samples' worth the plain mean of the models counts in their weighting.
const weightPrior = 200

// target returns the knot whose sums decide the weights: about half the horizon, the usual
// protection period.
func target(ks []int, horizon int) int {
	best := 0
	for i, k := range ks {
		if math.Abs(float64(k)-float64(horizon)/2) < math.Abs(float64(ks[best])-float64(horizon)/2) {
			best = i
		}
	}
	return best
}

// fitWeights finds the non-negative weights of the models with which their combination comes
// closest to the sums that came, in units of each item's own scale, pulled towards the plain mean
// where the past says little. The weights need not add up to 1: a shop whose sales all sink is
// seen by all models too late, and the pool corrects it.
func fitWeights(samples []sample, m int, ks []int, horizon int) []float64 {
	at := target(ks, horizon)
	gram := make([][]float64, m)
	for i := range gram {
		gram[i] = make([]float64, m)
	}
	right := make([]float64, m)
	x := make([]float64, m)
	count, trace := 0.0, 0.0
	for i := range samples {
		s := &samples[i]
		e := s.exposure[at]
		if !(e > 0) {
			continue
		}
		mean := 0.0
		for j := range x {
			mean += s.levels[j] * e / float64(m)
		}
		// an absolute error near the middle of a bell of deviation σ costs its square over σ
		v := s.own*e*(1+0.1*float64(ks[at])) + 0.05*mean*mean
		w := 1 / (s.scale * math.Sqrt(v+1e-9*s.scale*s.scale) * float64(ks[at]))
		for j := range x {
			x[j] = s.levels[j] * e
		}
		for j := range x {
			for k := 0; k <= j; k++ {
				gram[j][k] += w * x[j] * x[k]
			}
			right[j] += w * x[j] * s.sold[at]
		}
		count++
	}
	plain := 1 / float64(m)
	weights := make([]float64, m)
	for j := range weights {
		weights[j] = plain
		for k := 0; k < j; k++ {
			gram[k][j] = gram[j][k]
		}
		trace += gram[j][j]
	}
	if count == 0 || trace <= 0 {
		return weights
	}
	ridge := 0.02 * trace / float64(m) * weightPrior / (count + weightPrior)
	for j := range gram {
		gram[j][j] += ridge
		right[j] += ridge * plain
	}
	descend(gram, right, weights)
	return weights
}

// descend solves the non-negative least squares problem by coordinate descent from x.
func descend(gram [][]float64, right, x []float64) {
	for range 2000 {
		moved := 0.0
		for j := range x {
			g := right[j]
			for k := range x {
				if k != j {
					g -= gram[j][k] * x[k]
				}
			}
			next := math.Max(0, g/gram[j][j])
			moved = math.Max(moved, math.Abs(next-x[j]))
			x[j] = next
		}
		if moved < 1e-9 {
			return
		}
	}
}
