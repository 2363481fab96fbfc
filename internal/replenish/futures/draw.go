// Package futures plays what the coming days may bring. From a forecast it draws courses of demand,
// sells the stock there is in each of them, the soonest to expire first, and finds the order with the
// least expected cost. The shop's suggestions and the replay of its past decide by it.
//
// It is pure: it knows days as places in a list, amounts and costs as numbers, and nothing else.
package futures

import (
	"math"
	"math/rand/v2"
	"sync"

	"buhuo/internal/forecast/dist"
)

// Count is how many courses of the coming days a decision weighs. They are the same luck on every
// day and for every item, so that two decisions differ by what they know and not by the draw.
const Count = 48

// Each is an amount in each future.
type Each [Count]float32

// Outlook is the demand of the coming days as it is foreseen: of single days or stretches of days.
type Outlook struct {
	Mean, SD []float32
	Shared   float32 // correlation of the days: what is wrong with the level is wrong with all of them
}

// luck holds standard normal numbers: in each column one from each of as many slices of equal
// probability (Latin hypercube: McKay, Beckman and Conover 1979). Column 0 is what the days share.
type luck []Each

var lucks sync.Map // by number of columns

// draw returns the numbers for so many columns.
func draw(columns int) luck {
	if l, ok := lucks.Load(columns); ok {
		return l.(luck)
	}
	l := make(luck, columns)
	source := rand.New(rand.NewPCG(1934, uint64(columns)))
	for j := range l {
		for k, slice := range source.Perm(Count) {
			l[j][k] = float32(math.Sqrt2 * math.Erfinv(2*(float64(slice)+0.5)/Count-1))
		}
	}
	kept, _ := lucks.LoadOrStore(columns, l)
	return kept.(luck)
}

// curves holds quantiles of the gamma distribution with mean 1, by the logarithm of its squared
// coefficient of variation and by the normal number of the same probability.
type curves [curveRows][curveColumns]float32

const (
	curveRows    = 161
	curveLow     = -9.0
	curveStep    = 0.1
	curveColumns = 65
	curveLeft    = -3.2
	curveWidth   = 0.1
)

var gammaCurves = sync.OnceValue(func() *curves {
	c := new(curves)
	for i := range c {
		d := dist.NewGamma(1, math.Exp(curveLow+curveStep*float64(i)))
		for j := range c[i] {
			c[i][j] = float32(d.Quantile(math.Erfc(-(curveLeft+curveWidth*float64(j))/math.Sqrt2) / 2))
		}
	}
	return c
})

// Courses fills out[j][k] with the demand of stretch j in future k. The mean is multiplied by lean and
// the variance by calm: what a shop's own past has shown to cost least. Of counted goods the amounts
// are whole.
func (o *Outlook) Courses(out []Each, lean, calm float64, counted bool) {
	l := draw(len(o.Mean) + 1)
	table := gammaCurves()
	common, own := float32(math.Sqrt(float64(o.Shared))), float32(math.Sqrt(1-float64(o.Shared)))
	for j := range out {
		mean, sd := float64(o.Mean[j])*lean, float64(o.SD[j])
		spread := calm * sd * sd / (float64(o.Mean[j]) * float64(o.Mean[j]))
		if !(mean > 0) || !(spread > math.Exp(curveLow)) { // nothing, or nothing that varies
			for k := range out[j] {
				out[j][k] = float32(max(mean, 0))
			}
			continue
		}
		row := math.Min((math.Log(spread)-curveLow)/curveStep, curveRows-1.001)
		low, high := &table[int(row)], &table[int(row)+1]
		share := float32(row - math.Floor(row))
		size := float32(mean)
		for k := range out[j] {
			x := (common*l[0][k] + own*l[j+1][k] - curveLeft) / curveWidth
			x = min(max(x, 0), curveColumns-1.001)
			i := int(x)
			w := x - float32(i)
			a := low[i] + w*(low[i+1]-low[i])
			b := high[i] + w*(high[i+1]-high[i])
			out[j][k] = size * (a + share*(b-a))
		}
		if counted {
			whole(out[j][:])
		}
	}
}

// whole rounds amounts to pieces and keeps their sum: what one future loses the next one gains.
func whole(x []float32) {
	over := float32(0)
	for k, v := range x {
		r := float32(math.Floor(float64(v + over + 0.5)))
		r = max(r, 0)
		over += v - r
		x[k] = r
	}
}

// Shuffled is an order of the futures in which one thing more, that demand knows nothing of, is drawn
// from them: the n-th such thing has the n-th order.
func Shuffled(n int) *[Count]uint8 {
	orders := shuffles()
	return &orders[n%len(orders)]
}

var shuffles = sync.OnceValue(func() *[16][Count]uint8 {
	out := new([16][Count]uint8)
	source := rand.New(rand.NewPCG(1935, Count))
	for n := range out {
		for k, slice := range source.Perm(Count) {
			out[n][k] = uint8(slice)
		}
	}
	return out
})
