package restock

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// maxSnooze is how long a suggestion may be put off, in days.
const maxSnooze = 366

// Snooze puts a suggestion off until a day after today. An ordered one is a
// Conflict.
func (s *Service) Snooze(ctx context.Context, productID ident.ID, until day.Date, reason string) error {
	return s.PutOff(ctx, Answer{ID: ident.New(), ProductID: productID, Note: reason}, until)
}

// Reopen takes back a snooze, a refusal, or the mark of an order that was given up.
func (s *Service) Reopen(ctx context.Context, productID ident.ID) error {
	return s.choose(ctx, productID, func(_ context.Context, _ Suggestion, c *Choice) error {
		if c.State == Snoozed { // what was said of that is no reason for anything else
			c.OverrideReason, c.OverrideWhy = "", ""
		}
		c.State, c.SnoozedUntil, c.Rejected = Open, nil, nil
		return nil
	})
}

// Override puts the person's quantities in the place of ours, in base units; a
// quantity that is ours again takes the choice back. Ordered products and those
// without a suggestion are left as they are.
func (s *Service) Override(ctx context.Context, quantities map[ident.ID]measure.Quantity) error {
	ids := make([]ident.ID, 0, len(quantities))
	for id, q := range quantities {
		if q < 0 || !q.InBounds() {
			return fault.New(fault.Invalid, "value.too_large").WithField("quantity")
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		rows, err := s.store.Heads(ctx, ids)
		if err != nil {
			return err
		}
		for _, row := range rows {
			wanted := quantities[row.ProductID]
			if row.State == Ordered || row.Chosen() == wanted {
				continue
			}
			c := row.choice()
			c.Override, c.Purse = &wanted, nil
			if wanted == row.Quantity {
				c.Override = nil
			}
			if err := s.store.Choose(ctx, row.ProductID, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// choose changes one product's choice.
func (s *Service) choose(ctx context.Context, productID ident.ID, change func(context.Context, Suggestion, *Choice) error) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		rows, err := s.store.Heads(ctx, []ident.ID{productID})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fault.New(fault.NotFound, "restock.suggestion_missing")
		}
		c := rows[0].choice()
		if err := change(ctx, rows[0], &c); err != nil {
			return err
		}
		return s.store.Choose(ctx, productID, c)
	})
}

func (s Suggestion) choice() Choice {
	return Choice{State: s.State, SnoozedUntil: s.SnoozedUntil, Override: s.Override, OverrideReason: s.OverrideReason, OverrideWhy: s.OverrideWhy, Rejected: s.Rejected, Purse: s.Purse}
}

// today is the shop's day.
func (s *Service) today(ctx context.Context) (day.Date, error) {
	scope, err := tenant.Must(ctx)
	if err != nil {
		return 0, err
	}
	return day.Of(s.now(), scope.Zone), nil
}
