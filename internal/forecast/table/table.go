// Package table forecasts from a plain table: it reads sales as CSV, brings them to days, weeks or
// months, and writes the distributions of every period and of the sums from the first one on. It
// opens no database and no file: readers and writers come from the caller.
package table

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	sales "buhuo/internal/demand/table"
	"buhuo/internal/forecast"
)

// Options of Run.
type Options struct {
	Freq      forecast.Freq
	Horizon   int       // periods to forecast, 1 to 3660
	Quantiles []float64 // levels between 0 and 1, rising; 0.5, 0.9, 0.95, 0.99 when empty
	Models    []string  // names of forecast.Names: these only, all when empty
	Workers   int       // goroutines; the number of processors when 0

	NoFestivals bool // leave festivals out
}

// MaxHorizon is the furthest that Run looks ahead, in periods.
const MaxHorizon = 3660

// Check says in a sentence what is wrong with the options.
func (o Options) Check() error {
	if o.Horizon < 1 || o.Horizon > MaxHorizon {
		return fmt.Errorf("the horizon must be 1 to %d periods, not %d", MaxHorizon, o.Horizon)
	}
	for i, q := range o.Quantiles {
		if !(q > 0 && q < 1) {
			return fmt.Errorf("the quantile %v is not between 0 and 1", q)
		}
		if i > 0 && q <= o.Quantiles[i-1] {
			return fmt.Errorf("the quantiles must rise: %v follows %v", q, o.Quantiles[i-1])
		}
	}
	return checkModels(o.Models, o.Freq)
}

// checkModels refuses names that no model has, and a choice that cannot forecast.
func checkModels(names []string, f forecast.Freq) error {
	known := forecast.Names(f)
	alone := len(names) == 0
	for _, name := range names {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no method %q for a forecast by the %s; the methods are %s", name, f, strings.Join(known, ", "))
		}
		alone = alone || forecast.Alone(name)
	}
	if !alone {
		return fmt.Errorf("the method %q only corrects others: name at least one more of %s", names[0], strings.Join(known, ", "))
	}
	return nil
}

// ParseModels reads a list of names like "ses0.08,theta"; an empty list means all.
func ParseModels(list string, f forecast.Freq) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	var out []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, checkModels(out, f)
}

// fit learns from series as the options say.
func (o Options) fit(series []forecast.Series) forecast.Pool {
	return forecast.Fit(series, forecast.Options{Freq: o.Freq, Horizon: o.Horizon, Models: o.Models, NoFestivals: o.NoFestivals, Workers: o.Workers})
}

// ParseQuantiles reads a list like "0.5,0.9,0.99".
func ParseQuantiles(list string) ([]float64, error) {
	var out []float64
	for len(list) > 0 {
		part, rest, _ := cut(list)
		list = rest
		q, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return nil, fmt.Errorf("the quantile %q is not a number", part)
		}
		out = append(out, q)
	}
	return out, Options{Horizon: 1, Quantiles: out}.Check()
}

func cut(list string) (part, rest string, more bool) {
	for i := range len(list) {
		if list[i] == ',' {
			return list[:i], list[i+1:], true
		}
	}
	return list, "", false
}

// Run reads sales from in (CSV, compressed with gzip or not) and writes forecasts as CSV: to steps
// the demand of each period, to sums the total from the first period through each. A nil writer is
// left out. items, when not nil, is a CSV with a column "item" that says which items are wanted and
// in which order; without it all are, in order of their names. Everything in the file is learned
// from. Errors are sentences with the line they speak of.
func Run(o Options, in, items io.Reader, steps, sums io.Writer) error {
	if len(o.Quantiles) == 0 {
		o.Quantiles = []float64{0.5, 0.9, 0.95, 0.99}
	}
	if err := o.Check(); err != nil {
		return err
	}
	series, err := Read(in, o.Freq)
	if err != nil {
		return err
	}
	wanted, err := choose(series, items)
	if err != nil {
		return err
	}
	pool := o.fit(series)
	lines := make([][2][]byte, len(wanted))
	forecast.Each(len(wanted), o.Workers, func(i int) {
		f := pool.Forecast(series[wanted[i]], o.Horizon)
		id := series[wanted[i]].ID
		lines[i] = [2][]byte{rows(id, f, f.Steps, o.Quantiles, false, steps == nil), rows(id, f, f.Sums, o.Quantiles, true, sums == nil)}
	})
	return errors.Join(write(steps, lines, 0, o.Quantiles), write(sums, lines, 1, o.Quantiles))
}

// choose returns the places of the wanted items.
func choose(series []forecast.Series, items io.Reader) ([]int, error) {
	place := make(map[string]int, len(series))
	all := make([]int, len(series))
	for i, s := range series {
		place[s.ID] = i
		all[i] = i
	}
	if items == nil {
		return all, nil
	}
	names, err := sales.ReadItems(items)
	if err != nil {
		return nil, err
	}
	wanted := make([]int, len(names))
	for i, name := range names {
		at, ok := place[name]
		if !ok {
			return nil, fmt.Errorf("the item %q of the list has no row among the sales", name)
		}
		wanted[i] = at
	}
	return wanted, nil
}

// rows writes one item's lines. The distributions of growing totals are each fitted by themselves; what
// is written of them never falls from one period to the next.
func rows(id string, f forecast.Forecast, ds []forecast.Distribution, levels []float64, growing, skip bool) []byte {
	if skip {
		return nil
	}
	var out []byte
	name := quote(id)
	first := f.Freq.Number(f.First)
	quantiles, before := make([]float64, len(levels)), make([]float64, len(levels))
	for k, d := range ds {
		out = append(out, name...)
		out = append(out, ',')
		out = append(out, f.Freq.First(first+k).String()...)
		out = append(out, ',')
		out = number(out, d.Mean())
		d.Quantiles(levels, quantiles)
		low := 0.0
		for i, q := range quantiles {
			if low = math.Max(low, q); growing {
				low = math.Max(low, before[i])
				before[i] = low
			}
			out = append(out, ',')
			out = number(out, low)
		}
		out = append(out, '\n')
	}
	return out
}

// nothing is below what any unit can tell: a part in a billion, a milligram of a ton.
const nothing = 1e-9

func number(out []byte, x float64) []byte {
	if x < nothing { // the tail of a distribution that was never seen, 1e-62 and the like
		x = 0
	}
	return strconv.AppendFloat(out, x, 'g', 9, 64)
}

// quote writes a CSV field.
func quote(s string) string {
	if !slices.ContainsFunc([]byte(s), func(b byte) bool { return b == '"' || b == ',' || b == '\n' || b == '\r' }) {
		return s
	}
	out := []byte{'"'}
	for i := range len(s) {
		if s[i] == '"' {
			out = append(out, '"')
		}
		out = append(out, s[i])
	}
	return string(append(out, '"'))
}

func write(w io.Writer, lines [][2][]byte, which int, quantiles []float64) error {
	if w == nil {
		return nil
	}
	b := bufio.NewWriter(w)
	head := "item,date,mean"
	for _, q := range quantiles {
		head += ",q" + strconv.FormatFloat(q, 'g', -1, 64)
	}
	b.WriteString(head + "\n") // a failed write stays in b and comes back from Flush
	for _, l := range lines {
		b.Write(l[which])
	}
	return b.Flush()
}
