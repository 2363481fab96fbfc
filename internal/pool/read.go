package pool

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"buhuo/internal/restock"
	"buhuo/internal/tenant"
)

// Grown is a figure of the others beside one's own: Level is in minor units, Growth what
// the season is over the one it is compared with, in millionths; 0: not told.
type Grown struct {
	Shops  int
	Level  int64
	Growth int64
	Own    int64 // brought by this shop itself

	ownNow, ownThen int64
}

// OwnGrowth is this shop's own, in millionths; 0: it does not know both seasons.
func (g Grown) OwnGrowth() int64 {
	if g.ownThen <= 0 {
		return 0
	}
	return int64(math.Round(1e6 * float64(g.ownNow) / float64(g.ownThen)))
}

// Category is what is wanted of one. Here: of the shops of one's own province alone.
type Category struct {
	Key  string
	Here bool
	Grown
}

// Place is what goes to one province of buyers; Part is Whole for all together.
type Place struct {
	Part  string
	Spent int64 // by a known buyer, in minor units; 0: not told
	Grown
}

// Around is what the page of what is wanted shows.
type Around struct {
	Standing
	Province   string
	Categories []Category // the most wanted first
}

// Around reads what is wanted around the shop of the scope: in the shops of its province
// where that may be told, else in all. Who does not take part sees nothing.
func (s *Service) Around(ctx context.Context) (Around, error) {
	standing, err := s.Standing(ctx)
	out := Around{Standing: standing}
	if err != nil || !out.Member || !out.Told {
		return out, err
	}
	in, err := s.shops.Get(ctx)
	if err != nil {
		return out, err
	}
	out.Province = PartOf(in.Province)
	figures, err := s.store.Figures(ctx, out.Edition.Code, []Kind{Wanted, WantedGrowth}, []string{Whole, out.Province})
	if err != nil {
		return out, err
	}
	at := map[string]*Category{}
	prefix := in.Currency.Code + "/"
	// Level and growth are of the same shops: of the province only when both may be told,
	// or the level alone is.
	for _, f := range figures {
		key, mine := strings.CutPrefix(f.Key, prefix)
		if f.Kind != Wanted || !mine {
			continue
		}
		if at[key] == nil {
			at[key] = &Category{Key: key}
		}
		if c := at[key]; f.Part != Whole || !c.Here {
			c.Here, c.Shops, c.Level = f.Part != Whole, f.Shops, f.Value
		}
	}
	for _, f := range figures {
		c := at[strings.TrimPrefix(f.Key, prefix)]
		if f.Kind == WantedGrowth && strings.HasPrefix(f.Key, prefix) && c != nil && c.Here == (f.Part != Whole) {
			c.Growth = f.Value
		}
	}
	if err := s.own(ctx, out.Edition.Code, func(e Entry) {
		c := at[strings.TrimPrefix(e.Key, prefix)]
		if c != nil && strings.HasPrefix(e.Key, prefix) {
			c.add(e)
		}
	}); err != nil {
		return out, err
	}
	for _, c := range at {
		out.Categories = append(out.Categories, *c)
	}
	slices.SortFunc(out.Categories, func(a, b Category) int {
		return cmp.Or(boolFirst(a.Here, b.Here), cmp.Compare(b.Level, a.Level), cmp.Compare(a.Key, b.Key))
	})
	return out, nil
}

func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// add takes what the shop itself brought.
func (g *Grown) add(e Entry) {
	switch e.Kind {
	case Wanted, Sent:
		g.Own += e.Values[0]
	case WantedGrowth, SentGrowth:
		g.ownNow, g.ownThen = g.ownNow+e.Values[0], g.ownThen+e.Values[1]
	}
}

func (s *Service) own(ctx context.Context, season string, each func(Entry)) error {
	entries, _, err := s.store.Gave(ctx, season)
	for _, e := range entries {
		each(e)
	}
	return err
}

// PartOf is the part of a table that a province (two digits of GB/T 2260) is.
func PartOf(province string) string {
	if len(province) < 2 {
		return Unknown
	}
	return province[:2]
}

// Sendings is what the board of regions shows beside the shop's own figures.
type Sendings struct {
	Standing
	All    Place
	Places []Place // by growth, the fastest first, then by sales
}

// Sendings reads where the installation's online sales go and grow. Who does not take
// part sees nothing.
func (s *Service) Sendings(ctx context.Context) (Sendings, error) {
	standing, err := s.Standing(ctx)
	out := Sendings{Standing: standing}
	if err != nil || !out.Member || !out.Told {
		return out, err
	}
	scope, err := tenant.Must(ctx)
	if err != nil {
		return out, err
	}
	figures, err := s.store.Figures(ctx, out.Edition.Code, []Kind{Sent, SentGrowth, Spent}, nil)
	if err != nil {
		return out, err
	}
	at := map[string]*Place{}
	of := func(part string) *Place {
		if at[part] == nil {
			at[part] = &Place{Part: part}
		}
		return at[part]
	}
	for _, f := range figures {
		if key, place, _ := strings.Cut(f.Key, "/"); key == scope.Currency.Code {
			p := of(f.Part)
			switch f.Kind {
			case Sent:
				p.Shops, p.Level = f.Shops, f.Value
			case SentGrowth:
				p.Growth = f.Value
			case Spent:
				of(place).Spent = f.Value
			}
		}
	}
	if err := s.own(ctx, out.Edition.Code, func(e Entry) {
		if e.Key == scope.Currency.Code {
			of(Whole).add(e)
			if p := at[e.Part]; p != nil && e.Part != Whole {
				p.add(e)
			}
		}
	}); err != nil {
		return out, err
	}
	for part, p := range at {
		switch {
		case part == Whole:
			out.All = *p
		case p.Level > 0 || p.Growth > 0:
			out.Places = append(out.Places, *p)
		}
	}
	slices.SortFunc(out.Places, func(a, b Place) int {
		return cmp.Or(boolFirst(a.Part != Unknown, b.Part != Unknown), cmp.Compare(b.Growth, a.Growth), cmp.Compare(b.Level, a.Level), cmp.Compare(a.Part, b.Part))
	})
	return out, nil
}

// Beliefs gives what shops that take part sell of goods of a category, counted in a unit;
// nil for one that does not, and before anything was published.
func (s *Service) Beliefs(ctx context.Context) (restock.Beliefs, error) {
	if _, member, err := s.store.Member(ctx); err != nil || !member {
		return nil, err
	}
	last, ok, err := s.store.Latest(ctx)
	if err != nil || !ok {
		return nil, err
	}
	figures, err := s.store.Figures(ctx, last.Code, []Kind{Rate, Often}, []string{Whole})
	if err != nil || len(figures) == 0 {
		return nil, err
	}
	known := map[string]restock.Belief{}
	for _, f := range figures {
		b := known[f.Key]
		if f.Kind == Often {
			b.Chance = float64(f.Value) / 1e6
		} else {
			b.Weekly, b.Low, b.High, b.Shops = f.Value, f.Low, f.High, f.Shops
		}
		known[f.Key] = b
	}
	return func(category, unit string) (restock.Belief, bool) {
		b, ok := known[RateKey(unit, category)]
		return b, ok && b.Weekly > 0
	}, nil
}

// RateKey is the key of a Rate.
func RateKey(unit, category string) string {
	if category = KeyOf(category); category == "" {
		return ""
	}
	return unit + "/" + category
}

// WantedKey is the key of what is wanted of a category, in a currency.
func WantedKey(currency, category string) string { return RateKey(currency, category) }

// SpentKey is the key of what buyers of a province (empty: of all) spend.
func SpentKey(currency, place string) string { return currency + "/" + place }
