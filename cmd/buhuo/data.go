package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"buhuo/internal/app"
	"buhuo/internal/day"
	"buhuo/internal/i18n"
	"buhuo/internal/restock/table"
	"buhuo/internal/sales"
)

type importCommand struct {
	Kind string `arg:"" enum:"products,sales,stock" help:"What the file holds: products, sales or stock."`
	File string `arg:"" optional:"" help:"The file, CSV or gzipped CSV."`
	inShop
	Source string `placeholder:"NAME" help:"System that wrote the file; found out when missing."`
	Undo   string `placeholder:"ID" help:"Undo the import of this number instead."`
}

func (importCommand) Help() string {
	return "Example:\n  buhuo import sales sales.csv.gz --shop cunkou\n  buhuo import sales --shop cunkou --undo 3"
}

func (c *importCommand) Run(e *environment) error {
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
	AsOf string `placeholder:"DATE" help:"As it was after closing on this day, using nothing later."`
	CSV  bool   `help:"Print CSV." xor:"format"`
	JSON bool   `help:"Print JSON." xor:"format"`
	Lang string `enum:"zh-Hans,fr,en," default:"" help:"Language of the reasons: zh-Hans, fr or en."`
}

func (suggestCommand) Help() string {
	return "Example:\n  buhuo suggest --shop cunkou --csv\n  buhuo suggest --shop cunkou --as-of 2026-10-31"
}

func (c *suggestCommand) Run(e *environment) error {
	lang := e.lang
	if c.Lang != "" {
		lang, _ = i18n.ParseLang(c.Lang)
	}
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

type orderCommands struct {
	Export orderExportCommand `cmd:"" help:"Write the document of an order."`
	List   orderListCommand   `cmd:"" help:"List the orders."`
}

type orderExportCommand struct {
	Order string `arg:"" help:"Number (PO-2026-0117 or 117) or id of the order."`
	inShop
	Format string `default:"pdf" help:"pdf, html, png, txt, xlsx, csv, xml (UBL 2.1) or json."`
	Layout string `default:"ours" enum:"ours,supplier" help:"supplier: his columns (csv) or his own form (xlsx), as kept on his page."`
	Out    string `placeholder:"FILE" help:"File to write; standard output when missing."`
}

func (orderExportCommand) Help() string {
	return "Example:\n  buhuo order export PO-2026-0117 --shop cunkou --format pdf --out order.pdf"
}

func (c *orderExportCommand) Run(e *environment) error {
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

func (orderListCommand) Help() string { return "Example:\n  buhuo order list --shop cunkou" }

func (c *orderListCommand) Run(e *environment) error {
	return c.in(e, func(ctx context.Context, a *app.App) error {
		orders, err := a.Orders(ctx)
		for _, o := range orders {
			fmt.Fprintf(e.out, "%s\t%s\t%s\t%s %s\n", o.NumberText(), o.State, o.SupplierName, o.Total.Decimal(o.Currency), o.Currency.Code)
		}
		return err
	})
}
