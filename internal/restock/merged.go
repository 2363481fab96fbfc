package restock

import (
	"cmp"
	"context"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/sales"
	"buhuo/internal/stock"
)

// before lists what goes on as each of the products: their past is its past too.
func (s *Service) before(ctx context.Context, ids []ident.ID) (map[ident.ID][]ident.ID, error) {
	merged, err := s.catalog.Merged(ctx)
	if err != nil || len(merged) == 0 {
		return nil, err
	}
	asked := make(map[ident.ID]bool, len(ids))
	for _, id := range ids {
		asked[id] = true
	}
	out := map[ident.ID][]ident.ID{}
	for old, id := range merged {
		if asked[id] {
			out[id] = append(out[id], old)
		}
	}
	return out, nil
}

// joined is the past of goods that were kept under several products: what all of them
// sold, and what lay of all. The shelf is known where nothing was sold of a product that
// nobody had counted yet.
func joined(id ident.ID, parts []ledger) ledger {
	out := ledger{id: id}
	var unknown day.Date
	for _, p := range parts {
		if p.knownFrom != nil && (out.knownFrom == nil || *p.knownFrom < *out.knownFrom) {
			out.knownFrom = p.knownFrom
		}
		for _, d := range p.days {
			if p.knownFrom == nil || d.Day < *p.knownFrom {
				unknown = max(unknown, d.Day)
			}
		}
		out.days = append(out.days, p.days...)
	}
	if out.knownFrom != nil && *out.knownFrom < unknown {
		out.knownFrom = &unknown
	}
	slices.SortStableFunc(out.days, func(a, b sales.DaySales) int { return cmp.Compare(a.Day, b.Day) })
	var days []sales.DaySales
	for _, d := range out.days {
		if n := len(days); n > 0 && days[n-1].Day == d.Day {
			days[n-1] = together(days[n-1], d)
			continue
		}
		days = append(days, d)
	}
	out.days, out.levels = days, stacked(parts)
	return out
}

// together adds up two products' sales of a day. Hours are known where both know them.
func together(a, b sales.DaySales) sales.DaySales {
	hours := a.Hours
	a.Hours = nil
	if hours != nil && b.Hours != nil {
		sum := *hours
		for h := range sum {
			sum[h] += b.Hours[h]
		}
		a.Hours = &sum
	}
	a.Sold, a.Returned, a.Amount, a.Promo = a.Sold+b.Sold, a.Returned+b.Returned, a.Amount+b.Amount, a.Promo || b.Promo
	return a
}

// stacked is what lay of all products over time; what one owes does not take away what
// lies of another.
func stacked(parts []ledger) []stock.Level {
	type step struct {
		stock.Level
		part int
	}
	var steps []step
	for i, p := range parts {
		for _, l := range p.levels {
			steps = append(steps, step{l, i})
		}
	}
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(a.At, b.At) })
	held := make([]measure.Quantity, len(parts))
	var out []stock.Level
	for _, one := range steps {
		held[one.part] = one.OnHand
		sum := measure.Quantity(0)
		for _, q := range held {
			sum += max(q, 0)
		}
		if n := len(out); n > 0 && out[n-1].At == one.At {
			out[n-1].OnHand = sum
			continue
		}
		out = append(out, stock.Level{At: one.At, OnHand: sum})
	}
	return out
}
