package restock

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// chunk is how many products are read, worked out and written together: enough
// to be fast, few enough that a sale never waits for long.
const chunk = 500

// staleAfter is how many days without any sale make the newest sale's day the
// present: a shop that brought in its history to June is shown July, not
// November.
const staleAfter = 3

// live is the moment that a shop stands in at now.
func (s *Service) live(ctx context.Context, in shop.Shop, profile demand.Profile) (moment, error) {
	now := s.now().In(in.Zone)
	today := day.Of(now, in.Zone)
	newest, ok, err := s.sales.Newest(ctx)
	if err != nil {
		return moment{}, err
	}
	if ok && int(today-newest) > staleAfter+1 {
		return moment{asOf: newest, first: newest.Add(1), rest: 1}, nil
	}
	minute := now.Hour()*60 + now.Minute()
	rest := demand.Exposure(profile, today.Weekday(), []demand.Interval{{From: 0, To: minute}})
	return moment{asOf: today.Add(-1), first: today, rest: rest}, nil
}

// around reads what all products of a computation share.
func (s *Service) around(ctx context.Context, in shop.Shop, pool Pool, at moment) (surroundings, error) {
	taught, err := s.purchase.LeadTimes(ctx, nil)
	if err != nil {
		return surroundings{}, err
	}
	return s.aroundTaught(ctx, in, pool, at, taught)
}

// aroundTaught is around where many moments are looked at: what deliveries took is read once,
// and of each moment only those before it are learned from.
func (s *Service) aroundTaught(ctx context.Context, in shop.Shop, pool Pool, at moment, taught map[ident.ID][]purchase.LeadTime) (surroundings, error) {
	c := surroundings{moment: at, shop: in, pool: &pool, suppliers: map[ident.ID]catalog.Supplier{}, madeAt: day.At(s.now())}
	suppliers, err := s.catalog.Suppliers(ctx, false)
	if err != nil {
		return c, err
	}
	for _, supplier := range suppliers {
		c.suppliers[supplier.ID] = supplier
	}
	if c.quotes, err = s.catalog.LastQuotes(ctx, at.first); err != nil {
		return c, err
	}
	if c.beliefs, err = s.beliefs(ctx, at); err != nil {
		return c, err
	}
	if !at.closed { // of a day that is over nobody had learned yet
		level, err := s.serviceLevel(ctx, in)
		if err != nil {
			return c, err
		}
		c.level = level.At(in)
	}
	c.learnLeads(taught)
	return c, nil
}

// ledgers reads the past of products from a day on.
func (s *Service) ledgers(ctx context.Context, ids []ident.ID, from, through day.Date) (map[ident.ID]ledger, error) {
	before, err := s.before(ctx, ids)
	if err != nil {
		return nil, err
	}
	all := ids
	for _, id := range ids {
		all = append(slices.Clip(all), before[id]...)
	}
	days, err := s.sales.DaysThrough(ctx, all, from, through)
	if err != nil {
		return nil, err
	}
	levels, err := s.stock.History(ctx, all, from)
	if err != nil {
		return nil, err
	}
	balances, err := s.stock.Balances(ctx, all)
	if err != nil {
		return nil, err
	}
	of := func(id ident.ID) ledger {
		l := ledger{id: id, days: days[id], levels: levels[id]}
		if known := balances[id].KnownFrom; known != nil && *known <= through {
			l.knownFrom = known
		}
		return l
	}
	out := make(map[ident.ID]ledger, len(ids))
	for _, id := range ids {
		out[id] = of(id)
		if len(before[id]) > 0 {
			parts := []ledger{out[id]}
			for _, old := range before[id] {
				parts = append(parts, of(old))
			}
			out[id] = joined(id, parts)
		}
	}
	return out, nil
}

// facts are what the suggestions of products depend on besides their past.
type facts struct {
	offers      map[ident.ID][]catalog.Offer
	holdings    map[ident.ID]stock.Holding
	drafted     map[ident.ID][]purchase.Drafted
	adjustments map[ident.ID][]Adjustment
}

// gather reads the facts of products (nil: of all) as they stand now.
func (s *Service) gather(ctx context.Context, ids []ident.ID, today day.Date) (f facts, err error) {
	reading := make(chan error, 1) // the offers are as long a list as all else
	var offers map[ident.ID][]catalog.Offer
	go func() {
		var err error
		offers, err = s.catalog.Offers(ctx, ids)
		reading <- err
	}()
	defer func() {
		err = errors.Join(err, <-reading)
		f.offers = offers
	}()
	if f.holdings, err = s.stock.Holdings(ctx, ids, today); err != nil {
		return f, err
	}
	if f.drafted, err = s.purchase.Drafted(ctx, ids); err != nil {
		return f, err
	}
	f.adjustments, err = s.store.Adjustments(ctx, AdjustmentQuery{IDs: ids, From: today, Standing: true})
	return f, err
}

func (f facts) subject(p catalog.Product) subject {
	held := f.holdings[p.ID]
	return subject{product: p, offers: f.offers[p.ID], lots: held.Lots, position: held.Position, counted: held.LastCount,
		expected: held.Expected, drafted: f.drafted[p.ID], adjustments: f.adjustments[p.ID]}
}

// sold reports whether the product's past holds a sale: each leaves its day a price.
func (s subject) sold() bool {
	for _, y := range slices.Backward(s.years) {
		for _, d := range slices.Backward(y.Days) {
			if d.Price > 0 {
				return true
			}
		}
	}
	return false
}

// subjectsAsOf reads the same as it stood after closing on a day: only offers,
// which carry no past, are today's.
func (s *Service) subjectsAsOf(ctx context.Context, products []catalog.Product, known past, owed map[ident.ID][]stock.Expected, asOf day.Date) ([]subject, error) {
	ids := idsOf(products)
	offers, err := s.catalog.Offers(ctx, ids)
	if err != nil {
		return nil, err
	}
	lots, err := s.stock.LotsAsOf(ctx, ids, asOf)
	if err != nil {
		return nil, err
	}
	balances, err := s.stock.Balances(ctx, ids)
	if err != nil {
		return nil, err
	}
	adjustments, err := s.standing(ctx, ids, asOf)
	if err != nil {
		return nil, err
	}
	out := make([]subject, len(products))
	for i, p := range products {
		then := stock.Balance{}
		var counted *day.Date
		if last := balances[p.ID].LastCount; last != nil && *last <= asOf {
			counted = last
		}
		if known := balances[p.ID].KnownFrom; known != nil && *known <= asOf {
			then.KnownFrom = known
			for _, l := range lots[p.ID] {
				then.OnHand += l.Quantity
			}
		}
		var onOrder measure.Quantity
		for _, e := range owed[p.ID] {
			onOrder += e.Quantity
		}
		out[i] = subject{product: p, years: known.years[p.ID], counts: known.counts[p.ID], offers: offers[p.ID], lots: lots[p.ID], expected: owed[p.ID], counted: counted, adjustments: adjustments[p.ID],
			position: stock.NewPosition(then, lots[p.ID], 0, onOrder, asOf.Add(1))}
	}
	return out, nil
}

// standing are the adjustments that stood after closing on a day.
func (s *Service) standing(ctx context.Context, ids []ident.ID, asOf day.Date) (map[ident.ID][]Adjustment, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.store.Adjustments(ctx, AdjustmentQuery{IDs: ids, From: asOf.Add(1)})
	if err != nil {
		return nil, err
	}
	end := day.At(asOf.Add(1).Start(scope.Zone))
	for id, list := range all {
		all[id] = slices.DeleteFunc(list, func(a Adjustment) bool {
			return a.MadeAt >= end || a.WithdrawnAt != nil && *a.WithdrawnAt < end
		})
	}
	return all, nil
}

func idsOf(products []catalog.Product) []ident.ID {
	ids := make([]ident.ID, len(products))
	for i, p := range products {
		ids[i] = p.ID
	}
	return ids
}

// learn works out the pool from the packed history of all products.
func learn(in shop.Shop, products []catalog.Product, known past, habits demand.Shop, through day.Date) (Pool, error) {
	series := make([]forecast.Series, 0, len(products))
	for _, p := range products {
		years, err := known.of(p.ID)
		if err != nil {
			return Pool{}, err
		}
		if one, _ := (subject{product: p, years: years}).series(through); len(one.Values) > 0 {
			series = append(series, one)
		}
	}
	market := learnMarket(series, in.MarketDays)
	for i := range series {
		series[i] = market.ordinary(series[i], in.MarketDays)
	}
	return Pool{Made: through, Newest: through, Shop: habits, Market: market, Forecast: forecast.Fit(series, forecast.Options{Freq: forecast.Day, Horizon: fitHorizon})}, nil
}

// fitHorizon is the protection period that the pool is tuned for, in days.
const fitHorizon = 14
