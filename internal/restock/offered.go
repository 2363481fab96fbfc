package restock

import (
	"context"
	"slices"

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
	Offers   []replenish.Compared // the cheapest unit first
	Range    *SavingRange         // of what the suggestion saves; nil: nothing taught it
	// Prices are what each supplier asked for a base unit, the earliest day first.
	Prices map[ident.ID][]catalog.Quote
}

// SavingRange is a saving as earlier ones turned out: of ten, one came out below Low and
// one above High.
type SavingRange struct {
	Low, High money.Amount
	Lines     int  // of deliveries taught it
	Own       bool // all of them of the same supplier
}

// leastLines of deliveries teach a range; the last mostLines are looked at.
const leastLines, mostLines = 10, 200

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
	if saving := trace.Result.Saving; saving != nil && trace.Result.Choice != nil {
		out.Range, err = s.savingRange(ctx, *saving, *trace)
	}
	return out, err
}

// savingRange reads how promised savings came out of late, of this supplier if there
// are enough, else of all.
func (s *Service) savingRange(ctx context.Context, promised replenish.Saving, t replenish.Trace) (*SavingRange, error) {
	q := purchase.SavedQuery{From: t.Inputs.Today.Add(-365), Supplier: t.Result.Choice.Supplier, Limit: mostLines}
	missed, err := s.missed(ctx, q)
	if err != nil {
		return nil, err
	}
	own := len(missed) >= leastLines
	if !own {
		q.Supplier = ident.ID{}
		if missed, err = s.missed(ctx, q); err != nil || len(missed) < leastLines {
			return nil, err
		}
	}
	reference, err := money.Line(t.Result.Quantity, promised.Landed, t.Inputs.Currency)
	if err != nil {
		return nil, err
	}
	slices.Sort(missed)
	at := func(tenth int) money.Amount {
		part, err := money.MulDiv(int64(reference), missed[(len(missed)-1)*tenth/10], missScale)
		if err != nil {
			return promised.Amount
		}
		return promised.Amount + money.Amount(part)
	}
	return &SavingRange{Low: at(1), High: at(9), Lines: len(missed), Own: own}, nil
}

// missScale is the whole of which a missed saving is a part.
const missScale = 1_000_000

// missed reads by how much savings missed what the order had promised, as parts of what
// the middleman would have taken.
func (s *Service) missed(ctx context.Context, q purchase.SavedQuery) ([]int64, error) {
	lines, err := s.purchase.Savings(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []int64
	for _, l := range lines {
		came, ok := l.Amount()
		if !ok || l.Estimated == nil || *l.Reference <= 0 {
			continue
		}
		part, err := money.MulDiv(int64(came-*l.Estimated), missScale, int64(*l.Reference))
		if err != nil {
			return nil, err
		}
		out = append(out, part)
	}
	return out, nil
}
