package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/restock"
)

// ErrUnknownFormat is a document format that is not in the registry.
var ErrUnknownFormat = errors.New("unknown document format")

// OrderDocument writes an order, given by its number or id, in a format; with his, as
// its supplier wants it.
func (a *App) OrderDocument(ctx context.Context, name, format string, his bool) ([]byte, error) {
	var known []string
	for _, f := range formats() {
		known = append(known, f.Name())
		if f.Name() != format {
			continue
		}
		o, err := a.order(ctx, name)
		if err != nil {
			return nil, err
		}
		document, err := a.Purchase.Document(ctx, o.ID, "")
		if err != nil {
			return nil, err
		}
		if his {
			papers, err := a.Purchase.Papers(ctx, o.SupplierID)
			if err != nil {
				return nil, err
			}
			document.Papers = &papers
		}
		var b bytes.Buffer
		if err := f.Write(&b, document); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
	return nil, fmt.Errorf("%w %q; there are %s", ErrUnknownFormat, format, strings.Join(known, ", "))
}

func (a *App) order(ctx context.Context, name string) (purchase.Order, error) {
	if id, err := ident.Parse(name); err == nil {
		return a.Purchase.Order(ctx, id)
	}
	return a.Purchase.ByNumber(ctx, name)
}

// Orders lists the orders of the scope's shop, the newest first.
func (a *App) Orders(ctx context.Context) ([]purchase.Order, error) {
	var all []purchase.Order
	q := purchase.Query{Limit: 200}
	for {
		page, err := a.Purchase.List(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if len(page) < q.Limit {
			return all, nil
		}
		q.Before = page[len(page)-1].Number
	}
}

// SuggestRows gives what to order as the export shows it: stored rows, brought up
// to date with what was marked changed, or worked out as of a day.
func (a *App) SuggestRows(ctx context.Context, asOf *day.Date) ([]restock.Row, error) {
	if asOf != nil {
		return a.Restock.RowsAsOf(ctx, *asOf)
	}
	if err := a.runChanged(ctx); err != nil {
		return nil, err
	}
	if err := a.Restock.Daily(ctx); err != nil {
		return nil, err
	}
	return a.Restock.Rows(ctx)
}
