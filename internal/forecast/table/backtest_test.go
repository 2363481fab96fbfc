package table_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/score"
	"buhuo/internal/forecast/table"
)

// row is a line of a made-up table.
type row struct {
	item      string
	day       int
	quantity  float64
	available string
}

// busy makes a shop of items over days from 2026-01-05 on; some days of some items have an empty shelf.
func busy(items, days int, seed uint64) []row {
	rng := rand.New(rand.NewPCG(seed, 1))
	var out []row
	for i := range items {
		for d := range days {
			available := "1"
			if (d+i)%11 == 0 {
				available = "0.5"
			}
			out = append(out, row{fmt.Sprintf("item %02d", i), d, math.Floor(float64(3+i%4) * 2 * rng.Float64()), available})
		}
	}
	return out
}

func text(rows []row) string {
	first := day.New(2026, 1, 5)
	var b strings.Builder
	b.WriteString("item,date,quantity,available\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "%s,%s,%g,%s\n", r.item, first.Add(r.day), r.quantity, r.available)
	}
	return b.String()
}

// few are two models, so that tests are quick.
func few(f forecast.Freq) []string { return forecast.Names(f)[:2] }

func tried(t testing.TB, b table.Backtest, in, items string) table.Report {
	t.Helper()
	var list *strings.Reader
	r, err := b.Run(strings.NewReader(in), nil)
	if items != "" {
		list = strings.NewReader(items)
		r, err = b.Run(strings.NewReader(in), list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func named(t testing.TB, r table.Report, name string) table.Judged {
	t.Helper()
	for _, m := range r.Methods {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("no method %q in %d methods", name, len(r.Methods))
	return table.Judged{}
}

// A backtest is what a person would do by hand: cut the file, forecast from what is left with
// buhuo forecast, and judge by what was cut off.
func TestBacktestByHand(t *testing.T) {
	rows := busy(12, 75, 1)
	o := table.Options{Freq: forecast.Day, Horizon: 6, Models: few(forecast.Day)}
	got := tried(t, table.Backtest{Options: o, Protection: 3, Cuts: 2}, text(rows), "")
	if len(got.Cuts) != 2 || got.Cuts[0].Date.String() != "2026-03-08" || got.Cuts[1].Date.String() != "2026-03-14" || got.Cuts[0].Items != 12 {
		t.Fatalf("cuts %v", got.Cuts)
	}
	records := named(t, got, "combination").Records
	if len(records) != 24 {
		t.Fatalf("%d records", len(records))
	}
	for n, last := range []int{62, 68} {
		known := slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.day > last })
		var steps, sums bytes.Buffer
		if err := table.Run(o, strings.NewReader(text(known)), nil, &steps, &sums); err != nil {
			t.Fatal(err)
		}
		for i := range 12 {
			trial := score.Trial{Item: fmt.Sprintf("item %02d", i), Cut: got.Cuts[n].Date.String()}
			for _, r := range rows {
				switch {
				case r.item != trial.Item:
				case r.day <= last:
					trial.History = append(trial.History, r.quantity)
				case r.day <= last+6:
					trial.Actual = append(trial.Actual, r.quantity)
					trial.InStock = append(trial.InStock, r.available == "1")
				}
			}
			trial.Steps, trial.Sums = predictions(t, steps.String(), trial.Item), predictions(t, sums.String(), trial.Item)
			want, err := score.Judge(trial, 3)
			if err != nil {
				t.Fatal(err)
			}
			have := records[12*n+i]
			if have.Item != want.Item || have.Cut != want.Cut || have.Shelf != want.Shelf {
				t.Fatalf("record of %s at %s, want %s at %s", have.Item, have.Cut, want.Item, want.Cut)
			}
			alike(t, have.All, want.All)
			alike(t, have.InStock, want.InStock)
		}
	}
}

// alike compares measures to the digits that a table of forecasts has.
func alike(t *testing.T, a, b score.Measures) {
	t.Helper()
	for _, pair := range [][2]float64{
		{float64(a.Steps), float64(b.Steps)}, {a.RMSSE, b.RMSSE}, {a.MASE, b.MASE}, {a.AbsError, b.AbsError}, {a.Error, b.Error}, {a.Sold, b.Sold}, {a.SPL, b.SPL}, {a.LSPL, b.LSPL},
		{a.Hit[0], b.Hit[0]}, {a.Hit[1], b.Hit[1]}, {a.Hit[2], b.Hit[2]}, {a.Hit[3], b.Hit[3]}, {a.Fair[0], b.Fair[0]}, {a.Fair[2], b.Fair[2]},
	} {
		if math.IsNaN(pair[0]) != math.IsNaN(pair[1]) || math.Abs(pair[0]-pair[1]) > 1e-7*math.Max(1, math.Abs(pair[1])) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	}
}

// predictions reads one item's lines of a table of forecasts.
func predictions(t *testing.T, text, item string) (out []score.Prediction) {
	t.Helper()
	lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if line[0] != item {
			continue
		}
		var p score.Prediction
		for i, cell := range line[2:] {
			x, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				p.Mean = x
			} else {
				p.Quantiles[i-1] = x
			}
		}
		out = append(out, p)
	}
	return out
}

// What happens after a cut's horizon does not change its figures, what happens inside it does.
func TestBacktestNeverLooksAhead(t *testing.T) {
	rows := busy(10, 80, 2)
	b := table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 7, Models: few(forecast.Day)}, Origins: []int{21, 7}}
	before := tried(t, b, text(rows), "")
	at := func(r table.Report, cut int) (out []score.Record) {
		for _, m := range r.Methods {
			for _, record := range m.Records {
				if record.Cut == r.Cuts[cut].Date.String() {
					record.Item = m.Name + "/" + record.Item
					out = append(out, record)
				}
			}
		}
		slices.SortFunc(out, func(x, y score.Record) int { return strings.Compare(x.Item, y.Item) })
		return out
	}
	rng := rand.New(rand.NewPCG(8, 9))
	for range 3 {
		changed := slices.Clone(rows)
		for i := range changed {
			if changed[i].day > 79-21+7 && rng.IntN(3) == 0 { // after the first cut's horizon
				changed[i].quantity = 500 * rng.Float64()
				changed[i].available = []string{"0", "0.3", "1"}[rng.IntN(3)]
			}
		}
		if fmt.Sprint(at(before, 0)) != fmt.Sprint(at(tried(t, b, text(changed), ""), 0)) {
			t.Fatal("rows after the horizon of the first cut changed its figures")
		}
	}
	rows[79].quantity += 1000 // the last day of the first item: in the last cut's horizon only
	after := tried(t, b, text(rows), "")
	if fmt.Sprint(at(before, 0)) != fmt.Sprint(at(after, 0)) || fmt.Sprint(at(before, 1)) == fmt.Sprint(at(after, 1)) {
		t.Error("a thousand sold on the last day must change the last cut's figures, and no other's")
	}
}

// The order of rows and the number of goroutines change nothing; nor does a second run.
func TestBacktestInAnyOrder(t *testing.T) {
	rows := busy(9, 60, 3)
	b := table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 5, Models: few(forecast.Day), Workers: 1}, Cuts: 2}
	want := written(t, tried(t, b, text(rows), ""))
	shuffled := slices.Clone(rows)
	rand.New(rand.NewPCG(5, 5)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	for _, workers := range []int{0, 3} {
		b.Workers = workers
		if got := written(t, tried(t, b, text(shuffled), "")); got != want {
			t.Errorf("%d workers, another order:\n%s\n%s", workers, got, want)
		}
	}
}

func written(t testing.TB, r table.Report) string {
	t.Helper()
	var a, b bytes.Buffer
	if err := r.CSV(&a); err != nil {
		t.Fatal(err)
	}
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	return a.String() + b.String()
}

// Items are judged where they had 16 periods, two sales and one of them lately; items of a list only.
func TestBacktestChoosesItems(t *testing.T) {
	var rows []row
	add := func(item string, days ...int) {
		for _, d := range days {
			rows = append(rows, row{item, d, 2, "1"})
		}
	}
	cut := 90
	add("always", 0, 30, 60, 80, cut, cut+3, cut+7)
	add("16 days", cut-15, cut-5)
	add("15 days", cut-14, cut-5)
	add("one sale", cut-20)
	add("27 days ago", 5, cut-27)
	add("28 days ago", 5, cut-28)
	add("only later", cut+1, cut+2)
	b := table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 7, Models: few(forecast.Day)}, Cuts: 1}
	var got []string
	for _, r := range named(t, tried(t, b, text(rows), ""), "mean28").Records {
		got = append(got, r.Item)
	}
	if !reflect.DeepEqual(got, []string{"16 days", "27 days ago", "always"}) {
		t.Errorf("judged: %q", got)
	}
	if r := tried(t, b, text(rows), "item\nalways\n15 days\n"); r.Cuts[0].Items != 1 || named(t, r, "mean28").Records[0].Item != "always" {
		t.Errorf("of the list: %+v", r.Cuts)
	}
}

// A cut lies on a day with a row; half a week at the end is no week to be judged by.
func TestBacktestCuts(t *testing.T) {
	var rows []row
	for d := range 150 {
		if d%7 != 6 { // closed on Sundays
			rows = append(rows, row{"a", d, float64(2 + d%3), "1"})
		}
	}
	o := table.Options{Freq: forecast.Day, Horizon: 3, Models: few(forecast.Day)}
	r := tried(t, table.Backtest{Options: o, Origins: []int{3, 4, 3}}, text(rows), "")
	var dates []string
	for _, c := range r.Cuts {
		dates = append(dates, c.Date.String())
	}
	// the table ends on 2026-06-03, a Wednesday; 3 days before is a Sunday, so is one cut with the Saturday
	if !reflect.DeepEqual(dates, []string{"2026-05-30"}) {
		t.Errorf("cuts %v", dates)
	}
	o.Freq, o.Horizon = forecast.Week, 2
	o.Models = few(forecast.Week)
	r = tried(t, table.Backtest{Options: o, Cuts: 1}, text(rows), "")
	if d := r.Cuts[0].Date.String(); d != "2026-05-11" { // judged by the weeks of 18 and 25 May
		t.Errorf("weeks: cut %s", d)
	}
	if sold := named(t, r, "mean28").Records[0].All.Sold; sold != 2*18 && math.Abs(sold-36) > 2 {
		t.Errorf("two weeks of six days sold %v", sold)
	}
	usual := tried(t, table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 40, Models: few(forecast.Day)}}, text(rows), "")
	if len(usual.Cuts) != 3 || usual.Protection != 20 {
		t.Errorf("%d cuts fit into 150 days of 40; protection %d", len(usual.Cuts), usual.Protection)
	}
}

func TestBacktestRefusals(t *testing.T) {
	rows := text(busy(3, 60, 4))
	o := table.Options{Freq: forecast.Day, Horizon: 7, Models: few(forecast.Day)}
	for name, c := range map[string]struct {
		b           table.Backtest
		items, want string
	}{
		"no horizon":        {table.Backtest{}, "", "horizon"},
		"L beyond":          {table.Backtest{Options: o, Protection: 8}, "", "protection period of 8 does not fit into the horizon of 7"},
		"negative L":        {table.Backtest{Options: o, Protection: -1}, "", "protection"},
		"negative cuts":     {table.Backtest{Options: o, Cuts: -1}, "", "cuts"},
		"a million cuts":    {table.Backtest{Options: o, Cuts: 1 << 20}, "", "cuts"},
		"more than fit":     {table.Backtest{Options: o, Cuts: 9}, "", "room for 6 cuts"},
		"both":              {table.Backtest{Options: o, Cuts: 1, Origins: []int{7}}, "", "either"},
		"origin in horizon": {table.Backtest{Options: o, Origins: []int{6}}, "", "room for the horizon"},
		"origin too early":  {table.Backtest{Options: o, Origins: []int{7, 50}}, "", "50 periods before the end"},
		"origin before all": {table.Backtest{Options: o, Origins: []int{5000}}, "", "5000 periods before the end"},
		"too short":         {table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 50, Models: o.Models}}, "", "too short for a backtest"},
		"weeks too short":   {table.Backtest{Options: table.Options{Freq: forecast.Week, Horizon: 2}}, "", "too short for a backtest"},
		"unknown method":    {table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 7, Models: []string{"magic"}}}, "", `no method "magic"`},
		"unknown item":      {table.Backtest{Options: o}, "item\nnowhere\n", `"nowhere"`},
		"no such list":      {table.Backtest{Options: o}, "name\nx\n", "list of items"},
		"nothing listed":    {table.Backtest{Options: o}, "item\n", "too short"},
	} {
		var err error
		if c.items == "" {
			_, err = c.b.Run(strings.NewReader(rows), nil)
		} else {
			_, err = c.b.Run(strings.NewReader(rows), strings.NewReader(c.items))
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (table.Backtest{Options: o}).Run(strings.NewReader("item,date\n"), nil); err == nil {
		t.Error("a table without quantities was tried")
	}
}

// All methods are there: the combination, each model alone, two that anyone has; the progress tells
// of each step, the table of each method.
func TestBacktestShowsEveryMethod(t *testing.T) {
	var progress bytes.Buffer
	b := table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 5}, Cuts: 1, Progress: &progress}
	r := tried(t, b, text(busy(8, 60, 5)), "")
	want := append([]string{"combination", "without_global", "without_festivals", "seasonal_naive", "mean28"}, forecast.Names(forecast.Day)...)
	want = slices.DeleteFunc(want, func(name string) bool { return !forecast.Alone(name) })
	var got []string
	for i, m := range r.Methods {
		got = append(got, m.Name)
		if i > 0 && score.Summarise(r.Methods[i-1].Records).LSPL > score.Summarise(m.Records).LSPL {
			t.Errorf("%s comes after %s", m.Name, r.Methods[i-1].Name)
		}
		if len(m.Records) != 8 {
			t.Errorf("%s has %d records", m.Name, len(m.Records))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("methods %v, want %v", got, want)
	}
	if n := strings.Count(progress.String(), "cut 1 of 1 (2026-02-28), 8 items: "); n < len(forecast.Names(forecast.Day)) {
		t.Errorf("progress:\n%s", &progress)
	}
	var out bytes.Buffer
	if err := r.CSV(&out); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(lines) != 1+2*len(want) { // all periods, and those in stock
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	for _, name := range []string{"method", "kind", "shelf", "n", "lspl", "cov0.5", "cov0.9", "cov0.95", "cov0.99", "fair0.95", "bias", "rmsse", "ratio", "low", "high"} {
		if !slices.Contains(lines[0], name) {
			t.Errorf("no column %s in %v", name, lines[0])
		}
	}
	out.Reset()
	if err := r.Text(&out); err != nil {
		t.Fatal(err)
	}
	for _, name := range want {
		if strings.Count(out.String(), "\n"+name+" ") != 2 {
			t.Errorf("%s is not twice in\n%s", name, &out)
		}
	}
}

// The methods to compare with, by hand.
func TestPlainMethodsByHand(t *testing.T) {
	// 28 days of the weekly pattern 0 1 2 3 4 5 6, then three days more of it
	var rows []row
	for d := range 45 {
		rows = append(rows, row{"a", d, float64(d % 7), "1"})
	}
	b := table.Backtest{Options: table.Options{Freq: forecast.Day, Horizon: 7, Models: few(forecast.Day)}, Cuts: 1, Protection: 7}
	r := tried(t, b, text(rows), "")
	naive := named(t, r, "seasonal_naive").Records[0].All
	// no error at all: as narrow as whole numbers can be, a Poisson with mean 21, whose quantiles are
	// 21, 27, 29 and 32
	changes, n := 0.0, 0.0
	for d := 2; d <= 37; d++ { // from the first sale, on day 1
		changes += math.Abs(float64(d%7 - (d-1)%7))
		n++
	}
	s := changes / n
	if want := (0.1*6 + 0.05*8 + 0.01*11) / 4 / (7 * s); naive.AbsError != 0 || naive.RMSSE != 0 || math.Abs(naive.LSPL-want) > 1e-12 {
		t.Errorf("seasonal naive: %+v, L-SPL by hand %v", naive, want)
	}
	moving := named(t, r, "mean28").Records[0].All
	// the mean of four whole weeks is 3: errors 3 2 1 0 1 2 3
	if math.Abs(moving.AbsError-12) > 1e-9 || math.Abs(moving.MASE-12.0/7/s) > 1e-9 || moving.Error > 1e-9 {
		t.Errorf("mean of 28: %+v", moving)
	}
}

func TestParseModels(t *testing.T) {
	names := forecast.Names(forecast.Week)
	got, err := table.ParseModels(" "+names[1]+","+names[0]+","+names[1], forecast.Week)
	if err != nil || !slices.Equal(got, []string{names[1], names[0]}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := table.ParseModels("", forecast.Day); got != nil || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	for list, want := range map[string]string{"magic": `no method "magic"`, ",": `no method ""`, "global": "only corrects others", names[0] + ",": `no method ""`} {
		_, err := table.ParseModels(list, forecast.Week)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), strings.Join(names, ", ")) {
			t.Errorf("%q: %v", list, err)
		}
	}
}

// A forecast by one method is that method's: its level alone decides the mean.
func TestRunWithOneMethod(t *testing.T) {
	in := text(busy(6, 60, 6))
	outputs := map[string]bool{}
	for _, models := range [][]string{nil, few(forecast.Day)[:1], few(forecast.Day)[1:]} {
		var steps bytes.Buffer
		if err := table.Run(table.Options{Freq: forecast.Day, Horizon: 3, Models: models}, strings.NewReader(in), nil, &steps, nil); err != nil {
			t.Fatal(err)
		}
		outputs[steps.String()] = true
	}
	if len(outputs) != 3 {
		t.Errorf("%d different forecasts of three choices of methods", len(outputs))
	}
}

// Whatever the table, a backtest ends with a report or a sentence.
func FuzzBacktest(f *testing.F) {
	f.Add([]byte(text(busy(1, 20, 9))), uint8(0), uint8(2))
	f.Add([]byte("item,date,quantity,available\na,2026-01-01,1e15,0.5\na,2026-01-29,1e-9,\nb,2026-01-30,-4,0\n"), uint8(1), uint8(1))
	f.Add([]byte("item,date,quantity\na,2020-01-01,1\na,2021-01-01,3\na,2022-04-01,3\n"), uint8(2), uint8(3))
	f.Fuzz(func(t *testing.T, data []byte, freq, horizon uint8) {
		o := table.Options{Freq: forecast.Freq(freq % 3), Horizon: int(horizon%5) + 1}
		o.Models = few(o.Freq)[:1]
		r, err := table.Backtest{Options: o, Cuts: 1}.Run(bytes.NewReader(data), nil)
		if err != nil {
			if strings.Contains(err.Error(), "not a finite amount") || strings.Contains(err.Error(), "fall from") {
				t.Fatal(err)
			}
			return
		}
		var out bytes.Buffer
		if err := r.CSV(&out); err != nil || strings.Contains(out.String(), "NaN") || strings.Contains(out.String(), "Inf") {
			t.Fatalf("%v:\n%s", err, &out)
		}
	})
}
