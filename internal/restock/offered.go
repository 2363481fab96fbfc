package restock

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/purchase"
	"buhuo/internal/replenish"
)

// Offered is a product with all its offers side by side.
type Offered struct {
	Product catalog.Product
	Row     Row  // with its trace
	Thought bool // false: nothing has been worked out, and nothing below is known
	// Quantity, in base units, is what all are asked for: what is to be ordered, or what
	// the goods of one period are.
	Quantity measure.Quantity
	Offers   []replenish.Compared  // the cheapest unit first
	Range    *purchase.SavingRange // of what the suggestion saves; nil: nothing taught it
	// Prices are what each supplier asked for a base unit, the earliest day first.
	Prices map[ident.ID][]catalog.Quote
}

// Offered reads the offers of a product; NotFound when this shop has none such.
func (s *Service) Offered(ctx context.Context, id ident.ID) (Offered, error) {
	products, err := s.catalog.Products(ctx, []ident.ID{id})
	if err != nil {
		return Offered{}, err
	}
	p, ok := products[id]
	if !ok {
		return Offered{}, fault.New(fault.NotFound, "restock.product_missing")
	}
	out := Offered{Product: p}
	quotes, err := s.catalog.QuotesOf(ctx, []ident.ID{id})
	if err != nil {
		return Offered{}, err
	}
	out.Prices = map[ident.ID][]catalog.Quote{}
	for _, q := range quotes[id] {
		out.Prices[q.SupplierID] = append(out.Prices[q.SupplierID], q)
	}
	rows, err := s.store.Suggestions(ctx, []ident.ID{id})
	if err != nil || len(rows) == 0 {
		return out, err
	}
	out.Row, out.Thought = rows[0].row(p), true
	trace := &out.Row.Trace
	if out.Quantity = out.Row.Chosen(); out.Quantity == 0 && trace.Result.Choice != nil {
		out.Quantity = trace.Result.Choice.Base.Quantity
	}
	out.Offers = replenish.Compare(trace, out.Quantity)
	out.Range, err = s.SavingRange(ctx, *trace)
	return out, err
}

// SavingRange reads how much the suggestion is likely to save, as earlier savings came
// out; nil when it saves nothing, or too little is known.
func (s *Service) SavingRange(ctx context.Context, t replenish.Trace) (*purchase.SavingRange, error) {
	promised := t.Result.Saving
	if promised == nil || t.Result.Choice == nil {
		return nil, nil
	}
	reference, err := money.Line(t.Result.Quantity, promised.Landed, t.Inputs.Currency)
	if err != nil {
		return nil, err
	}
	return s.purchase.Range(ctx, purchase.Promise{Supplier: t.Result.Choice.Supplier, Saving: promised.Amount, Reference: reference})
}
