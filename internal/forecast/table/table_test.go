package table_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

func date(t *testing.T, s string) day.Date {
	t.Helper()
	d, err := day.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(t *testing.T, text string, f forecast.Freq) map[string]forecast.Series {
	t.Helper()
	series, err := table.Read(strings.NewReader(text), f)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]forecast.Series{}
	for _, s := range series {
		out[s.ID] = s
	}
	return out
}

func equal(a, b []float64) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-12 {
			return false
		}
	}
	return true
}

func TestReadDays(t *testing.T) {
	got := read(t, "\ufeffcategory,quantity,available,date,item\n"+
		"fruit,2,1,2026-01-02,枣\nfruit,1.5,,2026-01-02,枣\nfruit,4,0.5,2026/1/4,枣\n"+
		",-3,1,2026-01-03,oil\n,5,1,2026-01-05,oil\n,0,0,2026-01-06,oil\n", forecast.Day)
	s := got["枣"]
	if s.Start != date(t, "2026-01-02") || s.Category != "fruit" || !equal(s.Values, []float64{3.5, 0, 4, 0, 0}) ||
		!equal(s.Available, []float64{1, 1, 0.5, 1, 1}) {
		t.Errorf("枣: %+v", s)
	}
	s = got["oil"]
	if s.Start != date(t, "2026-01-03") || !equal(s.Values, []float64{0, 0, 5, 0}) || !equal(s.Available, []float64{1, 1, 1, 0}) {
		t.Errorf("oil: %+v", s)
	}
}

// Rows finer than the period are added up; returns reduce their period, which never falls below 0.
func TestReadWeeksAndMonths(t *testing.T) {
	text := "item,date,quantity\na,2026-01-05,3\na,2026-01-11,4\na,2026-01-12,-9\na,2026-01-14,2\na,2026-01-25,1\n"
	if s := read(t, text, forecast.Week)["a"]; s.Start != date(t, "2026-01-05") || !equal(s.Values, []float64{7, 0, 1}) || s.Available != nil && !equal(s.Available, []float64{1, 1, 1}) {
		t.Errorf("weeks: %+v", s)
	}
	if s := read(t, "item,date,quantity\na,2026-01-01,3\na,2026-02-01,4\na,2026-04-01,5\n", forecast.Month)["a"]; !equal(s.Values, []float64{3, 4, 0, 5}) || s.Available != nil {
		t.Errorf("months: %+v", s)
	}
}

// Against field mistake 11: 13 months of sales divided by 12. The first and the last period count for the
// days that the rows speak of.
func TestFieldMistake11PartialPeriods(t *testing.T) {
	var text strings.Builder
	text.WriteString("item,date,quantity\n")
	for d := date(t, "2025-01-17"); d <= date(t, "2026-02-10"); d++ {
		fmt.Fprintf(&text, "a,%s,2\n", d)
	}
	s := read(t, text.String(), forecast.Month)["a"]
	if len(s.Values) != 14 || math.Abs(s.Available[0]-15.0/31) > 1e-12 || math.Abs(s.Available[13]-10.0/28) > 1e-12 || s.Available[5] != 1 {
		t.Fatalf("%d months, available %v", len(s.Values), s.Available)
	}
	f := forecast.Fit([]forecast.Series{s}, forecast.Options{Freq: forecast.Month, Horizon: 6}).Forecast(s, 1)
	if m := f.Sum(1).Mean(); m < 56 || m > 65 {
		t.Errorf("2 a day make %v a month", m)
	}
	w := read(t, text.String(), forecast.Week)["a"]
	if n := len(w.Values); math.Abs(w.Available[0]-3.0/7) > 1e-12 || math.Abs(w.Available[n-1]-2.0/7) > 1e-12 {
		t.Errorf("weeks: available %v and %v", w.Available[0], w.Available[n-1])
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"only a header", "item,date,quantity\n", "no row of sales"},
		{"products given as sales", "item,name,unit\n1,枣,kg\n", `no column "date"`},
		{"column twice", "item,date,quantity,date\n", "twice"},
		{"a word", "item,date,quantity\na,2026-01-01,1\na,2026-01-02,many\n", `line 3: the quantity "many" is not a number`},
		{"NaN", "item,date,quantity\na,2026-01-01,NaN\n", "line 2"},
		{"infinite", "item,date,quantity\na,2026-01-01,1e999\n", "line 2"},
		{"hexadecimal", "item,date,quantity\na,2026-01-01,0x1p4\n", "line 2"},
		{"missing", "item,date,quantity\na,2026-01-01\n", "line 2"},
		{"1899", "item,date,quantity\na,1899-12-30,1\n", `line 2: "1899-12-30" is not a date`},
		{"no name", "item,date,quantity\n,2026-01-01,1\n", "line 2: the item has no name"},
		{"availability", "item,date,quantity,available\na,2026-01-01,1,7\n", "line 2: the available 7"},
		{"thousand columns", strings.Repeat("x,", 1000) + "\n", "columns"},
		{"long name", "item,date,quantity\n" + strings.Repeat("枣", 400) + ",2026-01-01,1\n", "longer"},
		{"broken UTF-8", "item,date,quantity\na\xff,2026-01-01,1\n", "UTF-8"},
		{"broken quotes", "item,date,quantity\n\"a,2026-01-01,1\n", "line 2"},
		{"half a gzip", "\x1f\x8b\x08\x00", "compressed"},
	} {
		_, err := table.Read(strings.NewReader(c.text), forecast.Day)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func sales() string {
	var text strings.Builder
	text.WriteString("item,date,quantity\n")
	first, _ := day.Parse("2026-01-05")
	for i := range 40 {
		for d := range 60 {
			if q := (i*7 + d*d) % 5; q > 0 {
				fmt.Fprintf(&text, "item %d,%s,%d\n", i, first.Add(d), q)
			}
		}
	}
	return text.String()
}

func run(t *testing.T, o table.Options, in, items string) (steps, sums [][]string) {
	t.Helper()
	var a, b bytes.Buffer
	var list *strings.Reader
	if items != "" {
		list = strings.NewReader(items)
	}
	var err error
	if list == nil {
		err = table.Run(o, strings.NewReader(in), nil, &a, &b)
	} else {
		err = table.Run(o, strings.NewReader(in), list, &a, &b)
	}
	if err != nil {
		t.Fatal(err)
	}
	steps, err = csv.NewReader(&a).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums, err = csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return steps, sums
}

// The contract of the command: one row per item and period, from the period after the last date of
// the file, numbers finite, not negative and in order.
func TestRun(t *testing.T) {
	o := table.Options{Freq: forecast.Day, Horizon: 5, Quantiles: []float64{0.5, 0.9, 0.99}}
	steps, sums := run(t, o, sales(), "item,note\nitem 3,x\nitem 12,y\nitem 3,again\n")
	for _, rows := range [][][]string{steps, sums} {
		if strings.Join(rows[0], ",") != "item,date,mean,q0.5,q0.9,q0.99" || len(rows) != 1+2*5 {
			t.Fatalf("header %v, %d rows", rows[0], len(rows))
		}
		if rows[1][0] != "item 3" || rows[1][1] != "2026-03-06" || rows[5][1] != "2026-03-10" || rows[6][0] != "item 12" {
			t.Errorf("first rows %v %v", rows[1], rows[6])
		}
		for _, row := range rows[1:] {
			last := 0.0
			for i, cell := range row[2:] {
				x, err := strconv.ParseFloat(cell, 64)
				if err != nil || x < 0 || i > 0 && x < last {
					t.Fatalf("row %v", row)
				}
				if i > 0 {
					last = x
				}
			}
		}
	}
	if sums[5][2] <= steps[5][2] {
		t.Errorf("five days' mean %s is not above one day's %s", sums[5][2], steps[5][2])
	}
}

func TestRunAllCompressedTwice(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	z.Write([]byte(sales()))
	z.Close()
	o := table.Options{Freq: forecast.Week, Horizon: 3}
	a, _ := run(t, o, packed.String(), "")
	o.Workers = 3
	b, _ := run(t, o, sales(), "")
	if len(a) != 1+40*3 || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%d rows; compressed and plain, one and three workers agree: %v", len(a), fmt.Sprint(a) == fmt.Sprint(b))
	}
}

func TestRunRefusals(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     table.Options
		items string
		want  string
	}{
		{"horizon", table.Options{Horizon: 0}, "", "horizon"},
		{"far horizon", table.Options{Horizon: 1 << 20}, "", "horizon"},
		{"falling quantiles", table.Options{Horizon: 3, Quantiles: []float64{0.9, 0.5}}, "", "rise"},
		{"quantile", table.Options{Horizon: 3, Quantiles: []float64{1.5}}, "", "between 0 and 1"},
		{"unknown item", table.Options{Horizon: 3}, "item\nnowhere\n", `"nowhere"`},
		{"list without items", table.Options{Horizon: 3}, "name\nx\n", "list of items"},
	} {
		var out bytes.Buffer
		var err error
		if c.items == "" {
			err = table.Run(c.o, strings.NewReader(sales()), nil, &out, nil)
		} else {
			err = table.Run(c.o, strings.NewReader(sales()), strings.NewReader(c.items), &out, nil)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", c.name, err, out.Len())
		}
	}
	if _, err := table.ParseQuantiles("0.5,x"); err == nil {
		t.Error("a word is no quantile")
	}
	if q, err := table.ParseQuantiles("0.5,0.9"); err != nil || !equal(q, []float64{0.5, 0.9}) {
		t.Errorf("%v, %v", q, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("item,date,quantity\na,2026-01-01,1\n"))
	f.Add([]byte("\ufeffitem,date,quantity,available,price,promo,discount,holiday,category\n\"a,b\",2026/1/1,-1,0.5,3,1,0.8,0,x\n"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, freq := range []forecast.Freq{forecast.Day, forecast.Week, forecast.Month} {
			series, err := table.Read(bytes.NewReader(data), freq)
			if err != nil {
				continue
			}
			for _, s := range series {
				for i, v := range s.Values {
					if !(v >= 0) || math.IsInf(v, 0) || s.Available != nil && !(s.Available[i] >= 0 && s.Available[i] <= 1) {
						t.Fatalf("%q: value %v", s.ID, v)
					}
				}
			}
		}
	})
}

// The total of more days is never written as less, nor a higher level below a lower one.
func TestTotalsGrow(t *testing.T) {
	var in, sums strings.Builder
	in.WriteString("item,date,quantity\n")
	rng := rand.New(rand.NewPCG(3, 9))
	start := date(t, "2025-01-01")
	for i := range 30 {
		for d := range 120 {
			if rng.Float64() < 0.02*float64(i) || d == 0 {
				fmt.Fprintf(&in, "p%d,%s,%.3f\n", i, start.Add(d), 3*rng.Float64()/float64(1+d*(i%3)))
			}
		}
	}
	if err := table.Run(table.Options{Horizon: 30}, strings.NewReader(in.String()), nil, nil, &sums); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(sums.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := 2; i < len(rows); i++ {
		for c := 2; c < len(rows[i]); c++ {
			now, _ := strconv.ParseFloat(rows[i][c], 64)
			before, _ := strconv.ParseFloat(rows[i-1][c], 64)
			if rows[i][0] == rows[i-1][0] && now < before {
				t.Fatalf("%s falls from %v to %v on %s", rows[0][c], before, now, rows[i][1])
			}
			if left, _ := strconv.ParseFloat(rows[i][c-1], 64); c > 3 && now < left {
				t.Fatalf("%s is %v, below %v", rows[0][c], now, left)
			}
		}
	}
}
