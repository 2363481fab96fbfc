package trade

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Bounds of what is published, in characters.
const (
	MaxAbout = 600
	MaxPhone = 40
)

// clean gives the producer's texts in stored form, or all that is wrong with it.
func (p Producer) clean() (Producer, error) {
	var wrong fault.Fields
	text := func(field string, s *string, most int) {
		cleaned, err := catalog.CleanText(*s, most)
		if f, ok := fault.As(err); ok {
			wrong.Add(f.WithField(field))
		}
		*s = cleaned
	}
	text("name", &p.Name, catalog.MaxCategory)
	text("about", &p.About, MaxAbout)
	text("contact", &p.Contact, catalog.MaxLabel)
	text("phone", &p.Phone, MaxPhone)
	if p.Name == "" && wrong.For("name") == nil {
		wrong.Add(fault.New(fault.Invalid, "catalog.name_missing").WithField("name"))
	}
	if !slices.Contains(catalog.Kinds(), p.Kind) {
		wrong.Add(fault.New(fault.Invalid, "catalog.kind_unknown").WithField("kind"))
	}
	if p.Province != "" && !slices.Contains(shop.Provinces(), p.Province) {
		wrong.Add(fault.New(fault.Invalid, "shop.province_unknown").WithField("province"))
	}
	// The terms are a supplier's, by the supplier's rules.
	_, err := catalog.Supplier{
		Name: "x", Kind: catalog.Other, MinimumOrder: p.MinimumOrder, Freight: p.Freight, FreeFreightFrom: p.FreeFreightFrom, LeadTimeDays: p.LeadTimeDays,
	}.Clean()
	var terms fault.Fields
	if errors.As(err, &terms) {
		wrong = append(wrong, terms...)
	}
	return p, wrong.Err()
}

// Producer is how the shop shows itself; with Version 0 it never has.
func (s *Service) Producer(ctx context.Context) (Producer, error) {
	p, err := s.store.Producer(ctx)
	if errors.Is(err, ErrMissing) {
		scope, err := tenant.Must(ctx)
		return Producer{Name: scope.ShopName, Kind: catalog.Farmer, Currency: scope.Currency.Code, PricesIncludeTax: true, LeadTimeDays: 1, Open: true}, err
	}
	return p, err
}

// PutProducer says how the shop shows itself. A version that moved on is a Conflict.
func (s *Service) PutProducer(ctx context.Context, p Producer) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	if p, err = p.clean(); err != nil {
		return err
	}
	p.Currency = scope.Currency.Code
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		next := p
		next.Version++
		if ok, err := s.store.PutProducer(ctx, next, s.micros()); err != nil || !ok {
			return orStale(err)
		}
		return s.journal.Record(ctx, "directory.producer", ident.Nil, map[string]any{"name": p.Name, "open": p.Open})
	})
}

func orStale(err error) error {
	if err != nil {
		return err
	}
	return stale()
}

// Listings reads the shop's own, published or not, by name.
func (s *Service) Listings(ctx context.Context) ([]Listing, error) { return s.store.Listings(ctx) }

// Draft is the listing of one of the shop's products: what was published, or what the
// product itself would suggest, with Version 0.
func (s *Service) Draft(ctx context.Context, product ident.ID) (Listing, catalog.Product, error) {
	p, err := s.catalog.Product(ctx, product)
	if err != nil {
		return Listing{}, p, err
	}
	l, err := s.store.Listing(ctx, product)
	if errors.Is(err, ErrMissing) {
		l = Listing{ProductID: p.ID, Name: p.Name, Origin: p.Origin, Price: p.SalePrice, TaxRate: p.TaxRate, Published: true}
		if len(p.Packs) > 0 {
			l.Pack = p.Packs[0]
		}
		err = nil
	}
	l.Code, l.Unit = p.Code, p.BaseUnit
	return l, p, err
}

// Publish writes the listing of a product; Published false withdraws it. A version that
// moved on is a Conflict. A first one may bring its id.
func (s *Service) Publish(ctx context.Context, l Listing) (Listing, error) {
	var saved Listing
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		before, p, err := s.Draft(ctx, l.ProductID)
		if err != nil {
			return err
		}
		if saved, err = l.clean(p); err != nil {
			return err
		}
		if before.Version != l.Version {
			return stale()
		}
		if saved.Terms = before.Terms; !before.ID.IsNil() || l.ID.IsNil() {
			saved.ID = before.ID
		}
		if saved.ID.IsNil() {
			saved.ID = ident.New()
		}
		if before.Version == 0 || !saved.asks(before) {
			saved.Terms++
		}
		saved.Version++
		if ok, err := s.store.PutListing(ctx, saved, s.micros()); err != nil || !ok {
			return orStale(err)
		}
		detail := map[string]any{"name": saved.Name, "price": saved.Price.Decimal(), "published": saved.Published, "sheet": saved.Sheet}
		return s.journal.Record(ctx, "directory.listing", saved.ProductID, detail)
	})
	return saved, err
}

// Withdraw takes a listing out of the directory. Twice is once.
func (s *Service) Withdraw(ctx context.Context, product ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		l, err := s.store.Listing(ctx, product)
		if err != nil {
			return missing(err, "trade.listing_missing")
		}
		if !l.Published {
			return nil
		}
		l.Published = false
		_, err = s.Publish(ctx, l)
		return err
	})
}

// clean gives the listing as it is stored, or all that is wrong with it. What is asked
// obeys the rules of an offer.
func (l Listing) clean(p catalog.Product) (Listing, error) {
	l.Code, l.Unit = p.Code, p.BaseUnit
	var wrong fault.Fields
	for _, t := range []struct {
		field string
		value *string
		most  int
	}{{"name", &l.Name, catalog.MaxName}, {"grade", &l.Grade, catalog.MaxLabel}, {"origin", &l.Origin, catalog.MaxLabel}, {"lot", &l.Lot, catalog.MaxLabel}, {"about", &l.About, MaxAbout}} {
		cleaned, err := catalog.CleanText(*t.value, t.most)
		if f, ok := fault.As(err); ok {
			wrong.Add(f.WithField(t.field))
		}
		*t.value = cleaned
	}
	if l.Name == "" && wrong.For("name") == nil {
		wrong.Add(fault.New(fault.Invalid, "catalog.name_missing").WithField("name"))
	}
	if l.HarvestFrom != nil && l.HarvestThrough != nil && *l.HarvestThrough < *l.HarvestFrom {
		wrong.Add(fault.New(fault.Invalid, "trade.harvest_backwards").WithField("harvest_through"))
	}
	if l.Price <= 0 {
		wrong.Add(fault.New(fault.Invalid, "trade.price_needed").WithField("price"))
	}
	offer, err := l.Offer(ident.Nil, p.ID).Clean(p.BaseUnit)
	var terms fault.Fields
	switch {
	case errors.As(err, &terms):
		wrong = append(wrong, terms...)
	case err != nil:
		return l, fmt.Errorf("listing of %s: %w", p.Code, err)
	}
	l.Pack, l.Minimum, l.Price, l.Breaks, l.TaxRate = offer.Pack, offer.Minimum, offer.Price, offer.Breaks, offer.TaxRate
	return l, wrong.Err()
}
