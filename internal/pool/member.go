package pool

import (
	"context"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
)

// Standing is how the shop of the scope stands to the others.
type Standing struct {
	Member bool
	Since  day.Micros
	Enough bool // K shops or more take part
	// Told: there is an edition; the next one is of a later season.
	Told    bool
	Edition Edition
	Counted Counted // where the shop was counted in it; nil: not at all
	Gave    int     // how many sums it gave to that season
	Next    Season  // the season that is told next
	Due     day.Date
}

// Standing reads it.
func (s *Service) Standing(ctx context.Context) (Standing, error) {
	var out Standing
	m, ok, err := s.store.Member(ctx)
	if err != nil {
		return out, err
	}
	out.Member, out.Since = ok, m.Since
	if out.Enough, err = s.store.Enough(ctx); err != nil {
		return out, err
	}
	if out.Edition, out.Told, err = s.store.Latest(ctx); err != nil {
		return out, err
	}
	out.Next = s.books.SeasonBefore(s.today().Add(-settle))
	if out.Told && out.Edition.Code >= out.Next.Code { // that one is told: the next is the one that runs
		out.Next = s.books.SeasonBefore(out.Next.Through.Add(95))
	}
	out.Due = max(out.Next.Through.Add(settle+1), s.today())
	if out.Told && out.Member {
		if out.Counted, err = s.store.CountedIn(ctx, out.Edition.Code); err != nil {
			return out, err
		}
		gave, _, err := s.store.Gave(ctx, out.Edition.Code)
		out.Gave = len(gave)
		return out, err
	}
	return out, nil
}

func (s *Service) today() day.Date { return day.Of(s.now(), time.UTC) }

// Join has the shop take part from the next edition on. Twice is once.
func (s *Service) Join(ctx context.Context) error {
	return s.change(ctx, "pool.join", func(ctx context.Context) (bool, error) { return s.store.Join(ctx, day.At(s.now())) })
}

// Leave withdraws the shop: what it gave is deleted, and no edition from now on counts
// it. Editions that were published stay; making them again without it would tell what it
// had brought. Twice is once.
func (s *Service) Leave(ctx context.Context) error { return s.change(ctx, "pool.leave", s.store.Leave) }

func (s *Service) change(ctx context.Context, action string, change func(context.Context) (bool, error)) error {
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		changed, err := change(ctx)
		if err != nil || !changed {
			return err
		}
		if err := s.marker.MarkAll(ctx); err != nil { // forecasts of new goods may rest on it
			return err
		}
		return s.journal.Record(ctx, action, ident.Nil, nil)
	})
}
