package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"buhuo/internal/demand/table"
)

type demandCommand struct {
	File, Hourly, Out string
}

func demandOf(e *environment) *cobra.Command {
	var c demandCommand
	cmd := e.command("demand FILE", "Work out from a CSV file what customers wanted when the shelf was empty; opens no database.",
		"buhuo demand sales.csv.gz --hourly hours.csv.gz --out demand.csv", c.run)
	cmd.Long = cmd.Short + "\n\n" + tableHelp + "\nWithout --out the table goes to standard output."
	cmd.Flags().StringVar(&c.Hourly, "hourly", "", "CSV `FILE` with item,date,hour,quantity,in_stock (gz accepted): what was sold by the hour, and which share of it on the shelf")
	cmd.Flags().StringVar(&c.Out, "out", "", "write the demand of each day into `FILE`")
	return arguments(cmd, 1, &c.File)
}

func (c *demandCommand) run(e *environment) (err error) {
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
