package forecast_test

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/forecasttest"
)

// festiveShop is a shop over two and a half years that sells more on Saturdays, twice as much in the
// week before the spring festival, half as much again in promotions, more when the price is cut and
// in winter, with shelves that are sometimes empty.
func festiveShop() []forecast.Series {
	first := day.New(2023, 8, 7)
	panel := forecasttest.Panel{
		Items: 25, Periods: 900, Level: forecasttest.LogNormal(20, 0.5), Dispersion: 1.5, Whole: true,
		Season: []float64{0.9, 0.9, 0.9, 1, 1, 1.4, 0.9},
	}
	series := shop(panel.Simulate(31))
	for i := range series {
		s := &series[i]
		s.Start = first
		s.Category = []string{"fruit", "drinks"}[i%2]
		s.Form = forecast.Weighed
		s.Available, s.Promo, s.Price = constant(900, 1), make([]float64, 910), constant(910, 8)
		for t := range s.Values {
			d := first.Add(t)
			if away := int(day.Next(day.SpringFestival, d) - d); away > 0 && away <= 7 {
				s.Values[t] *= 2
			}
			if (t/5+i)%9 == 0 {
				s.Promo[t] = 1
				s.Values[t] *= 1.5
			}
			if (t/4+i)%10 == 3 {
				s.Price[t] = 6.4
				s.Values[t] *= math.Pow(8/6.4, 2)
			}
			s.Values[t] *= 1 + 0.4*math.Cos(2*math.Pi*float64(int(d)%365)/365)
			if (t+i)%13 == 0 {
				s.Available[t], s.Values[t] = 0.5, s.Values[t]/2
			}
		}
		for t := 903; t < 906; t++ {
			s.Promo[t] = 1
		}
		for t := 907; t < 910; t++ {
			s.Price[t] = 6.4
		}
	}
	return series
}

// multiplied checks that the parts of an explanation make the means of the forecast.
func multiplied(t *testing.T, x forecast.Explanation, f forecast.Forecast) {
	t.Helper()
	same := func(what string, got, want float64) {
		if !(math.Abs(got-want) <= 1e-9*math.Max(math.Abs(want), 1e-300)) {
			t.Fatalf("%s: %s is %v, the forecast has %v", x.Item, what, got, want)
		}
	}
	level := 0.0
	for i, m := range x.Members {
		same(m.Name, m.Part, m.Weight*m.Level)
		level += m.Part
		if i > 0 && m.Part > x.Members[i-1].Part {
			t.Fatalf("%s: the parts %v do not fall", x.Item, x.Members)
		}
	}
	same("the sum of the members", level, x.Level)
	if len(x.Steps) != len(f.Steps) {
		t.Fatalf("%d steps of %d", len(x.Steps), len(f.Steps))
	}
	for k, step := range x.Steps {
		same(fmt.Sprintf("step %d", k), x.Level*x.Trend*step.Season*step.Festival*step.Promotion*step.Price*step.Yearly, f.Steps[k].Mean())
		same("its mean", step.Mean, f.Steps[k].Mean())
		festival := 1.0
		for _, part := range x.Feasts {
			festival *= part.Factors[k]
		}
		same(fmt.Sprintf("the festivals of step %d", k), festival, step.Festival)
	}
	same("the source of the noise", x.Spread.Own+x.Spread.Category+x.Spread.Shop, 1)
	same("the parts of the variance", x.Spread.Periodic+x.Spread.Chance+x.Spread.Doubt+x.Spread.Dispute, 1)
	same("what was wanted", x.Correction.Wanted, x.Correction.Sold*x.Correction.Factor)
}

func TestExplanationMultipliesToTheMean(t *testing.T) {
	series := festiveShop()
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 14, Models: []string{"ses0.08", "average28", "tsb"}})
	s := series[3]
	f := pool.Forecast(s, 40)
	x := pool.Explain(s, f)
	multiplied(t, x, f)
	if x.Freq != "day" || x.First.Date != s.Start.Add(900) || x.Category != "drinks" {
		t.Errorf("%s, first %s, category %s", x.Freq, x.First, x.Category)
	}
	if r := x.Season[6] / x.Season[1]; r < 1.3 || r > 1.8 {
		t.Errorf("Saturdays are %.2f of Mondays, the truth is 1.56", r)
	}
	if x.Promotion < 1.25 || x.Promotion > 1.75 || x.Steps[4].Promotion < x.Steps[1].Promotion+0.1 || math.Abs(x.Steps[4].Promotion-x.Promotion) > 1e-12 {
		t.Errorf("promotions have the factor %v; planned for step 4: %v", x.Promotion, x.Steps[4].Promotion)
	}
	if x.Elasticity < 1.2 || x.Elasticity > 2.8 || x.Steps[8].Price < 1.2 || math.Abs(x.Steps[8].Price-math.Pow(8/6.4, x.Elasticity)) > 0.15 {
		t.Errorf("elasticity %v; the price planned for step 8 makes %v", x.Elasticity, x.Steps[8].Price)
	}
	if c := x.Correction; c.Factor < 1.01 || c.Factor > 1.1 || c.Hidden < 0.005 || c.Hidden > 0.1 {
		t.Errorf("correction %+v", c)
	}
	if r := x.Level / x.Before; x.Span != 28 || r < 0.7 || r > 1.4 {
		t.Errorf("four weeks ago %v, now %v", x.Before, x.Level)
	}
	if x.Prior.Source != forecast.SourceCategory || x.Prior.Reason != "" || x.Prior.Share > 0.05 || x.Spread.Own < 0.7 {
		t.Errorf("a long history: %+v, %+v", x.Prior, x.Spread)
	}
	found := false
	for _, part := range x.Feasts {
		found = found || part.Festival == day.SpringFestival && part.Usual > 1.5 && part.Date.Date == day.SpringFestivalOf(2026) && part.Strong.Date < part.Date.Date
	}
	if !found {
		t.Errorf("the spring festival within 40 days of %s is not named: %+v", x.First, x.Feasts)
	}
	text, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	var back forecast.Explanation
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, x) {
		t.Errorf("JSON changed it (%v):\n%s", err, text)
	}
}

// Whatever the periods and the history, the parts make the mean, and a prior says why.
func TestExplanationOfOddHistories(t *testing.T) {
	for _, freq := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
		series := shop(smallShop.Simulate(9))
		for i := range series {
			series[i].Category = "fruit"
		}
		pool := forecast.Fit(series, forecast.Options{Freq: freq, Horizon: 6})
		for _, c := range []struct {
			name   string
			s      forecast.Series
			reason string
		}{
			{"ordinary", series[2], ""},
			{"nothing", forecast.Series{Start: monday, Category: "fruit"}, forecast.ReasonUnseen},
			{"never there", forecast.Series{Start: monday, Values: constant(30, 0), Available: constant(30, 0)}, forecast.ReasonUnseen},
			{"never sold", forecast.Series{Start: monday, Values: constant(30, 0), Category: "fruit"}, forecast.ReasonUnsold},
			{"one period", forecast.Series{Start: monday, Values: constant(1, 4)}, forecast.ReasonTooShort},
			{"constant", forecast.Series{Start: monday, Values: constant(90, 4)}, ""},
			{"broken", forecast.Series{Start: monday, Values: []float64{math.NaN(), 3, math.Inf(1), -2, 1e12}}, ""},
		} {
			f := pool.Forecast(c.s, 6)
			x := pool.Explain(c.s, f)
			multiplied(t, x, f)
			if x.Prior.Reason != c.reason || (x.Prior.Reason != "") != f.Has(forecast.Prior) {
				t.Errorf("%s, %s: reason %q, flags %v", freq, c.name, x.Prior.Reason, f.Flags)
			}
			want := forecast.SourceShop
			if c.s.Category == "fruit" {
				want = forecast.SourceCategory
			}
			if x.Prior.Source != want {
				t.Errorf("%s, %s: the prior is from %s", freq, c.name, x.Prior.Source)
			}
			if _, err := json.Marshal(x); err != nil {
				t.Errorf("%s, %s: %v", freq, c.name, err)
			}
		}
	}
	var empty forecast.Pool
	f := empty.Forecast(forecast.Series{Start: monday}, 3)
	if x := empty.Explain(forecast.Series{Start: monday}, f); x.Prior.Source != forecast.SourceNothing || x.Prior.Share != 1 {
		t.Errorf("a pool that learned nothing: %+v", x.Prior)
	}
}

// What is known now is not changed by saying what it is made of, and Before is the past's own word.
func TestExplanationLooksNowhereElse(t *testing.T) {
	series := shop(smallShop.Simulate(12))
	pool := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 7, Models: []string{"ses0.2", "average7"}})
	s := series[5]
	early := s
	early.Values = s.Values[:len(s.Values)-28]
	x := pool.Explain(s, pool.Forecast(s, 7))
	if want := pool.Forecast(early, 7).Parts.Level; x.Before != want {
		t.Errorf("28 days ago %v, the explanation says %v", want, x.Before)
	}
}
