package restock

import (
	"context"
	"maps"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// orderDay is what was ordered on one day, by product, and of whom.
type orderDay struct {
	lines     map[ident.ID]lineBack
	suppliers map[ident.ID]day.Micros // when the order was made
}

// lineBack is what came of a product on an order.
type lineBack struct {
	order    ident.ID
	at       day.Micros
	quantity measure.Quantity
}

// lookBack makes decisions of the orders of the weeks that are replayed, on one day in so
// many.
func (s *Service) lookBack(ctx context.Context, r replaying, every int, tell func(*Decision)) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	days, err := s.orderDays(ctx, r)
	if err != nil {
		return err
	}
	offered, err := s.offeredBy(ctx, r.products)
	if err != nil {
		return err
	}
	busy := map[ident.ID]day.Date{} // until when a decision about a product runs
	for _, date := range slices.Sorted(maps.Keys(days)) {
		if int(date)%every != 0 {
			continue
		}
		today := days[date]
		thoughts, err := s.thoughtBack(ctx, r, date, today.wanted(r.products, offered))
		if err != nil {
			return err
		}
		var list []Decision
		for _, t := range thoughts {
			d, ok, err := today.decision(t, date, busy[t.ProductID])
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			d.Person = &scope.Person
			if tell != nil {
				tell(&d)
			}
			busy[d.ProductID] = max(busy[d.ProductID], d.Until)
			list = append(list, d)
		}
		if err := s.atomic.Do(ctx, func(ctx context.Context) error {
			_, err := s.store.AddDecisions(ctx, list)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// orderDays finds, by what came in, what was ordered since the first of the weeks.
func (s *Service) orderDays(ctx context.Context, r replaying) (map[day.Date]orderDay, error) {
	came, err := s.store.Deliveries(ctx, idsOf(r.products), r.start)
	if err != nil {
		return nil, err
	}
	out := map[day.Date]orderDay{}
	for product, list := range came {
		for _, x := range list {
			date := day.Of(x.Ordered.Time(), r.shop.Zone)
			if x.OrderID == nil || x.SupplierID == nil || date < r.start || date > r.now.asOf {
				continue
			}
			o, ok := out[date]
			if !ok {
				o = orderDay{lines: map[ident.ID]lineBack{}, suppliers: map[ident.ID]day.Micros{}}
				out[date] = o
			}
			o.suppliers[*x.SupplierID] = max(o.suppliers[*x.SupplierID], x.Ordered)
			l := o.lines[product]
			o.lines[product] = lineBack{order: *x.OrderID, at: x.Ordered, quantity: l.quantity + x.Quantity}
		}
	}
	return out, nil
}

// offeredBy lists who offers each product.
func (s *Service) offeredBy(ctx context.Context, products []catalog.Product) (map[ident.ID][]ident.ID, error) {
	offers, err := s.catalog.Offers(ctx, idsOf(products))
	out := make(map[ident.ID][]ident.ID, len(offers))
	for product, list := range offers {
		for _, o := range list {
			out[product] = append(out[product], o.SupplierID)
		}
	}
	return out, err
}

// wanted are the products that were ordered, and the others that the same suppliers have.
func (o orderDay) wanted(products []catalog.Product, offered map[ident.ID][]ident.ID) []catalog.Product {
	return slices.DeleteFunc(slices.Clone(products), func(p catalog.Product) bool {
		_, ordered := o.lines[p.ID]
		return !ordered && !slices.ContainsFunc(offered[p.ID], func(id ident.ID) bool { _, asked := o.suppliers[id]; return asked })
	})
}

// thoughtBack works out the suggestions for some products on the morning of a day.
func (s *Service) thoughtBack(ctx context.Context, r replaying, date day.Date, products []catalog.Product) ([]Suggestion, error) {
	at := moment{asOf: date.Add(-1), first: date, rest: 1, closed: true}
	around, err := s.aroundTaught(ctx, r.shop, r.pool, at, r.taught)
	if err != nil {
		return nil, err
	}
	if around.quotes, err = s.catalog.LastQuotes(ctx, at.asOf); err != nil {
		return nil, err
	}
	owed, err := s.purchase.OwedAsOf(ctx, at.asOf)
	if err != nil {
		return nil, err
	}
	subjects, err := s.subjectsAsOf(ctx, products, r.known, owed, at.asOf)
	if err != nil {
		return nil, err
	}
	out := make([]Suggestion, len(products))
	forecast.Each(len(products), 0, func(i int) { out[i] = around.think(subjects[i]).Suggestion })
	return out, nil
}

// decision is what was made of a suggestion on its day; false of one that was left out
// when nothing had to be ordered yet, or while the goods of another order were to last.
func (o orderDay) decision(t Suggestion, date, busy day.Date) (Decision, bool, error) {
	l, ordered := o.lines[t.ProductID]
	if !ordered {
		c := t.Trace.Result.Choice
		if c == nil || t.SupplierID == nil || t.Quantity <= 0 || c.OrderDay > date || busy > date {
			return Decision{}, false, nil
		}
		asked, ok := o.suppliers[*t.SupplierID]
		if !ok {
			return Decision{}, false, nil
		}
		l.at = asked
	}
	kind := DecidedChanged
	if l.quantity == t.Quantity {
		kind = DecidedAccepted
	}
	d, err := t.decision(kind, l.quantity)
	d.ID, d.MadeAt = ident.Derive(t.ProductID, []byte("looked back on "+date.String())), l.at
	if ordered {
		d.OrderID = &l.order
	}
	return d, true, err
}
