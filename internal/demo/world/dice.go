package world

import (
	"math"
	"math/rand/v2"

	"buhuo/internal/day"
)

// stream names what a series of random numbers is for, so that no draw
// disturbs another: adding a wish changes no sale.
type stream uint64

const (
	streamTerms stream = iota + 1
	streamHabit
	streamTraffic
	streamLevel
	streamDemand
	streamBaskets
	streamOnline
	streamPromotion
	streamPrice
	streamKeeper
	streamDelivery
	streamLoss
	streamCount
	streamReturn
	streamWish
	streamOpening
)

// dice are the random numbers of one stream, one day and one thing.
type dice struct{ r *rand.Rand }

// roll makes dice that depend on their arguments alone.
func roll(seed uint64, s stream, d day.Date, thing int) dice {
	a := scramble(seed ^ scramble(uint64(s)<<32|uint64(uint32(d))))
	return dice{rand.New(rand.NewPCG(a, scramble(a+uint64(thing))))}
}

// scramble is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (d dice) chance(p float64) bool          { return d.r.Float64() < p }
func (d dice) between(lo, hi float64) float64 { return lo + (hi-lo)*d.r.Float64() }
func (d dice) below(n int) int                { return d.r.IntN(n) }
func (d dice) normal() float64                { return d.r.NormFloat64() }

// gamma draws with the given shape and mean 1 (Marsaglia and Tsang 2000).
func (d dice) gamma(shape float64) float64 {
	if shape < 1 {
		u := 1 - d.r.Float64()
		return d.gamma(shape+1) * (shape + 1) / shape * math.Pow(u, 1/shape)
	}
	k := shape - 1.0/3
	c := 1 / math.Sqrt(9*k)
	for {
		x := d.r.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-d.r.Float64()) < 0.5*x*x+k*(1-v+math.Log(v)) {
			return k * v / shape
		}
	}
}

// poisson draws a count with the given mean.
func (d dice) poisson(mean float64) int {
	n := 0
	for ; mean > 20; mean -= 20 { // a sum of independent parts, so that exp does not underflow
		n += d.poisson(20)
	}
	limit, product := math.Exp(-mean), 1.0
	for {
		if product *= 1 - d.r.Float64(); product <= limit {
			return n
		}
		n++
	}
}

// pick draws an index with the given weights.
func (d dice) pick(weights []float64) int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	x := d.r.Float64() * total
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}
