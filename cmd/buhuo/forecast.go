package main

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

type forecastCommand struct {
	File      string `arg:"" help:"CSV with item,date,quantity and, where known, available, price, promo, discount, category (gz accepted); - for standard input."`
	Freq      string `default:"day" enum:"day,week,month" help:"Length of a period: day, week or month."`
	Horizon   int    `default:"14" help:"How many periods to look ahead."`
	Quantiles string `default:"0.5,0.9,0.95,0.99" help:"Quantiles to print, ascending."`
	Items     string `placeholder:"FILE" help:"CSV with a column item: forecast these only."`
	Steps     string `placeholder:"FILE" help:"Write the demand of each period here."`
	Sums      string `placeholder:"FILE" help:"Write the demand from the first period through each date here."`
	Methods   string `placeholder:"LIST" help:"Combine these methods only, comma separated; a wrong name lists them all."`

	Explain string `placeholder:"ITEM" xor:"what" help:"Print what this item's forecast is made of."`
	JSON    bool   `name:"json" help:"With --explain: as JSON."`

	Backtest   bool   `xor:"what" help:"Forecast at moments of the past and print how good each method was."`
	Cuts       int    `help:"With --backtest: how many moments, one horizon apart (4, or what the file allows)."`
	Origins    string `placeholder:"LIST" help:"With --backtest: instead, how many periods before the end each lies, comma separated."`
	Protection int    `help:"With --backtest: periods that an order must cover (half the horizon)."`
	CSV        bool   `name:"csv" help:"With --backtest: as CSV."`
}

func (forecastCommand) Help() string {
	return "Without --steps and --sums the steps go to standard output.\n\nExample:\n" +
		"  buhuo forecast sales.csv.gz --freq day --horizon 14 --sums sums.csv\n" +
		"  buhuo forecast sales.csv.gz --backtest --horizon 14 --protection 7\n" +
		"  buhuo forecast sales.csv.gz --explain 青菜"
}

func (c *forecastCommand) Run(e *environment) error {
	options, err := c.options()
	if err != nil {
		return misuse{err}
	}
	backtest, err := c.backtest(e, options)
	if err != nil {
		return misuse{err}
	}
	in, err := openInput(e, c.File)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	if c.Explain != "" {
		return table.Explain(options, in, c.Explain, c.JSON, e.out)
	}
	var items io.Reader
	if c.Items != "" {
		f, err := os.Open(c.Items)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // read only
		items = f
	}
	if !c.Backtest {
		return c.write(e, options, in, items)
	}
	report, err := backtest.Run(in, items)
	switch {
	case err != nil:
		return err
	case c.CSV:
		return report.CSV(e.out)
	}
	return report.Text(e.out)
}

// options reads the flags that every forecast has.
func (c *forecastCommand) options() (table.Options, error) {
	o := table.Options{Horizon: c.Horizon}
	var err error
	if o.Freq, err = forecast.ParseFreq(c.Freq); err != nil {
		return o, err
	}
	if o.Quantiles, err = table.ParseQuantiles(c.Quantiles); err != nil {
		return o, err
	}
	if o.Models, err = table.ParseModels(c.Methods, o.Freq); err != nil {
		return o, err
	}
	return o, o.Check()
}

// backtest reads the flags of a backtest, and refuses those that have no meaning without one.
func (c *forecastCommand) backtest(e *environment, o table.Options) (table.Backtest, error) {
	b := table.Backtest{Options: o, Protection: c.Protection, Cuts: c.Cuts, Progress: e.errOut}
	switch {
	case !c.Backtest && (c.Cuts != 0 || c.Origins != "" || c.Protection != 0 || c.CSV):
		return b, errors.New("--cuts, --origins, --protection and --csv belong to --backtest")
	case c.Explain == "" && c.JSON:
		return b, errors.New("--json belongs to --explain")
	case (c.Backtest || c.Explain != "") && (c.Steps != "" || c.Sums != ""):
		return b, errors.New("--steps and --sums belong to a forecast, not to --backtest or --explain")
	}
	if c.Origins != "" {
		for part := range strings.SplitSeq(c.Origins, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil {
				return b, errors.New("the origin " + strconv.Quote(part) + " is not a whole number of periods")
			}
			b.Origins = append(b.Origins, n)
		}
	}
	if !c.Backtest {
		return b, nil
	}
	return b, b.Check()
}

// write runs the forecast into the files named; a failed run leaves none behind.
func (c *forecastCommand) write(e *environment, options table.Options, in, items io.Reader) (err error) {
	var steps, sums io.Writer
	var made []*os.File
	for _, out := range []struct {
		path string
		to   *io.Writer
	}{{c.Steps, &steps}, {c.Sums, &sums}} {
		if out.path == "" {
			continue
		}
		f, failed := os.Create(out.path)
		if failed != nil {
			err = failed
			break
		}
		made = append(made, f)
		*out.to = f
	}
	if c.Steps == "" && c.Sums == "" {
		steps = e.out
	}
	if err == nil {
		err = table.Run(options, in, items, steps, sums)
	}
	for _, f := range made {
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		for _, f := range made {
			_ = os.Remove(f.Name())
		}
	}
	return err
}

// openInput opens a file, or standard input for "-".
func openInput(e *environment, path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(e.in), nil
	}
	return os.Open(path)
}
