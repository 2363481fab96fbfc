package boost_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"buhuo/internal/forecast/boost"
)

func train(t testing.TB, d boost.Data, o boost.Options) *boost.Model {
	t.Helper()
	m, err := boost.Train(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func rowOf(columns [][]float32, r int) []float32 {
	row := make([]float32, len(columns))
	for c := range columns {
		row[c] = columns[c][r]
	}
	return row
}

// wide is a world of counts that a few of many columns explain, with steps, an interaction, few and
// many values, and gaps.
func wide(n, m int, seed uint64) boost.Data {
	rng := rand.New(rand.NewPCG(seed, 7))
	d := boost.Data{Columns: make([][]float32, m), Y: make([]float64, n)}
	for c := range d.Columns {
		d.Columns[c] = make([]float32, n)
		for r := range n {
			x := rng.Float32()
			switch {
			case c%5 == 3:
				x = float32(int(x * 7))
			case c%7 == 6 && x < 0.2:
				x = float32(math.NaN())
			}
			d.Columns[c][r] = x
		}
	}
	for r := range n {
		d.Y[r] = float64(poisson(rng, math.Exp(trend(rowOf(d.Columns, r)))))
	}
	return d
}

// trend is the logarithm of the rate in wide.
func trend(x []float32) float64 {
	f := 0.8*math.Sin(6*float64(x[0])) + 0.2*float64(x[3]-3)
	if x[1] > 0.5 && x[2] < 0.3 {
		f++
	}
	return f
}

// poisson draws a count (Knuth).
func poisson(rng *rand.Rand, mean float64) int {
	k, p, limit := 0, rng.Float64(), math.Exp(-mean)
	for p > limit {
		k++
		p *= rng.Float64()
	}
	return k
}

func column(n int, f func(r int) float64) []float32 {
	c := make([]float32, n)
	for r := range c {
		c[r] = float32(f(r))
	}
	return c
}

func response(n int, f func(r int) float64) []float64 {
	y := make([]float64, n)
	for r := range y {
		y[r] = f(r)
	}
	return y
}

func TestStepFunction(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	x := column(2000, func(int) float64 { return rng.Float64() })
	step := func(v float64) float64 {
		switch {
		case v < 0.2:
			return 3
		case v < 0.7:
			return -1
		}
		return 10
	}
	d := boost.Data{Columns: [][]float32{x}, Y: response(2000, func(r int) float64 { return step(float64(x[r])) })}
	m := train(t, d, boost.Options{Loss: boost.Squared(), Rate: 0.5, Trees: 40})
	for _, v := range []float32{0.01, 0.15, 0.25, 0.5, 0.65, 0.75, 0.99} {
		if got, want := m.Predict([]float32{v}), step(float64(v)); math.Abs(got-want) > 1e-6 {
			t.Errorf("at %v: %v, not %v", v, got, want)
		}
	}
}

// TestInteraction has an effect that only two columns together have, among columns of noise.
func TestInteraction(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	n := 4000
	d := boost.Data{Y: make([]float64, n)}
	for range 6 {
		d.Columns = append(d.Columns, column(n, func(int) float64 { return rng.Float64() }))
	}
	truth := func(x []float32) float64 {
		if (x[2] > 0.5) != (x[4] > 0.3) {
			return 5
		}
		return 1
	}
	for r := range n {
		d.Y[r] = truth(rowOf(d.Columns, r)) + rng.NormFloat64()
	}
	m := train(t, d, boost.Options{Loss: boost.Squared(), L2: 1, MinWeight: 20, Leaves: 8})
	sum := 0.0
	for range 2000 {
		x := make([]float32, 6)
		for c := range x {
			x[c] = rng.Float32()
		}
		e := m.Predict(x) - truth(x)
		sum += e * e
	}
	if rmse := math.Sqrt(sum / 2000); rmse > 0.5 {
		t.Errorf("error %v beside a difference of 4", rmse)
	}
	if s := m.Importance(); s[2]+s[4] < 0.85 {
		t.Errorf("importance %v, not on columns 2 and 4", s)
	}
}

func TestPoissonRatesWithOffset(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	n := 20000
	x := column(n, func(int) float64 { return float64(rng.IntN(4)) })
	rates := []float64{0.05, 0.4, 1.5, 6}
	d := boost.Data{Columns: [][]float32{x}, Offset: make([]float64, n), Y: make([]float64, n)}
	for r := range n {
		exposure := 0.1 + 2*rng.Float64()
		if x[r] == 3 {
			exposure /= 10 // the highest rate is seen through the least exposure
		}
		d.Offset[r] = math.Log(exposure)
		d.Y[r] = float64(poisson(rng, exposure*rates[int(x[r])]))
	}
	m := train(t, d, boost.Options{Loss: boost.Poisson(), L2: 1})
	for v, want := range rates {
		got := m.Predict([]float32{float32(v)})
		if math.Abs(got/want-1) > 0.12 {
			t.Errorf("rate %v, not %v", got, want)
		}
	}
	all := m.PredictAll(d.Columns, d.Offset)
	for r := range 50 {
		if want := math.Exp(d.Offset[r]) * m.Predict(rowOf(d.Columns, r)); math.Abs(all[r]/want-1) > 1e-12 {
			t.Fatalf("with its offset row %d has %v, not %v", r, all[r], want)
		}
	}
}

// TestTweedieMeans has amounts that are often 0, and for power 2 never.
func TestTweedieMeans(t *testing.T) {
	means := []float64{0.5, 2, 9}
	for _, power := range []float64{1.2, 1.5, 1.9, 2} {
		rng := rand.New(rand.NewPCG(4, 1))
		n := 15000
		x := column(n, func(int) float64 { return float64(rng.IntN(3)) })
		y := response(n, func(r int) float64 {
			mean := means[int(x[r])]
			if power == 2 {
				return mean * rng.ExpFloat64()
			}
			sum := 0.0 // a compound Poisson sum of exponentials
			for range poisson(rng, 1.5) {
				sum += rng.ExpFloat64() * mean / 1.5
			}
			return sum
		})
		m := train(t, boost.Data{Columns: [][]float32{x}, Y: y}, boost.Options{Loss: boost.Tweedie(power), L2: 1})
		for v, want := range means {
			if got := m.Predict([]float32{float32(v)}); math.Abs(got/want-1) > 0.08 {
				t.Errorf("power %v: mean %v, not %v", power, got, want)
			}
		}
	}
}

// TestQuantiles has a spread that depends on a column, and judges on rows not learned from.
func TestQuantiles(t *testing.T) {
	draw := func(seed uint64) boost.Data {
		rng := rand.New(rand.NewPCG(5, seed))
		n := 8000
		x := column(n, func(int) float64 { return rng.Float64() })
		z := column(n, func(int) float64 { return rng.Float64() })
		return boost.Data{Columns: [][]float32{x, z}, Y: response(n, func(r int) float64 {
			return 10*float64(z[r]) + (1+5*float64(x[r]))*rng.NormFloat64()
		})}
	}
	for tau, normal := range map[float64]float64{0.1: -1.2816, 0.5: 0, 0.95: 1.6449} {
		m := train(t, draw(1), boost.Options{Loss: boost.Pinball(tau), Leaves: 8, MinWeight: 100})
		test := draw(2)
		q := m.PredictAll(test.Columns, nil)
		below, wide, rows := 0.0, 0.0, 0.0
		for r, y := range test.Y {
			if y <= q[r] {
				below++
			}
			if x := test.Columns[0][r]; x > 0.8 {
				wide += q[r] - 10*float64(test.Columns[1][r]) - normal*(1+5*float64(x))
				rows++
			}
		}
		if share := below / float64(len(q)); math.Abs(share-tau) > 0.02 {
			t.Errorf("%v of the rows lie below the quantile %v", share, tau)
		}
		if bias := wide / rows; math.Abs(bias) > 0.7 {
			t.Errorf("where the spread is 5 to 6 the quantile %v is %v off", tau, bias)
		}
	}
}

// TestCorrection learns what another forecaster gets wrong.
func TestCorrection(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	n := 6000
	holiday := column(n, func(r int) float64 { return float64(r % 5 / 4) })
	d := boost.Data{Columns: [][]float32{holiday}, Offset: make([]float64, n), Y: make([]float64, n)}
	for r := range n {
		d.Offset[r] = 100 * rng.Float64()
		d.Y[r] = d.Offset[r] + 2 + 8*float64(holiday[r]) + rng.NormFloat64()
	}
	m := train(t, d, boost.Options{Loss: boost.Squared()})
	for v, want := range []float64{2, 10} {
		if got := m.Predict([]float32{float32(v)}); math.Abs(got-want) > 0.15 {
			t.Errorf("correction %v, not %v", got, want)
		}
	}
}

func TestMissing(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	nan := float32(math.NaN())
	x := column(3000, func(r int) float64 {
		if r%3 == 0 {
			return math.NaN()
		}
		return rng.Float64()
	})
	learn := func(missing, low, high float64) *boost.Model {
		y := response(3000, func(r int) float64 {
			switch {
			case x[r] != x[r]:
				return missing
			case x[r] < 0.5:
				return low
			}
			return high
		})
		return train(t, boost.Data{Columns: [][]float32{x}, Y: y}, boost.Options{Loss: boost.Squared(), Rate: 0.5, Trees: 50})
	}
	for _, want := range [][3]float64{{1, 1, 7}, {7, 1, 7}, {20, 3, 3}, {-4, 3, 5}, {4, 3, 5}} {
		m := learn(want[0], want[1], want[2])
		for i, v := range []float32{nan, 0.1, 0.9} {
			if got := m.Predict([]float32{v}); math.Abs(got-want[i]) > 1e-6 {
				t.Errorf("%v: at %v %v, not %v", want, v, got, want[i])
			}
		}
	}
	// What was never missing goes with the greater part.
	y := response(1000, func(r int) float64 { return float64(r / 700) })
	m := train(t, boost.Data{Columns: [][]float32{column(1000, func(r int) float64 { return float64(r) })}, Y: y}, boost.Options{Loss: boost.Squared(), Trees: 1, Leaves: 2})
	if m.Predict([]float32{nan}) != m.Predict([]float32{5}) {
		t.Error("the missing row is not with the 700 of 1000")
	}
}

func TestNothingToLearn(t *testing.T) {
	nan := math.NaN()
	for name, d := range map[string]boost.Data{
		"constant column":  {Columns: [][]float32{{4, 4, 4, 4}}, Y: []float64{1, 2, 3, 6}},
		"missing column":   {Columns: [][]float32{column(4, func(int) float64 { return nan })}, Y: []float64{1, 2, 3, 6}},
		"no column":        {Y: []float64{1, 2, 3, 6}},
		"one row":          {Columns: [][]float32{{4}, {5}}, Y: []float64{3}},
		"constant outcome": {Columns: [][]float32{{1, 2, 3, 4}}, Y: []float64{3, 3, 3, 3}},
		"one row weighs":   {Columns: [][]float32{{1, 2}}, Y: []float64{3, 9}, Weight: []float64{2, 0}},
	} {
		for _, l := range []boost.Loss{boost.Squared(), boost.Poisson(), boost.Tweedie(1.5), boost.Tweedie(2), boost.Pinball(0.6)} {
			m := train(t, d, boost.Options{Loss: l})
			got := m.PredictAll(d.Columns, make([]float64, len(d.Y)))[0]
			if len(m.Trees) != 0 || math.Abs(got-3) > 1e-9 {
				t.Errorf("%s, %v: %v from %d trees, not 3 from none", name, l, got, len(m.Trees))
			}
		}
	}
	m := train(t, boost.Data{Columns: [][]float32{{1, 2, 3, 4}}, Y: []float64{0, 0, 0, 0}}, boost.Options{Loss: boost.Poisson()})
	if got := m.Predict([]float32{2}); !(got >= 0 && got < 1e-6) {
		t.Errorf("where nothing ever sold the rate is %v", got)
	}
}
