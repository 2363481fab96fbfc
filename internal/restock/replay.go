package restock

import (
	"context"
	"math"

	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
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
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	pool, ok, err := s.store.Pool(ctx)
	if err != nil || !ok {
		return err
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return err
	}
	start := at.first.Monday().Add(-7 * replayWeeks)
	begun := moment{asOf: start.Add(-1), first: start, rest: 1, closed: true}
	products, err := s.catalog.All(ctx)
	if err != nil {
		return err
	}
	habits, err := s.habitsOf(ctx, in, products, begun.asOf)
	if err != nil {
		return err
	}
	// The days are read up to the present; what a forecast sees of them is cut below.
	known, oldest := newPast(len(products)), day.Date(math.MaxInt32)
	for from := 0; from < len(products); from += chunk {
		rows, err := s.rebuildYears(ctx, in, products[from:min(from+chunk, len(products))], beginning, at, habits)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.counts != nil {
				continue // what later counts tell of earlier days cannot be taken back
			}
			known.years[r.ProductID] = r.Years
			if days := demand.Join(r.Years, begun.asOf); len(days.Sold) > 0 {
				oldest = min(oldest, days.Start)
			}
		}
	}
	if oldest > start.Add(-replayAfter) {
		return nil
	}
	past, err := learn(in, products, known, habits, begun.asOf)
	if err != nil {
		return err
	}
	around, err := s.around(ctx, in, past, begun)
	if err != nil {
		return err
	}
	for week := start; week < at.first.Monday(); week = week.Add(7) {
		around.asOf, around.first = week.Add(-1), week
		records := make([]Record, len(products))
		forecast.Each(len(products), 0, func(i int) {
			one := subject{product: products[i], years: known.years[products[i].ID]}
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
