package boost_test

import (
	"testing"

	"buhuo/internal/forecast/boost"
)

// BenchmarkTrain learns 100 trees of 31 leaves from 60,000 rows of 30 columns on one core.
func BenchmarkTrain(b *testing.B) {
	d := wide(60_000, 30, 1)
	for _, c := range []struct {
		name string
		loss boost.Loss
	}{{"squared", boost.Squared()}, {"poisson", boost.Poisson()}, {"tweedie", boost.Tweedie(1.5)}, {"pinball", boost.Pinball(0.9)}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m := train(b, d, boost.Options{Loss: c.loss, L2: 1, MinWeight: 20, Workers: 1}); len(m.Trees) != 100 {
					b.Fatalf("%d trees", len(m.Trees))
				}
			}
		})
	}
}

// BenchmarkPredict asks a model of 100 trees for one row.
func BenchmarkPredict(b *testing.B) {
	d := wide(20_000, 30, 1)
	m := train(b, d, boost.Options{Loss: boost.Poisson(), L2: 1, MinWeight: 20})
	rows := make([][]float32, 1000)
	for r := range rows {
		rows[r] = rowOf(d.Columns, r)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		m.Predict(rows[i%len(rows)])
		i++
	}
}
