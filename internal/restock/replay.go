package restock

import (
	"context"
	"math"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/purchase"
	"buhuo/internal/shop"
)

const (
	// replayWeeks are the weeks before the present one that are forecast afterwards.
	replayWeeks = judgedWeeks
	// replayAfter is how many days of history must lie before them.
	replayAfter = 84
)

// Replay works out what would have been forecast in the weeks before the present one,
// for a shop that brought its history along, so that it sees from the first day how
// right the forecasts are. Everything is learned from the days before the first of
// these weeks, and each forecast uses nothing later than the day before its own: what
// is kept is marked as replayed. Weeks that have a forecast keep it; a shop with too
// short a history gets none.
func (s *Service) Replay(ctx context.Context) error {
	r, ok, err := s.replaying(ctx)
	if err != nil || !ok {
		return err
	}
	return s.replayForecasts(ctx, r)
}

// ReplayOrders is Replay, and keeps what would have been suggested whenever something
// was ordered in these weeks beside what was, as decisions; those of a supplier's goods
// that were left out too. Of all days one in every is looked at. tell, when not nil,
// hears each decision before it is kept and may add what only people know.
func (s *Service) ReplayOrders(ctx context.Context, every int, tell func(*Decision)) error {
	r, ok, err := s.replaying(ctx)
	if err != nil || !ok {
		return err
	}
	if err := s.replayForecasts(ctx, r); err != nil {
		return err
	}
	return s.lookBack(ctx, r, max(every, 1), tell)
}

// replaying is what a shop knew before the first of the weeks that are replayed. The
// days of known reach up to the present: what is seen of them must be cut.
type replaying struct {
	shop     shop.Shop
	now      moment
	start    day.Date
	products []catalog.Product
	known    past
	pool     Pool
	taught   map[ident.ID][]purchase.LeadTime // of all deliveries, later ones too
	surroundings
}

// replaying learns it; false for a shop with too short a history.
func (s *Service) replaying(ctx context.Context) (r replaying, ok bool, err error) {
	if r.shop, err = s.shops.Get(ctx); err != nil {
		return r, false, err
	}
	pool, ok, err := s.store.Pool(ctx)
	if err != nil || !ok {
		return r, false, err
	}
	if r.now, err = s.live(ctx, r.shop, pool.Shop.Profile); err != nil {
		return r, false, err
	}
	r.start = r.now.first.Monday().Add(-7 * replayWeeks)
	begun := moment{asOf: r.start.Add(-1), first: r.start, rest: 1, closed: true}
	if r.products, err = s.catalog.All(ctx); err != nil {
		return r, false, err
	}
	habits, err := s.habitsOf(ctx, r.shop, r.products, begun.asOf)
	if err != nil {
		return r, false, err
	}
	r.known = newPast(len(r.products))
	oldest := day.Date(math.MaxInt32)
	for from := 0; from < len(r.products); from += chunk {
		rows, err := s.rebuildYears(ctx, r.shop, r.products[from:min(from+chunk, len(r.products))], beginning, r.now, habits)
		if err != nil {
			return r, false, err
		}
		for _, row := range rows {
			if row.counts != nil {
				continue // what later counts tell of earlier days cannot be taken back
			}
			r.known.years[row.ProductID] = row.Years
			if days := demand.Join(row.Years, begun.asOf); len(days.Sold) > 0 {
				oldest = min(oldest, days.Start)
			}
		}
	}
	if oldest > r.start.Add(-replayAfter) {
		return r, false, nil
	}
	if r.pool, err = learn(r.shop, r.products, r.known, habits, begun.asOf); err != nil {
		return r, false, err
	}
	if r.taught, err = s.purchase.LeadTimes(ctx, nil); err != nil {
		return r, false, err
	}
	r.surroundings, err = s.aroundTaught(ctx, r.shop, r.pool, begun, r.taught)
	return r, err == nil, err
}

func (s *Service) replayForecasts(ctx context.Context, r replaying) error {
	around := r.surroundings
	for week := r.start; week < r.now.first.Monday(); week = week.Add(7) {
		around.asOf, around.first = week.Add(-1), week
		records := make([]Record, len(r.products))
		forecast.Each(len(r.products), 0, func(i int) {
			one := subject{product: r.products[i], years: r.known.years[r.products[i].ID]}
			if series, _ := one.series(around.asOf); len(series.Values) > 0 {
				records[i] = around.recorded(one, around.expect(one))
				records[i].Replayed = true
			}
		})
		if err := s.addRecords(ctx, records); err != nil {
			return err
		}
	}
	return nil
}

// addRecords keeps the records that speak of something, a chunk at a time.
func (s *Service) addRecords(ctx context.Context, records []Record) error {
	told := records[:0]
	for _, r := range records {
		if r.Days > 0 {
			told = append(told, r)
		}
	}
	for from := 0; from < len(told); from += chunk {
		part := told[from:min(from+chunk, len(told))]
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.AddRecords(ctx, part) }); err != nil {
			return err
		}
	}
	return nil
}

// replayOnce replays the past of a shop that has no forecast kept of an earlier week.
func (s *Service) replayOnce(ctx context.Context, in shop.Shop, first day.Date) error {
	if first != day.Of(s.now(), in.Zone) {
		return nil // a history that ended long ago is not the weeks before the present one
	}
	if kept, err := s.store.RecordedBefore(ctx, first.Monday()); err != nil || kept {
		return err
	}
	return s.Replay(ctx)
}
