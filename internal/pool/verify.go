package pool

import (
	"context"
	"fmt"
	"slices"
)

// Verify names what does not hold of the shop in ctx: who takes no part has given nothing
// that is still there.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	_, member, err := s.store.Member(ctx)
	if err != nil || member {
		return nil, err
	}
	last, ok, err := s.store.Latest(ctx)
	if err != nil || !ok {
		return nil, err
	}
	if _, gave, err := s.store.Gave(ctx, last.Code); err != nil || !gave {
		return nil, err
	}
	return []string{"it takes no part in the pool, and what it gave to " + last.Code + " is still there"}, nil
}

// VerifyEditions names figures that were published of too few shops.
func (s *Service) VerifyEditions(ctx context.Context) (wrong []string, err error) {
	past, err := s.store.Editions(ctx, remembered)
	for _, p := range past {
		for _, f := range p.Figures {
			kind := f.Kind
			if kind == Often {
				kind = Rate
			}
			n := 0
			for _, c := range p.Counted {
				parts, counted := c[kind][f.Key]
				if counted && (f.Part == Whole && len(parts) > 0 || slices.Contains(parts, f.Part)) {
					n++
				}
			}
			if n < K || f.Shops != step(n) {
				wrong = append(wrong, fmt.Sprintf("pool %s: %s %q %q is told of %d shops, and %d were counted", p.Code, f.Kind, f.Key, f.Part, f.Shops, n))
			}
		}
	}
	return wrong, err
}
