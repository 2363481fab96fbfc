package main

import (
	"context"

	"buhuo/internal/app"
	"buhuo/internal/shop"
)

// target names the database of a command.
type target struct {
	Data     string `default:"./data" type:"path" placeholder:"DIR" help:"Folder of the database."`
	Database string `placeholder:"URL" help:"PostgreSQL address (postgres://…) instead of the file in --data."`
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
	Shop string `required:"" placeholder:"SLUG" help:"Short name of the shop."`
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
