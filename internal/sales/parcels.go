package sales

import (
	"context"
	"errors"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Step is how far a parcel has come.
type Step string

// The steps.
const (
	Waiting Step = "waiting" // nobody wrote that it left
	Left    Step = "left"
	Arrived Step = "arrived"
)

const (
	// ParcelDays is for how many days a parcel is asked about.
	ParcelDays = 30
	// MaxParcels bounds how many are listed, and written at once.
	MaxParcels = 50
)

// OnTheWay lists the online sales of the last days whose parcels are at a step short of
// having arrived, the oldest first, at most MaxParcels.
func (s *Service) OnTheWay(ctx context.Context, at Step) ([]Sale, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	channels, err := s.store.Channels(ctx)
	if err != nil {
		return nil, err
	}
	var online []ident.ID
	for _, c := range channels {
		if c.Online {
			online = append(online, c.ID)
		}
	}
	if len(online) == 0 {
		return nil, nil
	}
	_, today := s.clock(scope)
	rows, err := s.store.Travelling(ctx, online, today.Add(-ParcelDays), at == Left, MaxParcels)
	if err != nil {
		return nil, err
	}
	return s.withLines(ctx, rows)
}

// MoveParcels writes of several sales that their parcels left, or arrived, on a day: of
// all or of none. Errors are those of KeepParcel; Invalid also without a sale.
func (s *Service) MoveParcels(ctx context.Context, ids []ident.ID, to Step, on day.Date) error {
	switch {
	case len(ids) == 0:
		return fault.New(fault.Invalid, "sales.parcels_none_chosen").WithField("sale")
	case len(ids) > MaxParcels || to != Left && to != Arrived:
		return fault.New(fault.Malformed, "value.id_unreadable")
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		kept, err := s.store.Parcels(ctx, ids)
		if err != nil {
			return err
		}
		for _, id := range ids {
			p := kept[id]
			if p.SaleID = id; to == Left {
				p.Dispatched = &on
			} else {
				p.Delivered = &on
			}
			if err := s.KeepParcel(ctx, p); err != nil {
				return onThatDay(err)
			}
		}
		return nil
	})
}

// onThatDay says of the one day what was said of a parcel's own.
func onThatDay(err error) error {
	var wrong fault.Fields
	if !errors.As(err, &wrong) || len(wrong) == 0 {
		return err
	}
	return wrong[0].WithField("on")
}
