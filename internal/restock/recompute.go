package restock

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
)

// beginning is before any day that a shop can know.
var beginning = day.New(1990, 1, 1)

// Recompute works out every product of the scope's shop from the ledger on: the
// packed demand, the pool and the suggestions. progress, when not nil, hears how
// many of how many products are done.
func (s *Service) Recompute(ctx context.Context, progress func(done, of int)) error {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	products, err := s.catalog.All(ctx)
	if err != nil {
		return err
	}
	day0, err := s.live(ctx, in, demand.Uniform(in.OpenHour, in.CloseHour))
	if err != nil {
		return err
	}
	habits, err := s.habitsOf(ctx, in, products, day0.asOf)
	if err != nil {
		return err
	}
	known := newPast(len(products))
	for part := range slices.Chunk(products, chunk) {
		rows, err := s.rebuildYears(ctx, in, part, beginning, day0, habits)
		if err != nil {
			return err
		}
		known.pack(rows)
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutYears(ctx, rows) }); err != nil {
			return err
		}
	}
	pool, err := learn(in, products, known, habits, day0.asOf)
	if err != nil {
		return err
	}
	if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutPool(ctx, pool) }); err != nil {
		return err
	}
	return s.suggestAll(ctx, in, pool, products, known, run{whole: true, keep: true, progress: progress})
}

// Renew works out every suggestion of the scope's shop from what is stored, packed
// demand and pool: what it takes when terms or prices change, and not the past.
func (s *Service) Renew(ctx context.Context, progress func(done, of int)) error {
	in, err := s.shops.Get(ctx)
	if err != nil {
		return err
	}
	pool, ok, err := s.store.Pool(ctx)
	if err != nil {
		return err
	}
	if !ok || pool.outdated(in) {
		return s.Recompute(ctx, progress)
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return err
	}
	if pool.Made != at.asOf { // a day is over that the stored demand does not hold
		return s.Recompute(ctx, progress)
	}
	known := newPast(0)
	known.stored = true
	reading := make(chan error, 1) // both lists are long
	go func() {
		var err error
		known.packed, err = s.store.Packed(ctx, nil)
		reading <- err
	}()
	products, err := s.catalog.All(ctx)
	if err := errors.Join(<-reading, err); err != nil {
		return err
	}
	return s.suggestAll(ctx, in, pool, products, known, run{whole: true, progress: progress})
}

// past is what is known of products' days. Of a large shop all days at once are some
// hundred megabytes, packed a few: so they are unpacked a product at a time.
type past struct {
	years  map[ident.ID][]demand.Year
	packed map[ident.ID][][]byte
	counts map[ident.ID]*counted // of products whose sales nobody records
	// stored: the rows were read as they stand, and whose demand rests on counts is
	// still to be found out.
	stored bool
}

func newPast(n int) past {
	return past{years: make(map[ident.ID][]demand.Year, n), packed: make(map[ident.ID][][]byte, n), counts: map[ident.ID]*counted{}}
}

func (p past) add(rows []ProductYears) {
	for _, r := range rows {
		p.years[r.ProductID] = r.Years
		if r.counts != nil {
			p.counts[r.ProductID] = r.counts
		}
	}
}

// pack is add in few bytes.
func (p past) pack(rows []ProductYears) {
	packed := make([][][]byte, len(rows))
	forecast.Each(len(rows), 0, func(i int) {
		for _, y := range rows[i].Years {
			packed[i] = append(packed[i], y.Pack())
		}
	})
	for i, r := range rows {
		p.packed[r.ProductID] = packed[i]
		if r.counts != nil {
			p.counts[r.ProductID] = r.counts
		}
	}
}

// of gives the days of a product.
func (p past) of(id ident.ID) ([]demand.Year, error) {
	if years, ok := p.years[id]; ok {
		return years, nil
	}
	years := make([]demand.Year, len(p.packed[id]))
	for i, packed := range p.packed[id] {
		var err error
		if years[i], err = demand.Open(packed); err != nil {
			return nil, fmt.Errorf("demand of product %s: %w", id, err)
		}
	}
	return years, nil
}

// rebuildYears works out the packed demand of products from the year of a day on,
// as it is known at a moment. Of a product without recorded sales it is worked out
// from counts and deliveries; in a shop that records no sales at all, nothing is known
// of one that has not been counted twice.
func (s *Service) rebuildYears(ctx context.Context, in shop.Shop, products []catalog.Product, from day.Date, at moment, learned demand.Shop) ([]ProductYears, error) {
	ids := idsOf(products)
	from = day.New(max(from, beginning).Year(), 1, 1)
	ledgers, err := s.ledgers(ctx, ids, from, at.asOf)
	if err != nil {
		return nil, err
	}
	_, rings, err := s.sales.Newest(ctx)
	if err != nil {
		return nil, err
	}
	var silent []catalog.Product
	for _, p := range products {
		if l := ledgers[p.ID]; len(l.days) == 0 && l.knownFrom != nil {
			silent = append(silent, p)
		}
	}
	until := at.first
	if at.closed {
		until = at.asOf
	}
	counts, err := s.countsOf(ctx, in, silent, until, learned)
	if err != nil {
		return nil, err
	}
	rows := make([]ProductYears, len(ids))
	forecast.Each(len(ids), 0, func(i int) {
		rows[i] = ProductYears{ProductID: ids[i], From: from.Year(), counts: counts[ids[i]]}
		switch l := ledgers[ids[i]]; {
		case rows[i].counts != nil:
			rows[i].Years = rows[i].counts.years()
			rows[i].From = min(rows[i].From, rows[i].Years[0].Year)
		case rings || len(l.days) > 0:
			rows[i].Years = l.years(from, at.asOf, in.Zone, learned.Profile)
		}
	})
	return rows, nil
}

// run is how suggestions are worked out: whole: of all products of the shop, which
// are read by one question of each kind; keep: the forecasts are also kept to be
// judged by later, the first of each week.
type run struct {
	whole, keep bool
	progress    func(done, of int)
}

// suggestAll works out and stores the suggestions of products, a chunk at a time:
// while one is written the next is thought about.
func (s *Service) suggestAll(ctx context.Context, in shop.Shop, pool Pool, products []catalog.Product, known past, r run) error {
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return err
	}
	around, err := s.around(ctx, in, pool, at)
	if err != nil {
		return err
	}
	if around.standIns, err = s.standIns(ctx, at, nil, s.heldNow(at)); err != nil {
		return err
	}
	var all facts
	if r.whole {
		if all, err = s.gather(ctx, nil, at.first); err != nil {
			return err
		}
	}
	done := 0
	writing := make(chan error, 1) // how the write before went
	writing <- nil
	for part := range slices.Chunk(products, chunk) {
		thoughts, err := s.thinkAll(ctx, around, part, all, known, r.whole)
		if before := <-writing; err != nil || before != nil {
			return errors.Join(before, err)
		}
		go func() {
			err := s.keep(ctx, thoughts, r.keep && around.current())
			if err == nil && r.progress != nil {
				done += len(part)
				r.progress(done, len(products))
			}
			writing <- err
		}()
	}
	return <-writing
}

// thinkAll works out the suggestions of some products; what is not read yet of them is.
func (s *Service) thinkAll(ctx context.Context, around surroundings, products []catalog.Product, f facts, known past, read bool) ([]thought, error) {
	if !read {
		var err error
		if f, err = s.gather(ctx, idsOf(products), around.first); err != nil {
			return nil, err
		}
	}
	subjects, failed := make([]subject, len(products)), make([]error, len(products))
	forecast.Each(len(products), 0, func(i int) {
		subjects[i] = f.subject(products[i])
		subjects[i].counts = known.counts[products[i].ID]
		subjects[i].years, failed[i] = known.of(products[i].ID)
	})
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	if known.stored {
		if err := s.findCounts(ctx, around, subjects); err != nil {
			return nil, err
		}
	}
	thoughts := make([]thought, len(products))
	forecast.Each(len(products), 0, func(i int) { thoughts[i] = around.think(subjects[i]) })
	return thoughts, nil
}

// findCounts works out what counts tell of the products whose demand rests on them:
// they were counted, and no stored day has a price, which every sale leaves.
func (s *Service) findCounts(ctx context.Context, around surroundings, subjects []subject) error {
	var silent []catalog.Product
	for _, one := range subjects {
		if one.counted != nil && !one.sold() {
			silent = append(silent, one.product)
		}
	}
	counts, err := s.countsOf(ctx, around.shop, silent, around.first, around.pool.Shop)
	if err != nil {
		return err
	}
	for i := range subjects {
		subjects[i].counts = counts[subjects[i].product.ID]
	}
	return nil
}

// keep stores what comes of thinking products through.
func (s *Service) keep(ctx context.Context, thoughts []thought, record bool) error {
	rows := make([]Suggestion, len(thoughts))
	var records []Record
	var foretold []Adjustment
	missed := make([]Missed, len(thoughts))
	for i, t := range thoughts {
		rows[i], missed[i] = t.Suggestion, t.missed
		foretold = append(foretold, t.foretold...)
		if record {
			records = append(records, t.record)
		}
	}
	return s.store.KeepSuggestions(ctx, rows, func(ctx context.Context) error {
		if err := s.givenUp(ctx, rows); err != nil {
			return err
		}
		if err := s.passedOver(ctx, rows); err != nil {
			return err
		}
		if err := s.store.AddRecords(ctx, records); err != nil {
			return err
		}
		if err := s.store.PutMissed(ctx, missed); err != nil {
			return err
		}
		return s.store.Foretell(ctx, foretold)
	})
}

// Rebuild throws away what is derived and works it out from the ledger. What was
// forecast in earlier weeks stays as it was said: nothing could tell it again.
func (s *Service) Rebuild(ctx context.Context) error {
	if err := s.Recompute(ctx, nil); err != nil {
		return err
	}
	return s.JudgeAgain(ctx)
}
