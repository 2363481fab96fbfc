package joint

import (
	"context"
	"errors"

	"buhuo/internal/ident"
	"buhuo/internal/tenant"
)

// Standing is how the shop stands among its neighbours; with Version 0 it never said.
func (s *Service) Standing(ctx context.Context) (Neighbour, error) {
	n, err := s.store.Neighbour(ctx)
	if errors.Is(err, ErrMissing) {
		return Neighbour{}, nil
	}
	return n, err
}

// MayBeAsked says whether others may ask the shop to join their orders. What it is called
// and where it is are told as they are now. Saying no declines what was asked and not
// answered; saying the same again only tells name and place anew.
func (s *Service) MayBeAsked(ctx context.Context, open bool) error {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	house, err := s.rooms.Houses.Get(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		before, err := s.Standing(ctx)
		if err != nil {
			return err
		}
		next := Neighbour{ID: before.ID, Name: house.Name, Province: house.Province, Currency: scope.Currency.Code, Open: open, Version: before.Version + 1}
		if next.ID.IsNil() {
			next.ID = ident.New()
		}
		if ok, err := s.store.PutNeighbour(ctx, next, s.micros()); err != nil || !ok {
			return orStale(err)
		}
		if before.Version > 0 && before.Open == open {
			return nil
		}
		if !open {
			if err := s.declineAll(ctx); err != nil {
				return err
			}
		}
		return s.rooms.Journal.Record(ctx, "joint.neighbour", next.ID, map[string]any{"open": open})
	})
}

func (s *Service) declineAll(ctx context.Context) error {
	received, err := s.store.Received(ctx, maxList)
	if err != nil {
		return err
	}
	for _, in := range received {
		if in.Answer == Asked {
			if err := s.decline(ctx, &in); err != nil {
				return err
			}
		}
	}
	return nil
}

func orStale(err error) error {
	if err != nil {
		return err
	}
	return stale()
}

// Neighbours are the shops that may be asked, those of the same province first.
func (s *Service) Neighbours(ctx context.Context) ([]Neighbour, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return nil, err
	}
	house, err := s.rooms.Houses.Get(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.store.Neighbours(ctx, scope.Currency.Code)
	if err != nil {
		return nil, err
	}
	var near, far []Neighbour
	for _, n := range all {
		if n.Province == house.Province {
			near = append(near, n)
		} else {
			far = append(far, n)
		}
	}
	return append(near, far...), nil
}
