package main

import (
	"errors"
	"io"
	"os"

	"buhuo/internal/demand/table"
)

type demandCommand struct {
	File   string `arg:"" help:"CSV with item,date,quantity and, where known, available, price, promo, discount, category (gz accepted); - for standard input."`
	Hourly string `placeholder:"FILE" help:"CSV with item,date,hour,quantity,in_stock (gz accepted): what was sold by the hour, and which share of it on the shelf."`
	Out    string `placeholder:"FILE" help:"Write the demand of each day here."`
}

func (demandCommand) Help() string {
	return "Without --out the table goes to standard output.\n\nExample:\n  buhuo demand sales.csv.gz --hourly hours.csv.gz --out demand.csv"
}

func (c *demandCommand) Run(e *environment) (err error) {
	if c.File == "-" && c.Hourly == "-" {
		return misused("only one of the tables can come from standard input")
	}
	in, err := openInput(e, c.File)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	var hourly io.Reader
	if c.Hourly != "" {
		f, err := openInput(e, c.Hourly)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // read only
		hourly = f
	}
	if c.Out == "" {
		return table.Run(in, hourly, e.out)
	}
	out, err := os.Create(c.Out)
	if err != nil {
		return err
	}
	err = errors.Join(table.Run(in, hourly, out), out.Close())
	if err != nil { // a failed run leaves nothing behind
		_ = os.Remove(c.Out)
	}
	return err
}
