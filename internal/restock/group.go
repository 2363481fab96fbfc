package restock

import (
	"context"
	"maps"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/replenish/cover"
)

// groupDays is how far back a group's days tell how its products stand in for one
// another.
const groupDays = 364

// standIn is what a group does for one of its products.
type standIn struct {
	group string
	cover.Cover
}

// holding is what is there and on its way of products, at the moment of the work.
type holding func(ctx context.Context, ids []ident.ID) (map[ident.ID]measure.Quantity, error)

// standIns works out what the products of groups do for one another. What a group's
// products have counts in money, so that bags and kilograms can be compared. A change
// of one product is seen by the others with their own next change, or the next
// morning.
func (s *Service) standIns(ctx context.Context, at moment, known map[ident.ID][]demand.Year, held holding) (map[ident.ID]standIn, error) {
	groups, err := s.catalog.Groups(ctx)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	var ids []ident.ID
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		ids = append(ids, groups[name]...)
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	if known == nil {
		if known, err = s.store.Years(ctx, ids); err != nil {
			return nil, err
		}
	}
	have, err := held(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make(map[ident.ID]standIn, len(ids))
	for name, members := range groups {
		list := make([]cover.Member, len(members))
		for i, id := range members {
			list[i] = member(products[id], known[id], have[id], at)
		}
		first := at.asOf.Add(1 - groupDays)
		for i, c := range cover.Of(list, int(first.Weekday())) {
			out[members[i]] = standIn{name, c}
		}
	}
	return out, nil
}

// member is a product's last days, in money. Of a day that nobody knows it is not
// said that it was there.
func member(p catalog.Product, years []demand.Year, have measure.Quantity, at moment) cover.Member {
	price := 1.0
	if p.SalePrice > 0 {
		price = float64(p.SalePrice) / 10_000
	}
	m := cover.Member{Have: price * float64(have) / measure.Thousandths, Sold: make([]float64, groupDays), Available: make([]float64, groupDays)}
	series := demand.Join(years, at.asOf)
	for d := range groupDays {
		i := int(at.asOf.Add(1-groupDays+d) - series.Start)
		if i < 0 || i >= len(series.Sold) {
			m.Available[d] = 0.5
			continue
		}
		m.Sold[d], m.Available[d] = price*max(series.Sold[i], 0), 1
		if i < len(series.Available) {
			m.Available[d] = series.Available[i]
		}
	}
	return m
}

// heldNow is what is there and on its way today.
func (s *Service) heldNow(at moment) holding {
	return func(ctx context.Context, ids []ident.ID) (map[ident.ID]measure.Quantity, error) {
		holdings, err := s.stock.Holdings(ctx, ids, at.first)
		out := make(map[ident.ID]measure.Quantity, len(holdings))
		for id, h := range holdings {
			out[id] = h.Position.Available + h.Position.OnOrder
		}
		return out, err
	}
}

// heldAsOf is what was there after closing on a day.
func (s *Service) heldAsOf(at moment) holding {
	return func(ctx context.Context, ids []ident.ID) (map[ident.ID]measure.Quantity, error) {
		lots, err := s.stock.LotsAsOf(ctx, ids, at.asOf)
		out := make(map[ident.ID]measure.Quantity, len(lots))
		for id, list := range lots {
			for _, l := range list {
				if l.Expiry == nil || *l.Expiry > at.asOf {
					out[id] += l.Quantity
				}
			}
		}
		return out, err
	}
}
