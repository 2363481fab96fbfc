package stock

import (
	"context"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// SourceMerge marks the transfers by which a product's goods become another one's.
const SourceMerge = "merge"

// Merge books all that lies of a product over to another one, lot by lot at what it had
// cost, by a pair of transfers each. Invalid while goods are on order or promised, while the
// book is below zero, or when the other one was never counted, for then nobody could tell
// what lies there.
func (s *Service) Merge(ctx context.Context, from, into ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if _, err := s.store.Lock(ctx); err != nil {
			return err
		}
		if err := s.free(ctx, from); err != nil {
			return err
		}
		balances, err := s.Balances(ctx, []ident.ID{from, into})
		if err != nil {
			return err
		}
		refuse := func(key string) error { return fault.New(fault.Invalid, key).WithField("into") }
		switch {
		case balances[from].OnHand < 0:
			return refuse("stock.merge_below_zero")
		case balances[from].OnHand > 0 && balances[into].KnownFrom == nil:
			return refuse("stock.merge_uncounted")
		}
		lots, err := s.Lots(ctx, from)
		if err != nil {
			return err
		}
		for line, l := range lots {
			if l.Quantity <= 0 {
				continue
			}
			if err := s.handOver(ctx, from, into, line+1, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// free refuses a product of which goods are on order or promised.
func (s *Service) free(ctx context.Context, id ident.ID) error {
	expected, err := s.store.Expected(ctx, []ident.ID{id})
	if err != nil {
		return err
	}
	promised, err := s.store.Allocated(ctx, []ident.ID{id})
	if err != nil {
		return err
	}
	if len(expected[id]) > 0 || promised[id] != 0 {
		return fault.New(fault.Invalid, "stock.merge_on_order").WithField("into")
	}
	return nil
}

// handOver moves what is left of a lot.
func (s *Service) handOver(ctx context.Context, from, into ident.ID, line int, l LotBalance) error {
	out := Posting{Kind: Transfer, ProductID: from, Quantity: -l.Quantity, Source: SourceMerge, SourceID: into, SourceLine: line}
	in := Posting{Kind: Transfer, ProductID: into, Quantity: l.Quantity, Source: SourceMerge, SourceID: from, SourceLine: line}
	if l.LotID != Unassigned {
		known, err := s.store.Lots(ctx, []ident.ID{l.LotID})
		if err != nil {
			return err
		}
		lot := known[l.LotID]
		out.LotID, in.Lot = &l.LotID, &LotSpec{Code: lot.Code, Produced: lot.Produced, Expiry: lot.Expiry, SupplierID: lot.SupplierID}
	}
	gone, _, err := s.Post(ctx, []Posting{out})
	if err != nil {
		return err
	}
	worth := money.Amount(0)
	for _, m := range gone {
		worth -= m.Value
	}
	worth = max(worth, 0)
	in.Value = &worth
	_, _, err = s.Post(ctx, []Posting{in})
	return err
}
