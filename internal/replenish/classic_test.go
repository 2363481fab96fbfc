package replenish_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"buhuo/internal/forecast/dist"
	"buhuo/internal/replenish"
)

// The printed answers are those of Snyder & Shen, Fundamentals of Supply Chain
// Theory, 2nd ed., as published with stockpyl (MIT), and of the documentation
// of SCperf 1.1.1.

// normal is the law of the textbook examples; its quantile and loss are exact.
type normal struct{ mean, sd float64 }

func (n normal) Mean() float64 { return n.mean }
func (n normal) Quantile(p float64) float64 {
	return distuv.Normal{Mu: n.mean, Sigma: n.sd}.Quantile(p)
}
func (n normal) Loss(x float64) float64 {
	z := (x - n.mean) / n.sd
	return n.sd * (distuv.UnitNormal.Prob(z) - z*distuv.UnitNormal.Survival(z))
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tolerance {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

func TestNewsvendorNormal(t *testing.T) {
	for _, c := range []struct {
		name              string
		mean, sd, h, p    float64
		level, cost       float64
		at, costAt        float64
		levelTol, costTol float64
	}{
		{"ex4.3", 50, 8, 0.18, 0.70, 56.603955927433887, 1.997605193176645, 40, 7.356131552870388, 1e-7, 1e-9},
		{"prob4.1", 900, 60, 43, 79, 922.7214038234755, 2718.196781782411, 1040, 6044.298415188692, 1e-5, 1e-6},
		{"Porteus", 100, 30, 1, 3, 120.23, 38.13, 100, 47.87, 0.006, 0.006},
		{"Gallego", 100, 20, 1, 3, 113.49, 25.42, 100, 31.92, 0.006, 0.006},
	} {
		level, cost := replenish.Newsvendor(normal{c.mean, c.sd}, c.p, c.h)
		near(t, c.name+" level", level, c.level, c.levelTol)
		near(t, c.name+" cost", cost, c.cost, c.costTol)
		near(t, c.name+" cost at", replenish.NewsvendorCost(normal{c.mean, c.sd}, c.at, c.p, c.h), c.costAt, c.costTol)
	}
}

func TestNewsvendorPoisson(t *testing.T) {
	for _, c := range []struct {
		name                                string
		h, p, mean, level, cost, at, costAt float64
	}{
		{"ex4.7", 1, 4, 6, 8, 3.570106945770946, 5, 6.590296024616344},
		{"prob4.8a", 200, 270, 18, 19, 786.0884409351115, 13, 1445.751062891969},
	} {
		law := dist.NewNegBin(c.mean, c.mean)
		level, cost := replenish.Newsvendor(law, c.p, c.h)
		near(t, c.name+" level", level, c.level, 0)
		near(t, c.name+" cost", cost, c.cost, 1e-9*c.cost)
		near(t, c.name+" cost at", replenish.NewsvendorCost(law, c.at, c.p, c.h), c.costAt, 1e-9*c.costAt)
	}
}

func TestBaseStockWithLeadTime(t *testing.T) {
	sum := func(k int) replenish.Law { return normal{50 * float64(k), 8 * math.Sqrt(float64(k))} }
	level, cost := replenish.BaseStock(sum, 4, 1, 0.70, 0.18) // ex4.4
	near(t, "level", level, 264.7668943741548, 1e-6)
	near(t, "cost", cost, 4.466781004149578, 1e-9)
	near(t, "cost at 180", replenish.NewsvendorCost(sum(5), 180, 0.70, 0.18), 49.000164748034095, 1e-7)
}

func TestEOQ(t *testing.T) {
	q, cost := replenish.EOQ(8, 0.225, 1300) // ex3.1
	near(t, "quantity", q, 304.0467800264368, 1e-9)
	near(t, "cost", cost, 68.410525505948272, 1e-9)
	q, cost = replenish.EOQ(12000, 0.3, 8000) // Hillier, in SCperf
	near(t, "quantity", q, 25298, 0.5)
	near(t, "cost", cost, 7589.5, 0.05)
	for _, bad := range [][3]float64{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {math.NaN(), 1, 1}, {1, -1, 1}} {
		if q, cost := replenish.EOQ(bad[0], bad[1], bad[2]); q != 0 || cost != 0 {
			t.Errorf("EOQ(%v) = %v, %v", bad, q, cost)
		}
	}
}

func TestCriticalRatio(t *testing.T) {
	for _, c := range [][3]float64{{3, 1, 0.75}, {0, 1, 0}, {1, 0, 1}, {0, 0, 0.5}, {-1, 2, 0}, {math.NaN(), 1, 0.5}} {
		near(t, "ratio", replenish.CriticalRatio(c[0], c[1]), c[2], 0)
	}
}
