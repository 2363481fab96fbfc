package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"buhuo/internal/app"
	"buhuo/internal/shop"
)

// target names the database of a command.
type target struct {
	Data, Database string
}

func (t *target) flags(f *pflag.FlagSet) {
	f.StringVar(&t.Data, "data", "./data", "folder `DIR` of the database")
	f.StringVar(&t.Database, "database", "", "PostgreSQL address `URL` (postgres://…) instead of the file in --data")
}

func (t target) address() string {
	if t.Database != "" {
		return t.Database
	}
	return t.Data
}

// open opens the database with every room wired, migrated to this version.
func (t target) open(e *environment) (*app.App, error) {
	return app.Open(e.ctx, app.Config{Target: t.address(), Lang: string(e.lang)})
}

// with opens the database, runs fn and closes it.
func (t target) with(e *environment, fn func(*app.App) error) error {
	a, err := t.open(e)
	if err != nil {
		return err
	}
	err = fn(a)
	if closed := a.Close(); err == nil {
		err = closed
	}
	return err
}

// inShop is a target with a shop.
type inShop struct {
	target
	Shop string
}

// flags adds the flags to cmd, whose shop must be named.
func (t *inShop) flags(cmd *cobra.Command) *cobra.Command {
	t.target.flags(cmd.Flags())
	cmd.Flags().StringVar(&t.Shop, "shop", "", "short name (`SLUG`) of the shop")
	return required(cmd, "shop")
}

// in runs fn with the shop in ctx, as its owner.
func (t inShop) in(e *environment, fn func(context.Context, *app.App) error) error {
	return t.with(e, func(a *app.App) error {
		found, err := a.Shop.BySlug(e.ctx, t.Shop)
		if err != nil {
			return err
		}
		return fn(shop.Acting(e.ctx, found), a)
	})
}
