package pool

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// Run publishes the figures of the last season that is over, once. Members give their
// sums first, each within its own scope and on record; then what the members of that
// moment gave is added up and written at once. Several processes may run it: an edition is made once.
func (s *Service) Run(ctx context.Context) error {
	season := s.books.SeasonBefore(s.today().Add(-settle))
	last, ok, err := s.store.Latest(ctx)
	if err != nil || ok && last.Code >= season.Code {
		return err
	}
	members, err := s.store.Members(ctx)
	if err != nil || len(members) < K {
		return err
	}
	shops, err := s.shops.Shops(ctx)
	if err != nil {
		return err
	}
	secrets := make(map[tenant.ShopID][]byte, len(shops))
	for _, in := range shops {
		secrets[in.ID] = in.Secret
		if !slices.ContainsFunc(members, func(m Member) bool { return m.Shop == in.ID }) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.give(shop.Acting(ctx, in), season); err != nil { // the others are told without it
			slog.Error("a shop could not give its figures", "shop", in.Slug, "season", season.Code, "error", err.Error())
		}
	}
	ranks := make(map[tenant.ShopID]uint64, len(members))
	for _, m := range members {
		ranks[m.Shop] = rank(secrets[m.Shop], season.Code)
	}
	told, err := s.publish(ctx, season, func(id tenant.ShopID) uint64 { return ranks[id] })
	if err == nil && told {
		slog.Info("published what shops tell together", "season", season.Code)
	}
	return err
}

// rank is where a shop stands among those that may have to wait: nobody foresees it.
func rank(secret []byte, season string) uint64 {
	sum := sha256.Sum256(append([]byte("pool "+season+" "), secret...))
	return binary.BigEndian.Uint64(sum[:])
}

// give has the shop of ctx bring its sums to a season, if it has not.
func (s *Service) give(ctx context.Context, season Season) error {
	if _, gave, err := s.store.Gave(ctx, season.Code); err != nil || gave {
		return err
	}
	entries, err := s.books.Share(ctx, season)
	if err != nil {
		return err
	}
	entries = sound(entries)
	return s.atomic.Do(ctx, func(ctx context.Context) error {
		if _, member, err := s.store.Member(ctx); err != nil || !member { // it left meanwhile
			return err
		}
		if err := s.store.Give(ctx, season.Code, entries); err != nil {
			return err
		}
		return s.journal.Record(ctx, "pool.give", ident.Nil, map[string]any{"season": season.Code, "sums": len(entries)})
	})
}

// sound leaves out what no table takes, in one order.
func sound(entries []Entry) []Entry {
	out := slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		return e.Key == "" || e.Part == "" || e.Values == Values{} ||
			slices.ContainsFunc(e.Values[:], func(v int64) bool { return v < 0 || v > MostValue })
	})
	slices.SortFunc(out, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Part, b.Part))
	})
	return out
}

// publish makes the edition of a season, if there is anything to tell and nobody has. It
// is worked out before the transaction, which would keep the tills waiting for seconds;
// the transaction writes it if those who gave are still the same. If not, the next run
// makes another.
func (s *Service) publish(ctx context.Context, season Season, rank func(tenant.ShopID) uint64) (told bool, err error) {
	brought, err := s.store.Brought(ctx, season.Code)
	if err != nil || len(brought) < K {
		return false, err
	}
	past, err := s.store.Editions(ctx, remembered)
	if err != nil {
		return false, err
	}
	figures, counted := edition(brought, past, rank)
	if len(figures) == 0 {
		return false, nil
	}
	oldest := ""
	if len(past) == remembered {
		oldest = past[remembered-2].Code
	}
	err = s.atomic.Do(ctx, func(ctx context.Context) error {
		giving, err := s.store.Giving(ctx, season.Code)
		if err != nil || !slices.Equal(giving, slices.Sorted(maps.Keys(brought))) { // one left meanwhile
			return err
		}
		if told, err = s.store.Publish(ctx, Edition{Season: season, PublishedAt: day.At(s.now())}, figures, counted); err != nil || !told {
			return err
		}
		if err := s.store.Forget(ctx, oldest, season.Code); err != nil {
			return fmt.Errorf("forget old editions: %w", err)
		}
		return nil
	})
	return told && err == nil, err
}

// edition is what may be told of what shops brought, after what was told before.
func edition(brought map[tenant.ShopID][]Entry, past []Past, rank func(tenant.ShopID) uint64) ([]Figure, map[tenant.ShopID]Counted) {
	tables := map[table]shares{}
	for id, entries := range brought {
		for _, e := range entries {
			t := table{e.Kind, e.Key}
			if tables[t] == nil {
				tables[t] = shares{}
			}
			if tables[t][id] == nil {
				tables[t][id] = map[string]Values{}
			}
			tables[t][id][e.Part] = e.Values
		}
	}
	var figures []Figure
	counted := map[tenant.ShopID]Counted{}
	for t, bring := range tables {
		before := toldOf(t, past)
		for id := range brought { // who was counted and brings nothing now still takes part
			if bring[id] == nil {
				bring[id] = map[string]Values{}
			}
		}
		told, ok := decide(t.Kind, bring, before, rank)
		if !ok {
			continue
		}
		figures = append(figures, t.figures(told, bring)...)
		for id, parts := range told.counted {
			if counted[id] == nil {
				counted[id] = Counted{}
			}
			if counted[id][t.Kind] == nil {
				counted[id][t.Kind] = map[string][]string{}
			}
			counted[id][t.Kind][t.Key] = parts
		}
	}
	slices.SortFunc(figures, func(a, b Figure) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Part, b.Part))
	})
	return figures, counted
}

// toldOf is a table in the editions that told it.
func toldOf(t table, past []Past) []asTold {
	var out []asTold
	for _, p := range past {
		a := asTold{counted: map[tenant.ShopID][]string{}}
		for id, c := range p.Counted {
			if parts, ok := c[t.Kind][t.Key]; ok {
				a.counted[id] = parts
			}
		}
		if len(a.counted) == 0 {
			continue
		}
		for _, f := range p.Figures {
			if f.Kind == t.Kind && f.Key == t.Key && f.Part != Whole {
				a.own = append(a.own, f.Part)
			}
		}
		slices.Sort(a.own)
		out = append(out, a)
	}
	return out
}
