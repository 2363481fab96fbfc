// Command bench times the forecast on a table of sales, on one processor: how many series a second are
// answered with all their quantiles, and what learning from them costs. It is for setting beside other
// forecasters on the same file; it is no part of the product.
//
//	go run ./cmd/bench -freq day -horizon 14 sales.csv.gz
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

func main() {
	freq := flag.String("freq", "day", "length of a period: day, week or month")
	horizon := flag.Int("horizon", 14, "periods ahead")
	least := flag.Duration("time", 3*time.Second, "how long each figure is measured for, at least")
	most := flag.Int("periods", 0, "use the last so many periods of each series only; 0: all")
	flag.Parse()
	if err := run(flag.Arg(0), *freq, *horizon, *most, *least); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// quantiles that every step and every sum is asked for.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99}

func run(path, freq string, horizon, most int, least time.Duration) error {
	runtime.GOMAXPROCS(1)
	f, err := forecast.ParseFreq(freq)
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	series, err := table.Read(file, f)
	if err != nil {
		return err
	}
	values := 0
	for i := range series {
		series[i] = last(series[i], f, most)
		values += len(series[i].Values)
	}
	fmt.Printf("%d series, %d values\n", len(series), values)
	plain := forecast.Options{Freq: f, Horizon: horizon, Workers: 1}
	models, _ := forecast.Models(f, horizon)
	for _, m := range models {
		plain.Models = append(plain.Models, m.Name())
	}
	for _, c := range []struct {
		name string
		opt  forecast.Options
	}{
		{"members", plain},
		{"members and global", forecast.Options{Freq: f, Horizon: horizon, Workers: 1}},
	} {
		start := time.Now()
		pool := forecast.Fit(series, c.opt)
		learned := time.Since(start)
		out := make([]float64, len(quantiles))
		n := 0
		start = time.Now()
		for time.Since(start) < least {
			for _, s := range series {
				answer := pool.Forecast(s, horizon)
				for k := range answer.Steps {
					answer.Steps[k].Quantiles(quantiles, out)
					answer.Sums[k].Quantiles(quantiles, out)
				}
				n++
			}
		}
		each := time.Since(start) / time.Duration(n)
		fmt.Printf("%-20s learned in %v; %v a series, %.0f series/s\n", c.name, learned.Round(time.Millisecond), each, float64(time.Second)/float64(each))
	}
	return nil
}

// last keeps the end of a series.
func last(s forecast.Series, f forecast.Freq, most int) forecast.Series {
	n := len(s.Values)
	if most <= 0 || n <= most {
		return s
	}
	cut := func(x []float64) []float64 {
		if len(x) < n {
			return nil
		}
		return x[n-most:]
	}
	s.Start = f.First(f.Number(s.Start) + n - most)
	s.Values, s.Available, s.Price, s.Promo, s.Holiday = s.Values[n-most:], cut(s.Available), cut(s.Price), cut(s.Promo), cut(s.Holiday)
	return s
}
