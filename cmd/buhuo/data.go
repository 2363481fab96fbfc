package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/restock/table"
	"buhuo/internal/sales"
)

type importCommand struct {
	Kind, File string
	inShop
	Source, Undo string
}

// importKinds are what a file may hold.
var importKinds = []string{"products", "sales", "stock"}

func importFile(e *environment) *cobra.Command {
	var c importCommand
	cmd := e.command("import products|sales|stock [FILE]", "Bring in products, sales or stock from a file, CSV or gzipped CSV.",
		"buhuo import sales sales.csv.gz --shop cunkou\nbuhuo import sales --shop cunkou --undo 3", c.run)
	c.inShop.flags(cmd)
	cmd.Flags().StringVar(&c.Source, "source", "", "`NAME` of the system that wrote the file; found out when missing")
	cmd.Flags().StringVar(&c.Undo, "undo", "", "undo the import of this number (`ID`) instead")
	return arguments(cmd, 1, &c.Kind, &c.File)
}

func (c *importCommand) run(e *environment) error {
	if !slices.Contains(importKinds, c.Kind) {
		return misused("a file holds %s, not %q", strings.Join(importKinds, ", "), c.Kind)
	}
	if (c.File == "") == (c.Undo == "") {
		return misused("give either a file or --undo with the number of an import")
	}
	return c.in(e, func(ctx context.Context, a *app.App) error {
		if c.Undo != "" {
			number, err := strconv.ParseInt(strings.TrimPrefix(c.Undo, "#"), 10, 64)
			if err != nil {
				return misused("--undo wants the number of an import, not %q", c.Undo)
			}
			if err := a.Sales.Undo(ctx, number); err != nil {
				return err
			}
			_, err = fmt.Fprintf(e.out, "import %d is undone\n", number)
			return err
		}
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // read only
		bar := app.NewProgress(e.errOut)
		defer bar.End()
		report, err := a.Sales.Import(ctx, sales.ImportRequest{Kind: sales.ImportKind(c.Kind), Source: c.Source, FileName: filepath.Base(c.File), Body: f,
			Progress: func(done, of int) { bar.Show(c.Kind, done, of) }})
		if err != nil {
			return err
		}
		return c.print(e, report)
	})
}

func (c *importCommand) print(e *environment, r sales.Report) error {
	for _, line := range r.Errors {
		fmt.Fprintf(e.errOut, "line %d: %s\n", line.Line, i18n.For(e.lang).T(line.Key, line.Args...))
	}
	_, err := fmt.Fprintf(e.out, "import %d: %d rows read, %d new, %d already here, %d refused\n", r.Batch, r.Read, r.New, r.Same, r.Refused)
	return err
}

type suggestCommand struct {
	inShop
	AsOf, Lang string
	CSV, JSON  bool
}

func suggest(e *environment) *cobra.Command {
	c := suggestCommand{Lang: string(e.lang)}
	cmd := e.command("suggest", "Print what to order.", "buhuo suggest --shop cunkou --csv\nbuhuo suggest --shop cunkou --as-of 2026-10-31", c.run)
	c.inShop.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&c.AsOf, "as-of", "", "as it was after closing on this day (`DATE`), using nothing later")
	f.BoolVar(&c.CSV, "csv", false, "print CSV")
	f.BoolVar(&c.JSON, "json", false, "print JSON")
	f.Var(choice{&c.Lang, languages()}, "lang", "language of the reasons")
	cmd.MarkFlagsMutuallyExclusive("csv", "json")
	return cmd
}

func (c *suggestCommand) run(e *environment) error {
	lang, _ := i18n.ParseLang(c.Lang)
	return c.in(e, func(ctx context.Context, a *app.App) error {
		var asOf *day.Date
		if c.AsOf != "" {
			d, err := day.Parse(c.AsOf)
			if err != nil {
				return misuse{err}
			}
			asOf = &d
		}
		rows, err := a.SuggestRows(ctx, asOf)
		if err != nil {
			return err
		}
		in, err := a.Shop.Get(ctx)
		if err != nil {
			return err
		}
		format := table.Text
		switch {
		case c.CSV:
			format = table.CSV
		case c.JSON:
			format = table.JSON
		}
		return table.Write(e.out, format, rows, table.Words{Printer: i18n.For(lang), Currency: in.Currency, ShowUnit: in.ShowUnit})
	})
}

func orderCommands(e *environment) *cobra.Command {
	return group("order", "Work with purchase orders.", orderExport(e), orderList(e))
}

type orderExportCommand struct {
	Order string
	inShop
	Format, Layout, Out string
}

func orderExport(e *environment) *cobra.Command {
	c := orderExportCommand{Layout: "ours"}
	cmd := e.command("export ORDER", "Write the document of an order, named by its number (PO-2026-0117 or 117) or id.",
		"buhuo order export PO-2026-0117 --shop cunkou --format pdf --out order.pdf", c.run)
	c.inShop.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&c.Format, "format", "pdf", "pdf, html, png, txt, xlsx, csv, xml (UBL 2.1) or json")
	f.Var(choice{&c.Layout, []string{"ours", "supplier"}}, "layout", "supplier: his columns (csv) or his own form (xlsx), as kept on his page")
	f.StringVar(&c.Out, "out", "", "`FILE` to write; standard output when missing")
	return arguments(cmd, 1, &c.Order)
}

func (c *orderExportCommand) run(e *environment) error {
	return c.in(e, func(ctx context.Context, a *app.App) error {
		document, err := a.OrderDocument(ctx, c.Order, c.Format, c.Layout == "supplier")
		if errors.Is(err, app.ErrUnknownFormat) {
			return misuse{err}
		}
		if err != nil {
			return err
		}
		if c.Out == "" || c.Out == "-" {
			_, err = e.out.Write(document)
			return err
		}
		return os.WriteFile(c.Out, document, 0o644)
	})
}

type orderListCommand struct{ inShop }

func orderList(e *environment) *cobra.Command {
	var c orderListCommand
	return c.inShop.flags(e.command("list", "List the orders.", "buhuo order list --shop cunkou", c.run))
}

func (c *orderListCommand) run(e *environment) error {
	return c.in(e, func(ctx context.Context, a *app.App) error {
		orders, err := a.Orders(ctx)
		for _, o := range orders {
			fmt.Fprintf(e.out, "%s\t%s\t%s\t%s %s\n", o.NumberText(), o.State, o.SupplierName, o.Total.Decimal(o.Currency), o.Currency.Code)
		}
		return err
	})
}
