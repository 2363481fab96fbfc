package restock

import (
	"context"
	"fmt"
	"log/slog"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/stock"
	"buhuo/internal/tenant"
)

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
