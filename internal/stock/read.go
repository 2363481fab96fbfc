package stock

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// Balances reads what the book says of products (nil: all); a product without
// movements is absent, which reads as the zero Balance.
func (s *Service) Balances(ctx context.Context, ids []ident.ID) (map[ident.ID]Balance, error) {
	return s.store.Balances(ctx, ids)
}

// Positions reads the positions of products on a day of the shop. With ids each
// of them is present; with nil, every product that has any stock row.
func (s *Service) Positions(ctx context.Context, ids []ident.ID, today day.Date) (map[ident.ID]Position, error) {
	positions := map[ident.ID]Position{}
	err := s.store.Snapshot(ctx, func(ctx context.Context) error {
		balances, err := s.store.Balances(ctx, ids)
		if err != nil {
			return err
		}
		lots, err := s.store.LotBalances(ctx, ids)
		if err != nil {
			return err
		}
		allocated, err := s.store.Allocated(ctx, ids)
		if err != nil {
			return err
		}
		expected, err := s.store.Expected(ctx, ids)
		if err != nil {
			return err
		}
		add := func(id ident.ID) {
			onOrder := measure.Quantity(0)
			for _, e := range expected[id] {
				onOrder += e.Quantity
			}
			positions[id] = NewPosition(balances[id], lots[id], allocated[id], onOrder, today)
		}
		for _, id := range ids {
			add(id)
		}
		if ids == nil {
			for _, keys := range [][]ident.ID{sortedKeys(balances), sortedKeys(allocated), sortedKeys(expected)} {
				for _, id := range keys {
					add(id)
				}
			}
		}
		return nil
	})
	return positions, err
}

// Holding is where a product stands: its position, the lots that are not empty in
// the order they go out, what suppliers owe by due day, and the last count.
type Holding struct {
	Position  Position
	Lots      []LotBalance
	Expected  []Expected
	LastCount *day.Date
}

// Holdings reads where products (nil: all) stand on a day of the shop, all of one
// moment; what has no row of stock is absent, which reads as the zero Holding.
func (s *Service) Holdings(ctx context.Context, ids []ident.ID, today day.Date) (map[ident.ID]Holding, error) {
	out := map[ident.ID]Holding{}
	err := s.store.Snapshot(ctx, func(ctx context.Context) error {
		balances, err := s.store.Balances(ctx, ids)
		if err != nil {
			return err
		}
		lots, err := s.store.LotBalances(ctx, ids)
		if err != nil {
			return err
		}
		allocated, err := s.store.Allocated(ctx, ids)
		if err != nil {
			return err
		}
		expected, err := s.store.Expected(ctx, ids)
		if err != nil {
			return err
		}
		add := func(id ident.ID) {
			if _, ok := out[id]; ok {
				return
			}
			onOrder := measure.Quantity(0)
			for _, e := range expected[id] {
				onOrder += e.Quantity
			}
			out[id] = Holding{Position: NewPosition(balances[id], lots[id], allocated[id], onOrder, today), Lots: lots[id], Expected: expected[id], LastCount: balances[id].LastCount}
		}
		for id := range balances {
			add(id)
		}
		for id := range allocated {
			add(id)
		}
		for id := range expected {
			add(id)
		}
		return nil
	})
	return out, err
}

// Lots reads the lots of a product that are not empty, in the order they go
// out, the unassigned lot last.
func (s *Service) Lots(ctx context.Context, product ident.ID) ([]LotBalance, error) {
	lots, err := s.store.LotBalances(ctx, []ident.ID{product})
	return lots[product], err
}

// LotsOf is Lots for many products; nil: all.
func (s *Service) LotsOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]LotBalance, error) {
	return s.store.LotBalances(ctx, ids)
}

// LotInfo reads lots by id, empty ones too.
func (s *Service) LotInfo(ctx context.Context, lotIDs []ident.ID) (map[ident.ID]Lot, error) {
	return s.store.Lots(ctx, lotIDs)
}

// Expiring reads the lots with goods whose last sellable day is on or before
// through, the earliest first.
func (s *Service) Expiring(ctx context.Context, through day.Date) ([]ExpiringLot, error) {
	return s.store.Expiring(ctx, through)
}

// Movements reads a page of the ledger, newest first.
func (s *Service) Movements(ctx context.Context, q MovementQuery) ([]Movement, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 500)
	return s.store.Movements(ctx, q)
}

// OfSource reads all movements of a source, counter-entries too.
func (s *Service) OfSource(ctx context.Context, sourceID ident.ID) ([]Movement, error) {
	return s.store.OfSource(ctx, sourceID)
}

// Reversed tells which of the movements have a counter-entry.
func (s *Service) Reversed(ctx context.Context, ids []ident.ID) (map[ident.ID]bool, error) {
	return s.store.Reversed(ctx, ids)
}

// History gives the quantity on hand over time, as the book knows it today: the
// level at the start of the day from, then one level for each instant at which
// goods moved, in order. A product that never moved is absent.
func (s *Service) History(ctx context.Context, ids []ident.ID, from day.Date) (map[ident.ID][]Level, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	history := map[ident.ID][]Level{}
	err = s.store.Snapshot(ctx, func(ctx context.Context) error {
		balances, err := s.store.Balances(ctx, ids)
		if err != nil {
			return err
		}
		flows, err := s.store.Flows(ctx, ids, from)
		if err != nil {
			return err
		}
		for id, b := range balances {
			history[id] = levels(b.OnHand, flows[id], day.At(from.Start(zone(scope))))
		}
		return nil
	})
	return history, err
}

// levels runs backwards from the present to find where the flows began.
func levels(onHand measure.Quantity, flows []Flow, start day.Micros) []Level {
	for _, f := range flows {
		onHand -= f.Quantity
	}
	list := make([]Level, 1, len(flows)+1)
	list[0] = Level{At: start, OnHand: onHand}
	for _, f := range flows {
		onHand += f.Quantity
		if last := &list[len(list)-1]; f.At <= last.At { // dated before its own day's start
			last.OnHand = onHand
			continue
		}
		list = append(list, Level{At: f.At, OnHand: onHand})
	}
	return list
}

// LedgersOf reads all movements of products, of each the oldest first.
func (s *Service) LedgersOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]Movement, error) {
	return s.store.LedgersOf(ctx, ids)
}

// Frozen reports whether anything ever moved of a product, after which its base
// unit must not change: the ledger is written in it.
func (s *Service) Frozen(ctx context.Context, product ident.ID) (bool, error) {
	list, err := s.store.Movements(ctx, MovementQuery{ProductID: &product, Limit: 1})
	return len(list) > 0, err
}
