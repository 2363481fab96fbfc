package score_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/forecast/score"
)

func near(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-12*math.Max(1, math.Abs(b))
}

func prediction(mean float64, q ...float64) score.Prediction {
	return score.Prediction{Mean: mean, Quantiles: [4]float64(q)}
}

// small is worked out by hand: the history 2, 4, 1, 3 changes by 2, 3, 2, so s = 7/3 and s2 = 17/3.
func small() score.Trial {
	return score.Trial{
		Item: "枣", Cut: "2026-02-01", History: []float64{0, -1, 2, 4, 1, 3}, Actual: []float64{2, 4},
		Steps: []score.Prediction{prediction(3, 2, 4, 5, 6), prediction(3, 3, 5, 5, 8)},
		Sums:  []score.Prediction{prediction(3, 2, 4, 5, 6), prediction(6, 5, 6, 8, 10)},
	}
}

func judge(t *testing.T, trial score.Trial, protection int) score.Record {
	t.Helper()
	r, err := score.Judge(trial, protection)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestByHand(t *testing.T) {
	m := judge(t, small(), 2).All
	for what, pair := range map[string][2]float64{
		"RMSSE": {m.RMSSE, math.Sqrt(3.0 / 17)}, "MASE": {m.MASE, 3.0 / 7},
		"sum of |e|": {m.AbsError, 2}, "sum of e": {m.Error, 0}, "sold": {m.Sold, 6},
		// (0 + 0.2 + 0.15 + 0.04) / 4 and (0.5 + 0.1 + 0.05 + 0.04) / 4
		"SPL": {m.SPL, (0.39 + 0.69) / 8 * 3 / 7},
		// the sum is 6: (0.5 + 0 + 0.1 + 0.04) / 4 over 7/3 × 2
		"L-SPL": {m.LSPL, 0.64 / 4 * 3 / 14},
		"hit 0": {m.Hit[0], 0}, "hit 1": {m.Hit[1], 1}, "hit 3": {m.Hit[3], 1},
		"fair 0": {m.Fair[0], 0}, "fair 1": {m.Fair[1], 0.5}, "fair 2": {m.Fair[2], 1},
	} {
		if !near(pair[0], pair[1]) {
			t.Errorf("%s is %v, by hand %v", what, pair[0], pair[1])
		}
	}
	if m.Steps != 2 {
		t.Errorf("%d steps", m.Steps)
	}
	// a protection period of one takes the first sum and the first outcome
	if one := judge(t, small(), 1).All; !near(one.LSPL, 0.39/4*3/7) || one.Hit[0] != 1 || one.Fair[0] != 0.5 {
		t.Errorf("L = 1: %+v", one)
	}
}

// Steps off the shelf do not count, nor does a protection period that has one.
func TestInStockByHand(t *testing.T) {
	trial := small()
	trial.InStock = []bool{false, true}
	r := judge(t, trial, 2)
	m := r.InStock
	if !r.Shelf || m.Steps != 1 || !near(m.SPL, 0.69/4*3/7) || !near(m.Error, -1) || !near(m.Sold, 4) || !near(m.RMSSE, math.Sqrt(3.0/17)) {
		t.Errorf("one step in stock: %+v", m)
	}
	if !math.IsNaN(m.LSPL) || !math.IsNaN(m.Hit[0]) || !math.IsNaN(m.Fair[3]) {
		t.Errorf("the sum has a day without goods: %+v", m)
	}
	trial.InStock = []bool{true, false}
	if m := judge(t, trial, 1).InStock; !near(m.LSPL, 0.39/4*3/7) || m.Hit[0] != 1 {
		t.Errorf("L = 1, the first day in stock: %+v", m)
	}
	trial.InStock = []bool{false, false}
	if m := judge(t, trial, 2).InStock; m.Steps != 0 || !math.IsNaN(m.Sold) || !math.IsNaN(m.MASE) {
		t.Errorf("nothing in stock: %+v", m)
	}
}

// A history that never changes has no scale: its errors count where sums are compared, its
// coverage counts, the scaled figures leave it out.
func TestPooledByHand(t *testing.T) {
	flat := small()
	flat.Item, flat.History = "flat", []float64{5, 5, 5}
	flat.Steps = []score.Prediction{prediction(5, 2, 4, 5, 6), prediction(5, 3, 5, 5, 8)}
	r := []score.Record{judge(t, small(), 2), judge(t, flat, 2)}
	s := score.Summarise(r)
	if s.Items != 2 || s.Sums != 2 || s.Unscaled != 1 {
		t.Errorf("%d items, %d sums, %d unscaled", s.Items, s.Sums, s.Unscaled)
	}
	// errors: small 1, -1; flat 3, 1; sold 6 each
	if !near(s.WAPE, 6.0/12) || !near(s.Bias, 4.0/12) || !near(s.MASE, 3.0/7) || !near(s.LSPL, r[0].All.LSPL) || !near(s.SPL, r[0].All.SPL) {
		t.Errorf("%+v", s)
	}
	if s.Coverage != [4]float64{0, 1, 1, 1} || s.Fair != [4]float64{0, 0.5, 1, 1} {
		t.Errorf("coverage %v, fair %v", s.Coverage, s.Fair)
	}
	second := small()
	second.Cut, second.Actual = "2026-03-01", []float64{0, 1} // the sum 1 is below every quantile
	s = score.Summarise(append(r, judge(t, second, 2)))
	if s.Items != 3 || !near(s.Coverage[0], 1.0/3) || !near(s.Fair[1], 2.0/3) {
		t.Errorf("three item-cuts: %+v", s)
	}
	if s := score.SummariseInStock(r); s.Items != 0 || !math.IsNaN(s.WAPE) || !math.IsNaN(s.Coverage[0]) {
		t.Errorf("nothing is known of the shelf: %+v", s)
	}
	if s := score.Summarise(nil); s.Items != 0 || !math.IsNaN(s.LSPL) {
		t.Errorf("no records: %+v", s)
	}
	unsold := small()
	unsold.Actual = []float64{0, 0}
	if s := score.Summarise([]score.Record{judge(t, unsold, 2)}); !math.IsNaN(s.WAPE) || !math.IsNaN(s.Bias) || math.IsNaN(s.LSPL) {
		t.Errorf("nothing was sold: %+v", s)
	}
}

func TestRefusals(t *testing.T) {
	for name, spoil := range map[string]func(*score.Trial){
		"no outcome":      func(x *score.Trial) { x.Actual = nil },
		"too few steps":   func(x *score.Trial) { x.Steps = x.Steps[:1] },
		"too few sums":    func(x *score.Trial) { x.Sums = x.Sums[:1] },
		"shelf":           func(x *score.Trial) { x.InStock = []bool{true} },
		"NaN":             func(x *score.Trial) { x.Actual[0] = math.NaN() },
		"infinite past":   func(x *score.Trial) { x.History[0] = math.Inf(1) },
		"negative mean":   func(x *score.Trial) { x.Steps[1].Mean = -1 },
		"infinite mean":   func(x *score.Trial) { x.Sums[1].Mean = math.Inf(1) },
		"NaN quantile":    func(x *score.Trial) { x.Sums[0].Quantiles[3] = math.NaN() },
		"quantiles fall":  func(x *score.Trial) { x.Steps[0].Quantiles[2] = 1 },
		"negative median": func(x *score.Trial) { x.Steps[0].Quantiles[0] = -0.5 },
	} {
		trial := small()
		spoil(&trial)
		if _, err := score.Judge(trial, 2); err == nil || !strings.Contains(err.Error(), "枣") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, l := range []int{-1, 0, 3} {
		if _, err := score.Judge(small(), l); err == nil {
			t.Errorf("L = %d of 2 periods", l)
		}
	}
}

// Ratios of sums over the item-cuts that both have, and intervals whose ends can be told beforehand.
func TestComparisonByHand(t *testing.T) {
	records := func(cut string, values ...float64) (out []score.Record) {
		for i, v := range values {
			r := score.Record{Item: string(rune('a' + i)), Cut: cut}
			r.All.LSPL = v
			out = append(out, r)
		}
		return out
	}
	// with two items a draw has ratio 1/2, 1 or 3/2, a quarter, half and a quarter of the time
	c, err := score.Compare(records("x", 1, 3), records("x", 2, 2), score.LSPL, 1)
	if err != nil || c.Items != 2 || c.Pairs != 2 || c.Ratio != 1 || c.Low != 0.5 || c.High != 1.5 {
		t.Errorf("%+v, %v", c, err)
	}
	// cuts of an item go together: a 1+5 against 2+2, b 3 against 2; what only one has is left out
	a := append(records("x", 1, 3, 9), records("y", 5)...)
	b := append(records("x", 2, 2), records("y", 2)...)
	c, err = score.Compare(a, b, score.LSPL, 1)
	if err != nil || c.Items != 2 || c.Pairs != 3 || c.Ratio != 9.0/6 || c.Low != 1.5 || c.High != 1.5 {
		t.Errorf("%+v, %v", c, err)
	}
	again, _ := score.Compare(a, b, score.LSPL, 1)
	if again != c {
		t.Error("the second comparison differs")
	}
	for name, other := range map[string][]score.Record{"none": nil, "other cut": records("z", 1), "unknown": records("x", math.NaN(), math.NaN()), "zero": records("x", 0, 0)} {
		if _, err := score.Compare(a, other, score.LSPL, 1); err == nil {
			t.Errorf("%s: compared", name)
		}
	}
}

// A forecaster that is a little better on every item is better beyond chance; the interval holds
// the ratio and narrows with the number of items.
func TestComparisonNarrows(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	width := func(n int) float64 {
		var a, b []score.Record
		for i := range n {
			r := score.Record{Item: string(rune(0x4e00 + i))}
			r.All.LSPL = rng.Float64() + 0.5
			b = append(b, r)
			r.All.LSPL *= 0.8 + 0.3*rng.Float64()
			a = append(a, r)
		}
		c, err := score.Compare(a, b, score.LSPL, 1)
		if err != nil || c.Low > c.Ratio || c.High < c.Ratio || c.Ratio > 1 {
			t.Fatalf("%+v, %v", c, err)
		}
		return c.High - c.Low
	}
	if few, many := width(30), width(3000); many > few/5 {
		t.Errorf("30 items: an interval of %v; 3,000: %v", few, many)
	}
}

func draw(t *rapid.T) (score.Trial, int) {
	n := rapid.IntRange(1, 8).Draw(t, "periods")
	amount := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(0.001, 20), rapid.Map(rapid.IntRange(0, 9), func(i int) float64 { return float64(i) }))
	trial := score.Trial{Item: "x", Cut: "2026-01-01", History: rapid.SliceOfN(amount, 0, 30).Draw(t, "history"), Actual: rapid.SliceOfN(amount, n, n).Draw(t, "actual")}
	predict := func() (out []score.Prediction) {
		for range n {
			p := score.Prediction{Mean: amount.Draw(t, "mean")}
			for j := range p.Quantiles {
				p.Quantiles[j] = amount.Draw(t, "more")
				if j > 0 {
					p.Quantiles[j] += p.Quantiles[j-1]
				}
			}
			out = append(out, p)
		}
		return out
	}
	trial.Steps, trial.Sums = predict(), predict()
	if rapid.Bool().Draw(t, "shelf") {
		trial.InStock = rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "in stock")
	}
	return trial, rapid.IntRange(1, n).Draw(t, "L")
}

// In another unit every figure but the sums is the same; and no forecast beats the truth itself.
func TestUnitDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trial, protection := draw(t)
		a, err := score.Judge(trial, protection)
		if err != nil {
			t.Fatal(err)
		}
		big := trial
		scale := func(x []float64) (out []float64) {
			for _, v := range x {
				out = append(out, 1024*v)
			}
			return out
		}
		predictions := func(ps []score.Prediction) (out []score.Prediction) {
			for _, p := range ps {
				out = append(out, score.Prediction{Mean: 1024 * p.Mean, Quantiles: [4]float64(scale(p.Quantiles[:]))})
			}
			return out
		}
		big.History, big.Actual, big.Steps, big.Sums = scale(trial.History), scale(trial.Actual), predictions(trial.Steps), predictions(trial.Sums)
		b, err := score.Judge(big, protection)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range [][2]score.Measures{{a.All, b.All}, {a.InStock, b.InStock}} {
			x, y := pair[0], pair[1]
			if !near(x.RMSSE, y.RMSSE) || !near(x.MASE, y.MASE) || !near(x.SPL, y.SPL) || !near(x.LSPL, y.LSPL) || !near(1024*x.Error, y.Error) || !near(x.Hit[1], y.Hit[1]) {
				t.Fatalf("%+v\n%+v", x, y)
			}
			if x.SPL < 0 || x.LSPL < 0 || x.MASE < 0 || x.RMSSE < 0 {
				t.Fatalf("a negative loss: %+v", x)
			}
		}
		sum := 0.0
		for i, v := range trial.Actual {
			sum += v
			trial.Steps[i], trial.Sums[i] = prediction(v, v, v, v, v), prediction(sum, sum, sum, sum, sum)
		}
		if m := judgeOrFail(t, trial, protection).All; m.AbsError != 0 || m.Hit != [4]float64{1, 1, 1, 1} || m.Fair != [4]float64{0.5, 0.5, 0.5, 0.5} || m.LSPL > 1e-12 {
			t.Fatalf("the truth itself: %+v", m)
		}
	})
}

func judgeOrFail(t *rapid.T, trial score.Trial, protection int) score.Record {
	r, err := score.Judge(trial, protection)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The order of records does not matter, and records survive their file to six digits.
func TestRecordsSurviveTheirFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var records []score.Record
		for i := range rapid.IntRange(0, 6).Draw(t, "records") {
			trial, protection := draw(t)
			trial.Item = []string{"a,b", "枣", "c\"d", "e", "f\ng", "h"}[i]
			records = append(records, judgeOrFail(t, trial, protection))
		}
		var file bytes.Buffer
		if err := score.WriteRecords(&file, records); err != nil {
			t.Fatal(err)
		}
		back, err := score.ReadRecords(bytes.NewReader(file.Bytes()))
		if err != nil || len(back) != len(records) {
			t.Fatalf("%d of %d records came back: %v\n%s", len(back), len(records), err, file.String())
		}
		a, b := score.Summarise(records), score.Summarise(back)
		if a.Items != b.Items || a.Sums != b.Sums || a.Unscaled != b.Unscaled || !six(a.LSPL, b.LSPL) || !six(a.RMSSE, b.RMSSE) || !six(a.WAPE, b.WAPE) || a.Coverage[0] != b.Coverage[0] && !math.IsNaN(a.Coverage[0]) {
			t.Fatalf("%+v\n%+v", a, b)
		}
		var again bytes.Buffer
		if err := score.WriteRecords(&again, back); err != nil || !bytes.Equal(again.Bytes(), file.Bytes()) {
			t.Fatalf("the second file differs: %v\n%s\n%s", err, file.String(), again.String())
		}
		for i, j := 0, len(records)-1; i < j; i, j = i+1, j-1 {
			records[i], records[j] = records[j], records[i]
		}
		if c := score.SummariseInStock(records); !six(c.LSPL, score.SummariseInStock(back).LSPL) {
			t.Fatal("the order of records matters")
		}
	})
}

func six(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 2e-5*math.Max(math.Abs(a), 1e-12)
}

func TestBadRecords(t *testing.T) {
	const head = "item,cut,steps,rmsse,mase,abs_error,error,sold,spl,lspl,hit0.5,hit0.9,hit0.95,hit0.99\n"
	for name, text := range map[string]string{
		"nothing": "", "other table": "item,date\n", "a word": head + "a,2026-01-01,2,x,,,,,,,,,,\n",
		"infinite": head + "a,2026-01-01,2,1e999,,,,,,,,,,\n", "short line": head + "a,2026-01-01\n",
	} {
		if _, err := score.ReadRecords(strings.NewReader(text)); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	got, err := score.ReadRecords(strings.NewReader(head + "a,2026-01-01,2,,,1,0.5,3,,,1,1,1,1\n"))
	if err != nil || len(got) != 1 || got[0].Shelf || got[0].All.Steps != 2 || got[0].All.Sold != 3 || !math.IsNaN(got[0].All.LSPL) || !math.IsNaN(got[0].All.Fair[0]) {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzReadRecords(f *testing.F) {
	var file bytes.Buffer
	r, err := score.Judge(small(), 2)
	if err != nil {
		f.Fatal(err)
	}
	if err := score.WriteRecords(&file, []score.Record{r}); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add([]byte("item,cut\n\"a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := score.ReadRecords(bytes.NewReader(data))
		if err != nil {
			return
		}
		if s := score.Summarise(records); s.Items > len(records) || s.Sums > len(records) {
			t.Fatalf("%d records make %+v", len(records), s)
		}
	})
}
