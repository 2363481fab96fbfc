package table_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/score"
	"buhuo/internal/forecast/table"
)

// BenchmarkSpringFestival learns the festival from the first two years of the vegetables and foretells
// the four weeks around the third (22 January 2023, 159 days before the end of the data), with the
// calendar and without; then the same far from it. Reported are the ratios of L-SPL with the bounds of
// their intervals over items.
func BenchmarkSpringFestival(b *testing.B) {
	folder := shared(b)
	var near, far []int
	for o := 174; o >= 152; o -= 2 {
		near = append(near, o)
	}
	for o := 349; o > 28; o -= 20 {
		if o > 189 || o < 130 {
			far = append(far, o)
		}
	}
	for name, origins := range map[string][]int{"around": near, "elsewhere": far} {
		b.Run(name, func(b *testing.B) {
			var c score.Comparison
			for b.Loop() {
				c = compareFestivals(b, filepath.Join(folder, "data", "cn_vegetables", "sales.csv.gz"), origins)
			}
			b.ReportMetric(c.Ratio, "ratio")
			b.ReportMetric(c.Low, "low")
			b.ReportMetric(c.High, "high")
		})
	}
}

func compareFestivals(b *testing.B, path string, origins []int) score.Comparison {
	in, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close() //nolint:errcheck // read only
	test := table.Backtest{
		Options:    table.Options{Freq: forecast.Day, Horizon: 14},
		Protection: 7, Origins: origins, Kinds: []table.Kind{table.Together},
	}
	r, err := test.Run(in, nil)
	if err != nil {
		b.Fatal(err)
	}
	of := func(name string) []score.Record {
		i := slices.IndexFunc(r.Methods, func(m table.Judged) bool { return m.Name == name })
		return r.Methods[i].Records
	}
	c, err := score.Compare(of("combination"), of("without_festivals"), score.LSPL, 1)
	if err != nil {
		b.Fatal(err)
	}
	return c
}
