package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"buhuo/internal/app"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

type shopCommands struct {
	Add  shopAddCommand  `cmd:"" help:"Add a shop."`
	List shopListCommand `cmd:"" help:"List the shops."`
}

type shopAddCommand struct {
	target
	Name     string `required:"" help:"Name of the shop, in any script."`
	Slug     string `help:"Short name in a-z, 0-9 and dashes; made from the name when missing."`
	Timezone string `default:"Asia/Shanghai" help:"Time zone of the shop's days."`
	Currency string `default:"CNY" help:"Currency, three letters."`
	Province string `help:"Province of the shop, the two digits of GB/T 2260 (33 is Zhejiang)."`
}

func (shopAddCommand) Help() string {
	return "Example:\n  buhuo shop add --name 村口小店 --slug cunkou"
}

func (c *shopAddCommand) Run(e *environment) error {
	return c.with(e, func(a *app.App) error {
		made, err := a.Shop.CreateShop(e.ctx, shop.NewShop{Slug: c.Slug, Name: c.Name, Timezone: c.Timezone, Currency: c.Currency, Province: c.Province})
		if err == nil {
			_, err = fmt.Fprintln(e.out, made.Slug)
		}
		return err
	})
}

type shopListCommand struct{ target }

func (shopListCommand) Help() string { return "Example:\n  buhuo shop list" }

func (c *shopListCommand) Run(e *environment) error {
	return c.with(e, func(a *app.App) error {
		shops, err := a.Shop.Shops(e.ctx)
		for _, s := range shops {
			fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\n", s.Slug, s.Name, s.Timezone, s.Currency.Code)
		}
		return err
	})
}

type userCommands struct {
	Add      userAddCommand      `cmd:"" help:"Add a person to a shop."`
	Password userPasswordCommand `cmd:"" help:"Set a person's password and end their sessions."`
}

type userAddCommand struct {
	target
	Shop          string `required:"" placeholder:"SLUG" help:"Short name of the shop."`
	Login         string `required:"" help:"Login name; a phone number or an e-mail address will do."`
	Name          string `help:"Name shown to others; the login when missing."`
	Phone         string `help:"Phone number, which also logs in."`
	Email         string `help:"E-mail address, which also logs in."`
	Role          string `default:"seller" enum:"owner,manager,seller,viewer" help:"owner, manager, seller or viewer."`
	PasswordStdin bool   `help:"Read the password from standard input instead of asking."`
}

func (userAddCommand) Help() string {
	return "Example:\n  echo \"$PASSWORD\" | buhuo user add --shop cunkou --login wang --role owner --password-stdin"
}

func (c *userAddCommand) Run(e *environment) error {
	password, err := readPassword(e, c.PasswordStdin)
	if err != nil {
		return err
	}
	return c.with(e, func(a *app.App) error {
		in, err := a.Shop.BySlug(e.ctx, c.Shop)
		if err != nil {
			return err
		}
		p, err := a.Shop.AddPerson(e.ctx, in.ID, shop.NewPerson{Login: c.Login, Name: c.Name, Phone: c.Phone, Email: c.Email, Password: password, Role: tenant.Role(c.Role)})
		if err == nil {
			_, err = fmt.Fprintln(e.out, p.Login)
		}
		return err
	})
}

type userPasswordCommand struct {
	target
	Login         string `required:"" help:"Login name, phone number or e-mail address."`
	PasswordStdin bool   `help:"Read the password from standard input instead of asking."`
}

func (userPasswordCommand) Help() string {
	return "Example:\n  buhuo user password --login wang"
}

func (c *userPasswordCommand) Run(e *environment) error {
	password, err := readPassword(e, c.PasswordStdin)
	if err != nil {
		return err
	}
	return c.with(e, func(a *app.App) error { return a.Shop.SetPassword(e.ctx, c.Login, password) })
}

// readPassword reads one line from standard input, or asks on the terminal
// without showing it.
func readPassword(e *environment, piped bool) (string, error) {
	if piped {
		line, err := bufio.NewReader(io.LimitReader(e.in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return strings.TrimRight(line, "\r\n"), nil
	}
	terminal, ok := e.in.(*os.File)
	if !ok || !term.IsTerminal(int(terminal.Fd())) {
		return "", misused("there is no terminal to ask for the password; use --password-stdin")
	}
	fmt.Fprint(e.errOut, "Password: ")
	typed, err := term.ReadPassword(int(terminal.Fd()))
	fmt.Fprintln(e.errOut)
	return string(typed), err
}
