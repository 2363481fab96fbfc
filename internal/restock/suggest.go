package restock

import (
	"context"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
)

// AsOf works out the suggestions of the scope's shop as they would have been
// after closing on a day, from nothing later: sales, movements, quotes and orders
// of later days are not looked at, and the pool is learned from the days up to
// it. Nothing is stored. The answers come in the order of the product list.
func (s *Service) AsOf(ctx context.Context, asOf day.Date) ([]Suggestion, error) {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return nil, err
	}
	products, err := s.catalog.All(ctx)
	if err != nil {
		return nil, err
	}
	habits, err := s.habitsOf(ctx, in, products, asOf)
	if err != nil {
		return nil, err
	}
	at := moment{asOf: asOf, first: asOf.Add(1), rest: 1, closed: true}
	known := newPast(len(products))
	for from := 0; from < len(products); from += chunk {
		rows, err := s.rebuildYears(ctx, in, products[from:min(from+chunk, len(products))], beginning, at, habits)
		if err != nil {
			return nil, err
		}
		known.add(rows)
	}
	pool, err := learn(in, products, known, habits, asOf)
	if err != nil {
		return nil, err
	}
	around, err := s.around(ctx, in, pool, at)
	if err != nil {
		return nil, err
	}
	if around.quotes, err = s.catalog.LastQuotes(ctx, asOf); err != nil {
		return nil, err
	}
	if around.standIns, err = s.standIns(ctx, at, known.years, s.heldAsOf(at)); err != nil {
		return nil, err
	}
	return s.thinkAsOf(ctx, around, products, known)
}

func (s *Service) thinkAsOf(ctx context.Context, around surroundings, products []catalog.Product, known past) ([]Suggestion, error) {
	owed, err := s.purchase.OwedAsOf(ctx, around.asOf)
	if err != nil {
		return nil, err
	}
	out := make([]Suggestion, len(products))
	for from := 0; from < len(products); from += chunk {
		part := products[from:min(from+chunk, len(products))]
		subjects, err := s.subjectsAsOf(ctx, part, known, owed, around.asOf)
		if err != nil {
			return nil, err
		}
		forecast.Each(len(part), 0, func(i int) { out[from+i] = around.think(subjects[i]).Suggestion })
	}
	return out, nil
}

// RowsAsOf is AsOf with the names that exports show.
func (s *Service) RowsAsOf(ctx context.Context, asOf day.Date) ([]Row, error) {
	thought, err := s.AsOf(ctx, asOf)
	if err != nil {
		return nil, err
	}
	products, err := s.catalog.All(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[ident.ID]catalog.Product, len(products))
	for _, p := range products {
		byID[p.ID] = p
	}
	rows := make([]Row, len(thought))
	for i, one := range thought {
		rows[i] = one.row(byID[one.ProductID])
	}
	return rows, nil
}
