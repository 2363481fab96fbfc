package trade

import (
	"context"
	"errors"
	"slices"

	"buhuo/internal/catalog"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/purchase"
	"buhuo/internal/tenant"
)

// Search reads a page of the directory: what other shops publish in this shop's
// currency.
func (s *Service) Search(ctx context.Context, q Query) ([]Entry, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	if q.Limit <= 0 || q.Limit > PageSize+1 {
		q.Limit = PageSize
	}
	return s.store.Search(ctx, q, scope.Currency.Code)
}

// Entry reads one published listing of another shop; NotFound otherwise.
func (s *Service) Entry(ctx context.Context, id ident.ID) (Entry, error) {
	found, err := s.store.Entries(ctx, []ident.ID{id})
	if err != nil {
		return Entry{}, err
	}
	if len(found) == 0 {
		return Entry{}, fault.New(fault.NotFound, "trade.listing_missing")
	}
	return found[0], nil
}

// Sheet reads a listing that its shop lets the whole world read; NotFound otherwise. It
// needs no shop.
func (s *Service) Sheet(ctx context.Context, id ident.ID) (Entry, error) {
	e, err := s.store.Sheet(ctx, id)
	return e, missing(err, "trade.listing_missing")
}

// Standing is where a listing has its place in the shop that looks at it.
type Standing struct {
	Followed *Followed         // nil: not taken
	Supplier *catalog.Supplier // nil: its producer is no supplier yet
	Namesake *catalog.Supplier // a supplier who is called like the producer, when that one is none yet
	Offer    *catalog.Offer    // as taken, while it has not ended
	Same     []catalog.Product // products that it may be, the likeliest first, when it was not taken
}

// Standing tells whether the shop has taken the listing, and what it could be here.
func (s *Service) Standing(ctx context.Context, e Entry) (Standing, error) {
	var out Standing
	supplier, err := s.store.Supplier(ctx, e.Shop)
	switch {
	case errors.Is(err, ErrMissing):
		if out.Namesake, err = s.namesake(ctx, e.Producer.Name); err != nil {
			return out, err
		}
	case err != nil:
		return out, err
	default:
		found, err := s.catalog.Supplier(ctx, supplier)
		if err != nil {
			return out, err
		}
		out.Supplier = &found
	}
	if out.Followed, err = s.followed(ctx, e.ID); err != nil {
		return out, err
	}
	if f := out.Followed; f != nil {
		out.Offer, err = s.offer(ctx, f.SupplierID, f.ProductID)
		return out, err
	}
	out.Same, err = s.alike(ctx, e)
	return out, err
}

// Taken reads which listings the shop has taken.
func (s *Service) Taken(ctx context.Context) (map[ident.ID]bool, error) {
	all, err := s.store.Followed(ctx)
	out := make(map[ident.ID]bool, len(all))
	for _, f := range all {
		out[f.ListingID] = true
	}
	return out, err
}

// namesake finds the supplier of that name who is no shop yet.
func (s *Service) namesake(ctx context.Context, name string) (*catalog.Supplier, error) {
	all, err := s.catalog.Suppliers(ctx, false)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Name != name {
			continue
		}
		if _, err := s.store.Partner(ctx, all[i].ID); errors.Is(err, ErrMissing) {
			return &all[i], nil
		} else if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

func (s *Service) followed(ctx context.Context, listing ident.ID) (*Followed, error) {
	all, err := s.store.Followed(ctx)
	if i := slices.IndexFunc(all, func(f Followed) bool { return f.ListingID == listing }); err == nil && i >= 0 {
		return &all[i], nil
	}
	return nil, err
}

func (s *Service) offer(ctx context.Context, supplier, product ident.ID) (*catalog.Offer, error) {
	offers, err := s.catalog.OffersOf(ctx, supplier)
	if i := slices.IndexFunc(offers, func(o catalog.Offer) bool { return o.ProductID == product }); err == nil && i >= 0 {
		return &offers[i], nil
	}
	return nil, err
}

// alike finds products that the listing may be: those whose name it has or contains,
// counted in the same unit; that of the same name first.
func (s *Service) alike(ctx context.Context, e Entry) ([]catalog.Product, error) {
	page, err := s.catalog.List(ctx, catalog.Query{Text: e.Name, Limit: 20})
	if err != nil {
		return nil, err
	}
	out := slices.DeleteFunc(page.Products, func(p catalog.Product) bool { return p.BaseUnit != e.Unit })
	slices.SortStableFunc(out, func(a, b catalog.Product) int {
		switch same := a.Name == e.Name; {
		case same == (b.Name == e.Name):
			return 0
		case same:
			return -1
		}
		return 1
	})
	return out, nil
}

// Take is what a shop takes from the directory: a listing, for a product of its own.
type Take struct {
	ListingID ident.ID
	ProductID ident.ID // zero: the product that it was taken for, else a new one
	// SupplierID is who the producer is among the suppliers, when nobody has said so
	// before; zero: somebody new.
	SupplierID ident.ID
	Language   string // of the orders
	Province   string // the producer's, in words
}

// Take makes the producer a supplier of the shop, unless it is one, with an offer for
// the product at the terms of the listing. Taking again takes the terms of now; when
// these are known already it changes nothing.
func (s *Service) Take(ctx context.Context, t Take) (catalog.Offer, error) {
	var saved catalog.Offer
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		e, err := s.Entry(ctx, t.ListingID)
		if err != nil {
			return err
		}
		taken, err := s.followed(ctx, e.ID)
		if err != nil {
			return err
		}
		f := Followed{ListingID: e.ID, ProductID: t.ProductID}
		if taken != nil {
			f = *taken
		} else if f.SupplierID, err = s.supplier(ctx, e, t); err != nil {
			return err
		}
		if f.ProductID.IsNil() {
			if f.ProductID, err = s.product(ctx, e); err != nil {
				return err
			}
		}
		if saved, err = s.terms(ctx, e, f, taken); err != nil {
			return err
		}
		if taken != nil && f.Terms == e.Terms {
			return nil
		}
		f.Terms = e.Terms
		if err := s.store.PutFollowed(ctx, f); err != nil {
			return err
		}
		return s.journal.Record(ctx, "directory.take", f.ProductID, map[string]any{"producer": e.Producer.Name, "name": e.Name, "price": e.Price.Decimal()})
	})
	return saved, err
}

// terms writes the listing's terms on the shop's offer, unless it has them already.
func (s *Service) terms(ctx context.Context, e Entry, f Followed, taken *Followed) (catalog.Offer, error) {
	p, err := s.catalog.Product(ctx, f.ProductID)
	if err != nil {
		return catalog.Offer{}, err
	}
	if p.BaseUnit != e.Unit {
		return catalog.Offer{}, fault.New(fault.Invalid, "trade.other_unit", fault.A("name", p.Name)).WithField("product")
	}
	now := e.Offer(f.SupplierID, f.ProductID)
	before, err := s.offer(ctx, f.SupplierID, f.ProductID)
	if err != nil {
		return catalog.Offer{}, err
	}
	if before != nil {
		if taken != nil && taken.Terms == e.Terms || sameTerms(*before, now) {
			return *before, nil
		}
		now.ID, now.Version, now.LeadTimeDays, now.ValidFrom = before.ID, before.Version, before.LeadTimeDays, before.ValidFrom
	}
	return s.catalog.SaveOffer(ctx, now)
}

// sameTerms reports whether two offers ask the same.
func sameTerms(a, b catalog.Offer) bool {
	return a.Price == b.Price && a.Pack == b.Pack && a.Minimum == b.Minimum && a.TaxRate == b.TaxRate && slices.Equal(a.Breaks, b.Breaks)
}

// supplier is who stands for the producer among the shop's suppliers, made when nobody
// does.
func (s *Service) supplier(ctx context.Context, e Entry, t Take) (ident.ID, error) {
	id, err := s.store.Supplier(ctx, e.Shop)
	if !errors.Is(err, ErrMissing) {
		return id, err
	}
	if !t.SupplierID.IsNil() {
		return s.known(ctx, e, t.SupplierID)
	}
	p := e.Producer
	made, err := s.catalog.CreateSupplier(ctx, catalog.Supplier{
		Name: p.Name, Kind: p.Kind, Province: t.Province, Contact: p.Contact, Phone: p.Phone, Language: t.Language,
		PricesIncludeTax: p.PricesIncludeTax, MinimumOrder: p.MinimumOrder, Freight: p.Freight, FreeFreightFrom: p.FreeFreightFrom,
		LeadTimeDays: p.LeadTimeDays,
	})
	if err != nil {
		return ident.Nil, err
	}
	return made.ID, s.store.PutPartner(ctx, made.ID, e.Shop)
}

// known notes that a supplier of the shop is the producer; one that is another shop is a
// fault of kind Invalid.
func (s *Service) known(ctx context.Context, e Entry, id ident.ID) (ident.ID, error) {
	if _, err := s.catalog.Supplier(ctx, id); err != nil {
		return ident.Nil, err
	}
	_, err := s.store.Partner(ctx, id)
	switch {
	case err == nil:
		return ident.Nil, fault.New(fault.Invalid, "trade.supplier_is_another").WithField("supplier")
	case !errors.Is(err, ErrMissing):
		return ident.Nil, err
	}
	return id, s.store.PutPartner(ctx, id, e.Shop)
}

// product makes a product of the listing.
func (s *Service) product(ctx context.Context, e Entry) (ident.ID, error) {
	d := catalog.Draft{Name: e.Name, BaseUnit: e.Unit, TaxRate: e.TaxRate, Origin: e.Origin, Producer: e.Producer.Name}
	if unit, ok := measure.UnitByCode(e.Pack.Unit); ok && !unit.Fixed() && e.Pack.Unit != e.Unit {
		d.Packs = []measure.Pack{e.Pack}
	}
	p, err := s.catalog.Create(ctx, d)
	return p.ID, err
}

// Order drafts an order of goods that the shop has taken, in whole packs and not below
// the least quantity. The same client again answers with the same draft.
func (s *Service) Order(ctx context.Context, listing, client ident.ID, q measure.Quantity) (purchase.Order, error) {
	f, err := s.followed(ctx, listing)
	if err != nil {
		return purchase.Order{}, err
	}
	var offer *catalog.Offer
	if f != nil {
		if offer, err = s.offer(ctx, f.SupplierID, f.ProductID); err != nil {
			return purchase.Order{}, err
		}
	}
	if offer == nil {
		return purchase.Order{}, fault.New(fault.NotFound, "trade.listing_missing")
	}
	if q <= 0 || !q.InBounds() {
		return purchase.Order{}, fault.New(fault.Invalid, "purchase.quantity_missing").WithField("quantity")
	}
	step, err := offer.Pack.Size()
	if err != nil {
		return purchase.Order{}, err
	}
	if q, err = measure.CeilTo(q, step, offer.Minimum); err != nil {
		return purchase.Order{}, err
	}
	made, err := s.desk.Orders.Draft(ctx, []purchase.DraftOrder{{
		SupplierID: f.SupplierID, ClientID: client, Lines: []purchase.DraftLine{{ProductID: f.ProductID, OfferID: offer.ID, Quantity: q}},
	}})
	if err != nil {
		return purchase.Order{}, err
	}
	return made[0], nil
}

// Change is a listing that asks something else than when it was taken, or is gone.
type Change struct {
	Followed
	Product catalog.Product
	Offer   catalog.Offer // of the shop
	Entry   *Entry        // nil: it was withdrawn
}

// Changes reads what has changed of what the shop took. The shop's own offer stays as it
// is until somebody takes the new terms: prices of an order are an agreement, and no
// other shop writes into this one's books.
func (s *Service) Changes(ctx context.Context) ([]Change, error) {
	all, err := s.store.Followed(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	ids, products := make([]ident.ID, len(all)), make([]ident.ID, len(all))
	for i, f := range all {
		ids[i], products[i] = f.ListingID, f.ProductID
	}
	entries, err := s.store.Entries(ctx, ids)
	if err != nil {
		return nil, err
	}
	known, err := s.catalog.Products(ctx, products)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, f := range all {
		c := Change{Followed: f, Product: known[f.ProductID]}
		if i := slices.IndexFunc(entries, func(e Entry) bool { return e.ID == f.ListingID }); i >= 0 {
			if entries[i].Terms == f.Terms {
				continue
			}
			c.Entry = &entries[i]
		}
		offer, err := s.offer(ctx, f.SupplierID, f.ProductID)
		if err != nil {
			return nil, err
		}
		if offer == nil || c.Product.Archived { // the shop has ended it
			continue
		}
		c.Offer = *offer
		out = append(out, c)
	}
	return out, nil
}
