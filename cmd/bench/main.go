// Command bench times the forecast on a table of sales, in time of one processor (what others on the machine
// do does not count): how many series a second are
// answered with all their quantiles, and what learning from them costs. It is for setting beside other
// forecasters on the same file; it is no part of the product.
//
//	go run ./cmd/bench -freq day -horizon 14 sales.csv.gz
//	go run ./cmd/bench -simulate 10000 -periods 365    # a shop of that many products, for how costs grow
package main

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

func main() {
	freq := flag.String("freq", "day", "length of a period: day, week or month")
	horizon := flag.Int("horizon", 14, "periods ahead")
	least := flag.Duration("time", 3*time.Second, "how long each figure is measured for, at least")
	most := flag.Int("periods", 0, "use the last so many periods of each series only; 0: all")
	items := flag.Int("simulate", 0, "instead of a table, this many simulated products, sold by the piece")
	flag.Parse()
	if err := run(flag.Arg(0), *freq, *horizon, *most, *items, *least); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// quantiles that every step and every sum is asked for.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99}

func run(path, freq string, horizon, most, items int, least time.Duration) error {
	runtime.GOMAXPROCS(1)
	f, err := forecast.ParseFreq(freq)
	if err != nil {
		return err
	}
	series := simulated(items, periods(most))
	if items == 0 {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // read only
		if series, err = table.Read(file, f); err != nil {
			return err
		}
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
		start := processor()
		pool := forecast.Fit(series, c.opt)
		learned := processor() - start
		out := make([]float64, len(quantiles))
		n := 0
		start = processor()
		for processor()-start < least {
			for _, s := range series {
				answer := pool.Forecast(s, horizon)
				for k := range answer.Steps {
					answer.Steps[k].Quantiles(quantiles, out)
					answer.Sums[k].Quantiles(quantiles, out)
				}
				n++
			}
		}
		each := (processor() - start) / time.Duration(n)
		fmt.Printf("%-20s learned in %v; %v a series, %.0f series/s\n", c.name, learned.Round(time.Millisecond), each, float64(time.Second)/float64(each))
	}
	return nil
}

func periods(asked int) int {
	if asked <= 0 {
		return 365
	}
	return asked
}

// simulated returns products that sell by the piece, a few or many a day, now and then none, always the
// same ones.
func simulated(items, periods int) []forecast.Series {
	rng := rand.New(rand.NewPCG(1, 2))
	out := make([]forecast.Series, items)
	for i := range out {
		level := math.Exp(1 + rng.NormFloat64())
		values := make([]float64, periods)
		for t := range values {
			values[t] = math.Floor(level*rng.ExpFloat64() + rng.Float64())
		}
		out[i] = forecast.Series{ID: fmt.Sprintf("%06d", i), Start: day.New(2025, 1, 6), Values: values}
	}
	return out
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
