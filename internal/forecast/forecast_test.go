package forecast_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

var monday = day.New(2025, 1, 6)

func shop(histories [][]float64) []forecast.Series {
	out := make([]forecast.Series, len(histories))
	for i, h := range histories {
		out[i] = forecast.Series{ID: fmt.Sprintf("item%04d", i), Start: monday, Values: h}
	}
	return out
}

func constant(n int, v float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = v
	}
	return x
}

var smallShop = forecasttest.Panel{
	Items: 40, Periods: 150, Level: forecasttest.LogNormal(4, 1), Dispersion: 1.8, Whole: true, Drift: 0.03,
	Season: []float64{0.8, 0.9, 0.9, 1, 1, 1.4, 1},
}

// Against field mistake 1: missing future actuals read as zero make a flat history decay.
func TestFieldMistake01FlatStaysFlat(t *testing.T) {
	for _, f := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
		for _, value := range []float64{1, 5, 2.5, 1e12} {
			series := []forecast.Series{{ID: "flat", Start: monday, Values: constant(120, value)}}
			got := forecast.Fit(series, forecast.Options{Freq: f, Horizon: 14}).Forecast(series[0], 60)
			for k, d := range got.Steps {
				if math.Abs(d.Mean()-value) > 0.02*value || d.Mean() != got.Steps[0].Mean() {
					t.Fatalf("%s, history of %v: step %d has mean %v", f, value, k+1, d.Mean())
				}
			}
			if q := got.Sum(60).Quantile(0.5); math.Abs(q-60*value) > 0.05*60*value+1 {
				t.Errorf("%s, history of %v: median of 60 periods %v", f, value, q)
			}
		}
	}
}

// Against field mistake 2: the mean of the periods with sales is not the level.
func TestFieldMistake02IntermittentIsUnbiased(t *testing.T) {
	panel := forecasttest.Panel{Items: 150, Periods: 120, Level: forecasttest.LogNormal(0.2, 0.7), Dispersion: 1.6, Whole: true}
	series := shop(panel.Simulate(1))
	truth, got := 0.0, 0.0
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
	for _, s := range series {
		for _, v := range s.Values {
			truth += v / 120 * 14
		}
		got += pool.Forecast(s, 14).Sum(14).Mean()
	}
	if r := got / truth; r < 0.93 || r > 1.07 {
		t.Errorf("forecast demand is %.3f of the mean of the past", r)
	}
}

// Against field mistake 3: a product that was never on the shelf gets the prior, finite and flagged.
func TestFieldMistake03AlwaysOut(t *testing.T) {
	series := shop(smallShop.Simulate(2))
	mean := 0.0
	for i := range series {
		series[i].Category = "fruit"
		for _, v := range series[i].Values {
			mean += v / float64(len(series)*len(series[i].Values))
		}
	}
	empty := forecast.Series{ID: "out", Category: "fruit", Start: monday, Values: make([]float64, 150), Available: make([]float64, 150)}
	pool := forecast.Fit(append(series, empty), forecast.Options{Freq: forecast.Day, Horizon: 14})
	got := pool.Forecast(empty, 14)
	if !got.Has(forecast.Prior) || !got.Has(forecast.Unseen) {
		t.Errorf("flags %v", got.Flags)
	}
	if m := got.Sum(14).Mean() / 14; m < 0.5*mean || m > 2*mean {
		t.Errorf("level %v, products like it sell %v", m, mean)
	}
	if q := got.Sum(14).Quantile(0.99); math.IsInf(q, 0) || math.IsNaN(q) || q > 1000*mean {
		t.Errorf("99 of 100: %v", q)
	}
}

// Against field mistake 4: a quiet day on the shelf counts as 0, an empty shelf as unknown.
func TestFieldMistake04EmptyShelfIsNotNoDemand(t *testing.T) {
	series := shop(smallShop.Simulate(3))
	masked := shop(smallShop.Simulate(3))
	for i := range masked {
		masked[i].Available = constant(150, 1)
		for d := range masked[i].Values {
			if (d+i)%9 < 3 { // three days of nine without goods
				masked[i].Values[d], masked[i].Available[d] = 0, 0
			}
		}
	}
	want, got := total(series), total(masked)
	if r := got / want; r < 0.95 || r > 1.05 {
		t.Errorf("with a third of the days unknown the forecast is %.3f of what it was", r)
	}
	for i := range masked {
		masked[i].Available = nil
	}
	if r := total(masked) / want; r > 0.8 {
		t.Errorf("with goods on the shelf the quiet days count: %.3f", r)
	}
}

func total(series []forecast.Series) float64 {
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
	sum := 0.0
	for _, s := range series {
		sum += pool.Forecast(s, 14).Sum(14).Mean()
	}
	return sum
}

// The quantiles of sums hold what they promise on panels whose truth is known: independent demand,
// and levels that drift, where the formula for independent periods is much too narrow.
func TestQuantilesOfSumsAreHonest(t *testing.T) {
	for name, panel := range map[string]forecasttest.Panel{
		"pieces":          {Items: 250, Periods: 154, Level: forecasttest.LogNormal(3, 0.8), Dispersion: 2, Whole: true},
		"drifting pieces": {Items: 250, Periods: 154, Level: forecasttest.LogNormal(12, 0.6), Dispersion: 2, Whole: true, Drift: 0.12},
		"weights":         {Items: 250, Periods: 154, Level: forecasttest.LogNormal(3, 0.8), Dispersion: 0.5},
	} {
		whole := panel.Simulate(4)
		past := make([][]float64, len(whole))
		for i := range whole {
			past[i] = whole[i][:140]
		}
		series := shop(past)
		pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
		for _, k := range []int{1, 7, 14} {
			var below, exact, n float64
			for i, s := range series {
				sold := 0.0
				for _, v := range whole[i][140 : 140+k] {
					sold += v
				}
				d := pool.Forecast(s, 14).Sum(k)
				q := d.Quantile(0.95)
				n++
				switch {
				case sold < q:
					below++
				case sold == q:
					exact++
				}
			}
			cover, strict := (below+exact)/n, (below+exact/2)/n
			if cover < 0.91 || strict > 0.985 {
				t.Errorf("%s, sums of %d: %.3f of the outcomes at or below the 95 %% quantile, %.3f with ties halved", name, k, cover, strict)
			}
		}
	}
}

func TestWeekdayProfileIsRecovered(t *testing.T) {
	truth := []float64{0.7, 0.8, 0.9, 1, 1.1, 1.6, 0.9} // Monday first, as the panel starts on one
	panel := forecasttest.Panel{Items: 60, Periods: 180, Level: forecasttest.LogNormal(8, 0.5), Dispersion: 2, Whole: true, Season: truth}
	series := shop(panel.Simulate(5))
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
	for i, want := range truth {
		if got := pool.Seasons.Shop[(i+1)%7]; math.Abs(got-want) > 0.05 {
			t.Errorf("day %d after Monday: factor %.3f, truth %.2f", i, got, want)
		}
	}
	f := pool.Forecast(series[0], 7)
	at := (5 + 7 - 180%7) % 7 // the strongest day of the panel within the forecast
	for k := range 7 {
		if k != at && f.Steps[k].Mean() >= f.Steps[at].Mean() {
			t.Errorf("step %d is above the strong day", k+1)
		}
	}
}

func TestFlatSeasonStaysFlat(t *testing.T) {
	panel := forecasttest.Panel{Items: 60, Periods: 180, Level: forecasttest.LogNormal(2, 0.5), Dispersion: 2, Whole: true}
	pool := forecast.Fit(shop(panel.Simulate(6)), forecast.Options{Freq: forecast.Day, Horizon: 14})
	for d, x := range pool.Seasons.Shop {
		if math.Abs(x-1) > 0.06 {
			t.Errorf("weekday %d of a shop without a weekly rhythm has factor %.3f", d, x)
		}
	}
}

func TestSameAnswerInAnyOrderOnAnyNumberOfWorkers(t *testing.T) {
	series := shop(smallShop.Simulate(7))
	first, _ := json.Marshal(forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14, Workers: 1}))
	shuffled := append([]forecast.Series(nil), series...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, workers := range []int{1, 2, 7} {
		got, _ := json.Marshal(forecast.Fit(shuffled, forecast.Options{Freq: forecast.Day, Horizon: 14, Workers: workers}))
		if string(got) != string(first) {
			t.Fatalf("%d workers, another order: another pool", workers)
		}
	}
	var back forecast.Pool
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14})
	for _, s := range series[:5] {
		a, b := pool.Forecast(s, 20), back.Forecast(s, 20)
		if a.Sum(20).Quantile(0.95) != b.Sum(20).Quantile(0.95) {
			t.Fatal("the stored pool answers differently")
		}
	}
}

func TestAnotherUnitScalesTheAnswer(t *testing.T) {
	panel := forecasttest.Panel{Items: 30, Periods: 100, Level: forecasttest.LogNormal(3, 1), Dispersion: 0.7}
	small, big := shop(panel.Simulate(8)), shop(panel.Simulate(8))
	for i := range big {
		for d := range big[i].Values {
			big[i].Values[d] *= 1024
		}
	}
	a := forecast.Fit(small, forecast.Options{Freq: forecast.Day, Horizon: 14})
	b := forecast.Fit(big, forecast.Options{Freq: forecast.Day, Horizon: 14})
	for i := range small {
		x, y := a.Forecast(small[i], 14).Sum(7), b.Forecast(big[i], 14).Sum(7)
		for _, p := range []float64{0.5, 0.95} {
			if math.Abs(y.Quantile(p)/1024-x.Quantile(p)) > 1e-3*x.Quantile(p) {
				t.Fatalf("item %d: %v in kilograms, %v in grams", i, x.Quantile(p), y.Quantile(p))
			}
		}
	}
}

// Whatever the history, the answer is finite, not negative and in order.
func TestOddHistories(t *testing.T) {
	base := shop(smallShop.Simulate(9))
	pools := []forecast.Pool{forecast.Fit(nil, forecast.Options{Freq: forecast.Day})}
	for _, f := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
		pools = append(pools, forecast.Fit(base, forecast.Options{Freq: f, Horizon: 14}))
	}
	value := rapid.OneOf(rapid.Just(0.0), rapid.Just(1e12), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Just(-4.0),
		rapid.Just(7.0), rapid.Float64Range(0, 9), rapid.Float64Range(0, 1e-12))
	rapid.Check(t, func(t *rapid.T) {
		s := forecast.Series{ID: "odd", Start: monday, Values: rapid.SliceOfN(value, 0, 80).Draw(t, "values")}
		if rapid.Bool().Draw(t, "with availability") {
			s.Available = rapid.SliceOfN(value, 0, 80).Draw(t, "available")
		}
		s.Form = forecast.Form(rapid.IntRange(0, 2).Draw(t, "form"))
		f := rapid.SampledFrom(pools).Draw(t, "pool").Forecast(s, rapid.IntRange(-1, 40).Draw(t, "horizon"))
		lastMean := 0.0
		for k := 1; k <= len(f.Steps)+10; k++ {
			ds := []forecast.Distribution{f.Sum(k), f.SumBetween(k/2, k)}
			if k <= len(f.Steps) {
				ds = append(ds, f.Steps[k-1])
			}
			for _, d := range ds {
				last := 0.0
				for _, p := range []float64{0.01, 0.5, 0.9, 0.99} {
					q := d.Quantile(p)
					if math.IsNaN(q) || math.IsInf(q, 0) || q < last {
						t.Fatalf("period %d: quantile %v = %v after %v", k, p, q, last)
					}
					last = q
				}
			}
			if m := f.Sum(k).Mean(); m < lastMean*(1-1e-9) {
				t.Fatalf("the mean of %d periods is %v, of one less %v", k, m, lastMean)
			} else {
				lastMean = m
			}
		}
	})
}

func TestFlags(t *testing.T) {
	pool := forecast.Fit(shop(smallShop.Simulate(10)), forecast.Options{Freq: forecast.Day, Horizon: 14})
	quiet := append(constant(60, 3), constant(60, 0)...)
	for _, c := range []struct {
		name string
		s    forecast.Series
		want forecast.Flag
	}{
		{"no history", forecast.Series{Start: monday}, forecast.Prior},
		{"never sold", forecast.Series{Start: monday, Values: constant(50, 0)}, forecast.Prior},
		{"one week", forecast.Series{Start: monday, Values: constant(7, 3)}, forecast.Short},
		{"gone quiet", forecast.Series{Start: monday, Values: quiet}, forecast.Dormant},
		{"often out", forecast.Series{Start: monday, Values: constant(60, 3), Available: constant(60, 0.5)}, forecast.Censored},
	} {
		if f := pool.Forecast(c.s, 7); !f.Has(c.want) {
			t.Errorf("%s: flags %v without %s", c.name, f.Flags, c.want)
		}
	}
	if f := pool.Forecast(forecast.Series{Start: monday, Values: constant(100, 3)}, 7); len(f.Flags) != 0 {
		t.Errorf("an ordinary history has flags %v", f.Flags)
	}
}

func TestSumsAreConsistent(t *testing.T) {
	series := shop(smallShop.Simulate(11))
	f := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14}).Forecast(series[3], 21)
	mean := 0.0
	for k, d := range f.Steps {
		mean += d.Mean()
		if k > 0 && f.Sum(k+1).Var() < f.Sum(k).Var() {
			t.Errorf("the total of %d periods is more certain than that of %d", k+1, k)
		}
		if got := f.Sum(k + 1).Mean(); math.Abs(got-mean) > 1e-9*mean {
			t.Errorf("the mean of %d periods is %v, of its parts %v", k+1, got, mean)
		}
	}
	if a, b := f.Sum(7).Mean()+f.SumBetween(7, 21).Mean(), f.Sum(21).Mean(); math.Abs(a-b) > 1e-9*b {
		t.Errorf("the parts of 21 periods have mean %v, all %v", a, b)
	}
	if a, b := f.Sum(28).Mean(), f.Sum(21).Mean()/3*4; math.Abs(a-b) > 1e-6*b {
		t.Errorf("beyond the horizon the mean is %v, not %v", a, b)
	}
	if f.First != monday.Add(150) || f.Freq != forecast.Day {
		t.Errorf("first period %v", f.First)
	}
}

func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		f           forecast.Freq
		date, first string
	}{
		{forecast.Day, "2026-02-17", "2026-02-17"},
		{forecast.Week, "2026-02-22", "2026-02-16"},
		{forecast.Week, "1999-12-31", "1999-12-27"},
		{forecast.Month, "2026-02-17", "2026-02-01"},
		{forecast.Month, "1999-12-31", "1999-12-01"},
	} {
		d, err := day.Parse(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.f.First(c.f.Number(d)); got.String() != c.first {
			t.Errorf("%s of %s begins on %s, not %s", c.f, c.date, got, c.first)
		}
		if got := c.f.Number(c.f.First(c.f.Number(d) + 1)); got != c.f.Number(d)+1 {
			t.Errorf("%s after %s is number %d", c.f, c.date, got)
		}
	}
	if _, err := forecast.ParseFreq("hour"); err == nil {
		t.Error("hours are no period")
	}
}
