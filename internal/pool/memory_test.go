package pool_test

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
	"buhuo/internal/pool"
	"buhuo/internal/shop"
	"buhuo/internal/tenant"
)

// village is an installation in memory: the store, the shops and their books.
type village struct {
	now     time.Time
	members map[tenant.ShopID]day.Micros
	given   map[tenant.ShopID]map[string][]pool.Entry
	past    []pool.Past // the newest first
	shops   []shop.Shop
	books   map[tenant.ShopID][]pool.Entry // what each has in the season that is over
	journal []string
	marked  int
}

func newVillage(n int) *village {
	v := &village{
		now: time.Date(2026, time.October, 12, 3, 0, 0, 0, time.UTC), members: map[tenant.ShopID]day.Micros{},
		given: map[tenant.ShopID]map[string][]pool.Entry{}, books: map[tenant.ShopID][]pool.Entry{},
	}
	for i := range n {
		v.shops = append(v.shops, shop.Shop{ID: tenant.ShopID(i + 1), Slug: strconv.Itoa(i + 1), Currency: money.CNY, Province: "42", Secret: []byte{byte(i)}})
	}
	return v
}

func (v *village) service() *pool.Service {
	return pool.New(v, v, v, v, v, v, func() time.Time { return v.now })
}

func (v *village) as(id tenant.ShopID) context.Context {
	return shop.Acting(context.Background(), v.shops[id-1])
}

func own(ctx context.Context) tenant.ShopID {
	s, _ := tenant.From(ctx)
	return s.Shop
}

func (v *village) Do(ctx context.Context, fn func(context.Context) error) error { return fn(ctx) }
func (v *village) Shops(context.Context) ([]shop.Shop, error)                   { return v.shops, nil }
func (v *village) Get(ctx context.Context) (shop.Shop, error)                   { return v.shops[own(ctx)-1], nil }
func (v *village) MarkAll(context.Context) error                                { v.marked++; return nil }
func (v *village) Record(ctx context.Context, action string, _ ident.ID, _ map[string]any) error {
	v.journal = append(v.journal, strconv.Itoa(int(own(ctx)))+" "+action)
	return nil
}

func (v *village) SeasonBefore(d day.Date) pool.Season {
	year, month, _ := d.Add(1).Civil()
	quarter := (int(month)+2)/3 - 1
	if quarter == 0 {
		year, quarter = year-1, 4
	}
	from := day.New(year, time.Month(3*quarter-2), 1)
	return pool.Season{Code: pool.SeasonCode(year, quarter), From: from, Through: day.New(year, time.Month(3*quarter+1), 1).Add(-1), OtherFrom: from.Add(-364), OtherThrough: from.Add(-300)}
}

func (v *village) Share(ctx context.Context, _ pool.Season) ([]pool.Entry, error) {
	return slices.Clone(v.books[own(ctx)]), nil
}

func (v *village) Member(ctx context.Context) (pool.Member, bool, error) {
	since, ok := v.members[own(ctx)]
	return pool.Member{Shop: own(ctx), Since: since}, ok, nil
}

func (v *village) Join(ctx context.Context, at day.Micros) (bool, error) {
	_, ok := v.members[own(ctx)]
	v.members[own(ctx)] = at
	return !ok, nil
}

func (v *village) Leave(ctx context.Context) (bool, error) {
	_, ok := v.members[own(ctx)]
	delete(v.members, own(ctx))
	delete(v.given, own(ctx))
	return ok, nil
}

func (v *village) Give(ctx context.Context, season string, entries []pool.Entry) error {
	if v.given[own(ctx)] == nil {
		v.given[own(ctx)] = map[string][]pool.Entry{}
	}
	v.given[own(ctx)][season] = entries
	return nil
}

func (v *village) Gave(ctx context.Context, season string) ([]pool.Entry, bool, error) {
	e, ok := v.given[own(ctx)][season]
	return e, ok, nil
}

func (v *village) CountedIn(ctx context.Context, season string) (pool.Counted, error) {
	for _, p := range v.past {
		if p.Code == season {
			return p.Counted[own(ctx)], nil
		}
	}
	return nil, nil
}

func (v *village) Enough(context.Context) (bool, error) { return len(v.members) >= pool.K, nil }

func (v *village) Latest(context.Context) (pool.Edition, bool, error) {
	if len(v.past) == 0 {
		return pool.Edition{}, false, nil
	}
	return v.past[0].Edition, true, nil
}

func (v *village) Figures(_ context.Context, season string, kinds []pool.Kind, parts []string) (out []pool.Figure, err error) {
	for _, p := range v.past {
		for _, f := range p.Figures {
			if p.Code == season && slices.Contains(kinds, f.Kind) && (parts == nil || slices.Contains(parts, f.Part)) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

func (v *village) Members(context.Context) (out []pool.Member, err error) {
	for id, since := range v.members {
		out = append(out, pool.Member{Shop: id, Since: since})
	}
	return out, nil
}

func (v *village) Giving(ctx context.Context, season string) ([]tenant.ShopID, error) {
	brought, err := v.Brought(ctx, season)
	return slices.Sorted(maps.Keys(brought)), err
}

func (v *village) Brought(_ context.Context, season string) (map[tenant.ShopID][]pool.Entry, error) {
	out := map[tenant.ShopID][]pool.Entry{}
	for id := range v.members {
		if e, ok := v.given[id][season]; ok {
			out[id] = e
		}
	}
	return out, nil
}

func (v *village) Editions(_ context.Context, n int) ([]pool.Past, error) {
	return slices.Clone(v.past[:min(n, len(v.past))]), nil
}

func (v *village) Publish(_ context.Context, e pool.Edition, figures []pool.Figure, counted map[tenant.ShopID]pool.Counted) (bool, error) {
	if len(v.past) > 0 && v.past[0].Code == e.Code {
		return false, nil
	}
	v.past = slices.Insert(v.past, 0, pool.Past{Edition: e, Figures: figures, Counted: counted})
	return true, nil
}

func (v *village) Forget(_ context.Context, editions, given string) error {
	for _, seasons := range v.given {
		for code := range seasons {
			if code < given {
				delete(seasons, code)
			}
		}
	}
	v.past = slices.DeleteFunc(v.past, func(p pool.Past) bool { return p.Code < editions })
	return nil
}

// nextSeason lets a quarter go by.
func (v *village) nextSeason() { v.now = v.now.AddDate(0, 3, 0) }
