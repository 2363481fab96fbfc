package restock

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/sales"
	"buhuo/internal/shop"
)

const (
	// habitDays is how far back the habits of a shop are learned from.
	habitDays = 182
	// habitProducts is how many products with sales they are learned from: more add
	// nothing but time.
	habitProducts = 400
)

// outdated tells a pool that was stored before shops' habits were learned, or by other methods of
// forecasting, or for other market days.
func (p *Pool) outdated(in shop.Shop) bool {
	return p.Shop.Profile == demand.Profile{} || !p.Forecast.Current() || p.Market.Days != in.MarketDays.String()
}

// prior is what the shop lets expect of a product of a category.
func (p *Pool) prior(category string) demand.Prior {
	prior := p.Shop.Prior(category)
	if level := p.Forecast.Levels[category].Mean; level > 0 {
		prior.Level = level
	}
	return prior
}

// habitsOf learns what the products of a shop have in common.
func (s *Service) habitsOf(ctx context.Context, in shop.Shop, products []catalog.Product, through day.Date) (demand.Shop, error) {
	mixed := mix(products)
	learned := make([]demand.Product, 0, min(len(mixed), habitProducts))
	for from := 0; from < len(mixed) && len(learned) < habitProducts; from += chunk {
		part := mixed[from:min(from+chunk, len(mixed))]
		ledgers, err := s.ledgers(ctx, idsOf(part), through.Add(-habitDays), through)
		if err != nil {
			return demand.Shop{}, err
		}
		for _, p := range part {
			if l := ledgers[p.ID]; len(l.days) > 0 && len(learned) < habitProducts {
				learned = append(learned, l.product(in, p.Category, through.Add(-habitDays), through))
			}
		}
	}
	return demand.LearnShop(learned, demand.Uniform(in.OpenHour, in.CloseHour)), nil
}

// mix puts products into an order that has nothing to do with what they are, so
// that the first of them stand for all, and that depends on their codes and names
// alone: the same shop entered twice learns the same.
func mix(products []catalog.Product) []catalog.Product {
	marks := make(map[string]uint64, len(products))
	key := func(p *catalog.Product) string { return p.Code + "\x00" + p.Name }
	for i := range products {
		h := fnv.New64a()
		h.Write([]byte(key(&products[i]))) //nolint:errcheck // a hash never fails
		marks[key(&products[i])] = h.Sum64()
	}
	out := slices.Clone(products)
	slices.SortStableFunc(out, func(a, b catalog.Product) int { return cmp.Compare(marks[key(&a)], marks[key(&b)]) })
	return out
}

// product is the product as its habits are learned: its days from `from`, or the
// first one known, through the last, with their hours.
func (l ledger) product(in shop.Shop, category string, from, through day.Date) demand.Product {
	first, _ := l.first()
	from = max(from, first)
	days := make([]demand.ShelfDay, 0, max(int(through-from)+1, 0))
	on := shelf{levels: l.levels, zone: in.Zone}
	next, timed := 0, false
	for date := from; date <= through; date++ {
		var d demand.ShelfDay
		for next < len(l.days) && l.days[next].Day < date {
			next++
		}
		if next < len(l.days) && l.days[next].Day == date {
			s := l.days[next]
			d.Sold = float64(max(s.Sold-s.Returned, 0)) / 1000
			if s.Promo {
				d.Promo = 1
			}
			if timed = s.Hours != nil; timed {
				d.Hours = new([24]float64)
				for h, q := range s.Hours {
					d.Hours[h] = float64(q) / 1000
				}
			}
			d.Empty = l.empty(date, &on, s)
		} else {
			if timed { // its sales have their hours: on this day there were none in any
				d.Hours = &noSales
			}
			d.Empty = l.empty(date, &on, sales.DaySales{})
		}
		days = append(days, d)
	}
	return demand.FromLedger(from, days, category)
}

// noSales are the hours of a day without a sale; they are only read.
var noSales [24]float64
