package main

import (
	"errors"
	"io"
	"os"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

type forecastCommand struct {
	File      string `arg:"" help:"CSV with item,date,quantity (gz accepted); - for standard input."`
	Freq      string `default:"day" enum:"day,week,month" help:"Length of a period: day, week or month."`
	Horizon   int    `default:"14" help:"How many periods to look ahead."`
	Quantiles string `default:"0.5,0.9,0.95,0.99" help:"Quantiles to print, ascending."`
	Items     string `placeholder:"FILE" help:"CSV with a column item: forecast these only."`
	Steps     string `placeholder:"FILE" help:"Write the demand of each period here."`
	Sums      string `placeholder:"FILE" help:"Write the demand from the first period through each date here."`
}

func (forecastCommand) Help() string {
	return "Without --steps and --sums the steps go to standard output.\n\nExample:\n  buhuo forecast sales.csv.gz --freq day --horizon 14 --sums sums.csv"
}

func (c *forecastCommand) Run(e *environment) error {
	freq, err := forecast.ParseFreq(c.Freq)
	if err != nil {
		return misuse{err}
	}
	quantiles, err := table.ParseQuantiles(c.Quantiles)
	if err != nil {
		return misuse{err}
	}
	options := table.Options{Freq: freq, Horizon: c.Horizon, Quantiles: quantiles}
	if err := options.Check(); err != nil {
		return misuse{err}
	}
	in, err := openInput(e, c.File)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	var items io.Reader
	if c.Items != "" {
		f, err := os.Open(c.Items)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // read only
		items = f
	}
	return c.write(e, options, in, items)
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
