package demand_test

import (
	"math/rand/v2"
	"testing"

	"buhuo/internal/demand"
)

// shelves is a shop of products with weekly deliveries that often do not last.
func shelves(products, days int, seed uint64) []demand.Series {
	out := make([]demand.Series, products)
	rng := rand.New(rand.NewPCG(seed, 9))
	for k := range out {
		s := demand.Series{Start: 20003, Sold: make([]float64, days), Available: make([]float64, days)}
		rate, stock, level := 1+5*rng.Float64(), 0.0, 1.0
		for i := range days {
			if i%7 == 0 {
				stock = 7.7 * rate
			}
			level += 0.1*(1-level) + 0.1*rng.NormFloat64()
			wanted := poisson(rng, rate*max(level, 0.1))
			sold := min(wanted, stock)
			stock -= sold
			s.Sold[i], s.Available[i] = sold, 1
			if sold < wanted {
				s.Available[i] = sold / wanted
			}
		}
		out[k] = s
	}
	return out
}

func BenchmarkCorrect(b *testing.B) {
	all := shelves(50, 730, 1)
	h := demand.Learn(all)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		demand.Correct(all[n%len(all)], demand.Prior{Habits: &h})
		n++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(730*b.N), "ns/day")
}

func BenchmarkLearn(b *testing.B) {
	all := shelves(1000, 730, 1)
	b.ReportAllocs()
	for b.Loop() {
		demand.Learn(all)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(730*1000*b.N), "ns/day")
}
