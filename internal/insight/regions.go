package insight

import (
	"cmp"
	"context"
	"slices"

	"buhuo/internal/day"
	"buhuo/internal/ident"
	"buhuo/internal/money"
)

// Buyers is how many known buyers a place has, and what they spent.
type Buyers struct {
	Place     string
	Customers int
	Spent     money.Amount
}

// Sent is what insight reads of where sales went and to how many people; the till keeps
// no more of a buyer than a pseudonym.
type Sent interface {
	// FirstSale is the day of the first sale through channels; false without one.
	FirstSale(ctx context.Context, channels []ident.ID) (day.Date, bool, error)
	// Buyers counts known buyers by the first digits (0: all together) of the place that
	// they were sent to, of the places that begin with within.
	Buyers(ctx context.Context, channels []ident.ID, w Window, digits int, within string) ([]Buyers, error)
}

// EnoughBuyers is how many known buyers a place must have before the board says what one
// of them spends: below, it would tell of persons.
const EnoughBuyers = 10

// enoughSales is how many times something must have been sold to a place, in each of both
// windows, before its growth is ranked.
const enoughSales = 10

// Regions is where online sales go and where they grow.
type Regions struct {
	Query
	// Places are those with sales in either window: first the ranked ones, the fastest
	// growing first, then the others by sales, then the unknown one. Provinces, or the
	// prefectures of the one that the query names.
	Places []Region
	// Own is the shop's total of the same windows.
	Own   Region
	Known bool // buyers are recorded, and the query does not ask for a part of the goods
}

// Region is one place that goods were sent to.
type Region struct {
	Place     string // digits of GB/T 2260; empty: unknown
	Now, Then Tally
	Trend     Trend // of the sales in money
	Rank      int   // by growth; 0: too little was sold to tell, or nothing to compare with
	Buyers    Buyers
}

// PerBuyer is what a known buyer spent; false where too few are known.
func (r Region) PerBuyer() (money.Amount, bool) {
	if r.Buyers.Customers < EnoughBuyers || r.Buyers.Spent <= 0 {
		return 0, false
	}
	a, err := money.MulDiv(int64(r.Buyers.Spent), 1, int64(r.Buyers.Customers))
	return money.Amount(a), err == nil
}

// Share is the place's part of the sales of the shop, in millionths.
func (r Region) Share(of Region) (int64, bool) { return ppm(r.Now.Amount, of.Now.Amount) }

// placed is a place while the board is made.
type placed struct {
	Region
	now, then []float64 // sales by block
}

// Regions makes the board: of the online channels, or of the one that is asked for.
func (s *Service) Regions(ctx context.Context, q Query) (Regions, error) {
	d, err := s.desk(ctx, q)
	if err != nil {
		return Regions{}, err
	}
	out := Regions{Query: q}
	digits := 2
	if q.Province != "" {
		digits = 4
	}
	channels := d.online()
	bought := later(d.apart, func() ([2][]Buyers, error) { return s.bought(ctx, q, channels, digits) })
	cut := blocksOf(q.Window)
	begin := func() *sendings { return &sendings{} }
	sums, err := eachSale(ctx, s, d, begin, func(sum *sendings, _ *subject, c *Cell, sold *spot, t *Tally, now bool) {
		if sold.online {
			sum.of(sold, digits, cut).add(cut, q, c, t, now)
		}
	})
	if err != nil {
		return out, err
	}
	own, at := newPlaced("", cut), map[string]*placed{}
	for _, sum := range sums {
		for place, p := range sum.places {
			if at[place] == nil {
				at[place] = newPlaced(place, cut)
			}
			at[place].plus(p)
			own.plus(p)
		}
	}
	first, any, err := s.store.FirstSale(ctx, channels)
	if err != nil {
		return out, err
	}
	comparable := any && first <= q.Other.From
	out.Own = own.done(comparable)
	for _, p := range at {
		out.Places = append(out.Places, p.done(comparable))
	}
	buyers, err := bought()
	if err != nil {
		return out, err
	}
	out.buyers(buyers)
	out.rank()
	return out, nil
}

// online lists the channels that the board is of.
func (d *desk) online() (ids []ident.ID) {
	for id, c := range d.channels {
		if c.Online && (d.Channel.IsNil() || d.Channel == id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// sendings are the places that online sales went to.
type sendings struct {
	places map[string]*placed
	last   *spot
	to     *placed // of the last one
}

// of finds the place of a spot, by so many digits.
func (s *sendings) of(sold *spot, digits int, cut blocks) *placed {
	if s.last == sold {
		return s.to
	}
	if s.places == nil {
		s.places = map[string]*placed{}
	}
	place := sold.Province[:min(len(sold.Province), digits)]
	if s.places[place] == nil {
		s.places[place] = newPlaced(place, cut)
	}
	s.last, s.to = sold, s.places[place]
	return s.to
}

func newPlaced(place string, b blocks) *placed {
	return &placed{Region{Place: place}, make([]float64, b.n), make([]float64, b.n)}
}

// plus adds what others sent; sums of whole numbers are exact in any order.
func (p *placed) plus(o *placed) {
	p.Now.add(&o.Now)
	p.Then.add(&o.Then)
	for i := range p.now {
		p.now[i] += o.now[i]
		p.then[i] += o.then[i]
	}
}

func (p *placed) add(cut blocks, q Query, c *Cell, t *Tally, now bool) {
	sum, blocks, from := &p.Now, p.now, q.Window.From
	if !now {
		sum, blocks, from = &p.Then, p.then, q.Other.From
	}
	sum.add(t)
	if k := cut.at(int(c.Day - from)); k >= 0 {
		blocks[k] += float64(t.Amount)
	}
}

// done compares the two windows, where there is something to compare with.
func (p *placed) done(comparable bool) Region {
	r := p.Region
	switch {
	case !comparable:
		r.Trend = Trend{Course: Fresh}
	case min(r.Now.Lines, r.Then.Lines) < enoughSales:
		r.Trend = Trend{Course: Unsure}
	default:
		r.Trend = trendOf(p.now, p.then)
	}
	return r
}

// bought reads how many people bought, by place and all together. What they spent on a part
// of the goods is not kept.
func (s *Service) bought(ctx context.Context, q Query, channels []ident.ID, digits int) (lists [2][]Buyers, err error) {
	if !q.Category.IsNil() || len(channels) == 0 || q.Window.Days() <= 0 {
		return lists, nil
	}
	if lists[0], err = s.store.Buyers(ctx, channels, q.Window, digits, q.Province); err == nil {
		lists[1], err = s.store.Buyers(ctx, channels, q.Window, 0, q.Province)
	}
	return lists, err
}

// buyers adds how many people bought.
func (r *Regions) buyers(lists [2][]Buyers) {
	at := map[string]Buyers{}
	for _, b := range lists[0] {
		at[b.Place] = b
	}
	for i := range r.Places {
		r.Places[i].Buyers = at[r.Places[i].Place]
	}
	if len(lists[1]) > 0 {
		r.Own.Buyers = lists[1][0]
	}
	r.Known = r.Own.Buyers.Customers > 0
}

func (r *Regions) rank() {
	ranked := func(p Region) int {
		switch {
		case p.Place == "" || p.Place == r.Province: // where exactly is not known
			return 2
		case p.Trend.Ratio > 0:
			return 0
		}
		return 1
	}
	slices.SortFunc(r.Places, func(a, b Region) int {
		first := cmp.Compare(ranked(a), ranked(b))
		if first == 0 && ranked(a) == 0 {
			first = cmp.Compare(b.Trend.Ratio, a.Trend.Ratio)
		}
		return cmp.Or(first, cmp.Compare(b.Now.Amount, a.Now.Amount), cmp.Compare(a.Place, b.Place))
	})
	for i := range r.Places {
		if ranked(r.Places[i]) == 0 {
			r.Places[i].Rank = i + 1
		}
	}
}
