package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/upkeep"
)

type migrateCommand struct{ target }

func migrate(e *environment) *cobra.Command {
	var c migrateCommand
	cmd := e.command("migrate", "Bring the database to this version's schema.", "buhuo migrate --data /var/lib/buhuo", c.run)
	cmd.Long = "A server migrates by itself when it starts; this does it beforehand. A copy is made first."
	c.flags(cmd.Flags())
	return cmd
}

func (c *migrateCommand) run(e *environment) error {
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
	File string
}

func backup(e *environment) *cobra.Command {
	var c backupCommand
	cmd := e.command("backup FILE", "Write a consistent copy of the database, while it is in use.", "buhuo backup /media/usb/buhuo-2026-11-23.db", c.run)
	cmd.Long = "The copy is consistent, its books are proven and it is flushed to disk before it gets its name (FILE is replaced when it exists); the server may go on serving."
	c.flags(cmd.Flags())
	return arguments(cmd, 1, &c.File)
}

func (c *backupCommand) run(e *environment) error {
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
	Data, File string
}

func restore(e *environment) *cobra.Command {
	var c restoreCommand
	cmd := e.command("restore FILE", "Put a backup in the place of the database.", "buhuo restore /media/usb/buhuo-2026-11-23.db --data /var/lib/buhuo", c.run)
	cmd.Long = "The backup is checked first; the database that was there is kept beside it. The server must be stopped."
	cmd.Flags().StringVar(&c.Data, "data", "./data", "folder `DIR` of the database")
	return arguments(cmd, 1, &c.File)
}

func (c *restoreCommand) run(e *environment) error {
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
	Rebuild bool
}

func verify(e *environment) *cobra.Command {
	var c verifyCommand
	cmd := e.command("verify", "Prove every invariant of the database.", "buhuo verify --data /var/lib/buhuo", c.run)
	cmd.Long = "Ends with status 0 only when every invariant holds, and names what does not."
	c.flags(cmd.Flags())
	cmd.Flags().BoolVar(&c.Rebuild, "rebuild", false, "also throw away and work out again what is derived: balances, demand, suggestions")
	return cmd
}

func (c *verifyCommand) run(e *environment) error {
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

func doctor(e *environment) *cobra.Command {
	var c doctorCommand
	cmd := e.command("doctor", "Look for what could go wrong on this machine.", "buhuo doctor --data /var/lib/buhuo", c.run)
	c.flags(cmd.Flags())
	return cmd
}

func (c *doctorCommand) run(e *environment) error {
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
