package table_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

func explained(t *testing.T, o table.Options, in, item string, asJSON bool) string {
	t.Helper()
	var out bytes.Buffer
	if err := table.Explain(o, strings.NewReader(in), item, asJSON, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExplainInWords(t *testing.T) {
	in := text(busy(12, 90, 7))
	o := table.Options{Freq: forecast.Day, Horizon: 9, Models: few(forecast.Day)}
	got := explained(t, o, in, "item 03", false)
	for _, want := range append([]string{
		"item 03: ", "per day on average over 9 days from 2026-04-05", "Level: ", "28 days ago it was ", "Trend of the whole shop: ×",
		"Season: Sunday ×", "Promotions: none learned", "Price: no effect learned", "Empty shelves: of late ", "Spread: a normal day is off by ",
		"level × trend × season × festival × promotion × price × time of the year", "\n2026-04-13 ",
	}, o.Models...) {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	for item, words := range map[string]string{
		"never":    "it was never on the shelf",
		"new":      "hardly one day long",
		"unsold":   "it has never sold",
		"short":    "fewer than 16 days",
		"sleeping": "not sold for a long time",
	} {
		more := in + map[string]string{
			"never":    "never,2026-04-03,0,0\nnever,2026-04-04,0,0\n",
			"new":      "new,2026-04-04,3,1\n",
			"unsold":   "unsold,2026-02-01,0,1\n",
			"short":    "short,2026-03-28,3,1\nshort,2026-03-30,3,1\n",
			"sleeping": "sleeping,2026-01-05,3,1\nsleeping,2026-01-07,3,1\n",
		}[item]
		if got := explained(t, o, more, item, false); !strings.Contains(got, words) {
			t.Errorf("%s: %q is not in\n%s", item, words, got)
		}
	}
	weeks := explained(t, table.Options{Freq: forecast.Week, Horizon: 3, Models: few(forecast.Week)}, in, "item 03", false)
	if !strings.Contains(weeks, "per week on average over 3 weeks") || !strings.Contains(weeks, "Season: none learned") {
		t.Errorf("weeks:\n%s", weeks)
	}
}

// What a product that never sold goes by is said with the price that it is asked for.
func TestExplainNamesTheBandOfPrice(t *testing.T) {
	in := "item,date,quantity,price\n"
	for i := range 15 {
		for d := range 40 {
			in += fmt.Sprintf("tea %02d,%s,%d,%d\n", i, day.New(2026, 1, 5).Add(d), 60/(i+2)+d%3, 5*(i+2))
		}
	}
	in += "tea new,2026-02-12,0,85\n"
	got := explained(t, table.Options{Freq: forecast.Day, Horizon: 5, Models: few(forecast.Day)}, in, "tea new", false)
	if !strings.Contains(got, "at a high price for its kind") {
		t.Errorf("what it goes by:\n%s", got)
	}
}

func TestExplainAsData(t *testing.T) {
	in := text(busy(12, 90, 7))
	o := table.Options{Freq: forecast.Day, Horizon: 5, Models: few(forecast.Day)}
	var x forecast.Explanation
	if err := json.Unmarshal([]byte(explained(t, o, in, "item 03", true)), &x); err != nil {
		t.Fatal(err)
	}
	if x.Item != "item 03" || x.Freq != "day" || x.First.String() != "2026-04-05" || len(x.Steps) != 5 || len(x.Members) != 2 {
		t.Errorf("%+v", x)
	}
	series, err := table.Read(strings.NewReader(in), forecast.Day)
	if err != nil {
		t.Fatal(err)
	}
	f := forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: 5, Models: o.Models}).Forecast(series[3], 5)
	for k, step := range x.Steps {
		want := f.Steps[k].Mean()
		if got := x.Level * x.Trend * step.Season * step.Festival * step.Promotion * step.Price * step.Yearly; math.Abs(got-want) > 1e-9*want || step.Mean != want {
			t.Errorf("step %d: the parts make %v, the forecast says %v", k, got, want)
		}
	}
}

func TestExplainRefuses(t *testing.T) {
	in := text(busy(3, 30, 7))
	for name, c := range map[string]struct {
		o        table.Options
		in, item string
		want     string
	}{
		"unknown item":   {table.Options{Horizon: 3}, in, "nowhere", `the item "nowhere" has no row`},
		"no horizon":     {table.Options{}, in, "item 00", "horizon"},
		"unknown method": {table.Options{Horizon: 3, Models: []string{"x"}}, in, "item 00", "no method"},
		"no table":       {table.Options{Horizon: 3}, "", "item 00", "empty"},
	} {
		var out bytes.Buffer
		if err := table.Explain(c.o, strings.NewReader(c.in), c.item, true, &out); err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, %q", name, err, out.String())
		}
	}
}
