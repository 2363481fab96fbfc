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
	out := lateFile{path: c.Out}
	err = errors.Join(table.Run(in, hourly, &out), out.Close())
	if err != nil && out.file != nil { // half a table is worse than none
		_ = os.Remove(c.Out)
	}
	return err
}

// lateFile is made with the first word written to it: what cannot be read leaves an older table in
// its place.
type lateFile struct {
	path string
	file *os.File
}

func (f *lateFile) Write(p []byte) (int, error) {
	if f.file == nil {
		made, err := os.Create(f.path)
		if err != nil {
			return 0, err
		}
		f.file = made
	}
	return f.file.Write(p)
}

func (f *lateFile) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}
