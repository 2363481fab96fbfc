package catalog

import (
	"context"
	"slices"

	"buhuo/internal/fault"
	"buhuo/internal/ident"
)

// Mover hands over what lies of a product when it goes on as another one. The ledger is
// one. A Conflict says what stands in the way.
type Mover interface {
	Merge(ctx context.Context, from, into ident.ID) error
}

// SetMover sets who moves the goods of merged products, while the program is wired.
func (s *Service) SetMover(m Mover) { s.mover = m }

// Merge has a product go on as another one, because both are the same goods: what lies of
// it and its barcodes pass to the other, and so do offers of suppliers that the other has
// none of. It is archived, and every record stays as it was written; what reads the past of
// the other counts both. Again with the same other product moves what has come back
// since. NotFound when there is none such; one of kind Invalid says why two cannot be one.
func (s *Service) Merge(ctx context.Context, from, into ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		p, err := s.Product(ctx, from)
		if err != nil {
			return err
		}
		other, err := s.Product(ctx, into)
		if err != nil {
			return err
		}
		if err := mergeable(p, other); err != nil {
			return err
		}
		if s.mover != nil {
			if err := s.mover.Merge(ctx, from, into); err != nil {
				return err
			}
		}
		if p.MergedInto != nil { // what had come back has been moved
			return nil
		}
		if err := s.pass(ctx, p, other); err != nil {
			return err
		}
		if err := s.store.MergeProduct(ctx, from, into, s.micros()); err != nil {
			return err
		}
		if s.marker != nil { // the past of the other is both's from the first day on
			if err := s.marker.MarkChanged(ctx, []ident.ID{from, into}, 0); err != nil {
				return err
			}
		}
		return s.record(ctx, "product.merge", from, map[string]any{"code": p.Code, "name": p.Name, "into": other.Code})
	})
}

// mergeable says why two products cannot be one; nil: they can.
func mergeable(p, other Product) error {
	refuse := func(key string) error {
		return fault.New(fault.Invalid, key, fault.A("name", p.Name), fault.A("other", other.Name)).WithField("into")
	}
	switch {
	case p.ID == other.ID:
		return refuse("catalog.merge_itself")
	case other.Archived || other.MergedInto != nil:
		return refuse("catalog.merge_archived")
	case p.MergedInto != nil && *p.MergedInto != other.ID:
		return refuse("catalog.merge_again")
	case p.BaseUnit != other.BaseUnit:
		return refuse("catalog.merge_unit")
	}
	return nil
}

// pass gives the barcodes of a product to another one, its offers from suppliers that the
// other has none of, and the name of essential goods.
func (s *Service) pass(ctx context.Context, p, other Product) error {
	d := DraftOf(p)
	d.Barcodes = nil
	if ok, err := s.store.UpdateProduct(ctx, s.asRecord(p.ID, p.Version, d, p.CategoryID)); err != nil || !ok {
		return orStale(err)
	}
	d = DraftOf(other)
	d.Barcodes = append(slices.Clone(d.Barcodes), p.Barcodes...)
	if ok, err := s.store.UpdateProduct(ctx, s.asRecord(other.ID, other.Version, d, other.CategoryID)); err != nil || !ok {
		return orStale(err)
	}
	offers, err := s.Offers(ctx, []ident.ID{p.ID, other.ID})
	if err != nil {
		return err
	}
	var passed []OfferRecord
	for _, o := range offers[p.ID] {
		if !slices.ContainsFunc(offers[other.ID], func(has Offer) bool { return has.SupplierID == o.SupplierID }) {
			o.ID, o.ProductID, o.Version = ident.New(), other.ID, 1
			passed = append(passed, OfferRecord{Offer: o, At: s.micros()})
		}
	}
	if err := s.store.SaveOffers(ctx, passed); err != nil {
		return err
	}
	essential, err := s.store.Essentials(ctx)
	if err != nil || !slices.Contains(essential, p.ID) {
		return err
	}
	_, err = s.store.SetEssential(ctx, other.ID, true, s.micros())
	return err
}

// Merged tells which products go on as which: the first to the last of a line of mergers.
func (s *Service) Merged(ctx context.Context) (map[ident.ID]ident.ID, error) {
	return s.store.Merged(ctx)
}

// Present follows a product to the one as which it goes on; most go on as themselves.
func (s *Service) Present(ctx context.Context, p Product) (Product, error) {
	if p.MergedInto == nil {
		return p, nil
	}
	return s.Product(ctx, *p.MergedInto)
}
