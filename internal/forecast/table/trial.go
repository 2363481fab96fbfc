package table

import (
	"fmt"
	"math"
	"slices"

	sales "buhuo/internal/demand/table"
	"buhuo/internal/forecast"
	"buhuo/internal/forecast/score"
)

// trial is one cut of a backtest.
type trial struct {
	Backtest
	past   *past
	at     int // number of the last period known
	wanted map[string]bool
	label  string

	series []forecast.Series // as they were at the cut, in order of name
	chosen []int             // places of the series that are judged
	truth  []score.Trial     // of the chosen, without a forecast
	global bool
}

// run tries every method and adds its records.
func (c *trial) run(found map[string]*Judged) error {
	if err := c.prepare(); err != nil {
		return err
	}
	names := c.Models
	if len(names) == 0 {
		names = forecast.Names(c.Freq)
	}
	var alone []string
	for _, name := range names {
		if forecast.Alone(name) {
			alone = append(alone, name)
		}
	}
	if len(names) > 1 && c.tries(Together) {
		if err := c.together(found); err != nil {
			return err
		}
	}
	for _, name := range alone {
		if !c.tries(Member) {
			break
		}
		records, err := c.judge(c.learn(name, []string{name}))
		if err != nil {
			return err
		}
		add(found, name, Member, records)
	}
	for _, p := range plains {
		if !c.tries(Plain) {
			break
		}
		records, err := c.plainly(p)
		if err != nil {
			return err
		}
		add(found, p.name, Plain, records)
	}
	return nil
}

func (c *trial) tries(k Kind) bool { return len(c.Kinds) == 0 || slices.Contains(c.Kinds, k) }

// together tries the combination, of the models asked for or of the usual ones, and what it is
// without the global member.
func (c *trial) together(found map[string]*Judged) error {
	pool := c.learn(combination, c.Models)
	all, err := c.judge(pool)
	if err != nil {
		return err
	}
	add(found, combination, Together, all)
	if c.Freq == forecast.Day { // at a cut before the first festival it is the combination
		calm := all
		if len(pool.Calendar.Shop) > 0 {
			without := *c
			without.NoFestivals = true
			if calm, err = c.judge(without.learn(noFestivals, c.Models)); err != nil {
				return err
			}
		}
		add(found, noFestivals, Together, calm)
	}
	if len(c.Models) > 0 && !slices.ContainsFunc(c.Models, func(name string) bool { return !forecast.Alone(name) }) {
		return nil // the global member was not asked for
	}
	// where it has not joined, the combination is without it already
	if c.global = pool.Global != nil; c.global {
		plain := slices.DeleteFunc(slices.Clone(pool.Models), func(name string) bool { return !forecast.Alone(name) })
		if all, err = c.judge(c.learn(withoutGlobal, plain)); err != nil {
			return err
		}
	}
	add(found, withoutGlobal, Together, all)
	return nil
}

func add(found map[string]*Judged, name string, kind Kind, records []score.Record) {
	if found[name] == nil {
		found[name] = &Judged{Name: name, Kind: kind}
	}
	found[name].Records = append(found[name].Records, records...)
}

// prepare cuts the table: what was known, and what came.
func (c *trial) prepare() error {
	var books []*sales.Book
	chosen := c.past.chosen(c.at, c.Freq, c.wanted)
	label := c.Freq.First(c.at).String()
	for i, b := range c.past.books {
		known := sales.Book{Name: b.Name, Category: b.Category}
		for _, r := range b.Rows {
			if c.Freq.Number(r.Date) <= c.at {
				known.Rows = append(known.Rows, r)
			}
		}
		if len(known.Rows) == 0 {
			continue
		}
		books = append(books, &known)
		if !chosen[i] {
			continue
		}
		c.chosen = append(c.chosen, len(books)-1)
		t := score.Trial{Item: b.Name, Cut: label}
		for k := 1; k <= c.Horizon; k++ {
			came := c.past.sold[i][c.at+k]
			t.Actual = append(t.Actual, math.Max(came.quantity, 0))
			if c.past.shelf {
				t.InStock = append(t.InStock, came.open)
			}
		}
		c.truth = append(c.truth, t)
	}
	var err error
	if c.series, err = bring(books, c.Freq); err != nil {
		return err
	}
	for i, at := range c.chosen {
		c.truth[i].History = c.series[at].Values
	}
	return nil
}

// learn fits a pool of some models to what was known.
func (c *trial) learn(name string, models []string) forecast.Pool {
	if c.Progress != nil {
		fmt.Fprintf(c.Progress, "%s (%s), %d items: %s\n", c.label, c.Freq.First(c.at), len(c.chosen), name)
	}
	o := c.Options
	o.Models = models
	return o.fit(c.series)
}

// judge forecasts the chosen items with a pool.
func (c *trial) judge(pool forecast.Pool) ([]score.Record, error) {
	return c.each(func(s forecast.Series) (steps, sums []score.Prediction) {
		f := pool.Forecast(s, c.Horizon)
		for k := range f.Steps {
			steps = append(steps, prediction(f.Steps[k].Mean(), f.Steps[k]))
			sums = append(sums, prediction(f.Sums[k].Mean(), f.Sums[k]))
		}
		return steps, sums
	})
}

// plainly forecasts the chosen items with a method to compare with.
func (c *trial) plainly(p plain) ([]score.Record, error) {
	counted := true
	for _, s := range c.series {
		for _, v := range s.Values {
			counted = counted && v == math.Trunc(v)
		}
	}
	return c.each(func(s forecast.Series) (steps, sums []score.Prediction) {
		y := s.Values
		for y[0] <= 0 { // a chosen item has sold
			y = y[1:]
		}
		return p.forecast(y, counted, c.Freq, c.Horizon)
	})
}

// each judges the forecasts of all chosen items.
func (c *trial) each(predict func(forecast.Series) (steps, sums []score.Prediction)) ([]score.Record, error) {
	out, failed := make([]score.Record, len(c.chosen)), make([]error, len(c.chosen))
	forecast.Each(len(c.chosen), c.Workers, func(i int) {
		t := c.truth[i]
		t.Steps, t.Sums = predict(c.series[c.chosen[i]])
		out[i], failed[i] = score.Judge(t, c.Protection)
	})
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
