package stock

import (
	"context"

	"buhuo/internal/day"
	"buhuo/internal/fault"
	"buhuo/internal/ident"
	"buhuo/internal/measure"
	"buhuo/internal/tenant"
)

// Expect notes what suppliers owe; a line noted again is replaced. Errors:
// Invalid for a quantity that is not positive, NotFound for a foreign product.
func (s *Service) Expect(ctx context.Context, lines []Expected) error {
	ids := make([]ident.ID, len(lines))
	for i, l := range lines {
		if l.Quantity <= 0 || !l.Quantity.InBounds() {
			return fault.New(fault.Invalid, "stock.quantity_positive").WithField("quantity")
		}
		ids[i] = l.ProductID
	}
	return s.alter(ctx, ids, func(ctx context.Context) error { return s.store.Expect(ctx, lines) })
}

// Unexpect takes back what a source expected: all its lines (nil line), one
// line, or a quantity of one line. Taking more than is left takes what is left.
func (s *Service) Unexpect(ctx context.Context, sourceID ident.ID, line *int, quantity *measure.Quantity) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if _, err := s.store.Lock(ctx); err != nil { // one writer at a time
			return err
		}
		rows, err := s.store.ExpectedBy(ctx, sourceID)
		if err != nil {
			return err
		}
		var ids []ident.ID
		var rest []Expected
		for _, r := range rows {
			if line != nil && r.SourceLine != *line {
				continue
			}
			ids = append(ids, r.ProductID)
			if left := leftOf(r.Quantity, line, quantity); left > 0 {
				r.Quantity = left
				rest = append(rest, r)
			}
		}
		return s.alter(ctx, ids, func(ctx context.Context) error {
			if len(rest) > 0 {
				return s.store.Expect(ctx, rest)
			}
			return s.store.Unexpect(ctx, sourceID, line)
		})
	})
}

// leftOf is what remains of a line's quantity after taking back quantity.
func leftOf(have measure.Quantity, line *int, quantity *measure.Quantity) measure.Quantity {
	if line == nil || quantity == nil {
		return 0
	}
	return have - max(0, *quantity)
}

// ExpectedOf reads what suppliers owe of products (nil: all), by due day.
func (s *Service) ExpectedOf(ctx context.Context, ids []ident.ID) (map[ident.ID][]Expected, error) {
	return s.store.Expected(ctx, ids)
}

// Allocate notes goods promised to customers; a line noted again is replaced.
func (s *Service) Allocate(ctx context.Context, lines []Allocation) error {
	ids := make([]ident.ID, len(lines))
	for i, l := range lines {
		if l.Quantity <= 0 || !l.Quantity.InBounds() {
			return fault.New(fault.Invalid, "stock.quantity_positive").WithField("quantity")
		}
		ids[i] = l.ProductID
	}
	return s.alter(ctx, ids, func(ctx context.Context) error { return s.store.Allocate(ctx, lines) })
}

// Release takes back promises: all of a source (nil line), a line, or a
// quantity of a line.
func (s *Service) Release(ctx context.Context, sourceID ident.ID, line *int, quantity *measure.Quantity) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if _, err := s.store.Lock(ctx); err != nil {
			return err
		}
		rows, err := s.store.AllocatedBy(ctx, sourceID)
		if err != nil {
			return err
		}
		var ids []ident.ID
		var rest []Allocation
		for _, r := range rows {
			if line != nil && r.SourceLine != *line {
				continue
			}
			ids = append(ids, r.ProductID)
			if left := leftOf(r.Quantity, line, quantity); left > 0 {
				r.Quantity = left
				rest = append(rest, r)
			}
		}
		return s.alter(ctx, ids, func(ctx context.Context) error {
			if len(rest) > 0 {
				return s.store.Allocate(ctx, rest)
			}
			return s.store.Release(ctx, sourceID, line)
		})
	})
}

// alter runs a write and marks the products changed from today.
func (s *Service) alter(ctx context.Context, ids []ident.ID, write func(context.Context) error) error {
	if len(ids) == 0 {
		return nil
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return err
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if err := write(ctx); err != nil {
			return err
		}
		now := s.now()
		return s.store.MarkChanged(ctx, distinct(ids), day.Of(now, zone(scope)), day.At(now))
	})
}

// distinct gives each id once, in byte order.
func distinct(ids []ident.ID) []ident.ID {
	set := make(map[ident.ID]struct{}, len(ids))
	for _, id := range ids {
		set[id] = struct{}{}
	}
	return sortedKeys(set)
}

// MarkChanged says that what was computed for the products is stale from a
// business day on; an earlier day that is still marked stays.
func (s *Service) MarkChanged(ctx context.Context, ids []ident.ID, from day.Date) error {
	if len(ids) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		return s.store.MarkChanged(ctx, distinct(ids), from, day.At(s.now()))
	})
}

// MarkAll marks every product of the shop that is not archived, from its first
// day.
func (s *Service) MarkAll(ctx context.Context) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.MarkAll(ctx, day.At(s.now())) })
}

// Changed reads marks of all shops, the oldest first. It needs no scope.
func (s *Service) Changed(ctx context.Context, limit int) ([]Mark, error) {
	return s.store.Changed(ctx, limit)
}

// Queue counts the marks of each shop, the one that waits longest first. It needs no
// scope.
func (s *Service) Queue(ctx context.Context) ([]Queue, error) { return s.store.Queue(ctx) }

// Marked reads the marks of the shop, the oldest first.
func (s *Service) Marked(ctx context.Context, limit int) ([]Mark, error) {
	return s.store.Marked(ctx, limit)
}

// Unmark removes marks that nobody has renewed since they were read.
func (s *Service) Unmark(ctx context.Context, marks []Mark) error {
	if len(marks) == 0 {
		return nil
	}
	return s.atomic.Do(ctx, func(ctx context.Context) error { return s.store.Unmark(ctx, marks) })
}
