package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"

	"buhuo/internal/app"
	"buhuo/internal/db"
	"buhuo/internal/demo"
)

type demoCommand struct {
	Data, Addr, Export string
	Reset              bool
}

func demoShop(e *environment) *cobra.Command {
	var c demoCommand
	cmd := e.command("demo", "Generate a demo shop and serve it.", "buhuo demo --addr 127.0.0.1:8080", c.run)
	cmd.Long = "The demo is a generated grocery in Zhejiang with 300 products and two years of sales. A later start adds the days since."
	f := cmd.Flags()
	f.StringVar(&c.Data, "data", "./demo-data", "folder `DIR` of the demo database")
	f.StringVar(&c.Addr, "addr", "127.0.0.1:8080", "address `HOST:PORT` to listen on; loopback only")
	f.BoolVar(&c.Reset, "reset", false, "throw the demo away and make it again")
	f.StringVar(&c.Export, "export", "", "write example files of a small shop into `DIR` and end")
	return cmd
}

func (c *demoCommand) run(e *environment) error {
	if c.Export != "" {
		return demo.Export(e.ctx, c.Export)
	}
	if err := address(c.Addr); err != nil {
		return err
	}
	if !app.Loopback(c.Addr) {
		return misused("the demo's login is known to everybody, so it is served on 127.0.0.1 only")
	}
	cut, err := demo.HalfMade(filepath.Join(c.Data, db.FileName))
	if err != nil {
		return err
	}
	if c.Reset || cut {
		if err := c.wipe(); err != nil {
			return err
		}
	}
	// A taken port is said before minutes of work, not after.
	l, err := app.Listen(c.Addr)
	if err != nil {
		return err
	}
	if err := l.Close(); err != nil {
		return err
	}
	newLog(e.errOut, "warn")
	t := target{Data: c.Data}
	made := false
	if err := t.with(e, func(a *app.App) (err error) {
		made, err = c.ensure(e, a)
		return err
	}); err != nil {
		return err
	}
	if made { // two years need memory that serving them does not: a fresh process has none of it
		again("demo", "--data", c.Data, "--addr", c.Addr, "--reset=false")
		debug.FreeOSMemory()
	}
	return t.with(e, func(a *app.App) error { return c.serve(e, a) })
}

// ensure makes the demo or adds the days since; made: from nothing.
func (c *demoCommand) ensure(e *environment, a *app.App) (made bool, err error) {
	bar := app.NewProgress(e.errOut)
	report, err := demo.New(demo.Services{DB: a.DB, Shop: a.Shop, Catalog: a.Catalog, Stock: a.Stock, Sales: a.Sales, Account: a.Account, Purchase: a.Purchase, Enquiry: a.Enquiry, Trade: a.Trade, Restock: a.Restock, Joint: a.Joint}, time.Now).Ensure(e.ctx, bar.Show)
	bar.End()
	if err == nil && report.Outdated {
		fmt.Fprintln(e.errOut, "this demo was made by another version and is not continued; buhuo demo --reset makes a new one")
	}
	return report.Made, err
}

func (c *demoCommand) serve(e *environment, a *app.App) error {
	key, err := app.Key(c.Data, "")
	if err != nil {
		return err
	}
	return listen(e, a, app.Config{PublicURL: "http://" + c.Addr, Key: key, Addr: c.Addr, Demo: true, DemoLogin: demo.Login, DemoPassword: demo.Password}, "warn", "", func(at string) {
		fmt.Fprintf(e.out, "\n  Buhuo demo: http://%s\n  login:      %s\n  password:   %s\n", at, demo.Login, demo.Password)
		for _, p := range demo.Producers() {
			fmt.Fprintf(e.out, "  also:       %s (%s), same password\n", p.Login, p.Shop)
		}
		fmt.Fprintln(e.out)
	})
}

// wipe deletes the demo's files and nothing else; a database that is not marked
// as a demo stays.
func (c *demoCommand) wipe() error {
	path := filepath.Join(c.Data, db.FileName)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	marked, err := demo.MarkedFile(path)
	if err != nil {
		return err
	}
	if !marked {
		return fmt.Errorf("%s is not a demo database; it is left alone", path)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}
