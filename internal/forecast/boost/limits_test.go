package boost_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"buhuo/internal/forecast/boost"
)

func TestEarlyStopping(t *testing.T) {
	d, valid, test := wide(3000, 8, 1), wide(1500, 8, 2), wide(3000, 8, 3)
	o := boost.Options{Loss: boost.Poisson(), Trees: 400, Rate: 0.2}
	all := train(t, d, o)
	o.Valid, o.Patience = &valid, 15
	m := train(t, d, o)
	if k := len(m.Trees); k < 5 || k >= 300 {
		t.Fatalf("%d trees", k)
	}
	best := m.MeanLoss(valid)
	for k := range len(m.Trees) + o.Patience {
		if k > len(all.Trees) {
			break
		}
		if loss := prefix(all, k).MeanLoss(valid); loss < best-1e-12 {
			t.Fatalf("%d trees have loss %v, the %d kept %v", k, loss, len(m.Trees), best)
		}
	}
	if got, worse := m.MeanLoss(test), all.MeanLoss(test); got >= worse {
		t.Errorf("stopped early the loss is %v, else %v", got, worse)
	}
	if total(m.Gain) >= total(all.Gain) {
		t.Error("the trees that were dropped still count as gain")
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, noise := range []*boost.Data{&d, &valid} {
		rng.Shuffle(len(noise.Y), func(i, j int) { noise.Y[i], noise.Y[j] = noise.Y[j], noise.Y[i] })
	}
	if k := len(train(t, d, o).Trees); k > 3 {
		t.Errorf("%d trees on noise", k)
	}
}

// depth of the subtree at node i.
func depth(tree boost.Tree, i int32) int {
	if i < 0 {
		return 0
	}
	return 1 + max(depth(tree, tree.Nodes[i].Left), depth(tree, tree.Nodes[i].Right))
}

func TestLimits(t *testing.T) {
	d := wide(4000, 10, 5)
	for _, o := range []boost.Options{
		{Leaves: 7}, {Leaves: 64, Depth: 3}, {Leaves: 200, MinWeight: 300}, {Columns: 0.2}, {Rows: 0.1, MinWeight: 50}, {Bins: 2}, {MinGain: 50},
	} {
		o.Loss, o.Trees = boost.Squared(), 8
		m := train(t, d, o)
		if len(m.Trees) != 8 {
			t.Errorf("%+v: %d trees", o, len(m.Trees))
		}
		free := boost.Options{Loss: o.Loss, Trees: o.Trees, Leaves: o.Leaves}
		if o.Leaves == 0 && slices.Equal(train(t, d, free).PredictAll(d.Columns, nil), m.PredictAll(d.Columns, nil)) {
			t.Errorf("%+v changes nothing", o)
		}
		for _, tree := range m.Trees {
			used := map[uint16]bool{}
			rows := make([]float64, len(tree.Values))
			for r := range d.Y {
				i := int32(0)
				for i >= 0 {
					n := tree.Nodes[i]
					used[n.Column] = true
					x := d.Columns[n.Column][r]
					i = n.Right
					if x <= n.Threshold || x != x && n.MissingLeft {
						i = n.Left
					}
				}
				rows[^i]++
			}
			switch {
			case o.Leaves > 0 && len(tree.Values) > o.Leaves:
				t.Errorf("%d leaves, not %d", len(tree.Values), o.Leaves)
			case o.Depth > 0 && depth(tree, 0) != o.Depth:
				t.Errorf("depth %d, not %d", depth(tree, 0), o.Depth)
			case o.MinWeight > 0 && o.Rows == 0 && slices.Min(rows) < o.MinWeight:
				t.Errorf("a leaf has %v rows, not %v", slices.Min(rows), o.MinWeight)
			case o.Columns > 0 && len(used) > 2:
				t.Errorf("%d columns where 2 were drawn", len(used))
			}
		}
	}
}

// TestPenalty shortens the steps of all losses alike: ten rows against a penalty of ten.
func TestPenalty(t *testing.T) {
	x := column(20, func(r int) float64 { return float64(r % 2) })
	for _, c := range []struct {
		loss      boost.Loss
		low, high float64 // without penalty
		want      float64
	}{
		{boost.Squared(), 0, 10, 7.5}, // from 5
		{boost.Pinball(0.5), 0, 10, 5},
		{boost.Poisson(), 1, 3, 2 * 40. / 30}, // 30 seen and 20 expected, and ten more of both
	} {
		y := response(20, func(r int) float64 { return c.low + (c.high-c.low)*float64(x[r]) })
		m := train(t, boost.Data{Columns: [][]float32{x}, Y: y}, boost.Options{Loss: c.loss, Trees: 1, Rate: 1, L2: 10})
		if got := m.Predict([]float32{1}); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%v: %v, not %v", c.loss, got, c.want)
		}
	}
}

// TestBins: few bins have equal rows, a value of many rows has one to itself, and neighbours among
// the numbers are told apart.
func TestBins(t *testing.T) {
	above := func(x float32) float32 { return math.Nextafter32(x, 9) }
	for name, c := range map[string]struct {
		bins int
		x, y func(r int) float64
	}{
		"quarters":   {4, func(r int) float64 { return math.Exp(float64(r) / 50) }, func(r int) float64 { return float64(r / 250) }},
		"heavy":      {5, func(r int) float64 { return float64(max(min(r-100, 0), r-700)) }, func(r int) float64 { return float64(min(r/100, 1) + r/701) }},
		"neighbours": {9, func(r int) float64 { return float64([]float32{1, above(1), above(above(1))}[r%3]) }, func(r int) float64 { return float64(r % 3 * (5 - r%3)) }},
	} {
		d := boost.Data{Columns: [][]float32{column(1000, c.x)}, Y: response(1000, c.y)}
		m := train(t, d, boost.Options{Loss: boost.Squared(), Rate: 0.5, Trees: 60, Bins: c.bins})
		if loss := m.MeanLoss(d); loss > 1e-9 {
			t.Errorf("%s: loss %v", name, loss)
		}
	}
}

func TestSeed(t *testing.T) {
	d := wide(2000, 10, 6)
	learn := func(seed uint64) []float64 {
		return train(t, d, boost.Options{Loss: boost.Poisson(), Trees: 5, Rows: 0.5, Columns: 0.5, Seed: seed}).PredictAll(d.Columns, nil)
	}
	if !slices.Equal(learn(1), learn(1)) || slices.Equal(learn(1), learn(2)) {
		t.Error("the seed does not decide the draws")
	}
}

// TestLargeWeightsAndValues: the integers inside follow the size of what they are given.
func TestLargeWeightsAndValues(t *testing.T) {
	d := wide(3000, 5, 7)
	o := boost.Options{Loss: boost.Squared(), Trees: 20}
	want := train(t, d, o).PredictAll(d.Columns, nil)
	for _, factor := range []float64{1e-9, 1e-3, 1e6, 1e12} {
		scaled := boost.Data{Columns: d.Columns, Y: response(len(d.Y), func(r int) float64 { return d.Y[r] * factor }), Weight: response(len(d.Y), func(int) float64 { return 1 / factor })}
		got := train(t, scaled, o).PredictAll(d.Columns, nil)
		for r := range got {
			if math.Abs(got[r]/factor-want[r]) > 0.05*(1+math.Abs(want[r])) {
				t.Fatalf("factor %v: %v, not %v", factor, got[r]/factor, want[r])
			}
		}
	}
}

func TestPredictAllocatesNothing(t *testing.T) {
	d := wide(500, 8, 8)
	m := train(t, d, boost.Options{Loss: boost.Poisson(), Trees: 10})
	row := rowOf(d.Columns, 1)
	if n := testing.AllocsPerRun(100, func() { m.Predict(row) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRefused(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	good := func() boost.Data {
		return boost.Data{Columns: [][]float32{{1, 2, 3}}, Y: []float64{1, 2, 3}}
	}
	for want, change := range map[string]func(d *boost.Data, o *boost.Options){
		"0 rows":                     func(d *boost.Data, o *boost.Options) { *d = boost.Data{} },
		"column 0 has 2 rows":        func(d *boost.Data, o *boost.Options) { d.Columns[0] = d.Columns[0][:2] },
		"column 0 is infinite":       func(d *boost.Data, o *boost.Options) { d.Columns[0][1] = float32(inf) },
		"2 weights for 3 rows":       func(d *boost.Data, o *boost.Options) { d.Weight = []float64{1, 1} },
		"row 1 weighs -1":            func(d *boost.Data, o *boost.Options) { d.Weight = []float64{1, -1, 1} },
		"row 2 weighs NaN":           func(d *boost.Data, o *boost.Options) { d.Weight = []float64{1, 1, nan} },
		"all rows together weigh 0":  func(d *boost.Data, o *boost.Options) { d.Weight = []float64{0, 0, 0} },
		"1 offsets for 3 rows":       func(d *boost.Data, o *boost.Options) { d.Offset = []float64{1} },
		"row 0 starts at -Inf":       func(d *boost.Data, o *boost.Options) { d.Offset = []float64{-inf, 0, 0} },
		"row 1: no number":           func(d *boost.Data, o *boost.Options) { d.Y[1] = nan },
		"row 1: -2 cannot":           func(d *boost.Data, o *boost.Options) { d.Y[1] = -2 },
		"row 2: 0 cannot":            func(d *boost.Data, o *boost.Options) { d.Y[2] = 0; o.Loss = boost.Tweedie(2) },
		"no such loss: \"\"":         func(d *boost.Data, o *boost.Options) { o.Loss = boost.Loss{} },
		"power 0.5":                  func(d *boost.Data, o *boost.Options) { o.Loss = boost.Tweedie(0.5) },
		"tau 1":                      func(d *boost.Data, o *boost.Options) { o.Loss = boost.Pinball(1) },
		"trees":                      func(d *boost.Data, o *boost.Options) { o.Trees = -1 },
		"leaves (at least 2)":        func(d *boost.Data, o *boost.Options) { o.Leaves = 1 },
		"shares above 0":             func(d *boost.Data, o *boost.Options) { o.Rate = nan },
		"rows and columns are share": func(d *boost.Data, o *boost.Options) { o.Rows = 1.5 },
		"256 bins":                   func(d *boost.Data, o *boost.Options) { o.Bins = 256 },
		"penalties":                  func(d *boost.Data, o *boost.Options) { o.L2 = -1 },
		"2 directions for 1 columns": func(d *boost.Data, o *boost.Options) { o.Monotone = []int8{0, 1} },
		"direction 2":                func(d *boost.Data, o *boost.Options) { o.Monotone = []int8{2} },
		"validation: 0 columns":      func(d *boost.Data, o *boost.Options) { o.Valid = &boost.Data{Y: []float64{1}} },
	} {
		d, o := good(), boost.Options{Loss: boost.Poisson()}
		change(&d, &o)
		if _, err := boost.Train(d, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, not %q", err, want)
		}
	}
}

func TestModelsThatCannotBe(t *testing.T) {
	const model = `{"loss":{"kind":"squared"},"columns":2,"base":1,"trees":[{"nodes":[{"t":0.5,"l":-1,"r":1,"c":1},{"t":2,"l":-2,"r":-3,"c":0,"m":true}],"values":[1,2,3]}],"gain":[4,5]}`
	var m boost.Model
	if err := json.Unmarshal([]byte(model), &m); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ x, y, want float64 }{{0, 0, 2}, {1, 1, 3}, {3, 1, 4}, {math.NaN(), 1, 3}, {1, math.NaN(), 3}} {
		if got := m.Predict([]float32{float32(c.x), float32(c.y)}); got != c.want {
			t.Errorf("at %v, %v: %v, not %v", c.x, c.y, got, c.want)
		}
	}
	for _, change := range [][2]string{
		{`"squared"`, `"cubed"`}, {`"columns":2`, `"columns":1`}, {`"c":1`, `"c":2`}, {`"r":1,`, `"r":0,`}, {`"r":1,`, `"r":2,`},
		{`"l":-2`, `"l":-4`}, {`"l":-2`, `"l":1`}, {`[1,2,3]`, `[1,2]`}, {`[4,5]`, `[4]`}, {`"t":2`, `"t":"2"`}, {`"t":2`, `"t":1e99`},
	} {
		text := strings.Replace(model, change[0], change[1], 1)
		if err := json.Unmarshal([]byte(text), &m); err == nil || text == model {
			t.Errorf("%s for %s is taken", change[1], change[0])
		}
	}
}

// FuzzModel reads any text: what is taken for a model predicts.
func FuzzModel(f *testing.F) {
	f.Add([]byte(`{"loss":{"kind":"tweedie","power":1.5},"columns":1,"trees":[{"nodes":[{"t":0.5,"l":-1,"r":-2,"c":0}],"values":[1,2]}],"gain":[1]}`))
	f.Add([]byte(`{"loss":{"kind":"pinball","tau":0.5},"columns":0,"trees":[{"values":[1]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var m boost.Model
		if json.Unmarshal(text, &m) == nil {
			m.Predict(make([]float32, m.Columns))
		}
	})
}
