package catalog

import (
	"context"
	"fmt"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/money"
	"buhuo/internal/shop"
	"strconv"
)

// Break is a lower price from a quantity on (base units).
type Break struct {
	From  measure.Quantity
	Price money.Price
}

// Offer is what one supplier asks for one product. Prices are per base unit of the
// product, Minimum is in base units, Pack is the step in which it is ordered.
type Offer struct {
	ID, SupplierID, ProductID ident.ID
	SupplierCode              string
	Pack                      measure.Pack
	Minimum                   measure.Quantity // MOQ; 0: none
	Price                     money.Price
	Breaks                    []Break // by rising quantity
	TaxRate                   int     // basis points
	LeadTimeDays              *int    // nil: the supplier's
	Assumed                   bool    // nobody has confirmed these terms
	Archived                  bool
	ValidFrom                 day.Date
	Version                   int64
}

// told are the values of an offer that people argue about.
func (o Offer) told() map[string]string {
	days := ""
	if o.LeadTimeDays != nil {
		days = strconv.Itoa(*o.LeadTimeDays)
	}
	return map[string]string{
		"price": o.Price.Decimal(), "supplier_code": o.SupplierCode, "pack": o.Pack.Unit, "minimum": o.Minimum.Decimal(), "breaks": strconv.Itoa(len(o.Breaks)),
		"tax_rate": strconv.Itoa(o.TaxRate), "lead_time": days,
	}
}

// PriceAt is the price per base unit when q base units are ordered.
func (o Offer) PriceAt(q measure.Quantity) money.Price {
	price := o.Price
	for _, b := range o.Breaks {
		if q >= b.From {
			price = b.Price
		}
	}
	return price
}

const maxBreaks = 20

// Clean returns the offer for a product kept in baseUnit with its breaks in order,
// or every field that is not acceptable (fault.Fields). A zero pack is one base unit.
func (o Offer) Clean(baseUnit string) (Offer, error) {
	var f fields
	f.text("supplier_code", &o.SupplierCode, MaxCode)
	f.price("price", o.Price)
	f.between("tax_rate", o.TaxRate, 0, fullRate, "catalog.rate_out_of_range")
	if o.LeadTimeDays != nil {
		f.between("lead_time_days", *o.LeadTimeDays, 0, maxDays, "catalog.days_out_of_range")
	}
	if o.Minimum < 0 || !o.Minimum.InBounds() {
		f.add("minimum", fault.New(fault.Invalid, "catalog.quantity_negative"))
	}
	base, ok := measure.UnitByCode(baseUnit)
	if !ok {
		f.add("pack", fault.New(fault.Invalid, "value.unit_unknown"))
		return o, f.faults.Err()
	}
	if o.Pack == (measure.Pack{}) {
		o.Pack = measure.Pack{Unit: base.Code, Factor: measure.One}
	}
	f.add("pack", checkOfferPack(o.Pack, base))
	o.cleanBreaks(&f)
	return o, f.faults.Err()
}

// checkOfferPack takes any exact step: a supplier's box of a product that is itself
// counted in boxes is a step of several, so the unit may be the base unit's own.
func checkOfferPack(pack measure.Pack, base measure.Unit) *fault.Error {
	if pack.Unit == base.Code {
		if _, err := pack.Size(); err != nil {
			return asFault(err)
		}
		return nil
	}
	return checkPack(pack, base)
}

func (o *Offer) cleanBreaks(f *fields) {
	o.Breaks = slices.Clone(o.Breaks)
	slices.SortFunc(o.Breaks, func(a, b Break) int {
		switch {
		case a.From < b.From:
			return -1
		case a.From > b.From:
			return 1
		}
		return 0
	})
	if len(o.Breaks) > maxBreaks {
		f.add("breaks", fault.New(fault.Invalid, "catalog.too_many", fault.A("n", maxBreaks)))
		return
	}
	for i, b := range o.Breaks {
		if b.From <= 0 || !b.From.InBounds() {
			f.add("breaks", fault.New(fault.Invalid, "catalog.break_quantity"))
			return
		}
		if i > 0 && b.From == o.Breaks[i-1].From {
			f.add("breaks", fault.New(fault.Invalid, "catalog.break_twice"))
			return
		}
		f.price("breaks", b.Price)
	}
}

func productsOf(offers []Offer) []ident.ID {
	var ids []ident.ID
	for _, o := range offers {
		ids = append(ids, o.ProductID)
	}
	return ids
}

// Offers reads the offers of those products (nil: of all) that are not archived.
func (s *Service) Offers(ctx context.Context, productIDs []ident.ID) (map[ident.ID][]Offer, error) {
	found, err := s.store.Offers(ctx, productIDs)
	if err != nil {
		return nil, err
	}
	out := map[ident.ID][]Offer{}
	for _, o := range found {
		out[o.ProductID] = append(out[o.ProductID], o)
	}
	return out, nil
}

// OffersOf reads a supplier's offers that are not archived.
func (s *Service) OffersOf(ctx context.Context, supplierID ident.ID) ([]Offer, error) {
	return s.store.OffersOf(ctx, supplierID)
}

// Offer reads one, archived or not; NotFound when this shop has none such.
func (s *Service) Offer(ctx context.Context, id ident.ID) (Offer, error) {
	o, err := s.store.Offer(ctx, id)
	if isMissing(err) {
		return Offer{}, missing("catalog.offer_missing")
	}
	return o, err
}

// SaveOffer makes an offer (zero id) or replaces the terms of the one with that id
// and version. A supplier has one offer a product; a second is a Conflict.
func (s *Service) SaveOffer(ctx context.Context, o Offer) (Offer, error) {
	var saved Offer
	err := s.atomic.Do(ctx, func(ctx context.Context) error {
		var before Offer
		var err error
		if !o.ID.IsNil() {
			if before, err = s.Offer(ctx, o.ID); err != nil {
				return err
			}
		}
		if saved, err = s.checkOffer(ctx, o); err != nil {
			return err
		}
		if o.ID.IsNil() {
			err = s.insertOffer(ctx, &saved)
		} else {
			err = s.updateOffer(ctx, &saved)
		}
		if err != nil {
			return err
		}
		detail := shop.Changed(before.told(), saved.told())
		detail["supplier"], detail["product"] = saved.SupplierID.String(), saved.ProductID.String()
		if err := s.record(ctx, "offer.save", saved.ID, detail); err != nil {
			return err
		}
		return s.mark(ctx, saved.ProductID)
	})
	if err != nil {
		return Offer{}, err
	}
	return saved, nil
}

// checkOffer cleans o against the product and supplier that it names.
func (s *Service) checkOffer(ctx context.Context, o Offer) (Offer, error) {
	p, err := s.Product(ctx, o.ProductID)
	if err != nil {
		return o, err
	}
	if _, err := s.Supplier(ctx, o.SupplierID); err != nil {
		return o, err
	}
	if o.ValidFrom == 0 {
		o.ValidFrom = s.today(ctx)
	}
	return o.Clean(p.BaseUnit)
}

func (s *Service) insertOffer(ctx context.Context, o *Offer) error {
	present, err := s.store.Offers(ctx, []ident.ID{o.ProductID})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(present, func(p Offer) bool { return p.SupplierID == o.SupplierID }) {
		return fault.New(fault.Conflict, "catalog.offer_exists")
	}
	o.ID, o.Version, o.Archived = ident.New(), 1, false
	if err := s.store.SaveOffers(ctx, []OfferRecord{{*o, s.micros()}}); err != nil {
		return err
	}
	return s.quote(ctx, *o)
}

func (s *Service) updateOffer(ctx context.Context, o *Offer) error {
	before, err := s.Offer(ctx, o.ID)
	if err != nil {
		return err
	}
	if before.ProductID != o.ProductID || before.SupplierID != o.SupplierID {
		return missing("catalog.offer_missing")
	}
	if before.Version != o.Version || before.Archived {
		return stale()
	}
	o.Archived = false
	repriced := o.Price != before.Price
	if repriced && o.ValidFrom == before.ValidFrom {
		o.ValidFrom = s.today(ctx)
	}
	if ok, err := s.store.UpdateOffer(ctx, OfferRecord{*o, s.micros()}); err != nil || !ok {
		return orStale(err)
	}
	o.Version++
	if repriced {
		return s.quote(ctx, *o)
	}
	return nil
}

// quote keeps what an offer asks from its day on: what it asked before is worth
// knowing after it has changed. Assumed prices are quotes already.
func (s *Service) quote(ctx context.Context, offers ...Offer) error {
	quotes := make([]Quote, 0, len(offers))
	for _, o := range offers {
		if o.Price > 0 && !o.Assumed {
			quotes = append(quotes, Quote{ProductID: o.ProductID, SupplierID: o.SupplierID, Day: o.ValidFrom, Price: o.Price})
		}
	}
	if len(quotes) == 0 {
		return nil
	}
	return s.store.AddQuotes(ctx, quotes)
}

// SaveOffers makes or replaces many offers, one a supplier and product, all or none.
// Assumed terms never replace terms that a person has given.
func (s *Service) SaveOffers(ctx context.Context, offers []Offer) error {
	if len(offers) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		rows, err := s.mergeOffers(ctx, offers)
		if err != nil {
			return err
		}
		if err := s.store.SaveOffers(ctx, rows); err != nil {
			return err
		}
		ids, offers := make([]ident.ID, len(rows)), make([]Offer, len(rows))
		for i, r := range rows {
			ids[i], offers[i] = r.ProductID, r.Offer
		}
		if err := s.quote(ctx, offers...); err != nil {
			return err
		}
		slices.SortFunc(ids, func(a, b ident.ID) int { return slices.Compare(a[:], b[:]) })
		return s.mark(ctx, slices.Compact(ids)...)
	})
}

type pair struct{ product, supplier ident.ID }

func (s *Service) mergeOffers(ctx context.Context, offers []Offer) ([]OfferRecord, error) {
	ids := productsOf(offers)
	products, err := s.Products(ctx, ids)
	if err != nil {
		return nil, err
	}
	present, err := s.store.Offers(ctx, ids)
	if err != nil {
		return nil, err
	}
	byPair := make(map[pair]Offer, len(present))
	for _, o := range present {
		byPair[pair{o.ProductID, o.SupplierID}] = o
	}
	rows := make([]OfferRecord, 0, len(offers))
	at := map[pair]int{}
	today := s.today(ctx)
	for i, o := range offers {
		p, ok := products[o.ProductID]
		if !ok {
			return nil, fmt.Errorf("offer %d: %w", i+1, missing("catalog.product_missing"))
		}
		if o, err = o.Clean(p.BaseUnit); err != nil {
			return nil, fmt.Errorf("offer %d: %w", i+1, err)
		}
		key := pair{o.ProductID, o.SupplierID}
		before, exists := byPair[key]
		if exists && o.Assumed && !before.Assumed {
			continue
		}
		if exists {
			o.ID = before.ID
		} else if o.ID.IsNil() {
			o.ID = ident.New()
		}
		o.Version, o.Archived = 1, false
		if o.ValidFrom == 0 {
			o.ValidFrom = today
		}
		byPair[key] = o
		if j, again := at[key]; again {
			rows[j] = OfferRecord{o, s.micros()}
			continue
		}
		at[key] = len(rows)
		rows = append(rows, OfferRecord{o, s.micros()})
	}
	return rows, nil
}

// ArchiveOffer ends an offer; its history stays.
func (s *Service) ArchiveOffer(ctx context.Context, id ident.ID) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		o, err := s.Offer(ctx, id)
		if err != nil || o.Archived {
			return err
		}
		o.Archived = true
		if ok, err := s.store.UpdateOffer(ctx, OfferRecord{o, s.micros()}); err != nil || !ok {
			return orStale(err)
		}
		if err := s.record(ctx, "offer.archive", id, map[string]any{"product": o.ProductID.String()}); err != nil {
			return err
		}
		return s.mark(ctx, o.ProductID)
	})
}
