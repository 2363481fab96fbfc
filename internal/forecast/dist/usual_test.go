package dist

import (
	"math"
	"testing"
)

// The quantiles that are looked up are those that the search finds, to ten digits, between and on the
// places of the table.
func TestUsualQuantiles(t *testing.T) {
	for i := range 40 * usualSize {
		u := usualLow + usualStep*(2.01+float64(i)*(usualSize-5.02)/(40*usualSize))
		s := newGammaShape(math.Exp(u))
		for _, p := range usual {
			got, want := s.quantile(p), s.search(p)
			if math.Abs(got/want-1) > 5e-11 {
				t.Fatalf("shape %v: quantile %v looked up is %v, searched %v", s.a, p, got, want)
			}
		}
	}
}
