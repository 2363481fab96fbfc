package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"buhuo/internal/app"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

func shopCommands(e *environment) *cobra.Command {
	return group("shop", "Manage shops.", shopAdd(e), shopList(e))
}

type shopAddCommand struct {
	target
	Name, Slug, Timezone, Currency, Province string
}

func shopAdd(e *environment) *cobra.Command {
	var c shopAddCommand
	cmd := e.command("add", "Add a shop.", "buhuo shop add --name 村口小店 --slug cunkou", c.run)
	f := cmd.Flags()
	c.flags(f)
	f.StringVar(&c.Name, "name", "", "`NAME` of the shop, in any script")
	f.StringVar(&c.Slug, "slug", "", "short name in a-z, 0-9 and dashes; made from the name when missing")
	f.StringVar(&c.Timezone, "timezone", "Asia/Shanghai", "time `ZONE` of the shop's days")
	f.StringVar(&c.Currency, "currency", "CNY", "currency, three letters")
	f.StringVar(&c.Province, "province", "", "province of the shop, the two digits of GB/T 2260 (33 is Zhejiang)")
	return required(cmd, "name")
}

func (c *shopAddCommand) run(e *environment) error {
	return c.with(e, func(a *app.App) error {
		made, err := a.Shop.CreateShop(e.ctx, shop.NewShop{Slug: c.Slug, Name: c.Name, Timezone: c.Timezone, Currency: c.Currency, Province: c.Province})
		if err == nil {
			_, err = fmt.Fprintln(e.out, made.Slug)
		}
		return err
	})
}

type shopListCommand struct{ target }

func shopList(e *environment) *cobra.Command {
	var c shopListCommand
	cmd := e.command("list", "List the shops.", "buhuo shop list", c.run)
	c.flags(cmd.Flags())
	return cmd
}

func (c *shopListCommand) run(e *environment) error {
	return c.with(e, func(a *app.App) error {
		shops, err := a.Shop.Shops(e.ctx)
		for _, s := range shops {
			fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\n", s.Slug, s.Name, s.Timezone, s.Currency.Code)
		}
		return err
	})
}

func userCommands(e *environment) *cobra.Command {
	return group("user", "Manage people.", userAdd(e), userPassword(e))
}

type userAddCommand struct {
	target
	Shop, Login, Name, Phone, Email, Role string
	PasswordStdin                         bool
}

func userAdd(e *environment) *cobra.Command {
	c := userAddCommand{Role: string(tenant.Seller)}
	cmd := e.command("add", "Add a person to a shop.", "echo \"$PASSWORD\" | buhuo user add --shop cunkou --login wang --role owner --password-stdin", c.run)
	f := cmd.Flags()
	c.flags(f)
	f.StringVar(&c.Shop, "shop", "", "short name (`SLUG`) of the shop")
	f.StringVar(&c.Login, "login", "", "login name; a phone number or an e-mail address will do")
	f.StringVar(&c.Name, "name", "", "name shown to others; the login when missing")
	f.StringVar(&c.Phone, "phone", "", "phone number, which also logs in")
	f.StringVar(&c.Email, "email", "", "e-mail address, which also logs in")
	f.Var(choice{&c.Role, []string{"owner", "manager", "seller", "viewer"}}, "role", "what the person may do")
	f.BoolVar(&c.PasswordStdin, "password-stdin", false, "read the password from standard input instead of asking")
	return required(cmd, "shop", "login")
}

func (c *userAddCommand) run(e *environment) error {
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
	Login         string
	PasswordStdin bool
}

func userPassword(e *environment) *cobra.Command {
	var c userPasswordCommand
	cmd := e.command("password", "Set a person's password and end their sessions.", "buhuo user password --login wang", c.run)
	f := cmd.Flags()
	c.flags(f)
	f.StringVar(&c.Login, "login", "", "login name, phone number or e-mail address")
	f.BoolVar(&c.PasswordStdin, "password-stdin", false, "read the password from standard input instead of asking")
	return required(cmd, "login")
}

func (c *userPasswordCommand) run(e *environment) error {
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
