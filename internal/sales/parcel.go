package sales

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Parcel is how an online sale travels to its buyer. Days are the shop's; nil: not known.
type Parcel struct {
	SaleID     ident.ID
	Dispatched *day.Date
	Promised   *day.Date // the day that the buyer was told
	Delivered  *day.Date
}

// maxPromise is how many days ahead a parcel can be promised.
const maxPromise = 366

// Parcels reads those of sales that have any day; the others are absent.
func (s *Service) Parcels(ctx context.Context, saleIDs []ident.ID) (map[ident.ID]Parcel, error) {
	return s.store.Parcels(ctx, saleIDs)
}

// Travels reports whether a sale goes to its buyer as a parcel: online, and not taken back.
func (s *Service) Travels(ctx context.Context, sale Sale) (bool, error) {
	if sale.Kind != KindSale || sale.VoidedAt != nil {
		return false, nil
	}
	channel, err := s.store.Channel(ctx, sale.Channel)
	return channel.Online, err
}

// KeepParcel keeps how a sale travels, over what was known; without any day nothing is
// known. Days that cannot be are Invalid, of a sale that does not travel Conflict.
func (s *Service) KeepParcel(ctx context.Context, p Parcel) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	_, today := s.clock(scope)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		sale, err := s.Sale(ctx, p.SaleID)
		if err != nil {
			return err
		}
		travels, err := s.Travels(ctx, sale)
		if err != nil {
			return err
		}
		if !travels {
			return fault.New(fault.Conflict, "sales.parcel_none")
		}
		if err := p.check(sale.BusinessDay, today); err != nil {
			return err
		}
		return s.store.PutParcels(ctx, []Parcel{p})
	})
}

// LoadParcels writes parcels as they are, for the demo's past.
func (s *Service) LoadParcels(ctx context.Context, list []Parcel) error {
	return s.store.PutParcels(ctx, list)
}

// check refuses days that cannot be.
func (p Parcel) check(sold, today day.Date) error {
	var wrong fault.Fields
	bad := func(field, key string) { wrong = append(wrong, fault.New(fault.Invalid, key).WithField(field)) }
	if d := p.Dispatched; d != nil && (*d < sold || *d > today) {
		bad("dispatched", "sales.parcel_day")
	}
	switch d := p.Delivered; {
	case d != nil && (*d < sold || *d > today):
		bad("delivered", "sales.parcel_day")
	case d != nil && p.Dispatched != nil && *d < *p.Dispatched:
		bad("delivered", "sales.parcel_order")
	}
	if d := p.Promised; d != nil && (*d < sold || *d > today.Add(maxPromise)) {
		bad("promised", "sales.parcel_promise")
	}
	return wrong.Err()
}
