package restock

import (
	"context"
	"fmt"
	"log/slog"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/forecast"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
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
	past := newPast(len(products))
	for from := 0; from < len(products); from += chunk {
		rows, err := s.rebuildYears(ctx, in, products[from:min(from+chunk, len(products))], beginning, day0, habits)
		if err != nil {
			return err
		}
		past.add(rows)
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutYears(ctx, rows) }); err != nil {
			return err
		}
	}
	pool := learn(in, products, past.years, habits, day0.asOf)
	if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutPool(ctx, pool) }); err != nil {
		return err
	}
	return s.suggestAll(ctx, in, pool, products, past, true, progress)
}

// past is what is known of products' days.
type past struct {
	years  map[ident.ID][]demand.Year
	counts map[ident.ID]*counted // of products whose sales nobody records
}

func newPast(n int) past {
	return past{years: make(map[ident.ID][]demand.Year, n), counts: map[ident.ID]*counted{}}
}

func (p past) add(rows []ProductYears) {
	for _, r := range rows {
		p.years[r.ProductID] = r.Years
		if r.counts != nil {
			p.counts[r.ProductID] = r.counts
		}
	}
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
	rows := make([]ProductYears, len(ids))
	for i, p := range products {
		rows[i] = ProductYears{ProductID: p.ID, From: from.Year()}
		if l := ledgers[p.ID]; len(l.days) > 0 || l.knownFrom == nil {
			continue
		}
		until := at.first
		if at.closed {
			until = at.asOf
		}
		if rows[i].counts, err = s.countsOf(ctx, in, p, until, learned); err != nil {
			return nil, err
		}
	}
	forecast.Each(len(ids), 0, func(i int) {
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

// suggestAll works out and stores the suggestions of products, a chunk at a time.
// keep: the forecasts are also kept to be judged by later, the first of each week.
func (s *Service) suggestAll(ctx context.Context, in shop.Shop, pool Pool, products []catalog.Product, known past, keep bool, progress func(done, of int)) error {
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return err
	}
	around, err := s.around(ctx, in, pool, at)
	if err != nil {
		return err
	}
	for from := 0; from < len(products); from += chunk {
		part := products[from:min(from+chunk, len(products))]
		subjects, err := s.subjects(ctx, part, known, at.first)
		if err != nil {
			return err
		}
		thoughts := make([]thought, len(part))
		forecast.Each(len(part), 0, func(i int) { thoughts[i] = around.think(subjects[i]) })
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.keep(ctx, thoughts, keep && around.current()) }); err != nil {
			return err
		}
		if progress != nil {
			progress(from+len(part), len(products))
		}
	}
	return nil
}

// keep stores what comes of thinking products through.
func (s *Service) keep(ctx context.Context, thoughts []thought, record bool) error {
	rows := make([]Suggestion, len(thoughts))
	var records []Record
	var foretold []Adjustment
	for i, t := range thoughts {
		rows[i] = t.Suggestion
		foretold = append(foretold, t.foretold...)
		if record {
			records = append(records, t.record)
		}
	}
	if err := s.givenUp(ctx, rows); err != nil {
		return err
	}
	if err := s.store.AddRecords(ctx, records); err != nil {
		return err
	}
	if err := s.store.Foretell(ctx, foretold); err != nil {
		return err
	}
	return s.store.PutSuggestions(ctx, rows)
}

// claim bounds the marks that one run takes.
const claim = 2000

// RunChanged recomputes the products that were marked changed, over all shops,
// and answers how many. A mark is taken back only if nothing marked the product
// again meanwhile, so two runners at once do the work twice and lose nothing.
func (s *Service) RunChanged(ctx context.Context) (int, error) {
	marks, err := s.stock.Changed(ctx, claim)
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	byShop := map[tenant.ShopID][]stock.Mark{}
	for _, m := range marks {
		byShop[m.Shop] = append(byShop[m.Shop], m)
	}
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return 0, err
	}
	done := 0
	for _, in := range shops {
		mine := byShop[in.ID]
		if len(mine) == 0 {
			continue
		}
		if err := s.runShop(shop.Acting(ctx, in), in, mine); err != nil {
			return done, fmt.Errorf("shop %s: %w", in.Slug, err)
		}
		done += len(mine)
	}
	return done, nil
}

func (s *Service) runShop(ctx context.Context, in shop.Shop, marks []stock.Mark) error {
	pool, ok, err := s.store.Pool(ctx)
	if err != nil {
		return err
	}
	if !ok || pool.outdated(in) {
		// The first products of a shop, or what an older program learned: everything is
		// learned at once.
		if err := s.Recompute(ctx, nil); err != nil {
			return err
		}
		return s.stock.Unmark(ctx, marks)
	}
	for from := 0; from < len(marks); from += chunk {
		part := marks[from:min(from+chunk, len(marks))]
		if err := s.refresh(ctx, in, pool, part); err != nil {
			return err
		}
		if err := s.stock.Unmark(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// refresh rebuilds the demand of marked products from the days that changed and
// works out their suggestions again.
func (s *Service) refresh(ctx context.Context, in shop.Shop, pool Pool, marks []stock.Mark) error {
	ids := make([]ident.ID, len(marks))
	earliest := marks[0].From
	for i, m := range marks {
		ids[i] = m.ProductID
		earliest = min(earliest, m.From)
	}
	products, gone, err := s.present(ctx, ids)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.DeleteSuggestions(ctx, gone) }); err != nil {
			return err
		}
	}
	if len(products) == 0 {
		return nil
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	if err != nil {
		return err
	}
	rows, err := s.rebuildYears(ctx, in, products, min(earliest, at.asOf), at, pool.Shop)
	if err != nil {
		return err
	}
	if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutYears(ctx, rows) }); err != nil {
		return err
	}
	known := newPast(0)
	known.add(rows)
	if known.years, err = s.store.Years(ctx, idsOf(products)); err != nil {
		return err
	}
	return s.suggestAll(ctx, in, pool, products, known, false, nil)
}

// present splits ids into products that are sold and those that no longer are.
func (s *Service) present(ctx context.Context, ids []ident.ID) (products []catalog.Product, gone []ident.ID, err error) {
	found, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range ids {
		if p, ok := found[id]; ok && !p.Archived {
			products = append(products, p)
		} else {
			gone = append(gone, id)
		}
	}
	return products, gone, nil
}

// Daily learns the pool of each shop anew once a day and marks nothing else: the
// new day changes every product.
func (s *Service) Daily(ctx context.Context) error {
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return err
	}
	for _, in := range shops {
		ctx := shop.Acting(ctx, in)
		pool, ok, err := s.store.Pool(ctx)
		if err != nil {
			return err
		}
		if !ok {
			continue // made with the first products
		}
		at, err := s.live(ctx, in, pool.Shop.Profile)
		if err != nil {
			return err
		}
		if pool.Made >= at.asOf && !pool.outdated(in) {
			continue
		}
		if err := s.Recompute(ctx, nil); err != nil {
			return fmt.Errorf("shop %s: %w", in.Slug, err)
		}
		if err := s.replayOnce(ctx, in, at.first); err != nil {
			return fmt.Errorf("shop %s: %w", in.Slug, err)
		}
		slog.Info("learned from the new day", "shop", in.Slug, "day", at.asOf.String())
	}
	return nil
}

// Rebuild throws away what is derived and works it out from the ledger. What was
// forecast in earlier weeks stays as it was said: nothing could tell it again.
func (s *Service) Rebuild(ctx context.Context) error { return s.Recompute(ctx, nil) }
