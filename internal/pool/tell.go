package pool

import (
	"math"
	"slices"

	"buhuo/internal/tenant"
)

// steps are the numbers of shops that are told: so many or more.
var steps = []int{1000, 500, 200, 100, 50, 20, 10, K}

func step(n int) int {
	for _, s := range steps {
		if n >= s {
			return s
		}
	}
	return 0
}

// growthStep is what growth is rounded to, in millionths.
const growthStep = 50_000

// coarse rounds to two digits.
func coarse(x int64) int64 {
	grid := int64(1)
	for x/grid >= 100 || x/grid <= -100 {
		grid *= 10
	}
	return nearest(x, grid)
}

// nearest rounds to a grid, a half away from zero.
func nearest(x, grid int64) int64 {
	if x < 0 {
		return -nearest(-x, grid)
	}
	return (x + grid/2) / grid * grid
}

// figures are what is published of a table. Every value is rounded, so that not even the
// sum of K shops is known to the last coin.
func (t table) figures(told asTold, bring shares) []Figure {
	out := t.tell(Whole, bring.of(told.counted, nil))
	for _, part := range told.own {
		out = append(out, t.tell(part, bring.of(told.counted, map[string]bool{part: true}))...)
	}
	return out
}

// tell makes the figures of one part.
func (t table) tell(part string, of map[tenant.ShopID]Values) []Figure {
	var sum Values
	for _, v := range of {
		for i := range v {
			sum[i] += v[i]
		}
	}
	f := Figure{Kind: t.Kind, Key: t.Key, Part: part, Shops: step(len(of))}
	switch t.Kind {
	case WantedGrowth, SentGrowth:
		f.Value = nearest(int64(math.Round(1e6*float64(sum[0])/float64(sum[1]))), growthStep)
	case Spent:
		if sum[1] < EnoughBuyers {
			return nil
		}
		f.Value = coarse(sum[0] / sum[1])
	case Rate:
		return t.rates(f, of)
	default:
		f.Value = coarse(sum[0])
	}
	return []Figure{f}
}

const (
	// farOff is by how many times a shop's rate counts at most above or below the
	// middle one of all.
	farOff = 4
	// middleHalf are so many deviations of a normal law on either side.
	middleHalf = 0.674490
)

// rates says what a product sells in these shops. Each shop has one voice, however much
// it sells, and a voice far off the middle one counts as farOff times it.
func (t table) rates(f Figure, of map[tenant.ShopID]Values) []Figure {
	var logs []float64
	var chance int64
	for _, v := range of {
		logs = append(logs, math.Log(float64(max(v[1], 1))))
		chance += v[2]
	}
	slices.Sort(logs) // sums of floats depend on their order
	n := len(logs)
	middle := (logs[(n-1)/2] + logs[n/2]) / 2
	mean, plain := 0.0, 0.0
	for i, l := range logs {
		logs[i] = min(max(l, middle-math.Log(farOff)), middle+math.Log(farOff))
		mean += logs[i] / float64(n)
		plain += math.Exp(logs[i]) / float64(n)
	}
	variance := 0.0
	for _, l := range logs {
		variance += (l - mean) * (l - mean) / float64(n-1)
	}
	half := middleHalf * math.Sqrt(variance)
	whole := func(x float64) int64 { return max(coarse(int64(math.Round(x))), 1) }
	f.Value, f.Low, f.High = whole(plain), whole(math.Exp(mean-half)), whole(math.Exp(mean+half))
	often := f
	often.Kind, often.Low, often.High = Often, 0, 0
	often.Value = min(nearest(chance/int64(n), growthStep/5), 1_000_000)
	return []Figure{f, often}
}
