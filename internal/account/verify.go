package account

import (
	"context"
	"fmt"
)

// Verify proves that every account says what its entries come to, that entries are
// gapless, and that a counter-entry takes back exactly what it names. It names what does
// not hold, by the account's id.
func (s *Service) Verify(ctx context.Context) ([]string, error) {
	var wrong []string
	for _, side := range []Side{Household, Helper} {
		for q := (Query{Side: side, Limit: PageSize}); ; {
			page, err := s.store.Accounts(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, a := range page {
				found, err := s.prove(ctx, a)
				if err != nil {
					return nil, err
				}
				wrong = append(wrong, found...)
				q.After = &Cursor{a.Balance, a.ID}
			}
			if len(page) < q.Limit {
				break
			}
		}
	}
	return wrong, nil
}

func (s *Service) prove(ctx context.Context, a Account) ([]string, error) {
	entries, err := s.store.Entries(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	var wrong []string
	say := func(format string, args ...any) {
		wrong = append(wrong, fmt.Sprintf("account %s ", a.ID)+fmt.Sprintf(format, args...))
	}
	for i, e := range entries {
		if e.Seq != i+1 || e.Side != a.Side {
			say("has entry %d of a %s where %d was due", e.Seq, e.Side, i+1)
		}
		if e.ReversesID == nil {
			continue
		}
		held := false
		for _, o := range entries[:i] {
			held = held || o.ID == *e.ReversesID && o.ReversesID == nil && o.Kind == e.Kind && o.Amount == -e.Amount && o.Day == e.Day && o.Minutes == -e.Minutes && o.Pieces == -e.Pieces
		}
		if !held {
			say("takes back in entry %d what is not there", e.Seq)
		}
	}
	want := a
	if err := s.settle(&want, entries); err != nil {
		say("does not add up: %v", err)
		return wrong, nil
	}
	if want.Balance != a.Balance || want.Entries != a.Entries {
		say("says %d of %d entries, its entries come to %d of %d", a.Balance, a.Entries, want.Balance, want.Entries)
	}
	if (want.Since == nil) != (a.Since == nil) || want.Since != nil && *want.Since != *a.Since {
		say("says that it owes since another day than its entries do")
	}
	return wrong, nil
}
