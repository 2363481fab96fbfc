package boost_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"buhuo/internal/forecast/boost"

	"pgregory.net/rapid"
)

var losses = []boost.Loss{boost.Squared(), boost.Poisson(), boost.Tweedie(1.5), boost.Tweedie(2), boost.Pinball(0.2), boost.Pinball(0.9)}

// world draws a small set of rows with few values, ties, gaps and uneven weights.
func world(t *rapid.T, maxRows int) boost.Data {
	n := rapid.IntRange(1, maxRows).Draw(t, "rows")
	m := rapid.IntRange(1, 10).Draw(t, "columns")
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	d := boost.Data{Columns: make([][]float32, m), Y: make([]float64, n), Weight: make([]float64, n), Offset: make([]float64, n)}
	for c := range d.Columns {
		values := 1 + rng.IntN(12)
		gaps := rng.Float64() * 0.5
		d.Columns[c] = column(n, func(int) float64 {
			if c%2 == 1 && rng.Float64() < gaps {
				return math.NaN()
			}
			return float64(rng.IntN(values))
		})
	}
	for r := range n {
		d.Y[r] = math.Exp(rng.NormFloat64())
		d.Weight[r] = float64(1 + rng.IntN(3))
		d.Offset[r] = rng.NormFloat64() / 3
	}
	return d
}

func drawLoss(t *rapid.T) boost.Loss { return rapid.SampledFrom(losses).Draw(t, "loss") }

// prefix is the model after its first k trees.
func prefix(m *boost.Model, k int) *boost.Model {
	p := *m
	p.Trees = m.Trees[:k]
	return &p
}

// TestMoreTreesNeverHurtInTraining holds for every loss, since each leaf steps towards its best value
// and never past it.
func TestMoreTreesNeverHurtInTraining(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 300)
		m := train(t2(t), d, boost.Options{
			Loss: drawLoss(t), Trees: 15, Leaves: rapid.IntRange(2, 20).Draw(t, "leaves"),
			Rate: rapid.Float64Range(0.05, 1).Draw(t, "rate"), L2: rapid.Float64Range(0, 5).Draw(t, "l2"),
		})
		before := prefix(m, 0).MeanLoss(d)
		for k := 1; k <= len(m.Trees); k++ {
			loss := prefix(m, k).MeanLoss(d)
			if !(loss <= before+1e-9*math.Abs(before)) || math.IsInf(loss, 0) {
				t.Fatalf("tree %d takes the loss from %v to %v", k, before, loss)
			}
			before = loss
		}
	})
}

// t2 lets train fail inside a property.
func t2(t *rapid.T) testing.TB { return failing{t: t} }

type failing struct {
	testing.TB
	t *rapid.T
}

func (f failing) Helper()           {}
func (f failing) Fatal(args ...any) { f.t.Fatal(args...) }

// TestFirstSplitIsTheBest compares a tree of two leaves with every way to divide the rows.
func TestFirstSplitIsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 40)
		least := float64(rapid.IntRange(1, 5).Draw(t, "least"))
		l2 := rapid.Float64Range(0, 5).Draw(t, "l2")
		m := train(t2(t), d, boost.Options{Loss: boost.Squared(), Trees: 1, Leaves: 2, Rate: 1, MinWeight: least, L2: l2})
		want := 0.0
		for _, col := range d.Columns {
			for v := float32(-1); v < 12; v++ {
				for _, missingLeft := range []bool{false, true} {
					want = max(want, saved(d, m.Base, least, l2, func(r int) bool {
						return col[r] <= v || col[r] != col[r] && missingLeft
					}))
				}
			}
		}
		if got := total(m.Gain); math.Abs(got-want) > 1e-5*(1+want) {
			t.Fatalf("the tree saves %v, the best split %v", got, want)
		}
	})
}

// saved is the penalised loss that two leaves save beside one, 0 when one weighs too little.
func saved(d boost.Data, base, least, l2 float64, left func(r int) bool) float64 {
	var w, e [2]float64
	for r, y := range d.Y {
		side := 0
		if left(r) {
			side = 1
		}
		w[side] += d.Weight[r]
		e[side] += d.Weight[r] * (y - base - d.Offset[r])
	}
	if min(w[0], w[1]) < least {
		return 0
	}
	score := func(e, w float64) float64 { return e * e / (w + l2) / 2 }
	return score(e[0], w[0]) + score(e[1], w[1]) - score(e[0]+e[1], w[0]+w[1])
}

func total(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum
}

// TestGainIsWhatWasSaved also where directions bound what the leaves may do.
func TestGainIsWhatWasSaved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 200)
		o := boost.Options{Loss: boost.Squared(), Trees: 1, Leaves: 12, Rate: 1}
		for range d.Columns {
			o.Monotone = append(o.Monotone, int8(rapid.IntRange(-1, 1).Draw(t, "direction")))
		}
		m := train(t2(t), d, o)
		want := (prefix(m, 0).MeanLoss(d) - m.MeanLoss(d)) * total(d.Weight)
		if got := total(m.Gain); math.Abs(got-want) > 1e-5*(1+want) {
			t.Fatalf("gains %v, but the loss falls by %v", got, want)
		}
	})
}

// TestBaseIsTheQuantile compares quickselect with sorting.
func TestBaseIsTheQuantile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 60)
		d.Columns = nil
		tau := float64(rapid.IntRange(1, 19).Draw(t, "tau")) / 20
		m := train(t2(t), d, boost.Options{Loss: boost.Pinball(tau)})
		var flat []float64
		for r, y := range d.Y {
			for range int(d.Weight[r]) {
				flat = append(flat, y-d.Offset[r])
			}
		}
		slices.Sort(flat)
		if want := flat[int(math.Ceil(tau*float64(len(flat))-1e-9))-1]; m.Base != want {
			t.Fatalf("quantile %v of %v is %v, not %v", tau, flat, m.Base, want)
		}
	})
}

// TestMonotone walks along the columns with a direction, from any row.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 300)
		o := boost.Options{Loss: drawLoss(t), Trees: 20, Leaves: 16, Rate: 0.5, L2: rapid.Float64Range(0, 2).Draw(t, "l2"), Rows: rapid.SampledFrom([]float64{1, 0.6}).Draw(t, "part")}
		for range d.Columns {
			o.Monotone = append(o.Monotone, int8(rapid.IntRange(-1, 1).Draw(t, "direction")))
		}
		m := train(t2(t), d, o)
		for c, direction := range o.Monotone {
			for r := range min(len(d.Y), 30) {
				x := rowOf(d.Columns, r)
				before := math.Inf(-1)
				for v := range 14 {
					x[c] = float32(v - 1)
					score := float64(direction) * m.Score(x)
					if direction != 0 && score < before-1e-12 {
						t.Fatalf("column %d, direction %d: at %d %v after %v", c, direction, v-1, score, before)
					}
					before = score
				}
			}
		}
	})
}

// TestMonotoneStillLearns: a direction that is true costs little, one that is false keeps the column out.
func TestMonotoneStillLearns(t *testing.T) {
	d := wide(5000, 4, 9)
	free := train(t, d, boost.Options{Loss: boost.Poisson(), MinWeight: 20})
	right := train(t, d, boost.Options{Loss: boost.Poisson(), MinWeight: 20, Monotone: []int8{0, 1, -1, 1}})
	wrong := train(t, d, boost.Options{Loss: boost.Poisson(), MinWeight: 20, Monotone: []int8{0, -1, 1, -1}})
	test := wide(5000, 4, 10)
	f, r, w := free.MeanLoss(test), right.MeanLoss(test), wrong.MeanLoss(test)
	if r > f+0.01 || w < f+0.05 {
		t.Errorf("loss %v free, %v with true directions, %v with false ones", f, r, w)
	}
}

// TestFalseDirection: clean data that only rise have nothing for a column that must fall.
func TestFalseDirection(t *testing.T) {
	n := 500
	d := boost.Data{Columns: [][]float32{column(n, func(r int) float64 { return float64(r) })}, Y: response(n, func(r int) float64 { return 1 + float64(r) })}
	for _, l := range losses {
		if k := len(train(t, d, boost.Options{Loss: l, Monotone: []int8{-1}}).Trees); k > 0 {
			t.Errorf("%v: %d trees", l, k)
		}
	}
}

// TestQuantilesKnowNoUnit: directions bound steps in the unit of the outcome, slopes have none.
func TestQuantilesKnowNoUnit(t *testing.T) {
	d := wide(3000, 6, 12)
	o := boost.Options{Loss: boost.Pinball(0.7), Monotone: []int8{0, 1, -1, 1, 1, -1}, Trees: 30}
	want := train(t, d, o).PredictAll(d.Columns, nil)
	for _, unit := range []float64{1024, 1. / 1024} {
		got := train(t, boost.Data{Columns: d.Columns, Y: response(len(d.Y), func(r int) float64 { return d.Y[r] * unit })}, o).PredictAll(d.Columns, nil)
		for r := range got {
			if got[r] != want[r]*unit {
				t.Fatalf("unit %v: row %d has %v, not %v", unit, r, got[r], want[r]*unit)
			}
		}
	}
}

// TestOrderIsAllThatCounts stretches and bends each column.
func TestOrderIsAllThatCounts(t *testing.T) {
	bends := []func(float64) float64{
		func(x float64) float64 { return x*1000 - 7 },
		func(x float64) float64 { return x * x * x },
		func(x float64) float64 { return math.Exp(x / 200) },
		func(x float64) float64 { return -1 / (x + 1) },
	}
	rng := rand.New(rand.NewPCG(11, 1))
	n := 3000
	d := boost.Data{Y: make([]float64, n)}
	var bent [][]float32
	for _, f := range bends {
		col := column(n, func(int) float64 {
			if rng.IntN(10) == 0 {
				return math.NaN()
			}
			return float64(rng.IntN(1000))
		})
		d.Columns = append(d.Columns, col)
		bent = append(bent, column(n, func(r int) float64 { return f(float64(col[r])) }))
	}
	for r := range n {
		d.Y[r] = float64(d.Columns[0][r]/300) + rng.NormFloat64()
		if d.Y[r] != d.Y[r] {
			d.Y[r] = 2
		}
	}
	o := boost.Options{Loss: boost.Squared(), Seed: 4, Rows: 0.7, Columns: 0.7, Bins: 60}
	a := train(t, d, o).PredictAll(d.Columns, nil)
	b := train(t, boost.Data{Columns: bent, Y: d.Y}, o).PredictAll(bent, nil)
	if !slices.Equal(a, b) {
		t.Error("other scales, other predictions")
	}
}

func TestSameForAnyNumberOfWorkers(t *testing.T) {
	d := wide(20_000, 19, 3)
	for r := range d.Y {
		d.Y[r] += 0.5 // gamma takes no zeros
	}
	valid := wide(2000, 19, 4)
	for r := range valid.Y {
		valid.Y[r] += 0.5
	}
	for _, l := range losses {
		for _, o := range []boost.Options{
			{Loss: l, Trees: 6},
			{Loss: l, Trees: 6, Rows: 0.5, Columns: 0.4, Seed: 9, Valid: &valid, Monotone: append(make([]int8, 18), 1)},
		} {
			var want []byte
			for _, o.Workers = range []int{1, 2, 7} {
				got, err := json.Marshal(train(t, d, o))
				if err != nil {
					t.Fatal(err)
				}
				if want == nil {
					want = got
				} else if string(want) != string(got) {
					t.Fatalf("%v: %d workers, another model", l, o.Workers)
				}
			}
		}
	}
}

// TestWeightIsRepetition and a weight of 0 absence; the data stay as they were.
func TestWeightIsRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 80)
		d.Weight[0] = 0
		if len(d.Y) == 1 {
			return
		}
		var flat boost.Data
		flat.Columns = make([][]float32, len(d.Columns))
		for r, w := range d.Weight {
			for range int(w) {
				for c := range d.Columns {
					flat.Columns[c] = append(flat.Columns[c], d.Columns[c][r])
				}
				flat.Y, flat.Offset = append(flat.Y, d.Y[r]), append(flat.Offset, d.Offset[r])
			}
		}
		before := fmt.Sprint(d)
		// What follows a choice between equally good splits may differ, what they save may not.
		o := boost.Options{Loss: drawLoss(t), Trees: 1, Leaves: 2, L2: 1, MinWeight: 1}
		a, b := train(t2(t), d, o), train(t2(t), flat, o)
		if x, y := total(a.Gain), total(b.Gain); math.Abs(x-y) > 1e-5*(1+x) || math.Abs(a.Base-b.Base) > 1e-9 {
			t.Fatalf("base %v and gain %v with weights, %v and %v with repeated rows", a.Base, x, b.Base, y)
		}
		if before != fmt.Sprint(d) {
			t.Fatal("training changed the data")
		}
	})
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := world(t, 200)
		m := train(t2(t), d, boost.Options{Loss: drawLoss(t), Trees: 10})
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back boost.Model
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.PredictAll(d.Columns, d.Offset), back.PredictAll(d.Columns, d.Offset)) || !reflect.DeepEqual(m.Gain, back.Gain) {
			t.Fatal("the model that was read predicts something else")
		}
		for r := range d.Y {
			if row := rowOf(d.Columns, r); m.Predict(row) != back.Predict(row) || math.Abs(m.Score(row)-scoreOf(m, d.Columns, r)) > 1e-12 {
				t.Fatal("a row by itself gets another prediction")
			}
		}
	})
}

// scoreOf is the score of a row out of PredictAll.
func scoreOf(m *boost.Model, columns [][]float32, r int) float64 {
	p := m.PredictAll(columns, nil)[r]
	if m.Predict(rowOf(columns, r)) == m.Score(rowOf(columns, r)) {
		return p
	}
	return math.Log(p)
}
