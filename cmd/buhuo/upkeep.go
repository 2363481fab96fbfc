package main

import (
	"errors"
	"fmt"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/upkeep"
)

type migrateCommand struct{ target }

func (migrateCommand) Help() string {
	return "A server migrates by itself when it starts; this does it beforehand. A copy is made first.\n\nExample:\n  buhuo migrate --data /var/lib/buhuo"
}

func (c *migrateCommand) Run(e *environment) error {
	d, err := db.Open(e.ctx, c.address())
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // nothing is written after Migrate
	before, err := d.State(e.ctx)
	if err != nil {
		return err
	}
	kept, err := d.Migrate(e.ctx)
	if err != nil {
		return err
	}
	if kept != "" {
		fmt.Fprintf(e.out, "copied the database to %s\n", kept)
	}
	_, err = fmt.Fprintf(e.out, "schema %d, was %d\n", max(before.Newest, before.Current), before.Current)
	return err
}

type backupCommand struct {
	target
	File string `arg:"" help:"File to write; replaced when it exists."`
}

func (backupCommand) Help() string {
	return "The copy is consistent, its books are proven and it is flushed to disk before it gets its name; the server may go on serving.\n\nExample:\n  buhuo backup /media/usb/buhuo-2026-11-23.db"
}

func (c *backupCommand) Run(e *environment) error {
	d, err := db.Open(e.ctx, c.address())
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // only read
	if err := upkeep.Backup(e.ctx, d, c.File); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "wrote %s\n", c.File)
	return err
}

type restoreCommand struct {
	Data string `default:"./data" type:"path" placeholder:"DIR" help:"Folder of the database."`
	File string `arg:"" help:"Backup to put in place."`
}

func (restoreCommand) Help() string {
	return "The backup is checked first; the database that was there is kept beside it. The server must be stopped.\n\nExample:\n  buhuo restore /media/usb/buhuo-2026-11-23.db --data /var/lib/buhuo"
}

func (c *restoreCommand) Run(e *environment) error {
	kept, err := upkeep.Restore(e.ctx, c.File, c.Data)
	if err != nil {
		return err
	}
	if kept != "" {
		fmt.Fprintf(e.out, "the database that was there is %s\n", kept)
	}
	_, err = fmt.Fprintf(e.out, "restored %s\n", c.File)
	return err
}

type verifyCommand struct {
	target
	Rebuild bool `help:"Also throw away and work out again what is derived: balances, demand, suggestions."`
}

func (verifyCommand) Help() string {
	return "Ends with status 0 only when every invariant holds, and names what does not.\n\nExample:\n  buhuo verify --data /var/lib/buhuo"
}

func (c *verifyCommand) Run(e *environment) error {
	return c.with(e, func(a *app.App) error {
		if c.Rebuild {
			if err := a.Rebuild(e.ctx); err != nil {
				return err
			}
		}
		report, err := a.Verify(e.ctx)
		if err != nil {
			return err
		}
		for _, line := range report.Wrong {
			fmt.Fprintln(e.errOut, line)
		}
		if len(report.Wrong) > 0 {
			return fmt.Errorf("%d invariants do not hold", len(report.Wrong))
		}
		_, err = fmt.Fprintf(e.out, "all invariants hold in %d shops\n", report.Shops)
		return err
	})
}

type doctorCommand struct{ target }

func (doctorCommand) Help() string { return "Example:\n  buhuo doctor --data /var/lib/buhuo" }

func (c *doctorCommand) Run(e *environment) error {
	bad := 0
	for _, finding := range upkeep.Examine(e.ctx, c.address()) {
		mark := "ok  "
		if !finding.Good {
			mark = "BAD "
			bad++
		}
		fmt.Fprintf(e.out, "%s%s\n", mark, finding.Text)
	}
	if bad > 0 {
		return errors.New("the doctor found something to mend")
	}
	return nil
}
