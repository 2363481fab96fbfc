package restock

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/demand"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

// claim bounds the marks of a shop that one run takes.
const claim = 2000

// RunChanged recomputes the products that were marked changed, over all shops, and
// answers how many. A mark is taken back only when its product's suggestion is stored,
// and only if nothing marked it again meanwhile: who is stopped in the middle loses
// nothing. One shop is served by one process at a time, and a shop that goes wrong
// leaves the others alone; its error is told with ErrOfShops.
func (s *Service) RunChanged(ctx context.Context) (int, error) {
	queue, err := s.stock.Queue(ctx)
	if err != nil || len(queue) == 0 {
		return 0, err
	}
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return 0, err
	}
	byID := make(map[tenant.ShopID]shop.Shop, len(shops))
	for _, in := range shops {
		byID[in.ID] = in
	}
	done := 0
	var failed []error
	for _, q := range queue { // who waits longest comes first
		in, ok := byID[q.Shop]
		if !ok || ctx.Err() != nil {
			continue
		}
		n, err := s.serve(ctx, in, Marked, nil, s.marked(in))
		done += n
		failed = append(failed, err)
	}
	return done, errors.Join(failed...)
}

// marked is the work on a shop's marked products.
func (s *Service) marked(in shop.Shop) func(context.Context, *progress) error {
	return func(ctx context.Context, r *progress) error {
		marks, err := s.stock.Marked(ctx, claim)
		if err != nil || len(marks) == 0 {
			return err
		}
		r.Total = len(marks)
		return s.runShop(ctx, in, marks, r)
	}
}

func (s *Service) runShop(ctx context.Context, in shop.Shop, marks []stock.Mark, r *progress) error {
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
		r.Done = len(marks)
		return s.settled(ctx, marks)
	}
	for part := range slices.Chunk(marks, chunk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.refresh(ctx, in, pool, part); err != nil {
			return err
		}
		if err := s.settled(ctx, part); err != nil {
			return err
		}
		r.Done += len(part)
	}
	return nil
}

// refresh works out the suggestions of marked products again. Where a day that is
// over has changed, their demand is packed anew from that day's year on; what today
// brought is not in it yet.
func (s *Service) refresh(ctx context.Context, in shop.Shop, pool Pool, marks []stock.Mark) error {
	ids := make([]ident.ID, len(marks))
	changed := make(map[ident.ID]day.Date, len(marks))
	for i, m := range marks {
		ids[i], changed[m.ProductID] = m.ProductID, m.From
	}
	products, gone, err := s.present(ctx, ids)
	if err != nil {
		return err
	}
	if len(gone) > 0 {
		if err := s.passOn(ctx, gone, changed); err != nil {
			return err
		}
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
	known := newPast(0)
	if known.packed, err = s.store.Packed(ctx, idsOf(products)); err != nil {
		return err
	}
	known.stored = true
	var stale []catalog.Product
	earliest := at.asOf
	for _, p := range products {
		if from := changed[p.ID]; from <= at.asOf || pool.Made != at.asOf || len(known.packed[p.ID]) == 0 {
			stale, earliest = append(stale, p), min(earliest, from)
		}
	}
	if len(stale) > 0 {
		if err := s.repack(ctx, in, pool, stale, earliest, at, known); err != nil {
			return err
		}
	}
	return s.suggestAll(ctx, in, pool, products, known, run{})
}

// passOn marks the products as which changed ones go on: it is their past that changed.
func (s *Service) passOn(ctx context.Context, gone []ident.ID, changed map[ident.ID]day.Date) error {
	merged, err := s.catalog.Merged(ctx)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if into, ok := merged[id]; ok {
			if err := s.stock.MarkChanged(ctx, []ident.ID{into}, changed[id]); err != nil {
				return err
			}
		}
	}
	return nil
}

// repack packs the demand of products anew from the year of a day on and reads it.
func (s *Service) repack(ctx context.Context, in shop.Shop, pool Pool, products []catalog.Product, from day.Date, at moment, known past) error {
	rows, err := s.rebuildYears(ctx, in, products, from, at, pool.Shop)
	if err != nil {
		return err
	}
	if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.PutYears(ctx, rows) }); err != nil {
		return err
	}
	packed, err := s.store.Packed(ctx, idsOf(products))
	if err != nil {
		return err
	}
	for _, p := range products {
		known.packed[p.ID] = packed[p.ID]
	}
	return nil
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

// RunAsked works everything out again for the shops in which somebody asked for it.
func (s *Service) RunAsked(ctx context.Context) error {
	asked, err := s.store.Asked(ctx)
	if err != nil || len(asked) == 0 {
		return err
	}
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, in := range shops {
		if ctx.Err() == nil && slices.Contains(asked, in.ID) {
			_, err := s.serve(ctx, in, Everything, func(w Work) bool { return w.AskedAt != nil }, func(ctx context.Context, r *progress) error {
				return s.everything(ctx, in, r)
			})
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// Daily learns the pool of each shop anew once a day, after the shop's own midnight:
// the new day changes every product. A shop that goes wrong leaves the others alone;
// its error is told with ErrOfShops.
func (s *Service) Daily(ctx context.Context) error {
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, in := range shops {
		if ctx.Err() == nil {
			failed = append(failed, s.daily(shop.Acting(ctx, in), in))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) daily(ctx context.Context, in shop.Shop) error {
	if due, err := s.due(ctx, in); err != nil || !due {
		return wrapped(in, err, ctx.Err() != nil)
	}
	_, err := s.serve(ctx, in, Everything, nil, func(ctx context.Context, r *progress) error {
		if still, err := s.due(ctx, in); err != nil || !still { // another process was faster
			return err
		}
		return s.everything(ctx, in, r)
	})
	return err
}

// due reports whether a day is over that the shop's pool has not learned from. A shop
// without a pool gets one with its first products.
func (s *Service) due(ctx context.Context, in shop.Shop) (bool, error) {
	pool, ok, err := s.store.Pool(ctx)
	if err != nil || !ok {
		return false, err
	}
	at, err := s.live(ctx, in, pool.Shop.Profile)
	return pool.Made < at.asOf || pool.outdated(in), err
}

// everything is a whole run.
func (s *Service) everything(ctx context.Context, in shop.Shop, r *progress) error {
	r.at(ctx, 0, 0)
	if err := s.Recompute(ctx, func(done, of int) { r.at(ctx, done, of) }); err != nil {
		return err
	}
	if err := s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.Ask(ctx, nil) }); err != nil {
		return err
	}
	at, err := s.live(ctx, in, demand.Uniform(in.OpenHour, in.CloseHour))
	if err != nil {
		return err
	}
	slog.Info("learned from the new day", "shop", in.Slug, "day", at.asOf.String(), "products", r.Done)
	if err := s.replayOnce(ctx, in, at.first); err != nil {
		return err
	}
	if err := s.Judge(ctx); err != nil {
		return err
	}
	_, err = s.Learn(ctx)
	return err
}
