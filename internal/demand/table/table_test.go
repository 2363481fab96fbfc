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

	"buhuo/internal/demand/table"
)

func run(t *testing.T, in, hourly string) []map[string]string {
	t.Helper()
	var out bytes.Buffer
	var err error
	if hourly == "" {
		err = table.Run(strings.NewReader(in), nil, &out)
	} else {
		err = table.Run(strings.NewReader(in), strings.NewReader(hourly), &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := make([]map[string]string, len(rows)-1)
	for i, row := range rows[1:] {
		found[i] = map[string]string{}
		for j, name := range rows[0] {
			found[i][name] = row[j]
		}
	}
	return found
}

func number(t *testing.T, row map[string]string, column string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", column, row, err)
	}
	return x
}

// The contract of the command: a row for each item and day, finite, in order, never below sales.
func TestRun(t *testing.T) {
	in := "item,date,quantity,available\n\"b,1\",2026-01-02,4,1\n\"b,1\",2026-01-04,2,0.5\na,2026-01-01,6,1\na,2026-01-01,-1,1\na,2026-01-03,0,0\na,2026-01-05,-3,1\n"
	got := run(t, in, "")
	want := []string{"a 2026-01-01 5 1.0000 observed", "a 2026-01-02 0 1.0000 observed", "a 2026-01-03 0 0.0000 unknown", "a 2026-01-04 0 1.0000 observed", "a 2026-01-05 0 1.0000 observed",
		"b,1 2026-01-02 4 1.0000 observed", "b,1 2026-01-03 0 1.0000 observed", "b,1 2026-01-04 2 0.5000 partly", "b,1 2026-01-05 0 1.0000 observed"}
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d: %v", len(got), len(want), got)
	}
	for i, row := range got {
		if said := fmt.Sprint(row["item"], " ", row["date"], " ", row["quantity"], " ", row["available"], " ", row["reason"]); said != want[i] {
			t.Errorf("row %d: %s, want %s", i, said, want[i])
		}
		sold, lower, corrected, upper := number(t, row, "quantity"), number(t, row, "lower"), number(t, row, "corrected"), number(t, row, "upper")
		if !(sold <= corrected && lower <= corrected && corrected <= upper) || math.IsInf(upper, 0) || row["reason"] == "observed" && corrected != sold {
			t.Errorf("row %v", row)
		}
	}
}

// 0 in `available` means that nothing is known, not that nobody came; where the hours say that the
// shelf was empty from opening to closing, the share is the smallest above 0.
func TestUnknownIsNotEmpty(t *testing.T) {
	days, hours := hourly(40, 10, func(d, h int) bool { return d%7 == 3 })
	days += "a,2026-05-30,0,0\n"
	unknown, empty := 0, 0
	for _, row := range run(t, days, hours) {
		switch {
		case row["reason"] == "unknown" && row["available"] == "0.0000":
			unknown++
		case row["reason"] == "missing" && row["available"] == "0.0001":
			empty++
			if c := number(t, row, "corrected"); c < 60 || c > 110 {
				t.Errorf("an empty day is worth %v, others 80", c)
			}
		}
	}
	if unknown != 1 || empty != 6 {
		t.Errorf("%d unknown days, %d empty ones", unknown, empty)
	}
}

// hourly makes an item that sells ten an hour from 8 to 15 on days from 1 April on, in days and in
// hours; out says when the shelf was empty.
func hourly(days int, rate float64, out func(day, hour int) bool) (byDay, byHour string) {
	rng := rand.New(rand.NewPCG(4, 4))
	var a, b strings.Builder
	a.WriteString("item,date,quantity,available\n")
	b.WriteString("item,date,hour,quantity,in_stock\n")
	for d := range days {
		date := fmt.Sprintf("2026-%02d-%02d", 4+d/30, 1+d%30)
		sold, there := 0.0, 0.0
		for h := 8; h < 16; h++ {
			if out(d, h) {
				fmt.Fprintf(&b, "a,%s,%d,0,0\n", date, h)
				continue
			}
			quantity := math.Round(rate + rng.NormFloat64())
			fmt.Fprintf(&b, "a,%s,%d,%g,1\n", date, h, quantity)
			sold += quantity
			there++
		}
		fmt.Fprintf(&a, "a,%s,%g,%g\n", date, sold, there/8)
	}
	return a.String(), b.String()
}

// Against field mistake 4: an hour without a sale is no empty shelf, and an empty shelf is no hour without
// demand.
func TestFieldMistake04HoursWithoutSales(t *testing.T) {
	days, hours := hourly(60, 10, func(d, h int) bool { return d%3 == 0 && h >= 12 })
	for _, row := range run(t, days, hours) {
		if c := number(t, row, "corrected"); row["reason"] == "partly" && (c < 70 || c > 90) {
			t.Errorf("half a day on the shelf: %v", row)
		}
	}
	// the same hours on the shelf, quiet: nothing is to be corrected
	quiet := strings.NewReplacer(",0,0\n", ",0,1\n").Replace(hours)
	for _, row := range run(t, strings.ReplaceAll(days, ",0.5\n", ",1\n"), quiet) {
		if row["reason"] != "observed" || number(t, row, "corrected") != number(t, row, "quantity") {
			t.Errorf("quiet hours: %v", row)
		}
	}
}

// Against field mistake 11: a history that begins in the middle of a day has no whole first day.
func TestFieldMistake11PartialFirstDay(t *testing.T) {
	days, hours := hourly(30, 10, func(d, h int) bool { return false })
	var kept []string
	for line := range strings.Lines(hours) {
		if !strings.HasPrefix(line, "a,2026-04-01,8,") && !strings.HasPrefix(line, "a,2026-04-01,9,") && !strings.HasPrefix(line, "a,2026-04-01,10,") && !strings.HasPrefix(line, "a,2026-04-01,11,") &&
			!strings.HasPrefix(line, "a,2026-04-30,15,") && !strings.HasPrefix(line, "a,2026-04-12,12,") {
			kept = append(kept, line)
		}
	}
	days = strings.Replace(days, firstLine(days, "a,2026-04-01,"), "a,2026-04-01,40,1\n", 1)
	got := run(t, days, strings.Join(kept, ""))
	if c := number(t, got[0], "corrected"); c < 70 || c > 90 || got[0]["reason"] != "partly" {
		t.Errorf("it began at noon: %v", got[0])
	}
	if a := number(t, got[29], "available"); a > 0.95 || a < 0.8 {
		t.Errorf("it ended an hour before closing: %v", got[29])
	}
	if got[11]["reason"] != "observed" {
		t.Errorf("an hour that is not listed had no sale: %v", got[11])
	}
}

func firstLine(text, prefix string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) {
			return line
		}
	}
	return ""
}

// Against field mistake 12: the last hour of a day is that day's, and a day of 23 or 25 hours is a day: hours
// have the numbers that the shop's clock shows.
func TestFieldMistake12LastHour(t *testing.T) {
	var days, hours strings.Builder
	days.WriteString("item,date,quantity\n")
	hours.WriteString("item,date,hour,quantity,in_stock\n")
	for d := 20; d <= 31; d++ { // clocks spring forward on the 29th: there is no hour 2
		total := 0
		for h := range 24 {
			if d == 29 && h == 2 {
				continue
			}
			quantity := 1
			if h == 23 {
				quantity = 20
			}
			total += quantity
			fmt.Fprintf(&hours, "a,2026-03-%d,%d,%d,1\n", d, h, quantity)
			if d == 25 && h == 1 { // and a clock that showed the hour twice
				fmt.Fprintf(&hours, "a,2026-03-%d,%d,%d,1\n", d, h, quantity)
				total += quantity
			}
		}
		fmt.Fprintf(&days, "a,2026-03-%d,%d\n", d, total)
	}
	for i, row := range run(t, days.String(), hours.String()) {
		sold := map[int]float64{5: 44, 9: 42}[i]
		if sold == 0 {
			sold = 43
		}
		if number(t, row, "quantity") != sold || number(t, row, "corrected") != sold || row["reason"] != "observed" {
			t.Errorf("%v, want %v", row, sold)
		}
	}
}

// Files tell the same, compressed or not and in any order of rows.
func TestRunIsDeterministic(t *testing.T) {
	days, hours := hourly(50, 10, func(d, h int) bool { return (d*d+h)%11 < 3 })
	var want, got bytes.Buffer
	if err := table.Run(strings.NewReader(days), strings.NewReader(hours), &want); err != nil {
		t.Fatal(err)
	}
	shuffled := func(text string) []byte {
		lines := strings.SplitAfter(strings.TrimSuffix(text, "\n")+"\n", "\n")
		lines = lines[:len(lines)-1]
		rest := lines[1:]
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write([]byte(strings.Join(lines, "")))
		z.Close()
		return packed.Bytes()
	}
	if err := table.Run(bytes.NewReader(shuffled(days)), bytes.NewReader(shuffled(hours)), &got); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Error("rows in another order give another table")
	}
}

// A one-off order stays in the day's demand, is named with its amount, and does not raise other days.
func TestBulkIsReported(t *testing.T) {
	days, _ := hourly(60, 1, func(d, h int) bool { return d%5 == 0 && h >= 12 })
	days = strings.Replace(days, firstLine(days, "a,2026-04-15,"), "a,2026-04-15,400,1\n", 1)
	for _, row := range run(t, days, "") {
		c := number(t, row, "corrected")
		if row["date"] == "2026-04-15" {
			word, amount, _ := strings.Cut(row["reason"], " ")
			if x, err := strconv.ParseFloat(amount, 64); word != "bulk" || err != nil || x < 380 || c != 400 {
				t.Errorf("%v", row)
			}
		} else if c > 20 {
			t.Errorf("%v", row)
		}
	}
}

func TestRunRefusals(t *testing.T) {
	const days = "item,date,quantity\na,2026-01-01,1\n"
	const hours = "item,date,hour,quantity,in_stock\na,2026-01-01,8,1,1\n"
	for _, c := range []struct{ name, days, hours, want string }{
		{"empty", "", "", "the file is empty"},
		{"no hours", days, "", "table of hours: the file is empty"},
		{"only a header", days, "item,date,hour,quantity,in_stock\n", "no row of hours"},
		{"no column", days, "item,date,hour,quantity\na,2026-01-01,8,1\n", `no column "in_stock"`},
		{"hour", days, strings.Replace(hours, ",8,", ",-1,", 1), `line 2: the hour "-1"`},
		{"hour as a time", days, strings.Replace(hours, ",8,", ",8:00,", 1), `line 2: the hour "8:00"`},
		{"in stock", days, strings.Replace(hours, ",1,1", ",1,1.2", 1), "in_stock 1.2 is not between 0 and 1"},
		{"quantity", days, strings.Replace(hours, ",1,1", ",1e99,1", 1), "quantity 1e99"},
		{"no item", days, strings.Replace(hours, "\na,", "\n,", 1), "no name"},
		{"stranger", days, strings.Replace(hours, "\na,", "\nz,", 1), `the item "z" has no row among the sales`},
		{"date", days, strings.Replace(hours, "-01-01", "-13-01", 1), "is not a date"},
	} {
		var out bytes.Buffer
		err := table.Run(strings.NewReader(c.days), strings.NewReader(c.hours), &out)
		if err == nil || !strings.Contains(err.Error(), c.want) || out.Len() > 0 {
			t.Errorf("%s: %v, %d bytes written", c.name, err, out.Len())
		}
	}
}

func FuzzReadHours(f *testing.F) {
	f.Add([]byte("item,date,hour,quantity,in_stock\na,2026-01-01,8,1,1\n"))
	f.Add([]byte("\ufeffin_stock,quantity,hour,date,item\n0.5,-2,23,2026/1/1,\"a,b\"\n1,1e15,0,2026-01-02,a\n"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := table.ReadHours(bytes.NewReader(data)); err != nil {
			return
		}
		// what can be read can be used: its items sell by the day what they sell by the hour
		text := "item,date,quantity\n"
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
		if err != nil || len(rows) < 2 || len(rows) > 50 {
			return
		}
		item, date := -1, -1
		for i, name := range rows[0] {
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "item":
				item = i
			case "date":
				date = i
			}
		}
		if item < 0 || date < 0 {
			return
		}
		for _, row := range rows[1:] {
			if item < len(row) && date < len(row) {
				text += table.Quote(row[item]) + "," + table.Quote(row[date]) + ",1\n"
			}
		}
		var out bytes.Buffer
		if err := table.Run(strings.NewReader(text), bytes.NewReader(data), &out); err == nil && strings.Contains(out.String(), "NaN") {
			t.Fatalf("%q gives\n%s", data, out.String())
		}
	})
}
