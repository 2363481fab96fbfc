package table_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/score"
	"buhuo/internal/forecast/table"
)

// The reference scorer and its data lie beside the repository, in ../shared, where whoever develops
// the forecasts has them; `make bench` compares ours with it, figure by figure.

// set is one of the development sets with the cuts that its published baselines are judged at.
type set struct {
	name                string
	freq                forecast.Freq
	horizon, protection int
	origins             []int
}

var sets = []set{
	{"cn_vegetables", forecast.Day, 14, 7, []int{14, 42, 70, 98}},
	{"fresh_retail", forecast.Day, 14, 7, []int{14, 28}},
	{"weekly_products", forecast.Week, 8, 4, []int{8}},
	{"car_parts", forecast.Month, 6, 3, []int{6, 12}},
}

// published are the L-SPL of the two plain methods as the reference's own forecaster has them.
var published = map[string][2]float64{
	"cn_vegetables": {0.257575, 0.329691}, "fresh_retail": {0.109492, 0.141040}, "weekly_products": {0.351692, 0.125882}, "car_parts": {0.271447, 0.149745},
}

// shared returns the folder beside the repository, or skips.
func shared(b *testing.B) string {
	b.Helper()
	folder, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "shared"))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "bench", "score.py")); err != nil {
		b.Skip("no ../shared beside the repository")
	}
	if _, err := exec.LookPath("python3"); err != nil {
		b.Skip("no python3 for the reference scorer")
	}
	return folder
}

// python runs a line of the reference and decodes what it prints.
func python(b *testing.B, folder, line string, answer any, args ...string) {
	b.Helper()
	c := exec.Command("python3", append([]string{"-c", "import json, sys\nsys.path.insert(0, 'bench')\nimport score, split\nargs = sys.argv[1:]\n" + line}, args...)...)
	c.Dir, c.Env = folder, append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		b.Fatalf("%v: %s", err, &said)
	}
	if answer != nil {
		if err := json.Unmarshal(out, answer); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
}

// figures are a summary as the reference writes it.
type figures struct {
	Items, Sums, Unscaled int
	RMSSE, MASE, WAPE     *float64
	Bias                  *float64 `json:"bias"`
	SPL                   *float64
	LSPL                  *float64 `json:"L-SPL"`
	Half                  *float64 `json:"cov0.5"`
	Ninety                *float64 `json:"cov0.9"`
	NinetyFive            *float64 `json:"cov0.95"`
	NinetyNine            *float64 `json:"cov0.99"`
	InStock               *figures `json:"in_stock"`
	Ratio, Low, High      float64
}

// apart returns the largest difference between the figures of the two scorers, relative where they
// are above 1.
func apart(b *testing.B, what string, want figures, got score.Summary) (most float64) {
	b.Helper()
	if want.Items != got.Items || want.Sums != got.Sums || want.Unscaled != got.Unscaled {
		b.Errorf("%s: %d items, %d sums, %d unscaled; the reference has %d, %d, %d", what, got.Items, got.Sums, got.Unscaled, want.Items, want.Sums, want.Unscaled)
	}
	for _, f := range []struct {
		name string
		want *float64
		got  float64
	}{
		{"RMSSE", want.RMSSE, got.RMSSE}, {"MASE", want.MASE, got.MASE}, {"WAPE", want.WAPE, got.WAPE}, {"bias", want.Bias, got.Bias}, {"SPL", want.SPL, got.SPL}, {"L-SPL", want.LSPL, got.LSPL},
		{"cov0.5", want.Half, got.Coverage[0]}, {"cov0.9", want.Ninety, got.Coverage[1]}, {"cov0.95", want.NinetyFive, got.Coverage[2]}, {"cov0.99", want.NinetyNine, got.Coverage[3]},
	} {
		if (f.want == nil) != math.IsNaN(f.got) {
			b.Errorf("%s: %s is %v", what, f.name, f.got)
			continue
		}
		if f.want != nil {
			most = math.Max(most, math.Abs(*f.want-f.got)/math.Max(1, math.Abs(f.got)))
		}
	}
	return most
}

// sixDigits is what rounding to six decimals leaves.
const sixDigits = 0.5000001e-6

// BenchmarkReference judges the same files with the reference and with ours, pooled over the cuts of
// each set; then tries the same cuts by a backtest, which does its own splitting. Reported are the
// largest differences, and the time of judging.
func BenchmarkReference(b *testing.B) {
	folder := shared(b)
	for _, s := range sets {
		b.Run(s.name, func(b *testing.B) { s.check(b, folder) })
	}
}

func (s set) check(b *testing.B, folder string) {
	data := filepath.Join(folder, "data", s.name, "sales.csv.gz")
	work := b.TempDir()
	names := few(s.freq)
	var trials []score.Trial
	var args [2][]string // of both forecasters, their summaries at each cut
	var records [2][]score.Record
	for _, origin := range s.origins {
		cut := filepath.Join(work, strconv.Itoa(origin))
		python(b, folder, "split.split(args[0], args[1], int(args[2]), int(args[3]), args[4])", nil,
			data, s.freq.String(), strconv.Itoa(origin), strconv.Itoa(s.horizon), cut)
		for i, models := range [][]string{names, names[:1]} {
			found := s.forecast(b, cut, models)
			if i == 0 {
				trials = append(trials, found...)
			}
			records[i] = append(records[i], judgeAll(b, found, s.protection)...)
			out := filepath.Join(cut, fmt.Sprint(i)+".json")
			python(b, folder, "score.save(args[6], 'x', score.score(*args[:5], int(args[5])))", nil, filepath.Join(cut, "train.csv"), filepath.Join(cut, "truth.csv"),
				filepath.Join(cut, "steps.csv"), filepath.Join(cut, "sums.csv"), s.freq.String(), strconv.Itoa(s.protection), out)
			args[i] = append(args[i], out)
		}
	}
	most := 0.0
	for i := range args {
		var want figures
		python(b, folder, "print(json.dumps(score.save(args[0], 'x', [r for p in args[1:] for r in score.load(p)])))", &want,
			append([]string{filepath.Join(work, fmt.Sprint(i)+".json")}, args[i]...)...)
		most = math.Max(most, apart(b, s.name, want, score.Summarise(records[i])))
		if want.InStock != nil {
			most = math.Max(most, apart(b, s.name+" in stock", *want.InStock, score.SummariseInStock(records[i])))
		}
	}
	if most > 2*sixDigits { // the reference pools what it wrote with six digits
		b.Errorf("%s: a figure differs by %v", s.name, most)
	}
	interval, backtest := s.compareAlike(b, folder, work), s.backtestAlike(b, data, records[0])
	for b.Loop() {
		score.Summarise(judgeAll(b, trials, s.protection))
	}
	b.ReportMetric(float64(len(trials)), "item-cuts")
	b.ReportMetric(most, "apart")
	b.ReportMetric(interval, "apart-interval")
	b.ReportMetric(backtest, "apart-backtest")
}

// compareAlike compares the two forecasters with both scorers, from the same files of records.
func (s set) compareAlike(b *testing.B, folder, work string) float64 {
	var want figures
	a, c := filepath.Join(work, "0.json"), filepath.Join(work, "1.json")
	python(b, folder, "print(json.dumps(score.compare(*args)))", &want, a, c)
	read := func(path string) []score.Record {
		r, err := score.ReadRecords(bytes.NewReader(unpacked(b, strings.TrimSuffix(path, ".json")+".items.csv.gz")))
		if err != nil {
			b.Fatal(err)
		}
		return r
	}
	got, err := score.Compare(read(a), read(c), score.LSPL, 1)
	if err != nil {
		b.Fatal(err)
	}
	most := math.Max(math.Abs(got.Ratio-want.Ratio), math.Max(math.Abs(got.Low-want.Low), math.Abs(got.High-want.High)))
	if most > 1e-12 || got.Items != want.Items {
		b.Errorf("%s: compared %+v, the reference says %v [%v, %v] on %d items", s.name, got, want.Ratio, want.Low, want.High, want.Items)
	}
	return most
}

// backtestAlike holds a backtest against the records of the files, and its plain methods against the
// published figures.
func (s set) backtestAlike(b *testing.B, data string, records []score.Record) float64 {
	in, err := os.Open(data)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close() //nolint:errcheck // read only
	t := table.Backtest{Options: table.Options{Freq: s.freq, Horizon: s.horizon, Models: few(s.freq)}, Protection: s.protection, Origins: s.origins}
	r, err := t.Run(in, nil)
	if err != nil {
		b.Fatal(err)
	}
	got, want := score.Summarise(named(b, r, "combination").Records), score.Summarise(records)
	most := 0.0
	for _, pair := range [][2]float64{{got.LSPL, want.LSPL}, {got.RMSSE, want.RMSSE}, {got.MASE, want.MASE}, {got.WAPE, want.WAPE}, {got.Bias, want.Bias}, {got.SPL, want.SPL}, {got.Coverage[2], want.Coverage[2]}} {
		most = math.Max(most, math.Abs(pair[0]-pair[1]))
	}
	if most > 1e-5 || got.Items != want.Items { // the files hold six digits of what was sold
		b.Errorf("%s: a backtest differs by %v from the files; %d and %d items", s.name, most, got.Items, want.Items)
	}
	for i, name := range []string{"seasonal_naive", "mean28"} {
		if got := score.Summarise(named(b, r, name).Records).LSPL; math.Abs(got-published[s.name][i]) > 0.5e-4 {
			b.Errorf("%s: %s has the L-SPL %.6f, published is %.6f", s.name, name, got, published[s.name][i])
		}
	}
	return most
}

func judgeAll(b *testing.B, trials []score.Trial, protection int) []score.Record {
	b.Helper()
	out := make([]score.Record, len(trials))
	for i, t := range trials {
		r, err := score.Judge(t, protection)
		if err != nil {
			b.Fatal(err)
		}
		out[i] = r
	}
	return out
}

// forecast runs our forecast on a split and reads back, from the same files as the reference, what is
// to be judged.
func (s set) forecast(b *testing.B, cut string, models []string) []score.Trial {
	b.Helper()
	path := func(name string) string { return filepath.Join(cut, name) }
	var steps, sums bytes.Buffer
	o := table.Options{Freq: s.freq, Horizon: s.horizon, Models: models}
	if err := table.Run(o, bytes.NewReader(content(b, path("train.csv"))), bytes.NewReader(content(b, path("items.csv"))), &steps, &sums); err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{"steps.csv": steps.Bytes(), "sums.csv": sums.Bytes()} {
		if err := os.WriteFile(path(name), text, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	series, err := table.Read(bytes.NewReader(content(b, path("train.csv"))), s.freq)
	if err != nil {
		b.Fatal(err)
	}
	history := map[string]forecast.Series{}
	for _, x := range series {
		history[x.ID] = x
	}
	var out []score.Trial
	at := map[string]int{}
	for i, row := range rowsOf(b, content(b, path("truth.csv"))) {
		if i == 0 {
			continue
		}
		n, ok := at[row[0]]
		if !ok {
			n = len(out)
			at[row[0]] = n
			x := history[row[0]]
			label := s.freq.First(s.freq.Number(x.Start) + len(x.Values) - 1).String()
			out = append(out, score.Trial{Item: row[0], Cut: label, History: x.Values})
		}
		out[n].Actual = append(out[n].Actual, value(b, row[2]))
		if len(row) > 3 {
			out[n].InStock = append(out[n].InStock, row[3] != "" && value(b, row[3]) > 0.9999)
		}
	}
	for _, part := range []struct {
		text []byte
		to   func(*score.Trial) *[]score.Prediction
	}{
		{steps.Bytes(), func(t *score.Trial) *[]score.Prediction { return &t.Steps }},
		{sums.Bytes(), func(t *score.Trial) *[]score.Prediction { return &t.Sums }},
	} {
		for i, row := range rowsOf(b, part.text) {
			if i > 0 {
				p := score.Prediction{Mean: value(b, row[2])}
				for j := range p.Quantiles {
					p.Quantiles[j] = value(b, row[3+j])
				}
				list := part.to(&out[at[row[0]]])
				*list = append(*list, p)
			}
		}
	}
	return out
}

func value(b *testing.B, text string) float64 {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		b.Fatal(err)
	}
	return x
}

func rowsOf(b *testing.B, text []byte) [][]string {
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	return rows
}

func content(b *testing.B, path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

func unpacked(b *testing.B, path string) []byte {
	z, err := gzip.NewReader(bytes.NewReader(content(b, path)))
	if err != nil {
		b.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		b.Fatal(err)
	}
	return text
}
