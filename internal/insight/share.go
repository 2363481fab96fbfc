package insight

import (
	"context"
	"math"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/pool"
)

var _ pool.Books = (*Service)(nil)

// SeasonBefore is the last quarter that is over on a day, and the days of the lunar year
// before that it is compared with.
func (s *Service) SeasonBefore(d day.Date) pool.Season {
	whole := Quarter.Of(Quarter.Of(d.Add(1)).From.Add(-1)) // a quarter is over on its last day
	span := SpanOf(Quarter, whole, Lunar, whole.Through)
	year, month, _ := whole.From.Civil()
	return pool.Season{
		Code: pool.SeasonCode(year, (int(month)+2)/3), From: span.Window.From, Through: span.Window.Through,
		OtherFrom: span.Other.From, OtherThrough: span.Other.Through,
	}
}

// leastKnown is how many days of a season a product must be known to say what it sells a
// week.
const leastKnown = 28

// Share works out what the shop brings to a season: sums by category and by province, and
// what its products of a category sell. It holds no product, customer or supplier.
func (s *Service) Share(ctx context.Context, season pool.Season) ([]pool.Entry, error) {
	q := Query{Span: Span{
		Period: Quarter, Whole: Window{season.From, season.Through}, Window: Window{season.From, season.Through}, Against: Lunar,
		Other: Window{season.OtherFrom, season.OtherThrough}, Shift: int(season.From - season.OtherFrom),
	}}
	d, err := s.desk(ctx, q)
	if err != nil {
		return nil, err
	}
	w, err := s.wantedOn(ctx, d, ByMoney)
	if err != nil {
		return nil, err
	}
	var all []ident.ID
	for id := range d.channels {
		all = append(all, id)
	}
	first, any, err := s.store.FirstSale(ctx, all)
	if err != nil {
		return nil, err
	}
	out := d.wantedShare(w, any && first <= q.Other.From)
	out = append(out, d.rates(w)...)
	r, err := s.Regions(ctx, q)
	if err != nil {
		return nil, err
	}
	return append(out, r.share(d.shop.Currency.Code)...), nil
}

// summed adds up entries by kind, key and part.
type summed map[pool.Entry]pool.Values

func (m summed) add(kind pool.Kind, key, part string, values ...int64) {
	at := pool.Entry{Kind: kind, Key: key, Part: part}
	sum := m[at]
	for i, v := range values {
		sum[i] += v
	}
	m[at] = sum
}

// entries are those in which something was sold: what was brought back of earlier seasons
// is no demand.
func (m summed) entries() (out []pool.Entry) {
	for e, v := range m {
		for i := range v {
			v[i] = max(v[i], 0)
		}
		if e.Values = v; v != (pool.Values{}) {
			out = append(out, e)
		}
	}
	return out
}

// wantedShare is the demand by category; comparable: the shop knows both seasons.
func (d *desk) wantedShare(w Wanted, comparable bool) []pool.Entry {
	m, part := summed{}, pool.PartOf(d.shop.Province)
	for _, p := range w.Products {
		key := pool.WantedKey(d.shop.Currency.Code, p.Product.Category)
		now, then := p.Now.Amount+p.LostAmount, p.Then.Amount+p.LostThenAmount
		m.add(pool.Wanted, key, part, int64(now))
		if comparable {
			m.add(pool.WantedGrowth, key, part, int64(now), int64(then))
		}
	}
	return m.entries()
}

// rates are what the products of a category sell a week, each counted alike.
func (d *desk) rates(w Wanted) []pool.Entry {
	type mean struct{ n, units, weekly, chance float64 }
	at := map[string]*mean{}
	for _, p := range w.Products {
		one := d.subjects[p.Product.ID].want
		key := pool.RateKey(p.Product.BaseUnit, p.Product.Category)
		known := Window{max(d.Window.From, one.known), d.Window.Through}
		if key == "" || !one.missed || known.Days() < leastKnown || p.Demand() <= 0 {
			continue
		}
		m := at[key]
		if m == nil {
			m = &mean{}
			at[key] = m
		}
		days, units := float64(known.Days()), float64(p.Demand())
		m.n++
		m.units += units
		m.weekly += 7 * units / days
		m.chance += 1 - math.Exp(-max(float64(p.Now.Lines), 1)/days) // lines that fall on days by chance
	}
	m := summed{}
	for key, one := range at {
		m.add(pool.Rate, key, pool.Unknown, whole(one.units), max(whole(one.weekly/one.n), 1), whole(1e6*one.chance/one.n))
	}
	return m.entries()
}

func whole(x float64) int64 { return int64(math.Round(min(x, pool.MostValue))) }

// share is where online sales went.
func (r Regions) share(currency string) []pool.Entry {
	m := summed{}
	for _, p := range r.Places {
		part := pool.PartOf(p.Place)
		m.add(pool.Sent, currency, part, int64(p.Now.Amount))
		if r.Own.Trend.Course != Fresh {
			m.add(pool.SentGrowth, currency, part, int64(p.Now.Amount), int64(p.Then.Amount))
		}
		m.spent(currency, p.Place, p.Buyers)
	}
	m.spent(currency, "", r.Own.Buyers)
	return m.entries()
}

func (m summed) spent(currency, place string, b Buyers) {
	if b.Customers > 0 && b.Spent > 0 {
		m.add(pool.Spent, pool.SpentKey(currency, place), pool.Unknown, int64(b.Spent), int64(b.Customers))
	}
}
