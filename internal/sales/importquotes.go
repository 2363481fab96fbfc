package sales

import (
	"bytes"
	"context"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
)

// importQuotes keeps the wholesale prices, and gives products that nobody offers
// the terms of the usual supplier: assumed until a person says otherwise.
func (s *Service) importQuotes(ctx context.Context, x *run, plan salesPlan) error {
	if len(plan.quotes) == 0 {
		return nil
	}
	usual, err := s.catalog.UsualSupplier(ctx)
	if err != nil {
		return err
	}
	plan.quotes = slices.DeleteFunc(plan.quotes, func(q catalog.Quote) bool { return x.same[productDay{q.ProductID, q.Day}] })
	for i := range plan.quotes {
		plan.quotes[i].SupplierID, plan.quotes[i].BatchID = usual.ID, x.batch.ID
	}
	for chunk := range slices.Chunk(plan.quotes, importChunk) {
		if err := s.catalog.AddQuotes(ctx, chunk); err != nil {
			return err
		}
	}
	if err := s.assumeOffers(ctx, x, plan, usual); err != nil {
		return err
	}
	return s.repriceAssumed(ctx, x.today)
}

// repriceAssumed keeps the terms that nobody has confirmed at the last price that
// the usual supplier asked.
func (s *Service) repriceAssumed(ctx context.Context, today day.Date) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		last, err := s.catalog.LastQuotes(ctx, today)
		if err != nil || len(last) == 0 {
			return err
		}
		usual, err := s.catalog.UsualSupplier(ctx)
		if err != nil {
			return err
		}
		offers, err := s.catalog.OffersOf(ctx, usual.ID)
		if err != nil {
			return err
		}
		var changed []catalog.Offer
		for _, o := range offers {
			q, quoted := last[o.ProductID]
			if o.Assumed && quoted && q.Price != o.Price {
				o.Price, o.ValidFrom = q.Price, q.Day
				changed = append(changed, o)
			}
		}
		return s.catalog.SaveOffers(ctx, changed)
	})
}

func (s *Service) assumeOffers(ctx context.Context, x *run, plan salesPlan, usual catalog.Supplier) error {
	ids := make([]ident.ID, 0, len(plan.from))
	for i, q := range plan.quotes {
		if i == 0 || plan.quotes[i-1].ProductID != q.ProductID {
			ids = append(ids, q.ProductID)
		}
	}
	offered, err := s.catalog.Offers(ctx, ids)
	if err != nil {
		return err
	}
	last, err := s.catalog.LastQuotes(ctx, x.today)
	if err != nil {
		return err
	}
	products, err := s.catalog.Products(ctx, ids)
	if err != nil {
		return err
	}
	var offers []catalog.Offer
	for _, id := range ids {
		q, quoted := last[id]
		if len(offered[id]) > 0 || !quoted {
			continue
		}
		p := products[id]
		offers = append(offers, catalog.Offer{
			ID: ident.New(), SupplierID: usual.ID, ProductID: id, Pack: measure.Pack{Unit: p.BaseUnit, Factor: measure.One},
			Price: q.Price, TaxRate: p.TaxRate, Assumed: true, ValidFrom: q.Day,
		})
	}
	if len(offers) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := s.catalog.SaveOffers(ctx, offers); err != nil {
			return err
		}
		report := x.report
		for _, o := range offers {
			report.Offers = append(report.Offers, o.ID)
		}
		b := x.batch
		b.Read, b.Report = x.handled, report.encode()
		if err := s.move(ctx, b, BatchRunning, x.handled); err != nil {
			return err
		}
		x.report = report
		return nil
	})
}

// adoptPrices gives products without a sale price the last one of the file.
func (s *Service) adoptPrices(ctx context.Context, priced map[ident.ID]pricedOn) error {
	ids := make([]ident.ID, 0, len(priced))
	for id := range priced {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b ident.ID) int { return bytes.Compare(a[:], b[:]) })
	for chunk := range slices.Chunk(ids, 100) {
		err := s.atomic.Do(ctx, func(ctx context.Context) error {
			products, err := s.catalog.Products(ctx, chunk)
			if err != nil {
				return err
			}
			for _, id := range chunk {
				p, ok := products[id]
				if !ok || p.SalePrice != 0 {
					continue
				}
				d := catalog.DraftOf(p)
				d.SalePrice = priced[id].price
				if err := s.catalog.Update(ctx, id, p.Version, d); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
