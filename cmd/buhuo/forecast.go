package main

import (
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"buhuo/internal/forecast"
	"buhuo/internal/forecast/table"
)

type forecastCommand struct {
	File, Freq, Quantiles, Items, Steps, Sums, Methods, Explain, Origins string
	Horizon, Cuts, Protection                                            int
	JSON, Backtest, CSV                                                  bool
}

// tableHelp is what the commands that read a table of sales say of it.
const tableHelp = "FILE is a CSV with item,date,quantity and, where known, available, price, promo, discount, category (gz accepted); - for standard input."

func forecastOf(e *environment) *cobra.Command {
	c := forecastCommand{Freq: "day"}
	cmd := e.command("forecast FILE", "Forecast from a CSV file; opens no database.",
		"buhuo forecast sales.csv.gz --freq day --horizon 14 --sums sums.csv\n"+
			"buhuo forecast sales.csv.gz --backtest --horizon 14 --protection 7\n"+
			"buhuo forecast sales.csv.gz --explain 青菜", c.run)
	cmd.Long = cmd.Short + "\n\n" + tableHelp + "\nWithout --steps and --sums the steps go to standard output."
	f := cmd.Flags()
	f.Var(choice{&c.Freq, []string{"day", "week", "month"}}, "freq", "length of a period")
	f.IntVar(&c.Horizon, "horizon", 14, "how many periods to look ahead")
	f.StringVar(&c.Quantiles, "quantiles", "0.5,0.9,0.95,0.99", "quantiles to print, ascending")
	f.StringVar(&c.Items, "items", "", "CSV `FILE` with a column item: forecast these only")
	f.StringVar(&c.Steps, "steps", "", "write the demand of each period into `FILE`")
	f.StringVar(&c.Sums, "sums", "", "write the demand from the first period through each date into `FILE`")
	f.StringVar(&c.Methods, "methods", "", "combine the methods of this `LIST` only, comma separated; a wrong name lists them all")
	f.StringVar(&c.Explain, "explain", "", "print what the forecast of this `ITEM` is made of")
	f.BoolVar(&c.JSON, "json", false, "with --explain: as JSON")
	f.BoolVar(&c.Backtest, "backtest", false, "forecast at moments of the past and print how good each method was")
	f.IntVar(&c.Cuts, "cuts", 0, "with --backtest: how many moments, one horizon apart (4, or what the file allows)")
	f.StringVar(&c.Origins, "origins", "", "with --backtest: instead, a `LIST` of how many periods before the end each lies, comma separated")
	f.IntVar(&c.Protection, "protection", 0, "with --backtest: periods that an order must cover (half the horizon)")
	f.BoolVar(&c.CSV, "csv", false, "with --backtest: as CSV")
	cmd.MarkFlagsMutuallyExclusive("explain", "backtest")
	return arguments(cmd, 1, &c.File)
}

func (c *forecastCommand) run(e *environment) error {
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
