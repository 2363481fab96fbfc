package replenish_test

import (
	"math"
	"slices"
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
	near(t, "ex4.3 cost at 60", replenish.NewsvendorCost(normal{50, 8}, 60, 0.70, 0.18), 2.156131552870387, 1e-9)
	for _, c := range []struct {
		name             string
		sd, profit, fill float64
	}{{"Porteus", 30, 261.87, 0.96}, {"Gallego", 20, 274.58, 0.97}} {
		level, cost := replenish.Newsvendor(normal{100, c.sd}, 3, 1)
		near(t, c.name+" profit", 3*100-cost, c.profit, 0.006)
		near(t, c.name+" fill rate", 1-normal{100, c.sd}.Loss(level)/100, c.fill, 0.006)
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

func TestPlannedShortage(t *testing.T) {
	q, owed, cost := replenish.Backlogged(12000, 0.3, 1.1, 8000) // SCperf
	near(t, "quantity", q, 28540, 0.5)
	near(t, "owed", owed, 6116, 0.5)
	near(t, "cost", cost, 6727.3, 0.05)
}

func TestQuantityDiscounts(t *testing.T) {
	breaks, prices := []float64{0, 400, 800}, []float64{0.75, 0.72, 0.68}
	q, cost := replenish.AllUnits(8, 0.3, 1300, breaks, prices) // ex3.5, ex3.6
	near(t, "all units", q, 800, 0)
	near(t, "all units cost", cost, 978.60, 1e-9)
	q, cost = replenish.Incremental(8, 0.3, 1300, breaks, prices) // ex3.7
	near(t, "incremental", q, 304.04678003, 5e-9)
	near(t, "incremental cost", cost, 1043.41052551, 5e-9)
}

func TestWagnerWhitin(t *testing.T) {
	orders, cost := replenish.WagnerWhitin(500, 2, []float64{90, 120, 80, 70}) // ex3.9
	near(t, "cost", cost, 1380, 0)
	if !slices.Equal(orders, []float64{210, 0, 150, 0}) {
		t.Errorf("orders %v", orders)
	}
	orders, cost = replenish.WagnerWhitin(2, 0.2, []float64{3, 2, 3, 2}) // Hillier, in SCperf
	near(t, "cost", cost, 4.8, 1e-12)
	if !slices.Equal(orders, []float64{5, 0, 5, 0}) && !slices.Equal(orders, []float64{10, 0, 0, 0}) {
		t.Errorf("orders %v", orders)
	}
}

// bestReorder of a Poisson demand whose orders arrive at once.
func bestReorder(holding, short, ordering, mean float64) (replenish.Reorder, float64) {
	law := dist.NewNegBin(mean, mean)
	cost := func(y int) float64 { return replenish.NewsvendorCost(law, float64(y), short, holding) }
	demand := func(j int) float64 { return law.CDF(float64(j)) - law.CDF(float64(j)-1) }
	x, least := replenish.BestReorder(ordering, int(mean), cost, demand)
	if again := replenish.ReorderCost(x, ordering, cost, demand); math.Abs(again-least) > 1e-9 {
		return x, math.NaN()
	}
	return x, least
}

func TestReorderPoints(t *testing.T) {
	for _, c := range []struct {
		name            string
		h, p, k, mean   float64
		at, upTo        int
		cost, tolerance float64
	}{
		{"ex4.7", 1, 4, 5, 6, 4, 10, 8.034111561471644, 1e-12},
		{"prob4.31", 40, 125, 150, 4, 2, 7, 223.5748295669688, 1e-11},
	} {
		x, cost := bestReorder(c.h, c.p, c.k, c.mean)
		if x.At != c.at || x.UpTo != c.upTo {
			t.Errorf("%s: %+v, want %d, %d", c.name, x, c.at, c.upTo)
		}
		near(t, c.name, cost, c.cost, c.tolerance*10)
	}
	// Zheng & Federgruen 1991: h 1, p 9, K 64.
	mean := []float64{10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 21, 22, 23, 24, 51, 52, 59, 61, 63, 64}
	at := []int{6, 10, 14, 19, 23, 28, 33, 37, 42, 47, 52, 56, 62, 67, 15, 16, 17, 18, 43, 44, 51, 52, 54, 55}
	upTo := []int{40, 49, 62, 56, 66, 77, 87, 97, 108, 118, 129, 75, 81, 86, 65, 68, 52, 54, 110, 112, 126, 131, 73, 74}
	costs := []float64{35.022, 42.698, 49.173, 54.262, 57.819, 61.215, 64.512, 67.776, 70.975, 74.149, 77.306, 78.518, 79.037, 79.554, 50.406, 51.632, 52.757, 53.518, 71.611, 72.246, 76.679, 77.929, 78.287, 78.402}
	for i, m := range mean {
		x, cost := bestReorder(1, 9, 64, m)
		if x.At != at[i] || x.UpTo != upTo[i] {
			t.Errorf("mean %v: %+v, want %d, %d", m, x, at[i], upTo[i])
		}
		near(t, "cost", cost, costs[i], 0.0005)
	}
}

func TestPowerApproximation(t *testing.T) {
	at, upTo := replenish.PowerApproximation(2.5, 0.18, 0.70, 50, 50, 8) // ex4.8
	near(t, "at", at, 40.194616956474071, 1e-12)
	near(t, "up to", upTo, 74.290170109805786, 1e-12)
}

func TestLotsAtAPoint(t *testing.T) { // ex5.1
	const k, h, p, rate = 8, 0.225, 7.5, 1300
	lead := normal{rate / 12.0, 150 / math.Sqrt(12)}
	near(t, "cost", replenish.LotCost(lead, 126.8, 328.5, k, h, p, rate), 78.071162509282942, 1e-6)
	near(t, "cost", replenish.LotCost(lead, 100, 250, k, h, p, rate), 87.346478028174985, 1e-6)
	for q, at := range map[float64]float64{318: 127.7880348669655, 150: 147.1949581740714, 750: 99.853773396165280} {
		near(t, "point", replenish.LotPoint(lead, q, h, p), at, 1e-6)
	}
	at, q, cost := replenish.LotApproximation(lead, k, h, p, rate)
	near(t, "approximate point", at, 213.9704421358024, 1e-6)
	near(t, "approximate quantity", q, 318.5901810768729, 1e-6)
	near(t, "approximate cost", cost, 95.451140222851961, 1e-6)
}

func TestCriticalRatio(t *testing.T) {
	for _, c := range [][3]float64{{3, 1, 0.75}, {0, 1, 0}, {1, 0, 1}, {0, 0, 0.5}, {-1, 2, 0}, {math.NaN(), 1, 0.5}} {
		near(t, "ratio", replenish.CriticalRatio(c[0], c[1]), c[2], 0)
	}
}
