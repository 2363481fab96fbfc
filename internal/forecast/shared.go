package forecast

import (
	"math"
	"slices"
)

const (
	sharedPrior = 10.0 // products that "nothing moved the shop" counts for at one moment
	sharedUsual = 0.01 // variance of a shop's movement that is reckoned with before it is seen
)

// shared returns, for each moment, the factor by which what came differed from what the models had said
// in all products alike. A wet week, a closed street or a lost school moves the whole shop at once: a
// thousand products that saw it saw one thing, not a thousand, and trees that take it for what those
// products have in common foretell it again. The factor that the moments agree on stays in what the
// trees learn, as far as it exceeds what chance would make of so few stretches of k periods (James and
// Stein's positive part).
func shared(rows []*sample, at, k int) map[int]float64 {
	type moment struct{ came, said, n float64 }
	moments := map[int]moment{}
	for _, s := range rows {
		m := moments[s.time]
		m.came += s.sold[at] / s.scale
		m.said += s.mean * s.exposure[at] / s.scale
		m.n++
		moments[s.time] = m
	}
	times := make([]int, 0, len(moments))
	for t := range moments {
		times = append(times, t)
	}
	slices.Sort(times)
	var came, said, sum, squares, weight float64
	for _, t := range times {
		m := moments[t]
		came += m.came
		said += m.said
		if m.came > 0 {
			x := math.Log(m.came / m.said)
			sum += m.said * x
			squares += m.said * x * x
			weight += m.said
		}
	}
	out := make(map[int]float64, len(times))
	if weight <= 0 {
		return out
	}
	mean := sum / weight
	stretches := math.Max(float64(times[len(times)-1]-times[0]+1)/float64(k), 1)
	doubt := (squares/weight - mean*mean + sharedUsual) / stretches
	lasting := math.Log(came/said) * math.Max(0, 1-doubt/(mean*mean+1e-12))
	for _, t := range times {
		m := moments[t]
		out[t] = 1
		if m.came > 0 {
			out[t] = math.Exp((math.Log(m.came/m.said) - lasting) * m.n / (m.n + sharedPrior))
		}
	}
	return out
}
