package catalog

import (
	"context"
	"fmt"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// Quote is what a supplier asked for a base unit of a product on a day.
type Quote struct {
	ProductID, SupplierID ident.ID
	Day                   day.Date
	Price                 money.Price
	BatchID               ident.ID // the import that brought it; zero: none
}

// AddQuotes keeps many quotes, all or none. Of two for the same product, supplier
// and day the later one holds.
func (s *Service) AddQuotes(ctx context.Context, quotes []Quote) error {
	type key struct {
		product, supplier ident.ID
		day               day.Date
	}
	at := make(map[key]int, len(quotes))
	kept := make([]Quote, 0, len(quotes))
	seen := map[ident.ID]bool{}
	var ids []ident.ID
	for i, q := range quotes {
		if q.Price < 0 || q.Price > money.MaxPrice {
			return fmt.Errorf("quote %d: %w", i+1, fault.New(fault.Invalid, "catalog.price_negative").WithField("cost"))
		}
		if !seen[q.ProductID] {
			seen[q.ProductID] = true
			ids = append(ids, q.ProductID)
		}
		k := key{q.ProductID, q.SupplierID, q.Day}
		if j, again := at[k]; again {
			kept[j] = q
			continue
		}
		at[k] = len(kept)
		kept = append(kept, q)
	}
	if len(kept) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.store.AddQuotes(ctx, kept); err != nil {
			return err
		}
		return s.mark(ctx, ids...)
	})
}

// DeleteQuotes takes back the quotes that an import brought.
func (s *Service) DeleteQuotes(ctx context.Context, batchID ident.ID) error {
	if batchID.IsNil() {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		ids, err := s.store.DeleteQuotes(ctx, batchID)
		if err != nil {
			return err
		}
		return s.mark(ctx, ids...)
	})
}

// LastQuotes reads, per product, the usual supplier's last quote on or before asOf.
// A shop without a usual supplier has none.
func (s *Service) LastQuotes(ctx context.Context, asOf day.Date) (map[ident.ID]Quote, error) {
	usual, err := s.store.UsualSupplier(ctx)
	if isMissing(err) {
		return map[ident.ID]Quote{}, nil
	}
	if err != nil {
		return nil, err
	}
	quotes, err := s.store.LastQuotes(ctx, usual.ID, asOf)
	if err != nil {
		return nil, err
	}
	out := make(map[ident.ID]Quote, len(quotes))
	for _, q := range quotes {
		out[q.ProductID] = q
	}
	return out, nil
}

// QuotesOf reads all that was ever asked for products (nil: for all) by product, by
// supplier and the earliest first.
func (s *Service) QuotesOf(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]Quote, error) {
	quotes, err := s.store.Quotes(ctx, productIDs)
	if err != nil {
		return nil, err
	}
	out := map[ident.ID][]Quote{}
	for _, q := range quotes {
		out[q.ProductID] = append(out[q.ProductID], q)
	}
	return out, nil
}
